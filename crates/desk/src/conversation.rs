//! A conversation and its transitions: who answers now, who waits, when it ends.

use privacy::Masked;

use crate::{AgentId, ConversationId, CustomerId, InboxId, Time, TopicId, limits};

/// Whether a conversation goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It goes on.
    Open,
    /// It has ended; a further message opens it again.
    Closed,
}

impl State {
    /// The word on screen, in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Closed].into_iter().find(|state| state.as_str() == word)
    }
}

/// Who answers now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handler {
    /// The assistant.
    Assistant,
    /// The next free person.
    Queue,
    /// This person.
    Agent(AgentId),
}

impl Handler {
    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assistant => "assistant",
            Self::Queue => "queue",
            Self::Agent(_) => "agent",
        }
    }
}

/// Order in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Oldest first.
    Normal,
    /// Before all normal ones: a rule puts people first.
    First,
}

impl Priority {
    /// The word in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::First => "first",
        }
    }
}

/// The sort of author, as lists show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorType {
    /// The customer.
    Customer,
    /// The assistant.
    Ai,
    /// A person at the desk.
    Agent,
    /// The desk's own fixed words.
    System,
}

impl AuthorType {
    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Ai => "ai",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }

    /// The type of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Customer, Self::Ai, Self::Agent, Self::System]
            .into_iter()
            .find(|author| author.as_str() == word)
    }
}

/// The last thing said, as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct LastMessage {
    /// By whom.
    pub author: AuthorType,
    /// Its beginning.
    pub text: Masked,
    /// When.
    pub at: Time,
}

/// What the customer said about the conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// 1 (very bad) to 5 (very good).
    pub score: i64,
    /// In their words.
    pub comment: Option<Masked>,
    /// When.
    pub at: Time,
}

/// Why a transition is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Another agent has it.
    HeldBy(AgentId),
    /// It is closed.
    Closed,
    /// It is open.
    Open,
    /// The agent does not have it.
    NotHeld,
    /// It has been judged already.
    AlreadySurveyed,
    /// It holds as many messages as one conversation can.
    Full,
}

/// What a customer and the desk say to each other, from the first message to the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// Grows by one with each change.
    pub version: i64,
    /// What people say on the telephone: "1042"; unique, without meaning.
    pub number: i64,
    /// Through which door.
    pub inbox_id: InboxId,
    /// With whom.
    pub customer_id: CustomerId,
    /// The first words.
    pub subject: Masked,
    /// Whether it goes on.
    pub state: State,
    /// Who answers now.
    pub handler: Handler,
    /// Order in the queue.
    pub priority: Priority,
    /// ISO 639-1, once it could be told.
    pub language: Option<String>,
    /// Its main topic, once one was named.
    pub topic_id: Option<TopicId>,
    /// The last thing said that the customer can see.
    pub last_message: Option<LastMessage>,
    /// The assistant's suggestion waits for a person.
    pub has_draft: bool,
    /// Since when the customer waits for a person.
    pub waiting_since: Option<Time>,
    /// The last word is the customer's.
    pub needs_reply: bool,
    /// How many entries it has; the next one's position is one more.
    pub n_messages: i64,
    /// When the customer was told that the assistant is AI; again when it comes back.
    pub ai_notice_at: Option<Time>,
    /// When a person was first needed.
    pub queued_at: Option<Time>,
    /// When a person first answered.
    pub person_answered_at: Option<Time>,
    /// When the assistant first answered.
    pub assistant_answered_at: Option<Time>,
    /// The customer's judgement.
    pub survey: Option<Survey>,
    /// Since when.
    pub created_at: Time,
    /// Last change.
    pub updated_at: Time,
    /// Since when it is closed.
    pub closed_at: Option<Time>,
}

impl Conversation {
    /// A conversation that begins; nothing has been said in it, and nobody answers yet but the
    /// queue. `first_words` becomes the subject, cut to length.
    #[must_use]
    pub fn begin(
        id: ConversationId,
        number: i64,
        inbox_id: InboxId,
        customer_id: CustomerId,
        first_words: &Masked,
        at: Time,
    ) -> Self {
        Self {
            id,
            version: 1,
            number,
            inbox_id,
            customer_id,
            subject: Self::subject_of(first_words),
            state: State::Open,
            handler: Handler::Queue,
            priority: Priority::Normal,
            language: None,
            topic_id: None,
            last_message: None,
            has_draft: false,
            waiting_since: None,
            needs_reply: false,
            n_messages: 0,
            ai_notice_at: None,
            queued_at: None,
            person_answered_at: None,
            assistant_answered_at: None,
            survey: None,
            created_at: at,
            updated_at: at,
            closed_at: None,
        }
    }

    /// A first message's beginning, as a subject.
    #[must_use]
    pub fn subject_of(first_words: &Masked) -> Masked {
        beginning(first_words, limits::SUBJECT_CHARS_MAX)
    }

    /// Takes the next position for an entry.
    ///
    /// # Errors
    /// `Full` when the conversation holds as many as it can.
    pub fn next_position(&mut self) -> Result<i64, Refusal> {
        if self.n_messages >= limits::MESSAGES_PER_CONVERSATION_MAX {
            return Err(Refusal::Full);
        }
        self.n_messages += 1;
        Ok(self.n_messages)
    }

    /// Something was said that the customer can see.
    pub fn said(&mut self, author: AuthorType, text: &Masked, at: Time) {
        self.last_message =
            Some(LastMessage { author, text: beginning(text, limits::PREVIEW_CHARS_MAX), at });
        self.updated_at = at;
    }

    /// The message at this position was masked after it had been said; what shows its beginning
    /// follows.
    pub fn reworded(&mut self, position: i64, was: &Masked, text: &Masked) {
        if position == 1 {
            self.subject = Self::subject_of(text);
        }
        let shown = beginning(was, limits::PREVIEW_CHARS_MAX);
        if let Some(last) = self.last_message.as_mut().filter(|last| last.text == shown) {
            last.text = beginning(text, limits::PREVIEW_CHARS_MAX);
        }
    }

    /// The customer wrote. A closed conversation is open again (true is returned); who answers is
    /// for the caller to decide.
    pub fn customer_wrote(&mut self, text: &Masked, at: Time) -> bool {
        self.said(AuthorType::Customer, text, at);
        self.needs_reply = true;
        if matches!(self.handler, Handler::Agent(_)) {
            self.waiting_since.get_or_insert(at);
        }
        let was_closed = self.state == State::Closed;
        self.state = State::Open;
        self.closed_at = None;
        was_closed
    }

    /// The next free person answers. The wait counts from the first time that it was asked for.
    /// A closed conversation is opened before: nobody looks into it.
    pub fn queue(&mut self, priority: Priority, at: Time) {
        debug_assert!(self.state == State::Open, "nobody waits in what has ended");
        self.handler = Handler::Queue;
        self.priority = self.priority.max(priority);
        self.waiting_since.get_or_insert(at);
        self.queued_at.get_or_insert(at);
        self.updated_at = at;
    }

    /// The assistant answers from now on.
    pub fn give_to_assistant(&mut self, at: Time) {
        self.handler = Handler::Assistant;
        self.waiting_since = None;
        self.updated_at = at;
    }

    /// The assistant answered.
    pub fn assistant_wrote(&mut self, text: &Masked, at: Time) {
        self.said(AuthorType::Ai, text, at);
        self.needs_reply = false;
        self.assistant_answered_at.get_or_insert(at);
    }

    /// An agent takes it; returns whether anything changed.
    ///
    /// # Errors
    /// `Closed`; `HeldBy` when another agent has it and `may_take_over` is false.
    pub fn claim(
        &mut self,
        agent: AgentId,
        may_take_over: bool,
        at: Time,
    ) -> Result<bool, Refusal> {
        if self.state == State::Closed {
            return Err(Refusal::Closed);
        }
        match self.handler {
            Handler::Agent(holder) if holder == agent => return Ok(false),
            Handler::Agent(holder) if !may_take_over => return Err(Refusal::HeldBy(holder)),
            _ => {}
        }
        self.hold(agent, at);
        Ok(true)
    }

    /// It is given to an agent by somebody; returns whether anything changed.
    ///
    /// # Errors
    /// `Closed`.
    pub fn assign(&mut self, agent: AgentId, at: Time) -> Result<bool, Refusal> {
        if self.state == State::Closed {
            return Err(Refusal::Closed);
        }
        if self.handler == Handler::Agent(agent) {
            return Ok(false);
        }
        self.hold(agent, at);
        Ok(true)
    }

    /// Its agent gives it back to the queue.
    ///
    /// # Errors
    /// `Closed`; `NotHeld` when nobody has it; `HeldBy` when another agent has it and
    /// `may_take_over` is false.
    pub fn release(
        &mut self,
        agent: AgentId,
        may_take_over: bool,
        at: Time,
    ) -> Result<(), Refusal> {
        if self.state == State::Closed {
            return Err(Refusal::Closed);
        }
        match self.handler {
            Handler::Agent(holder) if holder == agent || may_take_over => {
                self.queue(self.priority, at);
                Ok(())
            }
            Handler::Agent(holder) => Err(Refusal::HeldBy(holder)),
            _ => Err(Refusal::NotHeld),
        }
    }

    /// An agent answered, and so has the conversation.
    ///
    /// # Errors
    /// As `claim`; a closed conversation is opened again first.
    pub fn agent_replied(
        &mut self,
        agent: AgentId,
        may_take_over: bool,
        text: &Masked,
        at: Time,
    ) -> Result<(), Refusal> {
        if self.state == State::Closed {
            self.reopen(at)?;
            self.handler = Handler::Agent(agent);
        }
        self.claim(agent, may_take_over, at)?;
        self.said(AuthorType::Agent, text, at);
        self.waiting_since = None;
        self.needs_reply = false;
        self.person_answered_at.get_or_insert(at);
        Ok(())
    }

    /// It has ended.
    ///
    /// # Errors
    /// `Closed` when it had ended before.
    pub fn close(&mut self, at: Time) -> Result<(), Refusal> {
        if self.state == State::Closed {
            return Err(Refusal::Closed);
        }
        self.state = State::Closed;
        self.closed_at = Some(at);
        self.waiting_since = None;
        self.needs_reply = false;
        self.has_draft = false;
        self.updated_at = at;
        Ok(())
    }

    /// It goes on.
    ///
    /// # Errors
    /// `Open` when it had not ended.
    pub fn reopen(&mut self, at: Time) -> Result<(), Refusal> {
        if self.state == State::Open {
            return Err(Refusal::Open);
        }
        self.state = State::Open;
        self.closed_at = None;
        self.updated_at = at;
        Ok(())
    }

    /// The customer judges it, once.
    ///
    /// # Errors
    /// `Open` while it goes on; `AlreadySurveyed`.
    pub fn judge(&mut self, survey: Survey) -> Result<(), Refusal> {
        if self.state == State::Open {
            return Err(Refusal::Open);
        }
        if self.survey.is_some() {
            return Err(Refusal::AlreadySurveyed);
        }
        self.updated_at = survey.at;
        self.survey = Some(survey);
        Ok(())
    }

    fn hold(&mut self, agent: AgentId, at: Time) {
        self.handler = Handler::Agent(agent);
        self.updated_at = at;
        if self.needs_reply {
            self.waiting_since.get_or_insert(at);
        }
    }
}

/// The first line's beginning, at most `n_chars_max` characters, an ellipsis when it was cut.
fn beginning(text: &Masked, n_chars_max: usize) -> Masked {
    let line = text.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= n_chars_max {
        return Masked::own_words(line);
    }
    let cut: String = line.chars().take(n_chars_max - 1).collect();
    Masked::own_words(format!("{}…", cut.trim_end()))
}

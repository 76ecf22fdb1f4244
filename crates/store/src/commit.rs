//! What a use case asks the store to write, all of it or nothing.

use std::fmt;

use desk::{
    Actor, Agent, AgentId, ApiToken, ApiTokenId, Application, Article, Call, Case, CaseId,
    Conversation, ConversationId, Customer, CustomerId, Delivery, DeliveryId, DeliveryState,
    DeskSettings, Entry, Example, File, FileId, Handoff, Inbox, IncomingMail, JobId, Kind, Letter,
    LetterId, LetterState, MailPlace, Message, MessageId, ModelUse, Presence, Review, ReviewId,
    ReviewVerdict, Shift, Subject, Time, Topic, TopicId, Webhook, WebhookId, Worker,
};
use privacy::Masked;

/// One use case's writes: state, journal and jobs together.
#[derive(Debug)]
pub struct Commit {
    /// When, on the desk's clock.
    pub at: Time,
    /// Who causes it.
    pub actor: Actor,
    /// In this order.
    pub changes: Vec<Change>,
}

impl Commit {
    /// An empty commit.
    #[must_use]
    pub fn new(at: Time, actor: Actor) -> Self {
        Self { at, actor, changes: Vec::new() }
    }

    /// Adds one more change.
    pub fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// A record that is new; its version becomes 1.
    pub fn add(&mut self, kind: Kind, record: impl Into<Record>) {
        self.push(Change::Add(kind, Box::new(record.into())));
    }

    /// A record as it shall be, still with the version that was read. When another commit came
    /// first, the whole commit is refused with `Conflict`.
    pub fn change(&mut self, kind: Kind, record: impl Into<Record>) {
        self.push(Change::Change(kind, Box::new(record.into())));
    }
}

/// One write.
#[derive(Debug)]
pub enum Change {
    /// A new record, and its journal row.
    Add(Kind, Box<Record>),
    /// A changed record, guarded by its version, and its journal row.
    Change(Kind, Box<Record>),
    /// An article that is gone, guarded by its version, and its journal row.
    DeleteArticle(Box<Article>),
    /// A sentence that teaches a topic. Goes with a change of its topic.
    AddExample(Example),
    /// Such a sentence is gone. Goes with a change of its topic.
    DeleteExample(desk::ExampleId),
    /// Examples that are this text, because they were copied from a message that was masked
    /// afterwards.
    RewriteExamples {
        /// What they say.
        was: Masked,
        /// What they shall say.
        text: Masked,
    },
    /// A file, not yet part of a message.
    AddFile(Box<FileContent>),
    /// A file becomes part of a message; refused with `Conflict` when it already is of another.
    AttachFile(FileId, ConversationId, MessageId),
    /// Work to be done after the commit, by this node until its lease ends.
    AddJob(Job),
    /// That work is done; refused with `Conflict` when another node did it or has taken over.
    FinishJob(JobId),
    /// This node goes on working, until this real time at least; refused with `Conflict` when
    /// another node has taken over.
    ExtendLease(JobId, Time),
    /// That work failed; it is due again later, or given up when `died_at` is set. Refused with
    /// `Conflict` when another node has taken over.
    RetryJob {
        /// Which.
        id: JobId,
        /// When it is due again, in real time.
        due_at: Time,
        /// Why it failed, without personal data.
        failure: String,
        /// When it was given up, in real time.
        died_at: Option<Time>,
    },
    /// A job that was given up is due again at this real time.
    ReviveJob(JobId, Time),
    /// A job that was given up is dropped.
    DropJob(JobId),
    /// Somebody signed in.
    AddSession(Session),
    /// Somebody signed out.
    DeleteSession(String),
    /// All sessions of somebody end.
    DeleteSessionsOf(SessionSubject),
    /// A request that must not be carried out twice; refused with `Repeated` when it was.
    Remember(Remembered),
    /// The answer to such a request.
    RememberAnswer {
        /// Whose request.
        scope: String,
        /// Its key.
        key: String,
        /// HTTP status.
        status: u16,
        /// JSON.
        body: String,
    },
    /// Kept answers, of this customer or of any agent, that show this conversation: a message in
    /// it was masked afterwards. Their keys stay used, and so do those of requests that are being
    /// carried out: what these answer is not kept.
    ForgetAnswers {
        /// Which.
        conversation_id: ConversationId,
        /// Whose.
        customer_id: CustomerId,
        /// But not the key of the very request that masks.
        but: Option<String>,
    },
    /// A row of the balance's ledger; it is numbered in the order of commits over all nodes.
    Ledger(LedgerFact),
    /// An answer that somebody shall review.
    AddReview(Box<Review>),
    /// This agent looks at it until that time; others are given another one.
    ClaimReview(ReviewId, AgentId, Time),
    /// Somebody has reviewed it; refused with `Conflict` when another did before.
    FinishReview(ReviewId, ReviewVerdict),
    /// Where a conversation stands in its procedures, as JSON, or that it is in none. Goes with a
    /// change of the conversation, whose version guards it.
    KeepProgress(ConversationId, Option<String>),
    /// How the assistant came to a message of the same commit.
    AddTrace {
        /// Which message.
        message_id: MessageId,
        /// When, by the desk's clock.
        at: Time,
        /// Its steps, as JSON.
        steps: String,
    },
    /// A letter to be sent; nothing if its fact has one already.
    AddLetter(Letter),
    /// A letter is tried again at that real time.
    RetryLetter {
        /// Which.
        id: LetterId,
        /// When.
        due_at: Time,
        /// Why it has not left.
        failure: String,
    },
    /// A letter has left, is given up or is not needed, at that real time.
    FinishLetter {
        /// Which.
        id: LetterId,
        /// When.
        at: Time,
        /// What became of it.
        state: LetterState,
        /// Why it was given up.
        failure: Option<String>,
    },
    /// A customer was given the messages of a conversation up to this position.
    MarkSeen(ConversationId, i64),
    /// A message came in by e-mail; refused with `Taken` when it was taken in before.
    KeepMail(IncomingMail),
    /// A message that was not taken in is not shown any more.
    DropMail(String),
    /// A mailbox was read so far, at that real time.
    KeepMailbox {
        /// Which.
        name: String,
        /// The last message.
        place: MailPlace,
        /// When.
        at: Time,
    },
    /// A letter that was given up is tried again from that real time on.
    ReviveLetter(LetterId, Time),
    /// The link in a letter; it takes the place of the one of an earlier try.
    KeepPasswordLink(PasswordLink),
    /// An agent's links are worth nothing any more.
    DropPasswordLinks(AgentId),
    /// A system is told what happens from now on.
    AddWebhook(Webhook),
    /// Where, of what, and whether it is told; its other fields stay.
    ChangeWebhook(Webhook),
    /// It is told no more, and what it was told is forgotten.
    DropWebhook(WebhookId),
    /// The journal was read up to this row for a webhook, and these are to be told; what was noted
    /// before stays as it is.
    NoteDeliveries(WebhookId, i64, Vec<Delivery>),
    /// A delivery was told or given up.
    FinishDelivery {
        /// Which.
        id: DeliveryId,
        /// When, in real time.
        at: Time,
        /// What became of it.
        state: DeliveryState,
        /// The answer's status.
        status: Option<i64>,
        /// Why it was given up.
        failure: Option<String>,
    },
    /// A delivery could not be told.
    RetryDelivery {
        /// Which.
        id: DeliveryId,
        /// The answer's status.
        status: Option<i64>,
        /// Why.
        failure: String,
    },
    /// A webhook has failed so often in a row, and is asked again at that real time; 0 when it is
    /// well.
    PutOffWebhook(WebhookId, i64, Time),
    /// A delivery is told once more.
    ReviveDelivery(DeliveryId, Time),
    /// A program may call the desk.
    AddApiToken(ApiToken),
    /// A program may call no more.
    DropApiToken(ApiTokenId),
    /// A program has called, at that real time.
    UseApiToken(ApiTokenId, Time),
    /// An agent came or went at that time; hours are counted by it.
    NotePresence(AgentId, Presence, Time),
    /// A model was asked: added to what it was asked that day.
    AddModelUse(ModelUse),
    /// Money is reserved by a call of the same commit; refused with `Conflict` when somebody has
    /// reserved some since this version was read.
    Reserve(i64),
    /// Sessions, idempotency keys and unattached files older than these real times are dropped, and
    /// traces older than this one of the desk's.
    Sweep {
        /// Letters that were finished before, and links that ended before, both by the real clock.
        letters_before: Time,
        /// Applications that were refused before, by the desk's clock.
        applications_before: Time,
        /// Deliveries that were finished before, by the real clock.
        deliveries_before: Time,
        /// Sessions that ended before.
        sessions_before: Time,
        /// Keys used before.
        keys_before: Time,
        /// Unattached files uploaded before.
        files_before: Time,
        /// Traces of messages before, by the desk's clock.
        traces_before: Time,
    },
}

/// What a ledger row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerFact {
    /// When, if not at the time of the commit: a past that is written afterwards.
    pub at: Option<Time>,
    /// What happened, in one word.
    pub kind: String,
    /// On which topic.
    pub topic_id: Option<TopicId>,
    /// Of which case.
    pub case_id: Option<CaseId>,
    /// All of it, as JSON.
    pub data: String,
}

/// A ledger row as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its number, from 1 and without gaps.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// What happened, as JSON.
    pub data: String,
}

/// A journaled record.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// The desk's settings.
    Desk(DeskSettings),
    /// A door.
    Inbox(Inbox),
    /// A person who answers.
    Agent(Agent),
    /// A person who asks.
    Customer(Customer),
    /// A topic.
    Topic(Topic),
    /// An article.
    Article(Article),
    /// A conversation.
    Conversation(Conversation),
    /// A message, note, draft or event line.
    Message(Message),
    /// A case with its assignment.
    Case(Case),
    /// A handoff.
    Handoff(Handoff),
    /// A call of a tool.
    Call(Call),
    /// The terms on which an agent takes shifts.
    Worker(Worker),
    /// Paid time at the desk.
    Shift(Shift),
    /// Somebody would like to take shifts.
    Application(Application),
}

macro_rules! records {
    ($($variant:ident($type:ty)),* $(,)?) => {
        $(impl From<$type> for Record {
            fn from(record: $type) -> Self {
                Self::$variant(record)
            }
        })*
    };
}

records!(
    Desk(DeskSettings),
    Inbox(Inbox),
    Agent(Agent),
    Customer(Customer),
    Topic(Topic),
    Article(Article),
    Conversation(Conversation),
    Message(Message),
    Case(Case),
    Handoff(Handoff),
    Call(Call),
    Worker(Worker),
    Shift(Shift),
    Application(Application),
);

impl Record {
    /// What sort of record, and which.
    #[must_use]
    pub fn subject(&self) -> (Subject, String) {
        match self {
            Self::Desk(desk) => (Subject::Desk, desk.id.to_string()),
            Self::Inbox(inbox) => (Subject::Inbox, inbox.id.to_string()),
            Self::Agent(agent) => (Subject::Agent, agent.id.to_string()),
            Self::Customer(customer) => (Subject::Customer, customer.id.to_string()),
            Self::Topic(topic) => (Subject::Topic, topic.id.to_string()),
            Self::Article(article) => (Subject::Article, article.id.to_string()),
            Self::Conversation(row) => (Subject::Conversation, row.id.to_string()),
            Self::Message(message) => (Subject::Message, message.id.to_string()),
            Self::Case(case) => (Subject::Case, case.id.to_string()),
            Self::Handoff(handoff) => (Subject::Handoff, handoff.id.to_string()),
            Self::Call(call) => (Subject::Call, call.key.clone()),
            Self::Worker(worker) => (Subject::Worker, worker.id.to_string()),
            Self::Shift(shift) => (Subject::Shift, shift.id.to_string()),
            Self::Application(one) => (Subject::Application, one.id.to_string()),
        }
    }
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// The assistant answers the customer, or hands over.
    Answer,
    /// The assistant writes a draft for a person.
    Draft,
    /// The assistant writes what it would have said, for a reviewer alone.
    Shadow,
    /// Calls of this conversation are sent, or read back.
    Call,
}

impl JobKind {
    /// The word in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Draft => "draft",
            Self::Shadow => "shadow",
            Self::Call => "call",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Answer, Self::Draft, Self::Shadow, Self::Call];
        all.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Work to be done after a commit, at least once; its effect and its end commit together.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Which.
    pub id: JobId,
    /// What to do.
    pub kind: JobKind,
    /// Where.
    pub conversation_id: ConversationId,
    /// About which message of the customer.
    pub message_id: MessageId,
    /// How often it has failed.
    pub n_attempts: i64,
    /// When it may be done, in real time.
    pub due_at: Time,
    /// Until then the node that works on it has it for itself, in real time.
    pub leased_until: Time,
}

/// Whose session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionSubject {
    /// A person at the desk.
    Agent(desk::AgentId),
    /// A customer in the widget.
    Customer(desk::CustomerId, desk::InboxId),
}

/// Somebody is signed in. The token itself is never stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Hex SHA-256 of the token.
    pub token_hash: String,
    /// Who.
    pub subject: SessionSubject,
    /// In real time.
    pub created_at: Time,
    /// In real time.
    pub expires_at: Time,
}

/// A link by which an agent chooses a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordLink {
    /// The letter that holds it.
    pub letter_id: LetterId,
    /// Whose password.
    pub agent_id: AgentId,
    /// Hex SHA-256 of the token.
    pub token_hash: String,
    /// In real time.
    pub expires_at: Time,
}

/// A file and its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct FileContent {
    /// Its name, type and size.
    pub file: File,
    /// Who uploaded it; only they may attach it.
    pub owner: SessionSubject,
    /// The bytes.
    pub content: Vec<u8>,
    /// In real time.
    pub created_at: Time,
}

/// A request that carries an idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub struct Remembered {
    /// Whose request.
    pub scope: String,
    /// Chosen by the caller.
    pub key: String,
    /// Keyed hash of method, path and body.
    pub fingerprint: String,
    /// In real time.
    pub at: Time,
}

/// What a commit became.
#[derive(Debug, Clone, Default)]
pub struct Committed {
    /// Its journal rows, in order; without gaps over all commits.
    pub entries: Vec<Entry>,
}

/// Why nothing of a commit was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitError {
    /// A record changed since it was read: load and decide again.
    Conflict,
    /// The idempotency key has been used.
    Repeated,
    /// Something that must be unique exists: an address, a slug, a name.
    Taken,
    /// Too much waits to be written; try again soon.
    Busy,
    /// The disk is full.
    Full,
    /// The database cannot be reached. When this happens while it commits, the commit may stand.
    Lost,
    /// The database failed; details are in the log.
    Failed(String),
}

impl fmt::Display for CommitError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => formatter.write_str("changed by another commit"),
            Self::Repeated => formatter.write_str("idempotency key used"),
            Self::Taken => formatter.write_str("taken"),
            Self::Busy => formatter.write_str("too much waits to be written"),
            Self::Full => formatter.write_str("the disk is full"),
            Self::Lost => formatter.write_str("the database cannot be reached"),
            Self::Failed(why) => write!(formatter, "database failed: {why}"),
        }
    }
}

impl std::error::Error for CommitError {}

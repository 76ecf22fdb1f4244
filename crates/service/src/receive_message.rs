//! A customer writes: the message is masked, its topic named, its case assigned, and it is
//! decided who answers, all in one commit. The assistant's answer follows in a second one.

use std::collections::HashMap;

use assistant::{Rule, asks_for_person, people_first};
use balance::Happening;
use desk::{
    Author, Case, CaseId, Conversation, ConversationId, Customer, Door, Handler, IncomingMail,
    JobId, Kind, Message, MessageId, MessageKind, RequestedBy, Topic, TopicId, limits,
};
use privacy::{Masked, RawText};
use store::{Change, Commit, Job, JobKind, Thread, Written};

use crate::{
    Caller, Clock, Incoming, Result, Service, ServiceError, Understanding,
    answer::LEASE_MS,
    brain::language,
    hand_over::{Ask, HandOver},
    house::{new_id, retry, taken_is_stale},
    ledger::{self, happened},
    masking::mask_after,
    procedure::{answers, restored},
    route::{CaseStep, Next, Route, Situation, priority, route},
};

/// A message that was taken in.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// Where.
    pub conversation_id: ConversationId,
    /// As it is kept.
    pub written: Written,
    /// False when the same message had come before.
    pub is_new: bool,
}

impl Service {
    /// A customer writes: into a conversation of theirs, or with `None` a first message. The same
    /// `client_id` again gives the message that is there.
    ///
    /// # Errors
    /// `NotFound` for somebody else's conversation; `TooLong`, `Invalid`, `Conflict` when it holds
    /// as many messages as it can.
    pub async fn receive_message(
        &self,
        caller: &Caller,
        conversation_id: Option<ConversationId>,
        incoming: &Incoming,
    ) -> Result<Received> {
        incoming.check()?;
        self.learnt().await;
        let received = retry(|| self.receive_once(caller, conversation_id, incoming));
        let (received, job) = received.await?;
        if let Some(job) = job {
            self.spawn_job(job);
        }
        Ok(received)
    }

    async fn receive_once(
        &self,
        caller: &Caller,
        conversation_id: Option<ConversationId>,
        incoming: &Incoming,
    ) -> Result<(Received, Option<Job>)> {
        let thread = match conversation_id {
            Some(id) => Some(self.conversation(caller, id).await?),
            None => self.conversation_begun_by(caller, incoming).await?,
        };
        if let Some(known) = thread.as_ref().and_then(|thread| known_message(thread, incoming)) {
            return Ok((known, None));
        }
        let files = self.files_of(caller, incoming).await?;
        let mut arrival = self.arrive(caller, thread, incoming, &files).await?;
        // Values that a procedure was told may hold the piece of a card that was masked just now.
        let masked = |change: &Change| matches!(change, Change::Change(Kind::MessageMasked, _));
        if arrival.commit.changes.iter().any(masked) {
            arrival.commit.push(Change::KeepProgress(arrival.conversation.id, None));
        }
        self.decide(&mut arrival).await?;
        let Arrival { mut commit, conversation, customer, message, is_first, job, .. } = arrival;
        let written = Written { message, author_name: customer.name };
        let received = Received { conversation_id: conversation.id, written, is_new: true };
        let kind = match (is_first, conversation.handler) {
            (true, _) => Kind::ConversationOpened,
            (false, Handler::Queue) => Kind::ConversationQueued,
            (false, _) => Kind::ConversationChanged,
        };
        // The conversation's row goes first: the others refer to it.
        let row = Box::new(conversation.into());
        let change = if is_first { Change::Add(kind, row) } else { Change::Change(kind, row) };
        commit.changes.insert(0, change);
        match self.commit(caller, commit).await {
            Ok(_) => Ok((received, job)),
            // The same message, sent twice at once: the other one is there now.
            Err(error @ ServiceError::Conflict { .. }) => Err(taken_is_stale(error)),
            Err(error) => Err(error),
        }
    }

    /// The conversation that this very message began, when it was sent before.
    async fn conversation_begun_by(
        &self,
        caller: &Caller,
        incoming: &Incoming,
    ) -> Result<Option<Thread>> {
        let Some(client_id) = incoming.client_id.clone() else { return Ok(None) };
        let (customer_id, _) = caller.customer()?;
        match self.store.conversation_by_client_id(customer_id, client_id).await? {
            Some(id) => Ok(Some(self.conversation(caller, id).await?)),
            None => Ok(None),
        }
    }

    /// Masks the message and puts it into its conversation.
    async fn arrive(
        &self,
        caller: &Caller,
        mut thread: Option<Thread>,
        incoming: &Incoming,
        files: &[desk::File],
    ) -> Result<Arrival> {
        let (customer_id, inbox_id) = caller.customer()?;
        let mut commit = self.begin(caller);
        let at = commit.at;
        let author = Author::Customer(customer_id);
        let is_first = thread.is_none();
        let text = match &mut thread {
            Some(thread) => mask_after(caller, &incoming.text, author, thread, &mut commit),
            None => incoming.text.clone().mask(),
        };
        let (mut conversation, customer, messages, cases) = match thread {
            Some(thread) => {
                (thread.listed.conversation, thread.customer, thread.messages, thread.cases)
            }
            None => {
                let customer = self
                    .store
                    .customer(customer_id)
                    .await?
                    .ok_or(ServiceError::NotFound { what: "customer" })?;
                let id = ConversationId(new_id());
                let subject = Masked::default();
                let number = self.next_number().await?;
                let row = Conversation::begin(id, number, inbox_id, customer_id, &subject, at);
                (row, customer, Vec::new(), Vec::new())
            }
        };
        let said = if text.as_str().trim().is_empty() { names(files) } else { text.clone() };
        let was_closed = conversation.customer_wrote(&said, at);
        if is_first {
            conversation.subject = Conversation::subject_of(&said);
        }
        let message = Message {
            files: files.to_vec(),
            door: incoming.mail.as_ref().map_or(Door::Chat, |mail| mail.door),
            client_id: incoming.client_id.clone(),
            ..Message::new(
                MessageId(new_id()),
                conversation.id,
                conversation.next_position()?,
                author,
                MessageKind::Text,
                text,
                at,
            )
        };
        commit.add(Kind::MessageAdded, message.clone());
        if let Some(mail) = &incoming.mail {
            let subject = mail.subject.clone().filter(|_| is_first).map(RawText::mask);
            if let Some(subject) = subject {
                conversation.subject = Conversation::subject_of(&subject);
            }
            commit.push(Change::KeepMail(IncomingMail {
                conversation_id: Some(conversation.id),
                ..mail.remembered.clone()
            }));
        }
        for file in files {
            commit.push(Change::AttachFile(file.id, conversation.id, message.id));
        }
        Ok(Arrival {
            commit,
            conversation,
            customer,
            message,
            messages,
            cases,
            is_first,
            was_closed,
            practises: false,
            job: None,
        })
    }

    /// Names the topic, assigns the case, and says who answers.
    async fn decide(&self, arrival: &mut Arrival) -> Result<()> {
        let settings = self.settings()?;
        let topics = self.topics_by_id().await?;
        let mut understanding = self.understand_arrival(arrival);
        // "It was ordered by mistake" is no topic of its own where the reason was asked for.
        if self.answers_procedure(arrival).await? {
            understanding = Understanding { ranked: Vec::new(), decided: None, small_talk: None };
        }
        let topic = understanding.decided.and_then(|id| topics.get(&id));
        let topic = topic.filter(|topic| !topic.is_archived);
        let recent = self.recent_case(arrival, topic).await?;
        let is_somebody_there = self.is_available().await?;
        let holder_is_there = self.holder_is_there(&arrival.conversation).await?;
        let case_id = CaseId(new_id());
        let case_key = case_id.to_string();
        // What was pressed are the desk's own words, and say nothing by themselves.
        let is_pressed = arrival.is_pressed();
        let text = arrival.message.text.as_str();
        let decided = {
            let cases = &arrival.cases;
            route(&Situation {
                conversation: &arrival.conversation,
                was_closed: arrival.was_closed,
                cases,
                recent_case: recent.as_ref(),
                topic,
                topic_of_case: &|case: &Case| case.topic_id.and_then(|id| topics.get(&id)),
                small_talk: understanding.small_talk,
                asks_for_person: !is_pressed && asks_for_person(text),
                rule: if is_pressed { None } else { people_first(text) },
                customer_is_flagged: arrival.customer.is_people_first,
                is_braked: settings.brake.is_some(),
                has_files: !arrival.message.files.is_empty(),
                is_somebody_there,
                holder_is_there,
                assistant_answers_somewhere: answers_somewhere(&topics),
                seed: &settings.draw_seed,
                case_id: &case_key,
            })
        };
        arrival.note_signs(&decided, recent.as_ref(), understanding.small_talk.is_some());
        arrival.take_case(decided.case, case_id, topic, recent);
        match decided.next {
            Next::Stay => {}
            Next::Assistant => {
                arrival.conversation.give_to_assistant(arrival.commit.at);
                arrival.add_job(JobKind::Answer);
            }
            Next::Queue { by, reason, rule, first } => {
                let detail = rule.map(Masked::own_words);
                let ask = Ask { by, reason, detail, priority: priority(first) };
                let topic_name = arrival
                    .conversation
                    .topic_id
                    .and_then(|id| topics.get(&id))
                    .map(|topic| topic.name.clone());
                let hand_over = HandOver {
                    messages: &arrival.messages,
                    newest: Some(&arrival.message),
                    customer: &arrival.customer,
                    topic_name: topic_name.as_ref(),
                    hours: &settings.hours,
                    is_somebody_there,
                };
                self.hand_over(&mut arrival.commit, &mut arrival.conversation, ask, &hand_over)
                    .await?;
                if decided.draft {
                    arrival.add_job(JobKind::Draft);
                } else if arrival.practises {
                    arrival.add_job(JobKind::Shadow);
                }
            }
        }
        Ok(())
    }

    /// Whether the message answers what a procedure asked.
    async fn answers_procedure(&self, arrival: &Arrival) -> Result<bool> {
        let conversation = &arrival.conversation;
        let playbook = self.playbook();
        let is_open = conversation.handler == Handler::Assistant && !arrival.is_first;
        if !is_open || playbook.connection().is_none() {
            return Ok(false);
        }
        let Some(kept) = self.store.progress(conversation.id).await? else { return Ok(false) };
        let state = restored(&kept);
        let text = &arrival.message.text;
        Ok(state.is_some_and(|state| answers(&playbook, &state, text)))
    }

    fn understand_arrival(&self, arrival: &mut Arrival) -> Understanding {
        if arrival.conversation.language.is_none() {
            let prior = arrival.customer.locale.as_deref();
            let told = language(&arrival.message.text, prior).map(str::to_owned);
            arrival.conversation.language = told.or_else(|| arrival.customer.locale.clone());
        }
        self.understand(&arrival.message.text)
    }

    /// The customer's case on this topic of the last days, in another conversation.
    async fn recent_case(&self, arrival: &Arrival, topic: Option<&Topic>) -> Result<Option<Case>> {
        let Some(topic) = topic else { return Ok(None) };
        let since = arrival.commit.at.plus_ms(-limits::CASE_WINDOW_MS);
        let customer_id = arrival.customer.id;
        Ok(self.store.case_since(customer_id, Some(topic.id), since).await?)
    }

    pub(crate) async fn holder_is_there(&self, conversation: &Conversation) -> Result<bool> {
        let Handler::Agent(id) = conversation.handler else { return Ok(false) };
        let holder = self.store.agent(id).await?;
        Ok(holder
            .is_some_and(|agent| agent.presence == desk::Presence::Available && !agent.is_disabled))
    }
}

/// A message on its way in, and all that it changes.
struct Arrival {
    commit: Commit,
    conversation: Conversation,
    customer: Customer,
    message: Message,
    /// Before it, without the piece of a card that it completes.
    messages: Vec<Written>,
    cases: Vec<Case>,
    is_first: bool,
    was_closed: bool,
    /// The case that was opened is at *shadow*, and what the assistant would say is reviewed.
    practises: bool,
    job: Option<Job>,
}

impl Arrival {
    /// It is one of the answers that the assistant offered last.
    fn is_pressed(&self) -> bool {
        let mut said = self.messages.iter().rev().map(|written| &written.message);
        let last = said.find(|message| message.author == Author::Assistant);
        last.is_some_and(|last| last.choices.contains(&self.message.text))
    }

    /// What the message says of how earlier cases were answered.
    fn note_signs(&mut self, route: &Route, recent: Option<&Case>, is_small_talk: bool) {
        let Self { commit, conversation, cases, .. } = self;
        if self.was_closed && !is_small_talk {
            happened(commit, &*cases, Happening::Reopened);
        }
        if let (CaseStep::JoinRecent, Some(recent)) = (&route.case, recent) {
            happened(commit, [recent], Happening::Repeated);
        }
        let has_answered = conversation.assistant_answered_at.is_some();
        match &route.next {
            Next::Queue { by: RequestedBy::Customer, .. } if has_answered => {
                happened(commit, &*cases, Happening::AskedForPerson);
            }
            Next::Queue { rule, .. } if has_answered && *rule == Some(Rule::Legal.sentence()) => {
                happened(commit, &*cases, Happening::Complained);
            }
            Next::Queue { .. } => happened(commit, &*cases, Happening::HandedOver),
            Next::Stay | Next::Assistant => {}
        }
    }

    fn take_case(
        &mut self,
        step: CaseStep,
        case_id: CaseId,
        topic: Option<&Topic>,
        recent: Option<Case>,
    ) {
        let at = self.commit.at;
        let topic_id: Option<TopicId> = topic.map(|topic| topic.id);
        match step {
            CaseStep::None if self.was_closed => {
                for case in self.cases.clone() {
                    self.commit.change(Kind::CaseReopened, Case { closed_at: None, ..case });
                }
            }
            CaseStep::None => {}
            CaseStep::JoinRecent => {
                let mut case = recent.expect("a route joins only the case that it was given");
                case.conversation_ids.push(self.conversation.id);
                case.closed_at = None;
                self.name_topic(case.topic_id);
                self.commit.change(Kind::CaseJoined, case);
            }
            CaseStep::Open(decision) => {
                let assignment = desk::Assignment {
                    arm: decision.arm,
                    propensity: decision.propensity,
                    is_eligible: decision.is_eligible,
                    is_randomised: decision.is_randomised,
                    level: topic.map_or(desk::Level::Off, |topic| topic.level),
                    epoch: topic.map_or(0, |topic| topic.epoch),
                    draft: decision.draft,
                    review: decision.review.map(|review| desk::ReviewDraw {
                        is_drawn: review.is,
                        propensity: review.probability,
                    }),
                    reason: Masked::own_words(decision.reason),
                    at,
                };
                self.name_topic(topic_id);
                let case = Case {
                    id: case_id,
                    version: 1,
                    customer_id: self.customer.id,
                    topic_id,
                    conversation_ids: vec![self.conversation.id],
                    opened_at: at,
                    closed_at: None,
                    assignment,
                };
                let is_drawn = case.assignment.review.is_some_and(|review| review.is_drawn);
                self.practises = is_drawn && case.assignment.level == desk::Level::Shadow;
                ledger::assigned(&mut self.commit, &case);
                self.commit.add(Kind::CaseOpened, case);
            }
        }
    }

    /// The first named topic is the conversation's.
    fn name_topic(&mut self, topic_id: Option<TopicId>) {
        self.conversation.topic_id = self.conversation.topic_id.or(topic_id);
    }

    fn add_job(&mut self, kind: JobKind) {
        let now = Clock::real();
        let job = Job {
            id: JobId(new_id()),
            kind,
            conversation_id: self.conversation.id,
            message_id: self.message.id,
            n_attempts: 0,
            due_at: now,
            leased_until: now.plus_ms(LEASE_MS),
        };
        self.commit.push(Change::AddJob(job.clone()));
        self.job = Some(job);
    }
}

/// The message that the sender gave the same key, if it is there.
fn known_message(thread: &Thread, incoming: &Incoming) -> Option<Received> {
    let client_id = incoming.client_id.as_ref()?;
    let known = thread.messages.iter().find(|w| w.message.client_id.as_ref() == Some(client_id))?;
    let conversation_id = known.message.conversation_id;
    Some(Received { conversation_id, written: known.clone(), is_new: false })
}

/// Names that are no card each may make one together.
fn names(files: &[desk::File]) -> Masked {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    RawText::from(names.join(", ")).mask()
}

fn answers_somewhere(topics: &HashMap<TopicId, Topic>) -> bool {
    topics.values().any(|topic| !topic.is_archived && topic.level.answers())
}

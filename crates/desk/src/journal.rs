//! The journal: what happened, in order, by ids and numbers only, so that erasure works.

use crate::{AgentId, ConversationId, CustomerId, Time};

/// Who caused an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person at the desk.
    Agent(AgentId),
    /// A customer.
    Customer(CustomerId),
    /// The assistant.
    Assistant,
    /// The desk itself.
    System,
}

impl Actor {
    /// The word in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent(_) => "agent",
            Self::Customer(_) => "customer",
            Self::Assistant => "assistant",
            Self::System => "system",
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in the API and in the table.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value of that word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words!(
    /// What an entry is about.
    Subject {
        /// The desk's settings.
        Desk = "desk",
        /// A door.
        Inbox = "inbox",
        /// A person who answers.
        Agent = "agent",
        /// A person who asks.
        Customer = "customer",
        /// A topic, with its examples.
        Topic = "topic",
        /// An article.
        Article = "article",
        /// A conversation.
        Conversation = "conversation",
        /// A message, note, draft or event line.
        Message = "message",
        /// A case with its assignment.
        Case = "case",
        /// A handoff.
        Handoff = "handoff",
        /// A call of a tool.
        Call = "call",
        /// The terms on which an agent takes shifts.
        Worker = "worker",
        /// Paid time at the desk.
        Shift = "shift",
        /// Somebody would like to take shifts.
        Application = "application",
    }
);

words!(
    /// What happened.
    Kind {
        /// The desk was set up.
        DeskOpened = "desk.opened",
        /// The desk's settings changed.
        DeskChanged = "desk.changed",
        /// The topics were learnt anew.
        DeskTrained = "desk.trained",
        /// A door was added.
        InboxOpened = "inbox.opened",
        /// A door's settings changed.
        InboxChanged = "inbox.changed",
        /// An agent was added.
        AgentAdded = "agent.added",
        /// An agent's name, role or access changed.
        AgentChanged = "agent.changed",
        /// An agent came or went.
        AgentPresence = "agent.presence",
        /// A customer wrote for the first time.
        CustomerAdded = "customer.added",
        /// A customer's details changed.
        CustomerChanged = "customer.changed",
        /// A topic was added.
        TopicAdded = "topic.added",
        /// A topic's words or examples changed.
        TopicChanged = "topic.changed",
        /// A level was set by hand.
        TopicLevelSet = "topic.level_set",
        /// An article was added.
        ArticleAdded = "article.added",
        /// An article changed.
        ArticleChanged = "article.changed",
        /// Customers see the article from now on.
        ArticlePublished = "article.published",
        /// Customers no longer see the article.
        ArticleUnpublished = "article.unpublished",
        /// An article was deleted.
        ArticleDeleted = "article.deleted",
        /// A conversation began.
        ConversationOpened = "conversation.opened",
        /// Something in the conversation's row changed.
        ConversationChanged = "conversation.changed",
        /// It waits for a person.
        ConversationQueued = "conversation.queued",
        /// An agent took it.
        ConversationClaimed = "conversation.claimed",
        /// Its agent gave it back.
        ConversationReleased = "conversation.released",
        /// It was given to an agent.
        ConversationAssigned = "conversation.assigned",
        /// It was closed.
        ConversationClosed = "conversation.closed",
        /// It was opened again.
        ConversationReopened = "conversation.reopened",
        /// A person corrected its topic.
        ConversationTopicCorrected = "conversation.topic_corrected",
        /// The customer judged it.
        ConversationSurveyed = "conversation.surveyed",
        /// Something was written.
        MessageAdded = "message.added",
        /// A part of a card number was masked afterwards.
        MessageMasked = "message.masked",
        /// A person said that an answer was wrong.
        MessageCalledWrong = "message.called_wrong",
        /// A draft was sent or put aside.
        DraftSettled = "message.draft_settled",
        /// A case was opened and assigned.
        CaseOpened = "case.opened",
        /// A further contact joined the case.
        CaseJoined = "case.joined",
        /// Its conversations are closed.
        CaseClosed = "case.closed",
        /// Its conversation was opened again.
        CaseReopened = "case.reopened",
        /// A person was asked for.
        HandoffMade = "handoff.made",
        /// What it quotes was masked afterwards.
        HandoffMasked = "handoff.masked",
        /// A call of a tool is wanted.
        CallProposed = "call.proposed",
        /// It went on, or came to its end.
        CallChanged = "call.changed",
        /// An agent may take shifts.
        WorkerAdded = "worker.added",
        /// The terms on which they do, or their hours, changed.
        WorkerChanged = "worker.changed",
        /// A shift was planned.
        ShiftAdded = "shift.added",
        /// A shift is offered.
        ShiftPublished = "shift.published",
        /// Somebody took a shift.
        ShiftClaimed = "shift.claimed",
        /// Somebody gave a shift back.
        ShiftReleased = "shift.released",
        /// The desk took a shift back.
        ShiftCancelled = "shift.cancelled",
        /// A person said what is paid of a shift.
        ShiftCorrected = "shift.corrected",
        /// Somebody applied for shifts.
        ApplicationAdded = "application.added",
        /// A person said yes or no to an application.
        ApplicationDecided = "application.decided",
    }
);

/// One row of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place, without gaps, in order of commit.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// Who caused it.
    pub actor: Actor,
    /// What happened.
    pub kind: Kind,
    /// To what sort of record.
    pub subject: Subject,
    /// To which one.
    pub subject_id: String,
    /// The record's version afterwards.
    pub version: i64,
    /// In which conversation, if in one.
    pub conversation_id: Option<ConversationId>,
    /// Of which customer, if of one.
    pub customer_id: Option<CustomerId>,
}

//! What is written in a conversation: messages, notes, drafts and the desk's own lines.

use privacy::Masked;

use crate::{AgentId, ArticleId, ConversationId, CustomerId, FileId, MessageId, Time};

/// Who wrote a message. Law and decency ask that this is never in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The customer.
    Customer(CustomerId),
    /// The assistant: AI.
    Assistant,
    /// A person at the desk.
    Agent(AgentId),
    /// The desk's own fixed words.
    System,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// Said between customer and desk.
    Text,
    /// Between agents; customers never see it.
    Note,
    /// The assistant's suggestion to an agent; customers never see it.
    Draft,
    /// The desk's own line: a notice, a receipt, a change.
    Event,
}

impl MessageKind {
    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Note => "note",
            Self::Draft => "draft",
            Self::Event => "event",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Text, Self::Note, Self::Draft, Self::Event]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }

    /// Whether the customer may see it.
    #[must_use]
    pub fn is_for_customer(self) -> bool {
        matches!(self, Self::Text | Self::Event)
    }
}

/// Through which door a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Written at the desk or in its widget.
    Chat,
    /// By e-mail, from an address that it says: anybody can write that.
    Mail,
    /// By e-mail to an address that only a letter to this customer names.
    Letter,
}

impl Door {
    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Mail => "mail",
            Self::Letter => "letter",
        }
    }

    /// The door of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Chat, Self::Mail, Self::Letter].into_iter().find(|door| door.as_str() == word)
    }
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftState {
    /// Waits for a person.
    Pending,
    /// A person sent it, perhaps edited.
    Sent,
    /// A person put it aside, or wrote an answer of their own.
    Discarded,
}

impl DraftState {
    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Discarded => "discarded",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Pending, Self::Sent, Self::Discarded]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// Which of the desk's own lines an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventCode {
    /// The assistant says that it is AI.
    AiNotice,
    /// A person will answer: reference, place, promise.
    Receipt,
    /// An agent took the conversation.
    AgentJoined,
    /// The agent gave it back to the queue.
    Released,
    /// Closed by an agent or the customer.
    Closed,
    /// Closed because nothing more came.
    ClosedIdle,
    /// Open again.
    Reopened,
}

impl EventCode {
    /// All codes.
    pub const ALL: [Self; 7] = [
        Self::AiNotice,
        Self::Receipt,
        Self::AgentJoined,
        Self::Released,
        Self::Closed,
        Self::ClosedIdle,
        Self::Reopened,
    ];

    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AiNotice => "ai_notice",
            Self::Receipt => "receipt",
            Self::AgentJoined => "agent_joined",
            Self::Released => "released",
            Self::Closed => "closed",
            Self::ClosedIdle => "closed_idle",
            Self::Reopened => "reopened",
        }
    }

    /// The code of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == word)
    }
}

/// Where a sentence of an answer comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Its small number in the text, from 1.
    pub n: i64,
    /// The article; none where a tool told it.
    pub article_id: Option<ArticleId>,
    /// The article's name in addresses, as it was then; of a tool its own name.
    pub slug: String,
    /// The article's heading, as it was then; of a tool what it does.
    pub title: Masked,
    /// The article's own words, as they were then; what was said of a tool's result.
    pub quote: Masked,
}

/// A file that somebody attached.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Which.
    pub id: FileId,
    /// Its name, masked.
    pub name: Masked,
    /// Its media type, by content where it can be told.
    pub content_type: String,
    /// Its size.
    pub n_bytes: i64,
}

/// One entry of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// Grows by one with each change.
    pub version: i64,
    /// Where.
    pub conversation_id: ConversationId,
    /// From 1 within its conversation.
    pub position: i64,
    /// Who wrote it.
    pub author: Author,
    /// What it is.
    pub kind: MessageKind,
    /// Which line, for an event.
    pub code: Option<EventCode>,
    /// What it says.
    pub text: Masked,
    /// Written by AI, also where a person sent it unchanged.
    pub is_generated: bool,
    /// Where its sentences come from.
    pub sources: Vec<Source>,
    /// What the customer may answer with one press.
    pub choices: Vec<Masked>,
    /// The person who said that this answer was wrong.
    pub wrong_by: Option<AgentId>,
    /// What is attached.
    pub files: Vec<File>,
    /// What became of it, for a draft.
    pub draft_state: Option<DraftState>,
    /// Through which door it came.
    pub door: Door,
    /// The sender's own key, so that a message sent again is the same message.
    pub client_id: Option<String>,
    /// When.
    pub created_at: Time,
}

impl Message {
    /// Words at a place of a conversation, with nothing else to them. Its id is the caller's: a pure
    /// crate makes none.
    #[must_use]
    pub fn new(
        id: MessageId,
        conversation_id: ConversationId,
        position: i64,
        author: Author,
        kind: MessageKind,
        text: Masked,
        created_at: Time,
    ) -> Self {
        Self {
            id,
            version: 1,
            conversation_id,
            position,
            author,
            kind,
            code: None,
            text,
            is_generated: false,
            sources: Vec::new(),
            choices: Vec::new(),
            wrong_by: None,
            files: Vec::new(),
            draft_state: None,
            door: Door::Chat,
            client_id: None,
            created_at,
        }
    }
}

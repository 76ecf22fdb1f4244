//! E-mail that came in, as the desk remembers it: what comes twice is one, and what could not be
//! taken in is shown.

use privacy::Masked;

use crate::{ConversationId, Time};

/// A message that came in.
#[derive(Debug, Clone, PartialEq)]
pub struct IncomingMail {
    /// A UUID made of what tells it from all others.
    pub key: String,
    /// The sender's own id of it; later ones refer to it.
    pub message_id: Option<String>,
    /// The sender's address.
    pub sender: Masked,
    /// What it is about.
    pub subject: Masked,
    /// What became of it.
    pub state: MailState,
    /// Why it was not taken in.
    pub reason: Option<String>,
    /// Where it stands.
    pub conversation_id: Option<ConversationId>,
    /// Where it lies in the mailbox: the numbering, and its number.
    pub place: Option<MailPlace>,
    /// When, in real time.
    pub received_at: Time,
}

/// A message's place in a mailbox, or how far the mailbox was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailPlace {
    /// The server's numbering.
    pub uid_validity: i64,
    /// The number in it.
    pub uid: i64,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailState {
    /// It stands in a conversation.
    Taken,
    /// Nobody waits for an answer to it.
    Ignored,
    /// It could not be taken in, and a person looks.
    Quarantined,
}

impl MailState {
    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Ignored => "ignored",
            Self::Quarantined => "quarantined",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Taken, Self::Ignored, Self::Quarantined];
        all.into_iter().find(|state| state.as_str() == word)
    }
}

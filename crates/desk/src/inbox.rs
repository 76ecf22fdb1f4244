//! The desk's settings and its doors.

use privacy::Masked;

use crate::{AgentId, DeskId, InboxId, Staffing, Time};

/// The settings of the whole desk; there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct DeskSettings {
    /// Which.
    pub id: DeskId,
    /// Grows by one with each change.
    pub version: i64,
    /// The company's name, as customers see it.
    pub name: Masked,
    /// When people answer, in the owner's words; said to customers when nobody is at the desk.
    pub hours: Masked,
    /// Filled with the sample shop and driven by simulated customers.
    pub is_demo: bool,
    /// Secret seed of all draws; it stays with the ledger.
    pub draw_seed: Vec<u8>,
    /// Key of fingerprints that must not be reversible, such as those of repeated requests.
    pub fingerprint_key: Vec<u8>,
    /// When the topics were last learnt.
    pub trained_at: Option<Time>,
    /// While it is on, people answer everything.
    pub brake: Option<Brake>,
    /// What reads customers' messages for the assistant, such as "rules" or a model's name with the
    /// edition of its instruction.
    pub reads_with: String,
    /// What it wants of the people who answer.
    pub staffing: Staffing,
    /// People may apply for shifts.
    pub takes_applications: bool,
}

/// What a language model was asked on one day, by the desk's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelUse {
    /// Days since 1970, UTC.
    pub day: i32,
    /// Its name.
    pub model: String,
    /// How often.
    pub n_questions: i64,
    /// How often it gave no answer.
    pub n_failures: i64,
    /// Of the questions.
    pub tokens_in: i64,
    /// Of the answers.
    pub tokens_out: i64,
}

/// The brake of a whole desk.
#[derive(Debug, Clone, PartialEq)]
pub struct Brake {
    /// Since when.
    pub at: Time,
    /// Who pulled it.
    pub by: Option<AgentId>,
    /// Why.
    pub reason: Masked,
}

/// What sort of door an inbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboxKind {
    /// A widget on a web site.
    Web,
    /// E-mail to the desk's address.
    Email,
    /// The telephone and other ways that programs and agents tell of.
    Api,
}

impl InboxKind {
    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Email => "email",
            Self::Api => "api",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Web, Self::Email, Self::Api].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A door of the desk.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbox {
    /// Which.
    pub id: InboxId,
    /// Grows by one with each change.
    pub version: i64,
    /// What sort of door it is.
    pub kind: InboxKind,
    /// As agents see it.
    pub name: Masked,
    /// Public, part of the script tag; a name for each door.
    pub key: String,
    /// First words of the widget.
    pub greeting: Masked,
    /// Signs who a customer is: hex HMAC-SHA-256(secret, external id).
    pub identity_secret: String,
}

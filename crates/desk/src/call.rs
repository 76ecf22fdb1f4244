//! A call of a tool that changes something in another system: a row before it is a request.

use privacy::Masked;

use crate::{CaseId, ConversationId, Time};

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    /// Wanted; people may still have to approve it. Nothing is sent.
    Proposed,
    /// May be sent; its money is reserved.
    Approved,
    /// Sent, or about to be.
    Running,
    /// Done.
    Succeeded,
    /// Not done.
    Failed,
    /// Nobody knows whether it was done.
    Unknown,
}

impl CallState {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Proposed,
        Self::Approved,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Unknown,
    ];

    /// The word in tables and on screens.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A call. What is looked for has a field; `content` is the whole call as the assistant's rules
/// keep it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// 64 hexadecimal digits, sent along so that the other system does it once.
    pub key: String,
    /// Counts changes.
    pub version: i64,
    /// Where the customer said yes to it.
    pub conversation_id: ConversationId,
    /// For which case.
    pub case_id: Option<CaseId>,
    /// The tool.
    pub tool: String,
    /// Where it stands.
    pub state: CallState,
    /// The id under which the other system knows the customer.
    pub customer: Masked,
    /// What it moves, in minor units.
    pub amount: i64,
    /// The desk's day on which its limits count, in days since 1970.
    pub day: i32,
    /// What the customer said yes to.
    pub words: Masked,
    /// So many people still have to approve it.
    pub n_missing: i64,
    /// All of it, as JSON; its texts are masked.
    pub content: String,
    /// When it was proposed.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

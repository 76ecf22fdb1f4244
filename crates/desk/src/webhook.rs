//! Webhooks: other systems that are told what happens, one delivery a fact; and tokens with which
//! they call the desk.

use privacy::Masked;

use crate::{AgentId, ApiTokenId, DeliveryId, Kind, Time, WebhookId};

/// A system that is told what happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Which.
    pub id: WebhookId,
    /// Where it is told.
    pub url: String,
    /// Signs what it is told.
    pub secret: String,
    /// What it is told of; everything when this is empty.
    pub kinds: Vec<Kind>,
    /// Somebody has stopped it; what happens meanwhile is not told.
    pub is_paused: bool,
    /// The journal row up to which it was told, or it was written down that it has to be.
    pub seen: i64,
    /// It failed so often in a row.
    pub n_failures: i64,
    /// Before this real time it is not asked again.
    pub retry_at: Time,
    /// Since when, in real time.
    pub created_at: Time,
}

/// What a system is told: one journal row.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Which; the same however often it is tried.
    pub id: DeliveryId,
    /// Whom.
    pub webhook_id: WebhookId,
    /// The journal row.
    pub seq: i64,
    /// What happened.
    pub kind: Kind,
    /// Whether it was told.
    pub state: DeliveryState,
    /// How often it was tried in vain.
    pub n_attempts: i64,
    /// The status of the last answer, if there was one.
    pub status: Option<i64>,
    /// Why the last try failed.
    pub failure: Option<String>,
    /// Since when it is to be told, in real time.
    pub created_at: Time,
    /// When it was told or given up, in real time.
    pub finished_at: Option<Time>,
}

/// Whether a delivery was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is tried, now or later.
    Waiting,
    /// The other system has it.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Waiting, Self::Delivered, Self::Failed];
        all.into_iter().find(|state| state.as_str() == word)
    }
}

/// A token with which a program calls the desk in an agent's name.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiToken {
    /// Which.
    pub id: ApiTokenId,
    /// In whose name; it may never do what they may not.
    pub agent_id: AgentId,
    /// What it is for.
    pub name: Masked,
    /// Hex SHA-256 of the token, which is kept nowhere.
    pub token_hash: String,
    /// What it may do.
    pub scope: Scope,
    /// In real time.
    pub created_at: Time,
    /// In real time.
    pub expires_at: Time,
    /// The last day on which it was used, in real time.
    pub used_at: Option<Time>,
}

/// What a token may do; each may do what the one before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Look.
    Read,
    /// Also write and act in conversations, and tell of contacts.
    Answer,
    /// Also all else that its agent may do, but not with tokens, passwords and agents' accounts.
    Manage,
}

impl Scope {
    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Answer => "answer",
            Self::Manage => "manage",
        }
    }

    /// The scope of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Read, Self::Answer, Self::Manage].into_iter().find(|scope| scope.as_str() == word)
    }
}

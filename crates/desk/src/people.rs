//! Agents, who answer, and customers, who ask.

use privacy::Masked;

use crate::{AgentId, CustomerId, Time};

/// What an agent may do; each role may do what the one before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Answers customers.
    Agent,
    /// Also sets topics, articles and levels, and takes over conversations.
    Lead,
    /// Also sets up the desk and its people.
    Owner,
}

impl Role {
    /// The word on screen, in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Lead => "lead",
            Self::Owner => "owner",
        }
    }

    /// The role of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Agent, Self::Lead, Self::Owner].into_iter().find(|role| role.as_str() == word)
    }
}

/// Whether an agent is there to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// At the desk: customers may be promised an answer now.
    Available,
    /// Not at the desk.
    Away,
}

impl Presence {
    /// The word on screen, in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Away => "away",
        }
    }

    /// The presence of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Available, Self::Away].into_iter().find(|presence| presence.as_str() == word)
    }
}

/// A person who answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Who.
    pub id: AgentId,
    /// Grows by one with each change.
    pub version: i64,
    /// As customers see it.
    pub name: Masked,
    /// Signs in with it; lower case.
    pub email: Masked,
    /// What they may do.
    pub role: Role,
    /// Whether they are there.
    pub presence: Presence,
    /// May no longer sign in; their past stays.
    pub is_disabled: bool,
    /// The password's argon2id hash in PHC form; never shown.
    pub password_hash: String,
    /// Since when.
    pub created_at: Time,
}

/// A person who asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// Who.
    pub id: CustomerId,
    /// Grows by one with each change.
    pub version: i64,
    /// If they or the site told it.
    pub name: Option<Masked>,
    /// If they or the site told it.
    pub email: Option<Masked>,
    /// Letters may go to the address: the site signed it together with the key, or they wrote from it.
    pub has_verified_email: bool,
    /// The site's own key for them; set only by a signed identity.
    pub external_id: Option<Masked>,
    /// The site signed who they are.
    pub is_verified: bool,
    /// Flagged by a lead (vulnerable, or of special importance): always a person, first in line.
    pub is_people_first: bool,
    /// The widget's locale, a prior for the language of what they write.
    pub locale: Option<String>,
    /// Since when.
    pub created_at: Time,
}

impl Customer {
    /// Somebody of whom nothing is known yet.
    #[must_use]
    pub fn new(id: CustomerId, created_at: Time) -> Self {
        Self {
            id,
            version: 1,
            name: None,
            email: None,
            has_verified_email: false,
            external_id: None,
            is_verified: false,
            is_people_first: false,
            locale: None,
            created_at,
        }
    }
}

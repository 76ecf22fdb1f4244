//! Applications: people who would like to take shifts, and what a person decided.

use privacy::Masked;

use crate::{AgentId, ApplicationId, Time};

/// Somebody would like to take shifts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Which.
    pub id: ApplicationId,
    /// Grows by one with each change.
    pub version: i64,
    /// Who.
    pub name: Masked,
    /// Where they are told; lower case.
    pub email: Masked,
    /// Where they are, such as `Europe/Berlin`.
    pub zone: String,
    /// The languages in which they would answer.
    pub languages: Vec<String>,
    /// Hours a week that they wish for.
    pub wish_hours: i64,
    /// They study: other limits may hold.
    pub is_student: bool,
    /// What they say of themselves.
    pub words: Masked,
    /// Where it stands.
    pub state: ApplicationState,
    /// Who decided it, when, and why.
    pub decision: Option<Decision>,
    /// Who they are at the desk, once they are taken.
    pub agent_id: Option<AgentId>,
    /// Since when, on the desk's clock.
    pub created_at: Time,
}

/// A person has decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub at: Time,
    /// Who.
    pub by: AgentId,
    /// Why, for the applicant.
    pub reason: Masked,
}

/// Where an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationState {
    /// It waits for a person.
    Open,
    /// They are at the desk.
    Accepted,
    /// They are told no, and why.
    Refused,
}

impl ApplicationState {
    /// The word on screen, in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Accepted, Self::Refused].into_iter().find(|state| state.as_str() == word)
    }
}

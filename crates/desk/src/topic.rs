//! Topics, their levels, and the sentences that teach them.

use privacy::Masked;

use crate::{AgentId, ExampleId, Time, TopicId};

/// What the assistant may do on a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// People answer.
    Off,
    /// The assistant suggests, a person sends.
    Draft,
    /// The assistant answers its share, people check.
    Supervised,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 3] = [Self::Off, Self::Draft, Self::Supervised];

    /// The word on screen, in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Draft => "draft",
            Self::Supervised => "supervised",
        }
    }

    /// The level of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == word)
    }
}

/// What customers write about, as the company divides it.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Which.
    pub id: TopicId,
    /// Grows by one with each change, also of its examples.
    pub version: i64,
    /// As people see it.
    pub name: Masked,
    /// Its stable name in files; unique.
    pub slug: String,
    /// What belongs to it.
    pub description: Masked,
    /// What the assistant may do; set by hand.
    pub level: Level,
    /// Share of the eligible cases drawn for the assistant at *supervised*, and of the drafts
    /// shown at *draft*, in [0, .95].
    pub share: f64,
    /// Why the level was set.
    pub level_reason: Masked,
    /// Who set it.
    pub level_set_by: Option<AgentId>,
    /// When.
    pub level_set_at: Option<Time>,
    /// Hardship and the like: always a person, first in the queue.
    pub is_people_first: bool,
    /// The assistant may answer while nobody is at the desk; such cases are outside all tests.
    pub answers_at_night: bool,
    /// How many sentences teach it.
    pub n_examples: i64,
    /// No longer used; its past stays.
    pub is_archived: bool,
}

/// A sentence that teaches a topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Which.
    pub id: ExampleId,
    /// Of which topic.
    pub topic_id: TopicId,
    /// As customers write it.
    pub text: Masked,
    /// Since when.
    pub created_at: Time,
}

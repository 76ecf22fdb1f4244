//! Topics, their levels, and the sentences that teach them.

use privacy::Masked;

use crate::{AgentId, ExampleId, Time, TopicId};

/// What the assistant may do on a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// People answer.
    Off,
    /// The assistant practises: nobody but reviewers sees what it would have said.
    Shadow,
    /// The assistant suggests, a person sends.
    Draft,
    /// The assistant answers its share, people check.
    Supervised,
    /// The assistant answers most, some cases stay with people so that we keep knowing.
    Autonomous,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 5] =
        [Self::Off, Self::Shadow, Self::Draft, Self::Supervised, Self::Autonomous];

    /// Whether the assistant answers customers by itself.
    #[must_use]
    pub fn answers(self) -> bool {
        self >= Self::Supervised
    }

    /// The word on screen, in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Shadow => "shadow",
            Self::Draft => "draft",
            Self::Supervised => "supervised",
            Self::Autonomous => "autonomous",
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
    /// What the assistant may do: what the ledger's evidence has made of it, or a person.
    pub level: Level,
    /// Share of the eligible cases drawn for the assistant from *supervised* on, and of the drafts
    /// shown at *draft*, in [0, .95].
    pub share: f64,
    /// The epoch of its evidence; each change of the level begins another.
    pub epoch: u32,
    /// Somebody set the level, and evidence does not raise it.
    pub is_by_hand: bool,
    /// No evidence lifts it above this.
    pub ceiling: Level,
    /// How much worse than people counts as worse, in (0, 1).
    pub margin: f64,
    /// With which probability a case's answer is reviewed, in [0, 1].
    pub review_share: f64,
    /// Why the level is what it is.
    pub level_reason: Masked,
    /// Who set it; nobody where evidence did.
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

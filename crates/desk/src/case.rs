//! Cases and their assignment: the unit of evidence.

use privacy::Masked;

use crate::{CaseId, ConversationId, CustomerId, Level, Time, TopicId};

/// Who was drawn to answer a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm {
    /// The assistant.
    Ai,
    /// People.
    Human,
}

impl Arm {
    /// The word on screen, in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ai => "ai",
            Self::Human => "human",
        }
    }

    /// The arm of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Ai, Self::Human].into_iter().find(|arm| arm.as_str() == word)
    }
}

/// At *draft*: whether people are shown the assistant's suggestion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DraftDraw {
    /// The draw's result.
    pub is_shown: bool,
    /// Probability of being shown, in [0, 1].
    pub propensity: f64,
}

/// Whether an answer is reviewed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReviewDraw {
    /// The draw's result.
    pub is_drawn: bool,
    /// Probability of being drawn, in (0, 1].
    pub propensity: f64,
}

/// Who answers a case and why; written before anybody answers, never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// Who answers.
    pub arm: Arm,
    /// Probability with which the assistant was drawn, in [0, 1].
    pub propensity: f64,
    /// Whether the case might have been drawn, from what was known before the draw.
    pub is_eligible: bool,
    /// Whether chance decided; only such cases enter a test.
    pub is_randomised: bool,
    /// The topic's level then.
    pub level: Level,
    /// The epoch of the topic's evidence then.
    pub epoch: u32,
    /// At *draft*: the second draw.
    pub draft: Option<DraftDraw>,
    /// Whether an answer is reviewed.
    pub review: Option<ReviewDraw>,
    /// The reason in words.
    pub reason: Masked,
    /// When.
    pub at: Time,
}

/// What one customer needs on one topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Which.
    pub id: CaseId,
    /// Grows by one with each change.
    pub version: i64,
    /// Whose.
    pub customer_id: CustomerId,
    /// About what; `None` for a message that fits no topic.
    pub topic_id: Option<TopicId>,
    /// The conversations in which it came up, first first; at least one.
    pub conversation_ids: Vec<ConversationId>,
    /// When it was opened; contacts join it for seven days from then.
    pub opened_at: Time,
    /// When the last of its conversations closed.
    pub closed_at: Option<Time>,
    /// Who answers it.
    pub assignment: Assignment,
}

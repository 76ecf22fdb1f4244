//! Reviews: a person marks an answer without knowing who wrote it.

use privacy::Masked;

use crate::{AgentId, Arm, CaseId, ConversationId, MessageId, ReviewId, Source, Time, TopicId};

/// An answer that was drawn for a review.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// Which.
    pub id: ReviewId,
    /// Of which case.
    pub case_id: CaseId,
    /// Where it was asked.
    pub conversation_id: ConversationId,
    /// About what.
    pub topic_id: TopicId,
    /// What is marked.
    pub answer: ReviewedAnswer,
    /// The agent who wrote it: they do not review it.
    pub author_id: Option<AgentId>,
    /// Since when.
    pub created_at: Time,
    /// What the reviewer said.
    pub verdict: Option<ReviewVerdict>,
}

/// What a review looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum ReviewedAnswer {
    /// What a customer was sent.
    Sent(MessageId),
    /// What the assistant would have said, at *shadow*.
    Unseen {
        /// Its words.
        text: Masked,
        /// Where they are from.
        sources: Vec<Source>,
    },
}

impl ReviewedAnswer {
    /// Whether nobody was sent it.
    #[must_use]
    pub fn is_unseen(&self) -> bool {
        matches!(self, Self::Unseen { .. })
    }
}

/// What a reviewer said.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewVerdict {
    /// Who.
    pub by: AgentId,
    /// When.
    pub at: Time,
    /// 1 good, .5 fair, 0 bad.
    pub mark: f64,
    /// Whom they took for the author.
    pub guess: Option<Arm>,
    /// Why, in their words.
    pub comment: Option<Masked>,
}

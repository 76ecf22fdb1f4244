//! Articles of the help centre: what the assistant may say.

use privacy::Masked;

use crate::{AgentId, ArticleId, Time, TopicId};

/// Whether customers see an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArticleState {
    /// Being written.
    Draft,
    /// In the help centre, and a source for the assistant.
    Published,
}

impl ArticleState {
    /// The word on screen, in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Draft, Self::Published].into_iter().find(|state| state.as_str() == word)
    }
}

/// A page of the help centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// Which.
    pub id: ArticleId,
    /// Grows by one with each change.
    pub version: i64,
    /// Its name in addresses; unique.
    pub slug: String,
    /// Its heading.
    pub title: Masked,
    /// Markdown.
    pub body: Masked,
    /// ISO 639-1.
    pub language: String,
    /// What it is about.
    pub topic_ids: Vec<TopicId>,
    /// How customers ask for it; ranking learns from them.
    pub questions: Vec<Masked>,
    /// Whether customers see it.
    pub state: ArticleState,
    /// Last change.
    pub updated_at: Time,
    /// By whom, when a person made it.
    pub updated_by: Option<AgentId>,
    /// Since when customers see it.
    pub published_at: Option<Time>,
}

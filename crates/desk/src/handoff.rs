//! A handoff to a person: a state with a receipt, never parsed out of prose, never silent.

use privacy::Masked;

use crate::{ConversationId, HandoffId, Time, TopicId};

/// Who or what asked for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedBy {
    /// The customer, by button or in words.
    Customer,
    /// The assistant, which could not help.
    Assistant,
    /// A rule that puts people first.
    Rule,
    /// The assignment: this case is for people.
    Assignment,
}

impl RequestedBy {
    /// The word on screen, in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Assistant => "assistant",
            Self::Rule => "rule",
            Self::Assignment => "assignment",
        }
    }

    /// The requester of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Customer, Self::Assistant, Self::Rule, Self::Assignment]
            .into_iter()
            .find(|by| by.as_str() == word)
    }
}

/// Why a person is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoffReason {
    /// The customer asked for one.
    AskedForPerson,
    /// Hardship, bereavement, fraud and the like.
    PeopleFirst,
    /// The topic's level gives it to people.
    LevelGivesPeople,
    /// Chance gave this case to people.
    DrawnForPeople,
    /// The message fits no topic.
    NoTopic,
    /// No article answers the question.
    NoAnswer,
    /// The customer says that the answer did not help.
    DidNotHelp,
    /// The customer writes in a language that no article is in.
    OtherLanguage,
    /// An attached file must be looked at.
    FileToLookAt,
    /// A procedure came to where only a person goes on.
    Procedure,
}

impl HandoffReason {
    /// All reasons.
    pub const ALL: [Self; 10] = [
        Self::AskedForPerson,
        Self::PeopleFirst,
        Self::LevelGivesPeople,
        Self::DrawnForPeople,
        Self::NoTopic,
        Self::NoAnswer,
        Self::DidNotHelp,
        Self::OtherLanguage,
        Self::FileToLookAt,
        Self::Procedure,
    ];

    /// The word in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AskedForPerson => "asked_for_person",
            Self::PeopleFirst => "people_first",
            Self::LevelGivesPeople => "level_gives_people",
            Self::DrawnForPeople => "drawn_for_people",
            Self::NoTopic => "no_topic",
            Self::NoAnswer => "no_answer",
            Self::DidNotHelp => "did_not_help",
            Self::OtherLanguage => "other_language",
            Self::FileToLookAt => "file_to_look_at",
            Self::Procedure => "procedure",
        }
    }

    /// The reason of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// One sentence for people at the desk.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::AskedForPerson => "The customer asked for a person.",
            Self::PeopleFirst => "A rule puts a person first here.",
            Self::LevelGivesPeople => "People answer this topic.",
            Self::DrawnForPeople => "Drawn for people, so that we keep knowing how people do.",
            Self::NoTopic => "The message fits none of the desk's topics.",
            Self::NoAnswer => "No article answers this with enough certainty.",
            Self::DidNotHelp => "The assistant's answer did not help.",
            Self::OtherLanguage => "No article is in the customer's language.",
            Self::FileToLookAt => "The customer attached a file that a person must look at.",
            Self::Procedure => "A procedure goes on with a person.",
        }
    }
}

/// What a person gets who takes over, and what the customer was promised.
#[derive(Debug, Clone, PartialEq)]
pub struct Handoff {
    /// Which.
    pub id: HandoffId,
    /// Grows by one when the words that it quotes are masked; nothing else of a handoff changes.
    pub version: i64,
    /// Where.
    pub conversation_id: ConversationId,
    /// When.
    pub at: Time,
    /// Who or what asked.
    pub by: RequestedBy,
    /// Why.
    pub reason: HandoffReason,
    /// More on the reason, such as the rule that spoke.
    pub detail: Option<Masked>,
    /// What was said so far, for the agent.
    pub summary: Masked,
    /// What the assistant tried.
    pub tried: Vec<Masked>,
    /// What is not known yet.
    pub missing: Vec<Masked>,
    /// About what.
    pub topic_id: Option<TopicId>,
    /// Place in the queue then, from 1.
    pub place: i64,
    /// What the customer was told about when a person answers, in their language.
    pub promise: Masked,
}

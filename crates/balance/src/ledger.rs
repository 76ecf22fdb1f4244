//! The ledger's rows: what happened, in order. Levels are their fold, and nothing else is read.

use desk::{AgentId, Arm, CaseId, Level, TopicId};
use serde::{Deserialize, Serialize};

use crate::Rules;

/// The version of the rows; a file of another is refused.
pub const VERSION: u32 = 1;

/// What an exported ledger begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`VERSION`].
    pub ledger: u32,
    /// What the rows are folded by.
    pub rules: Rules,
    /// The secret of the desk's draws, so that they can be made again.
    pub seed: String,
}

/// One row. Its number grows by one with each, over all nodes, in the order of commits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its number, from 1.
    pub seq: i64,
    /// When, in milliseconds on the desk's clock.
    pub at: i64,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// A person set a topic's level, or let evidence decide from here on.
    Set {
        /// Which topic.
        #[serde(with = "text")]
        topic: TopicId,
        /// The level.
        #[serde(with = "level")]
        level: Level,
        /// The assistant's share, in [0, .95].
        share: f64,
        /// Evidence raises it from here.
        by_evidence: bool,
        /// δ, in (0, 1).
        margin: f64,
        /// No evidence lifts it above this.
        #[serde(with = "level")]
        ceiling: Level,
        /// Who.
        #[serde(with = "option")]
        by: Option<AgentId>,
        /// Why, in their words.
        reason: String,
    },
    /// A case was opened and assigned, before anybody answered.
    Assigned(Assigned),
    /// The first answer that says something.
    Answered {
        /// Which case.
        #[serde(with = "text")]
        case: CaseId,
        /// By whom.
        #[serde(with = "arm")]
        by: Arm,
    },
    /// Something that speaks for or against how a case was answered.
    Happened {
        /// Which case.
        #[serde(with = "text")]
        case: CaseId,
        /// What.
        what: Happening,
    },
    /// A person answered where a draft was shown.
    Drafted {
        /// Which case.
        #[serde(with = "text")]
        case: CaseId,
        /// The share of the text that they changed: 0 as suggested, 1 another text.
        edit: f64,
    },
    /// A person reviewed an answer without knowing its author.
    Reviewed {
        /// Which case.
        #[serde(with = "text")]
        case: CaseId,
        /// It was an unseen answer at *shadow*.
        is_shadow: bool,
        /// 1 good, .5 fair, 0 bad.
        mark: f64,
        /// Whom the reviewer took for the author, if they ventured it.
        #[serde(with = "maybe_arm", default, skip_serializing_if = "Option::is_none")]
        guess: Option<Arm>,
    },
    /// The brake: people answer everything, and nothing rises.
    Frozen {
        /// Who.
        #[serde(with = "option")]
        by: Option<AgentId>,
        /// Why.
        reason: String,
    },
    /// The brake is off.
    Thawed {
        /// Who.
        #[serde(with = "option")]
        by: Option<AgentId>,
        /// Why.
        reason: String,
    },
    /// What the assistant knows has changed, such as an article: the proof is of what it was.
    Changed {
        /// Which topics; none for all.
        #[serde(with = "list")]
        topics: Vec<TopicId>,
        /// What, as people know it.
        what: String,
    },
    /// A look: a day is over.
    Day {
        /// Days since 1970, on the desk's clock.
        day: i64,
        /// Topics that the desk has.
        n_topics: usize,
    },
    /// What the rows up to here made of a level. It follows from them; it is kept so that it can be
    /// compared with what a replay finds.
    Decided(LevelDecision),
}

/// Who answers a case, by which chance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Assigned {
    /// Which case.
    #[serde(with = "text")]
    pub case: CaseId,
    /// On which topic.
    #[serde(with = "text")]
    pub topic: TopicId,
    /// The topic's epoch then.
    pub epoch: u32,
    /// The topic's level then.
    #[serde(with = "level")]
    pub level: Level,
    /// Who was drawn.
    #[serde(with = "arm")]
    pub arm: Arm,
    /// With which probability the assistant was.
    pub propensity: f64,
    /// It might have been drawn.
    pub is_eligible: bool,
    /// Chance decided.
    pub is_randomised: bool,
    /// At *draft*: whether the suggestion was drawn to be shown, and with which probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Drawn>,
    /// Whether an answer is to be reviewed, and with which probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Drawn>,
}

/// A draw.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// How it fell.
    pub is: bool,
    /// The probability of yes.
    pub probability: f64,
}

/// What speaks for or against an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// The customer came back into a closed conversation.
    Reopened,
    /// The customer came again about the same, through any door.
    Repeated,
    /// A complaint.
    Complained,
    /// A person took back what the assistant had said.
    Corrected,
    /// The customer asked for a person after the assistant had answered.
    AskedForPerson,
    /// The customer said that it did not help.
    DidNotHelp,
    /// A low score.
    Disliked,
    /// A high score, or "solved".
    Confirmed,
    /// A score in the middle.
    Rated,
    /// The assistant gave the case to a person.
    HandedOver,
}

impl Happening {
    /// Whether it says on the same day that something is wrong.
    #[must_use]
    pub fn is_bad_sign(self) -> bool {
        matches!(
            self,
            Self::Reopened
                | Self::Complained
                | Self::Corrected
                | Self::AskedForPerson
                | Self::DidNotHelp
                | Self::Disliked
        )
    }

    /// Whether the case is not resolved for good, specification §2.
    #[must_use]
    pub fn undoes(self) -> bool {
        matches!(self, Self::Reopened | Self::Repeated | Self::Complained | Self::Corrected)
    }
}

/// A level that changed by evidence, or was renewed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelDecision {
    /// Which topic.
    #[serde(with = "text")]
    pub topic: TopicId,
    /// From.
    #[serde(with = "level")]
    pub from: Level,
    /// To; the same where an epoch was renewed in its place.
    #[serde(with = "level")]
    pub to: Level,
    /// The assistant's share from then on.
    pub share: f64,
    /// The epoch that it began.
    pub epoch: u32,
    /// The last row that it follows from.
    pub after: i64,
    /// For a lead.
    pub reason: String,
    /// For a statistician.
    pub numbers: Numbers,
}

/// The numbers of a decision; what does not apply is not there.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Numbers {
    /// Cases, signs or reviews that it rests on.
    pub n: u64,
    /// ln e of the test that was passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ln_e: Option<f64>,
    /// What it had to reach; for an alarm the detector's threshold, in logarithms too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ln_threshold: Option<f64>,
    /// Assistant less people, in shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<f64>,
}

/// Ids as their text.
mod text {
    use std::{fmt::Display, str::FromStr};

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<T: Display, S: Serializer>(id: &T, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(super) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(|_| D::Error::custom(format!("`{text}` is no id")))
    }
}

/// An id that may be missing.
mod option {
    use desk::AgentId;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(id: &Option<AgentId>, to: S) -> Result<S::Ok, S::Error> {
        id.map(|id| id.to_string()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<AgentId>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let read = |text: String| text.parse().map_err(|_| D::Error::custom("no id"));
        text.map(read).transpose()
    }
}

/// A list of ids.
mod list {
    use desk::TopicId;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(ids: &[TopicId], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(ids.iter().map(ToString::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<TopicId>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let read = |text: &String| text.parse().map_err(|_| D::Error::custom("no id"));
        texts.iter().map(read).collect()
    }
}

macro_rules! word {
    ($name:ident, $kind:ty) => {
        mod $name {
            use serde::{Deserialize, Deserializer, Serializer, de::Error};

            pub(super) fn serialize<S: Serializer>(
                value: &$kind,
                to: S,
            ) -> Result<S::Ok, S::Error> {
                to.serialize_str(value.as_str())
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                from: D,
            ) -> Result<$kind, D::Error> {
                let word = std::borrow::Cow::<'de, str>::deserialize(from)?;
                <$kind>::parse(&word)
                    .ok_or_else(|| D::Error::custom(format!("`{word}` is not known here")))
            }
        }
    };
}

word!(level, desk::Level);
word!(arm, desk::Arm);

/// An arm that may be missing.
mod maybe_arm {
    use desk::Arm;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(arm: &Option<Arm>, to: S) -> Result<S::Ok, S::Error> {
        arm.map(Arm::as_str).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arm>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.as_deref().and_then(Arm::parse))
    }
}

impl Fact {
    /// The word that begins it as JSON, and the topic and case that it is about.
    #[must_use]
    pub fn about(&self) -> (&'static str, Option<TopicId>, Option<CaseId>) {
        match self {
            Self::Set { topic, .. } => ("set", Some(*topic), None),
            Self::Assigned(assigned) => ("assigned", Some(assigned.topic), Some(assigned.case)),
            Self::Answered { case, .. } => ("answered", None, Some(*case)),
            Self::Happened { case, .. } => ("happened", None, Some(*case)),
            Self::Drafted { case, .. } => ("drafted", None, Some(*case)),
            Self::Reviewed { case, .. } => ("reviewed", None, Some(*case)),
            Self::Frozen { .. } => ("frozen", None, None),
            Self::Thawed { .. } => ("thawed", None, None),
            Self::Changed { .. } => ("changed", None, None),
            Self::Day { .. } => ("day", None, None),
            Self::Decided(decision) => ("decided", Some(decision.topic), None),
        }
    }
}

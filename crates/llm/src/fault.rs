//! Why a model gave no answer.

use std::{fmt, time::Duration};

/// Why a model gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody could be reached at the address.
    Unreachable(String),
    /// No first word, no next word or no end in time.
    Slow(&'static str),
    /// The server refuses the key.
    NotAllowed(u16),
    /// The server wants to be left alone, for so long if it said.
    TooMany(Option<Duration>),
    /// What was asked is longer than the model can read.
    TooLong,
    /// The server refuses what was asked.
    Refused(u16, String),
    /// The server failed.
    Failed(u16),
    /// The answer could not be read, also when asked again.
    Broken(String),
    /// As many questions as this model gets at once are on their way.
    Busy,
    /// It failed lately, and is not asked for a while.
    Resting,
}

impl Fault {
    /// Whether it says that the model is not there, as opposed to something in this question.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::Unreachable(_)
            | Self::Slow(_)
            | Self::NotAllowed(_)
            | Self::TooMany(_)
            | Self::Failed(_) => true,
            Self::TooLong | Self::Refused(..) | Self::Broken(_) | Self::Busy | Self::Resting => {
                false
            }
        }
    }

    /// Whether one such answer is enough to leave the model alone.
    pub(crate) fn is_certain(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::NotAllowed(_) | Self::TooMany(_))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(formatter, "not reached: {why}"),
            Self::Slow(what) => write!(formatter, "too slow: {what}"),
            Self::NotAllowed(status) => write!(formatter, "the key is refused ({status})"),
            Self::TooMany(_) => formatter.write_str("too many questions, it says"),
            Self::TooLong => formatter.write_str("the question is too long for it"),
            Self::Refused(status, why) => write!(formatter, "refused ({status}): {why}"),
            Self::Failed(status) => write!(formatter, "it failed ({status})"),
            Self::Broken(why) => write!(formatter, "an answer that cannot be read: {why}"),
            Self::Busy => formatter.write_str("too many questions at once"),
            Self::Resting => formatter.write_str("left alone after failures"),
        }
    }
}

impl std::error::Error for Fault {}

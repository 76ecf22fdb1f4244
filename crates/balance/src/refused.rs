//! What evidence is not taken. Nothing is ever promoted because of an error.

use std::fmt;

/// Why a row or a parameter was not taken; nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Refused {
    /// Neither 0, people, nor 1, the assistant.
    Arm(i64),
    /// A probability of the assistant's arm that is not strictly between 0 and 1: such a case was
    /// not drawn and enters no test.
    Propensity(f64),
    /// An outcome outside its range, or no number.
    Outcome(f64),
    /// A judge's score outside [0, 1], or no number.
    Score(f64),
    /// A probability of review outside (0, 1], or below the least that was announced.
    Review(f64),
    /// A review without a mark, or a mark without a review.
    Mark,
    /// A parameter outside its range.
    Parameter(&'static str, f64),
}

impl fmt::Display for Refused {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arm(arm) => write!(to, "arm is {arm}, not 0 (people) or 1 (the assistant)"),
            Self::Propensity(pi) => write!(to, "pi is {pi}, not strictly between 0 and 1"),
            Self::Outcome(y) => write!(to, "the outcome {y} is outside its range"),
            Self::Score(f) => write!(to, "f is {f}, not in [0, 1]"),
            Self::Review(q) => write!(to, "q is {q}, not in (0, 1] or below q_min"),
            Self::Mark => to.write_str("s and g do not agree: a review has a mark g in [0, 1]"),
            Self::Parameter(name, value) => write!(to, "{name} is {value}, out of its range"),
        }
    }
}

impl std::error::Error for Refused {}

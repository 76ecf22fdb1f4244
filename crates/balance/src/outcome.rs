//! A case's outcome in a test: seen outright, or scored for all and reviewed for some.

use crate::{Range, Refused};

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Good (1) or not (0), or a share of it.
    Seen(f64),
    /// Double sampling, specification §2.
    Scored {
        /// A score for every case, in [0, 1], that must not know the review.
        score: f64,
        /// Probability with which this case was drawn for review, at least `q_min`.
        review_probability: f64,
        /// The blind review's mark in [0, 1], if the case was reviewed.
        mark: Option<f64>,
    },
}

impl Outcome {
    /// The value that enters the test: Y, or f + (S/q)(G − f), which is right on average whatever
    /// the score does.
    ///
    /// # Errors
    /// When a part lies outside its range.
    pub fn value(self, range: Range) -> Result<f64, Refused> {
        let value = match self {
            Self::Seen(value) => value,
            Self::Scored { score, review_probability, mark } => {
                if !(0.0..=1.0).contains(&score) {
                    return Err(Refused::Score(score));
                }
                if !(review_probability > 0.0 && review_probability <= 1.0) {
                    return Err(Refused::Review(review_probability));
                }
                match mark {
                    None => score,
                    Some(mark) if (0.0..=1.0).contains(&mark) => {
                        score + (mark - score) / review_probability
                    }
                    Some(_) => return Err(Refused::Mark),
                }
            }
        };
        range.check(value)
    }
}

//! The range of an outcome, which must be known before the case.

use crate::Refused;

/// The least and the greatest value that an outcome can take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl Range {
    /// Of a share or a yes and no: [0, 1].
    pub const SHARE: Self = Self { min: 0.0, max: 1.0 };

    /// Of a doubly sampled score f + (S/q)(G − f) with f, G in [0, 1] whenever q ≥ `q_min`:
    /// [1 − 1/q_min, 1/q_min].
    ///
    /// # Errors
    /// When `q_min` is not in (0, 1].
    pub fn of_reviews(q_min: f64) -> Result<Self, Refused> {
        if !(q_min > 0.0 && q_min <= 1.0) {
            return Err(Refused::Review(q_min));
        }
        Ok(Self { min: 1.0 - 1.0 / q_min, max: 1.0 / q_min })
    }

    /// # Errors
    /// When the value lies outside or is no number.
    pub(crate) fn check(self, value: f64) -> Result<f64, Refused> {
        // A review's probability may round its bound by the last digit.
        let slack = 1e-9 * (1.0 + self.max.abs());
        if value >= self.min - slack && value <= self.max + slack {
            Ok(value)
        } else {
            Err(Refused::Outcome(value))
        }
    }
}

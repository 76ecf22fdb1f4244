//! One case's estimate of the difference between the assistant and people.

use desk::Arm;

use crate::{Mean, Range, Refused};

/// The difference as one case tells it, and the least that any case could have told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// φ; its mean over the draw is the true difference, assistant less people.
    pub phi: f64,
    /// ℓ, the least φ; known before the case.
    pub least: f64,
    /// The greatest φ, likewise.
    pub most: f64,
    /// The assistant's mean before this case.
    pub mean_ai: f64,
    /// People's mean before this case.
    pub mean_human: f64,
}

/// Both arms' means as cases come; doubly robust (augmented inverse propensity) differences.
///
/// φ = m₁ − m₀ + A(Y − m₁)/π − (1 − A)(Y − m₀)/(1 − π), with means of earlier cases only, so that
/// E[φ | past] = Δ whatever the means are (Waudby-Smith et al., arXiv 2103.06476).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arms {
    ai: Mean,
    human: Mean,
    n_ai: u64,
    n_human: u64,
    sum_ai: f64,
    sum_human: f64,
}

impl Arms {
    /// Before the first case; both arms begin at `prior` with the weight of so many cases.
    #[must_use]
    pub fn new(prior: f64, prior_weight: f64) -> Self {
        let mean = Mean::new(prior, prior_weight);
        Self { ai: mean, human: mean, n_ai: 0, n_human: 0, sum_ai: 0.0, sum_human: 0.0 }
    }

    /// Takes in a case that was drawn for `arm`, the assistant with probability
    /// `propensity`; `value` lies in `range`, which was known before the case.
    ///
    /// # Errors
    /// When the propensity is not strictly between 0 and 1, or the value is outside its range;
    /// then nothing has changed.
    pub fn take(
        &mut self,
        arm: Arm,
        propensity: f64,
        value: f64,
        range: Range,
    ) -> Result<Difference, Refused> {
        if !(propensity > 0.0 && propensity < 1.0) {
            return Err(Refused::Propensity(propensity));
        }
        let value = range.check(value)?;
        let (m1, m0) = (self.ai.get(), self.human.get());
        let (pi, rest) = (propensity, 1.0 - propensity);
        let phi = m1 - m0
            + match arm {
                Arm::Ai => (value - m1) / pi,
                Arm::Human => -(value - m0) / rest,
            };
        let least = m1 - m0 + ((range.min - m1) / pi).min(-(range.max - m0) / rest);
        let most = m1 - m0 + ((range.max - m1) / pi).max((m0 - range.min) / rest);
        match arm {
            Arm::Ai => {
                self.ai.add(value);
                self.n_ai += 1;
                self.sum_ai += value;
            }
            Arm::Human => {
                self.human.add(value);
                self.n_human += 1;
                self.sum_human += value;
            }
        }
        Ok(Difference { phi, least, most, mean_ai: m1, mean_human: m0 })
    }

    /// Cases of the assistant and of people.
    #[must_use]
    pub fn n(&self) -> (u64, u64) {
        (self.n_ai, self.n_human)
    }

    /// The mean of what was seen, without the prior, of the assistant and of people.
    #[must_use]
    pub fn rates(&self) -> (Option<f64>, Option<f64>) {
        let rate = |sum: f64, n: u64| (n > 0).then(|| sum / n as f64);
        (rate(self.sum_ai, self.n_ai), rate(self.sum_human, self.n_human))
    }

    /// What is expected of the next case, by the assistant and by people.
    #[must_use]
    pub fn means(&self) -> (f64, f64) {
        (self.ai.get(), self.human.get())
    }
}

impl Default for Arms {
    fn default() -> Self {
        Self::new(crate::mean::PRIOR, crate::mean::PRIOR_WEIGHT)
    }
}

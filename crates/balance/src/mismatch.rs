//! Sample ratio mismatch: whether the draws came out as they were announced, specification §6.

use desk::Arm;

use crate::Refused;

/// How many cases the prior weighs.
const PRIOR_WEIGHT: f64 = 100.0;

/// ln E of a stretch of constant π: a beta-binomial with prior Beta(100π, 100(1 − π)) against π
/// (Lindon & Malek 2022). Stretches multiply, so their logarithms add; at ln 100 promotions freeze.
///
/// # Errors
/// When π is not strictly between 0 and 1.
pub fn ratio_mismatch(n_ai: u64, n_human: u64, propensity: f64) -> Result<f64, Refused> {
    if !(propensity > 0.0 && propensity < 1.0) {
        return Err(Refused::Propensity(propensity));
    }
    let (a, b) = (PRIOR_WEIGHT * propensity, PRIOR_WEIGHT * (1.0 - propensity));
    let (n1, n0) = (n_ai as f64, n_human as f64);
    let ln_beta = |a: f64, b: f64| libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    Ok(ln_beta(a + n1, b + n0)
        - ln_beta(a, b)
        - n1 * libm::log(propensity)
        - n0 * libm::log1p(-propensity))
}

/// The draws of an epoch, by stretches in which the probability was the same.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Mismatch {
    /// Of the stretches that are over.
    ln_e: f64,
    propensity: f64,
    n_ai: u64,
    n_human: u64,
}

impl Mismatch {
    /// Takes in a case that was drawn; one outside (0, 1) was not.
    pub fn take(&mut self, arm: Arm, propensity: f64) {
        if propensity.to_bits() != self.propensity.to_bits() {
            *self = Self { ln_e: self.ln_e(), propensity, n_ai: 0, n_human: 0 };
        }
        match arm {
            Arm::Ai => self.n_ai += 1,
            Arm::Human => self.n_human += 1,
        }
    }

    /// ln E against "the draws fell as announced", over all stretches.
    #[must_use]
    pub fn ln_e(&self) -> f64 {
        self.ln_e + ratio_mismatch(self.n_ai, self.n_human, self.propensity).unwrap_or(0.0)
    }
}

//! E-processes: bets against "the assistant is not good enough", which may be looked at any time.

use crate::{Arms, Difference, Outcome, Range, Refused};
use desk::Arm;

/// Shares of the most that may be bet; fixed before the first case.
const BETS: [f64; 10] = [0.01, 0.02, 0.04, 0.06, 0.09, 0.13, 0.19, 0.28, 0.40, 0.55];

/// The mean of ten bettors' capital, in logarithms: E = (1/10) Σⱼ Πᵢ (1 + cⱼ xᵢ/Bᵢ).
///
/// While E[x | past] ≤ 0, P(E ever reaches 1/α) ≤ α under any number of looks (Ville; Howard et al.
/// 2021, Waudby-Smith & Ramdas 2024). `x ≥ −B` must hold, with B known before the case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capital {
    ln: [f64; BETS.len()],
}

impl Capital {
    /// Nothing won or lost.
    #[must_use]
    pub fn new() -> Self {
        Self { ln: [0.0; BETS.len()] }
    }

    /// A case in favour of the assistant by `gain`, which could have been as low as −`bound`.
    pub fn bet(&mut self, gain: f64, bound: f64) {
        for (ln, bet) in self.ln.iter_mut().zip(BETS) {
            *ln += libm::log1p(bet * gain / bound);
        }
    }

    /// ln E.
    #[must_use]
    pub fn ln_e(&self) -> f64 {
        let greatest = self.ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.ln.iter().map(|ln| libm::exp(ln - greatest)).sum();
        greatest + libm::log(sum) - libm::log(BETS.len() as f64)
    }
}

impl Default for Capital {
    fn default() -> Self {
        Self::new()
    }
}

/// The test of a promotion: H0 "the assistant is worse than people by δ or more", specification §4.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    margin: f64,
    arms: Arms,
    capital: Capital,
    sum: f64,
    sum_of_squares: f64,
    n: u64,
}

impl Comparison {
    /// `margin` δ in (0, 1).
    ///
    /// # Errors
    /// When it is not.
    pub fn new(margin: f64, arms: Arms) -> Result<Self, Refused> {
        if !(margin > 0.0 && margin < 1.0) {
            return Err(Refused::Parameter("margin", margin));
        }
        let capital = Capital::new();
        Ok(Self { margin, arms, capital, sum: 0.0, sum_of_squares: 0.0, n: 0 })
    }

    /// Takes in a matured case, in order of arrival. `propensity` is the assistant's, as it was
    /// logged before the draw.
    ///
    /// # Errors
    /// When something is out of range; then nothing has changed.
    pub fn take(
        &mut self,
        arm: Arm,
        propensity: f64,
        outcome: Outcome,
        range: Range,
    ) -> Result<Step, Refused> {
        let value = outcome.value(range)?;
        let difference = self.arms.take(arm, propensity, value, range)?;
        let bound = -(difference.least + self.margin);
        self.capital.bet(difference.phi + self.margin, bound);
        self.sum += difference.phi;
        self.sum_of_squares += difference.phi * difference.phi;
        self.n += 1;
        Ok(Step { difference, bound, value })
    }

    /// ln E.
    #[must_use]
    pub fn ln_e(&self) -> f64 {
        self.capital.ln_e()
    }

    /// Cases taken in.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Both arms as they stand.
    #[must_use]
    pub fn arms(&self) -> &Arms {
        &self.arms
    }

    /// The mean of φ, assistant less people; `None` before the first case.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / self.n as f64)
    }

    /// The standard deviation of φ (of the population); `None` before the first case.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        let mean = self.difference()?;
        Some((self.sum_of_squares / self.n as f64 - mean * mean).max(0.0).sqrt())
    }
}

/// What a case did to a comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// As the case tells it.
    pub difference: Difference,
    /// B = −(ℓ + δ).
    pub bound: f64,
    /// The value that entered.
    pub value: f64,
}

/// The test of a rate against a number: H0 "the mean is at most μ0", specification §4.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateTest {
    capital: Capital,
    n: u64,
}

impl RateTest {
    /// Before the first case.
    #[must_use]
    pub fn new() -> Self {
        Self { capital: Capital::new(), n: 0 }
    }

    /// Takes in a value; `reference` μ0 was known before it and lies strictly above the range's
    /// least value.
    ///
    /// # Errors
    /// When something is out of range; then nothing has changed.
    pub fn take(&mut self, value: f64, reference: f64, range: Range) -> Result<(), Refused> {
        if !(reference > range.min && reference <= range.max) {
            return Err(Refused::Parameter("reference", reference));
        }
        let value = range.check(value)?;
        self.capital.bet(value - reference, reference - range.min);
        self.n += 1;
        Ok(())
    }

    /// ln E.
    #[must_use]
    pub fn ln_e(&self) -> f64 {
        self.capital.ln_e()
    }

    /// Values taken in.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }
}

impl Default for RateTest {
    fn default() -> Self {
        Self::new()
    }
}

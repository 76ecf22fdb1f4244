//! Detectors: sequential alarms that a rate has risen, specification §6.

use crate::{Difference, Refused};

const BETS: [f64; 5] = [0.03, 0.06, 0.12, 0.24, 0.45];

/// A Shiryaev–Roberts detector built of bets: Mⱼ ← (Mⱼ + 1)(1 + cⱼ x/B), alarm when the mean of Mⱼ
/// reaches A. While E[x | past] ≤ 0, the expected number of cases before an alarm is at least A
/// (Shin, Ramdas, Rinaldo, arXiv 2203.03532).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Detector {
    m: [f64; BETS.len()],
    n: u64,
}

impl Detector {
    /// At the beginning of an epoch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn bet(&mut self, share: f64) {
        for (m, bet) in self.m.iter_mut().zip(BETS) {
            *m = (*m + 1.0) * (1.0 + bet * share);
        }
        self.n += 1;
    }

    /// D2: a bad sign on the same day (`true`) or none; `base` b0 in (0, 1) is the rate that is
    /// still all right.
    ///
    /// # Errors
    /// When `base` is not in (0, 1).
    pub fn take_sign(&mut self, is_bad: bool, base: f64) -> Result<(), Refused> {
        if !(base > 0.0 && base < 1.0) {
            return Err(Refused::Parameter("b0", base));
        }
        self.bet((f64::from(u8::from(is_bad)) - base) / base);
        Ok(())
    }

    /// D1: a matured case's difference, against the margin.
    pub fn take_difference(&mut self, difference: &Difference, margin: f64) {
        self.bet(-(difference.phi + margin) / (difference.most + margin));
    }

    /// The mean of Mⱼ, to be compared with A.
    #[must_use]
    pub fn m(&self) -> f64 {
        self.m.iter().sum::<f64>() / BETS.len() as f64
    }

    /// Cases taken in.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }
}

//! Means that are known before the next case: what a prior and all earlier cases say.

/// How many cases the prior weighs.
pub const PRIOR_WEIGHT: f64 = 20.0;
/// What is expected before anything is known.
pub const PRIOR: f64 = 0.8;

/// m = (k0 · prior + Σ earlier values) / (k0 + n), specification §3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    /// Before the first case. `prior` in [0, 1]; `prior_weight` in cases, not negative.
    #[must_use]
    pub fn new(prior: f64, prior_weight: f64) -> Self {
        Self { sum: prior * prior_weight, weight: prior_weight }
    }

    /// What is expected of the next case. With no weight at all it is the middle, .5.
    #[must_use]
    pub fn get(self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { 0.5 }
    }

    /// Takes in a case's value; what lies outside [0, 1] counts as the nearer end, so that the mean
    /// of doubly sampled values stays a share.
    pub fn add(&mut self, value: f64) {
        self.sum += value.clamp(0.0, 1.0);
        self.weight += 1.0;
    }
}

impl Default for Mean {
    fn default() -> Self {
        Self::new(PRIOR, PRIOR_WEIGHT)
    }
}

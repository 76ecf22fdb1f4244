//! Satisfaction, of which nobody knows what those would have said who did not answer.

/// A share of those who answered, and what it can be for all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Satisfaction {
    /// good / answered; `None` when nobody answered.
    pub of_answers: Option<f64>,
    /// If all the others were dissatisfied.
    pub low: f64,
    /// If all the others were satisfied.
    pub high: f64,
}

/// Manski's bounds, [good/N, (good + N − answered)/N], specification §2. `n_good` ≤ `n_answered` ≤
/// `n`; what exceeds counts as the greatest possible. Without anybody the bounds are [0, 1].
#[must_use]
pub fn satisfaction(n_good: u64, n_answered: u64, n: u64) -> Satisfaction {
    let n_answered = n_answered.min(n);
    let n_good = n_good.min(n_answered);
    let share = |part: u64, of: u64| part as f64 / of as f64;
    Satisfaction {
        of_answers: (n_answered > 0).then(|| share(n_good, n_answered)),
        low: if n > 0 { share(n_good, n) } else { 0.0 },
        high: if n > 0 { share(n_good + n - n_answered, n) } else { 1.0 },
    }
}

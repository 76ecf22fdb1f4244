//! The gate: how sure the assistant must be before it may be drawn at all, specification §6.

/// A threshold that was tried on a simple random sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tried {
    /// The threshold τ.
    pub threshold: f64,
    /// The share of bad answers among those at or above it, over the whole sample: R̂(τ) in [0, 1].
    pub risk: f64,
}

/// The smallest τ such that it and every larger one satisfy n/(n+1)·R̂ + 1/(n+1) ≤ α (conformal
/// risk control, Angelopoulos et al. 2022). `tried` in any order; `n` is the size of the sample.
/// `None` when no threshold is safe.
#[must_use]
pub fn gate(tried: &[Tried], n: u64, alpha: f64) -> Option<f64> {
    let n = n as f64;
    let is_safe = |tried: &&Tried| n / (n + 1.0) * tried.risk + 1.0 / (n + 1.0) <= alpha;
    let mut order: Vec<&Tried> = tried.iter().collect();
    order.sort_by(|a, b| b.threshold.total_cmp(&a.threshold));
    order.into_iter().take_while(is_safe).last().map(|tried| tried.threshold)
}

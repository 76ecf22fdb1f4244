//! One-sided limits of a rate, from few cases or many.

/// The normal quantile of 95 %.
const Z95: f64 = 1.644_853_626_951_472_6;

/// The one-sided 95 % upper limit of a rate of `n_hits` in `n` (Wilson's score interval, which
/// keeps its level where the normal limit fails); 1 without a case.
#[must_use]
pub fn upper_limit(n_hits: f64, n: f64) -> f64 {
    if n <= 0.0 {
        return 1.0;
    }
    let (rate, z2) = (n_hits / n, Z95 * Z95);
    let middle = rate + z2 / (2.0 * n);
    let spread = Z95 * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle + spread) / (1.0 + z2 / n)).min(1.0)
}

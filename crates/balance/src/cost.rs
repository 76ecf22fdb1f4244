//! What a good resolution costs: the price of a contact over the share that was good.

use crate::Refused;

/// A ratio with its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Money for each good resolution.
    pub per_good: f64,
    /// Its standard error, by the delta method.
    pub error: f64,
}

/// C/p with se² = [s_C²/p² + C²p(1 − p)/p⁴ − 2C·cov/p³]/n, specification §9 V10.
///
/// `mean` C and `deviation` s_C of the price of a contact, `good` p in (0, 1] the share that was
/// good, `covariance` of price and goodness, `n` contacts.
///
/// # Errors
/// When `good` is not in (0, 1] or `n` is 0.
pub fn cost_per_good(
    mean: f64,
    deviation: f64,
    good: f64,
    covariance: f64,
    n: u64,
) -> Result<Cost, Refused> {
    if !(good > 0.0 && good <= 1.0) {
        return Err(Refused::Parameter("good", good));
    }
    if n == 0 {
        return Err(Refused::Parameter("n", 0.0));
    }
    let p2 = good * good;
    let variance = deviation * deviation / p2 + mean * mean * good * (1.0 - good) / (p2 * p2)
        - 2.0 * mean * covariance / (p2 * good);
    Ok(Cost { per_good: mean / good, error: (variance.max(0.0) / n as f64).sqrt() })
}

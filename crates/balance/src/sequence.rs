//! Confidence sequences: intervals that hold at every look, specification §9 V5.

use crate::Refused;

/// The number of cases at which the interval is tightest, in the tuning of ρ.
pub const TUNING: f64 = 5_000.0;

/// Half the width of an asymptotic confidence sequence for a mean (Waudby-Smith et al., arXiv
/// 2103.06476): s·√(2(nρ² + 1)/(n²ρ²)·ln(√(nρ² + 1)/α)) with
/// ρ² = (−2 ln α + ln(1 − 2 ln α))/`tuning`. For one side give 2α. `deviation` is that of the
/// population.
///
/// # Errors
/// When `n` is 0, `alpha` not in (0, 1), `deviation` negative or `tuning` not positive.
pub fn half_width(n: u64, deviation: f64, alpha: f64, tuning: f64) -> Result<f64, Refused> {
    if n == 0 {
        return Err(Refused::Parameter("n", 0.0));
    }
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(Refused::Parameter("alpha", alpha));
    }
    if deviation.is_nan() || deviation < 0.0 {
        return Err(Refused::Parameter("deviation", deviation));
    }
    if tuning.is_nan() || tuning <= 0.0 {
        return Err(Refused::Parameter("tuning", tuning));
    }
    let n = n as f64;
    let rho2 = (-2.0 * libm::log(alpha) + libm::log(1.0 - 2.0 * libm::log(alpha))) / tuning;
    let grown = n * rho2 + 1.0;
    let inside = 2.0 * grown / (n * n * rho2) * libm::log(grown.sqrt() / alpha);
    Ok(deviation * inside.sqrt())
}

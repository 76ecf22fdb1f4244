//! How many people meet a target.

use crate::{Impossible, Line};

/// No desk has more people at once.
pub const SERVERS_MAX: u32 = 1_000_000;

/// The fewest people with whom `meets` is true, found by doubling and halving; `meets` must stay true
/// with more people. `None` when even [`SERVERS_MAX`] do not meet it.
///
/// # Errors
/// What `meets` gives, but for a queue without end, which more people end.
pub fn fewest(
    line: Line,
    meets: impl Fn(u32) -> Result<bool, Impossible>,
) -> Result<Option<u32>, Impossible> {
    let meets = |n: u32| match meets(n) {
        Err(Impossible::Endless) => Ok(false),
        other => other,
    };
    let mut high = (line.load().ceil().max(1.0) as u32).min(SERVERS_MAX);
    while !meets(high)? {
        if high == SERVERS_MAX {
            return Ok(None);
        }
        high = high.saturating_mul(2).min(SERVERS_MAX);
    }
    let mut low = 0;
    // low does not meet it (or is nobody), high does.
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if meets(middle)? { high = middle } else { low = middle }
    }
    Ok(Some(high))
}

/// Positions to fill when each person is away for a share of paid time, in [0, 1).
#[must_use]
pub fn positions(servers: u32, shrinkage: f64) -> u32 {
    // What is whole but for the last digits is not rounded up by them.
    (f64::from(servers) / (1.0 - shrinkage) - 1e-9).ceil() as u32
}

/// c = a + β√a, rounded to the next whole person.
#[must_use]
pub fn square_root_staffing(line: Line, beta: f64) -> u32 {
    (line.load() + beta * line.load().sqrt()).round().max(1.0) as u32
}

/// Garnett's limit of P(W > 0) for many people and c = a + β√a:
/// [1 + √(θ/μ)·h(β√(μ/θ))/h(−β)]⁻¹ with h = density over tail of the normal law.
///
/// # Errors
/// When a rate is not above 0.
pub fn wait_limit(mu: f64, theta: f64, beta: f64) -> Result<f64, Impossible> {
    let (mu, theta) = (crate::line::rate("mu", mu)?, crate::line::rate("theta", theta)?);
    let ratio = (mu / theta).sqrt();
    Ok(1.0 / (1.0 + hazard(beta * ratio) / hazard(-beta) / ratio))
}

fn hazard(x: f64) -> f64 {
    let density = libm::exp(-x * x / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
    let tail = libm::erfc(x / std::f64::consts::SQRT_2) / 2.0;
    density / tail
}

//! How much of a topic the assistant is drawn for, specification §5.

/// The least share of people at *autonomous*, so that we keep knowing.
pub const HOLDOUT_MIN: f64 = 0.05;

/// The smallest holdout h with σ²/(nh) + σ²/(n(1 − h)) ≤ (w/1.96)², rounded up to a tenth of a
/// point; .5 where none is enough. `variance` σ² of an outcome, `n` cases a quarter, `width` w the
/// half-width wanted of the difference.
#[must_use]
pub fn holdout_for_width(variance: f64, n: f64, width: f64) -> f64 {
    let wanted = (width / 1.96) * (width / 1.96);
    // σ²/(n h (1 − h)) ≤ wanted, so h(1 − h) ≥ q: the smaller root of a parabola.
    let q = variance / (n * wanted);
    if q.is_nan() || q > 0.25 {
        return 0.5;
    }
    let h = (1.0 - (1.0 - 4.0 * q).sqrt()) / 2.0;
    // A root that is a tenth of a point but for its last digits is not rounded up by them.
    ((h * 1_000.0 - 1e-9).ceil() / 1_000.0).min(0.5)
}

/// The harm cap: the greatest π with π·v·max(0, −(Δ̂ − 1 s.e.)) ≤ H, never below .1 nor above
/// `share`. `difference` Δ̂ and its standard error; `harm_max` H/v, the excess bad outcomes allowed
/// of each case (.02 by default).
#[must_use]
pub fn capped_share(share: f64, difference: f64, error: f64, harm_max: f64) -> f64 {
    let harm = (-(difference - error)).max(0.0);
    if harm * share <= harm_max { share } else { (harm_max / harm).max(0.1).min(share) }
}

/// The share of shadow answers that is reviewed: max(.15, min(.5, 25 ÷ cases a day)), and .02
/// after 400 reviews without proof.
#[must_use]
pub fn shadow_review_share(cases_a_day: f64, n_reviews_without_proof: u64) -> f64 {
    if n_reviews_without_proof >= 400 {
        return 0.02;
    }
    (25.0 / cases_a_day.max(1e-9)).clamp(0.15, 0.5)
}

/// Cases to a proof, median, if the assistant is better than people by `difference`:
/// 2·Var·ln(threshold)/(Δ + δ)² with Var = σ²(1/π + 1/(1 − π)). `None` when the difference is not
/// above −δ, since no number of cases is enough.
#[must_use]
pub fn cases_to_proof(
    variance: f64,
    propensity: f64,
    difference: f64,
    margin: f64,
    threshold: f64,
) -> Option<f64> {
    let gap = difference + margin;
    let spread = variance * (1.0 / propensity + 1.0 / (1.0 - propensity));
    (gap > 0.0).then(|| 2.0 * spread * libm::log(threshold) / (gap * gap))
}

//! The defaults of the ladder, in one place; an owner may set others.

use serde::{Deserialize, Serialize};

use crate::HOLDOUT_MIN;

/// What a desk holds the assistant to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// *Draft* lies between *shadow* and *supervised*.
    pub has_drafts: bool,
    /// Blind reviews have to show it too (P2); without them P1 alone promotes.
    pub has_reviews: bool,

    /// δ: how much worse than people counts as worse, in (0, 1).
    pub margin: f64,
    /// δ2: the same of the marks of blind reviews.
    pub quality_margin: f64,
    /// Share of shown drafts that have to be sent as suggested, or lightly edited.
    pub draft_rate: f64,
    /// An edit of at most this share of the text is light.
    pub light_edit: f64,
    /// People's reviews that the floor of quality needs.
    pub n_reviews_min: f64,
    /// AI cases finished without a person before it may promote.
    pub n_alone_min: u64,
    /// E-value against the draws at which nothing rises: they did not fall as announced.
    pub mismatch_e: f64,
    /// After a change of what the assistant knows: this share at most, for so many cases.
    pub share_after_change: f64,
    /// See `share_after_change`.
    pub cases_after_change: u32,
    /// How far below people a shadow answer's quality may lie to be tried on customers.
    pub shadow_margin: f64,
    /// α: the false discovery rate of promotions to *autonomous* in a quarter.
    pub alpha: f64,
    /// E-value at which a step below *autonomous*, and the absolute floor, is proved.
    pub step_e: f64,
    /// Points of the same-day rate that are tolerated above what it was.
    pub tolerance: f64,
    /// D1's threshold at *supervised* and at *autonomous*.
    pub alarm_supervised: f64,
    /// See `alarm_supervised`.
    pub alarm_autonomous: f64,
    /// D2's least threshold; more where a topic has more cases a year than this.
    pub alarm_signs: f64,
    /// False alarms of D2 that a topic may have in a year.
    pub false_alarms_a_year: f64,
    /// Share at *supervised*.
    pub share: f64,
    /// Share after an alarm of D2 at *autonomous*.
    pub share_after_signs: f64,
    /// Share with which a topic begins again that never was *autonomous*.
    pub share_again: f64,
    /// H: excess bad outcomes allowed for each case, from `cap_from` matured cases on.
    pub harm_max: f64,
    /// See `harm_max`.
    pub cap_from: u64,
    /// Cases of a test before it may promote: in all, and of each arm.
    pub n_min: u64,
    /// See `n_min`.
    pub n_arm_min: u64,
    /// Days that an epoch lasts before it may promote.
    pub days_min: i64,
    /// People's same-day signs after which the base of D2 is known.
    pub n_signs_min: f64,
    /// People's cases that the absolute floor needs.
    pub n_reference_min: f64,
    /// Days of rest after a demotion to *shadow*.
    pub cool_down_days: i64,
    /// Demotions within `held_days` after which only a person lets a topic rise.
    pub demotions_max: usize,
    /// See `demotions_max`.
    pub held_days: i64,
    /// Days that an *autonomous* epoch lasts at least before it is renewed or tested again.
    pub epoch_days: i64,
    /// Days of an epoch whose evidence renews it.
    pub renewal_days: i64,
    /// The least share of people at *autonomous*, so that we keep knowing.
    pub holdout: f64,
    /// σ² of an outcome, for the holdout.
    pub variance: f64,
    /// Half-width that the holdout keeps the difference known to, each quarter.
    pub width: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            has_drafts: true,
            has_reviews: true,
            margin: 0.05,
            quality_margin: 0.08,
            draft_rate: 0.80,
            light_edit: 0.15,
            n_reviews_min: 50.0,
            n_alone_min: 50,
            mismatch_e: 100.0,
            share_after_change: 0.5,
            cases_after_change: 100,
            shadow_margin: 0.10,
            alpha: 0.05,
            step_e: 20.0,
            tolerance: 0.03,
            alarm_supervised: 5_000.0,
            alarm_autonomous: 20_000.0,
            alarm_signs: 10_000.0,
            false_alarms_a_year: 1.0,
            share: 0.5,
            share_after_signs: 0.3,
            share_again: 0.1,
            harm_max: 0.02,
            cap_from: 300,
            n_min: 200,
            n_arm_min: 50,
            days_min: 14,
            n_signs_min: 1_000.0,
            n_reference_min: 300.0,
            cool_down_days: 45,
            demotions_max: 3,
            held_days: 180,
            epoch_days: 180,
            renewal_days: 120,
            holdout: HOLDOUT_MIN,
            variance: 0.1275,
            width: 0.05,
        }
    }
}

//! Who may take an open shift first: those who have fewer hours than they wish for.

use crate::span::HOUR_MS;

/// So long a shift that was published early is kept for those who have fewer hours than they wish.
pub const FIRST_MS: i64 = 24 * HOUR_MS;
/// What begins sooner than this after it was published is open to all at once.
pub const PLANNED_MS: i64 = 72 * HOUR_MS;

/// From when somebody may take a shift, and why then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// In milliseconds since 1970.
    pub at: i64,
    /// In words for them.
    pub words: String,
}

/// When a shift that was published and begins at these times is open to somebody with `hours` in
/// that week who wishes for `wish`. Nothing else of a person counts: no score, no speed.
#[must_use]
pub fn opening(published_at: i64, starts_at: i64, hours: f64, wish: i64) -> Opening {
    let (has, wants) = (hours.round(), wish);
    if starts_at - published_at < PLANNED_MS {
        let words = "Open to everybody: it begins within three days of its offer.".to_owned();
        return Opening { at: published_at, words };
    }
    if hours < wish as f64 {
        let words = format!("Open to you first: you have {has} of the {wants} hours you wish for.");
        return Opening { at: published_at, words };
    }
    let words = format!(
        "You have the {wants} hours you wish for in that week; for a day it is kept for those who \
         have fewer."
    );
    Opening { at: published_at + FIRST_MS, words }
}

//! Shifts that close a gap between the people who are needed and those who are there.

use crate::{Impossible, Line, fewest, patient};

/// The shortest shift that is offered, in half-hours.
const SHORTEST: usize = 4;
/// The longest one.
const LONGEST: usize = 16;
/// An idle half-hour costs as much as so many half-hours that it covers are worth: a shift is offered
/// only where three of five of its half-hours are needed.
const IDLE: f64 = 1.5;

/// A shift for one person, in half-hours from the beginning of the gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its first half-hour.
    pub first: usize,
    /// How many it has.
    pub n: usize,
}

/// People who are needed in a half-hour in which `n_cases` come, so that `share` of them are answered
/// within `within_minutes` when each takes `handling_minutes` of one person (Erlang C). None are
/// needed where nobody comes.
///
/// # Errors
/// When a number is not above 0.
pub fn people_needed(
    n_cases: f64,
    handling_minutes: f64,
    within_minutes: f64,
    share: f64,
) -> Result<u32, Impossible> {
    if n_cases <= 0.0 {
        return Ok(0);
    }
    let line = Line::new(n_cases / 30.0, 1.0 / handling_minutes)?;
    let meets = |n| Ok(patient(line, n)?.served_within(within_minutes) >= share);
    Ok(fewest(line, meets)?.unwrap_or(crate::SERVERS_MAX))
}

/// Shifts of 2 to 8 hours for a gap of so many people in each half-hour, the most useful first, and
/// no more than `halfhours_max` half-hours of them. What is left uncovered is too short or too
/// scattered for a shift that is worth its pay.
#[must_use]
pub fn cover_gaps(gap: &[u32], halfhours_max: usize) -> Vec<Placed> {
    let mut left = gap.to_vec();
    let mut placed = Vec::new();
    let mut room = halfhours_max;
    loop {
        // Over the half-hours so far: how many of them are needed.
        let needed: Vec<usize> = std::iter::once(0)
            .chain(left.iter().scan(0, |sum, n| {
                *sum += usize::from(*n > 0);
                Some(*sum)
            }))
            .collect();
        let mut best: Option<(f64, Placed)> = None;
        for n in SHORTEST..=LONGEST.min(room).min(left.len()) {
            for first in 0..=left.len() - n {
                let used = needed[first + n] - needed[first];
                let worth = used as f64 - IDLE * (n - used) as f64;
                if worth > best.map_or(0.0, |(worth, _)| worth) {
                    best = Some((worth, Placed { first, n }));
                }
            }
        }
        let Some((_, shift)) = best else { return placed };
        for n in &mut left[shift.first..shift.first + shift.n] {
            *n = n.saturating_sub(1);
        }
        room -= shift.n;
        placed.push(shift);
    }
}

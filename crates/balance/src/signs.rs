//! D2 on bad signs within a span of a case's opening, against the rate that is tolerated.

use crate::{Detector, Refused, upper_limit};

/// How soon after a case was opened a sign counts. Each span has a detector of its own: that of the
/// first hour acts on the same day, that of the day hears what customers say only later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Within the first hour.
    Hour,
    /// Within a day.
    Day,
}

/// A rate with its n.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Count {
    pub(crate) n: f64,
    pub(crate) hits: f64,
}

impl Count {
    pub(crate) fn add(&mut self, is_hit: bool) {
        self.n += 1.0;
        self.hits += f64::from(u8::from(is_hit));
    }

    pub(crate) fn rate(self) -> f64 {
        if self.n > 0.0 { self.hits / self.n } else { 0.0 }
    }
}

/// More bad signs than this are too many, however little is known of people's.
const MOST: f64 = 0.5;

/// The signs of an epoch's cases within one span.
#[derive(Debug, Clone)]
pub(crate) struct Signs {
    all: Detector,
    /// Anew since the last change of what the assistant knows.
    since_change: Option<(Detector, Count)>,
    epoch: Count,
    /// b0.
    base: f64,
    people: Count,
}

impl Signs {
    pub(crate) fn new() -> Self {
        let nothing = Count::default();
        Self {
            all: Detector::new(),
            since_change: None,
            epoch: nothing,
            base: MOST,
            people: nothing,
        }
    }

    /// The rate that is tolerated.
    pub(crate) fn base(&self) -> f64 {
        self.base
    }

    pub(crate) fn n_people(&self) -> f64 {
        self.people.n
    }

    pub(crate) fn take_peoples(&mut self, is_bad: bool) {
        self.people.add(is_bad);
    }

    pub(crate) fn take(&mut self, is_bad: bool) -> Result<(), Refused> {
        self.epoch.add(is_bad);
        self.all.take_sign(is_bad, self.base)?;
        if let Some((detector, seen)) = &mut self.since_change {
            detector.take_sign(is_bad, self.base)?;
            seen.add(is_bad);
        }
        Ok(())
    }

    /// The higher of the epoch's detector and the one since the last change.
    pub(crate) fn m(&self) -> f64 {
        self.since_change.map_or(0.0, |(detector, _)| detector.m()).max(self.all.m())
    }

    /// What the detector that has reached the threshold has seen, and whether that is since the
    /// last change.
    pub(crate) fn seen(&self, threshold: f64) -> (Count, bool) {
        let since = self.since_change.filter(|(detector, _)| detector.m() >= threshold);
        (since.map_or(self.epoch, |(_, seen)| seen), since.is_some())
    }

    pub(crate) fn change(&mut self) {
        self.since_change = Some((Detector::new(), Count::default()));
    }

    /// A new epoch: what is tolerated and people's record stay.
    pub(crate) fn restart(&mut self) {
        *self = Self { base: self.base, people: self.people, ..Self::new() };
    }

    /// People's rate, and a tolerance above it.
    pub(crate) fn tolerate_as_people(&mut self, tolerance: f64) {
        self.base = tolerated(self.people, tolerance);
    }

    /// The rate of the epoch that ends, and a tolerance above it.
    pub(crate) fn tolerate_as_epoch(&mut self, tolerance: f64) {
        self.base = tolerated(self.epoch, tolerance);
    }
}

fn tolerated(signs: Count, tolerance: f64) -> f64 {
    (upper_limit(signs.hits, signs.n) + tolerance).min(MOST)
}

//! The ladder: what each topic's evidence has made of its level, case by case and day by day.

use std::fmt;

use desk::Arm;

use crate::{Refused, Rules, Track, discover};

/// What the assistant may do on a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// People answer.
    Off,
    /// It practises unseen.
    Shadow,
    /// It answers up to half, people check.
    Supervised,
    /// It answers most, some stay with people.
    Autonomous,
}

impl fmt::Display for Level {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Off => "off",
            Self::Shadow => "shadow",
            Self::Supervised => "supervised",
            Self::Autonomous => "autonomous",
        })
    }
}

/// A level that changed, or was confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The topic's place.
    pub topic: usize,
    /// On which day.
    pub day: i64,
    /// From.
    pub from: Level,
    /// To; the same where an epoch was renewed in its place.
    pub to: Level,
    /// In words, for a lead.
    pub reason: String,
}

/// All topics of a desk, and the quarter's promotions. Days are counted from any beginning.
#[derive(Debug, Clone)]
pub struct Ladder {
    rules: Rules,
    tracks: Vec<Track>,
    /// Each topic's e-value when it was promoted in this quarter, by its place.
    frozen: Vec<Option<f64>>,
    /// The epoch whose test each topic has a slot for in this quarter.
    slots: Vec<Option<u32>>,
    n_slots: usize,
    n_slots_used: usize,
    quarter: i64,
}

/// Days of a quarter.
const QUARTER_DAYS: i64 = 91;
/// Slots for each topic in a quarter.
const SLOTS: f64 = 1.25;

impl Ladder {
    /// Topics that begin at *shadow*, with so many cases a day each.
    #[must_use]
    pub fn new(rules: Rules, cases_a_day: &[f64]) -> Self {
        let n_slots = (SLOTS * cases_a_day.len() as f64).ceil() as usize;
        let threshold = n_slots as f64 / rules.alpha;
        let tracks = cases_a_day.iter().map(|n| Track::new(rules, *n, threshold));
        let tracks = tracks.collect::<Vec<_>>();
        Self {
            rules,
            frozen: vec![None; tracks.len()],
            slots: vec![None; tracks.len()],
            tracks,
            n_slots,
            n_slots_used: 0,
            quarter: 0,
        }
    }

    /// A topic's evidence.
    #[must_use]
    pub fn track(&self, topic: usize) -> &Track {
        &self.tracks[topic]
    }

    /// A sign of the same day on an answered case; an alarm acts at once.
    ///
    /// # Errors
    /// Never with rules in their ranges.
    pub fn take_sign(
        &mut self,
        topic: usize,
        day: i64,
        arm: Arm,
        is_bad: bool,
    ) -> Result<Option<Change>, Refused> {
        let change = self.tracks[topic].take_sign(day, arm, is_bad)?;
        Ok(change.map(|(from, to, reason)| Change { topic, day, from, to, reason }))
    }

    /// A matured case: `epoch` and `propensity` are those with which it was assigned.
    ///
    /// # Errors
    /// When the propensity is out of range where the case was drawn.
    pub fn take_case(
        &mut self,
        topic: usize,
        day: i64,
        case: Matured,
    ) -> Result<Option<Change>, Refused> {
        let change = self.tracks[topic].take_case(day, case)?;
        Ok(change.map(|(from, to, reason)| Change { topic, day, from, to, reason }))
    }

    /// A review of an answer that nobody was sent.
    ///
    /// # Errors
    /// Never with rules in their ranges.
    pub fn take_shadow_review(&mut self, topic: usize, is_good: bool) -> Result<(), Refused> {
        self.tracks[topic].take_shadow_review(is_good)
    }

    /// A day is over: levels rise, epochs end.
    ///
    /// # Errors
    /// Never with e-values from tracks.
    pub fn end_day(&mut self, day: i64) -> Result<Vec<Change>, Refused> {
        let quarter = day.div_euclid(QUARTER_DAYS);
        if quarter != self.quarter {
            self.quarter = quarter;
            self.frozen.fill(None);
            self.slots.fill(None);
            self.n_slots_used = 0;
        }
        let mut changes = Vec::new();
        for (topic, track) in self.tracks.iter_mut().enumerate() {
            let change = track.end_day(day);
            changes.extend(change.map(|(from, to, reason)| Change {
                topic,
                day,
                from,
                to,
                reason,
            }));
        }
        changes.extend(self.promote(day)?);
        Ok(changes)
    }

    /// e-BH over the topics at *supervised*, with those that were promoted in this quarter at their
    /// frozen values.
    fn promote(&mut self, day: i64) -> Result<Vec<Change>, Refused> {
        let values: Vec<f64> = (0..self.tracks.len())
            .map(|topic| {
                let has_slot = self.has_slot(topic);
                match self.frozen[topic] {
                    Some(value) => value,
                    None if has_slot => self.tracks[topic].e_to_rise(day),
                    None => 0.0,
                }
            })
            .collect();
        let found = discover(&values, self.rules.alpha, self.n_slots.max(values.len()))?;
        let mut changes = Vec::new();
        for topic in found.promoted {
            if self.frozen[topic].is_some() || self.tracks[topic].level() != Level::Supervised {
                continue;
            }
            self.frozen[topic] = Some(values[topic]);
            let (from, to, reason) = self.tracks[topic].rise_to_autonomous(day, values[topic]);
            changes.push(Change { topic, day, from, to, reason });
        }
        Ok(changes)
    }
}

impl Ladder {
    /// Each test that is opened in a quarter, or carried into it, uses one of its slots, so that
    /// e-BH counts them all; with none left, no test of the topic counts in this quarter.
    fn has_slot(&mut self, topic: usize) -> bool {
        let track = &self.tracks[topic];
        let epoch = Some(track.epoch());
        if track.level() == Level::Supervised
            && self.slots[topic] != epoch
            && self.n_slots_used < self.n_slots
        {
            self.n_slots_used += 1;
            self.slots[topic] = epoch;
        }
        self.slots[topic] == epoch
    }
}

/// A case whose outcome is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matured {
    /// The epoch in which it was assigned.
    pub epoch: u32,
    /// Who was drawn.
    pub arm: Arm,
    /// With which probability the assistant was.
    pub propensity: f64,
    /// Whether it was resolved and stayed so.
    pub is_good: bool,
}

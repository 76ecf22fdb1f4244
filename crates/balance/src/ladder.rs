//! The ladder: what each topic's evidence has made of its level, case by case and day by day.

use desk::{Arm, Level};

use crate::{Drawn, Move, Refused, Rules, Setting, Span, Track, discover};

/// A level that changed, or was confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The topic's place.
    pub topic: usize,
    /// On which day.
    pub day: i64,
    /// How.
    pub moved: Move,
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
    is_frozen: bool,
}

/// Days of a quarter.
const QUARTER_DAYS: i64 = 91;
/// Slots for each topic in a quarter.
const SLOTS: f64 = 1.25;

impl Ladder {
    /// Without a topic.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            frozen: Vec::new(),
            slots: Vec::new(),
            tracks: Vec::new(),
            n_slots: 0,
            n_slots_used: 0,
            quarter: 0,
            is_frozen: false,
        }
    }

    /// One more topic: its level, how many cases it is thought to have a day, and how many topics
    /// there are or will be. Gives its place.
    pub fn add(&mut self, level: Level, cases_a_day: f64, n_topics: usize) -> usize {
        let n_slots = slots_for(n_topics.max(self.tracks.len() + 1));
        if self.n_slots == 0 {
            self.n_slots = n_slots;
        }
        let threshold = n_slots as f64 / self.rules.alpha;
        self.tracks.push(Track::new(self.rules, level, cases_a_day, threshold));
        self.frozen.push(None);
        self.slots.push(None);
        self.tracks.len() - 1
    }

    /// The brake: nothing rises while it is on.
    pub fn freeze(&mut self, is_frozen: bool) {
        self.is_frozen = is_frozen;
    }

    /// A person sets a level, or lets evidence decide from here.
    pub fn set(&mut self, topic: usize, day: i64, setting: Setting) -> Change {
        Change { topic, day, moved: self.tracks[topic].set(day, setting) }
    }

    /// A level from before the ledger, with the epoch that the desk gave it.
    pub fn adopt(&mut self, topic: usize, day: i64, setting: Setting, epoch: u32) {
        self.tracks[topic].adopt(day, setting, epoch);
    }

    /// A case was assigned.
    pub fn take_assignment(&mut self, topic: usize, arm: Arm, propensity: f64, drawn: bool) {
        self.tracks[topic].take_assignment(arm, propensity, drawn);
    }

    /// A day's cases are counted, for a ladder that is told of assignments.
    pub fn count_volumes(&mut self) {
        self.tracks.iter_mut().for_each(Track::count_volume);
    }

    /// What the assistant knows of a topic has changed.
    pub fn take_change(&mut self, topic: usize, day: i64, what: &str) {
        self.tracks[topic].take_change(day, what);
    }

    /// A person answered where a draft was shown; `edit` is the share that they changed.
    ///
    /// # Errors
    /// Never with rules in their ranges.
    pub fn take_draft(&mut self, topic: usize, epoch: u32, edit: f64) -> Result<(), Refused> {
        self.tracks[topic].take_draft(epoch, edit)
    }

    /// A topic's evidence.
    #[must_use]
    pub fn track(&self, topic: usize) -> &Track {
        &self.tracks[topic]
    }

    /// Whether an answered case had a bad sign within a span of its opening; an alarm acts at once.
    ///
    /// # Errors
    /// Never with rules in their ranges.
    pub fn take_sign(
        &mut self,
        topic: usize,
        day: i64,
        span: Span,
        epoch: u32,
        arm: Arm,
        is_bad: bool,
    ) -> Result<Option<Change>, Refused> {
        let moved = self.tracks[topic].take_sign(day, span, epoch, arm, is_bad)?;
        Ok(moved.map(|moved| Change { topic, day, moved }))
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
        let moved = self.tracks[topic].take_case(day, case)?;
        Ok(moved.map(|moved| Change { topic, day, moved }))
    }

    /// A review of an answer that nobody was sent.
    ///
    /// # Errors
    /// Never with rules in their ranges.
    pub fn take_shadow_review(&mut self, topic: usize, mark: f64) -> Result<(), Refused> {
        self.tracks[topic].take_shadow_review(mark)
    }

    /// A day is over: levels rise, epochs end. `n_topics` counts the desk's topics; the slots of a
    /// quarter follow from it when the quarter begins, and stay.
    ///
    /// # Errors
    /// Never with e-values from tracks.
    pub fn end_day(&mut self, day: i64, n_topics: usize) -> Result<Vec<Change>, Refused> {
        let quarter = day.div_euclid(QUARTER_DAYS);
        if quarter != self.quarter {
            self.quarter = quarter;
            self.frozen.fill(None);
            self.slots.fill(None);
            self.n_slots_used = 0;
            self.n_slots = slots_for(n_topics.max(self.tracks.len()));
        }
        let mut changes = Vec::new();
        for (topic, track) in self.tracks.iter_mut().enumerate() {
            let moved = track.end_day(day, self.is_frozen);
            changes.extend(moved.map(|moved| Change { topic, day, moved }));
        }
        changes.extend(self.promote(day)?);
        Ok(changes)
    }

    /// e-BH over the topics at *supervised*, with those that were promoted in this quarter at their
    /// frozen values.
    fn promote(&mut self, day: i64) -> Result<Vec<Change>, Refused> {
        if self.is_frozen {
            return Ok(Vec::new());
        }
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
            let moved = self.tracks[topic].rise_to_autonomous(day, values[topic]);
            changes.push(Change { topic, day, moved });
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

/// Slots of a quarter for so many topics.
fn slots_for(n_topics: usize) -> usize {
    (SLOTS * n_topics as f64).ceil() as usize
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
    /// It might have been drawn.
    pub is_eligible: bool,
    /// Whether it was resolved and stayed so.
    pub is_good: bool,
    /// No person helped the assistant.
    pub is_alone: bool,
    /// At *draft*: whether the suggestion was shown.
    pub shown: Option<Drawn>,
    /// Where it could be reviewed.
    pub review: Option<Reviewed>,
}

/// A case that was, or might have been, drawn for a review.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reviewed {
    /// With which probability.
    pub probability: f64,
    /// The mark in [0, 1] if it was drawn.
    pub mark: Option<f64>,
}

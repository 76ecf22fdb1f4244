//! One topic's evidence: the tests of its epoch, people's record, and what follows from them.

use std::collections::VecDeque;

use desk::Arm;

use crate::{
    Arms, Comparison, Detector, HOLDOUT_MIN, Matured, Outcome, Range, RateTest, Refused, Rules,
    capped_share, cases_to_proof, holdout_for_width, ladder::Level, shadow_review_share,
    upper_limit,
};

/// From, to, and why.
type Move = (Level, Level, String);

/// A rate with its n.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Count {
    n: f64,
    hits: f64,
}

impl Count {
    fn add(&mut self, is_hit: bool) {
        self.n += 1.0;
        self.hits += f64::from(u8::from(is_hit));
    }

    fn rate(self) -> f64 {
        if self.n > 0.0 { self.hits / self.n } else { 0.0 }
    }
}

/// The evidence of one topic.
#[derive(Debug, Clone)]
pub struct Track {
    rules: Rules,
    threshold: f64,
    cases_a_day: f64,
    level: Level,
    share: f64,
    /// The share without the harm cap.
    share_most: f64,
    epoch: u32,
    began: i64,
    comparison: Comparison,
    floor: RateTest,
    differences: Detector,
    signs: Detector,
    /// b0.
    sign_base: f64,
    /// It is people's rate, not the assistant's own of a better time.
    has_peoples_base: bool,
    epoch_signs: Count,
    /// The assistant's cases and bad signs of the last days, today last.
    week: VecDeque<Count>,
    /// An e-process over the last days of an *autonomous* epoch.
    renewal: Comparison,
    /// All people's matured cases, and their signs.
    people: Count,
    people_signs: Count,
    /// μ_ref, renewed before each day, and people's mean when the topic was switched on.
    reference: f64,
    first_people: Option<f64>,
    shadow: RateTest,
    n_shadow: u64,
    cools_until: i64,
    cool_down_days: i64,
    was_autonomous: bool,
    begins_again: bool,
    demotions: Vec<i64>,
    is_held: bool,
}

impl Track {
    /// `threshold` is the e-value that a single promotion to *autonomous* needs.
    pub(crate) fn new(rules: Rules, cases_a_day: f64, threshold: f64) -> Self {
        let comparison = fresh(rules);
        Self {
            rules,
            threshold,
            cases_a_day,
            level: Level::Shadow,
            share: 0.0,
            share_most: 0.0,
            epoch: 0,
            began: 0,
            comparison,
            floor: RateTest::new(),
            differences: Detector::new(),
            signs: Detector::new(),
            sign_base: 1.0,
            has_peoples_base: false,
            epoch_signs: Count::default(),
            week: VecDeque::from([Count::default()]),
            renewal: comparison,
            people: Count::default(),
            people_signs: Count::default(),
            reference: 1.0,
            first_people: None,
            shadow: RateTest::new(),
            n_shadow: 0,
            cools_until: 0,
            cool_down_days: rules.cool_down_days,
            was_autonomous: false,
            begins_again: false,
            demotions: Vec::new(),
            is_held: false,
        }
    }

    /// Its level.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// π: the assistant's share of the next case.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.share
    }

    /// The epoch, counted from 0.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Which share of shadow answers is reviewed; none while the topic rests, or when it is proved.
    #[must_use]
    pub fn shadow_review_share(&self, day: i64) -> f64 {
        let is_open = self.level == Level::Shadow && !self.is_held && day >= self.cools_until;
        if !is_open || self.is_proved_in_shadow() {
            return 0.0;
        }
        shadow_review_share(self.cases_a_day, self.n_shadow)
    }

    pub(crate) fn take_sign(
        &mut self,
        day: i64,
        arm: Arm,
        is_bad: bool,
    ) -> Result<Option<Move>, Refused> {
        if arm == Arm::Human {
            self.people_signs.add(is_bad);
            return Ok(None);
        }
        self.epoch_signs.add(is_bad);
        self.week.back_mut().expect("today is there").add(is_bad);
        self.signs.take_sign(is_bad, self.sign_base)?;
        let a_year = self.cases_a_day * 365.0 / self.rules.false_alarms_a_year;
        if self.signs.m() < self.rules.alarm_signs.max(a_year) {
            return Ok(None);
        }
        let reason = format!(
            "Bad signs on the same day rose above {:.1} %: {:.1} % of {} cases.",
            self.sign_base * 100.0,
            self.epoch_signs.rate() * 100.0,
            self.epoch_signs.n
        );
        Ok(Some(if self.level == Level::Autonomous {
            self.demotions.push(day);
            self.enter(Level::Supervised, day, self.rules.share_after_signs, reason)
        } else {
            self.fall(day, reason)
        }))
    }

    pub(crate) fn take_case(&mut self, day: i64, case: Matured) -> Result<Option<Move>, Refused> {
        let value = f64::from(u8::from(case.is_good));
        if case.arm == Arm::Human {
            self.people.add(case.is_good);
        }
        let is_of_test = case.epoch == self.epoch && self.level >= Level::Supervised;
        if !is_of_test || case.propensity <= 0.0 || case.propensity >= 1.0 {
            return Ok(None);
        }
        let outcome = Outcome::Seen(value);
        let step = self.comparison.take(case.arm, case.propensity, outcome, Range::SHARE)?;
        if self.is_in_renewal(day) {
            self.renewal.take(case.arm, case.propensity, outcome, Range::SHARE)?;
        }
        if case.arm == Arm::Ai && self.people.n >= self.rules.n_reference_min {
            self.floor.take(value, self.reference - self.rules.margin, Range::SHARE)?;
        }
        self.differences.take_difference(&step.difference, self.rules.margin);
        self.cap_share();
        let alarm = match self.level {
            Level::Autonomous => self.rules.alarm_autonomous,
            _ => self.rules.alarm_supervised,
        };
        if self.differences.m() < alarm {
            return Ok(None);
        }
        let difference = self.comparison.difference().unwrap_or(0.0);
        let reason = format!(
            "The assistant is worse than people by more than {:.0} points: {:+.1} points over {} \
             cases.",
            self.rules.margin * 100.0,
            difference * 100.0,
            self.comparison.n()
        );
        Ok(Some(self.fall(day, reason)))
    }

    pub(crate) fn take_shadow_review(&mut self, is_good: bool) -> Result<(), Refused> {
        let people = (16.0 + self.people.hits) / (20.0 + self.people.n);
        let reference = people - self.rules.shadow_margin;
        self.n_shadow += 1;
        self.shadow.take(f64::from(u8::from(is_good)), reference, Range::SHARE)
    }

    /// A day is over: *shadow* may rise, an *autonomous* epoch may end.
    pub(crate) fn end_day(&mut self, day: i64) -> Option<Move> {
        self.reference = upper_limit(self.people.hits, self.people.n);
        // What people were when the topic was first switched on is not forgotten: their mean, since
        // a limit from few cases would hold the assistant to more than people ever did.
        if self.level >= Level::Supervised && self.people.n >= self.rules.n_reference_min {
            let first = *self.first_people.get_or_insert(self.people.rate());
            self.reference = self.reference.max(first - 0.01);
        }
        // A rate of few cases is no rate: the base is renewed until people's is known.
        if self.has_peoples_base && self.people_signs.n < self.rules.n_signs_min {
            self.sign_base = self.tolerated(self.people_signs);
        }
        self.week.push_back(Count::default());
        if self.week.len() > 7 {
            self.week.pop_front();
        }
        match self.level {
            Level::Shadow => self.rise_to_supervised(day),
            Level::Autonomous if day - self.began >= self.epoch_days() => Some(self.renew(day)),
            _ => None,
        }
    }

    fn is_proved_in_shadow(&self) -> bool {
        self.shadow.ln_e() >= libm::log(self.rules.step_e)
    }

    fn rise_to_supervised(&mut self, day: i64) -> Option<Move> {
        if self.is_held || day < self.cools_until || !self.is_proved_in_shadow() {
            return None;
        }
        let share = if self.begins_again { self.rules.share_again } else { self.rules.share };
        let reason = format!(
            "{} unseen answers were reviewed and are good enough to be tried.",
            self.shadow.n()
        );
        let moved = self.enter(Level::Supervised, day, share, reason);
        // One that begins again begins small, until enough is known for the harm cap.
        self.share_most = self.rules.share;
        self.sign_base = self.tolerated(self.people_signs);
        self.has_peoples_base = true;
        Some(moved)
    }

    /// What the topic brings to e-BH: nothing while a floor is not met.
    pub(crate) fn e_to_rise(&self, day: i64) -> f64 {
        let (n_ai, n_human) = self.comparison.arms().n();
        let meets_floors = self.level == Level::Supervised
            && self.comparison.n() >= self.rules.n_min
            && n_ai.min(n_human) >= self.rules.n_arm_min
            && day - self.began >= self.rules.days_min
            && self.floor.ln_e() >= libm::log(self.rules.step_e)
            && !self.has_bad_week();
        if meets_floors { libm::exp(self.comparison.ln_e()) } else { 0.0 }
    }

    fn has_bad_week(&self) -> bool {
        let (n, hits) =
            self.week.iter().fold((0.0, 0.0), |(n, hits), day| (n + day.n, hits + day.hits));
        n > 0.0 && hits / n > self.sign_base
    }

    pub(crate) fn rise_to_autonomous(&mut self, day: i64, e: f64) -> Move {
        self.has_peoples_base = false;
        let base = self.tolerated(self.epoch_signs);
        let reason = format!(
            "Not worse than people: {:+.1} points over {} cases, e = {e:.0}.",
            self.comparison.difference().unwrap_or(0.0) * 100.0,
            self.comparison.n()
        );
        self.was_autonomous = true;
        let a_quarter = self.cases_a_day * 91.0;
        let holdout = holdout_for_width(self.rules.variance, a_quarter, self.rules.width);
        let share = 1.0 - holdout.max(HOLDOUT_MIN);
        let moved = self.enter(Level::Autonomous, day, share, reason);
        self.sign_base = base;
        moved
    }

    /// How long a proof lasts: twice what one like it takes at this share, an equal assistant given.
    fn epoch_days(&self) -> i64 {
        let cases =
            cases_to_proof(self.rules.variance, self.share, 0.0, self.rules.margin, self.threshold);
        let days = 2.0 * cases.unwrap_or(0.0) / self.cases_a_day.max(1e-9);
        self.rules.epoch_days.max(days as i64)
    }

    fn is_in_renewal(&self, day: i64) -> bool {
        self.level == Level::Autonomous
            && day - self.began >= self.epoch_days() - self.rules.renewal_days
    }

    fn renew(&mut self, day: i64) -> Move {
        if self.renewal.ln_e() >= libm::log(self.rules.step_e) {
            let share = self.share;
            let base = self.sign_base;
            let reason = "The last months' cases still show it is not worse.".to_owned();
            let moved = self.enter(Level::Autonomous, day, share, reason);
            self.sign_base = base;
            return moved;
        }
        let base = self.sign_base;
        let reason = "The proof is old, and the last months do not renew it.".to_owned();
        let moved = self.enter(Level::Supervised, day, self.rules.share, reason);
        self.sign_base = base;
        moved
    }

    /// Back to *shadow*, with a rest that doubles for a topic that never proved itself.
    fn fall(&mut self, day: i64, reason: String) -> Move {
        self.demotions.push(day);
        let since = day - self.rules.held_days;
        self.is_held =
            self.demotions.iter().filter(|at| **at > since).count() >= self.rules.demotions_max;
        self.cools_until = day + self.cool_down_days;
        if !self.was_autonomous {
            self.cool_down_days *= 2;
            self.begins_again = true;
        }
        self.shadow = RateTest::new();
        self.n_shadow = 0;
        self.enter(Level::Shadow, day, 0.0, reason)
    }

    /// A new epoch with new evidence.
    fn enter(&mut self, level: Level, day: i64, share: f64, reason: String) -> Move {
        let from = std::mem::replace(&mut self.level, level);
        (self.share, self.share_most) = (share, share);
        self.epoch += 1;
        self.began = day;
        self.comparison = fresh(self.rules);
        self.renewal = self.comparison;
        self.floor = RateTest::new();
        self.differences = Detector::new();
        self.signs = Detector::new();
        self.epoch_signs = Count::default();
        self.week = VecDeque::from([Count::default()]);
        (from, level, reason)
    }

    /// The harm cap at *supervised*, once enough is known.
    fn cap_share(&mut self) {
        if self.level != Level::Supervised || self.comparison.n() < self.rules.cap_from {
            return;
        }
        let (Some(difference), Some(deviation)) =
            (self.comparison.difference(), self.comparison.deviation())
        else {
            return;
        };
        let error = deviation / (self.comparison.n() as f64).sqrt();
        self.share = capped_share(self.share_most, difference, error, self.rules.harm_max);
    }

    fn tolerated(&self, signs: Count) -> f64 {
        (upper_limit(signs.hits, signs.n) + self.rules.tolerance).min(0.95)
    }
}

fn fresh(rules: Rules) -> Comparison {
    Comparison::new(rules.margin, Arms::default()).expect("the margin was checked with the rules")
}

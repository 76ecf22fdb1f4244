//! One topic's evidence: the tests of its epoch, people's record, and what follows from them.

use std::collections::VecDeque;

use desk::{Arm, Level};

use crate::{
    Arms, Comparison, Detector, Drawn, Matured, Mean, Mismatch, Numbers, Outcome, Range, RateTest,
    Refused, Reviewed, Rules, Span, TUNING, capped_share, cases_to_proof, half_width,
    holdout_for_width, shadow_review_share,
    signs::{Count, Signs},
    upper_limit,
};

/// A level that changed, or was confirmed: from, to, for whom and for whom else.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// From.
    pub from: Level,
    /// To; the same where an epoch was renewed in its place.
    pub to: Level,
    /// For a lead.
    pub reason: String,
    /// For a statistician.
    pub numbers: Numbers,
}

/// What a person sets of a topic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// The level.
    pub level: Level,
    /// The assistant's share, in [0, .95].
    pub share: f64,
    /// Evidence raises it from here.
    pub by_evidence: bool,
    /// δ, in (0, 1).
    pub margin: f64,
    /// No evidence lifts it above this.
    pub ceiling: Level,
}

/// How the evidence of an epoch stood at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Days since 1970.
    pub day: i64,
    /// Matured cases of the test.
    pub n: u64,
    /// The difference, assistant less people.
    pub mean: f64,
    /// Half the width of its 95 % confidence sequence.
    pub half_width: f64,
    /// ln E.
    pub ln_e: f64,
}

/// Looks that are kept.
const LOOKS_MAX: usize = 400;
/// Days for which a change is named with an alarm.
const CHANGE_DAYS: i64 = 45;
/// Days that count for the cases a day.
const VOLUME_DAYS: f64 = 28.0;

/// The evidence of one topic.
#[derive(Debug, Clone)]
pub struct Track {
    rules: Rules,
    threshold: f64,
    cases_a_day: f64,
    level: Level,
    ceiling: Level,
    is_by_hand: bool,
    /// Its level is from before the ledger, which knows no share of it.
    is_adopted: bool,
    share: f64,
    /// The share without the harm cap.
    share_most: f64,
    epoch: u32,
    began: i64,
    comparison: Comparison,
    floor: RateTest,
    /// P2: the same of the marks of blind reviews, with the probability that this epoch draws by.
    quality: Comparison,
    quality_floor: RateTest,
    review_share: f64,
    /// AI cases finished without a person.
    n_alone: u64,
    /// At *draft*: answers with a draft against answers without, and drafts that were sent.
    shown: Comparison,
    drafts: RateTest,
    /// Whether the draws fell as announced.
    mismatch: Mismatch,
    differences: Detector,
    /// Cases for which the share stays small after a change.
    careful: u32,
    changes: VecDeque<(i64, String)>,
    looks: Vec<Look>,
    /// D2 on the signs of the first hour, and of the day.
    hour: Signs,
    signs: Signs,
    /// It is people's rate, not the assistant's own of a better time.
    has_peoples_base: bool,
    /// The assistant's cases and bad signs of the last days, today last.
    week: VecDeque<Count>,
    /// An e-process over the last days of an *autonomous* epoch.
    renewal: Comparison,
    /// All people's matured cases, and their signs.
    people: Count,
    /// The marks of people's reviewed answers, and what is expected of any answer's mark.
    people_marks: Count,
    marks: Mean,
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
    /// Cases of the last days, for the volume, today last.
    volume: VecDeque<f64>,
}

impl Track {
    /// `threshold` is the e-value that a single promotion to *autonomous* needs.
    pub(crate) fn new(rules: Rules, level: Level, cases_a_day: f64, threshold: f64) -> Self {
        let comparison = fresh(rules.margin);
        Self {
            rules,
            threshold,
            cases_a_day,
            level,
            ceiling: Level::Autonomous,
            is_by_hand: false,
            is_adopted: false,
            share: 0.0,
            share_most: 0.0,
            epoch: 0,
            began: 0,
            comparison,
            floor: RateTest::new(),
            quality: fresh(rules.quality_margin),
            quality_floor: RateTest::new(),
            review_share: 1.0,
            n_alone: 0,
            shown: comparison,
            drafts: RateTest::new(),
            mismatch: Mismatch::default(),
            differences: Detector::new(),
            careful: 0,
            changes: VecDeque::new(),
            looks: Vec::new(),
            hour: Signs::new(),
            signs: Signs::new(),
            has_peoples_base: false,
            week: VecDeque::from([Count::default()]),
            renewal: comparison,
            people: Count::default(),
            people_marks: Count::default(),
            marks: Mean::default(),
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
            volume: VecDeque::new(),
        }
    }

    /// Its level.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// π: the assistant's share of the next case, or at *draft* the share of drafts shown.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.careful > 0 { self.share.min(self.rules.share_after_change) } else { self.share }
    }

    /// With which probability the answer to the next case is reviewed.
    #[must_use]
    pub fn review_share(&self, day: i64) -> f64 {
        match self.level {
            Level::Off => 0.0,
            Level::Shadow => self.shadow_review_share(day),
            Level::Draft | Level::Supervised | Level::Autonomous => self.review_share,
        }
    }

    /// The epoch, counted from 0.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Which share of shadow answers is reviewed; none while the topic rests, or when it is proved.
    #[must_use]
    pub fn shadow_review_share(&self, day: i64) -> f64 {
        let may_rise = !self.is_by_hand && !self.is_held && day >= self.cools_until;
        if self.level != Level::Shadow || !may_rise || self.is_proved_in_shadow() {
            return 0.0;
        }
        shadow_review_share(self.cases_a_day, self.n_shadow)
    }

    /// A level from before the ledger, with the epoch that the desk gave it.
    pub(crate) fn adopt(&mut self, day: i64, setting: Setting, epoch: u32) {
        self.set(day, setting);
        self.epoch = epoch;
        self.is_adopted = true;
    }

    /// Whether its level is from before the ledger, which knows no share of it.
    #[must_use]
    pub fn is_adopted(&self) -> bool {
        self.is_adopted
    }

    /// A case was assigned: counted for the volume, for the draws, and for a share that is small for
    /// a while.
    pub(crate) fn take_assignment(&mut self, arm: Arm, propensity: f64, is_randomised: bool) {
        match self.volume.back_mut() {
            Some(today) => *today += 1.0,
            None => self.volume.push_back(1.0),
        }
        if is_randomised && self.level.answers() {
            self.mismatch.take(arm, propensity);
        }
        self.careful = self.careful.saturating_sub(1);
    }

    /// What the assistant knows has changed: the proof is of what it was, so the share is small for
    /// a while and a second detector begins.
    pub(crate) fn take_change(&mut self, day: i64, what: &str) {
        self.changes.push_back((day, what.to_owned()));
        if self.changes.len() > 20 {
            self.changes.pop_front();
        }
        if self.level.answers() {
            self.careful = self.rules.cases_after_change;
            self.hour.change();
            self.signs.change();
        }
    }

    /// A person sets a level, or lets evidence decide from here.
    pub(crate) fn set(&mut self, day: i64, setting: Setting) -> Move {
        self.rules.margin = setting.margin;
        self.ceiling = setting.ceiling;
        self.is_by_hand = !setting.by_evidence;
        self.is_held = false;
        self.cools_until = day;
        self.demotions.clear();
        self.shadow = RateTest::new();
        self.n_shadow = 0;
        let moved = self.enter(setting.level, day, setting.share, String::new());
        self.tolerate_as_people();
        moved
    }

    /// What is tolerated of the assistant is people's rate.
    fn tolerate_as_people(&mut self) {
        self.has_peoples_base = true;
        self.hour.tolerate_as_people(self.rules.tolerance);
        self.signs.tolerate_as_people(self.rules.tolerance);
    }

    /// Whether a case of this epoch, or of people, had a bad sign within this span of its opening.
    pub(crate) fn take_sign(
        &mut self,
        day: i64,
        span: Span,
        epoch: u32,
        arm: Arm,
        is_bad: bool,
    ) -> Result<Option<Move>, Refused> {
        let threshold = match span {
            // Two alarms ring falsely twice as often as one; the hour's is held to half as often.
            Span::Hour => 2.0 * self.alarm_at(),
            Span::Day => self.alarm_at(),
        };
        let signs = match span {
            Span::Hour => &mut self.hour,
            Span::Day => &mut self.signs,
        };
        if arm == Arm::Human {
            signs.take_peoples(is_bad);
            return Ok(None);
        }
        if epoch != self.epoch || !self.level.answers() {
            return Ok(None);
        }
        signs.take(is_bad)?;
        let (m, base, (seen, is_since)) = (signs.m(), signs.base(), signs.seen(threshold));
        if let (Span::Day, Some(today)) = (span, self.week.back_mut()) {
            today.add(is_bad);
        }
        if m < threshold {
            return Ok(None);
        }
        let mut reason = format!(
            "Bad signs {} rose above {:.1} %: {:.1} % of {} cases{}.",
            if span == Span::Hour { "within the hour" } else { "on the same day" },
            base * 100.0,
            seen.rate() * 100.0,
            seen.n,
            if is_since { " since the last change" } else { "" }
        );
        if let Some((at, what)) = self.changes.back().filter(|(at, _)| day - at <= CHANGE_DAYS) {
            let before = match day - at {
                0 => "the same day".to_owned(),
                1 => "the day before".to_owned(),
                days => format!("{days} days before"),
            };
            reason.push_str(&format!(" {what} was changed {before}."));
        }
        let numbers = Numbers {
            n: seen.n as u64,
            ln_e: Some(libm::log(m)),
            ln_threshold: Some(libm::log(threshold)),
            difference: None,
        };
        let moved = if self.level == Level::Autonomous {
            self.demotions.push(day);
            self.enter(Level::Supervised, day, self.rules.share_after_signs, reason)
        } else {
            self.fall(day, reason)
        };
        Ok(Some(Move { numbers, ..moved }))
    }

    /// D2 as it stands, on the scale of [`Self::alarm_at`]: the higher of both spans.
    #[must_use]
    pub fn alarm(&self) -> f64 {
        self.signs.m().max(self.hour.m() / 2.0)
    }

    /// The value at which it acts.
    #[must_use]
    pub fn alarm_at(&self) -> f64 {
        let a_year = self.cases_a_day * 365.0 / self.rules.false_alarms_a_year;
        self.rules.alarm_signs.max(a_year)
    }

    pub(crate) fn take_case(&mut self, day: i64, case: Matured) -> Result<Option<Move>, Refused> {
        let value = f64::from(u8::from(case.is_good));
        if case.arm == Arm::Human && case.is_eligible {
            self.people.add(case.is_good);
        }
        if case.epoch != self.epoch {
            self.note_mark(&case);
            return Ok(None);
        }
        let outcome = Outcome::Seen(value);
        let is_drawn = |shown: &Drawn| shown.probability > 0.0 && shown.probability < 1.0;
        if let (Level::Draft, Some(shown)) = (self.level, case.shown.filter(is_drawn)) {
            // What is compared is whether a draft was shown; a person answered either way.
            let arm = if shown.is { Arm::Ai } else { Arm::Human };
            self.shown.take(arm, shown.probability, outcome, Range::SHARE)?;
        }
        let is_of_test = case.propensity > 0.0 && case.propensity < 1.0;
        if !self.level.answers() || !is_of_test {
            self.note_mark(&case);
            return Ok(None);
        }
        let step = self.comparison.take(case.arm, case.propensity, outcome, Range::SHARE)?;
        if self.is_in_renewal(day) {
            self.renewal.take(case.arm, case.propensity, outcome, Range::SHARE)?;
        }
        if case.arm == Arm::Ai {
            self.n_alone += u64::from(case.is_alone);
            if self.people.n >= self.rules.n_reference_min {
                let reference = (self.reference - self.rules.margin).max(LEAST);
                self.floor.take(value, reference, Range::SHARE)?;
            }
        }
        self.take_quality(&case)?;
        self.note_mark(&case);
        self.differences.take_difference(&step.difference, self.rules.margin);
        self.cap_share();
        let alarm = match self.level {
            Level::Autonomous => self.rules.alarm_autonomous,
            _ => self.rules.alarm_supervised,
        };
        let m = self.differences.m();
        if m < alarm {
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
        let numbers = Numbers {
            n: self.comparison.n(),
            ln_e: Some(libm::log(m)),
            ln_threshold: Some(libm::log(alarm)),
            difference: Some(difference),
        };
        Ok(Some(Move { numbers, ..self.fall(day, reason) }))
    }

    /// P2: the case's mark, doubly sampled, with the mean of earlier marks as the score of all.
    fn take_quality(&mut self, case: &Matured) -> Result<(), Refused> {
        let Some(Reviewed { probability, mark }) = case.review else { return Ok(()) };
        // One that was drawn with less than this epoch announced lies outside its range.
        if probability < self.review_share - 1e-12 {
            return Ok(());
        }
        let range = Range::of_reviews(self.review_share)?;
        let outcome =
            Outcome::Scored { score: self.marks.get(), review_probability: probability, mark };
        let step = self.quality.take(case.arm, case.propensity, outcome, range)?;
        if case.arm == Arm::Ai && self.people_marks.n >= self.rules.n_reviews_min {
            let people = upper_limit(self.people_marks.hits, self.people_marks.n);
            let reference = (people - self.rules.quality_margin).max(LEAST);
            self.quality_floor.take(step.value, reference, range)?;
        }
        Ok(())
    }

    fn note_mark(&mut self, case: &Matured) {
        let Some(mark) = case.review.and_then(|review| review.mark) else { return };
        self.marks.add(mark);
        if case.arm == Arm::Human && case.is_eligible {
            self.people_marks.n += 1.0;
            self.people_marks.hits += mark;
        }
    }

    /// A person answered where a draft was shown; `edit` is the share of it that they changed.
    pub(crate) fn take_draft(&mut self, epoch: u32, edit: f64) -> Result<(), Refused> {
        if epoch != self.epoch || self.level != Level::Draft {
            return Ok(());
        }
        let is_light = f64::from(u8::from(edit <= self.rules.light_edit));
        self.drafts.take(is_light, self.rules.draft_rate, Range::SHARE)
    }

    pub(crate) fn take_shadow_review(&mut self, mark: f64) -> Result<(), Refused> {
        let people = (16.0 + self.people.hits) / (20.0 + self.people.n);
        let reference = (people - self.rules.shadow_margin).max(LEAST);
        self.n_shadow += 1;
        self.shadow.take(mark, reference, Range::SHARE)
    }

    /// A day is over: *shadow* and *draft* may rise, an *autonomous* epoch may end.
    pub(crate) fn end_day(&mut self, day: i64, is_frozen: bool) -> Option<Move> {
        self.reference = upper_limit(self.people.hits, self.people.n);
        // What people were when the topic was first switched on is not forgotten: their mean, since
        // a limit from few cases would hold the assistant to more than people ever did.
        if self.level.answers() && self.people.n >= self.rules.n_reference_min {
            let first = *self.first_people.get_or_insert(self.people.rate());
            self.reference = self.reference.max(first - 0.01);
        }
        // A rate of few cases is no rate: the base is renewed until people's is known.
        for signs in [&mut self.hour, &mut self.signs] {
            if self.has_peoples_base && signs.n_people() < self.rules.n_signs_min {
                signs.tolerate_as_people(self.rules.tolerance);
            }
        }
        self.week.push_back(Count::default());
        if self.week.len() > 7 {
            self.week.pop_front();
        }
        self.look(day);
        if is_frozen || self.is_by_hand || self.is_held || self.is_mismatched() {
            return None;
        }
        match self.level {
            Level::Shadow => self.rise_from_shadow(day),
            Level::Draft => self.rise_from_draft(day),
            Level::Autonomous if day - self.began >= self.epoch_days() => Some(self.renew(day)),
            _ => None,
        }
    }

    /// Keeps how the evidence stands, where it moved.
    fn look(&mut self, day: i64) {
        let test = self.test();
        let (n, ln_e) = (test.n(), test.ln_e());
        let (Some(mean), Some(deviation)) = (test.difference(), test.deviation()) else { return };
        if self.looks.last().is_some_and(|look| look.n == n) {
            return;
        }
        let half_width = half_width(n, deviation, 0.05, TUNING).unwrap_or(1.0);
        self.looks.push(Look { day, n, mean, half_width, ln_e });
        if self.looks.len() > LOOKS_MAX {
            self.looks.remove(0);
        }
    }

    /// Cases a day, from the last four weeks; what was said at first until then.
    pub(crate) fn count_volume(&mut self) {
        let n = self.volume.len() as f64;
        if n > 0.0 {
            self.cases_a_day = self.volume.iter().sum::<f64>() / n;
        }
        self.volume.push_back(0.0);
        if self.volume.len() as f64 > VOLUME_DAYS {
            self.volume.pop_front();
        }
    }

    fn is_proved_in_shadow(&self) -> bool {
        self.shadow.ln_e() >= libm::log(self.rules.step_e)
    }

    fn rise_from_shadow(&mut self, day: i64) -> Option<Move> {
        let next = if self.rules.has_drafts { Level::Draft } else { Level::Supervised };
        if day < self.cools_until || !self.is_proved_in_shadow() || self.ceiling < next {
            return None;
        }
        let numbers = Numbers {
            n: self.shadow.n(),
            ln_e: Some(self.shadow.ln_e()),
            ln_threshold: Some(libm::log(self.rules.step_e)),
            difference: None,
        };
        let reason = format!(
            "{} unseen answers were reviewed and are good enough to be tried.",
            self.shadow.n()
        );
        let moved = if next == Level::Draft {
            self.enter(Level::Draft, day, self.rules.share, reason)
        } else {
            self.enter_supervised(day, reason)
        };
        Some(Move { numbers, ..moved })
    }

    fn rise_from_draft(&mut self, day: i64) -> Option<Move> {
        let needed = libm::log(self.rules.step_e);
        let ln_e = self.drafts.ln_e().min(self.shown.ln_e());
        if ln_e < needed || self.ceiling < Level::Supervised {
            return None;
        }
        let numbers = Numbers {
            n: self.shown.n(),
            ln_e: Some(ln_e),
            ln_threshold: Some(needed),
            difference: self.shown.difference(),
        };
        let reason = format!(
            "{} drafts were sent as suggested or lightly edited often enough, and customers were \
             not worse off: {:+.1} points over {} cases.",
            self.drafts.n(),
            self.shown.difference().unwrap_or(0.0) * 100.0,
            self.shown.n()
        );
        Some(Move { numbers, ..self.enter_supervised(day, reason) })
    }

    fn enter_supervised(&mut self, day: i64, reason: String) -> Move {
        let share = if self.begins_again { self.rules.share_again } else { self.rules.share };
        let moved = self.enter(Level::Supervised, day, share, reason);
        // One that begins again begins small, until enough is known for the harm cap.
        self.share_most = self.rules.share;
        self.tolerate_as_people();
        moved
    }

    /// What the topic brings to e-BH: nothing while a floor is not met.
    pub(crate) fn e_to_rise(&self, day: i64) -> f64 {
        if self.is_barred() || !self.missing_floors(day).is_empty() {
            return 0.0;
        }
        libm::exp(self.ln_e_to_rise())
    }

    /// P1 and P2 both have to be shown.
    fn ln_e_to_rise(&self) -> f64 {
        let first = self.comparison.ln_e();
        if self.rules.has_reviews { first.min(self.quality.ln_e()) } else { first }
    }

    /// Evidence does not raise it, whatever it says.
    fn is_barred(&self) -> bool {
        self.level != Level::Supervised
            || self.is_by_hand
            || self.ceiling < Level::Autonomous
            || self.is_mismatched()
    }

    /// What is missing besides the test itself.
    fn missing_floors(&self, day: i64) -> Vec<String> {
        let rules = &self.rules;
        let needed = libm::log(rules.step_e);
        let (n_ai, n_human) = self.comparison.arms().n();
        let mut missing = Vec::new();
        let mut lack = |is_missing: bool, words: String| {
            if is_missing {
                missing.push(words);
            }
        };
        let n = self.comparison.n();
        lack(
            n < rules.n_min,
            format!("{} more cases whose outcome is known", rules.n_min - n.min(rules.n_min)),
        );
        lack(
            n_ai < rules.n_arm_min,
            format!("{} more by the assistant", rules.n_arm_min - n_ai.min(rules.n_arm_min)),
        );
        lack(
            n_human < rules.n_arm_min,
            format!("{} more by people", rules.n_arm_min - n_human.min(rules.n_arm_min)),
        );
        lack(
            self.n_alone < rules.n_alone_min,
            format!(
                "{} more that the assistant finishes alone",
                rules.n_alone_min - self.n_alone.min(rules.n_alone_min)
            ),
        );
        let days = rules.days_min - (day - self.began);
        lack(days > 0, format!("{days} more days"));
        lack(
            self.people.n < rules.n_reference_min,
            format!(
                "{} more of people's cases to measure against",
                rules.n_reference_min - self.people.n.min(rules.n_reference_min)
            ),
        );
        lack(
            self.people.n >= rules.n_reference_min && self.floor.ln_e() < needed,
            "The assistant's own level is not yet shown to be near people's".to_owned(),
        );
        if rules.has_reviews {
            lack(
                self.people_marks.n < rules.n_reviews_min,
                format!(
                    "{} more reviews of people's answers",
                    rules.n_reviews_min - self.people_marks.n.min(rules.n_reviews_min)
                ),
            );
            lack(
                self.people_marks.n >= rules.n_reviews_min && self.quality_floor.ln_e() < needed,
                "Reviews do not yet show the assistant's answers near people's".to_owned(),
            );
        }
        lack(self.has_bad_week(), "This week has more bad signs than are tolerated".to_owned());
        missing
    }

    fn has_bad_week(&self) -> bool {
        let (n, hits) =
            self.week.iter().fold((0.0, 0.0), |(n, hits), day| (n + day.n, hits + day.hits));
        n > 0.0 && hits / n > self.signs.base()
    }

    pub(crate) fn rise_to_autonomous(&mut self, day: i64, e: f64) -> Move {
        self.has_peoples_base = false;
        self.hour.tolerate_as_epoch(self.rules.tolerance);
        self.signs.tolerate_as_epoch(self.rules.tolerance);
        let reason = format!(
            "Not worse than people: {:+.1} points over {} cases, e = {e:.0}.",
            self.comparison.difference().unwrap_or(0.0) * 100.0,
            self.comparison.n()
        );
        let numbers = Numbers {
            n: self.comparison.n(),
            ln_e: Some(libm::log(e)),
            ln_threshold: Some(libm::log(self.threshold)),
            difference: self.comparison.difference(),
        };
        self.was_autonomous = true;
        let a_quarter = self.cases_a_day * 91.0;
        let holdout = holdout_for_width(self.rules.variance, a_quarter, self.rules.width);
        let share = 1.0 - holdout.max(self.rules.holdout);
        Move { numbers, ..self.enter(Level::Autonomous, day, share, reason) }
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
        let needed = libm::log(self.rules.step_e);
        let numbers = Numbers {
            n: self.renewal.n(),
            ln_e: Some(self.renewal.ln_e()),
            ln_threshold: Some(needed),
            difference: self.renewal.difference(),
        };
        let moved = if self.renewal.ln_e() >= needed {
            let reason = "The last months' cases still show it is not worse.".to_owned();
            self.enter(Level::Autonomous, day, self.share, reason)
        } else {
            let reason = "The proof is old, and the last months do not renew it.".to_owned();
            self.enter(Level::Supervised, day, self.rules.share, reason)
        };
        Move { numbers, ..moved }
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
        self.is_adopted = false;
        (self.share, self.share_most) = (share, share);
        self.epoch += 1;
        self.began = day;
        self.comparison = fresh(self.rules.margin);
        self.renewal = self.comparison;
        self.shown = self.comparison;
        self.drafts = RateTest::new();
        self.floor = RateTest::new();
        self.quality = fresh(self.rules.quality_margin);
        self.quality_floor = RateTest::new();
        self.review_share = review_share(self.cases_a_day);
        self.n_alone = 0;
        self.mismatch = Mismatch::default();
        self.differences = Detector::new();
        self.hour.restart();
        self.signs.restart();
        self.careful = 0;
        self.week = VecDeque::from([Count::default()]);
        self.looks.clear();
        Move { from, to: level, reason, numbers: Numbers::default() }
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
}

/// No reference lies below this: a rate cannot be tested against nothing.
const LEAST: f64 = 0.01;

/// With which probability an answer is reviewed: all of a small topic's, some of a large one's.
fn review_share(cases_a_day: f64) -> f64 {
    (25.0 / cases_a_day.max(1e-9)).clamp(0.15, 1.0)
}

fn fresh(margin: f64) -> Comparison {
    Comparison::new(margin, Arms::default()).expect("the margin was checked with the rules")
}

/// What a page tells of a topic.
impl Track {
    /// The test of the level that it is at.
    #[must_use]
    pub fn test(&self) -> &Comparison {
        if self.level == Level::Draft { &self.shown } else { &self.comparison }
    }

    /// The share of all people's cases that ended well, and their number.
    #[must_use]
    pub fn people(&self) -> (f64, f64) {
        (self.people.rate(), self.people.n)
    }

    /// P2: the test of the marks of blind reviews.
    #[must_use]
    pub fn quality(&self) -> &Comparison {
        &self.quality
    }

    /// Reviews of unseen answers: how many, and ln E.
    #[must_use]
    pub fn shadow(&self) -> (u64, f64) {
        (self.shadow.n(), self.shadow.ln_e())
    }

    /// Whether a person set the level.
    #[must_use]
    pub fn is_by_hand(&self) -> bool {
        self.is_by_hand
    }

    /// The level that no evidence passes.
    #[must_use]
    pub fn ceiling(&self) -> Level {
        self.ceiling
    }

    /// δ.
    #[must_use]
    pub fn margin(&self) -> f64 {
        self.rules.margin
    }

    /// The day on which the epoch began.
    #[must_use]
    pub fn began(&self) -> i64 {
        self.began
    }

    /// Cases a day, from the last four weeks.
    #[must_use]
    pub fn cases_a_day(&self) -> f64 {
        self.cases_a_day
    }

    /// How the evidence stood at the end of each day, oldest first.
    #[must_use]
    pub fn looks(&self) -> &[Look] {
        &self.looks
    }

    /// What the assistant knows and when it changed, oldest first.
    pub fn changes(&self) -> impl Iterator<Item = &(i64, String)> {
        self.changes.iter()
    }

    /// The first day on which it may be tried again, after a fall.
    #[must_use]
    pub fn rests_until(&self, day: i64) -> Option<i64> {
        (self.level == Level::Shadow && self.cools_until > day).then_some(self.cools_until)
    }

    /// Whether the draws fell otherwise than announced; then nothing rises.
    #[must_use]
    pub fn is_mismatched(&self) -> bool {
        self.mismatch.ln_e() >= libm::log(self.rules.mismatch_e)
    }

    /// The next level that evidence may lead to.
    #[must_use]
    pub fn next(&self) -> Option<Level> {
        let next = match self.level {
            Level::Shadow if self.rules.has_drafts => Level::Draft,
            Level::Shadow | Level::Draft => Level::Supervised,
            Level::Supervised => Level::Autonomous,
            Level::Off | Level::Autonomous => return None,
        };
        (!self.is_by_hand && next <= self.ceiling).then_some(next)
    }

    /// ln e of the step to the next level, and what it has to reach.
    #[must_use]
    pub fn step(&self) -> Option<(f64, f64)> {
        let needed = libm::log(self.rules.step_e);
        match self.level {
            Level::Shadow => Some((self.shadow.ln_e(), needed)),
            Level::Draft => Some((self.drafts.ln_e().min(self.shown.ln_e()), needed)),
            Level::Supervised => Some((self.ln_e_to_rise(), libm::log(self.threshold))),
            Level::Off | Level::Autonomous => None,
        }
    }

    /// Cases, and reviews of them, that the way to *autonomous* is likely to take still, the
    /// assistant being as good as people (specification §4); none where evidence leads nowhere. Of a
    /// topic that is off it is what a proof takes.
    #[must_use]
    pub fn to_go(&self) -> Option<(f64, f64)> {
        if self.level != Level::Off {
            self.next()?;
        }
        let rules = &self.rules;
        let share = if self.level.answers() { self.share() } else { rules.share };
        let proof = |variance: f64, margin: f64| {
            cases_to_proof(variance, share, 0.0, margin, self.threshold)
        };
        let mut cases = proof(rules.variance, rules.margin)?;
        let mut reviews = 0.0;
        if rules.has_reviews {
            // A mark that stands for many spreads as much more.
            let drawn = review_share(self.cases_a_day);
            let reviewed = proof(rules.variance / drawn, rules.quality_margin)?;
            cases = cases.max(reviewed);
            reviews = cases * drawn;
        }
        let done = if self.level == Level::Supervised { self.comparison.n() as f64 } else { 0.0 };
        let left = ((cases - done) / cases).max(0.0);
        Some((cases * left, reviews * left))
    }

    /// What is missing until the next level, in words.
    #[must_use]
    pub fn missing(&self, day: i64) -> Vec<String> {
        let mut missing = Vec::new();
        if self.level == Level::Off {
            return vec!["Somebody has to switch it on".to_owned()];
        }
        if self.is_by_hand {
            return vec!["It is set by hand; evidence does not raise it".to_owned()];
        }
        if self.is_held {
            return vec!["It fell three times; a person has to let it rise again".to_owned()];
        }
        if self.is_mismatched() {
            missing.push("The draws did not fall as announced; look for the reason".to_owned());
        }
        if let Some(until) = self.rests_until(day) {
            missing.push(format!("It rests for {} more days", until - day));
        }
        if self.next().is_none() && self.level != Level::Autonomous {
            missing.push(format!("Its ceiling is {}", self.ceiling.as_str()));
        }
        match self.level {
            Level::Shadow if !self.is_proved_in_shadow() => missing.push(format!(
                "Reviews of unseen answers: {} so far, not yet enough for a proof",
                self.n_shadow
            )),
            Level::Draft => {
                let needed = libm::log(self.rules.step_e);
                if self.drafts.ln_e() < needed {
                    missing.push(format!(
                        "Drafts sent as suggested: {} so far, not yet enough for a proof",
                        self.drafts.n()
                    ));
                }
                if self.shown.ln_e() < needed {
                    missing.push(format!(
                        "Outcomes with and without a draft: {} so far, not yet enough for a proof",
                        self.shown.n()
                    ));
                }
            }
            Level::Supervised => {
                missing.extend(self.missing_floors(day));
                if self.ln_e_to_rise() < libm::log(self.threshold) {
                    missing
                        .push("The test against people has not reached its threshold".to_owned());
                }
            }
            Level::Off | Level::Shadow | Level::Autonomous => {}
        }
        missing
    }
}

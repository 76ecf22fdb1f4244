//! The fold: the ledger's rows in, each topic's level out. Nothing else goes in, so that the same
//! rows give the same levels, bit for bit, whenever and wherever they are folded.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use desk::{AgentId, Arm, CaseId, Level, TopicId};

use crate::{
    Assigned, Change, Fact, Happening, Ladder, LevelDecision, Matured, Refused, Reviewed, Row,
    Rules, Setting, Span, Track,
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Bad signs count within this time after a case was opened, and are counted when it is over.
const SIGN_MS: i64 = DAY_MS;
/// A case's outcome is known this long after it was opened, specification §2.
const OUTCOME_MS: i64 = 7 * DAY_MS;
/// A review that has not come by then counts against the assistant, specification §2.
const REVIEW_MS: i64 = 14 * DAY_MS;
/// Cases that have ended are kept this long for the report.
const KEPT_DAYS: i64 = 120;

/// A level that was decided by evidence or set by a person, as a page tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// When, in milliseconds.
    pub at: i64,
    /// The row from which the evidence counts, and the last one.
    pub rows: (i64, i64),
    /// What changed.
    pub decision: LevelDecision,
    /// A person decided, not evidence.
    pub is_by_hand: bool,
    /// Who.
    pub by: Option<AgentId>,
}

/// The brake, while it is on.
#[derive(Debug, Clone, PartialEq)]
pub struct Brake {
    /// Since when, in milliseconds.
    pub at: i64,
    /// Who pulled it.
    pub by: Option<AgentId>,
    /// Why.
    pub reason: String,
}

/// Where stored and computed decisions part.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// The row.
    pub seq: i64,
    /// What it says.
    pub stored: Option<LevelDecision>,
    /// What follows from the rows before it.
    pub computed: Option<LevelDecision>,
}

/// Why a row cannot be folded.
#[derive(Debug, Clone, PartialEq)]
pub enum FoldFault {
    /// A row is missing, or comes twice.
    Order {
        /// The number that should have come.
        expected: i64,
        /// The one that came.
        found: i64,
    },
}

impl fmt::Display for FoldFault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order { expected, found } => {
                write!(to, "row {expected} is missing; row {found} came in its place")
            }
        }
    }
}

impl std::error::Error for FoldFault {}

/// A case that is not over yet.
#[derive(Debug, Clone, Copy)]
struct Open {
    assigned: Assigned,
    place: usize,
    opened_at: i64,
    answered_at: Option<i64>,
    is_undone: bool,
    is_confirmed: bool,
    rating: Option<i8>,
    has_people: bool,
    has_bad_hour: bool,
    has_bad_sign: bool,
    mark: Option<f64>,
    /// Its outcome is known; its review is waited for.
    waits: bool,
}

/// A case whose outcome is known, for the report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ended {
    /// When it was opened, in milliseconds.
    pub opened_at: i64,
    /// Its topic's place.
    pub place: usize,
    /// Who was drawn.
    pub arm: Arm,
    /// With which probability the assistant was.
    pub propensity: f64,
    /// It might have been drawn.
    pub is_eligible: bool,
    /// Chance decided.
    pub is_randomised: bool,
    /// Answered, and neither reopened, repeated, complained of nor corrected.
    pub is_good: bool,
    /// The customer said so.
    pub is_confirmed: bool,
    /// A person helped, or answered.
    pub has_people: bool,
    /// Minutes until the first answer.
    pub minutes: Option<f64>,
    /// The customer's judgement: −1 low, 0 middling, 1 high.
    pub rating: Option<i8>,
    /// The mark of a blind review.
    pub mark: Option<f64>,
}

/// A desk's balance after its rows so far.
#[derive(Debug)]
pub struct Fold {
    ladder: Ladder,
    places: HashMap<TopicId, usize>,
    topics: Vec<TopicId>,
    /// The first row of each topic's epoch.
    since: Vec<i64>,
    /// Cases of each topic whose outcome is not known.
    n_open: Vec<usize>,
    cases: HashMap<CaseId, Open>,
    hours_due: VecDeque<(i64, CaseId)>,
    signs_due: VecDeque<(i64, CaseId)>,
    outcomes_due: VecDeque<(i64, CaseId)>,
    reviews_due: VecDeque<(i64, CaseId)>,
    ended: VecDeque<Ended>,
    guesses: (u64, u64),
    now: i64,
    day: Option<i64>,
    n_topics: usize,
    seq: i64,
    brake: Option<Brake>,
    told: Vec<Told>,
    pending: VecDeque<LevelDecision>,
    disagreement: Option<Disagreement>,
    refused: Option<(i64, Refused)>,
}

impl Fold {
    /// Before the first row.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            ladder: Ladder::new(rules),
            places: HashMap::new(),
            topics: Vec::new(),
            since: Vec::new(),
            n_open: Vec::new(),
            cases: HashMap::new(),
            hours_due: VecDeque::new(),
            signs_due: VecDeque::new(),
            outcomes_due: VecDeque::new(),
            reviews_due: VecDeque::new(),
            ended: VecDeque::new(),
            guesses: (0, 0),
            now: 0,
            day: None,
            n_topics: 0,
            seq: 0,
            brake: None,
            told: Vec::new(),
            pending: VecDeque::new(),
            disagreement: None,
            refused: None,
        }
    }

    /// The first row whose numbers were out of range: it counts for nothing, and those after it are
    /// folded all the same, so that one bad row does not stop a desk.
    #[must_use]
    pub fn refused(&self) -> Option<(i64, Refused)> {
        self.refused
    }

    /// The number of the last row.
    #[must_use]
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// The last day that was looked at, in days since 1970.
    #[must_use]
    pub fn day(&self) -> Option<i64> {
        self.day
    }

    /// A topic's evidence; none before its first row.
    #[must_use]
    pub fn track(&self, topic: TopicId) -> Option<&Track> {
        self.places.get(&topic).map(|place| self.ladder.track(*place))
    }

    /// The topics that have rows, by their places.
    #[must_use]
    pub fn topics(&self) -> &[TopicId] {
        &self.topics
    }

    /// A topic's cases whose outcome is not known.
    #[must_use]
    pub fn n_open(&self, topic: TopicId) -> usize {
        self.places.get(&topic).map_or(0, |place| self.n_open[*place])
    }

    /// The brake, if it is on.
    #[must_use]
    pub fn brake(&self) -> Option<&Brake> {
        self.brake.as_ref()
    }

    /// All that was decided, by evidence or by people, oldest first.
    #[must_use]
    pub fn told(&self) -> &[Told] {
        &self.told
    }

    /// Decisions that follow from the rows, and stand in none yet.
    pub fn pending(&self) -> impl Iterator<Item = &LevelDecision> {
        self.pending.iter()
    }

    /// The first place where stored and computed decisions part.
    #[must_use]
    pub fn disagreement(&self) -> Option<&Disagreement> {
        self.disagreement.as_ref()
    }

    /// Cases that ended in the last days, oldest first.
    pub fn ended(&self) -> impl Iterator<Item = &Ended> {
        self.ended.iter()
    }

    /// How often reviewers guessed the author right, of how many guesses.
    #[must_use]
    pub fn guesses(&self) -> (u64, u64) {
        self.guesses
    }

    /// Whether a case is known and not over.
    #[must_use]
    pub fn is_open(&self, case: CaseId) -> bool {
        self.cases.contains_key(&case)
    }

    /// Takes in the next row.
    ///
    /// # Errors
    /// When it is not the next one.
    pub fn take(&mut self, row: &Row) -> Result<(), FoldFault> {
        let expected = self.seq + 1;
        if row.seq != expected {
            return Err(FoldFault::Order { expected, found: row.seq });
        }
        self.seq = row.seq;
        // A clock that goes back makes no time pass.
        self.now = self.now.max(row.at);
        for taken in [self.pass_time(), self.take_fact(&row.fact)] {
            if let Err(why) = taken {
                self.refused.get_or_insert((row.seq, why));
            }
        }
        Ok(())
    }

    fn today(&self) -> i64 {
        self.now.div_euclid(DAY_MS)
    }

    fn take_fact(&mut self, fact: &Fact) -> Result<(), Refused> {
        match fact {
            Fact::Set { topic, level, share, by_evidence, margin, ceiling, by, reason } => {
                if !(*margin > 0.0 && *margin < 1.0) {
                    return Err(Refused::Parameter("margin", *margin));
                }
                let place = self.place(*topic);
                let setting = Setting {
                    level: *level,
                    share: *share,
                    by_evidence: *by_evidence,
                    margin: *margin,
                    ceiling: *ceiling,
                };
                let change = self.ladder.set(place, self.today(), setting);
                self.tell(&change, Some((*by, reason)));
            }
            Fact::Assigned(assigned) => self.assign(*assigned),
            Fact::Answered { case, by } => {
                let now = self.now;
                if let Some(open) = self.cases.get_mut(case) {
                    open.answered_at.get_or_insert(now);
                    open.has_people |= *by == Arm::Human;
                }
            }
            Fact::Happened { case, what } => self.happen(*case, *what),
            Fact::Drafted { case, edit } => {
                if let Some(open) = self.cases.get(case) {
                    self.ladder.take_draft(open.place, open.assigned.epoch, *edit)?;
                }
            }
            Fact::Reviewed { case, is_shadow, mark, guess } => {
                self.review(*case, *is_shadow, *mark, *guess)?;
            }
            Fact::Frozen { by, reason } => {
                self.ladder.freeze(true);
                self.brake = Some(Brake { at: self.now, by: *by, reason: reason.clone() });
            }
            Fact::Thawed { .. } => {
                self.ladder.freeze(false);
                self.brake = None;
            }
            Fact::Changed { topics, what } => {
                let day = self.today();
                for (topic, place) in self.topics.iter().zip(0..) {
                    if topics.is_empty() || topics.contains(topic) {
                        self.ladder.take_change(place, day, what);
                    }
                }
            }
            Fact::Day { day, n_topics } => self.end_day(*day, *n_topics)?,
            Fact::Decided(stored) => self.compare(stored),
        }
        Ok(())
    }

    /// A topic's place; its first row gives it one.
    fn place(&mut self, topic: TopicId) -> usize {
        if let Some(place) = self.places.get(&topic) {
            return *place;
        }
        let place = self.ladder.add(Level::Off, 0.0, self.n_topics);
        self.places.insert(topic, place);
        self.topics.push(topic);
        self.since.push(self.seq);
        self.n_open.push(0);
        place
    }

    fn assign(&mut self, assigned: Assigned) {
        let is_new = !self.places.contains_key(&assigned.topic);
        let place = self.place(assigned.topic);
        // A level from before the ledger: somebody's opinion.
        if is_new && (assigned.level != Level::Off || assigned.epoch > 0) {
            let setting = Setting {
                level: assigned.level,
                share: assigned.propensity,
                by_evidence: false,
                margin: self.ladder.track(place).margin(),
                ceiling: Level::Autonomous,
            };
            self.ladder.adopt(place, self.today(), setting, assigned.epoch);
        }
        if self.cases.contains_key(&assigned.case) {
            return;
        }
        let Assigned { arm, propensity, is_randomised, .. } = assigned;
        self.ladder.take_assignment(place, arm, propensity, is_randomised);
        self.n_open[place] += 1;
        let open = Open {
            assigned,
            place,
            opened_at: self.now,
            answered_at: None,
            is_undone: false,
            is_confirmed: false,
            rating: None,
            has_people: arm == Arm::Human,
            has_bad_hour: false,
            has_bad_sign: false,
            mark: None,
            waits: false,
        };
        self.cases.insert(assigned.case, open);
        self.hours_due.push_back((self.now + HOUR_MS, assigned.case));
        self.signs_due.push_back((self.now + SIGN_MS, assigned.case));
        self.outcomes_due.push_back((self.now + OUTCOME_MS, assigned.case));
    }

    fn happen(&mut self, case: CaseId, what: Happening) {
        let now = self.now;
        let Some(open) = self.cases.get_mut(&case) else { return };
        if open.waits {
            return;
        }
        open.is_undone |= what.undoes();
        match what {
            Happening::Confirmed => (open.is_confirmed, open.rating) = (true, Some(1)),
            Happening::Disliked => open.rating = Some(-1),
            Happening::Rated => open.rating = Some(0),
            Happening::HandedOver | Happening::AskedForPerson => open.has_people = true,
            _ => {}
        }
        open.has_bad_hour |= what.is_bad_sign() && now < open.opened_at + HOUR_MS;
        open.has_bad_sign |= what.is_bad_sign() && now < open.opened_at + SIGN_MS;
    }

    /// A case's sign of a span that is over. One that nobody has answered by then says nothing.
    fn sign(&mut self, open: &Open, span: Span) -> Result<(), Refused> {
        let is_bad = match span {
            Span::Hour => open.has_bad_hour,
            Span::Day => open.has_bad_sign,
        };
        if !is_bad && open.answered_at.is_none() {
            return Ok(());
        }
        let Assigned { epoch, arm, is_eligible, .. } = open.assigned;
        if !is_eligible {
            return Ok(());
        }
        let day = self.today();
        let change = self.ladder.take_sign(open.place, day, span, epoch, arm, is_bad)?;
        change.iter().for_each(|change| self.tell(change, None));
        Ok(())
    }

    fn review(
        &mut self,
        case: CaseId,
        is_shadow: bool,
        mark: f64,
        guess: Option<Arm>,
    ) -> Result<(), Refused> {
        if !(0.0..=1.0).contains(&mark) {
            return Err(Refused::Mark);
        }
        let Some(open) = self.cases.get_mut(&case) else { return Ok(()) };
        if is_shadow {
            let (place, epoch) = (open.place, open.assigned.epoch);
            if self.ladder.track(place).epoch() == epoch {
                self.ladder.take_shadow_review(place, mark)?;
            }
            return Ok(());
        }
        open.mark.get_or_insert(mark);
        if let Some(guess) = guess {
            // The author, not the arm: a case of the assistant's that a person answered is theirs.
            let author = if open.has_people { Arm::Human } else { Arm::Ai };
            self.guesses.0 += u64::from(guess == author);
            self.guesses.1 += 1;
        }
        if open.waits {
            self.mature(case)?;
        }
        Ok(())
    }

    /// What has become due: signs after an hour and a day, outcomes after a week, reviews after two.
    fn pass_time(&mut self) -> Result<(), Refused> {
        // Bad and good alike count when their span is over, in the order of cases: a bad one that
        // counted at once would come before the good ones of its span, and look like a rise.
        let mut outcome = Ok(());
        while let Some(case) = due(&mut self.hours_due, self.now) {
            let Some(open) = self.cases.get(&case).copied() else { continue };
            outcome = outcome.and(self.sign(&open, Span::Hour));
        }
        while let Some(case) = due(&mut self.signs_due, self.now) {
            let Some(open) = self.cases.get(&case).copied() else { continue };
            outcome = outcome.and(self.sign(&open, Span::Day));
        }
        while let Some(case) = due(&mut self.outcomes_due, self.now) {
            let Some(open) = self.cases.get_mut(&case) else { continue };
            let is_drawn = open.assigned.review.is_some_and(|review| review.is);
            if is_drawn && open.mark.is_none() && open.answered_at.is_some() {
                open.waits = true;
                self.reviews_due.push_back((open.opened_at + REVIEW_MS, case));
                continue;
            }
            outcome = outcome.and(self.mature(case));
        }
        while let Some(case) = due(&mut self.reviews_due, self.now) {
            outcome = outcome.and(self.mature(case));
        }
        outcome
    }

    /// A case's outcome enters the tests, and the case is over.
    fn mature(&mut self, case: CaseId) -> Result<(), Refused> {
        let Some(open) = self.cases.remove(&case) else { return Ok(()) };
        self.n_open[open.place] -= 1;
        let is_good = open.answered_at.is_some() && !open.is_undone;
        let Assigned { epoch, arm, propensity, is_eligible, is_randomised, shown, .. } =
            open.assigned;
        let review = open.assigned.review.map(|review| {
            // What was never answered is bad; what was never reviewed counts against the assistant.
            let missing = match (open.answered_at, arm) {
                (None, _) | (_, Arm::Ai) => 0.0,
                (_, Arm::Human) => 1.0,
            };
            let mark = review.is.then(|| open.mark.unwrap_or(missing));
            Reviewed { probability: review.probability, mark }
        });
        let minutes = open.answered_at.map(|at| (at - open.opened_at) as f64 / 60_000.0);
        self.ended.push_back(Ended {
            opened_at: open.opened_at,
            place: open.place,
            arm,
            propensity,
            is_eligible,
            is_randomised,
            is_good,
            is_confirmed: open.is_confirmed && !open.is_undone,
            has_people: open.has_people,
            minutes,
            rating: open.rating,
            mark: open.mark,
        });
        if !is_eligible {
            return Ok(());
        }
        let is_alone = arm == Arm::Ai && !open.has_people && open.answered_at.is_some();
        let propensity = if is_randomised { propensity } else { 0.0 };
        let matured =
            Matured { epoch, arm, propensity, is_eligible, is_good, is_alone, shown, review };
        let change = self.ladder.take_case(open.place, self.today(), matured)?;
        change.iter().for_each(|change| self.tell(change, None));
        Ok(())
    }

    fn end_day(&mut self, day: i64, n_topics: usize) -> Result<(), Refused> {
        // Two nodes may both have said so.
        if self.day.is_some_and(|last| last >= day) {
            return Ok(());
        }
        self.day = Some(day);
        self.n_topics = n_topics;
        self.ladder.count_volumes();
        for change in self.ladder.end_day(day, n_topics)? {
            self.tell(&change, None);
        }
        let kept = (day - KEPT_DAYS) * DAY_MS;
        while self.ended.front().is_some_and(|ended| ended.opened_at < kept) {
            self.ended.pop_front();
        }
        Ok(())
    }

    /// Notes a change of a level; one by evidence has to be found among the rows.
    fn tell(&mut self, change: &Change, by_hand: Option<(Option<AgentId>, &String)>) {
        let track = self.ladder.track(change.topic);
        let decision = LevelDecision {
            topic: self.topics[change.topic],
            from: change.moved.from,
            to: change.moved.to,
            share: track.share(),
            epoch: track.epoch(),
            after: self.seq,
            reason: by_hand.map_or_else(|| change.moved.reason.clone(), |(_, why)| why.clone()),
            numbers: change.moved.numbers,
        };
        if by_hand.is_none() {
            self.pending.push_back(decision.clone());
        }
        let rows = (self.since[change.topic], self.seq);
        self.since[change.topic] = self.seq + 1;
        self.told.push(Told {
            at: self.now,
            rows,
            decision,
            is_by_hand: by_hand.is_some(),
            by: by_hand.and_then(|(by, _)| by),
        });
    }

    fn compare(&mut self, stored: &LevelDecision) {
        let computed = self.pending.pop_front();
        if computed.as_ref() != Some(stored) && self.disagreement.is_none() {
            let stored = Some(stored.clone());
            self.disagreement = Some(Disagreement { seq: self.seq, stored, computed });
        }
    }
}

/// The next case that is due.
fn due(queue: &mut VecDeque<(i64, CaseId)>, now: i64) -> Option<CaseId> {
    queue.front().filter(|(at, _)| *at <= now)?;
    queue.pop_front().map(|(_, case)| case)
}

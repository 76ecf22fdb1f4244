//! A made-up past for the sample shop's ledger: what customers, people and an assistant of given
//! quality would have left in it. Levels are not made up: they are what the fold makes of the rows.

use balance::{Assigned, Drawn, Fact, Facts, Fold, Happening, Row, Rules, Track, assign};
use desk::{AgentId, Arm, CaseId, Level, TopicId};
use uuid::Uuid;

use crate::Chance;

const DAY_MS: i64 = 24 * 3_600_000;
/// Days on which people alone answer, so that there is something to compare with.
const ALONE_DAYS: i64 = 25;
/// The part of bad outcomes that shows on the same day.
const SHOWS: f64 = 0.6;
/// The part of drafts that people send as suggested, for each part of good answers.
const SENT: f64 = 0.97;

/// A topic's life.
#[derive(Debug, Clone)]
pub struct Life {
    /// Which.
    pub topic: TopicId,
    /// Cases a day.
    pub cases_a_day: f64,
    /// The share of people's cases that end well, and stay so.
    pub people: f64,
    /// The same of the assistant.
    pub assistant: f64,
    /// So many days before the end something that it knows was changed, and from then on this
    /// share of its cases ends well.
    pub change: Option<(i64, String, f64)>,
    /// Nobody has switched it on.
    pub is_off: bool,
}

/// When a past ends, who switched the topics on, and by which seeds it is drawn.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The last moment, in milliseconds.
    pub ends: i64,
    /// Days before it.
    pub days: i64,
    /// Who let evidence decide.
    pub lead: AgentId,
    /// The desk's secret seed of draws.
    pub draw_seed: Vec<u8>,
    /// The seed of what happens.
    pub seed: u64,
}

/// The rows, oldest first. The same frame gives the same rows.
///
/// # Panics
/// Never with shares from 0 to 1.
#[must_use]
pub fn past(rules: Rules, lives: &[Life], frame: &Frame) -> Vec<Row> {
    let mut past = Past {
        fold: Fold::new(rules),
        rows: Vec::new(),
        chance: Chance::new(frame.seed),
        frame,
        later: std::collections::BTreeMap::new(),
        n_later: 0,
        n_cases: 0,
    };
    for day in 0..frame.days {
        past.a_day(day, lives);
    }
    past.rows
}

struct Past<'a> {
    fold: Fold,
    rows: Vec<Row>,
    chance: Chance,
    frame: &'a Frame,
    /// What is still to happen, by time and by its number.
    later: std::collections::BTreeMap<(i64, u64), Fact>,
    n_later: u64,
    n_cases: u64,
}

impl Past<'_> {
    fn a_day(&mut self, nth: i64, lives: &[Life]) {
        let start = self.frame.ends - (self.frame.days - nth) * DAY_MS;
        if nth == ALONE_DAYS.min(self.frame.days / 4) {
            lives.iter().filter(|life| !life.is_off).for_each(|life| self.begin(start, life));
        }
        let mut cases: Vec<(i64, usize)> = Vec::new();
        for (place, life) in lives.iter().enumerate() {
            let n = (life.cases_a_day * (0.8 + 0.4 * self.chance.share())).round() as usize;
            let today =
                (0..n).map(|_| (time_of_day(self.chance.share()) - start).rem_euclid(DAY_MS));
            cases.extend(today.map(|at| (start + at, place)).collect::<Vec<_>>());
            let before_end = self.frame.days - nth;
            if let Some((days, what, _)) = &life.change
                && *days == before_end
            {
                let (topics, what) = (vec![life.topic], what.clone());
                self.write(start, Fact::Changed { topics, what });
            }
        }
        cases.sort_unstable();
        for (at, place) in cases {
            self.until(at);
            self.a_case(at, nth, &lives[place]);
        }
        let end = start + DAY_MS - 1;
        self.until(end);
        let n_topics = lives.len();
        self.write(end, Fact::Day { day: end.div_euclid(DAY_MS), n_topics });
    }

    /// What was to happen by then happens.
    fn until(&mut self, at: i64) {
        while let Some(entry) = self.later.first_entry().filter(|entry| entry.key().0 <= at) {
            let ((at, _), fact) = entry.remove_entry();
            self.write(at, fact);
        }
    }

    fn write(&mut self, at: i64, fact: Fact) {
        self.push(at, fact);
        loop {
            let Some(decision) = self.fold.pending().next().cloned() else { break };
            self.push(at, Fact::Decided(decision));
        }
    }

    fn push(&mut self, at: i64, fact: Fact) {
        let row = Row { seq: self.rows.len() as i64 + 1, at, fact };
        self.fold.take(&row).expect("rows are made in order and in range");
        self.rows.push(row);
    }

    fn begin(&mut self, at: i64, life: &Life) {
        let fact = Fact::Set {
            topic: life.topic,
            level: Level::Shadow,
            share: 0.5,
            by_evidence: true,
            margin: 0.05,
            ceiling: Level::Autonomous,
            by: Some(self.frame.lead),
            reason: "The articles are written; let it show what it can.".to_owned(),
        };
        self.write(at, fact);
    }

    fn assistant(&self, nth: i64, life: &Life) -> f64 {
        match &life.change {
            Some((days, _, after)) if self.frame.days - nth <= *days => *after,
            _ => life.assistant,
        }
    }

    fn a_case(&mut self, at: i64, nth: i64, life: &Life) {
        self.n_cases += 1;
        let case = CaseId(case_id(at, self.n_cases, self.frame.seed));
        let track = self.fold.track(life.topic);
        let day = at.div_euclid(DAY_MS);
        let (level, share, review_share, epoch) = track
            .map_or((Level::Off, 0.0, 0.0, 0), |track| {
                (track.level(), track.share(), track.review_share(day), Track::epoch(track))
            });
        let facts = Facts { level, share, review_share, ineligible: None };
        let drawn = assign(&self.frame.draw_seed, &case.to_string(), facts);
        self.write(
            at,
            Fact::Assigned(Assigned {
                case,
                topic: life.topic,
                epoch,
                level,
                arm: drawn.arm,
                propensity: drawn.propensity,
                is_eligible: drawn.is_eligible,
                is_randomised: drawn.is_randomised,
                shown: drawn
                    .draft
                    .map(|draft| Drawn { is: draft.is_shown, probability: draft.propensity }),
                review: drawn.review,
            }),
        );
        let assistant = self.assistant(nth, life);
        self.happens_to(case, at, &drawn, life, assistant);
        let is_shown = drawn.draft.is_some_and(|draft| draft.is_shown);
        if is_shown {
            let is_sent = self.chance.share() < assistant * SENT + 0.04;
            self.later(
                at + 5 * 60_000,
                Fact::Drafted { case, edit: f64::from(u8::from(!is_sent)) },
            );
        }
        if drawn.review.is_some_and(|review| review.is) {
            let is_shadow = level == Level::Shadow;
            let good = if is_shadow || drawn.arm == Arm::Ai { assistant } else { life.people };
            let mark = match self.chance.share() {
                share if share < good - 0.08 => 1.0,
                share if share < good + 0.08 => 0.5,
                _ => 0.0,
            };
            let guess = if self.chance.share() < 0.5 { Arm::Ai } else { Arm::Human };
            let wait = (self.chance.share() * 2.0 * DAY_MS as f64) as i64;
            let fact = Fact::Reviewed { case, is_shadow, mark, guess: Some(guess) };
            self.later(at + DAY_MS / 8 + wait, fact);
        }
    }

    /// The answer, and what the customer does about it.
    fn happens_to(
        &mut self,
        case: CaseId,
        at: i64,
        drawn: &balance::Decision,
        life: &Life,
        assistant: f64,
    ) {
        let is_ai = drawn.arm == Arm::Ai;
        let minutes = if is_ai { 0.1 } else { 2.0 + 30.0 * self.chance.share() };
        let answered = at + (minutes * 60_000.0) as i64;
        self.later(answered, Fact::Answered { case, by: drawn.arm });
        // One in ten of the assistant's ends with a person, whatever its quality.
        if is_ai && self.chance.share() < 0.10 {
            let what = Happening::HandedOver;
            self.later(answered + 60_000, Fact::Happened { case, what });
            self.later(answered + 900_000, Fact::Answered { case, by: Arm::Human });
        }
        let good = if is_ai { assistant } else { life.people };
        if self.chance.share() >= good {
            let shows = self.chance.share() < SHOWS;
            let wait = if shows { DAY_MS / 24 } else { 2 * DAY_MS };
            let (what, sign) = if shows {
                (Happening::Reopened, is_ai && self.chance.share() < 0.5)
            } else {
                (Happening::Repeated, false)
            };
            if sign {
                let what = Happening::AskedForPerson;
                self.later(answered + 120_000, Fact::Happened { case, what });
            }
            self.later(answered + wait, Fact::Happened { case, what });
        } else if self.chance.share() < 0.3 {
            let what = Happening::Confirmed;
            self.later(answered + 600_000, Fact::Happened { case, what });
        }
    }

    fn later(&mut self, at: i64, fact: Fact) {
        self.n_later += 1;
        self.later.insert((at, self.n_later), fact);
    }
}

/// A UUIDv7 of that moment.
/// When customers come, in parts of each hour of the day: few at night, most before noon.
const HOURS: [f64; 24] = [
    1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 4.0, 7.0, 10.0, 12.0, 12.0, 11.0, 10.0, 10.0, 10.0, 9.0, 9.0,
    8.0, 8.0, 9.0, 8.0, 6.0, 3.0, 2.0,
];

/// The time of the day before which this share of its customers have come, in milliseconds.
fn time_of_day(share: f64) -> i64 {
    let mut left = share * HOURS.iter().sum::<f64>();
    for (hour, weight) in HOURS.iter().enumerate() {
        if left < *weight {
            return ((hour as f64 + left / weight) * 3_600_000.0) as i64;
        }
        left -= weight;
    }
    DAY_MS - 1
}

fn case_id(at: i64, nth: u64, seed: u64) -> Uuid {
    let mut chance = Chance::new(seed ^ nth.wrapping_mul(0x9e37_79b9));
    let mut bytes = [0_u8; 10];
    bytes.iter_mut().for_each(|byte| *byte = chance.below(256) as u8);
    let millis = u64::try_from(at).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A failed step is a failed test.
mod tests {
    use super::*;

    fn life(n: u128, assistant: f64) -> Life {
        Life {
            topic: TopicId(Uuid::from_u128(n)),
            cases_a_day: 80.0,
            people: 0.86,
            assistant,
            change: None,
            is_off: false,
        }
    }

    #[test]
    fn an_easy_topic_climbs_a_complex_one_does_not_and_a_regression_is_caught() {
        let what = "The article “Returns”".to_owned();
        let regressing = Life { change: Some((40, what, 0.55)), ..life(3, 0.92) };
        let lives = [life(1, 0.92), life(2, 0.68), regressing];
        let frame = Frame {
            ends: 20_000 * DAY_MS,
            days: 200,
            lead: AgentId(Uuid::from_u128(9)),
            draw_seed: b"seed".to_vec(),
            seed: 42,
        };
        let rows = past(Rules::default(), &lives, &frame);
        let mut fold = Fold::new(Rules::default());
        rows.iter().for_each(|row| fold.take(row).unwrap());
        assert_eq!(fold.disagreement(), None);
        let level = |n: usize| fold.track(lives[n].topic).unwrap().level();
        assert_eq!(level(0), Level::Autonomous);
        let falls = fold.told().iter().filter(|told| told.decision.to < told.decision.from);
        let falls: Vec<_> = falls.filter(|told| told.decision.topic == lives[0].topic).collect();
        assert!(
            falls.is_empty(),
            "the first hours of a day look no worse than the rest: {falls:?}"
        );
        assert!(level(1) <= Level::Draft, "{:?}", level(1));
        assert!(level(2) <= Level::Supervised, "{:?}", level(2));
        let fell = fold.told().iter().find(|told| {
            told.decision.topic == lives[2].topic && told.decision.from == Level::Autonomous
        });
        let reason = &fell.expect("it fell").decision.reason;
        assert!(reason.contains("“Returns” was changed"), "{reason}");
        assert_eq!(rows, past(Rules::default(), &lives, &frame), "the same frame, the same rows");
    }
}

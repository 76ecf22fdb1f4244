//! How long it takes to fold a large ledger: `cargo run --release -p balance --example fold`.
#![allow(clippy::print_stdout)] // It tells its figures.

use std::time::Instant;

use balance::{Assigned, Drawn, Fact, Fold, Happening, Row, Rules};
use desk::{Arm, CaseId, Level, TopicId};
use uuid::Uuid;

const DAY_MS: i64 = 86_400_000;
const N_TOPICS: u128 = 40;
/// Cases of all topics in a day.
const CASES_A_DAY: i64 = 9_000;

fn main() {
    let n: i64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10_000_000);
    let rules = Rules { has_drafts: false, has_reviews: false, ..Rules::default() };
    let mut fold = Fold::new(rules);
    let mut rows = Rows { seq: 0, draws: 1, day: 0, n_cases: 0, later: Vec::new() };
    let mut seconds = 0.0;
    let mut n_bytes = 0;
    // Rows are made in portions, so that only the fold is timed and memory stays small.
    while rows.seq < n {
        let portion = rows.a_day(&fold);
        if rows.day % 30 == 0 {
            n_bytes += portion.iter().map(json).sum::<usize>();
        }
        let began = Instant::now();
        for row in &portion {
            fold.take(row).expect("rows are in order");
        }
        seconds += began.elapsed().as_secs_f64();
    }
    println!(
        "{} rows of {} cases over {} days, {} decisions: {seconds:.2} s, {:.2} million rows a \
         second; one day in 30 is {n_bytes} bytes of JSON",
        rows.seq,
        rows.n_cases,
        rows.day,
        fold.told().len(),
        rows.seq as f64 / seconds / 1e6,
    );
}

fn json(row: &Row) -> usize {
    serde_json::to_string(row).expect("a row is JSON").len()
}

struct Rows {
    seq: i64,
    draws: u64,
    day: i64,
    n_cases: u128,
    /// What happens to cases on a later day.
    later: Vec<(i64, Fact)>,
}

impl Rows {
    fn happens(&mut self, probability: f64) -> bool {
        let x = &mut self.draws;
        *x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((*x >> 11) as f64 / (1_u64 << 53) as f64) < probability
    }

    fn push(&mut self, rows: &mut Vec<Row>, at: i64, fact: Fact) {
        self.seq += 1;
        rows.push(Row { seq: self.seq, at, fact });
    }

    fn a_day(&mut self, fold: &Fold) -> Vec<Row> {
        let mut rows = Vec::new();
        let start = self.day * DAY_MS;
        if self.day == 0 {
            for nth in 0..N_TOPICS {
                let set = Fact::Set {
                    topic: TopicId(Uuid::from_u128(nth)),
                    level: Level::Supervised,
                    share: 0.5,
                    by_evidence: true,
                    margin: 0.05,
                    ceiling: Level::Autonomous,
                    by: None,
                    reason: "A measurement.".into(),
                };
                self.push(&mut rows, start, set);
            }
        }
        let (due, later) = self.later.drain(..).partition(|(day, _)| *day <= self.day);
        self.later = later;
        let due: Vec<(i64, Fact)> = due;
        for (_, fact) in due {
            self.push(&mut rows, start, fact);
        }
        for nth in 0..CASES_A_DAY {
            self.a_case(&mut rows, start + nth * (DAY_MS / CASES_A_DAY), fold);
        }
        let day = self.day;
        self.push(&mut rows, start + DAY_MS - 1, Fact::Day { day, n_topics: N_TOPICS as usize });
        self.day += 1;
        rows
    }

    fn a_case(&mut self, rows: &mut Vec<Row>, at: i64, fold: &Fold) {
        self.n_cases += 1;
        let case = CaseId(Uuid::from_u128(self.n_cases));
        let topic = TopicId(Uuid::from_u128(self.n_cases % N_TOPICS));
        let (level, share, epoch) =
            fold.track(topic).map_or((Level::Supervised, 0.5, 1), |track| {
                (track.level(), track.share(), track.epoch())
            });
        let is_ai = level.answers() && self.happens(share);
        let arm = if is_ai { Arm::Ai } else { Arm::Human };
        let review = self.happens(0.15);
        let assigned = Assigned {
            case,
            topic,
            epoch,
            level,
            arm,
            propensity: if level.answers() { share } else { 0.0 },
            is_eligible: true,
            is_randomised: level.answers(),
            shown: None,
            review: Some(Drawn { is: review, probability: 0.15 }),
        };
        self.push(rows, at, Fact::Assigned(assigned));
        self.push(rows, at, Fact::Answered { case, by: arm });
        if review {
            let mark = f64::from(u8::from(self.happens(0.88)));
            let fact = Fact::Reviewed { case, is_shadow: false, mark, guess: None };
            self.later.push((self.day + 1, fact));
        }
        if self.happens(0.12) {
            let soon = self.happens(0.5);
            let what = if soon { Happening::Reopened } else { Happening::Repeated };
            let fact = Fact::Happened { case, what };
            self.later.push((self.day + if soon { 0 } else { 3 }, fact));
        }
    }
}

//! What the tests promise, by counting every way that things can go, and by many seeded streams.

use balance::{
    Arms, Comparison, Detector, Ladder, Matured, Outcome, Range, RateTest, Rules, Setting, Span,
};
use desk::{Arm, Level};

const PEOPLE: f64 = 0.85;
const MARGIN: f64 = 0.05;
const PROPENSITIES: [f64; 7] = [0.2, 0.2, 0.5, 0.5, 0.8, 0.8, 0.93];

/// E over all draws and outcomes of these cases, each weighed by its probability.
fn expected(comparison: &Comparison, left: &[f64], ai: f64) -> f64 {
    let Some((&pi, left)) = left.split_first() else { return comparison.ln_e().exp() };
    let mut sum = 0.0;
    for (arm, drawn, good) in [(Arm::Ai, pi, ai), (Arm::Human, 1.0 - pi, PEOPLE)] {
        for (value, share) in [(1.0, good), (0.0, 1.0 - good)] {
            let mut next = *comparison;
            next.take(arm, pi, Outcome::Seen(value), Range::SHARE).unwrap();
            sum += drawn * share * expected(&next, left, ai);
        }
    }
    sum
}

#[test]
fn capital_is_fair_at_the_margin_and_shrinks_below_it() {
    let start = Comparison::new(MARGIN, Arms::default()).unwrap();
    for (difference, value) in [(-0.05, 1.0), (-0.08, 0.978_351_371_844), (0.0, 1.037_824_369_636)]
    {
        let got = expected(&start, &PROPENSITIES, PEOPLE + difference);
        assert!((got - value).abs() < 1e-12, "at {difference}: {got:.15}");
    }
}

/// One case whose score is wrong as can be, with reviews that depend on it: at q_min, or at 1 when
/// it is flagged.
#[test]
fn reviews_keep_the_capital_fair_whatever_the_score() {
    let q_min = 0.2;
    let range = Range::of_reviews(q_min).unwrap();
    for wrong in [0.0, 0.3, 1.0] {
        for pi in [0.1, 0.5, 0.9] {
            let start = Comparison::new(MARGIN, Arms::default()).unwrap();
            let mut sum = 0.0;
            for (arm, drawn, good) in
                [(Arm::Ai, pi, PEOPLE - MARGIN), (Arm::Human, 1.0 - pi, PEOPLE)]
            {
                for (mark, share) in [(1.0, good), (0.0, 1.0 - good)] {
                    // What is bad is flagged, and then always reviewed.
                    let q = if mark == 0.0 { 1.0 } else { q_min };
                    for (is_reviewed, chance) in [(true, q), (false, 1.0 - q)] {
                        let outcome = Outcome::Scored {
                            score: wrong,
                            review_probability: q,
                            mark: is_reviewed.then_some(mark),
                        };
                        let mut next = start;
                        next.take(arm, pi, outcome, range).unwrap();
                        sum += drawn * share * chance * next.ln_e().exp();
                    }
                }
            }
            assert!(sum <= 1.0 + 1e-12, "score {wrong}, π {pi}: {sum:.15}");
        }
    }
}

/// A splitmix64 generator of shares in [0, 1).
struct Chance(u64);

impl Chance {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// How often each thing is tried: from the environment, or as the suite has time for.
fn n_runs(in_suite: u64) -> u64 {
    let asked = std::env::var("EVENKEEL_STREAMS").ok().and_then(|text| text.parse().ok());
    let n = asked.unwrap_or(in_suite);
    println!("replay: EVENKEEL_STREAMS={n} cargo test -p balance --release guarantees");
    n
}

/// Looked at after every case, an assistant that is worse by just the margin is promoted seldom.
#[test]
fn few_are_promoted_at_the_margin_under_any_looks() {
    let n = n_runs(200);
    let n_promoted = (0..n)
        .filter(|seed| {
            let mut chance = Chance(*seed);
            let mut comparison = Comparison::new(MARGIN, Arms::default()).unwrap();
            (0..3_000).any(|_| {
                let arm = if chance.share() < 0.5 { Arm::Ai } else { Arm::Human };
                let good = if arm == Arm::Ai { PEOPLE - MARGIN } else { PEOPLE };
                let value = f64::from(u8::from(chance.share() < good));
                comparison.take(arm, 0.5, Outcome::Seen(value), Range::SHARE).unwrap();
                comparison.ln_e() >= 20.0_f64.ln()
            })
        })
        .count();
    let (rate, error) = (n_promoted as f64 / n as f64, (0.05 * 0.95 / n as f64).sqrt());
    println!("promoted at the margin: {n_promoted} of {n}");
    assert!(rate <= 0.05 + 3.0 * error, "{rate}");
}

/// Without a rise an alarm comes no sooner than was promised; with one it comes soon.
#[test]
fn detectors_keep_their_run_length_and_hear_a_rise() {
    let (alarm, base) = (1_000.0, 0.16);
    let first_alarm = |seed: u64, rate: f64, n_max: u64| {
        let mut chance = Chance(seed);
        let mut detector = Detector::new();
        (1..=n_max)
            .find(|_| {
                detector.take_sign(chance.share() < rate, base).unwrap();
                detector.m() >= alarm
            })
            .unwrap_or(n_max)
    };
    let n = n_runs(60);
    let mean = |rate: f64, n_max: u64| {
        (0..n).map(|seed| first_alarm(seed, rate, n_max) as f64).sum::<f64>() / n as f64
    };
    // Cut off at ten times the promise, which makes the mean smaller.
    let (quiet, loud) = (mean(base, 10_000), mean(base + 0.2, 10_000));
    println!("cases to an alarm: {quiet} without a rise, {loud} with one of 20 points, n {n} each");
    assert!(quiet >= alarm, "{quiet}");
    assert!(loud < 100.0, "{loud}");
}

#[test]
fn a_rate_is_tested_fairly() {
    // E of three values of a rate at the reference is 1.
    fn expected(test: &RateTest, n: u32, rate: f64) -> f64 {
        if n == 0 {
            return test.ln_e().exp();
        }
        [(1.0, rate), (0.0, 1.0 - rate)]
            .into_iter()
            .map(|(value, share)| {
                let mut next = *test;
                next.take(value, 0.8, Range::SHARE).unwrap();
                share * expected(&next, n - 1, rate)
            })
            .sum()
    }
    let (at, below) = (expected(&RateTest::new(), 8, 0.8), expected(&RateTest::new(), 8, 0.7));
    assert!((at - 1.0).abs() < 1e-12, "{at}");
    assert!(below < 1.0, "{below}");
}

/// Twenty topics at *supervised* for half a year, half of them worse by just the margin, promoted
/// together by the ladder with all its floors: of those promoted, few should not have been.
#[test]
fn few_of_the_promoted_topics_are_at_the_margin() {
    let n = n_runs(4).div_ceil(20).max(4);
    let (mut false_share, mut n_right) = (0.0, 0.0);
    for seed in 0..n {
        let promoted = half_a_year(seed);
        let n_false = promoted.iter().filter(|topic| **topic >= 10).count() as f64;
        false_share += n_false / promoted.len().max(1) as f64;
        n_right += promoted.len() as f64 - n_false;
    }
    let (fdr, power) = (false_share / n as f64, n_right / (10 * n) as f64);
    println!("false share of the promoted {fdr:.4}, equal topics promoted {power:.3}, n {n} years");
    assert!(fdr <= 0.05 + 3.0 * (0.05 / (10 * n) as f64).sqrt(), "{fdr}");
    assert!(power >= 0.8, "{power}");
}

/// The topics that reach *autonomous*; those from ten on are worse by the margin.
fn half_a_year(seed: u64) -> Vec<usize> {
    const N_TOPICS: usize = 20;
    let mut chance = Chance(seed.wrapping_mul(7_919));
    let rules = Rules { has_drafts: false, has_reviews: false, ..Rules::default() };
    let mut ladder = Ladder::new(rules);
    for topic in 0..N_TOPICS {
        ladder.add(Level::Shadow, 50.0, N_TOPICS);
        // People's record from the time before.
        for _ in 0..600 {
            let is_good = chance.share() < PEOPLE;
            ladder.take_case(topic, 0, matured(0, Arm::Human, 0.0, is_good)).unwrap();
        }
        let setting = Setting {
            level: Level::Supervised,
            share: 0.5,
            by_evidence: true,
            margin: MARGIN,
            ceiling: Level::Autonomous,
        };
        ladder.set(topic, 0, setting);
    }
    let mut promoted = Vec::new();
    for day in 1..=180 {
        for topic in 0..N_TOPICS {
            let ai_good = if topic < 10 { PEOPLE } else { PEOPLE - MARGIN };
            for _ in 0..50 {
                let (epoch, share) = (ladder.track(topic).epoch(), ladder.track(topic).share());
                let arm = if chance.share() < share { Arm::Ai } else { Arm::Human };
                let good = if arm == Arm::Ai { ai_good } else { PEOPLE };
                let is_good = chance.share() < good;
                let shows = !is_good && chance.share() < 0.5;
                ladder.take_sign(topic, day, Span::Day, epoch, arm, shows).unwrap();
                ladder.take_case(topic, day, matured(epoch, arm, share, is_good)).unwrap();
            }
        }
        let changes = ladder.end_day(day, N_TOPICS).unwrap();
        promoted.extend(
            changes
                .iter()
                .filter(|change| change.moved.to == Level::Autonomous)
                .map(|change| change.topic),
        );
    }
    promoted.sort_unstable();
    promoted.dedup();
    promoted
}

fn matured(epoch: u32, arm: Arm, propensity: f64, is_good: bool) -> Matured {
    Matured {
        epoch,
        arm,
        propensity,
        is_eligible: true,
        is_good,
        is_alone: arm == Arm::Ai,
        shown: None,
        review: None,
    }
}

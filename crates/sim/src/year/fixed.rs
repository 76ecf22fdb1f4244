//! Ways of sharing the work that are simple, or know what nobody can.

use super::{
    Policy, Tally, World, WorldTopic,
    draws::{happens, poisson},
    tally::{Day, is_false},
};
use crate::Chance;

/// Days of an experiment.
const TRIAL_DAYS: u32 = 14;
/// The z of a one-sided test at 5 %.
const Z95: f64 = 1.645;

/// Good outcomes of both arms, as they mature.
#[derive(Debug, Clone, Copy, Default)]
struct Trial {
    n_ai: f64,
    good_ai: f64,
    n_human: f64,
    good_human: f64,
}

impl Trial {
    fn add(&mut self, is_ai: bool, is_good: bool) {
        let (n, good) = if is_ai {
            (&mut self.n_ai, &mut self.good_ai)
        } else {
            (&mut self.n_human, &mut self.good_human)
        };
        *n += 1.0;
        *good += f64::from(u8::from(is_good));
    }

    fn join(&mut self, other: &Self) {
        self.n_ai += other.n_ai;
        self.good_ai += other.good_ai;
        self.n_human += other.n_human;
        self.good_human += other.good_human;
    }

    /// z of the difference against −margin; nothing while an arm has no case.
    fn z(&self, margin: f64) -> Option<f64> {
        if self.n_ai < 1.0 || self.n_human < 1.0 {
            return None;
        }
        let (p1, p0) = (self.good_ai / self.n_ai, self.good_human / self.n_human);
        let variance = p1 * (1.0 - p1) / self.n_ai + p0 * (1.0 - p0) / self.n_human;
        (variance > 0.0).then(|| (p1 - p0 + margin) / variance.sqrt())
    }
}

/// What a topic has come to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Decided {
    Not,
    Assistant,
    People,
}

pub(super) fn year(world: &World, policy: Policy, seed: u64) -> Tally {
    let mut chance = Chance::new(seed);
    let mut tally = Tally::default();
    let mut decided = vec![Decided::Not; world.topics.len()];
    // What each day brought to each topic, until it has matured.
    let mut days: Vec<Vec<Trial>> = Vec::new();
    let mut known = vec![Trial::default(); world.topics.len()];
    for day in 0..world.days {
        let matured = day.checked_sub(world.maturity_days).map(|day| &days[day as usize]);
        for (trial, more) in known.iter_mut().zip(matured.into_iter().flatten()) {
            trial.join(more);
        }
        decide(world, policy, day, &known, &mut decided, &mut tally);
        let mut today = Vec::with_capacity(world.topics.len());
        for (topic, decided) in world.topics.iter().zip(&decided) {
            let share = share(world, policy, topic, day, *decided);
            let (brought, counted) = a_day(topic, day, share, &mut chance);
            tally.add(world, &counted);
            today.push(brought);
        }
        days.push(today);
    }
    tally
}

fn share(world: &World, policy: Policy, topic: &WorldTopic, day: u32, decided: Decided) -> f64 {
    let by = |is_ai: bool| f64::from(u8::from(is_ai));
    match (policy, decided) {
        (Policy::People | Policy::Balance, _) => 0.0,
        (Policy::Static, _) => by(topic.class == "simple"),
        (Policy::Oracle, _) => {
            by(topic.ai_good_on(day) >= topic.people_good - world.margin - 1e-12)
        }
        (_, Decided::Assistant) => 1.0,
        (_, Decided::People) => 0.0,
        (_, Decided::Not) => 0.5,
    }
}

fn decide(
    world: &World,
    policy: Policy,
    day: u32,
    known: &[Trial],
    decided: &mut [Decided],
    tally: &mut Tally,
) {
    let mut rise = |topic: usize, decided: &mut [Decided]| {
        decided[topic] = Decided::Assistant;
        tally.promotions += 1.0;
        let is_false = is_false(world, &world.topics[topic], day);
        tally.false_promotions += f64::from(u8::from(is_false));
    };
    match policy {
        Policy::Cost if day == TRIAL_DAYS => {
            (0..decided.len()).for_each(|topic| rise(topic, decided));
        }
        Policy::Pooled if day == TRIAL_DAYS + world.maturity_days => {
            let mut all = Trial::default();
            known.iter().for_each(|trial| all.join(trial));
            if all.z(world.margin).is_some_and(|z| z >= Z95) {
                (0..decided.len()).for_each(|topic| rise(topic, decided));
            } else {
                decided.fill(Decided::People);
            }
        }
        Policy::Peeking => {
            for (topic, trial) in known.iter().enumerate() {
                if decided[topic] != Decided::Not {
                    continue;
                }
                match trial.z(world.margin) {
                    Some(z) if z >= Z95 => rise(topic, decided),
                    // Worse by more than the margin: given up.
                    Some(z) if z <= -Z95 => decided[topic] = Decided::People,
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn a_day(topic: &WorldTopic, day: u32, share: f64, chance: &mut Chance) -> (Trial, Day) {
    let (mut trial, mut counted) = (Trial::default(), Day::default());
    for _ in 0..poisson(topic.cases_per_day, chance) {
        let is_ai = happens(share, chance);
        let good = if is_ai { topic.ai_good_on(day) } else { topic.people_good };
        let is_good = happens(good, chance);
        trial.add(is_ai, is_good);
        counted.bad += f64::from(u8::from(!is_good));
    }
    // Nobody reviews: these ways have no levels.
    (counted.n_ai, counted.n_human) = (trial.n_ai, trial.n_human);
    (trial, counted)
}

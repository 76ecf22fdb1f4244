//! What a year would come to with other prices, another margin or other staffing: a desk's own
//! topics under every way of sharing the work.

use workforce::{Line, impatient};

use crate::{
    Chance,
    year::{Costs, Policy, ReviewShare, Step, Tally, World, WorldTopic, simulate},
};

/// How long customers wait before half of them have gone, in minutes; the mean of their patience.
const PATIENCE_MINUTES: f64 = 10.0;
/// As a share of good answers that is not known is drawn: as if it came from so many cases.
const N_UNKNOWN: f64 = 25.0;
/// 90 % of years lie within so many standard deviations.
const Z90: f64 = 1.645;

/// A topic as far as it is known.
#[derive(Debug, Clone)]
pub struct KnownTopic {
    /// What it is called.
    pub name: String,
    /// On average.
    pub cases_a_day: f64,
    /// The share of people's cases that end well, and of how many cases that is known.
    pub people: (f64, f64),
    /// The same of the assistant.
    pub assistant: (f64, f64),
    /// The assistant answers customers today.
    pub is_on: bool,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The desk's topics.
    pub topics: Vec<KnownTopic>,
    /// δ, in (0, 1).
    pub margin: f64,
    /// The least share of people at *autonomous*, in [.05, .5].
    pub holdout: f64,
    /// What an hour of a person costs.
    pub wage: f64,
    /// Minutes that a person needs for a case.
    pub minutes_a_case: f64,
    /// What a case of the assistant costs.
    pub ai_per_case: f64,
    /// What a bad outcome costs, beside the work.
    pub price_of_bad: f64,
    /// People at the desk at a time.
    pub people: u32,
    /// Hours a day in which they are there.
    pub hours_a_day: f64,
    /// Years that are simulated for each way.
    pub n_years: u64,
}

/// A mean with where 90 % of the years lie.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// Below lie 5 %.
    pub low: f64,
    /// Above lie 5 %.
    pub high: f64,
}

/// What one way of sharing the work comes to in a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WhatIf {
    /// The way.
    pub policy: Policy,
    /// Money: work, reviews, and bad outcomes at their price.
    pub cost: Spread,
    /// Bad outcomes of 1,000 cases.
    pub bad: Spread,
    /// The assistant's share of all cases.
    pub ai_share: f64,
    /// Rises to *autonomous*.
    pub promotions: f64,
    /// Mean wait for a person, in minutes, over the day and the year; more in a rush hour.
    pub wait_minutes: f64,
    /// The share of those waiting that gives up.
    pub gives_up: f64,
    /// The share of their time in which people are busy.
    pub occupancy: f64,
}

/// Simulates the years. What is known of a quality only from few cases is drawn anew for each year,
/// the same for all ways, so that the spread tells what is not known, not only chance.
#[must_use]
pub fn what_if(question: &Question) -> Vec<WhatIf> {
    let worlds: Vec<World> = (1..=question.n_years).map(|seed| world(question, seed)).collect();
    let ways = Policy::ALL.into_iter().map(|policy| {
        let years: Vec<Tally> =
            (1..).zip(&worlds).map(|(seed, world)| simulate(world, policy, seed)).collect();
        outcome(question, policy, &years)
    });
    ways.collect()
}

fn world(question: &Question, seed: u64) -> World {
    let mut chance = Chance::new(seed.wrapping_mul(0x51_7c_c1_b7));
    let topics = question.topics.iter().map(|topic| {
        let people_good = around(topic.people, &mut chance);
        let good = around(topic.assistant, &mut chance);
        WorldTopic {
            name: topic.name.clone(),
            class: if topic.is_on { "simple" } else { "complex" }.to_owned(),
            cases_per_day: topic.cases_a_day,
            people_good,
            ai_good: vec![Step { from_day: 0, good }],
            shadow_optimism: 0.02,
        }
    });
    let person_per_case = question.wage * question.minutes_a_case / 60.0;
    World {
        name: "what if".to_owned(),
        days: 365,
        costs: Costs {
            person_per_case,
            ai_per_case: question.ai_per_case,
            review: person_per_case / 2.0,
        },
        escalation_share: 0.10,
        // A bad outcome has its own price, and is counted apart.
        repeat_cost_share: 0.0,
        fast_signal_sensitivity: 0.6,
        review_share: ReviewShare { shadow: 0.15, live: 0.05 },
        margin: question.margin,
        holdout: question.holdout,
        maturity_days: 7,
        topics: topics.collect(),
    }
}

/// A share as it may truly be, drawn from how well it is known.
fn around((rate, n): (f64, f64), chance: &mut Chance) -> f64 {
    let deviation = (rate * (1.0 - rate) / n.max(N_UNKNOWN)).sqrt();
    // A normal draw from two even ones (Box and Muller 1958).
    let normal = (-2.0 * (1.0 - chance.share()).ln()).sqrt()
        * (std::f64::consts::TAU * chance.share()).cos();
    (rate + deviation * normal).clamp(0.01, 0.99)
}

fn outcome(question: &Question, policy: Policy, years: &[Tally]) -> WhatIf {
    let n = years.len() as f64;
    let mean = |of: &dyn Fn(&Tally) -> f64| years.iter().map(of).sum::<f64>() / n;
    let spread = |of: &dyn Fn(&Tally) -> f64| {
        let middle = mean(of);
        let variance = mean(&|year| (of(year) - middle).powi(2)) * n / (n - 1.0).max(1.0);
        let half = Z90 * variance.sqrt();
        Spread { mean: middle, low: (middle - half).max(0.0), high: middle + half }
    };
    let ai_share = mean(&|year| year.ai_share());
    let contacts = mean(&|year| year.contacts);
    // Of the assistant's cases one in ten comes to a person all the same.
    let to_people = contacts * (1.0 - 0.9 * ai_share) / 365.0;
    let per_minute = to_people / (question.hours_a_day * 60.0);
    let queue = Line::new(per_minute.max(1e-6), 1.0 / question.minutes_a_case)
        .and_then(|line| impatient(line, 1.0 / PATIENCE_MINUTES, question.people));
    let (wait_minutes, gives_up, occupancy) =
        queue.map_or((0.0, 0.0, 0.0), |q| (q.mean_wait, q.p_abandon, q.occupancy));
    WhatIf {
        policy,
        cost: spread(&|year| year.cost + question.price_of_bad * year.bad),
        bad: spread(&|year| 1_000.0 * (1.0 - year.good_share())),
        ai_share,
        promotions: mean(&|year| year.promotions),
        wait_minutes,
        gives_up,
        occupancy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        let topic = |name: &str, people, assistant, is_on| KnownTopic {
            name: name.to_owned(),
            cases_a_day: 60.0,
            people: (people, 5_000.0),
            assistant: (assistant, 5_000.0),
            is_on,
        };
        Question {
            topics: vec![topic("orders", 0.86, 0.91, true), topic("pay later", 0.86, 0.64, false)],
            margin: 0.05,
            holdout: 0.05,
            wage: 24.0,
            minutes_a_case: 8.0,
            ai_per_case: 0.1,
            price_of_bad: 0.0,
            people: 3,
            hours_a_day: 10.0,
            n_years: 4,
        }
    }

    fn of(found: &[WhatIf], policy: Policy) -> WhatIf {
        *found.iter().find(|one| one.policy == policy).expect("all ways are answered")
    }

    #[test]
    fn in_money_the_assistant_wins_until_a_bad_outcome_has_its_price() {
        let cheap = what_if(&question());
        assert_eq!(cheap.len(), Policy::ALL.len());
        let (people, cost, balance) =
            (of(&cheap, Policy::People), of(&cheap, Policy::Cost), of(&cheap, Policy::Balance));
        assert!(cost.cost.mean < balance.cost.mean && balance.cost.mean < people.cost.mean);
        assert!(cost.bad.mean > 1.4 * balance.bad.mean, "{cost:?} {balance:?}");
        assert!(balance.bad.mean < people.bad.mean);
        let dear = what_if(&Question { price_of_bad: 40.0, ..question() });
        assert!(of(&dear, Policy::Cost).cost.mean > of(&dear, Policy::Balance).cost.mean);
        // Prices change no outcome: the same customers come.
        assert_eq!(of(&dear, Policy::Balance).bad, balance.bad);
    }

    #[test]
    fn more_people_wait_less_and_a_larger_holdout_keeps_more_with_people() {
        let few = of(&what_if(&question()), Policy::People);
        let many = of(&what_if(&Question { people: 6, ..question() }), Policy::People);
        assert!(many.wait_minutes < few.wait_minutes && many.occupancy < few.occupancy);
        let small = of(&what_if(&question()), Policy::Balance);
        let large = of(&what_if(&Question { holdout: 0.4, ..question() }), Policy::Balance);
        assert!(large.ai_share < small.ai_share, "{large:?} {small:?}");
    }

    #[test]
    fn what_is_known_from_few_cases_spreads_wider() {
        let mut vague = question();
        vague.topics.iter_mut().for_each(|topic| topic.assistant.1 = 0.0);
        let (sure, unsure) = (what_if(&question()), what_if(&vague));
        let width = |one: WhatIf| one.bad.high - one.bad.low;
        assert!(width(of(&unsure, Policy::Cost)) > 1.5 * width(of(&sure, Policy::Cost)));
    }
}

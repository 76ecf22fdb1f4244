//! A year of a desk, day by day, under one way of sharing the work between assistant and people.

mod world;
pub use world::{Costs, ReviewShare, Step, World, WorldTopic};

mod policy;
pub use policy::Policy;

mod draws;

mod tally;
pub use tally::{Tally, Years};

mod fixed;

mod earned;

/// A year in this world; the same seed gives the same year.
#[must_use]
pub fn simulate(world: &World, policy: Policy, seed: u64) -> Tally {
    match policy {
        Policy::Balance => earned::year(world, seed).0,
        other => fixed::year(world, other, seed),
    }
}

/// What the ladder decides in such a year, in order.
#[must_use]
pub fn decisions(world: &World, seed: u64) -> Vec<balance::Change> {
    earned::year(world, seed).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(policy: Policy, n: u64) -> Tally {
        let world = World::klarna();
        let years: Vec<Tally> = (1..=n).map(|seed| simulate(&world, policy, seed)).collect();
        let of = |pick: fn(&Tally) -> f64| years.iter().map(pick).sum::<f64>() / n as f64;
        Tally {
            contacts: of(|year| year.contacts),
            cost: of(|year| year.cost),
            bad: of(|year| year.bad),
            ai: of(|year| year.ai),
            promotions: of(|year| year.promotions),
            false_promotions: of(|year| year.false_promotions),
            demotions: of(|year| year.demotions),
        }
    }

    #[test]
    fn fixed_ways_come_to_what_they_must() {
        // Cases, prices and shares of the world, by hand.
        let people = mean(Policy::People, 2);
        assert!((people.contacts / 375_950.0 - 1.0).abs() < 0.01, "{people:?}");
        assert!((people.cost / 1_583_100.0 - 1.0).abs() < 0.01, "{people:?}");
        assert!((people.bad / 49_567.0 - 1.0).abs() < 0.02, "{people:?}");
        let simple = mean(Policy::Static, 1);
        assert!((simple.ai_share() - 0.689).abs() < 0.01, "{simple:?}");
        let cost = mean(Policy::Cost, 1);
        assert!(cost.cost < simple.cost && cost.bad > 1.2 * people.bad, "{cost:?}");
        assert_eq!((cost.promotions, cost.false_promotions), (12.0, 4.0));
    }

    #[test]
    fn the_ladder_saves_and_harms_nobody() {
        let n =
            std::env::var("EVENKEEL_YEARS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
        println!("replay: EVENKEEL_YEARS={n} cargo test -p sim --release ladder");
        let (people, balance) = (mean(Policy::People, n), mean(Policy::Balance, n));
        println!("{balance:?}");
        assert!(balance.bad < people.bad, "{} against {}", balance.bad, people.bad);
        assert!(balance.cost < 0.65 * people.cost, "{}", balance.cost);
        assert!(balance.false_promotions * n as f64 <= 1.0 + n as f64 / 20.0, "{balance:?}");
        assert!((8.0..=14.0).contains(&balance.promotions), "{balance:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_year() {
        let world = World::klarna();
        for policy in [Policy::Balance, Policy::Peeking] {
            assert_eq!(simulate(&world, policy, 5), simulate(&world, policy, 5));
        }
        let decisions = decisions(&world, 5);
        assert!(decisions.iter().all(|change| change.moved.reason.ends_with('.')));
        assert!(decisions.is_sorted_by_key(|change| change.day));
    }

    #[test]
    fn a_world_that_cannot_be_is_refused() {
        let klarna = include_str!("klarna-year.json");
        for (from, to, why) in [
            ("\"margin\": 0.05", "\"margin\": 0", "margin"),
            ("\"people_good\": 0.83", "\"people_good\": 1.3", "good"),
            ("\"days\": 365", "\"days\": 0", "days"),
            ("\"from_day\": 0", "\"from_day\": 3", "day 0"),
            ("\"days\": 365", "\"days\": \"long\"", "invalid type"),
        ] {
            let error = World::parse(&klarna.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}

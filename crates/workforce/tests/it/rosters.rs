//! Shifts for a made-up week, and for very many small ones.

use workforce::{Shift, Week};

fn week_36() -> Week {
    serde_json::from_str(include_str!("../shifts-week-36.json")).unwrap()
}

/// `EVENKEEL_ROSTER_MOVES=10000000 cargo test -p workforce --release rosters` searches as long as the
/// program does.
#[test]
fn a_week_is_covered_and_every_rule_kept() {
    let asked = std::env::var("EVENKEEL_ROSTER_MOVES").ok().and_then(|text| text.parse().ok());
    let (n_moves, most) = asked.map_or((300_000, 50), |n| (n, 35));
    let week = week_36();
    let shifts = week.cover(1, n_moves).unwrap();
    println!("{n_moves} moves: {} hours uncovered", week.uncovered(&shifts));
    assert_eq!(week.violations(&shifts), Vec::<String>::new());
    assert!(week.uncovered(&shifts) <= most, "{}", week.uncovered(&shifts));
    assert_eq!(shifts, week.cover(1, n_moves).unwrap(), "the same seed gives the same shifts");
    assert_ne!(shifts, week.cover(2, n_moves).unwrap());
}

struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % n
    }
}

#[test]
fn rules_are_kept_in_any_week() {
    let asked = std::env::var("EVENKEEL_ROSTERS").ok().and_then(|text| text.parse().ok());
    let n = asked.unwrap_or(150);
    println!("replay: EVENKEEL_ROSTERS={n} cargo test -p workforce rosters");
    for seed in 0..n {
        let mut chance = Chance(seed);
        let (n_days, n_hours) = (1 + chance.below(8), 6 + chance.below(19));
        let demand: Vec<Vec<u64>> =
            (0..n_days).map(|_| (0..n_hours).map(|_| chance.below(4)).collect()).collect();
        let people: Vec<_> = (0..chance.below(7))
            .map(|id| {
                let days: Vec<String> = (0..n_days)
                    .map(|_| {
                        let closed = chance.below(4);
                        (0..n_hours)
                            .map(|_| if chance.below(8) < closed { '0' } else { '1' })
                            .collect()
                    })
                    .collect();
                serde_json::json!({
                    "id": format!("p{id}"), "available": days,
                    "kind": if chance.below(3) == 0 { "full" } else { "flexible" },
                    "weekly_hours_max": chance.below(40),
                })
            })
            .collect();
        let week = serde_json::json!({
            "demand": demand, "people": people,
            "rules": {
                "max_shifts_per_day": 1, "shifts_stay_within_day": true,
                "min_rest_hours": chance.below(40), "max_days_per_week": chance.below(8),
                "shift_hours": { "full": [1 + chance.below(6)], "flexible": [2, 3, 1 + chance.below(5)] },
            },
        });
        let week: Week = serde_json::from_value(week).unwrap();
        let shifts = week.cover(seed, 3_000).unwrap();
        assert_eq!(week.violations(&shifts), Vec::<String>::new(), "seed {seed}");
        assert!(week.uncovered(&shifts) <= week.uncovered(&[]), "seed {seed}");
    }
}

#[test]
fn every_broken_rule_is_told() {
    let week = week_36();
    let shift = |person, day, start, hours| Shift { person, day, start, hours };
    let is_told = |shifts: &[Shift], why: &str| {
        let broken = week.violations(shifts);
        assert!(broken.iter().any(|told| told.contains(why)), "{why}: {broken:?}");
    };
    is_told(&[shift(0, 0, 14, 8), shift(0, 1, 8, 8)], "rest");
    is_told(&[shift(0, 0, 0, 8), shift(0, 0, 12, 8)], "two shifts");
    is_told(&[shift(0, 0, 0, 7)], "length");
    is_told(&[shift(0, 0, 20, 8)], "not available");
    let whole_week: Vec<Shift> = (0..7).map(|day| shift(0, day, 8, 8)).collect();
    is_told(&whole_week, "more days");
    is_told(&whole_week, "more hours");
}

#[test]
fn a_week_that_does_not_fit_is_refused() {
    let good = include_str!("../shifts-week-36.json");
    for (from, to) in [
        ("\"max_shifts_per_day\": 1", "\"max_shifts_per_day\": 2"),
        ("\"shifts_stay_within_day\": true", "\"shifts_stay_within_day\": false"),
        ("\"kind\": \"full\"", "\"kind\": \"owner\""),
        ("\"111111111111111111111111\"", "\"1111\""),
        ("\"111111111111111111111111\"", "\"11111111111x111111111111\""),
    ] {
        assert!(good.contains(from), "{from}");
        let week: Week = serde_json::from_str(&good.replacen(from, to, 1)).unwrap();
        assert!(week.cover(1, 10).is_err(), "{to}");
    }
}

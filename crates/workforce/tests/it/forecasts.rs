//! Forecasts of ten made-up weeks of half-hours, and of what cannot be foretold.

use workforce::{Model, WEEK, forecast};

/// Ten weeks from a Monday on.
fn counts() -> Vec<u32> {
    let text = include_str!("../halfhours.csv");
    text.lines().skip(1).map(|line| line.split_once(',').unwrap().1.parse().unwrap()).collect()
}

fn error(foretold: &[workforce::Halfhour], counts: &[u32]) -> f64 {
    let off = foretold.iter().zip(counts).map(|(hour, count)| hour.p50.abs_diff(*count));
    f64::from(off.sum::<u32>()) / f64::from(counts.iter().sum::<u32>())
}

#[test]
fn a_week_is_foretold_nearly_as_well_as_chance_allows() {
    let counts = counts();
    for (n_weeks, most) in [(8, 0.20), (9, 0.21)] {
        let (known, next) = (&counts[..n_weeks * WEEK], &counts[n_weeks * WEEK..][..WEEK]);
        let found = forecast(known, 0).unwrap();
        let wape = error(&found.halfhours, next);
        let n_above = found.halfhours.iter().zip(next).filter(|(h, count)| h.p90 < **count).count();
        let above = n_above as f64 / WEEK as f64;
        println!("{n_weeks} weeks: {} off by {wape:.4}, {above:.3} above p90", found.model);
        assert!(wape <= most, "{wape}");
        assert!((0.03..=0.14).contains(&above), "{above}");
        assert_eq!(found.model, Model::ProfileTimesLevel);
        assert!(found.wape < found.wape_naive, "{found:?}");
    }
}

#[test]
fn a_week_may_begin_on_any_day() {
    let counts = counts();
    // From a Thursday noon on: what is foretold still fits.
    let first = 3 * 48 + 24;
    let known = &counts[first..8 * WEEK + first];
    let found = forecast(known, first).unwrap();
    let wape = error(&found.halfhours, &counts[8 * WEEK + first..][..WEEK]);
    assert!(wape <= 0.22, "{wape}");
    // Half a week more than whole ones.
    let found = forecast(&counts[..8 * WEEK + 100], 0).unwrap();
    let wape = error(&found.halfhours, &counts[8 * WEEK + 100..][..WEEK]);
    assert!(wape <= 0.22, "{wape}");
}

#[test]
fn too_little_is_said() {
    let three_days = forecast(&[5; 3 * 48], 0).unwrap_err();
    assert!(three_days.to_string().starts_with("too little data: 144 half-hours"), "{three_days}");
    assert!(forecast(&[5; 3 * WEEK - 1], 0).is_err());
    assert!(forecast(&[0; 5 * WEEK], 0).is_err(), "nobody ever came");
    let steady = forecast(&[5; 3 * WEEK], 0).unwrap();
    assert!(steady.halfhours.iter().all(|hour| hour.p50 == 5 && hour.p90 >= 5));
}

//! Rules of rest and hours against a checker that knows nothing of them, pay to the cent, and shifts
//! that close gaps.

use workforce::{
    FIRST_MS, HALF_HOUR_MS, HOUR_MS, LABOUR, Labour, Rule, Span, WEEK, Zone, amount, cover_gaps,
    opening, paid_minutes, people_needed, refusals, worked_ms,
};

/// Monday 5 January 2026, 00:00 UTC.
const MONDAY: i64 = 1_767_571_200_000;
const MINUTE: i64 = 60_000;

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn hours(from: i64, until: i64) -> Span {
    Span { from: MONDAY + from * HOUR_MS, until: MONDAY + until * HOUR_MS }
}

fn broken(own: &[Span], new: Span, law: &str, cap: i64) -> Vec<Rule> {
    let laws = [Labour::of(law).unwrap()];
    refusals(own, new, &laws, &zone("UTC"), cap).iter().map(|refusal| refusal.rule).collect()
}

/// Splitmix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % n
    }
}

#[test]
fn each_rule_is_kept_and_named() {
    let monday = hours(8, 16);
    assert_eq!(broken(&[monday], hours(12, 18), "eu", 40), [Rule::Overlap]);
    // Ends at 16:00; 11 hours later it is 03:00.
    assert_eq!(broken(&[monday], hours(26, 30), "eu", 40), [Rule::DailyRest, Rule::Night]);
    assert_eq!(broken(&[monday], hours(27, 31), "eu", 40), []);
    // A second shift on the same day, within 13 hours from the first one's beginning.
    assert_eq!(broken(&[monday], hours(17, 21), "eu", 40), []);
    assert_eq!(broken(&[monday], hours(17, 22), "eu", 40), [Rule::DailyRest]);
    assert_eq!(broken(&[monday], hours(17, 20), "de", 40), [Rule::Day]);
    assert_eq!(broken(&[hours(15, 18)], hours(18, 24), "de", 40), [Rule::Night]);
    assert_eq!(broken(&[monday, hours(32, 40)], hours(56, 61), "de-student", 40), [Rule::Week]);
    assert_eq!(broken(&[monday, hours(32, 40)], hours(56, 60), "de-student", 40), []);
    assert_eq!(broken(&[monday], hours(32, 35), "eu", 10), [Rule::Contract]);
    // Six mornings leave from Saturday at two to Monday at eight; the seventh takes it away.
    let six: Vec<Span> = (0..6).map(|day| hours(day * 24 + 8, day * 24 + 14)).collect();
    assert_eq!(broken(&six, hours(6 * 24 + 8, 6 * 24 + 11), "eu", 60), [Rule::WeeklyRest]);
    assert_eq!(broken(&six[..5], six[5], "eu", 60), []);
}

#[test]
fn the_strictest_of_several_laws_holds_and_says_where_it_is_written() {
    let laws = [Labour::of("eu").unwrap(), Labour::of("de").unwrap()];
    let words: Vec<String> =
        refusals(&[hours(8, 16)], hours(17, 20), &laws, &zone("Europe/Berlin"), 40)
            .into_iter()
            .map(|refusal| refusal.words)
            .collect();
    let said =
        "From Mon 5 Jan 09:00 to Mon 5 Jan 21:00 you would work 11 h; at most 10 h (ArbZG § 3).";
    assert_eq!(words, [said]);
}

#[test]
fn clock_changes_make_nights_of_seven_and_nine_hours() {
    let berlin = zone("Europe/Berlin");
    // 22:00 to 06:00 over the last Sunday of March and of October 2026.
    let spring = Span { from: 1_774_731_600_000, until: 1_774_756_800_000 };
    let autumn = Span { from: 1_792_872_000_000, until: 1_792_904_400_000 };
    let words = |span: Span| format!("{} to {}", berlin.words(span.from), berlin.words(span.until));
    assert_eq!(words(spring), "Sat 28 Mar 22:00 to Sun 29 Mar 06:00");
    assert_eq!(words(autumn), "Sat 24 Oct 22:00 to Sun 25 Oct 06:00");
    assert_eq!((spring.ms(), autumn.ms()), (7 * HOUR_MS, 9 * HOUR_MS));
    assert_eq!(berlin.night_ms(spring, 23, 6), 6 * HOUR_MS);
    assert_eq!(berlin.night_ms(autumn, 23, 6), 8 * HOUR_MS);
    // The longer one is more than a night's work may take, and its week is an hour longer.
    let laws = [Labour::of("de").unwrap()];
    let rules: Vec<Rule> =
        refusals(&[], autumn, &laws, &berlin, 40).iter().map(|one| one.rule).collect();
    assert_eq!(rules, [Rule::Night]);
    assert!(refusals(&[], spring, &laws, &berlin, 40).is_empty());
    assert_eq!(berlin.week(autumn.from).ms(), 169 * HOUR_MS);
    assert_eq!(berlin.week(spring.from).ms(), 167 * HOUR_MS);
    assert_eq!(berlin.month(autumn.from).ms(), 31 * 24 * HOUR_MS + HOUR_MS);
}

#[test]
fn a_week_is_the_one_on_the_persons_calendar() {
    // Sunday 22:00 in New York is Monday in UTC.
    let sunday_night = Span { from: MONDAY + 3 * HOUR_MS, until: MONDAY + 5 * HOUR_MS };
    assert_eq!(zone("America/New_York").week(sunday_night.from).until, MONDAY + 5 * HOUR_MS);
    assert_eq!(zone("UTC").week(sunday_night.from).from, MONDAY);
    assert!(Zone::named("Europe/Atlantis").is_none());
}

#[test]
fn whatever_is_taken_one_by_one_keeps_the_rules() {
    let seed = std::env::var("EVENKEEL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    println!("EVENKEEL_SEED={seed} cargo test -p workforce --test it whatever_is_taken");
    let mut chance = Chance(seed);
    let utc = zone("UTC");
    let (mut n_taken, mut n_refused) = (0, 0);
    for _ in 0..10_000 {
        let law = &LABOUR[chance.below(3) as usize];
        let cap = 10 + chance.below(50) as i64;
        let mut own: Vec<Span> = Vec::new();
        for _ in 0..12 {
            let from = MONDAY + chance.below(2 * WEEK as u64) as i64 * HALF_HOUR_MS;
            let until = from + (4 + chance.below(13) as i64) * HALF_HOUR_MS;
            let new = Span { from, until };
            if refusals(&own, new, &[law], &utc, cap).is_empty() {
                own.push(new);
                n_taken += 1;
            } else {
                n_refused += 1;
            }
        }
        check(&own, law, cap);
    }
    println!("{n_taken} taken, {n_refused} refused");
    assert!(n_taken > 20_000 && n_refused > 20_000);
}

/// Half-hours on a strip, two weeks and what may go over their end.
fn check(own: &[Span], law: &Labour, cap: i64) {
    let mut strip = vec![false; 2 * WEEK + 16];
    for span in own {
        for place in (span.from - MONDAY) / HALF_HOUR_MS..(span.until - MONDAY) / HALF_HOUR_MS {
            assert!(!strip[place as usize], "two at once: {own:?}");
            strip[place as usize] = true;
        }
    }
    let free_run =
        |strip: &[bool]| strip.split(|works| *works).map(<[bool]>::len).max().unwrap_or(0) as i64;
    let rest = 2 * law.daily_rest.hours as usize;
    for place in 0..strip.len() {
        let is_first = strip[place] && !strip[place.saturating_sub(rest)..place].contains(&true);
        if is_first {
            // From the first hour of a day's work, its rest is within 24 hours.
            let day = &strip[place..(place + 48).min(strip.len())];
            assert!(day.len() < 48 || free_run(day) >= rest as i64, "no rest: {own:?}");
            // Up to the next rest.
            let mut end = place;
            while strip[end..].iter().take(rest).any(|works| *works) {
                end += 1;
            }
            let worked = strip[place..end].iter().filter(|works| **works).count() as i64;
            assert!(worked <= 2 * law.day.hours, "a long day: {own:?}");
            let is_night = |place: &usize| {
                let hour = (place / 2 % 24) as i8;
                match law.night.from < law.night.until {
                    true => (law.night.from..law.night.until).contains(&hour),
                    false => hour >= law.night.from || hour < law.night.until,
                }
            };
            let has_night = (place..end).filter(is_night).any(|place| strip[place]);
            assert!(!has_night || worked <= 2 * law.night.hours, "a long night: {own:?}");
        }
    }
    for first in [0, WEEK] {
        let week = &strip[first..first + WEEK];
        let worked = week.iter().filter(|works| **works).count() as i64;
        assert!(worked <= 2 * law.week.hours.min(cap), "a long week: {own:?}");
        // A free day in the week, and the rest of a day before or after it.
        let is_free = |day: usize| {
            let around = &strip[day.saturating_sub(rest)..(day + 48 + rest).min(strip.len())];
            let outside = 48 + 2 * rest - around.len();
            !strip[day..day + 48].contains(&true)
                && free_run(around) + outside as i64 >= 48 + rest as i64
        };
        assert!((first..=first + WEEK - 48).any(is_free), "no weekly rest: {own:?}");
    }
}

#[test]
fn who_was_there_is_paid_for_it() {
    let shift = hours(9, 13);
    let there = |spans: &[(i64, i64)]| -> Vec<Span> {
        let minute = |n: i64| MONDAY + 9 * HOUR_MS + n * MINUTE;
        spans
            .iter()
            .map(|(from, until)| Span { from: minute(*from), until: minute(*until) })
            .collect()
    };
    // Before and after the shift does not count; ten minutes away do, eleven do not.
    assert_eq!(worked_ms(shift, &there(&[(-30, 400)])), 4 * HOUR_MS);
    assert_eq!(paid_minutes(shift, &there(&[(0, 60), (70, 240)])), 240);
    assert_eq!(paid_minutes(shift, &there(&[(0, 60), (71, 240)])), 229);
    // Being signed in twice is being there once.
    assert_eq!(paid_minutes(shift, &there(&[(0, 200), (30, 60), (100, 240)])), 240);
    // Who came is paid two hours, and nobody who did not come.
    assert_eq!(paid_minutes(shift, &there(&[(5, 20)])), 120);
    assert_eq!(paid_minutes(shift, &[]), 0);
    assert_eq!(paid_minutes(hours(9, 10), &there(&[(5, 20)])), 60);
    // A begun minute is a whole one.
    let odd = [Span { from: shift.from, until: shift.from + 3 * HOUR_MS + 1 }];
    assert_eq!(paid_minutes(shift, &odd), 181);
}

#[test]
fn pay_is_right_to_the_cent() {
    // 229 minutes at 16.50 an hour: 62.975, and half a cent goes up.
    assert_eq!(amount(229, 1_650, 0), Some(6_298));
    assert_eq!(amount(240, 1_650, 25), Some(8_250));
    assert_eq!(amount(1, 1_499, 0), Some(25));
    assert_eq!(amount(0, 1_650, 25), Some(0));
    assert_eq!(amount(i64::MAX, i64::MAX, 100), None);
}

#[test]
fn who_has_fewer_hours_than_they_wish_is_first() {
    let published = MONDAY;
    let early = published + 80 * HOUR_MS;
    assert_eq!(opening(published, early, 12.0, 20).at, published);
    assert_eq!(opening(published, early, 20.0, 20).at, published + FIRST_MS);
    // Soon: everybody at once.
    assert_eq!(opening(published, published + 71 * HOUR_MS, 30.0, 20).at, published);
    let words = opening(published, early, 12.4, 20).words;
    assert_eq!(words, "Open to you first: you have 12 of the 20 hours you wish for.");
}

#[test]
fn gaps_are_closed_where_shifts_are_worth_their_pay() {
    let mut gap = vec![0; WEEK];
    gap[20..30].fill(2);
    gap[100..102].fill(1);
    let placed = cover_gaps(&gap, 1_000);
    assert_eq!(placed.len(), 2, "{placed:?}");
    assert!(placed.iter().all(|shift| shift.first == 20 && shift.n == 10));
    assert_eq!(cover_gaps(&gap, 10).len(), 1);
    assert!(cover_gaps(&gap, 3).is_empty() && cover_gaps(&[], 100).is_empty());
    let mut chance = Chance(11);
    for _ in 0..300 {
        let n = chance.below(120) as usize;
        let gap: Vec<u32> = (0..n).map(|_| chance.below(4) as u32).collect();
        let halfhours_max = chance.below(200) as usize;
        let placed = cover_gaps(&gap, halfhours_max);
        let mut left: Vec<i64> = gap.iter().map(|n| i64::from(*n)).collect();
        let mut n_used = 0;
        for shift in &placed {
            assert!((4..=16).contains(&shift.n) && shift.first + shift.n <= n);
            let covered = &mut left[shift.first..shift.first + shift.n];
            n_used += covered.iter().filter(|n| **n > 0).count();
            covered.iter_mut().for_each(|n| *n -= 1);
        }
        let n_paid: usize = placed.iter().map(|shift| shift.n).sum();
        assert!(n_paid <= halfhours_max);
        assert!(5 * n_used >= 3 * n_paid, "paid {n_paid}, used {n_used}");
    }
}

#[test]
fn the_people_of_a_half_hour() {
    // The same desk as in the vectors: 100 in half an hour, 3 minutes each, 80 % in 20 seconds.
    assert_eq!(people_needed(100.0, 3.0, 1.0 / 3.0, 0.8), Ok(14));
    assert_eq!(people_needed(0.0, 3.0, 1.0, 0.8), Ok(0));
    assert_eq!(people_needed(0.2, 8.0, 2.0, 0.8), Ok(1));
    assert!(people_needed(1.0, 0.0, 1.0, 0.8).is_err());
}

#[test]
fn a_rule_file_with_an_error_says_where() {
    let text = include_str!("../../labour/eu.toml").replace("hours = 48", "hours = \"many\"");
    let error = Labour::read(&text).unwrap_err();
    assert!(error.contains("hours = \"many\"") && error.contains("line"), "{error}");
    assert!(Labour::read("name = \"x\"").unwrap_err().contains("daily_rest"));
    assert!(LABOUR.iter().all(|law| law.words().len() == 6));
}

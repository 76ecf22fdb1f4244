//! What the law of a place asks of shifts, as data, and whether one more shift keeps it.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{
    Span, Zone,
    span::{HOUR_MS, Hours},
};

/// The rules of a place; each says where it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labour {
    /// Names it in a contract.
    #[serde(skip)]
    pub id: &'static str,
    /// As people call it.
    pub name: String,
    /// In any 24 hours.
    pub daily_rest: Limit,
    /// In each week, in one piece.
    pub weekly_rest: Limit,
    /// Of work between two daily rests.
    pub day: Limit,
    /// Of work in a week.
    pub week: Limit,
    /// Of work between two daily rests that touches the night.
    pub night: Night,
    /// During long shifts.
    pub rest_break: Break,
}

/// So many hours.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// At least or at most, as the rule has it.
    pub hours: i64,
    /// Where it is written.
    pub source: String,
}

/// Work at night.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Night {
    /// The hour of the local clock at which night begins.
    pub from: i8,
    /// The hour at which it ends.
    pub until: i8,
    /// At most.
    pub hours: i64,
    /// Where it is written.
    pub source: String,
}

/// A break in a long shift; it is told, and paid.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// Shifts that are longer have one.
    pub after_hours: i64,
    /// How long it is at least.
    pub minutes: i64,
    /// Where it is written.
    pub source: String,
}

/// The rules that the program knows.
pub static LABOUR: LazyLock<[Labour; 3]> = LazyLock::new(|| {
    let read = |id, text| Labour {
        id,
        // Written here, and read by a test.
        ..toml::from_str(text).unwrap_or_else(|error| panic!("labour/{id}.toml: {error}"))
    };
    [
        read("eu", include_str!("../labour/eu.toml")),
        read("de", include_str!("../labour/de.toml")),
        read("de-student", include_str!("../labour/de-student.toml")),
    ]
});

impl Labour {
    /// The rules of that id.
    #[must_use]
    pub fn of(id: &str) -> Option<&'static Self> {
        LABOUR.iter().find(|labour| labour.id == id)
    }

    /// Rules in a file's text.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// All of them in words, one a line.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let Self { daily_rest, weekly_rest, day, week, night, rest_break, .. } = self;
        vec![
            format!("{} h of rest in any 24 hours ({})", daily_rest.hours, daily_rest.source),
            format!(
                "{} h of rest in one piece each week ({})",
                weekly_rest.hours, weekly_rest.source
            ),
            format!("At most {} h of work between two rests ({})", day.hours, day.source),
            format!("At most {} h of work in a week ({})", week.hours, week.source),
            format!(
                "At most {} h of work when it touches {:02}:00 to {:02}:00 ({})",
                night.hours, night.from, night.until, night.source
            ),
            format!(
                "A break of {} minutes, paid, in shifts of more than {} h ({})",
                rest_break.minutes, rest_break.after_hours, rest_break.source
            ),
        ]
    }
}

/// Which rule a shift breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The person works then already.
    Overlap,
    /// Rest between two days.
    DailyRest,
    /// Rest in a week.
    WeeklyRest,
    /// Hours between two rests.
    Day,
    /// Hours in a week, by law.
    Week,
    /// Hours when it touches the night.
    Night,
    /// Hours in a week, by contract.
    Contract,
}

/// A rule that one more shift would break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which.
    pub rule: Rule,
    /// Why, for the person, with the numbers and where the rule is written.
    pub words: String,
}

/// Which rules a person would break who has `own` shifts and took `new`; none when they may.
///
/// Work with less than a daily rest in between is one day, however the calendar lies: from its
/// beginning to its end it may take 24 hours less the rest. Rest is counted on instants; weeks and
/// nights are those of the person's `zone`. The strictest of several laws holds, since each is asked.
#[must_use]
pub fn refusals(
    own: &[Span],
    new: Span,
    laws: &[&Labour],
    zone: &Zone,
    week_hours_max: i64,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut refuse = |rule, words| refusals.push(Refusal { rule, words });
    if let Some(other) = own.iter().find(|other| other.shared_ms(new) > 0) {
        refuse(Rule::Overlap, format!("You work from {} already.", zone.words(other.from)));
        return refusals;
    }
    let mut all: Vec<Span> = own.iter().copied().chain([new]).collect();
    all.sort_unstable();
    let mut weeks = vec![zone.week(new.from)];
    // A shift over midnight from Sunday to Monday is in two.
    weeks.extend(Some(zone.week(new.until - 1)).filter(|week| *week != weeks[0]));
    let worked = |week: &Span| all.iter().map(|span| span.shared_ms(*week)).sum::<i64>();
    if let Some(week) = weeks.iter().find(|week| worked(week) > week_hours_max * HOUR_MS) {
        let words = format!(
            "{} in the week of {}; your contract has {week_hours_max} h.",
            Hours(worked(week)),
            day(zone, week.from),
        );
        refuse(Rule::Contract, words);
    }
    for law in laws {
        if let Some(week) = weeks.iter().find(|week| worked(week) > law.week.hours * HOUR_MS) {
            let words = format!(
                "{} in the week of {}; at most {} h ({}).",
                Hours(worked(week)),
                day(zone, week.from),
                law.week.hours,
                law.week.source
            );
            refuse(Rule::Week, words);
        }
        // A day's rest goes along with the free day of a week, and may lie in the week beside it.
        let day_rest_ms = law.daily_rest.hours * HOUR_MS;
        let around = |at| {
            let week = zone.week(at);
            Span { from: week.from - day_rest_ms, until: week.until + day_rest_ms }
        };
        let mut touched = vec![around(new.from - day_rest_ms)];
        for at in [new.from, new.until + day_rest_ms] {
            touched.extend(Some(around(at)).filter(|week| touched.last() != Some(week)));
        }
        let is_short = |week: &&Span| longest_rest(&all, **week) < law.weekly_rest.hours * HOUR_MS;
        if let Some(week) = touched.iter().find(is_short) {
            let words = format!(
                "The longest rest in the week of {} would be {}; {} h are asked for ({}).",
                day(zone, week.from + day_rest_ms),
                Hours(longest_rest(&all, *week)),
                law.weekly_rest.hours,
                law.weekly_rest.source
            );
            refuse(Rule::WeeklyRest, words);
        }
        let block = block(&all, new, day_rest_ms);
        let (Some(first), Some(last)) = (block.first(), block.last()) else { continue };
        let from_to = || format!("From {} to {}", zone.words(first.from), zone.words(last.until));
        if last.until - first.from > 24 * HOUR_MS - day_rest_ms {
            let words = format!(
                "{} there would be no rest of {} h ({}).",
                from_to(),
                law.daily_rest.hours,
                law.daily_rest.source
            );
            refuse(Rule::DailyRest, words);
        }
        let block_ms: i64 = block.iter().map(|span| span.ms()).sum();
        if block_ms > law.day.hours * HOUR_MS {
            let words = format!(
                "{} you would work {}; at most {} h ({}).",
                from_to(),
                Hours(block_ms),
                law.day.hours,
                law.day.source
            );
            refuse(Rule::Day, words);
        }
        let Labour { night, .. } = law;
        let touches_night =
            || block.iter().any(|span| zone.night_ms(*span, night.from, night.until) > 0);
        if block_ms > night.hours * HOUR_MS && touches_night() {
            let words = format!(
                "{} you would work {}, some of it at night; at most {} h ({}).",
                from_to(),
                Hours(block_ms),
                night.hours,
                night.source
            );
            refuse(Rule::Night, words);
        }
    }
    refusals
}

/// `Mon 2 Mar`.
fn day(zone: &Zone, ms: i64) -> String {
    let words = zone.words(ms);
    words.rsplit_once(' ').map_or(words.clone(), |(day, _)| day.to_owned())
}

/// The shifts without a rest between them and this one; all are in order.
fn block(all: &[Span], of: Span, rest_ms: i64) -> &[Span] {
    let place = all.iter().position(|span| *span == of).unwrap_or(0);
    let is_broken = |pair: &[Span]| pair[1].from - pair[0].until >= rest_ms;
    let first = all[..=place].windows(2).rposition(is_broken).map_or(0, |nth| nth + 1);
    let last = all[place..].windows(2).position(is_broken).map_or(all.len(), |nth| place + nth + 1);
    &all[first..last]
}

/// The longest time within a week in which nothing of these, which are in order, is worked.
fn longest_rest(all: &[Span], week: Span) -> i64 {
    let mut longest = 0;
    let mut free_from = week.from;
    for span in all.iter().filter(|span| span.shared_ms(week) > 0) {
        longest = longest.max(span.from - free_from);
        free_from = free_from.max(span.until);
    }
    longest.max(week.until - free_from)
}

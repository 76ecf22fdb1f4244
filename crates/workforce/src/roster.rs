//! Shifts for a week: as little demand as possible uncovered, and every rule kept.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

/// A week to cover.
#[derive(Debug, Clone, Deserialize)]
pub struct Week {
    /// People needed in each hour of each day.
    pub demand: Vec<Vec<u32>>,
    /// What every shift must keep.
    pub rules: Rules,
    /// Who may work.
    pub people: Vec<Person>,
}

/// What every shift must keep.
#[derive(Debug, Clone, Deserialize)]
pub struct Rules {
    /// Shifts of a person on a day; only 1 is planned for.
    pub max_shifts_per_day: u32,
    /// Hours between two shifts of a person.
    pub min_rest_hours: u32,
    /// Days on which a person works.
    pub max_days_per_week: u32,
    /// Lengths of shifts, for each kind of contract.
    pub shift_hours: BTreeMap<String, Vec<u32>>,
    /// No shift goes past midnight; others are not planned for.
    pub shifts_stay_within_day: bool,
}

/// Somebody who may work.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    /// Who.
    pub id: String,
    /// The kind of contract, such as `full` or `flexible`.
    pub kind: String,
    /// Hours in the week at most.
    pub weekly_hours_max: u32,
    /// For each day, a 1 for each hour in which they can work, else 0.
    pub available: Vec<String>,
}

/// A shift of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    /// The person's place in the week's list.
    pub person: usize,
    /// The day.
    pub day: usize,
    /// The hour at which it begins.
    pub start: usize,
    /// How long it is.
    pub hours: usize,
}

/// A week that cannot be planned, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplannable(String);

impl fmt::Display for Unplannable {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl std::error::Error for Unplannable {}

/// Flexible people who can work on at least so many days share the hours fairly.
const FAIR_DAYS: usize = 4;

impl Week {
    /// # Errors
    /// When its parts do not fit each other, or a rule is one that no plan is made for.
    pub fn check(&self) -> Result<(), Unplannable> {
        let bad = |why: String| Err(Unplannable(why));
        if self.rules.max_shifts_per_day != 1 || !self.rules.shifts_stay_within_day {
            return bad("only one shift a day, within the day, is planned for".to_owned());
        }
        let n_hours = self.demand.first().map_or(0, Vec::len);
        if n_hours == 0 || self.demand.iter().any(|day| day.len() != n_hours) {
            return bad("demand has no day, or days of different lengths".to_owned());
        }
        for person in &self.people {
            let id = &person.id;
            let Some(lengths) = self.rules.shift_hours.get(&person.kind) else {
                return bad(format!("{id}: the rules have no shift_hours for {}", person.kind));
            };
            if lengths.iter().any(|hours| *hours == 0 || *hours as usize > n_hours) {
                return bad(format!("shift_hours of {} are not within a day", person.kind));
            }
            let is_day = |day: &String| {
                day.len() == n_hours && day.bytes().all(|hour| matches!(hour, b'0' | b'1'))
            };
            if person.available.len() != self.demand.len() || !person.available.iter().all(is_day) {
                return bad(format!("{id}: available is not a 0 or 1 for each hour of each day"));
            }
        }
        Ok(())
    }

    /// Hours of demand that nobody covers.
    #[must_use]
    pub fn uncovered(&self, shifts: &[Shift]) -> u32 {
        let mut left = self.demand.clone();
        for shift in shifts {
            for hour in &mut left[shift.day][shift.start..shift.start + shift.hours] {
                *hour = hour.saturating_sub(1);
            }
        }
        left.iter().flatten().sum()
    }

    /// The places of flexible people among whom hours are shared fairly.
    #[must_use]
    pub fn fair_people(&self) -> Vec<usize> {
        let n_days =
            |person: &Person| person.available.iter().filter(|day| day.contains('1')).count();
        let is_fair = |person: &&Person| person.kind != "full" && n_days(person) >= FAIR_DAYS;
        let people = self.people.iter().enumerate();
        people.filter(|(_, person)| is_fair(person)).map(|(place, _)| place).collect()
    }

    /// Rules that these shifts break, each in words. Looks at nothing that planning has looked at.
    #[must_use]
    pub fn violations(&self, shifts: &[Shift]) -> Vec<String> {
        let mut broken = Vec::new();
        let n_hours = self.demand.first().map_or(0, Vec::len);
        for (place, person) in self.people.iter().enumerate() {
            let mut own: Vec<&Shift> = shifts.iter().filter(|s| s.person == place).collect();
            own.sort_unstable();
            let mut tell = |why: &str| broken.push(format!("{}: {why}", person.id));
            if own.iter().map(|s| s.hours).sum::<usize>() > person.weekly_hours_max as usize {
                tell("more hours than the week's most");
            }
            if own.len() > self.rules.max_days_per_week as usize {
                tell("more days than the week's most");
            }
            for shift in &own {
                let hours = person.available[shift.day].as_bytes();
                let span = hours.get(shift.start..shift.start + shift.hours);
                if span.is_none_or(|span| span.contains(&b'0')) {
                    tell("a shift while not available");
                }
                let lengths = &self.rules.shift_hours[&person.kind];
                if !lengths.iter().any(|length| *length as usize == shift.hours) {
                    tell("a shift of a length that the contract does not have");
                }
            }
            for pair in own.windows(2) {
                let end = pair[0].day * n_hours + pair[0].start + pair[0].hours;
                let next = pair[1].day * n_hours + pair[1].start;
                if pair[0].day == pair[1].day {
                    tell("two shifts on a day");
                } else if next < end + self.rules.min_rest_hours as usize {
                    tell("less rest than the rules ask for");
                }
            }
        }
        broken
    }

    /// Shifts for the week, by simulated annealing over one person's day at a time; every state on
    /// the way keeps the rules. First as little as possible is uncovered, then the flexible person
    /// with the fewest hours gets as many as possible, then few hours are paid. The same seed and
    /// number of moves give the same shifts.
    ///
    /// # Errors
    /// See [`Week::check`].
    pub fn cover(&self, seed: u64, n_moves: u32) -> Result<Vec<Shift>, Unplannable> {
        self.check()?;
        let mut search = Search::new(self, seed);
        let cooling = f64::powf(COLD / HOT, 1.0 / f64::from(n_moves.max(1)));
        let mut heat = HOT;
        for _ in 0..n_moves {
            search.step(heat);
            heat *= cooling;
        }
        Ok(search.shifts())
    }
}

/// An hour uncovered, in the units of the search.
const UNCOVERED: f64 = 1_000.0;
/// An hour more for whoever has the fewest.
const FEWEST: f64 = 60.0;
/// A paid hour.
const PAID: f64 = 1.0;
/// Evens out the hours of those who share them, so that the fewest can rise.
const EVEN: f64 = 0.5;
const HOT: f64 = 1_500.0;
const COLD: f64 = 5.0;

struct Search<'a> {
    week: &'a Week,
    n_hours: usize,
    /// What each person may be given on each day, as start and length.
    choices: Vec<Vec<Vec<(usize, usize)>>>,
    given: Vec<Vec<Option<(usize, usize)>>>,
    hours: Vec<usize>,
    days: Vec<usize>,
    /// Demand less people, in each hour of each day.
    left: Vec<Vec<i64>>,
    fair: Vec<usize>,
    is_fair: Vec<bool>,
    state: u64,
}

impl<'a> Search<'a> {
    fn new(week: &'a Week, seed: u64) -> Self {
        let n_hours = week.demand[0].len();
        let choices = week.people.iter().map(|person| {
            let lengths = &week.rules.shift_hours[&person.kind];
            person.available.iter().map(|day| choices(day.as_bytes(), lengths)).collect()
        });
        let n_people = week.people.len();
        let fair = week.fair_people();
        let mut is_fair = vec![false; n_people];
        fair.iter().for_each(|place| is_fair[*place] = true);
        let left = week.demand.iter().map(|day| day.iter().map(|n| i64::from(*n)).collect());
        Self {
            week,
            n_hours,
            choices: choices.collect(),
            given: vec![vec![None; week.demand.len()]; n_people],
            hours: vec![0; n_people],
            days: vec![0; n_people],
            left: left.collect(),
            fair,
            is_fair,
            state: seed,
        }
    }

    fn step(&mut self, heat: f64) {
        if self.week.people.is_empty() {
            return;
        }
        let person = self.below(self.week.people.len());
        let day = self.below(self.week.demand.len());
        let choices = &self.choices[person][day];
        if choices.is_empty() {
            return;
        }
        let n_choices = choices.len();
        let old = self.given[person][day];
        // Now and then nothing, else any shift of that day.
        let new = match self.below(n_choices + 1 + n_choices / 4) {
            choice if choice < n_choices => Some(self.choices[person][day][choice]),
            _ => None,
        };
        if new == old || !self.keeps_rules(person, day, new) {
            return;
        }
        let before = self.fairness(person);
        let mut change = self.put(person, day, new);
        change += self.fairness(person) - before;
        if change > 0.0 && self.share() >= libm::exp(-change / heat) {
            self.put(person, day, old);
        }
    }

    fn keeps_rules(&self, person: usize, day: usize, new: Option<(usize, usize)>) -> bool {
        let Some((start, hours)) = new else { return true };
        let old = self.given[person][day];
        let rules = &self.week.rules;
        let all = self.hours[person] + hours - old.map_or(0, |(_, hours)| hours);
        let n_days = self.days[person] + usize::from(old.is_none());
        if all > self.week.people[person].weekly_hours_max as usize
            || n_days > rules.max_days_per_week as usize
        {
            return false;
        }
        let rest = rules.min_rest_hours as usize;
        let at = |day: usize, hour: usize| day * self.n_hours + hour;
        // Rest may be longer than a day: all others are looked at.
        self.given[person].iter().enumerate().all(|(other, given)| match given {
            Some((other_start, other_hours)) if other < day => {
                at(other, other_start + other_hours) + rest <= at(day, start)
            }
            Some((other_start, _)) if other > day => {
                at(day, start + hours) + rest <= at(other, *other_start)
            }
            _ => true,
        })
    }

    /// Gives the person that shift instead of what they had on that day; returns what it costs,
    /// fairness apart.
    fn put(&mut self, person: usize, day: usize, new: Option<(usize, usize)>) -> f64 {
        let mut uncovered = 0_i64;
        let mut paid = 0_i64;
        if let Some((start, hours)) = self.given[person][day] {
            for left in &mut self.left[day][start..start + hours] {
                *left += 1;
                uncovered += i64::from(*left > 0);
            }
            self.hours[person] -= hours;
            self.days[person] -= 1;
            paid -= hours as i64;
        }
        if let Some((start, hours)) = new {
            for left in &mut self.left[day][start..start + hours] {
                uncovered -= i64::from(*left > 0);
                *left -= 1;
            }
            self.hours[person] += hours;
            self.days[person] += 1;
            paid += hours as i64;
        }
        self.given[person][day] = new;
        UNCOVERED * uncovered as f64 + PAID * paid as f64
    }

    /// What the hours of those who share them cost, as far as this person changes it.
    fn fairness(&self, person: usize) -> f64 {
        if !self.is_fair[person] {
            return 0.0;
        }
        let fewest = self.fair.iter().map(|place| self.hours[*place]).min().unwrap_or(0);
        EVEN * (self.hours[person] as f64).powi(2) - FEWEST * fewest as f64
    }

    fn shifts(&self) -> Vec<Shift> {
        let mut shifts = Vec::new();
        for (person, days) in self.given.iter().enumerate() {
            for (day, given) in days.iter().enumerate() {
                if let Some((start, hours)) = *given {
                    shifts.push(Shift { person, day, start, hours });
                }
            }
        }
        shifts
    }

    fn below(&mut self, n: usize) -> usize {
        (self.share() * n as f64) as usize
    }

    /// A share in [0, 1), by splitmix64.
    fn share(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Every shift of these lengths that lies in available hours.
fn choices(available: &[u8], lengths: &[u32]) -> Vec<(usize, usize)> {
    let mut choices = Vec::new();
    for hours in lengths.iter().map(|hours| *hours as usize) {
        for (start, span) in available.windows(hours).enumerate() {
            if !span.contains(&b'0') {
                choices.push((start, hours));
            }
        }
    }
    choices
}

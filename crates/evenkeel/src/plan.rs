//! `plan staff`, `forecast` and `shifts`: how many people meet a target, how many customers will
//! come, and who works when.

use std::{fs, time::Instant};

use jiff::{Span, civil::DateTime};
use serde::Deserialize;
use serde_json::{Value, json};
use workforce::{Impossible, Line, WEEK, Week, blocked, fewest, impatient, patient, positions};

use crate::{
    arguments::{PlanForecastOptions, PlanShiftsOptions, PlanStaffOptions, QueueModel},
    failure::{Failure, Outcome},
    print::print,
};

/// What customers meet, with so many people.
struct Met {
    p_wait: f64,
    p_abandon: f64,
    mean_wait: f64,
    /// Nothing where no time was given that it could be within.
    service_level: Option<f64>,
    occupancy: f64,
}

pub(crate) fn staff(options: &PlanStaffOptions) -> Outcome<()> {
    check(options)?;
    let line = Line::new(options.lambda, options.mu).map_err(impossible)?;
    let servers = match options.servers {
        Some(servers) => servers,
        None => fewest(line, |n| Ok(meets(&met(options, line, n)?, options)))
            .map_err(impossible)?
            .ok_or_else(|| bad("a million people do not meet the target", "Ask for less."))?,
    };
    let met = met(options, line, servers).map_err(impossible)?;
    let fields: Value = json!({
        "servers": servers,
        "p_wait": met.p_wait,
        "p_abandon": met.p_abandon,
        "mean_wait": met.mean_wait,
        "service_level": met.service_level,
        "occupancy": met.occupancy,
        "positions": positions(servers, options.shrinkage),
        "load": line.load(),
    });
    print(&fields, options.json);
    Ok(())
}

fn check(options: &PlanStaffOptions) -> Outcome<()> {
    let is_a = options.model == QueueModel::ErlangA;
    if is_a != options.theta.is_some() {
        return Err(bad(
            "erlang-a, and no other model, takes --theta.",
            "Give --theta, one over the mean patience, with --model erlang-a.",
        ));
    }
    if options.abandonment.is_some() && !is_a {
        return Err(bad("nobody gives up in this model.", "Use --abandonment with erlang-a."));
    }
    let has_target = options.service_level.is_some() || options.abandonment.is_some();
    if options.servers.is_none() && !has_target {
        return Err(bad(
            "neither people nor a target is given.",
            "Give --servers, or --service-level with --within, or --abandonment.",
        ));
    }
    let is_b = options.model == QueueModel::ErlangB;
    if options.service_level.is_some() && options.within.is_none() && !is_b {
        return Err(bad("a service level is within a time.", "Give --within."));
    }
    Ok(())
}

fn meets(met: &Met, options: &PlanStaffOptions) -> bool {
    let is_served =
        options.service_level.is_none_or(|wanted| met.service_level.is_some_and(|s| s >= wanted));
    is_served && options.abandonment.is_none_or(|most| met.p_abandon <= most)
}

fn met(options: &PlanStaffOptions, line: Line, servers: u32) -> Result<Met, Impossible> {
    Ok(match options.model {
        QueueModel::ErlangB => {
            let desk = blocked(line, servers)?;
            Met {
                p_wait: 0.0,
                p_abandon: desk.p_blocked,
                mean_wait: 0.0,
                service_level: Some(1.0 - desk.p_blocked),
                occupancy: desk.occupancy,
            }
        }
        QueueModel::ErlangC => {
            let desk = patient(line, servers)?;
            Met {
                p_wait: desk.p_wait,
                p_abandon: 0.0,
                mean_wait: desk.mean_wait,
                service_level: options.within.map(|time| desk.served_within(time)),
                occupancy: desk.occupancy,
            }
        }
        QueueModel::ErlangA => {
            let desk = impatient(line, options.theta.unwrap_or_default(), servers)?;
            Met {
                p_wait: desk.p_wait,
                p_abandon: desk.p_abandon,
                mean_wait: desk.mean_wait,
                service_level: options.within.map(|time| desk.served_within(time)),
                occupancy: desk.occupancy,
            }
        }
    })
}

fn bad(why: &str, hint: &str) -> Failure {
    Failure::new(why, hint)
}

fn impossible(why: Impossible) -> Failure {
    Failure::new(why.to_string(), "Give more --servers, or rates that leave some room.")
}

/// A half-hour that is over. Times are the desk's own, without a zone: a night of 23 or 25 hours has
/// 48 half-hours all the same, the one left out with 0 and the one twice added up.
#[derive(Deserialize)]
struct HalfhourRow {
    start: String,
    count: u32,
}

pub(crate) fn forecast(options: &PlanForecastOptions) -> Outcome<()> {
    let (first, counts) = halfhours(options)?;
    let midnight = first.date().weekday().to_monday_zero_offset() as usize * (WEEK / 7);
    let place = midnight + first.hour() as usize * 2 + first.minute() as usize / 30;
    let found = workforce::forecast(&counts, place).map_err(|why| {
        Failure::file(options.file.display(), why, "Give three weeks at least, better eight.")
    })?;
    let start = |n: usize| {
        let minutes = i64::try_from((counts.len() + n) * 30).unwrap_or(i64::MAX);
        first.saturating_add(Span::new().minutes(minutes)).strftime("%Y-%m-%dT%H:%M").to_string()
    };
    let halfhours = found.halfhours.iter().enumerate();
    if options.json {
        let forecast: Vec<Value> = halfhours
            .map(|(n, hour)| json!({ "start": start(n), "p50": hour.p50, "p90": hour.p90 }))
            .collect();
        let fields = json!({
            "model": found.model.to_string(),
            "wape": found.wape,
            "wape_naive": found.wape_naive,
            "forecast": forecast,
        });
        println!("{fields}");
        return Ok(());
    }
    println!(
        "{}: off by {:.1} % in the latest weeks, the week before by {:.1} %\n\n{:<18}{:>5}{:>5}",
        found.model,
        found.wape * 100.0,
        found.wape_naive * 100.0,
        "start",
        "p50",
        "p90"
    );
    for (n, hour) in halfhours {
        println!("{:<18}{:>5}{:>5}", start(n), hour.p50, hour.p90);
    }
    Ok(())
}

fn halfhours(options: &PlanForecastOptions) -> Outcome<(DateTime, Vec<u32>)> {
    const HINT: &str = "Give CSV with the header start,count and each half-hour in its turn.";
    let failed = |why: &dyn std::fmt::Display| Failure::file(options.file.display(), why, HINT);
    let mut reader = csv::Reader::from_path(&options.file).map_err(|error| failed(&error))?;
    let mut first: Option<DateTime> = None;
    let mut counts = Vec::new();
    for (n, row) in reader.deserialize::<HalfhourRow>().enumerate() {
        let row = row.map_err(|error| failed(&error))?;
        let wrong = |why: &str| failed(&format!("row {}: {} {why}", n + 1, row.start));
        let start: DateTime = row.start.parse().map_err(|_| wrong("is no time"))?;
        let first = *first.get_or_insert(start);
        if start.minute() % 30 != 0 || start.second() != 0 {
            return Err(wrong("is not the beginning of a half-hour"));
        }
        let minutes = i64::try_from(n * 30).unwrap_or(i64::MAX);
        if first.saturating_add(Span::new().minutes(minutes)) != start {
            return Err(wrong("does not follow the row before by half an hour"));
        }
        counts.push(row.count);
    }
    first.map(|first| (first, counts)).ok_or_else(|| failed(&"there is no row"))
}

pub(crate) fn shifts(options: &PlanShiftsOptions) -> Outcome<()> {
    const HINT: &str =
        "Give JSON with demand, rules and people; see `evenkeel plan shifts --help`.";
    let failed = |why: &dyn std::fmt::Display| Failure::file(options.file.display(), why, HINT);
    let text = fs::read_to_string(&options.file).map_err(|error| failed(&error))?;
    let week: Week = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    let began = Instant::now();
    let shifts = week.cover(options.seed, options.moves).map_err(|why| failed(&why))?;
    let seconds = began.elapsed().as_secs_f64();
    let hours = |person: usize| -> usize {
        shifts.iter().filter(|shift| shift.person == person).map(|shift| shift.hours).sum()
    };
    let fair: Vec<usize> = week.fair_people().into_iter().map(hours).collect();
    let violations = week.violations(&shifts);
    for broken in &violations {
        eprintln!("broken rule: {broken}");
    }
    let id = |person: usize| &week.people[person].id;
    let fields = json!({
        "uncovered_hours": week.uncovered(&shifts),
        "hours_min": fair.iter().min(),
        "hours_max": fair.iter().max(),
        "hours_paid": shifts.iter().map(|shift| shift.hours).sum::<usize>(),
        "rule_violations": violations.len(),
        "seconds": seconds,
    });
    if options.json {
        let mut fields = fields;
        fields["shifts"] = shifts
            .iter()
            .map(|shift| {
                let (day, start, hours) = (shift.day, shift.start, shift.hours);
                json!({ "person": id(shift.person), "day": day, "start": start, "hours": hours })
            })
            .collect();
        println!("{fields}");
        return Ok(());
    }
    print(&fields, false);
    println!();
    for shift in &shifts {
        let (start, end) = (shift.start, shift.start + shift.hours);
        println!("day {}  {start:>2}:00 to {end:>2}:00  {}", shift.day + 1, id(shift.person));
    }
    Ok(())
}

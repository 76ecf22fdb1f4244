//! `plan staff`: what a number of people means for customers, or how few meet a target.

use serde_json::{Value, json};
use workforce::{Impossible, Line, blocked, fewest, impatient, patient, positions};

use crate::{
    arguments::{PlanStaffOptions, QueueModel},
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

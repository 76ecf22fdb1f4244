//! The long runs: the suite's own tests with far more rounds.

use crate::{
    packages,
    run::{Failure, run_with, step},
};

/// What is shown, the arguments of cargo, and the size that the suite has no time for.
type Run = (&'static str, &'static [&'static str], (&'static str, &'static str));

const RUNS: &[Run] = &[
    (
        "card variants through the public door, none on disk",
        &["test", "--package", "http@0.1.0", "--test", "it", "cards"],
        ("EVENKEEL_CARDS", "3000"),
    ),
    (
        "cards and order numbers of many seeds, at release speed",
        &["test", "--release", "--package", "privacy", "measured"],
        ("EVENKEEL_ROUNDS", "60"),
    ),
    (
        "masking of anything that can be written, at release speed",
        &["test", "--release", "--package", "privacy", "properties"],
        ("EVENKEEL_SEEDS", "200000"),
    ),
    (
        "promotions at the margin and alarms without a rise, at release speed",
        &["test", "--release", "--package", "balance", "guarantees"],
        ("EVENKEEL_STREAMS", "2000"),
    ),
    (
        "simulated years of the ladder, at release speed",
        &["test", "--release", "--package", "sim", "ladder"],
        ("EVENKEEL_YEARS", "200"),
    ),
    (
        "shifts for ten thousand made-up weeks, at release speed",
        &["test", "--release", "--package", "workforce", "rosters"],
        ("EVENKEEL_ROSTERS", "10000"),
    ),
    (
        "connections that say nothing",
        &["test", "--package", "evenkeel", "--test", "serve"],
        ("EVENKEEL_SILENT", "10000"),
    ),
    (
        "kill -9 under load, on a file and with two desks on PostgreSQL",
        &["test", "--package", "evenkeel", "--test", "faults", "outlive_kills"],
        ("EVENKEEL_KILLS", "200"),
    ),
    (
        "kill -9 while letters come and go through Postfix and Dovecot",
        &["test", "--package", "evenkeel", "--test", "faults", "conversations_by_mail"],
        ("EVENKEEL_MAIL_KILLS", "100"),
    ),
    (
        "kill -9 between a customer's yes and the money that goes back",
        &["test", "--package", "evenkeel", "--test", "refunds"],
        ("EVENKEEL_REFUND_KILLS", "25"),
    ),
    (
        "power cuts, with what was not synced lost, kept or torn",
        &["test", "--package", "evenkeel", "--test", "faults", "outlive_power_cuts"],
        ("EVENKEEL_CUTS", "200"),
    ),
    (
        "PostgreSQL crashes",
        &["test", "--package", "evenkeel", "--test", "faults", "postgresql_crashes"],
        ("EVENKEEL_CRASHES", "20"),
    ),
    (
        "PostgreSQL cuts its connections",
        &["test", "--package", "evenkeel", "--test", "faults", "cuts_its_connections"],
        ("EVENKEEL_DISCONNECTIONS", "200"),
    ),
    (
        "a network cut between a desk and PostgreSQL",
        &["test", "--package", "evenkeel", "--test", "faults", "network::"],
        ("EVENKEEL_NETWORK_CUTS", "10"),
    ),
    (
        "a clock that steps by an hour",
        &["test", "--package", "evenkeel", "--test", "faults", "steps_changes_no_order"],
        ("EVENKEEL_STEPS", "60"),
    ),
];

/// Runs them one after the other.
pub(crate) fn all() -> Result<(), Failure> {
    packages::require()?;
    for (what, arguments, environment) in RUNS {
        step(what);
        let arguments: Vec<&str> = [*arguments, &["--", "--nocapture"]].concat();
        run_with("cargo", &arguments, &[*environment])?;
    }
    println!("\nall long runs passed");
    Ok(())
}

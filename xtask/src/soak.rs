//! The long runs: the suite's own tests with far more rounds.

use crate::run::{Failure, run_with, step};

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
        "connections that say nothing",
        &["test", "--package", "evenkeel", "--test", "serve"],
        ("EVENKEEL_SILENT", "10000"),
    ),
    (
        "kill -9 under load",
        &["test", "--package", "evenkeel", "--test", "killed"],
        ("EVENKEEL_KILLS", "60"),
    ),
];

/// Runs them one after the other.
pub(crate) fn all() -> Result<(), Failure> {
    for (what, arguments, environment) in RUNS {
        step(what);
        let arguments: Vec<&str> = [*arguments, &["--", "--nocapture"]].concat();
        run_with("cargo", &arguments, &[*environment])?;
    }
    println!("\nall long runs passed");
    Ok(())
}

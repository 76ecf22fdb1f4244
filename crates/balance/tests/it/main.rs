//! What the rest of the desk relies on: assignments, formulas, guarantees, refusals.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.
#![allow(clippy::print_stdout)] // Runs tell their figures.

mod assignment;
mod guarantees;
mod ledger;
mod refusals;
mod vectors;

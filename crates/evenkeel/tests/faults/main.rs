//! Real desks whose work is cut off: killed, without power, without their database, without room,
//! or with a clock that jumps. What was acknowledged is there, and each question is answered once.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.
#![allow(clippy::print_stdout)] // Runs tell their figures.

mod checks;
mod connections;
mod customers;
mod desk;
mod disk;
mod killed;
mod mail;
mod network;
mod stream;

#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod power;

/// What a run draws from, and how much of it there is: from the environment, or as the suite has
/// time for. Prints the command that does the same again.
struct Run {
    seed: u64,
    n: u64,
}

impl Run {
    fn new(name: &str, variable: &str, n_in_suite: u64) -> Self {
        let number =
            |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let n = number(variable).unwrap_or(n_in_suite);
        let seed = number("EVENKEEL_SEED").unwrap_or(1);
        let test = "cargo test -p evenkeel --test faults";
        println!("replay: EVENKEEL_SEED={seed} {variable}={n} {test} {name} -- --nocapture");
        Self { seed, n }
    }

    fn chance(&self) -> sim::Chance {
        sim::Chance::new(self.seed)
    }
}

//! Runs other programs from the root of the checkout.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

/// Why a task stops.
pub(crate) struct Failure(pub(crate) String);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask lies in the root of the checkout").to_owned()
}

/// Says what comes next.
pub(crate) fn step(what: &str) {
    println!("\n== {what}");
}

/// Runs a program at the root; its output is shown.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<(), Failure> {
    run_in(".", program, arguments, &[])
}

/// Runs a program at the root with more in its environment.
pub(crate) fn run_with(
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), Failure> {
    run_in(".", program, arguments, environment)
}

/// Runs npm in a folder.
pub(crate) fn npm(folder: &str, arguments: &[&str]) -> Result<(), Failure> {
    run_in(folder, "npm", arguments, &[])
}

fn run_in(
    folder: &str,
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), Failure> {
    let line = format!("{program} {}", arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root().join(folder))
        .status()
        .map_err(|error| Failure(format!("cannot run `{line}`: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure(format!("`{line}` failed in {folder} ({status})")))
}

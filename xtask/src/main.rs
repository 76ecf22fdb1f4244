//! Development tasks: `cargo xtask <task>`. Tasks say what they do and stop at the first failure.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod dev;
mod dist;
mod packages;
mod run;
mod soak;
mod tidy;

use std::process::ExitCode;

use run::{Failure, npm, run, run_with, step};

const HELP: &str = "usage: cargo xtask <task>

  setup     install the front-end packages and, as root, Chromium, PostgreSQL, libfaketime
            and mail servers
  demo      build everything and open a living desk (takes the options of `evenkeel demo`)
  dev       a desk to work on, with Vite beside it (the same options)
  postgres  a private PostgreSQL until Ctrl-C; prints the address of an empty database
  test      every test there is: format, tidy, front end, lints, Rust, browser
  dist      a package for Linux on x86-64: one static program, and what makes it a service
  soak      the same tests with far more rounds
  bench     the figures of the README";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match task.as_str() {
        "setup" => setup(),
        "demo" => demo(&rest),
        "dev" => dev::serve(&rest),
        "postgres" => postgres(),
        "test" => test(),
        "soak" => soak::all(),
        "dist" => dist::pack(),
        "bench" => bench::all(),
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn setup() -> Result<(), Failure> {
    install_packages()?;
    packages::require()
}

fn demo(rest: &[String]) -> Result<(), Failure> {
    install_packages()?;
    for folder in ["widget", "web"] {
        step(&format!("{folder}: build"));
        npm(folder, &["run", "--silent", "build"])?;
    }
    step("binary");
    run("cargo", &["build", "--release", "--package", "evenkeel"])?;
    step("demo");
    let mut arguments = vec!["run", "--quiet", "--release", "--package", "evenkeel", "--", "demo"];
    arguments.extend(rest.iter().map(String::as_str));
    run("cargo", &arguments)
}

fn install_packages() -> Result<(), Failure> {
    for folder in ["web", "widget", "e2e"] {
        npm(folder, &["ci", "--no-fund", "--no-audit"])?;
    }
    Ok(())
}

fn postgres() -> Result<(), Failure> {
    packages::postgresql()?;
    let failed = |error: std::io::Error| Failure(error.to_string());
    let server = xtask::postgres::Server::start(&["max_connections=200"]).map_err(failed)?;
    println!("{}", server.database("desk").map_err(failed)?);
    loop {
        std::thread::park();
    }
}

fn test() -> Result<(), Failure> {
    step("format");
    run("cargo", &["fmt", "--all", "--check"])?;
    step("tidy");
    tidy::check()?;
    step("front end: packages");
    install_packages()?;
    for folder in ["widget", "web"] {
        step(&format!("{folder}: types, tests, build, size"));
        for script in ["check", "test", "build", "size"] {
            npm(folder, &["run", "--silent", script])?;
        }
    }
    step("lints");
    run("cargo", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])?;
    step("Rust tests");
    packages::require()?;
    run("cargo", &["test", "--workspace", "--quiet"])?;
    step("Rust tests over HTTP, on PostgreSQL");
    let http = ["test", "--quiet", "--package", "http@0.1.0", "--test", "it"];
    run_with("cargo", &http, &[("EVENKEEL_TESTS_ON", "postgres")])?;
    step("browser tests");
    run("cargo", &["build", "--quiet", "--package", "evenkeel"])?;
    npm("e2e", &["run", "--silent", "test"])?;
    println!("\nall tests passed");
    Ok(())
}

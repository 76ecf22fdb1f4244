//! Evenkeel: the program. Serves a desk, shows one at work, fills one, and measures one.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::{io::IsTerminal, process::ExitCode};

mod arguments;

mod failure;

mod folder;

mod serve;

mod demo;

mod shop_files;

mod import;

mod article_file;

mod topic_file;

mod rows;

mod mask;

mod eval;

mod replay;

use arguments::{Arguments, Command, EvalCommand, ImportCommand};
use failure::{Failure, Outcome};

fn main() -> ExitCode {
    let outcome = match Arguments::read() {
        Ok(Some(arguments)) => run(arguments.command),
        Ok(None) => Ok(()),
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Outcome<()> {
    match command {
        Command::Mask(options) => return mask::run(&options),
        Command::Eval { what: EvalCommand::Topics(options) } => return eval::topics(&options),
        _ => {}
    }
    start_log();
    raise_open_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| Failure::new(error.to_string(), "Close other programs and try again."))?;
    runtime.block_on(async {
        match command {
            Command::Serve(options) => serve::run(options).await,
            Command::Demo(options) => demo::run(options).await,
            Command::Import { what: ImportCommand::Topics(options) } => {
                import::topics(&options).await
            }
            Command::Import { what: ImportCommand::Articles(options) } => {
                import::articles(&options).await
            }
            Command::Replay(options) => replay::run(options).await,
            Command::Mask(_) | Command::Eval { .. } => unreachable!("these have run above"),
        }
    })
}

/// Each connection is an open file, and shells allow few; the system's own limit stays.
fn raise_open_files() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("EVENKEEL_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}

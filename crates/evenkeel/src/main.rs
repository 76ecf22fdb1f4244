//! Evenkeel: the program. Serves a desk, shows one at work, fills one, and measures one.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::{io::IsTerminal, process::ExitCode};

use tracing::Level;
use tracing_subscriber::{Layer, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt};

/// musl's own takes turns over one lock, which costs a desk under load two fifths of its messages.
#[cfg(target_env = "musl")]
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod arguments;

mod failure;

mod folder;

mod serve;

mod demo;

mod shop_files;

mod mail;
mod models;
mod playbook_files;

mod import;

mod article_file;

mod topic_file;

mod rows;

mod backup;

mod restore;
mod retrieval;

mod migrate;

mod copied;

mod doctor;

mod disk;

mod redraw;

mod ledger;

mod lines;
mod mask;

mod eval;

mod evidence;

mod simulate;
mod slots;

mod plan;

mod print;
mod procedures;

mod replay;

mod bench;

use arguments::{
    Arguments, BalanceCommand, BenchCommand, Command, EvalCommand, ImportCommand, PlanCommand,
    SimulateCommand,
};
use failure::{Failure, Outcome};

fn main() -> ExitCode {
    let outcome = match Arguments::read() {
        Ok(Some(arguments)) => run(arguments.command),
        Ok(None) => Ok(ExitCode::SUCCESS),
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Outcome<ExitCode> {
    let done = |()| ExitCode::SUCCESS;
    match command {
        Command::Mask(options) => return mask::run(&options).map(done),
        Command::Eval { what: EvalCommand::Topics(options) } => {
            return eval::topics(&options).map(done);
        }
        Command::Eval { what: EvalCommand::Slots(options) } => {
            return slots::run(&options).map(done);
        }
        Command::Eval { what: EvalCommand::Retrieval(options) } => {
            return retrieval::run(&options).map(done);
        }
        Command::Eval { what: EvalCommand::Procedures(options) } => {
            return procedures::run(&options).map(done);
        }
        Command::Balance { what } => {
            return match &what {
                BalanceCommand::Stream(options) => evidence::stream(options),
                BalanceCommand::Detect(options) => evidence::detect(options),
                BalanceCommand::Ebh(options) => evidence::ebh(options),
                BalanceCommand::Replay(options) => ledger::replay(options),
            }
            .map(done);
        }
        Command::Plan { what } => {
            return match &what {
                PlanCommand::Staff(options) => plan::staff(options),
                PlanCommand::Forecast(options) => plan::forecast(options),
                PlanCommand::Shifts(options) => plan::shifts(options),
            }
            .map(done);
        }
        Command::Simulate { what } => {
            return match &what {
                SimulateCommand::Queue(options) => simulate::queue(options),
                SimulateCommand::Year(options) => simulate::year(options),
            }
            .map(done);
        }
        _ => {}
    }
    start_log();
    raise_open_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| Failure::new(error.to_string(), "Close other programs and try again."))?;
    runtime.block_on(async {
        let outcome = match command {
            Command::Doctor(options) => return doctor::run(&options).await,
            Command::Deliver(options) => return Ok(mail::deliver(&options).await),
            Command::Export(options) if options.what == "all" => lines::export(&options).await,
            Command::Export(options) => ledger::export(&options).await,
            Command::Backup(options) => backup::run(&options).await,
            Command::Restore(options) => restore::run(&options).await,
            Command::Migrate(options) => migrate::run(&options).await,
            Command::Serve(options) => serve::run(options).await,
            Command::Demo(options) => demo::run(options).await,
            Command::Import { what: ImportCommand::Topics(options) } => {
                import::topics(&options).await
            }
            Command::Import { what: ImportCommand::Articles(options) } => {
                import::articles(&options).await
            }
            Command::Replay(options) => replay::run(options).await,
            Command::Bench { what } => match what {
                BenchCommand::Load(options) => bench::load(options).await,
                BenchCommand::Klarna(options) => bench::klarna(options).await,
                BenchCommand::Store(options) => bench::store(options).await,
                BenchCommand::Claims(options) => bench::claims(options).await,
                BenchCommand::Idle(options) => bench::idle(options).await,
                BenchCommand::List(options) => bench::list(options).await,
                BenchCommand::Search(options) => bench::search(options).await,
            },
            Command::Mask(_)
            | Command::Eval { .. }
            | Command::Balance { .. }
            | Command::Plan { .. }
            | Command::Simulate { .. } => unreachable!("these have run above"),
        };
        outcome.map(done)
    })
}

/// Each connection is an open file, and shells allow few; the system's own limit stays.
fn raise_open_files() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// `EVENKEEL_LOG` says what is told: `warn` when it is not set, `info` for each request too.
/// `EVENKEEL_LOG_FORMAT=json` makes each line an object. Lines carry ids, never words of people.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("EVENKEEL_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // Whatever is asked for, libraries only warn: the driver of PostgreSQL would tell parameters,
    // which are the words of customers.
    let is_told = filter_fn(|meta| is_ours(meta.target()) || *meta.level() <= Level::WARN);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let is_json = std::env::var("EVENKEEL_LOG_FORMAT").is_ok_and(|format| format == "json");
    let lines = if is_json { lines.json().flatten_event(true).boxed() } else { lines.boxed() };
    tracing_subscriber::registry().with(lines.with_filter(is_told).with_filter(filter)).init();
}

/// Whether the target is one of the project's own crates.
fn is_ours(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or_default();
    ["evenkeel", "http", "service", "store", "sim"].contains(&name)
}

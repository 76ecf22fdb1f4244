//! `bench`: a desk of its own, in a process of its own, under load from this one.

mod claims;
pub(crate) use claims::claims;

mod desk;

mod load;
pub(crate) use load::load;

mod klarna;
pub(crate) use klarna::klarna;

mod idle;
pub(crate) use idle::idle;

mod store;
pub(crate) use store::store;

mod large;
pub(crate) use large::{list, search};

mod writing;

use std::{
    fs,
    io::IsTerminal,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Map, Value};
use sim::Timing;

use crate::{
    arguments::Benching,
    failure::{Failure, Outcome},
};

/// What cannot be measured.
fn failed(why: impl Into<String>) -> Failure {
    Failure::new(why, "Look into the desk's own messages above; with less load it may get further.")
}

/// Counts what is done and shows it on standard error until it is dropped.
struct Progress {
    done: Arc<AtomicUsize>,
    showing: tokio::task::JoinHandle<()>,
}

impl Progress {
    /// `n_all` is how many there will be, where that is known.
    fn start(what: &'static str, n_all: Option<usize>) -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&done);
        let began = Instant::now();
        let is_terminal = std::io::stderr().is_terminal();
        let every = Duration::from_secs(if is_terminal { 1 } else { 15 });
        let showing = tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                let n = counted.load(Ordering::Relaxed);
                let seconds = began.elapsed().as_secs_f64();
                let pace = n as f64 / seconds;
                let bar = n_all.map(|all| bar(n, all)).unwrap_or_default();
                let line = format!("{bar}{n} {what}, {pace:.0} a second, {seconds:.0} s");
                if is_terminal {
                    eprint!("\r{line:<78}");
                } else {
                    eprintln!("{line}");
                }
            }
        });
        Self { done, showing }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.showing.abort();
        if std::io::stderr().is_terminal() {
            eprint!("\r{:<78}\r", "");
        }
    }
}

fn bar(n: usize, all: usize) -> String {
    const WIDTH: usize = 30;
    let n_full = (n * WIDTH / all.max(1)).min(WIDTH);
    format!("[{}{}] ", "#".repeat(n_full), "-".repeat(WIDTH - n_full))
}

/// Prints the fields, as a table or as one JSON object, and draws the picture.
fn print(fields: &Value, picture: Option<(&Timing, &str)>, how: &Benching) -> Outcome<()> {
    if how.json {
        println!("{fields}");
    } else {
        let none = Map::new();
        let fields = fields.as_object().unwrap_or(&none);
        let width = fields.keys().map(String::len).max().unwrap_or(0);
        for (name, value) in fields {
            println!("{name:<width$}  {value}");
        }
    }
    if let (Some(path), Some((timing, title))) = (&how.plot, picture) {
        fs::write(path, timing.svg(title)).map_err(|error| {
            Failure::file(path.display(), error, "Name another file with --plot.")
        })?;
    }
    Ok(())
}

/// With two digits after the point, so that a table can be read.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

//! What the commands that copy a desk say: how far they have got, what was copied, why not.

use std::{
    io::IsTerminal,
    sync::Mutex,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use store::{CopyError, TableRows, Tell};

use crate::failure::Failure;

/// Shows on standard error how far a copy has got, now and then.
pub(crate) fn progress() -> Tell {
    let is_terminal = std::io::stderr().is_terminal();
    let every = if is_terminal { Duration::from_millis(200) } else { Duration::from_secs(15) };
    let last = Mutex::new(Instant::now());
    Box::new(move |table, n_rows| {
        let Ok(mut last) = last.lock() else { return };
        if last.elapsed() < every {
            return;
        }
        *last = Instant::now();
        let line = format!("{table}: {n_rows}");
        if is_terminal {
            eprint!("\r{line:<40}\r");
        } else {
            eprintln!("{line}");
        }
    })
}

/// Prints each table's rows, or one JSON object with these further fields.
pub(crate) fn print(tables: &[TableRows], more: &Value, is_json: bool) {
    let n_rows: usize = tables.iter().map(|table| table.n_rows).sum();
    let nothing = serde_json::Map::new();
    let more = more.as_object().unwrap_or(&nothing);
    if is_json {
        let list: Vec<Value> = tables
            .iter()
            .map(|table| json!({ "name": table.name, "rows": table.n_rows }))
            .collect();
        let mut fields = json!({ "tables": list, "rows": n_rows });
        for (name, value) in more {
            fields[name] = value.clone();
        }
        println!("{fields}");
        return;
    }
    for table in tables {
        println!("{:<14}{:>12}", table.name, table.n_rows);
    }
    println!("{:<14}{n_rows:>12}", "rows");
    for (name, value) in more {
        println!("{name:<14}{:>12}", value.to_string());
    }
}

/// Seconds with two digits after the point.
pub(crate) fn seconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 100.0).round() / 100.0
}

/// Why a desk was not copied, and what to do; nothing has changed.
pub(crate) fn refusal(error: &CopyError) -> Failure {
    let hint = match error {
        CopyError::NoDesk(_) => "Check the name; a desk's folder holds desk.sqlite.",
        CopyError::OtherRelease(..) => {
            "Use the newest release of the two. It brings an earlier desk up to date when it \
             serves it: start it once, stop it, and run the command again."
        }
        CopyError::Unfinished(_) => "Run the command that was cut off again; it begins anew.",
        CopyError::NotEmpty(_) => "Name an empty folder or database; nothing was changed.",
        CopyError::InUse(_) => "Stop every desk that uses it, wait a moment, and try again.",
        CopyError::SamePlace => "Name two places.",
        CopyError::Damaged(..) => "Take another backup; docs/operate.md says what can be saved.",
        CopyError::Differs(..) => {
            "The place it was copied to was left as it was. Run evenkeel doctor on the desk."
        }
        CopyError::Full(_) => "Make room, or name another place; what was begun is removed.",
        CopyError::Failed(_) => {
            "Nothing was changed. Run evenkeel doctor, and check rights and addresses."
        }
    };
    Failure::new(error.to_string(), hint)
}

//! The demo lives: simulated customers write, the assistant and people answer, cases end.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags};

/// What must have happened at least so often, in the words of a query.
const EXPECTED: &[(&str, i64, &str)] = &[
    ("conversations", 30, "select count(*) from conversations"),
    ("customers with a name", 8, "select count(*) from customers where name is not null"),
    (
        "answers of the assistant",
        5,
        "select count(*) from messages where author_type = 'ai' and kind = 'text'",
    ),
    (
        "answers of people",
        5,
        "select count(*) from messages where author_type = 'agent' and kind = 'text'",
    ),
    ("questions of procedures", 3, "select count(*) from messages where choices <> '[]'"),
    ("handoffs", 5, "select count(*) from handoffs"),
    ("closed conversations", 5, "select count(*) from conversations where state = 'closed'"),
];

#[test]
fn the_demo_lives() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("desk");
    let mut demo = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(["demo", "--past", "0", "--no-open", "--port", "0", "--speed", "400", "--data"])
        .arg(&data)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cargo has built the program");
    let began = Instant::now();
    let mut missing = String::new();
    while began.elapsed() < Duration::from_secs(300) {
        std::thread::sleep(Duration::from_millis(100));
        missing = missing_in(&data.join("desk.sqlite"));
        if missing.is_empty() {
            break;
        }
    }
    demo.kill().unwrap();
    let said = String::from_utf8(demo.wait_with_output().unwrap().stderr).unwrap();
    assert!(missing.is_empty(), "after {:?}: {missing}\n{said}", began.elapsed());
    assert!(!said.contains(" ERROR "), "{said}");
}

/// What has not happened yet.
fn missing_in(file: &Path) -> String {
    let Ok(database) = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return "the desk has no file".to_owned();
    };
    let is_missing = |(what, n_least, query): &(&str, i64, &str)| {
        let n: i64 = database.query_row(query, [], |row| row.get(0)).unwrap_or(-1);
        (n < *n_least).then(|| format!("{what}: {n} of {n_least}"))
    };
    EXPECTED.iter().filter_map(is_missing).collect::<Vec<_>>().join(", ")
}

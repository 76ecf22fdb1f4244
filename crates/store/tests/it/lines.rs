//! A whole desk as lines of JSON, and back: the same desk in either database, or nothing.

use std::{
    io::{BufReader, Cursor, Write},
    sync::{Arc, Mutex},
};

use store::{CopyError, Location, TableRows, Tell, read_lines, write_lines};

use crate::{
    copies::{check_works, differences},
    household::furnished,
    place::{Place, on_both},
};

fn silent() -> Tell {
    Box::new(|_, _| {})
}

/// Where the lines go.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn export(from: &Location) -> Vec<u8> {
    let sink = Sink::default();
    write_lines(from, Box::new(sink.clone()), silent()).await.unwrap();
    let lines = sink.0.lock().unwrap();
    lines.clone()
}

async fn import(lines: &[u8], to: &Location) -> Result<Vec<TableRows>, CopyError> {
    let input = BufReader::new(Cursor::new(lines.to_vec()));
    read_lines(Box::new(input), to, silent()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_desk_is_the_same_in_either_database_and_exported_again() {
    let (file, database, again) = (Place::sqlite(), Place::postgres(), Place::sqlite());
    drop(furnished(&file).await);
    let lines = export(&file.location).await;
    let there = import(&lines, &database.location).await.unwrap();
    assert!(there.iter().all(|table| table.n_rows > 0), "{there:?}");
    let back = export(&database.location).await;
    // Whoever worked on a job works elsewhere; all else is the very same, byte by byte.
    let but_jobs = |lines: &[u8]| {
        let text = String::from_utf8(lines.to_vec()).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.retain(|line| !line.starts_with("{\"table\":\"jobs\""));
        lines
    };
    assert_eq!(but_jobs(&back), but_jobs(&lines));
    let tables = import(&back, &again.location).await.unwrap();
    assert_eq!(differences(file.file(), again.file(), &tables), Vec::<String>::new());
    check_works(&again).await;
    check_works(&database).await;
    // Anybody can read it.
    let text = String::from_utf8(lines).unwrap();
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

on_both! {
    async fn half_an_export_is_none(place) {
        let file = Place::sqlite();
        drop(furnished(&file).await);
        let text = String::from_utf8(export(&file.location).await).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let with = |at: usize, line: &str| {
            let mut lines = lines.clone();
            lines[at] = line;
            lines.join("\n")
        };
        let without = |at: usize| {
            let mut lines = lines.clone();
            lines.remove(at);
            lines.join("\n")
        };
        let row = |from: &str, to: &str| lines[1].replacen(from, to, 1);
        let bad = [
            (String::new(), "cut off"),
            (lines[..lines.len() - 1].join("\n"), "cut off"),
            (text[..text.len() / 2].to_owned(), "line"),
            (without(lines.len() - 2), "counts other rows"),
            (without(40), "FOREIGN KEY|foreign key"),
            (without(0), "line 1"),
            (with(0, "{\"evenkeel\":\"desk\",\"version\":9999}"), "newer release"),
            (with(0, "{\"ledger\":1}"), "no line"),
            (with(1, "{\"table\":\"moons\",\"row\":{}}"), "no such table"),
            (with(1, &row("\"name\":", "\"nome\":")), "missing"),
            (with(1, &row("\"name\":", "\"more\":1,\"name\":")), "no column more"),
            (with(1, &row("\"version\":1", "\"version\":\"one\"")), "something else"),
            (with(1, "nonsense"), "no line"),
        ];
        for (lines, why) in bad {
            let refused = import(lines.as_bytes(), &place.location).await.unwrap_err().to_string();
            assert!(why.split('|').any(|why| refused.contains(why)), "{why}: {refused}");
        }
        // Nothing is there, and a desk can begin, or come whole.
        import(text.as_bytes(), &place.location).await.unwrap();
        check_works(place).await;
        let refused = import(text.as_bytes(), &place.location).await.unwrap_err();
        assert!(matches!(refused, CopyError::NotEmpty(_) | CopyError::InUse(_)), "{refused}");
    }
}

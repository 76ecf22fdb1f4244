//! A disk that takes no more, until it does.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use reqwest::StatusCode;

use crate::{
    checks::check,
    customers::{QUESTIONS, answer, ask, client},
    desk::{Desk, Place, program},
};

/// After space was found, the desk writes again by then.
const WRITES_AGAIN_MAX: Duration = Duration::from_secs(60);

/// No file may grow beyond what the system allows the process.
#[tokio::test(flavor = "multi_thread")]
async fn files_that_may_not_grow_lose_nothing() {
    let place = Place::file();
    let mut desk = Desk::start(&place).await;
    desk.kill();
    let files = std::fs::read_dir(place.folder()).unwrap().map(|file| file.unwrap().metadata());
    let largest = files.map(|file| file.unwrap().len()).max().unwrap();
    let desk = Desk::start_with_little_room(&place, largest + 2_000_000).await;
    let (status, kept) = fill(&desk).await;
    // Of the reasons why a file cannot be written, SQLite names only a full disk.
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    desk.give_room();
    goes_on(&desk, kept).await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing() {
    let place = Place::file();
    let tools = tempfile::tempdir().unwrap();
    let full = tools.path().join("full");
    let (library, folder, told) = (library(tools.path()), place.folder(), full.clone());
    let command = move || {
        let mut command = program();
        command.env("LD_PRELOAD", &library);
        command.env("FAULTS_FOLDER", &folder).env("FAULTS_FULL", &told);
        command
    };
    let desk = Desk::start_by(command, &place, None).await;
    let (token, first) = ask(&desk, QUESTIONS[0], "before").await.unwrap();
    place.settle().await;
    std::fs::write(&full, "").unwrap();
    let (status, mut kept) = fill(&desk).await;
    assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE);
    reads(&desk, &token, &first).await;
    kept.push("before".to_owned());
    std::fs::remove_file(&full).unwrap();
    goes_on(&desk, kept).await;
}

/// Asks until it is refused. What was refused is not there, and reading goes on.
async fn fill(desk: &Desk) -> (StatusCode, Vec<String>) {
    let before = desk.place.number("select count(*) from conversations");
    let mut kept = Vec::new();
    let mut first = None;
    let long = format!("a person, please {}", "and ".repeat(900));
    for nth in 0..2_000 {
        let client_id = format!("room-{nth:04}");
        match ask(desk, &long, &client_id).await {
            Ok(asked) => {
                kept.push(client_id);
                first.get_or_insert(asked);
            }
            Err((status, said)) => {
                println!("{} questions fitted, then: {status} {said}", kept.len());
                assert!(said["detail"].is_string() && said["hint"].is_string(), "{said}");
                let n_kept = desk.place.number("select count(*) from conversations") - before;
                assert_eq!(n_kept as usize, kept.len(), "what was refused is not there");
                if let Some((token, id)) = first {
                    reads(desk, &token, &id).await;
                }
                return (status, kept);
            }
        }
    }
    panic!("there was room for all of it");
}

async fn reads(desk: &Desk, token: &str, id: &str) {
    for address in [
        format!("{}/widget/conversations/{id}", desk.api()),
        format!("http://127.0.0.1:{}/healthz", desk.port),
    ] {
        let (status, said) = answer(client().get(&address).bearer_auth(token)).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{address} without room to write: {said}");
    }
}

/// With room again, the same process writes.
async fn goes_on(desk: &Desk, mut kept: Vec<String>) {
    let client_id = "room-again".to_owned();
    let began = Instant::now();
    let mut asked = ask(desk, QUESTIONS[0], &client_id).await;
    while asked.is_err() && began.elapsed() < WRITES_AGAIN_MAX {
        tokio::time::sleep(Duration::from_millis(50)).await;
        asked = ask(desk, QUESTIONS[0], &client_id).await;
    }
    asked.unwrap_or_else(|(status, said)| panic!("with room again: {status} {said}"));
    println!("written again after {:?}", began.elapsed());
    kept.push(client_id);
    kept.sort_unstable();
    desk.place.settle().await;
    check(&desk.place, &kept);
}

/// Builds the library that slips between a desk and its files.
#[cfg(target_os = "linux")]
pub(crate) fn library(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/disk.c");
    let library = folder.join("disk.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&library).arg(source);
    let status = compiler.status().expect("SQLite was built with the same compiler");
    assert!(status.success());
    library
}

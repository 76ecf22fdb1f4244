//! A clock that is set back by an hour and forward again, as a wrong time server does it.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use serde_json::json;
use tempfile::TempDir;
use xtask::faketime;

use crate::{
    Run,
    checks::check,
    customers::{Customers, Manners, answer, ask, client},
    desk::{Desk, Place, addresses, program, within},
    killed::ask_and_kill,
    stream::Ear,
};

const N_CUSTOMERS: usize = 6;
const PAUSE: Duration = Duration::from_millis(10);
/// Two leases, after which one is void that was given by a clock which went on, and the next look.
const TAKEN_OVER_MAX: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_steps_changes_no_order() {
    let run = Run::new("a_clock_that_steps_changes_no_order", "EVENKEEL_STEPS", 4);
    let (place, clock) = (Place::file(), SetClock::new());
    let desk = Desk::start_by(clock.command(), &place, None).await;
    let all = [&desk];
    let (token, id) = ask(&desk, "a person, please", "a-before").await.unwrap();
    let before = session_ends(&desk).await;
    let ear = Ear::open(&all).await;
    let mut chance = run.chance();
    let manners = Manners {
        name: "customer",
        desks: addresses(&all),
        may_refuse: &[],
        pause: PAUSE,
        clock: None,
    };
    let customers = Customers::come(N_CUSTOMERS, &mut chance, manners);
    for nth in 0..run.n {
        tokio::time::sleep(Duration::from_millis(300 + chance.below(400) as u64)).await;
        let is_back = nth % 2 == 0;
        clock.set(if is_back { -3_600 } else { 0 });
        assert_eq!(session_ends(&desk).await < before, is_back, "the desk sees the step");
        let request = client().get(format!("{}/widget/conversations/{id}", desk.api()));
        let (status, said) = answer(request.bearer_auth(&token)).await.unwrap();
        assert_eq!(status, StatusCode::OK, "a session from before the step: {said}");
    }
    let told = customers.leave().await;
    place.settle().await;
    let mut acknowledged = told.client_ids();
    acknowledged.insert(0, "a-before".to_owned());
    check(&place, &acknowledged);
    ear.check(&place).await;
    println!(
        "{} steps of an hour, {} messages acknowledged, in order and each answered once",
        run.n,
        acknowledged.len()
    );
}

/// A job that a killed desk had leased, or that is due, by a clock which has been set back since.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_steps_back_holds_up_no_job() {
    let (file, database) = (Place::file(), Place::database("clock"));
    let started_again = async {
        let clock = SetClock::new();
        let mut desk = Desk::start_by(clock.command(), &file, None).await;
        let mut asked = Vec::new();
        ask_and_kill(&mut desk, &mut asked).await;
        clock.set(-3_600);
        desk.start_again().await;
        is_done(&file, &desk, &asked).await;
    };
    let taken_over = async {
        let clock = SetClock::new();
        let mut killed = Desk::start_by(clock.command(), &database, None).await;
        let other = Desk::start_by(clock.command(), &database, None).await;
        let mut asked = Vec::new();
        ask_and_kill(&mut killed, &mut asked).await;
        clock.set(-3_600);
        is_done(&database, &other, &asked).await;
    };
    tokio::join!(started_again, taken_over);
}

async fn is_done(place: &Place, desk: &Desk, asked: &[String]) {
    let began = Instant::now();
    let n_jobs = || place.number("select count(*) from jobs");
    let is_done = within(TAKEN_OVER_MAX, || n_jobs() == 0).await;
    assert!(is_done, "the job still waits\n{}", desk.said());
    println!("done {:?} after the step", began.elapsed());
    check(place, asked);
}

/// When a session that begins now will end, by the desk's word.
async fn session_ends(desk: &Desk) -> String {
    let request = client().post(format!("{}/widget/session", desk.api()));
    let (_, session) = answer(request.json(&json!({ "inbox": "web" }))).await.unwrap();
    session["expires_at"].as_str().unwrap().to_owned()
}

/// The time of day for processes that are started by it, apart from the real one.
struct SetClock {
    folder: TempDir,
    library: PathBuf,
}

impl SetClock {
    fn new() -> Self {
        let library = faketime::library();
        let library = library.unwrap_or_else(|| panic!("libfaketime: {}", faketime::INSTALL));
        let clock = Self { folder: tempfile::tempdir().unwrap(), library };
        clock.set(0);
        clock
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    fn set(&self, offset_s: i64) {
        // Exchanged as a whole: it is read at each look at the clock.
        let new = self.folder.path().join("new");
        std::fs::write(&new, format!("{offset_s:+}\n")).unwrap();
        std::fs::rename(new, self.file()).unwrap();
    }

    fn command(&self) -> impl Fn() -> Command + Send + Sync + 'static {
        let (library, file) = (self.library.clone(), self.file());
        move || set_clock(&library, &file)
    }
}

fn set_clock(library: &Path, file: &Path) -> Command {
    let mut command = program();
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", file);
    // The file is read each time, and waiting goes by the clock that nobody sets.
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    command
}

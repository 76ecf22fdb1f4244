//! A desk is kept: backed up while customers write, restored, moved to PostgreSQL, looked over.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rusqlite::Connection;
use serde_json::Value;
use sim::{Client, visitor::Visitor};
use xtask::postgres::Server;

const QUESTIONS: [&str; 3] =
    ["how do I reset my password", "a person, please", "how long does a refund take"];

/// A running desk, stopped when this value ends.
struct Desk {
    child: Child,
    url: String,
}

impl Desk {
    /// `demo` or `serve` at a place, such as `--data` and a folder.
    fn start(command: &[&str], place: [&str; 2]) -> Self {
        let mut child = program()
            .args(command)
            .args(["--no-open", "--port", "0"])
            .args(place)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let url = format!("http://{}", line.trim().rsplit("http://").next().unwrap());
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { child, url }
    }

    async fn ask(&self, nth: usize, client_id: &str) {
        let client = Client::new(&self.url).unwrap();
        let visitor = Visitor::arrive(&client, "web", None, None).await.unwrap();
        visitor.ask(QUESTIONS[nth % QUESTIONS.len()], client_id).await.unwrap();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    command.env_remove("EVENKEEL_DATABASE");
    command
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// The JSON object of a command that went well.
fn json(arguments: &[&str]) -> Value {
    let output = program().args(arguments).arg("--json").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn check_refusal(arguments: &[&str], what: &str) {
    let output = run(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(said.contains(what) && said.contains("hint: "), "{arguments:?}: {said}");
}

fn client_ids(file: &Path) -> Vec<String> {
    let database = Connection::open(file).unwrap();
    let query = "select client_id from messages where client_id is not null";
    let mut statement = database.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// All that was acknowledged before a backup began is in it, and the backup is a desk.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_writes_is_restored_and_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (data, backup, other) = (path("desk"), path("backup.sqlite"), path("other"));
    let desk = Arc::new(Desk::start(&["demo", "--quiet", "--past", "0"], ["--data", &data]));
    let (is_over, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(vec![])));
    let customers: Vec<_> = (0..3)
        .map(|nth| {
            let (desk, is_over) = (Arc::clone(&desk), Arc::clone(&is_over));
            let acknowledged = Arc::clone(&acknowledged);
            tokio::spawn(async move {
                for turn in 0.. {
                    let client_id = format!("customer-{nth}-{turn}");
                    desk.ask(turn, &client_id).await;
                    acknowledged.lock().unwrap().push(client_id);
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                }
            })
        })
        .collect();
    while acknowledged.lock().unwrap().len() < 30 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let before = acknowledged.lock().unwrap().clone();
    let made = {
        let (data, backup) = (data.clone(), backup.clone());
        let back_up = move || json(&["backup", &backup, "--data", &data]);
        tokio::task::spawn_blocking(back_up).await.unwrap()
    };
    is_over.store(true, Ordering::Relaxed);
    for customer in customers {
        customer.await.unwrap();
    }
    let after = acknowledged.lock().unwrap().len();
    assert!(after > before.len(), "customers wrote on");
    assert_eq!(made["bytes"], std::fs::metadata(&backup).unwrap().len());
    check_refusal(&["restore", &backup, "--data", &data], "another evenkeel works");
    drop(desk);
    check_refusal(&["backup", &backup, "--data", &data], "there already");
    check_refusal(&["restore", &backup, "--data", &data], "holds a desk already");
    let itself = format!("{data}/desk.sqlite");
    check_refusal(&["backup", &itself, "--data", &data, "--force"], "the desk itself");

    let restored = json(&["restore", &backup, "--data", &other]);
    assert_eq!((&restored["rows"], &restored["verified"]), (&made["rows"], &true.into()));
    let kept = client_ids(&folder.path().join("other/desk.sqlite"));
    let missing: Vec<_> = before.iter().filter(|id| !kept.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let desk = Desk::start(&["demo", "--quiet", "--past", "0"], ["--data", &other]);
    desk.ask(0, "again").await;
    let found = json(&["doctor", "--replay", "--data", &other]);
    assert_eq!(found["ok"], true, "{found}");

    // The same as lines of JSON, of a desk at work, and back.
    let (lines, third) = (path("desk.ndjson"), path("third"));
    let exported = json(&["export", &lines, "--what", "all", "--data", &other]);
    let put_back = json(&["restore", &lines, "--data", &third]);
    assert_eq!(put_back["rows"], exported["rows"]);
    assert!(exported["rows"].as_u64() >= made["rows"].as_u64(), "{exported}");
    let found = json(&["doctor", "--replay", "--data", &third]);
    assert_eq!(found["ok"], true, "{found}");
    check_refusal(&["restore", &lines, "--data", &third], "holds a desk already");
    let half = std::fs::read(&lines).unwrap();
    std::fs::write(&lines, &half[..half.len() / 2]).unwrap();
    check_refusal(&["restore", &lines, "--data", &path("fourth")], "line");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&lines).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "nobody else reads it");
    }
}

/// A desk that is stopped goes on in a database, and from there into a file again.
#[tokio::test(flavor = "multi_thread")]
async fn a_desk_moves_to_postgres_and_is_served_there() {
    let server = Server::start(&["fsync=off"]).unwrap();
    let url = server.database("moved").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (data, backup) = (path("desk"), path("backup.sqlite"));
    let move_on =
        ["migrate", "--from", "sqlite", "--to", "postgres", "--data", &data, "--database", &url];
    check_refusal(&move_on, "holds no desk");
    let desk = Desk::start(&["demo", "--quiet", "--past", "0"], ["--data", &data]);
    for nth in 0..10 {
        desk.ask(nth, &format!("before-{nth}")).await;
    }
    check_refusal(&move_on, "another evenkeel works");
    drop(desk);
    let moved = json(&move_on);
    assert_eq!(moved["verified"], true);
    let tables = moved["tables"].as_array().unwrap();
    let n_rows: u64 = tables.iter().map(|table| table["rows"].as_u64().unwrap()).sum();
    assert_eq!(moved["rows"], n_rows);
    check_refusal(&move_on, "holds a desk already");

    let desk = Desk::start(&["serve"], ["--database", &url]);
    desk.ask(0, "after").await;
    check_refusal(&["migrate", "--from", &url, "--to", &path("elsewhere")], "a desk works on");
    let found = json(&["doctor", "--replay", "--database", &url]);
    assert_eq!(found["ok"], true, "{found}");
    json(&["backup", &backup, "--database", &url]);
    let kept = client_ids(Path::new(&backup));
    assert_eq!(kept.len(), 11, "{kept:?}");
}

#[test]
fn the_doctor_ends_with_0_1_or_2() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    check_refusal(&["doctor", "--data", data], "holds no desk");
    check_refusal(&["doctor", "--data", &format!("{data}/none")], "holds no desk");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is made");
    let topics = folder.path().join("rows.csv");
    std::fs::write(&topics, "text,category\nwhere is it,order_status\n").unwrap();
    json(&["import", "topics", topics.to_str().unwrap(), "--data", data]);
    let output = run(&["doctor", "--data", data]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.lines().all(|line| line.starts_with("ok ")), "{said}");
    let database = Connection::open(folder.path().join("desk.sqlite")).unwrap();
    database.execute("delete from journal where seq = 2", []).unwrap();
    let output = run(&["doctor", "--data", data, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["ok"], false);
    let journal = |check: &&Value| check["name"] == "journal";
    let journal = found["checks"].as_array().unwrap().iter().find(journal).unwrap();
    assert_eq!(journal["ok"], false, "{journal}");
    assert!(journal["detail"].as_str().unwrap().contains("1 rows are missing"), "{journal}");
}

/// What does not fit leaves nothing behind.
#[cfg(unix)]
#[test]
fn a_backup_that_does_not_fit_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("desk");
    let topics = folder.path().join("rows.csv");
    let rows: String = (0..3_000).map(|n| format!("where is number {n},topic\n")).collect();
    std::fs::write(&topics, format!("text,category\n{rows}")).unwrap();
    let data = data.to_str().unwrap();
    json(&["import", "topics", topics.to_str().unwrap(), "--data", data]);
    let backups = folder.path().join("backups");
    std::fs::create_dir(&backups).unwrap();
    // Files of at most 100 kB; the signal that says so is ignored.
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$@\"", "sh"]);
    shell.arg(env!("CARGO_BIN_EXE_evenkeel")).args(["backup", "--data", data]);
    let output = shell.arg(backups.join("backup.sqlite")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("error: ") && said.contains("hint: "), "{said}");
    assert_eq!(std::fs::read_dir(&backups).unwrap().count(), 0, "{said}");
}

/// A desk's levels are recomputed from its exported ledger, bit for bit, and what somebody changed
/// in it is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_exported_replayed_and_cannot_be_forged() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (data, file) = (path("desk"), path("ledger.ndjson"));
    check_refusal(&["export", &file, "--data", &data], "holds no desk");
    let desk = Desk::start(&["demo", "--quiet", "--past", "40"], ["--data", &data]);
    desk.ask(2, "a-customer-of-today").await;
    // While it is at work, and after it was killed.
    let running = json(&["export", &file, "--data", &data, "--what", "ledger"]);
    let n_rows = running["rows"].as_u64().unwrap();
    assert!(n_rows > 20_000, "{running}");
    drop(desk);
    let stopped = json(&["export", &file, "--data", &data]);
    assert!(stopped["rows"].as_u64().unwrap() >= n_rows);
    let replayed = json(&["balance", "replay", &file]);
    assert_eq!(replayed["first_difference"], Value::Null, "{replayed}");
    assert_eq!(replayed["rows"], stopped["rows"]);
    let topics = replayed["topics"].as_array().unwrap();
    assert!(topics.len() >= 11, "{} topics", topics.len());
    let n_risen = topics.iter().filter(|topic| topic["level"] == "draft").count();
    assert!(n_risen > 0, "somebody climbed in forty days");
    let found = json(&["doctor", "--replay", "--data", &data]);
    assert_eq!(found["ok"], true, "{found}");

    let text = std::fs::read_to_string(&file).unwrap();
    // Another draw, another decision, a row that is gone, a head of another release.
    let draw = text.replacen(
        "\"arm\":\"human\",\"propensity\":0.0",
        "\"arm\":\"ai\",\"propensity\":0.5",
        1,
    );
    let draw = draw.replacen("\"is_randomised\":false", "\"is_randomised\":true", 1);
    let decision = text.replacen("unseen answers were reviewed", "unseen answers were seen", 1);
    for forged in [draw, decision] {
        assert_ne!(forged, text);
        std::fs::write(&file, forged).unwrap();
        let replayed = json(&["balance", "replay", &file]);
        assert!(replayed["first_difference"]["seq"].as_i64().unwrap() > 0, "{replayed}");
    }
    let lines: Vec<&str> = text.lines().collect();
    let gone: Vec<&str> =
        lines.iter().enumerate().filter(|(n, _)| *n != 900).map(|(_, l)| *l).collect();
    std::fs::write(&file, gone.join("\n")).unwrap();
    check_refusal(&["balance", "replay", &file], "row 900 is missing");
    std::fs::write(&file, text.replacen("\"ledger\":1", "\"ledger\":2", 1)).unwrap();
    check_refusal(&["balance", "replay", &file], "of version 2");
    std::fs::write(&file, "{}\n").unwrap();
    check_refusal(&["balance", "replay", &file], "no head of a ledger");
}

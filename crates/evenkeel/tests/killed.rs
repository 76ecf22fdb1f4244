//! A desk that is killed in the middle of its work, or whose disk takes no more: what was
//! acknowledged is there, and each question is answered once.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use sim::{Client, ClientError, visitor::Visitor};

const N_CUSTOMERS: usize = 6;
const QUESTIONS: [&str; 4] = [
    "how do I reset my password",
    "a person, please",
    "how long does a refund take",
    "what is the meaning of all this",
];

/// A demo desk without simulated people, in a folder that outlives it.
struct Desk<'a> {
    folder: &'a Path,
    port: u16,
    child: Child,
}

impl<'a> Desk<'a> {
    async fn start(folder: &'a Path, port: u16) -> Desk<'a> {
        Desk::run(Command::new(env!("CARGO_BIN_EXE_evenkeel")), folder, port).await
    }

    /// With files of at most so many bytes; the signal that says so is ignored, so that writing
    /// fails as it does on a full disk.
    async fn start_with_little_room(folder: &'a Path, port: u16, n_bytes: u64) -> Desk<'a> {
        let mut shell = Command::new("sh");
        let script = "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"";
        shell.args(["-c", script, &(n_bytes / 512).to_string()]);
        shell.arg(env!("CARGO_BIN_EXE_evenkeel"));
        Desk::run(shell, folder, port).await
    }

    async fn run(mut command: Command, folder: &'a Path, port: u16) -> Desk<'a> {
        let child = command
            .args(["demo", "--quiet", "--no-open", "--port", &port.to_string(), "--data"])
            .arg(folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("cargo has built the program");
        let desk = Desk { folder, port, child };
        for _ in 0..3_000 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return desk;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the desk did not start");
    }

    /// As a power cut would: no warning.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    async fn start_again(&mut self) {
        *self = Desk::start(self.folder, self.port).await;
    }

    fn client(&self) -> Client {
        Client::new(&format!("http://127.0.0.1:{}", self.port)).unwrap()
    }

    /// What a query counts in the desk's file.
    fn count(&self, query: &str) -> i64 {
        let file = self.folder.join("desk.sqlite");
        let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        database.busy_timeout(Duration::from_secs(10)).unwrap();
        database.query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// All jobs are done.
    async fn settle(&self) {
        for _ in 0..1_500 {
            if self.count("select count(*) from jobs") == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} jobs are stuck", self.count("select count(*) from jobs"));
    }
}

impl Drop for Desk<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `EVENKEEL_KILLS=60 cargo test -p evenkeel --test killed -- --nocapture` kills more often.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_kills() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let n_kills = number("EVENKEEL_KILLS").unwrap_or(3);
    let seed = number("EVENKEEL_SEED").unwrap_or(1);
    println!("replay: EVENKEEL_SEED={seed} EVENKEEL_KILLS={n_kills} cargo test -p evenkeel killed");
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(folder.path(), free_port()).await;
    let (is_over, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::default());
    let customers: Vec<_> = (0..N_CUSTOMERS)
        .map(|nth| {
            let (client, is_over) = (desk.client(), Arc::clone(&is_over));
            tokio::spawn(ask_on(nth, client, is_over, Arc::clone(&acknowledged)))
        })
        .collect();
    let mut state = seed;
    for _ in 0..n_kills {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        tokio::time::sleep(Duration::from_millis(60 + (state >> 33) % 500)).await;
        desk.kill();
        desk.start_again().await;
    }
    is_over.store(true, Ordering::Relaxed);
    for customer in customers {
        customer.await.unwrap();
    }
    desk.settle().await;
    let acknowledged: &Mutex<Vec<String>> = &acknowledged;
    let mut acknowledged = acknowledged.lock().unwrap().clone();
    acknowledged.sort_unstable();
    assert!(acknowledged.len() as u64 > n_kills, "too little happened: {}", acknowledged.len());
    check(&desk, &acknowledged);
    println!("{} questions, {n_kills} kills, nothing lost and nothing twice", acknowledged.len());
}

/// The question is kept, its answer is not yet: the next start gives it, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_answer_was_cut_off_is_answered_after_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(folder.path(), free_port()).await;
    let mut asked = Vec::new();
    for nth in 0..60 {
        let visitor = Visitor::arrive(&desk.client(), "web", None, None).await.unwrap();
        let client_id = format!("cut-{nth:03}");
        visitor.ask(QUESTIONS[0], &client_id).await.unwrap();
        desk.kill();
        asked.push(client_id);
        let n_open = desk.count("select count(*) from jobs");
        desk.start_again().await;
        if n_open > 0 {
            println!("cut off at kill {}", nth + 1);
            desk.settle().await;
            check(&desk, &asked);
            return;
        }
    }
    panic!("sixty kills, and each came after the answer");
}

/// What no longer fits is refused and loses nothing; with room again the desk goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_more_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(folder.path(), free_port()).await;
    desk.kill();
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().metadata());
    let largest = files.map(|file| file.unwrap().len()).max().unwrap();
    desk = Desk::start_with_little_room(folder.path(), desk.port, largest + 2_000_000).await;
    let mut kept = Vec::new();
    let mut refused = None;
    for nth in 0..2_000 {
        let client_id = format!("room-{nth:04}");
        let visitor = match Visitor::arrive(&desk.client(), "web", None, None).await {
            Ok(visitor) => visitor,
            Err(error) => {
                refused = Some(error);
                break;
            }
        };
        match visitor.ask(&format!("a person, please {}", "and ".repeat(900)), &client_id).await {
            Ok(_) => kept.push(client_id),
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    let refused = refused.expect("there was room for all of it");
    println!("{} questions fitted, then: {refused}", kept.len());
    let ClientError::Refused { status, detail, .. } = refused else { panic!("{refused}") };
    assert!(status >= 500 && !detail.is_empty(), "{status} {detail}");
    let n_read = desk.count("select count(*) from conversations");
    assert_eq!(n_read as usize, kept.len(), "what was refused is not there");
    desk.kill();
    desk.start_again().await;
    let visitor = Visitor::arrive(&desk.client(), "web", None, None).await.unwrap();
    visitor.ask(QUESTIONS[0], "room-again").await.unwrap();
    kept.push("room-again".to_owned());
    kept.sort_unstable();
    desk.settle().await;
    check(&desk, &kept);
}

/// Asks until it is over; what is not acknowledged is sent again as it was.
async fn ask_on(
    nth: usize,
    client: Client,
    is_over: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<Vec<String>>>,
) {
    let mut n_asked = 0;
    while !is_over.load(Ordering::Relaxed) {
        let Ok(visitor) = Visitor::arrive(&client, "web", None, None).await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let client_id = format!("customer-{nth}-{n_asked:05}");
        loop {
            match visitor.ask(QUESTIONS[n_asked % QUESTIONS.len()], &client_id).await {
                Ok(_) => break,
                Err(ClientError::Unreachable(_)) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(other) => panic!("{client_id}: {other}"),
            }
        }
        acknowledged.lock().unwrap().push(client_id);
        n_asked += 1;
    }
}

fn check(desk: &Desk<'_>, acknowledged: &[String]) {
    let kept = {
        let file = desk.folder.join("desk.sqlite");
        let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let query = "select client_id from messages where client_id is not null order by client_id";
        let mut statement = database.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<String>>()
    };
    assert_eq!(kept, acknowledged, "each question is there once");
    // Each conversation has one answer of the assistant, one receipt of a handoff, or both where
    // the assistant said that a person will answer.
    let wrong = "select count(*) from (
        select sum(m.author_type = 'ai' and m.kind = 'text') as n_answers,
               sum(coalesce(m.code = 'receipt', 0)) as n_receipts
        from conversations c left join messages m on m.conversation_id = c.id group by c.id)
        where n_answers > 1 or n_receipts > 1 or n_answers + n_receipts = 0";
    assert_eq!(desk.count(wrong), 0, "each question is answered once");
    assert_eq!(desk.count("select max(seq) - count(*) from journal"), 0, "the journal has no gap");
    let n_bad = "select count(*) from pragma_integrity_check where integrity_check <> 'ok'";
    assert_eq!(desk.count(n_bad), 0, "the file is sound");
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

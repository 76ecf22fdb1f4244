//! A desk and its shop are killed between a customer's yes and the money that goes back: each order is
//! cancelled once, and each customer hears of it.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.
#![allow(clippy::print_stdout)] // Runs tell their figures.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use sim::{
    Chance, Client,
    shop::external_id,
    visitor::{Identity, Message, Visitor},
};

/// The customers of the sample shop, and its visitor.
fn names() -> Vec<String> {
    let people: toml::Table = toml::from_str(include_str!("../../../demo/people.toml")).unwrap();
    let customers = people["customer"].as_array().unwrap();
    let names = customers.iter().map(|customer| customer["name"].as_str().unwrap().to_owned());
    names.chain([sim::shop::VISITOR.to_owned()]).collect()
}

/// By then a desk that was killed has given its answer: leases, put-off jobs and all.
const ANSWER_MAX: Duration = Duration::from_secs(120);

struct Demo<'a> {
    folder: &'a Path,
    port: u16,
    child: Child,
}

impl<'a> Demo<'a> {
    fn start(folder: &'a Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { folder, port, child: spawn(folder, port) }
    }

    fn client(&self) -> Client {
        Client::new(&format!("http://127.0.0.1:{}", self.port)).unwrap()
    }

    /// No warning, as a loss of power to the process would be. Gives the state in which the last
    /// call of `n` was found.
    fn kill_and_start(&mut self, n: usize) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let database = Connection::open(self.folder.join("desk.sqlite")).unwrap();
        let sql = "select state from calls order by created_at limit 1 offset ?1";
        let found = database.query_row(sql, [n as i64], |row| row.get(0));
        drop(database);
        self.child = spawn(self.folder, self.port);
        found.unwrap_or_else(|_| "not yet there".to_owned())
    }

    /// Why people were asked to go on.
    fn handoffs(&self) -> String {
        let database = Connection::open(self.folder.join("desk.sqlite")).unwrap();
        let mut found = database
            .prepare("select reason || ': ' || coalesce(detail, '') from handoffs")
            .unwrap();
        let rows = found.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    }

    fn secret(&self) -> String {
        let began = Instant::now();
        loop {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
            let found = Connection::open_with_flags(self.folder.join("desk.sqlite"), flags)
                .and_then(|database| {
                    let sql = "select identity_secret from inboxes";
                    database.query_row(sql, [], |row| row.get::<_, String>(0))
                });
            match found {
                Ok(secret) => return secret,
                Err(error) => assert!(began.elapsed() < ANSWER_MAX, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Demo<'_> {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(folder: &Path, port: u16) -> Child {
    Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(["demo", "--quiet", "--past", "0", "--no-open", "--port"])
        .arg(port.to_string())
        .arg("--data")
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("cargo has built the program")
}

/// The first message that fits, also while the desk is down.
async fn heard(
    visitor: &Visitor,
    id: &str,
    after: usize,
    fits: impl Fn(&Message) -> bool,
) -> (usize, Message) {
    let began = Instant::now();
    loop {
        if let Ok(thread) = visitor.thread(id).await {
            let found = thread.messages.into_iter().enumerate().skip(after);
            if let Some(found) = found.into_iter().find(|(_, message)| fits(message)) {
                return found;
            }
        }
        assert!(began.elapsed() < ANSWER_MAX, "nothing more was said in {id}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_is_paid_back_twice() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let n_kills = number("EVENKEEL_REFUND_KILLS").unwrap_or(3) as usize;
    let seed = number("EVENKEEL_SEED").unwrap_or(1);
    let test = "cargo test -p evenkeel --test refunds -- --nocapture";
    println!("replay: EVENKEEL_SEED={seed} EVENKEEL_REFUND_KILLS={n_kills} {test}");
    let (names, mut chance) = (names(), Chance::new(seed));
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path());
    let secret = demo.secret();
    let mut cancelled: Vec<String> = Vec::new();
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut n_done = 0;
    for nth in 0.. {
        if n_done == n_kills {
            break;
        }
        assert!(nth < 60 * n_kills, "too few customers were drawn for the assistant");
        let name = names[nth % names.len()].as_str();
        let identity = Identity::signed(&external_id(name), name, &secret);
        let client = demo.client();
        let visitor = loop {
            match Visitor::arrive(&client, "web", Some("en"), Some(&identity)).await {
                Ok(visitor) => break visitor,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        };
        let wish = "Please cancel my order, it was ordered by mistake";
        let id = loop {
            match visitor.ask(wish, &format!("wish-{nth}")).await {
                Ok(thread) => break thread.conversation.id,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        };
        let is_turn = |message: &Message| message.is_answer() || message.is_receipt();
        let (at, asked) = heard(&visitor, &id, 0, is_turn).await;
        let fits = |choice: &&String| choice.contains("(pending)") && !choice.contains("Sofa");
        let Some(choice) = asked.choices.iter().find(fits).cloned() else { continue };
        visitor.write(&id, &choice).await.unwrap();
        let (at, read_back) = heard(&visitor, &id, at + 1, is_turn).await;
        assert!(read_back.text.contains("Shall I?"), "{}\n{}", read_back.text, demo.handoffs());
        visitor.write(&id, "Yes").await.unwrap();
        tokio::time::sleep(Duration::from_micros(chance.below(12_000) as u64)).await;
        *found.entry(demo.kill_and_start(n_done)).or_default() += 1;
        let (_, told) = heard(&visitor, &id, at + 1, is_turn).await;
        let order = choice.split(':').next().unwrap().to_owned();
        assert!(told.text.contains("is cancelled"), "{order}: {}\n{}", told.text, demo.handoffs());
        cancelled.push(order);
        n_done += 1;
    }
    let journal = std::fs::read_to_string(folder.path().join("shop.ndjson")).unwrap();
    let mut effects: BTreeMap<String, usize> = BTreeMap::new();
    for line in journal.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if line["reply"]["Ok"].is_object() {
            let order = line["arguments"]["order_id"].as_str().unwrap().to_owned();
            *effects.entry(order).or_default() += 1;
        }
    }
    cancelled.sort();
    let expected: BTreeMap<String, usize> = cancelled.into_iter().map(|order| (order, 1)).collect();
    assert_eq!(effects, expected);
    println!("{n_done} kills around the effect of a yes: each order cancelled once, and told");
    println!("the call at the kill: {found:?}");
}

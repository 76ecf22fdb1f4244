//! Conversations by e-mail, through a Postfix and a Dovecot, with a desk that is killed meanwhile.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};
use xtask::{is_root, mail::Servers};

use crate::{
    Run,
    customers::{answer, client},
    desk::{Desk, EMAIL, PASSWORD, Place, column_of, within},
};

const N_CUSTOMERS: usize = 30;
/// Questions of each, one after the other's answer.
const N_ROUNDS: usize = 3;
/// A letter that takes longer is lost.
const LETTER_MAX: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(100);

/// "none lost, none told twice": what is asked arrives once, each answer is one letter.
#[tokio::test(flavor = "multi_thread")]
async fn conversations_by_mail_outlive_kills() {
    let run = Run::new("conversations_by_mail_outlive_kills", "EVENKEEL_MAIL_KILLS", 6);
    if !is_root() {
        println!("LEFT OUT: Postfix and Dovecot are started by root only");
        return;
    }
    let servers = Arc::new(Servers::start().unwrap());
    let place = Place::file();
    let mut desk = Desk::start_with(&place, options(&servers)).await;
    let begun = within(LETTER_MAX, || place.number("select count(*) from mailboxes") == 1).await;
    assert!(begun, "the mailbox is not read\n{}", desk.said());

    // A message that cannot be read stops none that comes after it.
    hand_in(servers.smtp(), "eve@customers.example", "help@shop.example", &bomb()).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let agent = tokio::spawn(answer_all(desk.api(), place.clone(), Arc::clone(&is_over)));
    let customers: Vec<_> =
        (0..N_CUSTOMERS).map(|n| tokio::spawn(converse(n, Arc::clone(&servers)))).collect();
    let mut chance = run.chance();
    let mut n_kills = 0;
    while customers.iter().any(|customer| !customer.is_finished()) {
        assert!(!agent.is_finished(), "the agent has gone home");
        tokio::time::sleep(Duration::from_millis(500 + chance.below(3_000) as u64)).await;
        if n_kills < run.n {
            desk.kill();
            desk.start_again().await;
            n_kills += 1;
        }
    }
    for customer in customers {
        customer.await.unwrap();
    }
    is_over.store(true, Ordering::SeqCst);
    agent.await.unwrap();

    put_aside(&desk).await;
    assert_eq!(place.number("select count(*) from conversations"), N_CUSTOMERS as i64);
    assert_eq!(place.number("select count(*) from customers"), N_CUSTOMERS as i64);
    let asked = "select count(*) from messages where author_type = 'customer'";
    assert_eq!(place.number(asked), (N_CUSTOMERS * N_ROUNDS) as i64);
    // By what they answer, the Message-IDs of the letters that tell it, and how often they came.
    let mut told: BTreeMap<String, (BTreeSet<String>, usize)> = BTreeMap::new();
    for letter in servers.arrived("customers").unwrap() {
        let id = header(&letter, "Message-ID").unwrap();
        for tag in tags(&letter) {
            let (ids, n) = told.entry(tag).or_default();
            ids.insert(id.clone());
            *n += 1;
        }
    }
    assert_eq!(told.len(), N_CUSTOMERS * N_ROUNDS, "{told:?}");
    let twice: Vec<_> = told.iter().filter(|(_, (ids, _))| ids.len() > 1).collect();
    assert!(twice.is_empty(), "told in two letters: {twice:?}");
    let n_letters: usize = told.values().map(|(_, n)| n).sum();
    println!(
        "{n_kills} kills, {} questions and their answers by mail: none lost, none in two letters; \
         {} letters came a second time, with the Message-ID of the first",
        told.len(),
        n_letters - told.len()
    );
}

/// More parts than anybody writes.
fn bomb() -> String {
    let parts: String = (0..1_200)
        .map(|n| format!("--b\r\nContent-Type: text/plain; name={n}\r\n\r\nx\r\n"))
        .collect();
    format!(
        "From: Eve <eve@customers.example>\r\nTo: help@shop.example\r\nSubject: Many parts\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n"
    )
}

/// The owner sees what could not be taken in, tries it again in vain, and drops it.
async fn put_aside(desk: &Desk) {
    let (http, api) = (client(), desk.api());
    let sign_in = json!({ "email": EMAIL, "password": PASSWORD });
    let (_, said) = answer(http.post(format!("{api}/session")).json(&sign_in)).await.unwrap();
    let token = said["token"].as_str().unwrap();
    let get = || answer(http.get(format!("{api}/mail")).bearer_auth(token));
    let (_, mail) = get().await.unwrap();
    let aside = &mail["quarantined"];
    assert_eq!(aside.as_array().unwrap().len(), 1, "{mail}");
    assert_eq!(aside[0]["sender"], "eve@customers.example");
    assert_eq!(aside[0]["subject"], "Many parts");
    assert!(aside[0]["reason"].as_str().unwrap().contains("parts"), "{mail}");
    let one = format!("{api}/mail/incoming/{}", aside[0]["key"].as_str().unwrap());
    let again = http.post(format!("{one}/retry")).bearer_auth(token).json(&json!({}));
    let (status, said) = answer(again).await.unwrap();
    assert_eq!(status, 409, "{said}");
    let (status, said) = answer(http.delete(one).bearer_auth(token)).await.unwrap();
    assert_eq!(status, 204, "{said}");
    let (_, mail) = get().await.unwrap();
    assert_eq!(mail["quarantined"].as_array().unwrap().len(), 0, "{mail}");
    assert_eq!(mail["mailbox"]["failure"], serde_json::Value::Null, "{mail}");
}

fn options(servers: &Servers) -> Vec<String> {
    let smtp = format!("smtp://127.0.0.1:{}", servers.smtp());
    let all = [
        ("--smtp-url", smtp.as_str()),
        ("--imap-url", &servers.imap_url("help")),
        ("--mail-from", "Shop <help@shop.example>"),
        ("--public-url", "https://desk.shop.example"),
    ];
    all.into_iter().flat_map(|(name, value)| [name.to_owned(), value.to_owned()]).collect()
}

/// A customer asks, waits for the letter with the answer, and answers it.
async fn converse(n: usize, servers: Arc<Servers>) {
    let address = format!("customer{n}@customers.example");
    let mut more = String::new();
    let mut to = "help@shop.example".to_owned();
    for round in 0..N_ROUNDS {
        let tag = format!("tag-{n}-{round}-");
        let mail = format!(
            "From: Customer {n} <{address}>\r\nTo: <{to}>\r\nSubject: My order {n}\r\n\
             Message-ID: <{tag}@customers.example>\r\n{more}\r\nA person, please: {tag}\r\n"
        );
        hand_in(servers.smtp(), &address, &to, &mail).await;
        let began = Instant::now();
        let letter = loop {
            let all = servers.arrived("customers").unwrap();
            let own = all.into_iter().find(|letter| tags(letter).contains(&tag));
            if let Some(letter) = own {
                break letter;
            }
            assert!(began.elapsed() < LETTER_MAX, "no answer to {tag}\n{}", servers.log());
            tokio::time::sleep(LOOK).await;
        };
        assert_eq!(header(&letter, "To"), Some(address.clone()));
        let id = header(&letter, "Message-ID").unwrap();
        more = format!("In-Reply-To: {id}\r\nReferences: {id}\r\n");
        // Some programs keep to the address that the letter names, others know references only.
        if n.is_multiple_of(2) {
            let reply_to = header(&letter, "Reply-To").unwrap();
            to = reply_to.split(['<', '>']).nth(1).unwrap().to_owned();
        }
    }
}

/// What a letter answers.
fn tags(letter: &str) -> Vec<String> {
    let plain = letter.split("Content-Type: text/html").next().unwrap();
    let pieces = plain.split("Answer to ").skip(1);
    pieces.filter_map(|piece| piece.split_whitespace().next().map(str::to_owned)).collect()
}

fn header(letter: &str, name: &str) -> Option<String> {
    let head = letter.split("\n\n").next()?;
    let found = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))?;
    Some(found.trim().to_owned())
}

/// An agent who answers each question once, whatever becomes of the desk.
async fn answer_all(api: String, place: Place, is_over: Arc<AtomicBool>) {
    let http = client();
    let sign_in = json!({ "email": EMAIL, "password": PASSWORD });
    let token = loop {
        match answer(http.post(format!("{api}/session")).json(&sign_in)).await {
            Ok((status, said)) if status.is_success() => {
                break said["token"].as_str().unwrap().to_owned();
            }
            _ => tokio::time::sleep(LOOK).await,
        }
    };
    let mut done = BTreeSet::new();
    while !is_over.load(Ordering::SeqCst) {
        let asked = "select conversation_id || ' ' || id || ' ' || text from messages \
                     where author_type = 'customer'";
        // A desk that is being killed or recovered may be in the way.
        let rows = column_of(&place.folder().join("desk.sqlite"), asked).unwrap_or_default();
        for row in rows {
            let mut words = row.splitn(3, ' ');
            let (conversation, id) = (words.next().unwrap(), words.next().unwrap().to_owned());
            let Some((_, tag)) = row.rsplit_once("please: ") else { continue };
            if done.contains(&id) {
                continue;
            }
            let reply = json!({
                "kind": "reply", "text": format!("Answer to {}", tag.trim()), "client_id": id,
            });
            let request = http.post(format!("{api}/conversations/{conversation}/messages"));
            let sent = answer(request.bearer_auth(&token).json(&reply)).await;
            if sent.is_ok_and(|(status, _)| status.is_success()) {
                done.insert(id);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Hands a message in at a mail server.
async fn hand_in(port: u16, from: &str, to: &str, mail: &str) {
    let (read, mut write) = TcpStream::connect(("127.0.0.1", port)).await.unwrap().into_split();
    let mut lines = BufReader::new(read).lines();
    let end = format!("{mail}.");
    let commands = [
        "EHLO customers.example".to_owned(),
        format!("MAIL FROM:<{from}>"),
        format!("RCPT TO:<{to}>"),
        "DATA".to_owned(),
        end,
        "QUIT".to_owned(),
    ];
    let mut commands = commands.into_iter();
    loop {
        let line = lines.next_line().await.unwrap().unwrap();
        assert!(line.starts_with(['2', '3']), "{line}");
        // "250-" goes on.
        if line.as_bytes().get(3) == Some(&b'-') {
            continue;
        }
        let Some(command) = commands.next() else { return };
        write.write_all(format!("{command}\r\n").as_bytes()).await.unwrap();
    }
}

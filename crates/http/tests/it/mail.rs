//! E-mail as a door: customers write, are answered in their own thread and go on in the widget; what
//! belongs together comes together, nobody gets into somebody else's, and bad mail stops nothing.

use std::{collections::HashMap, time::Duration};

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    app::App,
    letters::{Server, hand_over, header},
    procedures::{Street, TOOLS},
};

/// Hands a message over, and returns what became of it and where it stands.
async fn deliver(app: &App, mail: &str) -> (String, String) {
    let handed = hand_over(app, "pipe", mail).await;
    assert_eq!(handed.status, StatusCode::OK, "{}: {mail}", handed.json);
    let outcome = handed.json["outcome"].as_str().unwrap().to_owned();
    (outcome, handed.json["conversation_id"].as_str().unwrap_or_default().to_owned())
}

fn mail(from: &str, id: &str, subject: &str, more: &str, text: &str) -> String {
    format!(
        "From: {from}\r\nTo: Shop <help@shop.example>\r\nSubject: {subject}\r\n\
         Message-ID: <{id}>\r\n{more}\r\n{text}\r\n"
    )
}

/// Letters that are due in a while are due now.
pub(crate) fn hurry(app: &App) {
    app.place.change("update letters set due_at = 0 where state = 'waiting'");
}

async fn reply(app: &App, id: &str, text: &str) {
    let path = format!("/conversations/{id}/messages");
    app.post(&path, &app.owner, json!({ "kind": "reply", "text": text })).await;
}

/// The letter to an address, once it has come.
async fn letter_to(server: &Server, address: &str) -> String {
    let line = format!("To: {address}");
    for n in 1.. {
        let letters = server.letters(n).await;
        if let Some(letter) = letters.into_iter().find(|one| one.lines().any(|l| l == line)) {
            return letter;
        }
    }
    unreachable!("letters() gives up")
}

fn texts(thread: &Value) -> Vec<&str> {
    let messages = thread["messages"].as_array().unwrap();
    messages.iter().map(|one| one["text"].as_str().unwrap()).collect()
}

/// A letter's words, as mail programs read them.
fn words(letter: &str) -> String {
    channels::read_mail(letter.as_bytes()).unwrap().text
}

#[tokio::test]
async fn a_customer_writes_by_mail_and_goes_on_in_the_widget() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    let first = mail(
        "Ida Berg <Ida@Example.com>",
        "a1@example.com",
        "=?utf-8?Q?Ein_Stuhl_f=C3=BCr_mich?=",
        "",
        "My chair 4111 1111 1111 1111 is broken. A person, please.",
    );
    let (outcome, id) = deliver(&app, &first).await;
    assert_eq!(outcome, "begun");
    assert_eq!(deliver(&app, &first).await, ("repeated".to_owned(), id.clone()));
    let thread = app.get(&format!("/conversations/{id}"), &app.owner).await;
    assert_eq!(thread["conversation"]["subject"], "Ein Stuhl für mich");
    assert_eq!(thread["customer"]["name"], "Ida Berg");
    assert_eq!(thread["customer"]["email"], "ida@example.com");
    let message = &thread["messages"][0];
    assert_eq!(message["door"], "mail");
    let text = message["text"].as_str().unwrap();
    assert!(text.starts_with("Ein Stuhl für mich\n\nMy chair") && text.contains("1111"), "{text}");
    assert!(!text.contains("4111"), "a card is masked: {text}");
    let inboxes = app.get("/inboxes", &app.owner).await;
    let kinds: Vec<&str> = inboxes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["web", "email"]);
    // Nobody opens a widget by the door for e-mail.
    let closed = app.call("POST", "/widget/session", "", json!({ "inbox": "email" }), &[]).await;
    assert_eq!(closed.status, StatusCode::NOT_FOUND);

    // They are told at once that somebody has it, in the thread that they began.
    hurry(&app);
    let receipt = server.letters(1).await.remove(0);
    assert_eq!(header(&receipt, "In-Reply-To"), "<a1@example.com>");
    // A long header is broken.
    let unfolded = receipt.replace("\n ", " ");
    assert!(header(&unfolded, "References").ends_with(" <a1@example.com>"), "{receipt}");
    let read = channels::read_mail(receipt.as_bytes()).unwrap();
    assert_eq!(read.subject, "Re: Ein Stuhl für mich");
    let number = thread["conversation"]["number"].as_i64().unwrap().to_string();
    assert!(read.text.contains(&number), "a reference number: {}", read.text);
    reply(&app, &id, "We send another one.").await;
    hurry(&app);
    let answer = server.letters(2).await.remove(1);
    assert!(words(&answer).contains("Olga:\nWe send another one."), "{answer}");
    assert!(!words(&answer).contains(&number), "the receipt was told before: {answer}");

    // A program that knows nothing of our address answers by reference.
    let sent = header(&answer, "Message-ID").to_owned();
    let more = format!("In-Reply-To: {sent}\r\nReferences: <a1@example.com> {sent}\r\n");
    let next = mail("ida@example.com", "a2@example.com", "SV: Ein Stuhl für mich", &more, "When?");
    assert_eq!(deliver(&app, &next).await, ("joined".to_owned(), id.clone()));
    // In a new subject there may be what the body does not say.
    let other = mail("ida@example.com", "a3@example.com", "Two tables too", &more, "Please.");
    assert_eq!(deliver(&app, &other).await, ("joined".to_owned(), id.clone()));
    let thread = app.get(&format!("/conversations/{id}"), &app.owner).await;
    let said = texts(&thread);
    assert!(said.contains(&"When?") && said.contains(&"Two tables too\n\nPlease."), "{said:?}");

    // Their own id of an earlier message is a reference too.
    let own = "In-Reply-To: <a2@example.com>\r\n";
    let own = mail("ida@example.com", "a4@example.com", "Re: Ein Stuhl für mich", own, "Hello?");
    assert_eq!(deliver(&app, &own).await, ("joined".to_owned(), id.clone()));
    // Who quotes all that does not come in.
    let eve = mail("eve@example.com", "e1@example.com", "SV: Ein Stuhl für mich", &more, "Me too");
    let (outcome, apart) = deliver(&app, &eve).await;
    assert_eq!(outcome, "begun");
    assert_ne!(apart, id);

    // The site signs the address: the same customer, with all that they wrote.
    let secret = app.service.door("web").await.unwrap().identity_secret;
    let email = "Ida@example.com";
    let signed = sim::visitor::Identity::with_address("ida-7", "Ida", email, &secret);
    let identity = json!({ "external_id": "ida-7", "email": email, "hash": signed.hash() });
    let session =
        app.post("/widget/session", "", json!({ "inbox": "web", "identity": identity })).await;
    let ida = session["token"].as_str().unwrap();
    let own = app.get("/widget/conversations", ida).await;
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    let text = json!({ "text": "I am here now." });
    app.post(&format!("/widget/conversations/{id}/messages"), ida, text).await;
    let thread = app.get(&format!("/conversations/{id}"), &app.owner).await;
    assert!(texts(&thread).contains(&"I am here now."));
    assert_eq!(app.place.number("select count(*) from customers"), 2, "Ida and Eve");
}

#[tokio::test]
async fn the_assistant_answers_by_mail_and_says_that_it_is_ai() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    app.service.learnt().await;
    // One in twenty stays with people.
    for n in 0..40 {
        let from = format!("c{n}@example.com");
        let ask =
            mail(&from, &format!("q{n}@example.com"), "Refund", "", "When do I get my refund?");
        let (_, id) = deliver(&app, &ask).await;
        let path = format!("/conversations/{id}");
        for _ in 0..2_000 {
            let thread = app.get(&path, &app.owner).await;
            let last = thread["conversation"]["last_message"]["author_type"].as_str();
            let is_queued = thread["conversation"]["handler"] != "assistant";
            if last == Some("ai") || is_queued {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let thread = app.get(&path, &app.owner).await;
        if thread["conversation"]["handler"] == "assistant" {
            hurry(&app);
            // Customers before, whom people answer, have letters of their own.
            let mut n = 1;
            let letter = loop {
                let letters = server.letters(n).await;
                match letters.iter().find(|one| one.contains(&from)) {
                    Some(letter) => break letter.clone(),
                    None => n = letters.len() + 1,
                }
            };
            assert!(letter.contains("X-AI-Generated: true"), "{letter}");
            let words = words(&letter);
            let notice = words.find("AI").unwrap();
            assert!(notice < words.find("five working days").unwrap(), "{words}");
            return;
        }
    }
    panic!("no draw fell to the assistant");
}

#[tokio::test]
async fn a_letter_that_comes_back_is_told_of_once_and_nothing_more_is_sent() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    let first = mail("ida@example.com", "b1@example.com", "Chair", "", "A person, please.");
    let (_, id) = deliver(&app, &first).await;
    reply(&app, &id, "It is on its way.").await;
    hurry(&app);
    let letter = server.letters(1).await.remove(0);
    let sent = header(&letter, "Message-ID");
    let report = |action: &str, status: &str, n: u8| {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: help@shop.example\r\nMessage-ID: <r{n}@mx.example>\r\n\
             Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
             Final-Recipient: rfc822; ida@example.com\r\nAction: {action}\r\nStatus: {status}\r\n\
             Diagnostic-Code: smtp; 550 5.1.1 no such\r\n user here\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {sent}\r\nSubject: x\r\n\r\n--b--\r\n"
        )
    };
    assert_eq!(deliver(&app, &report("delayed", "4.4.1", 1)).await.0, "ignored");
    for n in [2, 2, 3] {
        assert_eq!(deliver(&app, &report("failed", "5.1.1", n)).await.0, "returned");
    }
    let thread = app.get(&format!("/conversations/{id}"), &app.owner).await;
    let notes: Vec<&Value> =
        thread["messages"].as_array().unwrap().iter().filter(|one| one["kind"] == "note").collect();
    assert_eq!(notes.len(), 1, "{notes:?}");
    let told = notes[0]["text"].as_str().unwrap();
    assert!(told.contains("ida@example.com") && told.contains("no such user here"), "{told}");
    let state = app.get("/mail", &app.owner).await;
    assert!(state["unsent"][0]["failure"].as_str().unwrap().contains("550"), "{state}");
    reply(&app, &id, "Did you get it?").await;
    assert_eq!(app.place.number("select count(*) from letters where state = 'waiting'"), 0);
}

#[tokio::test]
async fn hostile_and_broken_mail_is_refused_or_harmless_and_stops_nothing() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    let html = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n";
    let script = "<p>Hi <img src=x onerror=alert(1)></p><script>alert(2)</script>\
                  <a href=\"javascript:alert(3)\">click</a>";
    let (_, id) =
        deliver(&app, &mail("eve@example.com", "h1@x", "<b>Bold</b>", html, script)).await;
    let thread = app.get(&format!("/conversations/{id}"), &app.owner).await;
    let text = thread["messages"][0]["text"].as_str().unwrap();
    assert!(!text.contains("alert") && !text.contains("<img"), "{text}");
    // A line break in a header begins no other one.
    let name = "=?utf-8?Q?Eve=0D=0ABcc:_x@y.example?= <eve2@example.com>";
    let (_, id) =
        deliver(&app, &mail(name, "h2@x", "=?utf-8?Q?a=0D=0ABcc:_z@y.example?=", "", "Hi")).await;
    reply(&app, &id, "Hello").await;
    hurry(&app);
    let letter = letter_to(&server, "eve2@example.com").await;
    let head = letter.split("\n\n").next().unwrap();
    assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
    // One id for all messages is a broken program, not one message.
    let one = deliver(&app, &mail("form@example.com", "same@x", "A", "", "First")).await;
    let two = deliver(&app, &mail("form@example.com", "same@x", "A", "", "Second")).await;
    assert_eq!((one.0.as_str(), two.0.as_str()), ("begun", "begun"));
    // References that turn in circles, and thousands of them.
    let circle = "References: <h9@x> <h9@x>\r\nIn-Reply-To: <h9@x>\r\n";
    assert_eq!(deliver(&app, &mail("eve@example.com", "h9@x", "C", circle, "Hi")).await.0, "begun");
    let many: String = (0..5_000).map(|n| format!(" <r{n}@x>\r\n")).collect();
    let many = format!("References:{many}");
    assert_eq!(deliver(&app, &mail("eve@example.com", "h10@x", "D", &many, "Hi")).await.0, "begun");
    // Parts within parts, charsets that are none, base64 that is none, no end.
    let mut nested = String::from("Hi");
    for n in 0..200 {
        nested = format!(
            "Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n{nested}\r\n--b{n}--\r\n"
        );
    }
    let parts = format!("From: eve@example.com\r\nMessage-ID: <h11@x>\r\n{nested}");
    let broken = [
        parts,
        mail(
            "eve@example.com",
            "h12@x",
            "E",
            "Content-Type: text/plain; charset=klingon\r\n",
            "Hi",
        ),
        mail("eve@example.com", "h13@x", "F", "Content-Transfer-Encoding: base64\r\n", "!!!!"),
        mail(
            "eve@example.com",
            "h14@x",
            "",
            "Content-Type: multipart/mixed; boundary=q\r\n",
            "--q\r\n",
        ),
    ];
    for mail in broken {
        let outcome = deliver(&app, &mail).await.0;
        assert_eq!(outcome, "begun", "{mail}");
    }
    let bomb: String = (0..1_200)
        .map(|n| format!("--b\r\nContent-Type: text/plain; name={n}\r\n\r\nx\r\n"))
        .collect();
    let bomb = mail(
        "eve@example.com",
        "h15@x",
        "G",
        "Content-Type: multipart/mixed; boundary=b\r\n",
        &bomb,
    );
    assert_eq!(hand_over(&app, "pipe", &bomb).await.status, StatusCode::BAD_REQUEST);
    let large = mail("eve@example.com", "h16@x", "H", "", &"x".repeat(31 * 1024 * 1024));
    assert_eq!(hand_over(&app, "pipe", &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // What the desk itself wrote, and what a filter holds for spam.
    let own = mail("Shop <help+1.ab@shop.example>", "h17@x", "I", "", "Hi");
    let spam = mail("eve@example.com", "h18@x", "J", "X-Spam-Flag: YES\r\n", "Buy");
    for mail in [own, spam] {
        assert_eq!(deliver(&app, &mail).await.0, "ignored");
    }
    // A machine that does not say so is heard sixty times an hour.
    let mut n_taken = 0;
    for n in 0..70 {
        let flood = mail("bot@example.com", &format!("f{n}@x"), "K", "", "Again");
        match hand_over(&app, "pipe", &flood).await.status {
            StatusCode::OK => n_taken += 1,
            status => assert_eq!(status, StatusCode::FORBIDDEN),
        }
    }
    assert_eq!(n_taken, 60);
    assert_eq!(deliver(&app, &mail("tim@example.com", "h19@x", "L", "", "Hi")).await.0, "begun");
}

#[tokio::test]
async fn the_same_mail_twice_at_once_is_one_and_two_of_a_new_customer_are_one_customer() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    let one = mail("ida@example.com", "t1@x", "A", "", "One");
    let two = mail("ida@example.com", "t2@x", "B", "", "Two");
    let all = [&one, &one, &two, &two, &one];
    let [a, b, c, d, e] = all.map(|mail| deliver(&app, mail));
    let (a, b, c, d, e) = tokio::join!(a, b, c, d, e);
    let outcomes = [a, b, c, d, e];
    let n_begun = outcomes.iter().filter(|(outcome, _)| outcome == "begun").count();
    assert_eq!(n_begun, 2, "{outcomes:?}");
    assert_eq!(app.place.number("select count(*) from conversations"), 2);
    assert_eq!(app.place.number("select count(*) from customers"), 1);
    assert_eq!(app.place.number("select count(*) from inboxes"), 2);
}

#[tokio::test]
async fn nobody_acts_for_a_customer_by_writing_their_address() {
    let server = Server::start(0, "").await;
    let street = Street::equipped(TOOLS, server.equipment()).await;
    let app = &street.app;
    let secret = app.service.door("web").await.unwrap().identity_secret;
    for n in 0..20 {
        let (id, email) = (format!("buyer-{n}"), format!("buyer{n}@example.com"));
        let signed = sim::visitor::Identity::with_address(&id, "Ida", &email, &secret);
        let identity = json!({ "external_id": id, "email": email, "hash": signed.hash() });
        app.post("/widget/session", "", json!({ "inbox": "web", "identity": identity })).await;
        for text in ["Cancel my order", "yes"] {
            let forged =
                mail(&email, &format!("{n}-{text}@evil.example"), "Cancel my order", "", text);
            deliver(app, &forged).await;
        }
    }
    let open = "select count(*) from jobs where died_at is null";
    for _ in 0..2_000 {
        if app.place.number(open) == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(app.place.number("select count(*) from conversations"), 40);
    assert_eq!(app.place.number("select count(*) from calls"), 0);
    // Nor are they shown what is theirs.
    assert_eq!(app.place.number("select count(*) from messages where choices like '%#W%'"), 0);
}

/// How a mail program writes an answer.
struct Program {
    name: &'static str,
    /// Before the subject.
    answers: &'static str,
    /// Over what is quoted.
    over: &'static str,
    is_marked: bool,
    keeps_reply_to: bool,
    has_in_reply_to: bool,
    has_references: bool,
}

const PROGRAMS: [Program; 8] = [
    program(
        "Gmail",
        "Re: ",
        "On Fri, Nov 27, 2026 at 10:12 AM Shop <help@shop.example> wrote:",
        true,
    ),
    program("Outlook", "AW: ", "-----Ursprüngliche Nachricht-----\r\nVon: Shop", false),
    program(
        "Apple Mail",
        "Re: ",
        "On 27 Nov 2026, at 10:12, Shop <help@shop.example> wrote:",
        true,
    ),
    program("Thunderbird", "Re: ", "Am 27.11.2026 um 10:12 schrieb Shop:", true),
    program("Outlook on the web", "SV: ", "________________________________\r\nFrån: Shop", false),
    Program {
        keeps_reply_to: false,
        ..program(
            "A telephone",
            "Re: ",
            "Le ven. 27 nov. 2026 à 10:12, Shop <help@shop.example> a écrit :",
            true,
        )
    },
    Program {
        keeps_reply_to: false,
        has_references: false,
        ..program("A web mailer", "Re: ", "On 27/11/2026 10:12, Shop wrote:", false)
    },
    Program {
        has_in_reply_to: false,
        has_references: false,
        ..program("A bare one", "", "", false)
    },
];

const fn program(
    name: &'static str,
    answers: &'static str,
    over: &'static str,
    is_marked: bool,
) -> Program {
    Program {
        name,
        answers,
        over,
        is_marked,
        keeps_reply_to: true,
        has_in_reply_to: true,
        has_references: true,
    }
}

/// What customers write, each in another language and alphabet.
const WORDS: [(&str, &str, &str); 8] = [
    ("Broken lamp", "The lamp came broken, what now?", "Thank you, that helps."),
    ("Kaputte Lampe", "Die Lampe kam kaputt an, größer ginge nicht.", "Danke, das hilft schön."),
    ("Trasig lampa", "Lampan kom trasig på lördagen.", "Tack så mycket för hjälpen."),
    ("Lampe cassée", "La lampe est arrivée cassée, à mon étonnement.", "Merci, ça m’aide déjà."),
    ("Lámpara rota", "¿Dónde está mi lámpara? Llegó rota el miércoles.", "Gracias, está bien así."),
    ("Сломанная лампа", "Лампа пришла сломанной, что делать?", "Спасибо, это помогло."),
    ("مصباح مكسور", "وصل المصباح مكسورا، ماذا أفعل؟", "شكرا جزيلا على المساعدة."),
    ("壊れたランプ", "ランプが壊れて届きました。", "ありがとうございます。"),
];

/// A header's words in base64, as programs write what is not ASCII.
fn encoded_word(text: &str) -> String {
    use base64::Engine as _;
    match text.is_ascii() {
        true => text.to_owned(),
        false => format!("=?UTF-8?B?{}?=", base64::engine::general_purpose::STANDARD.encode(text)),
    }
}

/// A body in one of the encodings that mail has: its headers, and itself.
fn encoded_body(text: &str, n: usize) -> (String, String) {
    use base64::Engine as _;
    let kind = |encoding: &str| {
        format!(
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: {encoding}\r\n"
        )
    };
    match n % 3 {
        0 => (kind("8bit"), text.to_owned()),
        1 => {
            let whole = base64::engine::general_purpose::STANDARD.encode(text);
            let lines: Vec<&str> = whole
                .as_bytes()
                .chunks(76)
                .map(|line| std::str::from_utf8(line).unwrap())
                .collect();
            (kind("base64"), lines.join("\r\n"))
        }
        _ => {
            let mut out = String::new();
            for line in text.split("\r\n") {
                let mut n_chars = 0;
                for byte in line.bytes() {
                    if n_chars > 70 {
                        out.push_str("=\r\n");
                        n_chars = 0;
                    }
                    if byte == b'=' || !(32..127).contains(&byte) {
                        out.push_str(&format!("={byte:02X}"));
                        n_chars += 3;
                    } else {
                        out.push(char::from(byte));
                        n_chars += 1;
                    }
                }
                out.push_str("\r\n");
            }
            (kind("quoted-printable"), out)
        }
    }
}

/// 40 customers begin; each is answered, and answers with another program; then come forwards of
/// others, automatic replies, bounces and forgeries. Every message has one right place.
#[tokio::test]
async fn three_hundred_messages_come_together_as_they_belong() {
    const N_CUSTOMERS: usize = 40;
    let server = Server::start(0, "").await;
    let app = server.app().await;
    let (mut n_mails, mut n_joins, mut n_right, mut n_wrong_merges) = (0, 0, 0, 0);
    let mut missed: Vec<String> = Vec::new();
    let mut place: HashMap<usize, String> = HashMap::new();
    for n in 0..N_CUSTOMERS {
        let (subject, words, _) = WORDS[n % WORDS.len()];
        let (kind, body) = encoded_body(words, n);
        let from = format!("{} <customer{n}@example.com>", encoded_word("Zoë Müller"));
        let ask = mail(&from, &format!("c{n}@example.com"), &encoded_word(subject), &kind, &body);
        let (outcome, id) = deliver(&app, &ask).await;
        assert_eq!(outcome, "begun", "{ask}");
        let thread = app.get(&format!("/conversations/{id}"), &app.owner).await;
        assert_eq!(thread["messages"][0]["text"], format!("{subject}\n\n{words}"), "{ask}");
        n_mails += 1;
        place.insert(n, id.clone());
        reply(&app, &id, "We look into it.").await;
    }
    hurry(&app);
    // One letter for each: what was said in one go goes out in one.
    let letters = server.letters(N_CUSTOMERS).await;
    let letter_to = |n: usize| {
        let to = format!("To: customer{n}@example.com");
        letters.iter().find(|letter| letter.lines().any(|line| line == to)).unwrap().clone()
    };
    for n in 0..N_CUSTOMERS {
        let (subject, _, thanks) = WORDS[n % WORDS.len()];
        let program = &PROGRAMS[(n / WORDS.len() + n) % PROGRAMS.len()];
        let letter = letter_to(n);
        let (sent, reply_to) = (header(&letter, "Message-ID"), header(&letter, "Reply-To"));
        let own = format!("<c{n}@example.com>");
        let id = &place[&n];
        let answer = |k: usize, from: &str| {
            let quoted = if program.is_marked { "> We look into it." } else { "We look into it." };
            let text = format!("{thanks}\r\n\r\n{}\r\n\r\n{quoted}\r\n", program.over);
            let (kind, body) =
                encoded_body(if program.over.is_empty() { thanks } else { &text }, n + k);
            let mut more = String::new();
            if program.has_in_reply_to {
                more.push_str(&format!("In-Reply-To: {sent}\r\n"));
            }
            if program.has_references {
                more.push_str(&format!("References: {own}\r\n {sent}\r\n"));
            }
            let to = if program.keeps_reply_to { reply_to } else { "help@shop.example" };
            format!(
                "From: {from}\r\nTo: {to}\r\nSubject: {}\r\nMessage-ID: <k{n}-{k}@{from}>\r\n\
                 {more}{kind}\r\n{body}\r\n",
                encoded_word(&format!("{}{subject}", program.answers))
            )
        };
        // The customer themselves, twice and with a capital letter: into their conversation.
        for (k, from) in ["customer", "Customer", "customer"].iter().enumerate() {
            let own = answer(k, &format!("{from}{n}@example.com"));
            let (outcome, at) = deliver(&app, &own).await;
            n_mails += 1;
            n_joins += 1;
            match at == *id && outcome == "joined" {
                true => n_right += 1,
                false => missed.push(format!("{}: {outcome}", program.name)),
            }
            let thread = app.get(&format!("/conversations/{id}"), &app.owner).await;
            let last = texts(&thread).into_iter().rfind(|text| *text == thanks);
            assert!(last.is_some(), "{}: without what it quotes: {own}", program.name);
        }
        // A colleague to whom it was forwarded, and the next customer with this one's references.
        for (k, from) in [
            (3, format!("colleague{n}@example.com")),
            (4, format!("customer{}@example.com", (n + 1) % N_CUSTOMERS)),
        ] {
            let (outcome, at) = deliver(&app, &answer(k, &from)).await;
            n_mails += 1;
            n_wrong_merges += usize::from(at == *id || outcome == "joined");
        }
        // A machine answers the letter.
        let away = mail(
            &format!("customer{n}@example.com"),
            &format!("away{n}@example.com"),
            "Automatic reply: I am away",
            &format!("In-Reply-To: {sent}\r\nAuto-Submitted: auto-replied\r\n"),
            "I am away.",
        );
        n_mails += 1;
        n_wrong_merges += usize::from(deliver(&app, &away).await.0 != "ignored");
        // A signature that is none.
        let forged = reply_to.replace('+', "+9");
        let forged = mail(
            &format!("customer{n}@example.com"),
            &format!("forged{n}@x"),
            "Hi",
            "",
            "Let me in",
        )
        .replace("Shop <help@shop.example>", &forged);
        let (_, at) = deliver(&app, &forged).await;
        n_mails += 1;
        n_wrong_merges += usize::from(at == *id);
    }
    println!(
        "{n_mails} messages, {n_right} of {n_joins} joins right, {n_wrong_merges} wrong merges"
    );
    println!("missed: {missed:?}");
    assert!(n_mails >= 300);
    assert_eq!(n_wrong_merges, 0);
    assert!(n_right * 100 >= n_joins * 98, "{n_right} of {n_joins}: {missed:?}");
}

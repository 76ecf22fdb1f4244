//! Passwords by e-mail: an invited agent signs in from the letter, a forgotten password is replaced,
//! each link works once, and a mail server that is away or says no loses nothing.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::http::StatusCode;
use serde_json::{Value, json};
use service::{Equipment, Mail};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use crate::{app::App, place::Place};

/// A mail server that says no so many times, with this, before it takes letters.
pub(crate) struct Server {
    url: String,
    pub(crate) taken: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(n_refused: usize, with: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let (log, left) = (Arc::clone(&taken), Arc::new(AtomicUsize::new(n_refused)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, left) = (Arc::clone(&log), Arc::clone(&left));
                tokio::spawn(async move {
                    let (read, mut write) = stream.into_split();
                    let mut lines = BufReader::new(read).lines();
                    let _ = write.write_all(b"220 test\r\n").await;
                    let (mut letter, mut is_data) = (String::new(), false);
                    while let Ok(Some(line)) = lines.next_line().await {
                        if is_data && line != "." {
                            letter.push_str(&line);
                            letter.push('\n');
                            continue;
                        }
                        let take = |n: usize| n.checked_sub(1);
                        let answer = match line.to_uppercase() {
                            _ if is_data => {
                                is_data = false;
                                log.lock().unwrap().push(std::mem::take(&mut letter));
                                "250 taken"
                            }
                            line if line.starts_with("RCPT")
                                && left
                                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
                                    .is_ok() =>
                            {
                                with
                            }
                            line if line == "DATA" => {
                                is_data = true;
                                "354 go on"
                            }
                            _ => "250 ok",
                        };
                        let _ = write.write_all(format!("{answer}\r\n").as_bytes()).await;
                    }
                });
            }
        });
        Self { url, taken }
    }

    pub(crate) fn equipment(&self) -> Equipment {
        let post = channels::Post::new(&self.url, "Shop <help@shop.example>").unwrap();
        let public_url = "https://desk.shop.example".to_owned();
        let token = Some("pipe".to_owned());
        let mail = Mail { post, public_url, token, mailbox: None };
        Equipment { mail: Some(mail), ..Equipment::default() }
    }

    pub(crate) async fn app(&self) -> App {
        App::open_with(Place::new(), self.equipment()).await
    }

    /// The letters, once there are so many.
    pub(crate) async fn letters(&self, n: usize) -> Vec<String> {
        for _ in 0..3_000 {
            let taken = self.taken.lock().unwrap().clone();
            if taken.len() >= n {
                return taken;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no {n} letters came: {:?}", self.taken.lock().unwrap());
    }
}

/// The token of the link in a letter; quoted-printable breaks lines.
fn token(letter: &str) -> String {
    let whole = letter.replace("=\n", "").replace("=3D", "=");
    let from = whole.split_once("https://desk.shop.example/password#token=").unwrap().1;
    from.chars().take_while(char::is_ascii_hexdigit).collect()
}

async fn choose(app: &App, token: &str, password: &str) -> crate::app::Answer {
    let body = json!({ "token": token, "password": password });
    app.call("POST", "/password", "", body, &[]).await
}

async fn sign_in(app: &App, email: &str, password: &str) -> StatusCode {
    let body = json!({ "email": email, "password": password });
    app.call("POST", "/session", "", body, &[]).await.status
}

#[tokio::test]
async fn an_invited_agent_signs_in_from_the_letter_once() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    assert_eq!(app.get("/setup", "").await["sends_mail"], true);
    let new = json!({ "name": "Ida", "email": "ida@shop.example", "role": "agent" });
    let ida = app.post("/agents", &app.owner, new).await;
    let letter = server.letters(1).await.remove(0);
    assert!(letter.contains("To: ida@shop.example") && letter.contains("Olga"), "{letter}");
    let link = token(&letter);
    let short = choose(&app, &link, "short").await;
    assert_eq!(short.status, StatusCode::BAD_REQUEST, "{}", short.json);
    let signed = choose(&app, &link, "a few good words").await;
    assert_eq!(signed.status, StatusCode::CREATED, "{}", signed.json);
    assert_eq!(signed.json["agent"]["id"], ida["id"]);
    let own = signed.json["token"].as_str().unwrap();
    assert_eq!(app.get("/me", own).await["agent"]["name"], "Ida");
    // A link works once, and one that was made up never.
    for link in [link.as_str(), "0000", ""] {
        let again = choose(&app, link, "another few words").await;
        assert_eq!(again.status, StatusCode::UNAUTHORIZED, "{}", again.json);
    }
    assert_eq!(sign_in(&app, "ida@shop.example", "a few good words").await, StatusCode::CREATED);
    let state = app.get("/mail", &app.owner).await;
    assert_eq!(
        (&state["sent"], &state["waiting"], &state["failed"]),
        (&json!(1), &json!(0), &json!(0))
    );
    // The token is nowhere in the desk's file.
    for bytes in app.place.at_rest() {
        assert!(!bytes.windows(link.len()).any(|window| window == link.as_bytes()));
    }
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_nobody_learns_who_works_here() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    let tom = app.agent().await;
    for email in ["nobody@shop.example", " TOM@shop.example ", "tom@shop.example"] {
        let asked = app.call("POST", "/password/forgot", "", json!({ "email": email }), &[]).await;
        assert_eq!((asked.status, asked.json), (StatusCode::NO_CONTENT, Value::Null));
    }
    let letters = server.letters(1).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.letters(1).await.len(), 1, "asking again soon gives no second letter");
    let chosen = choose(&app, &token(&letters[0]), "these are new words").await;
    assert_eq!(chosen.status, StatusCode::CREATED);
    let gone = app.call("GET", "/me", &tom, Value::Null, &[]).await;
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED, "earlier sessions have ended");
    assert_eq!(sign_in(&app, "tom@shop.example", "these are new words").await, StatusCode::CREATED);
}

#[tokio::test]
async fn two_at_once_with_one_link_are_one() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    let asked = json!({ "email": "tom@shop.example" });
    app.call("POST", "/password/forgot", "", asked, &[]).await;
    let link = token(&server.letters(1).await[0]);
    let (one, two) = tokio::join!(
        choose(&app, &link, "these are new words"),
        choose(&app, &link, "those are new words"),
    );
    let both = [one.status, two.status];
    assert!(both.contains(&StatusCode::CREATED), "{both:?}");
    assert!(both.contains(&StatusCode::UNAUTHORIZED), "{both:?}");
}

#[tokio::test]
async fn a_server_that_is_away_is_waited_for_and_one_that_refuses_is_told_of() {
    let busy = Server::start(1, "450 later").await;
    let app = busy.app().await;
    app.call("POST", "/password/forgot", "", json!({ "email": "tom@shop.example" }), &[]).await;
    let waiting = async {
        for _ in 0..1_000 {
            let state = app.get("/mail", &app.owner).await;
            if state["unsent"][0]["n_attempts"] == 1 {
                return state;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it was not tried");
    };
    let state = waiting.await;
    assert_eq!((&state["waiting"], &state["unsent"][0]["state"]), (&json!(1), &json!("waiting")));
    assert!(state["unsent"][0]["failure"].as_str().unwrap().contains("later"), "{state}");
    // Another start finds it; here its time has come.
    app.place.change("update letters set due_at = 0");
    let again = service::Service::open_with(app.place.open().await, 1.0, busy.equipment()).await;
    let letters = busy.letters(1).await;
    assert_eq!(
        choose(&app, &token(&letters[0]), "these are new words").await.status,
        StatusCode::CREATED
    );
    drop(again);

    let strict = Server::start(1, "550 no such mailbox").await;
    let app = strict.app().await;
    app.call("POST", "/password/forgot", "", json!({ "email": "tom@shop.example" }), &[]).await;
    let mut state = Value::Null;
    for _ in 0..1_000 {
        state = app.get("/mail", &app.owner).await;
        if state["failed"] == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let letter = &state["unsent"][0];
    assert!(letter["failure"].as_str().unwrap().contains("no such mailbox"), "{state}");
    let retry = format!("/mail/letters/{}/retry", letter["id"].as_str().unwrap());
    let agent = app.agent().await;
    for (who, status) in [(&agent, StatusCode::FORBIDDEN), (&app.owner, StatusCode::NO_CONTENT)] {
        assert_eq!(app.call("POST", &retry, who, Value::Null, &[]).await.status, status);
    }
    strict.letters(1).await;
}

#[tokio::test]
async fn without_a_mail_server_a_password_is_handed_over_in_person() {
    let app = App::open().await;
    assert_eq!(app.get("/setup", "").await["sends_mail"], false);
    let forgot =
        app.call("POST", "/password/forgot", "", json!({ "email": "tom@shop.example" }), &[]).await;
    assert_eq!(forgot.status, StatusCode::CONFLICT);
    let new = json!({ "name": "Ida", "email": "ida@shop.example", "role": "agent" });
    let refused = app.call("POST", "/agents", &app.owner, new, &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.json["hint"].as_str().unwrap().contains("--smtp-url"), "{}", refused.json);
    let agents = app.get("/agents", &app.owner).await;
    assert_eq!(agents["items"].as_array().unwrap().len(), 2, "nothing was changed");
}

/// A customer whom the site has signed together with this address.
async fn customer(app: &App, email: &str) -> String {
    let secret = app.service.door("web").await.unwrap().identity_secret;
    let signed = sim::visitor::Identity::with_address("ida", "Ida", email, &secret);
    let identity = json!({ "external_id": "ida", "email": email, "hash": signed.hash() });
    let body = json!({ "inbox": "web", "identity": identity });
    let session = app.post("/widget/session", "", body).await;
    session["token"].as_str().unwrap().to_owned()
}

/// A conversation in which an agent has answered while the customer was away.
async fn answered(app: &App, token: &str) -> String {
    let id = app.ask(token, "A person, please: where is my lamp?").await;
    let path = format!("/conversations/{id}/messages");
    app.post(&path, &app.owner, json!({ "kind": "reply", "text": "It left yesterday." })).await;
    id
}

pub(crate) async fn hand_over(app: &App, token: &str, mail: &str) -> crate::app::Answer {
    let request = axum::http::Request::post("/api/v1/mail/incoming")
        .header("authorization", format!("Bearer {token}"))
        .body(axum::body::Body::from(mail.to_owned()))
        .unwrap();
    app.send(request).await
}

pub(crate) fn header<'a>(letter: &'a str, name: &str) -> &'a str {
    let line = letter.lines().find(|line| line.starts_with(&format!("{name}: "))).unwrap();
    &line[name.len() + 2..]
}

#[tokio::test]
async fn a_customer_who_left_is_written_to_and_answers_into_the_same_conversation() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    let ida = customer(&app, "Ida@example.com").await;
    let id = answered(&app, &ida).await;
    app.post(
        &format!("/conversations/{id}/messages"),
        &app.owner,
        json!({ "kind": "reply", "text": "It comes at noon." }),
    )
    .await;
    assert_eq!(app.place.number("select count(*) from letters"), 2);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(server.taken.lock().unwrap().is_empty(), "who is there gets no letter");
    app.place.change("update letters set due_at = 0");
    let letters = server.letters(1).await;
    let letter = &letters[0];
    for words in ["To: Ida@example.com", "It left yesterday.", "It comes at noon.", "Olga:"] {
        assert!(letter.contains(words), "{words} in {letter}");
    }
    assert!(!letter.contains("X-AI-Generated"), "a person wrote it");
    let reply_to = header(letter, "Reply-To").split(['<', '>']).nth(1).unwrap().to_owned();

    let mail = |from: &str, to: &str, id: &str, text: &str| {
        format!(
            "From: {from}\r\nTo: <{to}>\r\nMessage-ID: <{id}@example.com>\r\n\r\n{text}\r\n\r\n\
                 On Fri, 27 Nov 2026, Shop <{to}> wrote:\r\n> It left yesterday.\r\n"
        )
    };
    let own = mail("Ida <IDA@example.com>", &reply_to, "1", "Thank you, who brings it?");
    for outcome in ["joined", "repeated"] {
        let handed = hand_over(&app, "pipe", &own).await;
        assert_eq!(
            (handed.status, &handed.json["outcome"]),
            (StatusCode::OK, &json!(outcome)),
            "{}",
            handed.json
        );
        assert_eq!(handed.json["conversation_id"], json!(id));
    }
    let thread = app.get(&format!("/conversations/{id}"), &app.owner).await;
    let texts: Vec<&str> = thread["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    assert_eq!(
        texts.iter().filter(|text| **text == "Thank you, who brings it?").count(),
        1,
        "{texts:?}"
    );
    // The second letter has nothing left to tell.
    for _ in 0..1_000 {
        if app.place.number("select count(*) from letters where state = 'waiting'") == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(app.place.number("select count(*) from letters where state = 'dropped'"), 1);
    assert_eq!(server.letters(1).await.len(), 1);

    // Others do not get into it, whatever they know of it.
    let n_messages = app.place.number("select count(*) from messages");
    let (mark, _) = reply_to.split_once('@').unwrap();
    let (start, end) = mark.split_at(mark.len() - 1);
    let forged = format!("{start}{}@shop.example", if end == "0" { "1" } else { "0" });
    let machine = own.replace("\r\n\r\n", "\r\nAuto-Submitted: auto-replied\r\n\r\n");
    let machine = machine.replace("<1@example.com>", "<1a@example.com>");
    let refused = [
        ("wrong", own.clone(), StatusCode::UNAUTHORIZED),
        ("pipe", "nonsense".to_owned(), StatusCode::BAD_REQUEST),
        ("pipe", machine, StatusCode::OK),
    ];
    for (token, mail, status) in refused {
        let handed = hand_over(&app, token, &mail).await;
        assert_eq!(handed.status, status, "{}: {mail}", handed.json);
    }
    assert_eq!(app.place.number("select count(*) from messages"), n_messages);
    // What they write begins conversations of their own.
    let others = [
        mail("eve@example.com", &reply_to, "2", "Hello"),
        mail("ida@example.com", &forged, "3", "Hello"),
        mail("ida@example.com", "help@shop.example", "4", "Hello"),
        mail("ida@example.com", "help+1.@shop.example", "5", "Hello"),
    ];
    for mail in others {
        let handed = hand_over(&app, "pipe", &mail).await;
        assert_eq!(handed.json["outcome"], "begun", "{}: {mail}", handed.json);
        assert_ne!(handed.json["conversation_id"], json!(id));
    }
}

#[tokio::test]
async fn letters_go_to_signed_addresses_and_only_with_what_the_widget_was_not_given() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    // An address that nobody vouches for.
    let secret = app.service.door("web").await.unwrap().identity_secret;
    let signed = sim::visitor::Identity::signed("tim", "Tim", &secret);
    let identity =
        json!({ "external_id": "tim", "email": "victim@example.com", "hash": signed.hash() });
    let session =
        app.post("/widget/session", "", json!({ "inbox": "web", "identity": identity })).await;
    answered(&app, session["token"].as_str().unwrap()).await;
    assert_eq!(app.place.number("select count(*) from letters"), 0);
    // A line break in an id could pass for a signed address.
    let signed = sim::visitor::Identity::signed("tim\nvictim@example.com", "Tim", &secret);
    let identity = json!({ "external_id": "tim\nvictim@example.com", "hash": signed.hash() });
    let body = json!({ "inbox": "web", "identity": identity });
    let refused = app.call("POST", "/widget/session", "", body, &[]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);

    let ida = customer(&app, "ida@example.com").await;
    let id = answered(&app, &ida).await;
    app.get(&format!("/widget/conversations/{id}"), &ida).await;
    app.place.change("update letters set due_at = 0");
    for _ in 0..1_000 {
        if app.place.number("select count(*) from letters where state = 'dropped'") == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(server.taken.lock().unwrap().is_empty(), "it was read");
    // Long words come whole, and a file beside them.
    let mark = {
        app.post(
            &format!("/conversations/{id}/messages"),
            &app.owner,
            json!({ "kind": "reply", "text": "And now?" }),
        )
        .await;
        app.place.change("update letters set due_at = 0");
        let letter = server.letters(1).await.remove(0);
        assert!(letter.contains("And now?") && !letter.contains("It left yesterday."), "{letter}");
        header(&letter, "Reply-To").split(['<', '>']).nth(1).unwrap().to_owned()
    };
    let long = "word ".repeat(2_000);
    let mail = format!(
        "From: ida@example.com\r\nTo: {mark}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\n\r\n{long}\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=\"../a.png\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
    );
    let handed = hand_over(&app, "pipe", &mail).await;
    assert_eq!(handed.json["outcome"], "joined", "{}", handed.json);
    let thread = app.get(&format!("/widget/conversations/{id}"), &ida).await;
    let last = thread["messages"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .find(|one| one["author"]["type"] == "customer")
        .unwrap()
        .clone();
    let names: Vec<&str> = last["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["message.txt", "a.png"]);
    assert!(last["text"].as_str().unwrap().ends_with("[The message goes on in message.txt]"));
}

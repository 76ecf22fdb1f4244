//! Other systems are told each fact once, signed, again until they take it; and programs call with
//! tokens that may do just what their scope says.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};
use service::Equipment;
use tokio::net::TcpListener;

use crate::{app::App, place::Place};

/// What a system was told: headers and body.
#[derive(Clone)]
struct Heard {
    headers: BTreeMap<String, String>,
    body: String,
}

impl Heard {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// As a receiver would check it.
    fn is_signed_by(&self, secret: &str) -> bool {
        let signed = format!("{}.{}", self.headers["evenkeel-timestamp"], self.body);
        let own = sim::visitor::Identity::signed(&signed, "", secret);
        self.headers["evenkeel-signature"] == format!("sha256={}", own.hash())
    }
}

/// A system that answers with a status.
#[derive(Clone)]
struct System {
    url: String,
    status: Arc<AtomicU16>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl System {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let system = Self { url, status: Arc::new(AtomicU16::new(200)), heard: Arc::default() };
        let routes = Router::new().route("/hook", post(hear)).with_state(system.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        system
    }

    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// What it was told, once that is so.
    async fn once(&self, is_so: impl Fn(&[Heard]) -> bool) -> Vec<Heard> {
        for _ in 0..3_000 {
            let heard = self.heard();
            if is_so(&heard) {
                return heard;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let events: Vec<String> =
            self.heard().iter().map(|one| one.headers["evenkeel-event"].clone()).collect();
        panic!("it was told only {events:?}");
    }
}

async fn hear(State(system): State<System>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let body = String::from_utf8(body.to_vec()).unwrap();
    system.heard.lock().unwrap().push(Heard { headers, body });
    StatusCode::from_u16(system.status.load(Ordering::SeqCst)).unwrap()
}

fn equipment() -> Equipment {
    Equipment { hooks_reach_anywhere: true, ..Equipment::default() }
}

async fn open() -> App {
    App::open_with(Place::new(), equipment()).await
}

async fn add(app: &App, system: &System, events: &[&str]) -> Value {
    let hook = json!({ "url": system.url, "events": events });
    app.post("/webhooks", &app.owner, hook).await
}

#[tokio::test]
async fn each_fact_is_told_once_signed_and_to_whom_it_matters() {
    let app = open().await;
    let ida = app.customer().await;
    app.ask(&ida, "before anybody listened").await;
    let (all, messages) = (System::start().await, System::start().await);
    let hook = add(&app, &all, &[]).await;
    add(&app, &messages, &["message.added"]).await;
    let before = app.last_seq();
    let id = app.ask(&ida, "A person, please: card 4111 1111 1111 1111").await;
    let path = format!("/conversations/{id}/messages");
    app.post(&path, &app.owner, json!({ "kind": "reply", "text": "Here I am." })).await;
    app.post(&format!("/conversations/{id}/close"), &app.owner, json!({})).await;
    let last = app.last_seq();
    let n_facts = usize::try_from(last - before).unwrap();
    let heard = all.once(|heard| heard.len() >= n_facts).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(all.heard().len(), n_facts, "each once");
    let secret = hook["secret"].as_str().unwrap();
    let mut seqs: Vec<i64> = Vec::new();
    for one in &heard {
        assert!(one.is_signed_by(secret) && !one.is_signed_by("other"));
        let event = one.json();
        assert_eq!(event["event"], json!(one.headers["evenkeel-event"]));
        assert_eq!(event["id"], json!(one.headers["evenkeel-delivery"]));
        assert!(event["version"].as_i64().unwrap() > 0 && event["data"].is_object(), "{event}");
        assert!(!one.body.contains("4111"), "a card is masked");
        seqs.push(event["seq"].as_i64().unwrap());
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (before + 1..=last).collect::<Vec<_>>());
    let told: Vec<Value> = messages.heard().iter().map(Heard::json).collect();
    let n_messages = app.place.number(&format!(
        "select count(*) from journal where kind = 'message.added' and seq > {before}"
    ));
    assert_eq!(told.len() as i64, n_messages);
    assert!(told.iter().any(|event| event["data"]["text"] == "Here I am."), "{told:?}");
    // What an owner sees only is not told: secrets of doors.
    let inboxes = app.get("/inboxes", &app.owner).await;
    let inbox = &inboxes["items"][0];
    let path = format!("/inboxes/{}", inbox["id"].as_str().unwrap());
    app.send_ok("PATCH", &path, &app.owner, json!({ "greeting": "Hi" })).await;
    let changed = |heard: &[Heard]| heard.iter().any(|one| one.json()["event"] == "inbox.changed");
    for one in all.once(changed).await {
        assert!(!one.body.contains(inbox["identity_secret"].as_str().unwrap()));
    }
    let state = app.get("/webhooks", &app.owner).await;
    assert_eq!(state["items"][0]["failed"], 0, "{state}");
    // Paused, it is not told, also not later.
    let path = format!("/webhooks/{}", hook["id"].as_str().unwrap());
    app.send_ok("PATCH", &path, &app.owner, json!({ "paused": true })).await;
    let n_heard = all.heard().len();
    app.ask(&ida, "A person, please").await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    app.send_ok("PATCH", &path, &app.owner, json!({ "paused": false })).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(all.heard().len(), n_heard);
    app.send_ok("DELETE", &path, &app.owner, Value::Null).await;
    assert_eq!(app.get("/webhooks", &app.owner).await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_not_taken_is_told_again_then_given_up_and_told_on_request() {
    let app = open().await;
    let system = System::start().await;
    let hook = add(&app, &system, &["conversation.opened"]).await;
    let hook_path = format!("/webhooks/{}", hook["id"].as_str().unwrap());
    system.status.store(503, Ordering::SeqCst);
    let ida = app.customer().await;
    for text in ["A person, please", "One more person, please"] {
        app.ask(&ida, text).await;
    }
    let heard = system.once(|heard| !heard.is_empty()).await;
    let first = heard[0].headers["evenkeel-delivery"].clone();
    let is_put_off = async || {
        for _ in 0..1_000 {
            let state = app.get("/webhooks", &app.owner).await;
            if state["items"][0]["n_failures"].as_i64() > Some(0) {
                return state["items"][0].clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nothing failed");
    };
    let state = is_put_off().await;
    assert!(state["retry_at"].is_string() && state["waiting"] == 2, "{state}");
    let listed = app.get(&format!("{hook_path}/deliveries"), &app.owner).await;
    assert_eq!(listed["items"][1]["status"], 503, "{listed}");
    assert!(listed["items"][1]["failure"].as_str().unwrap().contains("503"), "{listed}");
    // It is well again, and its time has come.
    system.status.store(204, Ordering::SeqCst);
    let n_before = system.heard().len();
    app.place.change("update webhooks set retry_at = 0");
    let heard = system.once(|heard| heard.len() >= n_before + 2).await;
    let again = heard.iter().filter(|one| one.headers["evenkeel-delivery"] == first).count();
    assert!(again >= 2, "the same delivery keeps its id");
    // For good.
    system.status.store(410, Ordering::SeqCst);
    app.ask(&ida, "A third person, please").await;
    let mut state = Value::Null;
    for _ in 0..1_000 {
        state = app.get("/webhooks", &app.owner).await["items"][0].clone();
        if state["failed"] == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((&state["failed"], &state["delivered"]), (&json!(1), &json!(2)), "{state}");
    let listed = app.get(&format!("{hook_path}/deliveries"), &app.owner).await;
    let failed = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let replay = format!("{hook_path}/deliveries/{failed}/replay");
    system.status.store(200, Ordering::SeqCst);
    let n_before = system.heard().len();
    app.send_ok("POST", &replay, &app.owner, json!({})).await;
    let heard = system.once(|heard| heard.len() > n_before).await;
    assert_eq!(heard.last().unwrap().headers["evenkeel-delivery"], failed);
    // A test says how it went.
    let tried = app.post(&format!("{hook_path}/test"), &app.owner, json!({})).await;
    assert_eq!((&tried["status"], &tried["failure"]), (&json!(200), &Value::Null));
    let ping = system.heard().pop().unwrap();
    assert_eq!(ping.json()["event"], "ping");
    assert!(ping.is_signed_by(hook["secret"].as_str().unwrap()));
    system.status.store(500, Ordering::SeqCst);
    let tried = app.post(&format!("{hook_path}/test"), &app.owner, json!({})).await;
    assert!(tried["failure"].as_str().unwrap().contains("500"), "{tried}");
    // Of others' hooks and deliveries nothing is known, and agents have no business here.
    let agent = app.agent().await;
    for path in ["/webhooks".to_owned(), format!("{hook_path}/deliveries")] {
        let refused = app.call("GET", &path, &agent, Value::Null, &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_webhook_reaches_nothing_inside_the_network() {
    let system = System::start().await;
    let app = App::open().await;
    for url in [
        system.url.as_str(),
        "http://10.0.0.7/hook",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:8420/api/v1/agents",
        "http://0x7f000001/",
        "ftp://hooks.example/",
        "https://user:password@hooks.example/",
        "hooks.example",
    ] {
        let refused = app.call("POST", "/webhooks", &app.owner, json!({ "url": url }), &[]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{url}: {}", refused.json);
    }
    // A name is looked up when it is called, so that what it stands for later counts as well.
    let named = system.url.replace("127.0.0.1", "localhost");
    let hook = app.post("/webhooks", &app.owner, json!({ "url": named })).await;
    let path = format!("/webhooks/{}/test", hook["id"].as_str().unwrap());
    let tried = app.post(&path, &app.owner, json!({})).await;
    assert!(tried["failure"].as_str().unwrap().contains("public internet"), "{tried}");
    assert!(system.heard().is_empty());
    let unknown = json!({ "url": "https://hooks.example/", "events": ["message.eaten"] });
    let refused = app.call("POST", "/webhooks", &app.owner, unknown, &[]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn two_desks_on_one_database_tell_each_fact_once() {
    let one = App::open_with(Place::server(), equipment()).await;
    let other = App::beside_with(&one, equipment()).await;
    let system = System::start().await;
    add(&one, &system, &["conversation.opened"]).await;
    let ida = one.customer().await;
    for n in 0..20 {
        let desk = if n % 2 == 0 { &one } else { &other };
        desk.ask(&ida, &format!("A person, please: {n}")).await;
    }
    system.once(|heard| heard.len() >= 20).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let mut ids: Vec<String> =
        system.heard().iter().map(|one| one.headers["evenkeel-delivery"].clone()).collect();
    assert_eq!(ids.len(), 20);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}

async fn token(app: &App, who: &str, scope: &str) -> (String, String) {
    let new = json!({ "name": "A program", "scope": scope, "days": 30 });
    let made = app.post("/tokens", who, new).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["secret"]), text(&made["token"]["id"]))
}

#[tokio::test]
async fn a_program_may_do_what_its_scope_says_and_no_more() {
    let app = App::open().await;
    let ida = app.customer().await;
    let id = app.ask(&ida, "A person, please").await;
    let reply = format!("/conversations/{id}/messages");
    let status = async |token: &str, method: &str, path: &str, body: Value| {
        app.call(method, path, token, body, &[]).await.status
    };
    let words = |text: &str| json!({ "kind": "reply", "text": text });
    let topic = json!({ "name": "Lamps" });
    let (ok, created, no) = (StatusCode::OK, StatusCode::CREATED, StatusCode::FORBIDDEN);
    let (read, _) = token(&app, &app.owner, "read").await;
    let (answer, _) = token(&app, &app.owner, "answer").await;
    let (manage, _) = token(&app, &app.owner, "manage").await;
    assert!(read.starts_with("ek_"));
    for (token, may_answer, may_manage) in
        [(&read, no, no), (&answer, created, no), (&manage, created, created)]
    {
        assert_eq!(status(token, "GET", "/conversations", Value::Null).await, ok);
        assert_eq!(status(token, "POST", &reply, words("Hello")).await, may_answer);
        assert_eq!(status(token, "POST", "/topics", topic.clone()).await, may_manage);
        // Not with tokens, sessions and passwords, whatever the scope.
        let own =
            format!("/agents/{}", app.get("/me", token).await["agent"]["id"].as_str().unwrap());
        for (method, path) in [
            ("GET", "/tokens"),
            ("POST", "/tokens"),
            ("DELETE", "/session"),
            ("POST", "/agents"),
            ("PATCH", &own),
        ] {
            let password = json!({ "password": "a password of mine" });
            assert_eq!(status(token, method, path, password).await, no, "{method} {path}");
        }
    }
    // An owner's secrets are not for a program that only reads.
    for (token, sees) in [(&read, false), (&manage, true)] {
        let inboxes = app.get("/inboxes", token).await;
        assert_eq!(inboxes["items"][0]["identity_secret"].is_string(), sees);
        let hooks = status(token, "GET", "/webhooks", Value::Null).await;
        assert_eq!(hooks, if sees { ok } else { no });
    }
    // The agent is named as the author, and sees the token; others do not.
    let thread = app.get(&format!("/conversations/{id}"), &app.owner).await;
    assert!(
        thread["messages"].as_array().unwrap().iter().any(|one| one["author"]["name"] == "Olga")
    );
    let tom = app.agent().await;
    let (own, own_id) = token(&app, &tom, "manage").await;
    assert_eq!(status(&own, "POST", "/topics", topic).await, no, "no more than Tom may");
    assert_eq!(app.get("/tokens", &tom).await["items"].as_array().unwrap().len(), 1);
    let all = app.get("/tokens", &app.owner).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 4);
    assert!(all["items"][0]["used_at"].is_string() && !all.to_string().contains(&read), "{all}");
    for bytes in app.place.at_rest() {
        assert!(!bytes.windows(read.len()).any(|window| window == read.as_bytes()));
    }
    // It ends: removed, by time, or with its agent.
    let (removed, removed_id) = token(&app, &tom, "read").await;
    app.send_ok("DELETE", &format!("/tokens/{removed_id}"), &tom, Value::Null).await;
    let ended = StatusCode::UNAUTHORIZED;
    assert_eq!(status(&removed, "GET", "/me", Value::Null).await, ended);
    assert_eq!(status("ek_made-up", "GET", "/me", Value::Null).await, ended);
    let foreign =
        app.get("/tokens", &app.owner).await["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/tokens/{foreign}");
    assert_eq!(status(&tom, "DELETE", &path, Value::Null).await, StatusCode::NOT_FOUND);
    assert_eq!(status(&own, "GET", "/me", Value::Null).await, ok);
    let agents = app.get("/agents", &app.owner).await;
    let is_tom = |agent: &&Value| agent["name"] == "Tom";
    let tom_id = agents["items"].as_array().unwrap().iter().find(is_tom).unwrap()["id"].clone();
    let path = format!("/agents/{}", tom_id.as_str().unwrap());
    app.send_ok("PATCH", &path, &app.owner, json!({ "disabled": true })).await;
    assert_eq!(status(&own, "GET", "/me", Value::Null).await, ended, "{own_id}");
    app.place.change("update api_tokens set expires_at = 1");
    assert_eq!(status(&manage, "GET", "/me", Value::Null).await, ended);
    // A key makes it safe to send again, but a secret is kept nowhere.
    let new = json!({ "name": "Once", "scope": "read", "days": 1 });
    let key = [("idempotency-key", "once-1")];
    let made = app.call("POST", "/tokens", &app.owner, new.clone(), &key).await;
    assert_eq!(made.status, created);
    let again = app.call("POST", "/tokens", &app.owner, new, &key).await;
    assert!(again.status.is_client_error(), "{}", again.json);
    for bad in [0, 367, -1] {
        let new = json!({ "name": "Bad", "scope": "read", "days": bad });
        assert_eq!(status(&app.owner, "POST", "/tokens", new).await, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_call_by_telephone_is_a_repeat_of_what_was_asked_in_the_chat() {
    let app = App::open().await;
    let secret = app.service.door("web").await.unwrap().identity_secret;
    let signed = sim::visitor::Identity::signed("ida", "Ida", &secret);
    let identity = json!({ "external_id": "ida", "name": "Ida", "hash": signed.hash() });
    let body = json!({ "inbox": "web", "identity": identity });
    let session = app.post("/widget/session", "", body).await;
    app.ask(session["token"].as_str().unwrap(), "When do I get my refund?").await;
    let topics = app.get("/topics", &app.owner).await;
    let topic = |slug: &str| {
        let all = topics["items"].as_array().unwrap();
        all.iter().find(|one| one["slug"] == slug).unwrap()["id"].clone()
    };
    let (program, _) = token(&app, &app.owner, "answer").await;
    let call = |who: &str, slug: &str| {
        json!({
            "external_id": who, "topic_id": topic(slug), "channel": "telephone",
            "text": "Asked again about card 4111 1111 1111 1111.",
        })
    };
    let again = app.post("/contacts", &program, call("ida", "refunds")).await;
    assert_eq!(again["repeat"], true);
    let count = |sql: &str| app.place.number(&format!("select count(*) from {sql}"));
    assert_eq!(count("ledger where kind = 'happened' and data like '%repeated%'"), 1);
    assert_eq!(count("cases"), 1);
    let thread = app
        .get(&format!("/conversations/{}", again["conversation_id"].as_str().unwrap()), &app.owner)
        .await;
    assert_eq!(thread["conversation"]["state"], "closed");
    assert_eq!(thread["messages"][0]["kind"], "note");
    let text = thread["messages"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("By telephone: Asked again") && !text.contains("4111"), "{text}");
    // About something else, or by somebody else, it is a case that people had and no test counts.
    for (who, slug) in [("ida", "invoices"), ("tim", "refunds")] {
        let first = app.post("/contacts", &program, call(who, slug)).await;
        assert_eq!(first["repeat"], false);
        let second = app.post("/contacts", &program, call(who, slug)).await;
        assert_eq!((&second["repeat"], &second["case_id"]), (&json!(true), &first["case_id"]));
    }
    let human = "assignments where arm = 'human' and is_eligible = 0 and reason like '%telephone%'";
    assert_eq!((count("cases"), count(human)), (3, 2));
    // It is not in anybody's queue, and the customer does not see the note.
    let own = app.get("/widget/conversations", session["token"].as_str().unwrap()).await;
    for one in own["items"].as_array().unwrap() {
        let path = format!("/widget/conversations/{}", one["id"].as_str().unwrap());
        let thread = app.get(&path, session["token"].as_str().unwrap()).await;
        assert!(!thread.to_string().contains("telephone"), "{thread}");
    }
    for (bad, status) in [
        (
            json!({ "topic_id": topic("refunds"), "channel": "x", "text": "" }),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({ "external_id": "ida", "topic_id": "none", "channel": "x", "text": "" }),
            StatusCode::NOT_FOUND,
        ),
        (
            json!({ "external_id": " ", "topic_id": topic("refunds"), "channel": "x", "text": "" }),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({ "external_id": "ida", "topic_id": topic("refunds"), "channel": "", "text": "" }),
            StatusCode::BAD_REQUEST,
        ),
    ] {
        assert_eq!(
            app.call("POST", "/contacts", &program, bad.clone(), &[]).await.status,
            status,
            "{bad}"
        );
    }
}

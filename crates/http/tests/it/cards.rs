//! Generated card numbers, sent through the public door, and then looked for on disk.

use std::collections::HashSet;

use privacy::vectors::card_variants;
use serde_json::{Value, json};
use service::{Caller, Idempotency, ImportedTopic, Incoming, Replay};

use crate::app::App;

/// `EVENKEEL_CARDS=3000 EVENKEEL_SEED=7 cargo test -p http@0.1.0 cards` runs more, or others.
fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_generated_card_is_stored() {
    let n = usize::try_from(from_environment("EVENKEEL_CARDS", 300)).unwrap();
    let seed = from_environment("EVENKEEL_SEED", 1);
    println!("EVENKEEL_CARDS={n} EVENKEEL_SEED={seed}");
    let app = App::open().await;
    let mut numbers = Vec::new();
    for variant in card_variants(seed, n) {
        let customer = app.customer().await;
        let mut id: Option<String> = None;
        for text in &variant.messages {
            match &id {
                None => id = Some(app.ask(&customer, text).await),
                Some(id) => {
                    let path = format!("/widget/conversations/{id}/messages");
                    app.post(&path, &customer, json!({ "text": text })).await;
                }
            }
        }
        let id = id.unwrap();
        let thread = app.get(&format!("/widget/conversations/{id}"), &customer).await;
        let kept: String = thread["messages"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|message| message["author"]["type"] == "customer")
            .filter_map(|message| message["text"].as_str())
            .flat_map(str::chars)
            .filter(char::is_ascii_digit)
            .collect();
        assert!(!kept.contains(&variant.number), "SEED={seed}: {:?}", variant.messages);
        numbers.push((variant.number, variant.messages));
    }
    let on_disk = runs_of_digits(&app);
    for (number, messages) in numbers {
        assert!(!on_disk.contains(number.as_bytes()), "SEED={seed}: {messages:?} is on disk");
    }
    let listed = app.get("/conversations?limit=1", &app.owner).await;
    assert_ne!(listed["items"], Value::Array(Vec::new()));
}

/// All runs of 13 to 19 digits in the data folder, also those inside longer runs.
fn runs_of_digits(app: &App) -> HashSet<Vec<u8>> {
    let mut found = HashSet::new();
    for bytes in app.place.at_rest() {
        for run in bytes.split(|byte| !byte.is_ascii_digit()).filter(|run| run.len() >= 13) {
            for length in 13..=19.min(run.len()) {
                found.extend(run.windows(length).map(<[u8]>::to_vec));
            }
        }
    }
    found
}

/// A card that came in two messages: once the second is there, the first half must be nowhere.
const HALF: &str = "my card number is 5105 1051 0510";
const REST: &str = "5100 and please give me a person";

async fn say(app: &App, customer: &str, id: &str, text: &str) -> Value {
    let path = format!("/widget/conversations/{id}/messages");
    app.post(&path, customer, json!({ "text": text })).await
}

/// Waits until the digits are in no file of the desk. Each round writes something, so that a look
/// that was in the way of clearing the write-ahead log is over by then.
async fn is_cleared(app: &App, digits: &str) {
    for _ in 0..50 {
        app.customer().await;
        let is_there =
            |bytes: &Vec<u8>| bytes.windows(digits.len()).any(|window| window == digits.as_bytes());
        if !app.place.at_rest().iter().any(is_there) {
            return;
        }
    }
    panic!("{digits} is still on disk");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handoff_forgets_the_first_half() {
    let app = App::open().await;
    let customer = app.customer().await;
    let id = app.ask(&customer, HALF).await;
    say(&app, &customer, &id, REST).await;
    let thread = app.get(&format!("/conversations/{id}"), &app.owner).await;
    let handoffs = thread["handoffs"].as_array().unwrap();
    assert!(!handoffs.is_empty());
    for handoff in handoffs {
        let summary = handoff["summary"].as_str().unwrap();
        assert!(summary.contains("my card number is [card ••••]"), "{summary}");
    }
    is_cleared(&app, "5105 1051 0510").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_answer_forgets_the_first_half() {
    let app = App::open().await;
    let customer = app.customer().await;
    let send = async |key: &str, path: &str, token: &str, body: Value| {
        app.call("POST", path, token, body, &[("idempotency-key", key)]).await
    };
    let first = send("first", "/widget/conversations", &customer, json!({ "text": HALF })).await;
    let id = first.json["conversation"]["id"].as_str().unwrap().to_owned();
    let claim = format!("/conversations/{id}/claim");
    let other = format!("/conversations/{}/claim", app.ask(&app.customer().await, "hello?").await);
    assert_eq!(send("claim", &claim, &app.owner, json!({})).await.status, 200);
    let before = send("other", &other, &app.owner, json!({})).await;
    let path = format!("/widget/conversations/{id}/messages");
    let second = send("second", &path, &customer, json!({ "text": REST })).await;
    assert!(second.status.is_success(), "{}", second.json);
    let again = send("first", "/widget/conversations", &customer, json!({ "text": HALF })).await;
    assert_eq!(again.status, 409, "{}", again.json);
    let again = send("claim", &claim, &app.owner, json!({})).await;
    assert_eq!(again.status, 409, "{}", again.json);
    // What did not hold it is still known.
    let again = send("second", &path, &customer, json!({ "text": REST })).await;
    assert_eq!(again.json, second.json);
    assert_eq!(send("other", &other, &app.owner, json!({})).await.json, before.json);
    is_cleared(&app, "5105 1051 0510").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_late_is_not_kept() {
    let app = App::open().await;
    let customer = app.customer().await;
    let idempotency = Idempotency { key: "late".to_owned(), fingerprint: "the same".to_owned() };
    let who = app.service.who(&customer).await.unwrap();
    let caller = Caller { who, idempotency: Some(idempotency) };
    let first = app.service.receive_message(&caller, None, &Incoming::text(HALF)).await.unwrap();
    say(&app, &customer, &first.conversation_id.to_string(), REST).await;
    app.service.keep_answer(&caller, 201, HALF.to_owned()).await.unwrap();
    assert_eq!(app.service.replay(&caller).await.unwrap(), Replay::Unknown);
    is_cleared(&app, "5105 1051 0510").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_example_forgets_the_first_half() {
    let app = App::open().await;
    let customer = app.customer().await;
    let id = app.ask(&customer, HALF).await;
    let topics = app.get("/topics", &app.owner).await;
    let topic_id = topics["items"][0]["id"].as_str().unwrap();
    let learn = json!({ "topic_id": topic_id, "learn": true });
    app.send_ok("PUT", &format!("/conversations/{id}/topic"), &app.owner, learn).await;
    say(&app, &customer, &id, REST).await;
    let examples = app.get(&format!("/topics/{topic_id}/examples"), &app.owner).await.to_string();
    assert!(examples.contains("my card number is [card ••••]"), "{examples}");
    is_cleared(&app, "5105 1051 0510").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_forgets_the_first_half() {
    let app = App::open().await;
    let customer = app.customer().await;
    let id = app.ask(&customer, "a person, please").await;
    let path = format!("/conversations/{id}/messages");
    let text = "the card is 5555 5555 5555";
    app.post(&path, &app.owner, json!({ "text": text, "kind": "reply" })).await;
    app.post(&path, &app.owner, json!({ "text": "4444", "kind": "note" })).await;
    let listed = app.get("/conversations?limit=1", &app.owner).await.to_string();
    assert!(listed.contains("the card is [card ••••]"), "{listed}");
    is_cleared(&app, "5555 5555 5555").await;
}

/// One term of the index, and a text that fills pages of its own beside its row.
#[tokio::test(flavor = "multi_thread")]
async fn the_file_and_its_index_forget_the_first_half() {
    let app = App::open().await;
    let customer = app.customer().await;
    let id = app.ask(&customer, "my card number is 510510510510").await;
    say(&app, &customer, &id, "5100").await;
    is_cleared(&app, "10510510510").await;
    let long = format!("{}my card number is 378282246310", "Ünï ".repeat(990));
    let id = app.ask(&customer, &long).await;
    say(&app, &customer, &id, "005").await;
    is_cleared(&app, "78282246310").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_completes_a_card() {
    let app = App::open().await;
    let customer = app.customer().await;
    let id = app.ask(&customer, HALF).await;
    let path = format!("/widget/conversations/{id}");
    app.post(&format!("{path}/close"), &customer, Value::Null).await;
    app.post(&format!("{path}/survey"), &customer, json!({ "score": 1, "comment": "5100" })).await;
    let seen = app.get(&format!("/conversations/{id}"), &app.owner).await.to_string();
    assert!(!seen.contains("0510"), "{seen}");
    let listed = app.get("/conversations?limit=1", &app.owner).await.to_string();
    assert!(!listed.contains("0510"), "{listed}");
    is_cleared(&app, "5105 1051 0510").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_s_name_in_files_is_masked_before_it_is_an_address() {
    let app = App::open().await;
    let topic = ImportedTopic {
        slug: "pay_4000056655665556".to_owned(),
        name: String::new(),
        description: String::new(),
        level: desk::Level::Off,
        share: 0.0,
        people_first: false,
        answers_at_night: false,
        examples: vec!["how do I pay".into()],
    };
    app.service.import_topics(vec![topic], "A test sets it.").await.unwrap();
    is_cleared(&app, "4000056655665556").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locale_is_a_language() {
    let app = App::open().await;
    for (locale, expected) in
        [("4222222222222", 0), ("d", 0), ("deutsch", 0), ("de", 1), ("DE-at", 2), ("pap-419", 2)]
    {
        app.post("/widget/session", "", json!({ "inbox": "web", "locale": locale })).await;
        let known = "select count(*) from customers where locale is not null";
        let german = "select count(*) from customers where locale = 'de'";
        let n = app.place.number(if locale.starts_with('p') { german } else { known });
        assert_eq!(n, expected, "{locale}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_s_key_is_no_text() {
    let app = App::open().await;
    let customer = app.customer().await;
    for (key, status) in [
        ("customer-0-00001", 201),
        ("0198b2c4-4000-7566-8556-000000000000", 201),
        ("40000566-5566-4556-9000-000000000000", 201),
        ("a.b_c:d-E9", 201),
        (&"k".repeat(64), 201),
        (&"k".repeat(65), 400),
        ("", 400),
        ("card 1", 400),
        ("schlüssel", 400),
        ("4000056655665556", 400),
        ("4000-0566-5566-5556", 400),
        ("40000566-5566-5556-9000-000000000000", 400),
    ] {
        let body = json!({ "text": "hello", "client_id": key });
        let answer = app.call("POST", "/widget/conversations", &customer, body, &[]).await;
        assert_eq!(answer.status, status, "{key}: {}", answer.json);
    }
    let key = [("idempotency-key", "4000056655665556")];
    let body = json!({ "text": "hello" });
    let answer = app.call("POST", "/widget/conversations", &customer, body, &key).await;
    assert_eq!(answer.status, 400, "{}", answer.json);
    is_cleared(&app, "4000056655665556").await;
}

//! A customer asks and the desk answers; and what is refused.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};

use crate::app::App;

fn has(messages: &[Value], author: &str, kind: &str) -> bool {
    messages.iter().any(|m| m["author"]["type"] == author && m["kind"] == kind)
}

fn has_receipt(messages: &[Value]) -> bool {
    messages.iter().any(|m| m["code"] == "receipt")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_assistant_says_that_it_is_ai_then_answers_with_sources() {
    let app = App::open().await;
    // One case in twenty is drawn for people: of five customers, some reach the assistant.
    let mut n_answered = 0;
    for _ in 0..5 {
        let customer = app.customer().await;
        let id = app.ask(&customer, "How long does a refund take?").await;
        let done = |m: &[Value]| has(m, "ai", "text") || has_receipt(m);
        let messages = app.messages(&customer, &id, done).await;
        let Some(answer) = messages.iter().find(|m| m["author"]["type"] == "ai") else { continue };
        n_answered += 1;
        let notice = messages.iter().find(|m| m["code"] == "ai_notice").unwrap();
        assert!(notice["position"].as_i64() < answer["position"].as_i64());
        assert_eq!(answer["generated"], true);
        assert!(answer["text"].as_str().unwrap().contains("five working days"), "{answer}");
        assert_eq!(answer["sources"][0]["slug"], "refund-times");
    }
    assert!(n_answered > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_first_message_sent_twice_at_once_is_there_once() {
    let app = App::open().await;
    let customer = app.customer().await;
    for nth in 0..10 {
        let given = json!({ "text": "a person, please", "client_id": format!("once-{nth}") });
        let send = || app.post("/widget/conversations", &customer, given.clone());
        let (one, other) = tokio::join!(send(), send());
        assert_eq!(one["conversation"]["id"], other["conversation"]["id"], "attempt {nth}");
    }
    assert_eq!(app.place.number("select count(*) from conversations"), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_answers_and_notes_stay_inside() {
    let app = App::open().await;
    let (customer, agent) = (app.customer().await, app.agent().await);
    let id = app.ask(&customer, "a person, please").await;
    let messages = app.messages(&customer, &id, has_receipt).await;
    assert!(messages.last().unwrap()["text"].as_str().unwrap().contains("Your reference is #"));
    let path = format!("/conversations/{id}/messages");
    app.post(&path, &agent, json!({ "kind": "note", "text": "a secret note" })).await;
    app.post(&path, &agent, json!({ "kind": "reply", "text": "Hello, I am Tom." })).await;
    let thread = app.get(&format!("/widget/conversations/{id}"), &customer).await;
    assert_eq!(thread["conversation"]["handler"], "agent");
    assert_eq!(thread["conversation"]["agent_name"], "Tom");
    assert!(has(thread["messages"].as_array().unwrap(), "agent", "text"));
    assert!(!thread.to_string().contains("secret note"));
    let detail = app.get(&format!("/conversations/{id}"), &agent).await;
    assert!(detail.to_string().contains("a secret note"));
    assert_eq!(detail["handoffs"][0]["reason"], "asked_for_person");
}

#[tokio::test(flavor = "multi_thread")]
async fn hardship_goes_first_and_is_never_drawn() {
    let app = App::open().await;
    let (customer, agent) = (app.customer().await, app.agent().await);
    app.ask(&customer, "please send the receipt").await;
    let id = app.ask(&customer, "I lost my job, when do I get my refund").await;
    let waiting = app.get("/conversations?view=waiting", &agent).await;
    assert_eq!(waiting["items"][0]["id"], id.as_str());
    assert_eq!(waiting["items"][0]["priority"], "first");
    let detail = app.get(&format!("/conversations/{id}"), &agent).await;
    for case in detail["cases"].as_array().unwrap() {
        assert_eq!(case["assignment"]["randomised"], false);
        assert_eq!(case["assignment"]["arm"], "human");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ones_own_does_not_exist() {
    let app = App::open().await;
    let (one, other) = (app.customer().await, app.customer().await);
    let id = app.ask(&one, "a person, please").await;
    let path = format!("/widget/conversations/{id}");
    let text = json!({ "text": "hello" });
    for (method, path, token, status) in [
        ("GET", path.clone(), &other, StatusCode::NOT_FOUND),
        ("POST", format!("{path}/messages"), &other, StatusCode::NOT_FOUND),
        ("GET", format!("/conversations/{id}"), &one, StatusCode::FORBIDDEN),
        ("GET", path.clone(), &"wrong".to_owned(), StatusCode::UNAUTHORIZED),
        ("GET", "/widget/conversations/none".to_owned(), &one, StatusCode::NOT_FOUND),
        ("GET", "/topics".to_owned(), &one, StatusCode::FORBIDDEN),
    ] {
        let body = if method == "POST" { text.clone() } else { Value::Null };
        let answer = app.call(method, &path, token, body, &[]).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.json);
        assert!(!answer.json["hint"].as_str().unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_told_apart_and_changes_nothing() {
    let app = App::open().await;
    let customer = app.customer().await;
    let (fits, long) = ("x".repeat(4_000), "x".repeat(4_001));
    for (body, code) in [
        (json!({ "text": long }), "too_long"),
        (json!({ "text": "  " }), "bad_request"),
        (json!({ "text": 7 }), "bad_request"),
        (json!({ "text": "a", "colour": "red" }), "bad_request"),
        (json!({}), "bad_request"),
    ] {
        let answer = app.call("POST", "/widget/conversations", &customer, body, &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.json["code"], code, "{}", answer.json);
    }
    let request = Request::builder()
        .method("POST")
        .uri("/api/v1/widget/conversations")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {customer}"))
        .body(Body::from(b"{\"text\": \"\xff\"}".to_vec()))
        .unwrap();
    assert_eq!(app.send(request).await.json["code"], "not_utf8");
    let listed = app.get("/widget/conversations", &customer).await;
    assert_eq!(listed["items"], json!([]));
    app.ask(&customer, &fits).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_is_carried_out_once() {
    let app = App::open().await;
    let customer = app.customer().await;
    let ask = |text: &'static str| {
        let (app, customer) = (&app, &customer);
        async move {
            let headers = [("idempotency-key", "key-1")];
            let body = json!({ "text": text });
            app.call("POST", "/widget/conversations", customer, body, &headers).await
        }
    };
    let first = ask("a person, please").await;
    let again = ask("a person, please").await;
    assert_eq!(first.json, again.json);
    let other = ask("something else").await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json["code"], "idempotency_reused");
    let listed = app.get("/widget/conversations", &customer).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_card_number_reaches_the_data_folder() {
    let app = App::open().await;
    let customer = app.customer().await;
    let id = app.ask(&customer, "my card is 4111 1111 1111 1111, a person please").await;
    let path = format!("/widget/conversations/{id}/messages");
    for half in ["it begins with 5555 5555", "and goes on 5555 4444"] {
        app.post(&path, &customer, json!({ "text": half })).await;
    }
    let thread = app.get(&format!("/widget/conversations/{id}"), &customer).await.to_string();
    assert!(!thread.contains("4111 1111 1111") && !thread.contains("5555 4444"), "{thread}");
    assert!(!thread.contains("5555 5555"), "{thread}");
    for bytes in app.place.at_rest() {
        for digits in ["4111 1111 1111 1111", "4111111111111111", "5555 4444"] {
            let found = bytes.windows(digits.len()).any(|window| window == digits.as_bytes());
            assert!(!found, "{digits} is on disk");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_agent_has_a_conversation_and_the_other_is_told_who() {
    let app = App::open().await;
    let (customer, agent) = (app.customer().await, app.agent().await);
    let id = app.ask(&customer, "a person, please").await;
    app.post(&format!("/conversations/{id}/claim"), &app.owner, json!({})).await;
    let path = format!("/conversations/{id}/claim");
    let refused = app.call("POST", &path, &agent, json!({}), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json["detail"], "Olga has this conversation.");
    app.post(&format!("/conversations/{id}/close"), &app.owner, json!({})).await;
    let survey = format!("/widget/conversations/{id}/survey");
    let judged = app.post(&survey, &customer, json!({ "score": 5 })).await;
    assert_eq!(judged["survey"]["score"], 5);
    let again = app.call("POST", &survey, &customer, json!({ "score": 1 }), &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_card_in_two_messages_is_masked_too() {
    let app = App::open().await;
    let (customer, agent) = (app.customer().await, app.agent().await);
    let id = app.ask(&customer, "a person please").await;
    let path = format!("/conversations/{id}/messages");
    for (kind, text) in [("note", "they read me 4111 1111"), ("reply", "and then 1111 1111")] {
        app.post(&path, &agent, json!({ "kind": kind, "text": text })).await;
    }
    let thread = app.get(&format!("/conversations/{id}"), &agent).await;
    let written = thread["messages"].to_string();
    assert!(!written.contains("4111 1111") && !written.contains("1111 1111"), "{written}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_can_be_asked_for_after_the_end() {
    let app = App::open().await;
    let (customer, agent) = (app.customer().await, app.agent().await);
    let id = app.ask(&customer, "hello").await;
    app.post(&format!("/widget/conversations/{id}/close"), &customer, Value::Null).await;
    let person = format!("/widget/conversations/{id}/person");
    for _ in 0..2 {
        app.post(&person, &customer, Value::Null).await;
    }
    let waiting = app.get("/conversations?view=waiting", &agent).await;
    assert_eq!(waiting["items"][0]["id"], id.as_str());
    let thread = app.get(&format!("/widget/conversations/{id}"), &customer).await;
    let codes: Vec<&str> =
        thread["messages"].as_array().unwrap().iter().filter_map(|m| m["code"].as_str()).collect();
    assert_eq!(codes.iter().filter(|code| **code == "receipt").count(), 1, "{codes:?}");
    assert!(codes.contains(&"reopened"), "{codes:?}");
}

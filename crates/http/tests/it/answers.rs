//! Whole answers, as callers get them; ids, times and tokens are replaced by their place.

use std::fmt::Write;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_desk_shows() {
    let app = App::open().await;
    let (agent, customer) = (app.agent().await, app.customer().await);
    let id = app.ask(&customer, "a person, please").await;
    let at = format!("/conversations/{id}");
    app.post(&format!("{at}/claim"), &agent, json!({})).await;
    app.post(&format!("{at}/messages"), &agent, json!({ "kind": "note", "text": "Psst." })).await;
    app.post(&format!("{at}/messages"), &agent, json!({ "kind": "reply", "text": "Hi." })).await;
    let topic = first_id(&app, "/topics").await;
    let article = first_id(&app, "/articles").await;
    let mut shown = Shown::new();
    for (who, token, path) in [
        ("nobody", "", "/setup".to_owned()),
        ("nobody", "", "/widget/config?inbox=web".to_owned()),
        ("owner", &*app.owner, "/me".to_owned()),
        ("owner", &app.owner, "/agents".to_owned()),
        ("owner", &app.owner, "/inboxes".to_owned()),
        ("agent", &agent, "/inboxes".to_owned()),
        ("owner", &app.owner, "/topics".to_owned()),
        ("owner", &app.owner, format!("/topics/{topic}")),
        ("owner", &app.owner, format!("/topics/{topic}/examples?limit=2")),
        ("owner", &app.owner, "/articles".to_owned()),
        ("owner", &app.owner, format!("/articles/{article}")),
        ("owner", &app.owner, "/sample".to_owned()),
        ("agent", &agent, "/conversations?view=mine".to_owned()),
        ("agent", &agent, "/conversations?view=waiting".to_owned()),
        ("agent", &agent, "/conversations?q=psst".to_owned()),
        ("agent", &agent, at),
        ("agent", &agent, "/counts".to_owned()),
        ("customer", &customer, "/widget/conversations".to_owned()),
        ("customer", &customer, format!("/widget/conversations/{id}")),
        ("customer", &customer, format!("/widget/conversations/{id}/place")),
    ] {
        let answer = app.call("GET", &path, token, Value::Null, &[]).await;
        shown.add(&format!("GET {path} as {who}"), answer.status.as_u16(), &answer.json);
    }
    insta::assert_snapshot!(shown.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_desk_refuses_changes_nothing() {
    let app = App::open().await;
    let (agent, customer, other) = (app.agent().await, app.customer().await, app.customer().await);
    let own = app.ask(&customer, "a person, please").await;
    let gone = app.ask(&customer, "a person, please").await;
    app.post(&format!("/widget/conversations/{gone}/close"), &customer, Value::Null).await;
    let expired = app.customer().await;
    app.expire_last_session();
    let (inbox, topic) = (first_id(&app, "/inboxes").await, first_id(&app, "/topics").await);
    let article = first_id(&app, "/articles").await;
    let widget = format!("/widget/conversations/{own}");
    let at = format!("/conversations/{own}");
    let before = app.last_seq();
    let mut shown = Shown::new();
    let long = "x".repeat(4_001);
    let (text, none) = (json!({ "text": "hello" }), Value::Null);
    let cases: Vec<(&str, &str, String, &str, Value)> = vec![
        ("customer", &customer, "/widget/conversations".into(), "POST", json!({ "text": long })),
        ("customer", &customer, "/widget/conversations".into(), "POST", json!({ "text": " " })),
        ("customer", &customer, "/widget/conversations".into(), "POST", json!({ "text": 7 })),
        ("customer", &customer, "/widget/conversations".into(), "POST", json!({})),
        (
            "customer",
            &customer,
            "/widget/conversations".into(),
            "POST",
            json!({ "text": "a", "colour": "red" }),
        ),
        ("customer", &customer, format!("{widget}/survey"), "POST", json!({ "score": 6 })),
        ("customer", &customer, format!("{widget}/survey"), "POST", json!({ "score": 5 })),
        ("customer", &customer, "/widget/conversations/none".into(), "GET", none.clone()),
        ("customer", &customer, "/widget/conversations?limit=0".into(), "GET", none.clone()),
        ("customer", &customer, "/widget/conversations?cursor=x".into(), "GET", none.clone()),
        ("customer", &customer, "/widget/conversations?colour=red".into(), "GET", none.clone()),
        ("customer", &customer, "/topics".into(), "GET", none.clone()),
        ("customer", &customer, format!("{at}/close"), "POST", none.clone()),
        ("another customer", &other, widget.clone(), "GET", none.clone()),
        ("another customer", &other, format!("{widget}/messages"), "POST", text.clone()),
        ("another customer", &other, format!("{widget}/close"), "POST", none.clone()),
        ("an expired session", &expired, "/widget/conversations".into(), "POST", text.clone()),
        ("nobody", "", widget.clone(), "GET", none.clone()),
        ("nobody", "wrong", widget.clone(), "GET", none.clone()),
        ("nobody", "", "/widget/session".into(), "POST", json!({ "inbox": "none" })),
        (
            "nobody",
            "",
            "/session".into(),
            "POST",
            json!({ "email": "tom@shop.example", "password": "wrong" }),
        ),
        (
            "nobody",
            "",
            "/setup".into(),
            "POST",
            json!({ "key": "x", "desk_name": "A", "name": "B", "email": "c@d.example",
                "password": "a long password" }),
        ),
        ("agent", &agent, format!("/topics/{topic}"), "PATCH", json!({ "name": "New" })),
        ("agent", &agent, format!("/inboxes/{inbox}"), "PATCH", json!({ "name": "New" })),
        (
            "agent",
            &agent,
            "/agents".into(),
            "POST",
            json!({
            "name": "A", "email": "a@b.example", "role": "owner", "password": "a long password" }),
        ),
        (
            "agent",
            &agent,
            format!("{at}/messages"),
            "POST",
            json!({ "kind": "shout", "text": "a" }),
        ),
        ("agent", &agent, format!("{at}/assign"), "POST", json!({ "agent_id": "none" })),
        ("agent", &agent, format!("{at}/drafts/none/discard"), "POST", none.clone()),
        ("agent", &agent, "/conversations?view=odd".into(), "GET", none.clone()),
        ("agent", &agent, "/me/presence".into(), "PUT", json!({ "presence": "asleep" })),
        (
            "owner",
            &app.owner,
            format!("/topics/{topic}/level"),
            "PUT",
            json!({
            "level": "godlike", "reason": "Why not." }),
        ),
        (
            "owner",
            &app.owner,
            format!("/topics/{topic}/level"),
            "PUT",
            json!({
            "level": "supervised", "share": 1.5, "reason": "Why not." }),
        ),
        (
            "owner",
            &app.owner,
            format!("/topics/{topic}/level"),
            "PUT",
            json!({
            "level": "off", "reason": "" }),
        ),
        (
            "owner",
            &app.owner,
            format!("/articles/{article}"),
            "PUT",
            json!({
            "title": "Old", "body": "Old.", "version": 99 }),
        ),
        (
            "owner",
            &app.owner,
            "/agents".into(),
            "POST",
            json!({
            "name": "A", "email": "tom@shop.example", "role": "agent",
            "password": "a long password" }),
        ),
        (
            "owner",
            &app.owner,
            "/agents".into(),
            "POST",
            json!({
            "name": "A", "email": "a@b.example", "role": "agent", "password": "short" }),
        ),
        ("owner", &app.owner, "/nothing/here".into(), "GET", none.clone()),
        ("owner", &app.owner, "/topics".into(), "DELETE", none.clone()),
    ];
    for (who, token, path, method, body) in cases {
        let told = if body.is_null() { String::new() } else { format!(" {body}") };
        let told = told.replace(&long, "[4,001 letters]");
        let answer = app.call(method, &path, token, body, &[]).await;
        assert!(answer.status.is_client_error(), "{method} {path}: {}", answer.json);
        shown.add(&format!("{method} {path}{told} as {who}"), answer.status.as_u16(), &answer.json);
    }
    for (name, bytes) in [("not UTF-8", &b"{\"text\": \"\xff\"}"[..]), ("no JSON", b"{text}")] {
        let request = Request::post("/api/v1/widget/conversations")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {customer}"));
        let answer = app.send(request.body(Body::from(bytes.to_vec())).unwrap()).await;
        shown.add(
            &format!("POST /widget/conversations, {name}"),
            answer.status.as_u16(),
            &answer.json,
        );
    }
    assert_eq!(app.last_seq(), before, "a refusal changed something");
    insta::assert_snapshot!(shown.text);
}

/// Answers one under the other, without what differs from run to run.
struct Shown {
    text: String,
    ids: Vec<String>,
}

impl Shown {
    fn new() -> Self {
        Self { text: String::new(), ids: Vec::new() }
    }

    fn add(&mut self, request: &str, status: u16, json: &Value) {
        let answer = serde_json::to_string_pretty(json).unwrap();
        let whole = format!("{request}\n{status} {answer}\n\n");
        let plain = self.without_chance(&whole);
        self.text.write_str(&plain).unwrap();
    }

    fn without_chance(&mut self, text: &str) -> String {
        let is_inside = |c: char| c.is_ascii_alphanumeric() || "-:.".contains(c);
        let mut plain = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let n = rest.find(|c: char| !is_inside(c)).unwrap_or(rest.len());
            let word = &rest[..n];
            if is_id(word) {
                let known = self.ids.iter().position(|id| id == word).unwrap_or_else(|| {
                    self.ids.push(word.to_owned());
                    self.ids.len() - 1
                });
                write!(plain, "[id {}]", known + 1).unwrap();
            } else if word.len() == 24 && word.ends_with('Z') && word.starts_with("20") {
                plain.push_str("[time]");
            } else if word.len() >= 40 && word.chars().all(|c| c.is_ascii_hexdigit()) {
                plain.push_str("[secret]");
            } else {
                plain.push_str(word);
            }
            rest = &rest[n..];
            if let Some(c) = rest.chars().next() {
                plain.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        plain
    }
}

fn is_id(word: &str) -> bool {
    word.len() == 36 && word.bytes().filter(|&b| b == b'-').count() == 4
}

async fn first_id(app: &App, path: &str) -> String {
    let list = app.get(path, &app.owner).await;
    list["items"][0]["id"].as_str().unwrap().to_owned()
}

//! Files as customers and agents send and fetch them.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::App;

async fn upload(app: &App, token: &str, name: &str, kind: &str, content: &[u8]) -> String {
    let request = Request::post(format!("/api/v1/files?name={name}"))
        .header("content-type", kind)
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(content.to_vec()))
        .unwrap();
    let answer = app.send(request).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json);
    answer.json["id"].as_str().unwrap().to_owned()
}

/// Status, type and bytes.
async fn fetch(app: &App, token: &str, id: &str) -> (u16, String, Vec<u8>) {
    let request = Request::get(format!("/api/v1/files/{id}"))
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    let response = app.router.clone().oneshot(request).await.unwrap();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    let status = response.status().as_u16();
    (status, kind, response.into_body().collect().await.unwrap().to_bytes().to_vec())
}

fn utf_16(text: &str, is_big: bool) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(|unit| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

/// What becomes of the bytes of a file: its type, and what is read of it.
async fn check(app: &App, token: &str, kind: &str, content: &[u8], expected: (&str, &[u8])) {
    let id = upload(app, token, "a", kind, content).await;
    let (status, kind, bytes) = fetch(app, token, &id).await;
    assert_eq!((status, kind.as_str()), (200, expected.0));
    assert_eq!(bytes, expected.1, "{:?}", String::from_utf8_lossy(&bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_in_older_alphabets_are_masked() {
    let app = App::open().await;
    let customer = app.customer().await;
    let masked = "Café: card [card •••• 5904]".as_bytes();
    let text = "Café: card 3056 9309 0259 04";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let plain = "text/plain";
    check(&app, &customer, plain, text.as_bytes(), (plain, masked)).await;
    check(&app, &customer, "text/csv; charset=x", &latin, (plain, masked)).await;
    for is_big in [true, false] {
        let wide = utf_16(text, is_big);
        check(&app, &customer, plain, &wide, (plain, masked)).await;
        let unknown = "application/octet-stream";
        check(&app, &customer, "application/vnd.ms-excel", &wide, (unknown, masked)).await;
    }
    // The euro sign, quotation marks, and a byte that means nothing.
    check(&app, &customer, plain, b"\x80 \x93a\x94 \x81", (plain, "€ “a” \u{81}".as_bytes())).await;
    // Not text, and not told to be: as it came.
    let unknown = "application/octet-stream";
    check(&app, &customer, "", b"\x00\xff\x81", (unknown, b"\x00\xff\x81")).await;
    check(&app, &customer, plain, b"GIF89a\xff", ("image/gif", b"GIF89a\xff")).await;
    for bytes in app.place.at_rest() {
        assert!(!bytes.windows(9).any(|window| window == b"3056 9309"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_files_make_no_card_in_a_subject() {
    let app = App::open().await;
    let customer = app.customer().await;
    let first = upload(&app, &customer, "3782%20822", "text/plain", b"a").await;
    let second = upload(&app, &customer, "46310%20005", "text/plain", b"b").await;
    let body = json!({ "text": "", "file_ids": [first, second] });
    let thread = app.post("/widget/conversations", &customer, body).await;
    let id = thread["conversation"]["id"].as_str().unwrap();
    let seen = app.get(&format!("/conversations/{id}"), &app.owner).await;
    assert_eq!(seen["conversation"]["subject"], "[card •••• 0005]", "{seen}");
    let listed = app.get("/conversations?limit=1", &app.owner).await;
    assert!(!listed.to_string().contains("3782 822"), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_with_one_message_once() {
    let app = App::open().await;
    let customer = app.customer().await;
    let file = upload(&app, &customer, "a", "text/plain", b"a").await;
    let send =
        async |body: Value| app.call("POST", "/widget/conversations", &customer, body, &[]).await;
    let twice = send(json!({ "text": "look", "file_ids": [file, file] })).await;
    assert_eq!(twice.status, 400, "{}", twice.json);
    assert!(twice.json["hint"].is_string(), "{}", twice.json);
    let (a, b, c) = tokio::join!(
        send(json!({ "text": "look", "file_ids": [file], "client_id": "one" })),
        send(json!({ "text": "look", "file_ids": [file], "client_id": "two" })),
        send(json!({ "text": "look", "file_ids": [file], "client_id": "three" })),
    );
    let mut statuses = [a.status.as_u16(), b.status.as_u16(), c.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400]);
    // Sent again by one who did not hear the answer, it is the same message.
    let winner = [(a, "one"), (b, "two"), (c, "three")];
    let (_, key) = winner.into_iter().find(|(answer, _)| answer.status == 201).unwrap();
    let again = send(json!({ "text": "look", "file_ids": [file], "client_id": key })).await;
    assert!(again.status.is_success(), "{}", again.json);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_s_file_is_for_agents() {
    let app = App::open().await;
    let customer = app.customer().await;
    let id = app.ask(&customer, "a person, please").await;
    let path = format!("/conversations/{id}/messages");
    for (kind, status) in [("note", 404), ("reply", 200)] {
        let file = upload(&app, &app.owner, "a", "text/plain", b"inside").await;
        let body = json!({ "text": "look", "kind": kind, "file_ids": [file] });
        app.post(&path, &app.owner, body).await;
        assert_eq!(fetch(&app, &app.owner, &file).await.0, 200);
        assert_eq!(fetch(&app, &customer, &file).await.0, status, "{kind}");
    }
}

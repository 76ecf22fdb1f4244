//! People apply for shifts on a public page; owners alone read it, and decide with a reason.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    app::{App, PASSWORD},
    letters::Server,
};

fn application(email: &str) -> Value {
    json!({
        "name": "Noor Haddad", "email": email, "zone": "Asia/Amman", "languages": ["ar", "en"],
        "wish_hours": 10, "student": true, "words": "I bought the Lofoten sofa.", "consent": true
    })
}

fn terms() -> Value {
    json!({
        "zone": "Asia/Amman", "laws": ["eu"], "languages": ["ar", "en"], "wish_hours": 10,
        "week_hours_max": 20, "rate": 1500
    })
}

async fn apply(app: &App, body: Value) -> (StatusCode, Value) {
    let answer = app.call("POST", "/join", "", body, &[]).await;
    (answer.status, answer.json)
}

async fn open(app: &App) {
    app.send_ok("PUT", "/join", &app.owner, json!({ "open": true })).await;
}

async fn waiting(app: &App) -> Vec<Value> {
    let all = app.get("/applications", &app.owner).await;
    let items = all["items"].as_array().unwrap();
    items.iter().filter(|one| one["state"] == "open").cloned().collect()
}

#[tokio::test]
async fn an_applicant_is_taken_and_takes_shifts() {
    let app = App::open().await;
    assert_eq!(app.get("/join", "").await["open"], false);
    let (status, told) = apply(&app, application("noor@mail.example")).await;
    assert_eq!(status, StatusCode::CONFLICT, "{told}");
    open(&app).await;
    let page = app.get("/join", "").await;
    assert_eq!((page["open"].as_bool(), page["desk_name"].as_str()), (Some(true), Some("Shop")));
    // Twice is once, and nobody learns by it who has applied.
    for email in ["noor@mail.example", "Noor@Mail.example"] {
        assert_eq!(apply(&app, application(email)).await.0, StatusCode::NO_CONTENT);
    }
    let waiting = waiting(&app).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["words"], "I bought the Lofoten sofa.");
    let path = format!("/applications/{}/accept", waiting[0]["id"].as_str().unwrap());
    // Without a mail server nobody can be invited.
    let answer = app.call("POST", &path, &app.owner, json!({ "terms": terms() }), &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.json);
    let mut wrong = json!({ "terms": terms(), "password": PASSWORD });
    wrong["terms"]["zone"] = json!("Nowhere");
    let answer = app.call("POST", &path, &app.owner, wrong, &[]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.place.number("select count(*) from workers"), 0);
    let yes = json!({ "terms": terms(), "password": PASSWORD });
    app.send_ok("POST", &path, &app.owner, yes.clone()).await;
    let answer = app.call("POST", &path, &app.owner, yes, &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.json);
    let given = json!({ "email": "noor@mail.example", "password": PASSWORD });
    let signed = app.post("/session", "", given).await;
    let own = app.get("/me/shifts", signed["token"].as_str().unwrap()).await;
    assert_eq!(
        (own["worker"]["agent"]["name"].as_str(), own["earned"].as_i64()),
        (Some("Noor Haddad"), Some(0))
    );
}

#[tokio::test]
async fn a_refusal_is_told_with_its_reason() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    open(&app).await;
    assert_eq!(apply(&app, application("noor@mail.example")).await.0, StatusCode::NO_CONTENT);
    let letter = server.letters(1).await.remove(0);
    assert!(
        letter.contains("To: noor@mail.example") && letter.contains("within 5 days"),
        "{letter}"
    );
    let id = waiting(&app).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/applications/{id}/refuse");
    let blank = app.call("POST", &path, &app.owner, json!({ "reason": " " }), &[]).await;
    assert_eq!(blank.status, StatusCode::BAD_REQUEST);
    app.send_ok("POST", &path, &app.owner, json!({ "reason": "Nobody writes in Arabic yet" }))
        .await;
    let letter = server.letters(2).await.remove(1);
    assert!(letter.contains("Nobody writes in Arabic yet"), "{letter}");
    let all = app.get("/applications", &app.owner).await;
    assert_eq!(
        (all["items"][0]["state"].as_str(), all["items"][0]["decided_by"]["name"].as_str()),
        (Some("refused"), Some("Olga"))
    );
    // They may apply again.
    assert_eq!(apply(&app, application("noor@mail.example")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(waiting(&app).await.len(), 1);
}

#[tokio::test]
async fn what_applicants_tell_is_for_owners() {
    let app = App::open().await;
    open(&app).await;
    apply(&app, application("noor@mail.example")).await;
    let tom = app.agent().await;
    let agents = app.get("/agents", &app.owner).await;
    let id =
        agents["items"].as_array().unwrap().iter().find(|agent| agent["name"] == "Tom").unwrap();
    let path = format!("/agents/{}", id["id"].as_str().unwrap());
    app.send_ok("PATCH", &path, &app.owner, json!({ "role": "lead" })).await;
    // Nor does a lead set their own pay.
    let own = format!("/workers/{}", id["id"].as_str().unwrap());
    let answer = app.call("PUT", &own, &tom, terms(), &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.json);
    for (method, path) in [("GET", "/applications"), ("PUT", "/join")] {
        let body = if method == "PUT" { json!({ "open": false }) } else { Value::Null };
        let answer = app.call(method, path, &tom, body, &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    let id = waiting(&app).await[0]["id"].as_str().unwrap().to_owned();
    let answer = app
        .call("POST", &format!("/applications/{id}/refuse"), &tom, json!({ "reason": "x" }), &[])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    // No program may make agents, whatever its token.
    let token = json!({ "name": "All", "scope": "manage", "days": 1 });
    let token = app.post("/tokens", &app.owner, token).await["secret"].as_str().unwrap().to_owned();
    let yes = json!({ "terms": terms(), "password": PASSWORD });
    let answer = app.call("POST", &format!("/applications/{id}/accept"), &token, yes, &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(waiting(&app).await.len(), 1);
}

#[tokio::test]
async fn what_is_no_application_is_refused_with_a_hint() {
    let app = App::open().await;
    open(&app).await;
    let wrong = [
        ("consent", json!(false)),
        ("zone", json!("Moon")),
        ("email", json!("nobody")),
        ("wish_hours", json!(61)),
        ("name", json!(" ")),
        ("words", json!("x".repeat(1_001))),
        ("languages", json!(["<script>"])),
        ("languages", json!(vec!["en"; 21])),
    ];
    for (field, value) in wrong {
        let mut body = application("noor@mail.example");
        body[field] = value;
        let (status, told) = apply(&app, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{field}: {told}");
    }
    assert!(waiting(&app).await.is_empty());
    // A card number is no more kept here than anywhere.
    let mut body = application("noor@mail.example");
    body["words"] = json!("Pay me to 4111 1111 1111 1111");
    assert_eq!(apply(&app, body).await.0, StatusCode::NO_CONTENT);
    assert!(!waiting(&app).await[0]["words"].as_str().unwrap().contains("4111"));
    let mut last = StatusCode::NO_CONTENT;
    for nth in 0..80 {
        last = apply(&app, application(&format!("a{nth}@mail.example"))).await.0;
        if last == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

//! Work that was given up, and what those who look after the desk can see of it.

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::App;

/// Gives up an answer to that conversation; returns the number of such jobs.
fn give_up(app: &App, id: &str, conversation: &str) {
    let query = format!(
        "insert into jobs (id, kind, conversation_id, message_id, n_attempts, due_at, \
         leased_until, died_at, failure) select '{id}', 'answer', '{conversation}', id, 10, 1, 0, \
         2, 'no answer' from messages where conversation_id = '{conversation}' and position = 1 \
         returning n_attempts"
    );
    assert_eq!(app.place.number(&query), 10);
}

const FIRST: &str = "01900000-0000-7000-8000-000000000001";
const SECOND: &str = "01900000-0000-7000-8000-000000000002";

#[tokio::test(flavor = "multi_thread")]
async fn failed_work_is_shown_tried_again_or_dropped() {
    let app = App::open().await;
    let (agent, customer) = (app.agent().await, app.customer().await);
    let id = app.ask(&customer, "a person, please").await;
    assert_eq!(
        app.get("/jobs/failed", &app.owner).await,
        json!({ "items": [], "next_cursor": null })
    );
    give_up(&app, FIRST, &id);
    give_up(&app, SECOND, &id);
    let state = &app.get("/overview", &app.owner).await["state"];
    assert_eq!(state["jobs_failed"], 2, "{state}");
    assert_eq!(state["is_read_only"], false, "{state}");
    let failed = app.get("/jobs/failed", &app.owner).await;
    let first = &failed["items"][0];
    assert_eq!(first["id"], FIRST, "{failed}");
    assert_eq!((&first["kind"], &first["failure"]), (&json!("answer"), &json!("no answer")));
    assert_eq!(first["conversation_id"], id.as_str());

    let refused = app.call("GET", "/jobs/failed", &agent, Value::Null, &[]).await;
    assert_eq!(refused.status.as_u16(), 403, "{}", refused.json);
    let retry = format!("/jobs/{FIRST}/retry");
    assert_eq!(app.call("POST", &retry, &agent, Value::Null, &[]).await.status.as_u16(), 403);
    app.send_ok("POST", &retry, &app.owner, Value::Null).await;
    let again = app.call("POST", &retry, &app.owner, Value::Null, &[]).await;
    assert_eq!(again.status.as_u16(), 404, "{}", again.json);
    app.send_ok("DELETE", &format!("/jobs/{SECOND}"), &app.owner, Value::Null).await;
    assert_eq!(app.get("/jobs/failed", &app.owner).await["items"], json!([]));
    // The first was done: nobody wants the assistant's answer any more, so it just ends.
    for _ in 0..1_000 {
        if app.place.number("select count(*) from jobs") == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the job that was tried again is still there");
}

async fn text(app: &App, path: &str) -> (u16, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = app.router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_and_hold_no_words() {
    let app = App::open().await;
    let customer = app.customer().await;
    let id = app.ask(&customer, "Zanzibar: a person, please").await;
    app.get(&format!("/widget/conversations/{id}"), &customer).await;
    give_up(&app, FIRST, &id);
    let (status, shown) = text(&app, "/metrics").await;
    assert_eq!(status, 200);
    for line in [
        "evenkeel_conversations{view=\"queue\"} 1",
        "evenkeel_jobs{state=\"failed\"} 1",
        "evenkeel_store_read_only 0",
        "evenkeel_store_lost 0",
        "evenkeel_http_requests_total{method=\"GET\",\
         route=\"/api/v1/widget/conversations/{id}\",status=\"200\"} 1",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let commits = shown.lines().find_map(|l| l.strip_prefix("evenkeel_store_commits_total "));
    assert!(commits.unwrap().parse::<u64>().unwrap() > 3, "{shown}");
    assert!(shown.ends_with("# EOF\n"), "{shown}");
    assert!(!shown.contains("Zanzibar") && !shown.contains(&id), "{shown}");
    assert_eq!(text(&app, "/healthz").await, (200, "ok".to_owned()));
    assert_eq!(text(&app, "/readyz").await, (200, "ok".to_owned()));
}

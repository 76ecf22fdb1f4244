//! Who may do what to whom at the desk, and what is left when somebody goes.

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::{App, PASSWORD};

async fn add(app: &App, name: &str, role: &str) -> (String, String) {
    let email = format!("{name}@shop.example");
    let given = json!({ "name": name, "email": email, "role": role, "password": PASSWORD });
    let id = app.post("/agents", &app.owner, given).await["id"].as_str().unwrap().to_owned();
    let given = json!({ "email": email, "password": PASSWORD });
    let session = app.post("/session", "", given).await;
    (id, session["token"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_owners_who_step_down_at_once_leave_one() {
    let app = App::open().await;
    let olga = app.get("/me", &app.owner).await["agent"]["id"].as_str().unwrap().to_owned();
    let (una, token) = add(&app, "una", "owner").await;
    let (olga, una) = (format!("/agents/{olga}"), format!("/agents/{una}"));
    let down = json!({ "role": "lead" });
    let (first, second) = tokio::join!(
        app.call("PATCH", &olga, &app.owner, down.clone(), &[]),
        app.call("PATCH", &una, &token, down.clone(), &[])
    );
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", first.json, second.json);
    assert_eq!(app.place.number("select count(*) from agents where role = 'owner'"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_with_a_disabled_agent() {
    let app = App::open().await;
    let (tom, customer) = (app.agent().await, app.customer().await);
    let at = format!("/conversations/{}", app.ask(&customer, "a person, please").await);
    app.post(&format!("{at}/claim"), &tom, json!({})).await;
    // Another agent may not help themself to it.
    let (una, token) = add(&app, "una", "agent").await;
    let given = json!({ "agent_id": una });
    let refused = app.call("POST", &format!("{at}/assign"), &token, given.clone(), &[]).await;
    assert_eq!(refused.status.as_u16(), 409, "{}", refused.json);
    let tom_id = app.get("/me", &tom).await["agent"]["id"].as_str().unwrap().to_owned();
    let disable = json!({ "disabled": true });
    app.send_ok("PATCH", &format!("/agents/{una}"), &app.owner, disable.clone()).await;
    let refused = app.call("POST", &format!("{at}/assign"), &app.owner, given, &[]).await;
    assert_eq!(refused.status.as_u16(), 400, "{}", refused.json);
    app.send_ok("PATCH", &format!("/agents/{tom_id}"), &app.owner, disable).await;
    let waiting = app.get("/conversations?view=waiting", &app.owner).await;
    assert_eq!(waiting["items"].as_array().unwrap().len(), 1, "{waiting}");
    assert_eq!(waiting["items"][0]["handler"], "queue", "{waiting}");
}

/// A disabled agent's stream ends at once, a signed-out one's within seconds.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_session() {
    let app = App::open().await;
    let (una, token) = add(&app, "una", "agent").await;
    let stream = |token: &str| {
        let request = Request::get("/api/v1/events")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        app.router.clone().oneshot(request)
    };
    let mut disabled = stream(&token).await.unwrap().into_body();
    let mut signed_out = stream(&app.agent().await).await.unwrap().into_body();
    // Both are there: the first line has come.
    disabled.frame().await.unwrap().unwrap();
    signed_out.frame().await.unwrap().unwrap();
    let change = json!({ "disabled": true });
    app.send_ok("PATCH", &format!("/agents/{una}"), &app.owner, change).await;
    let end = async |body: &mut Body| {
        let ended = tokio::time::timeout(std::time::Duration::from_secs(60), async {
            while let Some(Ok(_)) = body.frame().await {}
        });
        ended.await.expect("the stream ends");
    };
    end(&mut disabled).await;
    app.place.number("delete from sessions where kind = 'agent' returning expires_at");
    end(&mut signed_out).await;
    let me = app.call("GET", "/me", &token, Value::Null, &[]).await;
    assert_eq!(me.status.as_u16(), 401);
}

#[tokio::test]
async fn a_customer_is_given_all_that_is_kept_of_them_and_nothing_of_others() {
    let app = App::open().await;
    let (ida, ben) = (app.customer().await, app.customer().await);
    let mut asked = Vec::new();
    for text in ["Where is my parcel?", "And my invoice?", "I want to complain."] {
        asked.push(app.ask(&ida, text).await);
    }
    app.ask(&ben, "What does Ben want?").await;
    let detail = app.get(&format!("/conversations/{}", asked[0]), &app.owner).await;
    let id = detail["customer"]["id"].as_str().unwrap();
    let path = format!("/customers/{id}/data");
    let data = app.get(&path, &app.owner).await;
    let conversations = data["conversations"].as_array().unwrap();
    let mut ids: Vec<&str> =
        conversations.iter().map(|one| one["conversation"]["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    asked.sort_unstable();
    assert_eq!(ids, asked);
    assert_eq!(data["customer"]["id"], id);
    assert!(data.to_string().contains("And my invoice?") && !data.to_string().contains("Ben"));
    let answer = app.call("GET", &path, &app.agent().await, Value::Null, &[]).await;
    assert_eq!(answer.status, axum::http::StatusCode::FORBIDDEN);
}

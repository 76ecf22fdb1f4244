//! Two desks on one PostgreSQL: whichever is asked, both show the same.

use std::time::Duration;

use desk::Subject;
use serde_json::json;

use crate::{app::App, place::Place};

/// What one waits for, at most.
const PATIENCE: Duration = Duration::from_secs(60);

async fn until<T, F: Future<Output = Option<T>>>(look: impl Fn() -> F) -> T {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    found.await.expect("it does not come")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_on_one_is_seen_on_the_other() {
    let one = App::open_at(Place::server()).await;
    let other = App::beside(&one).await;
    let mut live = other.service.live(None);
    let customer = one.customer().await;

    // Asked here, heard there, read there.
    let id = one.ask(&customer, "a person, please").await;
    let heard = tokio::time::timeout(PATIENCE, async {
        loop {
            let change = live.recv().await.unwrap();
            if change.entry.subject == Subject::Conversation && change.entry.subject_id == id {
                return;
            }
        }
    });
    heard.await.unwrap();
    let agent = other.agent().await;
    let claimed = other.post(&format!("/conversations/{id}/claim"), &agent, json!({})).await;
    assert_eq!(claimed["handler"], "agent", "{claimed}");
    let given = json!({ "kind": "reply", "text": "Hello, this is Tom." });
    other.post(&format!("/conversations/{id}/messages"), &agent, given).await;
    let thread = one.get(&format!("/widget/conversations/{id}"), &customer).await;
    assert!(thread.to_string().contains("this is Tom"), "{thread}");

    // Numbers are given once.
    let again = other.customer().await;
    let second = other.ask(&again, "hello").await;
    let first = one.get(&format!("/conversations/{id}"), &one.owner).await;
    let second = one.get(&format!("/conversations/{second}"), &one.owner).await;
    assert!(first["conversation"]["number"].is_number());
    assert_ne!(first["conversation"]["number"], second["conversation"]["number"]);

    // Somebody types there, and is seen here.
    let mut typing = one.service.typing(None);
    other.call("POST", &format!("/conversations/{id}/typing"), &agent, json!({}), &[]).await;
    let seen = tokio::time::timeout(PATIENCE, typing.recv()).await.unwrap().unwrap();
    assert_eq!(seen.name.unwrap().as_str(), "Tom");

    // Taught here, known there.
    let article = json!({
        "title": "Gift wrapping", "language": "en",
        "body": "We wrap presents in blue paper for two euros.\n",
        "questions": ["Do you wrap presents?", "Can you wrap it as a present"],
    });
    let article = one.post("/articles", &one.owner, article).await;
    let path = format!("/articles/{}/publish", article["id"].as_str().unwrap());
    one.post(&path, &one.owner, json!({ "version": 1 })).await;
    let trial = json!({ "text": "do you wrap presents", "language": "en" });
    until(|| async {
        let answer = other.post("/topics/test", &one.owner, trial.clone()).await;
        answer.to_string().contains("blue paper").then_some(())
    })
    .await;
    one.call("PATCH", "/desk", &one.owner, json!({ "name": "Harbour" }), &[]).await;
    until(|| async {
        (other.service.settings().unwrap().name.as_str() == "Harbour").then_some(())
    })
    .await;
}

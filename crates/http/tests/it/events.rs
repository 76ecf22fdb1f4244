//! Every action is heard by all who may see what it changes, as they would fetch it.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::{app::App, follow::Audience};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_listens_holds_what_a_fresh_fetch_shows() {
    let app = App::open().await;
    let (agent, customer, owner) = (app.agent().await, app.customer().await, app.owner.clone());
    let (agent, customer, owner) = (agent.as_str(), customer.as_str(), owner.as_str());
    let mut all = Audience::new(&app, agent, customer).await;

    // Conversations, from the customer's side.
    let asked = app.ask(customer, "How long does a refund take?").await;
    settled(&app, customer, &asked).await;
    all.check("a question and its answer").await;
    let own = format!("/widget/conversations/{asked}");
    app.post(&format!("{own}/messages"), customer, json!({ "text": "thanks" })).await;
    settled(&app, customer, &asked).await;
    all.check("thanks").await;
    // A card that was split over two messages: the earlier message changes as well.
    app.post(&format!("{own}/messages"), customer, json!({ "text": "my card is 4111 1111" })).await;
    app.post(&format!("{own}/messages"), customer, json!({ "text": "1111 1111 that is it" })).await;
    settled(&app, customer, &asked).await;
    all.check("a card in two messages").await;
    app.post(&format!("{own}/person"), customer, json!({})).await;
    all.check("asking for a person").await;
    app.post(&format!("{own}/typing"), customer, json!({})).await;
    all.check("the customer's typing").await;

    // From the agents' side.
    let at = format!("/conversations/{asked}");
    app.post(&format!("{at}/claim"), agent, json!({})).await;
    all.check("a claim").await;
    app.post(&format!("{at}/typing"), agent, json!({})).await;
    app.post(&format!("{at}/messages"), agent, json!({ "kind": "reply", "text": "Hello." })).await;
    all.check("a reply").await;
    app.post(&format!("{at}/messages"), agent, json!({ "kind": "note", "text": "Psst." })).await;
    all.check("a note").await;
    let file = keep_file(&app, agent).await;
    let with_file = json!({ "kind": "reply", "text": "Look.", "file_ids": [file] });
    app.post(&format!("{at}/messages"), agent, with_file).await;
    all.check("a reply with a file").await;
    let olga = id_of(&app, owner, "/agents", "Olga").await;
    app.post(&format!("{at}/assign"), agent, json!({ "agent_id": olga })).await;
    all.check("assigning to somebody else").await;
    let tom = id_of(&app, owner, "/agents", "Tom").await;
    app.post(&format!("{at}/assign"), owner, json!({ "agent_id": tom })).await;
    app.post(&format!("{at}/claim"), owner, json!({ "take_over": true })).await;
    all.check("taking over").await;
    app.post(&format!("{at}/release"), owner, json!({})).await;
    all.check("a release").await;
    let invoices = id_of(&app, owner, "/topics", "invoices").await;
    let corrected = json!({ "topic_id": invoices, "learn": true });
    app.send_ok("PUT", &format!("{at}/topic"), agent, corrected).await;
    all.check("a corrected topic").await;
    app.post(&format!("{at}/close"), agent, json!({})).await;
    all.check("closing").await;
    app.post(&format!("{own}/survey"), customer, json!({ "score": 5, "comment": "Kind." })).await;
    all.check("a survey").await;
    app.post(&format!("{at}/reopen"), agent, json!({})).await;
    all.check("reopening").await;
    app.post(&format!("{own}/close"), customer, json!({})).await;
    all.check("the customer's closing").await;
    app.post(&format!("{own}/messages"), customer, json!({ "text": "one more thing" })).await;
    settled(&app, customer, &asked).await;
    all.check("a message after closing").await;
    let detail = app.get(&at, owner).await;
    let person = format!("/customers/{}", detail["customer"]["id"].as_str().unwrap());
    app.send_ok("PATCH", &person, owner, json!({ "people_first": true })).await;
    all.check("people first for a customer").await;
    let known = app.ask(customer, "where is my refund").await;
    settled(&app, customer, &known).await;
    all.check("a question of a customer whom people answer").await;

    // Drafts.
    let refunds = id_of(&app, owner, "/topics", "refunds").await;
    let level = json!({ "level": "draft", "share": 0.95, "reason": "A test sets it." });
    app.send_ok("PUT", &format!("/topics/{refunds}/level"), owner, level).await;
    all.check("another level").await;
    app.send_ok("PATCH", &person, owner, json!({ "people_first": false })).await;
    for is_used in [false, true] {
        let (at, draft) = draft(&app, agent).await;
        all.check("a draft").await;
        if is_used {
            let sent = json!({ "kind": "reply", "text": "Five days.", "draft_id": draft });
            app.post(&format!("{at}/messages"), agent, sent).await;
        } else {
            app.post(&format!("{at}/drafts/{draft}/discard"), agent, json!({})).await;
        }
        all.check("a draft's end").await;
    }

    // Knowledge.
    let new = json!({ "name": "Lamps", "description": "What shines.", "people_first": false });
    let lamps = app.post("/topics", owner, new).await;
    let lamps = format!("/topics/{}", lamps["id"].as_str().unwrap());
    all.check("a new topic").await;
    let example =
        app.post(&format!("{lamps}/examples"), owner, json!({ "text": "it is dark" })).await;
    all.check("an example").await;
    let example = format!("{lamps}/examples/{}", example["id"].as_str().unwrap());
    app.send_ok("DELETE", &example, owner, Value::Null).await;
    all.check("an example taken away").await;
    let renamed = json!({ "name": "Lights", "answers_at_night": true });
    app.send_ok("PATCH", &lamps, owner, renamed).await;
    all.check("a topic's new name").await;
    app.send_ok("PATCH", &lamps, owner, json!({ "archived": true })).await;
    all.check("a topic put away").await;
    app.post("/topics/retrain", owner, json!({})).await;
    all.check("training").await;
    let written = json!({ "title": "Lamps", "body": "They shine.", "language": "en", "topic_ids": [refunds] });
    let article = app.post("/articles", owner, written).await;
    let path = format!("/articles/{}", article["id"].as_str().unwrap());
    all.check("a new article").await;
    app.post(&format!("{path}/publish"), owner, json!({})).await;
    all.check("publishing").await;
    let version = app.get(&path, owner).await["version"].clone();
    let written = json!({ "title": "Our lamps", "body": "They shine.", "language": "en", "version": version });
    app.send_ok("PUT", &path, owner, written).await;
    all.check("a changed article").await;
    app.post(&format!("{path}/unpublish"), owner, json!({})).await;
    all.check("unpublishing").await;
    app.send_ok("DELETE", &path, owner, Value::Null).await;
    all.check("a deleted article").await;
    app.post("/sample", owner, json!({})).await;
    all.check("the sample shop").await;
    app.send_ok("DELETE", "/sample", owner, Value::Null).await;
    all.check("the sample shop's end").await;

    // The house.
    let new = json!({ "name": "Una", "email": "una@shop.example", "role": "agent", "password": "a long password" });
    let una = app.post("/agents", owner, new).await;
    let una = format!("/agents/{}", una["id"].as_str().unwrap());
    all.check("a new agent").await;
    app.send_ok("PATCH", &una, owner, json!({ "role": "lead", "disabled": true })).await;
    all.check("an agent disabled").await;
    app.send_ok("PUT", "/me/presence", agent, json!({ "presence": "away" })).await;
    all.check("going away").await;
    app.send_ok("PATCH", "/desk", owner, json!({ "name": "The shop", "hours": "Always." })).await;
    all.check("the desk's new name").await;
    let inbox = id_of(&app, owner, "/inboxes", "Web").await;
    let changed = json!({ "name": "Site", "greeting": "Hello!" });
    app.send_ok("PATCH", &format!("/inboxes/{inbox}"), owner, changed).await;
    all.check("the inbox's new name").await;
    // Last: customers hear of no topics or agents, and hold an old name until more is said.
    all.followers.truncate(2);
    app.send_ok("PATCH", &format!("/topics/{refunds}"), owner, json!({ "name": "Money" })).await;
    all.check("a new name for a topic in use").await;
    app.send_ok("PATCH", &format!("/agents/{tom}"), owner, json!({ "name": "Thomas" })).await;
    all.check("an agent's new name").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_sees_an_event_that_was_missed() {
    let app = App::open().await;
    let (agent, customer) = (app.agent().await, app.customer().await);
    let mut all = Audience::new(&app, &agent, &customer).await;
    let person = app.ask(&customer, "a person, please").await;
    all.check("a question").await;
    let before = all.followers[0].held().clone();
    app.post(&format!("/conversations/{person}/close"), &agent, json!({})).await;
    all.check("closing").await;
    *all.followers[0].held() = before;
    assert!(!all.faults("a missed event").await.is_empty());
}

/// The assistant has answered, or a person has the conversation.
async fn settled(app: &App, customer: &str, id: &str) {
    for _ in 0..4_000 {
        let thread = app.get(&format!("/widget/conversations/{id}"), customer).await;
        let last = thread["messages"].as_array().unwrap().last().unwrap().clone();
        if thread["conversation"]["handler"] != "assistant" || last["author"]["type"] == "ai" {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the answer did not come");
}

/// A conversation with a draft, as a path, and the draft's id; a coin decides who gets one.
async fn draft(app: &App, agent: &str) -> (String, String) {
    for _ in 0..50 {
        // New each time: who is with people stays with them. And not what was taught to belong to
        // another topic above: that may be learnt by now.
        let customer = app.customer().await;
        let at = format!("/conversations/{}", app.ask(&customer, "When do I get my refund?").await);
        let detail = app.get(&at, agent).await;
        if detail["cases"][0]["assignment"]["draft_shown"] != true {
            continue;
        }
        for _ in 0..2_000 {
            let detail = app.get(&at, agent).await;
            let messages = detail["messages"].as_array().unwrap();
            if let Some(draft) = messages.iter().find(|message| message["kind"] == "draft") {
                return (at, draft["id"].as_str().unwrap().to_owned());
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
    panic!("no draft came");
}

async fn id_of(app: &App, token: &str, path: &str, name: &str) -> String {
    let list = app.get(path, token).await;
    let found = list["items"].as_array().unwrap().iter().find(|item| item["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}: {list}"))["id"].as_str().unwrap().to_owned()
}

async fn keep_file(app: &App, token: &str) -> String {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";
    let request = Request::post("/api/v1/files?name=look.png")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "image/png");
    let answer = app.send(request.body(Body::from(png.to_vec())).unwrap()).await;
    assert!(answer.status.is_success(), "{}", answer.json);
    answer.json["id"].as_str().unwrap().to_owned()
}

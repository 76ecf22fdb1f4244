//! What a viewer held before, and the events since: together they are what it would fetch now.

use std::collections::BTreeMap;

use axum::{
    body::{Body, BodyDataStream},
    http::Request,
};
use serde_json::{Value, json};
use tokio_stream::StreamExt;
use tower::ServiceExt;

use crate::app::App;

/// Records by what they are and their id.
pub(crate) type Held = BTreeMap<(String, String), Value>;

/// Who looks: agents see the whole desk, customers their own conversations.
#[derive(Clone, Copy, PartialEq)]
enum View {
    Agent,
    Customer,
}

/// A client that fetched once and has only listened since.
pub(crate) struct Follower {
    view: View,
    token: String,
    held: Held,
    events: BodyDataStream,
    unread: String,
}

/// Several clients, and a conversation that all of them see and in which marks are set.
pub(crate) struct Audience<'a> {
    app: &'a App,
    agent: String,
    mark: String,
    n_marks: usize,
    pub(crate) followers: Vec<Follower>,
}

impl<'a> Audience<'a> {
    /// The owner, an agent and the customer follow the desk.
    pub(crate) async fn new(app: &'a App, agent: &str, customer: &str) -> Audience<'a> {
        let mark = app.ask(customer, "a person, please").await;
        app.post(&format!("/conversations/{mark}/claim"), agent, json!({})).await;
        let mut followers = Vec::new();
        for (view, token) in [
            (View::Agent, &app.owner),
            (View::Agent, &agent.to_owned()),
            (View::Customer, &customer.to_owned()),
        ] {
            followers.push(Follower::new(app, view, token).await);
        }
        Audience { app, agent: agent.to_owned(), mark, n_marks: 0, followers }
    }

    /// Everybody hears what was done since the last check, and holds what a fresh fetch shows.
    pub(crate) async fn check(&mut self, done: &str) {
        let faults = self.faults(done).await;
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// Where what was heard and what is fetched differ. The desk's own work may fall between the
    /// two; so who differs listens once more, which brings back no event that was left out.
    pub(crate) async fn faults(&mut self, done: &str) -> Vec<String> {
        for is_last in [false, false, true] {
            let faults = self.compare(done).await;
            if faults.is_empty() || is_last {
                return faults;
            }
        }
        unreachable!("the last round returns")
    }

    async fn compare(&mut self, done: &str) -> Vec<String> {
        self.n_marks += 1;
        // In letters: the digits of many marks in a row may be those of a card.
        let words: String = format!("mark {}", self.n_marks)
            .chars()
            .map(|c| c.to_digit(10).map_or(c, |digit| char::from(b'a' + digit as u8)))
            .collect();
        let path = format!("/conversations/{}/messages", self.mark);
        self.app.post(&path, &self.agent, json!({ "kind": "reply", "text": words })).await;
        let mut faults = Vec::new();
        for follower in &mut self.followers {
            follower.hear(&words).await;
            let fresh = fetch(self.app, follower.view, &follower.token).await;
            faults.extend(differences(done, &follower.held, &fresh));
        }
        faults
    }
}

impl Follower {
    async fn new(app: &App, view: View, token: &str) -> Follower {
        let path = match view {
            View::Agent => "/api/v1/events",
            View::Customer => "/api/v1/widget/events",
        };
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let response = app.router.clone().oneshot(request.body(Body::empty()).unwrap()).await;
        let events = response.unwrap().into_body().into_data_stream();
        let mut follower = Follower {
            view,
            token: token.to_owned(),
            held: Held::new(),
            events,
            unread: String::new(),
        };
        // Listened to first, fetched second: nothing falls in between.
        let (name, _) = follower.next().await;
        assert_eq!(name, "hello");
        follower.held = fetch(app, view, token).await;
        follower
    }

    /// What it holds.
    pub(crate) fn held(&mut self) -> &mut Held {
        &mut self.held
    }

    /// Applies events up to the message with these words and its conversation's own change.
    async fn hear(&mut self, words: &str) {
        let mut marked = Value::Null;
        loop {
            let (name, data) = self.next().await;
            assert_ne!(name, "resync");
            if name != "change" {
                continue;
            }
            self.apply(&data);
            if data["data"]["text"] == words {
                marked = data["data"]["conversation_id"].clone();
            }
            if data["subject"] == "conversation" && data["id"] == marked {
                return;
            }
        }
    }

    fn apply(&mut self, change: &Value) {
        let text = |key: &str| change[key].as_str().unwrap().to_owned();
        // There is one desk, and its form has no id.
        let id = if change["subject"] == "desk" { "desk".to_owned() } else { text("id") };
        let (key, data) = ((text("subject"), id), &change["data"]);
        if data.is_null() {
            self.held.remove(&key);
            return;
        }
        let version = |value: &Value| value["version"].as_i64();
        if self.held.get(&key).is_none_or(|held| version(held) <= version(data)) {
            self.held.insert(key.clone(), data.clone());
        }
        // A rename is one event, of the record itself (decision 0004).
        if let (true, Some(name)) = (self.view == View::Agent, data["name"].as_str()) {
            let own = key.clone();
            for (_, held) in self.held.iter_mut().filter(|(key, _)| **key != own) {
                rename(held, &key.1, name);
            }
        }
    }

    /// The next event's name and data.
    async fn next(&mut self) -> (String, Value) {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let field = |name: &str| {
                    let lines = event.lines().filter_map(|line| line.strip_prefix(name));
                    lines.map(|line| line.trim_start_matches(": ")).collect::<String>()
                };
                let found = (field("event"), field("data"));
                self.unread = rest.to_owned();
                if !found.0.is_empty() {
                    return (found.0, serde_json::from_str(&found.1).unwrap());
                }
                continue;
            }
            let wait = std::time::Duration::from_secs(60);
            let piece = tokio::time::timeout(wait, self.events.next()).await;
            let piece = piece.expect("an event came").expect("the stream is open").unwrap();
            self.unread.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }
}

fn rename(value: &mut Value, id: &str, name: &str) {
    match value {
        Value::Object(fields) => {
            if fields.get("id").and_then(Value::as_str) == Some(id) && fields.contains_key("name") {
                fields.insert("name".to_owned(), json!(name));
            }
            fields.values_mut().for_each(|field| rename(field, id, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, id, name)),
        _ => {}
    }
}

/// Everything that a viewer can fetch.
async fn fetch(app: &App, view: View, token: &str) -> Held {
    let mut held = Held::new();
    let mut keep = |subject: &str, item: &Value| {
        let id = item["id"].as_str().unwrap_or("desk").to_owned();
        held.insert((subject.to_owned(), id), item.clone());
    };
    let items = async |path: &str| app.get(path, token).await["items"].as_array().unwrap().clone();
    if view == View::Customer {
        for listed in items("/widget/conversations?limit=100").await {
            let path = format!("/widget/conversations/{}", listed["id"].as_str().unwrap());
            let thread = app.get(&path, token).await;
            assert_eq!(thread["conversation"], listed, "list and thread show the same");
            keep("conversation", &listed);
            thread["messages"].as_array().unwrap().iter().for_each(|m| keep("message", m));
        }
        return held;
    }
    let mut listed = items("/conversations?view=all&limit=100").await;
    listed.extend(items("/conversations?view=closed&limit=100").await);
    for listed in listed {
        let path = format!("/conversations/{}", listed["id"].as_str().unwrap());
        let detail = app.get(&path, token).await;
        assert_eq!(detail["conversation"], listed, "list and detail show the same");
        keep("conversation", &listed);
        keep("customer", &detail["customer"]);
        for (subject, key) in [("message", "messages"), ("case", "cases"), ("handoff", "handoffs")]
        {
            detail[key].as_array().unwrap().iter().for_each(|item| keep(subject, item));
        }
    }
    for (subject, path) in [
        ("topic", "/topics"),
        ("article", "/articles?limit=100"),
        ("agent", "/agents"),
        ("inbox", "/inboxes"),
    ] {
        items(path).await.iter().for_each(|item| keep(subject, item));
    }
    let me = app.get("/me", token).await;
    keep("desk", &me["desk"]);
    held
}

fn differences(done: &str, held: &Held, fresh: &Held) -> Vec<String> {
    let mut keys: Vec<_> = held.keys().chain(fresh.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let differ = keys.into_iter().filter(|key| held.get(*key) != fresh.get(*key));
    differ
        .map(|key| {
            let show = |held: Option<&Value>| held.map_or("nothing".to_owned(), Value::to_string);
            format!(
                "after {done}, {} {}:\n  heard {}\n  fetched {}",
                key.0,
                key.1,
                show(held.get(key)),
                show(fresh.get(key))
            )
        })
        .collect()
}

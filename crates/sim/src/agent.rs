//! A scripted agent: signs in, claims what waits longest, answers, closes.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    ClientError,
    chance::{Chance, pause},
    shop::{Place, Script},
};

/// Who visits the shop for real is left so long to whoever tries the desk as an agent.
const VISITOR_WAIT: Duration = Duration::from_secs(60);
/// After an answer the customer has so many seconds before the conversation is closed.
const GRACE_S: f64 = 45.0;
/// Rounds of question and answer before an agent closes in any case.
const ROUNDS_MAX: usize = 4;

const OTHER_REPLIES: [&str; 2] = [
    "Thank you for writing. I am looking into your question and will tell you here what I find.",
    "Thank you for telling us. I have passed your message to the right colleague, who will answer \
     you by tomorrow.",
];

#[derive(Deserialize)]
struct List {
    items: Vec<Waiting>,
}

#[derive(Deserialize)]
struct Waiting {
    id: String,
    state: String,
    needs_reply: bool,
    topic: Option<TopicName>,
    customer: Waits,
}

/// Simulated customers are signed in at the shop; a visitor is nobody in particular.
#[derive(Deserialize)]
struct Waits {
    verified: bool,
}

#[derive(Deserialize)]
struct TopicName {
    name: String,
}

#[derive(Deserialize)]
struct Detail {
    conversation: Waiting,
}

/// Works until it is dropped; after a failure the agent signs in again.
pub(crate) async fn work(email: String, script: Arc<Script>, place: Place, mut chance: Chance) {
    loop {
        if let Err(error) = shift(&email, &script, &place, &mut chance).await {
            tracing::warn!(%email, %error, "a simulated agent starts anew");
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

async fn shift(
    email: &str,
    script: &Script,
    place: &Place,
    chance: &mut Chance,
) -> Result<(), ClientError> {
    #[derive(Deserialize)]
    struct Session {
        token: String,
    }
    let body = json!({ "email": email, "password": place.password });
    let session: Session = place.client.call(Method::POST, "/session", None, Some(body)).await?;
    let mut agent = Agent { place, script, token: session.token, visitors: HashMap::new() };
    let _: Value = agent.call("PUT", "/me/presence", json!({ "presence": "available" })).await?;
    loop {
        tokio::time::sleep(pause(4.0, place.speed).max(Duration::from_millis(250))).await;
        if let Some(next) = agent.next().await? {
            agent.attend(&next, chance).await?;
        }
    }
}

struct Agent<'a> {
    place: &'a Place,
    script: &'a Script,
    token: String,
    /// Visitors' conversations, and since when they are known to wait.
    visitors: HashMap<String, Instant>,
}

impl Agent<'_> {
    /// What is theirs already, else the first that waits and that nobody else claims meanwhile.
    async fn next(&mut self) -> Result<Option<Waiting>, ClientError> {
        let mine: List = self.get("/conversations?view=mine&limit=20").await?;
        if let Some(own) = mine.items.into_iter().find(|item| item.state == "open") {
            return Ok(Some(own));
        }
        let waiting: List = self.get("/conversations?view=waiting&limit=20").await?;
        let ids: HashSet<&str> = waiting.items.iter().map(|item| item.id.as_str()).collect();
        self.visitors.retain(|id, _| ids.contains(id.as_str()));
        for item in waiting.items {
            if !item.customer.verified {
                let since = self.visitors.entry(item.id.clone()).or_insert_with(Instant::now);
                if since.elapsed() < VISITOR_WAIT {
                    continue;
                }
            }
            match self.act(&item.id, "claim").await {
                Ok(()) => return Ok(Some(item)),
                Err(ClientError::Refused { status: 409, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Answers for as long as the customer asks, then closes.
    async fn attend(&self, next: &Waiting, chance: &mut Chance) -> Result<(), ClientError> {
        let speed = self.place.speed;
        let path = format!("/conversations/{}", next.id);
        for _ in 0..ROUNDS_MAX {
            let now = self.get::<Detail>(&path).await?.conversation;
            if now.state != "open" {
                return Ok(());
            }
            if !now.needs_reply {
                break;
            }
            tokio::time::sleep(chance.wait(8.0, speed)).await;
            let _: Value = self.call("POST", &format!("{path}/typing"), Value::Null).await?;
            tokio::time::sleep(pause(7.0, speed)).await;
            let text = self.words(now.topic.as_ref(), chance);
            let body = json!({ "kind": "reply", "text": text });
            match self.call::<Value>("POST", &format!("{path}/messages"), body).await {
                // Closed by the customer, or taken over by a lead: the next one waits.
                Err(ClientError::Refused { status: 409, .. }) => return Ok(()),
                sent => sent?,
            };
            tokio::time::sleep(pause(GRACE_S, speed)).await;
        }
        match self.act(&next.id, "close").await {
            Err(ClientError::Refused { status: 409, .. }) => Ok(()),
            closed => closed,
        }
    }

    fn words(&self, topic: Option<&TopicName>, chance: &mut Chance) -> String {
        let replies = topic.and_then(|topic| self.script.replies.get(&topic.name));
        let scripted = replies.and_then(|replies| chance.pick(replies)).cloned();
        scripted.unwrap_or_else(|| OTHER_REPLIES[chance.below(OTHER_REPLIES.len())].to_owned())
    }

    async fn act(&self, id: &str, what: &str) -> Result<(), ClientError> {
        let path = format!("/conversations/{id}/{what}");
        self.call::<Value>("POST", &path, Value::Null).await.map(|_| ())
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.call("GET", path, Value::Null).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Value,
    ) -> Result<T, ClientError> {
        let method = method.parse().expect("these methods are plain words");
        let body = (!body.is_null()).then_some(body);
        self.place.client.call(method, path, Some(&self.token), body).await
    }
}

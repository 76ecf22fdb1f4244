//! The demo shop's day: customers who write, and two agents who answer, all by one seed.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::timeout};

use crate::{
    Changes, Client, ClientError,
    agent::work,
    chance::{Chance, pause},
    visitor::{Identity, Message, Visitor},
};

/// A customer comes every so many seconds on average.
const ARRIVAL_S: f64 = 14.0;
/// Customers who are in the shop at once; more would wait for agents and nothing else.
const VISITS_MAX: usize = 24;
/// A procedure that asks more often than this has lost its customer.
const QUESTIONS_MAX: usize = 14;
/// What customers say to questions without choices: words of the question, and the answer.
const SAID: [(&str, &str); 7] = [
    ("street", "12 Harbour Lane"),
    ("flat", "-"),
    ("town", "Gothenburg"),
    ("region", "Västra Götaland"),
    ("country", "Sweden"),
    ("postal", "411 03"),
    ("skip", "skip"),
];
/// A customer who was not answered by then leaves.
const PATIENCE_S: f64 = 900.0;

/// What there is to say.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// What customers write about.
    pub topics: Vec<Topic>,
    /// Who they are.
    pub customers: Vec<Customer>,
    /// What agents answer, by the topic's name.
    pub replies: BTreeMap<String, Vec<String>>,
    /// What customers write next: `thanks`, `more`, `unsolved`, `person`, `solved`, `goodbye`.
    pub follow_ups: BTreeMap<String, Vec<String>>,
}

/// A topic and how customers write about it.
#[derive(Debug, Clone)]
pub struct Topic {
    /// As people see it.
    pub name: String,
    /// First messages.
    pub examples: Vec<String>,
}

/// A customer of the shop.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Their name.
    pub name: String,
    /// The language of their browser.
    pub locale: String,
}

/// Where life takes place, and how fast.
#[derive(Debug, Clone)]
pub struct Place {
    /// The desk.
    pub client: Client,
    /// The inbox's public key.
    pub inbox: String,
    /// Signs who customers are.
    pub identity_secret: String,
    /// The scripted agents' addresses.
    pub agents: Vec<String>,
    /// Their password.
    pub password: String,
    /// The same seed gives the same customers with the same words.
    pub seed: u64,
    /// The pace: at 2, everything takes half the time.
    pub speed: f64,
}

/// Lives until it is dropped; everybody stops with it.
pub async fn live(script: Arc<Script>, place: Place) {
    let mut chance = Chance::new(place.seed);
    let mut agents = JoinSet::new();
    for email in place.agents.clone() {
        agents.spawn(work(email, Arc::clone(&script), place.clone(), chance.fork()));
    }
    let mut visits = JoinSet::new();
    loop {
        tokio::time::sleep(chance.wait(ARRIVAL_S, place.speed)).await;
        while visits.try_join_next().is_some() {}
        let own = chance.fork();
        if visits.len() < VISITS_MAX {
            let (script, place) = (Arc::clone(&script), place.clone());
            visits.spawn(async move {
                if let Err(error) = visit(&script, &place, own).await {
                    tracing::warn!(%error, "a simulated customer left");
                }
            });
        }
    }
}

/// Whoever tries the demo as a customer; the shop's page signs them in.
pub const VISITOR: &str = "Robin Falk";
/// Where letters to them go.
pub const VISITOR_EMAIL: &str = "robin.falk@customer.example";

/// The id under which the shop knows a customer of this name.
#[must_use]
pub fn external_id(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

/// One customer's conversation from the first message to the survey.
async fn visit(script: &Script, place: &Place, mut chance: Chance) -> Result<(), ClientError> {
    let Some(customer) = chance.pick(&script.customers) else { return Ok(()) };
    let topic = chance.pick(&script.topics);
    let Some(text) = topic.and_then(|topic| chance.pick(&topic.examples)) else { return Ok(()) };
    let external_id = external_id(&customer.name);
    let identity = Identity::signed(&external_id, &customer.name, &place.identity_secret);
    let locale = Some(customer.locale.as_str());
    let visitor = Visitor::arrive(&place.client, &place.inbox, locale, Some(&identity)).await?;
    let mut changes = visitor.watch().await?;
    // An id from the seed would repeat on a kept folder, as if the message were sent again.
    let client_id = format!("visit-{}", unique());
    let id = visitor.ask(text, &client_id).await?.conversation.id;
    let mut met = Visit { script, place, visitor, changes: &mut changes, id };
    met.talk(&mut chance).await
}

struct Visit<'a> {
    script: &'a Script,
    place: &'a Place,
    visitor: Visitor,
    changes: &'a mut Changes,
    id: String,
}

impl Visit<'_> {
    /// Up to three answers, each followed by what a customer may say to it.
    async fn talk(&mut self, chance: &mut Chance) -> Result<(), ClientError> {
        for _ in 0..3 {
            let Some(answer) = self.answer().await? else { return Ok(()) };
            let Some(answer) = self.tell(answer, chance).await? else { return Ok(()) };
            tokio::time::sleep(chance.wait(15.0, self.place.speed)).await;
            let next = next_words(answer.is_by_agent(), chance.share());
            let texts = self.script.follow_ups.get(next).map_or(&[][..], Vec::as_slice);
            if let Some(text) = chance.pick(texts) {
                self.visitor.write(&self.id, text).await?;
            }
            if matches!(next, "more" | "unsolved" | "person") {
                continue;
            }
            tokio::time::sleep(pause(6.0, self.place.speed)).await;
            // Only what is over can be judged.
            if matches!(next, "solved" | "thanks") {
                self.visitor.close(&self.id).await?;
                self.judge(chance).await?;
            }
            return Ok(());
        }
        Ok(())
    }

    /// Answers what a procedure asks until it asks nothing more; gives its last words.
    async fn tell(
        &mut self,
        mut last: Message,
        chance: &mut Chance,
    ) -> Result<Option<Message>, ClientError> {
        for _ in 0..QUESTIONS_MAX {
            let Some(text) = told(&last, chance) else { return Ok(Some(last)) };
            tokio::time::sleep(chance.wait(8.0, self.place.speed)).await;
            self.visitor.write(&self.id, &text).await?;
            let Some(next) = self.answer().await? else { return Ok(None) };
            last = next;
        }
        Ok(None)
    }

    /// The next words of the assistant or of an agent; nothing when patience is over.
    async fn answer(&mut self) -> Result<Option<Message>, ClientError> {
        // A desk that runs fast is still a real machine, so patience has a floor.
        let patience = pause(PATIENCE_S, self.place.speed).max(Duration::from_secs(20));
        let answer = timeout(patience, async {
            loop {
                let change = self.changes.next().await?;
                if change.subject != "message" || change.data.is_null() {
                    continue;
                }
                let message: Message = serde_json::from_value(change.data)
                    .map_err(|error| ClientError::Malformed(error.to_string()))?;
                let is_here = message.conversation_id == self.id;
                if is_here && (message.is_answer() || message.is_by_agent()) {
                    return Ok(message);
                }
            }
        });
        answer.await.map_or(Ok(None), |message| message.map(Some))
    }

    async fn judge(&mut self, chance: &mut Chance) -> Result<(), ClientError> {
        if chance.share() < 0.6 {
            let score = *chance.pick(&[5, 5, 5, 4, 4, 3, 2]).expect("there are scores");
            self.visitor.judge(&self.id, score).await?;
        }
        Ok(())
    }
}

/// What a customer says to a question: one of the choices, most often a yes, or what they know by
/// heart. Nothing to what is no question.
fn told(message: &Message, chance: &mut Chance) -> Option<String> {
    if message.is_by_agent() {
        return None;
    }
    if let [yes, no] = message.choices.as_slice()
        && (yes.as_str(), no.as_str()) == ("Yes", "No")
    {
        return Some(if chance.share() < 0.9 { yes } else { no }.clone());
    }
    if let Some(choice) = chance.pick(&message.choices) {
        return Some(choice.clone());
    }
    let asked = message.text.to_lowercase();
    if !asked.trim_end().ends_with(['?', '.']) || !asked.contains('?') && !asked.contains("skip") {
        return None;
    }
    let known = SAID.iter().find(|(word, _)| asked.contains(word));
    known.map(|(_, answer)| (*answer).to_owned())
}

/// People are thanked more often, and after them nobody asks for a person.
fn next_words(is_by_agent: bool, draw: f64) -> &'static str {
    let shares = if is_by_agent {
        [("thanks", 0.6), ("solved", 0.8), ("more", 0.92), ("goodbye", 1.0)]
    } else {
        [("thanks", 0.5), ("solved", 0.7), ("more", 0.86), ("unsolved", 0.94)]
    };
    shares.iter().find(|(_, share)| draw < *share).map_or("person", |(words, _)| words)
}

/// Differs between any two visits, also between two runs.
fn unique() -> u128 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static VISITS: AtomicU64 = AtomicU64::new(0);
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    (nanos << 16) | u128::from(VISITS.fetch_add(1, Ordering::Relaxed) & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_draw_gives_words_and_agents_are_not_asked_for_a_person() {
        for step in 0..100 {
            let draw = f64::from(step) / 100.0;
            assert_ne!(next_words(true, draw), "person");
        }
        assert_eq!(next_words(false, 0.99), "person");
        assert_eq!(next_words(false, 0.0), "thanks");
    }
}

//! Customers who write as fast as they are answered, or at a fixed rate; and what became of it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::task::{AbortHandle, JoinSet};

use crate::{Changes, Client, line::Line, timing::Timing};

/// Messages of one customer, all in one conversation; then the next one comes.
const MESSAGES: usize = 10;

/// What is sent.
#[derive(Debug, Clone)]
pub struct Load {
    /// The desk's address with its port; several take turns.
    pub hosts: Vec<String>,
    /// The inbox's public key.
    pub inbox: String,
    /// For how long.
    pub length: Duration,
    /// At once.
    pub n_connections: usize,
    /// Messages a second at fixed moments, whatever the desk does; without it each connection
    /// sends its next message when the one before is answered.
    pub rate: Option<f64>,
    /// An agent's token: their event stream is watched for the messages.
    pub watcher: Option<String>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// From the moment at which each acknowledged message was due to its answer.
    pub timing: Timing,
    /// Not acknowledged: refused, or no answer.
    pub n_refused: usize,
    /// From the first message to the last answer.
    pub took: Duration,
    /// Acknowledged and not there afterwards.
    pub n_lost: usize,
    /// There more than once.
    pub n_duplicated: usize,
    /// Conversations that were begun.
    pub n_conversations: usize,
    /// From the moment at which each message was due to its arrival on the agent's stream.
    pub stream: Timing,
}

/// A conversation as its customer remembers it.
struct Memory {
    token: String,
    id: String,
    /// Client ids of acknowledged messages.
    acknowledged: Vec<String>,
}

#[derive(Default)]
struct Worked {
    timing: Timing,
    n_refused: usize,
    memories: Vec<Memory>,
}

/// Sends, then reads every conversation again and counts what is missing or double.
///
/// # Errors
/// When the desk cannot be reached.
pub async fn run(load: Load, told: Arc<AtomicUsize>) -> Result<Outcome, String> {
    let under_way = Arc::new(UnderWay::default());
    let watching = match &load.watcher {
        Some(token) => {
            let host = &load.hosts[load.hosts.len() - 1];
            Some(watch(host, token, Arc::clone(&under_way)).await?)
        }
        None => None,
    };
    let began = Instant::now();
    let load = Arc::new(load);
    let turns = Arc::new(AtomicUsize::new(0));
    let mut work = JoinSet::new();
    for place in 0..load.n_connections {
        let host = load.hosts[place % load.hosts.len()].clone();
        let writer = Writer {
            load: Arc::clone(&load),
            place,
            began,
            turns: Arc::clone(&turns),
            told: Arc::clone(&told),
            under_way: Arc::clone(&under_way),
        };
        work.spawn(writer.write(Line::new(&host)));
    }
    let mut outcome = Outcome::default();
    let mut memories = Vec::new();
    for worked in work.join_all().await {
        let worked = worked?;
        outcome.timing.join(worked.timing);
        outcome.n_refused += worked.n_refused;
        memories.push(worked.memories);
    }
    outcome.took = began.elapsed();
    if let Some(watching) = watching {
        // What is still on its way arrives, or never will.
        tokio::time::sleep(Duration::from_secs(1)).await;
        watching.abort();
        for (due, took) in under_way.arrived.lock().expect("nobody panics with it").drain(..) {
            outcome.stream.add(due - began, took);
        }
    }
    outcome.n_conversations = memories.iter().map(Vec::len).sum();
    let mut checks = JoinSet::new();
    for (place, memories) in memories.into_iter().enumerate() {
        // Read through another node than the one that wrote, where there are several.
        let host = load.hosts[(place + 1) % load.hosts.len()].clone();
        checks.spawn(check(host, memories));
    }
    for checked in checks.join_all().await {
        let (n_lost, n_duplicated) = checked?;
        outcome.n_lost += n_lost;
        outcome.n_duplicated += n_duplicated;
    }
    Ok(outcome)
}

/// Messages that are watched for, by their words.
#[derive(Default)]
struct UnderWay {
    due: Mutex<HashMap<String, Instant>>,
    arrived: Mutex<Vec<(Instant, Duration)>>,
}

async fn watch(host: &str, token: &str, under_way: Arc<UnderWay>) -> Result<AbortHandle, String> {
    let client = Client::new(&format!("http://{host}")).map_err(|error| error.to_string())?;
    let answer = client.stream("/events", token).await.map_err(|error| error.to_string())?;
    let mut changes = Changes::open(answer).await.map_err(|error| error.to_string())?;
    let watching = tokio::spawn(async move {
        while let Ok(change) = changes.next().await {
            let Some(text) = change.data["text"].as_str().filter(|_| change.subject == "message")
            else {
                continue;
            };
            let due = under_way.due.lock().expect("nobody panics with it").remove(text);
            if let Some(due) = due {
                let arrived = (due, due.elapsed());
                under_way.arrived.lock().expect("nobody panics with it").push(arrived);
            }
        }
    });
    Ok(watching.abort_handle())
}

struct Writer {
    load: Arc<Load>,
    place: usize,
    began: Instant,
    turns: Arc<AtomicUsize>,
    told: Arc<AtomicUsize>,
    under_way: Arc<UnderWay>,
}

impl Writer {
    async fn write(self, mut line: Line) -> Result<Worked, String> {
        let Self { load, place, began, turns, told, under_way } = self;
        let mut worked = Worked::default();
        for customer in 0.. {
            if began.elapsed() >= load.length {
                break;
            }
            let session = line.post("/widget/session", "", &json!({ "inbox": load.inbox })).await;
            let Some(token) = session.as_ref().ok().and_then(|(_, json)| json["token"].as_str())
            else {
                if worked.memories.is_empty() && worked.n_refused == 0 {
                    return Err(format!("no session: {session:?}"));
                }
                worked.n_refused += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let mut memory =
                Memory { token: token.to_owned(), id: String::new(), acknowledged: Vec::new() };
            // The first customers stay for different times, so that the next do not all come at once.
            let n_messages = if customer == 0 { 1 + place % MESSAGES } else { MESSAGES };
            for n in 0..n_messages {
                let due = match load.rate {
                    Some(rate) => {
                        let turn = turns.fetch_add(1, Ordering::Relaxed);
                        began + Duration::from_secs_f64(turn as f64 / rate)
                    }
                    None => Instant::now(),
                };
                if due >= began + load.length {
                    break;
                }
                tokio::time::sleep_until(due.into()).await;
                let client_id = format!("{place}-{customer}-{n}");
                let said = format!("When does my {} come, please?", in_letters(&client_id));
                if load.watcher.is_some() {
                    under_way.due.lock().expect("nobody panics with it").insert(said.clone(), due);
                }
                let body = json!({ "text": said, "client_id": client_id });
                let path = if memory.id.is_empty() {
                    "/widget/conversations".to_owned()
                } else {
                    format!("/widget/conversations/{}/messages", memory.id)
                };
                match line.post(&path, &memory.token, &body).await {
                    Ok((200 | 201, json)) => {
                        if memory.id.is_empty() {
                            json["conversation"]["id"]
                                .as_str()
                                .unwrap_or_default()
                                .clone_into(&mut memory.id);
                        }
                        worked.timing.add(due - began, due.elapsed());
                        memory.acknowledged.push(client_id);
                        told.fetch_add(1, Ordering::Relaxed);
                    }
                    _ => worked.n_refused += 1,
                }
            }
            if !memory.id.is_empty() {
                worked.memories.push(memory);
            }
        }
        Ok(worked)
    }
}

/// Unique words without a digit: many numbers in a row may make up a card's.
fn in_letters(id: &str) -> String {
    id.chars().map(|c| c.to_digit(10).map_or('-', |digit| char::from(b'a' + digit as u8))).collect()
}

/// Counts acknowledged messages that are missing, and messages that are there twice.
async fn check(host: String, memories: Vec<Memory>) -> Result<(usize, usize), String> {
    let mut line = Line::new(&host);
    let (mut n_lost, mut n_duplicated) = (0, 0);
    for memory in memories {
        let path = format!("/widget/conversations/{}", memory.id);
        let (status, json) = line.get(&path, &memory.token).await?;
        if status != 200 {
            return Err(format!("a conversation cannot be read again ({status})"));
        }
        let mut found: HashMap<&str, usize> = HashMap::new();
        for message in json["messages"].as_array().map_or(&[][..], Vec::as_slice) {
            if let Value::String(client_id) = &message["client_id"] {
                *found.entry(client_id).or_default() += 1;
            }
        }
        n_lost += memory.acknowledged.iter().filter(|id| !found.contains_key(id.as_str())).count();
        n_duplicated += found.values().filter(|n| **n > 1).count();
    }
    Ok((n_lost, n_duplicated))
}

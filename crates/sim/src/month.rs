//! A month of a large company's chats, squeezed: whole conversations through the public door.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{chance::Chance, line::Line, timing::Timing};

/// Klarna's first month.
pub const CONVERSATIONS: f64 = 2_300_000.0;
/// A question that has no answer by then is counted as unanswered.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who asks what.
#[derive(Debug, Clone)]
pub struct Month {
    /// The desk's address with its port; several take turns.
    pub hosts: Vec<String>,
    /// The inbox's public key.
    pub inbox: String,
    /// What customers write first, and as a second question.
    pub questions: Vec<String>,
    /// How many conversations.
    pub n_conversations: usize,
    /// At once.
    pub n_connections: usize,
    /// Who asks what.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// From each conversation's beginning to its end.
    pub timing: Timing,
    /// From each question to its answer.
    pub answers: Timing,
    /// Conversations that came to their end.
    pub n_done: usize,
    /// In which the assistant alone answered.
    pub n_by_ai: usize,
    /// Handed over to people.
    pub n_handed_over: usize,
    /// A question had no answer in time, or a request failed.
    pub n_failed: usize,
    /// Messages of customers and answers of the desk.
    pub n_messages: usize,
    /// Customers' messages that were acknowledged and are not there at the end.
    pub n_lost: usize,
    /// Messages that are there twice.
    pub n_duplicated: usize,
    /// All of it.
    pub took: Duration,
    /// Conversations a second in each tenth of them, in order of their ends.
    pub tenths: Vec<f64>,
}

/// Runs them all.
///
/// # Errors
/// When the desk cannot be reached at all.
pub async fn run(month: Month, told: Arc<AtomicUsize>) -> Result<Outcome, String> {
    let began = Instant::now();
    let month = Arc::new(month);
    let next = Arc::new(AtomicUsize::new(0));
    let mut work = JoinSet::new();
    for place in 0..month.n_connections {
        let (month, next, told) = (Arc::clone(&month), Arc::clone(&next), Arc::clone(&told));
        work.spawn(async move {
            let mut line = Line::new(&month.hosts[place % month.hosts.len()]);
            let mut done = Vec::new();
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                if turn >= month.n_conversations {
                    return done;
                }
                let at = began.elapsed();
                let end = converse(&month, &mut line, turn).await;
                told.fetch_add(1, Ordering::Relaxed);
                done.push((at, began.elapsed(), end));
            }
        });
    }
    let mut outcome = Outcome::default();
    let mut ends = Vec::with_capacity(month.n_conversations);
    for (at, until, end) in work.join_all().await.into_iter().flatten() {
        ends.push(until);
        match end {
            Ok(talk) => {
                outcome.timing.add(at, until.saturating_sub(at));
                for took in talk.answers {
                    outcome.answers.add(at, took);
                }
                outcome.n_done += 1;
                outcome.n_by_ai += usize::from(!talk.is_handed_over);
                outcome.n_handed_over += usize::from(talk.is_handed_over);
                outcome.n_messages += talk.n_messages;
                outcome.n_lost += talk.n_lost;
                outcome.n_duplicated += talk.n_duplicated;
            }
            Err(why) => {
                tracing::debug!(why, "a conversation failed");
                if outcome.n_failed == 0 {
                    tracing::warn!(why, "a conversation failed");
                }
                outcome.n_failed += 1;
            }
        }
    }
    outcome.took = began.elapsed();
    ends.sort_unstable();
    outcome.tenths = tenths(&ends);
    if outcome.n_done == 0 {
        return Err("no conversation came to its end".to_owned());
    }
    Ok(outcome)
}

fn tenths(ends: &[Duration]) -> Vec<f64> {
    let size = ends.len() / 10;
    if size == 0 {
        return Vec::new();
    }
    (0..10)
        .map(|tenth| {
            let from = if tenth == 0 { Duration::ZERO } else { ends[tenth * size - 1] };
            size as f64 / (ends[(tenth + 1) * size - 1] - from).as_secs_f64()
        })
        .collect()
}

/// One conversation, as its customer saw it.
struct Talk {
    answers: Vec<Duration>,
    is_handed_over: bool,
    n_messages: usize,
    n_lost: usize,
    n_duplicated: usize,
}

/// Asks, reads the answer, asks on or gives thanks, and ends it; or waits for a person.
async fn converse(month: &Month, line: &mut Line, turn: usize) -> Result<Talk, String> {
    let mut chance = Chance::new(month.seed.wrapping_add(turn as u64));
    let session = ok(line.post("/widget/session", "", &json!({ "inbox": month.inbox })).await)?;
    let token = session["token"].as_str().ok_or("a session without a token")?.to_owned();
    let question = chance.pick(&month.questions).ok_or("no questions")?;
    let asked = Instant::now();
    let body = json!({ "text": question, "client_id": "1" });
    let thread = ok(line.post("/widget/conversations", &token, &body).await)?;
    let id = thread["conversation"]["id"].as_str().ok_or("a conversation without an id")?;
    let path = format!("/widget/conversations/{id}");
    let mut thread = answered(line, &path, &token, thread.clone()).await?;
    let mut answers = vec![asked.elapsed()];
    let mut sent = vec!["1"];
    if !is_with_people(&thread) {
        // Half have a second question, the others give thanks.
        let text = match chance.below(2) {
            0 => chance.pick(&month.questions).map_or("Thanks!", String::as_str),
            _ => "Thanks, that helps!",
        };
        let asked = Instant::now();
        let body = json!({ "text": text, "client_id": "2" });
        ok(line.post(&format!("{path}/messages"), &token, &body).await)?;
        sent.push("2");
        thread = answered(line, &path, &token, Value::Null).await?;
        answers.push(asked.elapsed());
    }
    let is_handed_over = is_with_people(&thread);
    if !is_handed_over {
        ok(line.post(&format!("{path}/close"), &token, &json!({})).await)?;
    }
    let messages = thread["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let n_of = |id: &str| messages.iter().filter(|message| message["client_id"] == *id).count();
    Ok(Talk {
        answers,
        is_handed_over,
        n_messages: messages.len(),
        n_lost: sent.iter().filter(|id| n_of(id) == 0).count(),
        n_duplicated: sent.iter().filter(|id| n_of(id) > 1).count(),
    })
}

/// Looks until the last words are not the customer's.
async fn answered(
    line: &mut Line,
    path: &str,
    token: &str,
    mut thread: Value,
) -> Result<Value, String> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(4);
    loop {
        let last = thread["messages"].as_array().and_then(|messages| messages.last());
        if last.is_some_and(|last| last["author"]["type"] != "customer") {
            return Ok(thread);
        }
        if began.elapsed() > PATIENCE {
            return Err("a question without an answer".to_owned());
        }
        if !thread.is_null() {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(200));
        }
        thread = ok(line.get(path, token).await)?;
    }
}

fn is_with_people(thread: &Value) -> bool {
    thread["conversation"]["handler"] != "assistant"
}

fn ok(answer: Result<(u16, Value), String>) -> Result<Value, String> {
    match answer? {
        (200..=299, json) => Ok(json),
        (status, json) => Err(format!("{status} {}", json["detail"])),
    }
}

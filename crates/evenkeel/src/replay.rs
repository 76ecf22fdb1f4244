//! `replay`: each row of a file becomes a customer of a running desk, by the public door.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sim::{
    Client, ClientError,
    visitor::{Message, Thread, Visitor},
};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    arguments::ReplayOptions,
    failure::{Failure, Outcome},
    rows::{self, Row},
};

/// Rows under way at once when no rate is given.
const IN_FLIGHT_MAX: usize = 16;
/// A row that has no answer and no receipt by then is unanswered.
const PATIENCE: Duration = Duration::from_secs(10);
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

pub(crate) async fn run(options: ReplayOptions) -> Outcome<()> {
    let sets = &["test", "val", "train"];
    let mut rows = rows::read(&options.file, sets, &["oos_test", "oos_val"])?;
    rows.truncate(options.limit.unwrap_or(usize::MAX));
    let client = Client::new(&options.url).map_err(|error| unreachable_desk(&error))?;
    // One customer who only looks in tells a wrong address from a desk that fails.
    Visitor::arrive(&client, &options.inbox, None, None)
        .await
        .map_err(|error| unreachable_desk(&error))?;
    let started = Instant::now();
    let seen = send(rows, &client, &options).await;
    print(&report(&seen, started.elapsed()), options.json);
    Ok(())
}

fn unreachable_desk(error: &ClientError) -> Failure {
    Failure::new(error.to_string(), "Start the desk, and give its address by --url and --inbox.")
}

/// What a row came to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Answered(Duration),
    HandedOver(Duration),
    Unanswered,
    Error,
}

/// A row's end, and whether its topic was the label; nothing where it has none.
type Seen = (End, Option<bool>);

async fn send(rows: Vec<Row>, client: &Client, options: &ReplayOptions) -> Vec<Seen> {
    let n_rows = rows.len();
    let inbox: Arc<str> = Arc::from(options.inbox.as_str());
    // A run's own prefix: a desk takes a known client id for the same message sent again.
    let run = std::process::id();
    let mut pace = options.rate.map(|rate| {
        let mut pace = interval(Duration::from_secs_f64(1.0 / rate));
        pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
        pace
    });
    let (mut under_way, mut seen) = (JoinSet::new(), Vec::with_capacity(n_rows));
    let mut told = Instant::now();
    for (place, row) in rows.into_iter().enumerate() {
        match &mut pace {
            Some(pace) => {
                pace.tick().await;
            }
            None if under_way.len() >= IN_FLIGHT_MAX => collect(&mut under_way, &mut seen).await,
            None => {}
        }
        let (client, inbox) = (client.clone(), Arc::clone(&inbox));
        under_way.spawn(async move {
            let client_id = format!("replay-{run}-{place}");
            customer(&client, &inbox, &row, &client_id).await
        });
        while let Some(done) = under_way.try_join_next() {
            seen.push(done.unwrap_or((End::Error, None)));
        }
        if told.elapsed() >= PROGRESS_EVERY {
            eprintln!("{} of {n_rows}", seen.len());
            told = Instant::now();
        }
    }
    while !under_way.is_empty() {
        collect(&mut under_way, &mut seen).await;
    }
    seen
}

async fn collect(under_way: &mut JoinSet<Seen>, seen: &mut Vec<Seen>) {
    if let Some(done) = under_way.join_next().await {
        seen.push(done.unwrap_or((End::Error, None)));
    }
}

async fn customer(client: &Client, inbox: &str, row: &Row, client_id: &str) -> Seen {
    match ask(client, inbox, row, client_id).await {
        Ok(seen) => seen,
        Err(error) => {
            tracing::warn!(%error, client_id, "a row failed");
            (End::Error, None)
        }
    }
}

async fn ask(
    client: &Client,
    inbox: &str,
    row: &Row,
    client_id: &str,
) -> Result<Seen, ClientError> {
    let visitor = Visitor::arrive(client, inbox, None, None).await?;
    let mut changes = visitor.watch().await?;
    let started = Instant::now();
    let thread = visitor.ask(&row.text, client_id).await?;
    let id = thread.conversation.id.clone();
    let mut first = first_word(&thread);
    let waiting = timeout(PATIENCE, async {
        while first.is_none() {
            let change = changes.next().await?;
            if change.subject == "message" && !change.data.is_null() {
                let message: Message = serde_json::from_value(change.data)
                    .map_err(|error| ClientError::Malformed(error.to_string()))?;
                first = word(&message).filter(|_| message.conversation_id == id);
            }
        }
        Ok::<(), ClientError>(())
    });
    match waiting.await {
        Ok(waited) => waited?,
        Err(_) => {
            return Ok((End::Unanswered, is_topic(row, thread.conversation.topic.as_deref())));
        }
    }
    let latency = started.elapsed();
    // The desk's last word counts: it may have answered and then handed over, and named the topic.
    let thread = visitor.thread(&id).await?;
    let end = match first_word(&thread) {
        Some(Word::Receipt) => End::HandedOver(latency),
        _ if first == Some(Word::Receipt) => End::HandedOver(latency),
        _ => End::Answered(latency),
    };
    Ok((end, is_topic(row, thread.conversation.topic.as_deref())))
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Word {
    Answer,
    Receipt,
}

fn word(message: &Message) -> Option<Word> {
    if message.is_receipt() {
        return Some(Word::Receipt);
    }
    message.is_answer().then_some(Word::Answer)
}

/// A receipt if there is one, else an answer.
fn first_word(thread: &Thread) -> Option<Word> {
    let mut words = thread.messages.iter().filter_map(word);
    let first = words.next()?;
    Some(if words.any(|word| word == Word::Receipt) { Word::Receipt } else { first })
}

fn is_topic(row: &Row, topic: Option<&str>) -> Option<bool> {
    let label = row.label.as_deref()?;
    Some(topic.is_some_and(|topic| normal(topic) == normal(label)))
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '-'], " ")
}

fn report(seen: &[Seen], elapsed: Duration) -> Value {
    let count = |is: fn(&End) -> bool| seen.iter().filter(|(end, _)| is(end)).count();
    let mut waits_ms: Vec<f64> = seen
        .iter()
        .filter_map(|(end, _)| match end {
            End::Answered(wait) | End::HandedOver(wait) => Some(wait.as_secs_f64() * 1e3),
            End::Unanswered | End::Error => None,
        })
        .collect();
    waits_ms.sort_by(f64::total_cmp);
    let quantile = |share: f64| {
        let place = (waits_ms.len() as f64 * share).ceil() as usize;
        waits_ms.get(place.saturating_sub(1)).copied()
    };
    let labelled: Vec<bool> = seen.iter().filter_map(|(_, is_topic)| *is_topic).collect();
    let n_right = labelled.iter().filter(|is_right| **is_right).count();
    json!({
        "sent": seen.len(),
        "answered": count(|end| matches!(end, End::Answered(_))),
        "handed_over": count(|end| matches!(end, End::HandedOver(_))),
        "unanswered": count(|end| matches!(end, End::Unanswered)),
        "errors": count(|end| matches!(end, End::Error)),
        "topic_correct":
            (!labelled.is_empty()).then(|| n_right as f64 / labelled.len() as f64),
        "n_labelled": labelled.len(),
        "p50_ms": quantile(0.5),
        "p95_ms": quantile(0.95),
        "p99_ms": quantile(0.99),
        "seconds": elapsed.as_secs_f64(),
    })
}

fn print(fields: &Value, json: bool) {
    if json {
        println!("{fields}");
        return;
    }
    for (name, value) in fields.as_object().into_iter().flatten() {
        match value.as_f64().filter(|_| value.is_f64()) {
            Some(number) => println!("{name:<14} {number:.3}"),
            None => println!("{name:<14} {value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_names_meet() {
        for (label, topic, expected) in [
            (Some("card_arrival"), Some("Card arrival"), Some(true)),
            (Some("where-is-my-order"), Some("Where is my order"), Some(true)),
            (Some("card_arrival"), Some("card swallowed"), Some(false)),
            (Some("card_arrival"), None, Some(false)),
            (None, Some("card arrival"), None),
        ] {
            let row = Row { text: String::new(), label: label.map(str::to_owned) };
            assert_eq!(is_topic(&row, topic), expected, "{label:?} {topic:?}");
        }
    }

    #[test]
    fn a_receipt_outweighs_an_answer() {
        let thread = |words: &[(&str, &str, Option<&str>)]| -> Thread {
            let messages: Vec<Value> = words
                .iter()
                .map(|(author, kind, code)| {
                    json!({ "conversation_id": "c", "author": { "type": author }, "kind": kind,
                        "code": code })
                })
                .collect();
            let conversation = json!({ "id": "c", "state": "open", "topic": null });
            serde_json::from_value(json!({ "conversation": conversation, "messages": messages }))
                .unwrap()
        };
        let asked = ("customer", "text", None);
        let notice = ("system", "event", Some("ai_notice"));
        let answer = ("ai", "text", None);
        let receipt = ("system", "event", Some("receipt"));
        assert_eq!(first_word(&thread(&[asked, notice])), None);
        assert_eq!(first_word(&thread(&[asked, notice, answer])), Some(Word::Answer));
        assert_eq!(first_word(&thread(&[asked, receipt])), Some(Word::Receipt));
        assert_eq!(first_word(&thread(&[asked, answer, receipt])), Some(Word::Receipt));
    }

    #[test]
    fn figures_are_counted_and_ranked() {
        let wait = Duration::from_millis;
        let mut seen: Vec<Seen> =
            (1..=100).map(|ms| (End::Answered(wait(ms)), Some(ms <= 75))).collect();
        seen.push((End::Unanswered, None));
        seen.push((End::Error, None));
        let report = report(&seen, wait(2_000));
        let expected = json!({
            "sent": 102, "answered": 100, "handed_over": 0, "unanswered": 1, "errors": 1,
            "topic_correct": 0.75, "n_labelled": 100,
            "p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0, "seconds": 2.0,
        });
        assert_eq!(report, expected);
    }
}

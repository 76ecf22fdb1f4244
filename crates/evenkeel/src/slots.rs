//! `eval slots`: learns to mark parts of messages and what they speak of, and measures both.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

use knowledge::{Labelled, Labeller, Marked, MarkedText, Tagger};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    arguments::EvalSlotsOptions,
    failure::{Failure, Outcome},
    print::print,
    rows,
};

const HINT: &str = "Name JSON lists of messages, each with `text`, `intents` and `slots` by name, \
                    each with its `span` in characters.";

/// A message as the folds hold it.
#[derive(Deserialize)]
struct Row {
    text: String,
    #[serde(default)]
    intents: Vec<String>,
    #[serde(default)]
    slots: BTreeMap<String, Slot>,
}

#[derive(Deserialize)]
struct Slot {
    span: (usize, usize),
}

/// A message with its parts in bytes.
struct Message {
    text: String,
    intents: Vec<String>,
    parts: Vec<Marked>,
}

/// What was found, what was there, and what is both.
#[derive(Default)]
struct Hits {
    found: usize,
    there: usize,
    both: usize,
}

impl Hits {
    fn f1(&self) -> f64 {
        if self.found + self.there == 0 {
            return 0.0;
        }
        2.0 * self.both as f64 / (self.found + self.there) as f64
    }
}

pub(crate) fn run(options: &EvalSlotsOptions) -> Outcome<()> {
    let (train, test) = (read(&options.train)?, read(&options.test)?);
    let marked: Vec<MarkedText<'_>> = train
        .iter()
        .map(|message| MarkedText { text: &message.text, parts: &message.parts })
        .collect();
    let labelled: Vec<Labelled<'_>> = train
        .iter()
        .map(|message| Labelled { text: &message.text, labels: &message.intents })
        .collect();
    let started = Instant::now();
    let tagger = Tagger::train(&marked, options.seed);
    let labeller = Labeller::train(&labelled, options.seed);
    let train_seconds = started.elapsed().as_secs_f64();
    print(&measure(&tagger, &labeller, &test, train_seconds), options.json);
    Ok(())
}

fn measure(tagger: &Tagger, labeller: &Labeller, test: &[Message], train_seconds: f64) -> Value {
    let (mut slots, mut intents) = (Hits::default(), Hits::default());
    let mut by_slot: BTreeMap<&str, Hits> = BTreeMap::new();
    let mut micros = Vec::with_capacity(test.len());
    for message in test {
        let started = Instant::now();
        let parts = tagger.mark(&message.text);
        let labels = labeller.labels(&message.text);
        micros.push(started.elapsed().as_secs_f64() * 1e6);
        for part in &message.parts {
            by_slot.entry(&part.name).or_default().there += 1;
            slots.there += 1;
            if parts.contains(part) {
                by_slot.entry(&part.name).or_default().both += 1;
                slots.both += 1;
            }
        }
        slots.found += parts.len();
        intents.there += message.intents.len();
        intents.found += labels.len();
        intents.both += message.intents.iter().filter(|i| labels.contains(&i.as_str())).count();
    }
    micros.sort_by(f64::total_cmp);
    let recall: BTreeMap<&str, f64> = by_slot
        .into_iter()
        .map(|(name, hits)| (name, hits.both as f64 / hits.there as f64))
        .collect();
    json!({
        "slot_f1": slots.f1(),
        "intent_f1": intents.f1(),
        "n_test": test.len(),
        "n_slots": slots.there,
        "slot_recall": recall,
        "p50_us": micros[micros.len() / 2],
        "train_seconds": train_seconds,
    })
}

fn read(files: &[PathBuf]) -> Outcome<Vec<Message>> {
    let mut messages = Vec::new();
    for file in files {
        for row in rows::json::<Vec<Row>>(file, HINT)? {
            messages.push(message(row, file)?);
        }
    }
    match files.first() {
        Some(file) if messages.is_empty() => {
            Err(Failure::file(file.display(), "there is no message in it", HINT))
        }
        _ => Ok(messages),
    }
}

fn message(row: Row, file: &Path) -> Outcome<Message> {
    let places: Vec<usize> =
        row.text.char_indices().map(|(place, _)| place).chain([row.text.len()]).collect();
    let mut parts = Vec::with_capacity(row.slots.len());
    for (name, slot) in row.slots {
        let (start, end) = slot.span;
        let place = |at: usize| places.get(at).copied();
        match (place(start), place(end)) {
            (Some(start), Some(end)) if start < end => parts.push(Marked { name, start, end }),
            _ => {
                let why = format!("`{name}` is outside of its text: {}", row.text);
                return Err(Failure::file(file.display(), why, HINT));
            }
        }
    }
    parts.sort_by_key(|part| part.start);
    Ok(Message { text: row.text, intents: row.intents, parts })
}

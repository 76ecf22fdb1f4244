//! Prints how well topics are named on public sets of messages: `eval [seed]`.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use knowledge::{Classifier, Example, Prediction, report::evaluate};

type Row = (String, String);

fn main() {
    let seed: u64 = std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let Some(data) = data_folder() else {
        println!("skipped: no shared/data folder found; set EVENKEEL_SHARED");
        return;
    };
    let banking = banking77(&data);
    let (train, held) = split(&banking, seed);
    measure("BANKING77 4/5 : 1/5", &train, &held, seed);
    let examples: Vec<Example<'_>> =
        banking.iter().map(|(text, topic)| Example { text, topic }).collect();
    let started = Instant::now();
    let n_topics = Classifier::train(&examples, seed).n_topics();
    let seconds = started.elapsed().as_secs_f64();
    println!("BANKING77 whole: {} x {n_topics} trained in {seconds:.2} s", examples.len());
    let clinc = clinc150(&data);
    let held: Vec<Row> = [&clinc["val"][..], &clinc["oos_val"][..]].concat();
    measure("CLINC150 train : val", &clinc["train"], &held, seed);
}

fn measure(name: &str, train: &[Row], held: &[Row], seed: u64) {
    let examples: Vec<Example<'_>> =
        train.iter().map(|(text, topic)| Example { text, topic }).collect();
    let started = Instant::now();
    let classifier = Classifier::train(&examples, seed);
    let training = started.elapsed();
    let mut nanos = Vec::with_capacity(held.len());
    let mut predictions = Vec::with_capacity(held.len());
    for (text, topic) in held {
        let started = Instant::now();
        let found = classifier.classify(text);
        nanos.push(started.elapsed().as_nanos());
        let is_in_scope = topic != "oos";
        let best = &found.ranked[0];
        predictions.push(Prediction {
            is_in_scope,
            is_best_right: *best.topic == **topic,
            is_decision_right: found.decided.as_deref() == is_in_scope.then_some(&**topic),
            is_refused: found.decided.is_none(),
            confidence: best.confidence,
            in_scope: found.in_scope,
        });
    }
    nanos.sort_unstable();
    println!(
        "{name}: {} examples, {} topics, seed {seed}; trained in {:.2} s, {:.1} MB; \
         {:.1} us median, {:.1} us p99",
        classifier.n_examples(),
        classifier.n_topics(),
        training.as_secs_f64(),
        classifier.model_bytes() as f64 / 1e6,
        nanos[nanos.len() / 2] as f64 / 1e3,
        nanos[nanos.len() * 99 / 100] as f64 / 1e3,
    );
    println!("{:#?}", evaluate(&predictions));
}

/// The shared folder by its variable, or beside one of the folders above.
fn data_folder() -> Option<PathBuf> {
    if let Some(shared) = std::env::var_os("EVENKEEL_SHARED") {
        return Some(PathBuf::from(shared).join("data")).filter(|folder| folder.is_dir());
    }
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|folder| folder.join("shared/data")).find(|folder| folder.is_dir())
}

fn banking77(data: &std::path::Path) -> Vec<Row> {
    let text = std::fs::read_to_string(data.join("banking77/train.csv")).expect("train.csv reads");
    csv_rows(&text).into_iter().skip(1).collect()
}

/// Two columns, the first perhaps quoted and over several lines.
fn csv_rows(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for c in text.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            '\n' if !is_quoted => {
                let topic = fields.pop().unwrap_or_default().trim().to_owned();
                rows.push((fields.join(","), topic));
                fields = vec![String::new()];
            }
            c => fields.last_mut().expect("a row has a field").push(c),
        }
    }
    rows
}

/// Of each topic a fifth is held out.
fn split(rows: &[Row], seed: u64) -> (Vec<Row>, Vec<Row>) {
    let mut by_topic: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_topic.entry(&row.1).or_default().push(row);
    }
    let (mut train, mut held) = (Vec::new(), Vec::new());
    let mut state = seed;
    for rows in by_topic.values_mut() {
        for last in (1..rows.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
            rows.swap(last, (state >> 33) as usize % (last + 1));
        }
        let n_held = rows.len() / 5;
        held.extend(rows[..n_held].iter().map(|&row| row.clone()));
        train.extend(rows[n_held..].iter().map(|&row| row.clone()));
    }
    (train, held)
}

/// The file is one object of lists of pairs of strings, so a scan for strings is enough.
fn clinc150(data: &std::path::Path) -> BTreeMap<String, Vec<Row>> {
    let text = std::fs::read_to_string(data.join("clinc150/data_full.json")).expect("file reads");
    let mut sets: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let (mut depth, mut set, mut pair) = (0, String::new(), Vec::<String>::new());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '[' => depth += 1,
            ']' => {
                depth -= 1;
                if let [text, topic] = &pair[..] {
                    sets.entry(set.clone()).or_default().push((text.clone(), topic.clone()));
                    pair.clear();
                }
            }
            '"' => {
                let string = json_string(&mut chars);
                if depth == 0 { set = string } else { pair.push(string) }
            }
            _ => {}
        }
    }
    sets
}

fn json_string(chars: &mut std::str::Chars<'_>) -> String {
    let mut string = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('u') => {
                    let code: String = chars.by_ref().take(4).collect();
                    let code = u32::from_str_radix(&code, 16).unwrap_or(0xfffd);
                    string.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                }
                Some('n') => string.push('\n'),
                Some(c) => string.push(c),
                None => break,
            },
            c => string.push(c),
        }
    }
    string
}

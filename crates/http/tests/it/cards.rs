//! Generated card numbers, sent through the public door, and then looked for on disk.

use std::collections::HashSet;

use privacy::vectors::card_variants;
use serde_json::{Value, json};

use crate::app::App;

/// `EVENKEEL_CARDS=3000 EVENKEEL_SEED=7 cargo test -p http@0.1.0 cards` runs more, or others.
fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_generated_card_is_stored() {
    let n = usize::try_from(from_environment("EVENKEEL_CARDS", 300)).unwrap();
    let seed = from_environment("EVENKEEL_SEED", 1);
    println!("EVENKEEL_CARDS={n} EVENKEEL_SEED={seed}");
    let app = App::open().await;
    let mut numbers = Vec::new();
    for variant in card_variants(seed, n) {
        let customer = app.customer().await;
        let mut id: Option<String> = None;
        for text in &variant.messages {
            match &id {
                None => id = Some(app.ask(&customer, text).await),
                Some(id) => {
                    let path = format!("/widget/conversations/{id}/messages");
                    app.post(&path, &customer, json!({ "text": text })).await;
                }
            }
        }
        let id = id.unwrap();
        let thread = app.get(&format!("/widget/conversations/{id}"), &customer).await;
        let kept: String = thread["messages"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|message| message["author"]["type"] == "customer")
            .filter_map(|message| message["text"].as_str())
            .flat_map(str::chars)
            .filter(char::is_ascii_digit)
            .collect();
        assert!(!kept.contains(&variant.number), "SEED={seed}: {:?}", variant.messages);
        numbers.push((variant.number, variant.messages));
    }
    let on_disk = runs_of_digits(&app);
    for (number, messages) in numbers {
        assert!(!on_disk.contains(number.as_bytes()), "SEED={seed}: {messages:?} is on disk");
    }
    let listed = app.get("/conversations?limit=1", &app.owner).await;
    assert_ne!(listed["items"], Value::Array(Vec::new()));
}

/// All runs of 13 to 19 digits in the data folder, also those inside longer runs.
fn runs_of_digits(app: &App) -> HashSet<Vec<u8>> {
    let mut found = HashSet::new();
    for file in std::fs::read_dir(app.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for run in bytes.split(|byte| !byte.is_ascii_digit()).filter(|run| run.len() >= 13) {
            for length in 13..=19.min(run.len()) {
                found.extend(run.windows(length).map(<[u8]>::to_vec));
            }
        }
    }
    found
}

//! `eval retrieval` on three documents of its own, and on files that are wrong.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

fn eval(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(["eval", "retrieval", "--json"])
        .args([Path::new("--documents"), &folder.join("documents")])
        .args([Path::new("--queries"), &folder.join("tasks.json")])
        .output()
        .expect("cargo has built the program")
}

fn write(folder: &Path) {
    fs::create_dir_all(folder.join("documents")).unwrap();
    let documents = [
        ("returns", "Returns", "## How\nSend the parcel back within 30 days.\n## Cost\nFree."),
        (
            "cards",
            "Cards",
            "## Gold\nThe gold card pays cash back.\n## Blue\nThe blue one is free.",
        ),
        ("hours", "Opening hours", "We are open from eight."),
    ];
    for (id, title, content) in documents {
        let document = json!({ "id": id, "title": title, "content": content });
        fs::write(folder.join("documents").join(format!("{id}.json")), document.to_string())
            .unwrap();
    }
    let task = |text: &str, required: &[&str]| json!({ "user_scenario": { "instructions": text }, "required_documents": required });
    let tasks = json!([
        task("You want a card that pays cash back.", &["cards"]),
        task("You sent back a parcel and ask when they open.", &["returns", "hours"]),
        task("You are only here to complain.", &[]),
    ]);
    fs::write(folder.join("tasks.json"), tasks.to_string()).unwrap();
}

#[test]
fn required_documents_are_counted_by_their_place() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let output = eval(folder.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    // A task that requires nothing is no query; the second one's first place is half of its two.
    assert_eq!(found["n_queries"], 2, "{found}");
    assert_eq!(found["recall_at_1"], 0.75, "{found}");
    assert_eq!(found["recall_at_5"], 1.0, "{found}");
    assert_eq!(found["mrr"], 1.0, "{found}");
}

#[test]
fn files_that_are_wrong_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = |name: &str, content: &str, expected: &str| {
        write(folder.path());
        fs::write(folder.path().join(name), content).unwrap();
        let output = eval(folder.path());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("error: ") && said.contains("hint: "), "{said}");
        assert!(said.contains(expected), "{said}");
    };
    wrong("tasks.json", "[]", "no task names");
    wrong("tasks.json", "{}", "invalid type");
    let missing = r#"[{"user_scenario":{"instructions":"x"},"required_documents":["gone"]}]"#;
    wrong("tasks.json", missing, "gone is required");
    wrong("documents/hours.json", "{\"id\": \"hours\"}", "missing field");
    let twice = r#"{"id":"cards","title":"","content":""}"#;
    wrong("documents/hours.json", twice, "two documents have the id cards");
}

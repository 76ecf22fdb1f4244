//! `eval slots` on a few messages, and on files that are wrong.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

const FOLD: &str = r#"[
  {"text": "pay £20 – on Monday", "intents": ["pay"],
   "slots": {"date": {"text": "Monday", "span": [13, 19]},
             "amount": {"text": "£20", "span": [4, 7]}}},
  {"text": "pay £7 on Friday", "intents": ["pay"],
   "slots": {"date": {"span": [10, 16]}, "amount": {"span": [4, 6]}}},
  {"text": "hello", "intents": []}
]"#;

fn eval(train: &Path, test: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(["eval", "slots", "--json"])
        .args([Path::new("--train"), train, Path::new("--test"), test])
        .output()
        .expect("cargo has built the program")
}

#[test]
fn spans_are_counted_in_characters_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let fold = folder.path().join("fold.json");
    fs::write(&fold, FOLD).unwrap();
    let output = eval(&fold, &fold);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["slot_f1"], &found["intent_f1"]), (&1.0.into(), &1.0.into()), "{found}");
    assert_eq!((&found["n_test"], &found["n_slots"]), (&3.into(), &4.into()), "{found}");
}

#[test]
fn files_that_are_wrong_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (fold, wrong) = (folder.path().join("fold.json"), folder.path().join("wrong.json"));
    fs::write(&fold, FOLD).unwrap();
    for (content, expected) in [
        ("[]", "no message"),
        ("{}", "invalid type"),
        (r#"[{"text": "hi", "slots": {"date": {"span": [0, 3]}}}]"#, "outside of its text"),
        (r#"[{"text": "hi", "slots": {"date": {"span": [1, 1]}}}]"#, "outside of its text"),
    ] {
        fs::write(&wrong, content).unwrap();
        let output = eval(&fold, &wrong);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("wrong.json") && said.contains(expected), "{said}");
        assert!(said.contains("hint: "), "{said}");
    }
}

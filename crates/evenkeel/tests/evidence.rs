//! `balance`, `simulate` and `plan` as somebody types them.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn run(words: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cargo has built the program");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn json(words: &[&str], input: &str) -> Value {
    let output = run(words, input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(words: &[&str], input: &str) -> String {
    let output = run(words, input);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: ") && said.contains("hint: "), "{said}");
    said
}

#[test]
fn a_stream_is_recomputed() {
    let rows: String = (1..=2_000_u64)
        .map(|i| {
            let arm = u64::from((i * 7_919) % 10 < 5);
            let y = u64::from((i * 104_729) % 100 >= if arm == 1 { 12 } else { 15 });
            format!("{{\"arm\":{arm},\"pi\":0.5,\"y\":{y}}}\n")
        })
        .collect();
    let found = json(&["balance", "stream", "-", "--json"], &rows);
    assert!((found["ln_e"].as_f64().unwrap() - -0.511_725_776_315_650_4).abs() < 1e-12, "{found}");
    assert_eq!((found["n"].as_u64(), found["n_ai"].as_u64()), (Some(2_000), Some(1_000)));
    let (low, high) = (found["cs_low"].as_f64().unwrap(), found["cs_high"].as_f64().unwrap());
    assert!(low < found["delta_hat"].as_f64().unwrap() && low < high, "{found}");
    let traced = run(&["balance", "stream", "-", "--trace", "--json"], &rows);
    assert_eq!(String::from_utf8(traced.stdout).unwrap().lines().count(), 2_001);
}

#[test]
fn doubly_sampled_rows_are_taken() {
    let rows = "{\"arm\":1,\"pi\":0.3,\"f\":0.9,\"s\":0,\"q\":0.2}\n\
                {\"arm\":0,\"pi\":0.3,\"f\":0.8,\"s\":1,\"q\":0.2,\"g\":1}\n";
    let found = json(&["balance", "stream", "-", "--json"], rows);
    assert!((found["ln_e"].as_f64().unwrap() - -0.011_168_726_684_750_904).abs() < 1e-12);
}

#[test]
fn a_row_that_is_no_evidence_is_named() {
    let good = "{\"arm\":1,\"pi\":0.5,\"y\":1}\n";
    for (bad, why) in [
        ("{\"arm\":2,\"pi\":0.5,\"y\":1}", "arm is 2"),
        ("{\"arm\":1,\"pi\":1,\"y\":1}", "pi is 1"),
        ("{\"arm\":1,\"pi\":0.5,\"y\":3}", "outcome 3"),
        ("{\"arm\":1,\"pi\":0.5}", "a row has y"),
        ("{\"arm\":1,\"pi\":0.5,\"f\":0.5,\"s\":1,\"q\":0.5}", "do not agree"),
        ("nonsense", "expected"),
    ] {
        let said = refused(&["balance", "stream", "-", "--json"], &format!("{good}{bad}\n"));
        assert!(said.contains("row 2") && said.contains(why), "{said}");
    }
    let said = refused(&["balance", "detect", "-", "--b0", "0.1", "--alarm", "9"], "{\"x\":7}\n");
    assert!(said.contains("row 1"), "{said}");
    refused(&["balance", "detect", "-", "--b0", "0", "--alarm", "9"], "");
    refused(&["balance", "ebh", "--budget", "1", "3", "4"], "");
    refused(&["balance", "stream", "no such file"], "");
}

#[test]
fn alarms_and_discoveries() {
    let rows: String = (1..=200)
        .map(|i| u8::from((i * 31) % 100 < 15))
        .chain((1..=200).map(|i| u8::from((i * 37) % 100 < 35)))
        .map(|x| format!("{{\"x\":{x}}}\n"))
        .collect();
    let words = ["balance", "detect", "-", "--b0", "0.16", "--alarm", "10000", "--json"];
    assert_eq!(json(&words, &rows)["alarm_at"], 268);
    let words = "balance ebh --alpha 0.05 --budget 10 --json 1500 .2 130 45 3 88 61 900 0 12";
    let found = json(&words.split(' ').collect::<Vec<_>>(), "");
    assert_eq!(
        (&found["k"], &found["promoted"]),
        (&6.into(), &serde_json::json!([0, 2, 3, 5, 6, 7]))
    );
}

#[test]
fn queues_and_years_are_simulated() {
    let words = "simulate queue --lambda 8 --mu 1 --theta 0 --servers 10 --customers 20000 --json";
    let found = json(&words.split(' ').collect::<Vec<_>>(), "");
    assert_eq!(found["p_abandon"], 0.0);
    let endless = words.replace("--servers 10", "--servers 8");
    refused(&endless.split(' ').collect::<Vec<_>>(), "");
    let words = ["simulate", "year", "--policy", "people", "--runs", "2", "--json"];
    let found = json(&words, "");
    assert!(found["cost"].as_f64().unwrap() > 1e6 && found["cost_sd"].is_f64(), "{found}");
    let said = refused(&["simulate", "year", "--policy", "luck"], "");
    assert!(said.contains("balance") && said.contains("oracle"), "{said}");
}

#[test]
fn people_are_planned() {
    // 100 calls in half an hour, three minutes each, 80 % within 20 seconds; times in minutes.
    let calls = "plan staff --model erlang-c --lambda 3.3333333333333335 --mu 0.3333333333333333 \
                 --service-level 0.8 --within 0.3333333333333333 --shrinkage 0.3 --json";
    let found = json(&calls.split_whitespace().collect::<Vec<_>>(), "");
    assert_eq!((&found["servers"], &found["positions"]), (&14.into(), &20.into()));
    assert!((found["service_level"].as_f64().unwrap() - 0.888_350_019_2).abs() < 1e-9, "{found}");
    let desk = "plan staff --model erlang-a --lambda 48 --mu 1 --theta 0.5 --servers 50 --json";
    let found = json(&desk.split(' ').collect::<Vec<_>>(), "");
    assert!((found["p_abandon"].as_f64().unwrap() - 0.030_912_249_2).abs() < 1e-9, "{found}");
    assert!(found["service_level"].is_null(), "{found}");
    let few = desk.replace("--servers 50", "--abandonment 0.02");
    let found = json(&few.split(' ').collect::<Vec<_>>(), "");
    assert!(found["p_abandon"].as_f64().unwrap() <= 0.02 && found["servers"].as_u64() > Some(50));
    for bad in [
        "plan staff --model erlang-c --lambda 10 --mu 1 --servers 10",
        "plan staff --model erlang-c --lambda 10 --mu 1",
        "plan staff --model erlang-c --lambda 10 --mu 1 --theta 1 --servers 20",
        "plan staff --model erlang-a --lambda 10 --mu 1 --servers 20",
        "plan staff --model erlang-c --lambda 10 --mu 1 --service-level 0.8",
        "plan staff --model erlang-c --lambda 0 --mu 1 --servers 3",
    ] {
        refused(&bad.split(' ').collect::<Vec<_>>(), "");
    }
}

#[test]
fn a_week_is_foretold_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("halfhours.csv");
    let rows = include_str!("../../workforce/tests/halfhours.csv").lines();
    let known: String = rows.take(1 + 8 * 336).map(|line| format!("{line}\n")).collect();
    std::fs::write(&file, &known).unwrap();
    let words = ["plan", "forecast", file.to_str().unwrap(), "--json"];
    let found = json(&words, "");
    let forecast = found["forecast"].as_array().unwrap();
    assert_eq!((forecast.len(), &forecast[0]["start"]), (336, &"2026-03-02T00:00".into()));
    assert_eq!(forecast[335]["start"], "2026-03-08T23:30");
    assert!(found["wape"].as_f64().unwrap() < 0.22, "{}", found["wape"]);
    let three_days: String = known.lines().take(145).map(|line| format!("{line}\n")).collect();
    for (text, why) in [
        (three_days.as_str(), "too little data"),
        (&known.replacen("2026-01-05T00:30", "2026-01-05T01:00", 1), "row 2"),
        (&known.replacen("2026-01-05T00:30", "yesterday", 1), "is no time"),
        (&known.replacen("T00:00,4", "T00:00,-4", 1), "invalid digit"),
        ("start,count\n", "no row"),
    ] {
        std::fs::write(&file, text).unwrap();
        let said = refused(&words, "");
        assert!(said.contains(why), "{why}: {said}");
    }
}

#[test]
fn shifts_are_planned() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../workforce/tests/shifts-week-36.json");
    let found = json(&["plan", "shifts", file, "--moves", "200000", "--json"], "");
    assert_eq!(found["rule_violations"], 0);
    assert!(found["uncovered_hours"].as_u64() < Some(60), "{}", found["uncovered_hours"]);
    assert!(found["hours_min"].as_u64() <= found["hours_max"].as_u64());
    assert!(found["shifts"].as_array().unwrap().len() > 100);
    refused(&["plan", "shifts", "no such file"], "");
}

//! Topics: learnt, refused, repeated bit for bit, and as good as they were on real messages.

use std::collections::BTreeMap;
use std::path::PathBuf;

use knowledge::report::evaluate;
use knowledge::{Classifier, Example, Prediction};

const DESK: &[(&str, &[&str])] = &[
    (
        "refund",
        &[
            "where is my refund",
            "I want my money back",
            "refund not received yet",
            "how long does the refund take",
            "you have not refunded me",
            "please refund my payment",
        ],
    ),
    (
        "delivery",
        &[
            "where is my parcel",
            "the package has not arrived",
            "when is it delivered",
            "my delivery is late",
            "track my parcel",
            "the courier never came",
        ],
    ),
    (
        "account",
        &[
            "I forgot my password",
            "cannot sign in",
            "reset my password please",
            "change my e-mail address",
            "my account is locked",
            "the code to sign in does not come",
        ],
    ),
];

fn examples() -> Vec<Example<'static>> {
    let rows = DESK.iter().flat_map(|(topic, texts)| texts.iter().map(move |text| (topic, text)));
    rows.map(|(topic, text)| Example { text, topic }).collect()
}

#[test]
fn topics_are_named_despite_typing_errors_and_nonsense_is_none() {
    let classifier = Classifier::train(&examples(), 7);
    let check = |text: &str, expected: Option<&str>| {
        let found = classifier.classify(text);
        assert_eq!(found.decided.as_deref(), expected, "{text}: {found:?}");
        let sum: f32 = found.ranked.iter().map(|scored| scored.confidence).sum();
        assert!((sum - 1.0).abs() < 1e-3 && (0.0..=1.0).contains(&found.in_scope), "{found:?}");
    };
    check("when do I get my refund", Some("refund"));
    check("my parcle has not arived", Some("delivery"));
    check("forgot pasword", Some("account"));
    check("xqzv kjwp", None);
    check("", None);
    check("天気はどうですか", None);
}

#[test]
fn training_is_the_same_every_time() {
    let (first, second) = (Classifier::train(&examples(), 3), Classifier::train(&examples(), 3));
    for text in ["refund", "the parcel is late", "sign in", "nothing of this"] {
        let (left, right) = (first.classify(text), second.classify(text));
        assert_eq!(left.in_scope.to_bits(), right.in_scope.to_bits(), "{text}");
        let bits = |found: &knowledge::Classification| -> Vec<u32> {
            found.ranked.iter().map(|scored| scored.confidence.to_bits()).collect()
        };
        assert_eq!(bits(&left), bits(&right), "{text}");
    }
}

#[test]
fn few_examples_are_enough_to_work() {
    assert_eq!(Classifier::train(&[], 1).classify("hello").decided, None);
    let one = [Example { text: "where is my refund", topic: "refund" }];
    let classifier = Classifier::train(&one, 1);
    assert_eq!(classifier.classify("where is my refund").decided.as_deref(), Some("refund"));
    let two = [one[0], Example { text: "reset my password", topic: "account" }];
    let classifier = Classifier::train(&two, 1);
    assert_eq!(classifier.classify("my password").decided.as_deref(), Some("account"));
    assert_eq!((classifier.n_topics(), classifier.n_examples()), (2, 2));
}

#[test]
fn figures_are_those_of_the_definition() {
    let prediction = |is_in_scope, is_best_right, in_scope| Prediction {
        is_in_scope,
        is_best_right,
        is_decision_right: is_best_right,
        is_refused: in_scope < 0.5,
        confidence: 1.0,
        in_scope,
    };
    let report = evaluate(&[
        prediction(true, true, 0.9),
        prediction(true, true, 0.8),
        prediction(true, false, 0.4),
        prediction(false, false, 0.6),
    ]);
    assert!((report.accuracy - 2.0 / 3.0).abs() < 1e-9);
    assert!((report.auroc.unwrap() - 2.0 / 3.0).abs() < 1e-9);
    assert!((report.coverage_at_95 - 0.5).abs() < 1e-9);
    assert_eq!(report.refused_out_of_scope, Some(0.0));
    assert_eq!(evaluate(&[]).auroc, None);
}

/// Fifteen topics keep this under three seconds unoptimised; `examples/eval.rs` has all of them.
#[test]
fn real_messages_are_named_as_well_as_before() {
    let Some(text) = banking77() else {
        println!("skipped: no shared/data/banking77; set EVENKEEL_SHARED");
        return;
    };
    let mut by_topic: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (text, topic) in text.lines().skip(1).filter_map(|line| line.rsplit_once(',')) {
        by_topic.entry(topic).or_default().push(text);
    }
    let chosen = by_topic.iter().filter(|(_, texts)| texts.len() >= 60).step_by(4).take(15);
    let (mut train, mut held) = (Vec::new(), Vec::new());
    for (topic, texts) in chosen {
        let rows = texts.iter().take(60).map(|text| Example { text, topic });
        for (place, row) in rows.enumerate() {
            if place % 5 == 0 { held.push(row) } else { train.push(row) }
        }
    }
    let classifier = Classifier::train(&train, 1);
    let decided = |row: &&Example<'_>| classifier.classify(row.text).decided;
    let n_right = held.iter().filter(|row| decided(row).as_deref() == Some(row.topic)).count();
    let n_kept = held.iter().filter(|row| decided(row).is_some()).count();
    assert!(n_right * 100 >= held.len() * 90, "{n_right} of {} right", held.len());
    assert!(n_kept * 100 >= held.len() * 97, "{n_kept} of {} kept", held.len());
}

fn banking77() -> Option<String> {
    let named = std::env::var_os("EVENKEEL_SHARED").map(PathBuf::from);
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let above = here.ancestors().map(|folder| folder.join("shared"));
    let mut folders = named.into_iter().chain(above);
    folders.find_map(|folder| std::fs::read_to_string(folder.join("data/banking77/train.csv")).ok())
}

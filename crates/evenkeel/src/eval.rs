//! `eval topics`: learns from one file and measures on another.

use std::time::Instant;

use knowledge::{Classifier, Example, Prediction, report::evaluate};
use serde_json::{Value, json};

use crate::{
    arguments::EvalTopicsOptions,
    failure::{Failure, Outcome},
    print::print,
    rows::{self, OUT_OF_SCOPE, Row},
};

pub(crate) fn topics(options: &EvalTopicsOptions) -> Outcome<()> {
    let train = rows::read(&options.train, &["train"], &[])?;
    let test = rows::read(&options.test, &["test", "val"], &["oos_test", "oos_val"])?;
    let examples: Vec<Example<'_>> = train
        .iter()
        .filter_map(|row| {
            let topic = row.label.as_deref().filter(|label| *label != OUT_OF_SCOPE)?;
            Some(Example { text: &row.text, topic })
        })
        .collect();
    if examples.is_empty() {
        return Err(Failure::file(
            options.train.display(),
            "no row names its topic.",
            "Add a column `category` with the topic of each row.",
        ));
    }
    let started = Instant::now();
    let classifier = Classifier::train(&examples, options.seed);
    let train_seconds = started.elapsed().as_secs_f64();
    print(&measure(&classifier, &test, train_seconds), options.json);
    Ok(())
}

fn measure(classifier: &Classifier, test: &[Row], train_seconds: f64) -> Value {
    let mut micros = Vec::with_capacity(test.len());
    let mut predictions = Vec::with_capacity(test.len());
    for row in test {
        let started = Instant::now();
        let found = classifier.classify(&row.text);
        micros.push(started.elapsed().as_secs_f64() * 1e6);
        let topic = row.label.as_deref().filter(|label| *label != OUT_OF_SCOPE);
        let best = found.ranked.first();
        predictions.push(Prediction {
            is_in_scope: topic.is_some(),
            is_best_right: topic.is_some() && best.map(|best| &*best.topic) == topic,
            is_decision_right: found.decided.as_deref() == topic,
            is_refused: found.decided.is_none(),
            confidence: best.map_or(0.0, |best| best.confidence),
            in_scope: found.in_scope,
        });
    }
    micros.sort_by(f64::total_cmp);
    let report = evaluate(&predictions);
    json!({
        "accuracy": report.accuracy,
        "auroc": report.auroc,
        "oos_recall_at_95": report.oos_recall_at_95,
        "coverage_at_95": report.coverage_at_95,
        "coverage_at_98": report.coverage_at_98,
        "coverage_at_99": report.coverage_at_99,
        "accuracy_decided": report.accuracy_decided,
        "kept_in_scope": report.kept_in_scope,
        "refused_out_of_scope": report.refused_out_of_scope,
        "p50_us": micros[micros.len() / 2],
        "p99_us": micros[micros.len() * 99 / 100],
        "train_seconds": train_seconds,
        "model_bytes": classifier.model_bytes(),
        "n_test": test.len(),
    })
}

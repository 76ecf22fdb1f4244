//! Learns which of several things a message speaks of at once: none, one or many.
//!
//! One linear rule for each label (Pegasos: Shalev-Shwartz and others, "Primal Estimated
//! sub-GrAdient SOlver for SVM", 2007), on the features that topics are told by.

use crate::chance::Chance;
use crate::features::{Features, Pairs, Rare, Vocabulary};

const N_PASSES: usize = 30;
/// How strongly large weights are held back.
const HELD_BACK: f32 = 2e-4;

/// A message and its labels.
#[derive(Debug, Clone, Copy)]
pub struct Labelled<'a> {
    /// What a customer wrote.
    pub text: &'a str,
    /// What it speaks of.
    pub labels: &'a [String],
}

/// Names the labels of a message.
#[derive(Debug, Clone)]
pub struct Labeller {
    names: Vec<String>,
    vocabulary: Vocabulary,
    /// One row of weights for each label.
    weights: Vec<Vec<f32>>,
}

impl Labeller {
    /// Learns from examples; the same examples and seed give the same rules.
    pub fn train(examples: &[Labelled<'_>], seed: u64) -> Labeller {
        let mut names: Vec<String> =
            examples.iter().flat_map(|example| example.labels).cloned().collect();
        names.sort();
        names.dedup();
        let texts = examples.iter().map(|example| example.text);
        let vocabulary = Vocabulary::learn(texts, Rare::Kept, Pairs::Near);
        let rows: Vec<Features> =
            examples.iter().map(|example| vocabulary.features(example.text)).collect();
        let weights = names
            .iter()
            .map(|name| {
                let is = |example: &Labelled<'_>| example.labels.contains(name);
                let signs: Vec<f32> =
                    examples.iter().map(|e| if is(e) { 1.0 } else { -1.0 }).collect();
                learn(&rows, &signs, vocabulary.n_features(), seed)
            })
            .collect();
        Labeller { names, vocabulary, weights }
    }

    /// The labels of a message, in the order of their names.
    pub fn labels(&self, text: &str) -> Vec<&str> {
        let features = self.vocabulary.features(text);
        let named = self.names.iter().zip(&self.weights);
        named
            .filter(|(_, weights)| score(weights, &features) > 0.0)
            .map(|(name, _)| &**name)
            .collect()
    }
}

fn learn(rows: &[Features], signs: &[f32], n_features: usize, seed: u64) -> Vec<f32> {
    let mut weights = vec![0.0_f32; n_features];
    // Weights shrink at each step: one factor for all of them saves walking along them.
    let mut scale = 1.0_f32;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut chance = Chance::new(seed);
    let mut step = 1.0 / HELD_BACK;
    for _ in 0..N_PASSES {
        chance.shuffle(&mut order);
        for &row in &order {
            step += 1.0;
            let rate = 1.0 / (HELD_BACK * step);
            let features = &rows[row];
            let margin = signs[row] * scale * score(&weights, features);
            scale *= 1.0 - rate * HELD_BACK;
            if margin < 1.0 {
                for (&id, &value) in features.ids.iter().zip(&features.values) {
                    weights[id as usize] += rate * signs[row] * value / scale;
                }
            }
        }
    }
    weights.iter_mut().for_each(|weight| *weight *= scale);
    weights
}

fn score(weights: &[f32], features: &Features) -> f32 {
    features.ids.iter().zip(&features.values).map(|(&id, value)| weights[id as usize] * value).sum()
}

//! Learns from a desk's own examples which topic a message is about, or that it is none of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::chance::Chance;
use crate::features::{Features, Pairs, Rare, Vocabulary};
use crate::machine::{Machine, Training};
use crate::scope::{Evidence, Held, Scope};
use crate::typing::mistype;

const N_RANKED: usize = 5;
/// How dear a violated margin is; chosen on held-out fifths of two public sets.
const COST: f32 = 0.5;
const N_PASSES: usize = 5;
const N_FOLDS: usize = 5;
/// The folds start from the whole machine without their part, so that little is left to learn.
const N_PASSES_FOLD: usize = 1;
/// Folds that are run: each costs time, and two say enough where examples abound.
const N_FOLDS_RUN_MANY: usize = 2;
const N_EXAMPLES_MANY: usize = 2_000;
/// With fewer examples than this there is none to spare.
const N_EXAMPLES_TO_HOLD_OUT: usize = 40;
/// From this many examples on, typing errors are learnt from a copy of only every other one.
const N_TYPO_COPIES_MAX: usize = 6_000;

/// A message and the topic it belongs to; the topic's id is opaque.
#[derive(Debug, Clone, Copy)]
pub struct Example<'a> {
    /// What a customer wrote.
    pub text: &'a str,
    /// The topic's id.
    pub topic: &'a str,
}

/// Names the topic of a message; cheap to clone, and shared between threads.
#[derive(Debug, Clone)]
pub struct Classifier {
    inner: Arc<Inner>,
}

/// What a message seems to be about.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification {
    /// The likeliest topics, best first, at most five.
    pub ranked: Vec<Scored>,
    /// The topic that is decided on; nothing when the message is about none of these.
    pub decided: Option<Arc<str>>,
    /// How likely the message is about any of the topics, in [0, 1].
    pub in_scope: f32,
}

/// A topic and how likely it is, given that the message is about one of the topics.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The topic's id.
    pub topic: Arc<str>,
    /// A calibrated share in [0, 1].
    pub confidence: f32,
}

#[derive(Debug)]
struct Inner {
    topics: Vec<Arc<str>>,
    n_examples: usize,
    vocabulary: Vocabulary,
    machine: Machine,
    scope: Scope,
}

impl Classifier {
    /// Learns from examples; the same examples and seed give the same classifier bit for bit.
    pub fn train(examples: &[Example<'_>], seed: u64) -> Classifier {
        let (topics, labels) = label(examples);
        let vocabulary = Vocabulary::learn(
            examples.iter().map(|example| example.text),
            Rare::Kept,
            Pairs::Apart,
        );
        let n_copies_every = examples.len().div_ceil(N_TYPO_COPIES_MAX).max(1);
        let mut chance = Chance::new(seed ^ 0x7e90);
        let originals = examples.iter().map(|example| vocabulary.features(example.text));
        let mistyped = examples.iter().step_by(n_copies_every);
        let copies = mistyped.map(|e| vocabulary.features(&mistype(e.text, &mut chance)));
        let rows: Vec<Features> = originals.chain(copies).collect();
        let copy_labels = labels.iter().copied().step_by(n_copies_every);
        let row_labels: Vec<u32> = labels.iter().copied().chain(copy_labels).collect();
        let shape = (vocabulary.n_features(), topics.len());
        let mut training = Training::new(&rows, &row_labels, shape, COST, seed);
        training.run(N_PASSES);
        let unseen: Vec<Features> =
            examples.iter().map(|example| vocabulary.features_unseen(example.text)).collect();
        let held = hold_out(&training, &unseen, &labels, n_copies_every, seed);
        let scope = Scope::fit(&held);
        let machine = training.into_machine();
        let n_examples = examples.len();
        let inner = Inner { topics, n_examples, vocabulary, machine, scope };
        Classifier { inner: Arc::new(inner) }
    }

    /// Names the topic of a message.
    pub fn classify(&self, text: &str) -> Classification {
        let inner = &*self.inner;
        if inner.topics.is_empty() {
            return Classification { ranked: Vec::new(), decided: None, in_scope: 0.0 };
        }
        let features = inner.vocabulary.features(text);
        let mut scores = Vec::new();
        inner.machine.scores(&features, &mut scores);
        let scores = &scores[..inner.topics.len()];
        let best = best_topics(scores);
        let evidence = Evidence { top: scores[best[0]], known_share: features.known_share };
        let in_scope = inner.scope.likelihood(evidence);
        let shares = inner.scope.shares(scores, &best);
        let ranked: Vec<Scored> = best
            .iter()
            .zip(shares)
            .map(|(&topic, confidence)| Scored { topic: inner.topics[topic].clone(), confidence })
            .collect();
        let decided = inner.scope.is_in(evidence).then(|| ranked[0].topic.clone());
        Classification { ranked, decided, in_scope }
    }

    /// How many topics can be named.
    pub fn n_topics(&self) -> usize {
        self.inner.topics.len()
    }

    /// How many examples were learnt from.
    pub fn n_examples(&self) -> usize {
        self.inner.n_examples
    }

    /// How much memory the classifier holds.
    pub fn model_bytes(&self) -> usize {
        let inner = &*self.inner;
        inner.vocabulary.n_bytes() + inner.machine.n_bytes()
    }
}

/// The topics in the order of their ids, and each example's place among them.
fn label(examples: &[Example<'_>]) -> (Vec<Arc<str>>, Vec<u32>) {
    let mut places: BTreeMap<&str, u32> = examples.iter().map(|e| (e.topic, 0)).collect();
    for (place, (_, topic)) in places.iter_mut().enumerate() {
        *topic = place as u32;
    }
    let labels = examples.iter().map(|example| places[example.topic]).collect();
    (places.into_keys().map(Arc::from).collect(), labels)
}

/// Scores examples as if they had never been seen.
fn hold_out(
    training: &Training<'_>,
    unseen: &[Features],
    labels: &[u32],
    n_copies_every: usize,
    seed: u64,
) -> Vec<Held> {
    let n_examples = unseen.len();
    if n_examples < N_EXAMPLES_TO_HOLD_OUT {
        return Vec::new();
    }
    let fold_of = folds(n_examples, &mut Chance::new(seed ^ 0xf01d));
    let original = |row: usize| match row.checked_sub(n_examples) {
        Some(copy) => copy * n_copies_every,
        None => row,
    };
    let n_folds = if n_examples >= N_EXAMPLES_MANY { N_FOLDS_RUN_MANY } else { N_FOLDS };
    let mut held = Vec::with_capacity(n_examples);
    let mut scores = Vec::new();
    for fold in 0..n_folds {
        let mut training = training.clone();
        training.forget(|row| fold_of[original(row)] == fold);
        training.run(N_PASSES_FOLD);
        for example in (0..n_examples).filter(|&example| fold_of[example] == fold) {
            let features = &unseen[example];
            training.machine().scores(features, &mut scores);
            scores.truncate(training.n_topics());
            let best = best_topics(&scores);
            let evidence = Evidence { top: scores[best[0]], known_share: features.known_share };
            let place = best.iter().position(|&topic| topic == labels[example] as usize);
            let scores = best.iter().map(|&topic| scores[topic]).collect();
            held.push(Held { evidence, scores, place });
        }
    }
    held
}

fn folds(n: usize, chance: &mut Chance) -> Vec<usize> {
    let mut folds: Vec<usize> = (0..n).map(|place| place % N_FOLDS).collect();
    chance.shuffle(&mut folds);
    folds
}

/// The places of the highest scores, best first; of equals the earlier topic.
fn best_topics(scores: &[f32]) -> Vec<usize> {
    let mut best: Vec<usize> = Vec::with_capacity(N_RANKED + 1);
    for topic in 0..scores.len() {
        if best.len() == N_RANKED && scores[topic] <= scores[best[N_RANKED - 1]] {
            continue;
        }
        let place = best.partition_point(|&other| scores[other] >= scores[topic]);
        best.insert(place, topic);
        best.truncate(N_RANKED);
    }
    best
}

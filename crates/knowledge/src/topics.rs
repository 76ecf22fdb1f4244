//! Learns from a desk's own examples which topic a message is about, or that it is none of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::chance::Chance;
use crate::features::{Features, Vocabulary};
use crate::machine::{Machine, Training};
use crate::neighbours::Neighbours;
use crate::scope::{Evidence, Held, Scope};
use crate::typing::mistype;

const N_RANKED: usize = 5;
/// How dear a violated margin is; chosen on held-out fifths of two public sets.
const COST: f32 = 0.5;
const N_PASSES: usize = 8;
const N_FOLDS: usize = 5;
/// The folds start from the whole machine without their part, so that little is left to learn.
const N_PASSES_FOLD: usize = 1;
/// Folds that are run: each costs time, and three say enough where examples abound.
const N_FOLDS_RUN_MANY: usize = 3;
const N_EXAMPLES_MANY: usize = 2_000;
/// With fewer topics than this, leaving some out says little about what is none of them.
const N_TOPICS_TO_LEAVE_OUT: usize = 6;
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
    neighbours: Neighbours,
    scope: Scope,
}

impl Classifier {
    /// Learns from examples; the same examples and seed give the same classifier bit for bit.
    pub fn train(examples: &[Example<'_>], seed: u64) -> Classifier {
        let (topics, labels) = label(examples);
        let texts = with_typing_errors(examples, seed);
        let n_rows = texts.len();
        let vocabulary =
            Vocabulary::learn(examples.iter().map(|e| e.text).chain(texts.iter().map(|t| &**t)));
        let originals = examples.iter().map(|example| vocabulary.features(example.text));
        let rows: Vec<Features> =
            originals.chain(texts.iter().map(|text| vocabulary.features(text))).collect();
        let row_labels: Vec<u32> = labels.iter().copied().chain(copied(&labels, n_rows)).collect();
        let shape = (vocabulary.n_features(), topics.len());
        let mut training = Training::new(&rows, &row_labels, shape, COST, seed);
        training.run(N_PASSES);
        let neighbours = Neighbours::new(&rows[..examples.len()], &labels, topics.len());
        let held = hold_out(&training, &neighbours, &rows, &labels, topics.len(), seed);
        let scope = Scope::fit(&held);
        let machine = training.into_machine();
        let n_examples = examples.len();
        let inner = Inner { topics, n_examples, vocabulary, machine, neighbours, scope };
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
        let best = best_topics(scores, |_| true);
        let evidence = evidence(scores, &best, &features, &inner.neighbours, |_| true);
        let in_scope = inner.scope.likelihood(&evidence);
        let shares = inner.scope.shares(scores, &best);
        let ranked: Vec<Scored> = best
            .iter()
            .zip(shares)
            .map(|(&topic, confidence)| Scored { topic: inner.topics[topic].clone(), confidence })
            .collect();
        let decided = inner.scope.is_in(&evidence).then(|| ranked[0].topic.clone());
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
        inner.vocabulary.n_bytes() + inner.machine.n_bytes() + inner.neighbours.n_bytes()
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

/// Copies with the mistakes that thumbs make: such messages come, and the examples are clean.
fn with_typing_errors(examples: &[Example<'_>], seed: u64) -> Vec<String> {
    let mut chance = Chance::new(seed ^ 0x7e90);
    let every = examples.len().div_ceil(N_TYPO_COPIES_MAX).max(1);
    examples.iter().step_by(every).map(|e| mistype(e.text, &mut chance)).collect()
}

/// The labels of the copies, which were made of every so-manyth example.
fn copied(labels: &[u32], n_copies: usize) -> impl Iterator<Item = u32> {
    let every = labels.len().div_ceil(n_copies.max(1)).max(1);
    labels.iter().copied().step_by(every).take(n_copies)
}

/// Scores messages as if they, and for some their whole topic, had never been seen.
fn hold_out(
    training: &Training<'_>,
    neighbours: &Neighbours,
    rows: &[Features],
    labels: &[u32],
    n_topics: usize,
    seed: u64,
) -> Vec<Held> {
    let n_examples = labels.len();
    if n_topics < 2 || n_examples < 4 * n_topics.max(5) {
        return Vec::new();
    }
    let mut chance = Chance::new(seed ^ 0xf01d);
    let example_fold = folds(n_examples, &mut chance);
    let topic_fold = folds(n_topics, &mut chance);
    let leaves_topics = n_topics >= N_TOPICS_TO_LEAVE_OUT;
    let n_copies = rows.len() - n_examples;
    let every = n_examples.div_ceil(n_copies.max(1)).max(1);
    let original = |row: usize| if row < n_examples { row } else { (row - n_examples) * every };
    let n_folds = if n_examples >= N_EXAMPLES_MANY { N_FOLDS_RUN_MANY } else { N_FOLDS };
    let mut held = Vec::with_capacity(n_examples);
    for fold in 0..n_folds {
        let is_topic_out = |topic: usize| leaves_topics && topic_fold[topic] == fold;
        let is_out = |row: usize| {
            let example = original(row);
            example_fold[example] == fold || is_topic_out(labels[example] as usize)
        };
        let mut training = training.clone();
        training.forget(is_out);
        training.run(N_PASSES_FOLD);
        let mut scores = Vec::new();
        for example in (0..n_examples).filter(|&example| is_out(example)) {
            let is_foreign = is_topic_out(labels[example] as usize);
            training.machine().scores(&rows[example], &mut scores);
            let scores = &scores[..n_topics];
            let best = best_topics(scores, |topic| !is_topic_out(topic));
            let is_seen = |other: usize| example_fold[other] != fold;
            let evidence = evidence(scores, &best, &rows[example], neighbours, is_seen);
            let own = labels[example] as usize;
            let scores = best.iter().map(|&topic| scores[topic]).collect();
            let place = best.iter().position(|&topic| topic == own);
            held.push(Held { evidence, scores, place, is_foreign });
        }
    }
    held
}

fn folds(n: usize, chance: &mut Chance) -> Vec<usize> {
    let mut folds: Vec<usize> = (0..n).map(|place| place % N_FOLDS).collect();
    chance.shuffle(&mut folds);
    folds
}

fn best_topics(scores: &[f32], is_candidate: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut best: Vec<usize> = Vec::with_capacity(N_RANKED + 1);
    for topic in (0..scores.len()).filter(|&topic| is_candidate(topic)) {
        if best.len() == N_RANKED && scores[topic] <= scores[best[N_RANKED - 1]] {
            continue;
        }
        let place = best.partition_point(|&other| scores[other] >= scores[topic]);
        best.insert(place, topic);
        best.truncate(N_RANKED);
    }
    best
}

fn evidence(
    scores: &[f32],
    best: &[usize],
    features: &Features,
    neighbours: &Neighbours,
    is_seen: impl Fn(usize) -> bool,
) -> Evidence {
    let top = scores[best[0]];
    let second = best.get(1).map_or(-1.0, |&topic| scores[topic]);
    let nearest = neighbours.nearest(features, best, is_seen);
    Evidence { top, gap: top - second, nearest, known_share: features.known_share }
}

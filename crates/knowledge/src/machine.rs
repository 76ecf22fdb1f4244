//! A linear machine for many topics at once: squared hinge, dual coordinate descent.

use crate::chance::Chance;
use crate::features::Features;

/// Rows are padded to this many topics, so that the inner loops need no remainder.
const LANES: usize = 8;
/// So many rows are added at once, which saves reading and writing the sums between them.
const FOLD: usize = 4;

/// Examples that would move less than this are left alone until the next pass.
const STEP_MIN: f32 = 0.02;

/// One weight for each feature and topic, feature by feature.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    stride: usize,
    weights: Vec<f32>,
}

/// A machine in training: its weights are the sum of the examples, each times its duals.
#[derive(Debug, Clone)]
pub(crate) struct Training<'a> {
    machine: Machine,
    n_topics: usize,
    rows: &'a [Features],
    topics: &'a [u32],
    duals: Vec<f32>,
    /// Examples that take part, in the order of the next pass.
    order: Vec<u32>,
    chance: Chance,
    /// One over twice the cost of a violated margin.
    softness: f32,
}

impl Machine {
    /// Adds up the score of each topic; those past the last topic are padding.
    pub(crate) fn scores(&self, features: &Features, scores: &mut Vec<f32>) {
        scores.clear();
        scores.resize(self.stride, 0.0);
        let ids = features.ids.chunks_exact(FOLD);
        let values = features.values.chunks_exact(FOLD);
        for (&id, &value) in ids.remainder().iter().zip(values.remainder()) {
            add_scaled(scores, self.row(id), value);
        }
        for (ids, values) in ids.zip(values) {
            let rows = [ids[0], ids[1], ids[2], ids[3]].map(|id| self.row(id));
            add_scaled_rows(scores, rows, [values[0], values[1], values[2], values[3]]);
        }
    }

    pub(crate) fn n_bytes(&self) -> usize {
        self.weights.len() * size_of::<f32>()
    }

    fn row(&self, id: u32) -> &[f32] {
        let start = id as usize * self.stride;
        &self.weights[start..start + self.stride]
    }

    fn row_mut(&mut self, id: u32) -> &mut [f32] {
        let start = id as usize * self.stride;
        &mut self.weights[start..start + self.stride]
    }
}

impl<'a> Training<'a> {
    pub(crate) fn new(
        rows: &'a [Features],
        topics: &'a [u32],
        (n_features, n_topics): (usize, usize),
        cost: f32,
        seed: u64,
    ) -> Training<'a> {
        let stride = n_topics.next_multiple_of(LANES);
        Training {
            machine: Machine { stride, weights: vec![0.0; n_features * stride] },
            n_topics,
            rows,
            topics,
            duals: vec![0.0; rows.len() * stride],
            order: (0..rows.len() as u32).collect(),
            chance: Chance::new(seed),
            softness: 0.5 / cost,
        }
    }

    /// Goes `n_passes` times over the examples that take part.
    pub(crate) fn run(&mut self, n_passes: usize) {
        let mut scores = Vec::new();
        let mut steps = vec![0.0_f32; self.machine.stride];
        for _ in 0..n_passes {
            let mut order = std::mem::take(&mut self.order);
            self.chance.shuffle(&mut order);
            for &example in &order {
                self.learn(example as usize, &mut scores, &mut steps);
            }
            self.order = order;
        }
    }

    /// Takes examples out, as if they had not been there since the last pass.
    pub(crate) fn forget(&mut self, is_out: impl Fn(usize) -> bool) {
        let stride = self.machine.stride;
        let mut steps = vec![0.0_f32; stride];
        let (out, order) = self.order.iter().partition(|&&example| is_out(example as usize));
        self.order = order;
        let out: Vec<u32> = out;
        for example in out {
            let duals = &mut self.duals[example as usize * stride..][..stride];
            let own = self.topics[example as usize] as usize;
            for (topic, (step, dual)) in steps.iter_mut().zip(duals.iter()).enumerate() {
                *step = if topic == own { -*dual } else { *dual };
            }
            duals.fill(0.0);
            self.apply(example as usize, &steps);
        }
    }

    pub(crate) fn n_topics(&self) -> usize {
        self.n_topics
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }

    pub(crate) fn into_machine(self) -> Machine {
        self.machine
    }

    fn learn(&mut self, example: usize, scores: &mut Vec<f32>, steps: &mut [f32]) {
        let features = &self.rows[example];
        self.machine.scores(features, scores);
        let stride = self.machine.stride;
        let squared: f32 = features.values.iter().map(|value| value * value).sum();
        let duals = &mut self.duals[example * stride..][..stride];
        let own = self.topics[example] as usize;
        let moved = step_duals(squared, self.softness, own, scores, duals, steps);
        if moved > STEP_MIN {
            self.apply(example, steps);
        }
    }

    fn apply(&mut self, example: usize, steps: &[f32]) {
        let features = &self.rows[example];
        for (&id, &value) in features.ids.iter().zip(&features.values) {
            add_scaled(self.machine.row_mut(id), steps, value);
        }
    }
}

/// One exact step on each topic's dual; returns the largest step.
fn step_duals(
    squared: f32,
    softness: f32,
    own: usize,
    scores: &[f32],
    duals: &mut [f32],
    steps: &mut [f32],
) -> f32 {
    let scale = (squared + softness).recip();
    let mut largest = 0.0_f32;
    let before = duals[own];
    for ((step, dual), score) in steps.iter_mut().zip(duals.iter_mut()).zip(scores) {
        // For a topic that is not its own, the example should score below -1.
        let gradient = -score - 1.0 + softness * *dual;
        let after = (*dual - gradient * scale).max(0.0);
        *step = *dual - after;
        *dual = after;
    }
    let gradient = scores[own] - 1.0 + softness * before;
    let after = (before - gradient * scale).max(0.0);
    steps[own] = after - before;
    duals[own] = after;
    for step in steps.iter() {
        largest = largest.max(step.abs());
    }
    largest
}

fn add_scaled(sums: &mut [f32], row: &[f32], scale: f32) {
    for (sums, row) in sums.chunks_exact_mut(LANES).zip(row.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += row[lane] * scale;
        }
    }
}

fn add_scaled_rows(sums: &mut [f32], rows: [&[f32]; FOLD], scales: [f32; FOLD]) {
    let [first, second, third, fourth] = rows.map(|row| row.chunks_exact(LANES));
    let sums = sums.chunks_exact_mut(LANES);
    for ((((sums, a), b), c), d) in sums.zip(first).zip(second).zip(third).zip(fourth) {
        for lane in 0..LANES {
            sums[lane] += (a[lane] * scales[0] + b[lane] * scales[1])
                + (c[lane] * scales[2] + d[lane] * scales[3]);
        }
    }
}

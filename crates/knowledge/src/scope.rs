//! Decides whether a message is about any topic at all, and how sure one may be of which.

/// What speaks for a message being about one of the topics.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Evidence {
    /// The best topic's score.
    pub(crate) top: f32,
    /// How far the runner-up is behind.
    pub(crate) gap: f32,
    /// The cosine with the nearest example's words.
    pub(crate) nearest: f32,
    /// The share of the message's words that training saw.
    pub(crate) known_share: f32,
}

/// A message that was scored without having been learnt from.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) evidence: Evidence,
    pub(crate) scores: Vec<f32>,
    /// The place of its own topic among the best; none if it is not there.
    pub(crate) place: Option<usize>,
    /// Its whole topic was left out, so it stands for what is none of the topics.
    pub(crate) is_foreign: bool,
}

/// The fitted rule.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    weights: [f32; N_WEIGHTS],
    threshold: f32,
    sharpness: f32,
}

const N_WEIGHTS: usize = 5;
/// The rule for desks with too few topics or examples to fit one: what larger ones learn.
const WEIGHTS_UNFITTED: [f32; N_WEIGHTS] = [-1.2, 1.5, 1.0, 3.0, 1.5];
const SHARPNESS_UNFITTED: f32 = 3.0;
const N_FOREIGN_MIN: usize = 40;
/// The share of the desk's own messages that may be refused: "none of these" is to be mild.
const SHARE_REFUSED: f64 = 0.015;
/// Below this many held-out messages a quantile is a guess, and only the plainly foreign is refused.
const N_HELD_MIN: usize = 60;

impl Scope {
    pub(crate) fn fit(held: &[Held]) -> Scope {
        let n_foreign = held.iter().filter(|held| held.is_foreign).count();
        let is_fitted = n_foreign >= N_FOREIGN_MIN && held.len() - n_foreign >= N_FOREIGN_MIN;
        let weights = if is_fitted { fit_weights(held) } else { WEIGHTS_UNFITTED };
        let mut scope = Scope { weights, threshold: f32::MIN, sharpness: SHARPNESS_UNFITTED };
        let own: Vec<&Held> = held.iter().filter(|held| !held.is_foreign).collect();
        if own.len() >= N_HELD_MIN {
            let mut values: Vec<f32> = own.iter().map(|held| scope.value(&held.evidence)).collect();
            values.sort_by(f32::total_cmp);
            scope.threshold = values[(values.len() as f64 * SHARE_REFUSED) as usize];
            scope.sharpness = fit_sharpness(&own);
        }
        scope
    }

    /// Whether the message is taken to be about its best topic.
    pub(crate) fn is_in(&self, evidence: &Evidence) -> bool {
        let shares_something = evidence.nearest > 0.0 || evidence.known_share > 0.5;
        shares_something && self.value(evidence) >= self.threshold
    }

    pub(crate) fn likelihood(&self, evidence: &Evidence) -> f32 {
        logistic(self.value(evidence))
    }

    /// Scores as shares of one; what is not among the best has next to nothing.
    pub(crate) fn shares(&self, scores: &[f32], best: &[usize]) -> Vec<f32> {
        let best: Vec<f32> = best.iter().map(|&topic| scores[topic]).collect();
        shares(&best, self.sharpness)
    }

    fn value(&self, evidence: &Evidence) -> f32 {
        let inputs = inputs(evidence);
        inputs.iter().zip(self.weights).map(|(input, weight)| input * weight).sum()
    }
}

fn inputs(evidence: &Evidence) -> [f32; N_WEIGHTS] {
    let Evidence { top, gap, nearest, known_share } = *evidence;
    [1.0, top.clamp(-2.0, 2.0), gap.clamp(0.0, 3.0), nearest, known_share]
}

fn logistic(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

fn shares(scores: &[f32], sharpness: f32) -> Vec<f32> {
    let top = scores.first().copied().unwrap_or(0.0);
    let raw: Vec<f32> = scores.iter().map(|score| ((score - top) * sharpness).exp()).collect();
    let sum: f32 = raw.iter().sum();
    raw.into_iter().map(|share| share / sum).collect()
}

/// Logistic regression by gradient steps; both kinds weigh the same however many there are.
fn fit_weights(held: &[Held]) -> [f32; N_WEIGHTS] {
    const N_STEPS: usize = 400;
    const RATE: f32 = 1.0;
    const PULL: f32 = 0.001;
    let n_foreign = held.iter().filter(|held| held.is_foreign).count() as f32;
    let n_own = held.len() as f32 - n_foreign;
    let mut weights = WEIGHTS_UNFITTED;
    for _ in 0..N_STEPS {
        let mut gradient = [0.0_f32; N_WEIGHTS];
        for held in held {
            let inputs = inputs(&held.evidence);
            let value: f32 = inputs.iter().zip(weights).map(|(input, weight)| input * weight).sum();
            let error = if held.is_foreign {
                -logistic(value) / n_foreign
            } else {
                (1.0 - logistic(value)) / n_own
            };
            for (sum, input) in gradient.iter_mut().zip(inputs) {
                *sum += error * input;
            }
        }
        for (weight, sum) in weights.iter_mut().zip(gradient) {
            *weight += RATE * (sum - PULL * *weight);
        }
    }
    weights
}

/// The sharpness under which the held-out messages' own topics are likeliest.
fn fit_sharpness(own: &[&Held]) -> f32 {
    let likelihood = |sharpness: f32| -> f32 {
        own.iter()
            .map(|held| {
                let share = held.place.map_or(0.0, |place| shares(&held.scores, sharpness)[place]);
                share.max(0.01).ln()
            })
            .sum()
    };
    let candidates = (0..24).map(|step| 0.5 * 1.17_f32.powi(step));
    let scored = candidates.map(|sharpness| (likelihood(sharpness), sharpness));
    scored.max_by(|left, right| left.0.total_cmp(&right.0)).map_or(SHARPNESS_UNFITTED, |best| best.1)
}

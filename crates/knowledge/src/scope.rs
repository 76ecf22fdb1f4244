//! Decides whether a message is about any topic at all, and how sure one may be of which.

/// What speaks for a message being about one of the topics.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Evidence {
    /// The best topic's score.
    pub(crate) top: f32,
    /// The share of the message's words that training saw.
    pub(crate) known_share: f32,
}

/// An example that was scored without having been learnt from.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) evidence: Evidence,
    /// The best topics' scores.
    pub(crate) scores: Vec<f32>,
    /// The place of its own topic among the best; none if it is not there.
    pub(crate) place: Option<usize>,
}

/// The rule, with what the desk's own examples say about where to draw the line.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    threshold: f32,
    /// How far the usual message is above the threshold.
    spread: f32,
    sharpness: f32,
}

/// Below this the best topic hardly stands out from any; for desks too small to measure.
const THRESHOLD_UNFITTED: f32 = 0.0;
const SPREAD_UNFITTED: f32 = 1.0;
const SHARPNESS_UNFITTED: f32 = 3.0;
/// The share of the desk's own messages that may be refused: "none of these" is to be mild.
const SHARE_REFUSED: f64 = 0.0125;
/// Below this many held-out messages a quantile is a guess.
const N_HELD_MIN: usize = 100;
/// A message with fewer known words than this share is about nothing the desk knows.
const KNOWN_SHARE_MIN: f32 = 0.1;
/// A usual message is taken to be in scope with the likelihood that belongs to this logit.
const LOGIT_USUAL: f32 = 3.0;

impl Scope {
    pub(crate) fn fit(held: &[Held]) -> Scope {
        if held.len() < N_HELD_MIN {
            return Scope {
                threshold: THRESHOLD_UNFITTED,
                spread: SPREAD_UNFITTED,
                sharpness: SHARPNESS_UNFITTED,
            };
        }
        let mut values: Vec<f32> = held.iter().map(|held| value(held.evidence)).collect();
        values.sort_by(f32::total_cmp);
        let threshold = values[(values.len() as f64 * SHARE_REFUSED) as usize];
        let spread = (values[values.len() / 2] - threshold).max(0.1);
        Scope { threshold, spread, sharpness: fit_sharpness(held) }
    }

    /// Whether the message is taken to be about its best topic.
    pub(crate) fn is_in(&self, evidence: Evidence) -> bool {
        evidence.known_share >= KNOWN_SHARE_MIN && value(evidence) >= self.threshold
    }

    /// One half at the threshold, near one for what is usual.
    pub(crate) fn likelihood(&self, evidence: Evidence) -> f32 {
        let logit = LOGIT_USUAL * (value(evidence) - self.threshold) / self.spread;
        1.0 / (1.0 + (-logit).exp())
    }

    /// The best topics' scores as shares of one.
    pub(crate) fn shares(&self, scores: &[f32], best: &[usize]) -> Vec<f32> {
        let best: Vec<f32> = best.iter().map(|&topic| scores[topic]).collect();
        shares(&best, self.sharpness)
    }
}

/// Score and known words weigh the same. The nearest example's likeness and the gap to the
/// runner-up were tried as well and told less: foreign messages borrow whole phrases.
fn value(evidence: Evidence) -> f32 {
    evidence.top.clamp(-2.0, 2.0) + evidence.known_share
}

fn shares(scores: &[f32], sharpness: f32) -> Vec<f32> {
    let top = scores.first().copied().unwrap_or(0.0);
    let raw: Vec<f32> = scores.iter().map(|score| ((score - top) * sharpness).exp()).collect();
    let sum: f32 = raw.iter().sum();
    raw.into_iter().map(|share| share / sum).collect()
}

/// The sharpness under which the held-out messages' own topics are likeliest.
fn fit_sharpness(held: &[Held]) -> f32 {
    let likelihood = |sharpness: f32| -> f32 {
        held.iter()
            .map(|held| {
                let share = held.place.map_or(0.0, |place| shares(&held.scores, sharpness)[place]);
                share.max(0.01).ln()
            })
            .sum()
    };
    let candidates = (0..24).map(|step| 0.5 * 1.17_f32.powi(step));
    let scored = candidates.map(|sharpness| (likelihood(sharpness), sharpness));
    scored
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map_or(SHARPNESS_UNFITTED, |best| best.1)
}

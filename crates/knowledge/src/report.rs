//! Sums up how well topics are named: the figures by which a desk may trust its classifier.

/// One message that was classified, and what it was really about.
#[derive(Debug, Clone, Copy)]
pub struct Prediction {
    /// The message is about one of the topics.
    pub is_in_scope: bool,
    /// The best topic is the right one; false where the message is about none.
    pub is_best_right: bool,
    /// The decided topic is the right one, or nothing was decided and the message is about none.
    pub is_decision_right: bool,
    /// Nothing was decided.
    pub is_refused: bool,
    /// The best topic's confidence.
    pub confidence: f32,
    /// How likely the message is about any topic.
    pub in_scope: f32,
}

/// The figures of a set of predictions; `None` where there was nothing to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicsReport {
    /// Messages in scope.
    pub n_in_scope: usize,
    /// Messages out of scope.
    pub n_out_of_scope: usize,
    /// Share of messages in scope whose best topic is right.
    pub accuracy: f64,
    /// Share of messages in scope whose decided topic is right; a refusal is wrong.
    pub accuracy_decided: f64,
    /// Share of messages in scope that were not refused.
    pub kept_in_scope: f64,
    /// Share of messages out of scope that were refused.
    pub refused_out_of_scope: Option<f64>,
    /// Chance that a message in scope scores above one that is not.
    pub auroc: Option<f64>,
    /// Share of messages out of scope below the score that keeps 95 % of those in scope.
    pub oos_recall_at_95: Option<f64>,
    /// Share of all messages that can be answered while 95 % of those answered are right.
    pub coverage_at_95: f64,
    /// The same at 98 %.
    pub coverage_at_98: f64,
    /// The same at 99 %.
    pub coverage_at_99: f64,
}

/// Measures predictions; timing is the caller's.
pub fn evaluate(predictions: &[Prediction]) -> TopicsReport {
    let (own, foreign): (Vec<Prediction>, Vec<Prediction>) =
        predictions.iter().partition(|prediction| prediction.is_in_scope);
    let scores = |side: &[Prediction]| -> Vec<f32> {
        let mut scores: Vec<f32> = side.iter().map(|prediction| prediction.in_scope).collect();
        scores.sort_by(f32::total_cmp);
        scores
    };
    let (own_scores, foreign_scores) = (scores(&own), scores(&foreign));
    let has_both = !own.is_empty() && !foreign.is_empty();
    TopicsReport {
        n_in_scope: own.len(),
        n_out_of_scope: foreign.len(),
        accuracy: share(&own, |prediction| prediction.is_best_right),
        accuracy_decided: share(&own, |prediction| prediction.is_decision_right),
        kept_in_scope: share(&own, |prediction| !prediction.is_refused),
        refused_out_of_scope: (!foreign.is_empty())
            .then(|| share(&foreign, |prediction| prediction.is_refused)),
        auroc: has_both.then(|| auroc(&own_scores, &foreign_scores)),
        oos_recall_at_95: has_both.then(|| recall_below(&own_scores, &foreign_scores, 0.05)),
        coverage_at_95: coverage(predictions, 0.95),
        coverage_at_98: coverage(predictions, 0.98),
        coverage_at_99: coverage(predictions, 0.99),
    }
}

fn share(predictions: &[Prediction], is_hit: impl Fn(&Prediction) -> bool) -> f64 {
    if predictions.is_empty() {
        return 0.0;
    }
    predictions.iter().filter(|prediction| is_hit(prediction)).count() as f64
        / predictions.len() as f64
}

/// Both sides sorted; ties count half.
fn auroc(own: &[f32], foreign: &[f32]) -> f64 {
    let mut wins = 0.0;
    for &score in foreign {
        let not_above = own.partition_point(|&other| other <= score);
        let below = own.partition_point(|&other| other < score);
        wins += (own.len() - not_above) as f64 + 0.5 * (not_above - below) as f64;
    }
    wins / (own.len() as f64 * foreign.len() as f64)
}

fn recall_below(own: &[f32], foreign: &[f32], share_lost: f64) -> f64 {
    let threshold = own[(own.len() as f64 * share_lost) as usize];
    foreign.partition_point(|&score| score < threshold) as f64 / foreign.len() as f64
}

/// Answers the surest first and stops at the last place where enough of them were right.
fn coverage(predictions: &[Prediction], precision: f64) -> f64 {
    let mut order: Vec<&Prediction> = predictions.iter().collect();
    order.sort_by(|left, right| trust(right).total_cmp(&trust(left)));
    let (mut n_right, mut n_covered) = (0_usize, 0_usize);
    for (place, prediction) in order.iter().enumerate() {
        n_right += usize::from(prediction.is_best_right);
        if n_right as f64 >= precision * (place + 1) as f64 {
            n_covered = place + 1;
        }
    }
    if predictions.is_empty() { 0.0 } else { n_covered as f64 / predictions.len() as f64 }
}

/// Both must hold: the message is about one of the topics, and it is this one.
fn trust(prediction: &Prediction) -> f32 {
    prediction.confidence * prediction.in_scope
}

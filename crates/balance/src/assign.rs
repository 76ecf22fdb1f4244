//! The assignment of a case: eligibility first, then the draw, always with its reason.

use desk::{Arm, DraftDraw, Level};

use crate::{Drawn, Purpose, draw};

/// Why chance may not decide a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ineligible {
    /// The customer asked for a person.
    AskedForPerson,
    /// A rule puts people first.
    PeopleFirst,
    /// The brake is on.
    Braked,
    /// The message fits no topic.
    NoTopic,
    /// Nobody is at the desk; `answers_at_night` says whether the owner lets the assistant answer.
    NobodyAtDesk {
        /// The owner marked the topic for it.
        answers_at_night: bool,
    },
    /// The conversation has its draw already; a further topic goes with it if its level permits.
    SecondTopic {
        /// The arm of the conversation's first draw.
        first: Arm,
    },
}

/// What is known before the draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// The topic's level.
    pub level: Level,
    /// The topic's share, in [0, .95].
    pub share: f64,
    /// With which probability an answer on the topic is reviewed, in [0, 1].
    pub review_share: f64,
    /// What speaks against a draw.
    pub ineligible: Option<Ineligible>,
}

/// Who answers and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Who answers.
    pub arm: Arm,
    /// Probability with which the assistant was drawn; 0 or 1 where nothing was drawn.
    pub propensity: f64,
    /// Whether the case might have been drawn.
    pub is_eligible: bool,
    /// Whether chance decided.
    pub is_randomised: bool,
    /// At *draft*: whether people see the assistant's suggestion.
    pub draft: Option<DraftDraw>,
    /// Whether an answer is to be reviewed: a sent one, or at *shadow* the one that nobody sees.
    pub review: Option<Drawn>,
    /// In words.
    pub reason: String,
}

/// Assigns a case. `seed` is the desk's secret; `case_id` was fixed before content was read.
#[must_use]
pub fn assign(seed: &[u8], case_id: &str, facts: Facts) -> Decision {
    let decision = drawn(seed, case_id, facts);
    let probability = facts.review_share;
    if !decision.is_eligible || facts.level == Level::Off || probability <= 0.0 {
        return decision;
    }
    let is = draw(seed, Purpose::Review, case_id) < probability;
    Decision { review: Some(Drawn { is, probability }), ..decision }
}

fn drawn(seed: &[u8], case_id: &str, facts: Facts) -> Decision {
    match (facts.ineligible, facts.level) {
        (Some(why), level) => without_draw(why, level),
        // The level, not the case, keeps the assistant away: the case itself was eligible.
        (None, Level::Off) => {
            Decision { is_eligible: true, ..people("The topic is off: people answer.") }
        }
        (None, Level::Shadow) => Decision {
            is_eligible: true,
            ..people("The topic is at shadow: people answer, the assistant practises unseen.")
        },
        (None, Level::Draft) => {
            let u = draw(seed, Purpose::Draft, case_id);
            let is_shown = u < facts.share;
            let shown = if is_shown { "is shown" } else { "is not shown" };
            Decision {
                is_eligible: true,
                draft: Some(DraftDraw { is_shown, propensity: facts.share }),
                ..people(&format!(
                    "The topic is at draft: a person sends. The suggestion {shown} \
                     (drawn with {:.0} %).",
                    facts.share * 100.0
                ))
            }
        }
        (None, Level::Supervised | Level::Autonomous) => {
            let u = draw(seed, Purpose::Arm, case_id);
            let (arm, name) =
                if u < facts.share { (Arm::Ai, "the assistant") } else { (Arm::Human, "people") };
            Decision {
                arm,
                propensity: facts.share,
                is_eligible: true,
                is_randomised: facts.share > 0.0,
                reason: format!(
                    "Drawn for {name}; the assistant's share is {:.0} %.",
                    facts.share * 100.0
                ),
                ..people("")
            }
        }
    }
}

fn without_draw(why: Ineligible, level: Level) -> Decision {
    match why {
        Ineligible::AskedForPerson => people("The customer asked for a person."),
        Ineligible::PeopleFirst => people("A rule puts people first."),
        Ineligible::Braked => people("The brake is on: people answer everything."),
        Ineligible::NoTopic => people("The message fits no topic: people answer, without a draw."),
        Ineligible::NobodyAtDesk { answers_at_night: true } if level.answers() => {
            assistant("Nobody is at the desk, and the topic is marked for the assistant then.")
        }
        Ineligible::NobodyAtDesk { .. } => {
            people("Nobody is at the desk: a person answers later, outside all tests.")
        }
        Ineligible::SecondTopic { first: Arm::Ai } if level.answers() => {
            assistant("A further topic of a conversation that was drawn for the assistant.")
        }
        Ineligible::SecondTopic { .. } => {
            people("A further topic of the conversation: people answer it.")
        }
    }
}

fn people(reason: &str) -> Decision {
    Decision {
        arm: Arm::Human,
        propensity: 0.0,
        is_eligible: false,
        is_randomised: false,
        draft: None,
        review: None,
        reason: reason.to_owned(),
    }
}

fn assistant(reason: &str) -> Decision {
    Decision { arm: Arm::Ai, propensity: 1.0, ..people(reason) }
}

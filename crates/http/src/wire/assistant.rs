//! What reads messages for the assistant: rules, and language models where there are any.

use schemars::JsonSchema;
use serde::Serialize;

const DAY_MS: i64 = 24 * 3_600_000;

#[derive(Serialize, JsonSchema)]
pub(crate) struct Assistant {
    /// First choice first; none where rules alone read.
    models: Vec<LanguageModel>,
    /// The edition of what models are told to do.
    instruction: String,
    /// Tokens a day, of all models; the rules read the rest of the day.
    tokens_a_day: Option<i64>,
    tokens_today: i64,
    /// The last 30 days, newest first.
    uses: Vec<ModelUse>,
}

#[derive(Serialize, JsonSchema)]
struct LanguageModel {
    name: String,
    host: String,
    /// It failed, and is not asked for so many seconds yet.
    rests_seconds: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
struct ModelUse {
    /// UTC, such as 2026-11-27.
    day: String,
    model: String,
    questions: i64,
    failures: i64,
    tokens_in: i64,
    tokens_out: i64,
}

impl From<&service::ReadingState> for Assistant {
    fn from(state: &service::ReadingState) -> Self {
        let models = state.models.iter().map(|(name, host, rests)| LanguageModel {
            name: name.clone(),
            host: host.clone(),
            rests_seconds: *rests,
        });
        let uses = state.uses.iter().map(|used| ModelUse {
            day: super::time(desk::Time(i64::from(used.day) * DAY_MS))[..10].to_owned(),
            model: used.model.clone(),
            questions: used.n_questions,
            failures: used.n_failures,
            tokens_in: used.tokens_in,
            tokens_out: used.tokens_out,
        });
        Self {
            models: models.collect(),
            instruction: state.instruction.clone(),
            tokens_a_day: state.tokens_a_day,
            tokens_today: state.tokens_today,
            uses: uses.collect(),
        }
    }
}

//! The language models that a desk's options name.

use llm::{Key, Model, Models, Patience};
use service::Reading;

use crate::{
    arguments::ModelOptions,
    failure::{Failure, Outcome},
};

/// Hold the secrets that are sent to the models' servers; never written to the desk.
const KEY: &str = "EVENKEEL_MODEL_KEY";
const SECOND_KEY: &str = "EVENKEEL_SECOND_MODEL_KEY";

/// What the options name; nothing when they name none.
pub(crate) fn of(options: &ModelOptions) -> Outcome<Reading> {
    let first = (&options.model_url, &options.model, KEY);
    let second = (&options.second_model_url, &options.second_model, SECOND_KEY);
    let mut models = Vec::new();
    for (url, name, key) in [first, second] {
        let (Some(url), Some(name)) = (url, name) else { continue };
        let key = Key::new(std::env::var(key).ok());
        let model = Model::new(url, name, key, Patience::default()).map_err(|fault| {
            Failure::new(
                fault.to_string(),
                "Give the address with --model-url, the name with --model.",
            )
        })?;
        models.push(model);
    }
    Ok(Reading { models: Models::new(models), tokens_a_day: options.model_tokens_a_day })
}

//! The models of a desk, in the order in which they are asked.

use std::time::{Duration, Instant};

use crate::{Answer, Fault, Model, Question, Usage};

/// A first model, and others for when it is not there.
#[derive(Clone, Debug, Default)]
pub struct Models(Vec<Model>);

/// What came of a question.
#[derive(Clone, Debug)]
pub struct Told {
    /// The answer of the first that gave one.
    pub answer: Option<Answer>,
    /// Each that was asked: its name, what it cost, how long it took, and why it gave none.
    pub asked: Vec<(String, Usage, Duration, Option<Fault>)>,
}

impl Models {
    /// Models, first choice first; none is a desk without.
    pub fn new(models: Vec<Model>) -> Self {
        Self(models)
    }

    /// All of them, first choice first.
    pub fn iter(&self) -> impl Iterator<Item = &Model> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Asks one after the other until one answers.
    pub async fn ask(&self, question: &Question<'_>) -> Told {
        let mut asked = Vec::new();
        for model in &self.0 {
            let began = Instant::now();
            let (answer, usage) = model.ask(question).await;
            let (answer, fault) = match answer {
                Ok(answer) => (Some(answer), None),
                Err(fault) => (None, Some(fault)),
            };
            asked.push((model.name().to_owned(), usage, began.elapsed(), fault));
            if answer.is_some() {
                return Told { answer, asked };
            }
        }
        Told { answer: None, asked }
    }
}

//! What a desk can do besides answering: its procedures, their tools, and the system they call.

use assistant::{Procedure, Procedures, Tools, asks_in_general};
use knowledge::{Classifier, Example};
use tools::Connection;

/// Training is repeatable.
const SEED: u64 = 7;
/// A procedure begins at once from this confidence on; below it is asked whether it is meant. Of the
/// sample shop's own lists, most false beginnings are below, and most true ones above.
const SURE: f32 = 0.75;
/// The label of what asks for no procedure.
const NONE: &str = "";

/// Procedures with their tools; an empty one is a desk that only answers.
#[derive(Clone, Debug, Default)]
pub struct Playbook {
    tools: Tools,
    procedures: Procedures,
    connection: Option<Connection>,
}

impl Playbook {
    /// Procedures that call these tools in the system behind the connection.
    #[must_use]
    pub fn new(tools: Tools, procedures: Procedures, connection: Connection) -> Self {
        Self { tools, procedures, connection: Some(connection) }
    }

    pub(crate) fn tools(&self) -> &Tools {
        &self.tools
    }

    pub(crate) fn procedures(&self) -> &Procedures {
        &self.procedures
    }

    pub(crate) fn connection(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }
}

/// Tells which procedure a message asks for; learnt from the procedures' own examples, and from
/// questions that articles answer.
#[derive(Clone, Debug)]
pub(crate) struct Starter(Option<Classifier>);

impl Starter {
    /// `questions` are what people ask who want to know, not to have something done.
    pub(crate) fn learn(procedures: &Procedures, questions: &[String]) -> Self {
        let wishes = procedures.iter().flat_map(|procedure| {
            let name = procedure.name.as_str();
            procedure.examples.iter().map(move |text| Example { text, topic: name })
        });
        let mut examples: Vec<Example<'_>> = wishes.collect();
        if examples.is_empty() {
            return Self(None);
        }
        examples.extend(questions.iter().map(|text| Example { text, topic: NONE }));
        Self(Some(Classifier::train(&examples, SEED)))
    }

    /// The procedure that this message asks for, on this topic, in this language, and whether that is
    /// certain enough to begin it at once.
    pub(crate) fn procedure<'a>(
        &self,
        procedures: &'a Procedures,
        text: &str,
        language: Option<&str>,
        topics: &[&str],
    ) -> Option<(&'a Procedure, bool)> {
        if asks_in_general(text) {
            return None;
        }
        let named = self.0.as_ref()?.classify(text);
        let best = named.ranked.first().filter(|_| named.decided.is_some())?;
        let procedure = procedures.get(&best.topic)?;
        may_begin(procedure, language, topics).then_some((procedure, best.confidence >= SURE))
    }
}

/// Whether a procedure may begin in this language, on these topics.
pub(crate) fn may_begin(procedure: &Procedure, language: Option<&str>, topics: &[&str]) -> bool {
    let on_topic = procedure.topics.is_empty()
        || procedure.topics.iter().any(|slug| topics.contains(&slug.as_str()));
    on_topic && language.is_none_or(|language| language == procedure.language)
}

/// The procedure that each of these texts asks for, written on a topic, and whether it begins without
/// a question; learnt as a desk with these procedures and questions of articles learns it.
#[must_use]
pub fn asked_for<'a>(
    procedures: &'a Procedures,
    questions: &[String],
    texts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<Option<(&'a str, bool)>> {
    let starter = Starter::learn(procedures, questions);
    let found = texts.into_iter().map(|(topic, text)| {
        let found = starter.procedure(procedures, text, None, &[topic]);
        found.map(|(procedure, is_sure)| (procedure.name.as_str(), is_sure))
    });
    found.collect()
}

//! How the assistant came to a message: its steps in words, for whoever looks into an answer.

use assistant::{Command, Input, Outcome};
use desk::{ConversationId, MessageId};
use privacy::RawText;
use serde::{Deserialize, Serialize};
use store::{Change, Commit};

use crate::{Caller, Result, Service, ServiceError};

/// More steps are no help to anybody.
const STEPS_MAX: usize = 60;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceStep {
    /// What was done, in a word or two.
    pub what: String,
    /// With what, and what came of it; masked.
    pub detail: String,
}

/// The steps of a turn.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace(Vec<TraceStep>);

impl Trace {
    /// One more step.
    pub(crate) fn step(&mut self, what: &str, detail: impl Into<String>) {
        if self.0.len() < STEPS_MAX {
            let detail = RawText::from(detail.into()).mask().as_str().to_owned();
            self.0.push(TraceStep { what: what.to_owned(), detail });
        }
    }

    /// What came before these steps.
    pub(crate) fn begin_with(&mut self, before: Trace) {
        let own = std::mem::replace(&mut self.0, before.0);
        self.0.extend(own);
        self.0.truncate(STEPS_MAX);
    }

    /// What a procedure was told.
    pub(crate) fn heard(&mut self, input: &Input) {
        match input {
            Input::Command(command) => {
                self.step("understood", in_words(command));
            }
            Input::Called { step, outcome } => {
                let came = match outcome {
                    Outcome::Succeeded(_) => "done",
                    Outcome::Failed(_) => "refused",
                    Outcome::Unknown => "nobody knows",
                };
                self.step("heard", format!("{step}: {came}"));
            }
        }
    }

    /// Keeps the steps beside the message.
    pub(crate) fn keep(&self, commit: &mut Commit, message_id: MessageId) {
        if !self.0.is_empty() {
            let steps = serde_json::to_string(&self.0).expect("steps are plain data");
            commit.push(Change::AddTrace { message_id, at: commit.at, steps });
        }
    }
}

/// A command as people say it.
fn in_words(command: &Command) -> String {
    match command {
        Command::StartProcedure { procedure } => format!("begin {procedure}"),
        Command::Clarify { procedure, .. } => format!("perhaps {procedure}; ask whether it is"),
        Command::SetSlot { slot, value } => format!("{slot} is {value}"),
        Command::CorrectSlot { slot, value } => format!("{slot} is {value} after all"),
        Command::Confirm {} => "yes".to_owned(),
        Command::Deny {} => "no".to_owned(),
        Command::Cancel {} => "leave it as it is".to_owned(),
        Command::Skip {} => "leave that out".to_owned(),
        Command::Repeat {} => "say it again".to_owned(),
        Command::Answer { question } => format!("a question in between: {question}"),
        Command::HandOver { reason } => format!("a person: {reason}"),
        Command::NotUnderstood {} => "nothing".to_owned(),
    }
}

impl Service {
    /// How the assistant came to a message; none of other messages, and none after thirty days.
    ///
    /// # Errors
    /// `NotFound` when the conversation has no such message.
    pub async fn trace(
        &self,
        caller: &Caller,
        id: ConversationId,
        message_id: MessageId,
    ) -> Result<Vec<TraceStep>> {
        caller.agent()?;
        let thread = self.conversation(caller, id).await?;
        if !thread.messages.iter().any(|one| one.message.id == message_id) {
            return Err(ServiceError::NotFound { what: "message" });
        }
        let Some(steps) = self.store.trace(message_id).await? else { return Ok(Vec::new()) };
        serde_json::from_str(&steps).map_err(|error| ServiceError::Internal(error.to_string()))
    }
}

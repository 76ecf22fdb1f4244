//! What the assistant understood of a message: one grammar, whoever reads the message.
//!
//! A built-in reader or a language model proposes commands; the machine decides what follows.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One thing that a message asks of the procedure at hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Begin a procedure, also in the middle of another.
    StartProcedure {
        /// Its name.
        procedure: String,
    },
    /// Ask whether a procedure is what is wanted, where that is not certain.
    Clarify {
        /// Its name.
        procedure: String,
        /// What was written, to be answered from the articles if it is not.
        question: String,
    },
    /// Give a slot its value, whether it was asked for or not.
    SetSlot {
        /// The slot's name.
        slot: String,
        /// Its value, of the slot's kind.
        value: Value,
    },
    /// Give a slot another value than before.
    CorrectSlot {
        /// The slot's name.
        slot: String,
        /// Its value from now on.
        value: Value,
    },
    /// Yes to what was read back, or to a question.
    Confirm {},
    /// No to it.
    Deny {},
    /// Leave the procedure; nothing more is done.
    Cancel {},
    /// Leave out what was asked for.
    Skip {},
    /// Say the question again.
    Repeat {},
    /// Answer a question from the articles, then go on.
    Answer {
        /// What was asked, as it may be searched for.
        question: String,
    },
    /// A person, please.
    HandOver {
        /// Why, in words for the person.
        reason: String,
    },
    /// Nothing of all this could be read from the message.
    NotUnderstood {},
}

impl Command {
    /// Whether it begins a procedure.
    pub fn begins(&self) -> bool {
        matches!(self, Self::StartProcedure { .. })
    }

    /// Reads a command from JSON.
    ///
    /// # Errors
    ///
    /// Refuses commands and fields that the grammar does not have: a model that makes something up
    /// has not said anything.
    pub fn parse(json: &str) -> Result<Self, CommandFault> {
        serde_json::from_str(json).map_err(|error| CommandFault(error.to_string()))
    }
}

/// Why something is no command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandFault(String);

impl fmt::Display for CommandFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no command: {}", self.0)
    }
}

impl std::error::Error for CommandFault {}

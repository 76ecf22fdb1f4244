//! What a model is asked, and what it answers.

use privacy::Redacted;
use serde_json::{Map, Value};

/// The desk's own words to a model: a file of this repository with its edition, so that what was
/// asked can be told later. Nothing that is known only at work can become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The file's name.
    pub name: &'static str,
    /// Counted up whenever the text changes.
    pub edition: u32,
    /// The text.
    pub text: &'static str,
}

impl std::fmt::Display for Instruction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.name, self.edition)
    }
}

/// Something that the model is shown as data: lines under a title.
#[derive(Clone, Debug)]
pub struct Block {
    /// A word, used as the block's mark.
    pub title: &'static str,
    /// Its lines.
    pub lines: Vec<Redacted>,
}

/// Something that the model may call.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// When it is to be called.
    pub about: &'static str,
    /// What it takes; all of it is required.
    pub fields: Vec<Field>,
}

/// One argument of a function.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// What it may be.
    pub takes: Takes,
}

/// What an argument may be.
#[derive(Clone, Debug)]
pub enum Takes {
    /// Any text.
    Text,
    /// One of these.
    OneOf(Vec<Redacted>),
    /// Whole numbers.
    Numbers,
}

/// What a model is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What it is to do.
    pub instruction: &'a Instruction,
    /// What it is shown.
    pub blocks: &'a [Block],
    /// What it may call; none where text is wanted.
    pub functions: &'a [Function],
    /// The longest answer, in tokens.
    pub tokens_max: u32,
}

/// What a model answered. None of it is to be believed: whoever asked checks it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// What it wrote.
    pub text: String,
    /// What it called, in its order.
    pub calls: Vec<FunctionCall>,
    /// The answer was longer than it may be, and was cut.
    pub is_cut: bool,
}

/// A call that a model wishes for.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionCall {
    /// The function's name, as the model wrote it.
    pub name: String,
    /// Its arguments.
    pub arguments: Map<String, Value>,
}

/// What was used, in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of the question.
    pub tokens_in: u64,
    /// Of the answer.
    pub tokens_out: u64,
    /// The server did not say; a token was taken for four characters.
    pub is_estimated: bool,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.tokens_in += other.tokens_in;
        self.tokens_out += other.tokens_out;
        self.is_estimated |= other.is_estimated;
    }
}

//! A client of OpenAI-compatible language models, tolerant of their dialects.
//!
//! It sends two kinds of text and no other: the desk's own [`Instruction`]s, which are versioned
//! files of this repository, and what `privacy` has redacted. Raw customer text cannot be passed:
//! there is no function that takes it.

mod question;
pub use question::{
    Answer, Block, Field, Function, FunctionCall, Instruction, Question, Takes, Usage,
};

mod fault;
pub use fault::Fault;

mod wire;

mod breaker;

mod model;
pub use model::{Model, ModelFault, Patience, Standing};
pub use outbound::Key;

mod models;
pub use models::{Models, Told};

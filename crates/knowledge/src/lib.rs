//! What the desk knows: topics learnt from examples, articles and their ranking, language; pure.

pub mod report;
pub mod topics;

mod chance;
mod features;
mod machine;
mod scope;
mod typing;

pub use report::{Prediction, TopicsReport};
pub use topics::{Classification, Classifier, Example, Scored};

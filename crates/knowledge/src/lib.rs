//! What the desk knows: topics learnt from examples, articles and their ranking, language; pure.

pub mod articles;
pub mod documents;
pub mod index;
pub mod labels;
pub mod report;
pub mod tagger;
pub mod topics;

mod asking;
mod chance;
mod features;
mod language;
mod machine;
mod markdown;
mod query;
mod scope;
mod shelf;
mod small_talk;
mod spelling;
mod typing;
mod words;

pub use articles::{Answer, ArticleText, Cited, Grounds, Nearby, NoAnswer};
pub use documents::{Document, Documents, Found};
pub use index::Index;
pub use labels::{Labelled, Labeller};
pub use language::language;
pub use markdown::{plain, shown};
pub use report::{Prediction, TopicsReport};
pub use small_talk::{SmallTalk, small_talk};
pub use tagger::{Marked, MarkedText, Tagger};
pub use topics::{Classification, Classifier, Example, Scored};

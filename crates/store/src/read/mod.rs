//! What the desk reads, one file a noun.

mod calls;
mod conversations;
mod customers;
mod house;
mod journal;
mod knowledge;
mod ledger;
mod letters;
mod mail;
mod overview;
mod shifts;
mod webhooks;

pub use calls::Budget;
pub use conversations::{
    ConversationPage, Counts, Listed, Page, SearchQuery, StoredFile, Thread, View, Written,
};
pub(crate) use journal::job;
pub use journal::{IdempotentAnswer, JobCounts, JobFailure};
pub use ledger::ReviewCounts;
pub use letters::{LETTER_PUT_OFF_MS_MAX, LetterCounts};
pub use overview::{HourShare, OverviewNow, OverviewToday, TopicToday};
pub use shifts::{Arrivals, AtDesk, HandedOver};
pub use webhooks::DeliveryCounts;

use std::fmt;

use crate::value::Failure;

/// The database could not be read; details are for the log.
#[derive(Debug, Clone)]
pub enum ReadError {
    /// It cannot be reached.
    Lost(String),
    /// It failed.
    Failed(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(why) => write!(formatter, "the database cannot be reached: {why}"),
            Self::Failed(why) => write!(formatter, "the database cannot be read: {why}"),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Lost(why) => Self::Lost(why),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// How many rows a statement may give.
fn n_rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

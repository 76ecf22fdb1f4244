//! What the desk reads, one file a noun.

mod conversations;
mod customers;
mod house;
mod journal;
mod knowledge;
mod overview;

pub use conversations::{
    ConversationPage, Counts, Listed, Page, SearchQuery, StoredFile, Thread, View, Written,
};
pub use journal::IdempotentAnswer;
pub use overview::{HourShare, OverviewNow, OverviewToday, TopicToday};

use std::fmt;

use rusqlite::{Connection, Params, Row};

/// The database could not be read; details are for the log.
#[derive(Debug, Clone)]
pub struct ReadError(pub(crate) String);

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the database cannot be read: {}", self.0)
    }
}

impl std::error::Error for ReadError {}

/// All rows of a statement.
fn all<T, P: Params>(
    connection: &Connection,
    sql: &str,
    params: P,
    row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(params, row)?.collect()
}

/// The first row of a statement.
fn first<T, P: Params>(
    connection: &Connection,
    sql: &str,
    params: P,
    row: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(row).transpose()
}

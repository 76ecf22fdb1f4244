//! The bare driver, for comparison: the same statements in the same batches, without what makes
//! them safe to share: no look at versions, no counts, no queue.

use crate::{Change, ReadError};
use crate::{
    Commit, Location,
    connection::{Connection, Outcome},
    postgres::{self, Patience, Postgres},
    value::{Failure, Write},
    writes::{Writes, entry},
};

/// A connection that writes what it is told.
pub struct Peer {
    connection: Connection,
}

/// Statements made ready, batch by batch.
pub struct Batches(Vec<Vec<Write>>);

impl Peer {
    /// Opens a database that a store has opened before.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn open(location: &Location) -> Result<Self, ReadError> {
        let connection = match location {
            Location::Sqlite(path) => Connection::sqlite_writer(path)?,
            Location::Postgres(url) => {
                let config = postgres::config(url).map_err(Failure::Other)?;
                Connection::Postgres(Postgres::open(config.into(), Patience::Endless).await?)
            }
        };
        Ok(Self { connection })
    }

    /// Makes ready the rows of these batches of commits. `seq` is the number of the first journal
    /// row.
    #[must_use]
    pub fn make_ready(&self, batches: &[Vec<Commit>], mut seq: i64) -> Batches {
        let is_postgres = self.connection.is_postgres();
        let batches = batches.iter().map(|commits| {
            let mut writes = Writes::new(is_postgres, "");
            for commit in commits {
                for change in &commit.changes {
                    writes.change(change);
                    if let Change::Add(kind, record) | Change::Change(kind, record) = change {
                        let row = desk::Entry { seq, ..entry(commit, *kind, record, 1) };
                        writes.journal(&row);
                        seq += 1;
                    }
                }
            }
            writes.end();
            writes.list
        });
        Batches(batches.collect())
    }

    /// Writes them, each batch in one transaction. For a thread that may wait.
    ///
    /// # Errors
    /// When the database refuses something.
    pub fn write(&self, batches: &Batches) -> Result<(), ReadError> {
        let write = || -> Outcome<()> {
            for batch in &batches.0 {
                self.connection.begin(&Vec::new())?;
                self.connection.run_and_commit(batch)?;
            }
            Ok(())
        };
        Ok(write()?)
    }
}

//! One connection to either database, with the few things that the store asks of it.

use std::{collections::HashMap, path::Path, time::Duration};

use rusqlite::{OpenFlags, params_from_iter};

use crate::{
    differences::{Locked, POSTGRES_LOCKS, SQLITE_LOCKS},
    postgres::Postgres,
    unfinished,
    value::{Failure, Row, Value, Write},
};

/// What a statement gives.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// How long a statement waits for another connection of the same file.
const BUSY_WAIT: Duration = Duration::from_secs(5);

pub(crate) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(Postgres),
}

/// Records that a batch is about to change: their table, and their ids in order.
pub(crate) type Wanted = Vec<(crate::Table, Vec<String>)>;

impl Connection {
    /// The connection that writes a database in a file.
    pub(crate) fn sqlite_writer(path: &Path) -> Outcome<Self> {
        unfinished::refuse_beside(path)?;
        let connection = rusqlite::Connection::open(path)?;
        connection.busy_timeout(BUSY_WAIT)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // An acknowledged message is on disk: full, not normal, which may lose the last commits.
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // Also on pages that become free, where the end of a long message stands.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(Self::Sqlite(connection))
    }

    /// One that fills a new file, which nobody needs before it is complete: nothing is synced.
    pub(crate) fn sqlite_filler(path: &Path) -> Outcome<Self> {
        let connection = rusqlite::Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "memory")?;
        connection.pragma_update(None, "synchronous", "off")?;
        connection.pragma_update(None, "locking_mode", "exclusive")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // Kilobytes, so that indexes which grow in the middle are written seldom.
        connection.pragma_update(None, "cache_size", -65_536)?;
        Ok(Self::Sqlite(connection))
    }

    /// One that only reads it.
    pub(crate) fn sqlite_reader(path: &Path) -> Outcome<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_WAIT)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(Self::Sqlite(connection))
    }

    /// It broke, and must be opened again before it is used.
    pub(crate) fn is_lost(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(postgres) => postgres.is_lost(),
        }
    }

    /// It broke because no answer came in time.
    pub(crate) fn is_silent(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(postgres) => postgres.is_silent(),
        }
    }

    /// Opens a connection again that broke.
    pub(crate) fn revive(&mut self) -> Outcome<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(postgres) => postgres.revive(),
        }
    }

    /// All rows of a statement.
    pub(crate) fn all<T>(
        &self,
        sql: &str,
        values: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Outcome<T>,
    ) -> Outcome<Vec<T>> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(params_from_iter(values))?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(read(&Row::sqlite(row))?);
                }
                Ok(found)
            }
            Self::Postgres(postgres) => {
                let rows = postgres.query(sql, values)?;
                rows.iter().map(|row| read(&Row::Postgres(row))).collect()
            }
        }
    }

    /// The first row of a statement.
    pub(crate) fn first<T>(
        &self,
        sql: &str,
        values: &[Value],
        read: impl FnOnce(&Row<'_>) -> Outcome<T>,
    ) -> Outcome<Option<T>> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(params_from_iter(values))?;
                rows.next()?.map(|row| read(&Row::sqlite(row))).transpose()
            }
            Self::Postgres(postgres) => {
                let rows = postgres.query(sql, values)?;
                rows.first().map(|row| read(&Row::Postgres(row))).transpose()
            }
        }
    }

    /// A number that a statement gives; 0 when it gives none.
    pub(crate) fn number(&self, sql: &str, values: &[Value]) -> Outcome<i64> {
        Ok(self.first(sql, values, |row| row.get("n"))?.unwrap_or(0))
    }

    /// Runs statements in order, then one that gives a number.
    pub(crate) fn run_and_number(
        &self,
        writes: &[Write],
        sql: &str,
        values: &[Value],
    ) -> Outcome<i64> {
        match self {
            Self::Sqlite(connection) => {
                run(connection, writes)?;
                self.number(sql, values)
            }
            Self::Postgres(postgres) => {
                let rows = postgres.run_and_query(writes, sql, values)?;
                rows.first().map_or(Ok(0), |row| Row::Postgres(row).get("n"))
            }
        }
    }

    /// Runs statements in order and ends the transaction; when this returns, it is on disk.
    pub(crate) fn run_and_commit(&self, writes: &[Write]) -> Outcome<()> {
        match self {
            Self::Sqlite(connection) => {
                run(connection, writes)?;
                Ok(connection.execute_batch("commit")?)
            }
            Self::Postgres(postgres) => postgres.run_and_commit(writes),
        }
    }

    /// Several statements without parameters.
    pub(crate) fn script(&self, sql: &str) -> Outcome<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Self::Postgres(postgres) => postgres.script(sql),
        }
    }

    /// Begins a transaction and reads the records that it is about to change, in order of their
    /// ids, so that two nodes which want the same ones wait for each other and never in a circle.
    pub(crate) fn begin(
        &self,
        wanted: &Wanted,
    ) -> Outcome<HashMap<(crate::Table, String), Locked>> {
        match self {
            Self::Sqlite(connection) => {
                connection.execute_batch("begin immediate")?;
                let mut locked = HashMap::new();
                for (table, ids) in wanted {
                    let mut statement = connection.prepare_cached(SQLITE_LOCKS[*table as usize])?;
                    for id in ids {
                        let mut rows = statement.query([id])?;
                        if let Some(row) = rows.next()? {
                            locked.insert((*table, id.clone()), Locked::read(&Row::sqlite(row))?);
                        }
                    }
                }
                Ok(locked)
            }
            Self::Postgres(postgres) => {
                let statements: Vec<(&str, &Vec<String>)> = wanted
                    .iter()
                    .map(|(table, ids)| (POSTGRES_LOCKS[*table as usize], ids))
                    .collect();
                let mut locked = HashMap::new();
                for ((table, _), rows) in wanted.iter().zip(postgres.begin(&statements)?) {
                    for row in &rows {
                        let row = Row::Postgres(row);
                        locked.insert((*table, row.get("id")?), Locked::read(&row)?);
                    }
                }
                Ok(locked)
            }
        }
    }

    /// Empties a file's write-ahead log, which keeps pages as they were before; true when it is
    /// empty. Waits so long at most for those who read in it; nobody can write meanwhile.
    pub(crate) fn clear_log(&self, wait: Duration) -> Outcome<bool> {
        self.end_log("pragma wal_checkpoint(truncate)", wait)
    }

    fn end_log(&self, sql: &str, wait: Duration) -> Outcome<bool> {
        let Self::Sqlite(connection) = self else { return Ok(true) };
        connection.busy_timeout(wait)?;
        let is_busy = connection.query_row(sql, [], |row| row.get(0));
        connection.busy_timeout(BUSY_WAIT)?;
        Ok(is_busy.map(|is_busy: bool| !is_busy)?)
    }

    /// Leaves the write-ahead log to somebody else.
    pub(crate) fn leave_log(&self) -> Outcome<()> {
        let Self::Sqlite(connection) = self else { return Ok(()) };
        Ok(connection.query_row("pragma wal_autocheckpoint = 0", [], |_| Ok(()))?)
    }

    /// Moves pages from a file's write-ahead log into the file, as many as nobody reads any more;
    /// others write meanwhile. Returns how many the log holds, those included that were moved.
    pub(crate) fn move_log(&self) -> Outcome<i64> {
        let Self::Sqlite(connection) = self else { return Ok(0) };
        Ok(connection.query_row("pragma wal_checkpoint(passive)", [], |row| row.get(1))?)
    }

    /// Moves the rest, so that the log begins anew; true when it does. Waits so long at most for
    /// those who read in it.
    pub(crate) fn restart_log(&self, wait: Duration) -> Outcome<bool> {
        self.end_log("pragma wal_checkpoint(restart)", wait)
    }

    /// Takes a transaction back, if there is one.
    pub(crate) fn roll_back(&self) {
        match self {
            Self::Sqlite(connection) if connection.is_autocommit() => {}
            // When even this fails, the connection is lost and the transaction with it.
            _ => drop(self.script("rollback")),
        }
    }

    /// Reads several things as of one moment.
    pub(crate) fn snapshot<T>(&self, read: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.script(match self {
            Self::Sqlite(_) => "begin",
            Self::Postgres(_) => "begin isolation level repeatable read read only",
        })?;
        let found = read();
        self.roll_back();
        found
    }
}

fn run(connection: &rusqlite::Connection, writes: &[Write]) -> Outcome<()> {
    for write in writes {
        connection.prepare_cached(write.sql)?.execute(params_from_iter(&write.values))?;
    }
    Ok(())
}

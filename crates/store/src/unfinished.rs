//! A place into which a desk is being copied: until the copy is complete, no desk opens it.

use std::path::{Path, PathBuf};

use crate::{
    connection::{Connection, Outcome},
    value::{Failure, values},
};

/// Only ours; the one in `migrate.rs` is for a moment, this one for as long as the copy takes.
const COPYING: &str = "select cast(cast(pg_try_advisory_lock(6837846) as integer) as bigint) as n";

/// Other processes that have a desk open here. One whose address names another application is
/// not seen.
const DESKS: &str = "select count(*) as n from pg_stat_activity \
    where datname = current_database() and application_name = 'evenkeel' \
    and pid <> pg_backend_pid()";

/// What stands in the way of a copy into a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// It holds rows.
    Rows,
    /// A desk, or another copy, works on it.
    Work,
}

/// The file that becomes `path` when it is complete.
pub(crate) fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

/// # Errors
/// When half a desk lies beside the file.
pub(crate) fn refuse_beside(path: &Path) -> Outcome<()> {
    let part = part_of(path);
    if !part.exists() {
        return Ok(());
    }
    let name = part.file_name().unwrap_or_default().to_string_lossy();
    Err(Failure::Other(format!(
        "a copy to it began and did not end; run that command again, or remove {name}"
    )))
}

/// # Errors
/// When the database holds half a desk.
pub(crate) fn refuse(connection: &Connection) -> Outcome<()> {
    if !is_marked(connection)? {
        return Ok(());
    }
    Err(Failure::Other("a copy to it goes on, or did not end; run that command again".to_owned()))
}

/// Whether a copy into the database began and did not end. Its tables are there.
pub(crate) fn is_marked(connection: &Connection) -> Outcome<bool> {
    let sql = "select count(*) as n from counters where name = 'unfinished'";
    Ok(connection.number(sql, &values![])? > 0)
}

/// How many desks work on the database.
pub(crate) fn n_desks(connection: &Connection) -> Outcome<i64> {
    connection.number(DESKS, &values![])
}

/// Takes an empty PostgreSQL database for a copy. The mark is there before it is looked who is
/// connected, and a desk connects before it looks for the mark: one of the two sees the other.
pub(crate) fn mark(
    connection: &Connection,
    bring_up: impl FnOnce(&Connection) -> Outcome<()>,
) -> Outcome<Option<Obstacle>> {
    if !connection.holds_nothing()? {
        return Ok(Some(Obstacle::Rows));
    }
    if connection.number(COPYING, &values![])? == 0 {
        return Ok(Some(Obstacle::Work));
    }
    bring_up(connection)?;
    let was_marked = is_marked(connection)?;
    connection.script(
        "insert into counters (name, value) values ('unfinished', 1) on conflict (name) do nothing",
    )?;
    let obstacle = if n_desks(connection)? > 0 {
        Some(Obstacle::Work)
    } else if connection.holds_nothing()? {
        None
    } else {
        Some(Obstacle::Rows)
    };
    if obstacle.is_some() && !was_marked {
        unmark(connection)?;
    }
    Ok(obstacle)
}

/// The database is as it was before the copy.
pub(crate) fn unmark(connection: &Connection) -> Outcome<()> {
    connection.script("delete from counters where name = 'unfinished'")
}

//! A desk from a backup, at a place that holds none.

use std::{fs::File, io::Read, path::Path};

use crate::{
    Location,
    backup::write_out,
    connection::Connection,
    copy::{CopyError, TableRows, Tell, blocking, check_nothing, compare, connect, copy_desk},
    migrate::{LATEST, version},
    part::Part,
    value::{Failure, values},
};

/// With these bytes each file of SQLite begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Checks a backup and copies it to an empty place; the two are compared row by row. A folder has
/// to be locked by the caller.
///
/// # Errors
/// See [`CopyError`].
pub async fn restore(file: &Path, to: &Location, tell: Tell) -> Result<Vec<TableRows>, CopyError> {
    let from = Location::Sqlite(file.to_owned());
    let backup = connect(&from).await?;
    let checked = from.clone();
    let backup = blocking(move || check_backup(&backup, &checked).map(|()| backup)).await?;
    match to.clone() {
        Location::Postgres(_) => copy_desk(&from, to, tell).await,
        Location::Sqlite(path) => {
            let to = to.clone();
            blocking(move || {
                check_nothing(&to, &path)?;
                let part = Part::of(&path)?;
                let tables = write_out(&backup, part.path())?;
                compare(&backup, &Connection::sqlite_reader(part.path())?, &tell)?;
                release(part.path())?;
                part.finish()?;
                Ok(tables)
            })
            .await
        }
    }
}

/// Whether it is a sound desk of this or an earlier release.
fn check_backup(backup: &Connection, place: &Location) -> Result<(), CopyError> {
    let Location::Sqlite(file) = place else { unreachable!("a backup is a file") };
    let mut start = [0_u8; 16];
    if File::open(file)?.read_exact(&mut start).is_err() || start != *MAGIC {
        return Err(CopyError::NoDesk(place.clone()));
    }
    let damaged = |why: Failure| CopyError::Damaged(place.clone(), why.to_string());
    match version(backup).map_err(damaged)? {
        0 => return Err(CopyError::NoDesk(place.clone())),
        version if version > LATEST => {
            return Err(CopyError::OtherRelease(place.clone(), version));
        }
        _ => {}
    }
    if backup.columns("conversations").map_err(damaged)?.is_empty() {
        return Err(CopyError::NoDesk(place.clone()));
    }
    backup
        .integrity()
        .map_err(damaged)
        .and_then(|found| found.map_or(Ok(()), |why| Err(CopyError::Damaged(place.clone(), why))))
}

/// Whoever worked on a job works elsewhere. Before there were leases, there is nothing to do.
fn release(file: &Path) -> Result<(), CopyError> {
    let connection = Connection::sqlite_filler(file)?;
    if version(&connection)? == LATEST {
        connection
            .script("update jobs set leased_by = null, leased_until = 0 where leased_until > 0")?;
    }
    Ok(())
}

impl Connection {
    /// What SQLite finds wrong with its file, at most the first things; nothing when it is sound.
    pub(crate) fn integrity(&self) -> Result<Option<String>, Failure> {
        let found: Vec<String> =
            self.all("pragma integrity_check(5)", &values![], |row| row.get("integrity_check"))?;
        Ok((found != ["ok"]).then(|| found.join("; ")))
    }
}

//! A whole desk from one place to another, compared row by row before it counts as copied.

use std::{fmt, io, path::Path};

use crate::{
    Location,
    connection::{Connection, Outcome},
    migrate::{LATEST, bring_up, version},
    part::Part,
    postgres::{self, Patience, Postgres},
    sheet::Sheet,
    tables::TABLES,
    unfinished::{self, Obstacle},
    value::Failure,
};

/// Hears how far a copy has got: the table, and how many of its rows were copied or compared.
pub type Tell = Box<dyn Fn(&'static str, usize) + Send>;

/// How many rows of a table were copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRows {
    /// The table.
    pub name: &'static str,
    /// Its rows.
    pub n_rows: usize,
}

/// Why a desk was not copied. Nothing is left at the place that it was copied to.
#[derive(Debug)]
pub enum CopyError {
    /// No desk is kept there.
    NoDesk(Location),
    /// A desk of another release is kept there, with tables of that version.
    OtherRelease(Location, i64),
    /// Half a desk lies there: a copy to it was cut off.
    Unfinished(Location),
    /// Something is kept there already.
    NotEmpty(Location),
    /// A desk works there.
    InUse(Location),
    /// Both places are the same.
    SamePlace,
    /// What is kept there is no sound desk.
    Damaged(Location, String),
    /// The copy is not what was copied: the table, the row by its place in the order of its key,
    /// and the column.
    Differs(&'static str, usize, String),
    /// No room is left.
    Full(String),
    /// The database or the system refused it.
    Failed(String),
}

impl fmt::Display for CopyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDesk(place) => write!(formatter, "{place} holds no desk."),
            Self::OtherRelease(place, version) => {
                let which = if *version > LATEST { "a newer" } else { "an earlier" };
                write!(
                    formatter,
                    "{place} was written by {which} release (version {version}, this release \
                     knows {LATEST})."
                )
            }
            Self::Unfinished(place) => {
                write!(formatter, "{place} holds half a desk: a copy to it did not end.")
            }
            Self::NotEmpty(place) => write!(formatter, "{place} holds a desk already."),
            Self::InUse(place) => write!(formatter, "a desk works on {place}."),
            Self::SamePlace => formatter.write_str("both places are the same."),
            Self::Damaged(place, why) => write!(formatter, "{place} is damaged: {why}."),
            Self::Differs(table, row, column) => write!(
                formatter,
                "the copy is not what was copied: {table}, row {row}, column {column}."
            ),
            Self::Full(why) => write!(formatter, "no room is left: {why}."),
            Self::Failed(why) => write!(formatter, "{why}."),
        }
    }
}

impl std::error::Error for CopyError {}

impl From<Failure> for CopyError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Full(why) => Self::Full(why),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<io::Error> for CopyError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => Self::Full(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// Copies a desk on which nobody works to an empty place, and compares the two row by row. Files
/// have to be locked by the caller; the database `to` is refused by desks until the copy is
/// complete.
///
/// # Errors
/// See [`CopyError`].
pub async fn copy_desk(
    from: &Location,
    to: &Location,
    tell: Tell,
) -> Result<Vec<TableRows>, CopyError> {
    if from == to {
        return Err(CopyError::SamePlace);
    }
    let source = connect(from).await?;
    // A file is opened when it is clear that it may be.
    let target = match to {
        Location::Sqlite(_) => None,
        Location::Postgres(_) => Some(connect(to).await?),
    };
    let (from, to) = (from.clone(), to.clone());
    blocking(move || {
        check_desk(&source, &from)?;
        check_sound(&source, &from)?;
        if source.is_postgres() && unfinished::n_desks(&source)? > 0 {
            return Err(CopyError::InUse(from));
        }
        match (&to, target) {
            (Location::Sqlite(path), _) => {
                check_nothing(&to, path)?;
                fill_file(Part::of(path)?, |to| fill(&source, to, &tell))
            }
            (_, Some(target)) => fill_database(&target, &to, |to| fill(&source, to, &tell)),
            (_, None) => unreachable!("it was connected above"),
        }
    })
    .await
}

/// Runs what may wait for a database or a disk.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CopyError> + Send + 'static,
) -> Result<T, CopyError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(CopyError::Failed(error.to_string())))
}

/// A connection to a place that is there; one to a file only reads.
pub(crate) async fn connect(location: &Location) -> Result<Connection, CopyError> {
    match location {
        Location::Sqlite(path) if !path.is_file() => {
            // A cut-off copy is not nothing.
            let is_cut_off = unfinished::part_of(path).exists();
            let location = location.clone();
            Err(if is_cut_off {
                CopyError::Unfinished(location)
            } else {
                CopyError::NoDesk(location)
            })
        }
        Location::Sqlite(path) => Ok(Connection::sqlite_reader(path)?),
        Location::Postgres(url) => {
            let mut config = postgres::config(url).map_err(CopyError::Failed)?;
            // So that this is not taken for a desk.
            config.application_name("evenkeel tools");
            let postgres = Postgres::open(config.into(), Patience::Endless).await;
            let postgres = postgres
                .map_err(|why| CopyError::Failed(format!("{location} cannot be reached: {why}")))?;
            Ok(Connection::Postgres(postgres))
        }
    }
}

/// # Errors
/// When there is no desk, half a desk, or one whose tables this release does not have.
pub(crate) fn check_desk(connection: &Connection, location: &Location) -> Result<(), CopyError> {
    match version(connection)? {
        0 => Err(CopyError::NoDesk(location.clone())),
        LATEST if unfinished::is_marked(connection)? => {
            Err(CopyError::Unfinished(location.clone()))
        }
        LATEST => Ok(()),
        version => Err(CopyError::OtherRelease(location.clone(), version)),
    }
}

/// What a damaged index does not name would be missed by a copy, and by its comparison too.
///
/// # Errors
/// When SQLite finds its file damaged; PostgreSQL is trusted.
pub(crate) fn check_sound(connection: &Connection, location: &Location) -> Result<(), CopyError> {
    let found = if connection.is_postgres() { None } else { connection.integrity()? };
    found.map_or(Ok(()), |why| Err(CopyError::Damaged(location.clone(), why)))
}

/// # Errors
/// When a file is there and holds anything.
pub(crate) fn check_nothing(location: &Location, path: &Path) -> Result<(), CopyError> {
    if path.exists() && !Connection::sqlite_reader(path)?.holds_nothing()? {
        return Err(CopyError::NotEmpty(location.clone()));
    }
    Ok(())
}

/// Fills a new file, which gets its name at the end.
pub(crate) fn fill_file(
    part: Part,
    fill: impl FnOnce(&Connection) -> Result<Vec<TableRows>, CopyError>,
) -> Result<Vec<TableRows>, CopyError> {
    let to = Connection::sqlite_filler(part.path())?;
    bring_up(&to)?;
    let tables = fill(&to)?;
    drop(to);
    part.finish()?;
    Ok(tables)
}

/// Fills an empty database, which no desk opens until that is done.
pub(crate) fn fill_database(
    to: &Connection,
    place: &Location,
    fill: impl FnOnce(&Connection) -> Result<Vec<TableRows>, CopyError>,
) -> Result<Vec<TableRows>, CopyError> {
    match unfinished::mark(to, bring_up)? {
        Some(Obstacle::Rows) => return Err(CopyError::NotEmpty(place.clone())),
        Some(Obstacle::Work) => return Err(CopyError::InUse(place.clone())),
        None => {}
    }
    let filled = fill(to);
    if filled.is_err() {
        // When even this fails, the mark keeps desks away.
        let _ = unfinished::unmark(to);
    }
    filled
}

/// Copies, compares and commits, as of one moment of the source.
pub(crate) fn fill(
    from: &Connection,
    to: &Connection,
    tell: &Tell,
) -> Result<Vec<TableRows>, CopyError> {
    from.snapshot(|| {
        Ok(at_once(to, || {
            let tables = copy_tables(from, to, tell)?;
            derive(to)?;
            compare(from, to, tell)?;
            Ok(tables)
        }))
    })?
}

/// Fills a desk's tables, all of it or nothing.
pub(crate) fn at_once<T>(
    to: &Connection,
    fill: impl FnOnce() -> Result<T, CopyError>,
) -> Result<T, CopyError> {
    to.script("begin")?;
    let filled = (|| {
        // Those of a new desk, and the mark: it is gone when all is there.
        to.script("delete from counters")?;
        let filled = fill()?;
        // Whoever worked on a job works elsewhere.
        to.script(
            "update jobs set leased_by = null, leased_until = 0 where leased_until > 0; commit",
        )?;
        Ok(filled)
    })();
    if filled.is_err() {
        to.roll_back();
    }
    filled
}

/// What a database makes of rows that were not written one by one.
pub(crate) fn derive(to: &Connection) -> Result<(), CopyError> {
    to.fill_search()?;
    if to.is_postgres() {
        // Messages go on with the next number, and the planner knows the tables.
        to.script(
            "select setval(pg_get_serial_sequence('messages', 'row'), \
             (select coalesce(max(messages.row), 0) + 1 from messages), false); analyze",
        )?;
    }
    Ok(())
}

fn copy_tables(
    from: &Connection,
    to: &Connection,
    tell: &Tell,
) -> Result<Vec<TableRows>, CopyError> {
    let mut tables = Vec::with_capacity(TABLES.len());
    for table in &TABLES {
        let sheet = Sheet::of(from, table)?.filter(|sheet| sheet.fits(to).unwrap_or(false));
        let sheet = sheet.ok_or_else(|| {
            CopyError::Failed(format!("the columns of {} are not those of a desk", table.name))
        })?;
        let failed = |failure| during(table.name, failure);
        let n_rows = copy(&sheet, from, to, tell).map_err(failed)?;
        tables.push(TableRows { name: table.name, n_rows });
    }
    Ok(tables)
}

fn during(table: &str, failure: Failure) -> Failure {
    match failure {
        Failure::Full(why) => Failure::Full(why),
        other => Failure::Other(format!("{table}: {other}")),
    }
}

fn copy(sheet: &Sheet, from: &Connection, to: &Connection, tell: &Tell) -> Outcome<usize> {
    let (mut n_rows, mut after) = (0, None);
    loop {
        let rows = sheet.read(from, after.as_deref())?;
        let Some(last) = rows.last() else { return Ok(n_rows) };
        sheet.write(to, &rows)?;
        n_rows += rows.len();
        after = Some(sheet.key(last));
        tell(sheet.table.name, n_rows);
    }
}

/// Reads both sides in the order of their keys and compares each row, of those tables and columns
/// that the source has.
pub(crate) fn compare(from: &Connection, to: &Connection, tell: &Tell) -> Result<(), CopyError> {
    for table in &TABLES {
        let Some(sheet) = Sheet::of(from, table)? else { continue };
        let (mut n_rows, mut after) = (0, None);
        loop {
            let given = sheet.read(from, after.as_deref())?;
            let copied = sheet.read(to, after.as_deref())?;
            for (place, (one, other)) in given.iter().zip(&copied).enumerate() {
                if let Some(column) = sheet.difference(one, other) {
                    let row = n_rows + place + 1;
                    return Err(CopyError::Differs(table.name, row, column.to_owned()));
                }
            }
            if given.len() != copied.len() {
                let row = n_rows + given.len().min(copied.len()) + 1;
                return Err(CopyError::Differs(table.name, row, "all".to_owned()));
            }
            let Some(last) = given.last() else { break };
            n_rows += given.len();
            after = Some(sheet.key(last));
            tell(table.name, n_rows);
        }
    }
    Ok(())
}

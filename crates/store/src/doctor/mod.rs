//! Looks a desk over: whether what it keeps twice agrees, and whether what refers to something
//! finds it. Nothing is created, changed or migrated, and every statement is one walk through a
//! table, whatever its length.

mod rules;

use std::sync::{Arc, Mutex};

use desk::{Assignment, Time};

use crate::{
    CopyError, LedgerRow, Location, ReadError,
    connection::{Connection, Outcome},
    copy::{blocking, check_desk, connect},
    migrate::LATEST,
    rows,
    value::{Failure, values},
};

/// What was looked at and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// In a word or two.
    pub name: &'static str,
    /// Whether all is well.
    pub is_ok: bool,
    /// What is so, or what is wrong; ids and numbers, never words of people.
    pub detail: String,
}

/// A case as it was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnCase {
    /// The case's id, as the draw was made from it.
    pub case_id: String,
    /// What is stored of it.
    pub assignment: Assignment,
}

/// A desk that is looked at. It may be at work.
#[derive(Clone)]
pub struct Doctor {
    connection: Arc<Mutex<Connection>>,
    location: Location,
}

impl Doctor {
    /// Comes to a desk.
    ///
    /// # Errors
    /// When there is none, or it cannot be reached.
    pub async fn visit(location: &Location) -> Result<Self, CopyError> {
        let connection = Arc::new(Mutex::new(connect(location).await?));
        Ok(Self { connection, location: location.clone() })
    }

    /// Looks at everything; `now` is the real time. A desk that cannot be opened, or has not the
    /// tables of this release, is not looked at further.
    ///
    /// # Errors
    /// When there is no desk.
    pub async fn examine(&self, now: Time) -> Result<Vec<Check>, CopyError> {
        let location = self.location.clone();
        self.ask(move |connection| examine(connection, &location, now)).await
    }

    /// The seed of the draws; nothing before the desk is set up.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn draw_seed(&self) -> Result<Option<Vec<u8>>, ReadError> {
        let desk = self
            .ask(|c| Ok(c.first("select * from desks order by id", &values![], rows::desk)?))
            .await;
        desk.map(|desk| desk.map(|desk| desk.draw_seed)).map_err(|error| unread(&error))
    }

    /// The next cases after that one, in the order of their ids.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn cases_after(
        &self,
        case_id: String,
        limit: usize,
    ) -> Result<Vec<DrawnCase>, ReadError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "select * from assignments where case_id > ?1 order by case_id limit ?2";
        self.ask(move |c| {
            Ok(c.all(sql, &values![&case_id, limit], |row| {
                let assignment = rows::assignment(row)?;
                Ok(DrawnCase { case_id: row.get("case_id")?, assignment })
            })?)
        })
        .await
        .map_err(|error| unread(&error))
    }

    /// Ledger rows after `seq`, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn ledger_after(&self, seq: i64, limit: usize) -> Result<Vec<LedgerRow>, ReadError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "select seq, at, data from ledger where seq > ?1 order by seq limit ?2";
        self.ask(move |c| Ok(c.all(sql, &values![seq, limit], rows::ledger_row)?))
            .await
            .map_err(|error| unread(&error))
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, CopyError> + Send + 'static,
    ) -> Result<T, CopyError> {
        let connection = Arc::clone(&self.connection);
        blocking(move || {
            let connection = connection.lock().expect("no code panics while it holds this lock");
            work(&connection)
        })
        .await
    }
}

fn unread(error: &CopyError) -> ReadError {
    ReadError::Failed(error.to_string())
}

fn examine(
    connection: &Connection,
    location: &Location,
    now: Time,
) -> Result<Vec<Check>, CopyError> {
    let opens = |is_ok, detail| Check { name: "opens", is_ok, detail };
    match check_desk(connection, location) {
        Ok(()) => {}
        Err(none @ CopyError::NoDesk(_)) => return Err(none),
        Err(other) => return Ok(vec![opens(false, other.to_string())]),
    }
    let mut checks = vec![opens(true, format!("tables of version {LATEST}"))];
    if !connection.is_postgres() {
        checks.push(integrity(connection));
    }
    for group in rules::groups(connection.is_postgres(), now) {
        let found = look(connection, &group.rules);
        let (is_ok, detail) = match found {
            Ok(faults) if faults.is_empty() => (true, group.well.to_owned()),
            Ok(faults) => (false, faults.join("; ")),
            Err(failure) => (false, format!("cannot be looked at: {failure}")),
        };
        checks.push(Check { name: group.name, is_ok, detail });
    }
    Ok(checks)
}

fn integrity(connection: &Connection) -> Check {
    let (is_ok, detail) = match connection.integrity() {
        Ok(None) => (true, "the file is sound".to_owned()),
        Ok(Some(why)) => (false, why),
        Err(failure) => (false, failure.to_string()),
    };
    Check { name: "integrity", is_ok, detail }
}

/// What the rules find, as of one moment: a long look holds up a file's log no longer than it must.
fn look(connection: &Connection, rules: &[rules::Rule]) -> Outcome<Vec<String>> {
    connection.snapshot(|| {
        let mut faults = Vec::new();
        for rule in rules {
            let found = connection.first(&rule.sql, &values![], |row| {
                Ok((row.get::<i64>("n")?, row.get::<Option<String>>("first")?))
            })?;
            let (n, first) = found.ok_or_else(|| Failure::Other("no answer".to_owned()))?;
            if n != 0 {
                let first = first.map(|first| format!(" (first: {first})")).unwrap_or_default();
                faults.push(format!("{n} {}{first}", rule.fault));
            }
        }
        Ok(faults)
    })
}

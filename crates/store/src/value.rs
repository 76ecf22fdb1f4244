//! What goes into statements and comes out of rows, alike on both databases.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use tokio_postgres::types::{self as postgres, IsNull, Type, private::BytesMut};

/// A parameter of a statement. Yes and no are 1 and 0, times are milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// The parameters `?1`, `?2`, … of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        [$($crate::value::Value::from($value)),*]
    };
}
pub(crate) use values;

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&i64> for Value {
    fn from(value: &i64) -> Self {
        Self::Int(*value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::from(value.to_owned())
    }
}

impl From<String> for Value {
    /// PostgreSQL takes no NUL in a text, and would refuse the whole batch for it; nobody misses
    /// one.
    fn from(mut value: String) -> Self {
        if value.contains('\0') {
            value.retain(|c| c != '\0');
        }
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::from(value.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<desk::Time> for Value {
    fn from(value: desk::Time) -> Self {
        Self::Int(value.0)
    }
}

impl From<&privacy::Masked> for Value {
    fn from(value: &privacy::Masked) -> Self {
        Self::from(value.as_str())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl postgres::ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql_checked(ty, out),
            Self::Real(value) => value.to_sql_checked(ty, out),
            Self::Text(value) => value.to_sql_checked(ty, out),
            Self::Bytes(value) => value.to_sql_checked(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Each value is checked when it is written.
        true
    }

    postgres::to_sql_checked!();
}

/// A statement and its parameters.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) sql: &'static str,
    pub(crate) values: Vec<Value>,
}

/// A row that was read. Cells are asked for by the name of their column.
pub(crate) enum Row<'a> {
    /// With the place of the column that was read last: most are asked for in their order, and a
    /// search by name from the first one for each takes longer than the reading.
    Sqlite(&'a rusqlite::Row<'a>, std::cell::Cell<usize>),
    Postgres(&'a tokio_postgres::Row),
}

/// A cell of a row.
pub(crate) trait Cell<'a>: Sized {
    /// `None` when the cell holds something else.
    fn read(row: &'a Row<'a>, column: &str) -> Option<Self>;
}

macro_rules! cell {
    ($type:ty) => {
        impl<'a> Cell<'a> for $type {
            fn read(row: &'a Row<'a>, column: &str) -> Option<Self> {
                match row {
                    Row::Sqlite(sqlite, _) => sqlite.get(row.place(column)?).ok(),
                    Row::Postgres(row) => row.try_get(column).ok(),
                }
            }
        }
    };
}

cell!(i64);
cell!(Option<i64>);
cell!(f64);
cell!(Option<f64>);
cell!(String);
cell!(Option<String>);
cell!(Vec<u8>);

impl<'a> Cell<'a> for &'a str {
    fn read(row: &'a Row<'a>, column: &str) -> Option<Self> {
        Option::<&str>::read(row, column)?
    }
}

impl<'a> Cell<'a> for Option<&'a str> {
    fn read(row: &'a Row<'a>, column: &str) -> Option<Self> {
        match row {
            Row::Sqlite(sqlite, _) => {
                sqlite.get_ref(row.place(column)?).ok()?.as_str_or_null().ok()
            }
            Row::Postgres(row) => row.try_get(column).ok(),
        }
    }
}

impl<'a> Cell<'a> for bool {
    fn read(row: &'a Row<'a>, column: &str) -> Option<Self> {
        i64::read(row, column).map(|value| value != 0)
    }
}

impl<'a> Cell<'a> for Option<bool> {
    fn read(row: &'a Row<'a>, column: &str) -> Option<Self> {
        Some(Option::<i64>::read(row, column)?.map(|value| value != 0))
    }
}

impl<'a> Row<'a> {
    pub(crate) fn sqlite(row: &'a rusqlite::Row<'a>) -> Self {
        Self::Sqlite(row, std::cell::Cell::new(0))
    }

    /// The place of a column, by its name.
    fn place(&self, column: &str) -> Option<usize> {
        let Self::Sqlite(row, last) = self else { return None };
        let statement: &rusqlite::Statement<'_> = row.as_ref();
        let (n, last) = (statement.column_count(), last);
        let place = (0..n)
            .map(|i| (last.get() + i) % n)
            .find(|place| statement.column_name(*place).is_ok_and(|name| name == column))?;
        last.set(place);
        Some(place)
    }

    /// # Errors
    /// When the cell holds something else: somebody else wrote to this database.
    pub(crate) fn get<T: Cell<'a>>(&'a self, column: &str) -> Result<T, Failure> {
        T::read(self, column).ok_or_else(|| bad(column))
    }
}

/// A cell that the desk cannot read.
pub(crate) fn bad(column: &str) -> Failure {
    Failure::Other(format!("unreadable cell {column}"))
}

/// Why a statement failed, in the terms in which the desk reacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Something that must be unique exists; the words of the database name it.
    Taken(String),
    /// Two transactions were in each other's way; the same again may succeed.
    Again(String),
    /// No room is left.
    Full(String),
    /// The database cannot be reached; whether the last commit stands is unknown.
    Lost(String),
    /// Anything else.
    Other(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Taken(why)
            | Self::Again(why)
            | Self::Full(why)
            | Self::Lost(why)
            | Self::Other(why) => formatter.write_str(why),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        let why = error.to_string();
        let extended = error.sqlite_error().map(|error| error.extended_code);
        match (error.sqlite_error_code(), extended) {
            (_, Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY)) => {
                Self::Taken(why)
            }
            (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => Self::Again(why),
            (Some(ErrorCode::DiskFull), _) => Self::Full(why),
            _ => Self::Other(why),
        }
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        let Some(said) = error.as_db_error() else {
            let mut why = error.to_string();
            if let Some(source) = std::error::Error::source(&error) {
                why = format!("{why}: {source}");
            }
            return if error.is_closed() || why.contains("connect") || why.contains("communicating")
            {
                Self::Lost(why)
            } else {
                Self::Other(why)
            };
        };
        // Only the message: the detail may hold values.
        let why = format!("{}: {}", said.code().code(), said.message());
        match *said.code() {
            SqlState::UNIQUE_VIOLATION => Self::Taken(why),
            SqlState::T_R_DEADLOCK_DETECTED | SqlState::T_R_SERIALIZATION_FAILURE => {
                Self::Again(why)
            }
            SqlState::DISK_FULL => Self::Full(why),
            SqlState::ADMIN_SHUTDOWN
            | SqlState::CRASH_SHUTDOWN
            | SqlState::CANNOT_CONNECT_NOW
            | SqlState::TOO_MANY_CONNECTIONS
            | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
            | SqlState::IDLE_SESSION_TIMEOUT => Self::Lost(why),
            _ if said.code().code().starts_with("08") => Self::Lost(why),
            _ => Self::Other(why),
        }
    }
}

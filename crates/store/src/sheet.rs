//! A table as it is read from one database and written to another: some rows at a time, in the
//! order of its key, so that a table of any length takes the same memory.

use rusqlite::types::ValueRef;

use crate::{
    connection::{Connection, Outcome},
    differences::search_words,
    tables::{Column, DeskTable, Kind},
    value::{Failure, Row, Value, bad},
};

/// The cells of a row, in the order of the sheet's columns.
pub(crate) type Cells = Vec<Value>;

/// A table with its columns and the statements that read and write it.
pub(crate) struct Sheet {
    pub(crate) table: &'static DeskTable,
    pub(crate) columns: Vec<Column>,
    /// Where the key's columns stand among the columns.
    key: Vec<usize>,
    first: String,
    next: String,
}

impl Sheet {
    /// The table with the columns that it has in this database; nothing when it is not there.
    pub(crate) fn of(connection: &Connection, table: &'static DeskTable) -> Outcome<Option<Self>> {
        let columns = connection.columns(table.name)?;
        if columns.is_empty() {
            return Ok(None);
        }
        let place = |name: &&str| columns.iter().position(|column| column.name == **name);
        let key: Option<Vec<usize>> = table.key.iter().map(place).collect();
        let key = key.ok_or_else(|| Failure::Other(format!("{} has no key", table.name)))?;
        let order = table.key.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
        let places = (1..=key.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
        let from = format!("select {} from {}", names(&columns), table.name);
        let end = format!("order by {order} limit {}", table.n_rows);
        Ok(Some(Self {
            first: format!("{from} {end}"),
            next: format!("{from} where ({order}) > ({places}) {end}"),
            table,
            columns,
            key,
        }))
    }

    /// Whether the table has these columns there too, in whatever order.
    pub(crate) fn fits(&self, connection: &Connection) -> Outcome<bool> {
        let there = connection.columns(self.table.name)?;
        Ok(there.len() == self.columns.len()
            && self.columns.iter().all(|column| there.contains(column)))
    }

    /// A row's key.
    pub(crate) fn key(&self, row: &Cells) -> Vec<Value> {
        self.key.iter().map(|place| row[*place].clone()).collect()
    }

    /// The next rows after that key, or the first ones; fewer than the table's number at its end.
    pub(crate) fn read(
        &self,
        connection: &Connection,
        after: Option<&[Value]>,
    ) -> Outcome<Vec<Cells>> {
        let sql = if after.is_some() { &self.next } else { &self.first };
        connection.all(sql, after.unwrap_or_default(), |row| {
            let cells = self.columns.iter().enumerate();
            cells.map(|(place, column)| cell(row, place, column)).collect()
        })
    }

    /// The first column in which two rows differ.
    pub(crate) fn difference(&self, one: &Cells, other: &Cells) -> Option<&str> {
        let place = one.iter().zip(other).position(|(one, other)| one != other)?;
        Some(&self.columns[place].name)
    }

    /// Adds rows as they are, with what the database derives from them.
    pub(crate) fn write(&self, connection: &Connection, rows: &[Cells]) -> Outcome<()> {
        match connection {
            Connection::Sqlite(connection) => {
                let places: Vec<String> =
                    (1..=self.columns.len()).map(|n| format!("?{n}")).collect();
                let (table, names) = (self.table.name, names(&self.columns));
                let sql = format!("insert into {table} ({names}) values ({})", places.join(", "));
                let mut statement = connection.prepare_cached(&sql)?;
                for row in rows {
                    statement.execute(rusqlite::params_from_iter(row))?;
                }
                Ok(())
            }
            Connection::Postgres(postgres) => {
                rows.iter().try_for_each(|row| self.check_texts(row))?;
                let lists: Vec<List<'_>> = self
                    .columns
                    .iter()
                    .enumerate()
                    .map(|(place, column)| List::of(rows, place, column.kind))
                    .collect();
                let words = self.search(rows);
                let words = words.as_deref().map(List::Words);
                let sql = self.insert_lists(words.is_some());
                postgres.write_lists(&sql, &lists.iter().chain(&words).collect::<Vec<_>>())
            }
        }
    }

    /// PostgreSQL keeps every character in texts but one.
    fn check_texts(&self, row: &Cells) -> Outcome<()> {
        let has_nul = |cell: &Value| matches!(cell, Value::Text(text) if text.contains('\0'));
        let Some(place) = row.iter().position(has_nul) else { return Ok(()) };
        Err(Failure::Other(format!(
            "column {} of the row with the key {:?} holds the character of code 0, which \
             PostgreSQL cannot keep",
            self.columns[place].name,
            self.key(row)
        )))
    }

    /// One list a column, which PostgreSQL lays side by side: a statement for many rows.
    fn insert_lists(&self, has_search: bool) -> String {
        let (table, names) = (self.table.name, names(&self.columns));
        let mut lists: Vec<String> = Vec::with_capacity(self.columns.len() + 1);
        for (place, column) in self.columns.iter().enumerate() {
            let kind = match column.kind {
                Kind::Int => "bigint",
                Kind::Real => "double precision",
                Kind::Text => "text",
                Kind::Bytes => "bytea",
            };
            lists.push(format!("cast(?{} as {kind}[])", place + 1));
        }
        let (mut search, mut from, mut given) = ("", "", "");
        if has_search {
            lists.push(format!("cast(?{} as text[])", lists.len() + 1));
            (search, from, given) = (", search", ", to_tsvector('simple', words)", ", words");
        }
        // Messages keep their numbers, which the database would give itself.
        format!(
            "insert into {table} ({names}{search}) overriding system value \
             select {names}{from} from unnest({}) as given ({names}{given})",
            lists.join(", ")
        )
    }

    /// The words to find messages by, as a new message gets them from `writes.rs`.
    fn search(&self, rows: &[Cells]) -> Option<Vec<Option<String>>> {
        if self.table.name != "messages" {
            return None;
        }
        let place = |name: &str| self.columns.iter().position(|column| column.name == name);
        let (kind, text) = (place("kind")?, place("text")?);
        let words = rows.iter().map(|row| match (&row[kind], &row[text]) {
            (Value::Text(kind), Value::Text(text)) if matches!(kind.as_str(), "text" | "note") => {
                Some(search_words(text))
            }
            _ => None,
        });
        Some(words.collect())
    }
}

/// A column of many rows.
#[derive(Debug)]
pub(crate) enum List<'a> {
    Ints(Vec<Option<i64>>),
    Reals(Vec<Option<f64>>),
    Texts(Vec<Option<&'a str>>),
    Bytes(Vec<Option<&'a [u8]>>),
    Words(&'a [Option<String>]),
}

impl<'a> List<'a> {
    /// A cell of another kind is none: it was refused when it was read.
    fn of(rows: &'a [Cells], place: usize, kind: Kind) -> Self {
        let cells = rows.iter().map(|row| &row[place]);
        match kind {
            Kind::Int => Self::Ints(
                cells.map(|cell| if let Value::Int(n) = cell { Some(*n) } else { None }).collect(),
            ),
            Kind::Real => Self::Reals(
                cells.map(|cell| if let Value::Real(n) = cell { Some(*n) } else { None }).collect(),
            ),
            Kind::Text => Self::Texts(
                cells
                    .map(|cell| if let Value::Text(t) = cell { Some(&**t) } else { None })
                    .collect(),
            ),
            Kind::Bytes => Self::Bytes(
                cells
                    .map(|cell| if let Value::Bytes(b) = cell { Some(&**b) } else { None })
                    .collect(),
            ),
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
}

fn cell(row: &Row<'_>, place: usize, column: &Column) -> Outcome<Value> {
    let value = match row {
        Row::Sqlite(row, _) => match (row.get_ref(place)?, column.kind) {
            (ValueRef::Null, _) => Some(Value::Null),
            (ValueRef::Integer(n), Kind::Int) => Some(Value::Int(n)),
            (ValueRef::Real(n), Kind::Real) => Some(Value::Real(n)),
            (ValueRef::Text(text), Kind::Text) => {
                String::from_utf8(text.to_vec()).ok().map(Value::Text)
            }
            (ValueRef::Blob(bytes), Kind::Bytes) => Some(Value::Bytes(bytes.to_vec())),
            _ => None,
        },
        Row::Postgres(row) => match column.kind {
            Kind::Int => row.try_get::<_, Option<i64>>(place).ok().map(Value::from),
            Kind::Real => row.try_get::<_, Option<f64>>(place).ok().map(Value::from),
            Kind::Text => row.try_get::<_, Option<String>>(place).ok().map(Value::from),
            Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(place).ok().map(Value::from),
        },
    };
    value.ok_or_else(|| bad(&column.name))
}

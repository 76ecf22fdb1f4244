//! A whole desk as lines of JSON, to be read by whatever comes after it, and read back.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    io::{BufRead, Write},
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::{
    Location,
    connection::Connection,
    copy::{
        CopyError, TableRows, Tell, at_once, blocking, check_desk, check_nothing, check_sound,
        connect, derive, fill_database, fill_file,
    },
    migrate::LATEST,
    part::Part,
    sheet::{Cells, Sheet},
    tables::{Column, DeskTable, Kind, TABLES},
    value::Value,
};

/// What such a file says of itself in its first line.
const WHAT: &str = "desk";
/// Of bytes that are no text.
const BYTES: &str = "base64";

#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Head {
        evenkeel: String,
        version: i64,
    },
    Row {
        table: String,
        row: Map<String, Json>,
    },
    /// How many rows of each table came before.
    End {
        end: BTreeMap<String, usize>,
    },
}

/// Writes all that a desk holds, as of one moment; it may be at work. Files are in it, and so are
/// password hashes and the draws' seed.
///
/// # Errors
/// See [`CopyError`].
pub async fn write_lines(
    from: &Location,
    mut out: Box<dyn Write + Send>,
    tell: Tell,
) -> Result<Vec<TableRows>, CopyError> {
    let source = connect(from).await?;
    let from = from.clone();
    blocking(move || {
        check_desk(&source, &from)?;
        check_sound(&source, &from)?;
        source.snapshot(|| Ok(write_all(&source, &mut out, &tell)))?
    })
    .await
}

fn write_all(
    from: &Connection,
    out: &mut impl Write,
    tell: &Tell,
) -> Result<Vec<TableRows>, CopyError> {
    let mut tables = Vec::new();
    write_line(out, &Line::Head { evenkeel: WHAT.to_owned(), version: LATEST })?;
    for table in &TABLES {
        let Some(sheet) = Sheet::of(from, table)? else { continue };
        let mut n_rows = 0;
        each_row(&sheet, from, |row| {
            n_rows += 1;
            tell(table.name, n_rows);
            let row = to_json(&sheet.columns, row);
            write_line(out, &Line::Row { table: table.name.to_owned(), row })
        })?;
        tables.push(TableRows { name: table.name, n_rows });
    }
    let end = tables.iter().map(|table| (table.name.to_owned(), table.n_rows)).collect();
    write_line(out, &Line::End { end })?;
    out.flush()?;
    Ok(tables)
}

fn write_line(out: &mut impl Write, line: &Line) -> Result<(), CopyError> {
    serde_json::to_writer(&mut *out, line)
        .map_err(|error| CopyError::from(std::io::Error::from(error)))?;
    Ok(out.write_all(b"\n")?)
}

fn each_row(
    sheet: &Sheet,
    from: &Connection,
    mut take: impl FnMut(&Cells) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let mut after = None;
    loop {
        let rows = sheet.read(from, after.as_deref())?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(sheet.key(last));
        rows.iter().try_for_each(&mut take)?;
    }
}

fn to_json(columns: &[Column], row: &Cells) -> Map<String, Json> {
    let cell = |cell: &Value| match cell {
        Value::Null => Json::Null,
        Value::Int(n) => json!(n),
        Value::Real(n) => json!(n),
        Value::Text(text) => json!(text),
        Value::Bytes(bytes) => json!({ BYTES: BASE64.encode(bytes) }),
    };
    columns.iter().zip(row).map(|(column, one)| (column.name.clone(), cell(one))).collect()
}

/// Reads a desk back that [`write_lines`] wrote, to an empty place; what is there afterwards is
/// compared with what was read. A folder has to be locked by the caller.
///
/// # Errors
/// See [`CopyError`]; a file that was cut off is refused.
pub async fn read_lines(
    mut input: Box<dyn BufRead + Send>,
    to: &Location,
    tell: Tell,
) -> Result<Vec<TableRows>, CopyError> {
    let target = match to {
        Location::Sqlite(_) => None,
        Location::Postgres(_) => Some(connect(to).await?),
    };
    let to = to.clone();
    blocking(move || {
        let fill = |connection: &Connection| {
            at_once(connection, || {
                let mut read = Reading::default();
                read.all(&mut input, connection, &to, &tell)?;
                derive(connection)?;
                read.compare(connection)?;
                Ok(read.tables())
            })
        };
        match (&to, target) {
            (Location::Sqlite(path), _) => {
                check_nothing(&to, path)?;
                fill_file(Part::of(path)?, fill)
            }
            (_, Some(target)) => fill_database(&target, &to, fill),
            (_, None) => unreachable!("it was connected above"),
        }
    })
    .await
}

/// What was read of each table: how many rows, and their sum.
#[derive(Default)]
struct Reading {
    n_line: usize,
    sums: BTreeMap<&'static str, (usize, u64)>,
}

/// Rows of one table that are still to be written.
struct Waiting {
    sheet: Sheet,
    rows: Vec<Cells>,
}

impl Reading {
    fn all(
        &mut self,
        input: &mut impl BufRead,
        to: &Connection,
        place: &Location,
        tell: &Tell,
    ) -> Result<(), CopyError> {
        let mut waiting: Option<Waiting> = None;
        let mut text = Vec::new();
        loop {
            text.clear();
            if input.read_until(b'\n', &mut text)? == 0 {
                return Err(self.wrong("the file ends before its last line: it was cut off"));
            }
            self.n_line += 1;
            let line = serde_json::from_slice(&text)
                .map_err(|_| self.wrong("it is no line of a desk's export"))?;
            match line {
                Line::Head { evenkeel, version } if self.n_line == 1 && evenkeel == WHAT => {
                    if version != LATEST {
                        return Err(CopyError::OtherRelease(place.clone(), version));
                    }
                }
                Line::Row { table, row } if self.n_line > 1 => {
                    let known = TABLES.iter().find(|known| known.name == table);
                    let known = known.ok_or_else(|| self.wrong("there is no such table"))?;
                    let is_same = |one: &Waiting| one.sheet.table.name == known.name;
                    if !waiting.as_ref().is_some_and(is_same) {
                        write(waiting.take(), to)?;
                        waiting = Some(Waiting { sheet: sheet(to, known)?, rows: Vec::new() });
                    }
                    let one = waiting.as_mut().expect("it was made just now");
                    let cells =
                        from_json(&one.sheet.columns, row).map_err(|why| self.wrong(&why))?;
                    let (n, sum) = self.sums.entry(known.name).or_default();
                    (*n, *sum) = (*n + 1, sum.wrapping_add(hash(&cells)));
                    tell(known.name, *n);
                    one.rows.push(cells);
                    if one.rows.len() >= known.n_rows {
                        one.sheet.write(to, &std::mem::take(&mut one.rows))?;
                    }
                }
                Line::End { end } if self.n_line > 1 => {
                    write(waiting.take(), to)?;
                    let is_whole = end
                        .iter()
                        .all(|(name, n)| self.sums.get(name.as_str()).map_or(0, |(n, _)| *n) == *n);
                    let n_rows: usize = self.sums.values().map(|(n, _)| n).sum();
                    if !is_whole || end.values().sum::<usize>() != n_rows {
                        return Err(self.wrong("it counts other rows than came before it"));
                    }
                    return Ok(());
                }
                _ => return Err(self.wrong("it is no line of a desk's export at this place")),
            }
        }
    }

    fn wrong(&self, why: &str) -> CopyError {
        CopyError::Failed(format!("line {}: {why}", self.n_line))
    }

    /// What the place holds now against what was read.
    fn compare(&self, to: &Connection) -> Result<(), CopyError> {
        for table in &TABLES {
            let sheet = sheet(to, table)?;
            let (mut n, mut sum) = (0, 0_u64);
            each_row(&sheet, to, |row| {
                (n, sum) = (n + 1, sum.wrapping_add(hash(row)));
                Ok(())
            })?;
            if self.sums.get(table.name).copied().unwrap_or_default() != (n, sum) {
                return Err(CopyError::Differs(table.name, n, "all".to_owned()));
            }
        }
        Ok(())
    }

    fn tables(&self) -> Vec<TableRows> {
        let n_rows = |name| self.sums.get(name).map_or(0, |(n, _)| *n);
        TABLES.iter().map(|one| TableRows { name: one.name, n_rows: n_rows(one.name) }).collect()
    }
}

fn write(waiting: Option<Waiting>, to: &Connection) -> Result<(), CopyError> {
    let Some(Waiting { sheet, rows }) = waiting else { return Ok(()) };
    Ok(sheet.write(to, &rows)?)
}

fn sheet(to: &Connection, table: &'static DeskTable) -> Result<Sheet, CopyError> {
    let missing = || CopyError::Failed(format!("{} is missing", table.name));
    Sheet::of(to, table)?.ok_or_else(missing)
}

/// The cells of a row; each column has to be there, and nothing else.
fn from_json(columns: &[Column], mut row: Map<String, Json>) -> Result<Cells, String> {
    let mut cells = Vec::with_capacity(columns.len());
    for column in columns {
        let name = &column.name;
        let value = row.remove(name).ok_or_else(|| format!("the column {name} is missing"))?;
        let cell = match (column.kind, value) {
            (_, Json::Null) => Some(Value::Null),
            (Kind::Int, Json::Number(n)) => n.as_i64().map(Value::Int),
            (Kind::Real, Json::Number(n)) => n.as_f64().map(Value::Real),
            (Kind::Text, Json::String(text)) => Some(Value::Text(text)),
            (Kind::Bytes, Json::Object(mut bytes)) => match bytes.remove(BYTES) {
                Some(Json::String(text)) => BASE64.decode(text).ok().map(Value::Bytes),
                _ => None,
            },
            _ => None,
        };
        cells.push(cell.ok_or_else(|| format!("the column {name} holds something else"))?);
    }
    match row.keys().next() {
        Some(name) => Err(format!("there is no column {name}")),
        None => Ok(cells),
    }
}

/// The same for the same row, in whichever database.
fn hash(row: &Cells) -> u64 {
    let mut hasher = DefaultHasher::new();
    for cell in row {
        match cell {
            Value::Null => 0_u8.hash(&mut hasher),
            Value::Int(n) => (1_u8, n).hash(&mut hasher),
            Value::Real(n) => (2_u8, n.to_bits()).hash(&mut hasher),
            Value::Text(text) => (3_u8, text).hash(&mut hasher),
            Value::Bytes(bytes) => (4_u8, bytes).hash(&mut hasher),
        }
    }
    hasher.finish()
}

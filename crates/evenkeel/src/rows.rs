//! What is measured on, from files: CSV with a header, JSON rows `[text, label]`, other JSON.

use std::{fs, path::Path};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::{Failure, Outcome};

const HINT: &str = "Give CSV with a header and a column `text`, or JSON rows [text, label].";

/// A message and its label, if the file has labels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) text: String,
    pub(crate) label: Option<String>,
}

/// The label of messages that belong to no topic.
pub(crate) const OUT_OF_SCOPE: &str = "oos";

/// Reads a file's text.
pub(crate) fn text(path: &Path) -> Outcome<String> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::file(path.display(), error, "Check the name of the file."))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let why = format!("byte {} is not UTF-8", at + 1);
        Failure::file(path.display(), why, "Convert the file to UTF-8 first.")
    })
}

/// Reads a JSON file of a known shape.
pub(crate) fn json<T: DeserializeOwned>(path: &Path, hint: &str) -> Outcome<T> {
    let text = text(path)?;
    serde_json::from_str(&text).map_err(|error| Failure::file(path.display(), error, hint))
}

/// Reads rows; of a JSON object the first of these sets that is there, and each of `also`.
pub(crate) fn read(path: &Path, sets: &[&str], also: &[&str]) -> Outcome<Vec<Row>> {
    parse(&text(path)?, sets, also).map_err(|why| Failure::file(path.display(), why, HINT))
}

/// Like [`read`], from text; the form is told by the first sign.
pub(crate) fn parse(text: &str, sets: &[&str], also: &[&str]) -> Result<Vec<Row>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let rows = if text.trim_start().starts_with(['[', '{']) {
        json_rows(text, sets, also)?
    } else {
        csv_rows(text)?
    };
    if rows.is_empty() { Err("there are no rows".to_owned()) } else { Ok(rows) }
}

fn json_rows(text: &str, sets: &[&str], also: &[&str]) -> Result<Vec<Row>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let lists: Vec<&Value> = match &value {
        Value::Object(object) => {
            let first = sets.iter().find_map(|name| object.get(*name));
            let first = first.ok_or_else(|| format!("there is no {}", sets.join(" or ")))?;
            let more = also.iter().find_map(|name| object.get(*name));
            std::iter::once(first).chain(more).collect()
        }
        list => vec![list],
    };
    lists.into_iter().filter_map(Value::as_array).flatten().map(json_row).collect()
}

fn json_row(row: &Value) -> Result<Row, String> {
    let (text, label) = match row {
        Value::Array(row) => (row.first(), row.get(1)),
        row => (Some(row), None),
    };
    let text = text.and_then(Value::as_str).ok_or_else(|| format!("no row: {row}"))?;
    Ok(Row { text: text.to_owned(), label: label.and_then(Value::as_str).map(str::to_owned) })
}

/// The text is the column `text` or the first; the label is one of the usual names or the next.
fn csv_rows(text: &str) -> Result<Vec<Row>, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let column = |name: &str| header.iter().position(|field| field.trim() == name);
    let at = column("text").unwrap_or(0);
    let named = ["category", "label", "topic", "intent"].into_iter().find_map(column);
    let label_at = named.or_else(|| (0..header.len()).find(|&place| place != at));
    let row = |record: csv::StringRecord| Row {
        text: record.get(at).unwrap_or_default().to_owned(),
        label: label_at
            .and_then(|at| record.get(at))
            .map(str::trim)
            .filter(|label| !label.is_empty())
            .map(str::to_owned),
    };
    reader.records().map(|record| record.map(row).map_err(|error| error.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let rows = parse(text, &["test", "val"], &["oos_test", "oos_val"]).unwrap();
        let rows: Vec<(&str, Option<&str>)> =
            rows.iter().map(|row| (row.text.as_str(), row.label.as_deref())).collect();
        assert_eq!(rows, expected, "{text}");
    }

    #[test]
    fn every_form_is_read() {
        check("text,category\n\"a, \"\"b\"\"\nc\",d\n", &[("a, \"b\"\nc", Some("d"))]);
        check("\u{feff}id,text,label\r\n1,hello,greeting\r\n", &[("hello", Some("greeting"))]);
        check("question\nwhere is it\n", &[("where is it", None)]);
        check("text,category\nhello,\n", &[("hello", None)]);
        check("[[\"a\",\"b\"],[\"c\"],\"d\"]", &[("a", Some("b")), ("c", None), ("d", None)]);
        check(
            "{\"val\":[[\"a\",\"b\"]],\"oos_val\":[[\"c\",\"oos\"]],\"train\":[[\"x\",\"y\"]]}",
            &[("a", Some("b")), ("c", Some("oos"))],
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, part) in [
            ("", "no rows"),
            ("text,category\n", "no rows"),
            ("{\"train\":[]}", "there is no test or val"),
            ("[[1,2]]", "no row"),
            ("[[\"a\"", "EOF"),
        ] {
            let error = parse(text, &["test", "val"], &[]).unwrap_err();
            assert!(error.contains(part), "{text:?}: {error}");
        }
    }
}

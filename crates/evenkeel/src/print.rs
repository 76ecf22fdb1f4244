//! What a command has found: a table for people, or one JSON object.

use serde_json::{Map, Value};

/// Prints the fields to standard output.
pub(crate) fn print(fields: &Value, json: bool) {
    if json {
        println!("{fields}");
        return;
    }
    let none = Map::new();
    let fields = fields.as_object().unwrap_or(&none);
    let width = fields.keys().map(String::len).max().unwrap_or(0);
    for (name, value) in fields {
        match value.as_f64().filter(|_| value.is_f64()) {
            Some(number) => println!("{name:<width$}  {number:.4}"),
            None => println!("{name:<width$}  {value}"),
        }
    }
}

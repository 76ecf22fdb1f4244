//! What the assistant may say, and when a person comes first.

mod people;
mod says;

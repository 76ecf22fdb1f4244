//! Tests of what the desk relies on: topics, language, small talk, articles and answers.

mod answers;
mod demo;
mod languages;
mod parts;
mod questions;
mod shop;
mod topics;

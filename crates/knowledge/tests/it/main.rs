//! Tests of what the desk relies on: topics, language, small talk, articles and answers.

mod answers;
mod languages;
mod shop;
mod topics;

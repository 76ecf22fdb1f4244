//! What other crates rely on: no card survives, orders stay, and nothing else changes.

mod cards;
mod kinds;
mod measured;
mod properties;
mod redaction;
mod several_messages;
mod types;

//! What other crates rely on: no card survives, orders stay, and nothing else changes.

mod cards;
mod measured;

//! What holds for every conversation, whatever happens to it, and for every sentence of the desk.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

mod sayings;
mod transitions;

//! The store as the service relies on it: all or nothing, on disk, in order, once.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

mod copies;
mod faults;
mod household;
mod lines;
mod mail;
mod nodes;
mod place;
mod story;
mod webhooks;

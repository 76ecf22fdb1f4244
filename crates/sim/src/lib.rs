//! Seeded people at a desk, through its public HTTP interface alone: customers and agents.

pub mod visitor;

pub mod shop;

mod agent;

mod chance;

mod client;
pub use client::{Client, ClientError};

mod stream;
pub use stream::{Change, Changes};

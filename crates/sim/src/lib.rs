//! Seeded people at a desk, through its public HTTP interface alone: customers and agents.

pub mod visitor;

pub mod shop;

mod agent;

mod chance;
pub use chance::Chance;

mod client;
pub use client::{Client, ClientError};

pub mod load;

pub mod month;

pub mod past;

pub mod queue;

pub mod year;

pub mod what_if;

pub mod widgets;

mod line;
pub use line::{Answer, Line};

mod timing;
pub use timing::Timing;

mod stream;
pub use stream::{Change, Changes};

//! The doors over HTTP: routes, sessions, event stream, web assets. The only wire shapes.

mod server;
pub use server::{router, serve};

mod state;

mod problem;

mod caller;

mod body;

mod idempotency;

mod limiter;

mod wire;

mod routes;

mod stream;

mod assets;

mod pages;

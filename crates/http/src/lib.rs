//! The doors over HTTP: routes, sessions, event stream, web assets. The only wire shapes.

mod server;
pub use server::{router, serve};

mod api;

/// The API's description, as `api/openapi.json` holds it: OpenAPI 3.1.
pub fn description() -> serde_json::Value {
    api::description()
}

mod herald;

mod state;

mod problem;

mod caller;

mod body;

mod idempotency;

mod limiter;

mod metrics;

mod wire;

mod routes;

mod stream;

mod assets;

mod pages;

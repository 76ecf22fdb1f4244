//! The desk's calls to other systems over HTTP: what they told, what they refused, what is unknown.

mod connection;
pub use connection::{Connection, ConnectionFault, Told};
pub use outbound::Key;

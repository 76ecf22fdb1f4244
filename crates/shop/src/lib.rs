//! The demo shop: its customers, orders and articles, and the operations that change them once.
//!
//! It stands for the system of a real shop that the desk calls. It knows nothing of the desk: it
//! keeps its own records, refuses what its own rules forbid, and does what comes under one key once.

mod records;
pub use records::{Address, Cents, Instalment, Order, PaymentMethod, Product, Records, User};

mod refused;
pub use refused::Refused;

mod calculate;
mod change;
mod look_up;
mod operation;

mod journal;
pub use journal::Journal;

mod http;
pub use http::{own_records, routes, serve};

mod sample;
pub use sample::{Buyer, sample};

mod shop;
pub use shop::{Reply, Shop, ShopError};

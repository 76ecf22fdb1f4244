//! What tests and benchmarks need of the machine: a PostgreSQL and mail servers of their own, a clock to set.

pub mod faketime;
pub mod mail;
pub mod postgres;

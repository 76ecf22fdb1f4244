//! What tests and benchmarks need of the machine: a PostgreSQL of their own, a clock to set.

pub mod faketime;
pub mod postgres;

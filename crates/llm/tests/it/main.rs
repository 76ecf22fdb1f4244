//! The client against servers that show each dialect, one scripted answer at a time.

mod dialects;
mod outages;
mod server;

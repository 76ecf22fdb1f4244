//! The desk as its callers see it, over HTTP, without a socket.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

mod answers;
mod app;
mod balance;
mod cards;
mod description;
mod events;
mod files;
mod follow;
mod identity;
mod join;
mod letters;
mod mail;
mod models;
mod nodes;
mod people;
mod place;
mod procedures;
mod sample;
mod set_up;
mod shifts;
mod story;
mod webhooks;
mod work;

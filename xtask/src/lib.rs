//! What tests and benchmarks need of the machine: a PostgreSQL and mail servers of their own, a clock to set.

pub mod faketime;
pub mod mail;
pub mod postgres;

use std::{io, process::Command};

/// Whether this process may install packages and change users.
#[must_use]
pub fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output().map(|out| out.stdout).unwrap_or_default();
    user.trim_ascii() == b"0"
}

/// Runs a command to its end.
fn check(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{command:?} failed ({status})")))
}

/// A port that nobody has. Taken and given back: nobody else asks for just this one in between.
fn free_port() -> io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

//! What the tests take from Debian's packages: a browser, a database and a clock to set.

use std::path::Path;

use xtask::{faketime, is_root, mail, postgres};

use crate::run::{Failure, run};

const CHROMIUM: &str = "/usr/bin/chromium";

/// Sees to it that all are there.
pub(crate) fn require() -> Result<(), Failure> {
    chromium()?;
    libfaketime()?;
    mail_servers()?;
    postgresql()
}

/// Installs Chromium as root, else says what to install.
pub(crate) fn chromium() -> Result<(), Failure> {
    if Path::new(CHROMIUM).exists() || std::env::var_os("EVENKEEL_CHROMIUM").is_some() {
        return Ok(());
    }
    let hint = "run `sudo apt-get install chromium`, or name another one in EVENKEEL_CHROMIUM";
    install("chromium", hint)
}

/// Installs PostgreSQL as root, else says what to install.
pub(crate) fn postgresql() -> Result<(), Failure> {
    if postgres::programs().is_some() {
        return Ok(());
    }
    install("postgresql", postgres::INSTALL)
}

/// Installs musl's compiler as root, else says what to install.
pub(crate) fn musl() -> Result<(), Failure> {
    if Path::new("/usr/bin/musl-gcc").exists() {
        return Ok(());
    }
    install("musl-tools", "run `sudo apt-get install musl-tools`")
}

/// Installs libfaketime as root, else says what to install.
fn libfaketime() -> Result<(), Failure> {
    if faketime::library().is_some() {
        return Ok(());
    }
    install("libfaketime", faketime::INSTALL)
}

/// Installs Postfix and Dovecot as root; for others they are of no use, and their test says so.
fn mail_servers() -> Result<(), Failure> {
    if !is_root() {
        println!("LEFT OUT: the test with Postfix and Dovecot, which only root can start");
        return Ok(());
    }
    if mail::is_there() {
        return Ok(());
    }
    // Else it asks what kind of server this machine shall be, and starts one.
    let answers = "postfix postfix/main_mailer_type select No configuration";
    run("sh", &["-c", &format!("echo '{answers}' | debconf-set-selections")])?;
    for package in ["postfix", "dovecot-imapd"] {
        install(package, mail::INSTALL)?;
    }
    Ok(())
}

fn install(package: &str, hint: &str) -> Result<(), Failure> {
    if !is_root() {
        return Err(Failure(format!("{package} is missing\n\nhint: {hint}")));
    }
    run("apt-get", &["update", "--quiet"])?;
    run("apt-get", &["install", "--yes", "--quiet", "--no-install-recommends", package])
}

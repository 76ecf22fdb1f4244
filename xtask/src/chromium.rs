//! The browser of the browser tests: Debian's own package.

use std::{path::Path, process::Command};

use crate::run::{Failure, run};

const BINARY: &str = "/usr/bin/chromium";

/// Sees to it that Chromium is there: installs it as root, else says what to install.
pub(crate) fn require() -> Result<(), Failure> {
    if Path::new(BINARY).exists() || std::env::var_os("EVENKEEL_CHROMIUM").is_some() {
        return Ok(());
    }
    let user = Command::new("id").arg("-u").output().map(|out| out.stdout).unwrap_or_default();
    if user.trim_ascii() != b"0" {
        return Err(Failure(
            "Chromium is missing\n\nhint: run `sudo apt-get install chromium`, or name another \
             one in EVENKEEL_CHROMIUM"
                .to_owned(),
        ));
    }
    run("apt-get", &["update", "--quiet"])?;
    run("apt-get", &["install", "--yes", "--quiet", "--no-install-recommends", "chromium"])
}

//! The desk under load: this same program, as another process.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::json;

use super::failed;
use crate::{arguments::Benching, failure::Outcome};

/// A running desk; it ends with this value.
pub(super) struct Desk {
    child: Child,
    /// Address with port.
    pub(super) host: String,
    /// What the set-up link asks for, if the desk was new.
    setup_key: Option<String>,
}

/// Where desks are kept while a benchmark runs.
pub(super) struct Ground {
    pub(super) arguments: Vec<String>,
    /// Where the desk is, if not in a database.
    pub(super) folder: Option<PathBuf>,
    _temporary: Option<tempfile::TempDir>,
}

impl Ground {
    pub(super) fn of(how: &Benching) -> Outcome<Self> {
        if let Some(url) = &how.database {
            let arguments = vec!["--database".to_owned(), url.clone()];
            return Ok(Self { arguments, folder: None, _temporary: None });
        }
        let (folder, temporary) = match &how.data {
            Some(folder) => (folder.clone(), None),
            None => {
                let temporary = tempfile::Builder::new().prefix("evenkeel-bench-").tempdir();
                let temporary = temporary.map_err(|error| failed(error.to_string()))?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let arguments = vec!["--data".to_owned(), folder.display().to_string()];
        Ok(Self { arguments, folder: Some(folder), _temporary: temporary })
    }
}

impl Desk {
    /// Starts `serve` or `demo --quiet` on a free port and waits until it listens.
    pub(super) fn start(command: &[&str], ground: &Ground) -> Outcome<Self> {
        let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
        let mut child = Command::new(program)
            .args(command)
            .args(["--no-open", "--port", "0"])
            .args(&ground.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(format!("the desk does not start: {error}")))?;
        let mut said = BufReader::new(child.stdout.take().expect("it is piped"));
        let (mut host, mut setup_key) = (None, None);
        loop {
            let mut line = String::new();
            let n = said.read_line(&mut line).map_err(|error| failed(error.to_string()))?;
            if n == 0 {
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed("the desk did not start"));
            }
            if let Some((_, rest)) = line.split_once("http://") {
                let found = rest.split(['/', ' ', '\n']).next().unwrap_or_default();
                host.get_or_insert_with(|| found.to_owned());
            }
            if let Some((_, key)) = line.split_once("#key=") {
                setup_key = Some(key.trim().to_owned());
            }
            if line.contains("Ctrl-C") {
                break;
            }
        }
        // Read on, so that the desk never waits for a reader.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let host = host.ok_or_else(|| failed("the desk names no address"))?;
        Ok(Self { child, host, setup_key })
    }

    /// The owner's token of a desk that was new.
    pub(super) async fn own(&self) -> Outcome<String> {
        let key = self.setup_key.as_deref().ok_or_else(|| failed("the desk is not new"))?;
        let given = json!({
            "key": key, "desk_name": "Bench", "name": "Bench", "email": "bench@desk.example",
            "password": PASSWORD,
        });
        let answer = sim::Line::new(&self.host).post("/setup", "", &given).await.map_err(failed)?;
        match answer.1["token"].as_str() {
            Some(token) => Ok(token.to_owned()),
            None => Err(failed(format!("the desk was not set up: {answer:?}"))),
        }
    }

    /// Resident memory in MB, where the system tells.
    pub(super) fn memory_mb(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        let kb: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kb / 1_024.0)
    }
}

/// Of the owner whom a benchmark sets up.
pub(super) const PASSWORD: &str = "a benchmark's own";

impl Drop for Desk {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! What a running desk bears: silent connections, and a second desk on its folder.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A desk of its own, stopped when this value ends.
struct Desk {
    child: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Desk {
    fn start() -> Self {
        Self::start_with(&[], &[])
    }

    fn start_with(options: &[&str], environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
            .args(["serve", "--no-open", "--port", "0", "--data"])
            .arg(folder.path())
            .args(options)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo has built the program");
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.trim().rsplit("http://").next().unwrap().parse().unwrap();
        Self { child, address, folder }
    }

    /// Whether it answers an ordinary request.
    fn is_well(&self) -> bool {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(90))).unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
    }

    /// Megabytes in memory, where the system tells.
    fn resident_mb(&self) -> Option<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1_024)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `EVENKEEL_SILENT=10000 cargo test -p evenkeel --test serve -- --nocapture` opens more, and
/// waits until the desk has closed them all.
#[test]
fn silent_connections_hold_up_nobody() {
    let asked = std::env::var("EVENKEEL_SILENT").ok().and_then(|text| text.parse().ok());
    let n: usize = asked.unwrap_or(400);
    let n_files = rlimit::increase_nofile_limit(u64::MAX).unwrap();
    assert!(n_files > n as u64 + 50, "this machine allows {n_files} open files, too few for {n}");
    let desk = Desk::start();
    let before = desk.resident_mb();
    let silent: Vec<TcpStream> =
        (0..n).map(|_| TcpStream::connect(desk.address).expect("the desk accepts")).collect();
    assert!(desk.is_well(), "an ordinary request among {n} silent ones");
    let after = desk.resident_mb();
    println!("{n} silent connections: {before:?} MB before, {after:?} MB with them");
    if asked.is_none() {
        return;
    }
    for mut stream in silent {
        stream.set_read_timeout(Some(Duration::from_secs(90))).unwrap();
        // The end of the stream, perhaps after "408": not a time-out of ours.
        stream.read_to_end(&mut Vec::new()).expect("the desk closes it");
    }
    assert!(desk.is_well(), "an ordinary request after {n} silent ones");
}

#[test]
fn a_second_desk_on_the_same_folder_is_refused() {
    let desk = Desk::start();
    let second = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(["serve", "--no-open", "--port", "0", "--data"])
        .arg(desk.folder.path())
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("error: ") && said.contains("hint: "), "{said}");
    assert!(second.stdout.is_empty() && desk.is_well(), "the first goes on");
}

/// What a mail server's pipe sees: how `deliver` ends tells it whether to try again.
#[test]
fn a_mail_server_is_told_whether_to_try_again() {
    let options = [
        "--smtp-url",
        "smtp://127.0.0.1:9",
        "--mail-from",
        "Shop <help@shop.example>",
        "--public-url",
        "https://desk.shop.example",
    ];
    let desk = Desk::start_with(&options, &[("EVENKEEL_MAIL_TOKEN", "pipe")]);
    let url = format!("http://{}", desk.address);
    let deliver = |url: &str, token: Option<&str>, message: &[u8]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(["deliver", "--recipient", "help+1.ab@shop.example", "--url", url]);
        command.env_remove("EVENKEEL_MAIL_TOKEN");
        command.envs(token.map(|token| ("EVENKEEL_MAIL_TOKEN", token)));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // It may have ended already, without a look at the message.
        let _ = child.stdin.take().unwrap().write_all(message);
        child.wait().unwrap().code().unwrap()
    };
    let mail: &[u8] = b"From: ida@example.com\r\nTo: help+1.ab@shop.example\r\n\r\nHello\r\n";
    assert_eq!(deliver(&url, Some("pipe"), mail), 75, "the desk is not set up yet");
    assert_eq!(deliver(&url, Some("pipe"), b"nonsense"), 65);
    assert_eq!(deliver(&url, Some("wrong"), mail), 75, "somebody will mend the token");
    assert_eq!(deliver(&url, None, mail), 75);
    assert_eq!(deliver("http://127.0.0.1:9", Some("pipe"), mail), 75, "the desk is away");
    let away = b"From: ida@example.com\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n";
    assert_eq!(deliver(&url, Some("pipe"), away), 0, "taken, and not answered");
    let bomb = [mail, &vec![b'x'; 31 << 20]].concat();
    assert_eq!(deliver(&url, Some("pipe"), &bomb), 65);
    assert!(desk.is_well());
}

//! The figures of the README, measured on this machine with a release build.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::run::{Failure, npm, root, run, step};

const PORT: &str = "8431";

/// Runs every measurement and shows what each prints; needs `cargo xtask setup` first.
pub(crate) fn all() -> Result<(), Failure> {
    for folder in ["widget", "web"] {
        step(&format!("{folder}: sizes"));
        for script in ["build", "size"] {
            npm(folder, &["run", "--silent", script])?;
        }
    }
    step("binary");
    run("cargo", &["build", "--release", "--package", "evenkeel"])?;
    step("answers from the demo's articles");
    run(
        "cargo",
        &["run", "--quiet", "--release", "--package", "knowledge", "--example", "answers"],
    )?;
    step("masking: time a message, order numbers masked");
    run("cargo", &["run", "--quiet", "--release", "--package", "privacy", "--example", "measure"])?;
    match shared() {
        Some(shared) => public_data(&shared),
        None => {
            println!("\nskipped: public data; name its folder in EVENKEEL_SHARED");
            Ok(())
        }
    }
}

/// The folder with `banking77` and `clinc150`, which are not part of the project.
fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("EVENKEEL_SHARED").map(PathBuf::from);
    let beside = root().join("../shared/data");
    named.or(Some(beside)).filter(|folder| folder.join("banking77/train.csv").is_file())
}

fn public_data(shared: &Path) -> Result<(), Failure> {
    let binary = root().join("target/release/evenkeel").display().to_string();
    assistant(&binary, shared)?;
    let clinc = shared.join("clinc150/data_full.json").display().to_string();
    step("CLINC150: topics told apart");
    run(&binary, &["eval", "topics", "--train", &clinc, "--test", &clinc, "--json"])?;
    let folder = root().join("target/bench");
    let failed = |error: std::io::Error| Failure(format!("{}: {error}", folder.display()));
    // What an earlier run left would be counted as examples.
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    let (train, rest) = (folder.join("train.csv"), folder.join("rest.csv"));
    split(&shared.join("banking77/train.csv"), &train, &rest).map_err(failed)?;
    let (train, rest) = (train.display().to_string(), rest.display().to_string());
    step("BANKING77, four fifths against one fifth: topics told apart");
    run(&binary, &["eval", "topics", "--train", &train, "--test", &rest, "--json"])?;
    step("BANKING77 as customers of a running desk");
    let data = folder.join("desk").display().to_string();
    let levels = ["--level", "supervised", "--data", &data];
    run(&binary, &[&["import", "topics", &train][..], &levels].concat())?;
    let desk = Desk::start(&binary, &data)?;
    let url = format!("http://127.0.0.1:{PORT}");
    let outcome = run(&binary, &["replay", &rest, "--url", &url, "--json"]);
    drop(desk);
    outcome
}

/// Parts of messages, documents and calls.
fn assistant(binary: &str, shared: &Path) -> Result<(), Failure> {
    let file = |name: &str| shared.join(name).display().to_string();
    let fold = |n: u32| file(&format!("nlupp/banking/fold{n}.json"));
    let (train, test): (Vec<String>, Vec<String>) =
        ((0..10).map(fold).collect(), (10..14).map(fold).collect());
    step("NLU++ banking, ten folds against four: parts of messages");
    let mut slots = vec!["eval", "slots", "--json", "--train"];
    slots.extend(train.iter().map(String::as_str));
    slots.push("--test");
    slots.extend(test.iter().map(String::as_str));
    run(binary, &slots)?;
    step("tau2 banking: documents found");
    let (documents, queries) = (file("tau2-banking/documents"), file("tau2-banking/tasks.json"));
    let retrieval = ["eval", "retrieval", "--json", "--documents", &documents];
    run(binary, &[&retrieval[..], &["--queries", &queries]].concat())?;
    step("tau2 retail: calls with every fault");
    let (environment, tasks) = (file("tau2-retail"), file("tau2-retail/tasks.json"));
    let calls = ["eval", "procedures", "--json", "--environment", &environment, "--tasks", &tasks];
    run(binary, &[&calls[..], &["--faults", "duplicate,crash,mutate"]].concat())
}

/// Every fifth record is held out. Records may have line ends inside quotes.
fn split(from: &Path, train: &Path, rest: &Path) -> std::io::Result<()> {
    let text = fs::read_to_string(from)?;
    let mut records: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.split_inclusive('\n') {
        match records.last_mut().filter(|_| is_open) {
            Some(record) => record.push_str(line),
            None => records.push(line.to_owned()),
        }
        is_open ^= line.matches('"').count() % 2 == 1;
    }
    let (header, rows) = records.split_first().ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let pick = |is_held_out: bool| -> String {
        let rows = rows.iter().enumerate().filter(|(at, _)| (at % 5 == 4) == is_held_out);
        std::iter::once(header).chain(rows.map(|(_, row)| row)).map(String::as_str).collect()
    };
    fs::write(train, pick(false))?;
    fs::write(rest, pick(true))
}

/// A desk in the background, stopped when this value ends.
struct Desk(Child);

impl Desk {
    fn start(binary: &str, data: &str) -> Result<Self, Failure> {
        let mut child = Command::new(binary)
            .args(["serve", "--no-open", "--port", PORT, "--data", data])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure(format!("cannot run {binary}: {error}")))?;
        let mut first = String::new();
        let said = child.stdout.take().map(BufReader::new);
        // It speaks once it listens.
        let heard = said.map(|mut said| said.read_line(&mut first));
        if !matches!(heard, Some(Ok(n)) if n > 0) {
            let _ = child.wait();
            return Err(Failure(format!("the desk did not start on port {PORT}")));
        }
        Ok(Self(child))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to stop.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

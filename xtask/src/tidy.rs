//! Style that a machine can see: the purpose line, and the edges between crates.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::run::{Failure, root};

/// Crates without I/O, clock or chance of their own.
const PURE: &[&str] = &["desk", "balance", "workforce", "knowledge", "privacy", "assistant"];

/// What a pure crate may not name.
const IMPURE: &[&str] =
    &["std::fs", "std::net", "SystemTime", "Instant::now", "std::env", "std::process", "async fn"];

/// Where the desk composes text out of its own sentences and masked parts. A new place is a
/// decision: whatever comes from outside has to be masked instead.
const OWN_WORDS: &[&str] = &[
    "crates/assistant/src/reply.rs",
    "crates/assistant/src/summary.rs",
    "crates/desk/src/conversation.rs",
    "crates/desk/src/sayings.rs",
    "crates/service/src/brain.rs",
    "crates/service/src/files.rs",
    "crates/service/src/hand_over.rs",
    "crates/service/src/levels.rs",
    "crates/service/src/receive_message.rs",
    "crates/service/src/reviews.rs",
    "crates/service/src/set_up.rs",
    "crates/service/src/staffing.rs",
];

/// Checks all Rust files.
pub(crate) fn check() -> Result<(), Failure> {
    let mut faults = Vec::new();
    for file in
        rust_files(&root().join("crates"))?.iter().chain(&rust_files(&root().join("xtask"))?)
    {
        let text = fs::read_to_string(file)
            .map_err(|error| Failure(format!("{}: {error}", file.display())))?;
        let name = file.strip_prefix(root()).unwrap_or(file).display().to_string();
        if !text.starts_with("//! ") {
            faults.push(format!("{name}: the first line is no `//!` on the file's purpose"));
        }
        let is_source = |krate: &str| name.starts_with(&format!("crates/{krate}/src/"));
        if PURE.iter().any(|krate| is_source(krate)) {
            for word in IMPURE.iter().filter(|word| text.contains(**word)) {
                faults.push(format!("{name}: a pure crate names `{word}`"));
            }
        }
        // Tests look at the desk's file from outside, as an auditor would.
        let has_sql = text.contains("rusqlite::") && name.contains("/src/");
        if has_sql && !name.starts_with("crates/store/") && !name.starts_with("xtask/") {
            faults.push(format!("{name}: SQL is only in `store`"));
        }
        let restores = text.contains("Masked::from_storage");
        let may = ["crates/store/", "crates/privacy/", "xtask/"];
        if restores && !may.iter().any(|start| name.starts_with(start)) {
            faults.push(format!("{name}: only `store` reads text back from storage"));
        }
        let composes = text.contains("Masked::own_words") && name.contains("/src/");
        if composes && !OWN_WORDS.contains(&name.as_str()) && !name.starts_with("xtask/") {
            faults.push(format!("{name}: text that comes from outside is masked, not composed"));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure(format!("{} faults\n{}", faults.len(), faults.join("\n"))))
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let failed = |error| Failure(format!("{}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

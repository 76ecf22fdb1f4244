//! A desk's folder: one program at a time works on it.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

use service::Service;
use store::Store;

use crate::failure::{Failure, Outcome};

/// An open desk and the lock on its folder, which ends with this value.
pub(crate) struct Folder {
    pub(crate) service: Service,
    _lock: File,
}

impl Folder {
    /// Creates the folder if need be, locks it and opens the desk in it.
    pub(crate) async fn open(path: &Path, speed: f64) -> Outcome<Self> {
        let lock = lock(path)?;
        let store = Store::open(&path.join("desk.sqlite")).map_err(|error| {
            Failure::new(error.to_string(), "Check the folder, or name another one with --data.")
        })?;
        Ok(Self { service: Service::open(store, speed).await?, _lock: lock })
    }
}

fn lock(path: &Path) -> Outcome<File> {
    let hint = "Check the folder's rights, or name another one with --data.";
    let failed = |error: std::io::Error| Failure::file(path.display(), error, hint);
    fs::create_dir_all(path).map_err(failed)?;
    let file = File::options().create(true).truncate(false).write(true).open(path.join("lock"));
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::file(
            path.display(),
            "another evenkeel works on this folder.",
            "Stop the desk that uses it, or name another folder with --data.",
        )),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_program_is_refused_until_the_first_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk");
        let first = lock(&path).unwrap();
        let refusal = lock(&path).unwrap_err().to_string();
        assert!(refusal.contains("another evenkeel"), "{refusal}");
        drop(first);
        lock(&path).unwrap();
    }
}

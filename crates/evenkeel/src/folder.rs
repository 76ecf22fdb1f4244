//! Where a desk is kept: a folder on which one program at a time works, or PostgreSQL.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

use service::{Equipment, Service};
use store::{Location, Store};

use crate::{
    arguments::Place,
    failure::{Failure, Outcome},
};

/// An open desk and the lock on its folder, which ends with this value.
pub(crate) struct Folder {
    pub(crate) service: Service,
    _lock: Option<File>,
}

/// The file in a folder that holds the desk.
pub(crate) const DATABASE: &str = "desk.sqlite";

impl Place {
    /// The database that was named; the address may come from the environment, where other users
    /// of the machine do not see its password.
    pub(crate) fn location(&self) -> Location {
        let named = |url: &String| !url.is_empty();
        let by_environment = || std::env::var("EVENKEEL_DATABASE").ok();
        // What is typed counts for more than what the environment says.
        let url = match &self.data {
            Some(_) => None,
            None => self.database.clone().or_else(by_environment).filter(named),
        };
        let folder = || self.data.as_deref().unwrap_or(Path::new("./data")).join(DATABASE);
        url.map_or_else(|| Location::Sqlite(folder()), Location::Postgres)
    }
}

impl Folder {
    /// Opens the desk that a place names. A folder is created if need be, and locked.
    pub(crate) async fn open(place: &Place, speed: f64) -> Outcome<Self> {
        Self::open_with(place, speed, Equipment::default()).await
    }

    /// Opens a desk that has more than its store.
    pub(crate) async fn open_with(
        place: &Place,
        speed: f64,
        equipment: Equipment,
    ) -> Outcome<Self> {
        let (store, lock) = open_store(&place.location()).await?;
        let service = Service::open_with(store, speed, equipment).await?;
        Ok(Self { service, _lock: lock })
    }
}

/// The store, and the lock on its folder if it is in one.
pub(crate) async fn open_store(location: &Location) -> Outcome<(Store, Option<File>)> {
    let (lock, hint) = match location {
        Location::Sqlite(file) => {
            let folder = file.parent().unwrap_or(Path::new("."));
            (Some(lock(folder)?), "Check the folder, or name another one with --data.")
        }
        Location::Postgres(_) => {
            (None, "Check that PostgreSQL runs, that the database exists, and its address.")
        }
    };
    let store = Store::open(location).await;
    Ok((store.map_err(|error| Failure::new(error.to_string(), hint))?, lock))
}

/// The lock on the folder of a place that is a file; nobody else works on it until this ends.
pub(crate) fn lock_place(location: &Location) -> Outcome<Option<File>> {
    match location {
        Location::Sqlite(file) => {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            lock(folder.unwrap_or(Path::new("."))).map(Some)
        }
        Location::Postgres(_) => Ok(None),
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

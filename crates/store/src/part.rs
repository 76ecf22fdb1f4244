//! A file that is written under another name until it is complete.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::unfinished::part_of;

/// Removed when it is dropped before [`Part::finish`]; after a kill it stays.
#[derive(Debug)]
pub(crate) struct Part {
    path: PathBuf,
    target: PathBuf,
    is_finished: bool,
}

/// What SQLite keeps beside a file.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

impl Part {
    /// For a place on which only one program at a time works: one that a kill left is replaced.
    ///
    /// # Errors
    /// When that one cannot be removed.
    pub(crate) fn of(target: &Path) -> io::Result<Self> {
        let part = Self::at(part_of(target), target);
        remove(&part.path)?;
        Ok(part)
    }

    /// For a place at which several may write at once.
    pub(crate) fn unique(target: &Path) -> Self {
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", uuid::Uuid::now_v7().simple()));
        Self::at(target.with_file_name(name), target)
    }

    fn at(path: PathBuf, target: &Path) -> Self {
        Self { path, target: target.to_owned(), is_finished: false }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name; when this returns, it is on disk under it. Nobody has it open.
    ///
    /// # Errors
    /// When it cannot be synced or renamed.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        File::options().read(true).write(true).open(&self.path)?.sync_all()?;
        // What an older file of that name left there would be taken for changes of this one.
        for end in BESIDE {
            remove_one(&beside(&self.target, end))?;
        }
        fs::rename(&self.path, &self.target)?;
        self.is_finished = true;
        sync_folder(&self.target)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_finished {
            // What cannot be removed is named by the next start.
            let _ = remove(&self.path);
        }
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(end);
    path.with_file_name(name)
}

fn remove(path: &Path) -> io::Result<()> {
    for end in BESIDE {
        remove_one(&beside(path, end))?;
    }
    remove_one(path)
}

fn remove_one(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A new name is on disk when its folder is; Windows does that by itself.
fn sync_folder(file: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

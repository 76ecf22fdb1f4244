//! What the shop did, line by line in a file that survives a stop at any byte.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, Write},
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};

/// A file of JSON lines: a line is there as a whole or not at all.
#[derive(Debug)]
pub struct Journal {
    file: File,
    length: u64,
}

impl Journal {
    /// Opens or makes the file and gives what it holds. A last line that is not whole was never
    /// acknowledged and is cut off.
    ///
    /// # Errors
    ///
    /// Says what the disk refused, or which whole line cannot be read.
    pub fn open<T: DeserializeOwned>(path: &Path) -> io::Result<(Self, Vec<T>)> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut entries = Vec::new();
        for (number, line) in text[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
            let entry = serde_json::from_slice(line).map_err(|error| {
                let place = format!("{}, line {}: {error}", path.display(), number + 1);
                io::Error::new(io::ErrorKind::InvalidData, place)
            })?;
            entries.push(entry);
        }
        if whole < text.len() {
            file.set_len(whole as u64)?;
            file.sync_all()?;
        }
        file.seek(io::SeekFrom::End(0))?;
        Ok((Self { file, length: whole as u64 }, entries))
    }

    /// Writes one entry; when it returns, the entry is on the disk.
    ///
    /// # Errors
    ///
    /// Says what the disk refused; then the file is as it was before, as far as the disk allows.
    pub fn append(&mut self, entry: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => {
                self.length += line.len() as u64;
                Ok(())
            }
            Err(error) => {
                self.file.set_len(self.length)?;
                self.file.seek(io::SeekFrom::End(0))?;
                Err(error)
            }
        }
    }

    /// Writes half of an entry and ends the process, as a loss of power would.
    pub fn tear(&mut self, entry: &impl Serialize) -> ! {
        let line = serde_json::to_vec(entry).unwrap_or_default();
        // Nobody is left to tell: whatever fails here, the process ends.
        drop(self.file.write_all(&line[..line.len() / 2]).and_then(|()| self.file.sync_data()));
        std::process::abort()
    }
}

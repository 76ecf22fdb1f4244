//! Opens the database and keeps its connections: one that writes, a few that read.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use desk::Entry;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, broadcast, oneshot};

use crate::{
    Commit, CommitError, Committed, ReadError,
    migrate::migrate,
    writer::{Request, Writer},
};

const READERS: usize = 4;
/// Batches that a slow listener may fall behind before it must read the journal.
const LIVE_BATCHES: usize = 1_024;

/// Why a database cannot be opened.
#[derive(Debug)]
pub struct OpenError {
    path: PathBuf,
    why: String,
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot open {}: {}", self.path.display(), self.why)
    }
}

impl std::error::Error for OpenError {}

/// One desk's database. Cloning is cheap; all clones share the connections.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
    live: broadcast::Sender<Arc<Vec<Entry>>>,
}

struct Readers {
    permits: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens or creates the database file, brings its tables up to date and starts the writer.
    ///
    /// # Errors
    /// When the file cannot be opened, is no database, or was written by a newer release.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |why: String| OpenError { path: path.to_owned(), why };
        let mut connection = Connection::open(path).map_err(|error| failed(error.to_string()))?;
        prepare(&connection).map_err(|error| failed(error.to_string()))?;
        migrate(&mut connection).map_err(failed)?;

        let mut idle = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let reader = Connection::open_with_flags(path, flags)
                .and_then(|reader| {
                    reader.busy_timeout(std::time::Duration::from_secs(5))?;
                    reader.set_prepared_statement_cache_capacity(128);
                    Ok(reader)
                })
                .map_err(|error| failed(error.to_string()))?;
            idle.push(reader);
        }
        let (live, _) = broadcast::channel(LIVE_BATCHES);
        Ok(Self {
            writer: Arc::new(Writer::start(connection, live.clone())),
            readers: Arc::new(Readers { permits: Semaphore::new(READERS), idle: Mutex::new(idle) }),
            live,
        })
    }

    /// Writes a commit; when this returns `Ok`, it is on disk.
    ///
    /// # Errors
    /// See [`CommitError`]; whatever it is, nothing of the commit was written.
    pub async fn commit(&self, commit: Commit) -> Result<Committed, CommitError> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(Request { commit, answer })?;
        answered.await.unwrap_or(Err(CommitError::Failed("the writer stopped".to_owned())))
    }

    /// Journal rows from now on, batch by batch, in order.
    #[must_use]
    pub fn live(&self) -> broadcast::Receiver<Arc<Vec<Entry>>> {
        self.live.subscribe()
    }

    /// Runs `work` on a reading connection, off the async threads.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let _permit =
            self.readers.permits.acquire().await.map_err(|_| ReadError("closed".to_owned()))?;
        let readers = Arc::clone(&self.readers);
        let reading = tokio::task::spawn_blocking(move || {
            let connection = readers
                .idle
                .lock()
                .expect("no code panics while it holds this lock")
                .pop()
                .expect("there are as many permits as connections");
            let result = work(&connection);
            readers.idle.lock().expect("no code panics while it holds this lock").push(connection);
            result
        });
        match reading.await {
            Ok(result) => result.map_err(|error| ReadError(error.to_string())),
            // The program ends, and whoever waits for this with it; that is no failure to report.
            Err(stopped) if stopped.is_cancelled() => std::future::pending().await,
            Err(panicked) => Err(ReadError(panicked.to_string())),
        }
    }
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // An acknowledged message is on disk: full, not normal, which may lose the last commits.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", "fast")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

//! The one thread that writes: many commits, one transaction, one sync to disk.

use std::sync::{
    Arc, Mutex,
    mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
};
use std::thread::JoinHandle;

use desk::Entry;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{broadcast, oneshot};

use crate::{Commit, CommitError, Committed, apply};

/// Commits that may wait; more are refused, so that memory does not grow.
const WAITING_MAX: usize = 4_096;
/// Commits that share one transaction.
const BATCH_MAX: usize = 512;

pub(crate) struct Request {
    pub(crate) commit: Commit,
    pub(crate) answer: oneshot::Sender<Result<Committed, CommitError>>,
}

pub(crate) struct Writer {
    queue: Option<SyncSender<Request>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, live: broadcast::Sender<Arc<Vec<Entry>>>) -> Self {
        let (queue, requests) = sync_channel(WAITING_MAX);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&connection, &requests, &live))
            .expect("a thread can be started while the program starts");
        Self { queue: Some(queue), thread: Mutex::new(Some(thread)) }
    }

    pub(crate) fn send(&self, request: Request) -> Result<(), CommitError> {
        let queue = self.queue.as_ref().expect("the queue is there until the writer is dropped");
        queue.try_send(request).map_err(|error| match error {
            TrySendError::Full(_) => CommitError::Busy,
            TrySendError::Disconnected(_) => CommitError::Failed("the writer stopped".to_owned()),
        })
    }
}

impl Drop for Writer {
    /// Writes what waits, then ends the thread.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.get_mut().ok().and_then(Option::take) {
            // A panic of the writer has been printed; there is nothing more to do about it here.
            let _ = thread.join();
        }
    }
}

fn run(
    connection: &Connection,
    requests: &Receiver<Request>,
    live: &broadcast::Sender<Arc<Vec<Entry>>>,
) {
    while let Ok(first) = requests.recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX {
            match requests.try_recv() {
                Ok(request) => batch.push(request),
                Err(_) => break,
            }
        }
        write_batch(connection, batch, live);
    }
}

/// Writes a batch in one transaction. A commit that is refused is undone alone; a failure of the
/// database undoes the whole batch and is told to each.
fn write_batch(
    connection: &Connection,
    batch: Vec<Request>,
    live: &broadcast::Sender<Arc<Vec<Entry>>>,
) {
    let mut results = Vec::with_capacity(batch.len());
    let outcome = (|| {
        connection.execute_batch("begin immediate")?;
        for request in &batch {
            results.push(write_one(connection, &request.commit)?);
        }
        connection.execute_batch("commit")
    })();
    if let Err(error) = outcome {
        if !connection.is_autocommit() {
            let _ = connection.execute_batch("rollback");
        }
        tracing::error!(%error, n_commits = batch.len(), "a batch could not be written");
        let error = failure(&error);
        for request in batch {
            let _ = request.answer.send(Err(error.clone()));
        }
        return;
    }
    let entries: Vec<Entry> =
        results.iter().flatten().flat_map(|committed| committed.entries.clone()).collect();
    // The caller may be gone; the commit stands all the same.
    for (request, result) in batch.into_iter().zip(results) {
        let _ = request.answer.send(result);
    }
    if !entries.is_empty() {
        let _ = live.send(Arc::new(entries));
    }
}

/// The outer error is the database's, for which the batch must be undone; the inner one is the
/// commit's own.
fn write_one(
    connection: &Connection,
    commit: &Commit,
) -> rusqlite::Result<Result<Committed, CommitError>> {
    connection.execute_batch("savepoint one")?;
    match apply::commit(connection, commit) {
        Ok(committed) => {
            connection.execute_batch("release one")?;
            Ok(Ok(committed))
        }
        Err(apply::Stop::Refused(error)) => {
            connection.execute_batch("rollback to one; release one")?;
            Ok(Err(error))
        }
        Err(apply::Stop::Database(error)) if is_constraint(&error) => {
            connection.execute_batch("rollback to one; release one")?;
            Ok(Err(constraint(&error)))
        }
        Err(apply::Stop::Database(error)) => Err(error),
    }
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

fn constraint(error: &rusqlite::Error) -> CommitError {
    let extended = error.sqlite_error().map(|error| error.extended_code);
    match extended {
        Some(
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        ) => CommitError::Taken,
        _ => CommitError::Failed(error.to_string()),
    }
}

fn failure(error: &rusqlite::Error) -> CommitError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => CommitError::Full,
        _ => CommitError::Failed(error.to_string()),
    }
}

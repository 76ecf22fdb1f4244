//! The one thread that writes: many commits, one transaction, one sync to disk.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{
    Arc, Mutex,
    mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{broadcast, oneshot};

use crate::{
    Commit, CommitError, Committed, LiveBatch,
    batch::{self, Results, refusal},
    checkpoint::Checkpointer,
    connection::{Connection, Outcome},
    value::Failure,
};

/// Commits that may wait; more are refused, so that memory does not grow.
const WAITING_MAX: usize = 4_096;
/// Commits that share one transaction.
const BATCH_MAX: usize = 512;
/// After a full disk, writes are refused for this long before one is tried again.
const FULL_PAUSE: Duration = Duration::from_secs(1);
/// After a lost connection, likewise.
const LOST_PAUSE: Duration = Duration::from_millis(200);
/// Whoever reads in the write-ahead log while it is to be emptied is waited for so long; then it is
/// tried again after the next batch, or in an idle second.
const CLEARING_WAIT: Duration = Duration::from_millis(50);
/// Likewise when the writer stops, for the last time.
const LAST_CLEARING_WAIT: Duration = Duration::from_secs(2);
/// The smallest unit is tried so often when it is in the way of another node's.
const AGAIN_MAX: usize = 5;

/// Something that needs the writing connection between two batches.
type Errand = Box<dyn FnOnce(&mut Connection) + Send>;

pub(crate) enum Request {
    Commit(Commit, oneshot::Sender<Result<Committed, CommitError>>),
    Errand(Errand),
}

/// How the writer is doing.
#[derive(Debug, Default)]
pub(crate) struct Health {
    pub(crate) n_waiting: AtomicUsize,
    pub(crate) n_commits: AtomicU64,
    pub(crate) n_batches: AtomicU64,
    pub(crate) n_refused: AtomicU64,
    pub(crate) is_full: AtomicBool,
    pub(crate) is_lost: AtomicBool,
    /// Rise with each change of a topic, and of an agent.
    pub(crate) n_topic_changes: AtomicU64,
    pub(crate) n_agent_changes: AtomicU64,
}

impl Health {
    /// What is kept in memory of that sort is no longer so.
    pub(crate) fn changed(&self, subject: desk::Subject) {
        match subject {
            desk::Subject::Topic => drop(self.n_topic_changes.fetch_add(1, Ordering::Release)),
            desk::Subject::Agent => drop(self.n_agent_changes.fetch_add(1, Ordering::Release)),
            _ => {}
        }
    }
}

pub(crate) struct Writer {
    queue: Option<SyncSender<Request>>,
    /// Of a file only.
    thread: Mutex<Option<JoinHandle<()>>>,
    pub(crate) health: Arc<Health>,
}

impl Writer {
    pub(crate) fn start(
        connection: Connection,
        checkpointer: Option<Checkpointer>,
        node: String,
        live: broadcast::Sender<LiveBatch>,
    ) -> Self {
        let (queue, requests) = sync_channel(WAITING_MAX);
        let is_postgres = connection.is_postgres();
        let health = Arc::new(Health::default());
        let mut work = Work {
            connection,
            checkpointer,
            node,
            live,
            health: Arc::clone(&health),
            paused_until: None,
            // What the last run could not clear is cleared now.
            holds_old_pages: true,
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || work.run(&requests))
            .expect("a thread can be started while the program starts");
        // A connection to a server lives in a runtime, and whoever drops the store may be that
        // runtime's own end: to wait for the thread then would be to wait for ever. It holds nothing
        // that anybody was told is safe.
        let thread = Some(thread).filter(|_| !is_postgres);
        Self { queue: Some(queue), thread: Mutex::new(thread), health }
    }

    pub(crate) fn send(&self, request: Request) -> Result<(), CommitError> {
        let queue = self.queue.as_ref().expect("the queue is there until the writer is dropped");
        // Counted before it can be taken out.
        self.health.n_waiting.fetch_add(1, Ordering::Relaxed);
        queue.try_send(request).map_err(|error| {
            self.health.n_waiting.fetch_sub(1, Ordering::Relaxed);
            self.health.n_refused.fetch_add(1, Ordering::Relaxed);
            match error {
                TrySendError::Full(_) => CommitError::Busy,
                TrySendError::Disconnected(_) => {
                    CommitError::Failed("the writer stopped".to_owned())
                }
            }
        })
    }
}

impl Drop for Writer {
    /// Writes what waits; of a file, the thread is waited for.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.get_mut().ok().and_then(Option::take) {
            // A panic of the writer has been printed; there is nothing more to do about it here.
            let _ = thread.join();
        }
    }
}

struct Work {
    connection: Connection,
    /// Of a database in a file.
    checkpointer: Option<Checkpointer>,
    node: String,
    live: broadcast::Sender<LiveBatch>,
    health: Arc<Health>,
    /// Until then commits are refused at once, for this reason.
    paused_until: Option<(Instant, CommitError)>,
    /// The write-ahead log still has what a message held before it was masked.
    holds_old_pages: bool,
}

struct Waiting {
    commit: Commit,
    answer: oneshot::Sender<Result<Committed, CommitError>>,
}

impl Work {
    fn run(&mut self, requests: &Receiver<Request>) {
        loop {
            let mut batch = Vec::new();
            let mut errand = None;
            // An idle PostgreSQL connection that broke is opened again before somebody waits.
            let first = match requests.recv_timeout(Duration::from_secs(1)) {
                Ok(request) => request,
                Err(RecvTimeoutError::Timeout) => {
                    self.come_back();
                    self.clear_log(CLEARING_WAIT);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.holds_old_pages = true;
                    self.clear_log(LAST_CLEARING_WAIT);
                    return;
                }
            };
            let mut next = Some(first);
            while let Some(request) = next {
                self.health.n_waiting.fetch_sub(1, Ordering::Relaxed);
                match request {
                    Request::Commit(commit, answer) => batch.push(Waiting { commit, answer }),
                    Request::Errand(work) => {
                        errand = Some(work);
                        break;
                    }
                }
                next = if batch.len() < BATCH_MAX { requests.try_recv().ok() } else { None };
            }
            if !batch.is_empty() {
                self.write(batch);
            }
            if let Some(errand) = errand {
                if let Err(failure) = self.connection.revive() {
                    tracing::error!(%failure, "the database cannot be reached");
                }
                errand(&mut self.connection);
            }
        }
    }

    fn come_back(&mut self) {
        if self.connection.revive().is_ok() {
            self.health.is_lost.store(false, Ordering::Relaxed);
        }
        if self.paused_until.as_ref().is_some_and(|(until, _)| *until <= Instant::now()) {
            self.paused_until = None;
        }
    }

    fn write(&mut self, batch: Vec<Waiting>) {
        if let Some((until, error)) = self.paused_until.clone() {
            if Instant::now() < until {
                for waiting in batch {
                    let _ = waiting.answer.send(Err(error.clone()));
                }
                return;
            }
            self.paused_until = None;
        }
        let commits: Vec<&Commit> = batch.iter().map(|waiting| &waiting.commit).collect();
        let results = self.results(&commits);
        let entries: Vec<desk::Entry> =
            results.iter().flatten().flat_map(|committed| committed.entries.clone()).collect();
        for entry in &entries {
            self.health.changed(entry.subject);
        }
        self.health.n_batches.fetch_add(1, Ordering::Relaxed);
        self.holds_old_pages |= entries.iter().any(|entry| entry.kind == desk::Kind::MessageMasked);
        // Before the answer, so that the digits are gone for whoever hears it.
        self.clear_log(CLEARING_WAIT);
        let n_written = results.iter().filter(|result| result.is_ok()).count();
        self.health.n_commits.fetch_add(n_written as u64, Ordering::Relaxed);
        // The caller may be gone; the commit stands all the same.
        for (waiting, result) in batch.into_iter().zip(results) {
            let _ = waiting.answer.send(result);
        }
        if !entries.is_empty() {
            let _ = self.live.send(LiveBatch { entries: Arc::new(entries), is_own: true });
        }
        self.keep_log_short();
    }

    /// After the answers: whoever waits now waits for the next batch.
    fn keep_log_short(&self) {
        let Some(checkpointer) = &self.checkpointer else { return };
        checkpointer.wake();
        if !checkpointer.is_long() {
            return;
        }
        let _held = checkpointer.hold();
        match self.connection.restart_log(CLEARING_WAIT) {
            Ok(true) => checkpointer.is_short_again(),
            // Somebody reads in it: after the next batch, then.
            Ok(false) => {}
            Err(failure) => tracing::warn!(%failure, "the write-ahead log goes on growing"),
        }
    }

    fn clear_log(&mut self, wait: Duration) {
        if !self.holds_old_pages {
            return;
        }
        let _held = self.checkpointer.as_ref().map(Checkpointer::hold);
        match self.connection.clear_log(wait) {
            Ok(is_empty) => self.holds_old_pages = !is_empty,
            Err(failure) => tracing::warn!(%failure, "the write-ahead log was not emptied"),
        }
    }

    /// Writes all in one transaction. When one of them makes the database refuse it, the halves
    /// are written apart, and so on, until that one stands alone and is told.
    fn results(&mut self, commits: &[&Commit]) -> Results {
        let mut n_again = 0;
        loop {
            let failure = match self.attempt(commits) {
                Ok(results) => {
                    self.health.is_full.store(false, Ordering::Relaxed);
                    self.health.is_lost.store(false, Ordering::Relaxed);
                    return results;
                }
                Err(failure) => failure,
            };
            match &failure {
                Failure::Taken(_) | Failure::Again(_) if commits.len() > 1 => {
                    let (first, second) = commits.split_at(commits.len() / 2);
                    let mut results = self.results(first);
                    results.extend(self.results(second));
                    return results;
                }
                Failure::Again(_) if n_again < AGAIN_MAX => n_again += 1,
                failure => {
                    self.pause(failure);
                    if !matches!(failure, Failure::Taken(_)) {
                        tracing::error!(%failure, n_commits = commits.len(), "not written");
                    }
                    return vec![Err(refusal(failure)); commits.len()];
                }
            }
        }
    }

    fn attempt(&mut self, commits: &[&Commit]) -> Outcome<Results> {
        self.connection.revive()?;
        batch::write(&self.connection, &self.node, commits)
    }

    /// Reading goes on; writing is not tried again for a moment, so that whoever waits is told
    /// soon and the log stays short.
    fn pause(&mut self, failure: &Failure) {
        let pause = match failure {
            Failure::Full(_) => {
                self.health.is_full.store(true, Ordering::Relaxed);
                FULL_PAUSE
            }
            Failure::Lost(_) => {
                self.health.is_lost.store(true, Ordering::Relaxed);
                LOST_PAUSE
            }
            _ => return,
        };
        self.paused_until = Some((Instant::now() + pause, refusal(failure)));
    }
}

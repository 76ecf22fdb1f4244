//! Opens the database and keeps its connections: one that writes, a few that read.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, atomic::Ordering},
    time::{Duration, Instant},
};

use desk::Entry;
use tokio::sync::{Semaphore, SemaphorePermit, broadcast, mpsc, oneshot};

use crate::{
    Commit, CommitError, Committed, ReadError,
    checkpoint::Checkpointer,
    connection::{Connection, Outcome},
    listen,
    migrate::migrate,
    postgres::{self, ANSWER_MAX, CONNECT_MAX, Patience, Postgres},
    value::Failure,
    writer::{Request, Writer},
};

const READERS: usize = 4;
const POSTGRES_READERS: usize = 8;
/// Batches that a slow listener may fall behind before it must read the journal.
const LIVE_BATCHES: usize = 1_024;
/// Notes to other nodes that may wait; they are only hints.
const NOTES_MAX: usize = 1_024;

/// After the database could not be reached for reading.
const LOST_PAUSE: Duration = Duration::from_secs(1);

/// Where a desk's database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A file, made when it is not there.
    Sqlite(PathBuf),
    /// An address such as `postgres://user@host/name` of a database that exists.
    Postgres(String),
}

impl fmt::Debug for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(formatter),
            // The address may hold a password.
            Self::Postgres(_) => formatter.write_str("the PostgreSQL database"),
        }
    }
}

/// Why a database cannot be opened.
#[derive(Debug)]
pub struct OpenError {
    location: Location,
    why: String,
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot open {}: {}", self.location, self.why)
    }
}

impl std::error::Error for OpenError {}

/// Journal rows, in order; none when the journal may have new ones that another node wrote.
#[derive(Debug, Clone)]
pub struct LiveBatch {
    /// The rows.
    pub entries: Arc<Vec<Entry>>,
    /// This process wrote them.
    pub is_own: bool,
}

/// How the store is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Commits that wait to be written.
    pub n_waiting: usize,
    /// Commits written since the start.
    pub n_commits: u64,
    /// Transactions that they shared.
    pub n_batches: u64,
    /// Commits refused because too many waited.
    pub n_refused: u64,
    /// The last write found no room on the disk: reading goes on, writing is refused.
    pub is_full: bool,
    /// The database could not be reached.
    pub is_lost: bool,
}

/// One desk's database. Cloning is cheap; all clones share the connections.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
    live: broadcast::Sender<LiveBatch>,
    /// Notes that other nodes sent.
    heard: broadcast::Sender<String>,
    /// Notes to other nodes; none on a database that only this process has.
    notes: Option<mpsc::Sender<String>>,
    node: Arc<str>,
}

struct Readers {
    permits: Semaphore,
    idle: Mutex<Vec<Connection>>,
    /// The database could not be reached; until then it is not tried again.
    lost_until: Mutex<Option<Instant>>,
}

impl Readers {
    fn take(&self) -> Connection {
        let mut idle = self.idle.lock().expect("no code panics while it holds this lock");
        idle.pop().expect("there are as many permits as connections")
    }

    fn give_back(&self, connection: Connection) {
        self.idle.lock().expect("no code panics while it holds this lock").push(connection);
    }

    /// Opens the connection again if it broke. While the database cannot be reached, one reader at
    /// a time finds that out; the others say so at once, or each in turn would wait for it.
    fn revive(&self, connection: &mut Connection) -> Outcome<()> {
        if !connection.is_lost() {
            return Ok(());
        }
        if let Some(until) = &mut *self.lost_until() {
            if Instant::now() < *until {
                return Err(Failure::Lost("it could not be reached a moment ago".to_owned()));
            }
            *until = Instant::now() + CONNECT_MAX;
        }
        let revived = connection.revive();
        *self.lost_until() = revived.is_err().then(|| Instant::now() + LOST_PAUSE);
        revived
    }

    fn work<T>(
        &self,
        connection: &mut Connection,
        work: impl Fn(&Connection) -> Outcome<T>,
    ) -> Outcome<T> {
        self.revive(connection)?;
        let result = work(connection);
        match result {
            Err(Failure::Lost(_)) if connection.is_silent() => {
                *self.lost_until() = Some(Instant::now() + LOST_PAUSE);
                result
            }
            // It had broken before, which shows only when it is used.
            Err(Failure::Lost(_)) => self.revive(connection).and_then(|()| work(connection)),
            result => result,
        }
    }

    fn lost_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.lost_until.lock().expect("no code panics while it holds this lock")
    }
}

impl Store {
    /// Opens the database, brings its tables up to date and starts the writer.
    ///
    /// # Errors
    /// When it cannot be opened or reached, is no database, or was written by a newer release.
    pub async fn open(location: &Location) -> Result<Self, OpenError> {
        let failed = |why: String| OpenError { location: location.clone(), why };
        let node = uuid::Uuid::now_v7().to_string();
        let store = match location {
            Location::Sqlite(path) => Self::open_file(path, &node),
            Location::Postgres(url) => {
                let config = Arc::new(postgres::config(url).map_err(failed)?);
                Self::connect(config, &node).await
            }
        };
        store.map_err(|failure| failed(failure.to_string()))
    }

    fn open_file(path: &Path, node: &str) -> Outcome<Self> {
        let writer = Connection::sqlite_writer(path)?;
        migrate(&writer)?;
        // Nobody else is here: whoever held a lease or a row of numbers has stopped.
        writer.script(
            "update jobs set leased_by = null, leased_until = 0 where leased_until > 0; \
             update letters set leased_until = 0 where state = 'waiting'; \
             update deliveries set leased_until = 0 where state = 'waiting'; \
             update counters set value = (select coalesce(max(number), 1000) from conversations) \
             where name = 'number'",
        )?;
        let readers = (0..READERS).map(|_| Connection::sqlite_reader(path));
        let readers = readers.collect::<Outcome<Vec<_>>>()?;
        let (live, _) = broadcast::channel(LIVE_BATCHES);
        writer.leave_log()?;
        let checkpointer = Some(Checkpointer::start(path)?);
        let heard = broadcast::channel(1).0;
        Ok(Self::start(writer, checkpointer, readers, node, live, heard, None))
    }

    async fn connect(config: Arc<tokio_postgres::Config>, node: &str) -> Outcome<Self> {
        let migrating = Postgres::open(Arc::clone(&config), Patience::Endless).await?;
        let migrating =
            tokio::task::spawn_blocking(move || migrate(&Connection::Postgres(migrating)));
        migrating.await.map_err(|error| Failure::Other(error.to_string()))??;
        let open = || Postgres::open(Arc::clone(&config), Patience::Short);
        let writer = Connection::Postgres(open().await?);
        let mut readers = Vec::with_capacity(POSTGRES_READERS);
        for _ in 0..POSTGRES_READERS {
            readers.push(Connection::Postgres(open().await?));
        }
        let (live, _) = broadcast::channel(LIVE_BATCHES);
        let (heard, _) = broadcast::channel(NOTES_MAX);
        let (notes, to_send) = mpsc::channel(NOTES_MAX);
        listen::start(config, node.to_owned(), live.clone(), heard.clone(), to_send);
        Ok(Self::start(writer, None, readers, node, live, heard, Some(notes)))
    }

    fn start(
        writer: Connection,
        checkpointer: Option<Checkpointer>,
        readers: Vec<Connection>,
        node: &str,
        live: broadcast::Sender<LiveBatch>,
        heard: broadcast::Sender<String>,
        notes: Option<mpsc::Sender<String>>,
    ) -> Self {
        let permits = Semaphore::new(readers.len());
        Self {
            writer: Arc::new(Writer::start(writer, checkpointer, node.to_owned(), live.clone())),
            readers: Arc::new(Readers {
                permits,
                idle: Mutex::new(readers),
                lost_until: Mutex::default(),
            }),
            live,
            heard,
            notes,
            node: node.into(),
        }
    }

    /// Writes a commit; when this returns `Ok`, it is on disk.
    ///
    /// # Errors
    /// See [`CommitError`]; whatever it is but `Lost`, nothing of the commit was written.
    pub async fn commit(&self, commit: Commit) -> Result<Committed, CommitError> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(Request::Commit(commit, answer))?;
        answered.await.unwrap_or(Err(CommitError::Failed("the writer stopped".to_owned())))
    }

    /// Journal rows from now on, batch by batch, in order.
    #[must_use]
    pub fn live(&self) -> broadcast::Receiver<LiveBatch> {
        self.live.subscribe()
    }

    /// Notes of other nodes from now on.
    #[must_use]
    pub fn heard(&self) -> broadcast::Receiver<String> {
        self.heard.subscribe()
    }

    /// Tells other nodes something that is not kept, without personal data; at most 7 kB. It may
    /// be lost.
    pub fn tell(&self, note: String) {
        if let Some(notes) = &self.notes {
            let _ = notes.try_send(note);
        }
    }

    /// Whether other processes may work on the same database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.notes.is_some()
    }

    /// This process, among those that share the database.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// A number that rises whenever a topic changes, or an agent: what was read before it rose may
    /// be out of date. Changes of other nodes count once they are told of by [`Self::changed`].
    #[must_use]
    pub fn n_changes(&self, subject: desk::Subject) -> u64 {
        match subject {
            desk::Subject::Topic => self.writer.health.n_topic_changes.load(Ordering::Acquire),
            _ => self.writer.health.n_agent_changes.load(Ordering::Acquire),
        }
    }

    /// Another node changed something of that sort.
    pub fn changed(&self, subject: desk::Subject) {
        self.writer.health.changed(subject);
    }

    /// How the store is doing.
    #[must_use]
    pub fn health(&self) -> Health {
        let health = &self.writer.health;
        Health {
            n_waiting: health.n_waiting.load(Ordering::Relaxed),
            n_commits: health.n_commits.load(Ordering::Relaxed),
            n_batches: health.n_batches.load(Ordering::Relaxed),
            n_refused: health.n_refused.load(Ordering::Relaxed),
            is_full: health.is_full.load(Ordering::Relaxed),
            is_lost: health.is_lost.load(Ordering::Relaxed),
        }
    }

    /// Runs `work` on the writing connection between two batches.
    pub(crate) async fn errand<T, F>(&self, work: F) -> Result<T, CommitError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.writer.send(Request::Errand(Box::new(move |connection: &mut Connection| {
            let _ = answer.send(work(connection));
        })))?;
        match answered.await {
            Ok(result) => result.map_err(|failure| crate::batch::refusal(&failure)),
            Err(_) => Err(CommitError::Failed("the writer stopped".to_owned())),
        }
    }

    /// Runs `work`, which looks up few rows, on a reading connection. In a file that takes less
    /// than the way to another thread and back.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Outcome<T> + Send + 'static,
    {
        if self.is_shared() {
            return self.read_long(work).await;
        }
        let _permit = self.permit().await?;
        let connection = self.readers.take();
        let found = work(&connection);
        self.readers.give_back(connection);
        Ok(found?)
    }

    async fn permit(&self) -> Result<SemaphorePermit<'_>, ReadError> {
        let acquiring = tokio::time::timeout(ANSWER_MAX, self.readers.permits.acquire());
        match acquiring.await {
            Ok(permit) => permit.map_err(|_| ReadError::Failed("closed".to_owned())),
            Err(_) => Err(ReadError::Lost("all connections wait for an answer".to_owned())),
        }
    }

    /// Runs `work` on a reading connection, off the async threads; once more when the connection
    /// broke.
    pub(crate) async fn read_long<T, F>(&self, work: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Outcome<T> + Send + 'static,
    {
        let _permit = self.permit().await?;
        let readers = Arc::clone(&self.readers);
        let reading = tokio::task::spawn_blocking(move || {
            let mut connection = readers.take();
            let result = readers.work(&mut connection, work);
            readers.give_back(connection);
            result
        });
        match reading.await {
            Ok(result) => Ok(result?),
            // The program ends, and whoever waits for this with it; that is no failure to report.
            Err(stopped) if stopped.is_cancelled() => std::future::pending().await,
            Err(panicked) => Err(ReadError::Failed(panicked.to_string())),
        }
    }
}

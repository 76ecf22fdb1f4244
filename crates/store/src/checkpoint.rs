//! Moves what a file's write-ahead log holds into the file, beside the writer: at the end of a
//! batch it would keep everybody waiting for the disk.

use std::{
    path::Path,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use crate::connection::{Connection, Outcome};

/// Between two looks, so that pages which change often are written once.
const PAUSE: Duration = Duration::from_millis(100);
/// After a failure, such as a full disk.
const FAILED_PAUSE: Duration = Duration::from_secs(2);
/// Pages in the log from which on the writer begins it anew; it grows as long as nobody does.
const LONG: i64 = 16_384;

/// The thread ends with this value.
pub(crate) struct Checkpointer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    woken: Condvar,
    /// Held while pages are moved.
    work: Mutex<()>,
    is_long: AtomicBool,
}

#[derive(Default)]
struct State {
    is_due: bool,
    is_over: bool,
}

impl Checkpointer {
    /// For the database in a file, which the writer has opened.
    pub(crate) fn start(path: &Path) -> Outcome<Self> {
        let connection = Connection::sqlite_writer(path)?;
        let shared = Arc::<Shared>::default();
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || theirs.run(&connection))
            .expect("a thread can be started while the program starts");
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The log has grown.
    pub(crate) fn wake(&self) {
        self.shared.state().is_due = true;
        self.shared.woken.notify_one();
    }

    /// Whether the writer should begin the log anew.
    pub(crate) fn is_long(&self) -> bool {
        self.shared.is_long.load(Ordering::Relaxed)
    }

    /// The writer has.
    pub(crate) fn is_short_again(&self) {
        self.shared.is_long.store(false, Ordering::Relaxed);
    }

    /// Nothing is moved for as long as the value lives.
    pub(crate) fn hold(&self) -> MutexGuard<'_, ()> {
        self.shared.work.lock().expect("no code panics while it holds this lock")
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.shared.state().is_over = true;
        self.shared.woken.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic has been printed; there is nothing more to do about it here.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code panics while it holds this lock")
    }

    fn run(&self, connection: &Connection) {
        while self.is_due() {
            let moved = {
                let _work = self.work.lock().expect("no code panics while it holds this lock");
                connection.move_log()
            };
            let pause = match moved {
                Ok(n_pages) => {
                    if n_pages >= LONG {
                        self.is_long.store(true, Ordering::Relaxed);
                    }
                    PAUSE
                }
                Err(failure) => {
                    tracing::warn!(%failure, "the write-ahead log was not moved");
                    FAILED_PAUSE
                }
            };
            let state = self.state();
            let is_going_on = |state: &mut State| !state.is_over;
            drop(self.woken.wait_timeout_while(state, pause, is_going_on));
        }
    }

    /// Waits until there is something to do; false when there never will be again.
    fn is_due(&self) -> bool {
        let is_idle = |state: &mut State| !state.is_due && !state.is_over;
        let state = self.woken.wait_while(self.state(), is_idle);
        let mut state = state.expect("no code panics while it holds this lock");
        state.is_due = false;
        !state.is_over
    }
}

//! The desk at work: its store, its clock, what it knows, and the use cases' common steps.

use std::{
    collections::HashMap,
    future::Future,
    ops::Range,
    sync::{Arc, OnceLock, RwLock, atomic::AtomicBool},
};

use channels::{Hooks, Reach};
use desk::{CustomerId, DeskSettings, Time, Topic, TopicId};
use store::{Change, Commit, CommitError, Committed, Store};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::{
    Caller, Clock, Listening, Result, ServiceError, Typing,
    brain::{Brain, Kept},
    letters::Mail,
    levels::{Books, rules},
    listeners::Listeners,
    live::LiveChange,
    models::Reading,
    playbook::Playbook,
};

/// How often a use case decides again before it gives up; each time somebody else got through.
const ATTEMPTS_MAX: usize = 20;

/// The desk. Cloning is cheap; all clones are the same desk.
#[derive(Clone)]
pub struct Service {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) brain: Arc<RwLock<Arc<Brain>>>,
    playbook: Arc<Playbook>,
    /// What reads messages besides the rules.
    pub(crate) reading: Arc<Reading>,
    pub(crate) mail: Option<Mail>,
    /// There is a letter to be sent.
    pub(crate) letters: Arc<Notify>,
    /// Where webhooks may be.
    pub(crate) hook_reach: Reach,
    /// Tells them; made when the first one is there.
    pub(crate) hooks: Arc<OnceLock<std::result::Result<Hooks, String>>>,
    /// Why the mailbox cannot be read at this moment.
    pub(crate) mailbox_fault: Arc<RwLock<Option<String>>>,
    /// One learns at a time, so that what was read first is never kept over what was read later.
    pub(crate) learning: Arc<tokio::sync::Mutex<()>>,
    /// True once the desk has learnt for the first time.
    pub(crate) has_learnt: watch::Sender<bool>,
    pub(crate) topics: Arc<Kept<Arc<HashMap<TopicId, Topic>>>>,
    pub(crate) available: Arc<Kept<bool>>,
    pub(crate) settings: Arc<RwLock<Option<Arc<DeskSettings>>>>,
    /// The ledger as far as this process has folded it.
    pub(crate) books: Books,
    /// Somebody has set up the desk.
    pub(crate) has_owner: Arc<AtomicBool>,
    pub(crate) setup_key: Arc<String>,
    pub(crate) live: Listeners<LiveChange>,
    pub(crate) typing: Listeners<Typing>,
    /// Examples changed here: learn, and note when.
    pub(crate) retrain: Arc<Notify>,
    /// Topics or articles changed on another node: learn.
    pub(crate) relearn: Arc<Notify>,
    /// Numbers of conversations that this process may give.
    numbers: Arc<tokio::sync::Mutex<Range<i64>>>,
}

/// What a desk has besides its store; by default nothing, and it works.
#[derive(Clone, Debug, Default)]
pub struct Equipment {
    /// Procedures that it follows.
    pub playbook: Playbook,
    /// Language models that read messages.
    pub reading: Reading,
    /// A mail server.
    pub mail: Option<Mail>,
    /// Webhooks may be addresses inside this network.
    pub hooks_reach_anywhere: bool,
}

/// Numbers taken at once; those that a stopping process has left are lost.
const NUMBERS: i64 = 50;

impl Service {
    /// Opens the desk on a store: from then on it learns the topics, answers what waits, and keeps
    /// going until it is dropped. `speed` is the desk clock's.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open(store: Store, speed: f64) -> Result<Self> {
        Self::open_with(store, speed, Equipment::default()).await
    }

    /// Opens a desk that has more than its store.
    ///
    /// # Errors
    /// As [`Service::open`].
    pub async fn open_with(store: Store, speed: f64, equipment: Equipment) -> Result<Self> {
        let Equipment { playbook, reading, mail, hooks_reach_anywhere } = equipment;
        let hook_reach = if hooks_reach_anywhere { Reach::Anywhere } else { Reach::Public };
        let seen = store.last_seq().await?;
        let last = store.journal_after(seen - 1, 1).await?;
        let not_before = last.first().map_or(Time(0), |entry| entry.at);
        let settings = store.desk().await?.map(Arc::new);
        let has_owner = Arc::new(AtomicBool::new(!store.agents().await?.is_empty()));
        let service = Self {
            store,
            clock: Clock::new(speed, not_before),
            brain: Arc::new(RwLock::new(Arc::new(Brain::empty()))),
            playbook: Arc::new(playbook),
            reading: Arc::new(reading),
            mail,
            letters: Arc::default(),
            hook_reach,
            hooks: Arc::default(),
            mailbox_fault: Arc::default(),
            learning: Arc::default(),
            has_learnt: watch::channel(false).0,
            topics: Arc::default(),
            available: Arc::default(),
            settings: Arc::new(RwLock::new(settings)),
            books: Arc::new(tokio::sync::Mutex::new(balance::Fold::new(rules()))),
            has_owner,
            setup_key: Arc::new(crate::secrets::token()),
            live: Listeners::new(),
            typing: Listeners::new(),
            retrain: Arc::default(),
            relearn: Arc::default(),
            numbers: Arc::default(),
        };
        service.note_reading().await?;
        service.start_live(seen);
        service.start_work();
        service.start_retraining();
        service.start_letters();
        service.start_fetching();
        Ok(service)
    }

    /// Waits until the desk has learnt its topics and articles for the first time, which takes a
    /// second or two after it was opened; what can be understood only then waits here.
    pub async fn learnt(&self) {
        // The sender is in this very value, so the wait never ends for want of one.
        let _ = self.has_learnt.subscribe().wait_for(|has_learnt| *has_learnt).await;
    }

    /// Whether it has.
    #[must_use]
    pub fn has_learnt(&self) -> bool {
        *self.has_learnt.borrow()
    }

    /// The desk's time.
    #[must_use]
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The desk's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How the store is doing.
    #[must_use]
    pub fn health(&self) -> store::Health {
        self.store.health()
    }

    /// Somebody is writing, as it happens: anywhere, or in a customer's conversations.
    #[must_use]
    pub fn typing(&self, customer: Option<CustomerId>) -> Listening<Typing> {
        self.typing.listen(customer)
    }

    /// The settings.
    ///
    /// # Errors
    /// `Conflict` before the desk is set up.
    pub fn settings(&self) -> Result<Arc<DeskSettings>> {
        let settings = self.settings.read().expect("no code panics while it holds this lock");
        settings.clone().ok_or(ServiceError::Conflict {
            detail: "This desk is not set up yet.".to_owned(),
            hint: "Open the set-up link that the program printed when it started.",
        })
    }

    pub(crate) async fn reload_settings(&self) -> Result<()> {
        let settings = self.store.desk().await?.map(Arc::new);
        *self.settings.write().expect("no code panics while it holds this lock") = settings;
        Ok(())
    }

    /// The next conversation's number. One that a failed commit took is not given again.
    pub(crate) async fn next_number(&self) -> Result<i64> {
        let mut numbers = self.numbers.lock().await;
        if numbers.is_empty() {
            let first = self.store.take_numbers(NUMBERS).await?;
            *numbers = first..first + NUMBERS;
        }
        Ok(numbers.next().expect("there are numbers again"))
    }

    pub(crate) fn playbook(&self) -> Arc<Playbook> {
        Arc::clone(&self.playbook)
    }

    pub(crate) fn brain(&self) -> Arc<Brain> {
        Arc::clone(&self.brain.read().expect("no code panics while it holds this lock"))
    }

    /// A commit in the caller's name, now.
    pub(crate) fn begin(&self, caller: &Caller) -> Commit {
        Commit::new(self.now(), caller.actor())
    }

    /// Commits in the caller's name; the idempotency key is used up in the same transaction.
    pub(crate) async fn commit(&self, caller: &Caller, mut commit: Commit) -> Result<Committed> {
        if let Some(remembered) = caller.remembered(Clock::real()) {
            commit.changes.insert(0, Change::Remember(remembered));
        }
        Ok(self.store.commit(commit).await?)
    }
}

/// Loads, decides and commits again for as long as somebody else was first.
pub(crate) async fn retry<T, F, Fut>(attempt: F) -> Result<T>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    for _ in 0..ATTEMPTS_MAX {
        match attempt().await {
            Err(ServiceError::Stale) => {}
            result => return result,
        }
    }
    Err(ServiceError::Busy)
}

/// How long to wait after so many failures in a row: twice as long after each, up to a limit.
pub(crate) fn back_off(first_ms: i64, n_failures: i64, max_ms: i64) -> i64 {
    let doublings = u32::try_from(n_failures.clamp(0, 20)).unwrap_or(0);
    first_ms.saturating_mul(1 << doublings).min(max_ms)
}

/// Something unique is taken by a commit that came between: decide again.
pub(crate) fn taken_is_stale(error: ServiceError) -> ServiceError {
    match error {
        ServiceError::Conflict { .. } => ServiceError::from(CommitError::Conflict),
        other => other,
    }
}

/// A new UUIDv7.
pub(crate) fn new_id() -> Uuid {
    Uuid::now_v7()
}

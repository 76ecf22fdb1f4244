//! Keeps the balance: folds the ledger, looks at it each day, and makes the topics follow.

use std::sync::Arc;

use balance::{Disagreement, Fact, Fold, Head, LevelDecision, Row, Rules, VERSION};
use desk::{Actor, Brake, Kind, Role, Topic, TopicId, limits};
use privacy::{Masked, RawText};
use store::Commit;
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    Caller, Result, Service, ServiceError,
    house::retry,
    incoming::required,
    ledger::{note, note_at},
};

const DAY_MS: i64 = 24 * 3_600_000;
/// Rows read at once.
const PAGE: usize = 10_000;
/// Days that are looked at afterwards when the desk was off.
const DAYS_MAX: i64 = 60;
/// A share that differs by less is not told anew: a harm cap moves it with each case.
const SHARE_STEP: f64 = 0.005;

/// The ledger as far as this process has folded it.
pub(crate) type Books = Arc<Mutex<Fold>>;

/// What a replay found.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// Rows folded.
    pub n_rows: i64,
    /// Decisions by evidence.
    pub n_decisions: usize,
    /// Where stored and computed part, if they do.
    pub disagreement: Option<Disagreement>,
    /// How long it took.
    pub seconds: f64,
}

/// A desk's rules; an owner who wants others sets them for each topic.
#[must_use]
pub fn rules() -> Rules {
    Rules::default()
}

impl Service {
    /// The fold of all rows so far.
    ///
    /// # Errors
    /// When a row cannot be read, or a number is missing.
    pub async fn fold(&self) -> Result<MutexGuard<'_, Fold>> {
        let mut fold = self.books.lock().await;
        self.read_ledger(&mut fold).await?;
        Ok(fold)
    }

    async fn read_ledger(&self, fold: &mut Fold) -> Result<()> {
        loop {
            let page = self.store.ledger_after(fold.seq(), PAGE).await?;
            for row in &page {
                let row = read_row(row)?;
                fold.take(&row).map_err(|fault| ServiceError::Internal(fault.to_string()))?;
            }
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// Looks at days that are over, and makes the topics follow what the rows say. Two nodes may do
    /// it at once: one of them commits.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_balance(&self) -> Result<()> {
        if self.settings().is_err() {
            return Ok(());
        }
        retry(|| async {
            let mut fold = self.books.lock().await;
            self.read_ledger(&mut fold).await?;
            self.end_days(&fold).await?;
            // The topics first: what another node decides after this changes a version that was
            // read here, and what it decided before is among the rows.
            let topics = self.store.topics().await?;
            self.read_ledger(&mut fold).await?;
            self.follow(&fold, topics).await
        })
        .await
    }

    async fn end_days(&self, fold: &Fold) -> Result<()> {
        // Without a case or a level there is nothing to look at.
        if fold.topics().is_empty() {
            return Ok(());
        }
        let today = self.now().0.div_euclid(DAY_MS);
        let first = fold.day().map_or(today, |day| day + 1).max(today - DAYS_MAX);
        if first > today {
            return Ok(());
        }
        let n_topics = self.store.topics().await?.iter().filter(|topic| !topic.is_archived).count();
        let mut commit = Commit::new(self.now(), Actor::System);
        for day in first..=today {
            note(&mut commit, &Fact::Day { day, n_topics });
        }
        self.store.commit(commit).await?;
        Ok(())
    }

    /// Topics are a cache of the fold; what it decided is kept beside the rows it follows from.
    async fn follow(&self, fold: &Fold, topics: Vec<Topic>) -> Result<()> {
        let pending: Vec<&LevelDecision> = fold.pending().collect();
        let mut commit = Commit::new(self.now(), Actor::System);
        let mut after = Vec::new();
        for topic in topics.clone() {
            let decision = pending.iter().rev().find(|decision| decision.topic == topic.id);
            let changed = followed(fold, topic.clone(), decision.copied(), commit.at);
            // A decision that leaves its topic as it is takes the version all the same.
            if let Some(topic) = changed.or_else(|| decision.map(|_| topic)) {
                after.push(topic.clone());
                commit.change(Kind::TopicLevelSet, topic);
            }
        }
        for decision in pending {
            note(&mut commit, &Fact::Decided(decision.clone()));
        }
        if !commit.changes.is_empty() {
            self.open_for_fall(&mut commit, &topics, &after, false).await?;
            self.store.commit(commit).await?;
        }
        Ok(())
    }

    /// Writes a past into a ledger that is empty, and makes the topics follow; one that has rows
    /// stays as it is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn write_past(&self, rows: &[Row]) -> Result<()> {
        if self.store.last_ledger_seq().await? > 0 {
            return Ok(());
        }
        // Nobody ends days or decides by half of it: whoever keeps the balance waits for the books.
        let books = self.books.lock().await;
        for portion in rows.chunks(PAGE) {
            let mut commit = Commit::new(self.now(), Actor::System);
            for row in portion {
                note_at(&mut commit, Some(desk::Time(row.at)), &row.fact);
            }
            self.store.commit(commit).await?;
        }
        drop(books);
        self.keep_balance().await
    }

    /// Folds the whole ledger anew, and compares each decision with the one that was kept.
    ///
    /// # Errors
    /// `Forbidden`; when a row cannot be read.
    pub async fn replay_ledger(&self, caller: &Caller) -> Result<Replayed> {
        caller.agent()?;
        let began = std::time::Instant::now();
        let mut fold = Fold::new(rules());
        self.read_ledger(&mut fold).await?;
        Ok(Replayed {
            n_rows: fold.seq(),
            n_decisions: fold.told().iter().filter(|told| !told.is_by_hand).count(),
            disagreement: fold.disagreement().cloned(),
            seconds: began.elapsed().as_secs_f64(),
        })
    }

    /// A lead pulls the brake: from the next message on people answer everything.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid`, `TooLong`.
    pub async fn brake(&self, caller: &Caller, reason: RawText) -> Result<()> {
        self.set_brake(caller, reason, true).await
    }

    /// A lead takes the brake off.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid`, `TooLong`.
    pub async fn release_brake(&self, caller: &Caller, reason: RawText) -> Result<()> {
        self.set_brake(caller, reason, false).await
    }

    async fn set_brake(&self, caller: &Caller, reason: RawText, is_on: bool) -> Result<()> {
        let agent_id = caller.at_least(Role::Lead)?.id;
        let reason = required("reason", reason, limits::DESCRIPTION_CHARS_MAX)?;
        retry(|| async {
            let mut desk =
                self.store.desk().await?.ok_or(ServiceError::NotFound { what: "desk" })?;
            if desk.brake.is_some() == is_on {
                return Ok(());
            }
            let mut commit = self.begin(caller);
            let words = reason.as_str().to_owned();
            let fact = if is_on {
                Fact::Frozen { by: Some(agent_id), reason: words }
            } else {
                Fact::Thawed { by: Some(agent_id), reason: words }
            };
            note(&mut commit, &fact);
            if is_on {
                let topics = self.store.topics().await?;
                self.open_for_fall(&mut commit, &topics, &topics, true).await?;
            } else if let Some(brake) = &desk.brake {
                self.withdraw_offers(&mut commit, brake.at).await?;
            }
            desk.brake =
                is_on.then(|| Brake { at: commit.at, by: Some(agent_id), reason: reason.clone() });
            commit.change(Kind::DeskChanged, desk);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        self.reload_settings().await
    }

    /// What an exported ledger begins with.
    ///
    /// # Errors
    /// When the desk is not set up.
    pub fn ledger_head(&self) -> Result<Head> {
        let settings = self.settings()?;
        let seed = settings.draw_seed.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Head { ledger: VERSION, rules: rules(), seed })
    }
}

/// A stored row as the fold takes it.
///
/// # Errors
/// `Internal` when it is no fact of this release.
pub fn read_row(row: &store::LedgerRow) -> Result<Row> {
    let fact = serde_json::from_str(&row.data)
        .map_err(|error| ServiceError::Internal(format!("ledger row {}: {error}", row.seq)))?;
    Ok(Row { seq: row.seq, at: row.at.0, fact })
}

/// The topic as the fold has it; none where it is so already.
fn followed(
    fold: &Fold,
    topic: Topic,
    decision: Option<&LevelDecision>,
    at: desk::Time,
) -> Option<Topic> {
    let track = fold.track(topic.id)?;
    let day = fold.day().unwrap_or(0);
    let share = match track.level() {
        desk::Level::Off | desk::Level::Shadow => topic.share,
        _ if track.is_adopted() => topic.share,
        _ => track.share().min(limits::SHARE_MAX),
    };
    let (level, epoch, review_share) = (track.level(), track.epoch(), track.review_share(day));
    let is_same = level == topic.level
        && epoch == topic.epoch
        && track.is_by_hand() == topic.is_by_hand
        && (share - topic.share).abs() < SHARE_STEP
        && (review_share - topic.review_share).abs() < SHARE_STEP;
    if is_same && decision.is_none() {
        return None;
    }
    let mut changed =
        Topic { level, epoch, share, review_share, is_by_hand: track.is_by_hand(), ..topic };
    if let Some(decision) = decision {
        changed.level_reason = Masked::own_words(decision.reason.clone());
        changed.level_set_by = None;
        changed.level_set_at = Some(at);
    }
    Some(changed)
}

/// The settings of a topic as a person gives them.
pub(crate) fn setting(topic: &Topic, by: Option<desk::AgentId>) -> Fact {
    Fact::Set {
        topic: topic.id,
        level: topic.level,
        share: topic.share,
        by_evidence: !topic.is_by_hand,
        margin: topic.margin,
        ceiling: topic.ceiling,
        by,
        reason: topic.level_reason.as_str().to_owned(),
    }
}

/// What the assistant knows of these topics has changed.
pub(crate) fn changed(commit: &mut Commit, topics: &[TopicId], what: &str) {
    if !topics.is_empty() {
        note(commit, &Fact::Changed { topics: topics.to_vec(), what: what.to_owned() });
    }
}

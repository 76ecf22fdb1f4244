//! What happens, as it happens: each journal row with its subject's current form, read once for
//! all who look.

use std::sync::{Arc, atomic::Ordering};

use desk::{CustomerId, Entry, Subject};
use store::{Listed, LiveBatch, Record, Written};
use tokio::sync::broadcast::error::RecvError;

use crate::{Listening, Result, Service, ServiceError};

/// Journal rows read at once to catch up.
const CATCH_UP_MAX: usize = 1_000;

/// A journal row and the current form of what it is about; `None` when that is gone.
#[derive(Debug, Clone)]
pub struct LiveChange {
    /// The row.
    pub entry: Arc<Entry>,
    /// The form.
    pub form: Option<Arc<Form>>,
}

/// A record as screens show it.
#[derive(Debug, Clone)]
pub enum Form {
    /// A conversation with its names, and its last handoff.
    Conversation(Box<Listed>, Option<Box<desk::Handoff>>),
    /// A message with its author's name.
    Message(Box<Written>),
    /// Any other record.
    Record(Box<Record>),
}

/// The database was lost before something could be told.
struct Lost;

type Told = std::result::Result<(), Lost>;

impl Service {
    /// Changes from now on: all of them, or those that are a customer's.
    #[must_use]
    pub fn live(&self, customer: Option<CustomerId>) -> Listening<LiveChange> {
        self.live.listen(customer)
    }

    /// The last journal row's number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_seq(&self) -> Result<i64> {
        Ok(self.store.last_seq().await?)
    }

    /// The rows after `seq` with their current forms, at most `limit` of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn changes_after(&self, seq: i64, limit: usize) -> Result<Vec<LiveChange>> {
        let mut changes = Vec::new();
        for entry in self.store.journal_after(seq, limit).await? {
            changes.push(self.look_up(entry).await?);
        }
        Ok(changes)
    }

    /// `seen` is a journal row from before anybody could listen; what came since is told.
    pub(crate) fn start_live(&self, mut seen: i64) {
        let service = self.clone();
        let mut batches = self.store.live();
        let mut heard = self.store.heard();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    batch = batches.recv() => match batch {
                        Ok(batch) => seen = service.pass_on(batch, seen).await,
                        // Too far behind: the journal has them all.
                        Err(RecvError::Lagged(_)) => seen = service.catch_up(seen).await,
                        Err(RecvError::Closed) => return,
                    },
                    Ok(note) = heard.recv() => service.hear(&note).await,
                }
            }
        });
    }

    /// Tells a batch; what other nodes wrote before it is read from the journal first. Returns the
    /// last number that was told.
    async fn pass_on(&self, batch: LiveBatch, mut seen: i64) -> i64 {
        match batch.entries.first() {
            Some(first) if first.seq <= seen + 1 => {}
            _ => return self.catch_up(seen).await,
        }
        for entry in batch.entries.iter() {
            if entry.seq > seen {
                if self.tell(entry.clone()).await.is_err() {
                    return seen;
                }
                seen = entry.seq;
            }
        }
        seen
    }

    /// Tells what the journal has after `seen`; returns the last number that was told.
    async fn catch_up(&self, mut seen: i64) -> i64 {
        loop {
            let entries = match self.store.journal_after(seen, CATCH_UP_MAX).await {
                Ok(entries) => entries,
                Err(error) => {
                    tracing::warn!(%error, "the journal is not heard");
                    return seen;
                }
            };
            let is_all = entries.len() < CATCH_UP_MAX;
            for entry in entries {
                let seq = entry.seq;
                if self.take_over(&entry).await.is_err() || self.tell(entry).await.is_err() {
                    return seen;
                }
                seen = seq;
            }
            if is_all {
                return seen;
            }
        }
    }

    /// Tells an entry, unless the database is lost: nobody may miss it, so it is told from the
    /// journal when the next look finds the database again.
    async fn tell(&self, entry: Entry) -> Told {
        let seq = entry.seq;
        if !self.live.are_there() {
            return Ok(());
        }
        match self.look_up(entry).await {
            Ok(change) => self.live.tell(change.entry.customer_id, change),
            Err(ServiceError::Lost) => return Err(Lost),
            Err(error) => tracing::error!(%error, seq, "not told live"),
        }
        Ok(())
    }

    /// What another node changed and this one keeps in memory is read anew.
    async fn take_over(&self, entry: &Entry) -> Told {
        self.store.changed(entry.subject);
        let outcome = match entry.subject {
            Subject::Desk => self.reload_settings().await,
            Subject::Article | Subject::Topic => {
                self.relearn.notify_one();
                Ok(())
            }
            Subject::Agent => {
                self.has_owner.store(true, Ordering::Relaxed);
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = outcome {
            if error == ServiceError::Lost {
                return Err(Lost);
            }
            tracing::error!(%error, "a change of another node was not taken over");
        }
        Ok(())
    }

    async fn look_up(&self, entry: Entry) -> Result<LiveChange> {
        let form = self.form_of(entry.subject, &entry.subject_id).await?;
        Ok(LiveChange { entry: Arc::new(entry), form: form.map(Arc::new) })
    }

    async fn form_of(&self, subject: Subject, id: &str) -> Result<Option<Form>> {
        fn record<T: Into<Record>>(found: Option<T>) -> Option<Form> {
            found.map(|found| Form::Record(Box::new(found.into())))
        }
        let wrong = |_| crate::ServiceError::Internal(format!("the journal names {id}"));
        Ok(match subject {
            Subject::Conversation => {
                let id = id.parse().map_err(wrong)?;
                let handoff = self.store.last_handoff(id).await?.map(Box::new);
                let listed = self.store.listed(id).await?;
                listed.map(|listed| Form::Conversation(Box::new(listed), handoff))
            }
            Subject::Message => {
                let written = self.store.message(id.parse().map_err(wrong)?).await?;
                written.map(|written| Form::Message(Box::new(written)))
            }
            Subject::Case => record(self.store.case(id.parse().map_err(wrong)?).await?),
            Subject::Worker => record(self.store.worker(id.parse().map_err(wrong)?).await?),
            Subject::Shift => record(self.store.shift(id.parse().map_err(wrong)?).await?),
            Subject::Application => {
                record(self.store.application(id.parse().map_err(wrong)?).await?)
            }
            Subject::Call => record(self.store.call(id.to_owned()).await?),
            Subject::Handoff => record(self.store.handoff(id.parse().map_err(wrong)?).await?),
            Subject::Customer => record(self.store.customer(id.parse().map_err(wrong)?).await?),
            Subject::Topic => record(self.store.topic(id.parse().map_err(wrong)?).await?),
            Subject::Article => record(self.store.article(id.parse().map_err(wrong)?).await?),
            Subject::Agent => record(self.store.agent(id.parse().map_err(wrong)?).await?),
            Subject::Inbox => record(self.store.inbox(id.parse().map_err(wrong)?).await?),
            Subject::Desk => record(self.store.desk().await?),
        })
    }
}

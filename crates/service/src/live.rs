//! What happens, as it happens: each journal row with its subject's current form, read once for
//! all who look.

use std::sync::Arc;

use desk::{Entry, Subject};
use store::{Listed, Record, Written};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{Result, Service};

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

impl Service {
    /// Changes from now on.
    #[must_use]
    pub fn live(&self) -> Receiver<LiveChange> {
        self.live.subscribe()
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

    pub(crate) fn start_live(&self) {
        let service = self.clone();
        let mut batches = self.store.live();
        tokio::spawn(async move {
            let mut seen = service.store.last_seq().await.unwrap_or(0);
            loop {
                let entries = match batches.recv().await {
                    Ok(entries) => entries.to_vec(),
                    // Too far behind: the journal has them all.
                    Err(RecvError::Lagged(_)) => {
                        service.store.journal_after(seen, usize::MAX).await.unwrap_or_default()
                    }
                    Err(RecvError::Closed) => return,
                };
                for entry in entries {
                    if entry.seq <= seen {
                        continue;
                    }
                    seen = entry.seq;
                    if service.live.receiver_count() == 0 {
                        continue;
                    }
                    match service.look_up(entry).await {
                        // Nobody listens any more: they will catch up from the journal.
                        Ok(change) => drop(service.live.send(change)),
                        Err(error) => tracing::error!(%error, seq = seen, "not told live"),
                    }
                }
            }
        });
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

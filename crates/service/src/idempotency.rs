//! Requests that are carried out once, however often they are sent.

use store::{Change, Commit};

use crate::{Caller, Result, Service, ServiceError, secrets};

/// What is known of a request's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// Nothing: carry it out.
    New,
    /// It was carried out; this was its answer (status, JSON).
    Answer(u16, String),
    /// It runs, or the desk stopped before its answer was kept, or the answer was dropped because
    /// it held a piece of a card number.
    Unknown,
    /// The key came with another request.
    OtherRequest,
}

impl Service {
    /// A keyed hash of a request, from which nothing can be guessed.
    ///
    /// # Errors
    /// `Conflict` before the desk is set up.
    pub fn fingerprint(&self, method: &str, path: &str, body: &[u8]) -> Result<String> {
        let settings = self.settings()?;
        let parts = [method.as_bytes(), b" ", path.as_bytes(), b" ", body];
        Ok(secrets::keyed_hash(&settings.fingerprint_key, &parts))
    }

    /// What is known of the caller's key.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn replay(&self, caller: &Caller) -> Result<Replay> {
        let Some(idempotency) = &caller.idempotency else { return Ok(Replay::New) };
        let known = self.store.remembered(caller.scope(), idempotency.key.clone()).await?;
        Ok(match known {
            None => Replay::New,
            Some(known) if known.fingerprint != idempotency.fingerprint => Replay::OtherRequest,
            Some(known) => match known.answer {
                Some((status, body)) => Replay::Answer(status, body),
                None => Replay::Unknown,
            },
        })
    }

    /// Keeps the answer of a request that was carried out.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_answer(&self, caller: &Caller, status: u16, body: String) -> Result<()> {
        let Some(idempotency) = &caller.idempotency else { return Ok(()) };
        let mut commit = Commit::new(self.now(), caller.actor());
        commit.push(Change::RememberAnswer {
            scope: caller.scope(),
            key: idempotency.key.clone(),
            status,
            body,
        });
        self.store.commit(commit).await.map_err(ServiceError::from)?;
        Ok(())
    }
}

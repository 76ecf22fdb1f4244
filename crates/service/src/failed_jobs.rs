//! Work that was given up, for those who look after the desk: seen, tried again, or dropped.

use desk::{JobId, Role};
use store::{Change, JobFailure};

use crate::{Caller, Clock, Result, Service, ServiceError};

/// The latest ones are shown.
const SHOWN_MAX: usize = 100;
/// A job that was due before this long ago, and that nobody works on, is stuck.
const STUCK_MS: i64 = 60_000;

/// Whether the desk does its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkState {
    /// Jobs that wait, are stuck, and were given up.
    pub jobs: store::JobCounts,
    /// The disk is full: reading goes on, nothing is written.
    pub is_read_only: bool,
    /// The database could not be reached at the last attempt.
    pub is_database_lost: bool,
}

impl Service {
    /// The latest hundred jobs that were given up.
    ///
    /// # Errors
    /// `Forbidden` below a lead.
    pub async fn failed_jobs(&self, caller: &Caller) -> Result<Vec<JobFailure>> {
        caller.at_least(Role::Lead)?;
        Ok(self.store.dead_jobs(SHOWN_MAX).await?)
    }

    /// Tries one again, at once and as often as the first time.
    ///
    /// # Errors
    /// `Forbidden`; `NotFound` when it is not among those shown, such as after somebody else
    /// tried it again.
    pub async fn retry_failed_job(&self, caller: &Caller, id: JobId) -> Result<()> {
        self.change_failed_job(caller, id, Change::ReviveJob(id, Clock::real())).await?;
        let service = self.clone();
        tokio::spawn(async move { service.do_jobs(1).await });
        Ok(())
    }

    /// Drops one for good; the conversation stays as it is.
    ///
    /// # Errors
    /// As for trying again.
    pub async fn drop_failed_job(&self, caller: &Caller, id: JobId) -> Result<()> {
        self.change_failed_job(caller, id, Change::DropJob(id)).await
    }

    async fn change_failed_job(&self, caller: &Caller, id: JobId, change: Change) -> Result<()> {
        let failed = self.failed_jobs(caller).await?;
        if !failed.iter().any(|failed| failed.job.id == id) {
            return Err(ServiceError::NotFound { what: "failed job" });
        }
        let mut commit = self.begin(caller);
        commit.push(change);
        match self.commit(caller, commit).await {
            Err(ServiceError::Stale) => Err(ServiceError::NotFound { what: "failed job" }),
            other => other.map(|_| ()),
        }
    }

    /// Whether the desk does its work.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn work_state(&self) -> Result<WorkState> {
        let health = self.store.health();
        Ok(WorkState {
            jobs: self.store.job_counts(Clock::real().plus_ms(-STUCK_MS)).await?,
            is_read_only: health.is_full,
            is_database_lost: health.is_lost,
        })
    }
}

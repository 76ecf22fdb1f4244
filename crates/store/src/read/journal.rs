//! The journal, the jobs, and the requests that must not run twice.

use desk::{Entry, JobId, Time};

use super::{ReadError, n_rows};
use crate::{
    Job, JobKind, Store,
    connection::Outcome,
    rows,
    value::{Row, values},
};

/// What is known of a request that carried an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotentAnswer {
    /// Keyed hash of the first request.
    pub fingerprint: String,
    /// Its answer: status and JSON; `None` while it runs, or when the desk stopped before it
    /// could be kept.
    pub answer: Option<(u16, String)>,
}

/// A job that was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct JobFailure {
    /// The job.
    pub job: Job,
    /// Why it failed the last time.
    pub failure: Option<String>,
    /// When it was given up, in real time.
    pub died_at: Time,
    /// The number of its conversation.
    pub conversation_number: i64,
}

/// How many jobs there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// They wait, or somebody works on them.
    pub n_open: i64,
    /// Of these: due for long, and nobody works on them.
    pub n_stuck: i64,
    /// Given up.
    pub n_failed: i64,
}

impl Store {
    /// The last journal row's number; 0 when there is none.
    pub async fn last_seq(&self) -> Result<i64, ReadError> {
        let sql = "select value as n from counters where name = 'journal'";
        self.read(move |c| c.number(sql, &values![])).await
    }

    /// Journal rows after `seq`, in order.
    pub async fn journal_after(&self, seq: i64, limit: usize) -> Result<Vec<Entry>, ReadError> {
        let sql = "select * from journal where seq > ?1 order by seq limit ?2";
        self.read_long(move |c| c.all(sql, &values![seq, n_rows(limit)], rows::entry)).await
    }

    /// Whether this node still has the job.
    pub async fn has_job(&self, id: JobId) -> Result<bool, ReadError> {
        let sql = "select count(*) as n from jobs where id = ?1 and leased_by = ?2";
        let node = self.node().to_owned();
        self.read(move |c| Ok(c.number(sql, &values![id.to_string(), &node])? > 0)).await
    }

    /// How many jobs this node works on.
    pub async fn n_own_jobs(&self) -> Result<i64, ReadError> {
        let sql = "select count(*) as n from jobs where leased_by = ?1";
        let node = self.node().to_owned();
        self.read(move |c| c.number(sql, &values![&node])).await
    }

    /// How many jobs there are. Stuck are those that were due, and no longer leased, before
    /// `stuck_before` (real time): somebody should have taken them.
    pub async fn job_counts(&self, stuck_before: Time) -> Result<JobCounts, ReadError> {
        let sql = "select count(*) filter (where died_at is null) as n_open, \
            count(*) filter (where died_at is null and due_at < ?1 and leased_until < ?1) \
              as n_stuck, \
            count(*) filter (where died_at is not null) as n_failed from jobs";
        let found = self
            .read(move |c| {
                c.first(sql, &values![stuck_before], |row| {
                    Ok(JobCounts {
                        n_open: row.get("n_open")?,
                        n_stuck: row.get("n_stuck")?,
                        n_failed: row.get("n_failed")?,
                    })
                })
            })
            .await?;
        Ok(found.unwrap_or_default())
    }

    /// Jobs that were given up, the latest first.
    pub async fn dead_jobs(&self, limit: usize) -> Result<Vec<JobFailure>, ReadError> {
        let sql = "select jobs.*, conversations.number as number from jobs \
            join conversations on conversations.id = jobs.conversation_id \
            where died_at is not null order by died_at desc, jobs.id limit ?1";
        self.read(move |c| {
            c.all(sql, &values![n_rows(limit)], |row| {
                Ok(JobFailure {
                    job: job(row)?,
                    failure: row.get("failure")?,
                    died_at: rows::time(row, "died_at")?,
                    conversation_number: row.get("number")?,
                })
            })
        })
        .await
    }

    /// What is known of a request with that key.
    pub async fn remembered(
        &self,
        scope: String,
        key: String,
    ) -> Result<Option<IdempotentAnswer>, ReadError> {
        let sql = "select fingerprint, status, body from idempotency \
                   where scope = ?1 and key = ?2";
        self.read(move |c| {
            c.first(sql, &values![&scope, &key], |row| {
                let status: Option<i64> = row.get("status")?;
                let status = status.and_then(|status| u16::try_from(status).ok());
                let body: Option<String> = row.get("body")?;
                Ok(IdempotentAnswer {
                    fingerprint: row.get("fingerprint")?,
                    answer: status.zip(body),
                })
            })
        })
        .await
    }
}

pub(crate) fn job(row: &Row<'_>) -> Outcome<Job> {
    Ok(Job {
        id: rows::id(row, "id")?,
        kind: rows::word(row, "kind", JobKind::parse)?,
        conversation_id: rows::id(row, "conversation_id")?,
        message_id: rows::id(row, "message_id")?,
        n_attempts: row.get("n_attempts")?,
        due_at: rows::time(row, "due_at")?,
        leased_until: rows::time(row, "leased_until")?,
    })
}

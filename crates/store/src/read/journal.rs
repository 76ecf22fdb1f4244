//! The journal, the jobs that wait, and the requests that must not run twice.

use desk::{Entry, Time};
use rusqlite::params;

use super::{ReadError, all, first};
use crate::{Job, JobKind, Store, rows};

/// What is known of a request that carried an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotentAnswer {
    /// Keyed hash of the first request.
    pub fingerprint: String,
    /// Its answer: status and JSON; `None` while it runs, or when the desk stopped before it
    /// could be kept.
    pub answer: Option<(u16, String)>,
}

impl Store {
    /// The last journal row's number; 0 when there is none.
    pub async fn last_seq(&self) -> Result<i64, ReadError> {
        let sql = "select value from counters where name = 'journal'";
        Ok(self.read(move |c| first(c, sql, [], |row| row.get(0))).await?.unwrap_or(0))
    }

    /// The highest number that a conversation has; 1000 when there is none.
    pub async fn last_number(&self) -> Result<i64, ReadError> {
        let sql = "select coalesce(max(number), 1000) from conversations";
        Ok(self.read(move |c| first(c, sql, [], |row| row.get(0))).await?.unwrap_or(1_000))
    }

    /// Journal rows after `seq`, in order.
    pub async fn journal_after(&self, seq: i64, limit: usize) -> Result<Vec<Entry>, ReadError> {
        let sql = "select * from journal where seq > ?1 order by seq limit ?2";
        self.read(move |c| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            all(c, sql, params![seq, limit], rows::entry)
        })
        .await
    }

    /// Jobs that may be done at `now` (real time), longest due first.
    pub async fn due_jobs(&self, now: Time, limit: usize) -> Result<Vec<Job>, ReadError> {
        let sql = "select * from jobs where due_at <= ?1 order by due_at, id limit ?2";
        self.read(move |c| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            all(c, sql, params![now.0, limit], |row| {
                Ok(Job {
                    id: rows::id(row, "id")?,
                    kind: rows::word(row, "kind", JobKind::parse)?,
                    conversation_id: rows::id(row, "conversation_id")?,
                    message_id: rows::id(row, "message_id")?,
                    n_attempts: row.get("n_attempts")?,
                    due_at: rows::time(row, "due_at")?,
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
            first(c, sql, params![scope, key], |row| {
                let status: Option<u16> = row.get("status")?;
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

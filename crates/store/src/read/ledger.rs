//! The ledger's rows, and the answers that wait for a review.

use desk::{AgentId, Review, ReviewId, Time};

use super::{ReadError, n_rows};
use crate::{LedgerRow, Store, rows, value::values};

/// How far the reviews are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReviewCounts {
    /// They wait for somebody.
    pub n_open: i64,
    /// Of these, this agent may take them.
    pub n_for_agent: i64,
    /// This agent has done so many.
    pub n_done: i64,
}

impl Store {
    /// Ledger rows after `seq`, in order.
    pub async fn ledger_after(&self, seq: i64, limit: usize) -> Result<Vec<LedgerRow>, ReadError> {
        let sql = "select seq, at, data from ledger where seq > ?1 order by seq limit ?2";
        self.read_long(move |c| c.all(sql, &values![seq, n_rows(limit)], rows::ledger_row)).await
    }

    /// The last ledger row's number; 0 when there is none.
    pub async fn last_ledger_seq(&self) -> Result<i64, ReadError> {
        let sql = "select value as n from counters where name = 'ledger'";
        self.read(move |c| c.number(sql, &values![])).await
    }

    /// The answer that this agent shall review next: the oldest that is not their own, and that
    /// nobody else looks at now; what they left to others comes last.
    pub async fn next_review(
        &self,
        agent: AgentId,
        now: Time,
    ) -> Result<Option<Review>, ReadError> {
        let sql = "select * from reviews where reviewed_at is null \
            and (author_id is null or author_id <> ?1) \
            and (claimed_by is null or claimed_by = ?1 or claimed_until < ?2) \
            order by case when claimed_by = ?1 and claimed_until = 0 then 1 else 0 end, \
            created_at, id limit 1";
        self.read(move |c| c.first(sql, &values![agent.to_string(), now], rows::review)).await
    }

    /// A review.
    pub async fn review(&self, id: ReviewId) -> Result<Option<Review>, ReadError> {
        let sql = "select * from reviews where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::review)).await
    }

    /// How many answers wait for a review, and how many this agent has done.
    pub async fn review_counts(&self, agent: AgentId) -> Result<ReviewCounts, ReadError> {
        let open = "select count(*) as n_open, \
            count(*) filter (where author_id is null or author_id <> ?1) as n_for_agent \
            from reviews where reviewed_at is null";
        let done = "select count(*) as n from reviews \
            where reviewed_at is not null and reviewed_by = ?1";
        self.read(move |c| {
            let agent = agent.to_string();
            let counts = c.first(open, &values![&agent], |row| {
                Ok(ReviewCounts {
                    n_open: row.get("n_open")?,
                    n_for_agent: row.get("n_for_agent")?,
                    n_done: 0,
                })
            })?;
            let n_done = c.number(done, &values![&agent])?;
            Ok(ReviewCounts { n_done, ..counts.unwrap_or_default() })
        })
        .await
    }
}

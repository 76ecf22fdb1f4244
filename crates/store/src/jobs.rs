//! Small errands on the writing connection: taking jobs, taking numbers.

use desk::Time;

use crate::{CommitError, Job, Store, read::job, value::values};

/// No job is put off for longer than this.
pub const PUT_OFF_MS_MAX: i64 = 120_000;

impl Store {
    /// Takes jobs that are due at `now` and that nobody works on, until `lease_until`; both are
    /// real times. Two nodes never take the same one.
    ///
    /// A job that is due later than any that was put off now, or leased for twice as long as
    /// asked for here, is taken too: the clock by which that was written has been set back. Twice,
    /// since two nodes' clocks may differ.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn claim_jobs(
        &self,
        now: Time,
        lease_until: Time,
        limit: usize,
    ) -> Result<Vec<Job>, CommitError> {
        let node = self.node().to_owned();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let due_max = now.plus_ms(PUT_OFF_MS_MAX);
        let lease_max = lease_until.plus_ms(lease_until.0 - now.0);
        self.errand(move |c| {
            let values = values![&node, lease_until, now, due_max, lease_max, limit];
            c.all(c.claim_sql(), &values, job)
        })
        .await
    }

    /// Gives back what this node has leased, so that others need not wait for the leases to end.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn release_jobs(&self) -> Result<(), CommitError> {
        let sql = "update jobs set leased_by = null, leased_until = 0 where leased_by = ?1 \
                   returning 1 as n";
        let node = self.node().to_owned();
        self.errand(move |c| c.all(sql, &values![&node], |_| Ok(())).map(|_| ())).await
    }

    /// Takes the next `n` numbers for conversations; returns the first. Numbers that a stopped
    /// node did not use are not given again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn take_numbers(&self, n: i64) -> Result<i64, CommitError> {
        let sql = "update counters set value = value + ?1 where name = 'number' \
                   returning value as n";
        let last = self.errand(move |c| c.number(sql, &values![n])).await?;
        Ok(last - n + 1)
    }
}

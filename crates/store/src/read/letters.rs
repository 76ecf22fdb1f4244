//! Letters that go out, and the links in them.

use desk::{AgentId, ConversationId, Letter, LetterId, LetterState, Time};

use super::{ReadError, n_rows};
use crate::{CommitError, Store, rows, value::values};

/// No letter is put off for longer than this.
pub const LETTER_PUT_OFF_MS_MAX: i64 = 4 * 3_600_000;

/// How many letters there are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LetterCounts {
    /// Still to be sent.
    pub n_waiting: i64,
    /// Sent in the last thirty days.
    pub n_sent: i64,
    /// Given up in the last thirty days.
    pub n_failed: i64,
}

impl Store {
    /// Takes letters that are due at `now`, for this node alone until `lease_until`; both are real
    /// times. As with jobs, one that is due later than any was put off now, or leased for twice as
    /// long, was so by a clock that has been set back, and is taken too.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn claim_letters(
        &self,
        now: Time,
        lease_until: Time,
        limit: usize,
    ) -> Result<Vec<Letter>, CommitError> {
        self.errand(move |c| {
            let due_max = now.plus_ms(LETTER_PUT_OFF_MS_MAX);
            let lease_max = lease_until.plus_ms(lease_until.0 - now.0);
            let values = values![now, lease_until, n_rows(limit), due_max, lease_max];
            c.all(c.claim_letters_sql(), &values, rows::letter)
        })
        .await
    }

    /// The position of the last message of a conversation that its customer was given; 0 for none.
    pub async fn seen(&self, id: ConversationId) -> Result<i64, ReadError> {
        let sql = "select cast(coalesce(max(position), 0) as bigint) as n from seen \
            where conversation_id = ?1";
        self.read(move |c| c.number(sql, &values![id.to_string()])).await
    }

    /// The conversation of this number.
    pub async fn conversation_by_number(
        &self,
        number: i64,
    ) -> Result<Option<ConversationId>, ReadError> {
        let sql = "select id from conversations where number = ?1";
        self.read(move |c| c.first(sql, &values![number], |row| rows::id(row, "id"))).await
    }

    /// Letters that have not left: those given up first, then those that wait, oldest first.
    pub async fn unsent_letters(&self, limit: usize) -> Result<Vec<Letter>, ReadError> {
        let sql = "select * from letters where state in ('waiting', 'failed') order by state, created_at, id \
            limit ?1";
        self.read(move |c| c.all(sql, &values![n_rows(limit)], rows::letter)).await
    }

    /// A letter.
    pub async fn letter(&self, id: LetterId) -> Result<Option<Letter>, ReadError> {
        let sql = "select * from letters where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::letter)).await
    }

    /// How many letters there are.
    pub async fn letter_counts(&self) -> Result<LetterCounts, ReadError> {
        let sql = "select state, count(*) as n from letters group by state";
        let counted = self
            .read(move |c| {
                c.all(sql, &values![], |row| {
                    Ok((row.get::<String>("state")?, row.get::<i64>("n")?))
                })
            })
            .await?;
        let of = |state: LetterState| {
            counted.iter().find(|(word, _)| word == state.as_str()).map_or(0, |(_, n)| *n)
        };
        Ok(LetterCounts {
            n_waiting: of(LetterState::Waiting),
            n_sent: of(LetterState::Sent),
            n_failed: of(LetterState::Failed),
        })
    }

    /// Whose password a link is for, if it has not ended at `now` (real time).
    pub async fn password_link(
        &self,
        token_hash: String,
        now: Time,
    ) -> Result<Option<AgentId>, ReadError> {
        let sql = "select agent_id from password_links where token_hash = ?1 and expires_at > ?2";
        self.read(move |c| {
            c.first(sql, &values![&token_hash, now], |row| rows::id(row, "agent_id"))
        })
        .await
    }
}

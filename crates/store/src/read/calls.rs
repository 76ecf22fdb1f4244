//! Procedures on their way, calls of tools, and what models were asked.

use desk::{Call, ConversationId, MessageId, ModelUse};

use super::{ReadError, n_rows};
use crate::{Store, rows, value::values};

/// What calls of one day hold of the limits, and the version by which it is reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Guards the reservation.
    pub version: i64,
    /// Minor units that all customers' calls hold.
    pub desk: i64,
    /// Of these the customer's.
    pub customer: i64,
}

impl Store {
    /// Where a conversation stands in its procedures, as JSON; `None` when in none.
    pub async fn progress(&self, id: ConversationId) -> Result<Option<String>, ReadError> {
        let sql = "select state from progress where conversation_id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], |row| row.get("state"))).await
    }

    /// How the assistant came to a message, as JSON; `None` of others, and when it was long ago.
    pub async fn trace(&self, id: MessageId) -> Result<Option<String>, ReadError> {
        let sql = "select steps from traces where message_id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], |row| row.get("steps"))).await
    }

    /// What models were asked since a day, newest day first.
    pub async fn model_uses(&self, since: i32) -> Result<Vec<ModelUse>, ReadError> {
        let sql = "select * from model_uses where day >= ?1 order by day desc, model";
        self.read(move |c| c.all(sql, &values![i64::from(since)], rows::model_use)).await
    }

    /// A call.
    pub async fn call(&self, key: String) -> Result<Option<Call>, ReadError> {
        let sql = "select * from calls where id = ?1";
        self.read(move |c| c.first(sql, &values![&key], rows::call)).await
    }

    /// A conversation's calls, oldest first.
    pub async fn calls_of(&self, id: ConversationId) -> Result<Vec<Call>, ReadError> {
        let sql = "select * from calls where conversation_id = ?1 order by created_at, id";
        self.read(move |c| c.all(sql, &values![id.to_string()], rows::call)).await
    }

    /// Calls that wait for people to approve them, oldest first.
    pub async fn calls_to_approve(&self, limit: usize) -> Result<Vec<Call>, ReadError> {
        let sql = "select * from calls where state = 'proposed' and n_missing > 0 \
            order by created_at, id limit ?1";
        self.read(move |c| c.all(sql, &values![n_rows(limit)], rows::call)).await
    }

    /// What other calls than `but` hold of a day's limits. The version is read first: whoever
    /// reserves in between makes it old.
    pub async fn budget(
        &self,
        day: i32,
        customer: String,
        but: String,
    ) -> Result<Budget, ReadError> {
        let version = "select value as n from counters where name = 'calls'";
        let held = "select cast(coalesce(sum(amount), 0) as bigint) as desk, \
            cast(coalesce(sum(case when customer = ?2 then amount else 0 end), 0) as bigint) \
            as customer from calls where day = ?1 and amount > 0 and id <> ?3 \
            and state not in ('proposed', 'failed')";
        self.read(move |c| {
            let version = c.number(version, &values![])?;
            let held = c.first(held, &values![i64::from(day), &customer, &but], |row| {
                Ok((row.get("desk")?, row.get("customer")?))
            })?;
            let (desk, customer) = held.unwrap_or_default();
            Ok(Budget { version, desk, customer })
        })
        .await
    }
}

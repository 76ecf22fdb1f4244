//! Customers and their cases.

use desk::{Case, CaseId, Customer, CustomerId, Time, TopicId};

use super::ReadError;
use crate::{
    Store,
    connection::{Connection, Outcome},
    rows,
    value::values,
};

pub(super) const CASE: &str = "select cases.*, arm, propensity, is_eligible, is_randomised, \
    level, draft_is_shown, draft_propensity, epoch, review_is_drawn, review_propensity, reason, \
    assignments.at as at \
    from cases join assignments on assignments.case_id = cases.id";

impl Store {
    /// A customer.
    pub async fn customer(&self, id: CustomerId) -> Result<Option<Customer>, ReadError> {
        let sql = "select * from customers where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::customer)).await
    }

    /// The customer whom the site knows by that key.
    pub async fn customer_by_external_id(
        &self,
        external_id: String,
    ) -> Result<Option<Customer>, ReadError> {
        let sql = "select * from customers where external_id = ?1";
        self.read(move |c| c.first(sql, &values![&external_id], rows::customer)).await
    }

    /// The newest case of a customer on a topic that was opened after `since`.
    pub async fn case_since(
        &self,
        customer_id: CustomerId,
        topic_id: Option<TopicId>,
        since: Time,
    ) -> Result<Option<Case>, ReadError> {
        self.read(move |c| {
            let sql = format!(
                "{CASE} where customer_id = ?1 and topic_id is not distinct from ?2 and opened_at > ?3 \
                 order by opened_at desc limit 1"
            );
            let topic_id = topic_id.map(|id| id.to_string());
            let found =
                c.first(&sql, &values![customer_id.to_string(), topic_id, since.0], rows::case)?;
            found.map(|case| with_conversations(c, case)).transpose()
        })
        .await
    }

    /// A case.
    pub async fn case(&self, id: CaseId) -> Result<Option<Case>, ReadError> {
        self.read(move |c| {
            let sql = format!("{CASE} where cases.id = ?1");
            let found = c.first(&sql, &values![id.to_string()], rows::case)?;
            found.map(|case| with_conversations(c, case)).transpose()
        })
        .await
    }
}

pub(super) fn with_conversations(connection: &Connection, case: Case) -> Outcome<Case> {
    let conversation_ids = connection.all(
        "select conversation_id from contacts where case_id = ?1 order by at, conversation_id",
        &values![case.id.to_string()],
        |row| rows::id(row, "conversation_id"),
    )?;
    Ok(Case { conversation_ids, ..case })
}

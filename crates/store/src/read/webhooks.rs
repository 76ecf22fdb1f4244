//! Webhooks, their deliveries, and tokens of programs.

use desk::{ApiToken, Delivery, DeliveryId, Time, Webhook, WebhookId};

use super::{ReadError, n_rows};
use crate::{CommitError, Store, rows, value::values};

/// How many deliveries of a webhook there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// Still to be told.
    pub n_waiting: i64,
    /// Told, of those that are kept.
    pub n_delivered: i64,
    /// Given up, of those that are kept.
    pub n_failed: i64,
}

impl Store {
    /// All webhooks, oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, ReadError> {
        self.read(|c| c.all("select * from webhooks order by id", &values![], rows::webhook)).await
    }

    /// A webhook.
    pub async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, ReadError> {
        let sql = "select * from webhooks where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::webhook)).await
    }

    /// Takes deliveries whose webhook may be asked at `now`, for this node alone until
    /// `lease_until`; both are real times. One that is leased for twice as long was so by a clock
    /// that has been set back, and is taken too; so is a webhook that was put off for longer than
    /// `put_off_ms_max`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn claim_deliveries(
        &self,
        now: Time,
        lease_until: Time,
        put_off_ms_max: i64,
        limit: usize,
    ) -> Result<Vec<Delivery>, CommitError> {
        self.errand(move |c| {
            let lease_max = lease_until.plus_ms(lease_until.0 - now.0);
            let retry_max = now.plus_ms(put_off_ms_max);
            let values = values![now, lease_until, lease_max, retry_max, n_rows(limit)];
            c.all(c.claim_deliveries_sql(), &values, rows::delivery)
        })
        .await
    }

    /// The latest deliveries of a webhook: given up ones first.
    pub async fn deliveries(
        &self,
        id: WebhookId,
        limit: usize,
    ) -> Result<Vec<Delivery>, ReadError> {
        let sql = "select * from deliveries where webhook_id = ?1 \
            order by case state when 'failed' then 0 else 1 end, seq desc limit ?2";
        self.read(move |c| c.all(sql, &values![id.to_string(), n_rows(limit)], rows::delivery))
            .await
    }

    /// A delivery.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, ReadError> {
        let sql = "select * from deliveries where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::delivery)).await
    }

    /// How many deliveries a webhook has.
    pub async fn delivery_counts(&self, id: WebhookId) -> Result<DeliveryCounts, ReadError> {
        let sql = "select count(*) filter (where state = 'waiting') as n_waiting, \
            count(*) filter (where state = 'delivered') as n_delivered, \
            count(*) filter (where state = 'failed') as n_failed \
            from deliveries where webhook_id = ?1";
        let counts = self
            .read(move |c| {
                c.first(sql, &values![id.to_string()], |row| {
                    Ok(DeliveryCounts {
                        n_waiting: row.get("n_waiting")?,
                        n_delivered: row.get("n_delivered")?,
                        n_failed: row.get("n_failed")?,
                    })
                })
            })
            .await?;
        Ok(counts.unwrap_or_default())
    }

    /// All tokens of programs, oldest first.
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>, ReadError> {
        self.read(|c| c.all("select * from api_tokens order by id", &values![], rows::api_token))
            .await
    }

    /// The token of that hash, if it has not ended at `now` (real time).
    pub async fn api_token(
        &self,
        token_hash: String,
        now: Time,
    ) -> Result<Option<ApiToken>, ReadError> {
        let sql = "select * from api_tokens where token_hash = ?1 and expires_at > ?2";
        self.read(move |c| c.first(sql, &values![&token_hash, now], rows::api_token)).await
    }
}

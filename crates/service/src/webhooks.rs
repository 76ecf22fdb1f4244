//! Other systems are told what happens: each journal row once for each webhook that wants it, again
//! and again until it is taken or given up.

use std::{sync::Arc, time::Instant};

use channels::{Hooks, Told, Untold};
use desk::{Agent, Delivery, DeliveryId, DeliveryState, Kind, Role, Webhook, WebhookId};
use store::{Change, Commit, DeliveryCounts};

use crate::{
    Caller, Clock, LiveChange, Result, Service, ServiceError,
    house::{back_off, new_id},
    secrets,
};

/// The first wait before a webhook that failed is asked again; it doubles with each failure.
const RETRY_MS: i64 = 5_000;
/// The longest such wait.
const RETRY_MAX_MS: i64 = 2 * 3_600_000;
/// What could not be told by then is given up.
const GIVE_UP_MS: i64 = 3 * 24 * 3_600_000;
/// Longer than telling takes.
const LEASE_MS: i64 = 60_000;
/// Journal rows that are looked at in one go.
const AT_ONCE: usize = 500;
/// Deliveries that are told at the same time.
const TOLD_AT_ONCE: usize = 16;
/// As many as a list shows.
const LISTED_MAX: usize = 50;
/// Nobody has more systems than this.
const WEBHOOKS_MAX: usize = 50;
/// The longest address.
const URL_CHARS_MAX: usize = 500;
/// Says that it is gone for good.
const GONE: u16 = 410;

/// What changes of a webhook; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct WebhookChange {
    /// Where it is told.
    pub url: Option<String>,
    /// Of what; everything when it is empty.
    pub kinds: Option<Vec<Kind>>,
    /// Whether it is stopped for now.
    pub is_paused: Option<bool>,
    /// It gets a new secret.
    pub renews_secret: bool,
}

/// A delivery that is to be told now, to whom, and the change that it tells of.
#[derive(Debug)]
pub struct DueDelivery {
    /// Whom.
    pub webhook: Arc<Webhook>,
    /// Which.
    pub delivery: Delivery,
    /// The change; `None` when its row is not there.
    pub change: Option<LiveChange>,
}

/// How a test went.
#[derive(Debug, Clone)]
pub struct HookTrial {
    /// The answer's status, if there was one.
    pub status: Option<u16>,
    /// Why it failed.
    pub failure: Option<String>,
    /// How long it took.
    pub ms: u64,
}

impl Service {
    /// All webhooks with how they are doing.
    ///
    /// # Errors
    /// `Forbidden` for others than owners: they hold secrets.
    pub async fn webhooks(&self, caller: &Caller) -> Result<Vec<(Webhook, DeliveryCounts)>> {
        caller.at_least(Role::Owner)?;
        let mut all = Vec::new();
        for webhook in self.store.webhooks().await? {
            let counts = self.store.delivery_counts(webhook.id).await?;
            all.push((webhook, counts));
        }
        Ok(all)
    }

    /// A webhook with how it is doing.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn webhook(
        &self,
        caller: &Caller,
        id: WebhookId,
    ) -> Result<(Webhook, DeliveryCounts)> {
        caller.at_least(Role::Owner)?;
        let webhook = self.store.webhook(id).await?.ok_or(NOT_FOUND)?;
        Ok((webhook, self.store.delivery_counts(id).await?))
    }

    /// An owner has a system told what happens from now on.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` for an address that may not be called; `Conflict` when there are many.
    pub async fn add_webhook(
        &self,
        caller: &Caller,
        url: &str,
        kinds: Vec<Kind>,
    ) -> Result<WebhookId> {
        caller.at_least(Role::Owner)?;
        if self.store.webhooks().await?.len() >= WEBHOOKS_MAX {
            return Err(ServiceError::Conflict {
                detail: format!("There are {WEBHOOKS_MAX} webhooks already."),
                hint: "Remove one that nobody needs.",
            });
        }
        let webhook = Webhook {
            id: WebhookId(new_id()),
            url: self.hook_address(url)?,
            secret: secrets::token(),
            kinds,
            is_paused: false,
            seen: self.store.last_seq().await?,
            n_failures: 0,
            retry_at: desk::Time(0),
            created_at: Clock::real(),
        };
        let id = webhook.id;
        let mut commit = self.begin(caller);
        commit.push(Change::AddWebhook(webhook));
        self.commit(caller, commit).await?;
        Ok(id)
    }

    /// An owner changes it; it is asked again at once.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`.
    pub async fn change_webhook(
        &self,
        caller: &Caller,
        id: WebhookId,
        change: WebhookChange,
    ) -> Result<()> {
        caller.at_least(Role::Owner)?;
        let mut webhook = self.store.webhook(id).await?.ok_or(NOT_FOUND)?;
        if let Some(url) = change.url {
            webhook.url = self.hook_address(&url)?;
        }
        webhook.kinds = change.kinds.unwrap_or(webhook.kinds);
        webhook.is_paused = change.is_paused.unwrap_or(webhook.is_paused);
        if change.renews_secret {
            webhook.secret = secrets::token();
        }
        let mut commit = self.begin(caller);
        commit.push(Change::ChangeWebhook(webhook));
        self.commit(caller, commit).await?;
        Ok(())
    }

    /// An owner has a system told no more.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn drop_webhook(&self, caller: &Caller, id: WebhookId) -> Result<()> {
        self.webhook(caller, id).await?;
        let mut commit = self.begin(caller);
        commit.push(Change::DropWebhook(id));
        self.commit(caller, commit).await?;
        Ok(())
    }

    /// The latest deliveries of a webhook, those given up first.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn deliveries(&self, caller: &Caller, id: WebhookId) -> Result<Vec<Delivery>> {
        self.webhook(caller, id).await?;
        Ok(self.store.deliveries(id, LISTED_MAX).await?)
    }

    /// An owner has something told once more, under the id that it had.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`; `Conflict` where it is told anyway.
    pub async fn replay_delivery(
        &self,
        caller: &Caller,
        id: WebhookId,
        delivery_id: DeliveryId,
    ) -> Result<()> {
        self.webhook(caller, id).await?;
        let delivery = self.store.delivery(delivery_id).await?;
        let delivery = delivery.filter(|delivery| delivery.webhook_id == id);
        let delivery = delivery.ok_or(ServiceError::NotFound { what: "delivery" })?;
        if delivery.state == DeliveryState::Waiting {
            return Err(ServiceError::Conflict {
                detail: "This delivery is on its way.".to_owned(),
                hint: "Wait, or mend what keeps the other system from taking it.",
            });
        }
        let mut commit = self.begin(caller);
        commit.push(Change::ReviveDelivery(delivery_id, Clock::real()));
        commit.push(Change::PutOffWebhook(id, 0, desk::Time(0)));
        self.commit(caller, commit).await?;
        Ok(())
    }

    /// An owner tries whether a system takes what it is told.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn try_webhook(
        &self,
        caller: &Caller,
        id: WebhookId,
        body: &str,
    ) -> Result<HookTrial> {
        let (webhook, _) = self.webhook(caller, id).await?;
        let began = Instant::now();
        let told = self.tell_hook(&webhook, &new_id().to_string(), "ping", body).await;
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(match told {
            Ok(status) => HookTrial { status: Some(status), failure: None, ms },
            Err(Untold { status, why }) => HookTrial { status, failure: Some(why), ms },
        })
    }

    /// Writes down who has to be told what, from where each webhook was told last; a desk that is
    /// killed does it again, and each fact is one delivery.
    ///
    /// False where nobody wants to be told anything.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn note_deliveries(&self) -> Result<bool> {
        let webhooks = self.store.webhooks().await?;
        if webhooks.is_empty() {
            return Ok(false);
        }
        let last = self.store.last_seq().await?;
        for webhook in webhooks {
            let mut seen = webhook.seen;
            while seen < last {
                let entries = self.store.journal_after(seen, AT_ONCE).await?;
                let Some(end) = entries.last() else { break };
                seen = end.seq;
                let wanted = entries.iter().filter(|entry| {
                    !webhook.is_paused
                        && (webhook.kinds.is_empty() || webhook.kinds.contains(&entry.kind))
                });
                let now = Clock::real();
                let deliveries = wanted
                    .map(|entry| Delivery {
                        id: DeliveryId(new_id()),
                        webhook_id: webhook.id,
                        seq: entry.seq,
                        kind: entry.kind,
                        state: DeliveryState::Waiting,
                        n_attempts: 0,
                        status: None,
                        failure: None,
                        created_at: now,
                        finished_at: None,
                    })
                    .collect();
                let mut commit = Commit::new(self.now(), desk::Actor::System);
                commit.push(Change::NoteDeliveries(webhook.id, seen, deliveries));
                self.store.commit(commit).await?;
            }
        }
        Ok(true)
    }

    /// What is to be told now, by this node alone for a minute.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn due_deliveries(&self) -> Result<Vec<DueDelivery>> {
        let now = Clock::real();
        let lease_until = now.plus_ms(LEASE_MS);
        let claimed =
            self.store.claim_deliveries(now, lease_until, RETRY_MAX_MS, TOLD_AT_ONCE).await?;
        let mut due = Vec::new();
        let mut webhooks: Vec<Arc<Webhook>> = Vec::new();
        for delivery in claimed {
            let known = webhooks.iter().find(|webhook| webhook.id == delivery.webhook_id).cloned();
            let webhook = match known {
                Some(webhook) => webhook,
                None => {
                    let Some(webhook) = self.store.webhook(delivery.webhook_id).await? else {
                        continue;
                    };
                    webhooks.push(Arc::new(webhook));
                    Arc::clone(webhooks.last().expect("it was pushed just now"))
                }
            };
            let change = self.changes_after(delivery.seq - 1, 1).await?.pop();
            let change = change.filter(|change| change.entry.seq == delivery.seq);
            due.push(DueDelivery { webhook, delivery, change });
        }
        Ok(due)
    }

    /// Tells it, and notes how that went. Without a body there is nothing to tell any more.
    ///
    /// # Errors
    /// When the store fails; then it is told again, with the same id.
    pub async fn tell_delivery(&self, due: &DueDelivery, body: Option<String>) -> Result<()> {
        let DueDelivery { webhook, delivery, .. } = due;
        let told = match &body {
            Some(body) => {
                let id = delivery.id.to_string();
                self.tell_hook(webhook, &id, delivery.kind.as_str(), body).await.map(Some)
            }
            None => Ok(None),
        };
        let now = Clock::real();
        let mut commit = Commit::new(self.now(), desk::Actor::System);
        let finish = |state, status: Option<u16>, failure| Change::FinishDelivery {
            id: delivery.id,
            at: now,
            state,
            status: status.map(i64::from),
            failure,
        };
        match told {
            Ok(status) => {
                commit.push(finish(DeliveryState::Delivered, status, None));
                if webhook.n_failures > 0 {
                    commit.push(Change::PutOffWebhook(webhook.id, 0, desk::Time(0)));
                }
            }
            Err(Untold { status, why }) => {
                tracing::warn!(webhook = %webhook.id, why, "a webhook was not told");
                let is_over = now.ms_since(delivery.created_at) > GIVE_UP_MS;
                if is_over || status == Some(GONE) {
                    commit.push(finish(DeliveryState::Failed, status, Some(why)));
                } else {
                    let status = status.map(i64::from);
                    commit.push(Change::RetryDelivery { id: delivery.id, status, failure: why });
                    let wait = back_off(RETRY_MS, webhook.n_failures, RETRY_MAX_MS);
                    let n_failures = webhook.n_failures + 1;
                    commit.push(Change::PutOffWebhook(webhook.id, n_failures, now.plus_ms(wait)));
                }
            }
        }
        self.store.commit(commit).await?;
        Ok(())
    }

    /// For whom webhooks show what happens: an owner's view, without secrets.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn webhook_viewer(&self) -> Result<Option<Agent>> {
        let agents = self.store.agents().await?;
        let owner = agents.into_iter().find(|agent| agent.role == Role::Owner);
        Ok(owner.map(|owner| Agent { role: Role::Lead, ..owner }))
    }

    async fn tell_hook(
        &self,
        webhook: &Webhook,
        id: &str,
        event: &str,
        body: &str,
    ) -> std::result::Result<u16, Untold> {
        let hooks =
            self.hooks().map_err(|error| Untold { status: None, why: error.to_string() })?;
        let timestamp = Clock::real().0.div_euclid(1_000).to_string();
        let signed = [timestamp.as_bytes(), b".", body.as_bytes()];
        let signature = secrets::keyed_hash(webhook.secret.as_bytes(), &signed);
        let told = Told { id, event, timestamp: &timestamp, signature: &signature, body };
        hooks.tell(&webhook.url, told).await
    }

    fn hook_address(&self, url: &str) -> Result<String> {
        let hint = "Write it like https://hooks.example/evenkeel. Addresses inside your network are \
                    called when the desk is started with --webhooks-anywhere.";
        if url.chars().count() > URL_CHARS_MAX {
            return Err(ServiceError::TooLong { field: "url", n_max: URL_CHARS_MAX });
        }
        let address = self.hooks()?.address(url.trim());
        let address = address.map_err(|why| ServiceError::invalid("url", why, hint))?;
        Ok(address.into())
    }

    fn hooks(&self) -> Result<&Hooks> {
        let hooks = self
            .hooks
            .get_or_init(|| Hooks::new(self.hook_reach).map_err(|fault| fault.to_string()));
        hooks.as_ref().map_err(|fault| ServiceError::Internal(fault.clone()))
    }
}

const NOT_FOUND: ServiceError = ServiceError::NotFound { what: "webhook" };

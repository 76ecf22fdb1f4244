//! Systems that are told what happens, and tokens of programs that call.

use schemars::JsonSchema;
use serde::Serialize;
use store::DeliveryCounts;

use super::{optional_time, time};

#[derive(Serialize, JsonSchema)]
pub(crate) struct Webhook {
    id: String,
    url: String,
    /// Signs what it is told: hex HMAC-SHA-256 of timestamp, a dot and the body.
    secret: String,
    /// Kinds of events such as message.added; all of them when this is empty.
    events: Vec<&'static str>,
    paused: bool,
    waiting: i64,
    /// In the last 7 days.
    delivered: i64,
    /// In the last 7 days.
    failed: i64,
    /// It has failed so often in a row.
    n_failures: i64,
    /// It is asked again then, when it has failed.
    retry_at: Option<String>,
    created_at: String,
}

impl Webhook {
    pub(crate) fn new((webhook, counts): &(desk::Webhook, DeliveryCounts)) -> Self {
        let has_failed = webhook.n_failures > 0;
        Self {
            id: webhook.id.to_string(),
            url: webhook.url.clone(),
            secret: webhook.secret.clone(),
            events: webhook.kinds.iter().map(|kind| kind.as_str()).collect(),
            paused: webhook.is_paused,
            waiting: counts.n_waiting,
            delivered: counts.n_delivered,
            failed: counts.n_failed,
            n_failures: webhook.n_failures,
            retry_at: has_failed.then(|| time(webhook.retry_at)),
            created_at: time(webhook.created_at),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Delivery {
    /// The same however often it is told.
    id: String,
    /// The journal row that it tells of.
    seq: i64,
    event: &'static str,
    #[schemars(extend("enum" = ["waiting", "delivered", "failed"]))]
    state: &'static str,
    n_attempts: i64,
    /// The last answer's.
    status: Option<i64>,
    failure: Option<String>,
    created_at: String,
    finished_at: Option<String>,
}

impl From<&desk::Delivery> for Delivery {
    fn from(delivery: &desk::Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            seq: delivery.seq,
            event: delivery.kind.as_str(),
            state: delivery.state.as_str(),
            n_attempts: delivery.n_attempts,
            status: delivery.status,
            failure: delivery.failure.clone(),
            created_at: time(delivery.created_at),
            finished_at: optional_time(delivery.finished_at),
        }
    }
}

/// What another system is told.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WebhookEvent {
    /// The delivery's id, the same however often it is told.
    pub(crate) id: String,
    pub(crate) event: &'static str,
    /// When it happened, on the desk's clock.
    pub(crate) at: String,
    /// The journal row.
    pub(crate) seq: i64,
    #[schemars(extend("enum" = [
        "conversation", "message", "case", "handoff", "customer", "topic", "article", "agent",
        "inbox", "desk", "call", "worker", "shift",
        "application"
    ]))]
    pub(crate) subject: &'static str,
    pub(crate) subject_id: String,
    /// Of the form that is told, which is the present one; keep the higher version.
    pub(crate) version: i64,
    /// The subject's present form, as the API gives it.
    pub(crate) data: serde_json::Value,
}

/// What a webhook is told by its test.
#[derive(Serialize)]
pub(crate) struct Ping {
    pub(crate) event: &'static str,
    pub(crate) at: String,
}

/// How a test went.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WebhookTrial {
    status: Option<u16>,
    failure: Option<String>,
    milliseconds: u64,
}

impl From<service::HookTrial> for WebhookTrial {
    fn from(trial: service::HookTrial) -> Self {
        Self { status: trial.status, failure: trial.failure, milliseconds: trial.ms }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct ApiToken {
    id: String,
    name: String,
    /// In whose name it calls.
    agent_id: String,
    #[schemars(extend("enum" = ["read", "answer", "manage"]))]
    scope: &'static str,
    created_at: String,
    expires_at: String,
    /// To the day.
    used_at: Option<String>,
}

impl From<&desk::ApiToken> for ApiToken {
    fn from(token: &desk::ApiToken) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name.to_string(),
            agent_id: token.agent_id.to_string(),
            scope: token.scope.as_str(),
            created_at: time(token.created_at),
            expires_at: time(token.expires_at),
            used_at: optional_time(token.used_at),
        }
    }
}

/// A token that was made: it is told this once.
#[derive(Serialize, JsonSchema)]
pub(crate) struct NewApiToken {
    pub(crate) secret: String,
    pub(crate) token: ApiToken,
}

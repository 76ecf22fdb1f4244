//! What a Prometheus server reads at `/metrics`: counts and times, never words or names.

use std::{sync::atomic::Ordering, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use service::{Service, ServiceError};

use crate::{problem::Problem, state::Desk};

/// Bounds for how long answers take, in seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

pub(crate) struct Metrics {
    registry: Registry,
    // Counted as it happens.
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram>,
    streams: Family<StreamLabels, Gauge>,
    // Looked up when somebody reads.
    conversations: Family<ViewLabels, Gauge>,
    longest_wait_ms: Gauge,
    jobs: Family<JobLabels, Gauge>,
    model_questions: Family<ModelLabels, Gauge>,
    model_failures: Family<ModelLabels, Gauge>,
    model_tokens: Family<ModelLabels, Gauge>,
    waiting_commits: Gauge,
    is_read_only: Gauge,
    is_database_lost: Gauge,
    commits: Counter,
    batches: Counter,
    refused: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    /// The pattern, such as `/api/v1/topics/{id}`: addresses themselves are without number.
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StreamLabels {
    reader: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ViewLabels {
    view: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobLabels {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelLabels {
    model: String,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let seconds = (|| Histogram::new(SECONDS)) as fn() -> Histogram;
        let mut metrics = Self {
            registry: Registry::with_prefix("evenkeel"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            streams: Family::default(),
            conversations: Family::default(),
            longest_wait_ms: Gauge::default(),
            jobs: Family::default(),
            model_questions: Family::default(),
            model_failures: Family::default(),
            model_tokens: Family::default(),
            waiting_commits: Gauge::default(),
            is_read_only: Gauge::default(),
            is_database_lost: Gauge::default(),
            commits: Counter::default(),
            batches: Counter::default(),
            refused: Counter::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let all = &mut self.registry;
        all.register("http_requests", "Requests answered", self.requests.clone());
        let help = "Time until an answer began";
        all.register("http_request_seconds", help, self.seconds.clone());
        all.register("streams", "Event streams that are open", self.streams.clone());
        let help = "Open conversations by who answers";
        all.register("conversations", help, self.conversations.clone());
        let help = "Time that the longest waiting conversation has waited for a person";
        all.register("queue_longest_wait_ms", help, self.longest_wait_ms.clone());
        let help = "Jobs that are open, of these stuck, and given up";
        all.register("jobs", help, self.jobs.clone());
        let help = "Questions to language models today, of all nodes";
        all.register("model_questions_today", help, self.model_questions.clone());
        let help = "Of these without an answer";
        all.register("model_failures_today", help, self.model_failures.clone());
        let help = "Tokens used today, of all nodes";
        all.register("model_tokens_today", help, self.model_tokens.clone());
        let help = "Commits that wait to be written";
        all.register("store_waiting_commits", help, self.waiting_commits.clone());
        all.register("store_read_only", "The disk is full", self.is_read_only.clone());
        let help = "The database could not be reached";
        all.register("store_lost", help, self.is_database_lost.clone());
        all.register("store_commits", "Commits written", self.commits.clone());
        all.register("store_batches", "Transactions that they shared", self.batches.clone());
        let help = "Commits refused because too many waited";
        all.register("store_refused", help, self.refused.clone());
    }

    async fn look_up(&self, service: &Service) -> Result<(), ServiceError> {
        let (health, work) = (service.health(), service.work_state().await?);
        let now = service.at_this_moment().await?;
        for (view, n) in
            [("queue", now.n_waiting), ("assistant", now.n_ai), ("agent", now.n_with_agents)]
        {
            self.conversations.get_or_create(&ViewLabels { view }).set(n);
        }
        let longest = now.longest_since.map_or(0, |since| service.now().ms_since(since).max(0));
        self.longest_wait_ms.set(longest);
        for (state, n) in [
            ("open", work.jobs.n_open),
            ("stuck", work.jobs.n_stuck),
            ("failed", work.jobs.n_failed),
        ] {
            self.jobs.get_or_create(&JobLabels { state }).set(n);
        }
        // Yesterday's models are not today's.
        for family in [&self.model_questions, &self.model_failures, &self.model_tokens] {
            family.clear();
        }
        for used in service.models_today().await? {
            let label = ModelLabels { model: used.model };
            self.model_questions.get_or_create(&label).set(used.n_questions);
            self.model_failures.get_or_create(&label).set(used.n_failures);
            let tokens = used.tokens_in.saturating_add(used.tokens_out);
            self.model_tokens.get_or_create(&label).set(tokens);
        }
        self.waiting_commits.set(i64::try_from(health.n_waiting).unwrap_or(i64::MAX));
        self.is_read_only.set(i64::from(health.is_full));
        self.is_database_lost.set(i64::from(health.is_lost));
        // The store counts them itself.
        for (counter, n) in [
            (&self.commits, health.n_commits),
            (&self.batches, health.n_batches),
            (&self.refused, health.n_refused),
        ] {
            counter.inner().store(n, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Counts a stream for as long as the value lives.
    pub(crate) fn stream(&self, reader: &'static str) -> OpenStream {
        let gauge = self.streams.get_or_create(&StreamLabels { reader }).clone();
        gauge.inc();
        OpenStream(gauge)
    }
}

/// A stream that is open.
pub(crate) struct OpenStream(Gauge);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Around every route: counts the answer and, when the log is asked for it, tells of it.
pub(crate) async fn count(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    let route = route.unwrap_or_else(|| "other".to_owned());
    tracing::info!(%method, route, status, ms = took.as_secs_f64() * 1e3, "answered");
    let seconds = desk.metrics.seconds.get_or_create(&RouteLabels { route: route.clone() });
    seconds.observe(took.as_secs_f64());
    // An HTTP method is whatever the caller writes; only the known ones become labels.
    let method = match method.as_str() {
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" | "HEAD") => known,
        _ => "other",
    };
    let labels = RequestLabels { method: method.to_owned(), route, status };
    desk.metrics.requests.get_or_create(&labels).inc();
    response
}

/// `GET /metrics`, in the OpenMetrics text format.
pub(crate) async fn show(
    State(desk): State<Desk>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    may_read(desk.metrics_token.as_deref(), &headers)?;
    desk.metrics.look_up(&desk.service).await?;
    let mut text = String::new();
    encode(&mut text, &desk.metrics.registry).expect("a string takes all that is written");
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// Where a token is set, the reader must send it.
fn may_read(token: Option<&str>, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(token) = token else { return Ok(()) };
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match sent.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(sent) if service::is_same_secret(sent, token) => Ok(()),
        _ => Err(Problem::unauthenticated()),
    }
}

/// `GET /readyz`: whether requests can be served here.
pub(crate) async fn ready(State(desk): State<Desk>) -> Response {
    if *desk.stopped.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the desk stops").into_response();
    }
    // Asked, not remembered: nobody may have needed the database for a while.
    if desk.service.last_seq().await.is_err() || desk.service.health().is_lost {
        let why = "the database cannot be reached";
        return (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    }
    if !desk.service.has_learnt() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the desk still learns its articles")
            .into_response();
    }
    if desk.service.health().is_full {
        return "read only: the disk is full".into_response();
    }
    "ok".into_response()
}

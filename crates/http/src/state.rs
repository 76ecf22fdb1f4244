//! What every route has at hand.

use std::sync::Arc;

use service::{Sample, Service};
use tokio::sync::watch;

use crate::{limiter::Limiter, metrics::Metrics};

/// The desk behind the routes.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) service: Service,
    /// The sample shop that an owner may add.
    pub(crate) sample: Arc<Sample>,
    /// True once the desk stops: streams end.
    pub(crate) stopped: watch::Receiver<bool>,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) metrics: Arc<Metrics>,
    /// What a reader of the metrics must send; none where everybody may read them.
    pub(crate) metrics_token: Option<Arc<str>>,
}

impl Desk {
    pub(crate) fn new(service: Service, sample: Sample, stopped: watch::Receiver<bool>) -> Self {
        Self {
            service,
            sample: Arc::new(sample),
            stopped,
            limiter: Arc::new(Limiter::new()),
            metrics: Arc::new(Metrics::new()),
            metrics_token: std::env::var("EVENKEEL_METRICS_TOKEN").ok().map(Into::into),
        }
    }
}

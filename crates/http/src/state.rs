//! What every route has at hand.

use std::{ops::Deref, sync::Arc};

use service::{Sample, Service};
use tokio::sync::watch;

use crate::{limiter::Limiter, metrics::Metrics};

/// The desk behind the routes; each of them takes a clone.
#[derive(Clone)]
pub(crate) struct Desk(Arc<Hall>);

/// What they share.
pub(crate) struct Hall {
    pub(crate) service: Service,
    /// The sample shop that an owner may add.
    pub(crate) sample: Sample,
    /// True once the desk stops: streams end.
    pub(crate) stopped: watch::Receiver<bool>,
    pub(crate) limiter: Limiter,
    pub(crate) metrics: Metrics,
    /// Years are simulated for one caller at a time.
    pub(crate) simulating: tokio::sync::Mutex<()>,
    /// What a reader of the metrics must send; none where everybody may read them.
    pub(crate) metrics_token: Option<String>,
}

impl Desk {
    pub(crate) fn new(service: Service, sample: Sample, stopped: watch::Receiver<bool>) -> Self {
        Self(Arc::new(Hall {
            service,
            sample,
            stopped,
            limiter: Limiter::new(),
            metrics: Metrics::new(),
            simulating: tokio::sync::Mutex::new(()),
            metrics_token: std::env::var("EVENKEEL_METRICS_TOKEN").ok(),
        }))
    }
}

impl Deref for Desk {
    type Target = Hall;

    fn deref(&self) -> &Hall {
        &self.0
    }
}

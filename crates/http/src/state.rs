//! What every route has at hand.

use std::sync::Arc;

use service::{Sample, Service};
use tokio::sync::watch;

use crate::limiter::Limiter;

/// The desk behind the routes.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) service: Service,
    /// The sample shop that an owner may add.
    pub(crate) sample: Arc<Sample>,
    /// True once the desk stops: streams end.
    pub(crate) stopped: watch::Receiver<bool>,
    pub(crate) limiter: Arc<Limiter>,
}

impl Desk {
    pub(crate) fn new(service: Service, sample: Sample, stopped: watch::Receiver<bool>) -> Self {
        Self { service, sample: Arc::new(sample), stopped, limiter: Arc::new(Limiter::new()) }
    }
}

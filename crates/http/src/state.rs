//! What every route has at hand.

use std::sync::Arc;

use service::Service;
use tokio::sync::watch;

use crate::limiter::Limiter;

/// The desk behind the routes.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) service: Service,
    /// True once the desk stops: streams end.
    pub(crate) stopped: watch::Receiver<bool>,
    pub(crate) limiter: Arc<Limiter>,
}

impl Desk {
    pub(crate) fn new(service: Service, stopped: watch::Receiver<bool>) -> Self {
        Self { service, stopped, limiter: Arc::new(Limiter::new()) }
    }
}

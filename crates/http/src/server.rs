//! Accepts connections, drops those that say nothing, and stops without losing an answer.

use std::{future::Future, io, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use service::{Sample, Service};
use tokio::{net::TcpListener, sync::watch};

use crate::{herald, routes, state::Desk};

/// A connection that has not sent a whole request head by then is closed.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Answers under way are given this long when the desk stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// After a failed accept, such as too many open files, the desk catches its breath.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves the desk, which can be filled with the sample, until `stop` is done; then streams end,
/// and answers and work under way are finished.
///
/// # Errors
/// When the listener has no address.
pub async fn serve(
    service: Service,
    sample: Sample,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    listener.local_addr()?;
    let (stopping, stopped) = watch::channel(false);
    let desk = Desk::new(service.clone(), sample, stopped);
    herald::start(desk.clone());
    let app = routes::all(desk);
    let connections = GracefulShutdown::new();
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    tokio::pin!(stop);
    loop {
        let stream = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        // Small answers must not wait for more to come.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // A connection that breaks is the other side's business.
            let _ = connection.await;
        });
    }
    let _ = stopping.send(true);
    let _ = tokio::time::timeout(STOP_TIMEOUT, connections.shutdown()).await;
    service.finish_work().await;
    Ok(())
}

/// The routes alone, for tests that need no socket; webhooks are told.
pub fn router(service: Service, sample: Sample) -> Router {
    let (_, stopped) = watch::channel(false);
    let desk = Desk::new(service, sample, stopped);
    herald::start(desk.clone());
    routes::all(desk)
}

//! What the desk does by itself from time to time, in real time.

use std::time::Duration;

use desk::{Actor, limits};
use store::{Change, Commit};

use crate::{Clock, Result, Service};

const SWEEP: Duration = Duration::from_secs(5);
/// Before learning is tried again.
const LEARN_PAUSE: Duration = Duration::from_secs(1);
/// Learning waits this long for further examples.
const RETRAIN_WAIT: Duration = Duration::from_millis(400);
/// Jobs taken up in one sweep.
const JOBS_MAX: usize = 256;
/// An uploaded file that no message took is dropped after this time.
const FILE_MS: i64 = 24 * 3_600_000;
/// Letters that were sent or given up are shown so long.
const LETTER_MS: i64 = 30 * 24 * 3_600_000;
/// Deliveries that were told or given up are shown so long.
const DELIVERY_MS: i64 = 7 * 24 * 3_600_000;
/// Refused applications are kept so long, in case that somebody contests.
const APPLICATION_MS: i64 = 182 * 24 * 3_600_000;
/// Traces are for those who look into an answer, not for ever.
const TRACE_MS: i64 = 30 * 24 * 3_600_000;

impl Service {
    /// Learns, then looks from time to time for jobs that were left behind, idle conversations, old
    /// sessions and keys.
    pub(crate) fn start_work(&self) {
        let service = self.clone();
        tokio::spawn(async move {
            while let Err(error) = service.learn().await {
                tracing::error!(%error, "the topics could not be learnt");
                tokio::time::sleep(LEARN_PAUSE).await;
            }
            let mut ticks = tokio::time::interval(SWEEP);
            loop {
                ticks.tick().await;
                if let Err(error) = service.sweep().await {
                    tracing::error!(%error, "a sweep failed");
                }
            }
        });
    }

    async fn sweep(&self) -> Result<()> {
        self.do_jobs(JOBS_MAX).await?;
        self.close_idle().await?;
        self.keep_balance().await?;
        self.remind().await?;
        let now = Clock::real();
        let mut commit = Commit::new(self.now(), Actor::System);
        commit.push(Change::Sweep {
            letters_before: now.plus_ms(-LETTER_MS),
            applications_before: commit.at.plus_ms(-APPLICATION_MS),
            deliveries_before: now.plus_ms(-DELIVERY_MS),
            sessions_before: now,
            keys_before: now.plus_ms(-limits::IDEMPOTENCY_MS),
            files_before: now.plus_ms(-FILE_MS),
            traces_before: commit.at.plus_ms(-TRACE_MS),
        });
        self.store.commit(commit).await?;
        Ok(())
    }

    /// Learns the topics anew when their examples changed.
    pub(crate) fn start_retraining(&self) {
        let service = self.clone();
        tokio::spawn(async move {
            loop {
                let is_ours = tokio::select! {
                    () = service.retrain.notified() => true,
                    () = service.relearn.notified() => false,
                };
                tokio::time::sleep(RETRAIN_WAIT).await;
                let outcome = match service.learn().await {
                    Ok(()) if is_ours => service.note_training().await.map(|_| ()),
                    outcome => outcome,
                };
                if let Err(error) = outcome {
                    tracing::error!(%error, "the topics could not be learnt");
                }
            }
        });
    }
}

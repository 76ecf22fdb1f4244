//! Tells other systems what happens, for as long as the desk is at work: notes who wants what, puts
//! each event together as it is then, and hands it over.

use std::time::Duration;

use service::{Caller, DueDelivery, Who};

use crate::{
    state::Desk,
    stream::{Names, for_agent},
    wire::{WebhookEvent, time},
};

/// It is looked so often for what happened.
const PAUSE: Duration = Duration::from_millis(500);
/// After the database failed.
const LONG_PAUSE: Duration = Duration::from_secs(5);

/// Works until the desk is dropped.
pub(crate) fn start(desk: Desk) {
    tokio::spawn(async move {
        loop {
            let pause = match tell_all(&desk).await {
                Ok(0) => PAUSE,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, "webhooks are not told");
                    LONG_PAUSE
                }
            };
            tokio::time::sleep(pause).await;
        }
    });
}

/// How many were told, or were tried to be.
async fn tell_all(desk: &Desk) -> service::Result<usize> {
    // Taking what is due asks the writer, whom a desk without webhooks leaves alone.
    if !desk.service.note_deliveries().await? {
        return Ok(0);
    }
    let due = desk.service.due_deliveries().await?;
    if due.is_empty() {
        return Ok(0);
    }
    let Some(viewer) = desk.service.webhook_viewer().await? else { return Ok(0) };
    let names = Names::load(desk, &Caller::plain(Who::Agent(viewer.clone()))).await;
    let n_due = due.len();
    let telling = due.into_iter().map(|one| {
        let (desk, names, viewer) = (desk.clone(), &names, &viewer);
        async move {
            let body = body(&desk, names, viewer, &one).await;
            desk.service.tell_delivery(&one, body).await
        }
    });
    for told in futures_util::future::join_all(telling).await {
        told?;
    }
    Ok(n_due)
}

/// The event with its subject's present form; `None` where the subject is gone.
async fn body(
    desk: &Desk,
    names: &Names,
    viewer: &desk::Agent,
    DueDelivery { delivery, change, .. }: &DueDelivery,
) -> Option<String> {
    let change = change.as_ref()?;
    let (version, data) = for_agent(desk, names, viewer, change).await?;
    let entry = &change.entry;
    let event = WebhookEvent {
        id: delivery.id.to_string(),
        event: entry.kind.as_str(),
        at: time(entry.at),
        seq: entry.seq,
        subject: entry.subject.as_str(),
        subject_id: entry.subject_id.clone(),
        version,
        data,
    };
    serde_json::to_string(&event).ok()
}

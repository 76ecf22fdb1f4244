//! Hears what other nodes write and tell. A hint may be lost; the journal is the truth.

use std::{future::poll_fn, sync::Arc, time::Duration};

use tokio::{
    sync::{broadcast, mpsc},
    task::JoinSet,
};
use tokio_postgres::{AsyncMessage, Config, NoTls};

use crate::{
    LiveBatch,
    connection::Outcome,
    postgres::{ANSWER_MAX, CONNECT_MAX, within},
};

/// Even without a hint the journal is looked at this often.
const LOOK: Duration = Duration::from_secs(2);
/// After a lost connection.
const PAUSE: Duration = Duration::from_millis(500);
/// When this many notes cannot be taken in, more are dropped.
const HEARD_MAX: usize = 1_024;

/// Listens until the store is dropped.
pub(crate) fn start(
    config: Arc<Config>,
    node: String,
    live: broadcast::Sender<LiveBatch>,
    heard: broadcast::Sender<String>,
    mut to_send: mpsc::Receiver<String>,
) {
    tokio::spawn(async move {
        while !to_send.is_closed() {
            if let Err(failure) = listen(&config, &node, &live, &heard, &mut to_send).await {
                tracing::warn!(%failure, "other nodes are not heard");
                tokio::time::sleep(PAUSE).await;
            }
        }
    });
}

async fn listen(
    config: &Config,
    node: &str,
    live: &broadcast::Sender<LiveBatch>,
    heard: &broadcast::Sender<String>,
    to_send: &mut mpsc::Receiver<String>,
) -> Outcome<()> {
    let (client, mut connection) =
        within(CONNECT_MAX, async { Ok(config.connect(NoTls).await?) }).await?;
    let (sender, mut messages) = mpsc::channel(HEARD_MAX);
    // Ends with this function, however silent the network is.
    let mut driving = JoinSet::new();
    driving.spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            match message {
                Ok(AsyncMessage::Notification(message)) => drop(sender.try_send(message)),
                Ok(_) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    });
    let run =
        async |sql: &str| within(ANSWER_MAX, async { Ok(client.batch_execute(sql).await?) }).await;
    run("listen evenkeel; listen evenkeel_note").await?;
    let look = || drop(live.send(LiveBatch { entries: Arc::default(), is_own: false }));
    // What came while nobody listened.
    look();
    let mut looks = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            message = messages.recv() => match message {
                Some(message) if message.channel() == "evenkeel" => {
                    if message.payload() != node {
                        look();
                    }
                }
                // Its own notes come back with its name before them.
                Some(message) => match message.payload().split_once(' ') {
                    Some((from, note)) if from != node => drop(heard.send(note.to_owned())),
                    _ => {}
                },
                None => {
                    let ended = driving.join_next().await;
                    return Ok(ended.and_then(Result::ok).unwrap_or(Ok(()))?);
                }
            },
            note = to_send.recv() => {
                let Some(note) = note else { return Ok(()) };
                let payload = format!("{node} {note}");
                let sql = "select pg_notify('evenkeel_note', $1)";
                within(ANSWER_MAX, async { Ok(client.execute(sql, &[&payload]).await?) }).await?;
            }
            _ = looks.tick() => {
                look();
                // Also finds out whether the connection still lives.
                run("").await?;
            }
        }
    }
}

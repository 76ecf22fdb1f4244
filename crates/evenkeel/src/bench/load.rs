//! `bench load`: how many messages a second, and how long each waits for its answer.

use std::time::Duration;

use serde_json::json;
use sim::load::{self, Load};

use super::{
    Progress,
    desk::{Desk, Ground},
    failed, print, rounded,
};
use crate::{arguments::BenchLoadOptions, failure::Outcome};

pub(crate) async fn load(options: BenchLoadOptions) -> Outcome<()> {
    let ground = Ground::of(&options.benching)?;
    let first = Desk::start(&["serve"], &ground)?;
    let owner = first.own().await?;
    let mut desks = vec![first];
    for _ in 1..options.nodes {
        desks.push(Desk::start(&["serve"], &ground)?);
    }
    let started_mb = desks[0].memory_mb();
    let load = Load {
        hosts: desks.iter().map(|desk| desk.host.clone()).collect(),
        inbox: "web".to_owned(),
        length: Duration::from_secs_f64(options.seconds),
        n_connections: options.connections as usize,
        rate: options.rate,
        watcher: options.stream.then_some(owner),
    };
    let progress = Progress::start("messages", None);
    let outcome = load::run(load, progress.done.clone()).await.map_err(failed)?;
    drop(progress);
    let n = outcome.timing.n();
    let mut fields = json!({
        "messages_per_second": rounded(n as f64 / outcome.took.as_secs_f64()),
        "p50_ms": rounded(outcome.timing.quantile_ms(0.5)),
        "p95_ms": rounded(outcome.timing.quantile_ms(0.95)),
        "p99_ms": rounded(outcome.timing.quantile_ms(0.99)),
        "max_ms": rounded(outcome.timing.quantile_ms(1.0)),
        "messages": n,
        "refused": outcome.n_refused,
        "lost": outcome.n_lost,
        "duplicated": outcome.n_duplicated,
        "conversations": outcome.n_conversations,
        "connections": options.connections,
        "nodes": options.nodes,
        "seconds": rounded(outcome.took.as_secs_f64()),
        "memory_mb": desks[0].memory_mb().map(rounded),
        "memory_at_start_mb": started_mb.map(rounded),
    });
    if options.stream {
        fields["stream_n"] = json!(outcome.stream.n());
        fields["stream_p50_ms"] = json!(rounded(outcome.stream.quantile_ms(0.5)));
        fields["stream_p95_ms"] = json!(rounded(outcome.stream.quantile_ms(0.95)));
        fields["stream_p99_ms"] = json!(rounded(outcome.stream.quantile_ms(0.99)));
    }
    let title = match options.rate {
        Some(rate) => format!("Messages at {rate} a second: time to the answer"),
        None => format!("Messages from {} connections: time to the answer", options.connections),
    };
    print(&fields, Some((&outcome.timing, &title)), &options.benching)
}

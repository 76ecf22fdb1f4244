//! `bench store`: the store against the bare driver, the same rows in the same batches, in turns.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use serde_json::json;
use store::{Commit, Location, Peer, Store};
use tokio::task::JoinSet;

use super::{Progress, failed, print, rounded};
use crate::{
    arguments::BenchStoreOptions,
    bench::writing::{House, conversation},
    failure::Outcome,
};

/// Messages of one conversation; each is a commit that changes the conversation too.
const MESSAGES: u32 = 10;

pub(crate) async fn store(options: BenchStoreOptions) -> Outcome<()> {
    let temporary = tempfile::Builder::new().prefix("evenkeel-bench-").tempdir();
    let temporary = temporary.map_err(|error| failed(error.to_string()))?;
    let place = |round: u32, who: &str| match &options.benching.database {
        Some(url) => Location::Postgres(url.clone()),
        None => Location::Sqlite(temporary.path().join(format!("{who}-{round}.sqlite"))),
    };
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let progress = Progress::start("rounds", Some(options.rounds as usize * 2));
    for round in 0..options.rounds {
        let location = place(round, "store");
        let mut nodes = Vec::new();
        for _ in 0..options.nodes {
            nodes.push(open(&location).await?);
        }
        let house = House::open(&nodes[0]).await?;
        ours.push(through_the_store(&nodes, &house, &options).await?);
        progress.done.fetch_add(1, Ordering::Relaxed);
        drop(nodes);
        let location = place(round, "bare");
        let first = open(&location).await?;
        let house = House::open(&first).await?;
        bare.push(by_the_driver(&location, &first, &house, &options).await?);
        progress.done.fetch_add(1, Ordering::Relaxed);
    }
    drop(progress);
    let ratios: Vec<f64> = ours.iter().zip(&bare).map(|(ours, bare)| ours / bare).collect();
    let fields = json!({
        "messages_per_second": rounded(median(&ours)),
        "bare_messages_per_second": rounded(median(&bare)),
        "ratio": rounded(median(&ratios)),
        "ratios": ratios.iter().copied().map(rounded).collect::<Vec<_>>(),
        "rounds": options.rounds,
        "batch": options.batch,
        "nodes": options.nodes,
        "database": if options.benching.database.is_some() { "postgresql" } else { "sqlite" },
    });
    print(&fields, None, &options.benching)
}

async fn open(location: &Location) -> Outcome<Store> {
    Store::open(location).await.map_err(|error| failed(error.to_string()))
}

/// As many commits are under way as fit into a batch, on each node.
async fn through_the_store(
    nodes: &[Store],
    house: &House,
    options: &BenchStoreOptions,
) -> Outcome<f64> {
    let n_at_once = options.batch as usize * nodes.len();
    let n_conversations = options.messages as usize / MESSAGES as usize;
    let next = Arc::new(AtomicUsize::new(0));
    let first = nodes[0]
        .take_numbers(i64::try_from(n_conversations).unwrap_or(i64::MAX))
        .await
        .map_err(|error| failed(error.to_string()))?;
    let began = Instant::now();
    let mut work = JoinSet::new();
    for place in 0..n_at_once {
        let store = nodes[place % nodes.len()].clone();
        let (house, next) = (house.clone(), Arc::clone(&next));
        work.spawn(async move {
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                if turn >= n_conversations {
                    return Ok(());
                }
                let number = first + i64::try_from(turn).unwrap_or_default();
                for commit in conversation(&house, number, MESSAGES) {
                    store.commit(commit).await.map_err(|error| error.to_string())?;
                }
            }
        });
    }
    for written in work.join_all().await {
        written.map_err(|why: String| failed(why))?;
    }
    Ok((n_conversations * MESSAGES as usize) as f64 / began.elapsed().as_secs_f64())
}

/// All rows are made ready before the clock starts.
async fn by_the_driver(
    location: &Location,
    store: &Store,
    house: &House,
    options: &BenchStoreOptions,
) -> Outcome<f64> {
    let n_conversations = (options.messages / MESSAGES / options.nodes) as usize;
    let mut peers = Vec::new();
    for node in 0..options.nodes {
        let peer = Peer::open(location).await.map_err(|error| failed(error.to_string()))?;
        let n = i64::try_from(n_conversations).unwrap_or(i64::MAX);
        let first = store.take_numbers(n).await.map_err(|error| failed(error.to_string()))?;
        let all: Vec<Vec<Commit>> =
            (first..first + n).map(|number| conversation(house, number, MESSAGES)).collect();
        let batches = in_batches(all, options.batch as usize);
        let seq = 1_000_000_000 * i64::from(node + 1) + first * 100;
        let batches = peer.make_ready(&batches, seq);
        peers.push((peer, batches));
    }
    let began = Instant::now();
    let mut work = JoinSet::new();
    for (peer, batches) in peers {
        work.spawn_blocking(move || peer.write(&batches));
    }
    for written in work.join_all().await {
        written.map_err(|error| failed(error.to_string()))?;
    }
    let n = n_conversations * (MESSAGES * options.nodes) as usize;
    Ok(n as f64 / began.elapsed().as_secs_f64())
}

/// The first commits of as many conversations as a batch holds, then their second ones, and so on.
fn in_batches(conversations: Vec<Vec<Commit>>, size: usize) -> Vec<Vec<Commit>> {
    let mut batches = Vec::new();
    let mut left = conversations.into_iter().peekable();
    while left.peek().is_some() {
        let mut group: Vec<_> = left.by_ref().take(size).map(Vec::into_iter).collect();
        for _ in 0..MESSAGES {
            batches.push(group.iter_mut().filter_map(Iterator::next).collect());
        }
    }
    batches
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

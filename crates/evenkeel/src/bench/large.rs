//! `bench list` and `bench search`: a desk with very many conversations, looked at by an agent.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use desk::{Role, State, Time};
use serde_json::{Value, json};
use service::{FirstRun, Service};
use sim::{Line, Timing};
use store::{Location, Store};
use tokio::task::JoinSet;

use super::{
    Progress,
    desk::{Desk, Ground, PASSWORD},
    failed, print, rounded,
    writing::{House, Words, large_conversation},
};
use crate::{
    arguments::{BenchLargeOptions, Benching},
    failure::Outcome,
    folder::{DATABASE, open_store},
};

const EMAIL: &str = "bench@desk.example";
/// Messages of each conversation.
const MESSAGES: u32 = 10;
/// Conversations that are written at once.
const WRITERS: usize = 256;

pub(crate) async fn list(options: BenchLargeOptions) -> Outcome<()> {
    let (desk, _ground, size) = large_desk(&options).await?;
    let (mut line, owner) = agent(&desk).await?;
    let (mut lists, mut opened) = (Timing::default(), Timing::default());
    let began = Instant::now();
    let mut chance = options.seed;
    let mut cursors: Vec<String> = vec![String::new(); 3];
    let mut n_rows = 0;
    for i in 0..options.requests {
        // Page after page of each view; at its end again from the top.
        let view = ["all", "closed", "waiting"][i as usize % 3];
        let cursor = &mut cursors[i as usize % 3];
        let path = format!("/conversations?view={view}&limit=50{cursor}");
        let page = timed(&mut line, &path, &owner, began, &mut lists).await?;
        *cursor = match page["next_cursor"].as_str() {
            Some(next) => format!("&cursor={next}"),
            None => String::new(),
        };
        let rows = page["items"].as_array().map_or(&[][..], Vec::as_slice);
        n_rows += rows.len();
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let picked = rows.get((chance >> 33) as usize % rows.len().max(1));
        if let Some(id) = picked.and_then(|row| row["id"].as_str()) {
            timed(&mut line, &format!("/conversations/{id}"), &owner, began, &mut opened).await?;
        }
    }
    let fields = json!({
        "p50_ms": rounded(lists.quantile_ms(0.5)),
        "p95_ms": rounded(lists.quantile_ms(0.95)),
        "list_p95_ms": rounded(lists.quantile_ms(0.95)),
        "open_p50_ms": rounded(opened.quantile_ms(0.5)),
        "open_p95_ms": rounded(opened.quantile_ms(0.95)),
        "rows": n_rows,
        "requests": options.requests,
        "conversations": options.conversations,
        "messages": options.conversations * u64::from(MESSAGES),
        "bytes_per_message": size.map(rounded),
        "memory_mb": desk.memory_mb().map(rounded),
        "seed": options.seed,
    });
    print(&fields, Some((&lists, "Lists: time to a page of 50")), &options.benching)
}

pub(crate) async fn search(options: BenchLargeOptions) -> Outcome<()> {
    let (desk, _ground, size) = large_desk(&options).await?;
    let (mut line, owner) = agent(&desk).await?;
    let mut words = Words::new(options.seed.wrapping_add(1));
    let mut timing = Timing::default();
    let began = Instant::now();
    let mut n_rows = 0;
    let mut n_found = 0;
    for _ in 0..options.requests {
        let path = format!("/conversations?q={}&limit=50", words.next());
        let page = timed(&mut line, &path, &owner, began, &mut timing).await?;
        let n = page["items"].as_array().map_or(0, Vec::len);
        n_rows += n;
        n_found += usize::from(n > 0);
    }
    let fields = json!({
        "p50_ms": rounded(timing.quantile_ms(0.5)),
        "p95_ms": rounded(timing.quantile_ms(0.95)),
        "p99_ms": rounded(timing.quantile_ms(0.99)),
        "max_ms": rounded(timing.quantile_ms(1.0)),
        "rows": n_rows,
        "found": n_found,
        "requests": options.requests,
        "conversations": options.conversations,
        "messages": options.conversations * u64::from(MESSAGES),
        "bytes_per_message": size.map(rounded),
        "memory_mb": desk.memory_mb().map(rounded),
        "seed": options.seed,
    });
    print(&fields, Some((&timing, "Search: time to the newest 50")), &options.benching)
}

async fn timed(
    line: &mut Line,
    path: &str,
    token: &str,
    began: Instant,
    timing: &mut Timing,
) -> Outcome<Value> {
    let due = Instant::now();
    let (status, json) = line.get(path, token).await.map_err(failed)?;
    timing.add(due - began, due.elapsed());
    if status == 200 { Ok(json) } else { Err(failed(format!("{path}: {status} {json}"))) }
}

async fn agent(desk: &Desk) -> Outcome<(Line, String)> {
    let mut line = Line::new(&desk.host);
    let given = json!({ "email": EMAIL, "password": PASSWORD });
    let (_, session) = line.post("/session", "", &given).await.map_err(failed)?;
    match session["token"].as_str() {
        Some(token) => Ok((line, token.to_owned())),
        None => Err(failed("this place holds another desk; name an empty one")),
    }
}

/// Fills the place if it is empty, and starts a desk on it. Also tells the bytes each message
/// takes, with its share of everything else.
async fn large_desk(options: &BenchLargeOptions) -> Outcome<(Desk, Ground, Option<f64>)> {
    let ground = Ground::of(&options.benching)?;
    let location = location(&options.benching, &ground);
    let (store, lock) = open_store(&location).await?;
    let n_there = store.counts(desk::AgentId(uuid::Uuid::nil())).await;
    let n_there = n_there.map_err(|error| failed(error.to_string()))?.all;
    if n_there == 0 {
        fill(&store, options).await?;
    }
    let size = store.size().await.map_err(|error| failed(error.to_string()))?;
    drop((store, lock));
    let desk = Desk::start(&["serve"], &ground)?;
    let n_messages = options.conversations * u64::from(MESSAGES);
    let per_message = (n_messages > 0).then(|| size as f64 / n_messages as f64);
    Ok((desk, ground, per_message))
}

fn location(how: &Benching, ground: &Ground) -> Location {
    match (&how.database, &ground.folder) {
        (None, Some(folder)) => Location::Sqlite(folder.join(DATABASE)),
        (database, _) => Location::Postgres(database.clone().unwrap_or_default()),
    }
}

async fn fill(store: &Store, options: &BenchLargeOptions) -> Outcome<()> {
    let service = Service::open(store.clone(), 1.0).await?;
    let first = FirstRun {
        desk_name: "Bench".into(),
        name: "Bench".into(),
        email: EMAIL.into(),
        password: PASSWORD.to_owned(),
        is_demo: false,
    };
    let owner = service.set_up(first).await?.agent;
    debug_assert_eq!(owner.role, Role::Owner);
    let house = Arc::new(House::open(store).await?);
    let n_all = usize::try_from(options.conversations).unwrap_or(usize::MAX);
    let progress = Progress::start("conversations", Some(n_all));
    let n_numbers = i64::try_from(n_all).unwrap_or(i64::MAX);
    let first = store.take_numbers(n_numbers).await.map_err(|error| failed(error.to_string()))?;
    let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let now = Time(i64::try_from(since_epoch().as_millis()).unwrap_or(i64::MAX));
    let mut work = JoinSet::new();
    for _ in 0..WRITERS {
        let (store, house) = (store.clone(), Arc::clone(&house));
        let (next, done, seed) = (Arc::clone(&next), progress.done.clone(), options.seed);
        work.spawn(async move {
            loop {
                let turn = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if turn >= n_all {
                    return Ok(());
                }
                let mut words = Words::new(seed.wrapping_mul(31).wrapping_add(turn as u64));
                let number = first + i64::try_from(turn).unwrap_or_default();
                // The last half minute for each hour of a year back: old ones are closed.
                let at = now.plus_ms(-30_000 * i64::try_from(n_all - turn).unwrap_or_default());
                let state = if n_all - turn > 300 { State::Closed } else { State::Open };
                let commit = large_conversation(&house, number, MESSAGES, at, state, &mut words);
                store.commit(commit).await.map_err(|error| error.to_string())?;
                done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        });
    }
    for written in work.join_all().await {
        written.map_err(|why: String| failed(why))?;
    }
    Ok(())
}

fn since_epoch() -> Duration {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}

//! `bench idle`: what a desk takes while widgets are open and nobody writes.

use std::time::{Duration, Instant};

use serde_json::json;
use sim::widgets;

use super::{
    Progress,
    desk::{Desk, Ground},
    failed, print, rounded,
};
use crate::{arguments::BenchIdleOptions, failure::Outcome};

/// Until what opening needed is given back.
const CALM: Duration = Duration::from_secs(5);

pub(crate) async fn idle(options: BenchIdleOptions) -> Outcome<()> {
    // Each widget is an open file here and there; the desk raises its own limit.
    let n_files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(0);
    let n_widgets = u64::from(options.widgets);
    if n_files < n_widgets + 100 {
        return Err(failed(format!("this machine allows {n_files} open files")));
    }
    let ground = Ground::of(&options.benching)?;
    let desk = Desk::start(&["serve"], &ground)?;
    desk.own().await?;
    let before = desk.memory_mb();
    let progress = Progress::start("widgets", Some(options.widgets as usize));
    let began = Instant::now();
    let done = progress.done.clone();
    let opened = widgets::open(&desk.host, "web", options.widgets as usize, done).await;
    let opened = opened.map_err(failed)?;
    let took = began.elapsed();
    drop(progress);
    tokio::time::sleep(CALM).await;
    let fields = json!({
        "widgets": opened.streams.len(),
        "memory_mb": desk.memory_mb().map(rounded),
        "memory_before_mb": before.map(rounded),
        "seconds_to_open": rounded(took.as_secs_f64()),
    });
    print(&fields, None, &options.benching)
}

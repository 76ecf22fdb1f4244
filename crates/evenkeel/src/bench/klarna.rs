//! `bench klarna`: a month of a large company's chats, answered by the built-in assistant.

use serde_json::json;
use sim::month::{self, CONVERSATIONS, Month};

use super::{
    Progress,
    desk::{Desk, Ground},
    failed, print, rounded,
};
use crate::{arguments::BenchKlarnaOptions, failure::Outcome, shop_files};

pub(crate) async fn klarna(options: BenchKlarnaOptions) -> Outcome<()> {
    let ground = Ground::of(&options.benching)?;
    let desk = Desk::start(&["demo", "--quiet"], &ground)?;
    let n_conversations = (CONVERSATIONS * options.scale).round().max(10.0) as usize;
    let month = Month {
        hosts: vec![desk.host.clone()],
        inbox: "web".to_owned(),
        questions: shop_files::questions()?,
        n_conversations,
        n_connections: options.connections as usize,
        seed: options.seed,
    };
    let progress = Progress::start("conversations", Some(n_conversations));
    let outcome = month::run(month, progress.done.clone()).await.map_err(failed)?;
    drop(progress);
    let pace = outcome.n_done as f64 / outcome.took.as_secs_f64();
    let tenth = |place: usize| outcome.tenths.get(place).copied().map(rounded);
    let fields = json!({
        "conversations": outcome.n_done,
        "conversations_per_second": rounded(pace),
        "rate_first_tenth": tenth(0),
        "rate_last_tenth": tenth(9),
        "tenths": outcome.tenths.iter().copied().map(rounded).collect::<Vec<_>>(),
        "messages": outcome.n_messages,
        "lost": outcome.n_lost,
        "duplicated": outcome.n_duplicated,
        "failed": outcome.n_failed,
        "by_assistant_alone": outcome.n_by_ai,
        "handed_over": outcome.n_handed_over,
        "answer_p50_ms": rounded(outcome.answers.quantile_ms(0.5)),
        "answer_p99_ms": rounded(outcome.answers.quantile_ms(0.99)),
        "minutes_for_2_3_million": rounded(CONVERSATIONS / pace / 60.0),
        "seconds": rounded(outcome.took.as_secs_f64()),
        "memory_mb": desk.memory_mb().map(rounded),
        "seed": options.seed,
    });
    let title = "Whole conversations: from the first word to the end";
    print(&fields, Some((&outcome.timing, title)), &options.benching)
}

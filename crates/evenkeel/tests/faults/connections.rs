//! PostgreSQL that crashes or cuts its connections while desks work on it.

use std::time::Duration;

use reqwest::StatusCode;

use crate::{
    Run,
    checks::check,
    customers::{Customers, Manners, Told},
    desk::{Desk, Place, addresses},
    stream::Ear,
};

const N_CUSTOMERS: usize = 6;
const PAUSE: Duration = Duration::from_millis(10);
/// A desk may say that its database cannot be reached, and nothing else.
const MAY_REFUSE: &[StatusCode] = &[StatusCode::SERVICE_UNAVAILABLE];
/// While the database is there again at once, nobody waits longer for an answer.
const ANSWER_MAX: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_crashes_and_comes_back() {
    let run = Run::new("postgresql_crashes_and_comes_back", "EVENKEEL_CRASHES", 2);
    let place = Place::own_server("crashes");
    let told = disturb(&run, &place, 1_000, || place.server().0.crash_and_restart().unwrap()).await;
    println!("{} crashes of PostgreSQL: {told}", run.n);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_cuts_its_connections() {
    let run = Run::new("postgresql_cuts_its_connections", "EVENKEEL_DISCONNECTIONS", 20);
    let place = Place::database("connections");
    let told = disturb(&run, &place, 200, || {
        let (server, name) = place.server();
        let sql = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where datname = current_database() and pid <> pg_backend_pid()";
        server.query(name, sql).unwrap();
    })
    .await;
    println!("all connections cut {} times: {told}", run.n);
}

/// Two desks on one database, and so many disturbances under load.
async fn disturb(run: &Run, place: &Place, pause_ms: usize, fault: impl Fn()) -> String {
    let desks = [Desk::start(place).await, Desk::start(place).await];
    let all: Vec<&Desk> = desks.iter().collect();
    let ear = Ear::open(&all).await;
    let mut chance = run.chance();
    let manners = Manners {
        name: "customer",
        desks: addresses(&all),
        may_refuse: MAY_REFUSE,
        pause: PAUSE,
        clock: None,
    };
    let customers = Customers::come(N_CUSTOMERS, &mut chance, manners);
    for _ in 0..run.n {
        let pause_ms = pause_ms / 2 + chance.below(pause_ms);
        tokio::time::sleep(Duration::from_millis(pause_ms as u64)).await;
        tokio::task::block_in_place(&fault);
    }
    let told: Told = customers.leave().await;
    assert!(told.longest < ANSWER_MAX, "somebody waited {:?}", told.longest);
    place.settle().await;
    check(place, &told.client_ids());
    ear.check(place).await;
    format!(
        "{} messages acknowledged, none lost, none twice, each question answered once; {} refused \
         and sent again, the longest answer took {:?}",
        told.acknowledged.len(),
        told.n_refused,
        told.longest
    )
}

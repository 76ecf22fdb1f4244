//! Desks that are killed in the middle of their work.

use std::time::{Duration, Instant};

use reqwest::StatusCode;

use crate::{
    Run,
    checks::check,
    customers::{Customers, Manners, QUESTIONS, ask},
    desk::{Desk, Place, addresses, within},
    stream::Ear,
};

const N_CUSTOMERS: usize = 6;
const PAUSE: Duration = Duration::from_millis(10);
/// A killed desk's lease of ten seconds, the other's next look after it, and the work itself.
const TAKEN_OVER_MAX: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn messages_in_a_file_outlive_kills() {
    let run = Run::new("messages_in_a_file_outlive_kills", "EVENKEEL_KILLS", 3);
    let place = Place::file();
    let desks = vec![Desk::start(&place).await];
    kill(&run, &place, desks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_two_desks_outlive_kills() {
    let run = Run::new("messages_of_two_desks_outlive_kills", "EVENKEEL_KILLS", 3);
    let place = Place::database("kills");
    // One after the other: the first sets up the shop.
    let desks = vec![Desk::start(&place).await, Desk::start(&place).await];
    kill(&run, &place, desks).await;
}

/// Kills one of the desks at random moments while customers write and an agent listens.
async fn kill(run: &Run, place: &Place, mut desks: Vec<Desk>) {
    let mut chance = run.chance();
    let all: Vec<&Desk> = desks.iter().collect();
    let ear = Ear::open(&all).await;
    let manners = Manners {
        name: "customer",
        desks: addresses(&all),
        // Two desks may be in each other's way for a moment.
        may_refuse: &[StatusCode::SERVICE_UNAVAILABLE],
        pause: PAUSE,
        clock: None,
    };
    let customers = Customers::come(N_CUSTOMERS, &mut chance, manners);
    for _ in 0..run.n {
        tokio::time::sleep(Duration::from_millis(60 + chance.below(500) as u64)).await;
        let nth = chance.below(desks.len());
        desks[nth].kill();
        desks[nth].start_again().await;
    }
    let told = customers.leave().await;
    let n_told = told.acknowledged.len();
    assert!(n_told as u64 > run.n, "too little happened: {n_told}");
    place.settle().await;
    check(place, &told.client_ids());
    ear.check(place).await;
    println!(
        "{} kills, {n_told} messages acknowledged: none lost, none twice, each question answered \
         once; {} refused and sent again, the longest answer took {:?}",
        run.n, told.n_refused, told.longest
    );
}

/// The question is kept, its answer is not yet: the next start gives it, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_answer_was_cut_off_is_answered_after_the_start() {
    let place = Place::file();
    let mut desk = Desk::start(&place).await;
    let mut asked = Vec::new();
    ask_and_kill(&mut desk, &mut asked).await;
    desk.start_again().await;
    place.settle().await;
    check(&place, &asked);
}

/// Likewise, and the other desk gives it when the lease has ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_desks_job_is_done_by_the_other() {
    let place = Place::database("lease");
    let mut killed = Desk::start(&place).await;
    let other = Desk::start(&place).await;
    let mut asked = Vec::new();
    ask_and_kill(&mut killed, &mut asked).await;
    let began = Instant::now();
    let n_jobs = || place.number("select count(*) from jobs");
    let is_done = within(TAKEN_OVER_MAX, || n_jobs() == 0).await;
    assert!(is_done, "the job still waits\n{}", other.said());
    println!("done by the other after {:?}", began.elapsed());
    check(&place, &asked);
}

/// Asks until a kill comes between a question and its answer, at which the desk stays down.
pub(crate) async fn ask_and_kill(desk: &mut Desk, asked: &mut Vec<String>) {
    for nth in 0..60 {
        let client_id = format!("cut-{nth:03}");
        ask(desk, QUESTIONS[0], &client_id).await.unwrap();
        desk.kill();
        asked.push(client_id);
        if desk.place.number("select count(*) from jobs") > 0 {
            println!("cut off at kill {}", nth + 1);
            return;
        }
        desk.start_again().await;
    }
    panic!("sixty kills, and each came after the answer");
}

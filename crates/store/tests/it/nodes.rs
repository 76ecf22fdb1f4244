//! Jobs and several nodes: work is done once, whoever stops, and everybody hears of everything.

use std::time::Duration;

use desk::{Actor, ConversationId, JobId, Kind, MessageId, Time};
use store::{Change, Commit, CommitError, Job, JobCounts, JobKind, Store};
use uuid::Uuid;

use crate::{
    place::{Place, on_both},
    story::{Desk, open},
};

fn job(conversation_id: ConversationId, at: i64) -> Job {
    Job {
        id: JobId(Uuid::now_v7()),
        kind: JobKind::Answer,
        conversation_id,
        message_id: MessageId(Uuid::now_v7()),
        n_attempts: 0,
        due_at: Time(at),
        leased_until: Time(at + 100),
    }
}

async fn write(store: &Store, change: Change) -> Result<(), CommitError> {
    let mut commit = Commit::new(Time(1), Actor::System);
    commit.push(change);
    store.commit(commit).await.map(|_| ())
}

async fn add_job(desk: &Desk) -> Job {
    let row = desk.begin(1_001, 10).await;
    let job = job(row.id, 1_000);
    write(&desk.store, Change::AddJob(job.clone())).await.unwrap();
    job
}

on_both! {
    async fn a_job_is_its_nodes_until_the_lease_ends(place) {
        let desk = open(place).await;
        let added = add_job(&desk).await;
        let store = &desk.store;
        assert!(store.claim_jobs(Time(1_050), Time(2_000), 9).await.unwrap().is_empty());
        assert!(store.has_job(added.id).await.unwrap());
        write(store, Change::ExtendLease(added.id, Time(1_500))).await.unwrap();
        assert!(store.claim_jobs(Time(1_200), Time(2_000), 9).await.unwrap().is_empty());
        let claimed = store.claim_jobs(Time(1_500), Time(2_000), 9).await.unwrap();
        assert_eq!(claimed, [Job { leased_until: Time(2_000), ..added.clone() }]);
        let counts = store.job_counts(Time(9_000)).await.unwrap();
        assert_eq!(counts, JobCounts { n_open: 1, n_stuck: 1, n_failed: 0 });
        write(store, Change::FinishJob(added.id)).await.unwrap();
        assert_eq!(write(store, Change::FinishJob(added.id)).await, Err(CommitError::Conflict));
        assert_eq!(store.job_counts(Time(9_000)).await.unwrap(), JobCounts::default());
    }

    async fn a_job_does_not_wait_for_a_clock_that_was_set_back(place) {
        let desk = open(place).await;
        let store = &desk.store;
        // Due, and leased, by a clock an hour ahead.
        let added = add_job(&desk).await;
        let claimed = store.claim_jobs(Time(3_601_000), Time(3_601_100), 9).await.unwrap();
        assert_eq!(claimed.len(), 1, "it was due and its lease had ended");
        let claim = |now: i64| store.claim_jobs(Time(now), Time(now + 100), 9);
        assert!(claim(3_600_900).await.unwrap().is_empty(), "a lease by a clock not far ahead");
        assert_eq!(claim(3_600_899).await.unwrap().len(), 1, "a lease by a clock far ahead");
        let due_at = 2_000 + store::PUT_OFF_MS_MAX;
        write(store, Change::RetryJob {
            id: added.id,
            due_at: Time(due_at),
            failure: "no answer".to_owned(),
            died_at: None,
        })
        .await
        .unwrap();
        assert!(claim(2_000).await.unwrap().is_empty(), "put off for as long as can be");
        assert_eq!(claim(1_999).await.unwrap().len(), 1, "put off by a clock that was ahead");
    }

    async fn a_failed_job_is_put_off_and_in_the_end_given_up(place) {
        let desk = open(place).await;
        let added = add_job(&desk).await;
        let store = &desk.store;
        let retry = |due: i64, died: Option<i64>| Change::RetryJob {
            id: added.id,
            due_at: Time(due),
            failure: "no answer".to_owned(),
            died_at: died.map(Time),
        };
        write(store, retry(3_000, None)).await.unwrap();
        // It is nobody's now: the one that failed may not fail it again.
        assert_eq!(write(store, retry(9_000, None)).await, Err(CommitError::Conflict));
        assert!(store.claim_jobs(Time(2_999), Time(9_999), 9).await.unwrap().is_empty());
        let claimed = store.claim_jobs(Time(3_000), Time(9_999), 9).await.unwrap();
        assert_eq!(claimed[0].n_attempts, 1);
        write(store, retry(3_500, Some(3_100))).await.unwrap();
        assert!(store.claim_jobs(Time(90_000), Time(99_999), 9).await.unwrap().is_empty());
        let dead = store.dead_jobs(9).await.unwrap();
        assert_eq!((dead.len(), dead[0].conversation_number, dead[0].died_at), (1, 1_001, Time(3_100)));
        assert_eq!(dead[0].failure.as_deref(), Some("no answer"));
        assert_eq!(store.job_counts(Time(9_000)).await.unwrap().n_failed, 1);
        write(store, Change::ReviveJob(added.id, Time(5_000))).await.unwrap();
        assert!(store.dead_jobs(9).await.unwrap().is_empty());
        // One that lives is not given another life, nor dropped.
        write(store, Change::ReviveJob(added.id, Time(1))).await.unwrap();
        write(store, Change::DropJob(added.id)).await.unwrap();
        assert_eq!(store.claim_jobs(Time(5_000), Time(9_999), 9).await.unwrap().len(), 1);
        assert!(store.claim_jobs(Time(5_000), Time(9_999), 9).await.unwrap().is_empty());
    }

    async fn a_node_that_stops_hands_its_jobs_over(place) {
        let desk = open(place).await;
        let added = add_job(&desk).await;
        desk.store.release_jobs().await.unwrap();
        let claimed = desk.store.claim_jobs(Time(1_000), Time(2_000), 9).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].id, added.id);
    }

    async fn a_fact_has_one_letter_which_is_its_nodes_until_it_has_left(place) {
        let store = &open(place).await.store;
        let letter = desk::Letter {
            id: desk::LetterId(Uuid::now_v7()),
            fact: "reset/1".to_owned(),
            kind: desk::LetterKind::Reset,
            recipient: "tom@desk.example".to_owned(),
            agent_id: None,
            conversation_id: None,
            sender: privacy::Masked::default(),
            state: desk::LetterState::Waiting,
            n_attempts: 0,
            due_at: Time(500),
            failure: None,
            created_at: Time(500),
            finished_at: None,
        };
        let again = desk::Letter { id: desk::LetterId(Uuid::now_v7()), ..letter.clone() };
        for one in [letter.clone(), again] {
            write(store, Change::AddLetter(one)).await.unwrap();
        }
        let claim = |now: i64| store.claim_letters(Time(now), Time(now + 100), 9);
        assert!(claim(499).await.unwrap().is_empty());
        assert_eq!(claim(1_000).await.unwrap(), std::slice::from_ref(&letter));
        assert!(claim(1_050).await.unwrap().is_empty(), "somebody has it");
        assert_eq!(claim(1_100).await.unwrap().len(), 1, "whoever had it is gone");
        assert_eq!(claim(999).await.unwrap().len(), 1, "had by a clock that was set back");
        let failure = || "no answer".to_owned();
        let finish = |at: i64, state| Change::FinishLetter {
            id: letter.id,
            at: Time(at),
            state,
            failure: None,
        };
        let due_at = Time(5_000);
        write(store, Change::RetryLetter { id: letter.id, due_at, failure: failure() }).await.unwrap();
        assert!(claim(4_999).await.unwrap().is_empty());
        let tried = claim(5_000).await.unwrap();
        assert_eq!((tried[0].n_attempts, tried[0].failure.as_deref()), (1, Some("no answer")));
        write(store, finish(5_050, desk::LetterState::Failed)).await.unwrap();
        assert!(claim(9_000).await.unwrap().is_empty());
        assert_eq!(store.letter_counts().await.unwrap().n_failed, 1);
        write(store, Change::ReviveLetter(letter.id, Time(9_000))).await.unwrap();
        assert_eq!(claim(9_000).await.unwrap().len(), 1);
        write(store, finish(9_050, desk::LetterState::Sent)).await.unwrap();
        assert!(store.unsent_letters(9).await.unwrap().is_empty());
        assert_eq!(store.letter_counts().await.unwrap().n_sent, 1);
        // What was sent is not sent by being revived.
        write(store, Change::ReviveLetter(letter.id, Time(9_000))).await.unwrap();
        assert!(claim(99_000).await.unwrap().is_empty());
    }

    async fn what_was_seen_is_not_unseen(place) {
        let desk = open(place).await;
        let id = desk.begin(1_001, 10).await.id;
        let store = &desk.store;
        assert_eq!(store.seen(id).await.unwrap(), 0);
        for (told, seen) in [(2, 2), (5, 5), (3, 5)] {
            write(store, Change::MarkSeen(id, told)).await.unwrap();
            assert_eq!(store.seen(id).await.unwrap(), seen);
        }
        assert_eq!(store.conversation_by_number(1_001).await.unwrap(), Some(id));
        assert_eq!(store.conversation_by_number(7).await.unwrap(), None);
    }

    async fn a_nul_is_left_out(place) {
        let desk = open(place).await;
        let mut row = desk.conversation(1_001, 10);
        let message = desk.message(&mut row, "a\0b");
        let id = message.id;
        let mut commit = Commit::new(Time(10), Actor::System);
        commit.add(Kind::ConversationOpened, row);
        commit.add(Kind::MessageAdded, message);
        desk.store.commit(commit).await.unwrap();
        let kept = desk.store.message(id).await.unwrap().unwrap();
        assert_eq!(kept.message.text.as_str(), "ab");
        let found = desk.store.search(store::SearchQuery::Words(vec!["a\0b".to_owned()]), None, 9);
        assert_eq!(found.await.unwrap().items.len(), 1);
    }

    async fn counts_are_kept_as_conversations_move(place) {
        let desk = open(place).await;
        let agent = desk::AgentId(Uuid::now_v7());
        let row = desk.begin(1_001, 10).await;
        desk.begin(1_002, 20).await;
        let counts = desk.store.counts(agent).await.unwrap();
        assert_eq!((counts.waiting, counts.closed, counts.all), (2, 0, 2));
        let mut closed = row.clone();
        closed.close(Time(30)).unwrap();
        for expected in [Ok(()), Err(CommitError::Conflict)] {
            let mut commit = Commit::new(Time(30), Actor::System);
            commit.change(Kind::ConversationClosed, closed.clone());
            assert_eq!(desk.store.commit(commit).await.map(|_| ()), expected);
        }
        let counts = desk.store.counts(agent).await.unwrap();
        assert_eq!((counts.waiting, counts.closed, counts.all), (1, 1, 2));
    }

    async fn one_that_is_taken_does_not_hold_up_those_beside_it(place) {
        let desk = open(place).await;
        desk.begin(1_001, 10).await;
        let mut commits = tokio::task::JoinSet::new();
        // Every tenth wants the number that is taken.
        for i in 0..300 {
            let number = if i % 10 == 0 { 1_001 } else { 2_000 + i };
            let mut commit = Commit::new(Time(10), Actor::System);
            commit.add(Kind::ConversationOpened, desk.conversation(number, 10));
            let store = desk.store.clone();
            commits.spawn(async move { store.commit(commit).await });
        }
        let outcomes = commits.join_all().await;
        let is_taken = |outcome: &&Result<_, _>| matches!(outcome, Err(CommitError::Taken));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 270);
        assert_eq!(outcomes.iter().filter(is_taken).count(), 30);
        let seqs: Vec<i64> =
            desk.store.journal_after(0, 999).await.unwrap().iter().map(|row| row.seq).collect();
        assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>());
    }

    async fn numbers_are_given_once(place) {
        let desk = open(place).await;
        let first = desk.store.take_numbers(50).await.unwrap();
        assert_eq!(first, 1_001);
        assert_eq!(desk.store.take_numbers(3).await.unwrap(), first + 50);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_write_one_journal_and_hear_each_other() {
    let place = Place::postgres();
    let desk = open(&place).await;
    let other = place.open().await;
    let mut heard = other.live();
    let row = desk.begin(1_001, 10).await;
    let mut rows = Vec::new();
    let mut commits = tokio::task::JoinSet::new();
    for i in 0..400 {
        let mut row = desk.conversation(2_000 + i, 10);
        let message = desk.message(&mut row, "Hello");
        let mut commit = Commit::new(Time(10), Actor::System);
        commit.add(Kind::ConversationOpened, row.clone());
        commit.add(Kind::MessageAdded, message);
        rows.push(row);
        let store = if i % 2 == 0 { desk.store.clone() } else { other.clone() };
        commits.spawn(async move { store.commit(commit).await });
    }
    for outcome in commits.join_all().await {
        outcome.unwrap();
    }
    // Now all are changed on both nodes at once, in opposite orders: one of each pair wins.
    let mut commits = tokio::task::JoinSet::new();
    for (store, rows) in
        [(desk.store.clone(), rows.clone()), (other.clone(), rows.iter().rev().cloned().collect())]
    {
        for mut row in rows {
            row.updated_at = Time(20);
            let mut commit = Commit::new(Time(20), Actor::System);
            commit.change(Kind::ConversationChanged, row);
            let store = store.clone();
            commits.spawn(async move { store.commit(commit).await });
        }
    }
    let outcomes = commits.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 400);
    let is_conflict = |outcome: &&Result<_, _>| matches!(outcome, Err(CommitError::Conflict));
    assert_eq!(outcomes.iter().filter(is_conflict).count(), 400);
    let seqs: Vec<i64> =
        other.journal_after(0, 9_999).await.unwrap().iter().map(|row| row.seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>());
    // A hint from the other node, or at the latest the regular look.
    let hint = tokio::time::timeout(Duration::from_secs(30), async {
        while heard.recv().await.unwrap().is_own {}
    });
    hint.await.unwrap();
    // A job that one node left is taken once.
    let left = job(row.id, 1_000);
    write(&desk.store, Change::AddJob(left.clone())).await.unwrap();
    let (here, there) = tokio::join!(
        desk.store.claim_jobs(Time(2_000), Time(3_000), 9),
        other.claim_jobs(Time(2_000), Time(3_000), 9)
    );
    assert_eq!(here.unwrap().len() + there.unwrap().len(), 1);
    let outcomes = tokio::join!(
        write(&desk.store, Change::FinishJob(left.id)),
        write(&other, Change::FinishJob(left.id))
    );
    assert!(outcomes.0.is_ok() != outcomes.1.is_ok(), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_reach_the_other_nodes_only() {
    let place = Place::postgres();
    let (one, other) = (place.open().await, place.open().await);
    let (mut here, mut there) = (one.heard(), other.heard());
    let heard = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            // Told again until both listen.
            one.tell("somebody writes".to_owned());
            tokio::select! {
                note = there.recv() => return note.unwrap(),
                () = tokio::time::sleep(Duration::from_millis(100)) => {}
            }
        }
    });
    assert_eq!(heard.await.unwrap(), "somebody writes");
    assert!(here.try_recv().is_err());
}

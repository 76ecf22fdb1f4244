//! One story of a small desk, told to the store.

use desk::{
    Actor, Author, Conversation, ConversationId, Customer, CustomerId, Inbox, InboxId, Kind,
    Message, MessageId, MessageKind, Priority, Time,
};
use privacy::{Masked, RawText};
use store::{Change, Commit, CommitError, Location, Remembered, SearchQuery, Store, View};
use uuid::Uuid;

use crate::place::{Place, on_both};

pub(crate) fn text(words: &str) -> Masked {
    RawText::from(words).mask()
}

pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) inbox: InboxId,
    pub(crate) customer: CustomerId,
}

pub(crate) async fn open(place: &Place) -> Desk {
    let store = place.open().await;
    let (inbox, customer) = (InboxId(Uuid::now_v7()), CustomerId(Uuid::now_v7()));
    let mut commit = Commit::new(Time(1), Actor::System);
    commit.add(
        Kind::InboxOpened,
        Inbox {
            id: inbox,
            version: 1,
            kind: desk::InboxKind::Web,
            name: text("Web"),
            key: "web".to_owned(),
            greeting: text("Hello"),
            identity_secret: "secret".to_owned(),
        },
    );
    commit.add(
        Kind::CustomerAdded,
        Customer {
            name: Some(text("Maja")),
            locale: Some("sv".to_owned()),
            ..Customer::new(customer, Time(1))
        },
    );
    store.commit(commit).await.unwrap();
    Desk { store, inbox, customer }
}

impl Desk {
    pub(crate) fn conversation(&self, number: i64, at: i64) -> Conversation {
        let id = ConversationId(Uuid::now_v7());
        let words = text("Where is my parcel?");
        let mut row = Conversation::begin(id, number, self.inbox, self.customer, &words, Time(at));
        row.customer_wrote(&words, Time(at));
        row.queue(Priority::Normal, Time(at));
        row
    }

    pub(crate) fn message(&self, row: &mut Conversation, words: &str) -> Message {
        Message::new(
            MessageId(Uuid::now_v7()),
            row.id,
            row.next_position().unwrap(),
            Author::Customer(self.customer),
            MessageKind::Text,
            text(words),
            Time(2),
        )
    }

    pub(crate) async fn begin(&self, number: i64, at: i64) -> Conversation {
        let mut row = self.conversation(number, at);
        let message = self.message(&mut row, "Where is my parcel?");
        let mut commit = Commit::new(Time(at), Actor::Customer(self.customer));
        commit.add(Kind::ConversationOpened, row.clone());
        commit.add(Kind::MessageAdded, message);
        self.store.commit(commit).await.unwrap();
        row
    }
}

on_both! {
    async fn what_is_acknowledged_is_there_after_opening_again(place) {
        let desk = open(place).await;
        let row = desk.begin(1_001, 10).await;
        drop(desk.store);
        let store = place.open().await;
        let thread = store.thread(row.id).await.unwrap().unwrap();
        assert_eq!(thread.listed.conversation, row);
        assert_eq!(thread.messages[0].message.text.as_str(), "Where is my parcel?");
        assert_eq!(thread.messages[0].author_name, Some(text("Maja")));
    }

    async fn a_stale_version_changes_nothing(place) {
        let desk = open(place).await;
        let row = desk.begin(1_001, 10).await;
        let commit = |words: &str| {
            let mut changed = row.clone();
            let message = desk.message(&mut changed, words);
            let mut commit = Commit::new(Time(20), Actor::Customer(desk.customer));
            commit.change(Kind::ConversationChanged, changed);
            commit.add(Kind::MessageAdded, message);
            commit
        };
        let before = desk.store.last_seq().await.unwrap();
        desk.store.commit(commit("first")).await.unwrap();
        let refused = desk.store.commit(commit("second")).await;
        assert_eq!(refused.unwrap_err(), CommitError::Conflict);
        let thread = desk.store.thread(row.id).await.unwrap().unwrap();
        assert_eq!(thread.listed.conversation.version, 2);
        assert_eq!(thread.messages.len(), 2);
        assert_eq!(desk.store.last_seq().await.unwrap(), before + 2);
    }

    async fn the_ledger_is_numbered_in_the_order_of_commits(place) {
        let desk = open(place).await;
        let mut commits = tokio::task::JoinSet::new();
        for i in 0..200 {
            let fact = |n: i64| Change::Ledger(store::LedgerFact {
                at: None,
                kind: "day".to_owned(),
                topic_id: None,
                case_id: None,
                data: format!("{{\"commit\":{i},\"n\":{n}}}"),
            });
            let mut commit = Commit::new(Time(i), Actor::System);
            commit.changes.extend([fact(0), fact(1)]);
            // Some do not get through, and leave no row and no gap.
            if i % 10 == 0 {
                let mut stale = desk.conversation(9_000 + i, 1);
                stale.version = 7;
                commit.change(Kind::ConversationChanged, stale);
            }
            let store = desk.store.clone();
            commits.spawn(async move { store.commit(commit).await });
        }
        let outcomes = commits.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_err()).count(), 20);
        let mut rows = desk.store.ledger_after(0, 100).await.unwrap();
        rows.extend(desk.store.ledger_after(100, 1_000).await.unwrap());
        let seqs: Vec<i64> = rows.iter().map(|row| row.seq).collect();
        assert_eq!(seqs, (1..=360).collect::<Vec<i64>>());
        assert_eq!(desk.store.last_ledger_seq().await.unwrap(), 360);
        for pair in rows.chunks(2) {
            assert_eq!(pair[0].at, pair[1].at, "one commit's rows stand together");
            assert!(pair[0].data.contains("\"n\":0") && pair[1].data.contains("\"n\":1"));
        }
    }

    async fn many_at_once_leave_a_journal_without_gaps(place) {
        let desk = open(place).await;
        let commits: Vec<_> = (0..200)
            .map(|i| {
                let mut row = desk.conversation(2_000 + i, i);
                let message = desk.message(&mut row, "Hello there");
                let mut commit = Commit::new(Time(i), Actor::Customer(desk.customer));
                commit.add(Kind::ConversationOpened, row);
                commit.add(Kind::MessageAdded, message);
                let store = desk.store.clone();
                tokio::spawn(async move { store.commit(commit).await })
            })
            .collect();
        let mut live = desk.store.live();
        for commit in commits {
            commit.await.unwrap().unwrap();
        }
        let journal = desk.store.journal_after(0, 10_000).await.unwrap();
        let seqs: Vec<i64> = journal.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (1..=402).collect::<Vec<i64>>());
        assert!(journal[2..].iter().all(|entry| entry.customer_id == Some(desk.customer)));
        // Told right after the commit is answered, not before.
        let told = tokio::time::timeout(std::time::Duration::from_secs(20), live.recv()).await;
        assert!(matches!(told, Ok(Ok(_))), "{told:?}");
    }

    async fn a_repeated_key_and_a_taken_name_are_refused_alone(place) {
        let desk = open(place).await;
        let remembered = |key: &str| {
            let mut commit = Commit::new(Time(1), Actor::System);
            commit.push(Change::Remember(Remembered {
                scope: "me".to_owned(),
                key: key.to_owned(),
                fingerprint: "f".to_owned(),
                at: Time(1),
            }));
            commit
        };
        desk.store.commit(remembered("a")).await.unwrap();
        let (again, other) =
            tokio::join!(desk.store.commit(remembered("a")), desk.store.commit(remembered("b")));
        assert_eq!(again.unwrap_err(), CommitError::Repeated);
        other.unwrap();
        desk.begin(1_001, 1).await;
        let mut taken = Commit::new(Time(1), Actor::System);
        taken.add(Kind::ConversationOpened, desk.conversation(1_001, 1));
        assert_eq!(desk.store.commit(taken).await.unwrap_err(), CommitError::Taken);
    }

    async fn the_queue_is_oldest_first_behind_those_put_first_page_by_page(place) {
        let desk = open(place).await;
        for (number, at) in [(1_001, 30), (1_002, 10), (1_003, 20)] {
            desk.begin(number, at).await;
        }
        let mut row = desk.conversation(1_004, 40);
        row.queue(Priority::First, Time(40));
        let mut commit = Commit::new(Time(40), Actor::System);
        commit.add(Kind::ConversationOpened, row.clone());
        desk.store.commit(commit).await.unwrap();

        let (mut numbers, mut after) = (Vec::new(), None);
        loop {
            let page = desk.store.conversations(View::Waiting, after, 1).await.unwrap();
            numbers.extend(page.items.iter().map(|listed| listed.conversation.number));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(numbers, [1_004, 1_002, 1_003, 1_001]);
        assert_eq!(desk.store.place(row.id).await.unwrap(), Some(1));
        let n_before = |id| desk.store.n_before(id, Priority::Normal, Time(15));
        assert_eq!(n_before(desk::ConversationId(Uuid::now_v7())).await.unwrap(), 2);
        // One that waits already is not before itself.
        assert_eq!(n_before(row.id).await.unwrap(), 1);
    }

    async fn search_finds_words_numbers_and_no_longer_what_was_masked(place) {
        let desk = open(place).await;
        let row = desk.begin(1_001, 10).await;
        let words = |q: &str| SearchQuery::Words(q.split(' ').map(str::to_owned).collect());
        let n = |query| async { desk.store.search(query, None, 10).await.unwrap().items.len() };
        assert_eq!(n(words("parc")).await, 1);
        assert_eq!(n(words("where parcel")).await, 1);
        assert_eq!(n(words("\" OR x")).await, 0);
        assert_eq!(n(SearchQuery::Number(1_001)).await, 1);
        let thread = desk.store.thread(row.id).await.unwrap().unwrap();
        let mut message = thread.messages[0].message.clone();
        message.text = text("[card]");
        let mut commit = Commit::new(Time(20), Actor::System);
        commit.change(Kind::MessageMasked, message);
        desk.store.commit(commit).await.unwrap();
        assert_eq!(n(words("parc")).await, 0);
    }

    async fn a_place_taken_by_a_newer_version_is_a_conflict(place) {
        let desk = open(place).await;
        let mut row = desk.conversation(1, 10);
        let first = desk.message(&mut row, "Where is my parcel?");
        let mut commit = Commit::new(Time(10), Actor::System);
        commit.add(Kind::ConversationOpened, row.clone());
        commit.add(Kind::MessageAdded, first);
        desk.store.commit(commit).await.unwrap();
        // Both read version 1 and take the second place.
        for expected in [Ok(()), Err(CommitError::Conflict)] {
            let mut row = row.clone();
            let message = desk.message(&mut row, "And when?");
            let mut commit = Commit::new(Time(11), Actor::System);
            commit.add(Kind::MessageAdded, message);
            commit.change(Kind::ConversationChanged, row);
            assert_eq!(desk.store.commit(commit).await.map(|_| ()), expected);
        }
    }

    async fn a_clock_that_goes_back_breaks_no_order(place) {
        let desk = open(place).await;
        let late = desk.begin(1_001, 9_000).await;
        let early = desk.begin(1_002, 10).await;
        let mut changed = late.clone();
        changed.customer_wrote(&text("Hello?"), Time(5));
        let message = desk.message(&mut changed, "Hello?");
        let mut commit = Commit::new(Time(5), Actor::Customer(desk.customer));
        commit.change(Kind::ConversationChanged, changed);
        commit.add(Kind::MessageAdded, message);
        desk.store.commit(commit).await.unwrap();
        let thread = desk.store.thread(late.id).await.unwrap().unwrap();
        let positions: Vec<i64> = thread.messages.iter().map(|m| m.message.position).collect();
        assert_eq!(positions, [1, 2], "messages stand in the order in which they were written");
        let entries = desk.store.journal_after(0, 100).await.unwrap();
        let seqs: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>());
        let listed = desk.store.conversations(View::Waiting, None, 10).await.unwrap();
        let ids: Vec<ConversationId> = listed.items.iter().map(|l| l.conversation.id).collect();
        assert_eq!(ids, [early.id, late.id], "who waits since the earlier time is first");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_can_wait_is_refused_and_the_rest_is_written() {
    let place = Place::sqlite();
    let desk = open(&place).await;
    let before = desk.store.last_seq().await.unwrap();
    // Somebody else holds the file, so that nothing is written and everything waits.
    let Location::Sqlite(path) = &place.location else { unreachable!("it is a file") };
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let mut commits = tokio::task::JoinSet::new();
    let n_sent = 6_000;
    for number in 0..n_sent {
        let (store, row) = (desk.store.clone(), desk.conversation(2_000 + number, 10));
        let mut commit = Commit::new(Time(10), Actor::Customer(desk.customer));
        commit.add(Kind::ConversationOpened, row);
        commits.spawn(async move { store.commit(commit).await });
    }
    let mut outcomes = Vec::new();
    // Refusals come at once; what waits is not answered before it is written.
    while outcomes.is_empty() {
        outcomes.push(commits.join_next().await.unwrap().unwrap());
    }
    assert_eq!(outcomes[0].as_ref().unwrap_err(), &CommitError::Busy);
    other.execute_batch("commit").unwrap();
    while let Some(outcome) = commits.join_next().await {
        outcomes.push(outcome.unwrap());
    }
    let is_busy = |outcome: &&Result<_, CommitError>| matches!(outcome, Err(CommitError::Busy));
    let n_refused = outcomes.iter().filter(is_busy).count();
    let n_written = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(n_refused + n_written, n_sent as usize, "there is no other outcome");
    assert!(n_refused > 0 && n_written > 0, "{n_refused} refused, {n_written} written");
    assert_eq!(desk.store.last_seq().await.unwrap(), before + n_written as i64);
}

/// A file that is not in use keeps no pages as they were.
#[tokio::test]
async fn a_desk_that_stops_leaves_an_empty_log() {
    let place = Place::sqlite();
    let desk = open(&place).await;
    desk.begin(1_001, 10).await;
    desk.begin(1_002, 10).await;
    let log = place.file().with_extension("sqlite-wal");
    assert_ne!(std::fs::metadata(&log).unwrap().len(), 0);
    drop(desk);
    assert_eq!(std::fs::metadata(&log).map_or(0, |log| log.len()), 0);
}

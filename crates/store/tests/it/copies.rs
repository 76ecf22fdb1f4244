//! Desks that move: from file to database and back, into a backup and out of it.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use desk::Time;
use store::{
    CopyError, Location, SearchQuery, Store, TableRows, Tell, View, back_up, copy_desk, restore,
};

use crate::{
    household::{begin_many, furnished},
    place::{Place, on_both},
    story::{Desk, open},
};

/// An index that names no row, as a torn page may leave it.
pub(crate) const LOST_INDEX: &str = "drop index cases_of_customer; \
    create index cases_of_customer on cases (customer_id, topic_id, opened_at) where 0; \
    pragma writable_schema = on; update sqlite_schema set sql = 'create index \
    cases_of_customer on cases (customer_id, topic_id, opened_at)' \
    where name = 'cases_of_customer'";

fn silent() -> Tell {
    Box::new(|_, _| {})
}

async fn copy(from: &Place, to: &Place) -> Result<Vec<TableRows>, CopyError> {
    copy_desk(&from.location, &to.location, silent()).await
}

/// What the two files hold differently, apart from leases.
pub(crate) fn differences(one: &Path, other: &Path, tables: &[TableRows]) -> Vec<String> {
    let connection = rusqlite::Connection::open(one).unwrap();
    connection.execute("attach ?1 as other", [other.to_str().unwrap()]).unwrap();
    let mut found = Vec::new();
    for table in tables {
        let name = table.name;
        let columns = if name == "jobs" { "id, due_at, kind, message_id" } else { "*" };
        let (here, there) = (format!("main.{name}"), format!("other.{name}"));
        for (one, other) in [(&here, &there), (&there, &here)] {
            let sql = format!(
                "select count(*) from (select {columns} from {one} except \
                 select {columns} from {other})"
            );
            let n: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
            if n > 0 {
                found.push(format!("{n} rows of {one} are not in {other}"));
            }
        }
    }
    found
}

async fn finds(store: &Store, word: &str) -> usize {
    let query = SearchQuery::Words(vec![word.to_owned()]);
    store.search(query, None, 10).await.unwrap().items.len()
}

/// A desk that was copied works on directly.
pub(crate) async fn check_works(place: &Place) {
    let store = place.open().await;
    assert_eq!(finds(&store, "grosse").await + finds(&store, "größe").await, 1);
    assert_eq!(finds(&store, "perhaps").await, 0, "a draft is not searched");
    let last = store.last_seq().await.unwrap();
    assert!(store.take_numbers(1).await.unwrap() > 2_199);
    let job = store.claim_jobs(Time(i64::MAX / 3), Time(i64::MAX / 3 + 1), 9).await.unwrap();
    assert_eq!(job.len(), 1, "nobody has it any more");
    let inbox = store.inboxes().await.unwrap()[0].id;
    let listed = store.conversations(View::All, None, 1).await.unwrap();
    let customer = listed.items[0].conversation.customer_id;
    let desk = Desk { store, inbox, customer };
    desk.begin(9_000, 30).await;
    assert_eq!(desk.store.last_seq().await.unwrap(), last + 2);
    assert_eq!(finds(&desk.store, "parcel").await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_moves_there_and_back_and_is_the_same() {
    let (file, database, again) = (Place::sqlite(), Place::postgres(), Place::sqlite());
    drop(furnished(&file).await);
    let there = copy(&file, &database).await.unwrap();
    assert!(there.iter().all(|table| table.n_rows > 0), "{there:?}");
    let back = copy(&database, &again).await.unwrap();
    assert_eq!(there, back);
    assert_eq!(differences(file.file(), again.file(), &back), Vec::<String>::new());
    check_works(&again).await;
    check_works(&database).await;
}

on_both! {
    async fn what_is_not_empty_is_not_copied_to(place) {
        let (from, other) = (Place::sqlite(), Place::sqlite());
        drop(open(&from).await);
        let desk = open(place).await;
        let row = desk.begin(1_001, 10).await;
        drop(desk);
        let refused = copy(&from, place).await.unwrap_err();
        assert!(matches!(refused, CopyError::NotEmpty(_)), "{refused}");
        let refused = restore(from.file(), &place.location, silent()).await.unwrap_err();
        assert!(matches!(refused, CopyError::NotEmpty(_)), "{refused}");
        let refused = copy(place, place).await.unwrap_err();
        assert!(matches!(refused, CopyError::SamePlace), "{refused}");
        let refused = copy(&other, place).await.unwrap_err();
        assert!(matches!(refused, CopyError::NoDesk(_)), "{refused}");
        assert!(place.open().await.thread(row.id).await.unwrap().is_some(), "nothing changed");
    }

    async fn a_desk_that_nobody_set_up_is_copied_to(place) {
        let from = Place::sqlite();
        drop(furnished(&from).await);
        drop(place.open().await);
        // A database whose connections have not ended yet is in use.
        let mut copied = copy(&from, place).await;
        while matches!(copied, Err(CopyError::InUse(_))) {
            copied = copy(&from, place).await;
        }
        copied.unwrap();
        check_works(place).await;
    }

    async fn a_backup_of_a_desk_at_work_is_a_desk(place) {
        let desk = furnished(place).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup.sqlite");
        let writing = begin_many(&desk, 4_000..6_000);
        let (backed_up, ()) = tokio::join!(back_up(&place.location, &file, silent()), writing);
        let backed_up = backed_up.unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "one file and no other");
        for target in [Place::sqlite(), Place::postgres()] {
            let restored = restore(&file, &target.location, silent()).await.unwrap();
            assert_eq!(restored, backed_up);
            if target.location != place.location && matches!(target.location, Location::Sqlite(_)) {
                assert_eq!(differences(&file, target.file(), &restored), Vec::<String>::new());
            }
            check_works(&target).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_desk_is_served_by_nobody() {
    let (from, to) = (Place::sqlite(), Place::postgres());
    drop(furnished(&from).await);
    let name = match &to.location {
        Location::Postgres(url) => url.rsplit('/').next().unwrap().to_owned(),
        Location::Sqlite(_) => unreachable!(),
    };
    // The connection is cut in the middle, so that nothing can be put right.
    let is_cut = AtomicBool::new(false);
    let cut = Place::at(to.location.clone());
    let tell: Tell = Box::new(move |table, _| {
        if table == "messages" && !is_cut.swap(true, Ordering::Relaxed) {
            cut.meddle(&format!(
                "select pg_terminate_backend(pid) from pg_stat_activity \
                 where datname = '{name}' and application_name = 'evenkeel tools'"
            ));
        }
    });
    copy_desk(&from.location, &to.location, tell).await.unwrap_err();
    let refused = Store::open(&to.location).await.err().expect("it is refused").to_string();
    assert!(refused.contains("did not end"), "{refused}");
    let refused = copy(&to, &Place::sqlite()).await.unwrap_err();
    assert!(matches!(refused, CopyError::Unfinished(_)), "{refused}");
    copy(&from, &to).await.unwrap();
    check_works(&to).await;

    let to = Place::sqlite();
    let part = to.file().with_file_name("desk.sqlite.part");
    std::fs::write(&part, "the beginning of a file").unwrap();
    let refused = Store::open(&to.location).await.err().expect("it is refused").to_string();
    assert!(refused.contains("did not end") && refused.contains("desk.sqlite.part"), "{refused}");
    let refused = copy(&to, &Place::sqlite()).await.unwrap_err();
    assert!(matches!(refused, CopyError::Unfinished(_)), "{refused}");
    copy(&from, &to).await.unwrap();
    check_works(&to).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_fails_leaves_nothing() {
    let (from, to) = (Place::sqlite(), Place::postgres());
    let desk = open(&from).await;
    desk.begin(1_001, 10).await;
    drop(desk);
    from.meddle("update messages set text = 'a' || char(0) || 'b'");
    let refused = copy(&from, &to).await.unwrap_err().to_string();
    assert!(refused.contains("messages") && refused.contains("code 0"), "{refused}");
    drop(to.open().await);
    from.meddle("update messages set text = 'ab', position = 'first'");
    let file = Place::sqlite();
    let refused = copy(&from, &file).await.unwrap_err().to_string();
    assert!(refused.contains("messages: unreadable cell position"), "{refused}");
    assert_eq!(std::fs::read_dir(file.file().parent().unwrap()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_desk_is_neither_moved_nor_does_it_replace_a_backup() {
    let from = Place::sqlite();
    drop(furnished(&from).await);
    from.meddle(LOST_INDEX);
    let refused = copy(&from, &Place::postgres()).await.unwrap_err();
    assert!(matches!(refused, CopyError::Damaged(..)), "{refused}");
    from.meddle("reindex");
    copy(&from, &Place::sqlite()).await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.sqlite");
    std::fs::write(&file, "an older backup").unwrap();
    let mut bent = std::fs::read(from.file()).unwrap();
    let middle = bent.len() / 2;
    bent[middle..middle + 8_192].fill(0x55);
    std::fs::write(from.file(), bent).unwrap();
    let refused = back_up(&from.location, &file, silent()).await.unwrap_err();
    assert!(refused.to_string().contains("malformed"), "{refused}");
    assert_eq!(std::fs::read(&file).unwrap(), b"an older backup");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_sound_backup_is_not_restored() {
    let (from, to) = (Place::sqlite(), Place::sqlite());
    drop(furnished(&from).await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.sqlite");
    back_up(&from.location, &file, silent()).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let check = async |content: &[u8], expected: &str| {
        std::fs::write(&file, content).unwrap();
        let refused = restore(&file, &to.location, silent()).await.unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
        assert_eq!(std::fs::read_dir(to.file().parent().unwrap()).unwrap().count(), 0);
    };
    check(b"", "holds no desk").await;
    check(b"a text of somebody's", "holds no desk").await;
    check(&whole[..whole.len() / 2], "is damaged").await;
    let mut bent = whole.clone();
    let middle = bent.len() / 2;
    bent[middle..middle + 8_192].fill(0x55);
    check(&bent, "is damaged").await;
    let mut newer = whole.clone();
    newer[63] = 99;
    check(&newer, "by a newer release (version 99").await;
    std::fs::write(&file, &whole).unwrap();
    restore(&file, &to.location, silent()).await.unwrap();
}

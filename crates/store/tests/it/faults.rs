//! The doctor finds each fault that a desk can have.

use desk::Time;
use store::{Check, Doctor, Location};

use crate::{
    copies::LOST_INDEX,
    household::furnished,
    place::{Place, on_both},
};

/// The statement that does the damage, the check that has to find it, and what it says.
const FAULTS: &[(&str, &str, &str)] = &[
    ("delete from journal where seq = 7", "journal", "1 rows are missing"),
    (
        "update counters set value = value + 2 where name = 'journal'",
        "journal",
        "2 is the distance",
    ),
    ("update counters set value = value - 1 where name = 'queue'", "counts", "1 views"),
    ("update answer_hours set n_by_ai = n_by_ai + 1", "counts", "1 hours"),
    ("delete from examples", "counts", "1 topics"),
    (
        "update conversations set n_messages = 3 where number = 1100",
        "conversations",
        "1 conversations with another number",
    ),
    (
        "update messages set position = 9 where text = 'A known matter'",
        "conversations",
        "2 conversations with another number",
    ),
    (
        "update conversations set agent_id = (select id from agents) where number = 1101",
        "conversations",
        "that an agent has without",
    ),
    (
        "update conversations set closed_at = 1 where number = 1102",
        "conversations",
        "1 conversations closed at no time",
    ),
    (
        "update conversations set waiting_since = null where number = 1103",
        "conversations",
        "1 conversations that wait where",
    ),
    (
        "update conversations set has_draft = 1 where number = 1104",
        "conversations",
        "1 conversations that promise a draft",
    ),
    ("update counters set value = 1500 where name = 'number'", "numbers", "699 conversations"),
    (
        "update messages set author_id = 'nobody' where text = 'I look into it'",
        "references",
        "1 messages of an author",
    ),
    (
        "update messages set author_id = 'somebody' where text = 'Two days.'",
        "references",
        "2 messages of an author",
    ),
    (
        "update files set message_id = 'none' where message_id is not null",
        "references",
        "1 files of a message",
    ),
    (
        "update files set conversation_id = null where message_id = 'none'",
        "references",
        "1 files that are half attached",
    ),
    (
        "update files set owner_id = 'nobody' where message_id is null",
        "references",
        "1 files of an owner",
    ),
    ("update sessions set subject_id = 'nobody'", "references", "1 sessions of somebody"),
    ("update jobs set message_id = 'none'", "references", "1 jobs about a message"),
    (
        "update journal set conversation_id = 'none' where seq = 20",
        "references",
        "1 journal rows of a conversation",
    ),
    (
        "update journal set customer_id = 'none' where seq in (20, 21)",
        "references",
        "2 journal rows of a customer",
    ),
    ("update articles set topic_ids = '[\"none\"]'", "references", "1 articles with a topic"),
    ("update jobs set due_at = 10, leased_until = 20", "jobs", "1 jobs are due"),
    ("update jobs set died_at = 30", "given up", "1 jobs were given up"),
    ("delete from assignments", "cases", "1 cases that were assigned to nobody"),
    ("delete from contacts", "cases", "1 cases that came up nowhere"),
];

const ON_SQLITE: &[(&str, &str, &str)] = &[
    (
        "insert into message_search (message_search, rowid, text) \
         select 'delete', row, text from messages where text = 'A known matter'",
        "search",
        "1 messages that a search cannot find",
    ),
    (
        "insert into message_search (rowid, text) \
         select row, text from messages where text = 'Perhaps so'",
        "search",
        "1 entries that a search should not find",
    ),
    ("delete from inboxes", "references", "references between tables"),
    (LOST_INDEX, "integrity", "missing from index"),
];

const ON_POSTGRES: &[(&str, &str, &str)] = &[
    (
        "update messages set search = null where text = 'A known matter'",
        "search",
        "1 messages that a search cannot find",
    ),
    (
        "update messages set search = to_tsvector('simple', text) where text = 'Perhaps so'",
        "search",
        "1 entries that a search should not find",
    ),
];

async fn examine(place: &Place) -> Vec<Check> {
    let doctor = Doctor::visit(&place.location).await.unwrap();
    doctor.examine(Time(1_000_000)).await.unwrap()
}

on_both! {
    async fn each_fault_is_found(place) {
        let desk = furnished(place).await;
        let checks = examine(place).await;
        assert!(checks.iter().all(|check| check.is_ok), "beside a desk at work: {checks:#?}");
        drop(desk);
        let more = match place.location {
            Location::Sqlite(_) => ON_SQLITE,
            Location::Postgres(_) => ON_POSTGRES,
        };
        for (damage, name, expected) in FAULTS.iter().chain(more) {
            place.meddle(damage);
            let checks = examine(place).await;
            let check = checks.iter().find(|check| check.name == *name).unwrap();
            assert!(!check.is_ok && check.detail.contains(expected), "{damage}: {check:?}");
        }
    }

    async fn what_is_no_desk_of_this_release_is_not_looked_at_further(place) {
        drop(place.open().await);
        assert!(examine(place).await.len() > 5);
        place.meddle("insert into counters (name, value) values ('unfinished', 1)");
        let checks = examine(place).await;
        assert!(checks.len() == 1 && !checks[0].is_ok, "{checks:?}");
        assert!(checks[0].detail.contains("half a desk"), "{checks:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_desk_nothing_is_made() {
    let place = Place::sqlite();
    assert!(Doctor::visit(&place.location).await.is_err());
    assert_eq!(std::fs::read_dir(place.file().parent().unwrap()).unwrap().count(), 0);
    let place = Place::postgres();
    let doctor = Doctor::visit(&place.location).await.unwrap();
    assert!(doctor.examine(Time(1)).await.is_err());
    let place = Place::sqlite();
    std::fs::write(place.file(), "a text of somebody's, longer than a header of a file".repeat(9))
        .unwrap();
    let checks = examine(&place).await;
    assert!(checks.len() == 1 && checks[0].detail.contains("not a database"), "{checks:?}");
}

//! What must be so of a desk after a fault.

use std::path::Path;

use crate::desk::{Place, column_of};

/// Each conversation has one answer of the assistant, one receipt of a handoff, or both where the
/// assistant said that a person will answer.
const WRONGLY_ANSWERED: &str = "select count(*) from (
    select count(*) filter (where m.author_type = 'ai' and m.kind = 'text') as n_answers,
           count(*) filter (where m.code = 'receipt') as n_receipts
    from conversations c left join messages m on m.conversation_id = c.id group by c.id) as counted
    where n_answers > 1 or n_receipts > 1 or n_answers + n_receipts = 0";
const CLIENT_IDS: &str =
    "select client_id from messages where client_id is not null order by client_id";

/// Each counts what should not be there.
const FAULTS: &[(&str, &str)] = &[
    ("numbers are missing in the journal", "select coalesce(max(seq), 0) - count(*) from journal"),
    (
        "numbers were given that the journal does not have",
        "select (select value from counters where name = 'journal') \
         - (select coalesce(max(seq), 0) from journal)",
    ),
    (
        // Customers name their messages in the order in which they write them.
        "pairs of messages are out of order",
        "select count(*) from messages a join messages b \
         on a.conversation_id = b.conversation_id and a.position < b.position \
         where a.client_id > b.client_id",
    ),
    (
        "kept counts are not those of the rows that they count",
        "select count(*) from (select k.name, k.value, count(c.id) as n \
         from counters k left join conversations c \
         on k.name = case c.state when 'closed' then c.state else c.handler end \
         where k.name in ('queue', 'assistant', 'agent', 'closed') \
         group by k.name, k.value) as kept where value <> n",
    ),
];
/// Of a file, on which one clock is at work.
const FILE_FAULTS: &[(&str, &str)] = &[
    (
        "pages are not sound",
        "select count(*) from pragma_integrity_check where integrity_check <> 'ok'",
    ),
    (
        "pairs of messages whose time goes back",
        "select count(*) from messages a join messages b \
         on a.conversation_id = b.conversation_id and a.position < b.position \
         where a.created_at > b.created_at",
    ),
];

/// A desk whose jobs are done and which customers told these messages, and no others.
pub(crate) fn check(place: &Place, acknowledged: &[String]) {
    let faults = match place {
        Place::File(folder) => faults_of_file(&folder.path().join("desk.sqlite"), acknowledged),
        Place::Server(..) => faults(&[FAULTS], acknowledged, |sql| Ok(place.column(sql))).unwrap(),
    };
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(client_ids(place), acknowledged, "nothing else is there");
    assert_eq!(place.number(WRONGLY_ANSWERED), 0, "each question is answered once");
}

/// What customers told a desk, in the order of their names for it.
pub(crate) fn client_ids(place: &Place) -> Vec<String> {
    place.column(CLIENT_IDS)
}

/// What is wrong with a file; its jobs may still wait to be done.
pub(crate) fn faults_of_file(file: &Path, acknowledged: &[String]) -> Vec<String> {
    faults(&[FAULTS, FILE_FAULTS], acknowledged, |sql| column_of(file, sql))
        .unwrap_or_else(|error| vec![format!("the file cannot be read: {error}")])
}

fn faults(
    queries: &[&[(&str, &str)]],
    acknowledged: &[String],
    column: impl Fn(&str) -> rusqlite::Result<Vec<String>>,
) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    for (what, query) in queries.concat() {
        let n = &column(query)?[0];
        if n != "0" {
            found.push(format!("{n} {what}"));
        }
    }
    let kept = column(CLIENT_IDS)?;
    let is_lost = |id: &&String| kept.binary_search(id).is_err();
    let lost: Vec<&String> = acknowledged.iter().filter(is_lost).collect();
    if !lost.is_empty() {
        found.push(format!("{} of {} are lost: {lost:?}", lost.len(), acknowledged.len()));
    }
    let twice = kept.windows(2).filter(|two| two[0] == two[1]).map(|two| &two[0]);
    found.extend(twice.map(|id| format!("{id} is there twice")));
    Ok(found)
}

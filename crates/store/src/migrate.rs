//! Brings a database to the present tables, one numbered file at a time, each in a transaction.

use crate::{
    connection::{Connection, Outcome},
    differences::migration,
    unfinished,
    value::{Failure, values},
};

/// In order; a file that has shipped is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001.sql"),
    include_str!("../migrations/0002.sql"),
    include_str!("../migrations/0003.sql"),
    include_str!("../migrations/0004.sql"),
    include_str!("../migrations/0005.sql"),
    include_str!("../migrations/0006.sql"),
    include_str!("../migrations/0007.sql"),
    include_str!("../migrations/0008.sql"),
    include_str!("../migrations/0009.sql"),
    include_str!("../migrations/0010.sql"),
    include_str!("../migrations/0011.sql"),
    include_str!("../migrations/0012.sql"),
    include_str!("../migrations/0013.sql"),
    include_str!("../migrations/0014.sql"),
    include_str!("../migrations/0015.sql"),
];

/// Two nodes that start together take turns; the number is only ours.
const POSTGRES_TURN: &str = "begin; select pg_advisory_xact_lock(6837845); \
    create table if not exists schema_version (version bigint not null)";

/// The version of the present tables.
pub(crate) const LATEST: i64 = MIGRATIONS.len() as i64;

/// Runs what is missing, for a desk that is about to work here.
///
/// # Errors
/// When the database is newer than this program or holds half a desk, or when a statement fails;
/// nothing of that file stays.
pub(crate) fn migrate(connection: &Connection) -> Outcome<()> {
    bring_up(connection)?;
    unfinished::refuse(connection)
}

/// The version of the tables; 0 when there are none.
pub(crate) fn version(connection: &Connection) -> Outcome<i64> {
    let there = "select count(*) as n from information_schema.tables \
        where table_schema = current_schema() and table_name = 'schema_version'";
    if connection.is_postgres() && connection.number(there, &values![])? == 0 {
        return Ok(0);
    }
    connection.number(version_sql(connection), &values![])
}

fn version_sql(connection: &Connection) -> &'static str {
    if connection.is_postgres() {
        "select coalesce(max(version), 0) as n from schema_version"
    } else {
        "select user_version as n from pragma_user_version"
    }
}

/// Runs what is missing, whatever the database holds.
///
/// # Errors
/// As [`migrate`], but half a desk is none.
pub(crate) fn bring_up(connection: &Connection) -> Outcome<()> {
    loop {
        connection.script(if connection.is_postgres() {
            POSTGRES_TURN
        } else {
            "begin immediate"
        })?;
        let done = step(connection);
        connection.roll_back();
        if done? {
            return Ok(());
        }
    }
}

/// Runs the next file; true when there was none.
fn step(connection: &Connection) -> Outcome<bool> {
    let is_postgres = connection.is_postgres();
    let at = connection.number(version_sql(connection), &values![])?;
    if at > LATEST {
        let why = format!(
            "it was written by a newer release (version {at}, this release knows {LATEST})"
        );
        return Err(Failure::Other(why));
    }
    let Some(text) = usize::try_from(at).ok().and_then(|at| MIGRATIONS.get(at)) else {
        return Ok(true);
    };
    let next = at + 1;
    let ran = connection.script(&migration(text, is_postgres)).and_then(|()| {
        connection.script(&if is_postgres {
            format!(
                "delete from schema_version; insert into schema_version values ({next}); commit"
            )
        } else {
            format!("pragma user_version = {next}; commit")
        })
    });
    ran.map_err(|failure| Failure::Other(format!("migration {next} failed: {failure}")))?;
    Ok(false)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A failed step is a failed test.
mod tests {
    use super::*;
    use crate::{Location, SearchQuery, Store};

    /// A desk as the first release wrote it: one closed conversation with an answer by the
    /// assistant, and the search index told about it by hand.
    const BEFORE: &str = "
        insert into inboxes values ('01900000-0000-7000-8000-000000000001', 1, 'Web', 'web', '', '');
        insert into customers (id, version, is_verified, is_people_first, created_at)
          values ('01900000-0000-7000-8000-000000000002', 1, 0, 0, 1);
        insert into conversations (id, version, number, inbox_id, customer_id, subject, state,
          handler, priority, has_draft, needs_reply, n_messages, created_at, updated_at)
          values ('01900000-0000-7000-8000-000000000003', 1, 1041,
          '01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000002', 'Hello',
          'closed', 'assistant', 0, 0, 0, 1, 7200000, 7200000);
        insert into messages (id, version, conversation_id, position, author_type, kind, text,
          is_generated, sources, created_at) values ('01900000-0000-7000-8000-000000000004', 1,
          '01900000-0000-7000-8000-000000000003', 1, 'ai', 'text', 'Parcels take two days', 1,
          '[{\"n\":1,\"article_id\":\"01900000-0000-7000-8000-000000000006\",\"slug\":\"a\",\"title\":\"A\",
          \"quote\":\"Parcels take two days\"}]', 7200000);
        insert into message_search (rowid, text) values (1, 'Parcels take two days');
        pragma user_version = 1;";

    /// The same message of the same customer begins two more conversations.
    const TWICE: &str = "
        insert into conversations select replace(id, '0003', n || '003'), version, number + n,
          inbox_id, customer_id, subject, state, handler, agent_id, priority, language, topic_id,
          last_author, last_text, last_at, has_draft, waiting_since, needs_reply, n_messages,
          ai_notice_at, queued_at, person_answered_at, assistant_answered_at, survey_score,
          survey_comment, survey_at, created_at, updated_at, closed_at
          from conversations, (select 1 as n union select 2) as numbers;
        insert into messages (id, version, conversation_id, position, author_type, author_id, kind,
          text, is_generated, sources, client_id, created_at)
          select replace(id, '0003', '0005'), 1, id, 1, 'customer', customer_id, 'text', 'Hello', 0,
          '[]', 'twice', 1 from conversations where number > 1041;";

    #[tokio::test(flavor = "multi_thread")]
    async fn a_message_that_began_two_conversations_keeps_its_key_in_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.sqlite");
        let connection = Connection::sqlite_writer(&path).unwrap();
        connection.script(&migration(MIGRATIONS[0], false)).unwrap();
        connection.script(BEFORE).unwrap();
        connection.script(TWICE).unwrap();
        let n_keys = "select count(client_id) as n from messages";
        assert_eq!(connection.number(n_keys, &values![]).unwrap(), 2);
        Store::open(&Location::Sqlite(path)).await.unwrap();
        assert_eq!(connection.number(n_keys, &values![]).unwrap(), 1);
        let n_texts = "select count(*) as n from messages where text = 'Hello'";
        assert_eq!(connection.number(n_texts, &values![]).unwrap(), 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_desk_of_the_first_release_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.sqlite");
        let connection = Connection::sqlite_writer(&path).unwrap();
        connection.script(&migration(MIGRATIONS[0], false)).unwrap();
        connection.script(BEFORE).unwrap();
        drop(connection);
        let store = Store::open(&Location::Sqlite(path)).await.unwrap();
        let counts = store.counts(desk::AgentId(uuid::Uuid::nil())).await.unwrap();
        assert_eq!((counts.closed, counts.all), (1, 1));
        assert_eq!(store.take_numbers(1).await.unwrap(), 1_042);
        let hours = store.hours_since(desk::Time(0)).await.unwrap();
        assert_eq!((hours[0].hour, hours[0].n_by_ai), (desk::Time(7_200_000), 1));
        let words = SearchQuery::Words(vec!["parcel".to_owned()]);
        assert_eq!(store.search(words, None, 9).await.unwrap().items.len(), 1);
    }
}

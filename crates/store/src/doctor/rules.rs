//! What must be so in a desk's tables, each as a statement that counts where it is not.

use desk::Time;

/// A job that is due so long, and that nobody works on, is stuck.
const STUCK_MS: i64 = 10 * 60_000;

/// Rules that are told of together.
pub(super) struct Group {
    pub(super) name: &'static str,
    /// What to say when all of them hold.
    pub(super) well: &'static str,
    pub(super) rules: Vec<Rule>,
}

/// Something that must not be.
pub(super) struct Rule {
    /// What was found, after its number: `3 …`.
    pub(super) fault: &'static str,
    /// Gives `n`, and `first`, which names one of them.
    pub(super) sql: String,
}

fn group(
    name: &'static str,
    well: &'static str,
    rules: impl IntoIterator<Item = (&'static str, String)>,
) -> Group {
    let rules = rules.into_iter().map(|(fault, sql)| Rule { fault, sql }).collect();
    Group { name, well, rules }
}

/// Rows of a table that a condition finds; named by that column.
fn rows(name: &str, table: &str, condition: &str) -> String {
    format!(
        "select count(*) as n, cast(min({name}) as text) as first from {table} where {condition}"
    )
}

/// Rows that name something which is not there. `other` is a table and the condition that finds
/// the row in it.
fn orphans(table: &str, named: &str, other: &str, found: &str) -> String {
    let condition = format!("{named} and not exists (select 1 from {other} where {found})");
    rows(&format!("{table}.id"), table, &condition)
}

pub(super) fn groups(is_postgres: bool, now: Time) -> Vec<Group> {
    vec![
        references(is_postgres),
        numbered("journal"),
        numbered("ledger"),
        counts(),
        search(is_postgres),
        conversations(),
        cases(),
        numbers(),
        jobs(now),
        dead_jobs(),
    ]
}

fn references(is_postgres: bool) -> Group {
    let mut rules = vec![
        (
            "messages of an author who is not there",
            rows(
                "messages.id",
                "messages",
                "case author_type \
                 when 'customer' then not exists (select 1 from customers where id = author_id) \
                 when 'agent' then not exists (select 1 from agents where id = author_id) \
                 else author_id is not null end",
            ),
        ),
        (
            "files of a message that is not there, or is in another conversation",
            orphans(
                "files",
                "message_id is not null",
                "messages",
                "messages.id = files.message_id \
                 and messages.conversation_id = files.conversation_id",
            ),
        ),
        (
            "files that are half attached",
            rows("id", "files", "(message_id is null) <> (conversation_id is null)"),
        ),
        ("files of an owner who is not there", absent("id", "files", "owner_type", "owner_id")),
        (
            "sessions of somebody who is not there",
            absent("token_hash", "sessions", "kind", "subject_id"),
        ),
        (
            "jobs about a message that is not there",
            orphans(
                "jobs",
                "true",
                "messages",
                "messages.id = jobs.message_id \
                 and messages.conversation_id = jobs.conversation_id",
            ),
        ),
        (
            "journal rows of a conversation that is not there",
            rows(
                "seq",
                "journal",
                "conversation_id is not null and not exists \
                 (select 1 from conversations where id = conversation_id)",
            ),
        ),
        (
            "journal rows of a customer who is not there",
            rows(
                "seq",
                "journal",
                "customer_id is not null and not exists \
                 (select 1 from customers where id = customer_id)",
            ),
        ),
        ("articles with a topic that is not there", articles(is_postgres)),
    ];
    if !is_postgres {
        // PostgreSQL lets no such row in.
        let sql = "select count(*) as n, min(\"table\") as first from pragma_foreign_key_check";
        rules.push(("references between tables that find nothing", sql.to_owned()));
    }
    group("references", "whatever is named is there", rules)
}

/// Rows of an agent, or of a customer with the inbox through which they came.
fn absent(name: &str, table: &str, kind: &str, id: &str) -> String {
    let condition = format!(
        "case {kind} when 'agent' then not exists (select 1 from agents where agents.id = {id}) \
         else not exists (select 1 from customers where customers.id = substr({id}, 1, 36)) \
         or not exists (select 1 from inboxes where inboxes.id = substr({id}, 38)) end"
    );
    rows(&format!("{table}.{name}"), table, &condition)
}

fn articles(is_postgres: bool) -> String {
    let list = if is_postgres {
        "json_array_elements_text(cast(topic_ids as json)) as given (value)"
    } else {
        "json_each(topic_ids) as given"
    };
    format!(
        "select count(*) as n, min(articles.id) as first from articles, {list} \
         where not exists (select 1 from topics where topics.id = given.value)"
    )
}

fn numbered(table: &'static str) -> Group {
    let rules = [
        (
            "rows are missing in it",
            format!(
                "select coalesce(max(seq), 0) - count(*) as n, cast(null as text) as first \
                 from {table}"
            ),
        ),
        (
            "is the distance from its last row to its counter",
            format!(
                "select coalesce((select value from counters where name = '{table}'), -1) \
                 - coalesce((select max(seq) from {table}), 0) as n, cast(null as text) as first"
            ),
        ),
    ];
    group(table, "no row is missing, and its counter is its last number", rules)
}

fn counts() -> Group {
    let rules = [
        (
            "views whose conversations are counted wrongly",
            "select count(*) as n, min(name) as first from (select name from ( \
               select name, value from counters \
                 where name in ('queue', 'assistant', 'agent', 'closed') \
               union all \
               select case state when 'closed' then state else handler end as name, \
                 -count(*) as value from conversations group by 1) as given \
             group by name having sum(value) <> 0) as wrong"
                .to_owned(),
        ),
        (
            "hours whose answers are counted wrongly",
            "select count(*) as n, cast(min(hour) as text) as first from (select hour from ( \
               select hour, n_by_ai, n_by_people from answer_hours \
               union all \
               select created_at / 3600000 as hour, \
                 -count(*) filter (where author_type = 'ai' and sources <> '[]') \
                   as n_by_ai, \
                 -count(*) filter (where author_type = 'agent') as n_by_people \
                 from messages where kind = 'text' and author_type in ('ai', 'agent') \
                 group by 1) as given \
             group by hour having sum(n_by_ai) <> 0 or sum(n_by_people) <> 0) as wrong"
                .to_owned(),
        ),
        (
            "topics whose examples are counted wrongly",
            rows(
                "id",
                "topics",
                "n_examples <> (select count(*) from examples where topic_id = topics.id)",
            ),
        ),
    ];
    group("counts", "what is counted as it happens is what is there", rules)
}

fn search(is_postgres: bool) -> Group {
    let rules = if is_postgres {
        vec![
            (
                "messages that a search cannot find",
                rows("id", "messages", "kind in ('text', 'note') and search is null"),
            ),
            (
                "entries that a search should not find",
                rows("id", "messages", "kind not in ('text', 'note') and search is not null"),
            ),
        ]
    } else {
        // The index keeps a row for each text that it knows.
        let known = "message_search_docsize";
        vec![
            (
                "messages that a search cannot find",
                rows(
                    "id",
                    "messages",
                    &format!(
                        "kind in ('text', 'note') and not exists \
                         (select 1 from {known} where {known}.id = messages.row)"
                    ),
                ),
            ),
            (
                "entries that a search should not find",
                rows(
                    "id",
                    known,
                    &format!(
                        "not exists (select 1 from messages where messages.row = {known}.id \
                         and kind in ('text', 'note'))"
                    ),
                ),
            ),
        ]
    };
    group("search", "each message and note can be found", rules)
}

fn conversations() -> Group {
    let of = |condition| rows("id", "conversations", condition);
    let rules = [
        (
            "conversations with another number of messages than they say",
            of("n_messages <> (select count(*) from messages \
                where conversation_id = conversations.id) \
                or n_messages <> (select coalesce(max(position), 0) from messages \
                where conversation_id = conversations.id)"),
        ),
        (
            "conversations that an agent has without a name",
            of("(handler = 'agent') <> (agent_id is not null)"),
        ),
        (
            "conversations closed at no time, or open since they closed",
            of("(state = 'closed') <> (closed_at is not null)"),
        ),
        (
            "conversations that wait where nobody sees them",
            of("state = 'open' and handler = 'queue' and waiting_since is null"),
        ),
        (
            "conversations that promise a draft and have none",
            of("has_draft = 1 and not exists (select 1 from messages \
                where conversation_id = conversations.id and draft_state = 'pending')"),
        ),
    ];
    group("conversations", "each is what its messages say", rules)
}

fn cases() -> Group {
    let rules = [
        (
            "cases that were assigned to nobody",
            orphans("cases", "true", "assignments", "case_id = cases.id"),
        ),
        ("cases that came up nowhere", orphans("cases", "true", "contacts", "case_id = cases.id")),
    ];
    group("cases", "each was assigned, and came up in a conversation", rules)
}

fn numbers() -> Group {
    let above = "number > coalesce((select value from counters where name = 'number'), 0)";
    let rules = [("conversations have a number that will be given again", {
        rows("number", "conversations", above)
    })];
    group("numbers", "no number will be given twice", rules)
}

fn jobs(now: Time) -> Group {
    let condition = format!(
        "died_at is null and due_at < {} and leased_until < {}",
        now.plus_ms(-STUCK_MS).0,
        now.0
    );
    let rules = [("jobs are due for more than ten minutes, and nobody works on them", {
        rows("id", "jobs", &condition)
    })];
    group("jobs", "none waits for long", rules)
}

fn dead_jobs() -> Group {
    let fault = "jobs were given up; a lead tries them again or drops them in the desk";
    let rules = [(fault, rows("id", "jobs", "died_at is not null"))];
    group("given up", "no job was given up", rules)
}

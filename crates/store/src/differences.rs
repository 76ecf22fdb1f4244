//! What the two databases want said differently. Everything else is one text for both.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::{
    connection::{Connection, Outcome},
    value::{Row, values},
};

/// Tables whose rows are looked at before a batch changes them, in the order in which they are
/// locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Table {
    Desks,
    Inboxes,
    Agents,
    Customers,
    Topics,
    Examples,
    Articles,
    Conversations,
    Messages,
    Cases,
    Handoffs,
    Files,
    Jobs,
    Reviews,
    Calls,
    Workers,
    Shifts,
    Applications,
    Counters,
}

/// What is known of a row before a batch changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Locked {
    /// Its version; of tables without versions 1.
    pub(crate) version: i64,
    /// A conversation's view, a job's node, the message of a file, the reviewer of an answer.
    pub(crate) mark: Option<String>,
}

impl Locked {
    pub(crate) fn read(row: &Row<'_>) -> Outcome<Self> {
        Ok(Self { version: row.get("version")?, mark: row.get("mark")? })
    }
}

macro_rules! locks {
    ($end:literal) => {
        [
            concat!("select id, version, null as mark from desks where id ", $end),
            concat!("select id, version, null as mark from inboxes where id ", $end),
            concat!("select id, version, null as mark from agents where id ", $end),
            concat!("select id, version, null as mark from customers where id ", $end),
            concat!("select id, version, null as mark from topics where id ", $end),
            concat!(
                "select id, cast(1 as bigint) as version, null as mark from examples where id ",
                $end
            ),
            concat!("select id, version, null as mark from articles where id ", $end),
            concat!(
                "select id, version, case state when 'closed' then state else handler end as mark \
                 from conversations where id ",
                $end
            ),
            concat!("select id, version, null as mark from messages where id ", $end),
            concat!("select id, version, null as mark from cases where id ", $end),
            concat!("select id, version, null as mark from handoffs where id ", $end),
            concat!(
                "select id, cast(1 as bigint) as version, message_id as mark from files where id ",
                $end
            ),
            concat!(
                "select id, cast(1 as bigint) as version, leased_by as mark from jobs where id ",
                $end
            ),
            concat!(
                "select id, cast(1 as bigint) as version, reviewed_by as mark from reviews \
                 where id ",
                $end
            ),
            concat!("select id, version, null as mark from calls where id ", $end),
            concat!("select id, version, null as mark from workers where id ", $end),
            concat!("select id, version, null as mark from shifts where id ", $end),
            concat!("select id, version, null as mark from applications where id ", $end),
            concat!(
                "select name as id, value as version, null as mark from counters where name ",
                $end
            ),
        ]
    };
}

/// One row each: there is one writer, and the rows are in its memory.
pub(crate) const SQLITE_LOCKS: [&str; 19] = locks!("= ?1");
/// All rows of a table at once, locked in order of their ids. Other nodes may refer to a locked
/// row, but not change it.
pub(crate) const POSTGRES_LOCKS: [&str; 19] = locks!("= any (?1) order by id for no key update");

/// `?1` becomes `$1`.
pub(crate) fn postgres_placeholders(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        let is_placeholder = c == '?' && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if is_placeholder { '$' } else { c });
    }
    out
}

/// A migration as each database reads it: lines after `--@sqlite` or `--@postgres` are for that
/// one alone, until `--@both`. PostgreSQL's numbers are wider, and its text is ordered by bytes.
pub(crate) fn migration(text: &str, is_postgres: bool) -> String {
    let mut is_read = true;
    let mut out = String::new();
    for line in text.lines() {
        match line {
            "--@sqlite" => is_read = !is_postgres,
            "--@postgres" => is_read = is_postgres,
            "--@both" => is_read = true,
            _ if is_read && is_postgres => {
                out.push_str(&postgres_column(line));
                out.push('\n');
            }
            _ if is_read => {
                out.push_str(line);
                out.push('\n');
            }
            _ => {}
        }
    }
    out
}

fn postgres_column(line: &str) -> String {
    let lead = if line.starts_with("alter table ") { 6 } else { 1 };
    let is_column = lead == 6 || (line.starts_with("  ") && !line.starts_with("   "));
    let mut words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    let Some(word) = words.get(lead).copied().filter(|_| is_column) else { return line.to_owned() };
    let end = word.trim_end_matches([',', ';']).len();
    let wide = match &word[..end] {
        "integer" => "bigint",
        "real" => "double precision",
        "blob" => "bytea",
        "text" => "text collate \"C\"",
        _ => return line.to_owned(),
    };
    let wide = format!("{wide}{}", &word[end..]);
    words[lead] = &wide;
    words.join(" ")
}

/// Adds a message. PostgreSQL is told the words to find it by; a file has an index beside.
pub(crate) const SQLITE_MESSAGE: &str = "insert into messages (id, version, conversation_id, \
    position, author_type, author_id, kind, code, text, is_generated, sources, draft_state, \
    client_id, created_at, choices, door) values (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
    ?11, ?12, ?13, ?14, ?15)";
pub(crate) const POSTGRES_MESSAGE: &str = "insert into messages (id, version, conversation_id, \
    position, author_type, author_id, kind, code, text, is_generated, sources, draft_state, \
    client_id, created_at, choices, door, search) values (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
    ?10, ?11, ?12, ?13, ?14, ?15, to_tsvector('simple', ?16))";

/// Tells a file's index of a message that was added.
pub(crate) const SQLITE_MESSAGE_INDEX: &str =
    "insert into message_search (rowid, text) select row, text from messages where id = ?1";

/// Changes a message's text, a draft's state, and who called it wrong.
pub(crate) const SQLITE_MESSAGE_CHANGE: &str = "update messages set version = version + 1, text = ?2, draft_state = ?3, wrong_by = ?4 \
     where id = ?1";
pub(crate) const POSTGRES_MESSAGE_CHANGE: &str = "update messages set version = version + 1, \
    text = ?2, draft_state = ?3, wrong_by = ?4, search = to_tsvector('simple', ?5) where id = ?1";

/// The words of a text as both databases index them: lower case, without accents.
pub(crate) fn search_words(text: &str) -> String {
    let folded = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    folded.map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect()
}

/// How the last word of a search is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As it stands.
    Whole,
    /// Whatever begins so.
    Unfinished,
}

impl Connection {
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Messages with all these words, the last one perhaps unfinished, newest first: their place
    /// in the order and their conversation.
    pub(crate) fn messages_with(
        &self,
        words: &[String],
        ending: Ending,
        before: i64,
        limit: i64,
    ) -> Outcome<Vec<(i64, String)>> {
        let is_unfinished = ending == Ending::Unfinished;
        let (sql, expression) = match self {
            Self::Sqlite(_) => {
                // Quoted, so that nothing a person types is an operator of the index.
                let terms: Vec<String> =
                    words.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
                let sql = "select messages.row as place, conversation_id from message_search \
                    join messages on messages.row = message_search.rowid \
                    where message_search match ?1 and message_search.rowid < ?2 \
                    order by message_search.rowid desc limit ?3";
                (sql, format!("{}{}", terms.join(" "), if is_unfinished { "*" } else { "" }))
            }
            Self::Postgres(_) => {
                let folded: Vec<String> = words
                    .iter()
                    .flat_map(|word| {
                        let folded = search_words(word);
                        folded.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
                    })
                    .collect();
                if folded.is_empty() {
                    return Ok(Vec::new());
                }
                let sql = "select messages.row as place, conversation_id from messages \
                    where search @@ cast(cast(?1 as text) as tsquery) and messages.row < ?2 \
                    order by messages.row desc limit ?3";
                (sql, format!("{}{}", folded.join(" & "), if is_unfinished { ":*" } else { "" }))
            }
        };
        self.all(sql, &values![expression, before, limit], |row| {
            Ok((row.get("place")?, row.get("conversation_id")?))
        })
    }

    /// Bytes of the whole database.
    pub(crate) fn size_sql(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => {
                "select page_count * page_size as n from pragma_page_count(), pragma_page_size()"
            }
            Self::Postgres(_) => "select pg_database_size(current_database()) as n",
        }
    }

    /// A table's columns and what they hold, in their order.
    pub(crate) fn columns_sql(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "select name, lower(type) as kind from pragma_table_info(?1)",
            Self::Postgres(_) => {
                "select cast(column_name as text) as name, cast(data_type as text) as kind \
                 from information_schema.columns where table_schema = current_schema() \
                 and table_name = cast(?1 as text) order by ordinal_position"
            }
        }
    }

    /// Jobs that nobody works on are taken by this node, those that are due longest first.
    pub(crate) fn claim_letters_sql(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => {
                "update letters set leased_until = ?2 where id in (select id from letters \
                 where state = 'waiting' and (due_at <= ?1 or due_at > ?4) \
                 and (leased_until <= ?1 or leased_until > ?5) order by due_at, id limit ?3) returning *"
            }
            Self::Postgres(_) => {
                "update letters set leased_until = ?2 where id in (select id from letters \
                 where state = 'waiting' and (due_at <= ?1 or due_at > ?4) \
                 and (leased_until <= ?1 or leased_until > ?5) order by due_at, id limit ?3 for update skip locked) returning *"
            }
        }
    }

    /// Deliveries that may be told and nobody works on are taken, in the order of what happened.
    pub(crate) fn claim_deliveries_sql(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => {
                "update deliveries set leased_until = ?2 where id in (select deliveries.id \
                 from deliveries join webhooks on webhooks.id = webhook_id \
                 where state = 'waiting' and is_paused = 0 and (retry_at <= ?1 or retry_at > ?4) \
                 and (leased_until <= ?1 or leased_until > ?3) order by seq limit ?5) returning *"
            }
            Self::Postgres(_) => {
                "update deliveries set leased_until = ?2 where id in (select deliveries.id \
                 from deliveries join webhooks on webhooks.id = webhook_id \
                 where state = 'waiting' and is_paused = 0 and (retry_at <= ?1 or retry_at > ?4) \
                 and (leased_until <= ?1 or leased_until > ?3) order by seq limit ?5 \
                 for update of deliveries skip locked) returning *"
            }
        }
    }

    pub(crate) fn claim_sql(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => {
                "update jobs set leased_by = ?1, leased_until = ?2 where id in (select id \
                 from jobs where died_at is null and (due_at <= ?3 or due_at > ?4) \
                 and (leased_until <= ?3 or leased_until > ?5) \
                 order by due_at, id limit ?6) returning *"
            }
            Self::Postgres(_) => {
                "update jobs set leased_by = ?1, leased_until = ?2 where id in (select id \
                 from jobs where died_at is null and (due_at <= ?3 or due_at > ?4) \
                 and (leased_until <= ?3 or leased_until > ?5) \
                 order by due_at, id limit ?6 for update skip locked) returning *"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_translated_and_nothing_else() {
        let text = "create table a (\n  id text primary key,\n  text text not null,\n  n integer,\n  \
                    p real not null,\n  c blob not null,\n  primary key (id, n)\n);\n--@sqlite\n\
                    only here\n--@postgres\nonly there\n--@both\nalter table a add column b text;";
        let postgres = migration(text, true);
        assert!(postgres.contains("text text collate \"C\" not null,"), "{postgres}");
        assert!(postgres.contains("n bigint,\np double precision not null,"), "{postgres}");
        assert!(postgres.contains("c bytea not null,\n  primary key (id, n)"), "{postgres}");
        assert!(postgres.contains("add column b text collate \"C\";"), "{postgres}");
        assert!(postgres.contains("only there") && !postgres.contains("only here"));
        let sqlite = migration(text, false);
        assert!(sqlite.contains("only here") && sqlite.contains("  n integer,"));
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(search_words("Größe É-Mail ﬁn").trim(), "große e mail fin");
        assert_eq!(
            postgres_placeholders("a = ?1 and b = '?' or c = ?12"),
            "a = $1 and b = '?' or c = $12"
        );
    }
}

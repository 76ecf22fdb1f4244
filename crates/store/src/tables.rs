//! The tables of a desk, in the order in which they refer to each other.

use crate::{
    connection::{Connection, Outcome},
    value::{Failure, values},
};

/// A table whose rows a desk is made of.
#[derive(Debug)]
pub(crate) struct DeskTable {
    pub(crate) name: &'static str,
    /// Its primary key.
    pub(crate) key: &'static [&'static str],
    /// So many rows are held in memory at once.
    pub(crate) n_rows: usize,
}

const fn table(name: &'static str, key: &'static [&'static str]) -> DeskTable {
    DeskTable { name, key, n_rows: 1_000 }
}

/// All of them; what a database makes by itself (search, the version of the tables) is not among
/// them. A test compares the list with the tables that are there.
pub(crate) const TABLES: [DeskTable; 38] = [
    table("desks", &["id"]),
    table("inboxes", &["id"]),
    table("agents", &["id"]),
    table("customers", &["id"]),
    table("sessions", &["token_hash"]),
    table("topics", &["id"]),
    table("examples", &["id"]),
    table("articles", &["id"]),
    table("conversations", &["id"]),
    table("messages", &["row"]),
    // A file has up to ten megabytes.
    DeskTable { name: "files", key: &["id"], n_rows: 4 },
    table("cases", &["id"]),
    table("contacts", &["case_id", "conversation_id"]),
    table("assignments", &["case_id"]),
    table("handoffs", &["id"]),
    table("reviews", &["id"]),
    table("progress", &["conversation_id"]),
    table("calls", &["id"]),
    table("traces", &["message_id"]),
    table("model_uses", &["day", "model"]),
    table("letters", &["id"]),
    table("password_links", &["letter_id"]),
    table("seen", &["conversation_id"]),
    table("incoming_mail", &["key"]),
    table("mailboxes", &["name"]),
    table("webhooks", &["id"]),
    table("deliveries", &["id"]),
    table("api_tokens", &["id"]),
    table("workers", &["id"]),
    table("shifts", &["id"]),
    table("applications", &["id"]),
    table("presence", &["agent_id", "from_at"]),
    table("ledger", &["seq"]),
    table("jobs", &["id"]),
    table("idempotency", &["scope", "key"]),
    table("journal", &["seq"]),
    table("answer_hours", &["hour"]),
    table("counters", &["name"]),
];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Real,
    Text,
    Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

impl Connection {
    /// A table's columns, as the database knows them; none when there is no such table. Columns
    /// that the database derives from others are left out.
    pub(crate) fn columns(&self, table: &str) -> Outcome<Vec<Column>> {
        let found = self.all(self.columns_sql(), &values![table], |row| {
            let name: String = row.get("name")?;
            let kind = match row.get::<&str>("kind")? {
                "integer" | "bigint" => Kind::Int,
                "real" | "double precision" => Kind::Real,
                "text" => Kind::Text,
                "blob" | "bytea" => Kind::Bytes,
                "tsvector" => return Ok(None),
                kind => {
                    let why = format!("column {name} of {table} holds {kind}, which no desk does");
                    return Err(Failure::Other(why));
                }
            };
            Ok(Some(Column { name, kind }))
        })?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Whether no desk was ever set up here: there are no tables, or none holds a row but the
    /// counters, which a new desk has too.
    pub(crate) fn holds_nothing(&self) -> Outcome<bool> {
        for table in TABLES.iter().filter(|table| table.name != "counters") {
            if self.columns(table.name)?.is_empty() {
                continue;
            }
            let sql = format!("select cast(1 as bigint) as n from {} limit 1", table.name);
            if self.number(&sql, &values![])? > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A failed step is a failed test.
mod tests {
    use super::*;
    use crate::{migrate::migrate, postgres};

    fn check(connection: &Connection, sql: &str, own: &[&str]) {
        migrate(connection).unwrap();
        let mut found: Vec<String> =
            connection.all(sql, &values![], |row| row.get("name")).unwrap();
        found.retain(|name| !own.contains(&name.as_str()));
        found.sort();
        let mut listed: Vec<String> = TABLES.iter().map(|table| table.name.to_owned()).collect();
        listed.sort();
        assert_eq!(listed, found, "tables.rs lists each table, and no other");
        for table in &TABLES {
            let columns = connection.columns(table.name).unwrap();
            assert!(table.key.iter().all(|key| columns.iter().any(|column| column.name == *key)));
        }
    }

    #[test]
    fn each_table_of_sqlite_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::sqlite_writer(&folder.path().join("desk.sqlite")).unwrap();
        // The index of messages keeps itself in tables of that name.
        let sql = "select name from sqlite_schema where type = 'table' \
                   and name not like 'message_search%' and name not like 'sqlite_%'";
        check(&connection, sql, &[]);
        let references = "select \"table\" as name from pragma_foreign_key_list(?1)";
        for (place, table) in TABLES.iter().enumerate() {
            let targets: Vec<String> =
                connection.all(references, &values![table.name], |row| row.get("name")).unwrap();
            let is_before = |name: &String| TABLES[..place].iter().any(|other| other.name == *name);
            assert!(targets.iter().all(is_before), "{} comes after {targets:?}", table.name);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn each_table_of_postgres_is_listed() {
        let server = xtask::postgres::Server::start(&["fsync=off"]).unwrap();
        let config = postgres::config(&server.database("tables").unwrap()).unwrap();
        let connection = Connection::Postgres(
            postgres::Postgres::open(config.into(), postgres::Patience::Endless).await.unwrap(),
        );
        tokio::task::spawn_blocking(move || {
            let sql = "select cast(tablename as text) as name from pg_tables \
                       where schemaname = current_schema()";
            check(&connection, sql, &["schema_version"]);
        })
        .await
        .unwrap();
    }
}

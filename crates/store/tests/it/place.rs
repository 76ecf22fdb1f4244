//! Where a test's database is: a file of its own, or a database of its own on a private server.

use std::{path::Path, sync::OnceLock};

use store::{Location, Store};
use xtask::postgres::Server;

pub(crate) struct Place {
    pub(crate) location: Location,
    /// Removed at the end.
    _folder: Option<tempfile::TempDir>,
}

/// The server of all tests; losing power is not what they are about.
const SETTINGS: [&str; 2] = ["fsync=off", "max_connections=400"];

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match Server::start(&SETTINGS) {
        Ok(server) => server,
        Err(error) => panic!("{error}"),
    })
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("desk.sqlite"));
        Self { location, _folder: Some(folder) }
    }

    pub(crate) fn postgres() -> Self {
        let name = format!("t{}", uuid::Uuid::now_v7().simple());
        Self { location: Location::Postgres(server().database(&name).unwrap()), _folder: None }
    }

    /// The same place again.
    pub(crate) fn at(location: Location) -> Self {
        Self { location, _folder: None }
    }

    /// The file, of a place that is one.
    pub(crate) fn file(&self) -> &Path {
        match &self.location {
            Location::Sqlite(path) => path,
            Location::Postgres(_) => panic!("it is no file"),
        }
    }

    /// Runs a statement from outside, as somebody would who knows better.
    pub(crate) fn meddle(&self, sql: &str) {
        match &self.location {
            Location::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute_batch(&format!("pragma foreign_keys = off; {sql}")).unwrap();
            }
            Location::Postgres(url) => {
                let name = url.rsplit('/').next().unwrap();
                // Its checks are off for the statement, as if its files had been damaged.
                let sql = format!("set session_replication_role = replica; {sql}");
                server().query(name, &sql).unwrap();
            }
        }
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.location).await.unwrap()
    }
}

/// Tells each story twice: once to SQLite, once to PostgreSQL.
macro_rules! on_both {
    ($(async fn $name:ident($place:ident) $body:block)*) => {
        $(mod $name {
            use super::*;

            async fn story($place: &Place) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                story(&Place::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                story(&Place::postgres()).await;
            }
        })*
    };
}
pub(crate) use on_both;

//! Where a desk under test is: a file, or with `EVENKEEL_TESTS_ON=postgres` a private server.

use std::sync::{Arc, OnceLock};

use store::{Location, Store};
use xtask::postgres::Server;

#[derive(Clone)]
pub(crate) enum Place {
    File(Arc<tempfile::TempDir>),
    Server(String),
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let settings = ["fsync=off", "max_connections=800"];
    SERVER.get_or_init(|| Server::start(&settings).unwrap_or_else(|error| panic!("{error}")))
}

impl Place {
    pub(crate) fn new() -> Self {
        if std::env::var("EVENKEEL_TESTS_ON").is_ok_and(|on| on == "postgres") {
            return Self::server();
        }
        Self::File(Arc::new(tempfile::tempdir().unwrap()))
    }

    pub(crate) fn server() -> Self {
        let name = format!("t{}", uuid::Uuid::now_v7().simple());
        server().database(&name).unwrap();
        Self::Server(name)
    }

    pub(crate) async fn open(&self) -> Store {
        let location = match self {
            Self::File(folder) => Location::Sqlite(folder.path().join("desk.sqlite")),
            Self::Server(name) => Location::Postgres(server().url(name)),
        };
        Store::open(&location).await.unwrap()
    }

    /// The number that a statement gives.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        match self {
            Self::File(folder) => {
                let file = rusqlite::Connection::open(folder.path().join("desk.sqlite")).unwrap();
                file.query_row(sql, [], |row| row.get(0)).unwrap()
            }
            Self::Server(name) => {
                let answer = server().query(name, sql).unwrap();
                answer.lines().next().unwrap().parse().unwrap()
            }
        }
    }

    /// Carries out a statement.
    pub(crate) fn change(&self, sql: &str) {
        match self {
            Self::File(folder) => {
                let file = rusqlite::Connection::open(folder.path().join("desk.sqlite")).unwrap();
                file.execute(sql, []).unwrap();
            }
            Self::Server(name) => drop(server().query(name, sql).unwrap()),
        }
    }

    /// All that lies on disk.
    pub(crate) fn at_rest(&self) -> Vec<Vec<u8>> {
        match self {
            Self::File(folder) => std::fs::read_dir(folder.path())
                .unwrap()
                .map(|file| std::fs::read(file.unwrap().path()).unwrap())
                .collect(),
            Self::Server(name) => vec![server().dump(name).unwrap().into_bytes()],
        }
    }
}

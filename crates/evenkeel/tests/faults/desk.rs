//! A desk of its own process, on a file or on PostgreSQL, both of which outlive it.

use std::{
    ffi::OsString,
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, types::Value};
use serde_json::json;
use tempfile::TempDir;
use xtask::postgres::Server;

use crate::customers::{answer, client};

/// Work that takes longer is stuck. A job that failed waits up to a minute before its next turn.
const SETTLE_MAX: Duration = Duration::from_secs(240);
const START_MAX: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(20);

/// Who owns each desk.
pub(crate) const EMAIL: &str = "olga@shop.example";
pub(crate) const PASSWORD: &str = "a long password";

/// Where a desk is kept.
#[derive(Clone)]
pub(crate) enum Place {
    File(Arc<TempDir>),
    Server(Arc<Server>, String),
}

impl Place {
    pub(crate) fn file() -> Self {
        Self::File(Arc::new(tempfile::tempdir().unwrap())).furnished()
    }

    /// An empty database on the server that these tests share.
    pub(crate) fn database(name: &str) -> Self {
        static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
        Self::on(SERVER.get_or_init(|| Arc::new(start_server())), name)
    }

    /// An empty database on a server of its own, which may be shot.
    pub(crate) fn own_server(name: &str) -> Self {
        Self::on(&Arc::new(start_server()), name)
    }

    fn on(server: &Arc<Server>, name: &str) -> Self {
        server.database(name).unwrap();
        Self::Server(Arc::clone(server), name.to_owned()).furnished()
    }

    /// With a shop that is learnt at once, since a start should take no time.
    fn furnished(self) -> Self {
        let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shop");
        for (what, file) in [("topics", "topics.toml"), ("articles", "articles")] {
            let mut command = program();
            command.args(["import", what]).arg(shop.join(file)).args(self.option(None));
            let output = command.output().expect("cargo has built the program");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        self
    }

    /// How the program is told of it; PostgreSQL perhaps by another address.
    fn option(&self, url: Option<&str>) -> [OsString; 2] {
        match self {
            Self::File(folder) => ["--data".into(), folder.path().into()],
            Self::Server(server, name) => {
                let url = url.map_or_else(|| server.url(name), str::to_owned);
                ["--database".into(), url.into()]
            }
        }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        let Self::File(folder) = self else { panic!("the desk is in a database") };
        folder.path().to_owned()
    }

    pub(crate) fn server(&self) -> (&Server, &str) {
        let Self::Server(server, name) = self else { panic!("the desk is in a file") };
        (server, name)
    }

    /// The first column of what a query gives.
    pub(crate) fn column(&self, sql: &str) -> Vec<String> {
        match self {
            Self::File(folder) => column_of(&folder.path().join("desk.sqlite"), sql).unwrap(),
            Self::Server(server, name) => {
                server.query(name, sql).unwrap().lines().map(str::to_owned).collect()
            }
        }
    }

    /// The number that a query gives.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.column(sql)[0].parse().unwrap()
    }

    /// All jobs are done.
    pub(crate) async fn settle(&self) {
        let n_jobs = || self.number("select count(*) from jobs");
        let is_settled = within(SETTLE_MAX, || n_jobs() == 0).await;
        assert!(is_settled, "{} jobs are stuck", n_jobs());
    }
}

fn start_server() -> Server {
    // It syncs to disk, as it does for others.
    Server::start(&["max_connections=200"]).unwrap_or_else(|error| panic!("{error}"))
}

/// The first column of what a query finds in a file, which is recovered first if need be.
pub(crate) fn column_of(file: &Path, sql: &str) -> rusqlite::Result<Vec<String>> {
    let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    database.busy_timeout(Duration::from_secs(60))?;
    let mut statement = database.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get::<_, Value>(0))?;
    let text = |cell| match cell {
        Value::Null => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{bytes:?}"),
    };
    rows.map(|cell| Ok(text(cell?))).collect()
}

/// Looks again and again; false when it is not so by then.
pub(crate) async fn within(length: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    loop {
        if is_so() {
            return true;
        }
        if began.elapsed() > length {
            return false;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// A running desk.
pub(crate) struct Desk {
    pub(crate) place: Place,
    pub(crate) port: u16,
    /// Where it finds PostgreSQL, which may be a way around.
    url: Option<String>,
    command: Box<dyn Fn() -> Command + Send + Sync>,
    /// Further options.
    more: Vec<String>,
    child: Child,
    log: PathBuf,
    _logs: TempDir,
}

impl Desk {
    pub(crate) async fn start(place: &Place) -> Self {
        Self::start_by(program, place, None).await
    }

    /// Reaches PostgreSQL by this address.
    pub(crate) async fn start_on(place: &Place, url: &str) -> Self {
        Self::start_by(program, place, Some(url.to_owned())).await
    }

    /// By a command that ends in the program, without its arguments.
    pub(crate) async fn start_by(
        command: impl Fn() -> Command + Send + Sync + 'static,
        place: &Place,
        url: Option<String>,
    ) -> Self {
        Self::start_as(command, place, url, Vec::new()).await
    }

    /// With further options.
    pub(crate) async fn start_with(place: &Place, more: Vec<String>) -> Self {
        Self::start_as(program, place, None, more).await
    }

    async fn start_as(
        command: impl Fn() -> Command + Send + Sync + 'static,
        place: &Place,
        url: Option<String>,
        more: Vec<String>,
    ) -> Self {
        let logs = tempfile::tempdir().unwrap();
        let log = logs.path().join("log");
        let port = free_port();
        let child = spawn(command(), place, (port, url.as_deref()), &more, &log);
        let (place, command) = (place.clone(), Box::new(command));
        let mut desk = Self { place, port, url, command, more, child, log, _logs: logs };
        desk.listens().await;
        if desk.place.number("select count(*) from agents") == 0 {
            desk.set_up().await;
        }
        desk
    }

    /// With the key that it printed.
    async fn set_up(&self) {
        let said = self.said();
        let key = said.split("/setup#key=").nth(1).expect("it prints a link").lines().next();
        let body = json!({
            "key": key, "desk_name": "Shop", "name": "Olga", "email": EMAIL, "password": PASSWORD,
        });
        let (status, said) =
            answer(client().post(format!("{}/setup", self.api())).json(&body)).await.unwrap();
        assert!(status.is_success(), "{status} {said}");
    }

    /// With files of at most so many bytes; the signal that says so is ignored, so that writing
    /// fails as it does on a full disk.
    pub(crate) async fn start_with_little_room(place: &Place, n_bytes: u64) -> Self {
        let shell = move || {
            let mut shell = Command::new("sh");
            let script = "trap '' XFSZ; ulimit -S -f \"$0\"; exec \"$@\"";
            shell.args(["-c", script, &(n_bytes / 512).to_string()]);
            shell.arg(env!("CARGO_BIN_EXE_evenkeel"));
            shell
        };
        Self::start_by(shell, place, None).await
    }

    /// While it runs, its files may have any size again.
    pub(crate) fn give_room(&self) {
        let mut command = Command::new("prlimit");
        let status = command.args(["--pid", &self.child.id().to_string(), "--fsize=unlimited:"]);
        assert!(status.status().unwrap().success(), "prlimit is part of util-linux");
    }

    /// As a power cut would: no warning.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) async fn start_again(&mut self) {
        self.child = spawn(
            (self.command)(),
            &self.place,
            (self.port, self.url.as_deref()),
            &self.more,
            &self.log,
        );
        self.listens().await;
    }

    async fn listens(&mut self) {
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "the desk ended with {ended:?}\n{}", self.said());
            assert!(began.elapsed() < START_MAX, "the desk did not start\n{}", self.said());
            tokio::time::sleep(LOOK).await;
        }
    }

    pub(crate) fn api(&self) -> String {
        format!("http://127.0.0.1:{}/api/v1", self.port)
    }

    /// What it wrote to its log.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let said = self.said();
            let lines: Vec<&str> = said.lines().collect();
            println!(
                "the desk's last words:\n{}",
                lines[lines.len().saturating_sub(30)..].join("\n")
            );
        }
    }
}

/// Where customers and agents find them.
pub(crate) fn addresses(desks: &[&Desk]) -> Vec<String> {
    desks.iter().map(|desk| desk.api()).collect()
}

pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_evenkeel"))
}

fn spawn(
    mut command: Command,
    place: &Place,
    (port, url): (u16, Option<&str>),
    more: &[String],
    log: &Path,
) -> Child {
    command.args(["serve", "--no-open", "--port", &port.to_string()]).args(place.option(url));
    command.args(more);
    let log = File::options().create(true).append(true).open(log).unwrap();
    command.stdout(log.try_clone().unwrap()).stderr(log);
    command.stdin(Stdio::null()).spawn().expect("cargo has built the program")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

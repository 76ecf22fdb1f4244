//! A private PostgreSQL from Debian's package: own folder, own port, gone with its process.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use crate::{check, free_port, is_root};

/// What to do when it is missing.
pub const INSTALL: &str = "run `sudo apt-get install postgresql`, or put the folder with `initdb` \
                           of PostgreSQL 15 or later in the PATH";

/// Starts a server that lives as long as the process which asked for it, even when that is
/// killed. It trusts whoever reaches its port on this machine.
const KEEPER: &str = r#"
set -e
folder=$1 port=$2 parent=$3 bin=$4; shift 4
"$bin/initdb" -D "$folder/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
"$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
  -o "-k $folder -p $port -c listen_addresses=127.0.0.1 $*" start >/dev/null
echo ready
while [ -d "/proc/$parent" ]; do sleep 0.5; done
"$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
rm -rf "$folder"
"#;

/// A running server.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    bin: PathBuf,
    port: u16,
    is_root: bool,
    keeper: Child,
}

/// Where PostgreSQL's programs are, if they are there.
#[must_use]
pub fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    if let Some((_, bin)) = found.pop() {
        return Some(bin);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|bin| bin.join("initdb").exists())
}

impl Server {
    /// Starts a server with settings such as `fsync=off`.
    ///
    /// # Errors
    /// When PostgreSQL is missing or does not start; with what to do.
    pub fn start(settings: &[&str]) -> io::Result<Self> {
        let bin = programs()
            .ok_or_else(|| io::Error::other(format!("PostgreSQL is missing\n\nhint: {INSTALL}")))?;
        let port = free_port()?;
        let name = format!("evenkeel-postgres-{}-{port}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder)?;
        let is_root = is_root();
        if is_root {
            // It refuses to run as root.
            check(Command::new("chown").arg("postgres:postgres").arg(&folder))?;
        }
        let mut command = as_postgres(is_root, "sh");
        command.args(["-c", KEEPER, "keeper"]);
        command.arg(&folder).arg(port.to_string()).arg(std::process::id().to_string()).arg(&bin);
        for setting in settings {
            command.args(["-c", setting]);
        }
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut keeper = command.spawn()?;
        let mut line = String::new();
        let said = keeper.stdout.take().expect("it is piped");
        BufReader::new(said).read_line(&mut line)?;
        if line.trim() != "ready" {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            return Err(io::Error::other(format!("PostgreSQL does not start\n{log}")));
        }
        Ok(Self { folder, bin, port, is_root, keeper })
    }

    /// Makes an empty database and returns its address.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn database(&self, name: &str) -> io::Result<String> {
        let mut command = Command::new(self.bin.join("createdb"));
        command.args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string(), name]);
        check(&mut command)?;
        Ok(self.url(name))
    }

    /// What `psql` prints for a statement: bare values, a line each row.
    ///
    /// # Errors
    /// When the statement fails.
    pub fn query(&self, name: &str, sql: &str) -> io::Result<String> {
        self.output(Command::new(self.bin.join("psql")).args(["-At", "-d", name, "-c", sql]))
    }

    /// All that a database holds, as text.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn dump(&self, name: &str) -> io::Result<String> {
        self.output(Command::new(self.bin.join("pg_dump")).arg(name))
    }

    fn output(&self, command: &mut Command) -> io::Result<String> {
        command.args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string()]);
        let output = command.output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
        }
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    }

    /// A database's address.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// The port on this machine.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it as a crash does, and starts it again.
    ///
    /// # Errors
    /// When it does not come back.
    pub fn crash_and_restart(&self) -> io::Result<()> {
        let log = self.folder.join("log").display().to_string();
        // Unlike a stop and a start, this keeps the port and all settings.
        self.control(&["-m", "immediate", "-l", &log, "restart"])
    }

    fn control(&self, arguments: &[&str]) -> io::Result<()> {
        let program = self.bin.join("pg_ctl");
        let mut command = as_postgres(self.is_root, &program.display().to_string());
        command.arg("-D").arg(self.folder.join("data")).arg("-w").args(arguments);
        // Its output goes on to the server it starts, which would hold the pipe open.
        check(command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What fails here is cleared away by the keeper's successor, the system.
        let _ = self.control(&["-m", "immediate", "stop"]);
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn as_postgres(is_root: bool, program: &str) -> Command {
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--", program]);
    command
}

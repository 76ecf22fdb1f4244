//! A private Postfix and a private Dovecot from Debian's packages: own folder, own ports, gone with
//! their process. What is sent to `help@shop.example` and to anybody at `customers.example` arrives.

use std::{
    fs,
    io::{self, Read},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{check, free_port};

/// What to do when they are missing.
pub const INSTALL: &str = "run `sudo apt-get install postfix dovecot-imapd`";

const POSTFIX: &str = "/usr/sbin/postfix";
const DOVECOT: &str = "/usr/sbin/dovecot";
/// Of each mailbox.
pub const PASSWORD: &str = "secret";
const START_MAX: Duration = Duration::from_secs(30);

const MAIN: &str = "compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
virtual_mailbox_domains = shop.example, customers.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
recipient_delimiter = +
maillog_file_prefixes = {folder}
maillog_file = {folder}/postfix.log
";

const MASTER: &str = "127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

const DOVECOT_CONF: &str = "protocols = imap
listen = 127.0.0.1
base_dir = {folder}/dovecot
state_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%n
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n
}
service imap-login {
  inet_listener imap {
    port = {port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
";

/// Both servers, at work.
#[derive(Debug)]
pub struct Servers {
    folder: PathBuf,
    smtp: u16,
    imap: u16,
    postfix: Child,
    dovecot: Child,
}

/// Whether both are there.
#[must_use]
pub fn is_there() -> bool {
    Path::new(POSTFIX).exists() && Path::new(DOVECOT).exists()
}

impl Servers {
    /// Starts both.
    ///
    /// # Errors
    /// When one is missing or does not start; with what to do.
    pub fn start() -> io::Result<Self> {
        if !is_there() {
            return Err(io::Error::other(format!("mail servers are missing\n\nhint: {INSTALL}")));
        }
        let (smtp, imap) = (free_port()?, free_port()?);
        let name = format!("evenkeel-mail-{}-{smtp}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        for part in ["queue", "data", "mail", "postfix", "dovecot"] {
            fs::create_dir_all(folder.join(part))?;
        }
        let number = |option: &str| -> io::Result<String> {
            let out = Command::new("id").args([option, "nobody"]).output()?;
            Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
        };
        let (uid, gid) = (number("-u")?, number("-g")?);
        let write = |file: &str, text: &str, port: u16| {
            let text = text
                .replace("{folder}", &folder.display().to_string())
                .replace("{uid}", &uid)
                .replace("{gid}", &gid)
                .replace("{port}", &port.to_string());
            fs::write(folder.join(file), text)
        };
        write("postfix/main.cf", MAIN, smtp)?;
        write("postfix/master.cf", MASTER, smtp)?;
        write("mailboxes", "help@shop.example help/\n@customers.example customers/\n", smtp)?;
        write("dovecot.conf", DOVECOT_CONF, imap)?;
        check(Command::new("chown").arg(format!("{uid}:{gid}")).arg(folder.join("mail")))?;
        check(Command::new("chown").arg("postfix").arg(folder.join("data")))?;
        let quiet = |command: &mut Command| {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
        };
        let mut postfix = Command::new(POSTFIX);
        let postfix = quiet(postfix.arg("-c").arg(folder.join("postfix")).arg("start-fg"))?;
        let mut dovecot = Command::new(DOVECOT);
        let dovecot = quiet(dovecot.arg("-F").arg("-c").arg(folder.join("dovecot.conf")))?;
        let servers = Self { folder, smtp, imap, postfix, dovecot };
        for port in [smtp, imap] {
            servers.greets(port)?;
        }
        Ok(servers)
    }

    fn greets(&self, port: u16) -> io::Result<()> {
        let began = Instant::now();
        while began.elapsed() < START_MAX {
            if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
                stream.set_read_timeout(Some(Duration::from_secs(5)))?;
                if stream.read(&mut [0; 64]).is_ok_and(|n| n > 0) {
                    return Ok(());
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = |file: &str| fs::read_to_string(self.folder.join(file)).unwrap_or_default();
        let logs = format!("{}\n{}", log("postfix.log"), log("dovecot.log"));
        Err(io::Error::other(format!("a mail server does not start\n{logs}")))
    }

    /// Where letters are handed in.
    #[must_use]
    pub fn smtp(&self) -> u16 {
        self.smtp
    }

    /// The address of a mailbox, `help` or `customers`.
    #[must_use]
    pub fn imap_url(&self, user: &str) -> String {
        format!("imap://{user}:{PASSWORD}@127.0.0.1:{}", self.imap)
    }

    /// All that has arrived in a mailbox, `help` or `customers`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn arrived(&self, user: &str) -> io::Result<Vec<String>> {
        let mut letters = Vec::new();
        for part in ["new", "cur"] {
            let folder = self.folder.join("mail").join(user).join(part);
            let Ok(files) = fs::read_dir(folder) else { continue };
            for file in files {
                let bytes = fs::read(file?.path())?;
                letters.push(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        Ok(letters)
    }

    /// What Postfix says.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("postfix.log")).unwrap_or_default()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let folder = self.folder.join("postfix");
        let _ = Command::new(POSTFIX).arg("-c").arg(folder).arg("stop").output();
        let _ = Command::new("kill").arg(self.dovecot.id().to_string()).status();
        let _ = self.dovecot.wait();
        let _ = self.postfix.kill();
        let _ = self.postfix.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

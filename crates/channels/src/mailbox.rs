//! The mailbox into which customers write, read over IMAP and left as it is.

use std::{fmt, sync::Arc, time::Duration};

use async_imap::{Client, Session};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring},
};
use url::Url;

use crate::is_this_machine;

/// A server that has not answered by then has not answered.
const PATIENCE: Duration = Duration::from_secs(30);
/// For one message.
const FETCH_PATIENCE: Duration = Duration::from_secs(120);

/// The account and folder. Cloning is cheap.
#[derive(Clone)]
pub struct Mailbox {
    host: String,
    port: u16,
    /// Encrypted from the first byte on.
    is_tls: bool,
    /// This very machine: nothing has to be encrypted.
    is_own: bool,
    user: String,
    password: String,
    folder: String,
}

/// How far a mailbox was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Changes when a server numbers its messages anew.
    pub uid_validity: u32,
    /// The last message that was read.
    pub uid: u32,
}

/// A message in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its size.
    pub n_bytes: usize,
    /// Its bytes; none where they are more than were asked for.
    pub content: Option<Vec<u8>>,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Stream for T {}

/// A mailbox that is open.
pub struct Open {
    session: Session<Box<dyn Stream>>,
    uid_validity: u32,
    uid_next: u32,
    can_idle: bool,
}

impl Mailbox {
    /// The mailbox at an address such as `imaps://help:password@mail.example/INBOX`.
    ///
    /// `imap://` begins in the clear and is encrypted before anything is said, except to this very
    /// machine. What stands in the user's name or the password for something else is written `%40`.
    ///
    /// # Errors
    /// When that is no such address.
    pub fn new(url: &str) -> Result<Self, MailboxFault> {
        // Never the address itself: it holds a password.
        let fault = |why: &str| MailboxFault(format!("the mailbox's address: {why}"));
        let address = Url::parse(url).map_err(|error| fault(&error.to_string()))?;
        let is_tls = match address.scheme() {
            "imaps" => true,
            "imap" => false,
            _ => return Err(fault("it begins with neither imap:// nor imaps://")),
        };
        let decoded = |text: &str| {
            let bytes = percent_encoding::percent_decode_str(text);
            bytes.decode_utf8().map(|text| text.into_owned()).map_err(|_| fault("it is no UTF-8"))
        };
        let host = address.host_str().ok_or_else(|| fault("it names no host"))?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let is_own = is_this_machine(&host);
        let user = decoded(address.username())?;
        if user.is_empty() {
            return Err(fault("it names no user"));
        }
        let folder = decoded(address.path().trim_matches('/'))?;
        Ok(Self {
            port: address.port().unwrap_or(if is_tls { 993 } else { 143 }),
            is_tls,
            is_own,
            user,
            password: decoded(address.password().unwrap_or_default())?,
            folder: if folder.is_empty() { "INBOX".to_owned() } else { folder },
            host,
        })
    }

    /// Account, host and folder, for people.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} at {}, {}", self.user, self.host, self.folder)
    }

    /// Signs in and opens the folder, for reading only.
    ///
    /// # Errors
    /// Says why it cannot be read now.
    pub async fn open(&self) -> Result<Open, String> {
        within(PATIENCE, self.open_slowly()).await
    }

    async fn open_slowly(&self) -> Result<Open, String> {
        let stream = TcpStream::connect((self.host.as_str(), self.port));
        let stream = stream.await.map_err(|error| error.to_string())?;
        let stream: Box<dyn Stream> = match self.is_tls {
            true => Box::new(self.encrypt(stream).await?),
            false => Box::new(stream),
        };
        let mut client = Client::new(stream);
        let greeting = client.read_response().await.map_err(|error| error.to_string())?;
        greeting.ok_or("the server hung up")?;
        if !self.is_tls && !self.is_own {
            client.run_command_and_check_ok("STARTTLS", None).await.map_err(reason)?;
            let stream: Box<dyn Stream> = Box::new(self.encrypt(client.into_inner()).await?);
            client = Client::new(stream);
        }
        let signed_in = client.login(&self.user, &self.password).await;
        let mut session = signed_in.map_err(|(error, _)| reason(error))?;
        let can_idle = session.capabilities().await.map_err(reason)?.has_str("IDLE");
        let folder = session.examine(&self.folder).await.map_err(reason)?;
        let (Some(uid_validity), Some(uid_next)) = (folder.uid_validity, folder.uid_next) else {
            return Err("the server numbers no messages".to_owned());
        };
        Ok(Open { session, uid_validity, uid_next, can_idle })
    }

    async fn encrypt<S: Stream>(
        &self,
        stream: S,
    ) -> Result<tokio_rustls::client::TlsStream<S>, String> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(self.host.clone()).map_err(|error| error.to_string())?;
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, stream).await.map_err(|error| error.to_string())
    }
}

impl Open {
    /// Behind the last message that is there now.
    #[must_use]
    pub fn end(&self) -> Place {
        Place { uid_validity: self.uid_validity, uid: self.uid_next.saturating_sub(1) }
    }

    /// The numbers of the messages after a place, in order. Where the server has numbered anew since,
    /// those of the day of this moment (milliseconds since 1970) and later; some of them may have
    /// been read before.
    ///
    /// # Errors
    /// Says why it cannot be read now.
    pub async fn after(&mut self, place: Place, since_ms: i64) -> Result<Vec<u32>, String> {
        let is_same = place.uid_validity == self.uid_validity;
        let query = match is_same {
            true => format!("UID {}:*", place.uid.saturating_add(1)),
            false => {
                let since = Timestamp::from_millisecond(since_ms).unwrap_or(Timestamp::UNIX_EPOCH);
                format!("SINCE {}", since.strftime("%d-%b-%Y"))
            }
        };
        let found = async { self.session.uid_search(query).await.map_err(reason) };
        let mut uids: Vec<u32> = within(PATIENCE, found).await?.into_iter().collect();
        // "n:*" names the last message also where that one is before n.
        uids.retain(|uid| !is_same || *uid > place.uid);
        uids.sort_unstable();
        Ok(uids)
    }

    /// The place of a message.
    #[must_use]
    pub fn place(&self, uid: u32) -> Place {
        Place { uid_validity: self.uid_validity, uid }
    }

    /// A message, if it is still there; without its bytes where they are more than `n_bytes_max`.
    ///
    /// # Errors
    /// Says why it cannot be read now.
    pub async fn fetch(&mut self, uid: u32, n_bytes_max: usize) -> Result<Option<Fetched>, String> {
        let size = async {
            let found = self.session.uid_fetch(uid.to_string(), "(UID RFC822.SIZE)").await;
            let found: Vec<_> = found.map_err(reason)?.try_collect().await.map_err(reason)?;
            Ok(found.iter().find(|one| one.uid == Some(uid)).map(|one| one.size.unwrap_or(0)))
        };
        let Some(n_bytes) = within(PATIENCE, size).await? else { return Ok(None) };
        let n_bytes = n_bytes as usize;
        if n_bytes > n_bytes_max {
            return Ok(Some(Fetched { n_bytes, content: None }));
        }
        let content = async {
            let found = self.session.uid_fetch(uid.to_string(), "(UID BODY.PEEK[])").await;
            let found: Vec<_> = found.map_err(reason)?.try_collect().await.map_err(reason)?;
            let one = found.iter().find(|one| one.uid == Some(uid));
            Ok(one.and_then(|one| one.body().map(<[u8]>::to_vec)))
        };
        let content = within(FETCH_PATIENCE, content).await?;
        Ok(content.map(|content| Fetched { n_bytes, content: Some(content) }))
    }

    /// Waits until something comes, or for so long; a server that does not tell is asked then.
    ///
    /// # Errors
    /// Says why it cannot be read any more.
    pub async fn wait(mut self, patience: Duration, pause: Duration) -> Result<Self, String> {
        if !self.can_idle {
            tokio::time::sleep(pause).await;
            within(PATIENCE, async { self.session.noop().await.map_err(reason) }).await?;
            return Ok(self);
        }
        let Self { session, uid_validity, uid_next, can_idle } = self;
        let mut idle = session.idle();
        within(PATIENCE, async { idle.init().await.map_err(reason) }).await?;
        let (told, _stop) = idle.wait_with_timeout(patience);
        told.await.map_err(reason)?;
        let session = within(PATIENCE, async { idle.done().await.map_err(reason) }).await?;
        Ok(Self { session, uid_validity, uid_next, can_idle })
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Mailbox({})", self.name())
    }
}

impl fmt::Debug for Open {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Open({}, {})", self.uid_validity, self.uid_next)
    }
}

async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    match timeout(patience, work).await {
        Ok(result) => result,
        Err(_) => Err("the mailbox's server does not answer".to_owned()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn reason(error: async_imap::error::Error) -> String {
    error.to_string()
}

/// Why there is no such mailbox.
#[derive(Debug)]
pub struct MailboxFault(String);

impl fmt::Display for MailboxFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for MailboxFault {}

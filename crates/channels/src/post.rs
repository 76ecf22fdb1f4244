//! The mail server that takes the desk's letters.

use std::{fmt, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Attachment, Mailbox, MultiPart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use url::Url;

use crate::{Paper, is_this_machine, paper::one_line};

/// A server that has not answered by then has not answered.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 300;

/// The mail server, and the name in which the desk writes. Cloning is cheap.
#[derive(Clone)]
pub struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
}

/// A letter to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing<'a> {
    /// The first half of its Message-ID: the same however often it is tried, so that whoever gets
    /// it twice can tell.
    pub id: &'a str,
    /// The address.
    pub to: &'a str,
    /// What it says.
    pub paper: &'a Paper,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<&'a str>,
    /// The first half of a Message-ID that all letters of a conversation refer to, so that they
    /// stand together in the reader's mail program.
    pub thread: Option<&'a str>,
    /// The Message-ID of the message that it answers, without brackets.
    pub answers: Option<&'a str>,
    /// What goes along.
    pub enclosed: &'a [Enclosed],
    /// Part of it was written by AI: said in a header that machines read.
    pub is_generated: bool,
}

impl<'a> Outgoing<'a> {
    /// A letter that stands alone.
    #[must_use]
    pub fn new(id: &'a str, to: &'a str, paper: &'a Paper) -> Self {
        Self {
            id,
            to,
            paper,
            reply_to: None,
            thread: None,
            answers: None,
            enclosed: &[],
            is_generated: false,
        }
    }
}

/// A file that goes along with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosed {
    /// Its name.
    pub name: String,
    /// Its type.
    pub content_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Why a letter has not left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// It may leave later: nobody answered, or the server says so.
    Later(String),
    /// It never will: the server refuses this letter or this address.
    Never(String),
}

impl Post {
    /// The server at an address such as `smtp://user:password@mail.example:587` or `smtps://…`, and
    /// who the letters are from, such as `Fjordhus <help@fjordhus.example>`.
    ///
    /// `smtp://` begins in the clear and is encrypted before anything is said, except to this very
    /// machine; `?tls=none` is not taken for another one.
    ///
    /// # Errors
    /// When that is no such address, or no such name.
    pub fn new(url: &str, from: &str) -> Result<Self, PostFault> {
        // Never the address itself: it holds a password.
        let fault = |why: &str| PostFault(format!("the mail server's address: {why}"));
        let mut address = Url::parse(url).map_err(|error| fault(&error.to_string()))?;
        let host = address.host_str().ok_or_else(|| fault("it names no host"))?.to_owned();
        let is_own = is_this_machine(&host);
        match address.scheme() {
            "smtps" => {}
            "smtp" if is_own => {}
            "smtp" => address.set_query(Some("tls=required")),
            _ => return Err(fault("it begins with neither smtp:// nor smtps://")),
        }
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(address.as_str())
            .map_err(|error| fault(&error.to_string()))?
            .timeout(Some(PATIENCE))
            .build();
        let from: Mailbox = from.parse().map_err(|error| {
            PostFault(format!("{from}: {error}; write it like Shop <help@shop.example>"))
        })?;
        Ok(Self { transport, from, host })
    }

    /// The server's host, for people.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Who the letters are from.
    #[must_use]
    pub fn from(&self) -> String {
        self.from.to_string()
    }

    /// The sender's address with something after a plus sign: `help+12.ab@fjordhus.example`.
    #[must_use]
    pub fn plus_address(&self, mark: &str) -> String {
        format!("{}+{mark}@{}", self.from.email.user(), self.from.email.domain())
    }

    /// What stands after the plus sign of an address of the sender's, in small letters.
    #[must_use]
    pub fn mark_of(&self, address: &str) -> Option<String> {
        let address = address.to_lowercase();
        let (user, domain) = address.rsplit_once('@')?;
        let mark = user.strip_prefix(&self.from.email.user().to_lowercase())?.strip_prefix('+')?;
        (domain == self.from.email.domain().to_lowercase()).then(|| mark.to_owned())
    }

    /// Whether an address is the desk's own: the sender's, with or without something after a plus
    /// sign.
    #[must_use]
    pub fn is_own(&self, address: &str) -> bool {
        let own = format!("{}@{}", self.from.email.user(), self.from.email.domain());
        address.eq_ignore_ascii_case(&own) || self.mark_of(address).is_some()
    }

    /// The first half of a Message-ID, if the desk made it.
    #[must_use]
    pub fn own_id<'a>(&self, message_id: &'a str) -> Option<&'a str> {
        let (id, domain) = message_id.rsplit_once('@')?;
        domain.eq_ignore_ascii_case(self.from.email.domain()).then_some(id)
    }

    /// Gives a letter to the server.
    ///
    /// # Errors
    /// Says whether to try again.
    pub async fn send(&self, outgoing: &Outgoing<'_>) -> Result<(), Undelivered> {
        let never = |why: String| Undelivered::Never(short(&why));
        let to: Mailbox =
            outgoing.to.parse().map_err(|error| never(format!("the address: {error}")))?;
        let domain = self.from.email.domain();
        let id = format!("<{}@{domain}>", outgoing.id);
        let mut body = MultiPart::alternative_plain_html(
            outgoing.paper.text.clone(),
            outgoing.paper.html.clone(),
        );
        if !outgoing.enclosed.is_empty() {
            body = MultiPart::mixed().multipart(body);
        }
        for file in outgoing.enclosed {
            let kind = ContentType::parse(&file.content_type)
                .or_else(|_| ContentType::parse("application/octet-stream"))
                .map_err(|error| never(error.to_string()))?;
            let name = one_line(&file.name);
            body = body.singlepart(Attachment::new(name).body(file.content.clone(), kind));
        }
        let mut builder = Message::builder().from(self.from.clone()).to(to).message_id(Some(id));
        if let Some(reply_to) = outgoing.reply_to {
            let reply_to: Mailbox =
                reply_to.parse().map_err(|error| never(format!("where answers go: {error}")))?;
            builder = builder.reply_to(Mailbox::new(self.from.name.clone(), reply_to.email));
        }
        if let Some(thread) = outgoing.thread {
            let root = format!("<{thread}@{domain}>");
            builder = match outgoing.answers {
                Some(id) => {
                    builder.in_reply_to(format!("<{id}>")).references(format!("{root} <{id}>"))
                }
                None => builder.in_reply_to(root.clone()).references(root),
            };
        }
        let mut message = builder
            .subject(outgoing.paper.subject.clone())
            .multipart(body)
            .map_err(|error| never(error.to_string()))?;
        // Machines do not answer it, and mailing lists do not take it for a person's.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        if outgoing.is_generated {
            let name = HeaderName::new_from_ascii_str("X-AI-Generated");
            message.headers_mut().insert_raw(HeaderValue::new(name, "true".to_owned()));
        }
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let code: Option<u16> = error.status().map(Into::into);
                // What is wrong with the desk's own name or password is not wrong with the letter.
                let is_own = code.is_some_and(|code| (530..540).contains(&code));
                let why = short(&reason(&error));
                match error.is_permanent() && !is_own {
                    true => Err(Undelivered::Never(why)),
                    false => Err(Undelivered::Later(why)),
                }
            }
        }
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Post({}, {})", self.host, self.from)
    }
}

/// All causes: the last one says what happened.
fn reason(error: &dyn std::error::Error) -> String {
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let words = next.to_string();
        if !why.contains(&words) {
            why = format!("{why}: {words}");
        }
        cause = next.source();
    }
    why
}

fn short(why: &str) -> String {
    why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_CHARS_MAX).collect()
}

/// Why there is no such mail server.
#[derive(Debug)]
pub struct PostFault(String);

impl fmt::Display for PostFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for PostFault {}

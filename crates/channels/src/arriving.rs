//! E-mail that comes in: who wrote it, to which address, and their own words in it.

use std::ops::Deref;

use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders, PartType};

use crate::{
    quotes::own_words,
    returned::{Returned, returned},
};

/// More attachments are left out.
const ATTACHMENTS_MAX: usize = 10;
/// Of a long thread's references the last ones; the first is there too.
const REFERENCES_MAX: usize = 50;
/// A longer id is none.
const ID_CHARS_MAX: usize = 250;
/// More parts are no message of a person, and would be read for a long time.
const PARTS_MAX: usize = 1_000;
/// Before it is read at all: each mark may become a part, and a million of them a gigabyte.
const MARKS_MAX: usize = 50_000;
/// Headers that take more room are cut.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// As much as a list shows of a subject.
const SUBJECT_CHARS_MAX: usize = 200;
/// The longest address that is one.
const ADDRESS_MAX: usize = 254;

/// A message as it was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arriving {
    /// The sender's address, in small letters.
    pub from: String,
    /// The sender's name, as they write it.
    pub from_name: Option<String>,
    /// What it is about, in its sender's words.
    pub subject: String,
    /// All addresses that it was sent or delivered to, in small letters.
    pub recipients: Vec<String>,
    /// The sender's own id of it, without brackets.
    pub message_id: Option<String>,
    /// The ids of messages that it answers or goes on from, the nearest first.
    pub references: Vec<String>,
    /// A letter of the desk's that did not arrive: a mail server tells.
    pub returned: Option<Returned>,
    /// A machine or a list wrote it, for this reason: nobody waits for an answer.
    pub is_automatic: Option<&'static str>,
    /// What was written, without what it quotes.
    pub text: String,
    /// What it quotes.
    pub quoted: String,
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// So many more were attached.
    pub n_left_out: usize,
}

/// A file in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, as the sender wrote it.
    pub name: String,
    /// Its type, as the sender says.
    pub content_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Reads a message as RFC 5322 and MIME write it, with whatever real senders make of that.
///
/// # Errors
///
/// Says why it is no message with a sender.
pub fn read_mail(bytes: &[u8]) -> Result<Arriving, String> {
    // The library gives up on some messages that no program writes.
    std::panic::catch_unwind(|| read(bytes)).unwrap_or_else(|_| Err("it cannot be read".to_owned()))
}

fn read(bytes: &[u8]) -> Result<Arriving, String> {
    if n_marks(bytes) > MARKS_MAX {
        return Err("it has more parts than anybody writes".to_owned());
    }
    let message = Parsed::of(bytes).ok_or("it is no e-mail")?;
    if message.parts.len() > PARTS_MAX {
        return Err(format!("it has more than {PARTS_MAX} parts"));
    }
    let sender = message.from().and_then(Address::first);
    let from = sender.and_then(|from| from.address());
    let from = from.map(address).filter(|from| is_address(from)).ok_or("it names no sender")?;
    let from_name = sender.and_then(|from| from.name()).map(one_line);
    let (text, quoted) = own_words(&message.body_text(0).unwrap_or_default());
    let attached: Vec<Attachment> = message
        .attachments()
        .filter(|part| !part.contents().is_empty())
        .map(|part| Attachment {
            name: part.attachment_name().unwrap_or("attachment").to_owned(),
            content_type: part.content_type().map_or_else(String::new, |kind| {
                format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())
            }),
            content: part.contents().to_vec(),
        })
        .collect();
    let n_left_out = attached.len().saturating_sub(ATTACHMENTS_MAX);
    Ok(Arriving {
        recipients: recipients(&message),
        from_name: from_name.filter(|name| !name.is_empty()),
        subject: message.subject().map(one_line).unwrap_or_default(),
        message_id: message.message_id().map(id).filter(|id| is_id(id)),
        references: references(&message),
        returned: returned(&message),
        is_automatic: is_automatic(&message, &from),
        text,
        quoted,
        attachments: attached.into_iter().take(ATTACHMENTS_MAX).collect(),
        n_left_out,
        from,
    })
}

/// How often a part may begin.
fn n_marks(bytes: &[u8]) -> usize {
    const KIND: &[u8] = b"content-type";
    let is_mark = |at: usize| match bytes[at] {
        b'\n' => bytes[at + 1..].starts_with(b"--"),
        b'c' | b'C' => {
            bytes.get(at..at + KIND.len()).is_some_and(|word| word.eq_ignore_ascii_case(KIND))
        }
        _ => false,
    };
    (0..bytes.len()).filter(|at| is_mark(*at)).count()
}

/// A message as the library reads it. Messages in messages are taken apart one by one at the end:
/// dropped in each other, twenty thousand of them would need more stack than a thread has.
pub(crate) struct Parsed<'a>(Message<'a>);

impl<'a> Parsed<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Option<Self> {
        MessageParser::default().parse(bytes).map(Self)
    }
}

impl<'a> Deref for Parsed<'a> {
    type Target = Message<'a>;

    fn deref(&self) -> &Message<'a> {
        &self.0
    }
}

impl Drop for Parsed<'_> {
    fn drop(&mut self) {
        let mut parts = std::mem::take(&mut self.0.parts);
        while let Some(part) = parts.pop() {
            if let PartType::Message(mut inner) = part.body {
                parts.append(&mut inner.parts);
            }
        }
    }
}

/// The sender and the subject of a message that cannot be taken in, as far as they can be told.
#[must_use]
pub fn read_head(bytes: &[u8]) -> (String, String) {
    let head = &bytes[..bytes.len().min(HEAD_BYTES_MAX)];
    let read = std::panic::catch_unwind(|| {
        let message = MessageParser::default().parse_headers(head)?;
        let from = message.from().and_then(Address::first).and_then(|from| from.address());
        Some((from.map(address).unwrap_or_default(), message.subject().map(one_line)?))
    });
    let (from, subject) = read.ok().flatten().unwrap_or_default();
    (from.chars().take(ADDRESS_MAX).collect(), subject.chars().take(SUBJECT_CHARS_MAX).collect())
}

/// A header's words; a line break in it begins no other header.
fn one_line(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn id(text: &str) -> String {
    text.trim().trim_matches(['<', '>']).to_owned()
}

pub(crate) fn is_id(text: &str) -> bool {
    let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    (1..=ID_CHARS_MAX).contains(&text.len()) && is_plain
}

/// The message that it answers, then the last of those before, and at last the first.
fn references(message: &Message<'_>) -> Vec<String> {
    let ids = |value: &HeaderValue<'_>| -> Vec<String> {
        let listed = value.as_text_list().unwrap_or_default();
        listed.iter().flat_map(|text| text.split_whitespace()).map(id).collect()
    };
    let mut all = ids(message.in_reply_to());
    let mut before = ids(message.references());
    before.reverse();
    let first = before.pop();
    before.truncate(REFERENCES_MAX);
    all.truncate(REFERENCES_MAX);
    all.extend(before);
    all.extend(first);
    all.retain(|id| is_id(id));
    let mut told = std::collections::HashSet::new();
    all.retain(|id| told.insert(id.clone()));
    all
}

fn address(text: &str) -> String {
    text.trim().trim_matches(['<', '>']).to_lowercase()
}

fn is_address(text: &str) -> bool {
    let has_parts = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    has_parts && text.len() <= ADDRESS_MAX && !text.contains(char::is_whitespace)
}

fn recipients(message: &Message<'_>) -> Vec<String> {
    let named = [message.to(), message.cc()].into_iter().flatten();
    let mut all: Vec<String> =
        named.flat_map(Address::iter).filter_map(|one| one.address()).map(address).collect();
    for header in ["Delivered-To", "X-Original-To", "Envelope-To"] {
        all.extend(header_text(message, header).map(|text| address(&text)));
    }
    all.retain(|one| is_address(one));
    all.sort();
    all.dedup();
    all
}

fn header_text(message: &Message<'_>, name: &str) -> Option<String> {
    match message.header(name.to_owned())? {
        HeaderValue::Text(text) => Some(text.to_string()),
        HeaderValue::TextList(texts) => texts.first().map(ToString::to_string),
        HeaderValue::Address(addresses) => {
            addresses.first().and_then(|one| one.address()).map(str::to_owned)
        }
        _ => None,
    }
}

/// Signs by which machines and lists are known: RFC 3834, RFC 2919, and what came before.
fn is_automatic(message: &Message<'_>, from: &str) -> Option<&'static str> {
    let says = |name: &str| header_text(message, name).map(|text| text.trim().to_lowercase());
    if says("Auto-Submitted").is_some_and(|how| how != "no") {
        return Some("a machine sent it");
    }
    if says("Precedence").is_some_and(|how| ["bulk", "list", "junk", "auto_reply"].contains(&&*how))
    {
        return Some("it went to many");
    }
    if ["List-Id", "List-Unsubscribe"].into_iter().any(|name| message.header(name).is_some()) {
        return Some("a list sent it");
    }
    if ["X-Autoreply", "X-Autorespond"].into_iter().any(|name| message.header(name).is_some()) {
        return Some("it is an automatic reply");
    }
    if says("X-Spam-Flag").is_some_and(|flag| flag.starts_with("yes"))
        || says("X-Spam-Status").is_some_and(|status| status.starts_with("yes"))
    {
        return Some("the mail server holds it for spam");
    }
    let is_report = message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|kind| kind.eq_ignore_ascii_case("report"))
    });
    let machine = from.split('@').next().unwrap_or_default();
    if is_report || ["mailer-daemon", "postmaster"].contains(&machine) {
        return Some("it reports on a letter");
    }
    None
}

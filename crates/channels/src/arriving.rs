//! E-mail that comes in: who wrote it, to which address, and their own words in it.

use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders};

/// More attachments are no answer to a letter.
const ATTACHMENTS_MAX: usize = 10;
/// The longest address that is one.
const ADDRESS_MAX: usize = 254;

/// A message as it was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arriving {
    /// The sender's address, in small letters.
    pub from: String,
    /// All addresses that it was sent or delivered to, in small letters.
    pub recipients: Vec<String>,
    /// The sender's own id of it, without brackets.
    pub message_id: Option<String>,
    /// A machine or a list wrote it, for this reason: nobody waits for an answer.
    pub is_automatic: Option<&'static str>,
    /// What was written, without what it quotes.
    pub text: String,
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
    let message = MessageParser::default().parse(bytes).ok_or("it is no e-mail")?;
    let from = message.from().and_then(Address::first).and_then(|from| from.address());
    let from = from.map(address).filter(|from| is_address(from)).ok_or("it names no sender")?;
    let text = message.body_text(0).unwrap_or_default();
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
        message_id: message.message_id().map(str::to_owned).filter(|id| !id.is_empty()),
        is_automatic: is_automatic(&message, &from),
        text: own_words(&text),
        attachments: attached.into_iter().take(ATTACHMENTS_MAX).collect(),
        n_left_out,
        from,
    })
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

/// How mail programs begin what they quote, before a date or a name.
const QUOTE_BEGINS: [&str; 12] =
    ["On ", "Am ", "Den ", "El ", "Le ", "Il ", "Op ", "Em ", "W dniu ", "في ", "Dne ", "På "];
/// What such a line says before its colon, wherever.
const QUOTE_SAYS: [&str; 13] = [
    "wrote",
    "writes",
    "schrieb",
    "skrev",
    "escribió",
    "écrit",
    "scritto",
    "schreef",
    "geschreven",
    "escreveu",
    "napisał",
    "napsal",
    "كتب",
];
/// Lines after which everything is quoted.
const QUOTE_FROM: [&str; 8] = [
    "-----original message-----",
    "-----ursprüngliche nachricht-----",
    "-----ursprungligt meddelande-----",
    "-----mensaje original-----",
    "-----message d'origine-----",
    "-----original-nachricht-----",
    "begin forwarded message:",
    "________________________________",
];
/// Headings of a quoted message, one below the other.
const HEADINGS: [&str; 14] = [
    "from:",
    "von:",
    "från:",
    "de:",
    "da:",
    "van:",
    "sent:",
    "gesendet:",
    "skickat:",
    "enviado:",
    "envoyé :",
    "date:",
    "datum:",
    "fecha:",
];

/// The words of a message without what it quotes and without a signature; the whole of it where
/// nothing would be left.
pub(crate) fn own_words(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.lines().collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        if line == "--" || is_from_here(&lines, at) {
            break;
        }
        let n = attribution(&lines, at);
        if n > 0 {
            // Answers below or between what is quoted are own words; without marks all is quoted.
            let is_marked = lines[at + n..].iter().any(|line| line.trim_start().starts_with('>'));
            if !is_marked {
                break;
            }
            at += n;
            continue;
        }
        if !line.starts_with('>') {
            kept.push(lines[at].trim_end());
        }
        at += 1;
    }
    let own = kept.join("\n");
    let mut own = own.trim().to_owned();
    while own.contains("\n\n\n") {
        own = own.replace("\n\n\n", "\n\n");
    }
    if own.is_empty() { text.trim().to_owned() } else { own }
}

fn is_from_here(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim().to_lowercase();
    let is_heading = |at: usize| {
        lines.get(at).is_some_and(|line| {
            let line = line.trim().trim_start_matches('*').to_lowercase();
            HEADINGS.iter().any(|heading| line.starts_with(heading))
        })
    };
    QUOTE_FROM.iter().any(|mark| line.starts_with(mark)) || is_heading(at) && is_heading(at + 1)
}

/// How many lines from here on say who is quoted; long ones are broken.
fn attribution(lines: &[&str], at: usize) -> usize {
    let first = lines[at].trim_start();
    if !QUOTE_BEGINS.iter().any(|begins| first.starts_with(begins)) {
        return 0;
    }
    (1..=3)
        .find(|n| {
            let Some(all) = lines.get(at..at + n) else { return false };
            let whole = all.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
            let has_date = whole.chars().any(|c| c.is_numeric()) || whole.contains('@');
            let says = QUOTE_SAYS.iter().any(|says| whole.contains(says));
            has_date && says && whole.ends_with(':')
        })
        .unwrap_or(0)
}

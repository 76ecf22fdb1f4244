//! Letters that come back: what a mail server says of one that it could not deliver, or that its
//! reader complained about. RFC 3464 and RFC 5965, with whatever real servers make of them.

use mail_parser::{Message, MimeHeaders, PartType};

use crate::arriving::{Parsed, id, is_id};

/// The longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 200;

/// What is told of letters that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Their Message-IDs, without brackets.
    pub message_ids: Vec<String>,
    /// Nothing will ever arrive at that address, or nobody wants it there.
    pub is_final: bool,
    /// Why, in the server's words.
    pub reason: String,
}

/// What a report tells; `None` for a message that is none, or that tells of a delay only.
pub(crate) fn returned(message: &Message<'_>) -> Option<Returned> {
    let is_report = message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|kind| kind.eq_ignore_ascii_case("report"))
    });
    if !is_report {
        return None;
    }
    let (mut message_ids, mut told) = (Vec::new(), None);
    for part in &message.parts {
        let kind = part.content_type().map(|kind| {
            format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase()
        });
        match (kind.as_deref(), &part.body) {
            (Some("message/delivery-status" | "message/global-delivery-status"), _) => {
                told = told.or(delivery(&text(part.contents())));
            }
            (Some("message/feedback-report"), _) => {
                told = Some((true, "The reader called it unwanted.".to_owned()));
            }
            (_, PartType::Message(letter)) => message_ids.extend(letter.message_id().map(id)),
            (Some("text/rfc822-headers" | "message/rfc822" | "message/rfc822-headers"), _) => {
                let letter = Parsed::of(part.contents());
                message_ids.extend(letter.and_then(|letter| letter.message_id().map(id)));
            }
            _ => {}
        }
    }
    let (is_final, reason) = told?;
    message_ids.retain(|id| is_id(id));
    Some(Returned { message_ids, is_final, reason })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether a delivery failed for ever, and why; `None` where it may still succeed or has.
fn delivery(fields: &str) -> Option<(bool, String)> {
    let value = |name: &str| {
        let mut lines = fields.lines().skip_while(|line| {
            !line.split_once(':').is_some_and(|(said, _)| said.trim().eq_ignore_ascii_case(name))
        });
        let first = lines.next()?.split_once(':')?.1.trim().to_owned();
        // A long one goes on in lines that begin with a space.
        let more = lines.take_while(|line| line.starts_with([' ', '\t'])).map(str::trim);
        Some(std::iter::once(first.as_str()).chain(more).collect::<Vec<_>>().join(" "))
    };
    let action = value("Action")?;
    if !action.to_lowercase().starts_with("failed") {
        return None;
    }
    let status = value("Status").unwrap_or_default();
    // "smtp; 550 5.1.1 …": the words after the kind.
    let why = value("Diagnostic-Code")
        .map(|why| why.split_once(';').map_or(why.clone(), |(_, words)| words.trim().to_owned()))
        .filter(|why| !why.is_empty())
        .unwrap_or_else(|| format!("status {status}"));
    // Full mailboxes are emptied, and servers come back.
    let is_final = status.starts_with('5') && !status.starts_with("5.2.2");
    let plain = why.chars().map(|c| if c.is_control() { ' ' } else { c });
    Some((is_final, plain.take(REASON_CHARS_MAX).collect()))
}

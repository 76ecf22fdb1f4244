//! What comes in: checked for length, masked, its files found.

use std::mem::discriminant;

use desk::{Author, File, FileId, Message, limits};
use privacy::{Masked, RawText};
use store::Written;

use crate::{Caller, Result, Service, ServiceError};

/// A message as it came in, not masked yet.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What it says.
    pub text: RawText,
    /// The sender's own key for it.
    pub client_id: Option<String>,
    /// What is attached; uploaded before by the same person.
    pub file_ids: Vec<FileId>,
}

impl Incoming {
    /// A message of text alone.
    #[must_use]
    pub fn text(text: impl Into<RawText>) -> Self {
        Self { text: text.into(), client_id: None, file_ids: Vec::new() }
    }
}

impl Service {
    /// Checks a message and finds its files; the text is still to be masked.
    pub(crate) async fn check(&self, caller: &Caller, incoming: &Incoming) -> Result<Vec<File>> {
        check_length("text", &incoming.text, limits::MESSAGE_CHARS_MAX)?;
        if incoming.text.is_blank() && incoming.file_ids.is_empty() {
            return Err(ServiceError::invalid("text", "The message is empty.", "Write something."));
        }
        if incoming.client_id.as_ref().is_some_and(|id| id.is_empty() || id.len() > 64) {
            return Err(ServiceError::invalid(
                "client_id",
                "The key is empty or longer than 64 bytes.",
                "Use a UUID, or leave it out.",
            ));
        }
        if incoming.file_ids.len() > limits::FILES_PER_MESSAGE_MAX {
            return Err(ServiceError::TooLong {
                field: "file_ids",
                n_max: limits::FILES_PER_MESSAGE_MAX,
            });
        }
        if incoming.file_ids.is_empty() {
            return Ok(Vec::new());
        }
        let files =
            self.store.unattached_files(caller.subject(), incoming.file_ids.clone()).await?;
        if files.len() != incoming.file_ids.len() {
            return Err(ServiceError::invalid(
                "file_ids",
                "A file is not there, is not yours or is attached already.",
                "Upload it again, then send the message with the new id.",
            ));
        }
        Ok(files)
    }
}

/// At most so many characters.
pub(crate) fn check_length(field: &'static str, text: &RawText, n_max: usize) -> Result<()> {
    if text.n_chars() > n_max { Err(ServiceError::TooLong { field, n_max }) } else { Ok(()) }
}

/// At most so many characters, and not blank; masked.
pub(crate) fn required(field: &'static str, text: RawText, n_max: usize) -> Result<Masked> {
    check_length(field, &text, n_max)?;
    if text.is_blank() {
        return Err(ServiceError::invalid(field, "It is empty.", "Fill it in."));
    }
    Ok(text.mask())
}

/// Masks a message after the earlier ones of its side, the customer's or the agents'; returns
/// those of them whose fragment of a card it completed, rewritten.
pub(crate) fn mask_after(
    text: &RawText,
    messages: &[Written],
    author: Author,
) -> (Masked, Vec<Message>) {
    let earlier: Vec<&Message> = messages
        .iter()
        .map(|written| &written.message)
        .filter(|message| discriminant(&message.author) == discriminant(&author))
        .collect();
    let texts: Vec<&str> = earlier.iter().map(|message| message.text.as_str()).collect();
    let masked = text.mask_after(&texts);
    let rewritten = masked
        .rewrites
        .into_iter()
        .map(|(i, text)| Message { text, ..earlier[i].clone() })
        .collect();
    (masked.text, rewritten)
}

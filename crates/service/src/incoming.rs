//! What comes in: checked for length, masked, its files found.

use desk::{Door, File, FileId, IncomingMail, limits};
use privacy::{Masked, RawText};

use crate::{Caller, Result, Service, ServiceError};

/// Bytes of a sender's own key for a message.
const KEY_BYTES_MAX: usize = 64;
/// Bytes of a UUID with its hyphens.
const UUID_BYTES: usize = 36;

/// A message as it came in, not masked yet.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What it says.
    pub text: RawText,
    /// The sender's own key for it.
    pub client_id: Option<String>,
    /// What is attached; uploaded before by the same person.
    pub file_ids: Vec<FileId>,
    /// It came by e-mail.
    pub(crate) mail: Option<Box<ByMail>>,
}

/// What a message brings along that came by e-mail.
#[derive(Debug, Clone)]
pub(crate) struct ByMail {
    /// Whether its sender is known to be who they say.
    pub(crate) door: Door,
    /// What a conversation that it begins is about, if its sender says so.
    pub(crate) subject: Option<RawText>,
    /// What is remembered of it; where it stands is still to be written.
    pub(crate) remembered: IncomingMail,
}

impl Incoming {
    /// A message of text alone.
    #[must_use]
    pub fn text(text: impl Into<RawText>) -> Self {
        Self::new(text, None, Vec::new())
    }

    /// A message with its sender's own key and files.
    #[must_use]
    pub fn new(text: impl Into<RawText>, client_id: Option<String>, file_ids: Vec<FileId>) -> Self {
        Self { text: text.into(), client_id, file_ids, mail: None }
    }

    /// Checks lengths and keys; the text is still to be masked, and the files to be found.
    pub(crate) fn check(&self) -> Result<()> {
        check_length("text", &self.text, limits::MESSAGE_CHARS_MAX)?;
        if self.text.is_blank() && self.file_ids.is_empty() {
            return Err(ServiceError::invalid("text", "The message is empty.", "Write something."));
        }
        if let Some(key) = &self.client_id {
            check_key(key)?;
        }
        if self.file_ids.len() > limits::FILES_PER_MESSAGE_MAX {
            return Err(ServiceError::TooLong {
                field: "file_ids",
                n_max: limits::FILES_PER_MESSAGE_MAX,
            });
        }
        let mut ids = self.file_ids.iter().enumerate();
        if ids.any(|(place, id)| self.file_ids[..place].contains(id)) {
            return Err(ServiceError::invalid(
                "file_ids",
                "A file is named twice.",
                "Name each file once.",
            ));
        }
        Ok(())
    }
}

impl Service {
    /// The files of a message. They are looked for at each attempt to commit it: one that another
    /// message took in between is then told, and not tried for again and again.
    pub(crate) async fn files_of(&self, caller: &Caller, incoming: &Incoming) -> Result<Vec<File>> {
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

/// A sender's key is stored as it came, so it must be one and not a text.
fn check_key(key: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    let is_key = (1..=KEY_BYTES_MAX).contains(&key.len()) && key.chars().all(is_plain);
    if is_key && !holds_card(key) {
        return Ok(());
    }
    Err(ServiceError::invalid(
        "client_id",
        "The key is empty, longer than 64 bytes, not of letters, digits, '-', '_', '.' and ':', or \
         looks like a card number.",
        "Use a UUID, or leave it out.",
    ))
}

/// Whether a key that a sender chose would be masked if it were a text. A UUID never counts: of
/// many, one looks like a card by chance, and its sender could do nothing about it.
#[must_use]
pub fn holds_card(key: &str) -> bool {
    let uuid = uuid::Uuid::try_parse(key).ok().filter(|_| key.len() == UUID_BYTES);
    let is_uuid = uuid.is_some_and(|uuid| {
        matches!(uuid.get_version_num(), 4 | 7) && uuid.get_variant() == uuid::Variant::RFC4122
    });
    !is_uuid && RawText::from(key).mask().as_str() != key
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

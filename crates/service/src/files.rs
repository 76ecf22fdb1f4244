//! Files: checked, named safely, masked where they are text, kept until a message takes them.

use desk::{File, FileId, limits};
use privacy::RawText;
use store::{Change, FileContent};
use tokio::sync::Semaphore;

use crate::{
    Caller, Clock, Result, Service, ServiceError, alphabet, house::new_id, incoming::check_length,
};

/// A file as it came in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its name.
    pub name: RawText,
    /// As the sender says; what the bytes say counts more.
    pub content_type: String,
    /// The bytes.
    pub content: Vec<u8>,
}

/// The type of all that is shown as text.
const TEXT: &str = "text/plain";

/// Long texts that are masked at once; each keeps a core busy for a while.
static MASKING: Semaphore = Semaphore::const_new(2);
/// Longer ones are masked off the async threads.
const LONG_BYTES: usize = 64 * 1024;

impl Service {
    /// Keeps a file for the caller's next message.
    ///
    /// # Errors
    /// `TooLong`, `Invalid` when it is empty.
    pub async fn keep_file(&self, caller: &Caller, upload: Upload) -> Result<File> {
        check_length("name", &upload.name, limits::NAME_CHARS_MAX)?;
        if upload.content.len() > limits::FILE_BYTES_MAX {
            return Err(ServiceError::TooLong { field: "file", n_max: limits::FILE_BYTES_MAX });
        }
        if upload.content.is_empty() {
            return Err(ServiceError::invalid("file", "The file is empty.", "Choose another."));
        }
        let told_by_content = told_by_content(&upload.content);
        let content_type =
            told_by_content.unwrap_or_else(|| told_by_sender(&upload.content_type)).to_owned();
        let is_text = content_type == TEXT;
        let content = masked(upload.content, is_text).await?;
        // UTF-8 takes more room than some other alphabets.
        if content.len() > limits::FILE_BYTES_MAX {
            return Err(ServiceError::TooLong { field: "file", n_max: limits::FILE_BYTES_MAX });
        }
        let name = upload.name.mask();
        let base = name.as_str().rsplit(['/', '\\']).next().unwrap_or_default().trim();
        let name = if base.is_empty() { "file" } else { base };
        let file = File {
            id: FileId(new_id()),
            name: privacy::Masked::own_words(name),
            content_type,
            n_bytes: i64::try_from(content.len()).expect("a file is at most a few megabytes"),
        };
        let mut commit = self.begin(caller);
        commit.push(Change::AddFile(Box::new(FileContent {
            file: file.clone(),
            owner: caller.subject(),
            content,
            created_at: Clock::real(),
        })));
        self.commit(caller, commit).await?;
        Ok(file)
    }
}

/// A text is searched for card numbers like a message, and kept as UTF-8; anything else stays as it
/// is.
async fn masked(content: Vec<u8>, is_text: bool) -> Result<Vec<u8>> {
    let n_bytes = content.len();
    let mask = move || match alphabet::read(content, is_text) {
        Ok(text) => RawText::from(text).mask().into_string().into_bytes(),
        Err(bytes) => bytes,
    };
    if n_bytes <= LONG_BYTES {
        return Ok(mask());
    }
    let _permit = MASKING.acquire().await.expect("nobody closes it");
    tokio::task::spawn_blocking(mask)
        .await
        .map_err(|error| ServiceError::Internal(format!("a file was not masked: {error}")))
}

/// Types that browsers show, told by their first bytes.
fn told_by_content(content: &[u8]) -> Option<&'static str> {
    let starts: [(&[u8], &str); 5] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
    ];
    if content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP") {
        return Some("image/webp");
    }
    starts.into_iter().find(|(start, _)| content.starts_with(start)).map(|(_, name)| name)
}

/// What the bytes do not tell is never shown in a browser as anything but text or a download.
fn told_by_sender(content_type: &str) -> &'static str {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "text/plain" | "text/csv" | "text/markdown" => TEXT,
        _ => "application/octet-stream",
    }
}

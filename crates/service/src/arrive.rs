//! E-mail that comes in: a customer answers a letter, and goes on in the same conversation.

use channels::{Arriving, Attachment, read_mail};
use desk::{ConversationId, limits};
use privacy::RawText;
use store::Thread;

use crate::{
    Caller, Incoming, Result, Service, ServiceError, Upload, Who, letters::address_of, secrets,
};

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// It stands in this conversation.
    Joined(ConversationId),
    /// It had come before.
    Repeated(ConversationId),
    /// Nobody waits for an answer to it, for this reason.
    Ignored(&'static str),
}

impl Service {
    /// Takes a message in as a mail server hands it over, with the address that it was handed over
    /// for, if that is known. The same message again changes nothing.
    ///
    /// # Errors
    /// `Invalid` for what is no e-mail; `NotFound` where no address of it is one that a letter gave;
    /// `Forbidden` where the sender is not the customer to whom the letter went; `TooLong`.
    pub async fn deliver(&self, bytes: &[u8], recipient: Option<&str>) -> Result<Delivered> {
        let mail = self.needs_mail()?;
        let arriving = read_mail(bytes).map_err(|why| {
            ServiceError::invalid("message", why, "Hand over the whole message, headers first.")
        })?;
        // Before anything else: two machines that answer each other never end.
        if let Some(why) = arriving.is_automatic {
            return Ok(Delivered::Ignored(why));
        }
        let addresses = recipient.into_iter().chain(arriving.recipients.iter().map(String::as_str));
        let marks = addresses.filter_map(|address| mail.post.mark_of(address));
        let thread = self.marked(marks).await?;
        let thread = thread.ok_or(ServiceError::NotFound { what: "address" })?;
        // Whoever got a letter forwarded is not the customer.
        if address_of(&thread.customer).map(str::to_lowercase) != Some(arriving.from.clone()) {
            return Err(ServiceError::Forbidden {
                detail: "The letter went to another address.",
                hint: "Write from the address to which it went, or in the chat.",
            });
        }
        let conversation = &thread.listed.conversation;
        let who = Who::Customer(conversation.customer_id, conversation.inbox_id);
        self.join(&Caller::plain(who), conversation.id, arriving).await
    }

    /// The conversation of the first mark that this desk has made.
    async fn marked(&self, marks: impl Iterator<Item = String>) -> Result<Option<Thread>> {
        for mark in marks {
            let number = mark.split_once('.').and_then(|(number, _)| number.parse().ok());
            let Some(number) = number else { continue };
            let Some(id) = self.store.conversation_by_number(number).await? else { continue };
            let Some(thread) = self.store.thread(id).await? else { continue };
            if secrets::same(&self.reply_mark(&thread.listed.conversation)?, &mark) {
                return Ok(Some(thread));
            }
        }
        Ok(None)
    }

    async fn join(
        &self,
        caller: &Caller,
        id: ConversationId,
        arriving: Arriving,
    ) -> Result<Delivered> {
        let Arriving { text, attachments, n_left_out, message_id, from, .. } = arriving;
        // One without an id of its own is known by what it says.
        let named = message_id.unwrap_or_else(|| format!("{from}\n{text}"));
        let client_id = format!("mail-{}", &secrets::token_hash(&named)[..32]);
        if self.store.message_by_client_id(id, client_id.clone()).await?.is_some() {
            return Ok(Delivered::Repeated(id));
        }
        let (mut file_ids, mut left_out) = (Vec::new(), n_left_out);
        let whole = is_too_long(&text).then(|| Attachment {
            name: "message.txt".to_owned(),
            content_type: "text/plain".to_owned(),
            content: text.clone().into_bytes(),
        });
        for attachment in whole.iter().cloned().chain(attachments) {
            let name: String = attachment.name.chars().take(limits::NAME_CHARS_MAX).collect();
            let upload = Upload {
                name: RawText::from(name),
                content_type: attachment.content_type,
                content: attachment.content,
            };
            match self.keep_file(caller, upload).await {
                Ok(file) if file_ids.len() < limits::FILES_PER_MESSAGE_MAX => {
                    file_ids.push(file.id);
                }
                // Too large, or too many: the customer's words come in all the same.
                Ok(_) | Err(ServiceError::TooLong { .. } | ServiceError::Invalid { .. }) => {
                    left_out += 1;
                }
                Err(error) => return Err(error),
            }
        }
        let mut notes = String::new();
        if whole.is_some() {
            notes.push_str("\n\n[The message goes on in message.txt]");
        }
        if left_out > 0 {
            notes.push_str(&format!("\n\n[Files left out as too many or too large: {left_out}]"));
        }
        let room = limits::MESSAGE_CHARS_MAX - notes.chars().count();
        let text = text.chars().take(room).collect::<String>() + &notes;
        let incoming = Incoming { text: RawText::from(text), client_id: Some(client_id), file_ids };
        let received = self.receive_message(caller, Some(id), &incoming).await?;
        Ok(match received.is_new {
            true => Delivered::Joined(received.conversation_id),
            false => Delivered::Repeated(received.conversation_id),
        })
    }
}

fn is_too_long(text: &str) -> bool {
    text.chars().count() > limits::MESSAGE_CHARS_MAX
}

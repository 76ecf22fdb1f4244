//! E-mail that comes in: it goes on with the conversation that it answers, or begins one; letters of
//! machines are answered by nobody, and letters that come back are told of.

use channels::{Arriving, Attachment, Returned, read_mail};
use desk::{
    Actor, ConversationId, Customer, CustomerId, Door, InboxKind, IncomingMail, Kind, MailPlace,
    MailState, limits,
};
use privacy::RawText;
use store::{Change, Commit, CommitError, Thread};
use uuid::Uuid;

use crate::{
    Caller, Clock, Incoming, Result, Service, ServiceError, Upload, Who,
    house::{new_id, retry, taken_is_stale},
    incoming::ByMail,
    letters::address_of,
    secrets,
};

const HOUR_MS: i64 = 3_600_000;
/// Whoever sends more within an hour is a machine that does not say so.
const FROM_ONE_MAX: i64 = 60;
/// References that are looked for.
const REFERENCES_MAX: usize = 20;

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// It began this conversation.
    Begun(ConversationId),
    /// It stands in this conversation, which was there.
    Joined(ConversationId),
    /// It had come before.
    Repeated(Option<ConversationId>),
    /// Nobody waits for an answer to it, for this reason.
    Ignored(&'static str),
    /// It tells of letters that did not arrive.
    Returned,
}

impl Service {
    /// Takes a message in, with the address for which a mail server hands it over, if that is known,
    /// and its place in the mailbox, if it lies in one. The same message again changes nothing.
    ///
    /// # Errors
    /// `Invalid` for what is no e-mail; `Forbidden` for a sender of too many; `TooLong`.
    pub async fn deliver(
        &self,
        bytes: Vec<u8>,
        recipient: Option<&str>,
        place: Option<MailPlace>,
    ) -> Result<Delivered> {
        let mail = self.needs_mail()?;
        // Apart: a long message takes a while.
        let read = tokio::task::spawn_blocking(move || read_mail(&bytes)).await;
        let read = read.unwrap_or_else(|error| Err(error.to_string()));
        let arriving = read.map_err(|why| {
            ServiceError::invalid("message", why, "Hand over the whole message, headers first.")
        })?;
        let remembered = remembered(&arriving, place);
        if let Some(before) = self.store.incoming_mail(remembered.key.clone()).await?
            && before.state == MailState::Taken
        {
            return Ok(Delivered::Repeated(before.conversation_id));
        }
        if let Some(returned) = &arriving.returned {
            self.take_back(returned).await?;
            self.ignore(remembered, "it tells of a letter that did not arrive").await?;
            return Ok(Delivered::Returned);
        }
        // Before anything else: two machines that answer each other never end.
        let is_own = mail.post.is_own(&arriving.from).then_some("the desk itself sent it");
        if let Some(why) = arriving.is_automatic.or(is_own) {
            self.ignore(remembered, why).await?;
            return Ok(Delivered::Ignored(why));
        }
        // Before the desk is set up there is nobody to answer.
        self.settings()?;
        let since = Clock::real().plus_ms(-HOUR_MS);
        let sender = remembered.sender.to_string();
        if self.store.n_mail_from(sender, since).await? >= FROM_ONE_MAX {
            return Err(ServiceError::Forbidden {
                detail: "This address has sent more than 60 messages within an hour.",
                hint: "Wait an hour, or write in the chat.",
            });
        }
        if let Some((thread, door)) = self.belongs(&arriving, recipient).await? {
            match self.join(&thread, door, &arriving, remembered.clone()).await {
                // A conversation holds only so many messages; what is written goes on in another.
                Err(ServiceError::Conflict { .. }) => {}
                joined => return joined,
            }
        }
        self.begin_by_mail(&arriving, remembered).await
    }

    /// The conversation that a message goes on with, and by which door: by an address that only a letter names, then by
    /// what it answers. Whoever did not write that conversation, or got a letter of it forwarded, is
    /// not let in.
    async fn belongs(
        &self,
        arriving: &Arriving,
        recipient: Option<&str>,
    ) -> Result<Option<(Thread, Door)>> {
        let mail = self.needs_mail()?;
        let is_theirs = |thread: &Thread| {
            address_of(&thread.customer)
                .is_some_and(|address| address.to_lowercase() == arriving.from)
        };
        let addresses = recipient.into_iter().chain(arriving.recipients.iter().map(String::as_str));
        for mark in addresses.filter_map(|address| mail.post.mark_of(address)) {
            if let Some(thread) = self.marked(&mark).await?.filter(is_theirs) {
                return Ok(Some((thread, Door::Letter)));
            }
        }
        for message_id in arriving.references.iter().take(REFERENCES_MAX) {
            for id in self.referred_to(message_id).await? {
                if let Some(thread) = self.store.thread(id).await?.filter(is_theirs) {
                    return Ok(Some((thread, Door::Mail)));
                }
            }
        }
        Ok(None)
    }

    /// The conversation of a mark that this desk has made.
    async fn marked(&self, mark: &str) -> Result<Option<Thread>> {
        let number = mark.split_once('.').and_then(|(number, _)| number.parse().ok());
        let Some(number) = number else { return Ok(None) };
        let Some(id) = self.store.conversation_by_number(number).await? else { return Ok(None) };
        let Some(thread) = self.store.thread(id).await? else { return Ok(None) };
        let is_ours = secrets::same(&self.reply_mark(&thread.listed.conversation)?, mark);
        Ok(is_ours.then_some(thread))
    }

    /// Conversations with a message of that id: one of the desk's letters, or one that came in.
    async fn referred_to(&self, message_id: &str) -> Result<Vec<ConversationId>> {
        let Some(own) = self.needs_mail()?.post.own_id(message_id) else {
            return Ok(self.store.conversations_of_mail(message_id.to_owned()).await?);
        };
        if let Some(id) = own.strip_prefix("conversation-") {
            return Ok(Uuid::parse_str(id).map(ConversationId).into_iter().collect());
        }
        let Ok(id) = own.parse() else { return Ok(Vec::new()) };
        let letter = self.store.letter(id).await?;
        Ok(letter.and_then(|letter| letter.conversation_id).into_iter().collect())
    }

    async fn join(
        &self,
        thread: &Thread,
        door: Door,
        arriving: &Arriving,
        remembered: IncomingMail,
    ) -> Result<Delivered> {
        let conversation = &thread.listed.conversation;
        let who = Who::Customer(conversation.customer_id, conversation.inbox_id);
        // A new subject in an old thread is part of what they say.
        let about = plain_subject(&arriving.subject);
        let is_known = about.is_empty()
            || plain_subject(conversation.subject.as_str()) == about
            || about.contains(&format!("{}", conversation.number));
        let text = match is_known {
            true => arriving.text.clone(),
            false => with_subject(arriving),
        };
        let by = ByMail { door, subject: None, remembered };
        let id = conversation.id;
        let received =
            self.take_in(&Caller::plain(who), Some(id), text, arriving, None, by).await?;
        Ok(match received.is_new {
            true => Delivered::Joined(received.conversation_id),
            false => Delivered::Repeated(Some(received.conversation_id)),
        })
    }

    async fn begin_by_mail(
        &self,
        arriving: &Arriving,
        remembered: IncomingMail,
    ) -> Result<Delivered> {
        let inbox_id = retry(|| self.inbox_of(InboxKind::Email)).await?;
        let customer = retry(|| self.customer_who_wrote(arriving)).await?;
        let caller = Caller::plain(Who::Customer(customer, inbox_id));
        let subject = Some(&arriving.subject).filter(|subject| !subject.is_empty());
        let by = ByMail {
            door: Door::Mail,
            subject: subject.map(|subject| RawText::from(subject.as_str())),
            remembered,
        };
        // What they forward may be all that tells what they want.
        let quoted = Some(&arriving.quoted).filter(|quoted| !quoted.is_empty());
        let quoted = quoted.map(|quoted| text_file("quoted.txt", quoted));
        let text = with_subject(arriving);
        let received = self.take_in(&caller, None, text, arriving, quoted, by).await?;
        Ok(match received.is_new {
            true => Delivered::Begun(received.conversation_id),
            false => Delivered::Repeated(Some(received.conversation_id)),
        })
    }

    /// The customer to whom letters go at the sender's address; a new one where there is none.
    async fn customer_who_wrote(&self, arriving: &Arriving) -> Result<CustomerId> {
        let email = RawText::from(arriving.from.as_str()).mask();
        let found = self.store.customer_by_email(email.as_str().to_owned()).await?;
        if let Some(customer) = found {
            return Ok(customer.id);
        }
        let name = arriving.from_name.as_deref();
        let name = name.map(|name| RawText::from(cut(name, limits::NAME_CHARS_MAX)).mask());
        let mut commit = Commit::new(self.now(), Actor::System);
        let customer = Customer {
            name,
            email: Some(email),
            has_verified_email: true,
            ..Customer::new(CustomerId(new_id()), commit.at)
        };
        let id = customer.id;
        commit.add(Kind::CustomerAdded, customer);
        // Two messages at once: the other one has brought the customer.
        self.store.commit(commit).await.map_err(|error| taken_is_stale(error.into()))?;
        Ok(id)
    }

    async fn take_in(
        &self,
        caller: &Caller,
        id: Option<ConversationId>,
        text: String,
        arriving: &Arriving,
        quoted: Option<Attachment>,
        by: ByMail,
    ) -> Result<crate::Received> {
        let client_id = by.remembered.key.clone();
        let (mut file_ids, mut left_out) = (Vec::new(), arriving.n_left_out);
        let whole = is_too_long(&text).then(|| text_file("message.txt", &text));
        let own = whole.iter().chain(&quoted);
        for attachment in own.chain(&arriving.attachments).cloned() {
            let upload = Upload {
                name: RawText::from(cut(&attachment.name, limits::NAME_CHARS_MAX)),
                content_type: attachment.content_type,
                content: attachment.content,
            };
            if file_ids.len() == limits::FILES_PER_MESSAGE_MAX {
                left_out += 1;
                continue;
            }
            match self.keep_file(caller, upload).await {
                Ok(file) => file_ids.push(file.id),
                // Too large, or empty: the customer's words come in all the same.
                Err(ServiceError::TooLong { .. } | ServiceError::Invalid { .. }) => left_out += 1,
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
        let mut text = cut(&text, room) + &notes;
        if text.trim().is_empty() && file_ids.is_empty() {
            "[An e-mail without words]".clone_into(&mut text);
        }
        let mut incoming = Incoming::new(text, Some(client_id), file_ids);
        incoming.mail = Some(Box::new(by));
        self.receive_message(caller, id, &incoming).await
    }

    /// Remembers a message that nobody answers.
    async fn ignore(&self, remembered: IncomingMail, why: &'static str) -> Result<()> {
        let mail =
            IncomingMail { state: MailState::Ignored, reason: Some(why.to_owned()), ..remembered };
        let mut commit = Commit::new(self.now(), Actor::System);
        commit.push(Change::KeepMail(mail));
        match self.store.commit(commit).await {
            // Another desk reads the same mailbox, and was first.
            Ok(_) | Err(CommitError::Taken) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Letters that came back.
    async fn take_back(&self, returned: &Returned) -> Result<()> {
        let mail = self.needs_mail()?;
        for id in returned.message_ids.iter().filter_map(|id| mail.post.own_id(id)) {
            let Ok(id) = id.parse() else { continue };
            let letter = self.store.letter(id).await?;
            // Told of once, however often a server tells it.
            let letter = letter.filter(|letter| letter.state == desk::LetterState::Sent);
            if let Some(letter) = letter {
                self.did_not_arrive(&letter, &returned.reason, returned.is_final).await?;
            }
        }
        Ok(())
    }
}

/// What is remembered of a message that was taken in.
pub(crate) fn remembered(arriving: &Arriving, place: Option<MailPlace>) -> IncomingMail {
    // Some programs give all their messages one id.
    let Arriving { from, subject, text, quoted, message_id, .. } = arriving;
    let id = message_id.as_deref().unwrap_or_default();
    IncomingMail {
        key: mail_key(&[id, from, subject, text, quoted]),
        message_id: message_id.clone(),
        sender: RawText::from(from.as_str()).mask(),
        subject: RawText::from(cut(subject, limits::SUBJECT_CHARS_MAX)).mask(),
        state: MailState::Taken,
        reason: None,
        conversation_id: None,
        place,
        received_at: Clock::real(),
    }
}

/// What tells a message from all others, as a UUID: it is also the message's key in its conversation,
/// and no UUID is taken for a card number.
pub(crate) fn mail_key(parts: &[&str]) -> String {
    let hash = secrets::token_hash(&parts.join("\0"));
    let bits = u128::from_str_radix(&hash[..32], 16).unwrap_or_default();
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
}

/// What a message says under which subject, said once.
fn with_subject(arriving: &Arriving) -> String {
    let Arriving { subject, text, .. } = arriving;
    let is_said = subject.is_empty() || text.to_lowercase().starts_with(&subject.to_lowercase());
    if is_said { text.clone() } else { format!("{subject}\n\n{text}").trim().to_owned() }
}

/// What mail programs write before the subject of what they answer or forward.
const ANSWERS: [&str; 18] = [
    "re", "aw", "sv", "antw", "odp", "ynt", "vs", "r", "rif", "res", "fw", "fwd", "wg", "vb", "tr",
    "rv", "enc", "pd",
];

/// A subject without what mail programs put before it, in small letters.
fn plain_subject(subject: &str) -> String {
    let mut rest = subject.trim().to_lowercase();
    while let Some((before, after)) = rest.split_once(':') {
        if !ANSWERS.contains(&before.trim()) {
            break;
        }
        rest = after.trim().to_owned();
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_file(name: &str, text: &str) -> Attachment {
    Attachment {
        name: name.to_owned(),
        content_type: "text/plain".to_owned(),
        content: text.as_bytes().to_vec(),
    }
}

fn cut(text: &str, n_chars_max: usize) -> String {
    text.chars().take(n_chars_max).collect()
}

fn is_too_long(text: &str) -> bool {
    text.chars().count() > limits::MESSAGE_CHARS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_of_a_message_looks_like_a_card() {
        let keys: std::collections::HashSet<String> =
            (0..20_000).map(|n| mail_key(&[&n.to_string()])).collect();
        assert_eq!(keys.len(), 20_000);
        let digits = |key: &String| key.replace('-', "");
        let n_as_digits = keys.iter().filter(|key| crate::holds_card(&digits(key))).count();
        assert!(n_as_digits > 0, "else there is nothing to do");
        assert!(!keys.iter().any(|key| crate::holds_card(key)));
    }

    #[test]
    fn subjects_are_compared_without_what_programs_add() {
        for subject in ["My lamp", "Re: my lamp", "AW: Re: My  lamp", "SV: Fwd:my lamp"] {
            assert_eq!(plain_subject(subject), "my lamp");
        }
        assert_eq!(plain_subject("Order: late"), "order: late");
        assert_eq!(plain_subject("Re:"), "");
    }
}

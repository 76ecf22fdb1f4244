//! The mailbox into which customers write: read from where it was read last, message by message, and
//! left as it is. One that cannot be taken in is put aside and shown, and stops nothing.

use std::time::Duration;

use channels::{Fetched, Mailbox, Open, Place};
use desk::{Actor, IncomingMail, MailPlace, MailState, Role, limits};
use privacy::RawText;
use store::{Change, Commit};

use crate::{Caller, Clock, Delivered, Result, Service, ServiceError, arrive::mail_key};

/// A server that cannot be reached is tried again after this, then after twice of it, and so on.
const RETRY: Duration = Duration::from_secs(2);
const RETRY_MAX: Duration = Duration::from_secs(300);
/// A line that was silent for so long may be dead.
const IDLE: Duration = Duration::from_secs(240);
/// A server that does not tell is asked so often.
const PAUSE: Duration = Duration::from_secs(15);
/// A message that fails so often for reasons of the desk is put aside.
const ATTEMPTS_MAX: u32 = 5;
/// Messages may have come in before the mailbox was looked at last, by the server's clock.
const OVERLAP_MS: i64 = 24 * 3_600_000;

impl Service {
    /// Reads the mailbox for as long as the desk is at work.
    pub(crate) fn start_fetching(&self) {
        let Some(mailbox) = self.mail.as_ref().and_then(|mail| mail.mailbox.clone()) else {
            return;
        };
        let service = self.clone();
        tokio::spawn(async move {
            let mut wait = RETRY;
            loop {
                let Err(fault) = service.fetch(&mailbox, &mut wait).await else { continue };
                tracing::warn!(mailbox = mailbox.name(), fault, "the mailbox cannot be read");
                service.note_mailbox(Some(fault));
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(RETRY_MAX);
            }
        });
    }

    /// Reads until something is in the way.
    async fn fetch(
        &self,
        mailbox: &Mailbox,
        wait: &mut Duration,
    ) -> std::result::Result<(), String> {
        // Before the desk is set up there is nobody to answer.
        while self.settings().is_err() {
            tokio::time::sleep(PAUSE).await;
        }
        let mut open = mailbox.open().await?;
        loop {
            self.read_on(&mailbox.name(), &mut open).await?;
            self.note_mailbox(None);
            *wait = RETRY;
            open = open.wait(IDLE, PAUSE).await?;
        }
    }

    /// Takes in what came since the mailbox was read last.
    async fn read_on(&self, name: &str, open: &mut Open) -> std::result::Result<(), String> {
        let failed = |error: ServiceError| error.to_string();
        let known = self.store.mailbox(name.to_owned()).await.map_err(|error| error.to_string())?;
        let Some((place, read_at)) = known else {
            // What was there before the desk came is not the desk's to answer.
            return self.keep_place(name, open.end()).await.map_err(failed);
        };
        let from = Place {
            uid_validity: u32::try_from(place.uid_validity).unwrap_or_default(),
            uid: u32::try_from(place.uid).unwrap_or_default(),
        };
        for uid in open.after(from, read_at.0 - OVERLAP_MS).await? {
            if let Some(fetched) = open.fetch(uid, limits::MAIL_BYTES_MAX).await? {
                self.take_or_put_aside(name, open.place(uid), fetched).await.map_err(failed)?;
            }
            self.keep_place(name, open.place(uid)).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn keep_place(&self, name: &str, place: Place) -> Result<()> {
        let mut commit = Commit::new(self.now(), Actor::System);
        let (name, place) = (name.to_owned(), kept(place));
        commit.push(Change::KeepMailbox { name, place, at: Clock::real() });
        self.store.commit(commit).await?;
        Ok(())
    }

    /// # Errors
    /// When the desk cannot write now; the message is read again later.
    async fn take_or_put_aside(&self, name: &str, place: Place, fetched: Fetched) -> Result<()> {
        let mut n_failures = 0;
        let why = loop {
            match self.take(fetched.clone(), place).await {
                Ok(_) => return Ok(()),
                Err(
                    error @ (ServiceError::Busy
                    | ServiceError::Full
                    | ServiceError::Lost
                    | ServiceError::Unauthenticated { .. }),
                ) => return Err(error),
                Err(error @ (ServiceError::Internal(_) | ServiceError::Stale))
                    if n_failures < ATTEMPTS_MAX =>
                {
                    tracing::error!(%error, "a message could not be taken in");
                    n_failures += 1;
                    tokio::time::sleep(RETRY).await;
                }
                Err(error) => break words(&error),
            }
        };
        tracing::error!(mailbox = name, uid = place.uid, why, "a message was put aside");
        let read = fetched.content.as_deref().map(channels::read_head).unwrap_or_default();
        let mut commit = Commit::new(self.now(), Actor::System);
        commit.push(Change::KeepMail(IncomingMail {
            key: mail_key(&[name, &place.uid_validity.to_string(), &place.uid.to_string()]),
            message_id: None,
            sender: RawText::from(read.0).mask(),
            subject: RawText::from(read.1).mask(),
            state: MailState::Quarantined,
            reason: Some(why),
            conversation_id: None,
            place: Some(kept(place)),
            received_at: Clock::real(),
        }));
        self.store.commit(commit).await?;
        Ok(())
    }

    async fn take(&self, fetched: Fetched, place: Place) -> Result<Delivered> {
        match fetched.content {
            Some(content) => self.deliver(content, None, Some(kept(place))).await,
            None => Err(ServiceError::TooLong { field: "message", n_max: limits::MAIL_BYTES_MAX }),
        }
    }

    /// An owner has a message tried again that was put aside; it is read anew from the mailbox.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`; `Conflict` where it is not in the mailbox any more, or still cannot
    /// be taken in.
    pub async fn retry_mail(&self, caller: &Caller, key: &str) -> Result<Delivered> {
        caller.at_least(Role::Owner)?;
        let found = self.put_aside(key).await?;
        let conflict = |detail: String| ServiceError::Conflict {
            detail,
            hint: "Look at it in a mail program, and answer from there; then drop it here.",
        };
        let mailbox = self.needs_mail()?.mailbox.as_ref();
        let (Some(mailbox), Some(lies)) = (mailbox, found.place) else {
            return Err(conflict("This desk reads no mailbox.".to_owned()));
        };
        let mut open = mailbox.open().await.map_err(conflict)?;
        let uid = u32::try_from(lies.uid).unwrap_or_default();
        let place = open.place(uid);
        let fetched = match kept(place) == lies {
            true => open.fetch(uid, limits::MAIL_BYTES_MAX).await.map_err(conflict)?,
            false => None,
        };
        let gone = || conflict("The message is not in the mailbox any more.".to_owned());
        let delivered = match self.take(fetched.ok_or_else(gone)?, place).await {
            Err(error @ (ServiceError::Invalid { .. } | ServiceError::TooLong { .. })) => {
                Err(conflict(words(&error)))
            }
            other => other,
        }?;
        self.drop_mail(caller, key).await?;
        Ok(delivered)
    }

    /// An owner has seen to a message that was put aside.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn drop_mail(&self, caller: &Caller, key: &str) -> Result<()> {
        caller.at_least(Role::Owner)?;
        self.put_aside(key).await?;
        let mut commit = self.begin(caller);
        commit.push(Change::DropMail(key.to_owned()));
        self.commit(caller, commit).await?;
        Ok(())
    }

    async fn put_aside(&self, key: &str) -> Result<IncomingMail> {
        let found = self.store.incoming_mail(key.to_owned()).await?;
        let found = found.filter(|mail| mail.state == MailState::Quarantined);
        found.ok_or(ServiceError::NotFound { what: "message" })
    }

    fn note_mailbox(&self, fault: Option<String>) {
        *self.mailbox_fault.write().expect("no code panics while it holds this lock") = fault;
    }

    /// Why the mailbox cannot be read at this moment.
    pub(crate) fn mailbox_fault(&self) -> Option<String> {
        self.mailbox_fault.read().expect("no code panics while it holds this lock").clone()
    }
}

/// Why a message was put aside, as a sentence.
fn words(error: &ServiceError) -> String {
    match error {
        ServiceError::TooLong { .. } => {
            format!("It is larger than {} MB.", limits::MAIL_BYTES_MAX / (1024 * 1024))
        }
        ServiceError::Invalid { detail, .. } => format!("The message cannot be read: {detail}."),
        error => error.to_string(),
    }
}

fn kept(place: Place) -> MailPlace {
    MailPlace { uid_validity: i64::from(place.uid_validity), uid: i64::from(place.uid) }
}

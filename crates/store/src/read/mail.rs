//! E-mail that came in, and how far mailboxes were read.

use desk::{ConversationId, Customer, IncomingMail, MailPlace, MailState, Time};

use super::{ReadError, n_rows};
use crate::{Store, rows, value::values};

impl Store {
    /// What became of a message.
    pub async fn incoming_mail(&self, key: String) -> Result<Option<IncomingMail>, ReadError> {
        let sql = "select * from incoming_mail where key = ?1";
        self.read(move |c| c.first(sql, &values![&key], rows::incoming_mail)).await
    }

    /// Messages that could not be taken in, newest first.
    pub async fn quarantined_mail(&self, limit: usize) -> Result<Vec<IncomingMail>, ReadError> {
        let sql = "select * from incoming_mail where state = 'quarantined' \
            order by received_at desc, key limit ?1";
        self.read(move |c| c.all(sql, &values![n_rows(limit)], rows::incoming_mail)).await
    }

    /// How many messages in each state came in after this real time.
    pub async fn incoming_mail_counts(
        &self,
        since: Time,
    ) -> Result<Vec<(MailState, i64)>, ReadError> {
        let sql = "select state, count(*) as n from incoming_mail where received_at > ?1 \
            group by state";
        self.read(move |c| {
            c.all(sql, &values![since], |row| {
                Ok((rows::word(row, "state", MailState::parse)?, row.get::<i64>("n")?))
            })
        })
        .await
    }

    /// How many messages of this sender came in after this real time.
    pub async fn n_mail_from(&self, sender: String, since: Time) -> Result<i64, ReadError> {
        let sql = "select count(*) as n from incoming_mail where sender = ?1 and received_at > ?2";
        self.read(move |c| c.number(sql, &values![&sender, since])).await
    }

    /// Where messages with this Message-ID stand, newest first.
    pub async fn conversations_of_mail(
        &self,
        message_id: String,
    ) -> Result<Vec<ConversationId>, ReadError> {
        let sql = "select conversation_id as id from incoming_mail \
            where message_id = ?1 and conversation_id is not null order by received_at desc limit 5";
        self.read(move |c| c.all(sql, &values![&message_id], |row| rows::id(row, "id"))).await
    }

    /// The last message of a conversation that came in by e-mail.
    pub async fn last_mail_of(
        &self,
        id: ConversationId,
    ) -> Result<Option<IncomingMail>, ReadError> {
        let sql = "select * from incoming_mail where conversation_id = ?1 \
            order by received_at desc limit 1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::incoming_mail)).await
    }

    /// The customer whose letters go to this address: one whom a site knows first, then the oldest.
    pub async fn customer_by_email(&self, email: String) -> Result<Option<Customer>, ReadError> {
        let sql = "select * from customers where lower(email) = lower(?1) \
            and has_verified_email = 1 order by is_verified desc, created_at, id limit 1";
        self.read(move |c| c.first(sql, &values![&email], rows::customer)).await
    }

    /// How far a mailbox was read, and when, in real time.
    pub async fn mailbox(&self, name: String) -> Result<Option<(MailPlace, Time)>, ReadError> {
        let sql = "select uid_validity, uid, read_at from mailboxes where name = ?1";
        self.read(move |c| {
            c.first(sql, &values![&name], |row| {
                let place =
                    MailPlace { uid_validity: row.get("uid_validity")?, uid: row.get("uid")? };
                Ok((place, rows::time(row, "read_at")?))
            })
        })
        .await
    }
}

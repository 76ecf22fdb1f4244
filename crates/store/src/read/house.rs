//! The desk itself: settings, doors, agents, sessions.

use desk::{Agent, AgentId, CustomerId, DeskSettings, Inbox, InboxId, Time};

use super::ReadError;
use crate::{SessionSubject, Store, rows, value::values};

impl Store {
    /// The settings; `None` before the desk is set up.
    pub async fn desk(&self) -> Result<Option<DeskSettings>, ReadError> {
        self.read(|c| c.first("select * from desks", &values![], rows::desk)).await
    }

    /// Bytes of the whole database on disk.
    pub async fn size(&self) -> Result<i64, ReadError> {
        self.read_long(|c| c.number(c.size_sql(), &values![])).await
    }

    /// All doors, oldest first.
    pub async fn inboxes(&self) -> Result<Vec<Inbox>, ReadError> {
        self.read(|c| c.all("select * from inboxes order by id", &values![], rows::inbox)).await
    }

    /// A door.
    pub async fn inbox(&self, id: InboxId) -> Result<Option<Inbox>, ReadError> {
        let sql = "select * from inboxes where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::inbox)).await
    }

    /// The door with that public key.
    pub async fn inbox_by_key(&self, key: String) -> Result<Option<Inbox>, ReadError> {
        let sql = "select * from inboxes where key = ?1";
        self.read(move |c| c.first(sql, &values![&key], rows::inbox)).await
    }

    /// All agents, by name.
    pub async fn agents(&self) -> Result<Vec<Agent>, ReadError> {
        self.read(|c| c.all("select * from agents order by name, id", &values![], rows::agent))
            .await
    }

    /// An agent.
    pub async fn agent(&self, id: AgentId) -> Result<Option<Agent>, ReadError> {
        let sql = "select * from agents where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::agent)).await
    }

    /// The agent with that address (lower case).
    pub async fn agent_by_email(&self, email: String) -> Result<Option<Agent>, ReadError> {
        let sql = "select * from agents where email = ?1";
        self.read(move |c| c.first(sql, &values![&email], rows::agent)).await
    }

    /// How many agents are there to answer.
    pub async fn n_available(&self) -> Result<i64, ReadError> {
        let sql =
            "select count(*) as n from agents where presence = 'available' and is_disabled = 0";
        self.read(move |c| c.number(sql, &values![])).await
    }

    /// Whose session a token is, if it has not ended at `now` (real time).
    pub async fn session(
        &self,
        token_hash: String,
        now: Time,
    ) -> Result<Option<SessionSubject>, ReadError> {
        let sql = "select kind, subject_id from sessions where token_hash = ?1 and expires_at > ?2";
        let found: Option<(String, String)> = self
            .read(move |c| {
                c.first(sql, &values![&token_hash, now], |row| {
                    Ok((row.get("kind")?, row.get("subject_id")?))
                })
            })
            .await?;
        Ok(found.and_then(|(kind, subject)| subject_of(&kind, &subject)))
    }
}

fn subject_of(kind: &str, subject: &str) -> Option<SessionSubject> {
    if kind == "agent" {
        return subject.parse().ok().map(SessionSubject::Agent);
    }
    let (customer, inbox) = subject.split_once(' ')?;
    let customer: CustomerId = customer.parse().ok()?;
    Some(SessionSubject::Customer(customer, inbox.parse().ok()?))
}

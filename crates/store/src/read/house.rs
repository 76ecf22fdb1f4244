//! The desk itself: settings, doors, agents, sessions.

use desk::{Agent, AgentId, CustomerId, DeskSettings, Inbox, InboxId, Time};
use rusqlite::params;

use super::{ReadError, all, first};
use crate::{SessionSubject, Store, rows};

impl Store {
    /// The settings; `None` before the desk is set up.
    pub async fn desk(&self) -> Result<Option<DeskSettings>, ReadError> {
        self.read(|c| first(c, "select * from desks", [], rows::desk)).await
    }

    /// All doors, oldest first.
    pub async fn inboxes(&self) -> Result<Vec<Inbox>, ReadError> {
        self.read(|c| all(c, "select * from inboxes order by id", [], rows::inbox)).await
    }

    /// A door.
    pub async fn inbox(&self, id: InboxId) -> Result<Option<Inbox>, ReadError> {
        let sql = "select * from inboxes where id = ?1";
        self.read(move |c| first(c, sql, [id.to_string()], rows::inbox)).await
    }

    /// The door with that public key.
    pub async fn inbox_by_key(&self, key: String) -> Result<Option<Inbox>, ReadError> {
        let sql = "select * from inboxes where key = ?1";
        self.read(move |c| first(c, sql, [key], rows::inbox)).await
    }

    /// All agents, by name.
    pub async fn agents(&self) -> Result<Vec<Agent>, ReadError> {
        self.read(|c| all(c, "select * from agents order by name, id", [], rows::agent)).await
    }

    /// An agent.
    pub async fn agent(&self, id: AgentId) -> Result<Option<Agent>, ReadError> {
        let sql = "select * from agents where id = ?1";
        self.read(move |c| first(c, sql, [id.to_string()], rows::agent)).await
    }

    /// The agent with that address (lower case).
    pub async fn agent_by_email(&self, email: String) -> Result<Option<Agent>, ReadError> {
        let sql = "select * from agents where email = ?1";
        self.read(move |c| first(c, sql, [email], rows::agent)).await
    }

    /// How many agents are there to answer.
    pub async fn n_available(&self) -> Result<i64, ReadError> {
        let sql = "select count(*) from agents where presence = 'available' and is_disabled = 0";
        let n = self.read(move |c| first(c, sql, [], |row| row.get(0))).await?;
        Ok(n.unwrap_or(0))
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
                first(c, sql, params![token_hash, now.0], |row| Ok((row.get(0)?, row.get(1)?)))
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

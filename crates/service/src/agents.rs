//! The people at the desk.

use desk::{Agent, AgentId, Kind, Presence, Role, limits};
use privacy::RawText;
use store::{Change, SessionSubject, View};

use crate::{
    Caller, Result, Service, ServiceError, Step, house::retry, incoming::required, secrets,
    set_up::check_password,
};

/// An agent to be added.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// As customers see it.
    pub name: RawText,
    /// To sign in with.
    pub email: RawText,
    /// What they may do.
    pub role: Role,
    /// Their first password; without one they are invited by e-mail and choose it.
    pub password: Option<String>,
}

/// What changes of an agent; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct AgentChange {
    /// As customers see it.
    pub name: Option<RawText>,
    /// What they may do.
    pub role: Option<Role>,
    /// May no longer sign in.
    pub disabled: Option<bool>,
    /// A new password; ends their sessions.
    pub password: Option<String>,
}

const RELEASED_AT_ONCE: usize = 100;

impl Service {
    /// All agents.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn agents(&self, caller: &Caller) -> Result<Vec<Agent>> {
        caller.agent()?;
        Ok(self.store.agents().await?)
    }

    /// An owner adds an agent.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid`, `TooLong`; `Conflict` when the address is taken, or somebody is to be
    /// invited and there is no mail server.
    pub async fn add_agent(&self, caller: &Caller, new: NewAgent) -> Result<AgentId> {
        let by = caller.at_least(Role::Owner)?;
        let is_invited = new.password.is_none();
        // Nobody knows this one.
        let password = new.password.unwrap_or_else(secrets::token);
        let agent =
            self.new_agent(new.name, new.email, &password, new.role, Presence::Away).await?;
        let id = agent.id;
        let mut commit = self.begin(caller);
        if is_invited {
            self.invite(&mut commit, by, &agent)?;
        }
        commit.changes.insert(0, Change::Add(Kind::AgentAdded, Box::new(agent.into())));
        self.commit(caller, commit).await?;
        self.letters.notify_one();
        Ok(id)
    }

    /// An owner changes an agent.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`; `Conflict` when no owner would be left.
    pub async fn change_agent(
        &self,
        caller: &Caller,
        id: AgentId,
        change: AgentChange,
    ) -> Result<()> {
        caller.at_least(Role::Owner)?;
        let name =
            change.name.map(|name| required("name", name, limits::NAME_CHARS_MAX)).transpose()?;
        let password_hash = match change.password {
            Some(password) => {
                check_password(&password)?;
                Some(secrets::hash_password(password).await?)
            }
            None => None,
        };
        retry(|| async {
            let mut agent = self.agent(caller, id).await?;
            let is_locked_out = change.disabled == Some(true) || password_hash.is_some();
            agent.name = name.clone().unwrap_or(agent.name);
            agent.role = change.role.unwrap_or(agent.role);
            agent.is_disabled = change.disabled.unwrap_or(agent.is_disabled);
            if agent.is_disabled {
                agent.presence = Presence::Away;
            }
            agent.password_hash = password_hash.clone().unwrap_or(agent.password_hash);
            let is_owner = |a: &Agent| a.role == Role::Owner && !a.is_disabled;
            let mut commit = self.begin(caller);
            if agent.is_disabled {
                commit.push(Change::NotePresence(id, Presence::Away, commit.at));
            }
            if !is_owner(&agent) {
                let others = self.store.agents().await?;
                let owner = others.into_iter().find(|other| other.id != id && is_owner(other));
                // Written as it is, so that two owners who step down at once are in each other's
                // way, and the second one is the last.
                commit.change(Kind::AgentChanged, owner.ok_or_else(no_owner)?);
            }
            commit.change(Kind::AgentChanged, agent);
            if is_locked_out {
                commit.push(Change::DeleteSessionsOf(SessionSubject::Agent(id)));
            }
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        if change.disabled == Some(true) {
            self.release_all_of(caller, id).await?;
            self.release_shifts_of(caller, id).await?;
        }
        Ok(())
    }

    /// What somebody holds who may no longer sign in goes back to the queue.
    async fn release_all_of(&self, caller: &Caller, id: AgentId) -> Result<()> {
        // Each is a commit of its own, and a key serves only one.
        let caller = Caller::plain(caller.who.clone());
        loop {
            let held = self.store.conversations(View::Mine(id), None, RELEASED_AT_ONCE).await?;
            if held.items.is_empty() {
                return Ok(());
            }
            for listed in held.items {
                match self.take_step(&caller, listed.conversation.id, Step::Release).await {
                    // Somebody else was first.
                    Ok(()) | Err(ServiceError::Conflict { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }

    /// An agent comes or goes.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn set_presence(&self, caller: &Caller, presence: Presence) -> Result<()> {
        retry(|| async {
            let mut agent = self.agent(caller, caller.agent()?.id).await?;
            if agent.presence == presence {
                return Ok(());
            }
            agent.presence = presence;
            let mut commit = self.begin(caller);
            commit.push(Change::NotePresence(agent.id, presence, commit.at));
            commit.change(Kind::AgentPresence, agent);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }
}

fn no_owner() -> ServiceError {
    ServiceError::Conflict {
        detail: "The desk would have no owner.".to_owned(),
        hint: "Make somebody else an owner first.",
    }
}

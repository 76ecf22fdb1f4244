//! Tokens with which programs call the desk, in an agent's name and never with more than that agent
//! may do.

use desk::{Agent, ApiToken, ApiTokenId, Role, Scope, limits};
use privacy::RawText;
use store::{Change, Commit};

use crate::{
    Caller, Clock, Result, Service, ServiceError, house::new_id, incoming::required, secrets,
};

/// What tokens begin with, so that people and scanners see what they are.
pub const TOKEN_BEGINS: &str = "ek_";
const DAY_MS: i64 = 24 * 3_600_000;
/// The longest that one lasts.
const DAYS_MAX: i64 = 366;
/// Nobody has more.
const TOKENS_MAX: usize = 100;

impl Service {
    /// The caller's tokens; an owner sees everybody's.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn api_tokens(&self, caller: &Caller) -> Result<Vec<ApiToken>> {
        let agent = caller.agent()?;
        let mut all = self.store.api_tokens().await?;
        all.retain(|token| agent.role == Role::Owner || token.agent_id == agent.id);
        Ok(all)
    }

    /// A token in the caller's name for so many days; it is told this once.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid`, `TooLong`; `Conflict` when there are many.
    pub async fn add_api_token(
        &self,
        caller: &Caller,
        name: RawText,
        scope: Scope,
        days: i64,
    ) -> Result<(String, ApiToken)> {
        let agent = caller.agent()?;
        let name = required("name", name, limits::NAME_CHARS_MAX)?;
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(ServiceError::invalid(
                "days",
                "A token lasts from 1 to 366 days.",
                "Choose how long it is needed, and make a new one then.",
            ));
        }
        if self.store.api_tokens().await?.len() >= TOKENS_MAX {
            return Err(ServiceError::Conflict {
                detail: format!("There are {TOKENS_MAX} tokens already."),
                hint: "Remove one that nobody needs.",
            });
        }
        let secret = format!("{TOKEN_BEGINS}{}", secrets::token());
        let now = Clock::real();
        let token = ApiToken {
            id: ApiTokenId(new_id()),
            agent_id: agent.id,
            name,
            token_hash: secrets::token_hash(&secret),
            scope,
            created_at: now,
            expires_at: now.plus_ms(days * DAY_MS),
            used_at: None,
        };
        let mut commit = self.begin(caller);
        commit.push(Change::AddApiToken(token.clone()));
        self.commit(caller, commit).await?;
        Ok((secret, token))
    }

    /// A token ends: one's own, or any for an owner.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn drop_api_token(&self, caller: &Caller, id: ApiTokenId) -> Result<()> {
        let is_there = self.api_tokens(caller).await?.iter().any(|token| token.id == id);
        if !is_there {
            return Err(ServiceError::NotFound { what: "token" });
        }
        let mut commit = self.begin(caller);
        commit.push(Change::DropApiToken(id));
        self.commit(caller, commit).await?;
        Ok(())
    }

    /// In whose name a program calls, and what it may do. Below *manage* it sees no secrets, whoever
    /// its agent is.
    ///
    /// # Errors
    /// `Unauthenticated` when the token has ended, or its agent is disabled.
    pub async fn program(&self, token: &str) -> Result<(Agent, Scope)> {
        const ENDED: ServiceError = ServiceError::Unauthenticated {
            detail: "This token has ended, or never was.",
            hint: "Make a new one under Settings, then repeat the request.",
        };
        let now = Clock::real();
        let found = self.store.api_token(secrets::token_hash(token), now).await?.ok_or(ENDED)?;
        let agent = self.store.agent(found.agent_id).await?;
        let mut agent = agent.filter(|agent| !agent.is_disabled).ok_or(ENDED)?;
        if found.scope < Scope::Manage {
            agent.role = agent.role.min(Role::Lead);
        }
        if found.used_at.is_none_or(|used_at| now.ms_since(used_at) > DAY_MS) {
            let mut commit = Commit::new(self.now(), desk::Actor::Agent(agent.id));
            commit.push(Change::UseApiToken(found.id, now));
            self.store.commit(commit).await?;
        }
        Ok((agent, found.scope))
    }
}

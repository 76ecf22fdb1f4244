//! Who calls a use case, and whether the call must not be carried out twice.

use desk::{Actor, Agent, CustomerId, InboxId, Role};
use store::{Remembered, SessionSubject};

use crate::{Result, ServiceError};

/// Who.
#[derive(Debug, Clone, PartialEq)]
pub enum Who {
    /// A signed-in agent.
    Agent(Agent),
    /// A customer in the widget.
    Customer(CustomerId, InboxId),
}

/// A key that makes a request safe to send again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Chosen by the caller.
    pub key: String,
    /// Keyed hash of method, path and body.
    pub fingerprint: String,
}

/// Who calls, and with which key.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// Who.
    pub who: Who,
    /// With which key.
    pub idempotency: Option<Idempotency>,
}

impl Caller {
    /// A call without an idempotency key.
    #[must_use]
    pub fn plain(who: Who) -> Self {
        Self { who, idempotency: None }
    }

    /// As the journal names them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.who {
            Who::Agent(agent) => Actor::Agent(agent.id),
            Who::Customer(id, _) => Actor::Customer(*id),
        }
    }

    /// As sessions and files name them.
    #[must_use]
    pub fn subject(&self) -> SessionSubject {
        match &self.who {
            Who::Agent(agent) => SessionSubject::Agent(agent.id),
            Who::Customer(id, inbox_id) => SessionSubject::Customer(*id, *inbox_id),
        }
    }

    /// Whose idempotency keys are whose.
    #[must_use]
    pub fn scope(&self) -> String {
        match &self.who {
            Who::Agent(agent) => agent.id.to_string(),
            Who::Customer(id, _) => id.to_string(),
        }
    }

    /// The agent who calls.
    ///
    /// # Errors
    /// `Forbidden` for a customer.
    pub fn agent(&self) -> Result<&Agent> {
        match &self.who {
            Who::Agent(agent) => Ok(agent),
            Who::Customer(..) => Err(ServiceError::Forbidden {
                detail: "This is for agents.",
                hint: "Sign in as one.",
            }),
        }
    }

    /// The customer who calls.
    ///
    /// # Errors
    /// `Forbidden` for an agent.
    pub fn customer(&self) -> Result<(CustomerId, InboxId)> {
        match &self.who {
            Who::Customer(id, inbox_id) => Ok((*id, *inbox_id)),
            Who::Agent(_) => Err(ServiceError::Forbidden {
                detail: "This is for customers.",
                hint: "Begin a session in the widget.",
            }),
        }
    }

    /// The agent who calls, if their role is at least this.
    ///
    /// # Errors
    /// `Forbidden` otherwise.
    pub fn at_least(&self, role: Role) -> Result<&Agent> {
        let agent = self.agent()?;
        if agent.role >= role {
            return Ok(agent);
        }
        Err(ServiceError::Forbidden {
            detail: "The role does not allow it.",
            hint: match role {
                Role::Owner => "Only an owner may do this. Ask one.",
                _ => "Only a lead or an owner may do this. Ask one.",
            },
        })
    }

    pub(crate) fn remembered(&self, at: desk::Time) -> Option<Remembered> {
        let Idempotency { key, fingerprint } = self.idempotency.clone()?;
        Some(Remembered { scope: self.scope(), key, fingerprint, at })
    }
}

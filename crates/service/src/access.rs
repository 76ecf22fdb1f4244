//! Who may see what: one function per kind of record hands it out.

use desk::{
    Agent, AgentId, Article, ArticleId, ConversationId, Customer, CustomerId, InboxId, MessageId,
    MessageKind, Role, Topic, TopicId,
};
use store::{SessionSubject, StoredFile, Thread, Written};

use crate::{Caller, Clock, Result, Service, ServiceError, Who, api_tokens::TOKEN_BEGINS, secrets};

impl Service {
    /// Who holds a session's token, or in whose name a program calls.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody does, or no longer.
    pub async fn who(&self, token: &str) -> Result<Who> {
        const SIGN_IN: ServiceError = ServiceError::Unauthenticated {
            detail: "The session has ended, or never was.",
            hint: "Sign in again, then repeat the request.",
        };
        if token.starts_with(TOKEN_BEGINS) {
            return Ok(Who::Agent(self.program(token).await?.0));
        }
        let hash = secrets::token_hash(token);
        match self.store.session(hash, Clock::real()).await? {
            Some(SessionSubject::Agent(id)) => match self.store.agent(id).await? {
                Some(agent) if !agent.is_disabled => Ok(Who::Agent(agent)),
                _ => Err(SIGN_IN),
            },
            Some(SessionSubject::Customer(id, inbox_id)) => Ok(Who::Customer(id, inbox_id)),
            None => Err(SIGN_IN),
        }
    }

    /// A conversation with everything in it. Agents see all of their desk; customers only their
    /// own, and to them somebody else's does not exist.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn conversation(&self, caller: &Caller, id: ConversationId) -> Result<Thread> {
        let thread = self.store.thread(id).await?;
        thread
            .filter(|thread| may_see(caller, thread.listed.conversation.customer_id))
            .ok_or(ServiceError::NotFound { what: "conversation" })
    }

    /// A message of a conversation that the caller may see.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn message(
        &self,
        caller: &Caller,
        conversation_id: ConversationId,
        id: MessageId,
    ) -> Result<Written> {
        const NONE: ServiceError = ServiceError::NotFound { what: "message" };
        let listed = self.store.listed(conversation_id).await?.ok_or(NONE)?;
        if !may_see(caller, listed.conversation.customer_id) {
            return Err(NONE);
        }
        let written = self.store.message(id).await?;
        written.filter(|written| written.message.conversation_id == conversation_id).ok_or(NONE)
    }

    /// A file: of a message that the caller may see, or uploaded by themself.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn file(&self, caller: &Caller, id: desk::FileId) -> Result<StoredFile> {
        let file = self.store.file(id).await?;
        let own = !self.store.unattached_files(caller.subject(), vec![id]).await?.is_empty();
        file.filter(|file| own || may_see_file(caller, file))
            .ok_or(ServiceError::NotFound { what: "file" })
    }

    /// A customer, for agents.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn customer(&self, caller: &Caller, id: CustomerId) -> Result<Customer> {
        caller.agent()?;
        self.store.customer(id).await?.ok_or(ServiceError::NotFound { what: "customer" })
    }

    /// An agent, for agents.
    pub(crate) async fn agent(&self, caller: &Caller, id: AgentId) -> Result<Agent> {
        caller.agent()?;
        self.store.agent(id).await?.ok_or(ServiceError::NotFound { what: "agent" })
    }

    /// A topic, for agents.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn topic(&self, caller: &Caller, id: TopicId) -> Result<Topic> {
        caller.agent()?;
        self.store.topic(id).await?.ok_or(ServiceError::NotFound { what: "topic" })
    }

    /// An article, published or not, for agents.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn article(&self, caller: &Caller, id: ArticleId) -> Result<Article> {
        caller.agent()?;
        self.store.article(id).await?.ok_or(ServiceError::NotFound { what: "article" })
    }

    /// A door; its identity secret is for owners, which the caller of this function shows only to
    /// them.
    pub(crate) async fn inbox(&self, caller: &Caller, id: InboxId) -> Result<desk::Inbox> {
        caller.at_least(Role::Lead)?;
        self.store.inbox(id).await?.ok_or(ServiceError::NotFound { what: "inbox" })
    }
}

/// Whether the caller may see the message that the file is attached to.
fn may_see_file(caller: &Caller, file: &StoredFile) -> bool {
    let is_for_customer = file.message_kind.is_some_and(MessageKind::is_for_customer);
    let is_shown = matches!(caller.who, Who::Agent(_)) || is_for_customer;
    is_shown && file.customer_id.is_some_and(|owner| may_see(caller, owner))
}

/// Whether the caller may see what belongs to that customer.
pub(crate) fn may_see(caller: &Caller, owner: CustomerId) -> bool {
    match &caller.who {
        Who::Agent(_) => true,
        Who::Customer(id, _) => *id == owner,
    }
}

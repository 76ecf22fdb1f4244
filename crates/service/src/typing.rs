//! Somebody is writing: told to those who look, on every node, and never kept.

use desk::{Author, ConversationId, CustomerId};
use privacy::Masked;

use crate::{Caller, Result, Service, Who};

/// Somebody is writing.
#[derive(Debug, Clone)]
pub struct Typing {
    /// Where.
    pub conversation_id: ConversationId,
    /// Whose conversation.
    pub customer_id: CustomerId,
    /// Who writes.
    pub author: Author,
    /// Their name.
    pub name: Option<Masked>,
}

impl Service {
    /// Tells the others that somebody is writing.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn is_typing(&self, caller: &Caller, id: ConversationId) -> Result<()> {
        let thread = self.conversation(caller, id).await?;
        let (author, name) = match &caller.who {
            Who::Agent(agent) => (Author::Agent(agent.id), Some(agent.name.clone())),
            Who::Customer(id, _) => (Author::Customer(*id), None),
        };
        let customer_id = thread.customer.id;
        // Other nodes are told who, and look up the name.
        let who = match author {
            Author::Agent(agent_id) => format!("{id} {customer_id} {agent_id}"),
            _ => format!("{id} {customer_id}"),
        };
        self.store.tell(who);
        let typing = Typing { conversation_id: id, customer_id, author, name };
        self.typing.tell(Some(customer_id), typing);
        Ok(())
    }

    /// Another node tells that somebody is writing there.
    pub(crate) async fn hear(&self, note: &str) {
        if self.typing.are_there()
            && let Some(typing) = self.read_note(note).await
        {
            self.typing.tell(Some(typing.customer_id), typing);
        }
    }

    async fn read_note(&self, note: &str) -> Option<Typing> {
        let mut ids = note.split(' ');
        let conversation_id = ids.next()?.parse().ok()?;
        let customer_id: CustomerId = ids.next()?.parse().ok()?;
        let (author, name) = match ids.next() {
            Some(id) => {
                let agent = self.store.agent(id.parse().ok()?).await.ok()??;
                (Author::Agent(agent.id), Some(agent.name))
            }
            None => (Author::Customer(customer_id), None),
        };
        Some(Typing { conversation_id, customer_id, author, name })
    }
}

//! A contact through a door that the desk does not have, such as the telephone: a program or an agent
//! tells of it, so that a customer who comes again about the same is seen, whichever way they come.

use balance::Happening;
use desk::{
    Arm, Assignment, Author, Case, CaseId, Conversation, ConversationId, Customer, CustomerId,
    InboxId, InboxKind, Kind, Message, MessageId, MessageKind, TopicId, limits,
};
use privacy::RawText;
use store::Commit;

use crate::{
    Caller, Result, Service, ServiceError,
    house::{new_id, retry, taken_is_stale},
    incoming::{check_length, required},
    ledger::{assigned, happened},
};

/// Who came.
#[derive(Debug, Clone)]
pub enum Contacted {
    /// A customer of the desk.
    Customer(CustomerId),
    /// The site's own key for them; a customer whom the desk does not know is added.
    External(RawText),
}

/// A contact elsewhere.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// Who came.
    pub who: Contacted,
    /// About what.
    pub topic_id: TopicId,
    /// Which way, such as "telephone".
    pub channel: RawText,
    /// What it was about, for colleagues.
    pub text: RawText,
}

/// A contact that was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownContact {
    /// The conversation that stands for it: closed, with a note.
    pub conversation_id: ConversationId,
    /// What the customer needs.
    pub case_id: CaseId,
    /// They had come about the same within seven days.
    pub is_repeat: bool,
}

impl Service {
    /// Tells of a contact elsewhere. It joins the customer's case of the last seven days on the
    /// topic, against whoever answered that; else it opens one, which people had and no test counts.
    ///
    /// # Errors
    /// `Forbidden` for customers; `NotFound`, `Invalid`, `TooLong`.
    pub async fn add_contact(&self, caller: &Caller, new: &NewContact) -> Result<KnownContact> {
        caller.agent()?;
        check_length("text", &new.text, limits::MESSAGE_CHARS_MAX)?;
        required("channel", new.channel.clone(), limits::NAME_CHARS_MAX)?;
        let topic = self.topic(caller, new.topic_id).await?;
        if topic.is_archived {
            return Err(ServiceError::NotFound { what: "topic" });
        }
        let inbox_id = retry(|| self.inbox_of(InboxKind::Api)).await?;
        retry(|| self.add_contact_once(caller, new, &topic, inbox_id)).await
    }

    async fn add_contact_once(
        &self,
        caller: &Caller,
        new: &NewContact,
        topic: &desk::Topic,
        inbox_id: InboxId,
    ) -> Result<KnownContact> {
        let agent_id = caller.agent()?.id;
        let mut commit = self.begin(caller);
        let at = commit.at;
        let customer_id = self.contacted(&mut commit, &new.who).await?;
        let channel = new.channel.clone().mask();
        let text = new.text.clone().mask();
        let words = RawText::from(format!("By {channel}: {text}")).mask();
        let id = ConversationId(new_id());
        let number = self.next_number().await?;
        // The customer may see the subject, and not what is noted for colleagues.
        let mut row = Conversation::begin(id, number, inbox_id, customer_id, &topic.name, at);
        row.topic_id = Some(topic.id);
        let message = Message::new(
            MessageId(new_id()),
            id,
            row.next_position()?,
            Author::Agent(agent_id),
            MessageKind::Note,
            words,
            at,
        );
        row.close(at)?;
        commit.add(Kind::ConversationOpened, row);
        commit.add(Kind::MessageAdded, message);
        let since = at.plus_ms(-limits::CASE_WINDOW_MS);
        let recent = self.store.case_since(customer_id, Some(topic.id), since).await?;
        let is_repeat = recent.is_some();
        let case_id = match recent {
            Some(mut case) => {
                let case_id = case.id;
                happened(&mut commit, [&case], Happening::Repeated);
                case.conversation_ids.push(id);
                commit.change(Kind::CaseJoined, case);
                case_id
            }
            None => {
                let case = Case {
                    id: CaseId(new_id()),
                    version: 1,
                    customer_id,
                    topic_id: Some(topic.id),
                    conversation_ids: vec![id],
                    opened_at: at,
                    closed_at: Some(at),
                    assignment: Assignment {
                        arm: Arm::Human,
                        propensity: 0.0,
                        is_eligible: false,
                        is_randomised: false,
                        level: topic.level,
                        epoch: topic.epoch,
                        draft: None,
                        review: None,
                        reason: RawText::from(format!("People had it by {channel}.")).mask(),
                        at,
                    },
                };
                let case_id = case.id;
                assigned(&mut commit, &case);
                commit.add(Kind::CaseOpened, case);
                case_id
            }
        };
        self.commit(caller, commit).await.map_err(taken_is_stale)?;
        Ok(KnownContact { conversation_id: id, case_id, is_repeat })
    }

    async fn contacted(&self, commit: &mut Commit, who: &Contacted) -> Result<CustomerId> {
        const NONE: ServiceError = ServiceError::NotFound { what: "customer" };
        let external_id = match who {
            Contacted::Customer(id) => {
                return self.store.customer(*id).await?.map(|customer| customer.id).ok_or(NONE);
            }
            Contacted::External(id) => required("external_id", id.clone(), limits::NAME_CHARS_MAX)?,
        };
        let known = self.store.customer_by_external_id(external_id.as_str().to_owned()).await?;
        if let Some(customer) = known {
            return Ok(customer.id);
        }
        let customer = Customer {
            external_id: Some(external_id),
            is_verified: true,
            ..Customer::new(CustomerId(new_id()), commit.at)
        };
        let id = customer.id;
        commit.add(Kind::CustomerAdded, customer);
        Ok(id)
    }
}

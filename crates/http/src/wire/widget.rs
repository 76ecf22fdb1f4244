//! What customers see: their own conversations, without notes, drafts or people's reasons.

use desk::Handler;
use schemars::JsonSchema;
use serde::Serialize;
use store::{Listed, Thread, Written};

use super::{FileRef, Source, Survey, agents, time};

#[derive(Serialize, JsonSchema)]
pub(crate) struct WidgetConversation {
    id: String,
    version: i64,
    number: i64,
    #[schemars(extend("enum" = ["open", "closed"]))]
    state: &'static str,
    #[schemars(extend("enum" = ["assistant", "queue", "agent"]))]
    handler: &'static str,
    agent_name: Option<String>,
    topic: Option<String>,
    survey: Option<Survey>,
    receipt: Option<Receipt>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize, JsonSchema)]
struct Receipt {
    at: String,
    reference: i64,
    reason_text: String,
    topic: Option<String>,
    place: i64,
    promise: String,
}

impl WidgetConversation {
    pub(crate) fn new(listed: &Listed, handoff: Option<&desk::Handoff>) -> Self {
        let row = &listed.conversation;
        let topic = agents::text(listed.topic_name.as_ref());
        let receipt = handoff.map(|handoff| Receipt {
            at: time(handoff.at),
            reference: row.number,
            // People's reasons are for people at the desk; the customer is told what follows.
            reason_text: handoff.promise.to_string(),
            topic: topic.clone(),
            place: handoff.place,
            promise: handoff.promise.to_string(),
        });
        Self {
            id: row.id.to_string(),
            version: row.version,
            number: row.number,
            state: row.state.as_str(),
            handler: row.handler.as_str(),
            agent_name: match row.handler {
                Handler::Agent(_) => agents::text(listed.agent_name.as_ref()),
                Handler::Assistant | Handler::Queue => None,
            },
            topic,
            survey: row.survey.as_ref().map(Survey::from),
            receipt,
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct WidgetMessage {
    id: String,
    version: i64,
    conversation_id: String,
    position: i64,
    author: super::Author,
    #[schemars(extend("enum" = ["text", "event"]))]
    kind: &'static str,
    code: Option<&'static str>,
    text: String,
    generated: bool,
    sources: Vec<Source>,
    /// What may be answered with one press.
    choices: Vec<String>,
    files: Vec<FileRef>,
    client_id: Option<String>,
    created_at: String,
}

impl WidgetMessage {
    /// `None` for what customers do not see.
    pub(crate) fn new(written: &Written) -> Option<Self> {
        let message = &written.message;
        if !message.kind.is_for_customer() {
            return None;
        }
        Some(Self {
            id: message.id.to_string(),
            version: message.version,
            conversation_id: message.conversation_id.to_string(),
            position: message.position,
            author: super::Author::new(message.author, agents::text(written.author_name.as_ref())),
            kind: message.kind.as_str(),
            code: message.code.map(desk::EventCode::as_str),
            text: message.text.to_string(),
            generated: message.is_generated,
            sources: message.sources.iter().map(Source::from).collect(),
            choices: message.choices.iter().map(ToString::to_string).collect(),
            files: message.files.iter().map(FileRef::from).collect(),
            client_id: message.client_id.clone(),
            created_at: time(message.created_at),
        })
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct WidgetThread {
    conversation: WidgetConversation,
    messages: Vec<WidgetMessage>,
}

impl From<&Thread> for WidgetThread {
    fn from(thread: &Thread) -> Self {
        Self {
            conversation: WidgetConversation::new(&thread.listed, thread.handoffs.last()),
            messages: thread.messages.iter().filter_map(WidgetMessage::new).collect(),
        }
    }
}

/// What the widget shows before anything is said.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WidgetConfig {
    pub(crate) desk_name: String,
    pub(crate) greeting: String,
    pub(crate) notice: String,
    pub(crate) available: bool,
    pub(crate) hours: String,
    pub(crate) locale: String,
}

/// A customer's session.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WidgetSession {
    pub(crate) token: String,
    pub(crate) expires_at: String,
    pub(crate) customer: WidgetCustomer,
}

/// The customer as they see themselves.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WidgetCustomer {
    id: String,
    name: Option<String>,
    verified: bool,
}

impl From<&desk::Customer> for WidgetCustomer {
    fn from(customer: &desk::Customer) -> Self {
        Self {
            id: customer.id.to_string(),
            name: agents::text(customer.name.as_ref()),
            verified: customer.is_verified,
        }
    }
}

/// Where the customer stands in the queue, from 1; null when they do not wait.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Place {
    pub(crate) place: Option<i64>,
    pub(crate) available: bool,
    pub(crate) hours: String,
}

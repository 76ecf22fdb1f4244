//! What agents see.

use desk::{
    AgentId, Arm, Author as DeskAuthor, DeskSettings, Handler, Handoff as DeskHandoff,
    Message as DeskMessage, Role, Topic as DeskTopic,
};
use schemars::JsonSchema;
use serde::Serialize;
use store::{Listed, Thread, Written};

use super::{optional_time, time};

/// A record that is named beside its id.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Ref {
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Author {
    #[schemars(extend("enum" = ["customer", "ai", "agent", "system"]))]
    r#type: &'static str,
    id: Option<String>,
    name: Option<String>,
}

impl Author {
    pub(crate) fn new(author: DeskAuthor, name: Option<String>) -> Self {
        let (r#type, id) = match author {
            DeskAuthor::Customer(id) => ("customer", Some(id.to_string())),
            DeskAuthor::Assistant => ("ai", None),
            DeskAuthor::Agent(id) => ("agent", Some(id.to_string())),
            DeskAuthor::System => ("system", None),
        };
        Self { r#type, id, name }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Conversation {
    id: String,
    version: i64,
    number: i64,
    subject: String,
    #[schemars(extend("enum" = ["open", "closed"]))]
    state: &'static str,
    #[schemars(extend("enum" = ["assistant", "queue", "agent"]))]
    handler: &'static str,
    agent: Option<Ref>,
    #[schemars(extend("enum" = ["normal", "first"]))]
    priority: &'static str,
    language: Option<String>,
    topic: Option<Ref>,
    customer: CustomerRef,
    inbox_id: String,
    last_message: Option<LastMessage>,
    has_draft: bool,
    waiting_since: Option<String>,
    needs_reply: bool,
    created_at: String,
    updated_at: String,
    closed_at: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct CustomerRef {
    id: String,
    name: Option<String>,
    verified: bool,
}

#[derive(Serialize, JsonSchema)]
struct LastMessage {
    #[schemars(extend("enum" = ["customer", "ai", "agent", "system"]))]
    author_type: &'static str,
    text: String,
    at: String,
}

impl From<&Listed> for Conversation {
    fn from(listed: &Listed) -> Self {
        let row = &listed.conversation;
        let agent = match row.handler {
            Handler::Agent(id) => Some(named(id.to_string(), listed.agent_name.as_ref())),
            Handler::Assistant | Handler::Queue => None,
        };
        Self {
            id: row.id.to_string(),
            version: row.version,
            number: row.number,
            subject: row.subject.to_string(),
            state: row.state.as_str(),
            handler: row.handler.as_str(),
            agent,
            priority: row.priority.as_str(),
            language: row.language.clone(),
            topic: row.topic_id.map(|id| named(id.to_string(), listed.topic_name.as_ref())),
            customer: CustomerRef {
                id: row.customer_id.to_string(),
                name: text(listed.customer_name.as_ref()),
                verified: listed.customer_is_verified,
            },
            inbox_id: row.inbox_id.to_string(),
            last_message: row.last_message.as_ref().map(|last| LastMessage {
                author_type: last.author.as_str(),
                text: last.text.to_string(),
                at: time(last.at),
            }),
            has_draft: row.has_draft,
            waiting_since: optional_time(row.waiting_since),
            needs_reply: row.needs_reply,
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
            closed_at: optional_time(row.closed_at),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Message {
    id: String,
    version: i64,
    conversation_id: String,
    position: i64,
    author: Author,
    #[schemars(extend("enum" = ["text", "note", "draft", "event"]))]
    kind: &'static str,
    code: Option<&'static str>,
    text: String,
    generated: bool,
    sources: Vec<Source>,
    /// What the customer may answer with one press.
    choices: Vec<String>,
    /// A colleague said that this answer was wrong.
    wrong: bool,
    files: Vec<FileRef>,
    #[schemars(extend("enum" = ["pending", "sent", "discarded", null]))]
    draft_state: Option<&'static str>,
    /// Through which door it came: chat, mail (by e-mail, from an address that anybody may write)
    /// or letter (by e-mail to an address that only a letter to this customer names).
    #[schemars(extend("enum" = ["chat", "mail", "letter"]))]
    door: &'static str,
    client_id: Option<String>,
    created_at: String,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Source {
    n: i64,
    /// The article; none where a tool told it.
    article_id: Option<String>,
    slug: String,
    title: String,
    quote: String,
}

impl From<&desk::Source> for Source {
    fn from(source: &desk::Source) -> Self {
        Self {
            n: source.n,
            article_id: source.article_id.map(|id| id.to_string()),
            slug: source.slug.clone(),
            title: source.title.to_string(),
            quote: source.quote.to_string(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct FileRef {
    id: String,
    name: String,
    content_type: String,
    size_bytes: i64,
}

impl From<&desk::File> for FileRef {
    fn from(file: &desk::File) -> Self {
        Self {
            id: file.id.to_string(),
            name: file.name.to_string(),
            content_type: file.content_type.clone(),
            size_bytes: file.n_bytes,
        }
    }
}

impl From<&Written> for Message {
    fn from(written: &Written) -> Self {
        let message: &DeskMessage = &written.message;
        Self {
            id: message.id.to_string(),
            version: message.version,
            conversation_id: message.conversation_id.to_string(),
            position: message.position,
            author: Author::new(message.author, text(written.author_name.as_ref())),
            kind: message.kind.as_str(),
            code: message.code.map(desk::EventCode::as_str),
            text: message.text.to_string(),
            generated: message.is_generated,
            sources: message.sources.iter().map(Source::from).collect(),
            choices: message.choices.iter().map(ToString::to_string).collect(),
            wrong: message.wrong_by.is_some(),
            files: message.files.iter().map(FileRef::from).collect(),
            draft_state: message.draft_state.map(desk::DraftState::as_str),
            door: message.door.as_str(),
            client_id: message.client_id.clone(),
            created_at: time(message.created_at),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Case {
    id: String,
    version: i64,
    conversation_ids: Vec<String>,
    topic: Option<Ref>,
    opened_at: String,
    closed_at: Option<String>,
    assignment: Assignment,
}

#[derive(Serialize, JsonSchema)]
struct Assignment {
    #[schemars(extend("enum" = ["ai", "human"]))]
    arm: &'static str,
    propensity: f64,
    eligible: bool,
    randomised: bool,
    #[schemars(extend("enum" = ["off", "shadow", "draft", "supervised", "autonomous"]))]
    level: &'static str,
    draft_shown: Option<bool>,
    reason: String,
    at: String,
}

impl Case {
    /// `topic_name` as the reader's list of topics has it.
    pub(crate) fn new(case: &desk::Case, topic_name: Option<String>) -> Self {
        let assignment = &case.assignment;
        let propensity = match assignment.draft {
            Some(_) => 0.0,
            None => assignment.propensity,
        };
        Self {
            id: case.id.to_string(),
            version: case.version,
            conversation_ids: case.conversation_ids.iter().map(ToString::to_string).collect(),
            topic: case
                .topic_id
                .map(|id| Ref { id: id.to_string(), name: topic_name.unwrap_or_default() }),
            opened_at: time(case.opened_at),
            closed_at: optional_time(case.closed_at),
            assignment: Assignment {
                arm: match assignment.arm {
                    Arm::Ai => "ai",
                    Arm::Human => "human",
                },
                propensity,
                eligible: assignment.is_eligible,
                randomised: assignment.is_randomised,
                level: assignment.level.as_str(),
                draft_shown: assignment.draft.map(|draft| draft.is_shown),
                reason: assignment.reason.to_string(),
                at: time(assignment.at),
            },
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Handoff {
    id: String,
    version: i64,
    conversation_id: String,
    at: String,
    #[schemars(extend("enum" = ["customer", "assistant", "rule", "assignment"]))]
    by: &'static str,
    reason: &'static str,
    reason_text: String,
    summary: String,
    tried: Vec<String>,
    missing: Vec<String>,
    topic: Option<Ref>,
    place: i64,
}

impl Handoff {
    pub(crate) fn new(handoff: &DeskHandoff, topic_name: Option<String>) -> Self {
        let all = |texts: &[privacy::Masked]| texts.iter().map(ToString::to_string).collect();
        let reason = handoff.reason.sentence();
        Self {
            id: handoff.id.to_string(),
            version: handoff.version,
            conversation_id: handoff.conversation_id.to_string(),
            at: time(handoff.at),
            by: handoff.by.as_str(),
            reason: handoff.reason.as_str(),
            reason_text: match &handoff.detail {
                Some(detail) => format!("{reason} {detail}"),
                None => reason.to_owned(),
            },
            summary: handoff.summary.to_string(),
            tried: all(&handoff.tried),
            missing: all(&handoff.missing),
            topic: handoff
                .topic_id
                .map(|id| Ref { id: id.to_string(), name: topic_name.unwrap_or_default() }),
            place: handoff.place,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Customer {
    pub(crate) id: String,
    version: i64,
    name: Option<String>,
    email: Option<String>,
    external_id: Option<String>,
    verified: bool,
    people_first: bool,
    locale: Option<String>,
    created_at: String,
}

impl From<&desk::Customer> for Customer {
    fn from(customer: &desk::Customer) -> Self {
        Self {
            id: customer.id.to_string(),
            version: customer.version,
            name: text(customer.name.as_ref()),
            email: text(customer.email.as_ref()),
            external_id: text(customer.external_id.as_ref()),
            verified: customer.is_verified,
            people_first: customer.is_people_first,
            locale: customer.locale.clone(),
            created_at: time(customer.created_at),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Survey {
    score: i64,
    comment: Option<String>,
    at: String,
}

impl From<&desk::Survey> for Survey {
    fn from(survey: &desk::Survey) -> Self {
        Self { score: survey.score, comment: text(survey.comment.as_ref()), at: time(survey.at) }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct ConversationDetail {
    conversation: Conversation,
    customer: Customer,
    messages: Vec<Message>,
    cases: Vec<Case>,
    handoffs: Vec<Handoff>,
    calls: Vec<super::Call>,
    survey: Option<Survey>,
}

/// All that is kept of a customer; files are asked for one by one.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CustomerData {
    pub(crate) customer: Customer,
    /// With all messages and notes, last changed first.
    pub(crate) conversations: Vec<ConversationDetail>,
}

impl ConversationDetail {
    pub(crate) fn new(thread: &Thread, topics: &[DeskTopic], calls: Vec<super::Call>) -> Self {
        let name = |id| topic_name(topics, id);
        Self {
            conversation: Conversation::from(&thread.listed),
            customer: Customer::from(&thread.customer),
            messages: thread.messages.iter().map(Message::from).collect(),
            cases: thread.cases.iter().map(|case| Case::new(case, name(case.topic_id))).collect(),
            handoffs: thread
                .handoffs
                .iter()
                .map(|handoff| Handoff::new(handoff, name(handoff.topic_id)))
                .collect(),
            calls,
            survey: thread.listed.conversation.survey.as_ref().map(Survey::from),
        }
    }
}

/// A topic's name.
pub(crate) fn topic_name(topics: &[DeskTopic], id: Option<desk::TopicId>) -> Option<String> {
    topics.iter().find(|topic| Some(topic.id) == id).map(|topic| topic.name.to_string())
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Agent {
    id: String,
    version: i64,
    name: String,
    email: String,
    #[schemars(extend("enum" = ["owner", "lead", "agent"]))]
    role: &'static str,
    #[schemars(extend("enum" = ["available", "away"]))]
    presence: &'static str,
    disabled: bool,
    created_at: String,
}

impl From<&desk::Agent> for Agent {
    fn from(agent: &desk::Agent) -> Self {
        Self {
            id: agent.id.to_string(),
            version: agent.version,
            name: agent.name.to_string(),
            email: agent.email.to_string(),
            role: agent.role.as_str(),
            presence: agent.presence.as_str(),
            disabled: agent.is_disabled,
            created_at: time(agent.created_at),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) expires_at: String,
    pub(crate) agent: Agent,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Me {
    pub(crate) agent: Agent,
    pub(crate) desk: Desk,
    /// They take shifts.
    pub(crate) takes_shifts: bool,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Desk {
    version: i64,
    name: String,
    hours: String,
    demo: bool,
    /// The brake is on: people answer everything.
    braked: bool,
    model: Model,
}

#[derive(Serialize, JsonSchema)]
struct Model {
    trained_at: Option<String>,
    n_examples: usize,
    n_topics: usize,
}

impl Desk {
    pub(crate) fn new(desk: &DeskSettings, (n_examples, n_topics): (usize, usize)) -> Self {
        Self {
            version: desk.version,
            name: desk.name.to_string(),
            hours: desk.hours.to_string(),
            demo: desk.is_demo,
            braked: desk.brake.is_some(),
            model: Model { trained_at: optional_time(desk.trained_at), n_examples, n_topics },
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Topic {
    id: String,
    version: i64,
    name: String,
    slug: String,
    description: String,
    #[schemars(extend("enum" = ["off", "shadow", "draft", "supervised", "autonomous"]))]
    level: &'static str,
    share: f64,
    /// A person set the level; evidence does not raise it.
    is_by_hand: bool,
    #[schemars(extend("enum" = ["off", "shadow", "draft", "supervised", "autonomous"]))]
    ceiling: &'static str,
    margin: f64,
    level_reason: String,
    level_set_by: Option<Ref>,
    level_set_at: Option<String>,
    people_first: bool,
    answers_at_night: bool,
    n_examples: i64,
    archived: bool,
}

impl Topic {
    pub(crate) fn new(topic: &DeskTopic, agents: &[desk::Agent]) -> Self {
        Self {
            id: topic.id.to_string(),
            version: topic.version,
            name: topic.name.to_string(),
            slug: topic.slug.clone(),
            description: topic.description.to_string(),
            level: topic.level.as_str(),
            share: topic.share,
            is_by_hand: topic.is_by_hand,
            ceiling: topic.ceiling.as_str(),
            margin: topic.margin,
            level_reason: topic.level_reason.to_string(),
            level_set_by: topic.level_set_by.map(|id| agent_ref(agents, id)),
            level_set_at: optional_time(topic.level_set_at),
            people_first: topic.is_people_first,
            answers_at_night: topic.answers_at_night,
            n_examples: topic.n_examples,
            archived: topic.is_archived,
        }
    }
}

/// An agent's id and name.
pub(crate) fn agent_ref(agents: &[desk::Agent], id: AgentId) -> Ref {
    let name = agents.iter().find(|agent| agent.id == id).map(|agent| &agent.name);
    named(id.to_string(), name)
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Example {
    id: String,
    topic_id: String,
    text: String,
    created_at: String,
}

impl From<&desk::Example> for Example {
    fn from(example: &desk::Example) -> Self {
        Self {
            id: example.id.to_string(),
            topic_id: example.topic_id.to_string(),
            text: example.text.to_string(),
            created_at: time(example.created_at),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Article {
    #[serde(flatten)]
    summary: ArticleSummary,
    body: String,
    questions: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct ArticleSummary {
    id: String,
    version: i64,
    slug: String,
    title: String,
    language: String,
    topic_ids: Vec<String>,
    #[schemars(extend("enum" = ["draft", "published"]))]
    state: &'static str,
    updated_at: String,
    published_at: Option<String>,
    updated_by: Option<Ref>,
}

impl ArticleSummary {
    pub(crate) fn new(article: &desk::Article, agents: &[desk::Agent]) -> Self {
        Self {
            id: article.id.to_string(),
            version: article.version,
            slug: article.slug.clone(),
            title: article.title.to_string(),
            language: article.language.clone(),
            topic_ids: article.topic_ids.iter().map(ToString::to_string).collect(),
            state: article.state.as_str(),
            updated_at: time(article.updated_at),
            published_at: optional_time(article.published_at),
            updated_by: article.updated_by.map(|id| agent_ref(agents, id)),
        }
    }
}

impl Article {
    pub(crate) fn new(article: &desk::Article, agents: &[desk::Agent]) -> Self {
        Self {
            summary: ArticleSummary::new(article, agents),
            body: article.body.to_string(),
            questions: article.questions.iter().map(ToString::to_string).collect(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Inbox {
    id: String,
    version: i64,
    name: String,
    #[schemars(extend("enum" = ["web", "email", "api"]))]
    kind: &'static str,
    key: String,
    greeting: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_secret: Option<String>,
}

impl Inbox {
    /// The identity secret is for owners alone.
    pub(crate) fn new(inbox: &desk::Inbox, role: Role) -> Self {
        Self {
            id: inbox.id.to_string(),
            version: inbox.version,
            name: inbox.name.to_string(),
            kind: inbox.kind.as_str(),
            key: inbox.key.clone(),
            greeting: inbox.greeting.to_string(),
            identity_secret: (role == Role::Owner).then(|| inbox.identity_secret.clone()),
        }
    }
}

fn named(id: String, name: Option<&privacy::Masked>) -> Ref {
    Ref { id, name: text(name).unwrap_or_default() }
}

pub(crate) fn text(text: Option<&privacy::Masked>) -> Option<String> {
    text.map(ToString::to_string)
}

/// Whether the desk still waits for its first run.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SetUpState {
    pub(crate) needed: bool,
    /// Whoever has forgotten their password gets a letter.
    pub(crate) sends_mail: bool,
}

/// What a training gave.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Retrained {
    pub(crate) trained_at: String,
    pub(crate) n_examples: usize,
    pub(crate) n_topics: usize,
    pub(crate) seconds: f64,
}

/// What the desk would do with a sentence.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TopicTest {
    pub(crate) language: Option<String>,
    pub(crate) topics: Vec<TopicGuess>,
    pub(crate) decided: Option<Ref>,
    pub(crate) people_first: Option<&'static str>,
    pub(crate) answer: Option<TestAnswer>,
    pub(crate) would: String,
}

/// A topic and how sure the desk is of it, in [0, 1].
#[derive(Serialize, JsonSchema)]
pub(crate) struct TopicGuess {
    pub(crate) topic: Ref,
    pub(crate) confidence: f32,
}

/// What the assistant would say.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TestAnswer {
    pub(crate) text: String,
    pub(crate) sources: Vec<Source>,
    pub(crate) confidence: f32,
}

/// An article as customers will see it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Preview {
    pub(crate) html: String,
}

/// How much of the sample shop is in the desk.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Sample {
    topics: usize,
    articles: usize,
}

impl From<service::SampleState> for Sample {
    fn from(state: service::SampleState) -> Self {
        Self { topics: state.topics, articles: state.articles }
    }
}

/// A contact that was told of.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Contact {
    /// It stands for it: closed, with a note.
    conversation_id: String,
    case_id: String,
    /// They had come about the same within seven days, whichever way.
    repeat: bool,
}

impl From<&service::KnownContact> for Contact {
    fn from(known: &service::KnownContact) -> Self {
        Self {
            conversation_id: known.conversation_id.to_string(),
            case_id: known.case_id.to_string(),
            repeat: known.is_repeat,
        }
    }
}

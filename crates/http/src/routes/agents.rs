//! The inbox: lists, one conversation, and what agents do with it.

use axum::{
    Json as Answer,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::{ConversationId, CustomerId, FileId, MessageId, TopicId};
use privacy::RawText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service::{Contacted, Incoming, ListView, NewContact, Outgoing, Step};

use crate::{
    body::{Json, Path, Query},
    caller::Signed,
    problem::Problem,
    routes::{cursor, limit, page},
    state::Desk,
    wire::{self, ListOf},
};

type Reply<T> = Result<Answer<T>, Problem>;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    #[schemars(extend("enum" = ["waiting", "mine", "ai", "closed", "all", null]))]
    view: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    signed: Signed,
    Query(query): Query<Listing>,
) -> Reply<ListOf<wire::Conversation>> {
    let (after, n) = (page(query.cursor.as_deref())?, limit(query.limit)?);
    let found = match query.q.filter(|q| !q.trim().is_empty()) {
        Some(q) => desk.service.search(&signed.caller, &q, after, n).await?,
        None => {
            let view = view(query.view.as_deref().unwrap_or("all"))?;
            desk.service.list(&signed.caller, view, after, n).await?
        }
    };
    Ok(Answer(ListOf {
        items: found.items.iter().map(wire::Conversation::from).collect(),
        next_cursor: found.next.as_ref().map(cursor),
    }))
}

fn view(word: &str) -> Result<ListView, Problem> {
    Ok(match word {
        "waiting" => ListView::Waiting,
        "mine" => ListView::Mine,
        "ai" => ListView::Assistant,
        "closed" => ListView::Closed,
        "all" => ListView::All,
        _ => {
            let hint = "Use waiting, mine, ai, closed or all.";
            return Err(Problem::bad_request("There is no such view.", hint));
        }
    })
}

pub(crate) async fn open(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
) -> Reply<wire::ConversationDetail> {
    signed.caller.agent()?;
    Ok(Answer(detail(&desk, &signed, id).await?))
}

/// All of a conversation that agents see.
async fn detail(
    desk: &Desk,
    signed: &Signed,
    id: ConversationId,
) -> Result<wire::ConversationDetail, Problem> {
    let thread = desk.service.conversation(&signed.caller, id).await?;
    let topics = desk.service.topics(&signed.caller).await?;
    let calls = desk.service.calls_of(&signed.caller, id).await?;
    let agents = match calls.is_empty() {
        true => Vec::new(),
        false => desk.service.agents(&signed.caller).await?,
    };
    let calls = calls.iter().map(|sheet| wire::Call::new(sheet, &agents)).collect();
    Ok(wire::ConversationDetail::new(&thread, &topics, calls))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SendMessage")]
pub(crate) struct Writing {
    #[schemars(extend("enum" = ["reply", "note"]))]
    kind: String,
    #[schemars(with = "String")]
    text: RawText,
    client_id: Option<String>,
    #[serde(default)]
    file_ids: Vec<String>,
    draft_id: Option<String>,
}

pub(crate) async fn write(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Json(given): Json<Writing>,
) -> Result<Response, Problem> {
    let is_note = match given.kind.as_str() {
        "reply" => false,
        "note" => true,
        _ => return Err(Problem::bad_request("There is no such kind.", "Use reply or note.")),
    };
    let draft_id = given.draft_id.map(|id| id.parse::<MessageId>()).transpose();
    let outgoing = Outgoing {
        message: Incoming::new(given.text, given.client_id, file_ids(&given.file_ids)?),
        is_note,
        draft_id: draft_id.map_err(|_| Problem::not_found("draft"))?,
    };
    let message_id = desk.service.write(&signed.caller, id, &outgoing).await?;
    let message = message(&desk, &signed, id, message_id).await?;
    Ok((StatusCode::CREATED, Answer(message)).into_response())
}

/// Ids of files that a message carries.
pub(crate) fn file_ids(texts: &[String]) -> Result<Vec<FileId>, Problem> {
    texts.iter().map(|text| text.parse().map_err(|_| Problem::not_found("file"))).collect()
}

async fn message(
    desk: &Desk,
    signed: &Signed,
    id: ConversationId,
    message_id: MessageId,
) -> Result<wire::Message, Problem> {
    let thread = desk.service.conversation(&signed.caller, id).await?;
    let written = thread.messages.iter().find(|written| written.message.id == message_id);
    written.map(wire::Message::from).ok_or_else(|| Problem::not_found("message"))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Claim")]
pub(crate) struct Claiming {
    #[serde(default)]
    take_over: bool,
}

pub(crate) async fn claim(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Json(given): Json<Claiming>,
) -> Reply<wire::Conversation> {
    step(&desk, &signed, id, Step::Claim { take_over: given.take_over }).await
}

pub(crate) async fn release(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
) -> Reply<wire::Conversation> {
    step(&desk, &signed, id, Step::Release).await
}

pub(crate) async fn close(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
) -> Reply<wire::Conversation> {
    step(&desk, &signed, id, Step::Close).await
}

pub(crate) async fn reopen(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
) -> Reply<wire::Conversation> {
    step(&desk, &signed, id, Step::Reopen).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Assign")]
pub(crate) struct Assigning {
    agent_id: String,
}

pub(crate) async fn assign(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Json(given): Json<Assigning>,
) -> Reply<wire::Conversation> {
    let agent = given.agent_id.parse().map_err(|_| Problem::not_found("agent"))?;
    step(&desk, &signed, id, Step::Assign(agent)).await
}

async fn step(
    desk: &Desk,
    signed: &Signed,
    id: ConversationId,
    step: Step,
) -> Reply<wire::Conversation> {
    desk.service.take_step(&signed.caller, id, step).await?;
    row(desk, signed, id).await
}

async fn row(desk: &Desk, signed: &Signed, id: ConversationId) -> Reply<wire::Conversation> {
    let thread = desk.service.conversation(&signed.caller, id).await?;
    Ok(Answer(wire::Conversation::from(&thread.listed)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CorrectTopic")]
pub(crate) struct Correcting {
    topic_id: String,
    #[serde(default)]
    learn: bool,
}

pub(crate) async fn correct_topic(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Json(given): Json<Correcting>,
) -> Reply<wire::Conversation> {
    let topic: TopicId = given.topic_id.parse().map_err(|_| Problem::not_found("topic"))?;
    desk.service.correct_topic(&signed.caller, id, topic, given.learn).await?;
    row(&desk, &signed, id).await
}

pub(crate) async fn typing(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
) -> Result<StatusCode, Problem> {
    signed.caller.agent()?;
    desk.service.is_typing(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn discard(
    State(desk): State<Desk>,
    signed: Signed,
    Path((id, draft)): Path<(ConversationId, MessageId)>,
) -> Reply<wire::Message> {
    desk.service.discard_draft(&signed.caller, id, draft).await?;
    Ok(Answer(message(&desk, &signed, id, draft).await?))
}

pub(crate) async fn trace(
    State(desk): State<Desk>,
    signed: Signed,
    Path((id, message)): Path<(ConversationId, MessageId)>,
) -> Reply<ListOf<wire::TraceStep>> {
    let steps = desk.service.trace(&signed.caller, id, message).await?;
    Ok(Answer(ListOf::whole(steps.into_iter().map(wire::TraceStep::from).collect())))
}

pub(crate) async fn call_wrong(
    State(desk): State<Desk>,
    signed: Signed,
    Path((id, wrong)): Path<(ConversationId, MessageId)>,
) -> Reply<wire::Message> {
    desk.service.call_wrong(&signed.caller, id, wrong).await?;
    Ok(Answer(message(&desk, &signed, id, wrong).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FlagCustomer")]
pub(crate) struct Flagging {
    people_first: bool,
}

/// All that is kept of a customer, as a file for them.
pub(crate) async fn customer_data(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<CustomerId>,
) -> Result<Response, Problem> {
    let ids = desk.service.conversations_of(&signed.caller, id).await?;
    let customer = desk.service.customer(&signed.caller, id).await?;
    let mut conversations = Vec::new();
    for id in ids {
        conversations.push(detail(&desk, &signed, id).await?);
    }
    let data = wire::CustomerData { customer: wire::Customer::from(&customer), conversations };
    let name = "attachment; filename=\"customer.json\"";
    Ok(([(header::CONTENT_DISPOSITION, name)], Answer(data)).into_response())
}

pub(crate) async fn flag(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<CustomerId>,
    Json(given): Json<Flagging>,
) -> Reply<wire::Customer> {
    desk.service.flag(&signed.caller, id, given.people_first).await?;
    let customer = desk.service.customer(&signed.caller, id).await?;
    Ok(Answer(wire::Customer::from(&customer)))
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Counts {
    waiting: i64,
    mine: i64,
    ai: i64,
    closed: i64,
    all: i64,
}

pub(crate) async fn counts(State(desk): State<Desk>, signed: Signed) -> Reply<Counts> {
    let store::Counts { waiting, mine, ai, closed, all } =
        desk.service.counts(&signed.caller).await?;
    Ok(Answer(Counts { waiting, mine, ai, closed, all }))
}

pub(crate) async fn overview(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Overview> {
    Ok(Answer(wire::Overview::from(&desk.service.overview(&signed.caller).await?)))
}

/// A contact through a door that the desk does not have; the customer by the desk's id, or by the
/// site's own key for them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddContact {
    customer_id: Option<String>,
    #[schemars(with = "Option<String>")]
    external_id: Option<RawText>,
    topic_id: String,
    /// Which way they came, such as telephone.
    #[schemars(with = "String")]
    channel: RawText,
    /// What it was about, for colleagues.
    #[schemars(with = "String")]
    text: RawText,
}

pub(crate) async fn add_contact(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<AddContact>,
) -> Result<Response, Problem> {
    let who = match (given.customer_id, given.external_id) {
        (Some(id), None) => {
            Contacted::Customer(id.parse().map_err(|_| Problem::not_found("customer"))?)
        }
        (None, Some(id)) => Contacted::External(id),
        _ => {
            return Err(Problem::bad_request(
                "It names no customer, or two.",
                "Give either customer_id or external_id.",
            ));
        }
    };
    let topic_id = given.topic_id.parse().map_err(|_| Problem::not_found("topic"))?;
    let new = NewContact { who, topic_id, channel: given.channel, text: given.text };
    let known = desk.service.add_contact(&signed.caller, &new).await?;
    Ok((StatusCode::CREATED, Answer(wire::Contact::from(&known))).into_response())
}

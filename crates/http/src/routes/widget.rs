//! Customers in the widget.

use axum::{
    Json as Answer,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use desk::{ConversationId, sayings};
use privacy::RawText;
use schemars::JsonSchema;
use serde::Deserialize;
use service::{Identity, Incoming};

use crate::{
    body::{Json, Path, Query},
    caller::Signed,
    problem::Problem,
    routes::{agents::file_ids, cursor, limit, page},
    state::Desk,
    wire::{self, ListOf, time},
};

type Reply<T> = Result<Answer<T>, Problem>;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Configuring {
    inbox: String,
    locale: Option<String>,
}

pub(crate) async fn config(
    State(desk): State<Desk>,
    Query(query): Query<Configuring>,
) -> Reply<wire::WidgetConfig> {
    let inbox = desk.service.door(&query.inbox).await?;
    let settings = desk.service.settings()?;
    let locale = query.locale.unwrap_or_else(|| "en".to_owned());
    let language = locale.split('-').next();
    Ok(Answer(wire::WidgetConfig {
        desk_name: settings.name.to_string(),
        greeting: inbox.greeting.to_string(),
        notice: sayings::ai_notice(language, &settings.name).to_string(),
        available: desk.service.is_somebody_there().await?,
        hours: settings.hours.to_string(),
        locale,
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Welcome")]
pub(crate) struct Coming {
    inbox: String,
    locale: Option<String>,
    identity: Option<GivenIdentity>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Identity")]
pub(crate) struct GivenIdentity {
    #[schemars(with = "String")]
    external_id: RawText,
    #[schemars(with = "Option<String>")]
    name: Option<RawText>,
    #[schemars(with = "Option<String>")]
    email: Option<RawText>,
    hash: String,
}

pub(crate) async fn session(
    State(desk): State<Desk>,
    Json(given): Json<Coming>,
) -> Result<Response, Problem> {
    let identity = given.identity.map(|identity| Identity {
        external_id: identity.external_id,
        name: identity.name,
        email: identity.email,
        hash: identity.hash,
    });
    let (token, expires_at, customer) =
        desk.service.welcome(&given.inbox, given.locale, identity).await?;
    let answer = wire::WidgetSession {
        token,
        expires_at: time(expires_at),
        customer: wire::WidgetCustomer::from(&customer),
    };
    Ok((StatusCode::CREATED, Answer(answer)).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    cursor: Option<String>,
    limit: Option<usize>,
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    signed: Signed,
    Query(query): Query<Listing>,
) -> Reply<ListOf<wire::WidgetConversation>> {
    let (after, n) = (page(query.cursor.as_deref())?, limit(query.limit)?);
    let found = desk.service.own_conversations(&signed.caller, after, n).await?;
    let mut items = Vec::with_capacity(found.items.len());
    // A call that was noted has nothing in it for the customer.
    let told = found.items.iter().filter(|listed| listed.conversation.last_message.is_some());
    for listed in told {
        let handoff = desk.service.last_handoff(listed.conversation.id).await?;
        items.push(wire::WidgetConversation::new(listed, handoff.as_ref()));
    }
    Ok(Answer(ListOf { items, next_cursor: found.next.as_ref().map(cursor) }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Say")]
pub(crate) struct Writing {
    #[schemars(with = "String")]
    text: RawText,
    client_id: Option<String>,
    #[serde(default)]
    file_ids: Vec<String>,
}

impl Writing {
    fn incoming(self) -> Result<Incoming, Problem> {
        let file_ids = file_ids(&self.file_ids)?;
        Ok(Incoming::new(self.text, self.client_id, file_ids))
    }
}

pub(crate) async fn begin(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<Writing>,
) -> Result<Response, Problem> {
    let (customer, _) = signed.caller.customer()?;
    desk.limiter.message(&customer.to_string())?;
    let received = desk.service.receive_message(&signed.caller, None, &given.incoming()?).await?;
    let thread = desk.service.conversation(&signed.caller, received.conversation_id).await?;
    let status = if received.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Answer(wire::WidgetThread::from(&thread))).into_response())
}

pub(crate) async fn open(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
) -> Reply<wire::WidgetThread> {
    let (customer, _) = signed.caller.customer()?;
    let thread = desk.service.conversation(&signed.caller, id).await?;
    let last = thread.messages.last().map_or(0, |last| last.message.position);
    desk.service.was_given(customer, id, last).await;
    Ok(Answer(wire::WidgetThread::from(&thread)))
}

pub(crate) async fn write(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Json(given): Json<Writing>,
) -> Result<Response, Problem> {
    let (customer, _) = signed.caller.customer()?;
    desk.limiter.message(&customer.to_string())?;
    let received =
        desk.service.receive_message(&signed.caller, Some(id), &given.incoming()?).await?;
    let status = if received.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let message = wire::WidgetMessage::new(&received.written);
    let message = message.ok_or_else(|| Problem::not_found("message"))?;
    Ok((status, Answer(message)).into_response())
}

pub(crate) async fn person(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
) -> Reply<wire::WidgetConversation> {
    desk.service.ask_for_person(&signed.caller, id).await?;
    row(&desk, &signed, id).await
}

pub(crate) async fn close(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
) -> Reply<wire::WidgetConversation> {
    desk.service.customer_closes(&signed.caller, id).await?;
    row(&desk, &signed, id).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Judge")]
pub(crate) struct Judging {
    score: i64,
    #[schemars(with = "Option<String>")]
    comment: Option<RawText>,
}

pub(crate) async fn survey(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Json(given): Json<Judging>,
) -> Reply<wire::WidgetConversation> {
    desk.service.judge(&signed.caller, id, given.score, given.comment).await?;
    row(&desk, &signed, id).await
}

async fn row(desk: &Desk, signed: &Signed, id: ConversationId) -> Reply<wire::WidgetConversation> {
    let thread = desk.service.conversation(&signed.caller, id).await?;
    Ok(Answer(wire::WidgetConversation::new(&thread.listed, thread.handoffs.last())))
}

pub(crate) async fn place(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
) -> Reply<wire::Place> {
    let (place, available) = desk.service.place(&signed.caller, id).await?;
    let settings = desk.service.settings()?;
    Ok(Answer(wire::Place { place, available, hours: settings.hours.to_string() }))
}

pub(crate) async fn typing(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ConversationId>,
) -> Result<StatusCode, Problem> {
    signed.caller.customer()?;
    desk.service.is_typing(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Systems that are told what happens, and tokens of programs that call.

use axum::{
    Json as Answer,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use desk::{ApiTokenId, DeliveryId, Kind, Scope, WebhookId};
use privacy::RawText;
use schemars::JsonSchema;
use serde::Deserialize;
use service::WebhookChange;

use crate::{
    body::{Json, Path},
    caller::Signed,
    problem::Problem,
    state::Desk,
    wire::{self, ListOf, time},
};

type Reply<T> = Result<Answer<T>, Problem>;

pub(crate) async fn list(State(desk): State<Desk>, signed: Signed) -> Reply<ListOf<wire::Webhook>> {
    let all = desk.service.webhooks(&signed.caller).await?;
    Ok(Answer(ListOf::whole(all.iter().map(wire::Webhook::new).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddWebhook {
    url: String,
    /// Kinds of events such as message.added; all of them when this is empty.
    #[serde(default)]
    events: Vec<String>,
}

fn kinds(words: &[String]) -> Result<Vec<Kind>, Problem> {
    let mut kinds = Vec::new();
    for word in words {
        let kind = Kind::parse(word).ok_or_else(|| {
            Problem::bad_request(
                "There is no such event.",
                "The description of the API lists them, such as message.added; leave the list \
                 empty for all.",
            )
        })?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

pub(crate) async fn add(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<AddWebhook>,
) -> Result<Response, Problem> {
    let kinds = kinds(&given.events)?;
    let id = desk.service.add_webhook(&signed.caller, &given.url, kinds).await?;
    let webhook = desk.service.webhook(&signed.caller, id).await?;
    Ok((StatusCode::CREATED, Answer(wire::Webhook::new(&webhook))).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeWebhook {
    url: Option<String>,
    events: Option<Vec<String>>,
    paused: Option<bool>,
    /// Gives it a new secret.
    #[serde(default)]
    renew_secret: bool,
}

pub(crate) async fn change(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<WebhookId>,
    Json(given): Json<ChangeWebhook>,
) -> Reply<wire::Webhook> {
    let change = WebhookChange {
        url: given.url,
        kinds: given.events.as_deref().map(kinds).transpose()?,
        is_paused: given.paused,
        renews_secret: given.renew_secret,
    };
    desk.service.change_webhook(&signed.caller, id, change).await?;
    let webhook = desk.service.webhook(&signed.caller, id).await?;
    Ok(Answer(wire::Webhook::new(&webhook)))
}

pub(crate) async fn remove(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<WebhookId>,
) -> Result<StatusCode, Problem> {
    desk.service.drop_webhook(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn test(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<WebhookId>,
) -> Reply<wire::WebhookTrial> {
    let ping = wire::Ping { event: "ping", at: time(desk.service.now()) };
    let body = serde_json::to_string(&ping).expect("a ping is plain data");
    let trial = desk.service.try_webhook(&signed.caller, id, &body).await?;
    Ok(Answer(wire::WebhookTrial::from(trial)))
}

pub(crate) async fn deliveries(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<WebhookId>,
) -> Reply<ListOf<wire::Delivery>> {
    let all = desk.service.deliveries(&signed.caller, id).await?;
    Ok(Answer(ListOf::whole(all.iter().map(wire::Delivery::from).collect())))
}

pub(crate) async fn replay(
    State(desk): State<Desk>,
    signed: Signed,
    Path((id, delivery)): Path<(WebhookId, DeliveryId)>,
) -> Result<StatusCode, Problem> {
    desk.service.replay_delivery(&signed.caller, id, delivery).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn tokens(
    State(desk): State<Desk>,
    signed: Signed,
) -> Reply<ListOf<wire::ApiToken>> {
    let all = desk.service.api_tokens(&signed.caller).await?;
    Ok(Answer(ListOf::whole(all.iter().map(wire::ApiToken::from).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddApiToken {
    /// What it is for.
    #[schemars(with = "String")]
    name: RawText,
    #[schemars(extend("enum" = ["read", "answer", "manage"]))]
    scope: String,
    /// From 1 to 366.
    days: i64,
}

pub(crate) async fn add_token(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<AddApiToken>,
) -> Result<Response, Problem> {
    let scope = Scope::parse(&given.scope).ok_or_else(|| {
        Problem::bad_request("There is no such scope.", "Use read, answer or manage.")
    })?;
    let (secret, token) =
        desk.service.add_api_token(&signed.caller, given.name, scope, given.days).await?;
    let made = wire::NewApiToken { secret, token: wire::ApiToken::from(&token) };
    Ok((StatusCode::CREATED, Answer(made)).into_response())
}

pub(crate) async fn remove_token(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ApiTokenId>,
) -> Result<StatusCode, Problem> {
    desk.service.drop_api_token(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

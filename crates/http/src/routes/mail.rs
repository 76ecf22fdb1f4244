//! Letters: passwords by e-mail, and what has not left.

use axum::{
    Json as Answer,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use desk::{AgentId, LetterId, limits};
use schemars::JsonSchema;
use serde::Deserialize;

use super::house::signed_in;
use crate::{
    body::{Json, Path, Query, read},
    caller::Signed,
    problem::Problem,
    state::Desk,
    wire,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgotPassword {
    email: String,
}

/// The same answer whether or not there is such an agent.
pub(crate) async fn forgot_password(
    State(desk): State<Desk>,
    Json(given): Json<ForgotPassword>,
) -> Result<StatusCode, Problem> {
    desk.limiter.sign_in(&given.email)?;
    desk.service.forgot_password(&given.email).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoosePassword {
    /// Of the letter's link.
    token: String,
    password: String,
}

pub(crate) async fn choose_password(
    State(desk): State<Desk>,
    Json(given): Json<ChoosePassword>,
) -> Result<Response, Problem> {
    Ok(signed_in(&desk.service.choose_password(&given.token, given.password).await?))
}

pub(crate) async fn invite(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<AgentId>,
) -> Result<StatusCode, Problem> {
    desk.service.invite_again(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn mail(
    State(desk): State<Desk>,
    signed: Signed,
) -> Result<Answer<wire::Mail>, Problem> {
    let state = desk.service.mail_state(&signed.caller).await?;
    Ok(Answer(wire::Mail::from(&state)))
}

pub(crate) async fn retry(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<LetterId>,
) -> Result<StatusCode, Problem> {
    desk.service.retry_letter(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandingOver {
    /// The address for which the mail server hands it over.
    recipient: Option<String>,
}

/// For mail servers: the token is not one of a session.
pub(crate) async fn deliver(
    State(desk): State<Desk>,
    Query(query): Query<HandingOver>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer<wire::Delivered>, Problem> {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = sent.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if !desk.service.takes_mail(token) {
        return Err(Problem::unauthenticated());
    }
    let bytes = read(body, limits::MAIL_BYTES_MAX).await?;
    let recipient = query.recipient.as_deref();
    let delivered = desk.service.deliver(bytes, recipient, None).await?;
    Ok(Answer(wire::Delivered::from(&delivered)))
}

/// A message that was put aside, by its key.
pub(crate) async fn retry_incoming(
    State(desk): State<Desk>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<Answer<wire::Delivered>, Problem> {
    let delivered = desk.service.retry_mail(&signed.caller, &key).await?;
    Ok(Answer(wire::Delivered::from(&delivered)))
}

pub(crate) async fn drop_incoming(
    State(desk): State<Desk>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    desk.service.drop_mail(&signed.caller, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

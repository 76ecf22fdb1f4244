//! Calls of tools that wait for a person's yes.

use axum::{Json as Answer, extract::State};
use privacy::RawText;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    body::{Json, Path},
    caller::Signed,
    problem::Problem,
    state::Desk,
    wire::{self, ListOf},
};

type Reply<T> = Result<Answer<T>, Problem>;

pub(crate) async fn waiting(State(desk): State<Desk>, signed: Signed) -> Reply<ListOf<wire::Call>> {
    let calls = desk.service.calls_to_approve(&signed.caller).await?;
    let agents = desk.service.agents(&signed.caller).await?;
    let items = calls.iter().map(|sheet| wire::Call::new(sheet, &agents)).collect();
    Ok(Answer(ListOf::whole(items)))
}

pub(crate) async fn approve(
    State(desk): State<Desk>,
    signed: Signed,
    Path(key): Path<String>,
) -> Reply<wire::Call> {
    let call = desk.service.approve_call(&signed.caller, &key).await?;
    told(&desk, &signed, call).await
}

pub(crate) async fn look_again(
    State(desk): State<Desk>,
    signed: Signed,
    Path(key): Path<String>,
) -> Reply<wire::Call> {
    let call = desk.service.look_again(&signed.caller, &key).await?;
    told(&desk, &signed, call).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refusing {
    #[schemars(with = "String")]
    reason: RawText,
}

pub(crate) async fn refuse(
    State(desk): State<Desk>,
    signed: Signed,
    Path(key): Path<String>,
    Json(given): Json<Refusing>,
) -> Reply<wire::Call> {
    let call = desk.service.refuse_call(&signed.caller, &key, &given.reason).await?;
    told(&desk, &signed, call).await
}

async fn told(desk: &Desk, signed: &Signed, call: desk::Call) -> Reply<wire::Call> {
    let agents = desk.service.agents(&signed.caller).await?;
    Ok(Answer(wire::Call::new(&desk.service.sheet(call)?, &agents)))
}

//! People apply for shifts, and owners decide.

use axum::{Json as Answer, extract::State, http::StatusCode};
use desk::ApplicationId;
use privacy::RawText;
use schemars::JsonSchema;
use serde::Deserialize;
use service::{DECIDED_DAYS, NewApplication};

use super::shifts::{Names, SetWorker};
use crate::{
    body::{Json, Path},
    caller::Signed,
    problem::Problem,
    state::Desk,
    wire::{self, ListOf},
};

type Reply<T> = Result<Answer<T>, Problem>;

pub(crate) async fn state(State(desk): State<Desk>) -> Reply<wire::Joining> {
    let settings = desk.service.settings()?;
    Ok(Answer(wire::Joining {
        desk_name: settings.name.to_string(),
        open: desk.service.takes_applications().await?,
        decided_days: DECIDED_DAYS,
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Apply {
    #[schemars(with = "String")]
    name: RawText,
    #[schemars(with = "String")]
    email: RawText,
    /// Such as Europe/Berlin.
    zone: String,
    /// Such as en or pt-BR.
    languages: Vec<String>,
    /// Hours a week that they wish for; 1 to 60.
    wish_hours: i64,
    #[serde(default)]
    student: bool,
    /// What they say of themselves.
    #[schemars(with = "String")]
    words: RawText,
    /// That what they tell is kept until it is decided, and for half a year when it is no.
    consent: bool,
}

pub(crate) async fn apply(
    State(desk): State<Desk>,
    Json(given): Json<Apply>,
) -> Result<StatusCode, Problem> {
    desk.limiter.application()?;
    let new = NewApplication {
        name: given.name,
        email: given.email,
        zone: given.zone,
        languages: given.languages,
        wish_hours: given.wish_hours,
        is_student: given.student,
        words: given.words,
        consents: given.consent,
    };
    desk.service.apply(new).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    signed: Signed,
) -> Reply<ListOf<wire::Application>> {
    let all = desk.service.applications(&signed.caller).await?;
    let names = Names::load(&desk, &signed).await?;
    let onlooker = names.onlooker();
    let items = all.iter().map(|one| wire::Application::new(one, &onlooker)).collect();
    Ok(Answer(ListOf::whole(items)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Opening {
    open: bool,
}

pub(crate) async fn open(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<Opening>,
) -> Result<StatusCode, Problem> {
    desk.service.take_applications(&signed.caller, given.open).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accept {
    terms: SetWorker,
    /// Their first password; without one they are invited by e-mail and choose it.
    password: Option<String>,
}

pub(crate) async fn accept(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ApplicationId>,
    Json(given): Json<Accept>,
) -> Result<StatusCode, Problem> {
    let terms = given.terms.into();
    desk.service.accept_application(&signed.caller, id, terms, given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefuseApplication {
    /// Why; the applicant reads it.
    #[schemars(with = "String")]
    reason: RawText,
}

pub(crate) async fn refuse(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ApplicationId>,
    Json(given): Json<RefuseApplication>,
) -> Result<StatusCode, Problem> {
    desk.service.refuse_application(&signed.caller, id, given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

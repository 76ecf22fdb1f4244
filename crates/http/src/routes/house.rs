//! Set-up, signing in, people, settings.

use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::{AgentId, InboxId, JobId, Presence, Role, limits};
use privacy::RawText;
use schemars::JsonSchema;
use serde::Deserialize;
use service::{AgentChange, FirstRun, NewAgent, SignedIn};

use crate::{
    body::{Json, Path},
    caller::{COOKIE, Signed},
    problem::Problem,
    state::Desk,
    wire::{self, ListOf, time},
};

type Reply<T> = Result<Answer<T>, Problem>;

pub(crate) async fn needs_set_up(State(desk): State<Desk>) -> Answer<wire::SetUpState> {
    let (needed, sends_mail) = (desk.service.needs_set_up(), desk.service.sends_mail());
    Answer(wire::SetUpState { needed, sends_mail })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetUp {
    key: String,
    #[schemars(with = "String")]
    desk_name: RawText,
    #[schemars(with = "String")]
    name: RawText,
    #[schemars(with = "String")]
    email: RawText,
    password: String,
}

pub(crate) async fn set_up(
    State(desk): State<Desk>,
    Json(given): Json<SetUp>,
) -> Result<Response, Problem> {
    if !desk.service.is_setup_key(&given.key) {
        return Err(Problem::forbidden(
            "That is not the key of this desk.",
            "Open the set-up link that the program printed.",
        ));
    }
    let signed = desk
        .service
        .set_up(FirstRun {
            desk_name: given.desk_name,
            name: given.name,
            email: given.email,
            password: given.password,
            is_demo: false,
        })
        .await?;
    Ok(signed_in(&signed))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    email: String,
    password: String,
}

pub(crate) async fn sign_in(
    State(desk): State<Desk>,
    Json(given): Json<SignIn>,
) -> Result<Response, Problem> {
    desk.limiter.sign_in(&given.email)?;
    Ok(signed_in(&desk.service.sign_in(&given.email, &given.password).await?))
}

pub(crate) fn signed_in(signed: &SignedIn) -> Response {
    let session = wire::Session {
        token: signed.token.clone(),
        expires_at: time(signed.expires_at),
        agent: wire::Agent::from(&signed.agent),
    };
    let seconds = limits::AGENT_SESSION_MS / 1_000;
    let mut response = (StatusCode::CREATED, Answer(session)).into_response();
    set_cookie(response.headers_mut(), &signed.token, seconds);
    response
}

fn set_cookie(headers: &mut HeaderMap, token: &str, seconds: i64) {
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    let cookie = HeaderValue::from_str(&cookie).expect("a token is hex");
    headers.insert(header::SET_COOKIE, cookie);
}

pub(crate) async fn sign_out(
    State(desk): State<Desk>,
    signed: Signed,
) -> Result<Response, Problem> {
    desk.service.sign_out(&signed.caller, &signed.token).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(response.headers_mut(), "", 0);
    Ok(response)
}

pub(crate) async fn me(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Me> {
    let agent = signed.caller.agent()?;
    let settings = desk.service.settings()?;
    Ok(Answer(wire::Me {
        agent: wire::Agent::from(agent),
        desk: wire::Desk::new(&settings, desk.service.model_size()),
        takes_shifts: desk.service.takes_shifts(&signed.caller).await?,
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SetPresence")]
pub(crate) struct Presenting {
    #[schemars(extend("enum" = ["available", "away"]))]
    presence: String,
}

pub(crate) async fn presence(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<Presenting>,
) -> Reply<wire::Agent> {
    let presence = Presence::parse(&given.presence).ok_or_else(|| {
        Problem::bad_request("There is no such presence.", "Use available or away.")
    })?;
    desk.service.set_presence(&signed.caller, presence).await?;
    agent_of(&desk, &signed, signed.caller.agent()?.id).await
}

async fn agent_of(desk: &Desk, signed: &Signed, id: AgentId) -> Reply<wire::Agent> {
    let agents = desk.service.agents(&signed.caller).await?;
    let agent = agents.iter().find(|agent| agent.id == id);
    agent.map(|agent| Answer(wire::Agent::from(agent))).ok_or_else(|| Problem::not_found("agent"))
}

pub(crate) async fn agents(State(desk): State<Desk>, signed: Signed) -> Reply<ListOf<wire::Agent>> {
    let agents = desk.service.agents(&signed.caller).await?;
    Ok(Answer(ListOf::whole(agents.iter().map(wire::Agent::from).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AddAgent")]
pub(crate) struct Adding {
    #[schemars(with = "String")]
    name: RawText,
    #[schemars(with = "String")]
    email: RawText,
    #[schemars(extend("enum" = ["owner", "lead", "agent"]))]
    role: String,
    /// Without one they are invited by e-mail.
    #[serde(default)]
    password: Option<String>,
}

pub(crate) async fn add_agent(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<Adding>,
) -> Result<Response, Problem> {
    let new = NewAgent {
        name: given.name,
        email: given.email,
        role: role(&given.role)?,
        password: given.password,
    };
    let id = desk.service.add_agent(&signed.caller, new).await?;
    Ok((StatusCode::CREATED, agent_of(&desk, &signed, id).await?).into_response())
}

fn role(word: &str) -> Result<Role, Problem> {
    Role::parse(word)
        .ok_or_else(|| Problem::bad_request("There is no such role.", "Use owner, lead or agent."))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeAgent")]
pub(crate) struct Changing {
    #[schemars(with = "Option<String>")]
    name: Option<RawText>,
    #[schemars(extend("enum" = ["owner", "lead", "agent", null]))]
    role: Option<String>,
    disabled: Option<bool>,
    password: Option<String>,
}

pub(crate) async fn change_agent(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<AgentId>,
    Json(given): Json<Changing>,
) -> Reply<wire::Agent> {
    let change = AgentChange {
        name: given.name,
        role: given.role.as_deref().map(role).transpose()?,
        disabled: given.disabled,
        password: given.password,
    };
    desk.service.change_agent(&signed.caller, id, change).await?;
    agent_of(&desk, &signed, id).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeDesk")]
pub(crate) struct DeskChange {
    #[schemars(with = "Option<String>")]
    name: Option<RawText>,
    #[schemars(with = "Option<String>")]
    hours: Option<RawText>,
}

pub(crate) async fn change_desk(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<DeskChange>,
) -> Reply<wire::Desk> {
    desk.service.change_desk(&signed.caller, given.name, given.hours).await?;
    Ok(Answer(wire::Desk::new(&*desk.service.settings()?, desk.service.model_size())))
}

pub(crate) async fn inboxes(
    State(desk): State<Desk>,
    signed: Signed,
) -> Reply<ListOf<wire::Inbox>> {
    let role = signed.caller.agent()?.role;
    let inboxes = desk.service.inboxes(&signed.caller).await?;
    let items = inboxes.iter().map(|inbox| wire::Inbox::new(inbox, role)).collect();
    Ok(Answer(ListOf::whole(items)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeInbox")]
pub(crate) struct InboxChange {
    #[schemars(with = "Option<String>")]
    name: Option<RawText>,
    #[schemars(with = "Option<String>")]
    greeting: Option<RawText>,
}

pub(crate) async fn change_inbox(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<InboxId>,
    Json(given): Json<InboxChange>,
) -> Reply<wire::Inbox> {
    let role = signed.caller.agent()?.role;
    desk.service.change_inbox(&signed.caller, id, given.name, given.greeting).await?;
    let inboxes = desk.service.inboxes(&signed.caller).await?;
    let inbox = inboxes.iter().find(|inbox| inbox.id == id);
    inbox
        .map(|inbox| Answer(wire::Inbox::new(inbox, role)))
        .ok_or_else(|| Problem::not_found("inbox"))
}

pub(crate) async fn sample(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Sample> {
    let state = desk.service.sample_state(&signed.caller, &desk.sample).await?;
    Ok(Answer(state.into()))
}

pub(crate) async fn add_sample(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Sample> {
    let state = desk.service.add_sample(&signed.caller, &desk.sample).await?;
    Ok(Answer(state.into()))
}

pub(crate) async fn remove_sample(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Sample> {
    let state = desk.service.remove_sample(&signed.caller, &desk.sample).await?;
    Ok(Answer(state.into()))
}

pub(crate) async fn assistant(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Assistant> {
    let state = desk.service.reading_state(&signed.caller).await?;
    Ok(Answer(wire::Assistant::from(&state)))
}

pub(crate) async fn failed_jobs(
    State(desk): State<Desk>,
    signed: Signed,
) -> Reply<ListOf<wire::FailedJob>> {
    let failed = desk.service.failed_jobs(&signed.caller).await?;
    Ok(Answer(ListOf::whole(failed.iter().map(wire::FailedJob::from).collect())))
}

pub(crate) async fn retry_job(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<JobId>,
) -> Result<StatusCode, Problem> {
    desk.service.retry_failed_job(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn drop_job(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<JobId>,
) -> Result<StatusCode, Problem> {
    desk.service.drop_failed_job(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

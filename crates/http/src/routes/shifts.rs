//! Shifts: planned, offered, taken, given back, paid.

use axum::{
    Json as Answer,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::{AgentId, ShiftId, Time};
use privacy::RawText;
use schemars::JsonSchema;
use serde::Deserialize;
use service::{NewShifts, WorkerTerms};

use crate::{
    body::{Json, Path, Query},
    caller::Signed,
    problem::Problem,
    state::Desk,
    wire::{self, ListOf, Onlooker},
};

type Reply<T> = Result<Answer<T>, Problem>;

/// What shifts are shown with.
pub(crate) struct Names {
    agents: Vec<desk::Agent>,
    topics: Vec<desk::Topic>,
    me: desk::Agent,
}

impl Names {
    pub(crate) async fn load(desk: &Desk, signed: &Signed) -> Result<Self, Problem> {
        let me = signed.caller.agent()?.clone();
        let agents = desk.service.agents(&signed.caller).await?;
        let topics = desk.service.topics(&signed.caller).await?;
        Ok(Self { agents, topics, me })
    }

    pub(crate) fn onlooker(&self) -> Onlooker<'_> {
        Onlooker::new(&self.me, &self.agents, &self.topics)
    }
}

fn moment(field: &'static str, text: &str) -> Result<Time, Problem> {
    let at: Result<jiff::Timestamp, _> = text.trim().parse();
    at.map(|at| Time(at.as_millisecond())).map_err(|_| {
        Problem::bad_request(
            format!("{field} is no time."),
            "Write it like 2026-03-02T09:00:00Z or 2026-03-02T10:00:00+01:00.",
        )
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Span {
    /// Shifts that begin from then,
    from: String,
    /// until then.
    until: String,
}

impl Span {
    fn read(&self) -> Result<(Time, Time), Problem> {
        Ok((moment("from", &self.from)?, moment("until", &self.until)?))
    }
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    signed: Signed,
    Query(span): Query<Span>,
) -> Reply<ListOf<wire::Shift>> {
    let (from, until) = span.read()?;
    let shifts = desk.service.shifts(&signed.caller, from, until).await?;
    let names = Names::load(&desk, &signed).await?;
    let onlooker = names.onlooker();
    let items = shifts.iter().map(|shift| wire::Shift::new(shift, &onlooker)).collect();
    Ok(Answer(ListOf::whole(items)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddShifts {
    starts_at: String,
    ends_at: String,
    /// For so many people.
    #[serde(default = "one")]
    n: i64,
    language: Option<String>,
    /// Percent that they are paid more.
    #[serde(default)]
    extra: i64,
    /// Why, for those who may take them.
    #[schemars(with = "String")]
    reason: RawText,
    /// They are offered at once.
    #[serde(default)]
    open: bool,
}

fn one() -> i64 {
    1
}

/// The numbers of what was added.
#[derive(serde::Serialize, JsonSchema)]
pub(crate) struct AddedShifts {
    ids: Vec<String>,
}

pub(crate) async fn add(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<AddShifts>,
) -> Result<Response, Problem> {
    let new = NewShifts {
        starts_at: moment("starts_at", &given.starts_at)?,
        ends_at: moment("ends_at", &given.ends_at)?,
        n: given.n,
        language: given.language,
        extra: given.extra,
        reason: given.reason,
        is_open: given.open,
    };
    let ids = desk.service.add_shifts(&signed.caller, new).await?;
    let ids = ids.iter().map(ToString::to_string).collect();
    Ok((StatusCode::CREATED, Answer(AddedShifts { ids })).into_response())
}

pub(crate) async fn publish(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ShiftId>,
) -> Result<StatusCode, Problem> {
    desk.service.publish_shift(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn claim(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ShiftId>,
) -> Result<StatusCode, Problem> {
    desk.service.claim_shift(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn release(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ShiftId>,
) -> Result<StatusCode, Problem> {
    desk.service.release_shift(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelShift {
    /// Why, for whoever has it.
    #[schemars(with = "String")]
    reason: RawText,
}

pub(crate) async fn cancel(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ShiftId>,
    Json(given): Json<CancelShift>,
) -> Result<StatusCode, Problem> {
    desk.service.cancel_shift(&signed.caller, id, given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectShift {
    /// To be paid.
    minutes: i64,
    #[schemars(with = "String")]
    reason: RawText,
}

pub(crate) async fn correct(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ShiftId>,
    Json(given): Json<CorrectShift>,
) -> Result<StatusCode, Problem> {
    desk.service.correct_shift(&signed.caller, id, given.minutes, given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn own(State(desk): State<Desk>, signed: Signed) -> Reply<wire::OwnPage> {
    let own = desk.service.own_shifts(&signed.caller).await?;
    let currency = desk.service.settings()?.staffing.currency.clone();
    let names = Names::load(&desk, &signed).await?;
    let now = desk.service.now();
    let key = desk.service.calendar_key(&names.me)?;
    let calendar = format!("/api/v1/calendar/{}/{key}.ics", names.me.id);
    let page = wire::OwnPage::new(&own, now, &currency, calendar, &names.onlooker());
    Ok(Answer(page))
}

pub(crate) async fn data(State(desk): State<Desk>, signed: Signed) -> Result<Response, Problem> {
    let data = desk.service.own_data(&signed.caller).await?;
    let currency = desk.service.settings()?.staffing.currency.clone();
    let names = Names::load(&desk, &signed).await?;
    let name = "attachment; filename=\"my-shifts.json\"";
    let data = wire::OwnData::new(&data, &currency, &names.onlooker());
    Ok(([(header::CONTENT_DISPOSITION, name)], Answer(data)).into_response())
}

pub(crate) async fn calendar(
    State(desk): State<Desk>,
    Path((id, key)): Path<(AgentId, String)>,
) -> Result<Response, Problem> {
    let key = key.strip_suffix(".ics").unwrap_or(&key);
    let shifts = desk.service.calendar(id, key).await?;
    let settings = desk.service.settings()?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    let calendar = wire::calendar(settings.name.as_str(), desk.service.now(), &shifts);
    Ok((headers, calendar).into_response())
}

pub(crate) async fn workers(
    State(desk): State<Desk>,
    signed: Signed,
) -> Reply<ListOf<wire::Worker>> {
    let workers = desk.service.workers(&signed.caller).await?;
    let names = Names::load(&desk, &signed).await?;
    let onlooker = names.onlooker();
    let items = workers.iter().map(|worker| wire::Worker::new(worker, &onlooker)).collect();
    Ok(Answer(ListOf::whole(items)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetWorker {
    /// Such as Europe/Berlin.
    zone: String,
    /// The rules of rest and hours that hold for them: eu, de, de-student.
    laws: Vec<String>,
    languages: Vec<String>,
    wish_hours: i64,
    week_hours_max: i64,
    /// Minor units of the desk's currency an hour.
    rate: i64,
    /// They take shifts, from now on or no more.
    #[serde(default = "yes")]
    active: bool,
}

fn yes() -> bool {
    true
}

impl From<SetWorker> for WorkerTerms {
    fn from(given: SetWorker) -> Self {
        Self {
            zone: given.zone,
            laws: given.laws,
            languages: given.languages,
            wish_hours: given.wish_hours,
            week_hours_max: given.week_hours_max,
            rate: given.rate,
            is_active: given.active,
        }
    }
}

pub(crate) async fn set_worker(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<AgentId>,
    Json(given): Json<SetWorker>,
) -> Reply<wire::Worker> {
    let terms = given.into();
    let worker = desk.service.set_worker(&signed.caller, id, terms).await?;
    let names = Names::load(&desk, &signed).await?;
    Ok(Answer(wire::Worker::new(&worker, &names.onlooker())))
}

pub(crate) async fn plan(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Plan> {
    let plan = desk.service.plan(&signed.caller).await?;
    let names = Names::load(&desk, &signed).await?;
    Ok(Answer(wire::Plan::new(&plan, desk.service.now(), &names.onlooker())))
}

pub(crate) async fn set_staffing(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<wire::Staffing>,
) -> Reply<wire::Staffing> {
    desk.service.set_staffing(&signed.caller, given.into()).await?;
    Ok(Answer(wire::Staffing::from(&desk.service.settings()?.staffing)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paying {
    /// Shifts that begin from then,
    from: String,
    /// until then, and are over.
    until: String,
    /// Whose; everybody's when it is left out, for leads.
    agent: Option<String>,
}

async fn statement(
    desk: &Desk,
    signed: &Signed,
    asked: &Paying,
) -> Result<wire::PayStatement, Problem> {
    let (from, until) = (moment("from", &asked.from)?, moment("until", &asked.until)?);
    let of = match asked.agent.as_deref() {
        Some(id) => Some(id.parse().map_err(|_| Problem::not_found("agent"))?),
        None => None,
    };
    let lines = desk.service.pay(&signed.caller, of, from, until).await?;
    let currency = desk.service.settings()?.staffing.currency.clone();
    let names = Names::load(desk, signed).await?;
    Ok(wire::PayStatement::new(&lines, &currency, &names.onlooker()))
}

pub(crate) async fn pay(
    State(desk): State<Desk>,
    signed: Signed,
    Query(asked): Query<Paying>,
) -> Reply<wire::PayStatement> {
    Ok(Answer(statement(&desk, &signed, &asked).await?))
}

pub(crate) async fn pay_csv(
    State(desk): State<Desk>,
    signed: Signed,
    Query(asked): Query<Paying>,
) -> Result<Response, Problem> {
    let statement = statement(&desk, &signed, &asked).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"pay.csv\""),
    ];
    Ok((headers, statement.csv()).into_response())
}

//! The balance: what evidence has made of each topic, the brake, reviews, and the report.

use axum::{
    Json as Answer,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use balance::Impact;
use desk::{Arm, ReviewId, Time, TopicId};
use privacy::RawText;
use schemars::JsonSchema;
use serde::Deserialize;
use service::Marking;

use crate::{
    body::{Json, Path, Query},
    caller::Signed,
    problem::Problem,
    state::Desk,
    wire::{self, ListOf},
};

type Reply<T> = Result<Answer<T>, Problem>;

const DAY_MS: i64 = 24 * 3_600_000;
/// Days of a quarter: what the headline tells of.
const QUARTER_DAYS: i64 = 91;
/// Decisions on one page.
const DECISIONS_MAX: usize = 200;

pub(crate) async fn show(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Balance> {
    let topics = desk.service.topics(&signed.caller).await?;
    let agents = desk.service.agents(&signed.caller).await?;
    let fold = desk.service.fold().await?;
    let now = desk.service.now();
    let from = now.plus_ms(-QUARTER_DAYS * DAY_MS);
    let impact = impact(&fold, from, now)?;
    Ok(Answer(wire::Balance::new(&fold, &impact, &topics, &agents, now)))
}

fn impact(fold: &balance::Fold, from: Time, to: Time) -> Result<Impact, Problem> {
    Impact::of(fold.ended(), from.0, to.0)
        .map_err(|why| Problem::from(service::ServiceError::Internal(why.to_string())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfTopic {
    topic_id: Option<String>,
}

pub(crate) async fn decisions(
    State(desk): State<Desk>,
    signed: Signed,
    Query(given): Query<OfTopic>,
) -> Reply<ListOf<wire::Decided>> {
    let topics = desk.service.topics(&signed.caller).await?;
    let agents = desk.service.agents(&signed.caller).await?;
    let fold = desk.service.fold().await?;
    let told = fold.told().iter().rev();
    let wanted: Option<TopicId> = match &given.topic_id {
        Some(id) => Some(id.parse().map_err(|_| Problem::not_found("topic"))?),
        None => None,
    };
    let told = told.filter(|told| wanted.is_none_or(|id| id == told.decision.topic));
    let items = told.take(DECISIONS_MAX).map(|told| wire::Decided::new(told, &topics, &agents));
    Ok(Answer(ListOf::whole(items.collect())))
}

pub(crate) async fn replay(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Replay> {
    let found = desk.service.replay_ledger(&signed.caller).await?;
    Ok(Answer(wire::Replay::from(&found)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Braking")]
pub(crate) struct Braking {
    #[schemars(with = "String")]
    reason: RawText,
}

pub(crate) async fn freeze(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<Braking>,
) -> Result<StatusCode, Problem> {
    desk.service.brake(&signed.caller, given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn thaw(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<Braking>,
) -> Result<StatusCode, Problem> {
    desk.service.release_brake(&signed.caller, given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn reviews(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Reviews> {
    Ok(Answer(wire::Reviews::from(desk.service.review_counts(&signed.caller).await?)))
}

pub(crate) async fn next_review(
    State(desk): State<Desk>,
    signed: Signed,
) -> Result<Response, Problem> {
    Ok(match desk.service.next_review(&signed.caller).await? {
        Some(sheet) => Answer(wire::Sheet::from(&sheet)).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MarkReview")]
pub(crate) struct Marked {
    #[schemars(extend("enum" = ["good", "fair", "bad"]))]
    mark: String,
    #[schemars(extend("enum" = ["ai", "person", "unsure"]))]
    guess: String,
    #[schemars(with = "Option<String>")]
    comment: Option<RawText>,
}

pub(crate) async fn mark_review(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ReviewId>,
    Json(given): Json<Marked>,
) -> Result<StatusCode, Problem> {
    let mark = match given.mark.as_str() {
        "good" => 1.0,
        "fair" => 0.5,
        "bad" => 0.0,
        _ => return Err(Problem::bad_request("There is no such mark.", "Use good, fair or bad.")),
    };
    let guess = match given.guess.as_str() {
        "ai" => Some(Arm::Ai),
        "person" => Some(Arm::Human),
        "unsure" => None,
        _ => {
            let hint = "Use ai, person or unsure.";
            return Err(Problem::bad_request("There is no such guess.", hint));
        }
    };
    let marking = Marking { mark, guess, comment: given.comment };
    desk.service.mark(&signed.caller, id, marking).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn skip_review(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ReviewId>,
) -> Result<StatusCode, Problem> {
    desk.service.skip_review(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Span {
    /// From so many days ago until now; 1 to 120.
    days: Option<i64>,
}

async fn report(desk: &Desk, signed: &Signed, span: &Span) -> Result<wire::Report, Problem> {
    let days = span.days.unwrap_or(QUARTER_DAYS);
    if !(1..=120).contains(&days) {
        let hint = "Outcomes are kept for 120 days; the ledger has all.";
        return Err(Problem::bad_request("days is not from 1 to 120.", hint));
    }
    let topics = desk.service.topics(&signed.caller).await?;
    let agents = desk.service.agents(&signed.caller).await?;
    let fold = desk.service.fold().await?;
    let to = desk.service.now();
    let from = to.plus_ms(-days * DAY_MS);
    let impact = impact(&fold, from, to)?;
    Ok(wire::Report::new(&fold, &impact, &topics, &agents, (from, to)))
}

pub(crate) async fn impact_report(
    State(desk): State<Desk>,
    signed: Signed,
    Query(span): Query<Span>,
) -> Reply<wire::Report> {
    Ok(Answer(report(&desk, &signed, &span).await?))
}

pub(crate) async fn impact_csv(
    State(desk): State<Desk>,
    signed: Signed,
    Query(span): Query<Span>,
) -> Result<Response, Problem> {
    let report = report(&desk, &signed, &span).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"impact.csv\""),
    ];
    Ok((headers, report.csv()).into_response())
}

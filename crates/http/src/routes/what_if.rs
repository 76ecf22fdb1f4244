//! What if: the desk's own topics in simulated years, with other prices, margin or staffing.

use std::time::Instant;

use axum::{Json as Answer, extract::State};
use balance::Fold;
use schemars::JsonSchema;
use serde::Deserialize;
use service::ServiceError;
use sim::what_if::{KnownTopic, Question, what_if};

use crate::{body::Json, caller::Signed, problem::Problem, state::Desk, wire};

/// Years simulated for each way: more are told apart better, and take longer, so that a large desk
/// gets fewer.
const N_YEARS: (u64, u64) = (2, 8);
/// Cases a day, of all years of one way together, that are simulated in a second or so.
const CASES_MAX: f64 = 6_000.0;
/// A topic with fewer cases a day says nothing about a year.
const CASES_A_DAY_MIN: f64 = 0.2;
/// Cases from which the assistant's quality on a topic is taken.
const N_MIN: f64 = 20.0;
/// What people's cases are taken to be where too few are known.
const PEOPLE_USUAL: f64 = 0.85;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AskWhatIf")]
pub(crate) struct Asked {
    /// How much worse than people counts as worse, from .01 to .2.
    margin: f64,
    /// The least share of people at *autonomous*, from .05 to .5.
    holdout: f64,
    /// What an hour of a person costs, from 0 to 1,000.
    wage: f64,
    /// Minutes that a person needs for a case, from .5 to 120.
    minutes_a_case: f64,
    /// What a case of the assistant costs, from 0 to 100.
    ai_per_case: f64,
    /// What a bad outcome costs beside the work, from 0 to 10,000.
    price_of_bad: f64,
    /// People at the desk at a time, from 1 to 1,000.
    people: u32,
    /// Hours a day in which they are there, from 1 to 24.
    hours_a_day: f64,
    /// Where the assistant is not measured yet: so much worse than people, from −.1 to .5.
    unknown_gap: f64,
}

pub(crate) async fn ask(
    State(desk): State<Desk>,
    signed: Signed,
    Json(asked): Json<Asked>,
) -> Result<Answer<wire::Answered>, Problem> {
    signed.caller.agent()?;
    check(&asked)?;
    let topics = known(&desk, &signed, asked.unknown_gap).await?;
    if topics.is_empty() {
        return Err(Problem::from(ServiceError::Conflict {
            detail: "No topic has had cases yet, so that there is no year to simulate.".to_owned(),
            hint: "Come back when customers have written for some days.",
        }));
    }
    let cases_a_day: f64 = topics.iter().map(|topic| topic.cases_a_day).sum();
    let n_years = ((CASES_MAX / cases_a_day) as u64).clamp(N_YEARS.0, N_YEARS.1);
    let question = Question {
        topics,
        margin: asked.margin,
        holdout: asked.holdout,
        wage: asked.wage,
        minutes_a_case: asked.minutes_a_case,
        ai_per_case: asked.ai_per_case,
        price_of_bad: asked.price_of_bad,
        people: asked.people,
        hours_a_day: asked.hours_a_day,
        n_years,
    };
    let began = Instant::now();
    // One at a time: somebody who moves a slider to and fro must not take all processors.
    let _turn = desk.simulating.lock().await;
    let work = tokio::task::spawn_blocking(move || (what_if(&question), question));
    let (ways, question) =
        work.await.map_err(|error| Problem::from(ServiceError::Internal(error.to_string())))?;
    let seconds = began.elapsed().as_secs_f64();
    Ok(Answer(wire::Answered::new(&question.topics, &ways, n_years, seconds)))
}

/// The desk's topics with what the ledger knows of them.
async fn known(desk: &Desk, signed: &Signed, gap: f64) -> Result<Vec<KnownTopic>, Problem> {
    let topics = desk.service.topics(&signed.caller).await?;
    let fold = desk.service.fold().await?;
    let topics = topics.iter().filter(|topic| !topic.is_archived && !topic.is_people_first);
    Ok(topics.filter_map(|topic| one(&fold, topic, gap)).collect())
}

fn one(fold: &Fold, topic: &desk::Topic, gap: f64) -> Option<KnownTopic> {
    let track = fold.track(topic.id)?;
    let cases_a_day = track.cases_a_day();
    if cases_a_day < CASES_A_DAY_MIN {
        return None;
    }
    let people = match track.people() {
        (rate, n) if n >= N_MIN => (rate, n),
        _ => (PEOPLE_USUAL, 0.0),
    };
    let arms = track.test().arms();
    let is_measured = topic.level.answers() && arms.n().0 as f64 >= N_MIN;
    let assistant = match arms.rates().0.filter(|_| is_measured) {
        Some(rate) => (rate, arms.n().0 as f64),
        None => ((people.0 - gap).clamp(0.01, 0.99), 0.0),
    };
    Some(KnownTopic {
        name: topic.name.to_string(),
        cases_a_day,
        people,
        assistant,
        is_on: topic.level.answers(),
    })
}

fn check(asked: &Asked) -> Result<(), Problem> {
    let ranges = [
        ("margin", asked.margin, 0.01, 0.2),
        ("holdout", asked.holdout, 0.05, 0.5),
        ("wage", asked.wage, 0.0, 1_000.0),
        ("minutes_a_case", asked.minutes_a_case, 0.5, 120.0),
        ("ai_per_case", asked.ai_per_case, 0.0, 100.0),
        ("price_of_bad", asked.price_of_bad, 0.0, 10_000.0),
        ("people", f64::from(asked.people), 1.0, 1_000.0),
        ("hours_a_day", asked.hours_a_day, 1.0, 24.0),
        ("unknown_gap", asked.unknown_gap, -0.1, 0.5),
    ];
    for (field, value, low, high) in ranges {
        if !(low..=high).contains(&value) {
            return Err(Problem::bad_request(
                format!("{field} is {value}, not from {low} to {high}."),
                "Move it back into its range.",
            ));
        }
    }
    Ok(())
}

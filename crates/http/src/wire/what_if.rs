//! A simulated year of the desk's own topics on the wire.

use schemars::JsonSchema;
use serde::Serialize;
use sim::what_if::{KnownTopic, Spread, WhatIf};

/// What a year would come to under every way of sharing the work.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WhatIf")]
pub(crate) struct Answered {
    seconds: f64,
    n_years: u64,
    topics: Vec<Known>,
    ways: Vec<Way>,
}

/// A topic as it was taken to be.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WhatIfTopic")]
struct Known {
    name: String,
    cases_a_day: f64,
    people: f64,
    n_people: f64,
    assistant: f64,
    /// 0 where it is not known and taken to be like people's, less what was said.
    n_assistant: f64,
    is_on: bool,
}

/// One way of sharing the work.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WhatIfWay")]
struct Way {
    #[schemars(extend("enum" = [
        "people", "cost", "pooled", "peeking", "static", "balance", "oracle",
    ]))]
    policy: &'static str,
    cost: Range,
    /// Of 1,000 cases.
    bad: Range,
    ai_share: f64,
    promotions: f64,
    wait_minutes: f64,
    gives_up: f64,
    occupancy: f64,
}

/// A mean with where 90 % of the years lie.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Spread")]
struct Range {
    mean: f64,
    low: f64,
    high: f64,
}

impl From<Spread> for Range {
    fn from(Spread { mean, low, high }: Spread) -> Self {
        Self { mean, low, high }
    }
}

impl Answered {
    pub(crate) fn new(topics: &[KnownTopic], ways: &[WhatIf], n_years: u64, seconds: f64) -> Self {
        let topics = topics.iter().map(|topic| Known {
            name: topic.name.clone(),
            cases_a_day: topic.cases_a_day,
            people: topic.people.0,
            n_people: topic.people.1,
            assistant: topic.assistant.0,
            n_assistant: topic.assistant.1,
            is_on: topic.is_on,
        });
        let ways = ways.iter().map(|way| Way {
            policy: way.policy.as_str(),
            cost: way.cost.into(),
            bad: way.bad.into(),
            ai_share: way.ai_share,
            promotions: way.promotions,
            wait_minutes: way.wait_minutes,
            gives_up: way.gives_up,
            occupancy: way.occupancy,
        });
        Self { seconds, n_years, topics: topics.collect(), ways: ways.collect() }
    }
}

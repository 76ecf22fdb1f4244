//! The desk at a glance: now, today, by topic, by hour, by agent.

use desk::Presence;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Ref, time};

#[derive(Serialize, JsonSchema)]
pub(crate) struct Overview {
    at: String,
    now: OverviewNow,
    today: OverviewToday,
    topics: Vec<OverviewTopic>,
    hours: Vec<OverviewHour>,
    agents: Vec<OverviewAgent>,
    state: OverviewState,
}

#[derive(Serialize, JsonSchema)]
struct OverviewState {
    jobs_waiting: i64,
    jobs_stuck: i64,
    jobs_failed: i64,
    is_read_only: bool,
    is_database_lost: bool,
}

#[derive(Serialize, JsonSchema)]
struct OverviewNow {
    waiting: i64,
    waiting_first: i64,
    longest_wait_ms: Option<i64>,
    ai: i64,
    with_agents: i64,
    agents_available: usize,
}

#[derive(Serialize, JsonSchema)]
struct OverviewToday {
    conversations: i64,
    answered_by_ai: i64,
    handed_over: i64,
    answered_by_people: i64,
    closed: i64,
    median_wait_ms: Option<i64>,
    n_waits: usize,
    survey_good: i64,
    n_surveys: i64,
}

#[derive(Serialize, JsonSchema)]
struct OverviewTopic {
    topic: Ref,
    #[schemars(extend("enum" = ["off", "shadow", "draft", "supervised", "autonomous"]))]
    level: &'static str,
    today: i64,
    by_ai: i64,
    by_people: i64,
    waiting: i64,
}

#[derive(Serialize, JsonSchema)]
struct OverviewHour {
    hour: String,
    by_ai: i64,
    by_people: i64,
}

#[derive(Serialize, JsonSchema)]
struct OverviewAgent {
    agent: Ref,
    #[schemars(extend("enum" = ["available", "away"]))]
    presence: &'static str,
    n_open: i64,
}

/// Work that was given up.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FailedJob {
    id: String,
    #[schemars(extend("enum" = ["answer", "draft"]))]
    kind: &'static str,
    conversation_id: String,
    conversation_number: i64,
    n_attempts: i64,
    failure: Option<String>,
    failed_at: String,
}

impl From<&store::JobFailure> for FailedJob {
    fn from(failed: &store::JobFailure) -> Self {
        Self {
            id: failed.job.id.to_string(),
            kind: failed.job.kind.as_str(),
            conversation_id: failed.job.conversation_id.to_string(),
            conversation_number: failed.conversation_number,
            n_attempts: failed.job.n_attempts,
            failure: failed.failure.clone(),
            failed_at: time(failed.died_at),
        }
    }
}

impl From<&service::Overview> for Overview {
    fn from(found: &service::Overview) -> Self {
        let waits = &found.today.waits_ms;
        let employed = || found.agents.iter().filter(|(agent, _)| !agent.is_disabled);
        Self {
            at: time(found.at),
            now: OverviewNow {
                waiting: found.now.n_waiting,
                waiting_first: found.now.n_waiting_first,
                longest_wait_ms: found.now.longest_since.map(|since| found.at.ms_since(since)),
                ai: found.now.n_ai,
                with_agents: found.now.n_with_agents,
                agents_available: employed()
                    .filter(|(agent, _)| agent.presence == Presence::Available)
                    .count(),
            },
            today: OverviewToday {
                conversations: found.today.n_conversations,
                answered_by_ai: found.today.n_answered_by_ai,
                handed_over: found.today.n_handed_over,
                answered_by_people: found.today.n_answered_by_people,
                closed: found.today.n_closed,
                median_wait_ms: waits.get(waits.len() / 2).copied(),
                n_waits: waits.len(),
                survey_good: found.today.n_survey_good,
                n_surveys: found.today.n_surveys,
            },
            topics: found
                .topics
                .iter()
                .filter(|topic| !topic.is_archived)
                .map(|topic| OverviewTopic::new(topic, found))
                .collect(),
            hours: found
                .hours
                .iter()
                .map(|hour| OverviewHour {
                    hour: time(hour.hour),
                    by_ai: hour.n_by_ai,
                    by_people: hour.n_by_people,
                })
                .collect(),
            agents: employed()
                .map(|(agent, n_open)| OverviewAgent {
                    agent: Ref { id: agent.id.to_string(), name: agent.name.to_string() },
                    presence: agent.presence.as_str(),
                    n_open: *n_open,
                })
                .collect(),
            state: OverviewState {
                jobs_waiting: found.work.jobs.n_open,
                jobs_stuck: found.work.jobs.n_stuck,
                jobs_failed: found.work.jobs.n_failed,
                is_read_only: found.work.is_read_only,
                is_database_lost: found.work.is_database_lost,
            },
        }
    }
}

impl OverviewTopic {
    fn new(topic: &desk::Topic, found: &service::Overview) -> Self {
        let today = found.by_topic.iter().find(|row| row.topic_id == topic.id);
        Self {
            topic: Ref { id: topic.id.to_string(), name: topic.name.to_string() },
            level: topic.level.as_str(),
            today: today.map_or(0, |row| row.n_today),
            by_ai: today.map_or(0, |row| row.n_by_ai),
            by_people: today.map_or(0, |row| row.n_by_people),
            waiting: today.map_or(0, |row| row.n_waiting),
        }
    }
}

//! The live figures of the desk.

use desk::{Time, TopicId};

use super::ReadError;
use crate::{Store, rows, value::values};

/// The desk at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OverviewNow {
    /// Conversations that wait for a person.
    pub n_waiting: i64,
    /// Those of them that a rule puts first.
    pub n_waiting_first: i64,
    /// Since when the one waits that has waited longest.
    pub longest_since: Option<Time>,
    /// Conversations in which the assistant answers.
    pub n_ai: i64,
    /// Conversations held by agents.
    pub n_with_agents: i64,
}

/// Conversations that began since a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OverviewToday {
    /// All.
    pub n_conversations: i64,
    /// Answered by the assistant and never queued for a person.
    pub n_answered_by_ai: i64,
    /// Begun by the assistant, with an answer or without, then handed over.
    pub n_handed_over: i64,
    /// Answered by a person.
    pub n_answered_by_people: i64,
    /// Closed.
    pub n_closed: i64,
    /// From the wish for a person to the person's first answer, each in ms, shortest first.
    pub waits_ms: Vec<i64>,
    /// Judged 4 or 5.
    pub n_survey_good: i64,
    /// Judged.
    pub n_surveys: i64,
}

/// One topic's conversations that began since a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicToday {
    /// The topic.
    pub topic_id: TopicId,
    /// All.
    pub n_today: i64,
    /// Answered by the assistant and never queued for a person.
    pub n_by_ai: i64,
    /// Answered by a person.
    pub n_by_people: i64,
    /// Waiting now, whenever they began.
    pub n_waiting: i64,
}

/// Answers given in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourShare {
    /// The hour's beginning.
    pub hour: Time,
    /// Messages by the assistant that cite a source.
    pub n_by_ai: i64,
    /// Messages by agents.
    pub n_by_people: i64,
}

const HOUR_MS: i64 = 3_600_000;

impl Store {
    /// The desk at this moment.
    pub async fn overview_now(&self) -> Result<OverviewNow, ReadError> {
        let sql = "select count(*) filter (where handler = 'queue') as n_waiting, \
            count(*) filter (where handler = 'queue' and priority > 0) as n_waiting_first, \
            min(waiting_since) as longest_since, \
            count(*) filter (where handler = 'assistant') as n_ai, \
            count(*) filter (where handler = 'agent') as n_with_agents \
            from conversations where state = 'open'";
        let now = self
            .read_long(move |c| {
                c.first(sql, &values![], |row| {
                    Ok(OverviewNow {
                        n_waiting: row.get("n_waiting")?,
                        n_waiting_first: row.get("n_waiting_first")?,
                        longest_since: rows::optional_time(row, "longest_since")?,
                        n_ai: row.get("n_ai")?,
                        n_with_agents: row.get("n_with_agents")?,
                    })
                })
            })
            .await?;
        Ok(now.unwrap_or_default())
    }

    /// Conversations that began since a moment.
    pub async fn overview_since(&self, since: Time) -> Result<OverviewToday, ReadError> {
        let sql = "select count(*) as n_conversations, \
            count(*) filter (where assistant_answered_at is not null and queued_at is null) \
              as n_answered_by_ai, \
            count(*) filter (where ai_notice_at is not null and queued_at is not null) \
              as n_handed_over, \
            count(*) filter (where person_answered_at is not null) as n_answered_by_people, \
            count(*) filter (where state = 'closed') as n_closed, \
            count(*) filter (where survey_score >= 4) as n_survey_good, \
            count(survey_score) as n_surveys \
            from conversations where created_at >= ?1";
        let waits = "select person_answered_at - queued_at as wait from conversations \
            where created_at >= ?1 and person_answered_at >= queued_at order by wait";
        self.read_long(move |c| {
            let waits_ms = c.all(waits, &values![since.0], |row| row.get("wait"))?;
            let today = c.first(sql, &values![since.0], |row| {
                Ok(OverviewToday {
                    n_conversations: row.get("n_conversations")?,
                    n_answered_by_ai: row.get("n_answered_by_ai")?,
                    n_handed_over: row.get("n_handed_over")?,
                    n_answered_by_people: row.get("n_answered_by_people")?,
                    n_closed: row.get("n_closed")?,
                    waits_ms,
                    n_survey_good: row.get("n_survey_good")?,
                    n_surveys: row.get("n_surveys")?,
                })
            })?;
            Ok(today.unwrap_or_default())
        })
        .await
    }

    /// Each topic's conversations that began since a moment, or that wait now.
    pub async fn topics_since(&self, since: Time) -> Result<Vec<TopicToday>, ReadError> {
        let sql = "select topic_id, count(*) filter (where created_at >= ?1) as n_today, \
            count(*) filter (where created_at >= ?1 and assistant_answered_at is not null \
              and queued_at is null) as n_by_ai, \
            count(*) filter (where created_at >= ?1 and person_answered_at is not null) \
              as n_by_people, \
            count(*) filter (where state = 'open' and handler = 'queue') as n_waiting \
            from conversations where topic_id is not null \
              and (created_at >= ?1 or (state = 'open' and handler = 'queue')) \
            group by topic_id";
        self.read_long(move |c| {
            c.all(sql, &values![since.0], |row| {
                Ok(TopicToday {
                    topic_id: rows::id(row, "topic_id")?,
                    n_today: row.get("n_today")?,
                    n_by_ai: row.get("n_by_ai")?,
                    n_by_people: row.get("n_by_people")?,
                    n_waiting: row.get("n_waiting")?,
                })
            })
        })
        .await
    }

    /// Answers by the hour, from the one that holds `since` on; hours without any are left out.
    pub async fn hours_since(&self, since: Time) -> Result<Vec<HourShare>, ReadError> {
        let sql = "select * from answer_hours where hour >= ?1 order by hour";
        self.read_long(move |c| {
            c.all(sql, &values![since.0.div_euclid(HOUR_MS)], |row| {
                Ok(HourShare {
                    hour: Time(row.get::<i64>("hour")? * HOUR_MS),
                    n_by_ai: row.get("n_by_ai")?,
                    n_by_people: row.get("n_by_people")?,
                })
            })
        })
        .await
    }

    /// How many open conversations each agent holds.
    pub async fn open_by_agent(&self) -> Result<Vec<(desk::AgentId, i64)>, ReadError> {
        let sql = "select agent_id, count(*) as n from conversations \
            where state = 'open' and handler = 'agent' group by agent_id";
        self.read_long(move |c| {
            c.all(sql, &values![], |row| Ok((rows::id(row, "agent_id")?, row.get("n")?)))
        })
        .await
    }
}

//! Shifts, those who take them, and what forecasts are made of.

use desk::{AgentId, Application, ApplicationId, Shift, ShiftId, Time, TopicId, Worker};

use super::{ReadError, n_rows};
use crate::{
    Store, rows,
    value::{Row, values},
};

/// Cases of a topic that came in one half-hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrivals {
    /// The topic; `None` of cases without one.
    pub topic_id: Option<TopicId>,
    /// Half-hours since 1970, UTC.
    pub halfhour: i64,
    /// How many.
    pub n: i64,
}

/// How many of the assistant's cases on a topic people were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandedOver {
    /// Which.
    pub topic_id: TopicId,
    /// Of so many cases,
    pub n: i64,
    /// so many.
    pub n_handed: i64,
}

/// When somebody was at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtDesk {
    /// Who.
    pub agent_id: AgentId,
    /// Since when.
    pub from: Time,
    /// Until when; `None` when they are there.
    pub until: Option<Time>,
}

impl Store {
    /// The terms on which an agent takes shifts.
    pub async fn worker(&self, id: AgentId) -> Result<Option<Worker>, ReadError> {
        let sql = "select * from workers where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::worker)).await
    }

    /// All who take shifts, oldest first.
    pub async fn workers(&self) -> Result<Vec<Worker>, ReadError> {
        let sql = "select * from workers order by created_at, id";
        self.read(move |c| c.all(sql, &values![], rows::worker)).await
    }

    /// An application.
    pub async fn application(&self, id: ApplicationId) -> Result<Option<Application>, ReadError> {
        let sql = "select * from applications where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::application)).await
    }

    /// Applications that wait, oldest first, then those that were decided, latest first.
    pub async fn applications(&self, limit: usize) -> Result<Vec<Application>, ReadError> {
        let sql = "select * from applications order by \
            case state when 'open' then 0 else 1 end, \
            case state when 'open' then created_at else -decided_at end, id limit ?1";
        self.read(move |c| c.all(sql, &values![n_rows(limit)], rows::application)).await
    }

    /// How many applications wait.
    pub async fn n_open_applications(&self) -> Result<i64, ReadError> {
        let sql = "select count(*) as n from applications where state = 'open'";
        self.read(move |c| c.number(sql, &values![])).await
    }

    /// A shift.
    pub async fn shift(&self, id: ShiftId) -> Result<Option<Shift>, ReadError> {
        let sql = "select * from shifts where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::shift)).await
    }

    /// Shifts that begin in a span of time, in order.
    pub async fn shifts(&self, from: Time, until: Time) -> Result<Vec<Shift>, ReadError> {
        let sql = "select * from shifts where starts_at >= ?1 and starts_at < ?2 \
            order by starts_at, id";
        self.read(move |c| c.all(sql, &values![from, until], rows::shift)).await
    }

    /// Those of one worker, taken back ones among them.
    pub async fn shifts_of(
        &self,
        id: AgentId,
        from: Time,
        until: Time,
    ) -> Result<Vec<Shift>, ReadError> {
        let sql = "select * from shifts where agent_id = ?1 and starts_at >= ?2 \
            and starts_at < ?3 order by starts_at, id";
        self.read(move |c| c.all(sql, &values![id.to_string(), from, until], rows::shift)).await
    }

    /// Taken shifts that begin in a span of time and of whose beginning no letter tells yet.
    pub async fn unreminded_shifts(
        &self,
        from: Time,
        until: Time,
    ) -> Result<Vec<Shift>, ReadError> {
        let sql = "select * from shifts where starts_at > ?1 and starts_at <= ?2 \
            and state = 'claimed' and not exists (select 1 from letters \
            where letters.fact = 'shift_soon/' || shifts.id || '/' || shifts.agent_id) \
            order by starts_at, id";
        self.read(move |c| c.all(sql, &values![from, until], rows::shift)).await
    }

    /// When people were at the desk within a span of time, in order: one of them, or all.
    pub async fn presence(
        &self,
        id: Option<AgentId>,
        from: Time,
        until: Time,
    ) -> Result<Vec<AtDesk>, ReadError> {
        let sql = "select * from presence where from_at < ?2 \
            and (until_at is null or until_at > ?1) and (?3 = '' or agent_id = ?3) \
            order by agent_id, from_at";
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        let read = |row: &Row<'_>| {
            Ok(AtDesk {
                agent_id: rows::id(row, "agent_id")?,
                from: rows::time(row, "from_at")?,
                until: rows::optional_time(row, "until_at")?,
            })
        };
        self.read(move |c| c.all(sql, &values![from, until, &id], read)).await
    }

    /// How many cases came in each half-hour since then, by topic.
    pub async fn arrivals(&self, since: Time) -> Result<Vec<Arrivals>, ReadError> {
        let sql = "select topic_id, at / 1800000 as halfhour, count(*) as n from ledger \
            where kind = 'assigned' and at >= ?1 group by topic_id, at / 1800000 \
            union all select topic_id, opened_at / 1800000 as halfhour, count(*) as n from cases \
            where topic_id is null and opened_at >= ?1 group by topic_id, opened_at / 1800000";
        let read = |row: &Row<'_>| {
            Ok(Arrivals {
                topic_id: rows::optional_id(row, "topic_id")?,
                halfhour: row.get("halfhour")?,
                n: row.get("n")?,
            })
        };
        self.read_long(move |c| c.all(sql, &values![since], read)).await
    }

    /// On which topics people were asked for in the assistant's cases since then.
    pub async fn handed_over(&self, since: Time) -> Result<Vec<HandedOver>, ReadError> {
        let sql = "select cases.topic_id, count(*) as n, count(*) filter (where exists ( \
              select 1 from contacts join handoffs \
              on handoffs.conversation_id = contacts.conversation_id \
              where contacts.case_id = cases.id)) as n_handed \
            from cases join assignments on assignments.case_id = cases.id \
            where assignments.arm = 'ai' and cases.opened_at >= ?1 \
            and cases.topic_id is not null group by cases.topic_id";
        let read = |row: &Row<'_>| {
            Ok(HandedOver {
                topic_id: rows::id(row, "topic_id")?,
                n: row.get("n")?,
                n_handed: row.get("n_handed")?,
            })
        };
        self.read_long(move |c| c.all(sql, &values![since], read)).await
    }
}

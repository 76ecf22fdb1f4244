//! Shifts, those who take them, what is needed, and what is paid.

use std::{collections::HashMap, fmt::Write as _};

use desk::{AgentId, Role, Staffing as DeskStaffing, Time, TopicId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service::{DECIDED_DAYS, Offer, OwnShifts, Plan as ServicePlan};

use super::{Ref, cell, optional_time, time};

/// Names that shifts carry, and who looks.
pub(crate) struct Onlooker<'a> {
    id: AgentId,
    role: Role,
    agents: &'a [desk::Agent],
    topics: &'a [desk::Topic],
}

impl<'a> Onlooker<'a> {
    pub(crate) fn new(
        viewer: &desk::Agent,
        agents: &'a [desk::Agent],
        topics: &'a [desk::Topic],
    ) -> Self {
        Self { id: viewer.id, role: viewer.role, agents, topics }
    }

    fn agent(&self, id: AgentId) -> Ref {
        let agent = self.agents.iter().find(|agent| agent.id == id);
        let name = agent.map_or_else(String::new, |agent| agent.name.to_string());
        Ref { id: id.to_string(), name }
    }

    fn topic(&self, id: TopicId) -> Ref {
        let topic = self.topics.iter().find(|topic| topic.id == id);
        let name = topic.map_or_else(String::new, |topic| topic.name.to_string());
        Ref { id: id.to_string(), name }
    }

    /// Others' shifts are nobody's business but a planner's.
    fn may_see(&self, id: AgentId) -> bool {
        self.role >= Role::Lead || self.id == id
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Shift {
    id: String,
    version: i64,
    starts_at: String,
    ends_at: String,
    /// Only for those who answer in this language.
    language: Option<String>,
    /// The topic on which the assistant fell, if that is why.
    topic: Option<Ref>,
    /// Why it is offered.
    reason: String,
    /// Percent that it is paid more than an hour's rate.
    extra: i64,
    #[schemars(extend("enum" = ["draft", "open", "claimed", "cancelled"]))]
    state: &'static str,
    /// Who has it; told to planners and to whoever it is.
    agent: Option<Ref>,
    published_at: Option<String>,
    claimed_at: Option<String>,
    cancelled_at: Option<String>,
    cancel_reason: Option<String>,
    /// What a person says is paid of it.
    correction: Option<Correction>,
    /// Who planned it; nobody when the desk did.
    planned_by: Option<Ref>,
}

#[derive(Serialize, JsonSchema)]
struct Correction {
    minutes: i64,
    reason: String,
    by: Ref,
    at: String,
}

impl Shift {
    pub(crate) fn new(shift: &desk::Shift, onlooker: &Onlooker<'_>) -> Self {
        let holder = shift.agent_id.filter(|id| onlooker.may_see(*id));
        let is_seen = shift.agent_id.is_none() || holder.is_some();
        Self {
            id: shift.id.to_string(),
            version: shift.version,
            starts_at: time(shift.starts_at),
            ends_at: time(shift.ends_at),
            language: shift.language.clone(),
            topic: shift.topic_id.map(|id| onlooker.topic(id)),
            reason: shift.reason.to_string(),
            extra: shift.extra,
            state: shift.state.as_str(),
            agent: holder.map(|id| onlooker.agent(id)),
            published_at: optional_time(shift.published_at),
            claimed_at: optional_time(shift.claimed_at.filter(|_| is_seen)),
            cancelled_at: shift.cancelled.as_ref().map(|(at, _)| time(*at)),
            cancel_reason: shift
                .cancelled
                .as_ref()
                .filter(|_| is_seen)
                .map(|(_, why)| why.to_string()),
            correction: shift.correction.as_ref().filter(|_| is_seen).map(|correction| {
                Correction {
                    minutes: correction.minutes,
                    reason: correction.reason.to_string(),
                    by: onlooker.agent(correction.by),
                    at: time(correction.at),
                }
            }),
            planned_by: shift.created_by.map(|id| onlooker.agent(id)),
        }
    }
}

/// The terms on which somebody takes shifts.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Worker {
    agent: Ref,
    version: i64,
    /// Such as Europe/Berlin.
    zone: String,
    /// The rules of rest and hours that hold for them.
    laws: Vec<String>,
    languages: Vec<String>,
    /// Hours a week that they wish for.
    wish_hours: i64,
    week_hours_max: i64,
    /// Minor units of the desk's currency an hour.
    rate: i64,
    /// They take shifts; those that are theirs stay so when they do no more.
    active: bool,
}

impl Worker {
    pub(crate) fn new(worker: &desk::Worker, onlooker: &Onlooker<'_>) -> Self {
        Self {
            agent: onlooker.agent(worker.id),
            version: worker.version,
            zone: worker.zone.clone(),
            laws: worker.laws.clone(),
            languages: worker.languages.clone(),
            wish_hours: worker.wish_hours,
            week_hours_max: worker.week_hours_max,
            rate: worker.rate,
            active: worker.is_active,
        }
    }
}

/// An open shift as one worker sees it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct OfferedShift {
    shift: Shift,
    /// From when they may take it.
    opens_at: String,
    /// Why then.
    opening: String,
    /// What is in the way; empty when they may take it.
    refusals: Vec<String>,
    /// Minor units for the whole of it.
    pay: i64,
}

impl OfferedShift {
    fn new(offer: &Offer, onlooker: &Onlooker<'_>) -> Self {
        Self {
            shift: Shift::new(&offer.shift, onlooker),
            opens_at: time(Time(offer.opening.at)),
            opening: offer.opening.words.clone(),
            refusals: offer.refusals.clone(),
            pay: offer.pay,
        }
    }
}

/// A worker's own page.
#[derive(Serialize, JsonSchema)]
pub(crate) struct OwnPage {
    /// The desk's time.
    at: String,
    worker: Worker,
    currency: String,
    /// Where their shifts stand for a calendar program; nobody else knows it.
    calendar: String,
    /// The rules of rest and hours that hold for them, and where each is written.
    rules: Vec<String>,
    /// What they have and had since the beginning of last month.
    shifts: Vec<Shift>,
    offers: Vec<OfferedShift>,
    weeks: Vec<WorkWeek>,
    /// What this month's shifts are paid so far.
    lines: Vec<PaidShift>,
    /// Minor units.
    earned: i64,
}

#[derive(Serialize, JsonSchema)]
struct WorkWeek {
    begins_at: String,
    hours: f64,
}

impl OwnPage {
    pub(crate) fn new(
        own: &OwnShifts,
        at: Time,
        currency: &str,
        calendar: String,
        onlooker: &Onlooker<'_>,
    ) -> Self {
        Self {
            at: time(at),
            calendar,
            worker: Worker::new(&own.worker, onlooker),
            currency: currency.to_owned(),
            rules: own.rules.clone(),
            shifts: own.own.iter().map(|shift| Shift::new(shift, onlooker)).collect(),
            offers: own.offers.iter().map(|offer| OfferedShift::new(offer, onlooker)).collect(),
            weeks: own
                .weeks
                .iter()
                .map(|(from, hours)| WorkWeek { begins_at: time(*from), hours: *hours })
                .collect(),
            lines: own.lines.iter().map(|line| PaidShift::new(line, onlooker)).collect(),
            earned: own.lines.iter().map(|line| line.amount).sum(),
        }
    }
}

/// Shifts as a calendar (RFC 5545).
pub(crate) fn calendar(desk: &str, now: Time, shifts: &[desk::Shift]) -> String {
    let mut calendar = String::new();
    let mut line = |text: String| fold(&mut calendar, &text);
    line("BEGIN:VCALENDAR".to_owned());
    line("VERSION:2.0".to_owned());
    line("PRODID:-//Evenkeel//Shifts//EN".to_owned());
    line(format!("X-WR-CALNAME:{}", escaped(desk)));
    for shift in shifts {
        line("BEGIN:VEVENT".to_owned());
        line(format!("UID:{}@evenkeel", shift.id));
        line(format!("SEQUENCE:{}", shift.version));
        line(format!("DTSTAMP:{}", stamp(now)));
        line(format!("DTSTART:{}", stamp(shift.starts_at)));
        line(format!("DTEND:{}", stamp(shift.ends_at)));
        line(format!("SUMMARY:{}", escaped(&format!("Shift at {desk}"))));
        line(format!("DESCRIPTION:{}", escaped(shift.reason.as_str())));
        line("END:VEVENT".to_owned());
    }
    line("END:VCALENDAR".to_owned());
    calendar
}

fn stamp(at: Time) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y%m%dT%H%M%SZ").to_string())
}

/// A text in a calendar, RFC 5545 section 3.3.11.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A line, in pieces of 75 bytes at most, each but the first led by a space.
fn fold(calendar: &mut String, text: &str) {
    let mut room = 75;
    for c in text.chars() {
        if c.len_utf8() > room {
            calendar.push_str("\r\n ");
            room = 74;
        }
        calendar.push(c);
        room -= c.len_utf8();
    }
    calendar.push_str("\r\n");
}

/// All that is kept of somebody as a worker.
#[derive(Serialize, JsonSchema)]
pub(crate) struct OwnData {
    worker: Worker,
    currency: String,
    shifts: Vec<Shift>,
    /// When they were at the desk.
    presence: Vec<PresenceSpan>,
    lines: Vec<PaidShift>,
}

#[derive(Serialize, JsonSchema)]
struct PresenceSpan {
    from: String,
    /// Null when they are there.
    until: Option<String>,
}

impl OwnData {
    pub(crate) fn new(data: &service::OwnData, currency: &str, onlooker: &Onlooker<'_>) -> Self {
        Self {
            worker: Worker::new(&data.worker, onlooker),
            currency: currency.to_owned(),
            shifts: data.shifts.iter().map(|shift| Shift::new(shift, onlooker)).collect(),
            presence: data
                .presence
                .iter()
                .map(|span| PresenceSpan {
                    from: time(span.from),
                    until: optional_time(span.until),
                })
                .collect(),
            lines: data.lines.iter().map(|line| PaidShift::new(line, onlooker)).collect(),
        }
    }
}

/// Whether one may apply for shifts.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Joining {
    pub(crate) desk_name: String,
    pub(crate) open: bool,
    /// A person decides within so many days.
    pub(crate) decided_days: i64,
}

/// Somebody would like to take shifts.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Application {
    id: String,
    version: i64,
    name: String,
    email: String,
    zone: String,
    languages: Vec<String>,
    wish_hours: i64,
    student: bool,
    /// What they say of themselves.
    words: String,
    #[schemars(extend("enum" = ["open", "accepted", "refused"]))]
    state: &'static str,
    /// A person decides by then.
    decide_by: String,
    decided_at: Option<String>,
    decided_by: Option<Ref>,
    reason: Option<String>,
    created_at: String,
}

impl Application {
    pub(crate) fn new(one: &desk::Application, onlooker: &Onlooker<'_>) -> Self {
        let decision = one.decision.as_ref();
        Self {
            id: one.id.to_string(),
            version: one.version,
            name: one.name.to_string(),
            email: one.email.to_string(),
            zone: one.zone.clone(),
            languages: one.languages.clone(),
            wish_hours: one.wish_hours,
            student: one.is_student,
            words: one.words.to_string(),
            state: one.state.as_str(),
            decide_by: time(one.created_at.plus_ms(DECIDED_DAYS * 24 * 3_600_000)),
            decided_at: decision.map(|decision| time(decision.at)),
            decided_by: decision.map(|decision| onlooker.agent(decision.by)),
            reason: decision.map(|decision| decision.reason.to_string()),
            created_at: time(one.created_at),
        }
    }
}

/// What a shift is paid.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PaidShift {
    shift: Shift,
    agent: Ref,
    planned_minutes: i64,
    /// At the desk during it.
    present_minutes: i64,
    paid_minutes: i64,
    /// Why so many.
    why: String,
    /// Minor units an hour.
    rate: i64,
    /// Minor units.
    amount: i64,
}

impl PaidShift {
    fn new(line: &service::PayLine, onlooker: &Onlooker<'_>) -> Self {
        let shift = &line.shift;
        Self {
            shift: Shift::new(shift, onlooker),
            agent: onlooker.agent(line.agent_id),
            planned_minutes: (shift.ends_at.0 - shift.starts_at.0) / 60_000,
            present_minutes: line.present_minutes,
            paid_minutes: line.paid_minutes,
            why: line.why.clone(),
            rate: shift.rate.unwrap_or(0),
            amount: line.amount,
        }
    }
}

/// What shifts of a span of time are paid.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PayStatement {
    currency: String,
    lines: Vec<PaidShift>,
    people: Vec<PaidPerson>,
    /// Minor units.
    total: i64,
}

#[derive(Serialize, JsonSchema)]
struct PaidPerson {
    agent: Ref,
    n_shifts: i64,
    minutes: i64,
    /// Minor units.
    amount: i64,
}

impl PayStatement {
    pub(crate) fn new(lines: &[service::PayLine], currency: &str, onlooker: &Onlooker<'_>) -> Self {
        let mut people: Vec<PaidPerson> = Vec::new();
        let mut places: HashMap<AgentId, usize> = HashMap::new();
        for line in lines {
            let place = *places.entry(line.agent_id).or_insert_with(|| {
                let agent = onlooker.agent(line.agent_id);
                people.push(PaidPerson { agent, n_shifts: 0, minutes: 0, amount: 0 });
                people.len() - 1
            });
            let person = &mut people[place];
            person.n_shifts += 1;
            person.minutes += line.paid_minutes;
            person.amount += line.amount;
        }
        people.sort_by(|a, b| a.agent.name.cmp(&b.agent.name));
        Self {
            currency: currency.to_owned(),
            total: people.iter().map(|person| person.amount).sum(),
            lines: lines.iter().map(|line| PaidShift::new(line, onlooker)).collect(),
            people,
        }
    }

    /// For a payroll: one line a shift, amounts in major units with two digits.
    pub(crate) fn csv(&self) -> String {
        let mut csv = "agent_id,name,shift_id,starts_at,ends_at,planned_minutes,present_minutes,\
                       paid_minutes,rate,extra_percent,amount,currency,why\r\n"
            .to_owned();
        for line in &self.lines {
            let _ = write!(
                csv,
                "{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
                line.agent.id,
                cell(&line.agent.name),
                line.shift.id,
                line.shift.starts_at,
                line.shift.ends_at,
                line.planned_minutes,
                line.present_minutes,
                line.paid_minutes,
                major(line.rate),
                line.shift.extra,
                major(line.amount),
                self.currency,
                cell(&line.why),
            );
        }
        csv
    }
}

fn major(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// What the desk wants of the people who answer.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Staffing {
    /// Minutes of a person that a case takes.
    handling_minutes: f64,
    /// Customers are to be answered within so many seconds,
    within_seconds: i64,
    /// this share of them; 0.01 to 0.99.
    share: f64,
    /// Hours of shifts that open by themselves when the assistant falls; 0 when a person decides.
    fall_hours: i64,
    /// So many people are at the desk without a shift from Monday to Friday,
    n_regular: i64,
    /// from this hour,
    regular_from: i64,
    /// until this one,
    regular_until: i64,
    /// of this place, such as Europe/Oslo.
    zone: String,
    /// Three letters.
    currency: String,
}

impl From<&DeskStaffing> for Staffing {
    fn from(staffing: &DeskStaffing) -> Self {
        Self {
            handling_minutes: staffing.handling_minutes,
            within_seconds: staffing.within_seconds,
            share: staffing.share,
            fall_hours: staffing.fall_hours,
            n_regular: staffing.n_regular,
            regular_from: staffing.regular_from,
            regular_until: staffing.regular_until,
            zone: staffing.zone.clone(),
            currency: staffing.currency.clone(),
        }
    }
}

impl From<Staffing> for DeskStaffing {
    fn from(staffing: Staffing) -> Self {
        Self {
            handling_minutes: staffing.handling_minutes,
            within_seconds: staffing.within_seconds,
            share: staffing.share,
            fall_hours: staffing.fall_hours,
            n_regular: staffing.n_regular,
            regular_from: staffing.regular_from,
            regular_until: staffing.regular_until,
            zone: staffing.zone,
            currency: staffing.currency,
        }
    }
}

/// The next two weeks.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Plan {
    /// The desk's time.
    at: String,
    staffing: Staffing,
    /// How it was foretold, or why it was not.
    words: String,
    /// From the present one on; empty when too little is known.
    halfhours: Vec<PlannedHalfhour>,
    /// In it, and of the last day.
    shifts: Vec<Shift>,
    topics: Vec<PeoplesPart>,
}

#[derive(Serialize, JsonSchema)]
struct PlannedHalfhour {
    at: String,
    /// Cases for people, as likely more as fewer.
    cases: f64,
    /// Exceeded one time in ten.
    cases_p90: f64,
    /// People who meet what is wanted three times in four.
    n_needed: u32,
    /// People who are there without a shift.
    n_regular: u32,
    /// People with a shift.
    n_covered: u32,
    /// Shifts that nobody has taken yet.
    n_open: u32,
}

#[derive(Serialize, JsonSchema)]
struct PeoplesPart {
    topic: Ref,
    /// The part of its cases that people have, 0 to 1.
    share: f64,
    /// What it would be if the assistant had all that it may have.
    share_least: f64,
    /// Cases a week, lately.
    n_weekly: f64,
}

impl Plan {
    pub(crate) fn new(plan: &ServicePlan, at: Time, onlooker: &Onlooker<'_>) -> Self {
        Self {
            at: time(at),
            staffing: Staffing::from(&plan.staffing),
            words: plan.words.clone(),
            halfhours: plan
                .halfhours
                .iter()
                .map(|one| PlannedHalfhour {
                    at: time(one.at),
                    cases: one.cases,
                    cases_p90: one.cases_p90,
                    n_needed: one.n_needed,
                    n_regular: one.n_regular,
                    n_covered: one.n_covered,
                    n_open: one.n_open,
                })
                .collect(),
            shifts: plan.shifts.iter().map(|shift| Shift::new(shift, onlooker)).collect(),
            topics: plan
                .topics
                .iter()
                .map(|part| PeoplesPart {
                    topic: onlooker.topic(part.topic_id),
                    share: part.share,
                    share_least: part.share_least,
                    n_weekly: part.n_weekly,
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{cell, escaped, fold, major};

    #[test]
    fn calendars_are_folded_and_escaped() {
        assert_eq!(escaped("a,b;c\\d\ne\u{7}"), "a\\,b\\;c\\\\d\\ne");
        let mut calendar = String::new();
        fold(&mut calendar, &"ß".repeat(80));
        assert!(calendar.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(calendar.replace("\r\n ", "").trim_end(), "ß".repeat(80));
    }

    #[test]
    fn tables_hold_texts_and_no_formulas() {
        assert_eq!(cell("Ana \"Ani\" Ruiz"), "\"Ana \"\"Ani\"\" Ruiz\"");
        assert_eq!(cell("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
        assert_eq!((major(6_298).as_str(), major(5).as_str()), ("62.98", "0.05"));
    }
}

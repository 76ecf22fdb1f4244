//! The balance on the wire: what evidence has made of each topic, decisions, reviews, the report.

use balance::{ArmOutcome, Fold, Impact, Look, Told, Track};
use desk::{Agent, Time, TopicId};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Ref, agent_ref, cell, time};

const DAY_MS: i64 = 24 * 3_600_000;
const LEVELS: [&str; 5] = ["off", "shadow", "draft", "supervised", "autonomous"];

/// A difference with its 95 % confidence sequence, in shares.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Band {
    mean: f64,
    low: f64,
    high: f64,
    n: u64,
}

impl Band {
    fn new(mean: f64, half_width: f64, n: u64) -> Self {
        Self { mean, low: mean - half_width, high: mean + half_width, n }
    }

    fn of_look(look: &Look) -> Self {
        Self::new(look.mean, look.half_width, look.n)
    }
}

impl From<balance::Band> for Band {
    fn from(band: balance::Band) -> Self {
        Self::new(band.mean, band.half_width, band.n)
    }
}

/// The whole desk's balance.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Balance {
    as_of: String,
    /// Rows of the ledger.
    n_rows: i64,
    brake: Option<Brake>,
    total: Total,
    topics: Vec<TopicBalance>,
}

#[derive(Serialize, JsonSchema)]
struct Brake {
    by: Option<Ref>,
    at: String,
    reason: String,
}

/// Matured cases that chance divided, over all topics, in the last quarter.
#[derive(Serialize, JsonSchema)]
struct Total {
    n: u64,
    n_ai: u64,
    n_people: u64,
    rate_ai: Option<f64>,
    rate_people: Option<f64>,
    difference: Option<Band>,
}

/// A topic's evidence.
#[derive(Serialize, JsonSchema)]
struct TopicBalance {
    topic_id: String,
    name: String,
    #[schemars(extend("enum" = LEVELS))]
    level: &'static str,
    #[schemars(extend("enum" = LEVELS))]
    ceiling: &'static str,
    is_by_hand: bool,
    share: f64,
    margin: f64,
    reason: String,
    changed_at: Option<String>,
    epoch: u32,
    /// Days in this epoch.
    days: i64,
    cases_a_week: f64,
    /// Matured cases of this epoch's test.
    n: u64,
    n_ai: u64,
    n_people: u64,
    /// Assigned; the outcome is not known yet.
    n_waiting: usize,
    rate_ai: Option<f64>,
    rate_people: Option<f64>,
    difference: Option<Band>,
    /// ln e of the step to the next level, and what it has to reach.
    ln_e: Option<f64>,
    ln_e_needed: Option<f64>,
    quality: Quality,
    shadow: Option<Shadow>,
    next: Option<&'static str>,
    /// What is missing until then, in words.
    missing: Vec<String>,
    /// To *autonomous*, if the assistant is as good as people: cases, reviews of them, and days.
    cases_to_go: Option<i64>,
    reviews_to_go: Option<i64>,
    days_to_go: Option<i64>,
    alarm: Option<Alarm>,
    rests_until: Option<String>,
    changes: Vec<Changed>,
    trend: Vec<Point>,
}

/// Marks of blind reviews.
#[derive(Serialize, JsonSchema)]
struct Quality {
    n: u64,
    ai: Option<f64>,
    people: Option<f64>,
    difference: Option<f64>,
    ln_e: f64,
}

/// Reviews of unseen answers.
#[derive(Serialize, JsonSchema)]
struct Shadow {
    n: u64,
    ln_e: f64,
    ln_e_needed: f64,
}

/// The fast detector: when `value` reaches `acts_at`, the level falls.
#[derive(Serialize, JsonSchema)]
struct Alarm {
    value: f64,
    acts_at: f64,
}

/// What the assistant knows has changed.
#[derive(Serialize, JsonSchema)]
struct Changed {
    day: String,
    what: String,
}

/// How the evidence stood at the end of a day.
#[derive(Serialize, JsonSchema)]
struct Point {
    day: String,
    n: u64,
    mean: f64,
    low: f64,
    high: f64,
    ln_e: f64,
}

/// A day as a date.
fn date(day: i64) -> String {
    time(Time(day * DAY_MS)).chars().take(10).collect()
}

impl Balance {
    pub(crate) fn new(
        fold: &Fold,
        impact: &Impact,
        topics: &[desk::Topic],
        agents: &[Agent],
        now: Time,
    ) -> Self {
        let today = now.0.div_euclid(DAY_MS);
        let rate = |arm: &ArmOutcome| (arm.n > 0).then(|| arm.n_good as f64 / arm.n as f64);
        let listed = topics.iter().filter(|topic| !topic.is_archived);
        Self {
            as_of: time(now),
            n_rows: fold.seq(),
            brake: fold.brake().map(|brake| Brake {
                by: brake.by.map(|id| agent_ref(agents, id)),
                at: time(Time(brake.at)),
                reason: brake.reason.clone(),
            }),
            total: Total {
                n: impact.ai.n + impact.people.n,
                n_ai: impact.ai.n,
                n_people: impact.people.n,
                rate_ai: rate(&impact.ai),
                rate_people: rate(&impact.people),
                difference: impact.difference.map(Band::from),
            },
            topics: listed.map(|topic| TopicBalance::new(fold, topic, today)).collect(),
        }
    }
}

impl TopicBalance {
    fn new(fold: &Fold, topic: &desk::Topic, today: i64) -> Self {
        let track = fold.track(topic.id);
        let look = track.and_then(|track| track.looks().last());
        let arms = track.map(|track| *track.test().arms());
        let (n_ai, n_people) = arms.map_or((0, 0), |arms| arms.n());
        let (rate_ai, rate_people) = arms.map_or((None, None), |arms| arms.rates());
        let step = track.and_then(Track::step);
        let to_go = track.and_then(Track::to_go);
        let cases_to_go = to_go.map(|(cases, _)| cases.ceil() as i64);
        let a_day = track.map_or(0.0, Track::cases_a_day);
        let is_on = topic.level != desk::Level::Off;
        Self {
            topic_id: topic.id.to_string(),
            name: topic.name.to_string(),
            level: topic.level.as_str(),
            ceiling: topic.ceiling.as_str(),
            is_by_hand: is_on && topic.is_by_hand,
            share: topic.share,
            margin: topic.margin,
            reason: topic.level_reason.to_string(),
            changed_at: topic.level_set_at.map(time),
            epoch: topic.epoch,
            days: track.map_or(0, |track| (today - track.began()).max(0)),
            cases_a_week: a_day * 7.0,
            n: n_ai + n_people,
            n_ai,
            n_people,
            n_waiting: fold.n_open(topic.id),
            rate_ai,
            rate_people,
            difference: look.map(Band::of_look),
            ln_e: step.map(|(ln_e, _)| ln_e),
            ln_e_needed: step.map(|(_, needed)| needed),
            quality: Quality::new(track),
            shadow: track.filter(|_| topic.level == desk::Level::Shadow).map(|track| {
                let (n, ln_e) = track.shadow();
                Shadow { n, ln_e, ln_e_needed: step.map_or(0.0, |(_, needed)| needed) }
            }),
            next: track.and_then(Track::next).map(desk::Level::as_str),
            missing: track.map_or_else(
                || vec!["Somebody has to switch it on".to_owned()],
                |track| track.missing(today),
            ),
            cases_to_go,
            reviews_to_go: to_go.map(|(_, reviews)| reviews.ceil() as i64),
            days_to_go: cases_to_go
                .filter(|_| a_day > 0.0)
                .map(|n| (n as f64 / a_day).ceil() as i64),
            alarm: track
                .filter(|_| topic.level.answers())
                .map(|track| Alarm { value: track.alarm(), acts_at: track.alarm_at() }),
            rests_until: track.and_then(|track| track.rests_until(today)).map(date),
            changes: track.map_or_else(Vec::new, |track| {
                let told =
                    |(day, what): &(i64, String)| Changed { day: date(*day), what: what.clone() };
                track.changes().map(told).collect()
            }),
            trend: track
                .map_or_else(Vec::new, |track| track.looks().iter().map(Point::from).collect()),
        }
    }
}

impl Quality {
    fn new(track: Option<&Track>) -> Self {
        let Some(track) = track else {
            return Self { n: 0, ai: None, people: None, difference: None, ln_e: 0.0 };
        };
        let quality = track.quality();
        let (ai, people) = quality.arms().rates();
        Self { n: quality.n(), ai, people, difference: quality.difference(), ln_e: quality.ln_e() }
    }
}

impl From<&Look> for Point {
    fn from(look: &Look) -> Self {
        let Band { mean, low, high, n } = Band::of_look(look);
        Self { day: date(look.day), n, mean, low, high, ln_e: look.ln_e }
    }
}

/// A level that was decided by evidence or set by a person.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LevelDecision")]
pub(crate) struct Decided {
    at: String,
    topic_id: String,
    topic_name: String,
    #[schemars(extend("enum" = LEVELS))]
    from: &'static str,
    #[schemars(extend("enum" = LEVELS))]
    to: &'static str,
    share: f64,
    epoch: u32,
    reason: String,
    numbers: Numbers,
    is_by_hand: bool,
    by: Option<Ref>,
    /// The rows of the ledger that it rests on.
    first_row: i64,
    last_row: i64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DecisionNumbers")]
struct Numbers {
    n: u64,
    ln_e: Option<f64>,
    ln_threshold: Option<f64>,
    difference: Option<f64>,
}

impl Decided {
    pub(crate) fn new(told: &Told, topics: &[desk::Topic], agents: &[Agent]) -> Self {
        let decision = &told.decision;
        let numbers = decision.numbers;
        Self {
            at: time(Time(told.at)),
            topic_id: decision.topic.to_string(),
            topic_name: name_of(topics, decision.topic),
            from: decision.from.as_str(),
            to: decision.to.as_str(),
            share: decision.share,
            epoch: decision.epoch,
            reason: decision.reason.clone(),
            numbers: Numbers {
                n: numbers.n,
                ln_e: numbers.ln_e,
                ln_threshold: numbers.ln_threshold,
                difference: numbers.difference,
            },
            is_by_hand: told.is_by_hand,
            by: told.by.map(|id| agent_ref(agents, id)),
            first_row: told.rows.0,
            last_row: told.rows.1,
        }
    }
}

fn name_of(topics: &[desk::Topic], id: TopicId) -> String {
    let found = topics.iter().find(|topic| topic.id == id);
    found.map_or_else(|| id.to_string(), |topic| topic.name.to_string())
}

/// What a replay of the ledger found.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Replay {
    n_rows: i64,
    n_decisions: usize,
    seconds: f64,
    difference: Option<ReplayDifference>,
}

#[derive(Serialize, JsonSchema)]
struct ReplayDifference {
    seq: i64,
    stored: String,
    computed: String,
}

impl From<&service::Replayed> for Replay {
    fn from(found: &service::Replayed) -> Self {
        let say = |decision: Option<&balance::LevelDecision>| {
            decision.map_or_else(
                || "nothing".to_owned(),
                |decision| serde_json::to_string(decision).unwrap_or_default(),
            )
        };
        Self {
            n_rows: found.n_rows,
            n_decisions: found.n_decisions,
            seconds: found.seconds,
            difference: found.disagreement.as_ref().map(|found| ReplayDifference {
                seq: found.seq,
                stored: say(found.stored.as_ref()),
                computed: say(found.computed.as_ref()),
            }),
        }
    }
}

/// How far the reviews are.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Reviews {
    /// They wait for somebody, and for the one who asks.
    n_open: i64,
    n_for_me: i64,
    n_done_by_me: i64,
}

impl From<store::ReviewCounts> for Reviews {
    fn from(counts: store::ReviewCounts) -> Self {
        let store::ReviewCounts { n_open, n_for_agent, n_done } = counts;
        Self { n_open, n_for_me: n_for_agent, n_done_by_me: n_done }
    }
}

/// An answer to review: neither author nor arm is told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReviewSheet")]
pub(crate) struct Sheet {
    id: String,
    /// `shadow`: nobody was sent it.
    #[schemars(extend("enum" = ["shadow", "blind"]))]
    kind: &'static str,
    topic_name: String,
    asked: Vec<String>,
    answer: String,
    sources: Vec<ReviewSource>,
    n_left: i64,
}

#[derive(Serialize, JsonSchema)]
struct ReviewSource {
    title: String,
    /// The article's page; none where a tool told it.
    url: Option<String>,
}

impl From<&service::Sheet> for Sheet {
    fn from(sheet: &service::Sheet) -> Self {
        Self {
            id: sheet.id.to_string(),
            kind: if sheet.is_unseen { "shadow" } else { "blind" },
            topic_name: sheet.topic_name.to_string(),
            asked: sheet.asked.iter().map(ToString::to_string).collect(),
            answer: sheet.answer.to_string(),
            sources: sheet
                .sources
                .iter()
                .map(|source| ReviewSource {
                    title: source.title.to_string(),
                    url: source.article_id.map(|_| format!("/help/{}", source.slug)),
                })
                .collect(),
            n_left: sheet.n_left,
        }
    }
}

/// The impact report.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImpactReport")]
pub(crate) struct Report {
    from: String,
    to: String,
    /// Cases whose outcome is known, and those still waited for.
    n: u64,
    n_waiting: usize,
    n_randomised: u64,
    /// Topics where people answer all, and cases that chance may not decide.
    n_undivided: u64,
    n_ineligible: u64,
    ai: ArmReport,
    people: ArmReport,
    difference: Option<Band>,
    right_guesses: u64,
    n_guesses: u64,
    /// Worst first.
    topics: Vec<TopicSlice>,
    decisions: Vec<Decided>,
    /// What the report cannot say.
    not_known: Vec<&'static str>,
}

/// One arm; resolved, handed over and neither add to `n`.
#[derive(Serialize, JsonSchema)]
struct ArmReport {
    n: u64,
    n_resolved: u64,
    n_handed_over: u64,
    n_neither: u64,
    n_confirmed: u64,
    n_quiet: u64,
    n_reviewed: u64,
    mean_mark: Option<f64>,
    n_judged: u64,
    n_liked: u64,
    /// Whoever did not judge counted as bad, and as good.
    liked_low: Option<f64>,
    liked_high: Option<f64>,
    mean_minutes: Option<f64>,
}

/// A topic's part in it.
#[derive(Serialize, JsonSchema)]
struct TopicSlice {
    topic_id: String,
    name: String,
    margin: f64,
    difference: Band,
}

impl From<&ArmOutcome> for ArmReport {
    fn from(arm: &ArmOutcome) -> Self {
        let share = |part: f64, n: u64| (n > 0).then(|| part / n as f64);
        let n_silent = arm.n - arm.n_judged;
        Self {
            n: arm.n,
            n_resolved: arm.n_resolved,
            n_handed_over: arm.n_handed_over,
            n_neither: arm.n_neither(),
            n_confirmed: arm.n_confirmed,
            n_quiet: arm.n_resolved - arm.n_confirmed,
            n_reviewed: arm.n_reviewed,
            mean_mark: share(arm.marks, arm.n_reviewed),
            n_judged: arm.n_judged,
            n_liked: arm.n_liked,
            liked_low: share(arm.n_liked as f64, arm.n),
            liked_high: share((arm.n_liked + n_silent) as f64, arm.n),
            mean_minutes: share(arm.minutes, arm.n_answered),
        }
    }
}

impl Report {
    pub(crate) fn new(
        fold: &Fold,
        impact: &Impact,
        topics: &[desk::Topic],
        agents: &[Agent],
        (from, to): (Time, Time),
    ) -> Self {
        let (right_guesses, n_guesses) = fold.guesses();
        let told = fold.told().iter().rev();
        let told = told.filter(|told| (from.0..to.0).contains(&told.at));
        Self {
            from: time(from),
            to: time(to),
            n: impact.n,
            n_waiting: topics.iter().map(|topic| fold.n_open(topic.id)).sum(),
            n_randomised: impact.ai.n + impact.people.n,
            n_undivided: impact.n_undivided,
            n_ineligible: impact.n_ineligible,
            ai: ArmReport::from(&impact.ai),
            people: ArmReport::from(&impact.people),
            difference: impact.difference.map(Band::from),
            right_guesses,
            n_guesses,
            topics: impact
                .topics
                .iter()
                .filter_map(|(place, band)| {
                    let id = *fold.topics().get(*place)?;
                    Some(TopicSlice {
                        topic_id: id.to_string(),
                        name: name_of(topics, id),
                        margin: topics
                            .iter()
                            .find(|topic| topic.id == id)
                            .map_or(0.05, |topic| topic.margin),
                        difference: Band::from(*band),
                    })
                })
                .collect(),
            decisions: told.map(|told| Decided::new(told, topics, agents)).collect(),
            not_known: vec![
                "Calls by telephone and other doors that nobody told the desk of: a repeat there is not seen.",
                "What a contact costs: no wage and no price of a model is set.",
                "Whether a quiet case was really solved: the customer did not say.",
            ],
        }
    }

    /// The same as a table that a spreadsheet reads.
    pub(crate) fn csv(&self) -> String {
        let mut text = String::from("what,assistant,people\n");
        let mut line = |what: &str, ai: String, people: String| {
            text.push_str(&format!("{what},{ai},{people}\n"));
        };
        let optional =
            |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.4}"));
        let (ai, people) = (&self.ai, &self.people);
        line("cases drawn", ai.n.to_string(), people.n.to_string());
        line("resolved", ai.n_resolved.to_string(), people.n_resolved.to_string());
        line("handed over", ai.n_handed_over.to_string(), people.n_handed_over.to_string());
        line("neither", ai.n_neither.to_string(), people.n_neither.to_string());
        line("confirmed", ai.n_confirmed.to_string(), people.n_confirmed.to_string());
        line("reviewed", ai.n_reviewed.to_string(), people.n_reviewed.to_string());
        line("mean mark", optional(ai.mean_mark), optional(people.mean_mark));
        line("judged", ai.n_judged.to_string(), people.n_judged.to_string());
        line("judged well", ai.n_liked.to_string(), people.n_liked.to_string());
        line("minutes to an answer", optional(ai.mean_minutes), optional(people.mean_minutes));
        text.push_str("\ntopic,difference,low,high,n\n");
        let all = self.difference.iter().map(|band| ("all topics", band));
        let each = self.topics.iter().map(|slice| (slice.name.as_str(), &slice.difference));
        for (name, band) in all.chain(each) {
            let Band { mean, low, high, n } = band;
            let name = cell(name);
            text.push_str(&format!("{name},{mean:.4},{low:.4},{high:.4},{n}\n"));
        }
        text
    }
}

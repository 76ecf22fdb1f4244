//! How many people the next two weeks need, after what the assistant answers; and shifts that open
//! when it falls.

use std::collections::HashMap;

use desk::{Kind, Level, Role, Shift, ShiftState, Staffing, Time, Topic, TopicId, limits};
use privacy::Masked;
use store::{Arrivals, Commit, HandedOver};
use workforce::{
    HALF_HOUR_MS, Model, Span, TooLittle, WEEK, Zone, cover_gaps, forecast, people_needed,
};

use crate::{
    Caller, Result, Service, ServiceError,
    shifts::{new_shift, span},
};

/// What is looked back at.
const PAST_HALFHOURS: i64 = 8 * WEEK as i64;
/// What is looked ahead at.
const AHEAD_HALFHOURS: i64 = 2 * WEEK as i64;
/// Below so many of the assistant's cases on a topic, how often people are asked for is not known.
const HANDED_MIN: i64 = 30;
/// What is taken instead.
const HANDED_UNKNOWN: f64 = 0.3;
/// From the median to the 75th percentile, of the way to the 90th, on a normal curve.
const P75_OF_P90: f64 = 0.674_49 / 1.281_55;
/// A shift that opens by itself leaves so long to come.
const SOONEST_MS: i64 = 30 * 60_000;

/// The next two weeks.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is wanted.
    pub staffing: Staffing,
    /// Half-hours from now on; empty when too little is known.
    pub halfhours: Vec<PlannedHalfhour>,
    /// How it was foretold, or why it was not, in words.
    pub words: String,
    /// Shifts in it, and of the last day.
    pub shifts: Vec<Shift>,
    /// What people have of each topic's cases now.
    pub topics: Vec<PeoplesPart>,
}

/// What is expected and planned in a half-hour.
#[derive(Debug, Clone, Copy)]
pub struct PlannedHalfhour {
    /// Its beginning.
    pub at: Time,
    /// Cases for people, as likely more as fewer.
    pub cases: f64,
    /// Exceeded one time in ten.
    pub cases_p90: f64,
    /// People who meet what is wanted three times in four.
    pub n_needed: u32,
    /// People who are there without a shift.
    pub n_regular: u32,
    /// People with a shift.
    pub n_covered: u32,
    /// Shifts that nobody has taken yet.
    pub n_open: u32,
}

/// What people have of a topic's cases.
#[derive(Debug, Clone)]
pub struct PeoplesPart {
    /// Which.
    pub topic_id: TopicId,
    /// In [0, 1]: those that are not the assistant's, and those of its own in which people are asked
    /// for.
    pub share: f64,
    /// What it would be if the assistant had all that it may have.
    pub share_least: f64,
    /// Cases a week, lately.
    pub n_weekly: f64,
}

/// How many come, and of what.
struct Demand {
    /// All cases of each half-hour of the coming week from `first` on: median and 90th percentile.
    expected: Vec<(f64, f64)>,
    /// Cases of each topic in each half-hour of a week, smoothed; from Monday midnight UTC on.
    profiles: HashMap<Option<TopicId>, Vec<f64>>,
    /// The first half-hour that is foretold.
    first: i64,
    words: String,
}

impl Service {
    /// The next two weeks: what is expected after the assistant, and who is there.
    ///
    /// # Errors
    /// `Forbidden` for others than leads.
    pub async fn plan(&self, caller: &Caller) -> Result<Plan> {
        caller.at_least(Role::Lead)?;
        let now = self.now();
        let staffing = self.settings()?.staffing.clone();
        let parts = self.peoples_parts(now).await?;
        let handed = self.handed(now).await?;
        let until = now.plus_ms(AHEAD_HALFHOURS * HALF_HOUR_MS);
        let shifts = self.store.shifts(now.plus_ms(-24 * 3_600_000), until).await?;
        let topics = self.store.topics().await?;
        let (halfhours, words, topics) = match self.demand(now).await? {
            Ok(demand) => {
                let halfhours = (0..AHEAD_HALFHOURS)
                    .map(|nth| demand.halfhour(nth, &parts, &staffing, &shifts));
                let weekly =
                    |id| demand.profiles.get(&Some(id)).map_or(0.0, |cases| cases.iter().sum());
                let topics = topics
                    .iter()
                    .filter(|topic| !topic.is_archived)
                    .map(|topic| PeoplesPart {
                        topic_id: topic.id,
                        share: parts.get(&topic.id).copied().unwrap_or(1.0),
                        share_least: least_part(topic, &handed),
                        n_weekly: weekly(topic.id),
                    })
                    .collect();
                (halfhours.collect::<Result<_>>()?, demand.words, topics)
            }
            Err(words) => (Vec::new(), words, Vec::new()),
        };
        Ok(Plan { staffing, halfhours, words, shifts, topics })
    }

    /// A lead says what is wanted of the people who answer.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` for numbers that cannot be.
    pub async fn set_staffing(&self, caller: &Caller, staffing: Staffing) -> Result<()> {
        caller.at_least(Role::Lead)?;
        let Staffing { handling_minutes, within_seconds, share, fall_hours, currency, .. } =
            &staffing;
        let bad = |field, detail: &str| Err(ServiceError::invalid(field, detail, "Give another."));
        if !(0.1..=480.0).contains(handling_minutes) {
            return bad("handling_minutes", "A case takes 0.1 to 480 minutes.");
        }
        if !(1..=86_400).contains(within_seconds) {
            return bad("within_seconds", "Customers wait 1 second to a day.");
        }
        if !(0.01..=0.99).contains(share) {
            return bad("share", "The share is 0.01 to 0.99.");
        }
        if !(0..=2_000).contains(fall_hours) {
            return bad("fall_hours", "Hours that open by themselves are 0 to 2000.");
        }
        if !(0..=10_000).contains(&staffing.n_regular) {
            return bad("n_regular", "People without shifts are 0 to 10000.");
        }
        let hours = 0..=24;
        if !hours.contains(&staffing.regular_from) || !hours.contains(&staffing.regular_until) {
            return bad("regular_from", "Hours of a day are 0 to 24.");
        }
        if Zone::named(&staffing.zone).is_none() {
            let detail = format!("There is no time zone {}.", staffing.zone);
            return Err(ServiceError::invalid("zone", detail, "Write it like Europe/Berlin."));
        }
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return bad("currency", "A currency has three letters, such as EUR.");
        }
        crate::house::retry(|| async {
            let mut desk =
                self.store.desk().await?.ok_or(ServiceError::NotFound { what: "desk" })?;
            desk.staffing = staffing.clone();
            let mut commit = self.begin(caller);
            commit.change(Kind::DeskChanged, desk);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        self.reload_settings().await
    }

    /// Shifts for what people get when the assistant loses topics, in the commit in which it does:
    /// as `before` they stand, as `after` they will. Nothing where it loses none, nobody takes
    /// shifts, or a person decides.
    ///
    /// # Errors
    /// Only when the database is lost: that people are missing keeps no topic from falling.
    pub(crate) async fn open_for_fall(
        &self,
        commit: &mut Commit,
        before: &[Topic],
        after: &[Topic],
        is_braked: bool,
    ) -> Result<()> {
        match self.offer_for_fall(commit, before, after, is_braked).await {
            Err(ServiceError::Lost) => Err(ServiceError::Lost),
            Err(error) => {
                tracing::error!(%error, "no shifts opened although the assistant fell");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    async fn offer_for_fall(
        &self,
        commit: &mut Commit,
        before: &[Topic],
        after: &[Topic],
        is_braked: bool,
    ) -> Result<()> {
        let staffing = self.settings()?.staffing.clone();
        let fell: Vec<&Topic> = after
            .iter()
            .filter(|topic| {
                let was = before.iter().find(|was| was.id == topic.id);
                was.is_some_and(|was| {
                    answered(was) > if is_braked { 0.0 } else { answered(topic) + 0.005 }
                })
            })
            .collect();
        let room = usize::try_from(staffing.fall_hours * 2).unwrap_or(0);
        if fell.is_empty()
            || room == 0
            || !self.store.workers().await?.iter().any(|worker| worker.is_active)
        {
            return Ok(());
        }
        let now = commit.at;
        let Ok(demand) = self.demand(now).await? else { return Ok(()) };
        let old = self.peoples_parts(now).await?;
        let handed = self.handed(now).await?;
        let mut new = old.clone();
        let mut n_weekly = 0.0;
        for topic in &fell {
            let share = if is_braked { 1.0 } else { peoples_part(topic, &handed) };
            let was = old.get(&topic.id).copied().unwrap_or(1.0);
            let cases: f64 =
                demand.profiles.get(&Some(topic.id)).map_or(0.0, |cases| cases.iter().sum());
            n_weekly += cases * (share - was).max(0.0);
            new.insert(topic.id, share);
        }
        let first = (now.0 + SOONEST_MS).div_euclid(HALF_HOUR_MS) + 1;
        let until = Time((demand.first + WEEK as i64) * HALF_HOUR_MS);
        let shifts = self.store.shifts(now.plus_ms(-24 * 3_600_000), until).await?;
        let gap: Vec<u32> = (first..demand.first + WEEK as i64)
            .map(|halfhour| {
                let nth = halfhour - demand.first;
                let before = demand.halfhour(nth, &old, &staffing, &shifts)?;
                let there = before.n_regular + before.n_covered + before.n_open;
                let needed = demand.needed(nth, &new, &staffing)?;
                // What was short before is the planner's; idle people take what they can.
                Ok(needed.saturating_sub(there.max(before.n_needed)))
            })
            .collect::<Result<_>>()?;
        let placed = cover_gaps(&gap, room);
        if placed.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = fell.iter().map(|topic| topic.name.as_str()).collect();
        let what = match is_braked {
            true => "The brake is on, and AI answers nothing".to_owned(),
            false => format!("AI answers less on {}", names.join(", ")),
        };
        let n_weekly = n_weekly.max(1.0);
        let reason = format!("{what}: about {n_weekly:.0} more cases a week come to people.");
        let one = match fell.as_slice() {
            [topic] if !is_braked => Some(topic.id),
            _ => None,
        };
        for shift in placed {
            let at = |nth: usize| Time((first + nth as i64) * HALF_HOUR_MS);
            let (starts_at, ends_at) = (at(shift.first), at(shift.first + shift.n));
            commit.add(
                Kind::ShiftAdded,
                Shift {
                    topic_id: one,
                    state: ShiftState::Open,
                    published_at: Some(now),
                    ..new_shift(starts_at, ends_at, Masked::own_words(reason.clone()), now)
                },
            );
        }
        self.tell_of_offers(commit).await?;
        self.letters.notify_one();
        Ok(())
    }

    /// What the brake has opened and nobody has taken is not needed once it is off.
    pub(crate) async fn withdraw_offers(&self, commit: &mut Commit, since: Time) -> Result<()> {
        let until = commit.at.plus_ms(AHEAD_HALFHOURS * HALF_HOUR_MS);
        for mut shift in self.store.shifts(commit.at, until).await? {
            let is_of_brake = shift.created_by.is_none()
                && shift.topic_id.is_none()
                && shift.published_at.is_some_and(|at| at >= since);
            if is_of_brake && shift.state == ShiftState::Open {
                shift.state = ShiftState::Cancelled;
                shift.cancelled = Some((commit.at, Masked::own_words("The brake is off.")));
                commit.change(Kind::ShiftCancelled, shift);
            }
        }
        Ok(())
    }

    /// What people have of each topic's cases now.
    async fn peoples_parts(&self, now: Time) -> Result<HashMap<TopicId, f64>> {
        let is_braked = self.settings()?.brake.is_some();
        let handed = self.handed(now).await?;
        let part = |topic: &Topic| if is_braked { 1.0 } else { peoples_part(topic, &handed) };
        let topics = self.store.topics().await?;
        Ok(topics.iter().map(|topic| (topic.id, part(topic))).collect())
    }

    async fn handed(&self, now: Time) -> Result<Vec<HandedOver>> {
        Ok(self.store.handed_over(now.plus_ms(-4 * WEEK as i64 * HALF_HOUR_MS)).await?)
    }

    /// How many come; in words where that cannot be said.
    async fn demand(&self, now: Time) -> Result<std::result::Result<Demand, String>> {
        let first = now.0.div_euclid(HALF_HOUR_MS);
        let since = first - PAST_HALFHOURS;
        let arrivals = self.store.arrivals(Time(since * HALF_HOUR_MS)).await?;
        Ok(demand(&arrivals, since, first))
    }
}

/// The share of a topic's cases that the assistant answers by itself.
fn answered(topic: &Topic) -> f64 {
    match topic.level {
        Level::Supervised | Level::Autonomous => topic.share,
        Level::Off | Level::Shadow | Level::Draft => 0.0,
    }
}

fn peoples_part(topic: &Topic, handed: &[HandedOver]) -> f64 {
    part_beside(answered(topic), topic, handed)
}

/// The part that people keep whatever the evidence says: of what a lead lets the assistant climb to.
fn least_part(topic: &Topic, handed: &[HandedOver]) -> f64 {
    let may_answer = !topic.is_people_first && topic.ceiling >= Level::Supervised;
    let most = if may_answer { limits::SHARE_MAX } else { 0.0 };
    part_beside(most.max(answered(topic)), topic, handed)
}

/// What is left to people when the assistant has this share.
fn part_beside(ai: f64, topic: &Topic, handed: &[HandedOver]) -> f64 {
    let known = handed.iter().find(|known| known.topic_id == topic.id);
    let handed = match known {
        Some(known) if known.n >= HANDED_MIN => known.n_handed as f64 / known.n as f64,
        _ => HANDED_UNKNOWN,
    };
    1.0 - ai + ai * handed
}

/// The half-hour of a week that begins on Monday at midnight UTC; 1 January 1970 was a Thursday.
fn of_week(halfhour: i64) -> usize {
    (halfhour + 3 * 48).rem_euclid(WEEK as i64) as usize
}

fn demand(arrivals: &[Arrivals], since: i64, first: i64) -> std::result::Result<Demand, String> {
    let begun = arrivals.iter().map(|one| one.halfhour).min().unwrap_or(first).max(since);
    let n = usize::try_from(first - begun).unwrap_or(0);
    let mut counts = vec![0_u32; n];
    let mut profiles: HashMap<Option<TopicId>, Vec<f64>> = HashMap::new();
    let weeks = (n as f64 / WEEK as f64).max(1.0);
    for one in arrivals.iter().filter(|one| (begun..first).contains(&one.halfhour)) {
        counts[(one.halfhour - begun) as usize] += u32::try_from(one.n).unwrap_or(u32::MAX);
        let profile = profiles.entry(one.topic_id).or_insert_with(|| vec![0.0; WEEK]);
        // Half an hour of one topic is seldom busy: four hours around it say more.
        for beside in -4..=4 {
            profile[of_week(one.halfhour + beside)] += one.n as f64 / 9.0 / weeks;
        }
    }
    let model = |model| match model {
        Model::ProfileTimesLevel => "the usual week times how busy it was lately",
        Model::HoltWinters => "Holt-Winters with a season of a week",
    };
    match forecast(&counts, of_week(begun)) {
        Ok(next) => Ok(Demand {
            expected: next
                .halfhours
                .iter()
                .map(|one| (f64::from(one.p50), f64::from(one.p90)))
                .collect(),
            profiles,
            first,
            words: format!(
                "Foretold from {:.1} weeks by {}; half-hours of the last weeks were {:.0} % off on \
                 the whole, and {:.0} % by taking the same as a week before.",
                n as f64 / WEEK as f64,
                model(next.model),
                next.wape * 100.0,
                next.wape_naive * 100.0
            ),
        }),
        // A day or more: what usually comes at that time of the day.
        Err(TooLittle { .. }) if n >= 48 => {
            let days = (n as f64 / 48.0).floor();
            let mut usual = vec![0.0_f64; 48];
            let whole = n - n % 48;
            for (nth, count) in counts[n - whole..].iter().enumerate() {
                let of_day = (first - whole as i64 + nth as i64).rem_euclid(48) as usize;
                usual[of_day] += f64::from(*count) / days;
            }
            let expected = (0..WEEK as i64).map(|nth| {
                let mean = usual[(first + nth).rem_euclid(48) as usize];
                (mean, mean + 1.281_55 * mean.sqrt())
            });
            Ok(Demand {
                expected: expected.collect(),
                profiles,
                first,
                words: format!(
                    "A rough guess: there are {days:.0} days of cases, and a forecast needs three \
                     weeks. It takes the usual day for every day.",
                ),
            })
        }
        Err(_) => {
            Err("There is less than a day of cases, too little to foretell anything. The page \
                       shows what is needed as soon as there is more."
                .to_owned())
        }
    }
}

impl Demand {
    /// The part of a half-hour's cases that people have.
    fn part(&self, nth: i64, parts: &HashMap<TopicId, f64>) -> f64 {
        let place = of_week(self.first + nth);
        let (mut all, mut peoples) = (0.0, 0.0);
        for (topic, profile) in &self.profiles {
            all += profile[place];
            let part = topic.and_then(|id| parts.get(&id).copied()).unwrap_or(1.0);
            peoples += profile[place] * part;
        }
        if all > 0.0 { peoples / all } else { 1.0 }
    }

    /// Cases for people: median and 90th percentile. The second week is as the first.
    fn cases(&self, nth: i64, parts: &HashMap<TopicId, f64>) -> (f64, f64) {
        let (p50, p90) = self.expected[nth.rem_euclid(WEEK as i64) as usize];
        let part = self.part(nth, parts);
        (p50 * part, p90 * part)
    }

    fn needed(&self, nth: i64, parts: &HashMap<TopicId, f64>, staffing: &Staffing) -> Result<u32> {
        let (p50, p90) = self.cases(nth, parts);
        let p75 = p50 + (p90 - p50) * P75_OF_P90;
        // A case in four hours is nobody's shift.
        if p75 < 0.125 {
            return Ok(0);
        }
        let within = staffing.within_seconds as f64 / 60.0;
        people_needed(p75, staffing.handling_minutes, within, staffing.share)
            .map_err(|impossible| ServiceError::Internal(impossible.to_string()))
    }

    fn halfhour(
        &self,
        nth: i64,
        parts: &HashMap<TopicId, f64>,
        staffing: &Staffing,
        shifts: &[Shift],
    ) -> Result<PlannedHalfhour> {
        let from = (self.first + nth) * HALF_HOUR_MS;
        let here = Span { from, until: from + HALF_HOUR_MS };
        let n = |state| {
            let in_it = |shift: &&Shift| shift.state == state && span(shift).shared_ms(here) > 0;
            u32::try_from(shifts.iter().filter(in_it).count()).unwrap_or(u32::MAX)
        };
        let (cases, cases_p90) = self.cases(nth, parts);
        let is_office = Zone::named(&staffing.zone).is_some_and(|zone| {
            zone.is_office_hour(from, staffing.regular_from, staffing.regular_until)
        });
        let n_regular = u32::try_from(staffing.n_regular).unwrap_or(0);
        Ok(PlannedHalfhour {
            at: Time(from),
            cases,
            cases_p90,
            n_needed: self.needed(nth, parts, staffing)?,
            n_regular: if is_office { n_regular } else { 0 },
            n_covered: n(ShiftState::Claimed),
            n_open: n(ShiftState::Open),
        })
    }
}

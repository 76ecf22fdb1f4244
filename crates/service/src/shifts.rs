//! Shifts: planned and offered, taken by whoever may, given back, paid.

use desk::{
    Actor, Agent, AgentId, Correction, Kind, Letter, LetterKind, Presence, Role, Shift, ShiftId,
    ShiftState, Time, Worker, limits,
};
use privacy::{Masked, RawText};
use store::{AtDesk, Change, Commit};
use workforce::{
    HOUR_MS, Labour, NOTICE_MS, Opening, Span, Zone, amount, opening, paid_minutes, refusals,
    worked_ms,
};

use crate::{
    Caller, Clock, Result, Service, ServiceError,
    house::{new_id, retry},
    incoming::required,
    letters::letter,
    secrets,
};

const DAY_MS: i64 = 24 * HOUR_MS;
/// What a shift may be at least and at most.
const SHIFT_MS: std::ops::RangeInclusive<i64> = 2 * HOUR_MS..=8 * HOUR_MS;
/// A shift may be taken until so long after its beginning.
const LATE_MS: i64 = 30 * 60_000;
/// What is offered within this time is told in one letter.
const OFFERS_MS: i64 = 5 * 60_000;
/// Shifts that are planned in one go.
const COPIES_MAX: i64 = 50;
/// Nobody plans further ahead.
const AHEAD_MS: i64 = 366 * DAY_MS;
/// Open shifts are shown so far ahead.
const SHOWN_MS: i64 = 28 * DAY_MS;
/// As many as a page shows.
const OFFERS_MAX: usize = 200;
/// A week, and the rests beside it.
const AROUND_MS: i64 = 9 * DAY_MS;
/// Percent that a shift is paid more at most.
const EXTRA_MAX: i64 = 200;
/// Languages that anybody answers in.
const LANGUAGES_MAX: usize = 20;
/// The longest span of a pay statement.
const STATEMENT_MS_MAX: i64 = 400 * DAY_MS;
/// Minutes that a correction may give, a day.
const MINUTES_MAX: i64 = 24 * 60;

/// Shifts to be planned.
#[derive(Debug, Clone)]
pub struct NewShifts {
    /// When they begin.
    pub starts_at: Time,
    /// When they end.
    pub ends_at: Time,
    /// For so many people.
    pub n: i64,
    /// Only for those who answer in this language.
    pub language: Option<String>,
    /// Percent that they are paid more.
    pub extra: i64,
    /// Why, for those who may take them.
    pub reason: RawText,
    /// They are offered at once.
    pub is_open: bool,
}

/// The terms on which somebody takes shifts, as a lead sets them.
#[derive(Debug, Clone)]
pub struct WorkerTerms {
    /// Where they are.
    pub zone: String,
    /// The rules that hold for them.
    pub laws: Vec<String>,
    /// The languages in which they answer.
    pub languages: Vec<String>,
    /// Hours a week that they wish for.
    pub wish_hours: i64,
    /// Hours a week at most.
    pub week_hours_max: i64,
    /// Minor units an hour.
    pub rate: i64,
    /// They take shifts, from now on or no more.
    pub is_active: bool,
}

/// An open shift as one worker sees it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The shift.
    pub shift: Shift,
    /// From when they may take it, and why then.
    pub opening: Opening,
    /// What is in the way, in words; nothing when they may take it from then on.
    pub refusals: Vec<String>,
    /// What it is paid when it is worked whole.
    pub pay: i64,
}

/// A worker's own page.
#[derive(Debug, Clone)]
pub struct OwnShifts {
    /// Their terms.
    pub worker: Worker,
    /// The rules that hold for them, in words.
    pub rules: Vec<String>,
    /// What they have and had since the beginning of last month.
    pub own: Vec<Shift>,
    /// What they may take, or will.
    pub offers: Vec<Offer>,
    /// Their weeks with work in them, from this one on: the beginning, and the hours they have.
    pub weeks: Vec<(Time, f64)>,
    /// What this month's shifts so far are paid.
    pub lines: Vec<PayLine>,
}

/// All that is kept of somebody as a worker.
#[derive(Debug, Clone)]
pub struct OwnData {
    /// Their terms.
    pub worker: Worker,
    /// All shifts that they have or had.
    pub shifts: Vec<Shift>,
    /// When they were at the desk.
    pub presence: Vec<AtDesk>,
    /// What was paid, of all shifts that are over.
    pub lines: Vec<PayLine>,
}

/// What a shift is paid.
#[derive(Debug, Clone)]
pub struct PayLine {
    /// The shift.
    pub shift: Shift,
    /// Whose.
    pub agent_id: AgentId,
    /// Minutes in which they were at the desk during it.
    pub present_minutes: i64,
    /// Minutes that are paid.
    pub paid_minutes: i64,
    /// Why so many, in words.
    pub why: String,
    /// Minor units.
    pub amount: i64,
}

/// A shift of the past, and when its worker was at the desk.
#[derive(Debug, Clone)]
pub struct WorkedShift {
    /// Whose.
    pub agent_id: AgentId,
    /// When it began.
    pub starts_at: Time,
    /// When it ended.
    pub ends_at: Time,
    /// At the desk from and until, in order.
    pub there: Vec<(Time, Time)>,
}

impl Service {
    /// Writes shifts into a desk that has none, as if it had been at work: worked ones, and open ones
    /// by their beginning, end and percent more, of which nobody is told. A desk that has some stays
    /// as it is. Gives the open ones.
    ///
    /// # Errors
    /// When the store fails, or somebody has no terms.
    pub async fn write_shifts(
        &self,
        worked: Vec<WorkedShift>,
        open: &[(Time, Time, i64)],
        reason: &str,
    ) -> Result<Vec<ShiftId>> {
        if !self.store.shifts(Time(0), Time(i64::MAX)).await?.is_empty() {
            return Ok(Vec::new());
        }
        let mut commit = Commit::new(self.now(), Actor::System);
        for WorkedShift { agent_id, starts_at, ends_at, there } in worked {
            let worker = self.own_terms(agent_id).await?;
            let offered_at = starts_at.plus_ms(-7 * DAY_MS);
            commit.add(
                Kind::ShiftAdded,
                Shift {
                    state: ShiftState::Claimed,
                    agent_id: Some(agent_id),
                    rate: Some(worker.rate),
                    published_at: Some(offered_at),
                    claimed_at: Some(offered_at),
                    ..new_shift(starts_at, ends_at, RawText::from(reason).mask(), offered_at)
                },
            );
            for (from, until) in there {
                commit.push(Change::NotePresence(agent_id, Presence::Available, from));
                commit.push(Change::NotePresence(agent_id, Presence::Away, until));
            }
        }
        let mut ids = Vec::new();
        for (starts_at, ends_at, extra) in open.iter().copied() {
            let shift = Shift {
                state: ShiftState::Open,
                published_at: Some(commit.at),
                extra,
                ..new_shift(starts_at, ends_at, RawText::from(reason).mask(), commit.at)
            };
            ids.push(shift.id);
            commit.add(Kind::ShiftAdded, shift);
        }
        self.store.commit(commit).await?;
        Ok(ids)
    }

    /// Whether an agent takes shifts.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn takes_shifts(&self, caller: &Caller) -> Result<bool> {
        Ok(self.store.worker(caller.agent()?.id).await?.is_some())
    }

    /// All who take shifts.
    ///
    /// # Errors
    /// `Forbidden` for others than leads.
    pub async fn workers(&self, caller: &Caller) -> Result<Vec<Worker>> {
        caller.at_least(Role::Lead)?;
        Ok(self.store.workers().await?)
    }

    /// A lead sets the terms on which an agent takes shifts. Shifts that they have stay theirs, at
    /// the rate at which they took them.
    ///
    /// # Errors
    /// `Forbidden`, also for a lead's own; `NotFound`; `Invalid` for a zone or rules that there are
    /// not, or hours that no week has.
    pub async fn set_worker(
        &self,
        caller: &Caller,
        id: AgentId,
        terms: WorkerTerms,
    ) -> Result<Worker> {
        let by = caller.at_least(Role::Lead)?;
        if by.id == id && by.role < Role::Owner {
            return Err(ServiceError::Forbidden {
                detail: "These are your own terms.",
                hint: "Ask an owner or another lead to set them.",
            });
        }
        self.agent(caller, id).await?;
        let terms = checked(terms)?;
        retry(|| async {
            let known = self.store.worker(id).await?;
            let mut commit = self.begin(caller);
            let (version, created_at) =
                known.as_ref().map_or((1, commit.at), |known| (known.version, known.created_at));
            let worker = Worker { version, ..worker(id, terms.clone(), created_at) };
            match known {
                Some(_) => commit.change(Kind::WorkerChanged, worker.clone()),
                None => commit.add(Kind::WorkerAdded, worker.clone()),
            }
            self.commit(caller, commit).await?;
            Ok(worker)
        })
        .await
    }

    /// A lead plans shifts, and may offer them at once.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` for times, numbers or words that cannot be.
    pub async fn add_shifts(&self, caller: &Caller, new: NewShifts) -> Result<Vec<ShiftId>> {
        let by = caller.at_least(Role::Lead)?.id;
        let now = self.now();
        let NewShifts { starts_at, ends_at, n, language, extra, reason, is_open } = new;
        if !SHIFT_MS.contains(&(ends_at.0 - starts_at.0)) {
            let hint = "Nobody comes for less than two hours, and nobody works more than eight.";
            return Err(ServiceError::invalid("ends_at", "A shift is 2 to 8 hours long.", hint));
        }
        if starts_at.plus_ms(LATE_MS) < now || starts_at.0 > now.0.saturating_add(AHEAD_MS) {
            let detail = "The shift begins in the past, or more than a year ahead.";
            return Err(ServiceError::invalid("starts_at", detail, "Give another time."));
        }
        if !(1..=COPIES_MAX).contains(&n) {
            let detail = format!("Shifts are planned for 1 to {COPIES_MAX} people at once.");
            return Err(ServiceError::invalid("n", detail, "Plan them in several steps."));
        }
        if !(0..=EXTRA_MAX).contains(&extra) {
            let detail = format!("What is paid more is 0 to {EXTRA_MAX} percent.");
            return Err(ServiceError::invalid("extra", detail, "Give 25 for a quarter more."));
        }
        let language = language.map(|language| language_tag(&language)).transpose()?;
        let reason = required("reason", reason, limits::DESCRIPTION_CHARS_MAX)?;
        let mut commit = self.begin(caller);
        let mut ids = Vec::new();
        for _ in 0..n {
            let shift = Shift {
                language: language.clone(),
                extra,
                state: if is_open { ShiftState::Open } else { ShiftState::Draft },
                published_at: is_open.then_some(commit.at),
                created_by: Some(by),
                ..new_shift(starts_at, ends_at, reason.clone(), commit.at)
            };
            ids.push(shift.id);
            commit.add(Kind::ShiftAdded, shift);
        }
        if is_open {
            self.tell_of_offers(&mut commit).await?;
        }
        self.commit(caller, commit).await?;
        self.letters.notify_one();
        Ok(ids)
    }

    /// A lead offers a planned shift.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`; `Conflict` where it is not a draft, or over.
    pub async fn publish_shift(&self, caller: &Caller, id: ShiftId) -> Result<()> {
        caller.at_least(Role::Lead)?;
        retry(|| async {
            let mut shift = self.shift(id).await?;
            let mut commit = self.begin(caller);
            if shift.state != ShiftState::Draft || shift.starts_at.plus_ms(LATE_MS) < commit.at {
                return Err(conflict("Only a planned shift that is still to come is offered."));
            }
            shift.state = ShiftState::Open;
            shift.published_at = Some(commit.at);
            commit.change(Kind::ShiftPublished, shift);
            self.tell_of_offers(&mut commit).await?;
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        self.letters.notify_one();
        Ok(())
    }

    /// A lead takes a shift back. Whoever had it is told, and paid when it is late for that.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`; `Conflict` when it has begun for somebody, or is taken
    /// back already.
    pub async fn cancel_shift(&self, caller: &Caller, id: ShiftId, reason: RawText) -> Result<()> {
        caller.at_least(Role::Lead)?;
        let reason = required("reason", reason, limits::DESCRIPTION_CHARS_MAX)?;
        retry(|| async {
            let mut shift = self.shift(id).await?;
            let mut commit = self.begin(caller);
            if shift.state == ShiftState::Cancelled {
                return Err(conflict("This shift was taken back already."));
            }
            if shift.state == ShiftState::Claimed && shift.starts_at <= commit.at {
                return Err(conflict("This shift has begun. Correct its hours instead."));
            }
            shift.state = ShiftState::Cancelled;
            shift.cancelled = Some((commit.at, reason.clone()));
            if let Some(agent_id) = shift.agent_id
                && let Some(agent) = self.store.agent(agent_id).await?
            {
                let kind = LetterKind::ShiftTakenBack;
                self.write_to_worker(&mut commit, kind, &agent, &shift.id, Clock::real());
            }
            commit.change(Kind::ShiftCancelled, shift);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        self.letters.notify_one();
        Ok(())
    }

    /// A worker takes a shift: one commit that checks every rule against what they have by then.
    ///
    /// # Errors
    /// `Forbidden` without terms; `NotFound`; `Conflict` when somebody has it, it is not open to them
    /// yet, or a rule is in the way, in words.
    pub async fn claim_shift(&self, caller: &Caller, id: ShiftId) -> Result<()> {
        let me = caller.agent()?.id;
        retry(|| async {
            let worker = self.own_terms(me).await?;
            let mut shift = self.shift(id).await?;
            if shift.state == ShiftState::Claimed && shift.agent_id == Some(me) {
                return Ok(());
            }
            let mut commit = self.begin(caller);
            let mine = self.around(me, &shift).await?;
            let offer = offer(&worker, &mine, shift.clone())?;
            let why = match shift.state {
                _ if !worker.is_active => Some("You take no more shifts at this desk.".to_owned()),
                ShiftState::Claimed => Some("Somebody else has taken this shift.".to_owned()),
                ShiftState::Draft | ShiftState::Cancelled => {
                    Some("This shift is not offered.".to_owned())
                }
                ShiftState::Open if shift.starts_at.plus_ms(LATE_MS) < commit.at => {
                    Some("This shift has begun.".to_owned())
                }
                ShiftState::Open if offer.opening.at > commit.at.0 => Some(offer.opening.words),
                ShiftState::Open => offer.refusals.first().cloned(),
            };
            if let Some(why) = why {
                return Err(ServiceError::Conflict {
                    detail: why,
                    hint: "Look at the other open shifts, or ask your planner.",
                });
            }
            shift.state = ShiftState::Claimed;
            shift.agent_id = Some(me);
            shift.claimed_at = Some(commit.at);
            shift.rate = Some(worker.rate);
            commit.change(Kind::ShiftClaimed, shift);
            // Their hours are part of what was checked: of two claims at once, one decides again.
            commit.change(Kind::WorkerChanged, worker);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }

    /// A worker gives a shift back before it begins; it is offered to the others. Nobody else gives it
    /// back for them: what the desk does not want is taken back, which is paid when it is late.
    ///
    /// # Errors
    /// `NotFound` for others' shifts; `Conflict` when it has begun.
    pub async fn release_shift(&self, caller: &Caller, id: ShiftId) -> Result<()> {
        let me = caller.agent()?.id;
        self.give_back(caller, id, me).await
    }

    async fn give_back(&self, caller: &Caller, id: ShiftId, holder: AgentId) -> Result<()> {
        retry(|| async {
            let mut shift = self.shift(id).await?;
            if shift.agent_id != Some(holder) {
                return Err(NOT_FOUND);
            }
            let mut commit = self.begin(caller);
            if shift.state != ShiftState::Claimed || shift.starts_at <= commit.at {
                return Err(conflict("Only a shift that is still to come is given back."));
            }
            shift.agent_id = None;
            shift.state = ShiftState::Open;
            shift.claimed_at = None;
            shift.rate = None;
            // Nobody waits for it a second time.
            commit.change(Kind::ShiftReleased, shift);
            if let Some(worker) = self.store.worker(holder).await? {
                commit.change(Kind::WorkerChanged, worker);
            }
            self.tell_of_offers(&mut commit).await?;
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        self.letters.notify_one();
        Ok(())
    }

    /// The shifts to come of somebody who may no longer sign in are offered to the others; those that
    /// begin within a day are taken back, and paid.
    pub(crate) async fn release_shifts_of(&self, caller: &Caller, id: AgentId) -> Result<()> {
        let caller = Caller::plain(caller.who.clone());
        let now = self.now();
        for shift in self.store.shifts_of(id, now, now.plus_ms(AHEAD_MS)).await? {
            if shift.state == ShiftState::Claimed {
                let is_late = shift.starts_at.0 - now.0 < NOTICE_MS;
                let ended = match is_late {
                    true => {
                        let why = RawText::from("You may no longer sign in.");
                        self.cancel_shift(&caller, shift.id, why).await
                    }
                    false => self.give_back(&caller, shift.id, id).await,
                };
                match ended {
                    // It has begun, or somebody else was first.
                    Ok(()) | Err(ServiceError::Conflict { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Those whose shift begins within a day are reminded, once.
    pub(crate) async fn remind(&self) -> Result<()> {
        if !self.sends_mail() {
            return Ok(());
        }
        let now = self.now();
        let soon = self.store.unreminded_shifts(now, now.plus_ms(NOTICE_MS)).await?;
        let mut commit = Commit::new(now, Actor::System);
        for shift in soon {
            let Some(agent_id) = shift.agent_id else { continue };
            if let Some(agent) = self.store.agent(agent_id).await? {
                let kind = LetterKind::ShiftSoon;
                self.write_to_worker(&mut commit, kind, &agent, &shift.id, Clock::real());
            }
        }
        if !commit.changes.is_empty() {
            self.store.commit(commit).await?;
            self.letters.notify_one();
        }
        Ok(())
    }

    /// What stands in the address of an agent's calendar: nobody else knows it, and another password
    /// makes it another.
    ///
    /// # Errors
    /// When the desk is not set up.
    pub fn calendar_key(&self, agent: &Agent) -> Result<String> {
        let settings = self.settings()?;
        let id = agent.id.to_string();
        let parts = [b"calendar of ".as_slice(), id.as_bytes(), agent.password_hash.as_bytes()];
        Ok(secrets::keyed_hash(&settings.fingerprint_key, &parts))
    }

    /// The shifts of an agent's calendar, from last month on.
    ///
    /// # Errors
    /// `NotFound` with another key than theirs.
    pub async fn calendar(&self, id: AgentId, key: &str) -> Result<Vec<Shift>> {
        let not_found = ServiceError::NotFound { what: "calendar" };
        let agent = self.store.agent(id).await?.filter(|agent| !agent.is_disabled);
        let agent = agent.ok_or_else(|| not_found.clone())?;
        if !secrets::same(&self.calendar_key(&agent)?, key) {
            return Err(not_found);
        }
        let now = self.now();
        let from = now.plus_ms(-31 * DAY_MS);
        let mut shifts = self.store.shifts_of(id, from, now.plus_ms(AHEAD_MS)).await?;
        shifts.retain(|shift| shift.state == ShiftState::Claimed);
        Ok(shifts)
    }

    /// A lead says how many minutes of a shift are paid, whatever the presence says; not of their own.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`; `Conflict` before it is over, or when nobody had it.
    pub async fn correct_shift(
        &self,
        caller: &Caller,
        id: ShiftId,
        minutes: i64,
        reason: RawText,
    ) -> Result<()> {
        let by = caller.at_least(Role::Lead)?.id;
        if !(0..=MINUTES_MAX).contains(&minutes) {
            let detail = format!("Minutes are 0 to {MINUTES_MAX}.");
            return Err(ServiceError::invalid("minutes", detail, "Give the minutes to be paid."));
        }
        let reason = required("reason", reason, limits::DESCRIPTION_CHARS_MAX)?;
        retry(|| async {
            let mut shift = self.shift(id).await?;
            if shift.agent_id == Some(by) {
                return Err(ServiceError::Forbidden {
                    detail: "This is your own shift.",
                    hint: "Ask another lead to correct it.",
                });
            }
            let mut commit = self.begin(caller);
            if shift.agent_id.is_none() || shift.ends_at > commit.at {
                return Err(conflict("Hours are corrected after a shift that somebody had."));
            }
            let correction = Correction { minutes, reason: reason.clone(), by, at: commit.at };
            shift.correction = Some(correction);
            commit.change(Kind::ShiftCorrected, shift);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }

    /// What a worker sees of shifts: their own, those that they may take, their hours and pay.
    ///
    /// # Errors
    /// `Forbidden` without terms.
    pub async fn own_shifts(&self, caller: &Caller) -> Result<OwnShifts> {
        let me = caller.agent()?.id;
        let worker = self.own_terms(me).await?;
        let now = self.now();
        let zone = zone_of(&worker)?;
        let month = zone.month(now.0);
        let last_month = zone.month(month.from - 1);
        let own = self.store.shifts_of(me, Time(last_month.from), Time(now.0 + AHEAD_MS)).await?;
        let open = self.store.shifts(now.plus_ms(-LATE_MS), now.plus_ms(SHOWN_MS)).await?;
        let offers = open
            .into_iter()
            .filter(|shift| shift.state == ShiftState::Open && worker.is_active)
            .take(OFFERS_MAX)
            .map(|shift| offer(&worker, &own, shift))
            .collect::<Result<_>>()?;
        let mut weeks: Vec<(Time, f64)> = Vec::new();
        for shift in own.iter().filter(|shift| shift.state == ShiftState::Claimed) {
            let week = zone.week(shift.starts_at.0);
            if week.until > now.0 && weeks.last().is_none_or(|(from, _)| from.0 != week.from) {
                weeks.push((Time(week.from), hours_in(&own, week)));
            }
        }
        let lines = self.lines(Some(me), Time(month.from), now).await?;
        let laws = laws_of(&worker)?;
        let rules = laws.iter().flat_map(|law| law.words()).collect();
        Ok(OwnShifts { worker, rules, own, offers, weeks, lines })
    }

    /// All that is kept of the caller as a worker.
    ///
    /// # Errors
    /// `Forbidden` without terms.
    pub async fn own_data(&self, caller: &Caller) -> Result<OwnData> {
        let me = caller.agent()?.id;
        let worker = self.own_terms(me).await?;
        let (from, until) = (Time(0), Time(self.now().0 + AHEAD_MS));
        Ok(OwnData {
            worker,
            shifts: self.store.shifts_of(me, from, until).await?,
            presence: self.store.presence(Some(me), from, until).await?,
            lines: self.lines(Some(me), from, self.now()).await?,
        })
    }

    /// Shifts that begin in a span of time.
    ///
    /// # Errors
    /// `Forbidden` for others than leads.
    pub async fn shifts(&self, caller: &Caller, from: Time, until: Time) -> Result<Vec<Shift>> {
        caller.at_least(Role::Lead)?;
        Ok(self.store.shifts(from, until).await?)
    }

    /// What shifts that begin in a span of time and are over are paid: one's own, or as a lead
    /// everybody's.
    ///
    /// # Errors
    /// `Forbidden` for others' pay; `Invalid` for a span that is none.
    pub async fn pay(
        &self,
        caller: &Caller,
        of: Option<AgentId>,
        from: Time,
        until: Time,
    ) -> Result<Vec<PayLine>> {
        if of != Some(caller.agent()?.id) {
            caller.at_least(Role::Lead)?;
        }
        if !(0..=STATEMENT_MS_MAX).contains(&(until.0 - from.0)) {
            let hint = "Ask for the beginning of a month until the beginning of the next.";
            return Err(ServiceError::invalid("until", "That is no span of a year or less.", hint));
        }
        self.lines(of, from, until.min(self.now())).await
    }

    async fn lines(&self, of: Option<AgentId>, from: Time, until: Time) -> Result<Vec<PayLine>> {
        let shifts = match of {
            Some(id) => self.store.shifts_of(id, from, until).await?,
            None => self.store.shifts(from, until).await?,
        };
        let present = self.store.presence(of, from, until.plus_ms(DAY_MS)).await?;
        let now = self.now();
        let mut lines = Vec::new();
        for shift in shifts {
            let Some(agent_id) = shift.agent_id else { continue };
            let is_over = shift.ends_at <= now || shift.state == ShiftState::Cancelled;
            if is_over && let Some(line) = line(shift, agent_id, &present, now)? {
                lines.push(line);
            }
        }
        Ok(lines)
    }

    pub(crate) async fn shift(&self, id: ShiftId) -> Result<Shift> {
        self.store.shift(id).await?.ok_or(NOT_FOUND)
    }

    async fn own_terms(&self, id: AgentId) -> Result<Worker> {
        self.store.worker(id).await?.ok_or(ServiceError::Forbidden {
            detail: "You do not take shifts at this desk.",
            hint: "A planner sets the terms on which you do, on the page Planner.",
        })
    }

    /// What of a worker's shifts matters for one more.
    async fn around(&self, id: AgentId, shift: &Shift) -> Result<Vec<Shift>> {
        let from = shift.starts_at.plus_ms(-AROUND_MS);
        let until = shift.ends_at.plus_ms(AROUND_MS);
        Ok(self.store.shifts_of(id, from, until).await?)
    }

    /// A letter to each worker that there is something to take: one for all that is offered within
    /// some minutes, sent at their end. One that finds nothing for them is dropped.
    pub(crate) async fn tell_of_offers(&self, commit: &mut Commit) -> Result<()> {
        if !self.sends_mail() {
            return Ok(());
        }
        let agents = self.store.agents().await?;
        let batch = Clock::real().0.div_euclid(OFFERS_MS);
        let due_at = Time((batch + 1) * OFFERS_MS);
        for worker in self.store.workers().await?.iter().filter(|worker| worker.is_active) {
            if let Some(agent) = agents.iter().find(|agent| agent.id == worker.id) {
                self.write_to_worker(commit, LetterKind::ShiftsOpen, agent, &batch, due_at);
            }
        }
        Ok(())
    }

    fn write_to_worker(
        &self,
        commit: &mut Commit,
        kind: LetterKind,
        agent: &Agent,
        about: &impl std::fmt::Display,
        due_at: Time,
    ) {
        if !self.sends_mail() || agent.is_disabled {
            return;
        }
        let fact = format!("{}/{about}/{}", kind.as_str(), agent.id);
        commit.push(Change::AddLetter(Letter {
            agent_id: Some(agent.id),
            due_at,
            ..letter(kind, fact, agent.email.as_str())
        }));
    }

    /// The shifts that a letter tells a worker of: those that they may take now, soonest first.
    pub(crate) async fn takeable(&self, id: AgentId) -> Result<Option<(Worker, Vec<Offer>)>> {
        let worker = self.store.worker(id).await?.filter(|worker| worker.is_active);
        let Some(worker) = worker else { return Ok(None) };
        let now = self.now();
        let own = self.store.shifts_of(id, now.plus_ms(-AROUND_MS), now.plus_ms(AHEAD_MS)).await?;
        let open = self.store.shifts(now, now.plus_ms(SHOWN_MS)).await?;
        let mut offers = Vec::new();
        for shift in open.into_iter().filter(|shift| shift.state == ShiftState::Open) {
            let offer = offer(&worker, &own, shift)?;
            if offer.refusals.is_empty() && offer.opening.at <= now.0 {
                offers.push(offer);
            }
        }
        Ok(Some((worker, offers)))
    }
}

const NOT_FOUND: ServiceError = ServiceError::NotFound { what: "shift" };

fn conflict(detail: &str) -> ServiceError {
    ServiceError::Conflict { detail: detail.to_owned(), hint: "Look at the list again." }
}

/// A shift that is planned now.
pub(crate) fn new_shift(starts_at: Time, ends_at: Time, reason: Masked, at: Time) -> Shift {
    Shift {
        id: ShiftId(new_id()),
        version: 1,
        starts_at,
        ends_at,
        language: None,
        topic_id: None,
        reason,
        rate: None,
        extra: 0,
        state: ShiftState::Draft,
        agent_id: None,
        published_at: None,
        claimed_at: None,
        cancelled: None,
        correction: None,
        created_by: None,
        created_at: at,
    }
}

pub(crate) fn span(shift: &Shift) -> Span {
    Span { from: shift.starts_at.0, until: shift.ends_at.0 }
}

/// The zone of stored terms, which was looked up before they were stored.
pub(crate) fn zone_of(worker: &Worker) -> Result<Zone> {
    Zone::named(&worker.zone)
        .ok_or_else(|| ServiceError::Internal(format!("there is no zone {}", worker.zone)))
}

fn laws_of(worker: &Worker) -> Result<Vec<&'static Labour>> {
    let law = |id: &String| {
        Labour::of(id).ok_or_else(|| ServiceError::Internal(format!("there are no rules {id}")))
    };
    worker.laws.iter().map(law).collect()
}

fn hours_in(own: &[Shift], week: Span) -> f64 {
    let own = own.iter().filter(|shift| shift.state == ShiftState::Claimed);
    own.map(|shift| span(shift).shared_ms(week)).sum::<i64>() as f64 / HOUR_MS as f64
}

/// A shift as a worker with these shifts sees it.
fn offer(worker: &Worker, own: &[Shift], shift: Shift) -> Result<Offer> {
    let zone = zone_of(worker)?;
    let laws = laws_of(worker)?;
    let hours = hours_in(own, zone.week(shift.starts_at.0));
    let published_at = shift.published_at.unwrap_or(shift.created_at);
    let opening = opening(published_at.0, shift.starts_at.0, hours, worker.wish_hours);
    let taken: Vec<Span> =
        own.iter().filter(|own| own.state == ShiftState::Claimed).map(span).collect();
    let mut words: Vec<String> = Vec::new();
    if let Some(language) = &shift.language
        && !worker.languages.contains(language)
    {
        words.push(format!("It is for those who answer in {language}."));
    }
    let broken = refusals(&taken, span(&shift), &laws, &zone, worker.week_hours_max);
    words.extend(broken.into_iter().map(|refusal| refusal.words));
    let minutes = span(&shift).ms() / 60_000;
    let pay = money(minutes, worker.rate, shift.extra)?;
    Ok(Offer { shift, opening, refusals: words, pay })
}

fn money(minutes: i64, rate: i64, extra: i64) -> Result<i64> {
    amount(minutes, rate, extra)
        .ok_or_else(|| ServiceError::Internal("an amount is beyond any pay".to_owned()))
}

/// What a shift is paid; nothing is said of one that the desk took back in time.
fn line(shift: Shift, agent_id: AgentId, present: &[AtDesk], now: Time) -> Result<Option<PayLine>> {
    let whole = span(&shift);
    let spans: Vec<Span> = present
        .iter()
        .filter(|span| span.agent_id == agent_id)
        .map(|span| Span { from: span.from.0, until: span.until.unwrap_or(now).0 })
        .collect();
    let present_minutes = worked_ms(whole, &spans) / 60_000;
    let (minutes, why) = match (&shift.correction, &shift.cancelled) {
        (Some(correction), _) => {
            (correction.minutes, format!("Set by a person: {}", correction.reason))
        }
        (None, Some((at, _))) if shift.starts_at.0 - at.0 < NOTICE_MS => {
            let why = "Taken back less than a day before it began: paid as if worked.";
            (whole.ms() / 60_000, why.to_owned())
        }
        (None, Some(_)) => return Ok(None),
        (None, None) => {
            let minutes = paid_minutes(whole, &spans);
            let why = match minutes {
                0 => "Not at the desk during the shift.",
                _ if minutes > present_minutes + 1 => "Who comes is paid two hours at least.",
                _ if minutes * 60_000 >= whole.ms() => "At the desk.",
                _ => "At the desk for a part; gaps of up to ten minutes are not docked.",
            };
            (minutes, why.to_owned())
        }
    };
    let amount = money(minutes, shift.rate.unwrap_or(0), shift.extra)?;
    Ok(Some(PayLine { shift, agent_id, present_minutes, paid_minutes: minutes, why, amount }))
}

/// Terms as they are stored.
pub(crate) fn worker(id: AgentId, terms: WorkerTerms, created_at: Time) -> Worker {
    let WorkerTerms { zone, laws, languages, wish_hours, week_hours_max, rate, is_active } = terms;
    Worker {
        id,
        version: 1,
        zone,
        laws,
        languages,
        wish_hours,
        week_hours_max,
        rate,
        is_active,
        created_at,
    }
}

pub(crate) fn checked(terms: WorkerTerms) -> Result<WorkerTerms> {
    if Zone::named(&terms.zone).is_none() {
        let detail = format!("There is no time zone {}.", terms.zone);
        return Err(ServiceError::invalid("zone", detail, "Write it like Europe/Berlin."));
    }
    if terms.laws.is_empty() || terms.laws.iter().any(|law| Labour::of(law).is_none()) {
        let hint = "Use eu, de or de-student; several where the work touches several places.";
        return Err(ServiceError::invalid("laws", "Rules of rest and hours are missing.", hint));
    }
    if !(1..=60).contains(&terms.week_hours_max)
        || !(0..=terms.week_hours_max).contains(&terms.wish_hours)
    {
        let detail = "Hours a week are 1 to 60, and nobody wishes for more than they may have.";
        return Err(ServiceError::invalid("week_hours_max", detail, "Give other hours."));
    }
    if !(1..=10_000_000).contains(&terms.rate) {
        let hint = "Give it in the smallest unit: 1650 for 16.50.";
        return Err(ServiceError::invalid("rate", "The pay of an hour is missing.", hint));
    }
    let languages = language_tags(&terms.languages)?;
    let mut laws: Vec<String> = Vec::new();
    for law in terms.laws {
        if !laws.contains(&law) {
            laws.push(law);
        }
    }
    Ok(WorkerTerms { languages, laws, ..terms })
}

/// Languages, each once.
pub(crate) fn language_tags(given: &[String]) -> Result<Vec<String>> {
    if given.len() > LANGUAGES_MAX {
        return Err(ServiceError::TooLong { field: "languages", n_max: LANGUAGES_MAX });
    }
    let mut languages = Vec::new();
    for language in given {
        let language = language_tag(language)?;
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    Ok(languages)
}

/// A language as in `en` or `pt-BR`.
fn language_tag(text: &str) -> Result<String> {
    let text = text.trim();
    let is_tag = (2..=11).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_tag {
        return Ok(text.to_owned());
    }
    Err(ServiceError::invalid("language", "That is no language.", "Write it like en or pt-BR."))
}

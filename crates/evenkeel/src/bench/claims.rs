//! `bench claims`: everybody claims shifts at once; each shift has one of them, and no rule is broken.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use desk::{Actor, Agent, AgentId, Kind, Presence, Role, Shift, ShiftId, ShiftState, Time, Worker};
use privacy::RawText;
use serde_json::json;
use service::{Caller, Service, ServiceError, Who};
use sim::Chance;
use store::{Commit, Location, Store};
use tokio::task::JoinSet;
use uuid::Uuid;
use workforce::{HOUR_MS, Labour, Span, Zone, refusals};

use super::{Progress, failed, print, rounded};
use crate::{arguments::BenchClaimsOptions, failure::Outcome};

/// Whoever was too late for so many shifts gives up.
const TRIES_MAX: usize = 40;
/// Written in one commit.
const AT_ONCE: usize = 500;
const ZONE: &str = "Europe/Berlin";
const LAW: &str = "de";
const WEEK_HOURS_MAX: i64 = 20;

pub(crate) async fn claims(options: BenchClaimsOptions) -> Outcome<()> {
    let temporary = tempfile::Builder::new().prefix("evenkeel-bench-").tempdir();
    let temporary = temporary.map_err(|error| failed(error.to_string()))?;
    let location = match (&options.benching.database, &options.benching.data) {
        (Some(url), _) => Location::Postgres(url.clone()),
        (None, Some(folder)) => {
            std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
            Location::Sqlite(folder.join("desk.sqlite"))
        }
        (None, None) => Location::Sqlite(temporary.path().join("desk.sqlite")),
    };
    let store = Store::open(&location).await.map_err(|error| failed(error.to_string()))?;
    let service = Service::open(store.clone(), 1.0).await?;
    service.set_up_without_owner("Bench").await?;
    let agents = hire(&store, service.now(), options.workers as usize).await?;
    let shifts = offer(&store, service.now(), options.shifts as usize).await?;
    let progress = Progress::start("people", Some(agents.len()));
    let shifts = Arc::new(shifts);
    let began = Instant::now();
    let mut claiming = JoinSet::new();
    for (nth, agent) in agents.into_iter().enumerate() {
        let (service, shifts) = (service.clone(), Arc::clone(&shifts));
        let done = Arc::clone(&progress.done);
        let mut chance = Chance::new(options.seed ^ nth as u64);
        claiming.spawn(async move {
            let caller = Caller::plain(Who::Agent(agent));
            let (mut n_tries, mut n_won) = (0, 0);
            while n_tries < TRIES_MAX && n_won == 0 {
                n_tries += 1;
                let shift = shifts[chance.below(shifts.len())];
                match service.claim_shift(&caller, shift).await {
                    Ok(()) => n_won = 1,
                    Err(ServiceError::Conflict { .. } | ServiceError::Busy) => {}
                    Err(error) => return Err(error.to_string()),
                }
            }
            done.fetch_add(1, Ordering::Relaxed);
            Ok((n_tries, n_won))
        });
    }
    let (mut n_claims, mut n_won) = (0, 0_usize);
    for tried in claiming.join_all().await {
        let (tries, won) = tried.map_err(|why: String| failed(why))?;
        n_claims += tries;
        n_won += won;
    }
    let seconds = began.elapsed().as_secs_f64();
    drop(progress);
    let all = store.shifts(Time(0), Time(i64::MAX)).await;
    let all = all.map_err(|error| failed(error.to_string()))?;
    let taken: Vec<&Shift> = all.iter().filter(|one| one.state == ShiftState::Claimed).collect();
    let fields = json!({
        "seconds": rounded(seconds),
        "claims": n_claims,
        "claims_per_second": rounded(n_claims as f64 / seconds),
        "workers": options.workers,
        "shifts": all.len(),
        "taken": taken.len(),
        // A shift has one name: more who were told yes than shifts that are taken.
        "double": n_won - taken.len().min(n_won),
        "rules_broken": broken(&taken),
        "database": if options.benching.database.is_some() { "postgresql" } else { "sqlite" },
    });
    print(&fields, None, &options.benching)
}

/// Agents who take shifts.
async fn hire(store: &Store, at: Time, n: usize) -> Outcome<Vec<Agent>> {
    let agents: Vec<Agent> = (0..n)
        .map(|nth| Agent {
            id: AgentId(Uuid::now_v7()),
            version: 1,
            name: RawText::from(format!("Worker {nth}")).mask(),
            email: RawText::from(format!("worker-{nth}@bench.example")).mask(),
            role: Role::Agent,
            presence: Presence::Away,
            is_disabled: false,
            password_hash: String::new(),
            created_at: at,
        })
        .collect();
    for some in agents.chunks(AT_ONCE) {
        let mut commit = Commit::new(at, Actor::System);
        for agent in some {
            commit.add(Kind::AgentAdded, agent.clone());
            commit.add(
                Kind::WorkerAdded,
                Worker {
                    id: agent.id,
                    version: 1,
                    zone: ZONE.to_owned(),
                    laws: vec![LAW.to_owned()],
                    languages: Vec::new(),
                    wish_hours: WEEK_HOURS_MAX,
                    week_hours_max: WEEK_HOURS_MAX,
                    rate: 1_600,
                    is_active: true,
                    created_at: at,
                },
            );
        }
        store.commit(commit).await.map_err(|error| failed(error.to_string()))?;
    }
    Ok(agents)
}

/// Open shifts of four hours on the five days of a week, two weeks ahead.
async fn offer(store: &Store, at: Time, n: usize) -> Outcome<Vec<ShiftId>> {
    let zone = Zone::named(ZONE).expect("it is in the program's tables");
    let monday = zone.week(at.0 + 14 * 24 * HOUR_MS).from;
    let ids: Vec<ShiftId> = (0..n).map(|_| ShiftId(Uuid::now_v7())).collect();
    for (portion, some) in ids.chunks(AT_ONCE).enumerate() {
        let mut commit = Commit::new(at, Actor::System);
        for (nth, id) in some.iter().enumerate() {
            let nth = (portion * AT_ONCE + nth) as i64;
            let starts_at = Time(monday + (nth % 5 * 24 + 8 + nth / 5 % 10) * HOUR_MS);
            commit.add(
                Kind::ShiftAdded,
                Shift {
                    id: *id,
                    version: 1,
                    starts_at,
                    ends_at: starts_at.plus_ms(4 * HOUR_MS),
                    language: None,
                    topic_id: None,
                    reason: RawText::from("Bench").mask(),
                    rate: None,
                    extra: 0,
                    state: ShiftState::Open,
                    agent_id: None,
                    published_at: Some(at),
                    claimed_at: None,
                    cancelled: None,
                    correction: None,
                    created_by: None,
                    created_at: at,
                },
            );
        }
        store.commit(commit).await.map_err(|error| failed(error.to_string()))?;
    }
    Ok(ids)
}

/// How many of these shifts break a rule beside the others of the same person.
fn broken(taken: &[&Shift]) -> usize {
    let zone = Zone::named(ZONE).expect("it is in the program's tables");
    let laws = [Labour::of(LAW).expect("the program knows it")];
    let span = |shift: &Shift| Span { from: shift.starts_at.0, until: shift.ends_at.0 };
    let mut people: BTreeMap<AgentId, Vec<Span>> = BTreeMap::new();
    for shift in taken {
        if let Some(id) = shift.agent_id {
            people.entry(id).or_default().push(span(shift));
        }
    }
    let is_broken = |own: &[Span], nth: usize| {
        let mut others = own.to_vec();
        let one = others.remove(nth);
        !refusals(&others, one, &laws, &zone, WEEK_HOURS_MAX).is_empty()
    };
    people.values().map(|own| (0..own.len()).filter(|nth| is_broken(own, *nth)).count()).sum()
}

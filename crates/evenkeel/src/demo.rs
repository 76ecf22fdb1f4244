//! `demo`: the sample shop in a folder of its own, with people at work in it.

use std::{path::Path, sync::Arc};

use desk::Role;
use privacy::RawText;
use service::{
    Caller, Equipment, FirstRun, NewAgent, Service, ServiceError, Who, WorkedShift, WorkerTerms,
    rules,
};
use shop::{Buyer, Shop};
use sim::{
    Client,
    past::{Frame, Life, past},
    shop as life,
};

use crate::{
    arguments::{DemoOptions, Place},
    failure::{Failure, Outcome},
    folder::Folder,
    mail, models, playbook_files,
    serve::{listen, open_browser, say, stop},
    shop_files::{self, People, Person},
};

/// A kept shop has the same goods and orders each time it opens.
const SHOP_SEED: u64 = 7;
/// Everybody's password; the demo is no secret.
const PASSWORD: &str = "evenkeel-demo";

pub(crate) async fn run(options: DemoOptions) -> Outcome<()> {
    let stop = stop()?;
    let (path, _temporary) = match options.data {
        Some(path) => (Some(path), None),
        None if options.database.is_some() => (None, None),
        None => {
            let temporary = tempfile::Builder::new().prefix("evenkeel-demo-").tempdir();
            let temporary = temporary.map_err(|error| {
                Failure::new(error.to_string(), "Name a folder with --data instead.")
            })?;
            (Some(temporary.path().to_owned()), Some(temporary))
        }
    };
    let people = shop_files::people()?;
    let playbook = playbook_files::sample(&open_shop_system(path.as_deref(), &people).await?)?;
    let place = Place { data: path, database: options.database.clone() };
    let equipment = Equipment {
        playbook,
        reading: models::of(&options.models)?,
        mail: mail::of(&options.mail)?,
        hooks_reach_anywhere: options.webhooks_anywhere,
    };
    let folder = Folder::open_with(&place, options.listening.speed, equipment).await?;
    if let Some(lead) = open_shop(&folder.service, &people).await? {
        write_past(&folder.service, &lead, options.past, options.seed).await?;
        write_shifts(&folder.service, &lead, &people).await?;
    }
    let (listener, url) = listen(&options.listening)?;
    greet(&url, &people);
    open_browser(&options.listening, &url);
    let life = if options.quiet {
        None
    } else {
        let inbox = folder.service.door("web").await?;
        let place = life::Place {
            client: Client::new(&url)
                .map_err(|error| Failure::new(error.to_string(), "Try another --host."))?,
            inbox: inbox.key,
            identity_secret: inbox.identity_secret,
            agents: scripted(&people),
            password: PASSWORD.to_owned(),
            seed: options.seed,
            speed: options.listening.speed,
        };
        let script = shop_files::script(people)?;
        Some(tokio::spawn(life::live(Arc::new(script), place)))
    };
    // Life ends first, so that its open streams do not hold up the server's own end.
    let stop = async move {
        stop.await;
        if let Some(life) = life {
            life.abort();
        }
    };
    let sample = shop_files::sample()?;
    let served = http::serve(folder.service.clone(), sample, listener, stop).await;
    served.map_err(|error| Failure::new(error.to_string(), "Start it again."))
}

/// Starts the shop's own system on a port of this machine; gives its address.
async fn open_shop_system(folder: Option<&Path>, people: &People) -> Outcome<String> {
    let hint = "Check the folder, or name another one with --data.";
    let failed = |error: std::io::Error| Failure::new(format!("the shop: {error}"), hint);
    let buyers: Vec<Buyer> = people
        .names()
        .chain([life::VISITOR])
        .map(|name| Buyer { id: life::external_id(name), name: name.to_owned() })
        .collect();
    // A desk on PostgreSQL has no folder; its shop begins anew each time.
    let temporary = match folder {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(failed)?;
            None
        }
        None => Some(tempfile::tempdir().map_err(failed)?),
    };
    let own = temporary.as_ref().map(tempfile::TempDir::path);
    let journal = own.or(folder).expect("there is one of the two").join("shop.ndjson");
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let shop = Shop::open(shop::sample(&buyers, SHOP_SEED, &today), &journal).map_err(failed)?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
    let url = format!("http://{}", listener.local_addr().map_err(failed)?);
    tokio::spawn(async move {
        let _removed_at_the_end = temporary;
        shop::serve(shop, listener).await
    });
    Ok(url)
}

/// Sets the shop up, and gives its owner; a kept folder has it already.
async fn open_shop(service: &Service, people: &People) -> Outcome<Option<Caller>> {
    if !service.needs_set_up() {
        return match service.settings()?.is_demo {
            true => Ok(None),
            false => Err(Failure::new(
                "This folder holds a real desk.",
                "Name another folder with --data, or run evenkeel serve.",
            )),
        };
    }
    let owner = people.agents.iter().find(|agent| agent.role == "owner");
    let owner = owner.expect("a test sees to it that the demo has an owner");
    let first = FirstRun {
        desk_name: RawText::from("Fjordhus"),
        name: RawText::from(owner.name.as_str()),
        email: RawText::from(owner.email.as_str()),
        password: PASSWORD.to_owned(),
        is_demo: true,
    };
    let caller = Caller::plain(Who::Agent(service.set_up(first).await?.agent));
    for agent in people.agents.iter().filter(|agent| agent.role != "owner") {
        let new = NewAgent {
            name: RawText::from(agent.name.as_str()),
            email: RawText::from(agent.email.as_str()),
            role: if agent.role == "lead" { Role::Lead } else { Role::Agent },
            password: Some(PASSWORD.to_owned()),
        };
        service.add_agent(&caller, new).await?;
    }
    let reason = "The demo shows the assistant at work.";
    service.import_topics(shop_files::topics()?, reason).await?;
    service.import_articles(shop_files::articles()?).await?;
    Ok(Some(caller))
}

/// What the sample's topics were like: its slug, cases a day, and the shares of people's and of the
/// assistant's cases that end well.
const LIVES: [(&str, f64, f64, f64); 12] = [
    ("where-is-my-order", 90.0, 0.87, 0.92),
    ("delivery", 60.0, 0.86, 0.89),
    ("returns", 75.0, 0.86, 0.92),
    ("refunds", 65.0, 0.85, 0.89),
    ("cancel-or-change-order", 40.0, 0.86, 0.86),
    ("payments-and-invoices", 30.0, 0.86, 0.84),
    ("pay-later", 45.0, 0.84, 0.66),
    ("account-and-sign-in", 20.0, 0.88, 0.88),
    ("gift-cards-and-discounts", 12.0, 0.88, 0.90),
    ("product-and-warranty", 15.0, 0.84, 0.80),
    ("damaged-or-wrong-item", 18.0, 0.83, 0.70),
    ("hardship-and-complaints", 6.0, 0.80, 0.50),
];
/// So many days before its end an article was changed, and the assistant was wrong on its topic.
const WENT_WRONG: (&str, i64, &str, f64) = ("returns", 18, "The article “Return an item”", 0.55);

/// A past for the balance of a new shop: simulated customers, and levels that follow from them.
async fn write_past(service: &Service, owner: &Caller, days: i64, seed: u64) -> Outcome<()> {
    if days == 0 {
        return Ok(());
    }
    let topics = service.topics(owner).await?;
    let lives = LIVES.iter().filter_map(|(slug, cases_a_day, people, assistant)| {
        let topic = topics.iter().find(|topic| topic.slug == *slug)?;
        let (changed, before, what, after) = WENT_WRONG;
        Some(Life {
            topic: topic.id,
            cases_a_day: *cases_a_day,
            people: *people,
            assistant: *assistant,
            change: (*slug == changed).then(|| (before, what.to_owned(), after)),
            is_off: topic.is_people_first,
        })
    });
    let lives: Vec<Life> = lives.collect();
    let frame = Frame {
        ends: service.now().0,
        days,
        lead: owner.agent()?.id,
        draw_seed: service.settings()?.draw_seed.clone(),
        seed,
    };
    service.write_past(&past(rules(), &lives, &frame)).await?;
    Ok(())
}

/// Hours of the day at which the demo's shifts begin, UTC, each four hours long.
const SHIFT_HOURS: [i64; 2] = [9, 14];
/// Days of worked shifts, and of those to come.
const SHIFT_DAYS: (i64, i64) = (24, 9);

/// Those who take shifts with their terms, what they worked lately, and what is offered next, half of
/// it taken.
async fn write_shifts(service: &Service, owner: &Caller, people: &People) -> Outcome<()> {
    const HOUR_MS: i64 = 3_600_000;
    let agents = service.agents(owner).await?;
    let mut workers = Vec::new();
    for person in &people.agents {
        let agent = agents.iter().find(|agent| agent.email.as_str() == person.email);
        let (Some(agent), Some(terms)) = (agent, person.terms.clone()) else { continue };
        let terms = WorkerTerms {
            zone: terms.zone,
            laws: terms.laws,
            languages: terms.languages,
            wish_hours: terms.wish_hours,
            week_hours_max: terms.week_hours_max,
            rate: terms.rate,
            is_active: true,
        };
        service.set_worker(owner, agent.id, terms).await?;
        workers.push(agent.clone());
    }
    if workers.is_empty() {
        return Ok(());
    }
    let mut staffing = service.settings()?.staffing.clone();
    (staffing.n_regular, staffing.zone) = (3, "Europe/Oslo".to_owned());
    service.set_staffing(owner, staffing).await?;
    let today = service.now().0.div_euclid(24 * HOUR_MS);
    let begins = |day: i64, hour: i64| desk::Time((day * 24 + hour) * HOUR_MS);
    let (back, ahead) = SHIFT_DAYS;
    let worked = (today - back..today).map(|day| {
        let nth = day.rem_euclid(workers.len() as i64) as usize;
        let starts_at = begins(day, SHIFT_HOURS[(day.rem_euclid(2)) as usize]);
        // Now and then somebody is a little late, and all are gone for some minutes once.
        let late_ms =
            [-2, 0, 12, -1, 3].map(|minutes| minutes * 60_000)[day.rem_euclid(5) as usize];
        let came = starts_at.plus_ms(late_ms);
        let away = starts_at.plus_ms(2 * HOUR_MS);
        let ends_at = starts_at.plus_ms(4 * HOUR_MS);
        let there = vec![(came, away), (away.plus_ms(7 * 60_000), ends_at.plus_ms(60_000))];
        WorkedShift { agent_id: workers[nth].id, starts_at, ends_at, there }
    });
    let mut open = Vec::new();
    let mut takers = Vec::new();
    for day in today + 1..=today + ahead {
        let extra = if (day + 3).rem_euclid(7) > 4 { 25 } else { 0 };
        for (nth, hour) in SHIFT_HOURS.into_iter().enumerate() {
            let starts_at = begins(day, hour);
            // One in the morning and two in the afternoon; on each second day one has a taker.
            for place in 0..=nth {
                open.push((starts_at, starts_at.plus_ms(4 * HOUR_MS), extra));
                let is_taken =
                    place == 0 && day > today + 1 && (day + nth as i64).rem_euclid(2) == 0;
                let taker = (day.unsigned_abs() as usize + nth) % workers.len();
                takers.push(is_taken.then(|| workers[taker].clone()));
            }
        }
    }
    let ids = service.write_shifts(worked.collect(), &open, "The daily round").await?;
    for (id, taker) in ids.into_iter().zip(takers) {
        let Some(taker) = taker else { continue };
        match service.claim_shift(&Caller::plain(Who::Agent(taker)), id).await {
            // The rules are in the way, and somebody else may take it.
            Ok(()) | Err(ServiceError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn greet(url: &str, people: &People) {
    say(&format!("The demo desk runs on {url}"));
    say(&format!("Write as a customer: {url}/shop"));
    say(&format!("Sign in with the password {PASSWORD} as one of:"));
    for Person { name, email, role, terms } in &people.agents {
        let takes = if terms.is_some() { ", takes shifts" } else { "" };
        say(&format!("  {email:<26} {role:<6} {name}{takes}"));
    }
    say("Stop it with Ctrl-C.");
}

/// Those who work by script; the owner, the lead and those who take shifts are left to whoever tries
/// the demo.
fn scripted(people: &People) -> Vec<String> {
    let agents =
        people.agents.iter().filter(|agent| agent.role == "agent" && agent.terms.is_none());
    agents.map(|agent| agent.email.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_shop_opens_with_its_people_topics_and_articles() {
        let folder = tempfile::tempdir().unwrap();
        let desk =
            Folder::open(&Place { data: Some(folder.path().to_owned()), database: None }, 1.0)
                .await
                .unwrap();
        let people = shop_files::people().unwrap();
        let owner = open_shop(&desk.service, &people).await.unwrap().expect("it was not there");
        // While the desk keeps its balance, which must not decide by half of it.
        let at_work = desk.service.clone();
        let keeping = tokio::spawn(async move {
            loop {
                at_work.keep_balance().await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        write_past(&desk.service, &owner, 40, 1).await.unwrap();
        write_shifts(&desk.service, &owner, &people).await.unwrap();
        keeping.abort();
        let fold = desk.service.fold().await.unwrap();
        assert!(fold.seq() > 10_000 && fold.disagreement().is_none(), "{:?}", fold.disagreement());
        drop(fold);
        assert!(desk.service.settings().unwrap().is_demo);
        let signed_in = desk.service.sign_in("kwame@fjordhus.example", PASSWORD).await.unwrap();
        let caller = Caller::plain(Who::Agent(signed_in.agent));
        assert_eq!(desk.service.agents(&caller).await.unwrap().len(), 7);
        let plan = desk.service.plan(&caller).await.unwrap();
        assert!(plan.halfhours.iter().any(|one| one.n_needed > 0 && one.n_covered > 0));
        let month = desk.service.now().plus_ms(-31 * 24 * 3_600_000);
        let pay = desk.service.pay(&caller, None, month, desk.service.now()).await.unwrap();
        assert!(pay.len() > 20 && pay.iter().all(|line| line.paid_minutes > 200));
        open_shop(&desk.service, &people).await.expect("a kept folder opens again");
    }
}

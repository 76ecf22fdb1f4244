//! Shifts are offered with their pay and reason, taken once and by the rules, given back, taken back,
//! and paid by presence; they open by themselves when the assistant falls.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    app::{App, PASSWORD},
    letters::Server,
    mail::hurry,
    place::Place,
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// An agent's id and token.
struct Person {
    id: String,
    token: String,
}

async fn person(app: &App, name: &str) -> Person {
    let email = format!("{}@shop.example", name.to_lowercase());
    let new = json!({ "name": name, "email": email, "role": "agent", "password": PASSWORD });
    let agent = app.post("/agents", &app.owner, new).await;
    let signed = app.post("/session", "", json!({ "email": email, "password": PASSWORD })).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Person { id: text(&agent["id"]), token: text(&signed["token"]) }
}

fn terms() -> Value {
    json!({
        "zone": "Europe/Berlin", "laws": ["de"], "languages": ["en", "de"],
        "wish_hours": 12, "week_hours_max": 20, "rate": 1650
    })
}

async fn worker(app: &App, name: &str) -> Person {
    let person = person(app, name).await;
    app.send_ok("PUT", &format!("/workers/{}", person.id), &app.owner, terms()).await;
    person
}

/// A time in so many milliseconds, as the API takes it.
fn at(app: &App, ms: i64) -> String {
    jiff::Timestamp::from_millisecond(app.service.now().0 + ms).unwrap().to_string()
}

/// Monday at ten of a coming week, in Berlin; no clock changes in it.
fn monday(app: &App, weeks: i64) -> i64 {
    let now = app.service.now().0;
    let monday = (now / DAY_MS - 4).div_euclid(7) * 7 + 4;
    (monday + 7 * weeks) * DAY_MS + 9 * HOUR_MS - now
}

async fn add(app: &App, from: i64, hours: i64, n: i64) -> Vec<String> {
    let new = json!({
        "starts_at": at(app, from), "ends_at": at(app, from + hours * HOUR_MS), "n": n,
        "reason": "Many parcels", "open": true
    });
    let added = app.post("/shifts", &app.owner, new).await;
    added["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

async fn act(app: &App, id: &str, what: &str, token: &str, body: Value) -> (StatusCode, String) {
    let answer = app.call("POST", &format!("/shifts/{id}/{what}"), token, body, &[]).await;
    (answer.status, answer.json["detail"].as_str().unwrap_or_default().to_owned())
}

async fn own(app: &App, person: &Person) -> Value {
    app.get("/me/shifts", &person.token).await
}

#[tokio::test]
async fn a_shift_is_offered_taken_given_back_and_taken_again() {
    let app = App::open().await;
    let (ida, ben) = (worker(&app, "Ida").await, worker(&app, "Ben").await);
    let ids = add(&app, monday(&app, 2), 4, 2).await;
    let page = own(&app, &ida).await;
    let offers = page["offers"].as_array().unwrap();
    assert_eq!(offers.len(), 2, "{page}");
    assert_eq!((offers[0]["pay"].as_i64(), page["currency"].as_str()), (Some(6_600), Some("EUR")));
    assert_eq!(offers[0]["opening"], "Open to you first: you have 0 of the 12 hours you wish for.");
    assert_eq!(offers[0]["shift"]["reason"], "Many parcels");
    assert_eq!(page["rules"].as_array().unwrap().len(), 6);
    assert_eq!(
        act(&app, &ids[0], "claim", &ida.token, Value::Null).await.0,
        StatusCode::NO_CONTENT
    );
    // Again is the same, somebody else is too late, and the one beside it overlaps.
    assert_eq!(
        act(&app, &ids[0], "claim", &ida.token, Value::Null).await.0,
        StatusCode::NO_CONTENT
    );
    let (status, why) = act(&app, &ids[0], "claim", &ben.token, Value::Null).await;
    assert_eq!(
        (status, why.as_str()),
        (StatusCode::CONFLICT, "Somebody else has taken this shift.")
    );
    let (status, why) = act(&app, &ids[1], "claim", &ida.token, Value::Null).await;
    assert!(status == StatusCode::CONFLICT && why.starts_with("You work from "), "{why}");
    let page = own(&app, &ida).await;
    assert_eq!(
        (page["shifts"][0]["agent"]["name"].as_str(), page["weeks"][0]["hours"].as_f64()),
        (Some("Ida"), Some(4.0))
    );
    assert_eq!(page["offers"][0]["refusals"].as_array().unwrap().len(), 1);
    // Nobody gives back what is not theirs.
    assert_eq!(
        act(&app, &ids[0], "release", &ben.token, Value::Null).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        act(&app, &ids[0], "release", &ida.token, Value::Null).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        act(&app, &ids[0], "claim", &ben.token, Value::Null).await.0,
        StatusCode::NO_CONTENT
    );
    assert!(own(&app, &ida).await["shifts"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn who_has_their_hours_waits_a_day_and_rest_is_kept() {
    let app = App::open().await;
    let ida = worker(&app, "Ida").await;
    let monday = monday(&app, 2);
    for day in [0, 1] {
        let id = add(&app, monday + day * DAY_MS, 6, 1).await.remove(0);
        assert_eq!(
            act(&app, &id, "claim", &ida.token, Value::Null).await.0,
            StatusCode::NO_CONTENT
        );
    }
    // Twelve hours are what she wishes for.
    let id = add(&app, monday + 3 * DAY_MS, 4, 1).await.remove(0);
    let (status, why) = act(&app, &id, "claim", &ida.token, Value::Null).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(why.starts_with("You have the 12 hours you wish for"), "{why}");
    let opens = own(&app, &ida).await["offers"][0]["opens_at"].as_str().unwrap().to_owned();
    let opens: jiff::Timestamp = opens.parse().unwrap();
    let hours = (opens.as_millisecond() - app.service.now().0) as f64 / HOUR_MS as f64;
    assert!((23.5..=24.0).contains(&hours), "{hours}");
    // In another week she has none; what ends at night leaves too little rest for the morning.
    let late = add(&app, monday + 7 * DAY_MS + 9 * HOUR_MS, 4, 1).await.remove(0);
    assert_eq!(act(&app, &late, "claim", &ida.token, Value::Null).await.0, StatusCode::NO_CONTENT);
    let early = add(&app, monday + 8 * DAY_MS - 2 * HOUR_MS, 4, 1).await.remove(0);
    let (status, why) = act(&app, &early, "claim", &ida.token, Value::Null).await;
    assert!(status == StatusCode::CONFLICT && why.contains("no rest of 11 h (ArbZG § 5)"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_each_shift_has_one_and_each_person_keeps_the_rules() {
    let app = std::sync::Arc::new(App::open().await);
    let mut people = Vec::new();
    for nth in 0..12 {
        people.push(std::sync::Arc::new(worker(&app, &format!("W{nth}")).await));
    }
    // On four days, five at the same hour: nobody may have two of a day, and 20 hours are five.
    let mut ids = Vec::new();
    for day in 0..4 {
        ids.extend(add(&app, monday(&app, 2) + day * DAY_MS, 4, 5).await);
    }
    let mut claims = tokio::task::JoinSet::new();
    for person in &people {
        for id in &ids {
            let (app, person, id) = (app.clone(), person.clone(), id.clone());
            claims
                .spawn(async move { act(&app, &id, "claim", &person.token, Value::Null).await.0 });
        }
    }
    let taken = claims.join_all().await;
    let n_taken = taken.iter().filter(|status| **status == StatusCode::NO_CONTENT).count();
    assert!(taken.iter().all(|status| status.is_success() || *status == StatusCode::CONFLICT));
    assert_eq!(n_taken, 20);
    assert_eq!(app.place.number("select count(*) from shifts where agent_id is not null"), 20);
    let double = "select count(*) from (select 1 from shifts where agent_id is not null \
        group by agent_id, starts_at having count(*) > 1) as twice";
    assert_eq!(app.place.number(double), 0);
    // Three shifts are the hours they wish for, and the fourth is kept for others that day.
    let most = "select max(n) from (select count(*) as n from shifts where agent_id is not null \
        group by agent_id) as each_one";
    assert!(app.place.number(most) <= 3);
}

#[tokio::test]
async fn pay_follows_presence_and_a_person_corrects_it() {
    let app = App::open().await;
    let (ida, ben) = (worker(&app, "Ida").await, worker(&app, "Ben").await);
    let ids = add(&app, monday(&app, 2), 4, 1).await;
    act(&app, &ids[0], "claim", &ida.token, Value::Null).await;
    // Four hours that ended an hour ago; she came 5 minutes late, was gone for 8, and left early.
    let ends = app.service.now().0 - HOUR_MS;
    let starts = ends - 4 * HOUR_MS;
    app.place.change(&format!("update shifts set starts_at = {starts}, ends_at = {ends}"));
    let minute = |n: i64| starts + n * 60_000;
    for (from, until) in [(5, 100), (108, 200)] {
        app.place.change(&format!(
            "insert into presence (agent_id, from_at, until_at) values ('{}', {}, {})",
            ida.id,
            minute(from),
            minute(until)
        ));
    }
    let month = format!("from={}&until={}", at(&app, -2 * DAY_MS), at(&app, DAY_MS));
    let all = app.get(&format!("/pay?{month}"), &app.owner).await;
    let line = &all["lines"][0];
    assert_eq!(
        (line["paid_minutes"].as_i64(), line["present_minutes"].as_i64()),
        (Some(195), Some(195))
    );
    // 195 minutes at 16.50 are 53.625.
    assert_eq!((line["amount"].as_i64(), all["total"].as_i64()), (Some(5_363), Some(5_363)));
    // All of hers, and nothing of others.
    let data = app.get("/me/data", &ida.token).await;
    assert_eq!(
        (data["shifts"].as_array().unwrap().len(), data["presence"].as_array().unwrap().len()),
        (1, 2)
    );
    assert_eq!(data["lines"][0]["amount"], 5_363);
    let bens = app.get("/me/data", &ben.token).await;
    assert!(bens["shifts"].as_array().unwrap().is_empty() && !bens.to_string().contains(&ida.id));
    // Another rate from now on leaves what was worked.
    let mut dearer = terms();
    dearer["rate"] = json!(9_900);
    app.send_ok("PUT", &format!("/workers/{}", ida.id), &app.owner, dearer).await;
    let own_pay = app.get(&format!("/pay?{month}&agent={}", ida.id), &ida.token).await;
    assert_eq!(own_pay["total"], 5_363);
    let page = own(&app, &ida).await;
    let lines = page["lines"].as_array().unwrap();
    let earned: i64 = lines.iter().map(|line| line["amount"].as_i64().unwrap()).sum();
    // Her page tells of this month; the shift may have been in the one before.
    assert!(page["earned"] == earned && [0, 5_363].contains(&earned), "{page}");
    // Nobody sees another's.
    for path in [format!("/pay?{month}"), format!("/pay?{month}&agent={}", ida.id)] {
        let answer = app.call("GET", &path, &ben.token, Value::Null, &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    let body = json!({ "minutes": 240, "reason": "The train stood still" });
    let (status, _) = act(&app, &ids[0], "correct", &ida.token, body.clone()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(act(&app, &ids[0], "correct", &app.owner, body).await.0, StatusCode::NO_CONTENT);
    let line =
        app.get(&format!("/pay?{month}&agent={}", ida.id), &ida.token).await["lines"][0].clone();
    assert_eq!(
        (line["amount"].as_i64(), line["present_minutes"].as_i64()),
        (Some(6_600), Some(195))
    );
    assert_eq!(line["why"], "Set by a person: The train stood still");
    let too_much = json!({ "minutes": 1_441, "reason": "x" });
    assert_eq!(
        act(&app, &ids[0], "correct", &app.owner, too_much).await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn presence_is_written_down_as_people_come_and_go() {
    let app = App::open().await;
    let ida = person(&app, "Ida").await;
    let there = |presence| json!({ "presence": presence });
    let spans = format!("select count(*) from presence where agent_id = '{}'", ida.id);
    let open = format!("{spans} and until_at is null");
    for (presence, n, n_open) in [("available", 1, 1), ("available", 1, 1), ("away", 1, 0)] {
        app.send_ok("PUT", "/me/presence", &ida.token, there(presence)).await;
        assert_eq!((app.place.number(&spans), app.place.number(&open)), (n, n_open));
    }
    tokio::time::sleep(Duration::from_millis(2)).await;
    app.send_ok("PUT", "/me/presence", &ida.token, there("available")).await;
    app.send_ok("DELETE", "/session", &ida.token, Value::Null).await;
    assert_eq!((app.place.number(&spans), app.place.number(&open)), (2, 0));
}

#[tokio::test]
async fn what_the_desk_takes_back_late_is_paid() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    let ida = worker(&app, "Ida").await;
    let soon = add(&app, 3 * HOUR_MS, 2, 1).await.remove(0);
    let later = add(&app, monday(&app, 2), 4, 1).await.remove(0);
    // Both are told in one letter.
    assert_eq!(app.place.number("select count(*) from letters"), 1);
    hurry(&app);
    let letters = server.letters(1).await;
    assert!(
        letters[0].contains("To: ida@shop.example") && letters[0].contains("Many parcels"),
        "{}",
        letters[0]
    );
    for id in [&soon, &later] {
        assert_eq!(act(&app, id, "claim", &ida.token, Value::Null).await.0, StatusCode::NO_CONTENT);
        let why = json!({ "reason": "Nobody writes" });
        assert_eq!(act(&app, id, "cancel", &app.owner, why).await.0, StatusCode::NO_CONTENT);
    }
    let until = at(&app, 40 * DAY_MS);
    let pay = app.get(&format!("/pay?from={}&until={until}", at(&app, -HOUR_MS)), &app.owner).await;
    assert!(pay["lines"].as_array().unwrap().is_empty(), "it has not begun: {pay}");
    // Its time comes.
    let back = 4 * HOUR_MS;
    app.place.change(&format!(
        "update shifts set starts_at = starts_at - {back}, ends_at = ends_at - {back}, \
         cancelled_at = cancelled_at - {back} where id = '{soon}'"
    ));
    let pay = app.get(&format!("/pay?from={}&until={until}", at(&app, -DAY_MS)), &app.owner).await;
    assert_eq!((pay["lines"].as_array().unwrap().len(), pay["total"].as_i64()), (1, Some(3_300)));
    let told = |letters: &[String]| {
        letters.iter().filter(|letter| letter.contains("was taken back")).count()
    };
    for _ in 0..3_000 {
        if told(&server.taken.lock().unwrap()) == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("she was not told: {:?}", server.taken.lock().unwrap());
}

#[tokio::test]
async fn nobody_sees_who_else_works_but_planners() {
    let app = App::open().await;
    let (ida, ben) = (worker(&app, "Canary").await, worker(&app, "Ben").await);
    let ids = add(&app, monday(&app, 2), 4, 2).await;
    act(&app, &ids[0], "claim", &ida.token, Value::Null).await;
    let page = own(&app, &ben).await;
    assert_eq!(page["offers"].as_array().unwrap().len(), 1);
    assert!(!page.to_string().contains("Canary") && !page.to_string().contains(&ida.id), "{page}");
    let span = format!("from={}&until={}", at(&app, 0), at(&app, 30 * DAY_MS));
    for path in [
        "/plan".to_owned(),
        "/workers".to_owned(),
        format!("/shifts?{span}"),
        format!("/pay.csv?{span}"),
    ] {
        let answer = app.call("GET", &path, &ben.token, Value::Null, &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    let listed = app.get(&format!("/shifts?{span}"), &app.owner).await;
    assert!(listed.to_string().contains("Canary"));
    // Without terms nobody takes shifts.
    let tom = app.agent().await;
    let answer = app.call("GET", "/me/shifts", &tom, Value::Null, &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.json);
    assert_eq!(app.get("/me", &tom).await["takes_shifts"], false);
    assert_eq!(app.get("/me", &ben.token).await["takes_shifts"], true);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_a_hint_and_changes_nothing() {
    let app = App::open().await;
    let ida = person(&app, "Ida").await;
    let wrong = [
        ("zone", json!("Europe/Atlantis")),
        ("laws", json!([])),
        ("laws", json!(["moon"])),
        ("languages", json!(["<b>"])),
        ("languages", json!(vec!["en"; 21])),
        ("wish_hours", json!(21)),
        ("week_hours_max", json!(0)),
        ("rate", json!(0)),
    ];
    for (field, value) in wrong {
        let mut terms = terms();
        terms[field] = value;
        let path = format!("/workers/{}", ida.id);
        let answer = app.call("PUT", &path, &app.owner, terms, &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field}: {}", answer.json);
        assert!(!answer.json["hint"].as_str().unwrap().is_empty());
    }
    assert_eq!(app.place.number("select count(*) from workers"), 0);
    let shift = |from: String, until: String, n: i64, extra: i64| json!({ "starts_at": from, "ends_at": until, "n": n, "extra": extra, "reason": "x" });
    let wrong = [
        shift(at(&app, 0), at(&app, HOUR_MS), 1, 0),
        shift(at(&app, 0), at(&app, 9 * HOUR_MS), 1, 0),
        shift(at(&app, 5 * HOUR_MS), at(&app, HOUR_MS), 1, 0),
        shift(at(&app, -2 * HOUR_MS), at(&app, HOUR_MS), 1, 0),
        shift(at(&app, 400 * DAY_MS), at(&app, 400 * DAY_MS + 4 * HOUR_MS), 1, 0),
        shift(at(&app, 0), at(&app, 4 * HOUR_MS), 51, 0),
        shift(at(&app, 0), at(&app, 4 * HOUR_MS), 1, 201),
        shift("tomorrow".to_owned(), at(&app, 4 * HOUR_MS), 1, 0),
    ];
    for body in wrong {
        let answer = app.call("POST", "/shifts", &app.owner, body.clone(), &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {}", answer.json);
    }
    assert_eq!(app.place.number("select count(*) from shifts"), 0);
    let mut staffing = app.get("/plan", &app.owner).await["staffing"].clone();
    let wrong = [
        ("currency", json!("euro")),
        ("zone", json!("Moon/Base")),
        ("regular_until", json!(25)),
        ("n_regular", json!(-1)),
        ("share", json!(1)),
    ];
    for (field, value) in wrong {
        let mut staffing = staffing.clone();
        staffing[field] = value;
        let answer = app.call("PUT", "/staffing", &app.owner, staffing, &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field}: {}", answer.json);
    }
    staffing["currency"] = json!("NOK");
    app.send_ok("PUT", "/staffing", &app.owner, staffing).await;
    assert_eq!(app.get("/plan", &app.owner).await["staffing"]["currency"], "NOK");
}

#[tokio::test]
async fn too_little_is_known_and_the_plan_says_so() {
    let app = App::open().await;
    let plan = app.get("/plan", &app.owner).await;
    assert!(plan["halfhours"].as_array().unwrap().is_empty());
    assert!(plan["words"].as_str().unwrap().starts_with("There is less than a day"), "{plan}");
}

/// Four weeks in which twelve refund cases came in each half-hour of the day.
fn write_past(app: &App, topic: &str) {
    let now = app.service.now().0;
    let mut rows = Vec::new();
    for halfhour in 1..=4 * 336_i64 {
        let at = now - halfhour * HOUR_MS / 2;
        let hour = at.rem_euclid(DAY_MS) / HOUR_MS;
        for _ in 0..if (8..18).contains(&hour) { 12 } else { 0 } {
            // Before what the ledger holds: it is counted, and no evidence.
            rows.push(format!(
                "({}, {at}, 'assigned', '{topic}', null, '{{}}')",
                -1 - rows.len() as i64
            ));
        }
    }
    for rows in rows.chunks(700) {
        app.place.change(&format!(
            "insert into ledger (seq, at, kind, topic_id, case_id, data) values {}",
            rows.join(", ")
        ));
    }
}

#[tokio::test]
async fn when_the_assistant_falls_shifts_open_and_the_need_rises_at_once() {
    let app = App::open_at(Place::new()).await;
    let ida = worker(&app, "Ida").await;
    let topics = app.get("/topics", &app.owner).await;
    let refunds =
        topics["items"].as_array().unwrap().iter().find(|topic| topic["slug"] == "refunds");
    let id = refunds.unwrap()["id"].as_str().unwrap().to_owned();
    write_past(&app, &id);
    let before = app.get("/plan", &app.owner).await;
    let most = |plan: &Value| {
        let halfhours = plan["halfhours"].as_array().unwrap();
        halfhours.iter().map(|one| one["n_needed"].as_i64().unwrap()).max().unwrap()
    };
    assert_eq!(before["halfhours"].as_array().unwrap().len(), 672, "{}", before["words"]);
    assert!(before["words"].as_str().unwrap().starts_with("Foretold from "), "{}", before["words"]);
    let few = json!({ "level": "off", "reason": "Wrong amounts this afternoon" });
    app.send_ok("PUT", &format!("/topics/{id}/level"), &app.owner, few.clone()).await;
    let after = app.get("/plan", &app.owner).await;
    let part = |plan: &Value| {
        let topics = plan["topics"].as_array().unwrap();
        let one = topics.iter().find(|one| one["topic"]["id"] == id.as_str()).unwrap();
        (one["share"].as_f64().unwrap(), one["share_least"].as_f64().unwrap())
    };
    // Of the assistant's 95 %, people are asked for in 30 % until more is known.
    assert!((part(&before).0 - 0.335).abs() < 1e-9 && part(&after).0 == 1.0, "{after}");
    assert!(part(&after).1 <= part(&before).0 + 1e-9);
    assert!(most(&after) > most(&before) + 1, "{} {}", most(&after), most(&before));
    let page = own(&app, &ida).await;
    let offers = page["offers"].as_array().unwrap();
    assert!(!offers.is_empty());
    let reason = offers[0]["shift"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("AI answers less on refunds: about "), "{reason}");
    assert_eq!(offers[0]["shift"]["topic"]["id"], id.as_str());
    assert_eq!(offers[0]["shift"]["planned_by"], Value::Null);
    // Forty hours at most, each shift two to eight.
    let hours: i64 = app.place.number("select sum(ends_at - starts_at) from shifts") / HOUR_MS;
    assert!((2..=40).contains(&hours), "{hours}");
    let open =
        offers.iter().find(|offer| offer["refusals"].as_array().unwrap().is_empty()).unwrap();
    let shift = open["shift"]["id"].as_str().unwrap();
    assert_eq!(act(&app, shift, "claim", &ida.token, Value::Null).await.0, StatusCode::NO_CONTENT);
    // What is down already falls no further: nothing more opens.
    let n = app.place.number("select count(*) from shifts");
    app.send_ok("PUT", &format!("/topics/{id}/level"), &app.owner, few).await;
    assert_eq!(app.place.number("select count(*) from shifts"), n);
}

#[tokio::test]
async fn the_brake_opens_shifts_unless_a_person_decides() {
    let app = App::open().await;
    let ida = worker(&app, "Ida").await;
    let topics = app.get("/topics", &app.owner).await;
    let refunds =
        topics["items"].as_array().unwrap().iter().find(|topic| topic["slug"] == "refunds");
    write_past(&app, refunds.unwrap()["id"].as_str().unwrap());
    let mut staffing = app.get("/plan", &app.owner).await["staffing"].clone();
    staffing["fall_hours"] = json!(0);
    app.send_ok("PUT", "/staffing", &app.owner, staffing.clone()).await;
    let why = json!({ "reason": "Something is wrong" });
    app.send_ok("POST", "/balance/freeze", &app.owner, why.clone()).await;
    assert_eq!(app.place.number("select count(*) from shifts"), 0);
    app.send_ok("POST", "/balance/thaw", &app.owner, why.clone()).await;
    staffing["fall_hours"] = json!(24);
    app.send_ok("PUT", "/staffing", &app.owner, staffing).await;
    app.send_ok("POST", "/balance/freeze", &app.owner, why.clone()).await;
    let open = "select count(*) from shifts where state = 'open'";
    let n = app.place.number(open);
    assert!(n > 1, "{n}");
    let page = own(&app, &ida).await;
    let offers = page["offers"].as_array().unwrap();
    let offer = offers.iter().find(|offer| offer["refusals"].as_array().unwrap().is_empty());
    let id = offer.unwrap()["shift"]["id"].as_str().unwrap();
    assert_eq!(act(&app, id, "claim", &ida.token, Value::Null).await.0, StatusCode::NO_CONTENT);
    // What nobody has taken goes with the brake; what somebody has stays theirs.
    app.send_ok("POST", "/balance/thaw", &app.owner, why).await;
    assert_eq!(app.place.number(open), 0);
    assert_eq!(app.place.number("select count(*) from shifts where state = 'claimed'"), 1);
}

#[tokio::test]
async fn who_has_a_shift_within_a_day_is_reminded_once() {
    let server = Server::start(0, "").await;
    let app = server.app().await;
    let ida = worker(&app, "Ida").await;
    let soon = add(&app, 20 * HOUR_MS, 2, 1).await.remove(0);
    assert_eq!(act(&app, &soon, "claim", &ida.token, Value::Null).await.0, StatusCode::NO_CONTENT);
    let told = |letters: &[String]| letters.iter().filter(|one| one.contains("begins")).count();
    for _ in 0..3_000 {
        if told(&server.taken.lock().unwrap()) == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let letters = "select count(*) from letters where kind = 'shift_soon'";
    assert_eq!((told(&server.taken.lock().unwrap()), app.place.number(letters)), (1, 1));
    // The next looks find the letter.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(app.place.number(letters), 1);
}

#[tokio::test]
async fn a_calendar_is_for_whoever_knows_its_address() {
    let app = App::open().await;
    let ida = worker(&app, "Ida").await;
    let id = add(&app, monday(&app, 2), 4, 1).await.remove(0);
    act(&app, &id, "claim", &ida.token, Value::Null).await;
    let address = own(&app, &ida).await["calendar"].as_str().unwrap().to_owned();
    let get = async |address: &str| {
        let request = axum::http::Request::get(address).body(axum::body::Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(app.router.clone(), request).await.unwrap();
        let status = response.status();
        let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap();
        (status, String::from_utf8(body.to_bytes().to_vec()).unwrap())
    };
    let (status, calendar) = get(&address).await;
    assert_eq!(status, StatusCode::OK);
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.contains(&id), "{calendar}");
    assert!(calendar.contains("SUMMARY:Shift at Shop\r\n") && calendar.contains("Many parcels"));
    let (status, _) = get(&address.replace(".ics", "0.ics")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    // Another password makes it another.
    let body = json!({ "password": "another long password" });
    app.send_ok("PATCH", &format!("/agents/{}", ida.id), &app.owner, body).await;
    assert_eq!(get(&address).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_leaves_gives_their_shifts_to_the_others() {
    let app = App::open().await;
    let (ida, ben) = (worker(&app, "Ida").await, worker(&app, "Ben").await);
    let ids = add(&app, monday(&app, 2), 4, 2).await;
    act(&app, &ids[0], "claim", &ida.token, Value::Null).await;
    act(&app, &ids[1], "claim", &ben.token, Value::Null).await;
    let soon = add(&app, 3 * HOUR_MS, 2, 1).await.remove(0);
    act(&app, &soon, "claim", &ida.token, Value::Null).await;
    app.send_ok("PUT", "/me/presence", &ida.token, json!({ "presence": "available" })).await;
    let body = json!({ "disabled": true });
    app.send_ok("PATCH", &format!("/agents/{}", ida.id), &app.owner, body).await;
    assert_eq!(app.place.number("select count(*) from shifts where state = 'open'"), 1);
    // It is too late to take this one from her without pay.
    let late = "select count(*) from shifts where state = 'cancelled' and agent_id is not null";
    assert_eq!(app.place.number(late), 1);
    let there =
        format!("select count(*) from presence where agent_id = '{}' and until_at is null", ida.id);
    assert_eq!(app.place.number(&there), 0);
    // Who takes no more keeps what is theirs, and is offered nothing.
    let mut ended = terms();
    ended["active"] = json!(false);
    app.send_ok("PUT", &format!("/workers/{}", ben.id), &app.owner, ended).await;
    let page = own(&app, &ben).await;
    assert_eq!(
        (page["offers"].as_array().unwrap().len(), page["shifts"].as_array().unwrap().len()),
        (0, 1)
    );
    let (status, why) = act(&app, &ids[0], "claim", &ben.token, Value::Null).await;
    assert_eq!(
        (status, why.as_str()),
        (StatusCode::CONFLICT, "You take no more shifts at this desk.")
    );
}

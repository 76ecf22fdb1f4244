//! Levels that evidence makes: what is written, what a reviewer sees, the brake, and a replay.

use axum::http::StatusCode;
use balance::{Assigned, Fact, Happening};
use desk::Arm;
use serde_json::{Value, json};

use crate::app::App;

async fn topic(app: &App, slug: &str) -> Value {
    let topics = app.get("/topics", &app.owner).await;
    let items = topics["items"].as_array().unwrap();
    items.iter().find(|topic| topic["slug"] == slug).unwrap().clone()
}

async fn set(app: &App, slug: &str, level: Value) -> Value {
    let id = topic(app, slug).await["id"].as_str().unwrap().to_owned();
    app.send_ok("PUT", &format!("/topics/{id}/level"), &app.owner, level).await
}

async fn evidence(app: &App, slug: &str) -> Value {
    let id = topic(app, slug).await["id"].clone();
    let balance = app.get("/balance", &app.owner).await;
    let topics = balance["topics"].as_array().unwrap();
    topics.iter().find(|topic| topic["topic_id"] == id).unwrap().clone()
}

fn is_ai(messages: &[Value]) -> bool {
    messages.iter().any(|m| m["author"]["type"] == "ai" && m["kind"] == "text")
}

fn is_told(messages: &[Value]) -> bool {
    is_ai(messages) || messages.iter().any(|m| m["code"] == "receipt")
}

/// So many customers ask about refunds, and each is answered or gets a receipt.
async fn ask_many(app: &App, n: usize) -> Vec<(String, String)> {
    let mut asked = Vec::new();
    for _ in 0..n {
        let customer = app.customer().await;
        let id = app.ask(&customer, "How long does a refund take?").await;
        app.messages(&customer, &id, is_told).await;
        asked.push((customer, id));
    }
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_in_the_ledger_and_a_replay_agrees() {
    let app = App::open().await;
    let level = json!({ "level": "supervised", "by_evidence": true, "reason": "A test begins." });
    let changed = set(&app, "refunds", level).await;
    assert_eq!((&changed["is_by_hand"], &changed["level"]), (&json!(false), &json!("supervised")));
    app.service.keep_balance().await.unwrap();
    let asked = ask_many(&app, 12).await;
    let count = |kind: &str| {
        app.place.number(match kind {
            "assigned" => "select count(*) from ledger where kind = 'assigned'",
            "answered" => "select count(*) from ledger where kind = 'answered'",
            "happened" => "select count(*) from ledger where kind = 'happened'",
            _ => "select count(*) from reviews",
        })
    };
    assert_eq!(count("assigned"), 12);
    let n_by_ai = count("answered");
    assert!((1..12).contains(&n_by_ai), "{n_by_ai}: a draw with one half gives both");
    // A small topic's answers are all reviewed.
    assert_eq!(count("reviews"), n_by_ai);
    let before = count("happened");
    let (customer, id) = &asked[0];
    app.post(
        &format!("/widget/conversations/{id}/messages"),
        customer,
        json!({ "text": "a person, please" }),
    )
    .await;
    assert!(count("happened") >= before);

    app.service.keep_balance().await.unwrap();
    let found = evidence(&app, "refunds").await;
    assert_eq!(found["n_waiting"], 12, "{found}");
    assert_eq!((&found["next"], &found["n"]), (&json!("autonomous"), &json!(0)));
    let missing = found["missing"].as_array().unwrap();
    assert!(missing[0].as_str().unwrap().contains("more cases"), "{found}");
    assert_eq!(evidence(&app, "invoices").await["level"], "off");

    let replay = app.post("/balance/replay", &app.owner, Value::Null).await;
    assert_eq!(replay["difference"], Value::Null);
    assert!(replay["n_rows"].as_i64().unwrap() > 13, "{replay}");
    let decisions = app.get("/balance/decisions", &app.owner).await;
    let first = &decisions["items"][0];
    assert_eq!((&first["is_by_hand"], &first["by"]["name"]), (&json!(true), &json!("Olga")));
    assert_eq!(first["reason"], "A test begins.");

    let report = app.get("/impact?days=7", &app.owner).await;
    assert_eq!(report["n"], 0);
    assert!(report["n_waiting"].as_i64().unwrap() >= 12, "{report}");
    let wrong = app.call("GET", "/impact?days=0", &app.owner, Value::Null, &[]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_called_wrong_once_and_by_somebody_else() {
    let app = App::open().await;
    let agent = app.agent().await;
    let (id, answer) = loop {
        let customer = app.customer().await;
        let id = app.ask(&customer, "How long does a refund take?").await;
        let is_said = |messages: &[Value]| messages.len() > 1;
        let messages = app.messages(&customer, &id, is_said).await;
        let by_ai = |message: &&Value| message["author"]["type"] == "ai";
        if let Some(answer) = messages.iter().find(by_ai) {
            break (id, answer["id"].as_str().unwrap().to_owned());
        }
    };
    let count = || {
        app.place.number(
            "select count(*) from ledger where kind = 'happened' and data like '%corrected%'",
        )
    };
    let path = format!("/conversations/{id}/messages/{answer}/wrong");
    let marked = app.post(&path, &agent, Value::Null).await;
    assert_eq!(marked["wrong"], true);
    app.post(&path, &app.owner, Value::Null).await;
    assert_eq!(count(), 1, "what is said twice counts once");
    // The customer's own words are no answer, and nobody judges their own.
    let thread = app.get(&format!("/conversations/{id}"), &agent).await;
    let wrong = |message: &Value| {
        let of = message["id"].as_str().unwrap();
        format!("/conversations/{id}/messages/{of}/wrong")
    };
    let asked = wrong(&thread["messages"][0]);
    let refused = app.call("POST", &asked, &agent, Value::Null, &[]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.json);
    app.post(&format!("/conversations/{id}/claim"), &agent, json!({ "take_over": false })).await;
    let said = json!({ "kind": "reply", "text": "Ten days, I am sorry." });
    let said = app.post(&format!("/conversations/{id}/messages"), &agent, said).await;
    let refused = app.call("POST", &wrong(&said), &agent, Value::Null, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.json);
    app.post(&wrong(&said), &app.owner, Value::Null).await;
    assert_eq!(count(), 1, "the case was the assistant's; a colleague's words are not its outcome");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_sees_neither_author_nor_arm_and_marks_once() {
    let app = App::open().await;
    let level = json!({ "level": "supervised", "by_evidence": true, "reason": "A test begins." });
    set(&app, "refunds", level).await;
    app.service.keep_balance().await.unwrap();
    ask_many(&app, 6).await;
    // A person answers what was drawn for them, and does not review it.
    let agent = app.agent().await;
    let waiting = app.get("/conversations?view=waiting", &agent).await;
    let answered = waiting["items"].as_array().unwrap().len();
    for row in waiting["items"].as_array().unwrap() {
        let path = format!("/conversations/{}/messages", row["id"].as_str().unwrap());
        let text = "I am Tom. Your refund comes in five working days.";
        app.post(&path, &agent, json!({ "kind": "reply", "text": text })).await;
    }
    let counts = app.get("/reviews", &agent).await;
    assert_eq!(counts["n_open"], 6);
    assert_eq!(counts["n_for_me"], 6 - answered, "nobody reviews their own answer");

    // What one leaves to others comes last.
    let first = app.post("/reviews/next", &app.owner, Value::Null).await;
    let again = app.post("/reviews/next", &app.owner, Value::Null).await;
    assert_eq!(first["id"], again["id"], "a page that is loaded again shows the same");
    let path = format!("/reviews/{}/skip", first["id"].as_str().unwrap());
    let skipped = app.call("POST", &path, &app.owner, Value::Null, &[]).await;
    assert_eq!(skipped.status, StatusCode::NO_CONTENT);
    let other = app.post("/reviews/next", &app.owner, Value::Null).await;
    assert_ne!(first["id"], other["id"]);

    let mut seen = 0;
    loop {
        let sheet = app.call("POST", "/reviews/next", &app.owner, Value::Null, &[]).await;
        if sheet.status == StatusCode::NO_CONTENT {
            break;
        }
        let sheet = sheet.json;
        assert_eq!(sheet["kind"], "blind");
        assert_eq!(sheet["asked"], json!(["How long does a refund take?"]));
        let answer = sheet["answer"].as_str().unwrap();
        assert!(answer.contains("five working days"), "{sheet}");
        assert!(!answer.contains("Tom") && !answer.contains('['), "{sheet}");
        assert_eq!(sheet["sources"], json!([]), "sources tell who wrote it");
        for told in ["arm", "author", "agent", "generated"] {
            assert!(sheet.get(told).is_none(), "{sheet}");
        }
        let path = format!("/reviews/{}", sheet["id"].as_str().unwrap());
        let mark = json!({ "mark": "good", "guess": "ai", "comment": "Right and short." });
        let once = app.call("POST", &path, &app.owner, mark.clone(), &[]).await;
        assert_eq!(once.status, StatusCode::NO_CONTENT, "{}", once.json);
        let twice = app.call("POST", &path, &app.owner, mark, &[]).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        let odd = json!({ "mark": "splendid", "guess": "ai" });
        let odd = app.call("POST", &path, &app.owner, odd, &[]).await;
        assert_eq!(odd.status, StatusCode::BAD_REQUEST);
        seen += 1;
    }
    assert_eq!(seen, 6);
    let counts = app.get("/reviews", &app.owner).await;
    assert_eq!((&counts["n_open"], &counts["n_done_by_me"]), (&json!(0), &json!(6)));
    let rows = app.place.number("select count(*) from ledger where kind = 'reviewed'");
    assert_eq!(rows, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_shadow_only_a_reviewer_sees_what_the_assistant_would_say() {
    let app = App::open().await;
    let level = json!({ "level": "shadow", "by_evidence": true, "reason": "It practises." });
    set(&app, "refunds", level).await;
    app.service.keep_balance().await.unwrap();
    let asked = ask_many(&app, 8).await;
    let agent = app.agent().await;
    for (customer, id) in &asked {
        let thread = app.get(&format!("/widget/conversations/{id}"), customer).await;
        assert!(!is_ai(thread["messages"].as_array().unwrap()));
        let detail = app.get(&format!("/conversations/{id}"), &agent).await;
        assert!(!detail.to_string().contains("five working days"), "not even agents");
    }
    // Half of a small topic's unseen answers are reviewed, by chance; wait for the first.
    let mut sheet = app.call("POST", "/reviews/next", &app.owner, Value::Null, &[]).await;
    for _ in 0..500 {
        if sheet.status == StatusCode::OK {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        sheet = app.call("POST", "/reviews/next", &app.owner, Value::Null, &[]).await;
    }
    assert_eq!(sheet.json["kind"], "shadow");
    assert!(sheet.json["answer"].as_str().unwrap().contains("five working days"));
    assert_eq!(sheet.json["sources"][0]["url"], "/help/refund-times");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_brake_gives_the_next_message_to_a_person() {
    let app = App::open().await;
    let reason = json!({ "reason": "Something is wrong." });
    let agent = app.agent().await;
    let refused = app.call("POST", "/balance/freeze", &agent, reason.clone(), &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for _ in 0..2 {
        // Twice is once.
        let answer = app.call("POST", "/balance/freeze", &app.owner, reason.clone(), &[]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    }
    let rows = || app.place.number("select count(*) from ledger where kind = 'frozen'");
    assert_eq!(rows(), 1);
    for (customer, id) in ask_many(&app, 5).await {
        let thread = app.get(&format!("/widget/conversations/{id}"), &customer).await;
        assert!(!is_ai(thread["messages"].as_array().unwrap()), "{thread}");
    }
    let balance = app.get("/balance", &agent).await;
    assert_eq!(balance["brake"]["reason"], "Something is wrong.");
    assert_eq!(app.get("/me", &agent).await["desk"]["braked"], true);
    let answer = app.call("POST", "/balance/thaw", &app.owner, reason, &[]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let mut n_by_ai = 0;
    for (customer, id) in ask_many(&app, 5).await {
        let thread = app.get(&format!("/widget/conversations/{id}"), &customer).await;
        n_by_ai += usize::from(is_ai(thread["messages"].as_array().unwrap()));
    }
    assert!(n_by_ai > 0, "it answers again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_out_of_range_is_refused_with_a_hint() {
    let app = App::open().await;
    let id = topic(&app, "refunds").await["id"].as_str().unwrap().to_owned();
    for (level, field) in [
        (json!({ "level": "off", "by_evidence": true, "reason": "x" }), "Evidence cannot begin"),
        (json!({ "level": "autonomous", "by_evidence": true, "reason": "x" }), "Evidence cannot"),
        (json!({ "level": "shadow", "margin": 0.5, "reason": "x" }), "margin is not from"),
        (json!({ "level": "shadow", "ceiling": "moon", "reason": "x" }), "no such level"),
        (json!({ "level": "supervised", "share": 0.96, "reason": "x" }), "share is not from"),
    ] {
        let path = format!("/topics/{id}/level");
        let answer = app.call("PUT", &path, &app.owner, level, &[]).await;
        assert!(answer.status.is_client_error(), "{}", answer.json);
        assert!(answer.json.to_string().contains(field), "{}", answer.json);
    }
    assert_eq!(app.place.number("select count(*) from ledger where kind = 'set'"), 0);
}

/// Rows as cases would write them: so many of the assistant's were answered, and then a person was
/// asked for.
async fn go_wrong(app: &App, topic_id: &str, n: u128) {
    let store = app.place.open().await;
    let topic: desk::TopicId = topic_id.parse().unwrap();
    for nth in 0..n {
        let case = desk::CaseId(uuid::Uuid::from_u128(nth));
        let assigned = Assigned {
            case,
            topic,
            epoch: 1,
            level: desk::Level::Supervised,
            arm: Arm::Ai,
            propensity: 0.5,
            is_eligible: true,
            is_randomised: true,
            shown: None,
            review: None,
        };
        let mut commit = store::Commit::new(app.service.now(), desk::Actor::System);
        for fact in [
            Fact::Assigned(assigned),
            Fact::Answered { case, by: Arm::Ai },
            Fact::Happened { case, what: Happening::AskedForPerson },
        ] {
            let (kind, topic_id, case_id) = fact.about();
            let data = serde_json::to_string(&fact).unwrap();
            let kind = kind.to_owned();
            let fact = store::LedgerFact { at: None, kind, topic_id, case_id, data };
            commit.push(store::Change::Ledger(fact));
        }
        store.commit(commit).await.unwrap();
    }
    // Signs are counted when the cases' day is over.
    let tomorrow = app.service.now().plus_ms(25 * 3_600_000);
    let fact = Fact::Day { day: tomorrow.0 / 86_400_000, n_topics: 2 };
    let data = serde_json::to_string(&fact).unwrap();
    let mut commit = store::Commit::new(tomorrow, desk::Actor::System);
    commit.push(store::Change::Ledger(store::LedgerFact {
        at: None,
        kind: "day".to_owned(),
        topic_id: None,
        case_id: None,
        data,
    }));
    store.commit(commit).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_falls_by_itself_once_however_many_nodes_look() {
    let app = App::open().await;
    let level = json!({ "level": "supervised", "by_evidence": true, "reason": "A test begins." });
    let id = set(&app, "refunds", level).await["id"].as_str().unwrap().to_owned();
    app.service.keep_balance().await.unwrap();
    go_wrong(&app, &id, 60).await;
    let other = App::beside(&app).await;
    let looks = (0..4).map(|nth| {
        let service = if nth % 2 == 0 { app.service.clone() } else { other.service.clone() };
        tokio::spawn(async move { service.keep_balance().await })
    });
    let looks: Vec<_> = looks.collect();
    for look in looks {
        look.await.unwrap().unwrap();
    }
    let fallen = topic(&app, "refunds").await;
    assert_eq!(fallen["level"], "shadow", "{fallen}");
    assert_eq!(fallen["level_set_by"], Value::Null);
    assert!(fallen["level_reason"].as_str().unwrap().contains("Bad signs within the hour rose"));
    let decided = || app.place.number("select count(*) from ledger where kind = 'decided'");
    assert_eq!(decided(), 1);
    app.service.keep_balance().await.unwrap();
    assert_eq!(decided(), 1, "nothing new follows from nothing new");
    // The next customer gets a person.
    let (customer, conversation) = ask_many(&app, 1).await.remove(0);
    let thread = app.get(&format!("/widget/conversations/{conversation}"), &customer).await;
    assert!(!is_ai(thread["messages"].as_array().unwrap()), "{thread}");
    let balance = evidence(&app, "refunds").await;
    assert!(balance["rests_until"].is_string(), "{balance}");
    let items = app.get(&format!("/balance/decisions?topic_id={id}"), &app.owner).await;
    assert_eq!(items["items"][0]["is_by_hand"], false);
    assert_eq!(items["items"][0]["to"], "shadow");
    let replay = app.post("/balance/replay", &app.owner, Value::Null).await;
    assert_eq!((&replay["difference"], &replay["n_decisions"]), (&Value::Null, &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_article_is_in_the_ledger_and_makes_the_share_small() {
    let app = App::open().await;
    let level = json!({ "level": "autonomous", "share": 0.9, "reason": "Known to be good." });
    set(&app, "refunds", level).await;
    app.service.keep_balance().await.unwrap();
    let articles = app.get("/articles", &app.owner).await;
    let id = articles["items"][0]["id"].as_str().unwrap().to_owned();
    let mut article = app.get(&format!("/articles/{id}"), &app.owner).await;
    let given = json!({
        "version": article["version"].take(),
        "title": article["title"].take(),
        "body": "A refund takes sixty days.",
        "language": "en",
        "topic_ids": [topic(&app, "refunds").await["id"].clone()],
        "questions": article["questions"].take(),
    });
    app.send_ok("PUT", &format!("/articles/{id}"), &app.owner, given).await;
    app.service.keep_balance().await.unwrap();
    let changed = evidence(&app, "refunds").await;
    assert_eq!(changed["changes"][0]["what"], "The article “When you get your refund”");
    assert_eq!(changed["share"], 0.5, "{changed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_if_simulates_the_desks_own_topics_and_refuses_what_cannot_be() {
    let app = App::open().await;
    let asked = json!({
        "margin": 0.05, "holdout": 0.05, "wage": 24.0, "minutes_a_case": 8.0, "ai_per_case": 0.1,
        "price_of_bad": 15.0, "people": 3, "hours_a_day": 10.0, "unknown_gap": 0.03,
    });
    let none = app.call("POST", "/what-if", &app.owner, asked.clone(), &[]).await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    assert!(none.json["detail"].as_str().unwrap().contains("No topic has had cases yet"));
    for (field, value) in [("margin", 0.5), ("people", 0.0), ("wage", -1.0), ("holdout", 0.0)] {
        let mut wrong = asked.clone();
        wrong[field] = if field == "people" { json!(0) } else { json!(value) };
        let answer = app.call("POST", "/what-if", &app.owner, wrong, &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field}: {}", answer.json);
        assert!(answer.json["detail"].as_str().unwrap().starts_with(field), "{}", answer.json);
    }
    let level = json!({ "level": "supervised", "by_evidence": true, "reason": "A test begins." });
    let id = set(&app, "refunds", level).await["id"].as_str().unwrap().to_owned();
    go_wrong(&app, &id, 40).await;
    let found = app.post("/what-if", &app.owner, asked).await;
    assert_eq!(found["topics"][0]["name"], "refunds");
    assert_eq!(found["topics"][0]["n_assistant"], 0.0, "no outcome is known yet");
    let ways = found["ways"].as_array().unwrap();
    assert_eq!(ways.len(), 7);
    let of = |policy: &str| ways.iter().find(|way| way["policy"] == policy).unwrap().clone();
    assert_eq!(of("people")["ai_share"], 0.0);
    assert!(of("cost")["ai_share"].as_f64().unwrap() > 0.9);
    let cost = of("people")["cost"].clone();
    assert!(cost["low"].as_f64() <= cost["mean"].as_f64());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_from_before_the_ledger_keeps_its_share() {
    let app = App::open().await;
    assert_eq!(topic(&app, "refunds").await["share"], 0.95);
    // The first case of all is one that chance may not decide.
    let customer = app.customer().await;
    app.ask(&customer, "a person, please: how long does a refund take?").await;
    app.service.keep_balance().await.unwrap();
    let kept = topic(&app, "refunds").await;
    assert_eq!((&kept["share"], &kept["level"]), (&json!(0.95), &json!("supervised")));
    assert_eq!(kept["is_by_hand"], true);
    ask_many(&app, 4).await;
    app.service.keep_balance().await.unwrap();
    assert_eq!(topic(&app, "refunds").await["share"], 0.95);
}

//! Customers of a shop are served by procedures: the desk asks, reads back, calls the shop once,
//! waits for people where it has to, and hands over where only a person goes on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use assistant::{Procedure, Procedures, Tools};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use desk::Level;
use serde_json::{Value, json};
use service::{Equipment, ImportedTopic, Playbook, Reading};
use shop::{Buyer, Shop, sample};
use tokio::net::TcpListener;
use tools::{Connection, Key};

use crate::{app::App, place::Place};

pub(crate) const TOOLS: &str = include_str!("../../../../demo/tools.toml");
const PROCEDURES: [&str; 3] = [
    include_str!("../../../../demo/procedures/cancel_order.toml"),
    include_str!("../../../../demo/procedures/return_items.toml"),
    include_str!("../../../../demo/procedures/charged_twice.toml"),
];

/// So many customers that one of them is drawn for the assistant.
const N_BUYERS: usize = 40;

/// A desk and the shop that it calls.
pub(crate) struct Street {
    pub(crate) app: App,
    pub(crate) playbook: Playbook,
    /// Changes that are made, and whose answers are lost.
    n_lost: Arc<AtomicUsize>,
    /// The shop's records as they were at first.
    records: shop::Records,
    journal: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

async fn lose(State(n_lost): State<Arc<AtomicUsize>>, request: Request, next: Next) -> Response {
    let changes = request.headers().contains_key("idempotency-key");
    let response = next.run(request).await;
    let take = |n: usize| n.checked_sub(1);
    if changes && n_lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    response
}

impl Street {
    async fn open() -> Self {
        Self::with(TOOLS, Reading::default()).await
    }

    async fn with_tools(tools: &str) -> Self {
        Self::with(tools, Reading::default()).await
    }

    pub(crate) async fn with(tools: &str, reading: Reading) -> Self {
        Self::equipped(tools, Equipment { reading, ..Equipment::default() }).await
    }

    /// A desk that has more than procedures.
    pub(crate) async fn equipped(tools: &str, equipment: Equipment) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let buyers: Vec<Buyer> = (0..N_BUYERS)
            .map(|n| Buyer { id: format!("buyer-{n}"), name: format!("Ida{n} Berg") })
            .collect();
        let records = sample(&buyers, 3, "2026-12-01");
        let journal = folder.path().join("shop.ndjson");
        let shop = Shop::open(records.clone(), &journal).unwrap();
        let n_lost = Arc::new(AtomicUsize::new(0));
        let layer = middleware::from_fn_with_state(Arc::clone(&n_lost), lose);
        let routes = shop::routes(shop).layer(layer);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let tools = Tools::parse(tools).unwrap();
        let mut procedures = Procedures::default();
        for text in PROCEDURES {
            procedures.add(Procedure::parse(text, &tools).unwrap());
        }
        let connection = Connection::new(&url, Key::default()).unwrap();
        let playbook = Playbook::new(tools, procedures, connection);
        let app =
            App::open_with(Place::new(), Equipment { playbook: playbook.clone(), ..equipment })
                .await;
        teach(&app).await;
        Self { app, playbook, n_lost, records, journal, _folder: folder }
    }

    /// A customer whom the site has signed.
    pub(crate) async fn buyer(&self, id: &str) -> String {
        let secret = self.app.service.door("web").await.unwrap().identity_secret;
        let signed = sim::visitor::Identity::signed(id, "Ida Berg", &secret);
        let identity = json!({ "external_id": id, "name": "Ida Berg", "hash": signed.hash() });
        let body = json!({ "inbox": "web", "identity": identity });
        let session = self.app.post("/widget/session", "", body).await;
        session["token"].as_str().unwrap().to_owned()
    }

    /// An order in this state whose value passes the test, and its buyer.
    pub(crate) fn orders<'a>(
        &'a self,
        status: &'a str,
        fits: impl Fn(i64) -> bool + 'a,
    ) -> impl Iterator<Item = (String, String)> + 'a {
        let orders = self.records.orders.values();
        let fits = move |order: &&shop::Order| {
            let amount: i64 = order.items.iter().map(|item| item.price.0).sum();
            order.status == status && fits(amount)
        };
        orders.filter(fits).map(|order| (order.user_id.clone(), order.order_id.clone()))
    }

    /// A talk on such an order that was drawn for the assistant.
    pub(crate) async fn talk(
        &self,
        status: &str,
        fits: impl Fn(i64) -> bool,
        first: impl Fn(&str) -> String,
    ) -> Talk<'_> {
        for (user, order) in self.orders(status, fits) {
            let token = self.buyer(&user).await;
            let id = self.app.ask(&token, &first(&order)).await;
            let thread = self.app.get(&format!("/widget/conversations/{id}"), &token).await;
            if thread["conversation"]["handler"] == "assistant" {
                return Talk { street: self, token, id, order, n_heard: 0 };
            }
        }
        panic!("all customers were drawn for people");
    }

    /// A call of this talk that was sent, and of which nobody knows what came.
    async fn unknown_call(&self, talk: &Talk<'_>) {
        let tools = Tools::parse(TOOLS).unwrap();
        let tool = tools.get("cancel_pending_order").unwrap();
        let given = json!({ "order_id": talk.order, "reason": "ordered by mistake" });
        let arguments = assistant::Arguments::read(tool, &given).unwrap();
        let mut call = assistant::Call::propose(("case", "step"), tool, arguments, None, 1);
        for event in
            [assistant::CallEvent::Approve, assistant::CallEvent::Start, assistant::CallEvent::Lose]
        {
            call.apply(event).unwrap();
        }
        let content = json!({ "step": "step", "call": call }).to_string();
        let store = self.app.place.open().await;
        let mut commit = store::Commit::new(desk::Time(1), desk::Actor::System);
        commit.add(
            desk::Kind::CallProposed,
            desk::Call {
                key: call.key.as_str().to_owned(),
                version: 1,
                conversation_id: talk.id.parse().unwrap(),
                case_id: None,
                tool: tool.name.clone(),
                state: desk::CallState::Unknown,
                customer: privacy::Masked::default(),
                amount: 0,
                day: 1,
                words: privacy::Masked::default(),
                n_missing: 0,
                content,
                created_at: desk::Time(1),
                updated_at: desk::Time(1),
            },
        );
        store.commit(commit).await.unwrap();
    }

    /// How often the shop has done this, by its own journal.
    pub(crate) fn n_done(&self, operation: &str) -> usize {
        let journal = std::fs::read_to_string(&self.journal).unwrap();
        let lines = journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .filter(|line| line["operation"] == operation && line["reply"]["Ok"].is_object())
            .count()
    }
}

async fn teach(app: &App) {
    let topic = |slug: &str, examples: &[&str]| ImportedTopic {
        slug: slug.to_owned(),
        name: String::new(),
        description: String::new(),
        level: Level::Supervised,
        share: 0.95,
        people_first: false,
        answers_at_night: true,
        examples: examples.iter().map(|text| (*text).into()).collect(),
    };
    let cancel = [
        "cancel my order",
        "I want to cancel order #W1234567",
        "please cancel my purchase",
        "I ordered by mistake, cancel it",
        "change my order",
        "can I cancel an order that I placed today",
        "I don't need the order any more",
    ];
    let returns = [
        "I want to return the lamp",
        "send my order back",
        "register a return for order #W1234567",
        "I would like to return something",
        "start a return please",
        "return label for my order",
        "I want to give back the chair",
    ];
    let payments = [
        "I was charged twice",
        "you took the money two times",
        "two payments for order #W1234567 on my card",
        "my card was debited twice",
        "double charge on my statement",
        "double payment",
        "why are there two charges",
    ];
    let topics = vec![
        topic("cancel-or-change-order", &cancel),
        topic("returns", &returns),
        topic("payments-and-invoices", &payments),
    ];
    app.service.import_topics(topics, "A test sets it.").await.unwrap();
}

/// One customer's conversation.
pub(crate) struct Talk<'a> {
    street: &'a Street,
    pub(crate) token: String,
    pub(crate) id: String,
    pub(crate) order: String,
    n_heard: usize,
}

impl Talk<'_> {
    /// The assistant's next message.
    pub(crate) async fn hears(&mut self) -> Value {
        self.listens(false).await.expect("it waits for a message")
    }

    /// The assistant's next message, or none where a person goes on.
    pub(crate) async fn hears_or_is_handed_over(&mut self) -> Option<Value> {
        self.listens(true).await
    }

    async fn listens(&mut self, ends_with_a_person: bool) -> Option<Value> {
        let (app, n) = (&self.street.app, self.n_heard);
        let path = format!("/widget/conversations/{}", self.id);
        for _ in 0..3_000 {
            let thread = app.get(&path, &self.token).await;
            let said: Vec<Value> = thread["messages"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|message| message["author"]["type"] == "ai")
                .cloned()
                .collect();
            if said.len() > n {
                self.n_heard = said.len();
                return Some(said[n].clone());
            }
            if ends_with_a_person && thread["conversation"]["handler"] == "queue" {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let thread = app.get(&path, &self.token).await;
        panic!("the assistant said nothing more: {}", thread["messages"]);
    }

    /// Whether the assistant says more than was heard, once nothing is being worked on.
    pub(crate) async fn has_more(&self) -> bool {
        while self.street.app.place.number("select count(*) from jobs") > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let path = format!("/widget/conversations/{}", self.id);
        let thread = self.street.app.get(&path, &self.token).await;
        let messages = thread["messages"].as_array().unwrap();
        messages.iter().filter(|one| one["author"]["type"] == "ai").count() > self.n_heard
    }

    pub(crate) async fn says(&mut self, text: &str) -> Value {
        let path = format!("/widget/conversations/{}/messages", self.id);
        self.street.app.post(&path, &self.token, json!({ "text": text })).await;
        self.hears().await
    }

    /// As an agent sees it.
    pub(crate) async fn seen(&self) -> Value {
        let path = format!("/conversations/{}", self.id);
        self.street.app.get(&path, &self.street.app.owner).await
    }

    pub(crate) async fn is_handed_over(&self) -> Value {
        for _ in 0..3_000 {
            let seen = self.seen().await;
            if seen["conversation"]["handler"] == "queue" {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no person got it: {}", self.seen().await);
    }
}

pub(crate) fn holds(message: &Value, words: &str) {
    let text = message["text"].as_str().unwrap();
    assert!(text.contains(words), "{text:?} does not hold {words:?}");
}

pub(crate) const SMALL: i64 = 200_000;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_cancelled_by_what_its_buyer_writes() {
    let street = Street::open().await;
    let first = |order: &str| format!("Please cancel order {order}");
    let mut talk = street.talk("pending", |amount| amount < SMALL, first).await;
    let asked = talk.hears().await;
    holds(&asked, "no longer needed");
    assert_eq!(asked["choices"], json!(["no longer needed", "ordered by mistake"]));
    let path =
        format!("/conversations/{}/messages/{}/trace", talk.id, asked["id"].as_str().unwrap());
    let steps = street.app.get(&path, &street.app.owner).await["items"].to_string();
    for step in ["begin cancel_order", "looks up", &talk.order] {
        assert!(steps.contains(step), "{step}: {steps}");
    }
    // A thought in two pieces, however fast they come.
    let path = format!("/widget/conversations/{}/messages", talk.id);
    let piece = json!({ "text": "It was ordered by mistake" });
    street.app.post(&path, &talk.token, piece).await;
    let mut read_back = talk.says("Thanks!").await;
    if talk.has_more().await {
        read_back = talk.hears().await;
    }
    holds(&read_back, &format!("I cancel order {} as ordered by mistake", talk.order));
    assert_eq!(read_back["choices"], json!(["Yes", "No"]));
    // A question in between is answered as well as it can be, and the question comes back.
    let between = talk.says("How long does it take until I have my money?").await;
    holds(&between, "Shall I?");
    // A yes with a condition is none.
    let unclear = talk.says("yes but pay it to my other card").await;
    holds(&unclear, "Shall I?");
    assert_eq!(street.n_done("cancel_pending_order"), 0);
    let done = talk.says("Yes, please").await;
    holds(&done, "is cancelled");
    assert_eq!(done["sources"][0]["article_id"], Value::Null);
    assert!(done["sources"][0]["quote"].as_str().unwrap().contains("is cancelled"), "{done}");
    assert_eq!(street.n_done("cancel_pending_order"), 1);
    let seen = talk.seen().await;
    let call = &seen["calls"][0];
    assert_eq!(
        (&call["state"], &call["tool"]),
        (&json!("succeeded"), &json!("cancel_pending_order"))
    );
    assert_eq!(call["arguments"][0], json!({ "name": "order_id", "value": talk.order }));
    // The question in between is of another topic; what answered the procedure is none.
    assert_eq!(seen["cases"].as_array().unwrap().len(), 2, "{}", seen["cases"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_is_corrected_in_the_middle() {
    let street = Street::open().await;
    let first = |_: &str| "I want to return something".to_owned();
    let mut talk = street.talk("delivered", |amount| amount < SMALL, first).await;
    let asked = talk.hears().await;
    holds(&asked, "Which order");
    assert!(asked["choices"].as_array().unwrap().len() > 1, "{asked}");
    // Another wish in between is begun, left, and the question comes back.
    let other = street.orders("pending", |_| true).next().unwrap().1;
    let between = talk.says(&format!("please cancel order {other}")).await;
    holds(&between, "cancel");
    holds(&talk.says("never mind").await, "Which order is it?");
    let order = talk.order.clone();
    let mut said = talk.says(&order).await;
    if said["text"].as_str().unwrap().contains("What shall go back") {
        said = talk.says("all").await;
    }
    holds(&said, "Where shall the money go");
    let read_back = talk.says("gift card").await;
    holds(&read_back, "the money goes to: gift card");
    // Another destination before the yes: read back anew, and nothing was sent.
    let corrected = talk.says("no, the way I paid").await;
    let text = corrected["text"].as_str().unwrap();
    assert!(text.contains("as you paid") || text.contains("Where shall"), "{text}");
    assert_eq!(street.n_done("return_delivered_order_items"), 0);
    let again = if text.contains("Where shall") { talk.says("2").await } else { corrected };
    holds(&again, "the money goes to:");
    let done = talk.says("yes").await;
    holds(&done, "return requested");
    assert_eq!(street.n_done("return_delivered_order_items"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_amount_waits_for_people() {
    let street = Street::open().await;
    let app = &street.app;
    let first = |order: &str| format!("cancel {order}, it was ordered by mistake");
    let large = |amount: i64| amount > SMALL && amount < 500_000;
    let mut talk = street.talk("pending", large, first).await;
    holds(&talk.hears().await, "Shall I?");
    holds(&talk.says("yes").await, "A colleague has to approve this first");
    // Who goes away meanwhile hears of it all the same.
    app.post(&format!("/widget/conversations/{}/close", talk.id), &talk.token, Value::Null).await;
    let waiting = app.get("/calls", &app.owner).await;
    let call = &waiting["items"][0];
    assert_eq!((&call["state"], &call["missing_approvals"]), (&json!("proposed"), &json!(1)));
    let key = call["id"].as_str().unwrap().to_owned();
    let agent = app.agent().await;
    let approve = format!("/calls/{key}/approve");
    let refused = app.call("POST", &approve, &agent, Value::Null, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.json);
    assert_eq!(street.n_done("cancel_pending_order"), 0);
    let approved = app.post(&approve, &app.owner, Value::Null).await;
    assert_eq!(approved["approved_by"][0]["name"], "Olga");
    holds(&talk.hears().await, "is cancelled");
    assert_eq!(street.n_done("cancel_pending_order"), 1);
    let again = app.call("POST", &approve, &app.owner, Value::Null, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.json);
    assert_eq!(app.get("/calls", &app.owner).await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_refuses_is_not_done_and_a_person_goes_on() {
    let street = Street::open().await;
    let app = &street.app;
    let first = |order: &str| format!("cancel {order}, it was ordered by mistake");
    let mut talk = street.talk("pending", |amount| amount > SMALL, first).await;
    talk.hears().await;
    holds(&talk.says("yes").await, "A colleague has to approve this first");
    let waiting = app.get("/calls", &app.owner).await;
    let key = waiting["items"][0]["id"].as_str().unwrap();
    let refuse = format!("/calls/{key}/refuse");
    let blank = app.call("POST", &refuse, &app.owner, json!({ "reason": " " }), &[]).await;
    assert_eq!(blank.status, StatusCode::BAD_REQUEST, "{}", blank.json);
    app.post(&refuse, &app.owner, json!({ "reason": "It left the house." })).await;
    let seen = talk.is_handed_over().await;
    let handoff = &seen["handoffs"][0];
    assert_eq!(handoff["reason"], "procedure");
    let why = handoff["reason_text"].as_str().unwrap();
    assert!(why.contains("Olga refused it: It left the house."), "{why}");
    let tried = handoff["tried"].to_string();
    assert!(tried.contains(&talk.order) && tried.contains("ordered by mistake"), "{tried}");
    assert_eq!(street.n_done("cancel_pending_order"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_is_lost_is_not_made_again() {
    let street = Street::open().await;
    let first = |order: &str| format!("cancel {order}, it was ordered by mistake");
    let mut talk = street.talk("pending", |amount| amount < SMALL, first).await;
    talk.hears().await;
    street.n_lost.store(1, Ordering::SeqCst);
    // It was done, the answer was lost, and another process finds it by its key.
    let yes = format!("/widget/conversations/{}/messages", talk.id);
    street.app.post(&yes, &talk.token, json!({ "text": "yes" })).await;
    while street.n_lost.load(Ordering::SeqCst) > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let beside = App::around(
        service::Service::open_with(
            street.app.place.open().await,
            1.0,
            Equipment { playbook: street.playbook.clone(), ..Equipment::default() },
        )
        .await
        .unwrap(),
        street.app.place.clone(),
    );
    holds(&talk.hears().await, "is cancelled");
    assert_eq!(street.n_done("cancel_pending_order"), 1);
    drop(beside);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_knows_is_asked_about_again_by_a_person() {
    let street = Street::open().await;
    let app = &street.app;
    let first = |order: &str| format!("cancel {order}, it was ordered by mistake");
    let mut talk = street.talk("pending", |amount| amount < SMALL, first).await;
    talk.hears().await;
    talk.says("never mind").await;
    // As a desk leaves it that asked in vain for half a minute.
    street.unknown_call(&talk).await;
    let seen = talk.seen().await;
    let call = &seen["calls"][0];
    assert_eq!(call["state"], "unknown", "{call}");
    let look = format!("/calls/{}/look", call["id"].as_str().unwrap());
    let told = app.post(&look, &app.agent().await, Value::Null).await;
    assert_eq!(told["state"], "failed", "{told}");
    assert!(told["why"].as_str().unwrap().contains("nothing was done"), "{told}");
    assert_eq!(street.n_done("cancel_pending_order"), 0);
    let again = app.call("POST", &look, &app.owner, Value::Null, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.json);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_signed_in_sees_nothing_and_somebody_elses_order_is_nobodys() {
    let street = Street::open().await;
    let app = &street.app;
    let (_, order) = street.orders("pending", |_| true).next().unwrap();
    let wish = format!("Please cancel order {order}");
    // Nobody knows who this is.
    let mut is_served = false;
    for _ in 0..N_BUYERS {
        let token = app.customer().await;
        let id = app.ask(&token, &wish).await;
        let thread = app.get(&format!("/widget/conversations/{id}"), &token).await;
        if thread["conversation"]["handler"] != "assistant" {
            continue;
        }
        let talk = Talk { street: &street, token, id, order: order.clone(), n_heard: 0 };
        let seen = talk.is_handed_over().await;
        let why = seen["handoffs"][0]["reason_text"].as_str().unwrap();
        assert!(why.contains("has not shown who they are"), "{why}");
        is_served = true;
        break;
    }
    assert!(is_served, "all were drawn for people");
    // Somebody else who knows the number.
    let first = |_: &str| wish.clone();
    let others = street.records.users.keys();
    let mut refused = 0;
    for user in others {
        let token = street.buyer(user).await;
        let owns =
            street.orders("pending", |_| true).any(|(owner, id)| owner == *user && id == order);
        let id = app.ask(&token, &first("")).await;
        let thread = app.get(&format!("/widget/conversations/{id}"), &token).await;
        if owns || thread["conversation"]["handler"] != "assistant" {
            continue;
        }
        let mut talk = Talk { street: &street, token, id, order: order.clone(), n_heard: 0 };
        let asked = talk.hears().await;
        holds(&asked, "Which order shall I cancel?");
        assert!(!asked["choices"].to_string().contains(&order), "{asked}");
        holds(&talk.says(&order).await, "choose one of these orders");
        refused += 1;
    }
    assert!(refused > 0, "all were drawn for people");
    assert_eq!(street.n_done("cancel_pending_order"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_for_two_who_reserve_at_once() {
    let tight = TOOLS.replace("per_day = 100_000_000", "per_day = 150_000");
    let street = Street::with_tools(&tight).await;
    let first = |order: &str| format!("cancel {order}, it was ordered by mistake");
    // Two of which each fits the day's limit, but not both.
    let fits = |amount: i64| (80_000..150_000).contains(&amount);
    let orders: Vec<(String, String)> = street.orders("pending", fits).collect();
    let mut talks = Vec::new();
    for (user, order) in orders {
        let token = street.buyer(&user).await;
        let id = street.app.ask(&token, &first(&order)).await;
        let thread = street.app.get(&format!("/widget/conversations/{id}"), &token).await;
        if thread["conversation"]["handler"] == "assistant" {
            let mut talk = Talk { street: &street, token, id, order, n_heard: 0 };
            holds(&talk.hears().await, "Shall I?");
            talks.push(talk);
        }
    }
    assert!(talks.len() > 1, "too few were drawn for the assistant");
    talks.truncate(2);
    let yes = async |talk: &Talk<'_>| {
        let path = format!("/widget/conversations/{}/messages", talk.id);
        street.app.post(&path, &talk.token, json!({ "text": "yes" })).await
    };
    tokio::join!(yes(&talks[0]), yes(&talks[1]));
    let mut n_refused = 0;
    for talk in &mut talks {
        let is_settled = async {
            loop {
                let seen = talk.seen().await;
                let state = seen["calls"][0]["state"].as_str().map(str::to_owned);
                if seen["conversation"]["handler"] == "queue" {
                    return true;
                }
                if state.as_deref() == Some("succeeded") {
                    return false;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        n_refused +=
            usize::from(tokio::time::timeout(Duration::from_secs(60), is_settled).await.unwrap());
    }
    assert_eq!(street.n_done("cancel_pending_order"), 1);
    assert_eq!(n_refused, talks.len() - 1);
}

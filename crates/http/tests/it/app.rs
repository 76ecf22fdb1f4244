//! A desk with a small shop's knowledge, an owner, an agent and as many customers as a test needs.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use desk::{Level, Role};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use service::{Equipment, FirstRun, ImportedArticle, ImportedTopic, NewAgent, Sample, Service};
use tower::ServiceExt;

use crate::place::Place;

pub(crate) const PASSWORD: &str = "a long password";

pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) place: Place,
    pub(crate) service: Service,
    pub(crate) owner: String,
}

/// An answer: status and JSON.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) json: Value,
}

impl App {
    /// Refunds are answered by the assistant in nearly all cases, complaints by people.
    pub(crate) async fn open() -> Self {
        Self::open_at(Place::new()).await
    }

    pub(crate) async fn open_at(place: Place) -> Self {
        Self::open_with(place, Equipment::default()).await
    }

    /// A desk that has more than its store.
    pub(crate) async fn open_with(place: Place, equipment: Equipment) -> Self {
        let service = Service::open_with(place.open().await, 1.0, equipment).await.unwrap();
        let owner = service
            .set_up(FirstRun {
                desk_name: "Shop".into(),
                name: "Olga".into(),
                email: "olga@shop.example".into(),
                password: PASSWORD.to_owned(),
                is_demo: true,
            })
            .await
            .unwrap();
        let caller = service::Caller::plain(service::Who::Agent(owner.agent.clone()));
        let agent = NewAgent {
            name: "Tom".into(),
            email: "tom@shop.example".into(),
            role: Role::Agent,
            password: Some(PASSWORD.to_owned()),
        };
        service.add_agent(&caller, agent).await.unwrap();
        teach(&service).await;
        Self { router: http::router(service.clone(), sample()), place, service, owner: owner.token }
    }

    /// Another process on the same database.
    pub(crate) async fn beside(one: &Self) -> Self {
        Self::beside_with(one, Equipment::default()).await
    }

    pub(crate) async fn beside_with(one: &Self, equipment: Equipment) -> Self {
        let place = one.place.clone();
        let service = Service::open_with(place.open().await, 1.0, equipment).await.unwrap();
        let owner = one.owner.clone();
        Self { router: http::router(service.clone(), sample()), place, service, owner }
    }

    /// A desk as it is.
    pub(crate) fn around(service: Service, place: Place) -> Self {
        let router = http::router(service.clone(), sample());
        Self { router, place, service, owner: String::new() }
    }

    /// A request with a token and extra headers.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, json }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Value {
        let answer = self.call("GET", path, token, Value::Null, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "GET {path}: {}", answer.json);
        answer.json
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Value {
        let answer = self.call("POST", path, token, body, &[]).await;
        assert!(answer.status.is_success(), "POST {path}: {}", answer.json);
        answer.json
    }

    /// A request of another method that goes well.
    pub(crate) async fn send_ok(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Value,
    ) -> Value {
        let answer = self.call(method, path, token, body, &[]).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.json);
        answer.json
    }

    /// The number of the journal's last row.
    pub(crate) fn last_seq(&self) -> i64 {
        self.place.number("select max(seq) from journal")
    }

    /// Ends the session that was opened last, as if its time were over.
    pub(crate) fn expire_last_session(&self) {
        let query = "update sessions set expires_at = 1
            where created_at = (select max(created_at) from sessions) returning expires_at";
        assert_eq!(self.place.number(query), 1);
    }

    /// A new anonymous customer's token.
    pub(crate) async fn customer(&self) -> String {
        let session = self.post("/widget/session", "", json!({ "inbox": "web" })).await;
        session["token"].as_str().unwrap().to_owned()
    }

    /// The agent's token.
    pub(crate) async fn agent(&self) -> String {
        let given = json!({ "email": "tom@shop.example", "password": PASSWORD });
        let session = self.post("/session", "", given).await;
        session["token"].as_str().unwrap().to_owned()
    }

    /// A conversation that begins with these words; its id.
    pub(crate) async fn ask(&self, customer: &str, text: &str) -> String {
        let thread = self.post("/widget/conversations", customer, json!({ "text": text })).await;
        thread["conversation"]["id"].as_str().unwrap().to_owned()
    }

    /// The customer's messages once `is_done` holds of them.
    pub(crate) async fn messages(
        &self,
        customer: &str,
        id: &str,
        is_done: impl Fn(&[Value]) -> bool,
    ) -> Vec<Value> {
        // A busy machine may need long; nothing here measures how long.
        let began = std::time::Instant::now();
        while began.elapsed() < std::time::Duration::from_secs(60) {
            let thread = self.get(&format!("/widget/conversations/{id}"), customer).await;
            let messages = thread["messages"].as_array().unwrap().clone();
            if is_done(&messages) {
                return messages;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        panic!("the answer did not come");
    }
}

async fn teach(service: &Service) {
    let topic = |slug: &str, level, examples: &[&str]| ImportedTopic {
        slug: slug.to_owned(),
        name: String::new(),
        description: String::new(),
        level,
        share: 0.95,
        people_first: false,
        answers_at_night: true,
        examples: examples.iter().map(|text| (*text).into()).collect(),
    };
    let refunds = [
        "when do I get my refund",
        "how long does a refund take",
        "refund not received",
        "where is my money for the returned lamp",
        "refund status please",
        "has my refund been paid",
    ];
    let invoices = [
        "I need an invoice",
        "please send the receipt",
        "invoice for my company",
        "where is my receipt",
        "VAT invoice please",
        "copy of the invoice",
    ];
    let topics = vec![
        topic("refunds", Level::Supervised, &refunds),
        topic("invoices", Level::Off, &invoices),
    ];
    service.import_topics(topics, "A test sets it.").await.unwrap();
    let article = ImportedArticle {
        slug: "refund-times".to_owned(),
        title: "When you get your refund".into(),
        body: "A refund takes five working days after your return has arrived. \
               The money goes to the card or account that you paid with.\n"
            .into(),
        language: "en".to_owned(),
        topics: vec!["refunds".to_owned()],
        questions: vec!["How long does a refund take?".into(), "When do I get my refund?".into()],
    };
    service.import_articles(vec![article]).await.unwrap();
}

/// A sample shop of one topic and one article.
fn sample() -> Sample {
    Sample {
        topics: vec![ImportedTopic {
            slug: "sofas".to_owned(),
            name: "Sofas".to_owned(),
            description: "What we sit on.".to_owned(),
            level: Level::Supervised,
            share: 0.95,
            people_first: false,
            answers_at_night: false,
            examples: vec!["is the sofa soft".into(), "which sofa is the widest".into()],
        }],
        articles: vec![ImportedArticle {
            slug: "sofa-care".to_owned(),
            title: "Caring for a sofa".into(),
            body: "Brush the cover once a week.\n".into(),
            language: "en".to_owned(),
            topics: vec!["sofas".to_owned()],
            questions: vec!["How do I clean my sofa?".into()],
        }],
    }
}

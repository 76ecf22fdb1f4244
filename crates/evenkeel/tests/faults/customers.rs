//! Customers who go on asking, whatever happens to the desk; and what they were told.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use serde_json::{Value, json};
use sim::Chance;
use tokio::task::JoinHandle;

use crate::desk::Desk;

pub(crate) const QUESTIONS: [&str; 4] = [
    "how do I reset my password",
    PERSON,
    "how long does a refund take",
    "what is the meaning of all this",
];
/// Whoever asks so writes more afterwards, since the assistant stays out of it.
const PERSON: &str = "a person, please";
const N_MORE: usize = 2;

/// A desk that does not answer by then hangs.
const ANSWER_MAX: Duration = Duration::from_secs(60);
/// By then a message is through, however often it was refused.
const THROUGH_MAX: Duration = Duration::from_secs(240);
/// Before what was refused is sent again.
const AGAIN: Duration = Duration::from_millis(20);

/// A message that a desk said is safe.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) client_id: String,
    /// How long the recorder's log was by then; 0 without one.
    pub(crate) at: u64,
}

/// How they behave.
pub(crate) struct Manners {
    /// What their names begin with.
    pub(crate) name: &'static str,
    /// The desks' addresses; they try one or the other.
    pub(crate) desks: Vec<String>,
    /// Answers that are no bug of the desk, besides no answer at all.
    pub(crate) may_refuse: &'static [StatusCode],
    /// Between a question and the next.
    pub(crate) pause: Duration,
    /// A file that grows with each write to the desk's disk.
    pub(crate) clock: Option<PathBuf>,
}

/// What they have in common.
struct Common {
    manners: Manners,
    is_over: AtomicBool,
    acknowledged: Mutex<Vec<Acknowledged>>,
    n_refused: AtomicUsize,
    longest: Mutex<Duration>,
}

impl Common {
    fn waited(&self, length: Duration) {
        let mut longest = self.longest.lock().unwrap();
        *longest = length.max(*longest);
    }
}

/// Customers at work.
pub(crate) struct Customers {
    common: Arc<Common>,
    at_work: Vec<JoinHandle<()>>,
}

/// What became of them.
pub(crate) struct Told {
    /// In order of their names.
    pub(crate) acknowledged: Vec<Acknowledged>,
    pub(crate) n_refused: usize,
    /// The longest that one of them waited for an answer.
    pub(crate) longest: Duration,
}

impl Told {
    pub(crate) fn client_ids(&self) -> Vec<String> {
        self.acknowledged.iter().map(|told| told.client_id.clone()).collect()
    }
}

impl Customers {
    pub(crate) fn come(n: usize, chance: &mut Chance, manners: Manners) -> Self {
        let common = Arc::new(Common {
            manners,
            is_over: AtomicBool::new(false),
            acknowledged: Mutex::default(),
            n_refused: AtomicUsize::new(0),
            longest: Mutex::default(),
        });
        let at_work = (0..n).map(|nth| {
            let http = client();
            let common = Arc::clone(&common);
            tokio::spawn(Customer { nth, http, common, chance: chance.fork() }.ask_on())
        });
        let at_work = at_work.collect();
        Self { common, at_work }
    }

    pub(crate) fn n_acknowledged(&self) -> usize {
        self.common.acknowledged.lock().unwrap().len()
    }

    /// They get their last questions through and go.
    pub(crate) async fn leave(self) -> Told {
        self.common.is_over.store(true, Ordering::Relaxed);
        for customer in self.at_work {
            customer.await.unwrap();
        }
        let mut acknowledged = self.common.acknowledged.lock().unwrap().clone();
        acknowledged.sort_by(|one, other| one.client_id.cmp(&other.client_id));
        Told {
            acknowledged,
            n_refused: self.common.n_refused.load(Ordering::Relaxed),
            longest: *self.common.longest.lock().unwrap(),
        }
    }
}

pub(crate) fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().connect_timeout(Duration::from_secs(20));
    client.build().unwrap()
}

struct Customer {
    nth: usize,
    http: reqwest::Client,
    common: Arc<Common>,
    chance: Chance,
}

impl Customer {
    async fn ask_on(mut self) {
        let mut n_asked = 0;
        while !self.common.is_over.load(Ordering::Relaxed) {
            let session = self.post("/widget/session", "", &json!({ "inbox": "web" })).await;
            let token = session["token"].as_str().unwrap().to_owned();
            let text = QUESTIONS[n_asked % QUESTIONS.len()];
            let name = format!("{}-{}-{n_asked:05}", self.common.manners.name, self.nth);
            let thread = self.write("/widget/conversations", &token, text, name.clone()).await;
            let id = thread["conversation"]["id"].as_str().unwrap();
            let path = format!("/widget/conversations/{id}/messages");
            for nth in 1..=if text == PERSON { N_MORE } else { 0 } {
                let text = format!("it is urgent {nth}");
                self.write(&path, &token, &text, format!("{name}.{nth}")).await;
            }
            n_asked += 1;
            tokio::time::sleep(self.common.manners.pause).await;
        }
    }

    async fn write(&mut self, path: &str, token: &str, text: &str, client_id: String) -> Value {
        let said = self.post(path, token, &json!({ "text": text, "client_id": client_id })).await;
        let clock = self.common.manners.clock.as_ref();
        let at = clock.map_or(0, |clock| std::fs::metadata(clock).unwrap().len());
        self.common.acknowledged.lock().unwrap().push(Acknowledged { client_id, at });
        said
    }

    /// Sends it, as it is, until a desk takes it.
    async fn post(&mut self, path: &str, token: &str, body: &Value) -> Value {
        let first = Instant::now();
        while first.elapsed() < THROUGH_MAX {
            let desks = &self.common.manners.desks;
            let desk = &desks[self.chance.below(desks.len())];
            let mut request = self.http.post(format!("{desk}{path}")).json(body);
            if !token.is_empty() {
                request = request.bearer_auth(token);
            }
            let began = Instant::now();
            let answer = tokio::time::timeout(ANSWER_MAX, answer(request)).await;
            let answer = answer.unwrap_or_else(|_| panic!("{desk}{path} {body}: it hangs"));
            self.common.waited(began.elapsed());
            match answer {
                // It was killed before, or while, it answered.
                Err(_) => {}
                Ok((status, said)) if status.is_success() => return said,
                Ok((status, _)) if self.common.manners.may_refuse.contains(&status) => {
                    self.common.n_refused.fetch_add(1, Ordering::Relaxed);
                }
                Ok((status, said)) => panic!("{desk}{path} {body}: {status} {said}"),
            }
            tokio::time::sleep(AGAIN).await;
        }
        panic!("{path} {body}: no desk has taken it in {THROUGH_MAX:?}");
    }
}

/// A whole answer.
pub(crate) async fn answer(
    request: reqwest::RequestBuilder,
) -> reqwest::Result<(StatusCode, Value)> {
    let answer = request.send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

/// A new customer asks; gives their token and the conversation, or the refusal.
pub(crate) async fn ask(
    desk: &Desk,
    text: &str,
    client_id: &str,
) -> Result<(String, String), (StatusCode, Value)> {
    let http = client();
    let post = async |path: &str, token: &str, body: Value| {
        let request = http.post(format!("{}{path}", desk.api())).bearer_auth(token).json(&body);
        let (status, said) = answer(request).await.unwrap();
        if status.is_success() { Ok(said) } else { Err((status, said)) }
    };
    let session = post("/widget/session", "", json!({ "inbox": "web" })).await?;
    let token = session["token"].as_str().unwrap();
    let body = json!({ "text": text, "client_id": client_id });
    let thread = post("/widget/conversations", token, body).await?;
    Ok((token.to_owned(), thread["conversation"]["id"].as_str().unwrap().to_owned()))
}

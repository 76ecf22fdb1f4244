//! One model behind one address: asked, waited for, and left alone when it is not there.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, StatusCode, body::Incoming, header};
use outbound::{Client, Key, Reach};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;

use crate::{
    Answer, Fault, Question, Usage,
    breaker::Breaker,
    wire::{Assembler, Events, REFUSABLE, Repair, message_of, request},
};

/// Questions on their way at once; more go elsewhere.
const AT_ONCE: usize = 32;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);
/// An answer that is longer is none.
const BYTES_MAX: usize = 1024 * 1024;
/// The longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 200;

/// How long each part of an answer is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until its first piece.
    pub first: Duration,
    /// From one piece to the next.
    pub next: Duration,
    /// Until its end, with all repairs.
    pub total: Duration,
}

impl Default for Patience {
    /// A customer waits.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { first: seconds(10), next: seconds(5), total: seconds(30) }
    }
}

/// A model behind an address. Cloning is cheap; all clones are the same model.
#[derive(Clone, Debug)]
pub struct Model(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    base: Url,
    name: String,
    key: Key,
    patience: Patience,
    breaker: Breaker,
    permits: Semaphore,
    /// Settings that this server has refused.
    without: Mutex<BTreeSet<&'static str>>,
    /// `v1` is added where the address does not say so, or left out where it would be.
    other_path: AtomicBool,
}

/// How a model stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is asked.
    Asked,
    /// It failed, and is left alone for so long yet.
    Rests(Duration),
}

impl Model {
    /// The model of this name at an address, with or without `/v1` at its end.
    ///
    /// # Errors
    ///
    /// When that is no `http://` or `https://` address, or no name.
    pub fn new(base: &str, name: &str, key: Key, patience: Patience) -> Result<Self, ModelFault> {
        let fault = |fault: outbound::Fault| ModelFault(fault.to_string());
        let url = outbound::address(base).map_err(fault)?;
        if name.trim().is_empty() {
            return Err(ModelFault("a model needs a name".to_owned()));
        }
        let client = outbound::client(CONNECT, Reach::Anywhere).map_err(fault)?;
        Ok(Self(Arc::new(Inner {
            client,
            base: url,
            name: name.trim().to_owned(),
            key,
            patience,
            breaker: Breaker::default(),
            permits: Semaphore::new(AT_ONCE),
            without: Mutex::default(),
            other_path: AtomicBool::new(false),
        })))
    }

    /// The name by which the server knows it.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The host, for people; never the whole address, which may hold a secret.
    pub fn host(&self) -> &str {
        self.0.base.host_str().unwrap_or_default()
    }

    /// Whether it is asked at the moment.
    pub fn standing(&self) -> Standing {
        let now = Instant::now();
        match self.0.breaker.rests_until(now) {
            Some(until) => Standing::Rests(until - now),
            None => Standing::Asked,
        }
    }

    /// Asks, and gives the answer with what it cost, also where there is none.
    ///
    /// # Errors
    ///
    /// Says why there is no answer. A model that is not there is not waited for a second time.
    pub async fn ask(&self, question: &Question<'_>) -> (Result<Answer, Fault>, Usage) {
        let mut usage = Usage::default();
        let Ok(_permit) = self.0.permits.try_acquire() else {
            return (Err(Fault::Busy), usage);
        };
        if !self.0.breaker.may_ask(Instant::now(), self.0.patience.total) {
            return (Err(Fault::Resting), usage);
        }
        let rounds = self.rounds(question, &mut usage);
        let answer = match tokio::time::timeout(self.0.patience.total, rounds).await {
            Ok(answer) => answer,
            Err(_) => Err(Fault::Slow("the end of an answer")),
        };
        match &answer {
            Err(fault) if fault.is_outage() => self.0.breaker.failed(fault, Instant::now()),
            _ => self.0.breaker.answered(),
        }
        (answer, usage)
    }

    /// Calls that cannot be read are asked for once more.
    async fn rounds(&self, question: &Question<'_>, usage: &mut Usage) -> Result<Answer, Fault> {
        match self.round(question, None, usage).await?.end() {
            Ok(answer) => Ok(answer),
            Err((calls, why)) => {
                let repair = Repair { calls: &calls, why: &why };
                let again = self.round(question, Some(&repair), usage).await?;
                again.end().map_err(|(_, why)| Fault::Broken(why))
            }
        }
    }

    async fn round(
        &self,
        question: &Question<'_>,
        repair: Option<&Repair<'_>>,
        usage: &mut Usage,
    ) -> Result<Assembler, Fault> {
        let mut has_tried_both = false;
        loop {
            let without = self.without();
            let body = request(&self.0.name, question, &without, repair);
            let other_path = self.0.other_path.load(Ordering::Relaxed);
            let response = self.send(&body, other_path).await?;
            let status = response.status();
            if status.is_success() {
                let assembled = self.read(response).await;
                if let Ok(assembled) = &assembled {
                    *usage += assembled.usage(&body);
                }
                return assembled;
            }
            let after = retry_after(&response);
            let words = words_of(response).await;
            // With or without `v1`: what is found is remembered. Where neither is, it is the model
            // that is not there.
            if status == StatusCode::NOT_FOUND && !self.is_whole_path() {
                self.0.other_path.store(!other_path, Ordering::Relaxed);
                if !has_tried_both {
                    has_tried_both = true;
                    continue;
                }
            }
            if let Some(refused) = refused_setting(status, &words, &without) {
                let mut without =
                    self.0.without.lock().expect("no code panics while it holds this lock");
                without.insert(refused);
                continue;
            }
            return Err(fault(status, &words, after));
        }
    }

    fn without(&self) -> BTreeSet<&'static str> {
        self.0.without.lock().expect("no code panics while it holds this lock").clone()
    }

    /// Whether the address leaves nothing to guess.
    fn is_whole_path(&self) -> bool {
        let path = self.0.base.path().trim_end_matches('/');
        path.ends_with("/v1") || path.ends_with("/chat/completions")
    }

    fn url(&self, other_path: bool) -> Url {
        let mut url = self.0.base.clone();
        if url.path().ends_with("/chat/completions") {
            return url;
        }
        let is_bare = url.path() == "/";
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty();
            if is_bare != other_path {
                segments.push("v1");
            }
            segments.extend(["chat", "completions"]);
        }
        url
    }

    async fn send(&self, body: &Value, other_path: bool) -> Result<Response<Incoming>, Fault> {
        let mut request = Request::post(self.url(other_path).as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "text/event-stream, application/json");
        if let Some(key) = self.0.key.header() {
            request = request.header(header::AUTHORIZATION, key);
        }
        let request = request
            .body(Full::from(body.to_string()))
            .map_err(|error| Fault::Unreachable(error.to_string()))?;
        match tokio::time::timeout(self.0.patience.first, self.0.client.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            // Cut in the middle of a request is a failure; nobody there is certain.
            Ok(Err(error)) if error.is_connect() => Err(Fault::Unreachable(chain(&error))),
            Ok(Err(_)) => Err(Fault::Failed(0)),
            Err(_) => Err(Fault::Slow("the first piece of an answer")),
        }
    }

    async fn read(&self, response: Response<Incoming>) -> Result<Assembler, Fault> {
        let mut assembler = Assembler::default();
        let broken = |why: String| Fault::Broken(short(&why));
        let is_stream = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.contains("event-stream"));
        let mut body = response.into_body();
        let (mut events, mut whole, mut n_bytes) = (Events::default(), Vec::new(), 0);
        let (mut patience, mut what) = (self.0.patience.first, "the first piece of an answer");
        let mut is_done = false;
        while !is_done {
            let frame = match tokio::time::timeout(patience, body.frame()).await {
                Err(_) => return Err(Fault::Slow(what)),
                Ok(None) => break,
                Ok(Some(Err(_))) => return Err(Fault::Failed(0)),
                Ok(Some(Ok(frame))) => frame,
            };
            (patience, what) = (self.0.patience.next, "the next piece of an answer");
            let Ok(bytes) = frame.into_data() else { continue };
            n_bytes += bytes.len();
            if n_bytes > BYTES_MAX {
                return Err(broken("it does not end".to_owned()));
            }
            if !is_stream {
                whole.extend_from_slice(&bytes);
                continue;
            }
            for event in events.push(&bytes) {
                is_done |= take(&mut assembler, &event).map_err(broken)?;
            }
        }
        if is_stream {
            if let Some(event) = events.end() {
                take(&mut assembler, &event).map_err(broken)?;
            }
            return Ok(assembler);
        }
        // Asked for a stream, some answer in one piece; and some stream without saying so.
        match serde_json::from_slice::<Value>(&whole) {
            Ok(answer) => assembler.take(&answer).map_err(broken)?,
            Err(error) => {
                let mut events = Events::default();
                let mut lines = events.push(&whole);
                lines.extend(events.end());
                if lines.is_empty() {
                    return Err(broken(error.to_string()));
                }
                for line in lines {
                    take(&mut assembler, &line).map_err(broken)?;
                }
            }
        }
        Ok(assembler)
    }
}

/// Takes one event; whether it was the last.
fn take(assembler: &mut Assembler, event: &str) -> Result<bool, String> {
    if event == "[DONE]" {
        return Ok(true);
    }
    let piece: Value = serde_json::from_str(event).map_err(|error| error.to_string())?;
    assembler.take(&piece)?;
    Ok(false)
}

/// The setting that a server says it does not take.
fn refused_setting(
    status: StatusCode,
    words: &Value,
    without: &BTreeSet<&'static str>,
) -> Option<&'static str> {
    if !matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) {
        return None;
    }
    let said = words.to_string();
    REFUSABLE.into_iter().find(|name| said.contains(name) && !without.contains(name))
}

fn fault(status: StatusCode, words: &Value, after: Option<Duration>) -> Fault {
    let said = words.to_string();
    let is_too_long = ["context_length", "context length", "context window", "too long"]
        .iter()
        .any(|sign| said.contains(sign));
    match status.as_u16() {
        401 | 403 => Fault::NotAllowed(status.as_u16()),
        429 => Fault::TooMany(after),
        413 => Fault::TooLong,
        400 if is_too_long => Fault::TooLong,
        400..=499 => {
            let why = message_of(words).unwrap_or_default();
            Fault::Refused(status.as_u16(), short(&why))
        }
        other => Fault::Failed(other),
    }
}

fn retry_after(response: &Response<Incoming>) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

async fn words_of(response: Response<Incoming>) -> Value {
    let body = Limited::new(response.into_body(), BYTES_MAX).collect().await;
    let bytes = body.map(|body| body.to_bytes()).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or(Value::Null)
}

/// What a server says may repeat what it was sent, which is redacted; it is cut all the same.
fn short(words: &str) -> String {
    words.chars().take(REASON_CHARS_MAX).collect()
}

/// The last cause says what happened.
fn chain(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}

/// Why there is no such model.
#[derive(Debug)]
pub struct ModelFault(String);

impl fmt::Display for ModelFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ModelFault {}

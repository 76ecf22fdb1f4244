//! One other system over HTTP, by requests that its tools declare.

use std::{fmt, time::Duration};

use assistant::{Arguments, HttpRequest, Method, Records, Tool};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, StatusCode, body::Bytes, header};
use outbound::{Client, Key, Reach};
use privacy::RawText;
use serde_json::{Map, Value};
use url::Url;

/// A system that has not answered by then has not answered.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// An answer that is longer is none that a procedure can use.
const BYTES_MAX: usize = 256 * 1024;
/// The longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 300;

/// A system that the desk's tools call. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Connection {
    client: Client,
    base: Url,
    key: Key,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// Done, with this. Texts in it are masked: whatever another system writes, no card number
    /// goes on from here.
    Done(Value),
    /// The system said no; nothing was done.
    Refused(String),
    /// Nobody knows: no answer, half an answer, or an error of the system.
    Unknown(String),
}

/// An answer as it came.
pub(crate) enum Sent {
    Answer(StatusCode, Value),
    Nothing(String),
}

impl Connection {
    /// A connection to the system at this address.
    ///
    /// # Errors
    ///
    /// When that is no `http://` or `https://` address.
    pub fn new(base: &str, key: Key) -> Result<Self, ConnectionFault> {
        let fault = |fault: outbound::Fault| ConnectionFault(fault.to_string());
        let url = outbound::address(base).map_err(fault)?;
        let client = outbound::client(CONNECT, Reach::Anywhere).map_err(fault)?;
        Ok(Self { client, base: url, key })
    }

    /// Asks something that changes nothing; tried once more if there was no answer.
    pub async fn look(&self, tool: &Tool, arguments: &Arguments) -> Told {
        let first = self.call(tool, arguments, None).await;
        match first {
            Told::Unknown(_) => self.call(tool, arguments, None).await,
            told => told,
        }
    }

    /// Changes something once: the key goes along in `Idempotency-Key`. It is sent once.
    pub async fn change(&self, tool: &Tool, arguments: &Arguments, key: &str) -> Told {
        self.call(tool, arguments, Some(key)).await
    }

    /// What would move, in minor units, whichever way: `POST /{tool}/quote`.
    pub async fn quote(&self, tool: &Tool, arguments: &Arguments) -> Result<u64, Told> {
        let path = ["quote"];
        let url = self.below(std::iter::once(tool.name.as_str()).chain(path));
        let body = arguments.to_json();
        match told(self.send("POST", &url, Some(&body), None).await) {
            Told::Done(value) => value["amount"].as_u64().ok_or_else(|| {
                Told::Unknown("the quote holds no amount in whole minor units".to_owned())
            }),
            other => Err(other),
        }
    }

    /// What was done under a key: `GET /calls/{key}`. `Ok(None)` if surely nothing was.
    ///
    /// # Errors
    ///
    /// Says why nobody knows.
    pub async fn read_back(&self, key: &str) -> Result<Option<Told>, String> {
        match self.send("GET", &self.below(["calls", key]), None, None).await {
            Sent::Answer(StatusCode::NOT_FOUND, _) => Ok(None),
            Sent::Answer(status, mut body) if status.is_success() => {
                if let Some(result) = body.get_mut("result") {
                    return Ok(Some(Told::Done(masked(result.take()))));
                }
                match body["refused"].as_str() {
                    Some(why) => Ok(Some(Told::Refused(reason(why)))),
                    None => Err("the answer holds neither `result` nor `refused`".to_owned()),
                }
            }
            Sent::Answer(status, _) => Err(format!("it answered {status}")),
            Sent::Nothing(why) => Err(why),
        }
    }

    /// What belongs to a customer now: `GET /customers/{id}/records`. Nothing for a customer whom
    /// the system does not know.
    ///
    /// # Errors
    ///
    /// Says why it could not be read.
    pub async fn records(&self, customer: &str) -> Result<Records, String> {
        let url = self.below(["customers", customer, "records"]);
        match self.send("GET", &url, None, None).await {
            Sent::Answer(StatusCode::NOT_FOUND, _) => Ok(Records::default()),
            Sent::Answer(status, body) if status.is_success() => {
                serde_json::from_value(body).map_err(|error| format!("records: {error}"))
            }
            Sent::Answer(status, _) => Err(format!("it answered {status}")),
            Sent::Nothing(why) => Err(why),
        }
    }

    async fn call(&self, tool: &Tool, arguments: &Arguments, key: Option<&str>) -> Told {
        let arguments = arguments.to_json();
        let Some(declared) = &tool.http else {
            let url = self.below([tool.name.as_str()]);
            return told(self.send("POST", &url, Some(&arguments), key).await);
        };
        let empty = Map::new();
        let (mut url, rest) = self.declared(declared, arguments.as_object().unwrap_or(&empty));
        let method = match declared.method {
            Method::Get => {
                for (name, value) in &rest {
                    for text in texts(value) {
                        url.query_pairs_mut().append_pair(name, &text);
                    }
                }
                return told(self.send("GET", &url, None, key).await);
            }
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        };
        told(self.send(method, &url, Some(&Value::Object(rest)), key).await)
    }

    /// The address of a declared request, and the arguments that are not in its path.
    fn declared(
        &self,
        declared: &HttpRequest,
        arguments: &Map<String, Value>,
    ) -> (Url, Map<String, Value>) {
        let mut rest = arguments.clone();
        let segments: Vec<String> = declared
            .path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| fill(segment, arguments, &mut rest))
            .collect();
        (self.below(segments.iter().map(String::as_str)), rest)
    }

    /// An address below the system's own; each part is one segment, whatever it holds.
    fn below<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(parts);
        }
        url
    }

    async fn send(&self, method: &str, url: &Url, body: Option<&Value>, key: Option<&str>) -> Sent {
        let mut request = Request::builder().method(method).uri(url.as_str());
        if let Some(key) = self.key.header() {
            request = request.header(header::AUTHORIZATION, key);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let bytes = body.map(Value::to_string).unwrap_or_default();
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = match request.body(Full::from(bytes)) {
            Ok(request) => request,
            Err(error) => return Sent::Nothing(error.to_string()),
        };
        match tokio::time::timeout(PATIENCE, self.exchange(request)).await {
            Ok(sent) => sent,
            Err(_) => Sent::Nothing(format!("no answer within {} seconds", PATIENCE.as_secs())),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Sent {
        let response = match self.client.request(request).await {
            Ok(response) => response,
            Err(error) => return Sent::Nothing(error.to_string()),
        };
        let status = response.status();
        let body = match Limited::new(response.into_body(), BYTES_MAX).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => return Sent::Nothing(error.to_string()),
        };
        match serde_json::from_slice(&body) {
            Ok(value) => Sent::Answer(status, value),
            Err(_) if body.is_empty() || !status.is_success() => Sent::Answer(status, Value::Null),
            Err(_) => Sent::Nothing("the answer is no JSON".to_owned()),
        }
    }
}

/// Puts arguments into a segment of a path; they are taken out of the rest.
fn fill(segment: &str, arguments: &Map<String, Value>, rest: &mut Map<String, Value>) -> String {
    let mut out = String::new();
    let mut open = segment;
    while let Some((before, after)) = open.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(before);
        if let Some(value) = arguments.get(name) {
            out.push_str(&texts(value).collect::<Vec<_>>().join(","));
        }
        rest.remove(name);
        open = after;
    }
    out + open
}

fn texts(value: &Value) -> impl Iterator<Item = String> {
    let all = match value {
        Value::Array(values) => values.clone(),
        one => vec![one.clone()],
    };
    all.into_iter().map(|value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    })
}

/// A refusal is what the system says about the request: it was understood, and nothing was done.
/// A conflict, a limit and an error of the system are none.
fn told(sent: Sent) -> Told {
    match sent {
        Sent::Answer(status, body) if status.is_success() => Told::Done(masked(body)),
        Sent::Answer(
            status @ (StatusCode::BAD_REQUEST
            | StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::GONE
            | StatusCode::UNPROCESSABLE_ENTITY),
            body,
        ) => {
            let words = ["detail", "message", "error", "title"];
            let why = words.iter().find_map(|word| body[*word].as_str());
            Told::Refused(why.map_or_else(|| format!("it answered {status}"), reason))
        }
        Sent::Answer(status, _) => Told::Unknown(format!("it answered {status}")),
        Sent::Nothing(why) => Told::Unknown(why),
    }
}

fn reason(words: &str) -> String {
    let short: String = words.chars().take(REASON_CHARS_MAX).collect();
    RawText::from(short).mask().as_str().to_owned()
}

/// The same value with each of its texts masked.
fn masked(value: Value) -> Value {
    match value {
        Value::String(text) => RawText::from(text).mask().as_str().into(),
        Value::Array(values) => values.into_iter().map(masked).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, masked(value))).collect()
        }
        other => other,
    }
}

/// Why there is no such connection.
#[derive(Debug)]
pub struct ConnectionFault(String);

impl fmt::Display for ConnectionFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ConnectionFault {}

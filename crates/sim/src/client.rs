//! Calls a desk over HTTP, and waits when it asks for patience.

use std::{fmt, time::Duration};

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How often a call is tried again when the desk is busy or limits the rate.
const RETRIES_MAX: usize = 4;
/// The longest wait that a desk may ask for.
const RETRY_AFTER_S_MAX: u64 = 5;
/// A desk that does not begin to answer by then does not answer.
const HEADERS_S_MAX: u64 = 30;

/// Why a call came to nothing.
#[derive(Debug)]
pub enum ClientError {
    /// That is no address of a desk.
    Address(String),
    /// The desk could not be reached, or the connection broke.
    Unreachable(String),
    /// The desk said no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's code.
        code: String,
        /// What it said.
        detail: String,
    },
    /// The desk said something that the contract does not foresee.
    Malformed(String),
}

impl fmt::Display for ClientError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(why) => formatter.write_str(why),
            Self::Unreachable(why) => write!(formatter, "the desk cannot be reached: {why}"),
            Self::Refused { status, code, detail } => {
                write!(formatter, "the desk refused ({status} {code}): {detail}")
            }
            Self::Malformed(why) => write!(formatter, "the desk's answer cannot be read: {why}"),
        }
    }
}

impl std::error::Error for ClientError {}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        let mut why = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            why = format!("{why}: {cause}");
            source = cause.source();
        }
        Self::Unreachable(why)
    }
}

/// One desk, over plain HTTP. Cloning is cheap; all clones share the connections.
#[derive(Debug, Clone)]
pub struct Client {
    connections: reqwest::Client,
    api: String,
}

impl Client {
    /// A client of the desk at this address, such as `http://127.0.0.1:8420`.
    ///
    /// # Errors
    /// `Address` when that is no `http://` address.
    pub fn new(url: &str) -> Result<Self, ClientError> {
        let no_address = |why: String| ClientError::Address(format!("{url}: {why}"));
        let parsed = reqwest::Url::parse(url).map_err(|error| no_address(error.to_string()))?;
        if parsed.scheme() != "http" || parsed.host_str().is_none() {
            return Err(no_address("only http:// addresses can be called".to_owned()));
        }
        let connections = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .pool_max_idle_per_host(64)
            .build()?;
        Ok(Self { connections, api: format!("{}/api/v1", url.trim_end_matches('/')) })
    }

    /// Sends a call and reads its answer; `null` when it is empty.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Result<T, ClientError> {
        let mut request = self.request(method, path, token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let bytes = send(request).await?.bytes().await?;
        let text: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
        serde_json::from_slice(text)
            .map_err(|error| ClientError::Malformed(format!("{path}: {error}")))
    }

    /// Hands an e-mail over, as a mail server does.
    ///
    /// # Errors
    /// When the desk is not there, or refuses it.
    pub async fn deliver(
        &self,
        message: Vec<u8>,
        recipient: Option<&str>,
        token: &str,
    ) -> Result<Value, ClientError> {
        let mut url = reqwest::Url::parse("http://desk/mail/incoming").expect("it is an address");
        url.query_pairs_mut().extend_pairs(recipient.map(|address| ("recipient", address)));
        let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let request = self.request(Method::POST, &path, Some(token)).body(message);
        let bytes = send(request).await?.bytes().await?;
        serde_json::from_slice(&bytes).map_err(|error| ClientError::Malformed(error.to_string()))
    }

    /// Opens a stream of events.
    pub(crate) async fn stream(&self, path: &str, token: &str) -> Result<Response, ClientError> {
        let request = self.request(Method::GET, path, Some(token));
        send(request.header("accept", "text/event-stream")).await
    }

    fn request(&self, method: Method, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.connections.request(method, format!("{}{path}", self.api));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

async fn send(request: RequestBuilder) -> Result<Response, ClientError> {
    for attempt in 0.. {
        let again = request.try_clone().expect("bodies are in memory and can be cloned");
        let answer = tokio::time::timeout(Duration::from_secs(HEADERS_S_MAX), again.send())
            .await
            .map_err(|_| ClientError::Unreachable("it does not answer".to_owned()))??;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let is_patient =
            matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        if is_patient && attempt < RETRIES_MAX {
            tokio::time::sleep(retry_after(&answer)).await;
            continue;
        }
        return Err(refusal(answer).await);
    }
    unreachable!("the loop ends by returning")
}

fn retry_after(answer: &Response) -> Duration {
    let header = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let seconds = header.and_then(|value| value.trim().parse().ok()).unwrap_or(1);
    Duration::from_secs(u64::clamp(seconds, 1, RETRY_AFTER_S_MAX))
}

async fn refusal(answer: Response) -> ClientError {
    let status = answer.status().as_u16();
    let problem: Value = match answer.bytes().await {
        Ok(body) => serde_json::from_slice(&body).unwrap_or(Value::Null),
        Err(error) => return error.into(),
    };
    let field = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    ClientError::Refused { status, code: field("code"), detail: field("detail") }
}

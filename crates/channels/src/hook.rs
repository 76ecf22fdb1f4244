//! Telling another system over HTTP what happened.

use std::{fmt, time::Duration};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, body::Bytes, header};
use outbound::{Client, Fault, Reach};
use url::Url;

/// A system that cannot be connected to by then cannot be.
const CONNECT: Duration = Duration::from_secs(5);
/// One that has not answered by then has not answered.
const PATIENCE: Duration = Duration::from_secs(10);
/// As much of an answer as is waited for; nothing of it is kept.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Tells other systems. Cloning is cheap.
#[derive(Clone)]
pub struct Hooks {
    client: Client,
    reach: Reach,
}

/// What another system is told.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its id: the same however often it is told.
    pub id: &'a str,
    /// What happened, such as `message.added`.
    pub event: &'a str,
    /// Seconds since 1970, part of what is signed.
    pub timestamp: &'a str,
    /// Signature of timestamp, a dot and the body.
    pub signature: &'a str,
    /// JSON.
    pub body: &'a str,
}

/// Why it does not know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// The answer's status, if there was one.
    pub status: Option<u16>,
    /// In words.
    pub why: String,
}

impl Hooks {
    /// Tells systems within a reach.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new(reach: Reach) -> Result<Self, Fault> {
        Ok(Self { client: outbound::client(CONNECT, reach)?, reach })
    }

    /// Reads an address that may be told something.
    ///
    /// # Errors
    /// Says why it may not.
    pub fn address(&self, text: &str) -> Result<Url, String> {
        let url = outbound::address(text).map_err(|fault| fault.to_string())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("a name or password in an address would stand in logs".to_owned());
        }
        if !self.reach.allows_url(&url) {
            return Err("it is no address of the public internet".to_owned());
        }
        Ok(url)
    }

    /// Tells it; returns the status of an answer that says yes. Redirects are not followed: what is
    /// told is for this address.
    ///
    /// # Errors
    /// When nobody has said yes.
    pub async fn tell(&self, url: &str, told: Told<'_>) -> Result<u16, Untold> {
        let untold = |why: String| Untold { status: None, why };
        // Looked at again: what was typed in may have been restored from a desk with another reach.
        let url = self.address(url).map_err(untold)?;
        let request = Request::post(url.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "Evenkeel")
            .header("Evenkeel-Delivery", told.id)
            .header("Evenkeel-Event", told.event)
            .header("Evenkeel-Timestamp", told.timestamp)
            .header("Evenkeel-Signature", format!("sha256={}", told.signature))
            .body(Full::from(Bytes::copy_from_slice(told.body.as_bytes())))
            .map_err(|error| untold(error.to_string()))?;
        let exchange = async {
            let response =
                self.client.request(request).await.map_err(|error| untold(reason(&error)))?;
            let status = response.status();
            // Read to its end, so that the connection serves the next one; what it says is nobody's.
            let _ = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
            match status.is_success() {
                true => Ok(status.as_u16()),
                false => Err(Untold {
                    status: Some(status.as_u16()),
                    why: format!("It answered {status}."),
                }),
            }
        };
        match tokio::time::timeout(PATIENCE, exchange).await {
            Ok(told) => told,
            Err(_) => Err(untold(format!("It has not answered within {} s.", PATIENCE.as_secs()))),
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hooks({:?})", self.reach)
    }
}

/// The innermost cause says what happened.
fn reason(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    format!("It cannot be reached: {inner}.")
}

//! One connection to a desk, as cheap as can be, so that the load's own work stays small.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A desk that has not answered by then does not answer.
const ANSWER_S_MAX: u64 = 30;

/// A connection that opens again when it broke.
pub struct Line {
    host: String,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// An answer: the status and JSON.
pub type Answer = Result<(u16, Value), String>;

impl Line {
    /// `host` is an address with its port, such as `127.0.0.1:8420`.
    #[must_use]
    pub fn new(host: &str) -> Self {
        Self { host: host.to_owned(), sender: None }
    }

    /// Sends JSON; an empty token is left out.
    ///
    /// # Errors
    /// When there is no whole answer; whether the desk acted is then unknown.
    pub async fn post(&mut self, path: &str, token: &str, body: &Value) -> Answer {
        self.call("POST", path, token, Some(body)).await
    }

    /// Reads.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn get(&mut self, path: &str, token: &str) -> Answer {
        self.call("GET", path, token, None).await
    }

    /// A whole answer, or why there is none; after that whether the desk acted is unknown.
    async fn call(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Answer {
        let calling = tokio::time::timeout(
            Duration::from_secs(ANSWER_S_MAX),
            self.call_once(method, path, token, body),
        );
        let answer = calling.await.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        if answer.is_err() {
            self.sender = None;
        }
        answer
    }

    async fn call_once(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Answer {
        let host = self.host.clone();
        let sender = self.sender().await.map_err(|error| error.to_string())?;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/json");
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Full::from(body)).map_err(|error| error.to_string())?;
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.map_err(|error| error.to_string())?;
        let json = serde_json::from_slice(&bytes.to_bytes()).unwrap_or(Value::Null);
        Ok((status, json))
    }

    async fn sender(
        &mut self,
    ) -> Result<&mut SendRequest<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
        if self.sender.as_ref().is_none_or(SendRequest::is_closed) {
            let stream = TcpStream::connect(&self.host).await?;
            stream.set_nodelay(true)?;
            let (sender, connection) = handshake(TokioIo::new(stream)).await?;
            // The next call on it says what happened.
            tokio::spawn(connection);
            self.sender = Some(sender);
        }
        let sender = self.sender.as_mut().expect("it was opened above");
        sender.ready().await?;
        Ok(sender)
    }
}

//! Bodies and queries, read strictly: what does not fit is refused with the place and the reason.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, FromRequestParts, Query as AxumQuery, Request},
    http::{header, request::Parts},
};
use desk::limits;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// A JSON body. An empty one is read as `{}`.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_vec());
        let bytes = read(request.into_body(), limits::BODY_BYTES_MAX).await?;
        let is_json = kind.is_some_and(|kind| kind.starts_with(b"application/json"));
        if !is_json && !bytes.is_empty() {
            return Err(Problem::bad_request(
                "The body is not declared as JSON.",
                "Send the header Content-Type: application/json.",
            ));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| Problem::not_utf8())?;
        let text = if text.trim().is_empty() { "{}" } else { text };
        serde_json::from_str(text).map(Self).map_err(|error| {
            // The words of a JSON error name fields and places, never what was written there,
            // except for a wrong type's value, which is left out.
            Problem::bad_request(
                format!("The body does not fit: {}.", without_values(&error.to_string())),
                "Compare it with the API's description.",
            )
        })
    }
}

/// A sender may pause so long in all, and send no slower than that on a poor line.
const PAUSE_S_MAX: u64 = 20;
const BYTES_PER_S_MIN: u64 = 16_384;

/// All bytes of a body, at most so many, and not for ever.
pub(crate) async fn read(body: Body, n_max: usize) -> Result<Vec<u8>, Problem> {
    let patience = Duration::from_secs(PAUSE_S_MAX + n_max as u64 / BYTES_PER_S_MIN);
    match tokio::time::timeout(patience, to_bytes(body, n_max)).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(_)) => Err(Problem::body_too_long(n_max)),
        Err(_) => Err(Problem::too_slow()),
    }
}

fn without_values(words: &str) -> String {
    let mut out = String::new();
    for (i, part) in words.split('"').enumerate() {
        out.push_str(if i % 2 == 0 { part } else { "…" });
    }
    out
}

/// Parameters after the question mark.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        AxumQuery::try_from_uri(&parts.uri).map(|AxumQuery(query)| Self(query)).map_err(|error| {
            let words = error.to_string();
            let why = words.strip_prefix("Failed to deserialize query string: ").unwrap_or(&words);
            Problem::bad_request(
                format!("The query does not fit: {why}."),
                "Compare it with the API's description.",
            )
        })
    }
}

/// Ids in the path; one that is no id names nothing.
pub(crate) struct Path<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: FromPath,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let axum::extract::Path(texts) =
            axum::extract::Path::<Vec<(String, String)>>::from_request_parts(parts, state)
                .await
                .map_err(|_| Problem::not_found("record"))?;
        let texts: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
        T::from_path(&texts).map(Self).ok_or_else(|| Problem::not_found("record"))
    }
}

/// Made from the path's parameters, in order.
pub(crate) trait FromPath: Sized {
    fn from_path(texts: &[&str]) -> Option<Self>;
}

macro_rules! from_path {
    ($($id:ty),*) => {$(
        impl FromPath for $id {
            fn from_path(texts: &[&str]) -> Option<Self> {
                texts.first()?.parse().ok()
            }
        }
    )*};
}

from_path!(
    desk::ConversationId,
    desk::TopicId,
    desk::ReviewId,
    desk::ArticleId,
    desk::AgentId,
    desk::JobId,
    desk::LetterId,
    desk::WebhookId,
    desk::ApiTokenId,
    desk::InboxId,
    desk::ShiftId,
    desk::ApplicationId,
    desk::FileId,
    desk::CustomerId,
    // A call's key.
    String
);

impl<A: std::str::FromStr, B: std::str::FromStr> FromPath for (A, B) {
    fn from_path(texts: &[&str]) -> Option<Self> {
        Some((texts.first()?.parse().ok()?, texts.get(1)?.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let body = Body::from_stream(tokio_stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let began = tokio::time::Instant::now();
        assert!(read(body, limits::BODY_BYTES_MAX).await.is_err());
        assert!(began.elapsed() < Duration::from_secs(60));
        let whole = read(Body::from("whole"), 5).await;
        assert_eq!(whole.expect("it fits"), b"whole");
        assert!(read(Body::from("longer"), 5).await.is_err());
    }
}

//! `Idempotency-Key`: the same request again gives the same answer again, and changes nothing.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use desk::limits;
use service::{Caller, Idempotency, Replay};

use crate::{body::read, caller::token, problem::Problem, state::Desk};

const KEY_BYTES_MAX: usize = 128;

/// Around every route.
pub(crate) async fn once(
    State(desk): State<Desk>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(key) = request.headers().get("idempotency-key").cloned() else {
        return Ok(next.run(request).await);
    };
    let Ok(token) = token(request.method(), request.headers()) else {
        return Ok(next.run(request).await);
    };
    if request.method().is_safe() {
        return Ok(next.run(request).await);
    }
    let is_key = |key: &&str| (1..=KEY_BYTES_MAX).contains(&key.len()) && !service::holds_card(key);
    let key = key.to_str().ok().filter(is_key).map(str::to_owned).ok_or_else(|| {
        Problem::bad_request(
            "The idempotency key is empty, too long, not ASCII or looks like a card number.",
            "Use 1 to 128 visible ASCII characters, such as a UUID.",
        )
    })?;
    let who = desk.service.who(&token).await?;
    let (mut parts, body) = request.into_parts();
    let bytes = read(body, bytes_max(&parts)).await?;
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str()).to_owned();
    let fingerprint = desk.service.fingerprint(parts.method.as_str(), &path, &bytes)?;
    let idempotency = Idempotency { key, fingerprint };
    let caller = Caller { who, idempotency: Some(idempotency.clone()) };
    match desk.service.replay(&caller).await? {
        Replay::New => {}
        Replay::Answer(status, body) => return Ok(again(status, body)),
        Replay::Unknown => return Err(service::ServiceError::Repeated.into()),
        Replay::OtherRequest => return Err(Problem::key_reused()),
    }
    parts.extensions.insert(idempotency);
    // A secret is told once and kept nowhere.
    let holds_secret = ["/tokens", "/webhooks"].iter().any(|start| path.starts_with(start));
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if !response.status().is_success() || holds_secret {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = read(body, limits::FILE_BYTES_MAX).await?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    desk.service.keep_answer(&caller, parts.status.as_u16(), text).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// How long the body may be, and so how long its sender may take: only files are long.
fn bytes_max(parts: &Parts) -> usize {
    let kind = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_json = kind.is_none_or(|kind| kind.starts_with(b"application/json"));
    if is_json { limits::BODY_BYTES_MAX } else { limits::FILE_BYTES_MAX }
}

fn again(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let json = HeaderValue::from_static("application/json");
    let replay = HeaderValue::from_static("true");
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response.headers_mut().insert("idempotent-replay", replay);
    response
}

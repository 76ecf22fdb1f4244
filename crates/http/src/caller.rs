//! Who calls: a bearer's token, or an agent's cookie that the same site sends.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use service::{Caller, Idempotency};

use crate::{problem::Problem, state::Desk};

/// The cookie's name.
pub(crate) const COOKIE: &str = "evenkeel_session";

/// A caller with a session, and its token.
pub(crate) struct Signed {
    pub(crate) caller: Caller,
    pub(crate) token: String,
}

impl FromRequestParts<Desk> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Problem> {
        let token = token(&parts.method, &parts.headers)?;
        let who = desk.service.who(&token).await?;
        let idempotency = parts.extensions.get::<Idempotency>().cloned();
        Ok(Self { caller: Caller { who, idempotency }, token })
    }
}

/// The request's token.
pub(crate) fn token(method: &Method, headers: &HeaderMap) -> Result<String, Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(token) = text(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer ")) {
        return Ok(token.trim().to_owned());
    }
    let cookies = text(header::COOKIE).unwrap_or_default();
    let token = cookies
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
        .ok_or_else(Problem::unauthenticated)?;
    if !method.is_safe() && !is_same_site(headers) {
        return Err(Problem::forbidden(
            "The request comes from another site.",
            "Send it from the desk's own pages.",
        ));
    }
    Ok(token)
}

/// A cookie is sent by any page that makes a request; only the desk's own may change anything.
fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text("host")
        }
        // No browser: then nobody's cookie is abused.
        (None, None) => true,
    }
}

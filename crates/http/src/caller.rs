//! Who calls: a bearer's token, or an agent's cookie that the same site sends.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use desk::Scope;
use service::{Caller, Idempotency, TOKEN_BEGINS, Who};

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
        let who = match token.starts_with(TOKEN_BEGINS) {
            true => {
                let (agent, scope) = desk.service.program(&token).await?;
                may(scope, &parts.method, parts.uri.path())?;
                Who::Agent(agent)
            }
            false => desk.service.who(&token).await?,
        };
        let idempotency = parts.extensions.get::<Idempotency>().cloned();
        Ok(Self { caller: Caller { who, idempotency }, token })
    }
}

/// Whether a program's token of this scope may make a request.
fn may(scope: Scope, method: &Method, path: &str) -> Result<(), Problem> {
    let is_below = |start: &str| {
        path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // Whoever may add agents or set their passwords may do anything, for ever.
    let is_account = (is_below("/agents") || is_below("/applications")) && !method.is_safe();
    if is_account || ["/tokens", "/session", "/password"].into_iter().any(is_below) {
        return Err(Problem::forbidden(
            "A program may not do this, whatever its token.",
            "Sign in as an agent.",
        ));
    }
    let needed = if method.is_safe() {
        Scope::Read
    } else if ["/conversations", "/files", "/contacts"].into_iter().any(is_below) {
        Scope::Answer
    } else {
        Scope::Manage
    };
    if scope >= needed {
        return Ok(());
    }
    Err(Problem::forbidden(
        "The token's scope does not allow it.",
        "Make a token with a wider scope under Settings: read, answer or manage.",
    ))
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

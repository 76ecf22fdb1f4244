//! Errors as RFC 9457 problems: what happened, and what to do next.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use service::ServiceError;

/// An error answer.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    hint: String,
    field: Option<&'static str>,
    retry_after: Option<u32>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Body<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: &'a str,
    hint: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FieldError")]
pub(crate) struct FieldError<'a> {
    field: &'static str,
    detail: &'a str,
}

impl Problem {
    fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let (detail, hint) = (detail.into(), hint.into());
        Self { status, code, title, detail, hint, field: None, retry_after: None }
    }

    pub(crate) fn bad_request(detail: impl Into<String>, hint: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", "Bad request", detail, hint)
    }

    pub(crate) fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Wrong method",
            "This address does not take that method.",
            "Compare it with the API's description.",
        )
    }

    pub(crate) fn not_utf8() -> Self {
        let detail = "The body is not UTF-8.";
        let hint = "Send JSON encoded as UTF-8.";
        Self::new(StatusCode::BAD_REQUEST, "not_utf8", "Not UTF-8", detail, hint)
    }

    pub(crate) fn too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "too_slow",
            "Too slow",
            "The body did not come to its end in time.",
            "Send it again, over a better line or in smaller parts.",
        )
    }

    pub(crate) fn body_too_long(n_max: usize) -> Self {
        let detail = format!("The body is longer than {n_max} bytes.");
        let hint = "Send less at once.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_long", "Too long", detail, hint)
    }

    pub(crate) fn unauthenticated() -> Self {
        let detail = "Nobody is signed in with this request.";
        ServiceError::Unauthenticated { detail, hint: "Sign in first." }.into()
    }

    pub(crate) fn forbidden(detail: &'static str, hint: &'static str) -> Self {
        ServiceError::Forbidden { detail, hint }.into()
    }

    pub(crate) fn not_found(what: &'static str) -> Self {
        ServiceError::NotFound { what }.into()
    }

    pub(crate) fn key_reused() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_reused",
            "Idempotency key reused",
            "This key came with another request before.",
            "Use a new key for a new request.",
        )
    }

    pub(crate) fn rate_limited(detail: &str, hint: &str, seconds: u32) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let problem = Self::new(status, "rate_limited", "Too many requests", detail, hint);
        Self { retry_after: Some(seconds), ..problem }
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Unauthenticated { detail, hint } => Self::new(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Not signed in",
                detail,
                hint,
            ),
            ServiceError::Forbidden { detail, hint } => {
                Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail, hint)
            }
            ServiceError::NotFound { what } => Self::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "Not found",
                format!("There is no such {what}."),
                "Check the address; it may be gone, or belong to somebody else.",
            ),
            ServiceError::Invalid { field, detail, hint } => {
                let problem = Self::bad_request(detail, hint);
                Self { field: Some(field), ..problem }
            }
            ServiceError::TooLong { field, n_max } => {
                let detail = format!("“{field}” is longer than {n_max}.");
                let status = StatusCode::BAD_REQUEST;
                let problem = Self::new(status, "too_long", "Too long", detail, "Shorten it.");
                Self { field: Some(field), ..problem }
            }
            ServiceError::Conflict { detail, hint } => {
                Self::new(StatusCode::CONFLICT, "conflict", "Conflict", detail, hint)
            }
            ServiceError::Repeated => {
                let problem = Self::new(
                    StatusCode::CONFLICT,
                    "conflict",
                    "Conflict",
                    "A request with this key is being carried out, or was.",
                    "Wait, then look at the record before you send anything again.",
                );
                Self { retry_after: Some(1), ..problem }
            }
            ServiceError::Busy | ServiceError::Stale => {
                let problem = Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "busy",
                    "Busy",
                    "Too much is going on at once.",
                    "Send the request again in a moment; nothing was changed.",
                );
                Self { retry_after: Some(1), ..problem }
            }
            ServiceError::Lost => {
                let problem = Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "database_lost",
                    "Database not reached",
                    "The desk's database cannot be reached.",
                    "Send the request again in a moment, with the same key or client id.",
                );
                Self { retry_after: Some(1), ..problem }
            }
            ServiceError::Full => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "full",
                "Disk full",
                "The desk's disk is full; nothing was changed.",
                "Tell the person who runs the desk to free space.",
            ),
            ServiceError::Internal(why) => {
                tracing::error!(%why, "a request failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "Internal error",
                    "The desk could not do this.",
                    "Try again; if it stays, look into the desk's log.",
                )
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: "about:blank",
            title: self.title,
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            hint: &self.hint,
            errors: self
                .field
                .map(|field| FieldError { field, detail: &self.detail })
                .into_iter()
                .collect(),
        };
        let text = serde_json::to_string(&body).expect("a problem is always JSON");
        let mut response = (self.status, text).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

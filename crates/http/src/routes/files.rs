//! Files, for agents and customers alike.

use axum::{
    Json as Answer,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::{FileId, limits};
use privacy::RawText;
use schemars::JsonSchema;
use serde::Deserialize;
use service::Upload;

use crate::{
    body::{Path, Query, read},
    caller::Signed,
    problem::Problem,
    state::Desk,
    wire,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Naming {
    #[schemars(with = "String")]
    name: RawText,
}

pub(crate) async fn keep(
    State(desk): State<Desk>,
    signed: Signed,
    Query(query): Query<Naming>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let content = read(body, limits::FILE_BYTES_MAX).await?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let upload =
        Upload { name: query.name, content_type: kind.unwrap_or_default().to_owned(), content };
    let file = desk.service.keep_file(&signed.caller, upload).await?;
    Ok((StatusCode::CREATED, Answer(wire::FileRef::from(&file))).into_response())
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<FileId>,
) -> Result<Response, Problem> {
    let stored = desk.service.file(&signed.caller, id).await?;
    let kind = HeaderValue::from_str(&stored.file.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let is_shown = stored.file.content_type.starts_with("image/");
    let disposition = if is_shown { "inline" } else { "attachment" };
    let mut response = stored.content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    // Whatever a file holds, it runs nothing.
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    Ok(response)
}

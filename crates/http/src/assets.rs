//! The web app and the widget, embedded into the binary.

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::RustEmbed;

use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Web;

#[derive(RustEmbed)]
#[folder = "../../widget/dist"]
#[allow_missing = true]
struct Widget;

const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; \
    base-uri 'none'; form-action 'self'";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>Not built</title>\
    <h1>The web pages are not built into this binary</h1>\
    <p>Run <code>cargo xtask demo</code>, or <code>npm ci</code> and <code>npm run build</code> \
    in <code>web</code> and <code>widget</code>, then build again.</p></html>";

/// A file of the web app; other addresses are routes inside it.
pub(crate) async fn web(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::not_found("address").into_response();
    }
    if let Some(file) = Web::get(path).filter(|_| !path.is_empty()) {
        let is_hashed = path.starts_with("assets/");
        return sent(path, file.data.into_owned(), is_hashed);
    }
    match Web::get("index.html") {
        Some(file) => sent("index.html", file.data.into_owned(), false),
        None => (StatusCode::NOT_FOUND, Html(NOT_BUILT)).into_response(),
    }
}

/// A file of the widget.
pub(crate) async fn widget(Path(path): Path<String>) -> Response {
    match Widget::get(&path) {
        Some(file) => sent(&path, file.data.into_owned(), false),
        None => Problem::not_found("file").into_response(),
    }
}

fn sent(path: &str, content: Vec<u8>, is_hashed: bool) -> Response {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let mut response = content.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&format!("{kind}; charset=utf-8")) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    let cache = if is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

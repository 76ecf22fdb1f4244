//! All routes, one file for each sort of caller.

pub(crate) mod agents;
pub(crate) mod balance;
pub(crate) mod calls;
pub(crate) mod files;
pub(crate) mod house;
pub(crate) mod join;
pub(crate) mod knowledge;
pub(crate) mod mail;
pub(crate) mod shifts;
pub(crate) mod webhooks;
pub(crate) mod what_if;
pub(crate) mod widget;

use std::sync::LazyLock;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get, patch, post, put},
};
use service::ServiceError;
use store::Page;

use crate::{assets, idempotency, metrics, pages, problem::Problem, state::Desk, stream};

/// Every address of the desk.
pub(crate) fn all(desk: Desk) -> Router {
    let api = Router::new()
        .route("/setup", get(house::needs_set_up).post(house::set_up))
        .route("/session", post(house::sign_in).delete(house::sign_out))
        .route("/password", post(mail::choose_password))
        .route("/password/forgot", post(mail::forgot_password))
        .route("/mail", get(mail::mail))
        .route("/mail/incoming", post(mail::deliver))
        .route("/mail/incoming/{key}", delete(mail::drop_incoming))
        .route("/mail/incoming/{key}/retry", post(mail::retry_incoming))
        .route("/mail/letters/{id}/retry", post(mail::retry))
        .route("/me", get(house::me))
        .route("/me/presence", put(house::presence))
        .route("/agents", get(house::agents).post(house::add_agent))
        .route("/agents/{id}", patch(house::change_agent))
        .route("/agents/{id}/invite", post(mail::invite))
        .route("/desk", patch(house::change_desk))
        .route("/sample", get(house::sample).post(house::add_sample).delete(house::remove_sample))
        .route("/inboxes", get(house::inboxes))
        .route("/inboxes/{id}", patch(house::change_inbox))
        .route("/conversations", get(agents::list))
        .route("/conversations/{id}", get(agents::open))
        .route("/conversations/{id}/messages", post(agents::write))
        .route("/conversations/{id}/claim", post(agents::claim))
        .route("/conversations/{id}/release", post(agents::release))
        .route("/conversations/{id}/assign", post(agents::assign))
        .route("/conversations/{id}/close", post(agents::close))
        .route("/conversations/{id}/reopen", post(agents::reopen))
        .route("/conversations/{id}/messages/{message}/wrong", post(agents::call_wrong))
        .route("/conversations/{id}/messages/{message}/trace", get(agents::trace))
        .route("/conversations/{id}/topic", put(agents::correct_topic))
        .route("/conversations/{id}/typing", post(agents::typing))
        .route("/conversations/{id}/drafts/{draft}/discard", post(agents::discard))
        .route("/customers/{id}", patch(agents::flag))
        .route("/customers/{id}/data", get(agents::customer_data))
        .route("/counts", get(agents::counts))
        .route("/overview", get(agents::overview))
        .route("/assistant", get(house::assistant))
        .route("/jobs/failed", get(house::failed_jobs))
        .route("/jobs/{id}", delete(house::drop_job))
        .route("/jobs/{id}/retry", post(house::retry_job))
        .route("/events", get(stream::agents))
        .route("/topics", get(knowledge::topics).post(knowledge::add_topic))
        .route("/topics/retrain", post(knowledge::retrain))
        .route("/topics/test", post(knowledge::try_sentence))
        .route("/topics/{id}", get(knowledge::topic).patch(knowledge::change_topic))
        .route("/topics/{id}/level", put(knowledge::set_level))
        .route("/topics/{id}/examples", get(knowledge::examples).post(knowledge::add_example))
        .route("/topics/{id}/examples/{example}", delete(knowledge::delete_example))
        .route("/balance", get(balance::show))
        .route("/balance/decisions", get(balance::decisions))
        .route("/balance/replay", post(balance::replay))
        .route("/balance/freeze", post(balance::freeze))
        .route("/balance/thaw", post(balance::thaw))
        .route("/calls", get(calls::waiting))
        .route("/calls/{id}/approve", post(calls::approve))
        .route("/calls/{id}/look", post(calls::look_again))
        .route("/calls/{id}/refuse", post(calls::refuse))
        .route("/what-if", post(what_if::ask))
        .route("/reviews", get(balance::reviews))
        .route("/reviews/next", post(balance::next_review))
        .route("/reviews/{id}", post(balance::mark_review))
        .route("/reviews/{id}/skip", post(balance::skip_review))
        .route("/impact", get(balance::impact_report))
        .route("/impact.csv", get(balance::impact_csv))
        .route("/articles", get(knowledge::articles).post(knowledge::add_article))
        .route("/articles/preview", post(knowledge::preview))
        .route(
            "/articles/{id}",
            get(knowledge::article)
                .put(knowledge::change_article)
                .delete(knowledge::delete_article),
        )
        .route("/articles/{id}/publish", post(knowledge::publish))
        .route("/articles/{id}/unpublish", post(knowledge::unpublish))
        .route("/contacts", post(agents::add_contact))
        .route("/webhooks", get(webhooks::list).post(webhooks::add))
        .route("/webhooks/{id}", patch(webhooks::change).delete(webhooks::remove))
        .route("/webhooks/{id}/test", post(webhooks::test))
        .route("/webhooks/{id}/deliveries", get(webhooks::deliveries))
        .route("/webhooks/{id}/deliveries/{delivery}/replay", post(webhooks::replay))
        .route("/tokens", get(webhooks::tokens).post(webhooks::add_token))
        .route("/tokens/{id}", delete(webhooks::remove_token))
        .route("/me/shifts", get(shifts::own))
        .route("/me/data", get(shifts::data))
        .route("/calendar/{id}/{key}", get(shifts::calendar))
        .route("/shifts", get(shifts::list).post(shifts::add))
        .route("/shifts/{id}/publish", post(shifts::publish))
        .route("/shifts/{id}/claim", post(shifts::claim))
        .route("/shifts/{id}/release", post(shifts::release))
        .route("/shifts/{id}/cancel", post(shifts::cancel))
        .route("/shifts/{id}/correct", post(shifts::correct))
        .route("/join", get(join::state).post(join::apply).put(join::open))
        .route("/applications", get(join::list))
        .route("/applications/{id}/accept", post(join::accept))
        .route("/applications/{id}/refuse", post(join::refuse))
        .route("/plan", get(shifts::plan))
        .route("/staffing", put(shifts::set_staffing))
        .route("/workers", get(shifts::workers))
        .route("/workers/{id}", put(shifts::set_worker))
        .route("/pay", get(shifts::pay))
        .route("/pay.csv", get(shifts::pay_csv))
        .route("/files", post(files::keep))
        .route("/files/{id}", get(files::show))
        .route("/widget/config", get(widget::config))
        .route("/widget/session", post(widget::session))
        .route("/widget/conversations", get(widget::list).post(widget::begin))
        .route("/widget/conversations/{id}", get(widget::open))
        .route("/widget/conversations/{id}/messages", post(widget::write))
        .route("/widget/conversations/{id}/person", post(widget::person))
        .route("/widget/conversations/{id}/place", get(widget::place))
        .route("/widget/conversations/{id}/typing", post(widget::typing))
        .route("/widget/conversations/{id}/survey", post(widget::survey))
        .route("/widget/conversations/{id}/close", post(widget::close))
        .route("/widget/events", get(stream::widget))
        .fallback(async || Problem::not_found("address"))
        .method_not_allowed_fallback(async || Problem::wrong_method())
        .layer(middleware::from_fn_with_state(desk.clone(), idempotency::once));
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(metrics::ready))
        .route("/metrics", get(metrics::show))
        .nest("/api/v1", api)
        .route("/openapi.json", get(description))
        .route("/help", get(pages::help))
        .route("/help/{slug}", get(pages::article))
        .route("/shop", get(pages::shop))
        .route("/shop/visitor.js", get(pages::visitor))
        .route("/widget/{*path}", get(assets::widget))
        .fallback(assets::web)
        .layer(middleware::from_fn(cross_origin))
        .layer(middleware::from_fn_with_state(desk.clone(), metrics::count))
        .layer(middleware::from_fn(to_its_end))
        .layer(DefaultBodyLimit::disable())
        .with_state(desk)
}

/// What programs may call, for those who write them.
async fn description() -> Json<&'static serde_json::Value> {
    static DESCRIPTION: LazyLock<serde_json::Value> = LazyLock::new(crate::description);
    Json(&DESCRIPTION)
}

/// The widget lives on other sites: its addresses answer everybody, by token, never by cookie.
async fn cross_origin(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_open = path.starts_with("/api/v1/widget/")
        || path.starts_with("/api/v1/files")
        || path.starts_with("/widget/");
    let is_preflight = request.method() == Method::OPTIONS;
    let mut response = if is_open && is_preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_open {
        let any = HeaderValue::from_static("*");
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
        let exposed = HeaderValue::from_static("Retry-After, Idempotent-Replay");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        if is_preflight {
            let methods = HeaderValue::from_static("GET, POST, OPTIONS");
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
            let allowed = HeaderValue::from_static(
                "Authorization, Content-Type, Idempotency-Key, Last-Event-ID",
            );
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
        }
    }
    response
}

/// A request that may change something is carried out to its end, whether or not its sender waits:
/// what follows a commit, such as the assistant's learning of an article, must not be cut off.
async fn to_its_end(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(error) => Problem::from(ServiceError::Internal(error.to_string())).into_response(),
    }
}

/// Where a page begins, as text that callers only pass back.
pub(crate) fn cursor(page: &Page) -> String {
    format!("{}.{}.{}", page.priority, page.at, page.id)
}

/// Reads it again.
pub(crate) fn page(cursor: Option<&str>) -> Result<Option<Page>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bad = || {
        Problem::bad_request(
            "That cursor is none of this list.",
            "Pass back next_cursor as it was given, or begin without one.",
        )
    };
    let mut parts = cursor.splitn(3, '.');
    let mut next = || parts.next().ok_or_else(bad);
    let (priority, at, id) = (next()?, next()?, next()?);
    Ok(Some(Page {
        priority: priority.parse().map_err(|_| bad())?,
        at: at.parse().map_err(|_| bad())?,
        id: id.to_owned(),
    }))
}

/// How many rows a page holds.
pub(crate) fn limit(limit: Option<usize>) -> Result<usize, Problem> {
    match limit {
        None => Ok(desk::limits::PAGE_DEFAULT),
        Some(n) if (1..=desk::limits::PAGE_MAX).contains(&n) => Ok(n),
        Some(_) => Err(Problem::bad_request(
            format!("limit is not from 1 to {}.", desk::limits::PAGE_MAX),
            "Ask for fewer rows and go on with next_cursor.",
        )),
    }
}

//! Pages for those who come once: the help centre, and the demo's shop.

use axum::{
    extract::{Path, Query, State},
    http::header,
    response::{Html, IntoResponse, Response},
};
use pulldown_cmark::{Event, Parser, Tag};
use serde::Deserialize;
use serde_json::json;
use sim::{
    shop::{VISITOR, VISITOR_EMAIL, external_id},
    visitor::Identity,
};

use crate::{problem::Problem, state::Desk};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;\
    padding:0 1rem;color:#1c2426;background:#fbfaf7}a{color:#0b5c6b}h1{font-size:1.5rem}\
    h2{font-size:1.1rem;margin-top:2rem}li{margin:.25rem 0}\
    @media(prefers-color-scheme:dark){body{color:#e8ecea;background:#14191b}a{color:#7cc7d6}}";

/// An article's words run nothing, whatever they hold; only the shop loads the widget.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data: blob:; \
    script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
    form-action 'none'";

/// Markdown as HTML that runs nothing: HTML in it is shown as text, links go to web addresses.
pub(crate) fn html(markdown: &str) -> String {
    let events = Parser::new(markdown).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if is_safe(&dest_url) { dest_url } else { "#".into() };
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            let dest_url = if is_safe(&dest_url) { dest_url } else { "#".into() };
            Event::Start(Tag::Image { link_type, dest_url, title, id })
        }
        other => other,
    });
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    out
}

fn is_safe(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    let starts = ["https://", "http://", "mailto:"];
    starts.iter().any(|start| lower.starts_with(start))
        || (lower.starts_with('/') && !lower.starts_with("//"))
}

/// The help centre's list.
pub(crate) async fn help(State(desk): State<Desk>) -> Result<Response, Problem> {
    let settings = desk.service.settings()?;
    let articles = desk.service.published_articles().await?;
    let items: String = articles
        .iter()
        .map(|article| {
            let (slug, title) = (escape(&article.slug), escape(article.title.as_str()));
            format!("<li><a href=\"/help/{slug}\">{title}</a></li>")
        })
        .collect();
    let title = format!("Help · {}", settings.name);
    let body = format!("<main><h1>{}</h1><ul>{items}</ul></main>", escape(&title));
    Ok(page("en", &title, &body))
}

/// An article of the help centre.
pub(crate) async fn article(
    State(desk): State<Desk>,
    Path(slug): Path<String>,
) -> Result<Response, Problem> {
    let article = desk.service.published_article(&slug).await?;
    let body = format!(
        "<main><p><a href=\"/help\">Help</a></p><h1>{}</h1>{}</main>",
        escape(article.title.as_str()),
        html(&service::shown(article.body.as_str()))
    );
    Ok(page(&article.language, article.title.as_str(), &body))
}

#[derive(Deserialize)]
pub(crate) struct Shopping {
    signed_in: Option<String>,
}

/// The demo's shop, with the widget on it.
pub(crate) async fn shop(
    State(desk): State<Desk>,
    Query(given): Query<Shopping>,
) -> Result<Response, Problem> {
    let settings = desk.service.settings()?;
    if !settings.is_demo {
        return Err(Problem::not_found("page"));
    }
    let own = if given.signed_in.as_deref() == Some("no") {
        "<p>You are not signed in, so the desk cannot know which orders are yours. \
         <a href=\"/shop\">Sign in</a></p>"
            .to_owned()
    } else {
        let orders = desk.service.sample_orders(&external_id(VISITOR)).await;
        let list: String =
            orders.iter().map(|order| format!("<li>{}</li>", escape(order))).collect();
        format!(
            "<h2>Your orders</h2><p>You are signed in as {VISITOR}. \
             <a href=\"/shop?signed_in=no\">Sign out</a></p><ul>{list}</ul>\
             <script src=\"/shop/visitor.js\"></script>"
        )
    };
    let body = format!(
        "<main><h1>{name}</h1><p>Things for home and outdoors, sent from Gothenburg. \
         Pay in 30 days or in instalments.</p>\
         <p>This shop is made up. Open the bubble in the corner and ask it something, \
         such as <em>How long does a refund take?</em> or <em>Cancel my order</em>.</p>{own}\
         <p><a href=\"/help\">Help centre</a> · <a href=\"/\">For agents</a></p></main>\
         <script async src=\"/widget/loader.js\" data-inbox=\"web\"></script>",
        name = escape(settings.name.as_str())
    );
    Ok(page("en", settings.name.as_str(), &body))
}

/// Who shops on the demo's page, signed as a real site would sign it on its server.
pub(crate) async fn visitor(State(desk): State<Desk>) -> Result<Response, Problem> {
    if !desk.service.settings()?.is_demo {
        return Err(Problem::not_found("page"));
    }
    let inbox = desk.service.door("web").await?;
    let id = external_id(VISITOR);
    let signed = Identity::with_address(&id, VISITOR, VISITOR_EMAIL, &inbox.identity_secret);
    let identity = json!({
        "external_id": id, "name": VISITOR, "email": VISITOR_EMAIL, "hash": signed.hash(),
    });
    let script = format!("window.evenkeelIdentity = {identity};");
    Ok(([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], script).into_response())
}

fn page(language: &str, title: &str, body: &str) -> Response {
    let html = Html(format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{}</title>\
         <style>{STYLE}</style>{body}</html>",
        escape(language),
        escape(title)
    ));
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], html).into_response()
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

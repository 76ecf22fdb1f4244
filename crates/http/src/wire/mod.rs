//! The shapes on the wire, named as in the API's description.

mod agents;
mod assistant;
mod balance;
mod calls;
mod mail;
mod overview;
mod shifts;
mod webhooks;
mod what_if;
mod widget;

pub(crate) use agents::*;
pub(crate) use assistant::Assistant;
pub(crate) use balance::{Balance, Decided, Replay, Report, Reviews, Sheet};
pub(crate) use calls::{Call, TraceStep};
pub(crate) use mail::{Delivered, Mail};
pub(crate) use overview::{FailedJob, Overview};
pub(crate) use shifts::{
    Application, Joining, Onlooker, OwnData, OwnPage, PayStatement, Plan, Shift, Staffing, Worker,
    calendar,
};
pub(crate) use webhooks::{
    ApiToken, Delivery, NewApiToken, Ping, Webhook, WebhookEvent, WebhookTrial,
};
pub(crate) use what_if::Answered;
pub(crate) use widget::*;

use desk::Time;
use schemars::JsonSchema;
use serde::Serialize;

/// RFC 3339 with milliseconds, UTC.
pub(crate) fn time(at: Time) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| at.0.to_string(), |at| format!("{at:.3}"))
}

pub(crate) fn optional_time(at: Option<Time>) -> Option<String> {
    at.map(time)
}

/// A text in a table. One that a spreadsheet would take for a formula is led by an apostrophe.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let lead = if is_formula { "'" } else { "" };
    format!("\"{lead}{}\"", text.replace('"', "\"\""))
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub(crate) struct ListOf<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_cursor: Option<String>,
}

impl<T> ListOf<T> {
    /// A list on one page.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}

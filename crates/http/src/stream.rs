//! Server-sent events over the journal: nothing is lost, whoever reconnects.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use desk::limits::REPLAY_EVENTS_MAX;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service::{Caller, Form, LiveChange, Typing, Who};
use store::Record;
use tokio::{
    sync::{broadcast::error::RecvError, mpsc},
    time::Instant,
};
use tokio_stream::wrappers::ReceiverStream;

use crate::{body::Query, caller::Signed, problem::Problem, state::Desk, wire};

/// Events that wait for a slow reader; then the stream waits too and catches up from the journal.
const WAITING_MAX: usize = 64;
const BEAT: Duration = Duration::from_secs(15);
/// How often a stream looks whether its reader's session still stands.
const LOOK_AGENT: Duration = Duration::from_secs(5);
const LOOK_CUSTOMER: Duration = Duration::from_secs(60);

type Events = Sse<axum::response::sse::KeepAliveStream<ReceiverStream<Result<Event, Infallible>>>>;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
    after: Option<i64>,
}

/// `hello` and `resync`: the number of the last journal row.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EventHello")]
pub(crate) struct Seq {
    seq: i64,
}

/// `change`: a subject's current form for this viewer; null when it is gone.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EventChange")]
pub(crate) struct Change {
    seq: i64,
    kind: &'static str,
    #[schemars(extend("enum" = [
        "conversation", "message", "case", "handoff", "customer", "topic", "article", "agent",
        "inbox", "desk", "call", "worker", "shift",
        "application"
    ]))]
    subject: &'static str,
    id: String,
    version: i64,
    data: serde_json::Value,
}

/// `typing`: somebody writes, and it is not kept.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EventTyping")]
pub(crate) struct Writes {
    conversation_id: String,
    author: wire::Author,
}

/// Agents: everything of the desk.
pub(crate) async fn agents(
    State(desk): State<Desk>,
    signed: Signed,
    Query(query): Query<From>,
    headers: HeaderMap,
) -> Result<Events, Problem> {
    signed.caller.agent()?;
    let after = after(&headers, &query)?;
    Ok(events(desk, signed, after, "agent"))
}

/// Customers: their own conversations.
pub(crate) async fn widget(
    State(desk): State<Desk>,
    signed: Signed,
    Query(query): Query<From>,
    headers: HeaderMap,
) -> Result<Events, Problem> {
    signed.caller.customer()?;
    let after = after(&headers, &query)?;
    Ok(events(desk, signed, after, "customer"))
}

fn after(headers: &HeaderMap, query: &From) -> Result<Option<i64>, Problem> {
    let Some(header) = headers.get("last-event-id") else { return Ok(query.after) };
    let seq = header.to_str().ok().and_then(|text| text.trim().parse().ok());
    seq.map(Some).ok_or_else(|| {
        Problem::bad_request("Last-Event-ID is no number.", "Send the id of the last event.")
    })
}

fn events(desk: Desk, signed: Signed, after: Option<i64>, reader: &'static str) -> Events {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    tokio::spawn(async move {
        let _open = desk.metrics.stream(reader);
        let mut stopped = desk.stopped.clone();
        tokio::select! {
            // The reader is gone, or the desk stops: either way there is nobody to tell.
            _ = pump(&desk, signed, after, &sender) => {}
            () = sender.closed() => {}
            _ = stopped.wait_for(|stopped| *stopped), if has_sender(&desk) => {}
        }
    });
    Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(BEAT).text("beat"))
}

fn has_sender(desk: &Desk) -> bool {
    desk.stopped.has_changed().is_ok()
}

/// The reader is gone.
struct Gone;

async fn pump(
    desk: &Desk,
    Signed { mut caller, token }: Signed,
    after: Option<i64>,
    sender: &mpsc::Sender<Result<Event, Infallible>>,
) -> Result<(), Gone> {
    // Listened to first, asked for the number second: nothing falls in between.
    let customer = caller.customer().ok().map(|(id, _)| id);
    let (mut live, mut typing) = (desk.service.live(customer), desk.service.typing(customer));
    let now = desk.service.last_seq().await.map_err(|_| Gone)?;
    let names = Names::load(desk, &caller).await;
    send(sender, event("hello", &Seq { seq: now })).await?;
    let mut seq = match after {
        Some(seq) if (0..=now).contains(&seq) => seq,
        Some(_) => {
            resync(sender, now).await?;
            now
        }
        None => now,
    };
    seq = catch_up(desk, &caller, &names, seq, sender).await?;
    let look = if caller.agent().is_ok() { LOOK_AGENT } else { LOOK_CUSTOMER };
    let mut looks = tokio::time::interval_at(Instant::now() + look, look);
    loop {
        tokio::select! {
            // A session ends, an agent is disabled or gets another role while the stream is open.
            _ = looks.tick() => caller.who = desk.service.who(&token).await.map_err(|_| Gone)?,
            change = live.recv() => match change {
                Ok(change) if change.entry.seq <= seq => {}
                Ok(change) => {
                    seq = change.entry.seq;
                    if is_about(&change, &caller) {
                        caller.who = desk.service.who(&token).await.map_err(|_| Gone)?;
                    }
                    tell(desk, &caller, &names, &change, sender).await?;
                }
                // The last number that they heard may lie far back: others wrote since.
                Err(RecvError::Lagged(_)) if customer.is_some() => {
                    seq = desk.service.last_seq().await.map_err(|_| Gone)?;
                    resync(sender, seq).await?;
                }
                Err(RecvError::Lagged(_)) => {
                    seq = catch_up(desk, &caller, &names, seq, sender).await?;
                }
                Err(RecvError::Closed) => return Err(Gone),
            },
            Ok(who) = typing.recv() => tell_typing(&caller, &who, sender).await?,
        }
    }
}

/// Whether the viewer themself changed: perhaps their role, perhaps they were disabled.
fn is_about(change: &LiveChange, caller: &Caller) -> bool {
    change.entry.subject == desk::Subject::Agent
        && caller.agent().is_ok_and(|agent| agent.id.to_string() == change.entry.subject_id)
}

/// Sends what the journal holds after `seq`, or says that it is too much.
async fn catch_up(
    desk: &Desk,
    caller: &Caller,
    names: &Names,
    seq: i64,
    sender: &mpsc::Sender<Result<Event, Infallible>>,
) -> Result<i64, Gone> {
    let changes = desk.service.changes_after(seq, REPLAY_EVENTS_MAX + 1).await.map_err(|_| Gone)?;
    if changes.len() > REPLAY_EVENTS_MAX {
        let now = desk.service.last_seq().await.map_err(|_| Gone)?;
        resync(sender, now).await?;
        return Ok(now);
    }
    let mut last = seq;
    for change in &changes {
        last = change.entry.seq;
        tell(desk, caller, names, change, sender).await?;
    }
    Ok(last)
}

async fn resync(sender: &mpsc::Sender<Result<Event, Infallible>>, seq: i64) -> Result<(), Gone> {
    send(sender, event("resync", &Seq { seq })).await
}

async fn tell(
    desk: &Desk,
    caller: &Caller,
    names: &Names,
    change: &LiveChange,
    sender: &mpsc::Sender<Result<Event, Infallible>>,
) -> Result<(), Gone> {
    let entry = &change.entry;
    let shown = match &caller.who {
        Who::Agent(agent) => for_agent(desk, names, agent, change).await,
        Who::Customer(id, _) if entry.customer_id == Some(*id) => for_customer(change),
        Who::Customer(..) => None,
    };
    let Some((version, data)) = shown else { return Ok(()) };
    let told = Change {
        seq: entry.seq,
        kind: entry.kind.as_str(),
        subject: entry.subject.as_str(),
        id: entry.subject_id.to_string(),
        version,
        data,
    };
    send(sender, event("change", &told).id(entry.seq.to_string())).await?;
    if let (Who::Customer(id, _), Some(form)) = (&caller.who, &change.form)
        && let Form::Message(written) = &**form
        && !matches!(written.message.author, desk::Author::Customer(_))
    {
        let message = &written.message;
        desk.service.was_given(*id, message.conversation_id, message.position).await;
    }
    Ok(())
}

/// Names that forms carry and that are looked up once a stream.
pub(crate) struct Names {
    topics: Vec<desk::Topic>,
}

impl Names {
    pub(crate) async fn load(desk: &Desk, caller: &Caller) -> Self {
        Self { topics: desk.service.topics(caller).await.unwrap_or_default() }
    }
}

pub(crate) type Shown = Option<(i64, serde_json::Value)>;

/// The present form of what changed, as this agent sees it; `None` where they do not.
pub(crate) async fn for_agent(
    desk: &Desk,
    names: &Names,
    viewer: &desk::Agent,
    change: &LiveChange,
) -> Shown {
    let Some(form) = &change.form else {
        return Some((change.entry.version, serde_json::Value::Null));
    };
    let topic = |id| wire::topic_name(&names.topics, id);
    match &**form {
        Form::Conversation(listed, _) => {
            json(listed.conversation.version, wire::Conversation::from(&**listed))
        }
        Form::Message(written) => json(written.message.version, wire::Message::from(&**written)),
        Form::Record(record) => match &**record {
            Record::Case(case) => json(case.version, wire::Case::new(case, topic(case.topic_id))),
            Record::Handoff(handoff) => {
                json(handoff.version, wire::Handoff::new(handoff, topic(handoff.topic_id)))
            }
            Record::Call(call) => {
                let caller = Caller::plain(Who::Agent(viewer.clone()));
                let agents = desk.service.agents(&caller).await.unwrap_or_default();
                let sheet = desk.service.sheet(call.clone()).ok()?;
                json(call.version, wire::Call::new(&sheet, &agents))
            }
            Record::Shift(shift) => {
                let is_theirs = shift.agent_id == Some(viewer.id);
                // What is only planned is for planners.
                if shift.state == desk::ShiftState::Draft && viewer.role < desk::Role::Lead {
                    return None;
                }
                let caller = Caller::plain(Who::Agent(viewer.clone()));
                let agents = match viewer.role >= desk::Role::Lead || is_theirs {
                    true => desk.service.agents(&caller).await.unwrap_or_default(),
                    false => Vec::new(),
                };
                let onlooker = wire::Onlooker::new(viewer, &agents, &names.topics);
                json(shift.version, wire::Shift::new(shift, &onlooker))
            }
            Record::Application(one) => {
                if viewer.role < desk::Role::Owner {
                    return None;
                }
                let caller = Caller::plain(Who::Agent(viewer.clone()));
                let agents = desk.service.agents(&caller).await.unwrap_or_default();
                let onlooker = wire::Onlooker::new(viewer, &agents, &names.topics);
                json(one.version, wire::Application::new(one, &onlooker))
            }
            Record::Worker(worker) => {
                if viewer.role < desk::Role::Lead && viewer.id != worker.id {
                    return None;
                }
                let caller = Caller::plain(Who::Agent(viewer.clone()));
                let agents = desk.service.agents(&caller).await.unwrap_or_default();
                let onlooker = wire::Onlooker::new(viewer, &agents, &names.topics);
                json(worker.version, wire::Worker::new(worker, &onlooker))
            }
            Record::Customer(customer) => json(customer.version, wire::Customer::from(customer)),
            Record::Agent(agent) => json(agent.version, wire::Agent::from(agent)),
            Record::Inbox(inbox) => json(inbox.version, wire::Inbox::new(inbox, viewer.role)),
            Record::Desk(settings) => {
                let size = desk.service.model_size();
                json(settings.version, wire::Desk::new(settings, size))
            }
            Record::Topic(topic) => {
                let caller = Caller::plain(Who::Agent(viewer.clone()));
                let agents = desk.service.agents(&caller).await.unwrap_or_default();
                json(topic.version, wire::Topic::new(topic, &agents))
            }
            Record::Article(article) => {
                let caller = Caller::plain(Who::Agent(viewer.clone()));
                let agents = desk.service.agents(&caller).await.unwrap_or_default();
                json(article.version, wire::ArticleSummary::new(article, &agents))
            }
            Record::Conversation(_) | Record::Message(_) => None,
        },
    }
}

fn for_customer(change: &LiveChange) -> Shown {
    match &**change.form.as_ref()? {
        Form::Conversation(listed, handoff) => json(
            listed.conversation.version,
            wire::WidgetConversation::new(listed, handoff.as_deref()),
        ),
        Form::Message(written) => json(written.message.version, wire::WidgetMessage::new(written)?),
        Form::Record(_) => None,
    }
}

fn json(version: i64, form: impl serde::Serialize) -> Shown {
    let data = serde_json::to_value(form).expect("wire shapes are always JSON");
    Some((version, data))
}

async fn tell_typing(
    caller: &Caller,
    typing: &Typing,
    sender: &mpsc::Sender<Result<Event, Infallible>>,
) -> Result<(), Gone> {
    let is_own = match (&caller.who, typing.author) {
        (Who::Agent(agent), desk::Author::Agent(id)) => agent.id == id,
        (Who::Customer(..), desk::Author::Customer(_)) => true,
        (Who::Customer(id, _), _) => typing.customer_id != *id,
        (Who::Agent(_), _) => false,
    };
    if is_own {
        return Ok(());
    }
    let name = typing.name.as_ref().map(ToString::to_string);
    let told = Writes {
        conversation_id: typing.conversation_id.to_string(),
        author: wire::Author::new(typing.author, name),
    };
    send(sender, event("typing", &told)).await
}

fn event(name: &str, told: &impl Serialize) -> Event {
    let data = serde_json::to_string(told).expect("wire shapes are always JSON");
    Event::default().event(name).data(data)
}

async fn send(sender: &mpsc::Sender<Result<Event, Infallible>>, event: Event) -> Result<(), Gone> {
    sender.send(Ok(event)).await.map_err(|_| Gone)
}

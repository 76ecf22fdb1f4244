//! Between columns and the desk's types.

use std::str::FromStr;

use desk::{
    Agent, AgentId, ApiToken, Application, Article, Author, AuthorType, Call, Conversation,
    Customer, Delivery, DeskSettings, Entry, File, Handler, Inbox, IncomingMail, LastMessage,
    Letter, LetterKind, LetterState, MailPlace, Message, ModelUse, Priority, Shift, Source,
    Staffing, Survey, Time, Topic, Webhook, Worker,
};
use privacy::Masked;
use serde::{Deserialize, Serialize};

use crate::{
    connection::Outcome,
    value::{Row, bad},
};

pub(crate) fn id<T: FromStr>(row: &Row<'_>, column: &str) -> Outcome<T> {
    row.get::<&str>(column)?.parse().map_err(|_| bad(column))
}

pub(crate) fn optional_id<T: FromStr>(row: &Row<'_>, column: &str) -> Outcome<Option<T>> {
    match row.get::<Option<&str>>(column)? {
        Some(text) => text.parse().map(Some).map_err(|_| bad(column)),
        None => Ok(None),
    }
}

pub(crate) fn masked(row: &Row<'_>, column: &str) -> Outcome<Masked> {
    row.get::<String>(column).map(Masked::from_storage)
}

pub(crate) fn optional_masked(row: &Row<'_>, column: &str) -> Outcome<Option<Masked>> {
    Ok(row.get::<Option<String>>(column)?.map(Masked::from_storage))
}

pub(crate) fn time(row: &Row<'_>, column: &str) -> Outcome<Time> {
    row.get(column).map(Time)
}

pub(crate) fn optional_time(row: &Row<'_>, column: &str) -> Outcome<Option<Time>> {
    Ok(row.get::<Option<i64>>(column)?.map(Time))
}

pub(crate) fn word<T>(row: &Row<'_>, column: &str, parse: fn(&str) -> Option<T>) -> Outcome<T> {
    parse(row.get::<&str>(column)?).ok_or_else(|| bad(column))
}

pub(crate) fn optional_word<T>(
    row: &Row<'_>,
    column: &str,
    parse: fn(&str) -> Option<T>,
) -> Outcome<Option<T>> {
    match row.get::<Option<&str>>(column)? {
        Some(text) => parse(text).map(Some).ok_or_else(|| bad(column)),
        None => Ok(None),
    }
}

pub(crate) fn json<T: Serialize>(values: &T) -> String {
    serde_json::to_string(values).expect("lists of texts and numbers are always JSON")
}

pub(crate) fn masked_list(row: &Row<'_>, column: &str) -> Outcome<Vec<Masked>> {
    let texts: Vec<String> =
        serde_json::from_str(row.get::<&str>(column)?).map_err(|_| bad(column))?;
    Ok(texts.into_iter().map(Masked::from_storage).collect())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(row: &Row<'_>, column: &str) -> Outcome<Vec<u8>> {
    let text = row.get::<&str>(column)?;
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| digit.try_into().ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or_else(|| bad(column))?;
    Ok(digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect())
}

pub(crate) fn priority_column(priority: Priority) -> i64 {
    match priority {
        Priority::Normal => 0,
        Priority::First => 1,
    }
}

pub(crate) fn author_columns(author: Author) -> (&'static str, Option<String>) {
    match author {
        Author::Customer(id) => (AuthorType::Customer.as_str(), Some(id.to_string())),
        Author::Assistant => (AuthorType::Ai.as_str(), None),
        Author::Agent(id) => (AuthorType::Agent.as_str(), Some(id.to_string())),
        Author::System => (AuthorType::System.as_str(), None),
    }
}

fn author(row: &Row<'_>) -> Outcome<Author> {
    Ok(match word(row, "author_type", AuthorType::parse)? {
        AuthorType::Customer => Author::Customer(id(row, "author_id")?),
        AuthorType::Ai => Author::Assistant,
        AuthorType::Agent => Author::Agent(id(row, "author_id")?),
        AuthorType::System => Author::System,
    })
}

#[derive(Serialize, Deserialize)]
struct SourceColumn {
    n: i64,
    article_id: Option<String>,
    slug: String,
    title: String,
    quote: String,
}

pub(crate) fn sources_column(sources: &[Source]) -> String {
    if sources.is_empty() {
        return "[]".to_owned();
    }
    let columns: Vec<SourceColumn> = sources
        .iter()
        .map(|source| SourceColumn {
            n: source.n,
            article_id: source.article_id.map(|id| id.to_string()),
            slug: source.slug.clone(),
            title: source.title.as_str().to_owned(),
            quote: source.quote.as_str().to_owned(),
        })
        .collect();
    json(&columns)
}

fn sources(row: &Row<'_>) -> Outcome<Vec<Source>> {
    let text = row.get::<&str>("sources")?;
    if text == "[]" {
        return Ok(Vec::new());
    }
    let columns: Vec<SourceColumn> = serde_json::from_str(text).map_err(|_| bad("sources"))?;
    columns
        .into_iter()
        .map(|column| {
            Ok(Source {
                n: column.n,
                article_id: match column.article_id {
                    Some(id) => Some(id.parse().map_err(|_| bad("sources"))?),
                    None => None,
                },
                slug: column.slug,
                title: Masked::from_storage(column.title),
                quote: Masked::from_storage(column.quote),
            })
        })
        .collect()
}

pub(crate) fn desk(row: &Row<'_>) -> Outcome<DeskSettings> {
    Ok(DeskSettings {
        id: id(row, "id")?,
        version: row.get("version")?,
        name: masked(row, "name")?,
        hours: masked(row, "hours")?,
        is_demo: row.get("is_demo")?,
        draw_seed: from_hex(row, "draw_seed")?,
        fingerprint_key: from_hex(row, "fingerprint_key")?,
        trained_at: optional_time(row, "trained_at")?,
        brake: match optional_time(row, "braked_at")? {
            Some(at) => Some(desk::Brake {
                at,
                by: optional_id(row, "braked_by")?,
                reason: optional_masked(row, "brake_reason")?.unwrap_or_default(),
            }),
            None => None,
        },
        reads_with: row.get("reads_with")?,
        staffing: Staffing {
            handling_minutes: row.get("handling_minutes")?,
            within_seconds: row.get("within_seconds")?,
            share: row.get("staffed_share")?,
            fall_hours: row.get("fall_hours")?,
            n_regular: row.get("n_regular")?,
            regular_from: row.get("regular_from")?,
            regular_until: row.get("regular_until")?,
            zone: row.get("zone")?,
            currency: row.get("currency")?,
        },
        takes_applications: row.get("takes_applications")?,
    })
}

pub(crate) fn inbox(row: &Row<'_>) -> Outcome<Inbox> {
    Ok(Inbox {
        id: id(row, "id")?,
        version: row.get("version")?,
        name: masked(row, "name")?,
        key: row.get("key")?,
        greeting: masked(row, "greeting")?,
        identity_secret: row.get("identity_secret")?,
        kind: word(row, "kind", desk::InboxKind::parse)?,
    })
}

pub(crate) fn agent(row: &Row<'_>) -> Outcome<Agent> {
    Ok(Agent {
        id: id(row, "id")?,
        version: row.get("version")?,
        name: masked(row, "name")?,
        email: masked(row, "email")?,
        role: word(row, "role", desk::Role::parse)?,
        presence: word(row, "presence", desk::Presence::parse)?,
        is_disabled: row.get("is_disabled")?,
        password_hash: row.get("password_hash")?,
        created_at: time(row, "created_at")?,
    })
}

pub(crate) fn customer(row: &Row<'_>) -> Outcome<Customer> {
    Ok(Customer {
        id: id(row, "id")?,
        version: row.get("version")?,
        name: optional_masked(row, "name")?,
        email: optional_masked(row, "email")?,
        external_id: optional_masked(row, "external_id")?,
        is_verified: row.get("is_verified")?,
        is_people_first: row.get("is_people_first")?,
        locale: row.get("locale")?,
        created_at: time(row, "created_at")?,
        has_verified_email: row.get("has_verified_email")?,
    })
}

pub(crate) fn topic(row: &Row<'_>) -> Outcome<Topic> {
    Ok(Topic {
        id: id(row, "id")?,
        version: row.get("version")?,
        name: masked(row, "name")?,
        slug: row.get("slug")?,
        description: masked(row, "description")?,
        level: word(row, "level", desk::Level::parse)?,
        share: row.get("share")?,
        epoch: epoch(row)?,
        is_by_hand: row.get("is_by_hand")?,
        ceiling: word(row, "ceiling", desk::Level::parse)?,
        margin: row.get("margin")?,
        review_share: row.get("review_share")?,
        level_reason: masked(row, "level_reason")?,
        level_set_by: optional_id(row, "level_set_by")?,
        level_set_at: optional_time(row, "level_set_at")?,
        is_people_first: row.get("is_people_first")?,
        answers_at_night: row.get("answers_at_night")?,
        n_examples: row.get("n_examples")?,
        is_archived: row.get("is_archived")?,
    })
}

pub(crate) fn article(row: &Row<'_>) -> Outcome<Article> {
    let topic_ids: Vec<String> =
        serde_json::from_str(row.get::<&str>("topic_ids")?).map_err(|_| bad("topic_ids"))?;
    Ok(Article {
        id: id(row, "id")?,
        version: row.get("version")?,
        slug: row.get("slug")?,
        title: masked(row, "title")?,
        body: masked(row, "body")?,
        language: row.get("language")?,
        topic_ids: topic_ids
            .iter()
            .map(|text| text.parse().map_err(|_| bad("topic_ids")))
            .collect::<Outcome<_>>()?,
        questions: masked_list(row, "questions")?,
        state: word(row, "state", desk::ArticleState::parse)?,
        updated_at: time(row, "updated_at")?,
        updated_by: optional_id(row, "updated_by")?,
        published_at: optional_time(row, "published_at")?,
    })
}

pub(crate) fn conversation(row: &Row<'_>) -> Outcome<Conversation> {
    let handler = match row.get::<&str>("handler")? {
        "assistant" => Handler::Assistant,
        "queue" => Handler::Queue,
        "agent" => Handler::Agent(id::<AgentId>(row, "agent_id")?),
        _ => return Err(bad("handler")),
    };
    let last_message = match optional_word(row, "last_author", AuthorType::parse)? {
        Some(author) => {
            Some(LastMessage { author, text: masked(row, "last_text")?, at: time(row, "last_at")? })
        }
        None => None,
    };
    let survey = match row.get::<Option<i64>>("survey_score")? {
        Some(score) => Some(Survey {
            score,
            comment: optional_masked(row, "survey_comment")?,
            at: time(row, "survey_at")?,
        }),
        None => None,
    };
    Ok(Conversation {
        id: id(row, "id")?,
        version: row.get("version")?,
        number: row.get("number")?,
        inbox_id: id(row, "inbox_id")?,
        customer_id: id(row, "customer_id")?,
        subject: masked(row, "subject")?,
        state: word(row, "state", desk::State::parse)?,
        handler,
        priority: if row.get::<i64>("priority")? > 0 { Priority::First } else { Priority::Normal },
        language: row.get("language")?,
        topic_id: optional_id(row, "topic_id")?,
        last_message,
        has_draft: row.get("has_draft")?,
        waiting_since: optional_time(row, "waiting_since")?,
        needs_reply: row.get("needs_reply")?,
        n_messages: row.get("n_messages")?,
        ai_notice_at: optional_time(row, "ai_notice_at")?,
        queued_at: optional_time(row, "queued_at")?,
        person_answered_at: optional_time(row, "person_answered_at")?,
        assistant_answered_at: optional_time(row, "assistant_answered_at")?,
        survey,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
        closed_at: optional_time(row, "closed_at")?,
    })
}

/// Without its files, which are read for the whole conversation at once.
pub(crate) fn message(row: &Row<'_>) -> Outcome<Message> {
    Ok(Message {
        id: id(row, "id")?,
        version: row.get("version")?,
        conversation_id: id(row, "conversation_id")?,
        position: row.get("position")?,
        author: author(row)?,
        kind: word(row, "kind", desk::MessageKind::parse)?,
        code: optional_word(row, "code", desk::EventCode::parse)?,
        text: masked(row, "text")?,
        is_generated: row.get("is_generated")?,
        sources: sources(row)?,
        choices: masked_list(row, "choices")?,
        wrong_by: optional_id(row, "wrong_by")?,
        files: Vec::new(),
        draft_state: optional_word(row, "draft_state", desk::DraftState::parse)?,
        door: word(row, "door", desk::Door::parse)?,
        client_id: row.get("client_id")?,
        created_at: time(row, "created_at")?,
    })
}

pub(crate) fn incoming_mail(row: &Row<'_>) -> Outcome<IncomingMail> {
    let uid_validity: Option<i64> = row.get("uid_validity")?;
    let uid: Option<i64> = row.get("uid")?;
    Ok(IncomingMail {
        key: row.get("key")?,
        message_id: row.get("message_id")?,
        sender: masked(row, "sender")?,
        subject: masked(row, "subject")?,
        state: word(row, "state", desk::MailState::parse)?,
        reason: row.get("reason")?,
        conversation_id: optional_id(row, "conversation_id")?,
        place: uid_validity.zip(uid).map(|(uid_validity, uid)| MailPlace { uid_validity, uid }),
        received_at: time(row, "received_at")?,
    })
}

pub(crate) fn webhook(row: &Row<'_>) -> Outcome<Webhook> {
    let words: Vec<String> =
        serde_json::from_str(row.get::<&str>("kinds")?).map_err(|_| bad("kinds"))?;
    let kinds: Option<Vec<desk::Kind>> = words.iter().map(|word| desk::Kind::parse(word)).collect();
    Ok(Webhook {
        id: id(row, "id")?,
        url: row.get("url")?,
        secret: row.get("secret")?,
        kinds: kinds.ok_or_else(|| bad("kinds"))?,
        is_paused: row.get("is_paused")?,
        seen: row.get("seen")?,
        n_failures: row.get("n_failures")?,
        retry_at: time(row, "retry_at")?,
        created_at: time(row, "created_at")?,
    })
}

pub(crate) fn delivery(row: &Row<'_>) -> Outcome<Delivery> {
    Ok(Delivery {
        id: id(row, "id")?,
        webhook_id: id(row, "webhook_id")?,
        seq: row.get("seq")?,
        kind: word(row, "kind", desk::Kind::parse)?,
        state: word(row, "state", desk::DeliveryState::parse)?,
        n_attempts: row.get("n_attempts")?,
        status: row.get("status")?,
        failure: row.get("failure")?,
        created_at: time(row, "created_at")?,
        finished_at: optional_time(row, "finished_at")?,
    })
}

pub(crate) fn api_token(row: &Row<'_>) -> Outcome<ApiToken> {
    Ok(ApiToken {
        id: id(row, "id")?,
        agent_id: id(row, "agent_id")?,
        name: masked(row, "name")?,
        token_hash: row.get("token_hash")?,
        scope: word(row, "scope", desk::Scope::parse)?,
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
        used_at: optional_time(row, "used_at")?,
    })
}

pub(crate) fn letter(row: &Row<'_>) -> Outcome<Letter> {
    Ok(Letter {
        id: id(row, "id")?,
        fact: row.get("fact")?,
        kind: LetterKind::parse(row.get("kind")?).ok_or_else(|| bad("kind"))?,
        recipient: row.get("recipient")?,
        agent_id: optional_id(row, "agent_id")?,
        conversation_id: optional_id(row, "conversation_id")?,
        sender: masked(row, "sender")?,
        state: LetterState::parse(row.get("state")?).ok_or_else(|| bad("state"))?,
        n_attempts: row.get("n_attempts")?,
        due_at: time(row, "due_at")?,
        failure: row.get("failure")?,
        created_at: time(row, "created_at")?,
        finished_at: optional_time(row, "finished_at")?,
    })
}

pub(crate) fn model_use(row: &Row<'_>) -> Outcome<ModelUse> {
    Ok(ModelUse {
        day: i32::try_from(row.get::<i64>("day")?).map_err(|_| bad("day"))?,
        model: row.get("model")?,
        n_questions: row.get("n_questions")?,
        n_failures: row.get("n_failures")?,
        tokens_in: row.get("tokens_in")?,
        tokens_out: row.get("tokens_out")?,
    })
}

pub(crate) fn call(row: &Row<'_>) -> Outcome<Call> {
    Ok(Call {
        key: row.get("id")?,
        version: row.get("version")?,
        conversation_id: id(row, "conversation_id")?,
        case_id: optional_id(row, "case_id")?,
        tool: row.get("tool")?,
        state: word(row, "state", desk::CallState::parse)?,
        customer: masked(row, "customer")?,
        amount: row.get("amount")?,
        day: i32::try_from(row.get::<i64>("day")?).map_err(|_| bad("day"))?,
        words: masked(row, "words")?,
        n_missing: row.get("n_missing")?,
        content: row.get("content")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

fn texts(row: &Row<'_>, column: &str) -> Outcome<Vec<String>> {
    serde_json::from_str(row.get::<&str>(column)?).map_err(|_| bad(column))
}

pub(crate) fn worker(row: &Row<'_>) -> Outcome<Worker> {
    Ok(Worker {
        id: id(row, "id")?,
        version: row.get("version")?,
        zone: row.get("zone")?,
        laws: texts(row, "laws")?,
        languages: texts(row, "languages")?,
        wish_hours: row.get("wish_hours")?,
        week_hours_max: row.get("week_hours_max")?,
        rate: row.get("rate")?,
        is_active: row.get("is_active")?,
        created_at: time(row, "created_at")?,
    })
}

pub(crate) fn application(row: &Row<'_>) -> Outcome<Application> {
    let decision = match optional_time(row, "decided_at")? {
        Some(at) => Some(desk::Decision {
            at,
            by: id(row, "decided_by")?,
            reason: optional_masked(row, "reason")?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(Application {
        id: id(row, "id")?,
        version: row.get("version")?,
        name: masked(row, "name")?,
        email: masked(row, "email")?,
        zone: row.get("zone")?,
        languages: texts(row, "languages")?,
        wish_hours: row.get("wish_hours")?,
        is_student: row.get("is_student")?,
        words: masked(row, "words")?,
        state: word(row, "state", desk::ApplicationState::parse)?,
        decision,
        agent_id: optional_id(row, "agent_id")?,
        created_at: time(row, "created_at")?,
    })
}

pub(crate) fn shift(row: &Row<'_>) -> Outcome<Shift> {
    let cancelled_at = optional_time(row, "cancelled_at")?;
    let why = optional_masked(row, "cancel_reason")?.unwrap_or_default();
    let correction = match row.get::<Option<i64>>("paid_minutes")? {
        Some(minutes) => Some(desk::Correction {
            minutes,
            reason: optional_masked(row, "paid_reason")?.unwrap_or_default(),
            by: id(row, "paid_by")?,
            at: time(row, "paid_at")?,
        }),
        None => None,
    };
    Ok(Shift {
        id: id(row, "id")?,
        version: row.get("version")?,
        starts_at: time(row, "starts_at")?,
        ends_at: time(row, "ends_at")?,
        language: row.get("language")?,
        topic_id: optional_id(row, "topic_id")?,
        reason: masked(row, "reason")?,
        rate: row.get("rate")?,
        extra: row.get("extra")?,
        state: word(row, "state", desk::ShiftState::parse)?,
        agent_id: optional_id(row, "agent_id")?,
        published_at: optional_time(row, "published_at")?,
        claimed_at: optional_time(row, "claimed_at")?,
        cancelled: cancelled_at.map(|at| (at, why)),
        correction,
        created_by: optional_id(row, "created_by")?,
        created_at: time(row, "created_at")?,
    })
}

pub(crate) fn file(row: &Row<'_>) -> Outcome<File> {
    Ok(File {
        id: id(row, "id")?,
        name: masked(row, "name")?,
        content_type: row.get("content_type")?,
        n_bytes: row.get("n_bytes")?,
    })
}

pub(crate) fn handoff(row: &Row<'_>) -> Outcome<desk::Handoff> {
    Ok(desk::Handoff {
        id: id(row, "id")?,
        version: row.get("version")?,
        conversation_id: id(row, "conversation_id")?,
        at: time(row, "at")?,
        by: word(row, "requested_by", desk::RequestedBy::parse)?,
        reason: word(row, "reason", desk::HandoffReason::parse)?,
        detail: optional_masked(row, "detail")?,
        summary: masked(row, "summary")?,
        tried: masked_list(row, "tried")?,
        missing: masked_list(row, "missing")?,
        topic_id: optional_id(row, "topic_id")?,
        place: row.get("place")?,
        promise: masked(row, "promise")?,
    })
}

/// Without its conversations, which the caller reads.
pub(crate) fn case(row: &Row<'_>) -> Outcome<desk::Case> {
    Ok(desk::Case {
        id: id(row, "id")?,
        version: row.get("version")?,
        customer_id: id(row, "customer_id")?,
        topic_id: optional_id(row, "topic_id")?,
        conversation_ids: Vec::new(),
        opened_at: time(row, "opened_at")?,
        closed_at: optional_time(row, "closed_at")?,
        assignment: assignment(row)?,
    })
}

pub(crate) fn assignment(row: &Row<'_>) -> Outcome<desk::Assignment> {
    let draft = match row.get::<Option<bool>>("draft_is_shown")? {
        Some(is_shown) => {
            Some(desk::DraftDraw { is_shown, propensity: row.get("draft_propensity")? })
        }
        None => None,
    };
    let review = match row.get::<Option<bool>>("review_is_drawn")? {
        Some(is_drawn) => {
            Some(desk::ReviewDraw { is_drawn, propensity: row.get("review_propensity")? })
        }
        None => None,
    };
    Ok(desk::Assignment {
        arm: word(row, "arm", desk::Arm::parse)?,
        propensity: row.get("propensity")?,
        is_eligible: row.get("is_eligible")?,
        is_randomised: row.get("is_randomised")?,
        level: word(row, "level", desk::Level::parse)?,
        epoch: epoch(row)?,
        draft,
        review,
        reason: masked(row, "reason")?,
        at: time(row, "at")?,
    })
}

fn epoch(row: &Row<'_>) -> Outcome<u32> {
    u32::try_from(row.get::<i64>("epoch")?).map_err(|_| bad("epoch"))
}

pub(crate) fn review(row: &Row<'_>) -> Outcome<desk::Review> {
    let answer = match optional_id(row, "message_id")? {
        Some(id) => desk::ReviewedAnswer::Sent(id),
        None => desk::ReviewedAnswer::Unseen { text: masked(row, "text")?, sources: sources(row)? },
    };
    let verdict = match optional_time(row, "reviewed_at")? {
        Some(at) => Some(desk::ReviewVerdict {
            by: id(row, "reviewed_by")?,
            at,
            mark: row.get("mark")?,
            guess: row.get::<Option<&str>>("guess")?.and_then(desk::Arm::parse),
            comment: optional_masked(row, "comment")?,
        }),
        None => None,
    };
    Ok(desk::Review {
        id: id(row, "id")?,
        case_id: id(row, "case_id")?,
        conversation_id: id(row, "conversation_id")?,
        topic_id: id(row, "topic_id")?,
        answer,
        author_id: optional_id(row, "author_id")?,
        created_at: time(row, "created_at")?,
        verdict,
    })
}

pub(crate) fn ledger_row(row: &Row<'_>) -> Outcome<crate::LedgerRow> {
    Ok(crate::LedgerRow { seq: row.get("seq")?, at: time(row, "at")?, data: row.get("data")? })
}

pub(crate) fn entry(row: &Row<'_>) -> Outcome<Entry> {
    let actor = match row.get::<&str>("actor_type")? {
        "agent" => desk::Actor::Agent(id(row, "actor_id")?),
        "customer" => desk::Actor::Customer(id(row, "actor_id")?),
        "assistant" => desk::Actor::Assistant,
        "system" => desk::Actor::System,
        _ => return Err(bad("actor_type")),
    };
    Ok(Entry {
        seq: row.get("seq")?,
        at: time(row, "at")?,
        actor,
        kind: word(row, "kind", desk::Kind::parse)?,
        subject: word(row, "subject", desk::Subject::parse)?,
        subject_id: row.get("subject_id")?,
        version: row.get("version")?,
        conversation_id: optional_id(row, "conversation_id")?,
        customer_id: optional_id(row, "customer_id")?,
    })
}

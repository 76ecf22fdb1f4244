//! Writes one commit inside the batch's transaction.

use desk::{
    Actor, Agent, Article, Author, Case, Conversation, ConversationId, Customer, CustomerId,
    DeskSettings, Entry, Handler, Handoff, Inbox, Kind, Message, MessageKind, Topic,
};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use crate::{
    Change, Commit, CommitError, Committed, FileContent, Record, Session, SessionSubject, rows,
};

/// Why a commit stops.
pub(crate) enum Stop {
    /// The commit itself is refused.
    Refused(CommitError),
    /// A statement failed.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Checks the versions that a commit read, writes all its changes, then its journal rows.
pub(crate) fn commit(connection: &Connection, commit: &Commit) -> Result<Committed, Stop> {
    // First of all: a place or a name that a newer version took would be reported as taken, when
    // the use case only has to look again.
    for change in &commit.changes {
        check_version(connection, change)?;
    }
    let mut committed = Committed::default();
    for change in &commit.changes {
        apply(connection, commit, change, &mut committed)?;
    }
    journal(connection, &mut committed.entries)?;
    Ok(committed)
}

fn apply(
    connection: &Connection,
    commit: &Commit,
    change: &Change,
    committed: &mut Committed,
) -> Result<(), Stop> {
    match change {
        Change::Add(kind, record) => {
            add(connection, record)?;
            committed.entries.push(entry(commit, *kind, record, 1));
        }
        Change::Change(kind, record) => {
            let version = update(connection, record)?;
            committed.entries.push(entry(commit, *kind, record, version));
        }
        Change::DeleteArticle(article) => {
            let n_rows = connection
                .prepare_cached("delete from articles where id = ?1 and version = ?2")?
                .execute(params![article.id.to_string(), article.version])?;
            guard(n_rows)?;
            let record = Record::Article((**article).clone());
            let version = article.version + 1;
            committed.entries.push(entry(commit, Kind::ArticleDeleted, &record, version));
        }
        Change::AddExample(example) => {
            connection
                .prepare_cached(
                    "insert into examples (id, topic_id, text, created_at) values (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    example.id.to_string(),
                    example.topic_id.to_string(),
                    example.text.as_str(),
                    example.created_at.0
                ])?;
        }
        Change::DeleteExample(id) => {
            let n_rows = connection
                .prepare_cached("delete from examples where id = ?1")?
                .execute([id.to_string()])?;
            guard(n_rows)?;
        }
        Change::AddFile(file) => add_file(connection, file)?,
        Change::AttachFile(file, conversation, message) => {
            let n_rows = connection
                .prepare_cached(
                    "update files set conversation_id = ?2, message_id = ?3 \
                     where id = ?1 and message_id is null",
                )?
                .execute(params![
                    file.to_string(),
                    conversation.to_string(),
                    message.to_string()
                ])?;
            guard(n_rows)?;
        }
        Change::AddJob(job) => {
            connection
                .prepare_cached(
                    "insert into jobs (id, kind, conversation_id, message_id, n_attempts, due_at) \
                     values (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    job.id.to_string(),
                    job.kind.as_str(),
                    job.conversation_id.to_string(),
                    job.message_id.to_string(),
                    job.n_attempts,
                    job.due_at.0
                ])?;
        }
        Change::FinishJob(id) => {
            let n_rows = connection
                .prepare_cached("delete from jobs where id = ?1")?
                .execute([id.to_string()])?;
            guard(n_rows)?;
        }
        Change::RetryJob(id, due_at) => {
            connection
                .prepare_cached(
                    "update jobs set n_attempts = n_attempts + 1, due_at = ?2 where id = ?1",
                )?
                .execute(params![id.to_string(), due_at.0])?;
        }
        Change::AddSession(session) => add_session(connection, session)?,
        Change::DeleteSession(token_hash) => {
            connection
                .prepare_cached("delete from sessions where token_hash = ?1")?
                .execute([token_hash])?;
        }
        Change::DeleteSessionsOf(subject) => {
            let (kind, id) = subject_columns(subject);
            connection
                .prepare_cached("delete from sessions where kind = ?1 and subject_id = ?2")?
                .execute(params![kind, id])?;
        }
        Change::Remember(remembered) => {
            let n_rows = connection
                .prepare_cached(
                    "insert into idempotency (scope, key, fingerprint, at) \
                     values (?1, ?2, ?3, ?4) on conflict (scope, key) do nothing",
                )?
                .execute(params![
                    remembered.scope,
                    remembered.key,
                    remembered.fingerprint,
                    remembered.at.0
                ])?;
            if n_rows == 0 {
                return Err(Stop::Refused(CommitError::Repeated));
            }
        }
        Change::RememberAnswer { scope, key, status, body } => {
            connection
                .prepare_cached(
                    "update idempotency set status = ?3, body = ?4 where scope = ?1 and key = ?2",
                )?
                .execute(params![scope, key, status, body])?;
        }
        Change::Sweep { sessions_before, keys_before, files_before } => {
            connection
                .prepare_cached("delete from sessions where expires_at < ?1")?
                .execute([sessions_before.0])?;
            connection
                .prepare_cached("delete from idempotency where at < ?1")?
                .execute([keys_before.0])?;
            connection
                .prepare_cached(
                    "delete from files where conversation_id is null and created_at < ?1",
                )?
                .execute([files_before.0])?;
        }
    }
    Ok(())
}

fn add(connection: &Connection, record: &Record) -> Result<(), Stop> {
    match record {
        Record::Desk(desk) => save_desk(connection, desk, INSERT_DESK),
        Record::Inbox(inbox) => save_inbox(connection, inbox, INSERT_INBOX),
        Record::Agent(agent) => save_agent(connection, agent, INSERT_AGENT),
        Record::Customer(customer) => save_customer(connection, customer, INSERT_CUSTOMER),
        Record::Topic(topic) => save_topic(connection, topic, INSERT_TOPIC),
        Record::Article(article) => save_article(connection, article, INSERT_ARTICLE),
        Record::Conversation(row) => save_conversation(connection, row, INSERT_CONVERSATION),
        Record::Message(message) => add_message(connection, message),
        Record::Case(case) => add_case(connection, case),
        Record::Handoff(handoff) => add_handoff(connection, handoff),
    }
}

/// Updates a record if it still has the version that was read; returns its new version.
fn update(connection: &Connection, record: &Record) -> Result<i64, Stop> {
    let (saved, version) = match record {
        Record::Desk(desk) => (save_desk(connection, desk, UPDATE_DESK), desk.version),
        Record::Inbox(inbox) => (save_inbox(connection, inbox, UPDATE_INBOX), inbox.version),
        Record::Agent(agent) => (save_agent(connection, agent, UPDATE_AGENT), agent.version),
        Record::Customer(customer) => {
            (save_customer(connection, customer, UPDATE_CUSTOMER), customer.version)
        }
        Record::Topic(topic) => (save_topic(connection, topic, UPDATE_TOPIC), topic.version),
        Record::Article(article) => {
            (save_article(connection, article, UPDATE_ARTICLE), article.version)
        }
        Record::Conversation(row) => {
            (save_conversation(connection, row, UPDATE_CONVERSATION), row.version)
        }
        Record::Message(message) => (update_message(connection, message), message.version),
        Record::Case(case) => (update_case(connection, case), case.version),
        Record::Handoff(_) => {
            let why = "a handoff is never changed".to_owned();
            return Err(Stop::Refused(CommitError::Failed(why)));
        }
    };
    saved.map(|()| version + 1)
}

fn check_version(connection: &Connection, change: &Change) -> Result<(), Stop> {
    let Change::Change(_, record) = change else { return Ok(()) };
    let (sql, id, version) = match &**record {
        Record::Desk(desk) => (VERSION_DESK, desk.id.to_string(), desk.version),
        Record::Inbox(inbox) => (VERSION_INBOX, inbox.id.to_string(), inbox.version),
        Record::Agent(agent) => (VERSION_AGENT, agent.id.to_string(), agent.version),
        Record::Customer(customer) => (VERSION_CUSTOMER, customer.id.to_string(), customer.version),
        Record::Topic(topic) => (VERSION_TOPIC, topic.id.to_string(), topic.version),
        Record::Article(article) => (VERSION_ARTICLE, article.id.to_string(), article.version),
        Record::Conversation(row) => (VERSION_CONVERSATION, row.id.to_string(), row.version),
        Record::Message(message) => (VERSION_MESSAGE, message.id.to_string(), message.version),
        Record::Case(case) => (VERSION_CASE, case.id.to_string(), case.version),
        Record::Handoff(_) => return Ok(()),
    };
    let now: Option<i64> =
        connection.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
    guard(usize::from(now == Some(version)))
}

const VERSION_DESK: &str = "select version from desks where id = ?1";
const VERSION_INBOX: &str = "select version from inboxes where id = ?1";
const VERSION_AGENT: &str = "select version from agents where id = ?1";
const VERSION_CUSTOMER: &str = "select version from customers where id = ?1";
const VERSION_TOPIC: &str = "select version from topics where id = ?1";
const VERSION_ARTICLE: &str = "select version from articles where id = ?1";
const VERSION_CONVERSATION: &str = "select version from conversations where id = ?1";
const VERSION_MESSAGE: &str = "select version from messages where id = ?1";
const VERSION_CASE: &str = "select version from cases where id = ?1";

fn guard(n_rows: usize) -> Result<(), Stop> {
    if n_rows == 1 { Ok(()) } else { Err(Stop::Refused(CommitError::Conflict)) }
}

const INSERT_DESK: &str = "insert into desks \
    (id, version, name, hours, is_demo, draw_seed, fingerprint_key, trained_at) values \
    (:id, :version, :name, :hours, :is_demo, :draw_seed, :fingerprint_key, :trained_at)";
const UPDATE_DESK: &str = "update desks set version = version + 1, name = :name, hours = :hours, \
    is_demo = :is_demo, draw_seed = :draw_seed, fingerprint_key = :fingerprint_key, \
    trained_at = :trained_at where id = :id and version = :version";

fn save_desk(connection: &Connection, desk: &DeskSettings, sql: &str) -> Result<(), Stop> {
    let n_rows = connection.prepare_cached(sql)?.execute(named_params! {
        ":id": desk.id.to_string(),
        ":version": desk.version,
        ":name": desk.name.as_str(),
        ":hours": desk.hours.as_str(),
        ":is_demo": desk.is_demo,
        ":draw_seed": rows::hex(&desk.draw_seed),
        ":fingerprint_key": rows::hex(&desk.fingerprint_key),
        ":trained_at": desk.trained_at.map(|at| at.0),
    })?;
    guard(n_rows)
}

const INSERT_INBOX: &str = "insert into inboxes \
    (id, version, name, key, greeting, identity_secret) values \
    (:id, :version, :name, :key, :greeting, :identity_secret)";
const UPDATE_INBOX: &str = "update inboxes set version = version + 1, name = :name, key = :key, \
    greeting = :greeting, identity_secret = :identity_secret where id = :id and version = :version";

fn save_inbox(connection: &Connection, inbox: &Inbox, sql: &str) -> Result<(), Stop> {
    let n_rows = connection.prepare_cached(sql)?.execute(named_params! {
        ":id": inbox.id.to_string(),
        ":version": inbox.version,
        ":name": inbox.name.as_str(),
        ":key": inbox.key,
        ":greeting": inbox.greeting.as_str(),
        ":identity_secret": inbox.identity_secret,
    })?;
    guard(n_rows)
}

const INSERT_AGENT: &str = "insert into agents \
    (id, version, name, email, role, presence, is_disabled, password_hash, created_at) values \
    (:id, :version, :name, :email, :role, :presence, :is_disabled, :password_hash, :created_at)";
const UPDATE_AGENT: &str = "update agents set version = version + 1, name = :name, \
    email = :email, role = :role, presence = :presence, is_disabled = :is_disabled, \
    password_hash = :password_hash, created_at = :created_at where id = :id and version = :version";

fn save_agent(connection: &Connection, agent: &Agent, sql: &str) -> Result<(), Stop> {
    let n_rows = connection.prepare_cached(sql)?.execute(named_params! {
        ":id": agent.id.to_string(),
        ":version": agent.version,
        ":name": agent.name.as_str(),
        ":email": agent.email.as_str(),
        ":role": agent.role.as_str(),
        ":presence": agent.presence.as_str(),
        ":is_disabled": agent.is_disabled,
        ":password_hash": agent.password_hash,
        ":created_at": agent.created_at.0,
    })?;
    guard(n_rows)
}

const INSERT_CUSTOMER: &str = "insert into customers \
    (id, version, name, email, external_id, is_verified, is_people_first, locale, created_at) \
    values (:id, :version, :name, :email, :external_id, :is_verified, :is_people_first, :locale, \
    :created_at)";
const UPDATE_CUSTOMER: &str = "update customers set version = version + 1, name = :name, \
    email = :email, external_id = :external_id, is_verified = :is_verified, \
    is_people_first = :is_people_first, locale = :locale, created_at = :created_at where id = :id and version = :version";

fn save_customer(connection: &Connection, customer: &Customer, sql: &str) -> Result<(), Stop> {
    let n_rows = connection.prepare_cached(sql)?.execute(named_params! {
        ":id": customer.id.to_string(),
        ":version": customer.version,
        ":name": customer.name.as_ref().map(|name| name.as_str()),
        ":email": customer.email.as_ref().map(|email| email.as_str()),
        ":external_id": customer.external_id.as_ref().map(|id| id.as_str()),
        ":is_verified": customer.is_verified,
        ":is_people_first": customer.is_people_first,
        ":locale": customer.locale,
        ":created_at": customer.created_at.0,
    })?;
    guard(n_rows)
}

const INSERT_TOPIC: &str = "insert into topics (id, version, name, slug, description, level, \
    share, level_reason, level_set_by, level_set_at, is_people_first, answers_at_night, \
    n_examples, is_archived) values (:id, :version, :name, :slug, :description, :level, :share, \
    :level_reason, :level_set_by, :level_set_at, :is_people_first, :answers_at_night, \
    :n_examples, :is_archived)";
const UPDATE_TOPIC: &str = "update topics set version = version + 1, name = :name, slug = :slug, \
    description = :description, level = :level, share = :share, level_reason = :level_reason, \
    level_set_by = :level_set_by, level_set_at = :level_set_at, \
    is_people_first = :is_people_first, answers_at_night = :answers_at_night, \
    n_examples = :n_examples, is_archived = :is_archived where id = :id and version = :version";

fn save_topic(connection: &Connection, topic: &Topic, sql: &str) -> Result<(), Stop> {
    let n_rows = connection.prepare_cached(sql)?.execute(named_params! {
        ":id": topic.id.to_string(),
        ":version": topic.version,
        ":name": topic.name.as_str(),
        ":slug": topic.slug,
        ":description": topic.description.as_str(),
        ":level": topic.level.as_str(),
        ":share": topic.share,
        ":level_reason": topic.level_reason.as_str(),
        ":level_set_by": topic.level_set_by.map(|id| id.to_string()),
        ":level_set_at": topic.level_set_at.map(|at| at.0),
        ":is_people_first": topic.is_people_first,
        ":answers_at_night": topic.answers_at_night,
        ":n_examples": topic.n_examples,
        ":is_archived": topic.is_archived,
    })?;
    guard(n_rows)
}

const INSERT_ARTICLE: &str = "insert into articles (id, version, slug, title, body, language, \
    topic_ids, questions, state, updated_at, updated_by, published_at) values (:id, :version, \
    :slug, :title, :body, :language, :topic_ids, :questions, :state, :updated_at, :updated_by, \
    :published_at)";
const UPDATE_ARTICLE: &str = "update articles set version = version + 1, slug = :slug, \
    title = :title, body = :body, language = :language, topic_ids = :topic_ids, \
    questions = :questions, state = :state, updated_at = :updated_at, updated_by = :updated_by, \
    published_at = :published_at where id = :id and version = :version";

fn save_article(connection: &Connection, article: &Article, sql: &str) -> Result<(), Stop> {
    let topic_ids: Vec<String> = article.topic_ids.iter().map(ToString::to_string).collect();
    let n_rows = connection.prepare_cached(sql)?.execute(named_params! {
        ":id": article.id.to_string(),
        ":version": article.version,
        ":slug": article.slug,
        ":title": article.title.as_str(),
        ":body": article.body.as_str(),
        ":language": article.language,
        ":topic_ids": rows::json(&topic_ids),
        ":questions": rows::json(&article.questions),
        ":state": article.state.as_str(),
        ":updated_at": article.updated_at.0,
        ":updated_by": article.updated_by.map(|id| id.to_string()),
        ":published_at": article.published_at.map(|at| at.0),
    })?;
    guard(n_rows)
}

const INSERT_CONVERSATION: &str = "insert into conversations (id, version, number, inbox_id, \
    customer_id, subject, state, handler, agent_id, priority, language, topic_id, last_author, \
    last_text, last_at, has_draft, waiting_since, needs_reply, n_messages, ai_notice_at, \
    queued_at, person_answered_at, assistant_answered_at, survey_score, survey_comment, \
    survey_at, created_at, updated_at, closed_at) values (:id, :version, :number, :inbox_id, \
    :customer_id, :subject, :state, :handler, :agent_id, :priority, :language, :topic_id, \
    :last_author, :last_text, :last_at, :has_draft, :waiting_since, :needs_reply, :n_messages, \
    :ai_notice_at, :queued_at, :person_answered_at, :assistant_answered_at, :survey_score, \
    :survey_comment, :survey_at, :created_at, :updated_at, :closed_at)";
const UPDATE_CONVERSATION: &str = "update conversations set version = version + 1, \
    number = :number, inbox_id = :inbox_id, customer_id = :customer_id, subject = :subject, \
    state = :state, handler = :handler, agent_id = :agent_id, priority = :priority, \
    language = :language, topic_id = :topic_id, last_author = :last_author, \
    last_text = :last_text, last_at = :last_at, has_draft = :has_draft, \
    waiting_since = :waiting_since, needs_reply = :needs_reply, n_messages = :n_messages, \
    ai_notice_at = :ai_notice_at, queued_at = :queued_at, \
    person_answered_at = :person_answered_at, assistant_answered_at = :assistant_answered_at, \
    survey_score = :survey_score, survey_comment = :survey_comment, survey_at = :survey_at, \
    created_at = :created_at, updated_at = :updated_at, closed_at = :closed_at \
    where id = :id and version = :version";

fn save_conversation(connection: &Connection, row: &Conversation, sql: &str) -> Result<(), Stop> {
    let agent_id = match row.handler {
        Handler::Agent(id) => Some(id.to_string()),
        Handler::Assistant | Handler::Queue => None,
    };
    let last = row.last_message.as_ref();
    let survey = row.survey.as_ref();
    let n_rows = connection.prepare_cached(sql)?.execute(named_params! {
        ":id": row.id.to_string(),
        ":version": row.version,
        ":number": row.number,
        ":inbox_id": row.inbox_id.to_string(),
        ":customer_id": row.customer_id.to_string(),
        ":subject": row.subject.as_str(),
        ":state": row.state.as_str(),
        ":handler": row.handler.as_str(),
        ":agent_id": agent_id,
        ":priority": rows::priority_column(row.priority),
        ":language": row.language,
        ":topic_id": row.topic_id.map(|id| id.to_string()),
        ":last_author": last.map(|last| last.author.as_str()),
        ":last_text": last.map(|last| last.text.as_str()),
        ":last_at": last.map(|last| last.at.0),
        ":has_draft": row.has_draft,
        ":waiting_since": row.waiting_since.map(|at| at.0),
        ":needs_reply": row.needs_reply,
        ":n_messages": row.n_messages,
        ":ai_notice_at": row.ai_notice_at.map(|at| at.0),
        ":queued_at": row.queued_at.map(|at| at.0),
        ":person_answered_at": row.person_answered_at.map(|at| at.0),
        ":assistant_answered_at": row.assistant_answered_at.map(|at| at.0),
        ":survey_score": survey.map(|survey| survey.score),
        ":survey_comment": survey.and_then(|survey| survey.comment.as_ref()).map(|c| c.as_str()),
        ":survey_at": survey.map(|survey| survey.at.0),
        ":created_at": row.created_at.0,
        ":updated_at": row.updated_at.0,
        ":closed_at": row.closed_at.map(|at| at.0),
    })?;
    guard(n_rows)
}

fn add_message(connection: &Connection, message: &Message) -> Result<(), Stop> {
    let (author_type, author_id) = rows::author_columns(message.author);
    connection
        .prepare_cached(
            "insert into messages (id, version, conversation_id, position, author_type, \
             author_id, kind, code, text, is_generated, sources, draft_state, client_id, \
             created_at) values (:id, 1, :conversation_id, :position, :author_type, :author_id, \
             :kind, :code, :text, :is_generated, :sources, :draft_state, :client_id, :created_at)",
        )?
        .execute(named_params! {
            ":id": message.id.to_string(),
            ":conversation_id": message.conversation_id.to_string(),
            ":position": message.position,
            ":author_type": author_type,
            ":author_id": author_id,
            ":kind": message.kind.as_str(),
            ":code": message.code.map(desk::EventCode::as_str),
            ":text": message.text.as_str(),
            ":is_generated": message.is_generated,
            ":sources": rows::sources_column(&message.sources),
            ":draft_state": message.draft_state.map(desk::DraftState::as_str),
            ":client_id": message.client_id,
            ":created_at": message.created_at.0,
        })?;
    if is_searchable(message) {
        let row = connection.last_insert_rowid();
        connection
            .prepare_cached("insert into message_search (rowid, text) values (?1, ?2)")?
            .execute(params![row, message.text.as_str()])?;
    }
    Ok(())
}

fn update_message(connection: &Connection, message: &Message) -> Result<(), Stop> {
    let before: Option<(i64, String)> = connection
        .prepare_cached("select row, text from messages where id = ?1 and version = ?2")?
        .query_row(params![message.id.to_string(), message.version], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((row, text_before)) = before else {
        return Err(Stop::Refused(CommitError::Conflict));
    };
    connection
        .prepare_cached(
            "update messages set version = version + 1, text = ?2, draft_state = ?3 \
             where row = ?1",
        )?
        .execute(params![
            row,
            message.text.as_str(),
            message.draft_state.map(desk::DraftState::as_str)
        ])?;
    if is_searchable(message) && text_before != message.text.as_str() {
        // The index keeps no text of its own: it is told what to forget.
        connection
            .prepare_cached(
                "insert into message_search (message_search, rowid, text) \
                 values ('delete', ?1, ?2)",
            )?
            .execute(params![row, text_before])?;
        connection
            .prepare_cached("insert into message_search (rowid, text) values (?1, ?2)")?
            .execute(params![row, message.text.as_str()])?;
    }
    Ok(())
}

fn is_searchable(message: &Message) -> bool {
    matches!(message.kind, MessageKind::Text | MessageKind::Note)
}

fn add_case(connection: &Connection, case: &Case) -> Result<(), Stop> {
    connection
        .prepare_cached(
            "insert into cases (id, version, customer_id, topic_id, opened_at, closed_at) \
             values (?1, 1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            case.id.to_string(),
            case.customer_id.to_string(),
            case.topic_id.map(|id| id.to_string()),
            case.opened_at.0,
            case.closed_at.map(|at| at.0)
        ])?;
    let assignment = &case.assignment;
    connection
        .prepare_cached(
            "insert into assignments (case_id, arm, propensity, is_eligible, is_randomised, \
             level, draft_is_shown, draft_propensity, reason, at) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            case.id.to_string(),
            assignment.arm.as_str(),
            assignment.propensity,
            assignment.is_eligible,
            assignment.is_randomised,
            assignment.level.as_str(),
            assignment.draft.map(|draft| draft.is_shown),
            assignment.draft.map(|draft| draft.propensity),
            assignment.reason.as_str(),
            assignment.at.0
        ])?;
    add_contacts(connection, case, case.opened_at.0)
}

fn update_case(connection: &Connection, case: &Case) -> Result<(), Stop> {
    let n_rows = connection
        .prepare_cached(
            "update cases set version = version + 1, closed_at = ?3 \
             where id = ?1 and version = ?2",
        )?
        .execute(params![case.id.to_string(), case.version, case.closed_at.map(|at| at.0)])?;
    guard(n_rows)?;
    add_contacts(connection, case, case.opened_at.0)
}

fn add_contacts(connection: &Connection, case: &Case, at: i64) -> Result<(), Stop> {
    for conversation_id in &case.conversation_ids {
        connection
            .prepare_cached(
                "insert into contacts (case_id, conversation_id, at) values (?1, ?2, ?3) \
                 on conflict (case_id, conversation_id) do nothing",
            )?
            .execute(params![case.id.to_string(), conversation_id.to_string(), at])?;
    }
    Ok(())
}

fn add_handoff(connection: &Connection, handoff: &Handoff) -> Result<(), Stop> {
    connection
        .prepare_cached(
            "insert into handoffs (id, version, conversation_id, at, requested_by, reason, \
             detail, summary, tried, missing, topic_id, place, promise) \
             values (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            handoff.id.to_string(),
            handoff.conversation_id.to_string(),
            handoff.at.0,
            handoff.by.as_str(),
            handoff.reason.as_str(),
            handoff.detail.as_ref().map(|detail| detail.as_str()),
            handoff.summary.as_str(),
            rows::json(&handoff.tried),
            rows::json(&handoff.missing),
            handoff.topic_id.map(|id| id.to_string()),
            handoff.place,
            handoff.promise.as_str()
        ])?;
    Ok(())
}

fn add_file(connection: &Connection, file: &FileContent) -> Result<(), Stop> {
    let (owner_type, owner_id) = subject_columns(&file.owner);
    connection
        .prepare_cached(
            "insert into files (id, owner_type, owner_id, name, content_type, n_bytes, content, \
             created_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            file.file.id.to_string(),
            owner_type,
            owner_id,
            file.file.name.as_str(),
            file.file.content_type,
            file.file.n_bytes,
            file.content,
            file.created_at.0
        ])?;
    Ok(())
}

fn add_session(connection: &Connection, session: &Session) -> Result<(), Stop> {
    let (kind, subject_id) = subject_columns(&session.subject);
    connection
        .prepare_cached(
            "insert into sessions (token_hash, kind, subject_id, created_at, expires_at) \
             values (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            session.token_hash,
            kind,
            subject_id,
            session.created_at.0,
            session.expires_at.0
        ])?;
    Ok(())
}

/// A customer's session also names the inbox through which they came.
pub(crate) fn subject_columns(subject: &SessionSubject) -> (&'static str, String) {
    match subject {
        SessionSubject::Agent(id) => ("agent", id.to_string()),
        SessionSubject::Customer(id, inbox_id) => ("customer", format!("{id} {inbox_id}")),
    }
}

fn entry(commit: &Commit, kind: Kind, record: &Record, version: i64) -> Entry {
    let (subject, subject_id) = record.subject();
    let (conversation_id, customer_id) = place(record);
    Entry {
        seq: 0,
        at: commit.at,
        actor: commit.actor,
        kind,
        subject,
        subject_id,
        version,
        conversation_id,
        customer_id: customer_id.or_else(|| customer_of(commit, conversation_id)),
    }
}

fn place(record: &Record) -> (Option<ConversationId>, Option<CustomerId>) {
    match record {
        Record::Conversation(row) => (Some(row.id), Some(row.customer_id)),
        Record::Message(message) => (
            Some(message.conversation_id),
            match message.author {
                Author::Customer(id) => Some(id),
                _ => None,
            },
        ),
        Record::Case(case) => (case.conversation_ids.last().copied(), Some(case.customer_id)),
        Record::Handoff(handoff) => (Some(handoff.conversation_id), None),
        Record::Customer(customer) => (None, Some(customer.id)),
        _ => (None, None),
    }
}

/// A message or a handoff goes with its conversation in one commit, which says whose it is.
fn customer_of(commit: &Commit, conversation_id: Option<ConversationId>) -> Option<CustomerId> {
    let id = conversation_id?;
    commit.changes.iter().find_map(|change| match change {
        Change::Add(_, record) | Change::Change(_, record) => match &**record {
            Record::Conversation(row) if row.id == id => Some(row.customer_id),
            _ => None,
        },
        _ => None,
    })
}

fn journal(connection: &Connection, entries: &mut [Entry]) -> Result<(), Stop> {
    if entries.is_empty() {
        return Ok(());
    }
    let n_entries = i64::try_from(entries.len()).expect("a commit holds few changes");
    let last: i64 = connection
        .prepare_cached(
            "update counters set value = value + ?1 where name = 'journal' returning value",
        )?
        .query_row([n_entries], |row| row.get(0))?;
    let mut insert = connection.prepare_cached(
        "insert into journal (seq, at, actor_type, actor_id, kind, subject, subject_id, version, \
         conversation_id, customer_id) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for (seq, entry) in (last - n_entries + 1..).zip(entries) {
        entry.seq = seq;
        insert.execute(params![
            seq,
            entry.at.0,
            entry.actor.as_str(),
            actor_id(entry.actor),
            entry.kind.as_str(),
            entry.subject.as_str(),
            entry.subject_id,
            entry.version,
            entry.conversation_id.map(|id| id.to_string()),
            entry.customer_id.map(|id| id.to_string())
        ])?;
    }
    Ok(())
}

fn actor_id(actor: Actor) -> Option<String> {
    match actor {
        Actor::Agent(id) => Some(id.to_string()),
        Actor::Customer(id) => Some(id.to_string()),
        Actor::Assistant | Actor::System => None,
    }
}

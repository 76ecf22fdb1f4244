//! A commit as statements, the same for both databases but for the words of a message.

use std::sync::LazyLock;

use desk::{
    Agent, Application, Article, Author, Call, Case, Conversation, ConversationId, Customer,
    CustomerId, DeskSettings, Entry, Handler, Handoff, Inbox, Message, MessageKind, Presence,
    Review, ReviewedAnswer, Shift, Topic, Worker,
};

use crate::{
    Change, Commit, FileContent, LedgerFact, Record, SessionSubject,
    differences::{
        POSTGRES_MESSAGE, POSTGRES_MESSAGE_CHANGE, SQLITE_MESSAGE, SQLITE_MESSAGE_CHANGE,
        SQLITE_MESSAGE_INDEX, search_words,
    },
    rows,
    value::{Value, Write, values},
};

/// Where statements are written to, and for whom.
pub(crate) struct Writes {
    pub(crate) list: Vec<Write>,
    is_postgres: bool,
    /// This process, which works on the jobs that it adds.
    node: String,
    /// What tells a file's index of new messages.
    index: Vec<Write>,
}

/// A record's table with the columns after `id` and `version`.
struct Shape {
    insert: String,
    update: String,
}

impl Shape {
    fn new(table: &str, columns: &[&str]) -> Self {
        let places: Vec<String> = (2..columns.len() + 2).map(|n| format!("?{n}")).collect();
        let sets: Vec<String> = columns
            .iter()
            .zip(&places)
            .map(|(column, place)| format!("{column} = {place}"))
            .collect();
        Self {
            insert: format!(
                "insert into {table} (id, version, {}) values (?1, 1, {})",
                columns.join(", "),
                places.join(", ")
            ),
            update: format!(
                "update {table} set version = version + 1, {} where id = ?1",
                sets.join(", ")
            ),
        }
    }
}

macro_rules! shapes {
    ($($name:ident: $table:literal [$($column:literal),* $(,)?];)*) => {
        $(static $name: LazyLock<Shape> = LazyLock::new(|| Shape::new($table, &[$($column),*]));)*
    };
}

shapes! {
    DESK: "desks" [
        "name", "hours", "is_demo", "draw_seed", "fingerprint_key", "trained_at", "braked_at",
        "braked_by", "brake_reason", "reads_with", "handling_minutes", "within_seconds",
        "staffed_share", "fall_hours", "n_regular", "regular_from", "regular_until", "zone", "currency", "takes_applications",
    ];
    INBOX: "inboxes" ["name", "key", "greeting", "identity_secret", "kind"];
    AGENT: "agents" [
        "name", "email", "role", "presence", "is_disabled", "password_hash", "created_at",
    ];
    CUSTOMER: "customers" [
        "name", "email", "external_id", "is_verified", "is_people_first", "locale", "created_at",
        "has_verified_email",
    ];
    TOPIC: "topics" [
        "name", "slug", "description", "level", "share", "level_reason", "level_set_by",
        "level_set_at", "is_people_first", "answers_at_night", "n_examples", "is_archived",
        "epoch", "is_by_hand", "ceiling", "margin", "review_share",
    ];
    ARTICLE: "articles" [
        "slug", "title", "body", "language", "topic_ids", "questions", "state", "updated_at",
        "updated_by", "published_at",
    ];
    CALL: "calls" [
        "conversation_id", "case_id", "tool", "state", "customer", "amount", "day", "words",
        "n_missing", "content", "created_at", "updated_at",
    ];
    WORKER: "workers" [
        "zone", "laws", "languages", "wish_hours", "week_hours_max", "rate", "is_active", "created_at",
    ];
    SHIFT: "shifts" [
        "starts_at", "ends_at", "language", "topic_id", "reason", "rate", "extra", "state", "agent_id",
        "published_at", "claimed_at", "cancelled_at", "cancel_reason", "paid_minutes",
        "paid_reason", "paid_by", "paid_at", "created_by", "created_at",
    ];
    APPLICATION: "applications" [
        "name", "email", "zone", "languages", "wish_hours", "is_student", "words", "state",
        "decided_at", "decided_by", "reason", "agent_id", "created_at",
    ];
    CONVERSATION: "conversations" [
        "number", "inbox_id", "customer_id", "subject", "state", "handler", "agent_id",
        "priority", "language", "topic_id", "last_author", "last_text", "last_at", "has_draft",
        "waiting_since", "needs_reply", "n_messages", "ai_notice_at", "queued_at",
        "person_answered_at", "assistant_answered_at", "survey_score", "survey_comment",
        "survey_at", "created_at", "updated_at", "closed_at",
    ];
}

impl Writes {
    pub(crate) fn new(is_postgres: bool, node: &str) -> Self {
        Self { list: Vec::new(), is_postgres, node: node.to_owned(), index: Vec::new() }
    }

    /// Says what comes last, after everything else of the batch: told in between, the index would
    /// write its tree again and again.
    pub(crate) fn end(&mut self) {
        self.list.append(&mut self.index);
    }

    fn push(&mut self, sql: &'static str, values: impl Into<Vec<Value>>) {
        self.list.push(Write { sql, values: values.into() });
    }

    /// One change of a commit; what it needs to be so has been checked.
    pub(crate) fn change(&mut self, change: &Change) {
        match change {
            Change::Add(_, record) => self.add(record),
            Change::Change(_, record) => self.update(record),
            Change::DeleteArticle(article) => {
                self.push("delete from articles where id = ?1", values![article.id.to_string()]);
            }
            Change::AddExample(example) => self.push(
                "insert into examples (id, topic_id, text, created_at) values (?1, ?2, ?3, ?4)",
                values![
                    example.id.to_string(),
                    example.topic_id.to_string(),
                    &example.text,
                    example.created_at
                ],
            ),
            Change::DeleteExample(id) => {
                self.push("delete from examples where id = ?1", values![id.to_string()]);
            }
            Change::RewriteExamples { was, text } => {
                self.push("update examples set text = ?2 where text = ?1", values![was, text]);
            }
            Change::AddFile(file) => self.add_file(file),
            Change::AttachFile(file, conversation, message) => self.push(
                "update files set conversation_id = ?2, message_id = ?3 where id = ?1",
                values![file.to_string(), conversation.to_string(), message.to_string()],
            ),
            Change::AddJob(job) => {
                let node = self.node.clone();
                self.push(
                    "insert into jobs (id, kind, conversation_id, message_id, n_attempts, \
                     due_at, leased_by, leased_until) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    values![
                        job.id.to_string(),
                        job.kind.as_str(),
                        job.conversation_id.to_string(),
                        job.message_id.to_string(),
                        job.n_attempts,
                        job.due_at,
                        node,
                        job.leased_until
                    ],
                );
            }
            Change::FinishJob(id) => {
                self.push("delete from jobs where id = ?1", values![id.to_string()]);
            }
            Change::ExtendLease(id, until) => self.push(
                "update jobs set leased_until = ?2 where id = ?1",
                values![id.to_string(), *until],
            ),
            Change::RetryJob { id, due_at, failure, died_at } => self.push(
                "update jobs set n_attempts = n_attempts + 1, due_at = ?2, failure = ?3, \
                 died_at = ?4, leased_by = null, leased_until = 0 where id = ?1",
                values![id.to_string(), *due_at, failure, *died_at],
            ),
            Change::ReviveJob(id, due_at) => self.push(
                "update jobs set n_attempts = 0, due_at = ?2, died_at = null, \
                 leased_by = null, leased_until = 0 where id = ?1 and died_at is not null",
                values![id.to_string(), *due_at],
            ),
            Change::DropJob(id) => {
                let sql = "delete from jobs where id = ?1 and died_at is not null";
                self.push(sql, values![id.to_string()]);
            }
            Change::AddSession(session) => {
                let (kind, subject_id) = subject_columns(&session.subject);
                self.push(
                    "insert into sessions (token_hash, kind, subject_id, created_at, expires_at) \
                     values (?1, ?2, ?3, ?4, ?5)",
                    values![
                        &session.token_hash,
                        kind,
                        subject_id,
                        session.created_at,
                        session.expires_at
                    ],
                );
            }
            Change::DeleteSession(token_hash) => {
                self.push("delete from sessions where token_hash = ?1", values![token_hash]);
            }
            Change::DeleteSessionsOf(subject) => {
                let (kind, id) = subject_columns(subject);
                self.push(
                    "delete from sessions where kind = ?1 and subject_id = ?2",
                    values![kind, id],
                );
            }
            Change::Remember(remembered) => self.push(
                "insert into idempotency (scope, key, fingerprint, at) values (?1, ?2, ?3, ?4)",
                values![&remembered.scope, &remembered.key, &remembered.fingerprint, remembered.at],
            ),
            Change::RememberAnswer { scope, key, status, body } => self.push(
                "update idempotency set status = ?3, body = ?4 \
                 where scope = ?1 and key = ?2 and status is null",
                values![scope, key, i64::from(*status), body],
            ),
            // With a status and without a body: an answer that comes late finds no place.
            Change::ForgetAnswers { conversation_id, customer_id, but } => self.push(
                "update idempotency set status = 0, body = null \
                 where (scope = ?1 or scope in (select id from agents)) \
                 and (body is null or body like ?2) and key <> ?3",
                values![
                    customer_id.to_string(),
                    format!("%{conversation_id}%"),
                    but.as_deref().unwrap_or_default()
                ],
            ),
            // It is written with its number, at the end of the batch.
            Change::Ledger(_) => {}
            Change::AddReview(review) => self.add_review(review),
            Change::ClaimReview(id, agent, until) => self.push(
                "update reviews set claimed_by = ?2, claimed_until = ?3 where id = ?1",
                values![id.to_string(), agent.to_string(), *until],
            ),
            Change::FinishReview(id, verdict) => self.push(
                "update reviews set reviewed_by = ?2, reviewed_at = ?3, mark = ?4, guess = ?5, \
                 comment = ?6 where id = ?1",
                values![
                    id.to_string(),
                    verdict.by.to_string(),
                    verdict.at,
                    verdict.mark,
                    verdict.guess.map(desk::Arm::as_str),
                    verdict.comment.as_ref()
                ],
            ),
            Change::KeepProgress(id, state) => match state {
                Some(state) => self.push(
                    "insert into progress (conversation_id, state) values (?1, ?2) \
                     on conflict (conversation_id) do update set state = ?2",
                    values![id.to_string(), state],
                ),
                None => self.push(
                    "delete from progress where conversation_id = ?1",
                    values![id.to_string()],
                ),
            },
            Change::AddTrace { message_id, at, steps } => self.push(
                "insert into traces (message_id, at, steps) values (?1, ?2, ?3)",
                values![message_id.to_string(), *at, steps],
            ),
            Change::AddLetter(letter) => self.push(
                "insert into letters (id, fact, kind, recipient, agent_id, sender, state, \
                 n_attempts, due_at, leased_until, failure, created_at, finished_at, \
                 conversation_id) \
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10, ?11, ?12, ?13) \
                 on conflict (fact) do nothing",
                values![
                    letter.id.to_string(),
                    &letter.fact,
                    letter.kind.as_str(),
                    &letter.recipient,
                    letter.agent_id.map(|id| id.to_string()),
                    &letter.sender,
                    letter.state.as_str(),
                    letter.n_attempts,
                    letter.due_at,
                    letter.failure.as_deref(),
                    letter.created_at,
                    letter.finished_at,
                    letter.conversation_id.map(|id| id.to_string())
                ],
            ),
            Change::RetryLetter { id, due_at, failure } => self.push(
                "update letters set n_attempts = n_attempts + 1, due_at = ?2, failure = ?3, \
                 leased_until = 0 where id = ?1",
                values![id.to_string(), *due_at, failure],
            ),
            Change::FinishLetter { id, at, state, failure } => self.push(
                "update letters set state = ?2, finished_at = ?3, failure = ?4, leased_until = 0 \
                 where id = ?1",
                values![id.to_string(), state.as_str(), *at, failure.as_deref()],
            ),
            Change::MarkSeen(id, position) => self.push(
                "insert into seen (conversation_id, position) values (?1, ?2) \
                 on conflict (conversation_id) do update set position = excluded.position \
                 where excluded.position > seen.position",
                values![id.to_string(), *position],
            ),
            Change::KeepMail(mail) => {
                // What was not taken in may be now; what was taken in stays, and is refused.
                self.push(
                    "delete from incoming_mail where key = ?1 and state <> 'taken'",
                    values![&mail.key],
                );
                self.push(
                    "insert into incoming_mail (key, message_id, sender, subject, state, reason, \
                     conversation_id, uid_validity, uid, received_at) \
                     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                    values![
                        &mail.key,
                        mail.message_id.as_deref(),
                        &mail.sender,
                        &mail.subject,
                        mail.state.as_str(),
                        mail.reason.as_deref(),
                        mail.conversation_id.map(|id| id.to_string()),
                        mail.place.map(|place| place.uid_validity),
                        mail.place.map(|place| place.uid),
                        mail.received_at
                    ],
                );
            }
            Change::DropMail(key) => self.push(
                "delete from incoming_mail where key = ?1 and state <> 'taken'",
                values![key],
            ),
            Change::KeepMailbox { name, place, at } => self.push(
                "insert into mailboxes (name, uid_validity, uid, read_at) values (?1, ?2, ?3, ?4) \
                 on conflict (name) do update set uid_validity = excluded.uid_validity, \
                 uid = excluded.uid, read_at = excluded.read_at \
                 where excluded.uid_validity <> mailboxes.uid_validity \
                 or excluded.uid >= mailboxes.uid",
                values![name, place.uid_validity, place.uid, *at],
            ),
            Change::ReviveLetter(id, due_at) => self.push(
                "update letters set state = 'waiting', n_attempts = 0, due_at = ?2, \
                 created_at = ?2, finished_at = null, leased_until = 0 \
                 where id = ?1 and state = 'failed'",
                values![id.to_string(), *due_at],
            ),
            Change::KeepPasswordLink(link) => self.push(
                "insert into password_links (letter_id, agent_id, token_hash, expires_at) \
                 values (?1, ?2, ?3, ?4) on conflict (letter_id) do update set \
                 token_hash = excluded.token_hash, expires_at = excluded.expires_at",
                values![
                    link.letter_id.to_string(),
                    link.agent_id.to_string(),
                    &link.token_hash,
                    link.expires_at
                ],
            ),
            Change::DropPasswordLinks(agent) => self
                .push("delete from password_links where agent_id = ?1", values![agent.to_string()]),
            Change::AddWebhook(webhook) => self.push(
                "insert into webhooks (id, url, secret, kinds, is_paused, seen, n_failures, \
                 retry_at, created_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                values![
                    webhook.id.to_string(),
                    &webhook.url,
                    &webhook.secret,
                    kinds_column(webhook),
                    webhook.is_paused,
                    webhook.seen,
                    webhook.n_failures,
                    webhook.retry_at,
                    webhook.created_at
                ],
            ),
            Change::ChangeWebhook(webhook) => self.push(
                "update webhooks set url = ?2, secret = ?3, kinds = ?4, is_paused = ?5, \
                 n_failures = 0, retry_at = 0 where id = ?1",
                values![
                    webhook.id.to_string(),
                    &webhook.url,
                    &webhook.secret,
                    kinds_column(webhook),
                    webhook.is_paused
                ],
            ),
            Change::DropWebhook(id) => {
                self.push("delete from deliveries where webhook_id = ?1", values![id.to_string()]);
                self.push("delete from webhooks where id = ?1", values![id.to_string()]);
            }
            Change::NoteDeliveries(webhook_id, seen, deliveries) => {
                // Two nodes may note the same; each fact is one row. A webhook that is gone has none.
                for delivery in deliveries {
                    self.push(
                        "insert into deliveries (id, webhook_id, seq, kind, state, n_attempts, \
                         leased_until, created_at) select ?1, id, ?3, ?4, 'waiting', 0, 0, ?5 \
                         from webhooks where id = ?2 and seen < ?3 on conflict (webhook_id, seq) do nothing",
                        values![
                            delivery.id.to_string(),
                            webhook_id.to_string(),
                            delivery.seq,
                            delivery.kind.as_str(),
                            delivery.created_at
                        ],
                    );
                }
                self.push(
                    "update webhooks set seen = ?2 where id = ?1 and seen < ?2",
                    values![webhook_id.to_string(), *seen],
                );
            }
            Change::FinishDelivery { id, at, state, status, failure } => self.push(
                "update deliveries set state = ?2, finished_at = ?3, status = ?4, failure = ?5, \
                 leased_until = 0 where id = ?1",
                values![id.to_string(), state.as_str(), *at, *status, failure.as_deref()],
            ),
            Change::RetryDelivery { id, status, failure } => self.push(
                "update deliveries set n_attempts = n_attempts + 1, status = ?2, failure = ?3, \
                 leased_until = 0 where id = ?1",
                values![id.to_string(), *status, failure],
            ),
            Change::PutOffWebhook(id, n_failures, retry_at) => self.push(
                "update webhooks set n_failures = ?2, retry_at = ?3 where id = ?1",
                values![id.to_string(), *n_failures, *retry_at],
            ),
            Change::ReviveDelivery(id, created_at) => self.push(
                "update deliveries set state = 'waiting', n_attempts = 0, created_at = ?2, \
                 finished_at = null, leased_until = 0 where id = ?1",
                values![id.to_string(), *created_at],
            ),
            Change::AddApiToken(token) => self.push(
                "insert into api_tokens (id, agent_id, name, token_hash, scope, created_at, \
                 expires_at, used_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                values![
                    token.id.to_string(),
                    token.agent_id.to_string(),
                    &token.name,
                    &token.token_hash,
                    token.scope.as_str(),
                    token.created_at,
                    token.expires_at,
                    token.used_at
                ],
            ),
            Change::DropApiToken(id) => {
                self.push("delete from api_tokens where id = ?1", values![id.to_string()]);
            }
            Change::UseApiToken(id, at) => self.push(
                "update api_tokens set used_at = ?2 where id = ?1",
                values![id.to_string(), *at],
            ),
            Change::NotePresence(id, Presence::Available, at) => self.push(
                "insert into presence (agent_id, from_at, until_at) values (?1, ?2, null) \
                 on conflict (agent_id, from_at) do update set until_at = null",
                values![id.to_string(), *at],
            ),
            Change::NotePresence(id, Presence::Away, at) => self.push(
                "update presence set until_at = ?2 where agent_id = ?1 and until_at is null",
                values![id.to_string(), *at],
            ),
            Change::AddModelUse(used) => self.push(
                "insert into model_uses \
                 (day, model, n_questions, n_failures, tokens_in, tokens_out) \
                 values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (day, model) do update set \
                 n_questions = model_uses.n_questions + excluded.n_questions, \
                 n_failures = model_uses.n_failures + excluded.n_failures, \
                 tokens_in = model_uses.tokens_in + excluded.tokens_in, \
                 tokens_out = model_uses.tokens_out + excluded.tokens_out",
                values![
                    i64::from(used.day),
                    &used.model,
                    used.n_questions,
                    used.n_failures,
                    used.tokens_in,
                    used.tokens_out
                ],
            ),
            Change::Reserve(_) => {
                self.push("update counters set value = value + 1 where name = 'calls'", values![]);
            }
            Change::Sweep {
                letters_before,
                applications_before,
                deliveries_before,
                sessions_before,
                keys_before,
                files_before,
                traces_before,
            } => {
                self.push(
                    "delete from password_links where expires_at < ?1 or letter_id in \
                     (select id from letters where finished_at < ?1 and state <> 'waiting')",
                    values![*letters_before],
                );
                self.push(
                    "delete from letters where finished_at < ?1 and state <> 'waiting'",
                    values![*letters_before],
                );
                self.push(
                    "delete from incoming_mail where received_at < ?1 and state = 'ignored'",
                    values![*letters_before],
                );
                self.push(
                    "delete from deliveries where finished_at < ?1 and state <> 'waiting'",
                    values![*deliveries_before],
                );
                self.push(
                    "delete from applications where state = 'refused' and decided_at < ?1",
                    values![*applications_before],
                );
                self.push("delete from api_tokens where expires_at < ?1", values![*letters_before]);
                self.push("delete from traces where at < ?1", values![*traces_before]);
                self.push("delete from sessions where expires_at < ?1", values![*sessions_before]);
                self.push("delete from idempotency where at < ?1", values![*keys_before]);
                self.push(
                    "delete from files where conversation_id is null and created_at < ?1",
                    values![*files_before],
                );
            }
        }
    }

    fn add(&mut self, record: &Record) {
        match record {
            Record::Desk(desk) => self.push(&DESK.insert, desk_values(desk)),
            Record::Inbox(inbox) => self.push(&INBOX.insert, inbox_values(inbox)),
            Record::Agent(agent) => self.push(&AGENT.insert, agent_values(agent)),
            Record::Customer(customer) => self.push(&CUSTOMER.insert, customer_values(customer)),
            Record::Topic(topic) => self.push(&TOPIC.insert, topic_values(topic)),
            Record::Article(article) => self.push(&ARTICLE.insert, article_values(article)),
            Record::Conversation(row) => self.push(&CONVERSATION.insert, conversation_values(row)),
            Record::Message(message) => self.add_message(message),
            Record::Case(case) => self.add_case(case),
            Record::Handoff(handoff) => self.add_handoff(handoff),
            Record::Call(call) => self.push(&CALL.insert, call_values(call)),
            Record::Worker(worker) => self.push(&WORKER.insert, worker_values(worker)),
            Record::Shift(shift) => self.push(&SHIFT.insert, shift_values(shift)),
            Record::Application(one) => self.push(&APPLICATION.insert, application_values(one)),
        }
    }

    fn update(&mut self, record: &Record) {
        match record {
            Record::Desk(desk) => self.push(&DESK.update, desk_values(desk)),
            Record::Inbox(inbox) => self.push(&INBOX.update, inbox_values(inbox)),
            Record::Agent(agent) => self.push(&AGENT.update, agent_values(agent)),
            Record::Customer(customer) => self.push(&CUSTOMER.update, customer_values(customer)),
            Record::Topic(topic) => self.push(&TOPIC.update, topic_values(topic)),
            Record::Article(article) => self.push(&ARTICLE.update, article_values(article)),
            Record::Conversation(row) => self.push(&CONVERSATION.update, conversation_values(row)),
            Record::Message(message) => self.update_message(message),
            Record::Case(case) => {
                self.push(
                    "update cases set version = version + 1, closed_at = ?2 where id = ?1",
                    values![case.id.to_string(), case.closed_at],
                );
                self.add_contacts(case);
            }
            Record::Call(call) => self.push(&CALL.update, call_values(call)),
            Record::Worker(worker) => self.push(&WORKER.update, worker_values(worker)),
            Record::Shift(shift) => self.push(&SHIFT.update, shift_values(shift)),
            Record::Application(one) => self.push(&APPLICATION.update, application_values(one)),
            // What it quotes was masked; nothing else of a handoff changes.
            Record::Handoff(handoff) => self.push(
                "update handoffs set version = version + 1, summary = ?2 where id = ?1",
                values![handoff.id.to_string(), &handoff.summary],
            ),
        }
    }

    fn add_message(&mut self, message: &Message) {
        let (author_type, author_id) = rows::author_columns(message.author);
        let mut values = Vec::from(values![
            message.id.to_string(),
            message.conversation_id.to_string(),
            message.position,
            author_type,
            author_id,
            message.kind.as_str(),
            message.code.map(desk::EventCode::as_str),
            &message.text,
            message.is_generated,
            rows::sources_column(&message.sources),
            message.draft_state.map(desk::DraftState::as_str),
            message.client_id.as_deref(),
            message.created_at,
            rows::json(&message.choices),
            message.door.as_str(),
        ]);
        if self.is_postgres {
            values.push(search_column(message));
            self.push(POSTGRES_MESSAGE, values);
        } else {
            self.push(SQLITE_MESSAGE, values);
            if is_searched(message) {
                let values = values![message.id.to_string()].into();
                self.index.push(Write { sql: SQLITE_MESSAGE_INDEX, values });
            }
        }
    }

    fn update_message(&mut self, message: &Message) {
        let mut values = Vec::from(values![
            message.id.to_string(),
            &message.text,
            message.draft_state.map(desk::DraftState::as_str),
            message.wrong_by.map(|id| id.to_string()),
        ]);
        if self.is_postgres {
            values.push(search_column(message));
            self.push(POSTGRES_MESSAGE_CHANGE, values);
        } else {
            self.push(SQLITE_MESSAGE_CHANGE, values);
        }
    }

    fn add_case(&mut self, case: &Case) {
        self.push(
            "insert into cases (id, version, customer_id, topic_id, opened_at, closed_at) \
             values (?1, 1, ?2, ?3, ?4, ?5)",
            values![
                case.id.to_string(),
                case.customer_id.to_string(),
                case.topic_id.map(|id| id.to_string()),
                case.opened_at,
                case.closed_at
            ],
        );
        let assignment = &case.assignment;
        self.push(
            "insert into assignments (case_id, arm, propensity, is_eligible, is_randomised, \
             level, draft_is_shown, draft_propensity, reason, at, epoch, review_is_drawn, \
             review_propensity) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            values![
                case.id.to_string(),
                assignment.arm.as_str(),
                assignment.propensity,
                assignment.is_eligible,
                assignment.is_randomised,
                assignment.level.as_str(),
                assignment.draft.map(|draft| draft.is_shown),
                assignment.draft.map(|draft| draft.propensity),
                &assignment.reason,
                assignment.at,
                i64::from(assignment.epoch),
                assignment.review.map(|review| review.is_drawn),
                assignment.review.map(|review| review.propensity)
            ],
        );
        self.add_contacts(case);
    }

    fn add_contacts(&mut self, case: &Case) {
        for conversation_id in &case.conversation_ids {
            self.push(
                "insert into contacts (case_id, conversation_id, at) values (?1, ?2, ?3) \
                 on conflict (case_id, conversation_id) do nothing",
                values![case.id.to_string(), conversation_id.to_string(), case.opened_at],
            );
        }
    }

    fn add_handoff(&mut self, handoff: &Handoff) {
        self.push(
            "insert into handoffs (id, version, conversation_id, at, requested_by, reason, \
             detail, summary, tried, missing, topic_id, place, promise) \
             values (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            values![
                handoff.id.to_string(),
                handoff.conversation_id.to_string(),
                handoff.at,
                handoff.by.as_str(),
                handoff.reason.as_str(),
                handoff.detail.as_ref(),
                &handoff.summary,
                rows::json(&handoff.tried),
                rows::json(&handoff.missing),
                handoff.topic_id.map(|id| id.to_string()),
                handoff.place,
                &handoff.promise
            ],
        );
    }

    fn add_file(&mut self, file: &FileContent) {
        let (owner_type, owner_id) = subject_columns(&file.owner);
        self.push(
            "insert into files (id, owner_type, owner_id, name, content_type, n_bytes, content, \
             created_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            values![
                file.file.id.to_string(),
                owner_type,
                owner_id,
                &file.file.name,
                &file.file.content_type,
                file.file.n_bytes,
                file.content.clone(),
                file.created_at
            ],
        );
    }

    fn add_review(&mut self, review: &Review) {
        let (message_id, text, sources) = match &review.answer {
            ReviewedAnswer::Sent(id) => (Some(id.to_string()), None, rows::sources_column(&[])),
            ReviewedAnswer::Unseen { text, sources } => {
                (None, Some(text), rows::sources_column(sources))
            }
        };
        // A case has one answer that is reviewed; a further one is not.
        self.push(
            "insert into reviews (id, case_id, conversation_id, topic_id, message_id, text, \
             sources, author_id, is_shadow, created_at, claimed_until) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0) \
             on conflict (case_id, is_shadow) do nothing",
            values![
                review.id.to_string(),
                review.case_id.to_string(),
                review.conversation_id.to_string(),
                review.topic_id.to_string(),
                message_id,
                text,
                sources,
                review.author_id.map(|id| id.to_string()),
                review.answer.is_unseen(),
                review.created_at
            ],
        );
    }

    /// A ledger row, numbered.
    pub(crate) fn ledger(&mut self, seq: i64, at: desk::Time, fact: &LedgerFact) {
        self.push(
            "insert into ledger (seq, at, kind, topic_id, case_id, data) \
             values (?1, ?2, ?3, ?4, ?5, ?6)",
            values![
                seq,
                at,
                &fact.kind,
                fact.topic_id.map(|id| id.to_string()),
                fact.case_id.map(|id| id.to_string()),
                &fact.data
            ],
        );
    }

    /// A journal row, numbered.
    pub(crate) fn journal(&mut self, entry: &Entry) {
        self.push(
            "insert into journal (seq, at, actor_type, actor_id, kind, subject, subject_id, \
             version, conversation_id, customer_id) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            values![
                entry.seq,
                entry.at,
                entry.actor.as_str(),
                actor_id(entry.actor),
                entry.kind.as_str(),
                entry.subject.as_str(),
                &entry.subject_id,
                entry.version,
                entry.conversation_id.map(|id| id.to_string()),
                entry.customer_id.map(|id| id.to_string())
            ],
        );
    }

    /// Tells the other nodes that there is something new in the journal.
    pub(crate) fn hint(&mut self) {
        let node = self.node.clone();
        self.push("select pg_notify('evenkeel', ?1)", values![node]);
    }

    /// More or fewer of something that is counted.
    pub(crate) fn count(&mut self, name: &'static str, n_more: i64) {
        self.push("update counters set value = value + ?2 where name = ?1", values![name, n_more]);
    }

    /// Answers in an hour of the desk's clock.
    pub(crate) fn count_answers(&mut self, hour: i64, n_by_ai: i64, n_by_people: i64) {
        self.push(
            "insert into answer_hours (hour, n_by_ai, n_by_people) values (?1, ?2, ?3) \
             on conflict (hour) do update set \
             n_by_ai = answer_hours.n_by_ai + excluded.n_by_ai, \
             n_by_people = answer_hours.n_by_people + excluded.n_by_people",
            values![hour, n_by_ai, n_by_people],
        );
    }
}

fn kinds_column(webhook: &desk::Webhook) -> String {
    let kinds: Vec<&str> = webhook.kinds.iter().map(|kind| kind.as_str()).collect();
    rows::json(&kinds)
}

fn is_searched(message: &Message) -> bool {
    matches!(message.kind, MessageKind::Text | MessageKind::Note)
}

fn search_column(message: &Message) -> Value {
    Value::from(is_searched(message).then(|| search_words(message.text.as_str())))
}

fn desk_values(desk: &DeskSettings) -> Vec<Value> {
    Vec::from(values![
        desk.id.to_string(),
        &desk.name,
        &desk.hours,
        desk.is_demo,
        rows::hex(&desk.draw_seed),
        rows::hex(&desk.fingerprint_key),
        desk.trained_at,
        desk.brake.as_ref().map(|brake| brake.at),
        desk.brake.as_ref().and_then(|brake| brake.by).map(|id| id.to_string()),
        desk.brake.as_ref().map(|brake| &brake.reason),
        &desk.reads_with,
        desk.staffing.handling_minutes,
        desk.staffing.within_seconds,
        desk.staffing.share,
        desk.staffing.fall_hours,
        desk.staffing.n_regular,
        desk.staffing.regular_from,
        desk.staffing.regular_until,
        &desk.staffing.zone,
        &desk.staffing.currency,
        desk.takes_applications,
    ])
}

fn inbox_values(inbox: &Inbox) -> Vec<Value> {
    Vec::from(values![
        inbox.id.to_string(),
        &inbox.name,
        &inbox.key,
        &inbox.greeting,
        &inbox.identity_secret,
        inbox.kind.as_str(),
    ])
}

fn agent_values(agent: &Agent) -> Vec<Value> {
    Vec::from(values![
        agent.id.to_string(),
        &agent.name,
        &agent.email,
        agent.role.as_str(),
        agent.presence.as_str(),
        agent.is_disabled,
        &agent.password_hash,
        agent.created_at,
    ])
}

fn customer_values(customer: &Customer) -> Vec<Value> {
    Vec::from(values![
        customer.id.to_string(),
        customer.name.as_ref(),
        customer.email.as_ref(),
        customer.external_id.as_ref(),
        customer.is_verified,
        customer.is_people_first,
        customer.locale.as_deref(),
        customer.created_at,
        customer.has_verified_email,
    ])
}

fn topic_values(topic: &Topic) -> Vec<Value> {
    Vec::from(values![
        topic.id.to_string(),
        &topic.name,
        &topic.slug,
        &topic.description,
        topic.level.as_str(),
        topic.share,
        &topic.level_reason,
        topic.level_set_by.map(|id| id.to_string()),
        topic.level_set_at,
        topic.is_people_first,
        topic.answers_at_night,
        topic.n_examples,
        topic.is_archived,
        i64::from(topic.epoch),
        topic.is_by_hand,
        topic.ceiling.as_str(),
        topic.margin,
        topic.review_share,
    ])
}

fn article_values(article: &Article) -> Vec<Value> {
    let topic_ids: Vec<String> = article.topic_ids.iter().map(ToString::to_string).collect();
    Vec::from(values![
        article.id.to_string(),
        &article.slug,
        &article.title,
        &article.body,
        &article.language,
        rows::json(&topic_ids),
        rows::json(&article.questions),
        article.state.as_str(),
        article.updated_at,
        article.updated_by.map(|id| id.to_string()),
        article.published_at,
    ])
}

fn call_values(call: &Call) -> Vec<Value> {
    values![
        &call.key,
        call.conversation_id.to_string(),
        call.case_id.map(|id| id.to_string()),
        &call.tool,
        call.state.as_str(),
        &call.customer,
        call.amount,
        i64::from(call.day),
        &call.words,
        call.n_missing,
        &call.content,
        call.created_at,
        call.updated_at,
    ]
    .into()
}

fn worker_values(worker: &Worker) -> Vec<Value> {
    values![
        worker.id.to_string(),
        &worker.zone,
        rows::json(&worker.laws),
        rows::json(&worker.languages),
        worker.wish_hours,
        worker.week_hours_max,
        worker.rate,
        worker.is_active,
        worker.created_at,
    ]
    .into()
}

fn shift_values(shift: &Shift) -> Vec<Value> {
    let cancelled = shift.cancelled.as_ref();
    let correction = shift.correction.as_ref();
    values![
        shift.id.to_string(),
        shift.starts_at,
        shift.ends_at,
        shift.language.as_deref(),
        shift.topic_id.map(|id| id.to_string()),
        &shift.reason,
        shift.rate,
        shift.extra,
        shift.state.as_str(),
        shift.agent_id.map(|id| id.to_string()),
        shift.published_at,
        shift.claimed_at,
        cancelled.map(|(at, _)| *at),
        cancelled.map(|(_, why)| why),
        correction.map(|correction| correction.minutes),
        correction.map(|correction| &correction.reason),
        correction.map(|correction| correction.by.to_string()),
        correction.map(|correction| correction.at),
        shift.created_by.map(|id| id.to_string()),
        shift.created_at,
    ]
    .into()
}

fn application_values(one: &Application) -> Vec<Value> {
    let decision = one.decision.as_ref();
    values![
        one.id.to_string(),
        &one.name,
        &one.email,
        &one.zone,
        rows::json(&one.languages),
        one.wish_hours,
        one.is_student,
        &one.words,
        one.state.as_str(),
        decision.map(|decision| decision.at),
        decision.map(|decision| decision.by.to_string()),
        decision.map(|decision| &decision.reason),
        one.agent_id.map(|id| id.to_string()),
        one.created_at,
    ]
    .into()
}

fn conversation_values(row: &Conversation) -> Vec<Value> {
    let agent_id = match row.handler {
        Handler::Agent(id) => Some(id.to_string()),
        Handler::Assistant | Handler::Queue => None,
    };
    let last = row.last_message.as_ref();
    let survey = row.survey.as_ref();
    Vec::from(values![
        row.id.to_string(),
        row.number,
        row.inbox_id.to_string(),
        row.customer_id.to_string(),
        &row.subject,
        row.state.as_str(),
        row.handler.as_str(),
        agent_id,
        rows::priority_column(row.priority),
        row.language.as_deref(),
        row.topic_id.map(|id| id.to_string()),
        last.map(|last| last.author.as_str()),
        last.map(|last| &last.text),
        last.map(|last| last.at),
        row.has_draft,
        row.waiting_since,
        row.needs_reply,
        row.n_messages,
        row.ai_notice_at,
        row.queued_at,
        row.person_answered_at,
        row.assistant_answered_at,
        survey.map(|survey| survey.score),
        survey.and_then(|survey| survey.comment.as_ref()),
        survey.map(|survey| survey.at),
        row.created_at,
        row.updated_at,
        row.closed_at,
    ])
}

/// A customer's session also names the inbox through which they came.
pub(crate) fn subject_columns(subject: &SessionSubject) -> (&'static str, String) {
    match subject {
        SessionSubject::Agent(id) => ("agent", id.to_string()),
        SessionSubject::Customer(id, inbox_id) => ("customer", format!("{id} {inbox_id}")),
    }
}

/// The journal row of a record, not yet numbered.
pub(crate) fn entry(commit: &Commit, kind: desk::Kind, record: &Record, version: i64) -> Entry {
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
        Record::Call(call) => (Some(call.conversation_id), None),
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

fn actor_id(actor: desk::Actor) -> Option<String> {
    match actor {
        desk::Actor::Agent(id) => Some(id.to_string()),
        desk::Actor::Customer(id) => Some(id.to_string()),
        desk::Actor::Assistant | desk::Actor::System => None,
    }
}

//! How the desk's letters are doing.

use desk::MailState;
use schemars::JsonSchema;
use serde::Serialize;

use super::{optional_time, time};

#[derive(Serialize, JsonSchema)]
pub(crate) struct Mail {
    /// None where no mail server is named.
    server: Option<MailServer>,
    waiting: i64,
    /// In the last 30 days.
    sent: i64,
    /// In the last 30 days.
    failed: i64,
    /// The first 50 that have not left, those given up first.
    unsent: Vec<Letter>,
    /// The mailbox that is read; none where none is named.
    mailbox: Option<Mailbox>,
    incoming: IncomingCounts,
    /// The latest 50 messages that could not be taken in.
    quarantined: Vec<Quarantined>,
}

#[derive(Serialize, JsonSchema)]
struct Mailbox {
    name: String,
    /// Why it cannot be read at this moment.
    failure: Option<String>,
}

/// E-mail that came in within the last 30 days.
#[derive(Serialize, JsonSchema, Default)]
struct IncomingCounts {
    taken: i64,
    /// Machines sent them, and nobody waits for an answer.
    ignored: i64,
    quarantined: i64,
}

#[derive(Serialize, JsonSchema)]
struct Quarantined {
    key: String,
    sender: String,
    subject: String,
    reason: Option<String>,
    received_at: String,
}

#[derive(Serialize, JsonSchema)]
struct MailServer {
    host: String,
    /// Who letters are from.
    from: String,
}

#[derive(Serialize, JsonSchema)]
struct Letter {
    id: String,
    #[schemars(extend("enum" = ["invitation", "reset", "answer"]))]
    kind: &'static str,
    recipient: String,
    #[schemars(extend("enum" = ["waiting", "failed"]))]
    state: &'static str,
    n_attempts: i64,
    failure: Option<String>,
    created_at: String,
    failed_at: Option<String>,
}

impl From<&service::MailState> for Mail {
    fn from(state: &service::MailState) -> Self {
        let letter = |letter: &desk::Letter| Letter {
            id: letter.id.to_string(),
            kind: letter.kind.as_str(),
            recipient: letter.recipient.clone(),
            state: letter.state.as_str(),
            n_attempts: letter.n_attempts,
            failure: letter.failure.clone(),
            created_at: time(letter.created_at),
            failed_at: optional_time(letter.finished_at),
        };
        let server = state.server.clone();
        Self {
            server: server.map(|(host, from)| MailServer { host, from }),
            waiting: state.counts.n_waiting,
            sent: state.counts.n_sent,
            failed: state.counts.n_failed,
            unsent: state.unsent.iter().map(letter).collect(),
            mailbox: state.mailbox.clone().map(|(name, failure)| Mailbox { name, failure }),
            incoming: IncomingCounts {
                taken: state.n_incoming(MailState::Taken),
                ignored: state.n_incoming(MailState::Ignored),
                quarantined: state.n_incoming(MailState::Quarantined),
            },
            quarantined: state.quarantined.iter().map(Quarantined::from).collect(),
        }
    }
}

impl From<&desk::IncomingMail> for Quarantined {
    fn from(mail: &desk::IncomingMail) -> Self {
        Self {
            key: mail.key.clone(),
            sender: mail.sender.to_string(),
            subject: mail.subject.to_string(),
            reason: mail.reason.clone(),
            received_at: time(mail.received_at),
        }
    }
}

/// What became of a message that was handed over.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Delivered {
    #[schemars(extend("enum" = ["begun", "joined", "repeated", "ignored", "returned"]))]
    outcome: &'static str,
    /// Where it stands.
    conversation_id: Option<String>,
    /// Why nobody waits for an answer to it.
    reason: Option<&'static str>,
}

impl From<&service::Delivered> for Delivered {
    fn from(delivered: &service::Delivered) -> Self {
        let (outcome, conversation_id, reason) = match delivered {
            service::Delivered::Begun(id) => ("begun", Some(id.to_string()), None),
            service::Delivered::Joined(id) => ("joined", Some(id.to_string()), None),
            service::Delivered::Repeated(id) => ("repeated", id.map(|id| id.to_string()), None),
            service::Delivered::Ignored(why) => ("ignored", None, Some(*why)),
            service::Delivered::Returned => ("returned", None, None),
        };
        Self { outcome, conversation_id, reason }
    }
}

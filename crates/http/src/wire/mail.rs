//! How the desk's letters are doing.

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
        }
    }
}

/// What became of a message that was handed over.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Delivered {
    #[schemars(extend("enum" = ["joined", "repeated", "ignored"]))]
    outcome: &'static str,
    /// Where it stands.
    conversation_id: Option<String>,
    /// Why nobody waits for an answer to it.
    reason: Option<&'static str>,
}

impl From<&service::Delivered> for Delivered {
    fn from(delivered: &service::Delivered) -> Self {
        let (outcome, conversation_id, reason) = match delivered {
            service::Delivered::Joined(id) => ("joined", Some(id.to_string()), None),
            service::Delivered::Repeated(id) => ("repeated", Some(id.to_string()), None),
            service::Delivered::Ignored(why) => ("ignored", None, Some(*why)),
        };
        Self { outcome, conversation_id, reason }
    }
}

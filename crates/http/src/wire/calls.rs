//! A call of a tool, as people decide about it.

use schemars::JsonSchema;
use serde::Serialize;
use service::CallSheet;

use super::{Ref, time};

#[derive(Serialize, JsonSchema)]
pub(crate) struct Call {
    /// Its key, as the other system knows it.
    id: String,
    version: i64,
    conversation_id: String,
    tool: String,
    /// What the tool does.
    summary: String,
    #[schemars(extend("enum" = [
        "proposed", "approved", "running", "succeeded", "failed", "unknown",
    ]))]
    state: &'static str,
    /// What it moves, in minor units; 0 where it moves nothing.
    amount: i64,
    /// ISO 4217; empty where the tools name none.
    currency: String,
    /// What the customer said yes to.
    words: String,
    arguments: Vec<CallArgument>,
    /// So many more people have to approve it.
    missing_approvals: i64,
    approved_by: Vec<Ref>,
    /// Why it was not done, or is not known.
    why: Option<String>,
    created_at: String,
    updated_at: String,
}

/// One step on the way to a message.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TraceStep {
    what: String,
    detail: String,
}

impl From<service::TraceStep> for TraceStep {
    fn from(step: service::TraceStep) -> Self {
        Self { what: step.what, detail: step.detail }
    }
}

#[derive(Serialize, JsonSchema)]
struct CallArgument {
    name: String,
    value: String,
}

impl Call {
    pub(crate) fn new(sheet: &CallSheet, agents: &[desk::Agent]) -> Self {
        let CallSheet { call, summary, currency, arguments, approved_by, why } = sheet;
        let named = |id: &String| Ref {
            id: id.clone(),
            name: agents
                .iter()
                .find(|agent| agent.id.to_string() == *id)
                .map(|agent| agent.name.to_string())
                .unwrap_or_default(),
        };
        Self {
            id: call.key.clone(),
            version: call.version,
            conversation_id: call.conversation_id.to_string(),
            tool: call.tool.clone(),
            summary: summary.clone(),
            state: call.state.as_str(),
            amount: call.amount,
            currency: currency.clone(),
            words: call.words.to_string(),
            arguments: arguments
                .iter()
                .map(|(name, value)| CallArgument { name: name.clone(), value: value.clone() })
                .collect(),
            missing_approvals: call.n_missing,
            approved_by: approved_by.iter().map(named).collect(),
            why: why.clone(),
            created_at: time(call.created_at),
            updated_at: time(call.updated_at),
        }
    }
}

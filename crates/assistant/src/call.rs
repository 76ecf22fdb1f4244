//! A call of a tool: its typed arguments, its key, and the life in which its effect happens once.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::tool::{ArgumentKind, Tool};

/// The longest text that an argument may hold, in characters.
const LONGEST_ARGUMENT: usize = 500;

/// The most entries that a list may hold.
const MOST_ENTRIES: usize = 100;

/// The value of one argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ArgumentValue {
    /// Minor units of money.
    Amount(u64),
    /// One text or choice.
    Text(String),
    /// Several texts, in an order that counts.
    Texts(Vec<String>),
}

impl ArgumentValue {
    /// The texts in it; an amount has none.
    pub fn texts(&self) -> &[String] {
        match self {
            Self::Amount(_) => &[],
            Self::Text(text) => std::slice::from_ref(text),
            Self::Texts(texts) => texts,
        }
    }
}

/// The arguments of a call, each of the kind that its tool declares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arguments(BTreeMap<String, ArgumentValue>);

impl Arguments {
    /// Reads the arguments for a tool from a JSON object.
    ///
    /// # Errors
    ///
    /// Refuses an argument that the tool does not declare, one that is missing, and a value of
    /// another kind: whoever proposes a call says exactly what the tool declares or nothing.
    pub fn read(tool: &Tool, given: &Value) -> Result<Self, ArgumentFault> {
        let fault = |argument: &str, why| ArgumentFault {
            tool: tool.name.clone(),
            argument: argument.into(),
            why,
        };
        let Some(given) = given.as_object() else {
            return Err(fault("", "the arguments are no object"));
        };
        if let Some(name) = given.keys().find(|name| tool.argument(name).is_none()) {
            return Err(fault(name, "the tool has no such argument"));
        }
        let mut read = BTreeMap::new();
        for argument in &tool.arguments {
            let name = &argument.name;
            let Some(value) = given.get(name).filter(|value| !value.is_null()) else {
                if argument.optional {
                    continue;
                }
                return Err(fault(name, "it is missing"));
            };
            let value = match argument.kind {
                ArgumentKind::Text => text(value).map(ArgumentValue::Text),
                ArgumentKind::Texts => texts(value).map(ArgumentValue::Texts),
                ArgumentKind::Choice => text(value)
                    .filter(|text| argument.choices.contains(text))
                    .map(ArgumentValue::Text),
                ArgumentKind::Amount => {
                    value.as_u64().filter(|amount| *amount > 0).map(ArgumentValue::Amount)
                }
            };
            let why = match argument.kind {
                ArgumentKind::Text => "it has to be a text of at most 500 characters",
                ArgumentKind::Texts => "it has to be a list of 1 to 100 texts",
                ArgumentKind::Choice => "it has to be one of the choices that the tool declares",
                ArgumentKind::Amount => "it has to be whole minor units above zero",
            };
            read.insert(name.clone(), value.ok_or_else(|| fault(name, why))?);
        }
        Ok(Self(read))
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&ArgumentValue> {
        self.0.get(name)
    }

    /// The JSON object that goes over the wire.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let fits = text.chars().count() <= LONGEST_ARGUMENT;
    (fits && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// One text is a list of one.
fn texts(value: &Value) -> Option<Vec<String>> {
    if value.is_string() {
        return Some(vec![text(value)?]);
    }
    let entries = value.as_array()?;
    let fits = (1..=MOST_ENTRIES).contains(&entries.len());
    fits.then(|| entries.iter().map(text).collect()).flatten()
}

/// Why arguments were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentFault {
    tool: String,
    argument: String,
    why: &'static str,
}

impl fmt::Display for ArgumentFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: `{}`: {}", self.tool, self.argument, self.why)
    }
}

impl std::error::Error for ArgumentFault {}

/// The key under which a call's effect happens at most once: the same for the same case, step and
/// arguments, so that a call that is sent twice is one call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallKey(String);

impl CallKey {
    fn of(case: &str, step: &str, tool: &str, arguments: &Arguments) -> Self {
        Self(hash(&[case, step, tool, &arguments.to_json().to_string()]))
    }

    /// Its 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Each part is preceded by its length, so that no two lists of parts read alike.
fn hash(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part.as_bytes());
    }
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One call: a row before it is a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Sent along, so that the other system knows a call that comes twice.
    pub key: CallKey,
    /// The tool's name.
    pub tool: String,
    /// Its arguments.
    pub arguments: Arguments,
    /// The customer for whom it is made.
    pub customer: Option<String>,
    /// The money that it moves, in minor units.
    pub amount: u64,
    /// The desk's day on which it was proposed, in days since 1970: limits count by it.
    pub day: i32,
    /// Whether the customer said yes to exactly these arguments and this amount.
    pub confirmed: bool,
    /// The people who approved exactly this, in their order.
    pub approvals: Vec<String>,
    /// Where it stands.
    pub state: CallState,
}

/// Where a call stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "detail")]
pub enum CallState {
    /// Wanted and checked; nothing is sent.
    Proposed,
    /// May be sent. Its budget is reserved from here on.
    Approved,
    /// Sent, or about to be.
    Running,
    /// Done, with what the tool gave.
    Succeeded(Value),
    /// Not done, with the reason.
    Failed(String),
    /// Nobody knows whether it was done: to be read back, never sent again blindly.
    Unknown,
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event", content = "detail")]
pub enum CallEvent {
    /// Policy lets it pass.
    Approve,
    /// It is about to be sent.
    Start,
    /// The tool did it and gave this.
    Succeed(Value),
    /// The tool, a person or policy refused, and nothing was done.
    Fail(String),
    /// The answer is missing: time ran out, or the desk stopped in between.
    Lose,
    /// The tool knows the key and gave this.
    Found(Value),
    /// The tool is sure that nothing was done under this key.
    Absent,
}

impl Call {
    /// A call that somebody wants to make at a step of a case; nothing is decided yet.
    pub fn propose(
        (case, step): (&str, &str),
        tool: &Tool,
        arguments: Arguments,
        customer: Option<&str>,
        day: i32,
    ) -> Self {
        Self {
            key: CallKey::of(case, step, &tool.name, &arguments),
            tool: tool.name.clone(),
            arguments,
            customer: customer.map(str::to_owned),
            amount: 0,
            day,
            confirmed: false,
            approvals: Vec::new(),
            state: CallState::Proposed,
        }
    }

    /// Sets what the call would move, as the other system quotes it now. Another amount than
    /// before takes every yes back: nobody agreed to that one.
    pub fn quote(&mut self, amount: u64) {
        if self.amount != amount {
            self.amount = amount;
            self.confirmed = false;
            self.approvals.clear();
        }
    }

    /// The customer says yes to what was read back to them.
    ///
    /// # Errors
    ///
    /// Refuses a yes to other arguments or another amount, and one that comes too late.
    pub fn confirm(&mut self, arguments: &Arguments, amount: u64) -> Result<(), CallFault> {
        self.is_same_proposal(arguments, amount)?;
        self.confirmed = true;
        Ok(())
    }

    /// A colleague says yes to exactly this call. Who says it twice counts once.
    ///
    /// # Errors
    ///
    /// As [`Call::confirm`].
    pub fn approve_by(
        &mut self,
        person: &str,
        arguments: &Arguments,
        amount: u64,
    ) -> Result<(), CallFault> {
        self.is_same_proposal(arguments, amount)?;
        if !self.approvals.iter().any(|before| before == person) {
            self.approvals.push(person.to_owned());
        }
        Ok(())
    }

    fn is_same_proposal(&self, arguments: &Arguments, amount: u64) -> Result<(), CallFault> {
        if self.state != CallState::Proposed {
            return Err(CallFault("a yes comes too late".into()));
        }
        if self.arguments != *arguments || self.amount != amount {
            return Err(CallFault("a yes to something else does not count".into()));
        }
        Ok(())
    }

    /// Moves the call on.
    ///
    /// # Errors
    ///
    /// Refuses an event that cannot follow: nothing is sent that was not approved, nothing that is
    /// settled changes, and from `Unknown` only the tool's own word leads on.
    pub fn apply(&mut self, event: CallEvent) -> Result<(), CallFault> {
        use CallEvent::{Absent, Approve, Fail, Found, Lose, Start, Succeed};
        use CallState::{Approved, Failed, Proposed, Running, Succeeded, Unknown};
        self.state = match (&self.state, event) {
            (Proposed, Approve) | (Unknown, Absent) => Approved,
            (Approved, Start) => Running,
            (Running, Succeed(result)) | (Unknown, Found(result)) => Succeeded(result),
            (Proposed | Approved | Running | Unknown, Fail(why)) => Failed(why),
            (Running, Lose) => Unknown,
            (state, event) => return Err(CallFault(format!("{event:?} cannot follow {state:?}"))),
        };
        Ok(())
    }

    /// Whether its amount counts against the limits: all but what surely moved nothing.
    pub fn holds_budget(&self) -> bool {
        !matches!(self.state, CallState::Proposed | CallState::Failed(_))
    }
}

/// An event that cannot follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFault(String);

impl fmt::Display for CallFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for CallFault {}

//! A tool: what the assistant may ask another system to do, declared in a file that people review.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

/// One operation of another system, and the conditions under which it may be called.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// The name by which procedures and models call it.
    pub name: String,
    /// One line for people and models on what it does.
    pub summary: String,
    /// Whether a call changes anything.
    #[serde(default)]
    pub change: Change,
    /// Whether the customer has to be known: by a signed token, a one-time code, or a tool that
    /// `identifies`.
    #[serde(default = "yes")]
    pub identity: bool,
    /// Whether a successful call tells who the customer is; its result is their id.
    #[serde(default)]
    pub identifies: bool,
    /// The arguments in the order in which people read them.
    #[serde(default, rename = "argument")]
    pub arguments: Vec<Argument>,
    /// What has to hold for one of the customer's records before the call.
    pub requires: Option<Requires>,
    /// How much money the tool may move; a tool without limits moves none.
    pub limits: Option<Limits>,
    /// How it is called over HTTP; by `POST` to its name if not given.
    pub http: Option<HttpRequest>,
}

/// A request of another system's API.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRequest {
    /// The method; what is not in the path goes into the query of a `GET`, and else into a JSON
    /// body.
    pub method: Method,
    /// The path below the system's address, with arguments in braces: `/orders/{order_id}`.
    pub path: String,
}

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Does something.
    Post,
    /// Puts something in place.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

/// Whether a tool changes anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Reads only; may be repeated.
    #[default]
    None,
    /// Changes something that can be changed back. The customer confirms each call.
    Reversible,
    /// Changes something for good. The customer confirms each call.
    Lasting,
}

/// One argument of a tool.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// Its name in the call.
    pub name: String,
    /// What it may hold.
    #[serde(default)]
    pub kind: ArgumentKind,
    /// Where its value may come from.
    pub source: Source,
    /// The kind of record it names, where `source` is `own_record`.
    pub record: Option<String>,
    /// The values it may have, where `kind` is `choice`.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Whether it may be left empty.
    #[serde(default)]
    pub optional: bool,
}

/// What an argument may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArgumentKind {
    /// Some text, at most 500 characters.
    #[default]
    Text,
    /// A list of at least one and at most 100 such texts.
    Texts,
    /// One of the declared choices, letter by letter.
    Choice,
    /// An amount of money in minor units, above zero.
    Amount,
}

/// Where the value of an argument may come from: what nobody can talk the assistant out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Anything that was said; for reading and looking up only.
    Words,
    /// What the customer said and confirmed when it was read back, such as a new address.
    ConfirmedWords,
    /// The id of a record that belongs to the verified customer.
    OwnRecord,
    /// Something that the called system offers to everybody, such as an article it sells. The
    /// system itself checks that it exists.
    Catalogue,
}

/// A condition on one of the customer's records.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requires {
    /// The argument that names the record.
    pub argument: String,
    /// The field of the record.
    pub field: String,
    /// The values of the field under which the tool may be called, letter by letter.
    pub is: Vec<String>,
}

/// Limits in minor units of the desk's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The most that one call may move.
    pub per_call: u64,
    /// The most that one customer's calls may move within one day of the desk.
    pub per_customer_and_day: u64,
    /// The most that all calls may move within one day of the desk.
    pub per_day: u64,
    /// Above this a person approves each call.
    pub approval_above: u64,
    /// Above this two different people approve each call.
    pub two_approvals_above: u64,
}

impl Tool {
    /// Whether a call changes anything and so is confirmed, kept and never repeated blindly.
    pub fn changes(&self) -> bool {
        self.change != Change::None
    }

    /// The argument of this name.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name == name)
    }
}

/// The tools that a desk declares, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tools {
    by_name: BTreeMap<String, Tool>,
    currency: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    currency: String,
    #[serde(rename = "tool")]
    tools: Vec<Tool>,
}

impl Tools {
    /// Reads the declarations of a TOML file: a list of `[[tool]]`, each with its `[[tool.argument]]`.
    ///
    /// # Errors
    ///
    /// Says at which line and column what is wrong, or which tool contradicts itself.
    pub fn parse(text: &str) -> Result<Self, ToolFault> {
        let file: File = toml::from_str(text).map_err(|error| ToolFault(error.to_string()))?;
        let mut tools = BTreeMap::new();
        for tool in file.tools {
            check(&tool)?;
            let name = tool.name.clone();
            if tools.insert(name.clone(), tool).is_some() {
                return Err(ToolFault(format!("the tool `{name}` is declared twice")));
            }
        }
        let is_code = file.currency.chars().all(|c| c.is_ascii_uppercase());
        if !(file.currency.is_empty() || is_code && file.currency.len() == 3) {
            return Err(ToolFault("`currency` is a code of three capitals, such as EUR".into()));
        }
        Ok(Self { by_name: tools, currency: file.currency })
    }

    /// The currency of all amounts, ISO 4217; empty if no file says it.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The tool of this name.
    pub fn get(&self, name: &str) -> Option<&Tool> {
        self.by_name.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Tool> {
        self.by_name.values()
    }
}

fn check(tool: &Tool) -> Result<(), ToolFault> {
    let fault = |why: &str| Err(ToolFault(format!("the tool `{}` {why}", tool.name)));
    if let Some(request) = &tool.http {
        let mut rest = request.path.as_str();
        if !rest.starts_with('/') {
            return fault("has a path that does not begin with a slash");
        }
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                return fault("has a path with a brace that is not closed");
            };
            if tool.argument(name).is_none_or(|argument| argument.optional) {
                return fault(&format!("has a path with `{name}`, which is no certain argument"));
            }
            rest = after;
        }
        if tool.changes() && request.method == Method::Get {
            return fault("changes something, which no GET may do");
        }
    }
    for argument in &tool.arguments {
        let name = &argument.name;
        if (argument.source == Source::OwnRecord) != argument.record.is_some() {
            return fault(&format!("has to name a `record` exactly where `{name}` is one's own"));
        }
        if (argument.kind == ArgumentKind::Choice) == argument.choices.is_empty() {
            return fault(&format!("has to list choices exactly where `{name}` is a choice"));
        }
        let is_tainted = argument.source == Source::Words && argument.kind != ArgumentKind::Choice;
        if tool.changes() && is_tainted {
            return fault(&format!(
                "changes something, so that `{name}` may not come from mere words"
            ));
        }
    }
    if let Some(requires) = &tool.requires {
        let own = tool.argument(&requires.argument).is_some_and(|named| named.record.is_some());
        if !own || requires.is.is_empty() {
            return fault("requires something of an argument that names no record of one's own");
        }
    }
    if tool.changes() && (!tool.identity || tool.identifies) {
        return fault("changes something, so that the customer has to be known before");
    }
    if !tool.changes() && tool.limits.is_some() {
        return fault("has limits, but changes nothing");
    }
    match tool.limits {
        Some(limits) if limits.approval_above > limits.two_approvals_above => {
            fault("asks for two approvals earlier than for one")
        }
        _ => Ok(()),
    }
}

fn yes() -> bool {
    true
}

/// Why declarations were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolFault(String);

impl fmt::Display for ToolFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ToolFault {}

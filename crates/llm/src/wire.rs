//! The protocol: what is sent, and answers put together from whatever pieces a server sends.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{Answer, Block, Field, Function, FunctionCall, Question, Takes, Usage};

/// Settings that some servers refuse; each is left out or renamed once a server has said so.
pub(crate) const REFUSABLE: [&str; 4] =
    ["stream_options", "temperature", "max_tokens", "tool_choice"];
/// Servers that do not tell what was used: a token is about four characters.
const CHARS_A_TOKEN: u64 = 4;

/// A second round: what the model called, and what is wrong with it.
pub(crate) struct Repair<'a> {
    pub(crate) calls: &'a [Fragment],
    pub(crate) why: &'a str,
}

/// The body of a request.
pub(crate) fn request(
    model: &str,
    question: &Question<'_>,
    without: &BTreeSet<&'static str>,
    repair: Option<&Repair<'_>>,
) -> Value {
    let mut messages = vec![
        json!({ "role": "system", "content": question.instruction.text }),
        json!({ "role": "user", "content": shown(question.blocks) }),
    ];
    if let Some(Repair { calls, why }) = repair {
        let called = calls.iter().enumerate().map(|(nth, call)| {
            json!({ "id": call.id(nth), "type": "function",
                "function": { "name": call.name, "arguments": call.safe_arguments() } })
        });
        let called: Vec<Value> = called.collect();
        // An empty text: null is refused by one server, and no field at all by another.
        messages.push(json!({ "role": "assistant", "content": "", "tool_calls": called }));
        messages.extend(calls.iter().enumerate().map(
            |(nth, call)| json!({ "role": "tool", "tool_call_id": call.id(nth), "content": why }),
        ));
    }
    let mut body = json!({ "model": model, "messages": messages, "stream": true });
    let mut set = |name: &'static str, value: Value| {
        if !without.contains(name) {
            body[name] = value;
        }
    };
    set("stream_options", json!({ "include_usage": true }));
    set("temperature", json!(0));
    set("max_tokens", json!(question.tokens_max));
    if without.contains("max_tokens") {
        set("max_completion_tokens", json!(question.tokens_max));
    }
    if !question.functions.is_empty() {
        set("tools", question.functions.iter().map(declared).collect());
        set("tool_choice", json!("auto"));
    }
    body
}

/// The blocks as one text. Each stands between marks, and nothing in it can look like one.
fn shown(blocks: &[Block]) -> String {
    let mut text = String::new();
    for Block { title, lines } in blocks {
        text.push_str(&format!("<{title}>\n"));
        for line in lines {
            text.push_str(&line.as_str().replace('<', "‹").replace('>', "›"));
            text.push('\n');
        }
        text.push_str(&format!("</{title}>\n"));
    }
    text
}

fn declared(function: &Function) -> Value {
    let schema = |field: &Field| match &field.takes {
        Takes::Text => json!({ "type": "string", "description": field.about }),
        Takes::OneOf(all) => {
            let all: Vec<&str> = all.iter().map(privacy::Redacted::as_str).collect();
            json!({ "type": "string", "description": field.about, "enum": all })
        }
        Takes::Numbers => {
            let number = json!({ "type": "integer" });
            json!({ "type": "array", "description": field.about, "items": number })
        }
    };
    let fields: Map<String, Value> =
        function.fields.iter().map(|field| (field.name.to_owned(), schema(field))).collect();
    let required: Vec<&str> = function.fields.iter().map(|field| field.name).collect();
    json!({ "type": "function", "function": {
        "name": function.name,
        "description": function.about,
        "parameters": { "type": "object", "properties": fields, "required": required },
    } })
}

/// A call as far as it has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fragment {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
}

impl Fragment {
    fn id(&self, nth: usize) -> String {
        if self.id.is_empty() { format!("call_{nth}") } else { self.id.clone() }
    }

    /// Servers read the arguments of earlier calls, and fail on broken ones.
    fn safe_arguments(&self) -> &str {
        if self.read().is_ok() { &self.arguments } else { "{}" }
    }

    fn read(&self) -> Result<FunctionCall, String> {
        let text = self.arguments.trim();
        // A function that takes nothing is called with nothing, an empty text or `null`.
        let text = if text.is_empty() || text == "null" { "{}" } else { text };
        let arguments: Value = serde_json::from_str(text)
            .map_err(|error| format!("the arguments of {}: {error}", self.name))?;
        match arguments {
            Value::Object(arguments) => Ok(FunctionCall { name: self.name.clone(), arguments }),
            _ => Err(format!("the arguments of {} are no object", self.name)),
        }
    }
}

/// Puts an answer together.
#[derive(Debug, Default)]
pub(crate) struct Assembler {
    text: String,
    calls: Vec<Fragment>,
    /// The old way of calling one function; some servers send it beside the new one.
    legacy: Option<Fragment>,
    usage: Option<Usage>,
    finish: Option<String>,
}

impl Assembler {
    /// Takes a piece of a stream, or a whole answer.
    ///
    /// # Errors
    ///
    /// What the server says went wrong in the middle of it.
    pub(crate) fn take(&mut self, piece: &Value) -> Result<(), String> {
        if let Some(error) = piece.get("error").filter(|error| !error.is_null()) {
            return Err(message_of(error).unwrap_or_else(|| "an error without words".to_owned()));
        }
        self.take_usage(&piece["usage"]);
        let choice = &piece["choices"][0];
        if let Some(finish) = choice["finish_reason"].as_str() {
            self.finish = Some(finish.to_owned());
        }
        let said = ["delta", "message"].iter().find_map(|form| choice.get(form));
        let Some(said) = said else { return Ok(()) };
        match &said["content"] {
            Value::String(text) => self.text.push_str(text),
            Value::Array(parts) => {
                let texts = parts.iter().filter_map(|part| part["text"].as_str());
                texts.for_each(|text| self.text.push_str(text));
            }
            _ => {}
        }
        let calls = said["tool_calls"].as_array().map_or(&[][..], Vec::as_slice);
        for (place, call) in calls.iter().enumerate() {
            // Alone and without a mark it goes on with the last one.
            let place = if calls.len() == 1 { self.calls.len().saturating_sub(1) } else { place };
            self.take_call(place, call);
        }
        if let Some(call) = said["function_call"].as_object() {
            let call = Value::Object(call.clone());
            add(self.legacy.get_or_insert_default(), &call);
        }
        Ok(())
    }

    /// A fragment belongs to the call of its index, else of its id, else of its place.
    fn take_call(&mut self, place: usize, piece: &Value) {
        let index = piece["index"].as_u64();
        let id = piece["id"].as_str().unwrap_or_default();
        let function = &piece["function"];
        let named = function["name"].as_str().is_some_and(|name| !name.is_empty());
        let is_other = |call: &Fragment| {
            // One server gives all calls the same index, and another none at all: what has a name
            // and another id, or a name after whole arguments, is another call.
            let has_other_id = !id.is_empty() && !call.id.is_empty() && call.id != id;
            let has_no_mark = index.is_none() && id.is_empty();
            let is_whole = || serde_json::from_str::<Value>(&call.arguments).is_ok();
            named && (has_other_id || has_no_mark && !call.arguments.is_empty() && is_whole())
        };
        let by_id = || self.calls.iter().rposition(|call| !id.is_empty() && call.id == id);
        let found = match index {
            Some(_) => by_id().or_else(|| self.calls.iter().rposition(|call| call.index == index)),
            None if !id.is_empty() => by_id(),
            None => (place < self.calls.len()).then_some(place),
        };
        let at = match found.filter(|at| !is_other(&self.calls[*at])) {
            Some(at) => at,
            None => {
                self.calls.push(Fragment { index, ..Fragment::default() });
                self.calls.len() - 1
            }
        };
        let call = &mut self.calls[at];
        if call.id.is_empty() {
            id.clone_into(&mut call.id);
        }
        add(call, function);
    }

    fn take_usage(&mut self, usage: &Value) {
        let count = |name: &str| usage[name].as_u64();
        let (tokens_in, tokens_out) = (count("prompt_tokens"), count("completion_tokens"));
        if tokens_in.is_some() || tokens_out.is_some() {
            self.usage = Some(Usage {
                tokens_in: tokens_in.unwrap_or(0),
                tokens_out: tokens_out.unwrap_or(0),
                is_estimated: false,
            });
        }
    }

    /// What was used so far; estimated where the server does not say.
    pub(crate) fn usage(&self, request: &Value) -> Usage {
        self.usage.unwrap_or_else(|| {
            let tokens = |chars: usize| (chars as u64).div_ceil(CHARS_A_TOKEN);
            let called = self.fragments().map(|call| call.name.len() + call.arguments.len());
            Usage {
                tokens_in: tokens(request.to_string().len()),
                tokens_out: tokens(self.text.len() + called.sum::<usize>()),
                is_estimated: true,
            }
        })
    }

    fn fragments(&self) -> impl Iterator<Item = &Fragment> {
        let legacy = self.legacy.iter().filter(|_| self.calls.is_empty());
        self.calls.iter().chain(legacy)
    }

    /// The answer; or the calls as they are, and what is wrong with one.
    pub(crate) fn end(self) -> Result<Answer, (Vec<Fragment>, String)> {
        let calls: Result<Vec<FunctionCall>, String> =
            self.fragments().map(Fragment::read).collect();
        match calls {
            Ok(calls) => Ok(Answer {
                text: self.text,
                calls,
                is_cut: self.finish.as_deref() == Some("length"),
            }),
            Err(why) => Err((self.fragments().cloned().collect(), why)),
        }
    }
}

/// The name counts once, however often it is repeated; arguments come in pieces, or as an object.
fn add(call: &mut Fragment, function: &Value) {
    if call.name.is_empty()
        && let Some(name) = function["name"].as_str()
    {
        name.clone_into(&mut call.name);
    }
    match &function["arguments"] {
        Value::String(piece) => call.arguments.push_str(piece),
        whole @ Value::Object(_) => call.arguments = whole.to_string(),
        _ => {}
    }
}

/// The words of an error, wherever a server puts them.
pub(crate) fn message_of(error: &Value) -> Option<String> {
    let error = error.get("error").filter(|inner| !inner.is_null()).unwrap_or(error);
    let places = [error, &error["message"], &error["detail"]];
    let found = places.into_iter().find_map(Value::as_str).map(str::to_owned);
    // FastAPI's validation errors are a list.
    found.or_else(|| error["detail"].as_array().map(|all| Value::from(all.clone()).to_string()))
}

/// The events of a stream, as their bytes come in.
#[derive(Debug, Default)]
pub(crate) struct Events {
    rest: Vec<u8>,
}

impl Events {
    /// The data of the lines that are whole now.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        self.rest.extend_from_slice(bytes);
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else {
            return Vec::new();
        };
        let whole: Vec<u8> = self.rest.drain(..=end).collect();
        String::from_utf8_lossy(&whole).lines().filter_map(data).collect()
    }

    /// A last line that no line break ends.
    pub(crate) fn end(self) -> Option<String> {
        data(&String::from_utf8_lossy(&self.rest))
    }
}

/// Each event of this protocol is one line; comments and other fields are left out.
fn data(line: &str) -> Option<String> {
    let data = line.trim_end().strip_prefix("data:")?.trim();
    (!data.is_empty()).then(|| data.to_owned())
}

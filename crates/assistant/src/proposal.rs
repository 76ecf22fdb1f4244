//! What a language model proposes, and how much of it is taken: the model wishes, code decides.
//!
//! A model may have read a hidden instruction and obey it, so nothing here trusts it: a yes to a
//! change is read from the customer's own words by rules; a value is one of the customer's own
//! records or stands in their words; what is said to customers are sentences of articles, by number.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    command::Command,
    machine::{Choice, Expected, Filled, is_like},
    procedure::SlotKind,
    reader::{by_label, codes, parts, read},
    words::normalised,
};

/// A message asks for few things.
const WISHES_MAX: usize = 8;
/// An answer is short.
const SENTENCES_MAX: usize = 6;
/// The longest text that is taken for the value of a slot, in characters.
const LONGEST_TEXT: usize = 200;

/// What may be wished for at this moment.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The procedures that may begin.
    pub procedures: &'a [&'a str],
    /// What the procedure at hand waits for; none if there is none.
    pub expected: Option<&'a Expected>,
    /// The slots that may be corrected.
    pub filled: &'a [Filled],
    /// What the customer wrote, and nothing else.
    pub words: &'a str,
    /// So many sentences of articles were shown, numbered from one.
    pub n_sentences: usize,
}

/// What is taken of a proposal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accepted {
    /// What the machine is to do, in this order.
    pub commands: Vec<Command>,
    /// Values of slots that are not asked for yet, as the model gave them; see [`told_ahead`].
    pub ahead: BTreeMap<String, Value>,
    /// The sentences that answer, by number from one.
    pub sentences: Vec<usize>,
    /// What was not taken, and why.
    pub refused: Vec<String>,
}

/// Takes what may be taken of these wishes, each a function's name with its arguments.
pub fn accept<'a>(
    offer: &Offer<'_>,
    wishes: impl IntoIterator<Item = (&'a str, &'a Map<String, Value>)>,
) -> Accepted {
    let mut accepted = Accepted::default();
    for (name, arguments) in wishes.into_iter().take(WISHES_MAX) {
        if let Err(why) = take(offer, name, arguments, &mut accepted) {
            accepted.refused.push(format!("{}: {why}", short(name)));
        }
    }
    // Whoever wants a person gets one, whatever else was understood.
    let is_person = |command: &Command| matches!(command, Command::HandOver { .. });
    if accepted.commands.iter().any(is_person) {
        accepted.commands.retain(is_person);
        accepted.commands.truncate(1);
    }
    accepted
}

/// A value that a model gave ahead for the slot that is asked for now.
pub fn told_ahead(expected: &Expected, value: &Value, words: &str) -> Option<Command> {
    let Expected::Slot { name, kind, choices, like, .. } = expected else { return None };
    let value = vouched(*kind, choices, like.as_deref(), value, words)?;
    Some(Command::SetSlot { slot: name.clone(), value })
}

fn take(
    offer: &Offer<'_>,
    name: &str,
    arguments: &Map<String, Value>,
    accepted: &mut Accepted,
) -> Result<(), String> {
    let text = |name: &str| {
        let given = arguments.get(name).and_then(Value::as_str).map(str::trim);
        given.filter(|text| !text.is_empty()).ok_or_else(|| format!("no {name}"))
    };
    let command = match name {
        "start_procedure" => {
            let procedure = text("procedure")?;
            if !offer.procedures.contains(&procedure) {
                return Err(format!("`{}` may not begin here", short(procedure)));
            }
            if accepted.commands.iter().any(Command::begins) {
                return Err("one procedure begins at a time".to_owned());
            }
            Command::StartProcedure { procedure: procedure.to_owned() }
        }
        "set_slot" => {
            let slot = text("slot")?;
            let value = arguments.get("value").ok_or("no value")?;
            match set(offer, slot, value, accepted)? {
                Some(command) => command,
                None => return Ok(()),
            }
        }
        "confirm" => confirmed(offer)?,
        "deny" => match offer.expected {
            Some(Expected::Yes) => Command::Deny {},
            Some(Expected::Slot { name, kind: SlotKind::YesNo, .. }) => {
                Command::SetSlot { slot: name.clone(), value: false.into() }
            }
            _ => return Err("nothing was asked".to_owned()),
        },
        "cancel" | "skip" | "repeat" if offer.expected.is_none() => {
            return Err("no procedure is on its way".to_owned());
        }
        "cancel" => Command::Cancel {},
        "skip" => match offer.expected {
            Some(Expected::Slot { is_optional: true, .. }) => Command::Skip {},
            _ => return Err("this cannot be left out".to_owned()),
        },
        "repeat" => Command::Repeat {},
        "answer" => {
            let numbers = arguments.get("sentences").and_then(Value::as_array);
            let numbers = numbers.into_iter().flatten().filter_map(number);
            let mut chosen: Vec<usize> =
                numbers.filter(|n| (1..=offer.n_sentences).contains(n)).collect();
            chosen.sort_unstable();
            chosen.dedup();
            chosen.truncate(SENTENCES_MAX);
            if chosen.is_empty() {
                return Err("no sentence that was shown".to_owned());
            }
            accepted.sentences = chosen;
            Command::Answer { question: offer.words.to_owned() }
        }
        "hand_over" => Command::HandOver { reason: "The assistant cannot help with this.".into() },
        _ => return Err("there is no such function".to_owned()),
    };
    if accepted.commands.contains(&command) {
        return Ok(());
    }
    accepted.commands.push(command);
    Ok(())
}

/// A slot gets a value, gets another one, or is told before it is asked for.
fn set(
    offer: &Offer<'_>,
    slot: &str,
    value: &Value,
    accepted: &mut Accepted,
) -> Result<Option<Command>, String> {
    let is_new = accepted.commands.iter().any(Command::begins);
    let why = || format!("the customer did not say this {}, and has no such one", short(slot));
    if !is_new && let Some(filled) = offer.filled.iter().find(|filled| filled.name == slot) {
        let kind = if filled.choices.is_empty() { SlotKind::Text } else { SlotKind::Choice };
        let kind = if value.is_array() { SlotKind::Texts } else { kind };
        let like = filled.like.as_deref();
        let value = vouched(kind, &filled.choices, like, value, offer.words).ok_or_else(why)?;
        return Ok(Some(Command::CorrectSlot { slot: slot.to_owned(), value }));
    }
    match offer.expected {
        Some(expected @ Expected::Slot { name, .. }) if !is_new && name == slot => {
            told_ahead(expected, value, offer.words).map(Some).ok_or_else(why)
        }
        _ => {
            accepted.ahead.entry(slot.to_owned()).or_insert_with(|| value.clone());
            Ok(None)
        }
    }
}

/// The model's word is not enough for a yes to a change: the customer's own words must say it, and
/// nothing else.
fn confirmed(offer: &Offer<'_>) -> Result<Command, String> {
    match offer.expected {
        Some(expected @ Expected::Yes) => match read(expected, &[], offer.words) {
            Command::Confirm {} => Ok(Command::Confirm {}),
            _ => Err("a change needs a plain yes in the customer's words".to_owned()),
        },
        Some(Expected::Slot { name, kind: SlotKind::YesNo, .. }) => {
            Ok(Command::SetSlot { slot: name.clone(), value: true.into() })
        }
        _ => Err("nothing was asked".to_owned()),
    }
}

/// A value that may be chosen, or one that the customer wrote.
fn vouched(
    kind: SlotKind,
    choices: &[Choice],
    like: Option<&str>,
    value: &Value,
    words: &str,
) -> Option<Value> {
    let one = |value: &Value| -> Option<String> {
        let text = said(value)?;
        if kind == SlotKind::Choice || !choices.is_empty() {
            return chosen(choices, &text);
        }
        let is_short = text.chars().count() <= LONGEST_TEXT;
        let named = normalised(&text);
        let is_said = named.len() > 1 && normalised(words).contains(&named);
        let shaped = match like {
            Some(shape) => codes(&text, shape).into_iter().find(|code| is_like(code, shape))?,
            None => text,
        };
        (is_short && is_said).then_some(shaped)
    };
    match kind {
        SlotKind::YesNo => match said(value)?.to_lowercase().as_str() {
            "true" | "yes" => Some(true.into()),
            "false" | "no" => Some(false.into()),
            _ => None,
        },
        SlotKind::Text | SlotKind::Choice => one(value).map(Value::from),
        SlotKind::Texts => {
            let all = match value {
                Value::Array(all) => all.clone(),
                one => {
                    let text = said(one)?;
                    match chosen(choices, &text) {
                        Some(_) => vec![one.clone()],
                        None => parts(&text).into_iter().map(Value::from).collect(),
                    }
                }
            };
            let all: Option<Vec<String>> = all.iter().map(one).collect();
            all.filter(|all| !all.is_empty()).map(Value::from)
        }
    }
}

/// The choice of this value or name.
fn chosen(choices: &[Choice], text: &str) -> Option<String> {
    let named = normalised(text);
    let is = |choice: &&Choice| {
        choice.value == text
            || normalised(&choice.value) == named
            || normalised(&choice.label) == named
    };
    let mut found = choices.iter().filter(is);
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one.value.clone()),
        (Some(_), Some(_)) => None,
        // Models shorten names: a word that one choice alone has is enough.
        (None, _) => {
            let mut named = by_label(choices, &named, true)?;
            named.pop().filter(|_| named.is_empty())
        }
    }
}

fn said(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Some write numbers as texts.
fn number(value: &Value) -> Option<usize> {
    let own = value.as_u64().and_then(|n| usize::try_from(n).ok());
    own.or_else(|| value.as_str()?.trim().parse().ok())
}

/// A model's words in a trace; the customer never sees them.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

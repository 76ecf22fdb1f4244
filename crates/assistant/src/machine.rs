//! The machine that follows procedures: pure, one step of a conversation at a time.
//!
//! It holds a stack of procedures: who asks something else in the middle of one comes back to it.
//! What it holds is a value that is stored between two messages, so that a case goes on after a
//! restart, a week or a person in between. It emits a call that changes something only after a yes.
//! That the yes was to exactly its arguments does not hold yet for every file that can be written:
//! decision 0012 lists where it fails, to be mended before a desk follows a procedure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    command::Command,
    procedure::{Action, CallStep, Path, Procedure, Procedures, Slot, SlotKind, said},
};

/// Procedures within procedures, at most.
const DEEPEST: usize = 4;
/// Steps without a word of the customer; more is a procedure that goes in circles.
const LONGEST_RUN: usize = 100;
/// Misunderstood so often in a row, a person takes over.
const MISUNDERSTOOD_MOST: u8 = 2;

const STILL_AT_IT: &str = "I am still working on that.";
const LEFT_AS_IT_IS: &str = "All right, I leave it as it is.";

/// Where a conversation stands in its procedures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    stack: Vec<Frame>,
    /// How often in a row nothing was understood.
    misunderstood: u8,
}

/// One procedure on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Frame {
    procedure: String,
    edition: String,
    /// The step that comes next, or that waits; none after the last.
    at: Option<usize>,
    slots: BTreeMap<String, Value>,
    /// What tools gave, with the step that called.
    results: BTreeMap<String, (usize, Value)>,
    /// Whether a call has changed something.
    has_changed: bool,
    waits: Waits,
}

/// What a procedure waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Waits {
    Nothing,
    /// The answer to the question of this step.
    Answer,
    /// A yes to a call with these arguments.
    Yes(Value),
    /// What comes of the call with these arguments.
    Result(Value),
}

/// What happens to a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The customer wrote, and this was understood.
    Command(Command),
    /// A call that was emitted has come to its end.
    Called {
        /// The step that was named when it was emitted.
        step: String,
        /// What came of it.
        outcome: Outcome,
    },
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was done, and the tool gave this.
    Succeeded(Value),
    /// It was not done.
    Failed,
    /// Nobody knows.
    Unknown,
}

/// What is to be done now, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell the customer.
    Say(String),
    /// Ask the customer.
    Ask(String),
    /// Make a call, under the desk's policy.
    Call {
        /// Names the step in this case; part of the call's key.
        step: String,
        /// The tool.
        tool: String,
        /// Its arguments, as they were read back where it changes something.
        arguments: Value,
        /// Whether the customer said yes to exactly these arguments.
        confirmed: bool,
    },
    /// Answer from the articles.
    Answer(String),
    /// A person takes over. The machine is empty afterwards.
    HandOver(String),
}

/// Does one step: what is to be done, and where the conversation stands then.
pub fn step(procedures: &Procedures, state: State, input: Input) -> (State, Vec<Effect>) {
    let mut machine = Machine { procedures, state, effects: Vec::new() };
    match input {
        Input::Command(command) => machine.command(command),
        Input::Called { step, outcome } => machine.called(&step, outcome),
    }
    (machine.state, machine.effects)
}

struct Machine<'a> {
    procedures: &'a Procedures,
    state: State,
    effects: Vec<Effect>,
}

impl Machine<'_> {
    fn command(&mut self, command: Command) {
        let is_understood = match command {
            Command::HandOver { reason } => return self.hand_over(&reason),
            Command::Answer { question } => {
                self.effects.push(Effect::Answer(question));
                self.ask_again(false);
                true
            }
            Command::StartProcedure { procedure } => self.start(&procedure),
            Command::SetSlot { slot, value } => self.set(&slot, value),
            Command::CorrectSlot { slot, value } => self.correct(&slot, value),
            Command::Confirm {} => self.yes_or_no(true),
            Command::Deny {} => self.yes_or_no(false),
            Command::Cancel {} => self.cancel(),
            Command::Skip {} => self.skip(),
            Command::Repeat {} => self.ask_again(false),
            Command::NotUnderstood {} => false,
        };
        if is_understood {
            self.state.misunderstood = 0;
            return;
        }
        self.state.misunderstood += 1;
        if self.state.misunderstood >= MISUNDERSTOOD_MOST {
            self.hand_over("The assistant did not understand twice.");
        } else {
            self.ask_again(true);
        }
    }

    fn start(&mut self, name: &str) -> bool {
        let Some(procedure) = self.procedures.get(name) else { return false };
        let runs = self.state.stack.iter().any(|frame| frame.procedure == name);
        if runs || self.state.stack.len() >= DEEPEST || self.is_calling() {
            return false;
        }
        self.state.stack.push(Frame {
            procedure: name.to_owned(),
            edition: procedure.edition.clone(),
            at: Some(0),
            slots: BTreeMap::new(),
            results: BTreeMap::new(),
            has_changed: false,
            waits: Waits::Nothing,
        });
        self.run();
        true
    }

    /// Keeps a value; also of a slot that is asked for later.
    fn set(&mut self, name: &str, value: Value) -> bool {
        let Some((frame, procedure)) = self.top() else { return false };
        let Some(slot) = procedure.slots.get(name) else { return false };
        if !fits(slot, &value) {
            return false;
        }
        if frame.slots.get(name).is_some_and(|before| *before != value) {
            return self.correct(name, value);
        }
        frame.slots.insert(name.to_owned(), value);
        if frame.waits == Waits::Answer && asked(frame, procedure) == Some(name) {
            frame.waits = Waits::Nothing;
        }
        self.go_on_or_ask();
        true
    }

    /// Gives a slot another value and goes back to where it was asked for: what was looked up or
    /// confirmed since then belongs to the old value.
    fn correct(&mut self, name: &str, value: Value) -> bool {
        if self.is_calling() {
            self.hand_over("The customer corrected something while a call was running.");
            return true;
        }
        let Some((frame, procedure)) = self.top() else { return false };
        let (Some(slot), Some(place)) = (procedure.slots.get(name), procedure.asks_at(name)) else {
            return false;
        };
        if !fits(slot, &value) {
            return false;
        }
        if frame.has_changed {
            self.hand_over("The customer corrected something after it was done.");
            return true;
        }
        frame.slots.insert(name.to_owned(), value);
        let depends = |slot: &&Slot| slot.depends.iter().any(|other| other == name);
        let stale = procedure.slots.iter().filter(|(_, slot)| depends(slot));
        stale.for_each(|(stale, _)| drop(frame.slots.remove(stale)));
        if frame.at.is_none_or(|at| at > place) {
            frame.at = Some(place);
            frame.results.retain(|_, (step, _)| *step < place);
            frame.waits = Waits::Nothing;
        } else if frame.at == Some(place) {
            frame.waits = Waits::Nothing;
        }
        self.go_on_or_ask();
        true
    }

    fn yes_or_no(&mut self, yes: bool) -> bool {
        let Some((frame, procedure)) = self.top() else { return false };
        match frame.waits.clone() {
            Waits::Yes(arguments) if yes => {
                let Some(call) = waiting_call(frame, procedure) else { return false };
                let effect = emit(frame, call, &arguments, true);
                frame.waits = Waits::Result(arguments);
                self.effects.push(effect);
                true
            }
            Waits::Yes(_) => self.cancel(),
            Waits::Answer => {
                let name = asked(frame, procedure).map(str::to_owned);
                name.is_some_and(|name| self.set(&name, yes.into()))
            }
            Waits::Nothing | Waits::Result(_) => false,
        }
    }

    fn cancel(&mut self) -> bool {
        if self.is_calling() {
            self.hand_over("The customer took it back while a call was running.");
            return true;
        }
        if self.state.stack.pop().is_none() {
            return false;
        }
        self.effects.push(Effect::Say(LEFT_AS_IT_IS.into()));
        self.go_on_or_ask();
        true
    }

    fn skip(&mut self) -> bool {
        let Some((frame, procedure)) = self.top() else { return false };
        let Some(name) = asked(frame, procedure).filter(|_| frame.waits == Waits::Answer) else {
            return false;
        };
        if !procedure.slots[name].optional {
            return false;
        }
        frame.slots.insert(name.to_owned(), Value::Null);
        frame.waits = Waits::Nothing;
        self.run();
        true
    }

    /// A result counts for the call that is waited for, and once.
    fn called(&mut self, step: &str, outcome: Outcome) {
        let Some((frame, procedure)) = self.top() else { return };
        if !matches!(frame.waits, Waits::Result(_)) || step != step_name(frame) {
            return;
        }
        let (Some(call), Some(at)) = (waiting_call(frame, procedure), frame.at) else { return };
        match outcome {
            Outcome::Succeeded(result) => {
                frame.has_changed |= call.confirm.is_some();
                frame.results.insert(call.result.clone(), (at, result));
                frame.at = procedure.steps[at].next;
            }
            Outcome::Failed => match call.failed {
                Some(place) => frame.at = Some(place),
                None => return self.hand_over("A call was refused, and the procedure ends there."),
            },
            Outcome::Unknown => {
                return self
                    .hand_over("Nobody knows whether a call was done. Look before you repeat it.");
            }
        }
        frame.waits = Waits::Nothing;
        self.run();
    }

    /// Follows the procedure until it waits for somebody, and then the one below it.
    fn run(&mut self) {
        for _ in 0..LONGEST_RUN {
            let Some((frame, procedure)) = self.top() else { return };
            let Some(at) = frame.at else {
                self.state.stack.pop();
                if self.state.stack.last().is_some_and(|frame| frame.waits != Waits::Nothing) {
                    self.ask_again(false);
                    return;
                }
                continue;
            };
            let step = &procedure.steps[at];
            match &step.action {
                Action::Ask { slot } if frame.slots.contains_key(slot) => frame.at = step.next,
                Action::Ask { slot } => {
                    frame.waits = Waits::Answer;
                    let question = procedure.slots[slot].ask.clone();
                    return self.effects.push(Effect::Ask(question));
                }
                Action::Say(text) => {
                    let Some(text) = text.text(|path| value(frame, path)) else {
                        return self.hand_over("What should be said is not there.");
                    };
                    frame.at = step.next;
                    self.effects.push(Effect::Say(text));
                }
                Action::When { value: path, is, otherwise } => {
                    let found = value(frame, path).as_ref().and_then(said);
                    let holds = found.is_some_and(|found| is.contains(&found));
                    frame.at = if holds { step.next } else { Some(*otherwise) };
                }
                Action::Call(call) => {
                    let Some(arguments) = arguments(frame, call) else {
                        return self.hand_over("What a call needs is not there.");
                    };
                    let Some(confirm) = &call.confirm else {
                        let effect = emit(frame, call, &arguments, false);
                        frame.waits = Waits::Result(arguments);
                        return self.effects.push(effect);
                    };
                    let Some(question) = confirm.text(|path| value(frame, path)) else {
                        return self.hand_over("What should be read back is not there.");
                    };
                    frame.waits = Waits::Yes(arguments);
                    return self.effects.push(Effect::Ask(question));
                }
                Action::HandOver(reason) => {
                    let reason = reason.clone();
                    return self.hand_over(&reason);
                }
            }
        }
        self.hand_over("The procedure goes in circles.");
    }

    fn go_on_or_ask(&mut self) {
        match self.state.stack.last().map(|frame| &frame.waits) {
            Some(Waits::Nothing) => self.run(),
            Some(_) => drop(self.ask_again(false)),
            None => {}
        }
    }

    /// Says what is waited for; the second way of asking after an answer that was none.
    fn ask_again(&mut self, is_misunderstood: bool) -> bool {
        let Some((frame, procedure)) = self.top() else { return false };
        let question = match &frame.waits {
            Waits::Answer => asked(frame, procedure).map(|name| {
                let slot = &procedure.slots[name];
                let again = slot.again.as_ref().filter(|_| is_misunderstood);
                again.unwrap_or(&slot.ask).clone()
            }),
            Waits::Yes(_) => waiting_call(frame, procedure)
                .and_then(|call| call.confirm.as_ref()?.text(|path| value(frame, path))),
            Waits::Result(_) => {
                self.effects.push(Effect::Say(STILL_AT_IT.into()));
                return true;
            }
            Waits::Nothing => None,
        };
        let has_question = question.is_some();
        self.effects.extend(question.map(Effect::Ask));
        has_question
    }

    fn hand_over(&mut self, reason: &str) {
        self.state = State::default();
        self.effects.push(Effect::HandOver(reason.to_owned()));
    }

    fn is_calling(&self) -> bool {
        self.state.stack.iter().any(|frame| matches!(frame.waits, Waits::Result(_)))
    }

    /// The procedure at hand. One whose file is gone or has changed goes to a person: where it
    /// stands in the new one nobody knows.
    fn top(&mut self) -> Option<(&mut Frame, &Procedure)> {
        let frame = self.state.stack.last()?;
        let procedure = self.procedures.get(&frame.procedure);
        let same = procedure.filter(|procedure| procedure.edition == frame.edition);
        let Some(procedure) = same else {
            self.hand_over("The procedure has changed since this case began.");
            return None;
        };
        Some((self.state.stack.last_mut()?, procedure))
    }
}

/// The slot that the step asks for.
fn asked<'a>(frame: &Frame, procedure: &'a Procedure) -> Option<&'a str> {
    match &procedure.steps[frame.at?].action {
        Action::Ask { slot } => Some(slot),
        _ => None,
    }
}

fn waiting_call<'a>(frame: &Frame, procedure: &'a Procedure) -> Option<&'a CallStep> {
    match &procedure.steps[frame.at?].action {
        Action::Call(call) => Some(call),
        _ => None,
    }
}

/// A slot that was not left out, or a field of a result.
fn value(frame: &Frame, path: &Path) -> Option<Value> {
    let (name, fields) = path.split_first()?;
    let whole =
        frame.slots.get(name).or_else(|| frame.results.get(name).map(|(_, value)| value))?;
    let found = fields.iter().try_fold(whole, |value, field| value.get(field))?;
    Some(found.clone()).filter(|value| !value.is_null())
}

fn arguments(frame: &Frame, call: &CallStep) -> Option<Value> {
    let read = call
        .with
        .iter()
        .map(|(name, template)| Some((name.clone(), template.value(|path| value(frame, path))?)));
    read.collect::<Option<serde_json::Map<_, _>>>().map(Value::Object)
}

fn emit(frame: &Frame, call: &CallStep, arguments: &Value, confirmed: bool) -> Effect {
    Effect::Call {
        step: step_name(frame),
        tool: call.tool.clone(),
        arguments: arguments.clone(),
        confirmed,
    }
}

fn step_name(frame: &Frame) -> String {
    format!("{}/{}", frame.procedure, frame.at.map_or(0, |at| at + 1))
}

fn fits(slot: &Slot, value: &Value) -> bool {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    match slot.kind {
        SlotKind::Text => is_text(value),
        SlotKind::Texts => {
            value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(is_text))
        }
        SlotKind::Choice => {
            value.as_str().is_some_and(|text| slot.choices.iter().any(|c| c == text))
        }
        SlotKind::YesNo => value.is_boolean(),
    }
}

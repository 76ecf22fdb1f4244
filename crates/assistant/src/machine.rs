//! The machine that follows procedures: pure, one step of a conversation at a time.
//!
//! It holds a stack of procedures: who asks something else in the middle of one comes back to it.
//! What it holds is a value that is stored between two messages, so that a case goes on after a
//! restart, a week or a person in between. It emits a call that changes something only after a yes
//! to words that were made together with exactly its arguments.

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
    /// The calls that were emitted: each has a number of its own, so that what comes of one is
    /// never taken for what comes of another.
    calls: u32,
    /// Steps since the customer's last word.
    steps: usize,
}

/// One procedure on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Frame {
    procedure: String,
    edition: String,
    /// The step that comes next, or that waits; none after the last.
    at: Option<usize>,
    /// The steps on the way to it, none of them twice.
    walked: Vec<usize>,
    slots: BTreeMap<String, Value>,
    /// What tools gave, in their order.
    results: Vec<Given>,
    /// Why the last call failed that did.
    refused: Option<String>,
    waits: Waits,
}

/// What a tool gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Given {
    step: usize,
    name: String,
    value: Value,
    /// Whether the call changed something.
    changed: bool,
}

/// What a procedure waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Waits {
    Nothing,
    /// The answer to the question of this step.
    Answer,
    /// A yes to these words, which say these arguments.
    Yes {
        words: String,
        arguments: Value,
    },
    /// What comes of this call.
    Result {
        step: String,
        tool: String,
        changes: bool,
    },
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
    /// It was not done, for this reason.
    Failed(String),
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
        /// Names this call in this case, as no other; part of the call's key.
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

impl<'a> Machine<'a> {
    fn command(&mut self, command: Command) {
        self.state.steps = 0;
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
            walked: Vec::new(),
            results: Vec::new(),
            refused: None,
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

    /// Gives a slot another value. If it was asked for already, on the way that was walked, the
    /// procedure goes back there: what was looked up or read back since belongs to the old value.
    fn correct(&mut self, name: &str, value: Value) -> bool {
        if self.is_calling() {
            self.hand_over("The customer corrected something while a call was running.");
            return true;
        }
        let Some((frame, procedure)) = self.top() else { return false };
        if !procedure.slots.get(name).is_some_and(|slot| fits(slot, &value)) {
            return false;
        }
        let stale = procedure.depending_on(name);
        stale.iter().for_each(|stale| drop(frame.slots.remove(*stale)));
        frame.slots.insert(name.to_owned(), value);
        // What is waited for is asked again from the new values, even where they look the same.
        frame.waits = Waits::Nothing;
        let asks = |step: &usize| {
            let slot = procedure.asks(*step);
            slot.is_some_and(|slot| slot == name || stale.contains(slot))
        };
        if let Some(place) = frame.walked.iter().position(asks)
            && go_back(frame, place).is_none()
        {
            self.hand_over("The customer corrected something after it was done.");
            return true;
        }
        self.run();
        true
    }

    fn yes_or_no(&mut self, yes: bool) -> bool {
        let Some((frame, procedure)) = self.top() else { return false };
        match frame.waits.clone() {
            Waits::Yes { arguments, .. } if yes => {
                let Some(call) = waiting_call(frame, procedure) else { return false };
                let tool = call.tool.clone();
                self.emit(tool, arguments, true);
                true
            }
            Waits::Yes { .. } => self.cancel(),
            Waits::Answer => {
                let name = asked(frame, procedure).map(str::to_owned);
                name.is_some_and(|name| self.set(&name, yes.into()))
            }
            Waits::Nothing | Waits::Result { .. } => false,
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
    fn called(&mut self, name: &str, outcome: Outcome) {
        let Some((frame, procedure)) = self.top() else { return };
        let Waits::Result { step, changes, .. } = &frame.waits else { return };
        let (Some(call), Some(at)) = (waiting_call(frame, procedure), frame.at) else { return };
        if step != name {
            return;
        }
        let changed = *changes;
        frame.waits = Waits::Nothing;
        let next = match outcome {
            Outcome::Succeeded(value) => {
                let name = call.result.clone();
                frame.results.push(Given { step: at, name, value, changed });
                procedure.steps[at].next
            }
            Outcome::Failed(why) => {
                frame.refused = Some(why);
                match call.failed {
                    Some(place) => Some(place),
                    None => return self.hand_over("A call was refused; the procedure ends there."),
                }
            }
            Outcome::Unknown => {
                return self
                    .hand_over("Nobody knows whether a call was done. Look before you repeat it.");
            }
        };
        if self.go_to(next) {
            self.run();
        }
    }

    /// Follows the procedure until it waits for somebody, and then the one below it.
    fn run(&mut self) {
        loop {
            self.state.steps += 1;
            if self.state.steps > LONGEST_RUN {
                return self.hand_over("The procedure goes in circles.");
            }
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
            let next = match &step.action {
                Action::Ask { slot } if frame.slots.contains_key(slot) => step.next,
                Action::Ask { slot } => {
                    frame.waits = Waits::Answer;
                    let question = procedure.slots[slot].ask.clone();
                    return self.effects.push(Effect::Ask(question));
                }
                Action::Say(text) => {
                    let Some(text) = text.text(|path| value(frame, path)) else {
                        return self.hand_over("What should be said is not there.");
                    };
                    self.effects.push(Effect::Say(text));
                    step.next
                }
                Action::When { value: path, is, otherwise } => {
                    let found = value(frame, path).as_ref().and_then(said);
                    let holds = found.is_some_and(|found| is.contains(&found));
                    if holds { step.next } else { Some(*otherwise) }
                }
                Action::Call(call) => {
                    let Some(arguments) = arguments(frame, call) else {
                        return self.hand_over("What a call needs is not there.");
                    };
                    let Some(confirm) = &call.confirm else {
                        let tool = call.tool.clone();
                        return self.emit(tool, arguments, false);
                    };
                    let Some(words) = confirm.text(|path| value(frame, path)) else {
                        return self.hand_over("What should be read back is not there.");
                    };
                    frame.waits = Waits::Yes { words: words.clone(), arguments };
                    return self.effects.push(Effect::Ask(words));
                }
                Action::HandOver(reason) => {
                    let reason = match frame.refused.take() {
                        Some(why) => format!("{reason} {why}"),
                        None => reason.clone(),
                    };
                    return self.hand_over(&reason);
                }
            };
            if !self.go_to(next) {
                return;
            }
        }
    }

    /// Leaves the step at hand for another. One on the way walked so far is gone back to, and what
    /// was asked since is asked anew: the same answers would lead the same way.
    fn go_to(&mut self, to: Option<usize>) -> bool {
        let Some((frame, procedure)) = self.top() else { return false };
        frame.walked.extend(frame.at);
        frame.at = to;
        let Some(place) = frame.walked.iter().position(|step| Some(*step) == to) else {
            return true;
        };
        let Some(since) = go_back(frame, place) else {
            self.hand_over("The procedure goes back behind something that was done.");
            return false;
        };
        for slot in since.iter().filter_map(|step| procedure.asks(*step)) {
            if !frame.walked.iter().any(|step| procedure.asks(*step) == Some(slot)) {
                frame.slots.remove(slot);
            }
        }
        true
    }

    fn emit(&mut self, tool: String, arguments: Value, changes: bool) {
        self.state.calls += 1;
        let number = self.state.calls;
        let Some(frame) = self.state.stack.last_mut() else { return };
        let step = format!("{}/{}/{number}", frame.procedure, frame.at.map_or(0, |at| at + 1));
        frame.waits = Waits::Result { step: step.clone(), tool: tool.clone(), changes };
        self.effects.push(Effect::Call { step, tool, arguments, confirmed: changes });
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
            Waits::Yes { words, .. } => Some(words.clone()),
            Waits::Result { .. } => {
                self.effects.push(Effect::Say(STILL_AT_IT.into()));
                return true;
            }
            Waits::Nothing => None,
        };
        let has_question = question.is_some();
        self.effects.extend(question.map(Effect::Ask));
        has_question
    }

    /// A change that is on its way goes on; the person has to know of it.
    fn hand_over(&mut self, reason: &str) {
        let open = self.state.stack.iter().find_map(|frame| match &frame.waits {
            Waits::Result { tool, changes: true, .. } => Some(tool),
            _ => None,
        });
        let reason = match open {
            Some(tool) => format!("{reason} {tool} is still on its way; see what comes of it."),
            None => reason.to_owned(),
        };
        self.state = State { calls: self.state.calls, ..State::default() };
        self.effects.push(Effect::HandOver(reason));
    }

    fn is_calling(&self) -> bool {
        self.state.stack.iter().any(|frame| matches!(frame.waits, Waits::Result { .. }))
    }

    /// The procedure at hand. One whose file is gone or has changed goes to a person: where it
    /// stands in the new one nobody knows.
    fn top(&mut self) -> Option<(&mut Frame, &'a Procedure)> {
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
    procedure.asks(frame.at?)
}

fn waiting_call<'a>(frame: &Frame, procedure: &'a Procedure) -> Option<&'a CallStep> {
    match &procedure.steps[frame.at?].action {
        Action::Call(call) => Some(call),
        _ => None,
    }
}

/// Goes back to a place of the way that was walked, and forgets what tools gave from there on.
/// Gives the steps that were taken back; none, and nothing is forgotten, if one changed something.
fn go_back(frame: &mut Frame, place: usize) -> Option<Vec<usize>> {
    let since = &frame.walked[place..];
    if frame.results.iter().any(|given| given.changed && since.contains(&given.step)) {
        return None;
    }
    let since = frame.walked.split_off(place);
    frame.results.retain(|given| !since.contains(&given.step));
    frame.at = since.first().copied();
    frame.waits = Waits::Nothing;
    Some(since)
}

/// A slot that was not left out, or a field of a result.
fn value(frame: &Frame, path: &Path) -> Option<Value> {
    let (name, fields) = path.split_first()?;
    let given = || frame.results.iter().rev().find(|given| given.name == *name);
    let whole = frame.slots.get(name).or_else(|| given().map(|given| &given.value))?;
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

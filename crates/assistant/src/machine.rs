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
    procedure::{
        Action, CUSTOMER, CallStep, LABEL, Path, Procedure, Procedures, Slot, SlotKind, path, said,
    },
};

/// Procedures within procedures, at most.
const DEEPEST: usize = 4;
/// Steps without a word of the customer; more is a procedure that goes in circles.
const LONGEST_RUN: usize = 100;
/// Misunderstood so often in a row, a person takes over.
const MISUNDERSTOOD_MOST: u8 = 2;

/// The machine's own sentences, in the languages of procedures; English first, for all others.
struct Own {
    language: &'static str,
    still_at_it: &'static str,
    left_as_it_is: &'static str,
    /// Before the title of a procedure.
    is_it: &'static str,
}

const OWN: [Own; 5] = [
    Own {
        language: "en",
        still_at_it: "I am still working on that.",
        left_as_it_is: "All right, I leave it as it is.",
        is_it: "Is this what you would like me to do:",
    },
    Own {
        language: "de",
        still_at_it: "Ich bin noch dabei.",
        left_as_it_is: "Gut, dann bleibt alles, wie es ist.",
        is_it: "Soll ich das für Sie tun:",
    },
    Own {
        language: "sv",
        still_at_it: "Jag håller fortfarande på med det.",
        left_as_it_is: "Okej, då låter jag det vara som det är.",
        is_it: "Är det här vad du vill att jag gör:",
    },
    Own {
        language: "es",
        still_at_it: "Todavía estoy en ello.",
        left_as_it_is: "De acuerdo, lo dejo como está.",
        is_it: "¿Es esto lo que quiere que haga?",
    },
    Own {
        language: "fr",
        still_at_it: "J’y travaille encore.",
        left_as_it_is: "D’accord, je laisse tout en l’état.",
        is_it: "Est-ce ce que vous souhaitez que je fasse :",
    },
];

fn own(procedure: Option<&Procedure>) -> &'static Own {
    let language = procedure.map(|procedure| procedure.language.as_str());
    OWN.iter().find(|own| Some(own.language) == language).unwrap_or(&OWN[0])
}

/// Where a conversation stands in its procedures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    stack: Vec<Frame>,
    /// The id under which the called systems know the customer; none if they have not shown who
    /// they are.
    customer: Option<String>,
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
    /// What people call the options that were chosen, by slot.
    #[serde(default)]
    labels: BTreeMap<String, Value>,
    /// What tools gave, in their order.
    results: Vec<Given>,
    /// Why the last call failed that did.
    refused: Option<String>,
    waits: Waits,
    /// The message that began it.
    #[serde(default)]
    wish: Option<String>,
    /// The slots that were looked for in it.
    #[serde(default)]
    sought: Vec<String>,
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
    /// A yes to beginning at all; else this is answered from the articles.
    Wish {
        question: String,
    },
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

/// One value that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value of the slot.
    pub value: String,
    /// What people call it.
    pub label: String,
}

/// What the customer was asked for last.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A yes or a no to what was read back.
    Yes,
    /// The value of a slot.
    Slot {
        /// Its name.
        name: String,
        /// What it may hold.
        kind: SlotKind,
        /// All that it may be; empty if there is no such list.
        choices: Vec<Choice>,
        /// The shape of its code: `0` for a digit, `A` for a letter.
        like: Option<String>,
        /// Whether it may be left out.
        is_optional: bool,
    },
    /// Nothing: a call is on its way.
    Result,
}

/// A slot of the procedure at hand that has its value already.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// Its name.
    pub name: String,
    /// All that it may be.
    pub choices: Vec<Choice>,
    /// The shape of its code.
    pub like: Option<String>,
}

impl State {
    /// The same, of a customer whom the called systems know by this id; none if nobody knows who it
    /// is.
    #[must_use]
    pub fn with_customer(self, customer: Option<&str>) -> Self {
        Self { customer: customer.map(str::to_owned), ..self }
    }

    /// Whether nothing has happened in it that has to be remembered: calls are numbered, also over
    /// procedures that have ended.
    pub fn is_fresh(&self) -> bool {
        self.stack.is_empty() && self.calls == 0
    }

    /// Whether a procedure is on its way.
    pub fn is_at_work(&self) -> bool {
        !self.stack.is_empty()
    }

    /// The procedure at hand.
    pub fn procedure(&self) -> Option<&str> {
        self.stack.last().map(|frame| frame.procedure.as_str())
    }

    /// The step whose call is waited for.
    pub fn waits_for(&self) -> Option<&str> {
        match &self.stack.last()?.waits {
            Waits::Result { step, .. } => Some(step),
            _ => None,
        }
    }

    /// Keeps the message that began the procedure at hand.
    pub fn keep_wish(&mut self, text: &str) {
        if let Some(frame) = self.stack.last_mut() {
            frame.wish.get_or_insert_with(|| text.to_owned());
        }
    }

    /// The message that began the procedure at hand, once for each slot that is asked for.
    pub fn take_wish(&mut self, slot: &str) -> Option<String> {
        let frame = self.stack.last_mut()?;
        if frame.sought.iter().any(|sought| sought == slot) {
            return None;
        }
        frame.sought.push(slot.to_owned());
        frame.wish.clone()
    }

    /// What was written before it was asked whether a procedure is wanted.
    pub fn clarifies(&self) -> Option<&str> {
        match &self.stack.last()?.waits {
            Waits::Wish { question } => Some(question),
            _ => None,
        }
    }

    /// The same without a procedure of which nobody said that it is wanted.
    #[must_use]
    pub fn without_wish(mut self) -> Self {
        if self.clarifies().is_some() {
            self.stack.pop();
        }
        self
    }

    /// The words to which a yes is waited for.
    pub fn read_back(&self) -> Option<&str> {
        match &self.stack.last()?.waits {
            Waits::Yes { words, .. } => Some(words),
            _ => None,
        }
    }

    /// What was told so far, by slot, as people say it.
    pub fn told(&self) -> Vec<(String, String)> {
        let frames = self.stack.iter();
        let told = frames.flat_map(|frame| frame.slots.iter().map(move |slot| (frame, slot)));
        told.filter_map(|(frame, (name, value))| {
            Some((name.clone(), said(frame.labels.get(name).unwrap_or(value))?))
        })
        .collect()
    }

    /// What the customer was asked for last; none if nothing is waited for.
    pub fn expected(&self, procedures: &Procedures) -> Option<Expected> {
        let frame = self.stack.last()?;
        Some(match &frame.waits {
            Waits::Nothing => return None,
            Waits::Yes { .. } | Waits::Wish { .. } => Expected::Yes,
            Waits::Result { .. } => Expected::Result,
            Waits::Answer => {
                let procedure = procedures.get(&frame.procedure)?;
                expected_slot(frame, procedure, asked(frame, procedure)?)
            }
        })
    }

    /// The slots of the procedure at hand that may get a value now, the one that is asked for among
    /// them: those without one, but for lists that no tool has told yet.
    pub fn open(&self, procedures: &Procedures) -> Vec<Expected> {
        let Some(frame) = self.stack.last() else { return Vec::new() };
        let Some(procedure) = procedures.get(&frame.procedure) else { return Vec::new() };
        let is_told = |slot: &Slot| slot.options.is_none() || !choices(frame, slot).is_empty();
        let open = procedure
            .slots
            .iter()
            .filter(|(name, slot)| !frame.slots.contains_key(*name) && is_told(slot));
        open.map(|(name, _)| expected_slot(frame, procedure, name)).collect()
    }

    /// The slots of the procedure at hand that have their value already.
    pub fn filled(&self, procedures: &Procedures) -> Vec<Filled> {
        let Some(frame) = self.stack.last() else { return Vec::new() };
        let Some(procedure) = procedures.get(&frame.procedure) else { return Vec::new() };
        let slots = procedure.slots.iter().filter(|(name, _)| frame.slots.contains_key(*name));
        slots
            .map(|(name, slot)| Filled {
                name: name.clone(),
                choices: choices(frame, slot),
                like: slot.like.clone(),
            })
            .collect()
    }
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
            Command::StartProcedure { procedure } => self.begin(&procedure, Waits::Nothing),
            Command::Clarify { procedure, question } => {
                self.begin(&procedure, Waits::Wish { question })
            }
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

    fn begin(&mut self, name: &str, waits: Waits) -> bool {
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
            labels: BTreeMap::new(),
            walked: Vec::new(),
            results: Vec::new(),
            refused: None,
            waits,
            wish: None,
            sought: Vec::new(),
        });
        self.go_on_or_ask();
        true
    }

    /// Keeps a value; also of a slot that is asked for later.
    fn set(&mut self, name: &str, value: Value) -> bool {
        let Some((frame, procedure)) = self.top() else { return false };
        let Some(slot) = procedure.slots.get(name) else { return false };
        if !fits(frame, slot, &value) {
            return false;
        }
        if frame.slots.get(name).is_some_and(|before| *before != value) {
            return self.correct(name, value);
        }
        keep(frame, procedure, name, value);
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
        if !procedure.slots.get(name).is_some_and(|slot| fits(frame, slot, &value)) {
            return false;
        }
        let stale = procedure.depending_on(name);
        stale.iter().for_each(|stale| drop(frame.slots.remove(*stale)));
        keep(frame, procedure, name, value);
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
            Waits::Wish { .. } if yes => {
                frame.waits = Waits::Nothing;
                self.run();
                true
            }
            Waits::Wish { question } => {
                self.state.stack.pop();
                self.effects.push(Effect::Answer(question));
                self.go_on_or_ask();
                true
            }
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
        let Some(frame) = self.state.stack.pop() else { return false };
        let words = own(self.procedures.get(&frame.procedure)).left_as_it_is;
        self.effects.push(Effect::Say(words.into()));
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
            let known = self.state.customer.clone();
            let customer = known.as_deref();
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
                Action::Ask { slot, .. } if frame.slots.contains_key(slot) => step.next,
                Action::Ask { slot: name, none } => {
                    let slot = &procedure.slots[name];
                    let choices = choices(frame, slot);
                    match (&slot.options, choices.as_slice()) {
                        (Some(_), []) => {
                            let Some(none) = *none else {
                                return self.hand_over("There is nothing to choose from.");
                            };
                            Some(none)
                        }
                        // Whoever has one of them means that one; a change is read back anyway.
                        (Some(_), [only]) => {
                            let value = match slot.kind {
                                SlotKind::Texts => Value::from(vec![only.value.clone()]),
                                _ => Value::from(only.value.clone()),
                            };
                            keep(frame, procedure, name, value);
                            step.next
                        }
                        _ => {
                            frame.waits = Waits::Answer;
                            let question = slot.ask.clone();
                            return self.effects.push(Effect::Ask(question));
                        }
                    }
                }
                Action::Say(text) => {
                    let Some(text) = text.text(|path| value(frame, customer, path)) else {
                        return self.hand_over("What should be said is not there.");
                    };
                    self.effects.push(Effect::Say(text));
                    step.next
                }
                Action::When { value: path, is, otherwise } => {
                    let found = value(frame, customer, path).as_ref().and_then(said);
                    let holds = found.is_some_and(|found| is.contains(&found));
                    if holds { step.next } else { Some(*otherwise) }
                }
                Action::Call(call) => {
                    let Some(arguments) = arguments(frame, customer, call) else {
                        let why = match customer {
                            Some(_) => "What a call needs is not there.",
                            None => "The customer has not shown who they are.",
                        };
                        return self.hand_over(why);
                    };
                    let Some(confirm) = &call.confirm else {
                        let tool = call.tool.clone();
                        return self.emit(tool, arguments, false);
                    };
                    let Some(words) = confirm.text(|path| value(frame, customer, path)) else {
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
            Waits::Wish { .. } => {
                let title = &procedure.title;
                Some(match own(Some(procedure)).is_it {
                    asked if asked.ends_with('?') => format!("{asked} {title}"),
                    asked => format!("{asked} {}?", title.trim_end_matches('?')),
                })
            }
            Waits::Result { .. } => {
                self.effects.push(Effect::Say(own(Some(procedure)).still_at_it.into()));
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
        let State { calls, customer, .. } = std::mem::take(&mut self.state);
        self.state = State { calls, customer, ..State::default() };
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

fn expected_slot(frame: &Frame, procedure: &Procedure, name: &str) -> Expected {
    let slot = &procedure.slots[name];
    Expected::Slot {
        name: name.to_owned(),
        kind: slot.kind,
        choices: choices(frame, slot),
        like: slot.like.clone(),
        is_optional: slot.optional,
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

/// A slot that was not left out, what its options are called, or a field of a result.
fn value(frame: &Frame, customer: Option<&str>, path: &Path) -> Option<Value> {
    let (name, fields) = path.split_first()?;
    if name == CUSTOMER {
        return customer.map(Value::from);
    }
    if fields == [LABEL]
        && let Some(label) = frame.labels.get(name)
    {
        return Some(label.clone());
    }
    let given = || frame.results.iter().rev().find(|given| given.name == *name);
    let whole = frame.slots.get(name).or_else(|| given().map(|given| &given.value))?;
    let found = fields.iter().try_fold(whole, |value, field| value.get(field))?;
    Some(found.clone()).filter(|value| !value.is_null())
}

fn arguments(frame: &Frame, customer: Option<&str>, call: &CallStep) -> Option<Value> {
    let read = call.with.iter().map(|(name, template)| {
        Some((name.clone(), template.value(|path| value(frame, customer, path))?))
    });
    read.collect::<Option<serde_json::Map<_, _>>>().map(Value::Object)
}

/// What may be chosen now: of the file, or of what a tool told. Two of the same name get their
/// value beside it.
fn choices(frame: &Frame, slot: &Slot) -> Vec<Choice> {
    let Some(options) = &slot.options else {
        let own = slot.choices.iter();
        return own.map(|text| Choice { value: text.clone(), label: text.clone() }).collect();
    };
    let told = path(&options.from).ok().and_then(|from| value(frame, None, &from));
    let entries = told.as_ref().and_then(Value::as_array);
    let text = |entry: &Value, field: &str| entry.get(field).and_then(said);
    let mut choices: Vec<Choice> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let value = text(entry, &options.value)?;
            Some(Choice { label: text(entry, &options.label)?, value })
        })
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    choices.retain(|choice| seen.insert(choice.value.clone()));
    let labels: Vec<String> = choices.iter().map(|choice| choice.label.clone()).collect();
    for choice in &mut choices {
        if labels.iter().filter(|label| **label == choice.label).count() > 1 {
            choice.label = format!("{} ({})", choice.label, choice.value);
        }
    }
    choices
}

/// Keeps a value, and what people call it.
fn keep(frame: &mut Frame, procedure: &Procedure, name: &str, value: Value) {
    let slot = &procedure.slots[name];
    frame.labels.remove(name);
    if slot.options.is_some() {
        let choices = choices(frame, slot);
        let label = |value: &Value| {
            let found = choices.iter().find(|choice| Some(choice.value.as_str()) == value.as_str());
            found.map(|choice| Value::from(choice.label.clone()))
        };
        let labels = match &value {
            Value::Array(values) => {
                values.iter().map(label).collect::<Option<Vec<_>>>().map(Value::from)
            }
            one => label(one),
        };
        frame.labels.extend(labels.map(|labels| (name.to_owned(), labels)));
    }
    frame.slots.insert(name.to_owned(), value);
}

fn fits(frame: &Frame, slot: &Slot, value: &Value) -> bool {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    let known = choices(frame, slot);
    let may_be = |value: &Value| {
        let is_known = || known.iter().any(|choice| Some(choice.value.as_str()) == value.as_str());
        let has_list = slot.options.is_some() || slot.kind == SlotKind::Choice;
        let is_like = || match (&slot.like, value.as_str()) {
            (Some(shape), Some(text)) => is_like(text, shape),
            _ => true,
        };
        is_text(value) && (!has_list || is_known()) && is_like()
    };
    match slot.kind {
        SlotKind::Text | SlotKind::Choice => may_be(value),
        SlotKind::Texts => {
            value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(may_be))
        }
        SlotKind::YesNo => value.is_boolean(),
    }
}

/// Whether a text has the shape of a code: `0` stands for a digit, `A` for a letter.
pub(crate) fn is_like(text: &str, shape: &str) -> bool {
    let fits = |(c, like): (char, char)| match like {
        '0' => c.is_ascii_digit(),
        'A' => c.is_ascii_alphabetic(),
        like => c == like,
    };
    text.chars().count() == shape.chars().count() && text.chars().zip(shape.chars()).all(fits)
}

//! What a yes was said to is what is sent, in any file that is read, whatever is corrected on the way.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{collections::BTreeSet, fmt::Write as _};

use assistant::{Command, Effect, Input, Outcome, Procedure, Procedures, State, Tools, step};
use serde_json::{Value, json};

const TOOLS: &str = r#"
[[tool]]
name = "look"
summary = "Tells about a thing."
[[tool.argument]]
name = "thing"
source = "own_record"
record = "thing"

[[tool]]
name = "change"
summary = "Changes a thing."
change = "lasting"
[[tool.argument]]
name = "thing"
source = "own_record"
record = "thing"
[[tool.argument]]
name = "how"
source = "confirmed_words"
optional = true
"#;

/// A conversation in one procedure; it holds what was emitted last.
struct Talk {
    procedures: Procedures,
    state: State,
    calls: Vec<(String, Value)>,
}

impl Talk {
    fn begin(steps: &str) -> (Self, Vec<Effect>) {
        let asked = ["a", "b", "c"].into_iter();
        let asked = asked.filter(|slot| steps.contains(&format!("ask = \"{slot}\"")));
        let slots = asked.map(|slot| format!("[slots.{slot}]\nask = \"{slot}?\"\n"));
        let slots: String = slots.collect();
        let text = format!("name = \"p\"\ntitle = \"P\"\n{slots}{steps}");
        Self::of(&text).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
    }

    fn of(text: &str) -> Result<(Self, Vec<Effect>), String> {
        let tools = Tools::parse(TOOLS).unwrap();
        let procedure = Procedure::parse(text, &tools).map_err(|fault| fault.to_string())?;
        let mut procedures = Procedures::default();
        procedures.add(procedure);
        let mut talk = Self { procedures, state: State::default(), calls: Vec::new() };
        let effects = talk.tell(Command::StartProcedure { procedure: "p".into() });
        Ok((talk, effects))
    }

    fn tell(&mut self, command: Command) -> Vec<Effect> {
        self.input(Input::Command(command))
    }

    fn set(&mut self, slot: &str, value: &str) -> Vec<Effect> {
        self.tell(Command::SetSlot { slot: slot.into(), value: value.into() })
    }

    fn correct(&mut self, slot: &str, value: &str) -> Vec<Effect> {
        self.tell(Command::CorrectSlot { slot: slot.into(), value: value.into() })
    }

    /// What comes of the call of this number, from zero.
    fn comes(&mut self, number: usize, outcome: Outcome) -> Vec<Effect> {
        let step = self.calls[number].0.clone();
        self.input(Input::Called { step, outcome })
    }

    fn gives(&mut self, number: usize, result: Value) -> Vec<Effect> {
        self.comes(number, Outcome::Succeeded(result))
    }

    fn input(&mut self, input: Input) -> Vec<Effect> {
        let stored = serde_json::to_string(&self.state).unwrap();
        let (state, effects) =
            step(&self.procedures, serde_json::from_str(&stored).unwrap(), input);
        self.state = state;
        for effect in &effects {
            if let Effect::Call { step, arguments, .. } = effect {
                self.calls.push((step.clone(), arguments.clone()));
            }
        }
        effects
    }
}

fn asks(effects: &[Effect], words: &str) {
    assert_eq!(effects.last(), Some(&Effect::Ask(words.into())), "{effects:?}");
}

fn sends(effects: &[Effect], arguments: &Value) {
    let Some(Effect::Call { arguments: sent, .. }) = effects.last() else { panic!("{effects:?}") };
    assert_eq!(sent, arguments);
}

#[test]
fn a_slot_that_is_asked_for_below_the_call_is_sent_as_corrected() {
    let (mut talk, _) = Talk::begin(
        r#"
[[step]]
ask = "a"
then = "why"
[[step]]
id = "do"
call = "change"
with = { thing = "{a}", how = "{b}" }
confirm = "{a} {b}?"
then = "more"
[[step]]
id = "why"
ask = "b"
then = "do"
[[step]]
id = "more"
ask = "c"
"#,
    );
    talk.set("a", "one");
    asks(&talk.set("b", "red"), "one red?");
    asks(&talk.correct("b", "blue"), "one blue?");
    asks(&talk.tell(Command::Repeat {}), "one blue?");
    sends(&talk.tell(Command::Confirm {}), &json!({ "thing": "one", "how": "blue" }));
}

#[test]
fn a_correction_never_enters_a_branch_that_was_not_taken() {
    let (mut talk, _) = Talk::begin(
        r#"
[[step]]
ask = "a"
[[step]]
call = "look"
with = { thing = "{a}" }
as = "found"
[[step]]
when = "found.status"
is = ["open"]
otherwise = "late"
[[step]]
ask = "b"
[[step]]
call = "change"
with = { thing = "{a}", how = "{b}" }
confirm = "{a} {b}?"
then = "end"
[[step]]
id = "late"
ask = "c"
"#,
    );
    talk.set("a", "one");
    asks(&talk.gives(0, json!({ "status": "closed" })), "c?");
    asks(&talk.correct("b", "red"), "c?");
    assert!(talk.tell(Command::Confirm {}).iter().all(|e| !matches!(e, Effect::Call { .. })));
}

#[test]
fn a_look_up_that_answers_twice_does_not_answer_the_next() {
    let (mut talk, _) = Talk::begin(
        r#"
[[step]]
ask = "a"
[[step]]
call = "look"
with = { thing = "{a}" }
as = "found"
[[step]]
ask = "b"
"#,
    );
    talk.set("a", "one");
    asks(&talk.gives(0, json!({})), "b?");
    sends(&talk.correct("a", "two"), &json!({ "thing": "two" }));
    assert!(talk.gives(0, json!({})).is_empty());
    asks(&talk.gives(1, json!({})), "b?");
}

#[test]
fn a_refusal_that_leads_back_asks_anew() {
    let (mut talk, _) = Talk::begin(
        r#"
[[step]]
id = "which"
ask = "a"
[[step]]
call = "look"
with = { thing = "{a}" }
as = "found"
failed = "which"
"#,
    );
    for number in 0..3 {
        sends(&talk.set("a", "none"), &json!({ "thing": "none" }));
        asks(&talk.comes(number, Outcome::Failed("There is none.".into())), "a?");
    }
    let circle = "name = \"p\"\ntitle = \"P\"\n[slots.a]\nask = \"a?\"\n[[step]]\nask = \"a\"\n\
                  [[step]]\nid = \"look\"\ncall = \"look\"\nwith = { thing = \"{a}\" }\n\
                  failed = \"look\"\n";
    let fault = Talk::of(circle).map(drop).unwrap_err();
    assert!(fault.contains("step 2: it goes in circles"), "{fault}");
}

#[test]
fn a_person_hears_of_a_change_that_is_on_its_way() {
    let steps = "[[step]]\nask = \"a\"\n[[step]]\ncall = \"change\"\nwith = { thing = \"{a}\" }\n\
                 confirm = \"{a}?\"\nthen = \"rest\"\n[[step]]\nid = \"rest\"\nask = \"b\"\n\
                 [[step]]\nask = \"c\"\n";
    let (mut talk, _) = Talk::begin(steps);
    talk.set("a", "one");
    talk.tell(Command::Confirm {});
    let effects = talk.tell(Command::HandOver { reason: "They asked.".into() });
    let told = "They asked. change is still on its way; see what comes of it.";
    assert_eq!(effects, [Effect::HandOver(told.into())]);
    // The next call of this conversation is another one, though everything else is the same.
    talk.tell(Command::StartProcedure { procedure: "p".into() });
    talk.set("a", "one");
    talk.tell(Command::Confirm {});
    assert_ne!(talk.calls[0].0, talk.calls[1].0);
    // What was asked after the change can be corrected; what it was made with cannot.
    talk.gives(1, json!({}));
    talk.set("b", "red");
    asks(&talk.correct("b", "blue"), "c?");
    let effects = talk.correct("a", "two");
    assert!(matches!(&effects[..], [Effect::HandOver(why)] if why.contains("after it was done")));
}

#[test]
fn what_hangs_on_a_slot_by_way_of_another_is_asked_anew() {
    let text = "name = \"p\"\ntitle = \"P\"\n[slots.a]\nask = \"a?\"\n\
                [slots.b]\nask = \"b?\"\ndepends = [\"a\"]\n\
                [slots.c]\nask = \"c?\"\ndepends = [\"b\"]\n\
                [[step]]\nask = \"c\"\n[[step]]\nask = \"b\"\n[[step]]\nask = \"a\"\n\
                [[step]]\ncall = \"change\"\nwith = { thing = \"{a}\", how = \"{c}\" }\n\
                confirm = \"{a} {c}?\"\n";
    let (mut talk, _) = Talk::of(text).unwrap();
    for slot in ["c", "b"] {
        talk.set(slot, "old");
    }
    asks(&talk.set("a", "old"), "old old?");
    asks(&talk.correct("a", "new"), "c?");
}

/// Numbers that follow from a seed.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        let Self(x) = self;
        *x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*x >> 33) as usize % n
    }
}

/// A file of random steps that lead anywhere, backward too.
fn file(draws: &mut Draws) -> String {
    let mut text = "name = \"p\"\ntitle = \"P\"\n".to_owned();
    for slot in ["a", "b", "c"] {
        writeln!(text, "[slots.{slot}]\nask = \"{slot}?\"").unwrap();
        if slot != "a" && draws.below(3) == 0 {
            writeln!(text, "depends = [\"a\"]").unwrap();
        }
    }
    let steps = 4 + draws.below(7);
    for place in 0..steps {
        writeln!(text, "[[step]]\nid = \"s{place}\"").unwrap();
        let slot = ["a", "b", "c"][draws.below(3)];
        let other = ["a", "b", "c"][draws.below(3)];
        let to = draws.below(steps);
        match if place < 3 { 0 } else { draws.below(7) } {
            0 | 1 if place < 3 => {
                writeln!(text, "ask = \"{}\"", ["a", "b", "c"][place]).unwrap();
            }
            0 | 1 => writeln!(text, "ask = \"{slot}\"").unwrap(),
            2 | 3 => writeln!(
                text,
                "call = \"look\"\nwith = {{ thing = \"{{{slot}}}\" }}\nas = \"found_{slot}\"\n\
                 failed = \"s{to}\""
            )
            .unwrap(),
            4 | 5 => writeln!(
                text,
                "call = \"change\"\nwith = {{ thing = \"{{{slot}}}\", how = \"{{{other}}}\" }}\n\
                 confirm = \"{{{slot}}}|{{{other}}}\"\nas = \"done{place}\"\nfailed = \"s{to}\""
            )
            .unwrap(),
            _ => writeln!(text, "when = \"{slot}\"\nis = [\"v1\"]\notherwise = \"s{to}\"").unwrap(),
        }
        if draws.below(3) == 0 {
            writeln!(text, "then = \"s{}\"", draws.below(steps)).unwrap();
        }
    }
    text
}

/// Random files and random conversations: each change sends what the last question said, comes just
/// after a yes, has a step of its own, and nothing goes on for ever without the customer.
#[test]
fn random_procedures_send_what_was_agreed_to() {
    let seed: u64 = std::env::var("EVENKEEL_SEED").map_or(1, |seed| seed.parse().unwrap());
    println!("seed {seed}; again with EVENKEEL_SEED={seed} cargo test -p assistant random");
    let mut draws = Draws(seed);
    let (mut files, mut changes, mut corrected) = (0, 0, 0);
    while files < 600 {
        let text = file(&mut draws);
        let Ok((mut talk, effects)) = Talk::of(&text) else { continue };
        files += 1;
        let mut question = None;
        note(&effects, &mut question);
        let mut steps = BTreeSet::new();
        for _ in 0..40 {
            let slot = ["a", "b", "c"][draws.below(3)];
            let value = ["v1", "v2", "v3"][draws.below(3)];
            let open = talk.calls.len();
            let confirms = draws.below(3) == 0;
            let effects = match draws.below(8) {
                _ if confirms => talk.tell(Command::Confirm {}),
                0 | 1 if open > 0 => talk.gives(open - 1, json!({})),
                2 if open > 0 => talk.comes(open - 1, Outcome::Failed("No.".into())),
                3 if open > 1 => talk.gives(draws.below(open), json!({})),
                4 => {
                    corrected += 1;
                    talk.correct(slot, value)
                }
                5 => talk.tell(Command::StartProcedure { procedure: "p".into() }),
                _ => {
                    let asked = question.as_deref().and_then(|words: &str| words.strip_suffix('?'));
                    talk.set(asked.unwrap_or(slot), value)
                }
            };
            for effect in &effects {
                let Effect::Call { step, arguments, confirmed, .. } = effect else { continue };
                assert!(steps.insert(step.clone()), "{step} twice\n{text}");
                if *confirmed {
                    assert!(confirms, "a change without a yes just before\n{text}");
                    let words = format!(
                        "{}|{}",
                        arguments["thing"].as_str().unwrap(),
                        arguments["how"].as_str().unwrap()
                    );
                    assert_eq!(question.as_deref(), Some(words.as_str()), "{text}");
                    changes += 1;
                }
            }
            note(&effects, &mut question);
        }
    }
    assert!(changes > 150 && corrected > 1000, "{changes} changes, {corrected} corrections");
}

/// Keeps the last question.
fn note(effects: &[Effect], question: &mut Option<String>) {
    for effect in effects {
        if let Effect::Ask(words) = effect {
            *question = Some(words.clone());
        }
    }
}

//! Conversations through the demo's procedures, with a restart at every step; and files refused.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{collections::BTreeSet, fs, path::Path, sync::OnceLock};

use assistant::{
    Arguments, Command, Effect, Input, Outcome, Procedure, Procedures, State, Tools, step,
};
use serde_json::{Value, json};

fn tools() -> Tools {
    Tools::parse(include_str!("../../../../demo/tools.toml")).unwrap()
}

fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/procedures");
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn the_sample_shops_procedures_are_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/procedures");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let read = Procedure::parse(&text, &tools());
        let procedure = read.unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        assert!(procedure.examples.len() > 5, "{} has few examples", procedure.name);
    }
}

fn procedures() -> Procedures {
    static READ: OnceLock<Procedures> = OnceLock::new();
    READ.get_or_init(read).clone()
}

fn read() -> Procedures {
    let mut procedures = Procedures::default();
    for (name, text) in files() {
        procedures.add(Procedure::parse(&text, &tools()).unwrap_or_else(|f| panic!("{name}: {f}")));
    }
    procedures
}

/// A conversation that is stored and read back after every step.
struct Talk {
    procedures: Procedures,
    state: String,
    /// The last call that was emitted: its step.
    step: Option<String>,
    confirms: bool,
}

impl Talk {
    fn begin(procedure: &str) -> (Self, Vec<Effect>) {
        let state = serde_json::to_string(&State::default()).unwrap();
        let mut talk = Self { procedures: procedures(), state, step: None, confirms: false };
        let effects = talk.tell(start(procedure));
        (talk, effects)
    }

    fn tell(&mut self, command: Command) -> Vec<Effect> {
        self.confirms = command == Command::Confirm {};
        self.input(Input::Command(command))
    }

    fn gives(&mut self, result: Value) -> Vec<Effect> {
        self.comes(Outcome::Succeeded(result))
    }

    fn comes(&mut self, outcome: Outcome) -> Vec<Effect> {
        self.confirms = false;
        let step = self.step.clone().unwrap();
        self.input(Input::Called { step, outcome })
    }

    /// What helps the procedure on; the draw chooses among its slots.
    fn willing(&mut self, draw: usize) -> Option<Input> {
        let state: Value = serde_json::from_str(&self.state).unwrap();
        let frame = state["stack"].as_array()?.last()?;
        if frame["waits"]["yes"].is_object() {
            self.confirms = true;
            return Some(Input::Command(Command::Confirm {}));
        }
        if frame["waits"]["result"].is_object() {
            self.confirms = false;
            let status = ["pending", "delivered"][draw % 2];
            let outcome = Outcome::Succeeded(order("#1", status));
            return Some(Input::Called { step: self.step.clone()?, outcome });
        }
        let (slot, value): (&str, Value) = match (frame["procedure"].as_str()?, draw) {
            ("cancel_order", 1..=3) => ("reason", json!("no longer needed")),
            ("return_items" | "exchange_items", 1 | 2) => ("items", json!(["10"])),
            ("exchange_items", 3 | 4) => ("new_items", json!(["12"])),
            ("return_items" | "exchange_items", 5 | 6) => ("method", json!("card_1")),
            _ => ("order", json!("#1")),
        };
        Some(Input::Command(set(slot, value)))
    }

    fn input(&mut self, input: Input) -> Vec<Effect> {
        let state: State = serde_json::from_str(&self.state).unwrap();
        let (state, effects) = step(&self.procedures, state, input);
        self.state = serde_json::to_string(&state).unwrap();
        for effect in &effects {
            let Effect::Call { step, tool, arguments, confirmed } = effect else { continue };
            self.step = Some(step.clone());
            let tools = tools();
            let tool = tools.get(tool).unwrap();
            Arguments::read(tool, arguments).unwrap();
            assert_eq!(*confirmed, tool.changes());
            assert!(!tool.changes() || self.confirms, "a change without a yes just before");
        }
        effects
    }
}

fn start(procedure: &str) -> Command {
    Command::StartProcedure { procedure: procedure.into() }
}

fn set(slot: &str, value: impl Into<Value>) -> Command {
    Command::SetSlot { slot: slot.into(), value: value.into() }
}

fn correct(slot: &str, value: impl Into<Value>) -> Command {
    Command::CorrectSlot { slot: slot.into(), value: value.into() }
}

fn order(id: &str, status: &str) -> Value {
    json!({ "order_id": id, "status": status, "address": { "address1": "Gatan 1", "city": "Lund" } })
}

fn asks(effects: &[Effect], words: &str) {
    let Some(Effect::Ask(question)) = effects.last() else { panic!("no question: {effects:?}") };
    assert!(question.contains(words), "{question}");
}

fn says(effects: &[Effect], words: &str) {
    let said = effects.iter().any(|effect| matches!(effect, Effect::Say(t) if t.contains(words)));
    assert!(said, "{effects:?}");
}

fn hands_over(effects: &[Effect], words: &str) {
    let Some(Effect::HandOver(reason)) = effects.last() else { panic!("no person: {effects:?}") };
    assert!(reason.contains(words), "{reason}");
}

fn call(effects: &[Effect]) -> (&str, &Value) {
    match effects {
        [.., Effect::Call { tool, arguments, .. }] => (tool, arguments),
        _ => panic!("no call: {effects:?}"),
    }
}

/// To the question whether two items of an order shall go back.
fn nearly_returned() -> Talk {
    let (mut talk, effects) = Talk::begin("return_items");
    asks(&effects, "Which order");
    let effects = talk.tell(set("order", "#1"));
    assert_eq!(call(&effects), ("get_order_details", &json!({ "order_id": "#1" })));
    asks(&talk.gives(order("#1", "delivered")), "Which items");
    asks(&talk.tell(set("items", json!(["10", "11"]))), "Where shall the money go");
    asks(&talk.tell(set("method", "card_1")), "10, 11 from order #1, and the money goes to card_1");
    talk
}

#[test]
fn a_return_is_read_back_then_made_then_told() {
    let mut talk = nearly_returned();
    let effects = talk.tell(Command::Confirm {});
    let sent = json!({ "order_id": "#1", "item_ids": ["10", "11"], "payment_method_id": "card_1" });
    assert_eq!(call(&effects), ("return_delivered_order_items", &sent));
    says(&talk.tell(Command::Repeat {}), "still working");
    let done =
        json!({ "order_id": "#1", "status": "return requested", "return_items": ["10", "11"] });
    says(&talk.gives(done.clone()), "is now: return requested");
    // The same result again changes nothing, and the next wish begins anew.
    assert!(talk.gives(done).is_empty());
    asks(&talk.tell(start("order_status")), "Which order");
}

#[test]
fn a_correction_in_the_middle_asks_again_for_what_hangs_on_it() {
    let mut talk = nearly_returned();
    let effects = talk.tell(correct("order", "#2"));
    assert_eq!(call(&effects), ("get_order_details", &json!({ "order_id": "#2" })));
    // The yes to the old order is worth nothing.
    assert!(!talk.tell(Command::Confirm {}).iter().any(|e| matches!(e, Effect::Call { .. })));
    asks(&talk.gives(order("#2", "delivered")), "Which items");
    asks(&talk.tell(set("items", json!(["20"]))), "Where shall the money go");
    asks(&talk.tell(set("method", "gift_1")), "20 from order #2, and the money goes to gift_1");
    // Only the method: what was looked up for the order stays.
    asks(&talk.tell(correct("method", "card_1")), "20 from order #2, and the money goes to card_1");
    let effects = talk.tell(Command::Confirm {});
    assert_eq!(call(&effects).1["payment_method_id"], "card_1");
    assert_eq!(call(&effects).1["item_ids"], json!(["20"]));
}

#[test]
fn another_wish_in_between_comes_back_to_the_question() {
    let mut talk = nearly_returned();
    asks(&talk.tell(start("order_status")), "Which order is it");
    talk.tell(set("order", "#9"));
    let effects = talk.gives(order("#9", "processed"));
    says(&effects, "Order #9 is processed");
    asks(&effects, "10, 11 from order #1");
    let effects = talk.tell(Command::Answer { question: "how long does a refund take".into() });
    assert_eq!(effects[0], Effect::Answer("how long does a refund take".into()));
    asks(&effects, "10, 11 from order #1");
    assert_eq!(call(&talk.tell(Command::Confirm {})).0, "return_delivered_order_items");
}

#[test]
fn a_wish_that_is_not_certain_is_asked_about() {
    let (mut talk, _) = Talk::begin("order_status");
    talk.tell(Command::Cancel {});
    let clarify = || Command::Clarify {
        procedure: "cancel_order".into(),
        question: "What if I cancel?".into(),
    };
    let asked = talk.tell(clarify());
    asks(&asked, "Cancel an order?");
    // A no is answered from the articles, and nothing is left of it.
    let denied = talk.tell(Command::Deny {});
    assert_eq!(denied, vec![Effect::Answer("What if I cancel?".into())]);
    talk.tell(clarify());
    asks(&talk.tell(Command::Confirm {}), "Which order shall I cancel?");
}

#[test]
fn no_and_cancel_leave_everything_as_it_is() {
    for command in [Command::Deny {}, Command::Cancel {}] {
        let mut talk = nearly_returned();
        let effects = talk.tell(command);
        assert_eq!(effects, [Effect::Say("All right, I leave it as it is.".into())]);
        assert!(talk.tell(Command::Confirm {}).is_empty());
    }
    let mut talk = nearly_returned();
    talk.tell(Command::Confirm {});
    hands_over(&talk.tell(Command::Cancel {}), "while a call was running");
}

#[test]
fn what_is_not_understood_twice_goes_to_a_person() {
    let (mut talk, _) = Talk::begin("cancel_order");
    asks(&talk.tell(Command::NotUnderstood {}), "such as #W1234567");
    talk.tell(set("order", "#1"));
    asks(&talk.gives(order("#1", "pending")), "no longer needed, or");
    // Understanding in between begins the count anew.
    asks(&talk.tell(set("reason", "found it cheaper")), "no longer needed, or");
    hands_over(&talk.tell(Command::NotUnderstood {}), "did not understand twice");
    assert!(talk.tell(Command::Confirm {}).is_empty());
}

#[test]
fn refused_unknown_and_changed_files_go_to_a_person() {
    let mut talk = nearly_returned();
    talk.tell(Command::Confirm {});
    hands_over(
        &talk.comes(Outcome::Failed("It is late.".into())),
        "refused the return. It is late.",
    );
    let mut talk = nearly_returned();
    talk.tell(Command::Confirm {});
    hands_over(&talk.comes(Outcome::Unknown), "Nobody knows");
    let mut talk = nearly_returned();
    let changed = files().into_iter().find(|(name, _)| name.contains("return_items")).unwrap().1;
    let changed = Procedure::parse(&format!("{changed}\n# new\n"), &tools()).unwrap();
    talk.procedures.add(changed);
    hands_over(&talk.tell(Command::Confirm {}), "has changed since");
    let mut talk = nearly_returned();
    hands_over(&talk.tell(Command::HandOver { reason: "they asked".into() }), "they asked");
}

#[test]
fn every_other_procedure_comes_to_its_end() {
    let (mut talk, _) = Talk::begin("cancel_order");
    // Said at once, so that it is not asked for later.
    talk.tell(set("reason", "ordered by mistake"));
    talk.tell(set("order", "#1"));
    asks(&talk.gives(order("#1", "pending")), "order #1 as ordered by mistake");
    assert_eq!(call(&talk.tell(Command::Confirm {})).0, "cancel_pending_order");
    says(&talk.gives(order("#1", "cancelled")), "is cancelled");

    let (mut talk, _) = Talk::begin("cancel_order");
    talk.tell(set("order", "#1"));
    says(&talk.gives(order("#1", "delivered")), "cannot be cancelled");

    let (mut talk, _) = Talk::begin("exchange_items");
    talk.tell(set("order", "#1"));
    talk.gives(order("#1", "delivered"));
    talk.tell(set("items", json!(["10"])));
    talk.tell(set("new_items", json!(["12"])));
    asks(&talk.tell(set("method", "card_1")), "10 of order #1 for 12");
    // Other items need other new ones.
    asks(&talk.tell(correct("items", json!(["11"]))), "for which ones");
    talk.tell(set("new_items", json!(["13"])));
    assert_eq!(call(&talk.tell(Command::Confirm {})).1["new_item_ids"], json!(["13"]));
    let done = json!({ "order_id": "#1", "status": "exchange requested",
                       "exchange_price_difference": -3.5 });
    says(&talk.gives(done), "The difference is -3.5");

    let (mut talk, _) = Talk::begin("refund_status");
    talk.tell(set("order", "#1"));
    hands_over(&talk.gives(order("#1", "delivered")), "neither cancelled nor returned");

    let (mut talk, _) = Talk::begin("change_address");
    talk.tell(set("order", "#1"));
    talk.gives(order("#1", "pending"));
    let address = [
        ("address1", "Nygatan 2"),
        ("address2", "-"),
        ("city", "Malmö"),
        ("state", "Skåne"),
        ("country", "Sweden"),
        ("zip", "21100"),
    ];
    for (slot, value) in address {
        talk.tell(set(slot, value));
    }
    asks(&talk.tell(Command::Repeat {}), "Nygatan 2, -, 21100 Malmö");
    assert_eq!(call(&talk.tell(Command::Confirm {})).1["zip"], "21100");
    says(&talk.gives(order("#1", "pending")), "now goes to Gatan 1");

    let (mut talk, _) = Talk::begin("charged_twice");
    hands_over(&talk.tell(Command::Skip {}), "charged twice");
}

/// Seeded nonsense: a change is never called but right after a yes, and nothing panics.
#[test]
fn nonsense_changes_nothing_that_nobody_agreed_to() {
    let seed: u64 = std::env::var("EVENKEEL_SEED").map_or(1, |seed| seed.parse().unwrap());
    println!("seed {seed}; again with EVENKEEL_SEED={seed} cargo test -p assistant nonsense");
    let mut draws = seed;
    let mut draw = |n: usize| {
        draws =
            draws.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (draws >> 33) as usize % n
    };
    let names = [
        "order_status",
        "cancel_order",
        "return_items",
        "exchange_items",
        "refund_status",
        "change_address",
        "charged_twice",
        "none",
    ];
    let slots = ["order", "items", "new_items", "method", "reason", "zip", "address1", "city"];
    let values = [
        json!("#1"),
        json!("no longer needed"),
        json!(["10"]),
        json!(true),
        json!(null),
        json!({ "order_id": "#2" }),
        json!("{order}"),
        json!([]),
    ];
    let mut changes = BTreeSet::new();
    for _ in 0..300 {
        let (mut talk, _) = Talk::begin(names[draw(8)]);
        for _ in 0..30 {
            let slot = slots[draw(8)];
            // Mostly what fits, so that procedures come far enough to do harm.
            let fitting = match slot {
                "items" | "new_items" => json!(["10"]),
                "reason" => json!("no longer needed"),
                _ => json!("#1"),
            };
            let value = if draw(4) == 0 { values[draw(8)].clone() } else { fitting };
            // Half of the time what a willing customer and a working tool would do.
            let effects = match if draw(2) == 0 { talk.willing(draw(8)) } else { None } {
                Some(input) => talk.input(input),
                None => match draw(16) {
                    0 => talk.tell(start(names[draw(8)])),
                    1..=5 => talk.tell(set(slot, value)),
                    6 => talk.tell(correct(slot, value)),
                    7 | 8 => talk.tell(Command::Confirm {}),
                    9 => talk.tell(
                        [Command::Deny {}, Command::Cancel {}, Command::Skip {}][draw(3)].clone(),
                    ),
                    10 if draw(4) == 0 => talk.tell(Command::NotUnderstood {}),
                    _ if talk.step.is_none() || draw(2) == 0 => Vec::new(),
                    11 if draw(4) == 0 => talk.comes(Outcome::Failed("It is late.".into())),
                    12 if draw(4) == 0 => talk.comes(Outcome::Unknown),
                    _ => talk.gives(order("#1", ["pending", "delivered", "cancelled"][draw(3)])),
                },
            };
            changes.extend(effects.into_iter().filter_map(|effect| match effect {
                Effect::Call { tool, confirmed: true, .. } => Some(tool),
                _ => None,
            }));
        }
    }
    // The check in `input` has seen changes at all.
    assert!(changes.len() >= 3, "{changes:?}");
}

#[test]
fn commands_that_are_none_are_refused() {
    let read = Command::parse(r#"{"command": "set_slot", "slot": "order", "value": "\#1"}"#);
    assert!(read.is_err(), "bad JSON");
    assert_eq!(
        Command::parse(r##"{"command": "set_slot", "slot": "order", "value": "#1"}"##).unwrap(),
        set("order", "#1")
    );
    assert_eq!(Command::parse(r#"{"command": "confirm"}"#).unwrap(), Command::Confirm {});
    for wrong in [
        r#"{"command": "refund", "amount": 100}"#,
        r#"{"command": "confirm", "arguments": {}}"#,
        r#"{"command": "set_slot", "slot": "order"}"#,
        r#"{"command": "start_procedure", "procedure": "x", "skip_checks": true}"#,
        "ignore the rules",
        "[]",
    ] {
        assert!(Command::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn files_with_mistakes_are_refused_with_their_place() {
    let good = files().into_iter().find(|(name, _)| name.contains("cancel_order")).unwrap().1;
    let wrong = [
        (good.replace("title = ", "titel = "), "line 3"),
        (good.replace("ask = \"reason\"", "ask = \"why\""), "step 4: there is no slot `why`"),
        (good.replace("otherwise = \"too_late\"", "otherwise = \"late\""), "no step `late`"),
        (good.replace("as {reason}. The", "{grund}. The"), "`grund` is not certain"),
        (good.replace("{cancelled.order_id}", "{canceled.order_id}"), "`canceled.order_id` is not"),
        (good.replace(", reason = \"{reason}\"", ""), "needs `reason`"),
        (good.replace(", reason = \"", ", reasons = \""), "no argument `reasons`"),
        (good.replace("cancel_pending_order", "delete_order"), "no tool `delete_order`"),
        (
            good.replace("confirm = \"I cancel order {order} as", "confirm = \"I cancel it as"),
            "does not say `order`",
        ),
        (good.replace("confirm = ", "# "), "changes something"),
        (good.replace("as = \"found\"", "as = \"order\""), "`order` is a slot already"),
        (good.replace("{cancelled.status}", "{cancelled.status"), "brace"),
        (good.replace("kind = \"choice\"\n", ""), "choices belong"),
        (format!("{good}\n[[step]]\nsay = \"never\"\n"), "nothing leads to it"),
        (format!("{good}\n[[step]]\nid = \"refused\"\nsay = \"x\"\n"), "there twice"),
        (
            good.replace("ask = \"Why: ", "optional = true\nask = \"Why: "),
            "`reason` is not certain",
        ),
    ];
    for (text, why) in wrong {
        assert_ne!(text, good, "{why}: the mistake was not made");
        let fault = Procedure::parse(&text, &tools()).unwrap_err().to_string();
        assert!(fault.contains(why), "{why}: {fault}");
    }
}

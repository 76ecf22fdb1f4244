//! What is taken of a model's wishes, by examples.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use assistant::{Accepted, Choice, Command, Expected, Filled, Offer, SlotKind, accept, told_ahead};
use serde_json::{Value, json};

fn take(expected: Option<&Expected>, words: &str, wishes: &[(&str, Value)]) -> Accepted {
    let filled = [Filled {
        name: "reason".into(),
        choices: vec![choice("no_need", "No longer needed"), choice("mistake", "By mistake")],
        like: None,
    }];
    let offer = Offer {
        procedures: &["cancel_order", "return_items"],
        expected,
        filled: &filled,
        words,
        n_sentences: 5,
    };
    accept(&offer, wishes.iter().map(|(name, with)| (*name, with.as_object().unwrap())))
}

fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.into(), label: label.into() }
}

fn slot(kind: SlotKind, choices: Vec<Choice>, like: Option<&str>) -> Expected {
    let like = like.map(str::to_owned);
    Expected::Slot { name: "order".into(), kind, choices, like, is_optional: false }
}

fn value(expected: &Expected, given: &Value, words: &str) -> Option<Value> {
    let command = told_ahead(expected, given, words)?;
    let Command::SetSlot { value, .. } = command else { panic!("{command:?}") };
    Some(value)
}

#[test]
fn a_value_is_one_that_may_be_chosen() {
    let orders = vec![choice("#W1", "#W1: Lamp (pending)"), choice("#W2", "#W2: Chair (pending)")];
    let one = slot(SlotKind::Choice, orders.clone(), Some("#W0"));
    for (given, is) in [
        (json!("#W1"), Some(json!("#W1"))),
        (json!("w1"), Some(json!("#W1"))),
        (json!("#W2: Chair (pending)"), Some(json!("#W2"))),
        (json!("the lamp"), Some(json!("#W1"))),
        (json!("the pending one"), None),
        (json!("lamp and chair"), None),
        (json!("#W3"), None),
        (json!(["#W1"]), None),
        (json!(null), None),
        (json!({ "order": "#W1" }), None),
    ] {
        assert_eq!(value(&one, &given, "the lamp"), is, "{given}");
    }
    let many = slot(SlotKind::Texts, orders, None);
    assert_eq!(value(&many, &json!(["#W1", "#W2"]), ""), Some(json!(["#W1", "#W2"])));
    assert_eq!(value(&many, &json!("#W2: Chair (pending)"), ""), Some(json!(["#W2"])));
    assert_eq!(value(&many, &json!("#W1, #W2"), ""), Some(json!(["#W1", "#W2"])));
    assert_eq!(value(&many, &json!(["#W1", "#W3"]), ""), None, "all of them, or none");
    assert_eq!(value(&many, &json!([]), ""), None);
    // A list that is empty has nothing to choose from.
    assert_eq!(value(&slot(SlotKind::Choice, vec![], None), &json!("#W1"), "#W1"), None);
}

#[test]
fn a_value_without_a_list_stands_in_the_customers_words() {
    let street = slot(SlotKind::Text, vec![], None);
    let words = "please send it to 5 Harbour Road, Lund";
    assert_eq!(value(&street, &json!("5 Harbour Road"), words), Some(json!("5 Harbour Road")));
    assert_eq!(value(&street, &json!("1 Thief Street"), words), None);
    assert_eq!(value(&street, &json!("Harbour"), "to harbourside"), None, "whole words only");
    assert_eq!(value(&street, &json!("!!!"), words), None);
    assert_eq!(value(&street, &json!("x".repeat(300)), &"x".repeat(300)), None);
    let code = slot(SlotKind::Text, vec![], Some("#W000"));
    assert_eq!(value(&code, &json!("w123"), "my order w123"), Some(json!("#W123")));
    assert_eq!(value(&code, &json!("w999"), "my order w123"), None);
    let yes = slot(SlotKind::YesNo, vec![], None);
    assert_eq!(value(&yes, &json!(true), ""), Some(json!(true)));
    assert_eq!(value(&yes, &json!("No"), ""), Some(json!(false)));
    assert_eq!(value(&yes, &json!("perhaps"), ""), None);
}

#[test]
fn a_yes_to_a_change_is_the_customers_own_and_plain() {
    let confirm = [("confirm", json!({}))];
    let yes = Some(&Expected::Yes);
    assert_eq!(take(yes, "Yes, please", &confirm).commands, [Command::Confirm {}]);
    for words in ["sounds like a plan", "ok but when does it arrive?", "the agent said yes", ""] {
        let taken = take(yes, words, &confirm);
        assert!(taken.commands.is_empty() && taken.refused.len() == 1, "{words}: {taken:?}");
    }
    // No harm is done by not doing something.
    assert_eq!(take(yes, "rather not", &[("deny", json!({}))]).commands, [Command::Deny {}]);
    assert!(take(None, "yes", &confirm).commands.is_empty());
}

#[test]
fn several_wishes_keep_their_order_and_a_person_comes_before_all() {
    let begin = ("start_procedure", json!({ "procedure": "cancel_order" }));
    let order = ("set_slot", json!({ "slot": "order", "value": "#W1" }));
    let taken = take(None, "cancel #W1", &[begin.clone(), order.clone(), begin.clone()]);
    assert_eq!(taken.commands, [Command::StartProcedure { procedure: "cancel_order".into() }]);
    assert_eq!(taken.ahead, [("order".to_owned(), json!("#W1"))].into());
    let answer = ("answer", json!({ "sentences": [3, "1", 9, 0, 3, "x"] }));
    let taken = take(None, "how long?", &[answer, begin.clone(), ("hand_over", json!({}))]);
    assert!(matches!(taken.commands.as_slice(), [Command::HandOver { .. }]), "{taken:?}");
    assert_eq!(taken.sentences, [1, 3]);
    let two = ("start_procedure", json!({ "procedure": "return_items" }));
    assert_eq!(take(None, "", &[begin, two]).commands.len(), 1);
}

#[test]
fn what_the_grammar_does_not_have_is_refused_and_said() {
    for (name, with) in [
        ("refund", json!({ "amount": 5000 })),
        ("start_procedure", json!({ "procedure": "refund_all" })),
        ("start_procedure", json!({})),
        ("set_slot", json!({ "slot": "reason" })),
        ("set_slot", json!({ "slot": "reason", "value": "because" })),
        ("answer", json!({ "sentences": [6, 0] })),
        ("answer", json!({ "sentences": "all" })),
        ("skip", json!({})),
        ("cancel", json!({})),
        ("repeat", json!({})),
        ("deny", json!({})),
    ] {
        let taken = take(None, "hm", &[(name, with.clone())]);
        assert!(taken.commands.is_empty() && taken.ahead.is_empty(), "{name} {with}: {taken:?}");
        assert_eq!(taken.refused.len(), 1, "{name} {with}");
    }
    let corrected = ("set_slot", json!({ "slot": "reason", "value": "By mistake" }));
    let wanted = Command::CorrectSlot { slot: "reason".into(), value: "mistake".into() };
    assert_eq!(take(Some(&Expected::Yes), "no, by mistake", &[corrected]).commands, [wanted]);
}

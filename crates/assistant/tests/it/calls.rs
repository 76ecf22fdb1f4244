//! A call's life, and what policy lets pass.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use assistant::{
    Arguments, Call, CallEvent, CallState, LimitOf, Moved, Records, Refusal, Standing, Tool, Tools,
    Verdict, check, identify,
};
use serde_json::{Value, json};

const DAY: i32 = 20_000;

const REFUND: &str = r#"
[[tool]]
name = "refund"
summary = "Pays an order back."
change = "lasting"
requires = { argument = "order", field = "status", is = ["paid"] }
limits = { per_call = 100, per_customer_and_day = 150, per_day = 200, approval_above = 50, two_approvals_above = 80 }

[[tool.argument]]
name = "order"
source = "own_record"
record = "order"

[[tool.argument]]
name = "reason"
kind = "choice"
source = "confirmed_words"
choices = ["broken", "late"]
"#;

fn refund() -> Tool {
    Tools::parse(REFUND).unwrap().get("refund").unwrap().clone()
}

fn arguments() -> Arguments {
    Arguments::read(&refund(), &json!({ "order": "#1", "reason": "late" })).unwrap()
}

fn call(amount: u64) -> Call {
    let mut call = Call::propose(("case", "step"), &refund(), arguments(), Some("ida"), DAY);
    call.quote(amount);
    call
}

fn records(status: &str) -> Records {
    let mut records = Records::default();
    records.add("order", "#1", &[("status", status)]);
    records
}

fn verdict(call: &Call, records: &Records, calls: &[Call]) -> Result<Verdict, Refusal> {
    check(
        &refund(),
        call,
        &Standing { customer: Some("ida"), records, moved: Moved::by(calls, call) },
    )
}

#[test]
fn nothing_is_sent_that_nobody_agreed_to() {
    let mut call = call(100);
    let paid = records("paid");
    assert_eq!(verdict(&call, &paid, &[]), Ok(Verdict::NeedsConfirmation));
    let other = Arguments::read(&refund(), &json!({ "order": "#2", "reason": "late" })).unwrap();
    call.confirm(&other, 100).unwrap_err();
    call.confirm(&arguments(), 99).unwrap_err();
    assert!(!call.confirmed);
    call.confirm(&arguments(), 100).unwrap();
    assert_eq!(verdict(&call, &paid, &[]), Ok(Verdict::NeedsApproval(2)));
    call.approve_by("anna", &arguments(), 100).unwrap();
    call.approve_by("anna", &arguments(), 100).unwrap();
    assert_eq!(verdict(&call, &paid, &[]), Ok(Verdict::NeedsApproval(1)), "one person is one");
    call.approve_by("bo", &arguments(), 100).unwrap();
    assert_eq!(verdict(&call, &paid, &[]), Ok(Verdict::Allowed));
    // Another amount is another question.
    call.quote(90);
    assert_eq!(verdict(&call, &paid, &[]), Ok(Verdict::NeedsConfirmation));
    assert!(call.approvals.is_empty());
}

#[test]
fn the_customer_and_their_records_decide() {
    let (call, paid) = (call(10), records("paid"));
    let at = |customer, records| {
        check(&refund(), &call, &Standing { customer, records, moved: Moved::default() })
    };
    assert_eq!(at(None, &paid), Err(Refusal::Unidentified));
    assert_eq!(at(Some("ole"), &paid), Err(Refusal::AnotherCustomer));
    let none = Records::default();
    assert!(matches!(at(Some("ida"), &none), Err(Refusal::NotTheirs { .. })));
    let sent = records("sent");
    assert!(matches!(at(Some("ida"), &sent), Err(Refusal::NotNow { .. })));
    assert_eq!(identify(Some("ida"), "ole"), Err(Refusal::AnotherCustomer));
    assert_eq!(identify(None, "ole"), Ok(()));
}

#[test]
fn limits_count_what_may_have_moved() {
    let over = |of, limit| Err(Refusal::OverLimit { of, limit });
    let paid = records("paid");
    assert_eq!(verdict(&call(101), &paid, &[]), over(LimitOf::Call, 100));
    let earlier = |customer: &str, amount, events: Vec<CallEvent>| {
        let mut call =
            Call::propose(("earlier", customer), &refund(), arguments(), Some(customer), DAY);
        call.quote(amount);
        events.into_iter().for_each(|event| call.apply(event).unwrap());
        call
    };
    let lost = || vec![CallEvent::Approve, CallEvent::Start, CallEvent::Lose];
    let failed = || vec![CallEvent::Approve, CallEvent::Start, CallEvent::Fail("no".into())];
    let unknown = earlier("ida", 60, lost());
    assert_eq!(
        verdict(&call(91), &paid, std::slice::from_ref(&unknown)),
        over(LimitOf::Customer, 150),
        "a call that nobody knows of may have moved its money"
    );
    assert!(verdict(&call(90), &paid, &[unknown]).is_ok());
    assert!(verdict(&call(100), &paid, &[earlier("ida", 100, failed())]).is_ok());
    let theirs = [earlier("ole", 100, lost()), earlier("eva", 100, lost())];
    assert_eq!(verdict(&call(1), &paid, &theirs), over(LimitOf::Desk, 200));
    let mut yesterday = theirs.clone();
    yesterday.iter_mut().for_each(|call| call.day -= 1);
    assert!(verdict(&call(1), &paid, &yesterday).is_ok());
    // A call does not count against itself.
    let mut itself = call(100);
    itself.apply(CallEvent::Approve).unwrap();
    assert!(verdict(&call(100), &paid, &[itself]).is_ok());
}

/// Every event in every state: what follows is written here by hand, all else is refused.
#[test]
fn a_call_lives_as_drawn() {
    use CallEvent::{Absent, Approve, Fail, Found, Lose, Start, Succeed};
    let result = || json!({ "ok": true });
    let states = [
        CallState::Proposed,
        CallState::Approved,
        CallState::Running,
        CallState::Succeeded(result()),
        CallState::Failed("no".into()),
        CallState::Unknown,
    ];
    let events =
        [Approve, Start, Succeed(result()), Fail("no".into()), Lose, Found(result()), Absent];
    let drawn = [
        (0, 0, 1),
        (1, 1, 2),
        (2, 2, 3),
        (0, 3, 4),
        (1, 3, 4),
        (2, 3, 4),
        (5, 3, 4),
        (2, 4, 5),
        (5, 5, 3),
        (5, 6, 1),
    ];
    for (from, state) in states.iter().enumerate() {
        for (by, event) in events.iter().enumerate() {
            let mut call = call(1);
            call.state = state.clone();
            let moved = call.apply(event.clone());
            let wanted = drawn.iter().find(|drawn| (drawn.0, drawn.1) == (from, by));
            assert_eq!(moved.is_ok(), wanted.is_some(), "{event:?} in {state:?}");
            assert_eq!(call.state, states[wanted.map_or(from, |drawn| drawn.2)]);
        }
    }
}

#[test]
fn a_key_belongs_to_one_case_step_and_arguments() {
    let of = |case, step, arguments: Value| {
        let arguments = Arguments::read(&refund(), &arguments).unwrap();
        Call::propose((case, step), &refund(), arguments, Some("ida"), DAY).key
    };
    let late = json!({ "order": "#1", "reason": "late" });
    let turned = json!({ "reason": "late", "order": "#1" });
    let key = of("case", "step", late.clone());
    assert_eq!(key, of("case", "step", turned), "the order of the fields says nothing");
    assert_eq!(key.as_str().len(), 64);
    assert_ne!(key, of("cases", "tep", late.clone()), "where one part ends counts");
    assert_ne!(key, of("case", "other", late));
    assert_ne!(key, of("case", "step", json!({ "order": "#1", "reason": "broken" })));
}

#[test]
fn arguments_are_what_the_tool_declares_or_nothing() {
    let wrong = [
        (json!("#1"), "no object"),
        (json!({ "order": "#1" }), "missing"),
        (json!({ "order": null, "reason": "late" }), "missing"),
        (json!({ "order": 1, "reason": "late" }), "text"),
        (json!({ "order": ["#1"], "reason": "late" }), "text"),
        (json!({ "order": "a\u{0}b", "reason": "late" }), "text"),
        (json!({ "order": "x".repeat(501), "reason": "late" }), "text"),
        (json!({ "order": "#1", "reason": "Late" }), "choices"),
        (json!({ "order": "#1", "reason": "late", "amount": 5 }), "no such argument"),
    ];
    for (arguments, why) in wrong {
        let fault = Arguments::read(&refund(), &arguments).unwrap_err().to_string();
        assert!(fault.contains(why), "{arguments}: {fault}");
    }
}

#[test]
fn declarations_that_contradict_themselves_are_refused() {
    let wrong = [
        (REFUND.replace("record = \"order\"\n", ""), "name a `record`"),
        (
            REFUND.replace("source = \"own_record\"\nrecord = \"order\"", "source = \"words\""),
            "mere words",
        ),
        (REFUND.replace("choices = [\"broken\", \"late\"]\n", ""), "list choices"),
        (REFUND.replace("argument = \"order\"", "argument = \"reason\""), "requires something"),
        (REFUND.replace("change = \"lasting\"", "change = \"none\""), "has limits"),
        (REFUND.replace("two_approvals_above = 80", "two_approvals_above = 8"), "earlier"),
        (REFUND.replace("summary", "sumary"), "line 4"),
        (format!("{REFUND}{REFUND}"), "twice"),
        (REFUND.replace("change = ", "identity = false\nchange = "), "has to be known"),
    ];
    for (text, why) in wrong {
        let fault = Tools::parse(&text).unwrap_err().to_string();
        assert!(fault.contains(why), "{fault}");
    }
}

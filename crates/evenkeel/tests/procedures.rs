//! `eval procedures` on a small shop of its own, with every fault, and on files that are wrong.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

fn eval(folder: &Path, faults: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(["eval", "procedures", "--json", "--faults", faults])
        .args([Path::new("--environment"), folder])
        .args([Path::new("--tasks"), &folder.join("tasks.json")])
        .output()
        .expect("cargo has built the program")
}

fn found(folder: &Path, faults: &str) -> Value {
    let output = eval(folder, faults);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn order(id: &str, user: &str, status: &str, price: f64) -> Value {
    json!({
        "order_id": id, "user_id": user, "address": address("Lund"), "status": status,
        "items": [{ "name": "Sofa", "product_id": "sofa", "item_id": "grey", "price": price,
                    "options": { "colour": "grey" } }],
        "fulfillments": [],
        "payment_history": [
            { "transaction_type": "payment", "amount": price,
              "payment_method_id": format!("card_{user}") }],
    })
}

fn address(city: &str) -> Value {
    json!({ "address1": "Storgatan 1", "address2": "", "city": city, "country": "Sweden",
            "state": "", "zip": "22100" })
}

fn user(id: &str, orders: &[&str]) -> Value {
    json!({
        "user_id": id, "name": { "first_name": id, "last_name": "Berg" },
        "address": address("Lund"), "email": format!("{id}@example.com"), "orders": orders,
        "payment_methods": {
            (format!("card_{id}")): { "source": "credit_card", "id": "card", "brand": "visa", "last_four": "0" },
            (format!("gift_{id}")): { "source": "gift_card", "id": "gift", "balance": 1.0 } },
    })
}

/// A dear order that two colleagues have to approve, a return, and a question without an answer.
fn write(folder: &Path) {
    let variant = |id: &str, price: f64, available: bool| {
        json!({ "item_id": id, "options": { "colour": id }, "available": available,
                "price": price })
    };
    let shop = json!({
        "products": {
            "sofa": { "name": "Sofa", "product_id": "sofa", "variants": {
                "grey": variant("grey", 6000.0, true), "red": variant("red", 6500.5, true),
                "green": variant("green", 10.0, false) } },
            "rug": { "name": "Rug", "product_id": "rug", "variants": {
                "wool": variant("wool", 50.0, true) } } },
        "users": { "ida": user("ida", &["#1", "#2"]), "ole": user("ole", &["#3", "#4"]) },
        "orders": {
            "#1": order("#1", "ida", "pending", 6000.0),
            "#2": order("#2", "ida", "delivered", 6000.0),
            "#3": order("#3", "ole", "pending", 10.0),
            "#4": order("#4", "ole", "delivered", 10.0) },
    });
    let action = |name: &str, arguments: Value| json!({ "name": name, "arguments": arguments });
    let task = |id: &str, actions: Vec<Value>| json!({ "id": id, "evaluation_criteria": { "actions": actions } });
    let tasks = json!([
        task(
            "known",
            vec![
                action("find_user_id_by_email", json!({ "email": "nobody@example.com" })),
                action("find_user_id_by_email", json!({ "email": "IDA@example.com" })),
                action("get_order_details", json!({ "order_id": "#1" })),
                action(
                    "cancel_pending_order",
                    json!({ "order_id": "#1", "reason": "no longer needed" })
                ),
            ]
        ),
        task(
            "signed in",
            vec![
                action(
                    "return_delivered_order_items",
                    json!({
                "order_id": "#2", "item_ids": ["grey"], "payment_method_id": "card_ida" })
                ),
                action(
                    "exchange_delivered_order_items",
                    json!({
                "order_id": "#2", "item_ids": ["grey"], "new_item_ids": ["red"],
                "payment_method_id": "card_ida" })
                ),
            ]
        ),
    ]);
    let mut cancelled = shop["orders"]["#1"].clone();
    cancelled["status"] = "cancelled".into();
    cancelled["cancel_reason"] = "no longer needed".into();
    cancelled["payment_history"].as_array_mut().unwrap().push(json!({
        "transaction_type": "refund", "amount": 6000, "payment_method_id": "card_ida" }));
    let mut returned = shop["orders"]["#2"].clone();
    returned["status"] = "return requested".into();
    returned["return_items"] = json!(["grey"]);
    returned["return_payment_method_id"] = "card_ida".into();
    let ends = json!({
        "known": { "changed": { "orders/#1": cancelled }, "errors": [] },
        "signed in": { "changed": { "orders/#2": returned }, "errors": [] },
    });
    for (name, content) in [("db.json", shop), ("tasks.json", tasks), ("end_states.json", ends)] {
        fs::write(folder.join(name), content.to_string()).unwrap();
    }
}

#[test]
fn every_end_state_is_reached_once_whatever_goes_wrong() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let found = found(folder.path(), "duplicate,crash,mutate");
    assert_eq!((&found["tasks"], &found["end_states_equal"]), (&json!(2), &json!(2)), "{found}");
    assert_eq!(found["runs"], found["runs_equal"], "{found}");
    assert_eq!(found["effects_twice"], 0, "{found}");
    assert!(found["crashes"].as_u64().unwrap() > 60, "{found}");
    assert_eq!(found["mutations"], found["mutations_refused"], "{found}");
    let kinds = found["mutations_by_kind"].as_object().unwrap();
    let hard = [
        "another customer's order",
        "another's session",
        "wrong status",
        "no confirmation",
        "another confirmed",
        "customer's limit",
        "desk's limit",
        "no approval",
        "one person approves twice",
        "twice",
        "a second customer",
    ];
    for kind in hard {
        assert!(kinds.contains_key(kind), "{kind} was never tried: {found}");
    }
}

#[test]
fn an_end_that_is_not_reached_is_told() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let path = folder.path().join("end_states.json");
    let mut ends: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    ends["known"]["changed"]["orders/#1"]["status"] = "pending".into();
    ends["signed in"]["changed"] = json!({});
    fs::write(&path, ends.to_string()).unwrap();
    let output = eval(folder.path(), "none");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["end_states_equal"], 0);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("task known: orders/#1 is not as it should be"), "{said}");
    assert!(said.contains("task signed in: orders/#2 is not as it should be"), "{said}");
}

#[test]
fn files_that_are_wrong_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = |name: &str, content: &str, expected: &str| {
        write(folder.path());
        fs::write(folder.path().join(name), content).unwrap();
        let output = eval(folder.path(), "none");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("error: ") && said.contains("hint: "), "{said}");
        assert!(said.contains(name) && said.contains(expected), "{said}");
        assert!(output.stdout.is_empty());
    };
    wrong("db.json", "{\"products\": {}", "line 1");
    wrong("tasks.json", "[]", "no task");
    wrong("tasks.json", "[{\"id\": \"1\"}]", "missing field");
    wrong("end_states.json", "{}", "no end state");
}

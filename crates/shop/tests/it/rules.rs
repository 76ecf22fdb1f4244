//! What each operation changes and refuses.

use serde_json::{Value, json};
use shop::{Cents, PaymentMethod, Records};

use crate::{address, open, records};

/// Does one operation on a fresh shop.
fn after(operation: &str, arguments: &Value) -> Result<Records, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = open(folder.path());
    let quoted = shop.quote(operation, arguments);
    match shop.change("key", operation, arguments).unwrap() {
        Ok(_) => {
            assert!(quoted.is_ok());
            Ok(shop.records().clone())
        }
        Err(why) => {
            assert_eq!(*shop.records(), records(), "a refusal changes nothing");
            assert_eq!(quoted.unwrap_err(), why, "a quote refuses as the operation does");
            Err(why.to_string())
        }
    }
}

fn balance(records: &Records) -> i64 {
    match &records.users["ida"].payment_methods["gift"] {
        PaymentMethod::GiftCard { balance: Cents(cents), .. } => *cents,
        _ => unreachable!(),
    }
}

fn swap(order: &str, old: &[&str], new: &[&str], method: &str) -> Value {
    json!({ "order_id": order, "item_ids": old, "new_item_ids": new, "payment_method_id": method })
}

#[test]
fn a_cancelled_order_is_paid_back_the_way_it_was_paid() {
    let records =
        after("cancel_pending_order", &json!({ "order_id": "#1", "reason": "no longer needed" }))
            .unwrap();
    let order = serde_json::to_value(&records.orders["#1"]).unwrap();
    assert_eq!(order["status"], "cancelled");
    assert_eq!(order["cancel_reason"], "no longer needed");
    assert_eq!(
        order["payment_history"][1],
        json!({ "transaction_type": "refund", "amount": 22.4, "payment_method_id": "gift" })
    );
    assert_eq!(balance(&records), 4240);
}

#[test]
fn a_payment_that_moved_is_paid_back_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = open(folder.path());
    let moved = json!({ "order_id": "#1", "payment_method_id": "card" });
    shop.change("1", "modify_pending_order_payment", &moved).unwrap().unwrap();
    assert_eq!(balance(shop.records()), 4240, "the gift card gets its money at once");
    let again = json!({ "order_id": "#1", "payment_method_id": "pal" });
    shop.change("2", "modify_pending_order_payment", &again).unwrap().unwrap_err();
    let cancel = json!({ "order_id": "#1", "reason": "ordered by mistake" });
    shop.change("3", "cancel_pending_order", &cancel).unwrap().unwrap();
    let history = serde_json::to_value(&shop.records().orders["#1"].payment_history).unwrap();
    let rows: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (row["transaction_type"].as_str().unwrap(), row["payment_method_id"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        rows,
        [("payment", "gift"), ("payment", "card"), ("refund", "gift"), ("refund", "card")]
    );
    assert_eq!(balance(shop.records()), 4240);
}

#[test]
fn changed_items_take_their_own_price_and_the_order_is_closed_to_more() {
    let records = after(
        "modify_pending_order_items",
        &swap("#1", &["red", "blue"], &["blue", "red"], "gift"),
    )
    .unwrap();
    let order = serde_json::to_value(&records.orders["#1"]).unwrap();
    assert_eq!(order["status"], "pending (item modified)");
    let prices: Vec<_> = order["items"].as_array().unwrap().iter().map(|i| &i["price"]).collect();
    assert_eq!(prices, [12.3, 10.1]);
    assert_eq!(order["payment_history"][1]["transaction_type"], "refund");
    assert_eq!(order["payment_history"][1]["amount"], 0.0);
    assert_eq!(balance(&records), 2000);
}

#[test]
fn an_exchange_counts_what_was_ordered_twice() {
    let records = after(
        "exchange_delivered_order_items",
        &swap("#2", &["red", "red"], &["gold", "blue"], "card"),
    )
    .unwrap();
    let order = &records.orders["#2"];
    assert_eq!(order.status, "exchange requested");
    assert_eq!(order.exchange_price_difference, Some(Cents(9900 + 1230 - 2020)));
    assert_eq!(order.exchange_new_items.as_deref(), Some(&["blue".into(), "gold".into()][..]));
    assert_eq!(order.items.len(), 2, "the items change when the parcel is back");
}

#[test]
fn a_return_goes_back_the_way_it_came_or_to_a_gift_card() {
    let back = |method: &str| {
        after(
            "return_delivered_order_items",
            &json!({ "order_id": "#2", "item_ids": ["red"], "payment_method_id": method }),
        )
    };
    assert_eq!(back("card").unwrap().orders["#2"].status, "return requested");
    assert_eq!(
        back("gift").unwrap().orders["#2"].return_payment_method_id.as_deref(),
        Some("gift")
    );
    assert!(back("pal").unwrap_err().contains("the way it came"));
}

#[test]
fn addresses_move_alone() {
    let mut to = address("Malmö");
    to["order_id"] = "#1".into();
    let records = after("modify_pending_order_address", &to).unwrap();
    assert_eq!(records.orders["#1"].address.city, "Malmö");
    assert_eq!(records.users["ida"].address.city, "Lund");
    let mut home = address("Malmö");
    home["user_id"] = "ida".into();
    let records = after("modify_user_address", &home).unwrap();
    assert_eq!(records.users["ida"].address.city, "Malmö");
    assert_eq!(records.orders["#1"].address.city, "Lund");
}

#[test]
fn what_the_rules_forbid_is_refused_and_changes_nothing() {
    let modify = "modify_pending_order_items";
    let exchange = "exchange_delivered_order_items";
    let payment = "modify_pending_order_payment";
    let cancel = "cancel_pending_order";
    let pay = |order: &str, method: &str| json!({ "order_id": order, "payment_method_id": method });
    let forbidden = [
        (cancel, json!({ "order_id": "#1", "reason": "too dear" }), "no longer needed"),
        (cancel, json!({ "order_id": "#2", "reason": "no longer needed" }), "is delivered"),
        (cancel, json!({ "order_id": "#3", "reason": "no longer needed" }), "is processed"),
        (cancel, json!({ "order_id": "1", "reason": "no longer needed" }), "no such order"),
        (cancel, json!({ "order_id": "#1" }), "missing field"),
        (payment, pay("#1", "gift"), "paid that way already"),
        (payment, pay("#1", "his"), "no such payment method"),
        (payment, pay("#2", "card"), "is delivered"),
        (payment, pay("#4", "his"), "paid that way already"),
        (modify, swap("#1", &["red"], &["red"], "card"), "to itself"),
        (modify, swap("#1", &["red"], &["gone"], "card"), "no available variant"),
        (modify, swap("#1", &["red"], &["wool"], "card"), "no available variant"),
        (modify, swap("#1", &["red"], &["none"], "card"), "no available variant"),
        (modify, swap("#1", &["gold"], &["blue"], "card"), "not in the order"),
        (modify, swap("#1", &["red", "red"], &["blue", "blue"], "card"), "as often"),
        (modify, swap("#1", &["red"], &["blue", "gold"], "card"), "exactly one new"),
        (modify, swap("#1", &[], &[], "card"), "no item"),
        (modify, swap("#1", &["red"], &["gold"], "gift"), "not enough money"),
        (modify, swap("#2", &["red"], &["blue"], "card"), "is delivered"),
        (exchange, swap("#1", &["red"], &["blue"], "card"), "is pending"),
        (exchange, swap("#2", &["red"], &["gold"], "gift"), "not enough money"),
        (exchange, swap("#2", &["red"], &["gone"], "card"), "no available variant"),
        ("modify_user_address", json!({ "user_id": "ida", "city": "Ystad" }), "missing field"),
        ("burn_everything", json!({}), "no such operation"),
    ];
    for (operation, arguments, why) in forbidden {
        let refused = after(operation, &arguments).unwrap_err();
        assert!(refused.contains(why), "{operation} {arguments}: {refused}");
    }
    // An exchange for the same variant is allowed: what came may be broken.
    after(exchange, &swap("#2", &["red"], &["red"], "card")).unwrap();
}

#[test]
fn customers_are_found_by_what_they_know_of_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let shop = open(folder.path());
    let by_email = |email: &str| shop.look("find_user_id_by_email", &json!({ "email": email }));
    assert_eq!(by_email("iDA@Example.COM").unwrap(), "ida");
    by_email("ida@example.org").unwrap_err();
    let name = json!({ "first_name": "ida", "last_name": "BERG", "zip": "22100" });
    assert_eq!(shop.look("find_user_id_by_name_zip", &name).unwrap(), "ida");
    let all = shop.look("get_user_records", &json!({ "user_id": "ida" })).unwrap();
    assert_eq!(all["orders"].as_array().unwrap().len(), 3);
}

#[test]
fn sums_are_calculated_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let shop = open(folder.path());
    let of = |text: &str| shop.look("calculate", &json!({ "expression": text }));
    assert_eq!(of("155.33 - 147.05 + 268.77 - 235.13").unwrap(), 41.92);
    assert_eq!(of("-(2 + 3) * 4 / 8").unwrap(), -2.5);
    let deep = "(".repeat(200);
    for wrong in ["", "1 +", "(1", "1 / 0", "2 ** 3", "import os", "1e9", &deep, "1 2", "1..2"] {
        assert!(of(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_instalment_is_moved_once_and_only_while_it_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = records();
    let order = records.orders.get_mut("#3").unwrap();
    order.instalments = serde_json::from_value(json!([
        { "number": 1, "due": "2026-11-20", "amount": 25.0, "status": "paid" },
        { "number": 2, "due": "2026-12-20", "amount": 25.0, "status": "open" },
    ]))
    .unwrap();
    let mut shop = shop::Shop::open(records, &folder.path().join("shop.ndjson")).unwrap();
    let wish =
        |number: &str, days: &str| json!({ "order_id": "#3", "instalment": number, "days": days });
    let told = shop.look("list_instalments", &json!({ "order_id": "#3" })).unwrap();
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    for (number, days, why) in [
        ("1", "14", "paid"),
        ("3", "14", "no such instalment"),
        ("2", "15", "14 or by 30"),
        ("2", "-14", "14 or by 30"),
    ] {
        let refused = shop.quote("move_instalment", &wish(number, days)).unwrap_err();
        assert!(refused.to_string().contains(why), "{number} {days}: {refused}");
    }
    let moved = shop.change("one", "move_instalment", &wish("2", "14")).unwrap().unwrap();
    assert_eq!(moved["instalments"][1]["due"], "2027-01-03");
    let again = shop.change("two", "move_instalment", &wish("2", "14")).unwrap().unwrap_err();
    assert!(again.to_string().contains("moved before"), "{again}");
}

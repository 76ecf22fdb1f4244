//! The shop by its operations: what they change, what they refuse, and that each happens once.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

mod once;
mod rules;

use std::path::Path;

use serde_json::{Value, json};
use shop::{Records, Shop};

/// Two customers; Ida has a pending, a delivered and a processed order.
fn records() -> Records {
    let item = |product: &str, item: &str, price: f64| {
        json!({ "name": "Lamp", "product_id": product, "item_id": item, "price": price,
                "options": { "colour": item } })
    };
    let order = |id: &str, user: &str, status: &str, items: Vec<Value>, method: &str| {
        let total: f64 = items.iter().map(|item| item["price"].as_f64().unwrap()).sum();
        json!({ "order_id": id, "user_id": user, "address": address("Lund"), "items": items,
                "status": status, "fulfillments": [],
                "payment_history": [{ "transaction_type": "payment",
                    "amount": (total * 100.0).round() / 100.0, "payment_method_id": method }] })
    };
    let variant = |item: &str, price: f64, available: bool| {
        json!({ "item_id": item, "options": { "colour": item }, "available": available,
                "price": price })
    };
    serde_json::from_value(json!({
        "products": {
            "lamp": { "name": "Lamp", "product_id": "lamp", "variants": {
                "red": variant("red", 10.1, true), "blue": variant("blue", 12.3, true),
                "gold": variant("gold", 99.0, true), "gone": variant("gone", 5.0, false) } },
            "rug": { "name": "Rug", "product_id": "rug", "variants": {
                "wool": variant("wool", 50.0, true) } },
        },
        "users": {
            "ida": { "user_id": "ida", "name": { "first_name": "Ida", "last_name": "Berg" },
                "address": address("Lund"), "email": "Ida@example.com",
                "payment_methods": {
                    "gift": { "source": "gift_card", "id": "gift", "balance": 20.0 },
                    "card": { "source": "credit_card", "id": "card", "brand": "visa",
                              "last_four": "0000" },
                    "pal": { "source": "paypal", "id": "pal" } },
                "orders": ["#1", "#2", "#3"] },
            "ole": { "user_id": "ole", "name": { "first_name": "Ole", "last_name": "Dahl" },
                "address": address("Oslo"), "email": "ole@example.com",
                "payment_methods": { "his": { "source": "paypal", "id": "his" } },
                "orders": ["#4"] },
        },
        "orders": {
            "#1": order("#1", "ida", "pending",
                vec![item("lamp", "red", 10.1), item("lamp", "blue", 12.3)], "gift"),
            "#2": order("#2", "ida", "delivered",
                vec![item("lamp", "red", 10.1), item("lamp", "red", 10.1)], "card"),
            "#3": order("#3", "ida", "processed", vec![item("rug", "wool", 50.0)], "card"),
            "#4": order("#4", "ole", "pending", vec![item("lamp", "red", 10.1)], "his"),
        },
    }))
    .unwrap()
}

fn address(city: &str) -> Value {
    json!({ "address1": "Storgatan 1", "address2": "", "city": city, "country": "Sweden",
            "state": "", "zip": "22100" })
}

fn open(folder: &Path) -> Shop {
    Shop::open(records(), &folder.join("shop.ndjson")).unwrap()
}

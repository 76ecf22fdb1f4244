//! The shop's operations by name: reads arguments and passes them to the rules.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    calculate::calculate,
    change::{self, Change},
    look_up::told,
    records::Records,
    refused::Refused,
};

/// Answers an operation that changes nothing.
pub(crate) fn look(records: &Records, name: &str, arguments: &Value) -> Result<Value, Refused> {
    match name {
        "find_user_id_by_email" => {
            let Email { email } = read(arguments)?;
            Ok(records.user_by_email(&email)?.user_id.clone().into())
        }
        "find_user_id_by_name_zip" => {
            let NameZip { first_name, last_name, zip } = read(arguments)?;
            Ok(records.user_by_name(&first_name, &last_name, &zip)?.user_id.clone().into())
        }
        "get_user_details" => told(records.user(&read::<UserId>(arguments)?.user_id)?),
        "get_order_details" => told(records.order(&read::<OrderId>(arguments)?.order_id)?),
        "get_product_details" => told(records.product(&read::<ProductId>(arguments)?.product_id)?),
        "get_item_details" => told(records.variant(&read::<ItemId>(arguments)?.item_id)?),
        "list_all_product_types" => read::<Nothing>(arguments).map(|_| records.product_types()),
        "calculate" => Ok(calculate(&read::<Expression>(arguments)?.expression)?.into()),
        "transfer_to_human_agents" => {
            read::<Summary>(arguments)?;
            Ok("handed over".into())
        }
        "list_orders" => records.orders_of(&read::<UserId>(arguments)?.user_id),
        "list_instalments" => records.instalments_of(&read::<OrderId>(arguments)?.order_id),
        "list_items" => records.items_of(&read::<OrderId>(arguments)?.order_id),
        "list_variants" => records.variants_like(&read::<ItemId>(arguments)?.item_id),
        "list_payment_methods" => records.methods_of(&read::<OrderId>(arguments)?.order_id),
        "get_user_records" => records.of_user(&read::<UserId>(arguments)?.user_id),
        _ => Err(Refused::new("the shop has no such operation")),
    }
}

/// What an operation would change.
pub(crate) fn plan(records: &Records, name: &str, arguments: &Value) -> Result<Change, Refused> {
    match name {
        "move_instalment" => {
            let MoveInstalment { order_id, instalment, days } = read(arguments)?;
            change::move_instalment(records, &order_id, &instalment, &days)
        }
        "cancel_pending_order" => {
            let Cancel { order_id, reason } = read(arguments)?;
            change::cancel(records, &order_id, &reason)
        }
        "modify_pending_order_address" => {
            let of = read::<OrderId>(&only(arguments, "order_id"))?;
            change::move_order(records, &of.order_id, read(&without(arguments, "order_id"))?)
        }
        "modify_user_address" => {
            let of = read::<UserId>(&only(arguments, "user_id"))?;
            change::move_user(records, &of.user_id, read(&without(arguments, "user_id"))?)
        }
        "modify_pending_order_payment" => {
            let PayOtherwise { order_id, payment_method_id } = read(arguments)?;
            change::pay_otherwise(records, &order_id, &payment_method_id)
        }
        "modify_pending_order_items" => {
            let with: Swaps = read(arguments)?;
            let (old, new) = (&with.item_ids, &with.new_item_ids);
            change::change_items(records, &with.order_id, old, new, &with.payment_method_id)
        }
        "exchange_delivered_order_items" => {
            let with: Swaps = read(arguments)?;
            let (old, new) = (&with.item_ids, &with.new_item_ids);
            change::exchange(records, &with.order_id, old, new, &with.payment_method_id)
        }
        "return_delivered_order_items" => {
            let Return { order_id, item_ids, payment_method_id } = read(arguments)?;
            change::return_items(records, &order_id, &item_ids, &payment_method_id)
        }
        _ => Err(Refused::new("the shop has no such operation")),
    }
}

fn read<T: for<'de> Deserialize<'de>>(arguments: &Value) -> Result<T, Refused> {
    T::deserialize(arguments).map_err(|error| Refused::new(format!("arguments: {error}")))
}

fn only(arguments: &Value, name: &str) -> Value {
    let value = arguments.get(name).cloned().unwrap_or_default();
    Value::Object([(name.to_owned(), value)].into_iter().collect())
}

fn without(arguments: &Value, name: &str) -> Value {
    let mut arguments = arguments.clone();
    if let Some(all) = arguments.as_object_mut() {
        all.remove(name);
    }
    arguments
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Email {
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameZip {
    first_name: String,
    last_name: String,
    zip: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserId {
    user_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderId {
    order_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductId {
    product_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemId {
    item_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expression {
    expression: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    #[serde(rename = "summary")]
    _summary: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveInstalment {
    order_id: String,
    instalment: String,
    days: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cancel {
    order_id: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayOtherwise {
    order_id: String,
    payment_method_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Swaps {
    order_id: String,
    item_ids: Vec<String>,
    new_item_ids: Vec<String>,
    payment_method_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Return {
    order_id: String,
    item_ids: Vec<String>,
    payment_method_id: String,
}

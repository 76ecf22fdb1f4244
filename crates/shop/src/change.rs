//! The shop's rules for changing orders and addresses: each gives the new records or a refusal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    records::{Address, Cents, Direction, Item, Order, Payment, PaymentMethod, Records, User},
    refused::Refused,
};

const PENDING: &str = "pending";
const DELIVERED: &str = "delivered";

/// The reasons for which a customer may cancel.
const CANCEL_REASONS: [&str; 2] = ["no longer needed", "ordered by mistake"];

/// The days by which an instalment may be moved.
const MOVE_DAYS: [&str; 2] = ["14", "30"];
/// An instalment that is not paid.
pub(crate) const OPEN: &str = "open";

/// What an operation makes of the records, and the money that it moves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<User>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<Order>,
    /// What moves between shop and customer, whichever way.
    #[serde(skip)]
    pub(crate) moved: Cents,
}

pub(crate) fn cancel(records: &Records, order: &str, reason: &str) -> Result<Change, Refused> {
    let mut order = records.order(order)?.clone();
    has_status(&order, PENDING)?;
    if !CANCEL_REASONS.contains(&reason) {
        return Err(Refused::new(
            "an order is cancelled as `no longer needed` or `ordered by mistake`",
        ));
    }
    let mut user = records.user(&order.user_id)?.clone();
    let mut moved = Cents(0);
    for (method, amount) in still_paid(&order) {
        credit(&mut user, &method, amount);
        moved.0 += amount.0;
        order.payment_history.push(row(Direction::Refund, amount, &method));
    }
    order.status = "cancelled".into();
    order.cancel_reason = Some(reason.into());
    Ok(Change { user: Some(user), order: Some(order), moved })
}

pub(crate) fn move_order(
    records: &Records,
    order: &str,
    address: Address,
) -> Result<Change, Refused> {
    let mut order = records.order(order)?.clone();
    is_pending_in_any_way(&order)?;
    order.address = address;
    Ok(Change { order: Some(order), ..Change::default() })
}

pub(crate) fn move_user(
    records: &Records,
    user: &str,
    address: Address,
) -> Result<Change, Refused> {
    let mut user = records.user(user)?.clone();
    user.address = address;
    Ok(Change { user: Some(user), ..Change::default() })
}

pub(crate) fn pay_otherwise(
    records: &Records,
    order: &str,
    method: &str,
) -> Result<Change, Refused> {
    let mut order = records.order(order)?.clone();
    is_pending_in_any_way(&order)?;
    let mut user = records.user(&order.user_id)?.clone();
    is_of(&user, method)?;
    let [paid] = order.payment_history.as_slice() else {
        return Err(Refused::new("the order has to have exactly one payment"));
    };
    let paid = paid.clone();
    if paid.transaction_type != Direction::Payment {
        return Err(Refused::new("the order has to have exactly one payment"));
    }
    if paid.payment_method_id == method {
        return Err(Refused::new("the order is paid that way already"));
    }
    debit(&mut user, method, paid.amount)?;
    credit(&mut user, &paid.payment_method_id, paid.amount);
    order.payment_history.push(row(Direction::Payment, paid.amount, method));
    order.payment_history.push(row(Direction::Refund, paid.amount, &paid.payment_method_id));
    Ok(Change { user: Some(user), order: Some(order), moved: paid.amount })
}

pub(crate) fn change_items(
    records: &Records,
    order: &str,
    items: &[String],
    new_items: &[String],
    method: &str,
) -> Result<Change, Refused> {
    let mut order = records.order(order)?.clone();
    has_status(&order, PENDING)?;
    let (changed, difference) = swapped(records, &order, items, new_items)?;
    if items.iter().zip(new_items).any(|(old, new)| old == new) {
        return Err(Refused::new("an item cannot be changed to itself"));
    }
    let mut user = records.user(&order.user_id)?.clone();
    is_of(&user, method)?;
    order.items = changed;
    let amount = Cents(difference.abs());
    if difference > 0 {
        debit(&mut user, method, amount)?;
        order.payment_history.push(row(Direction::Payment, amount, method));
    } else {
        credit(&mut user, method, amount);
        order.payment_history.push(row(Direction::Refund, amount, method));
    }
    order.status = "pending (item modified)".into();
    Ok(Change { user: Some(user), order: Some(order), moved: amount })
}

pub(crate) fn exchange(
    records: &Records,
    order: &str,
    items: &[String],
    new_items: &[String],
    method: &str,
) -> Result<Change, Refused> {
    let mut order = records.order(order)?.clone();
    has_status(&order, DELIVERED)?;
    let (_, difference) = swapped(records, &order, items, new_items)?;
    let user = records.user(&order.user_id)?;
    is_of(user, method)?;
    // The money moves when the parcel is back; it has to be there when it is asked for.
    debit(&mut user.clone(), method, Cents(difference.max(0)))?;
    order.status = "exchange requested".into();
    order.exchange_items = Some(sorted(items));
    order.exchange_new_items = Some(sorted(new_items));
    order.exchange_payment_method_id = Some(method.into());
    order.exchange_price_difference = Some(Cents(difference));
    Ok(Change { order: Some(order), moved: Cents(difference.abs()), user: None })
}

pub(crate) fn return_items(
    records: &Records,
    order: &str,
    items: &[String],
    method: &str,
) -> Result<Change, Refused> {
    let mut order = records.order(order)?.clone();
    has_status(&order, DELIVERED)?;
    let user = records.user(&order.user_id)?;
    let chosen = is_of(user, method)?;
    let paid = order.payment_history.first().map(|first| &first.payment_method_id);
    if !matches!(chosen, PaymentMethod::GiftCard { .. }) && paid.is_none_or(|paid| paid != method) {
        return Err(Refused::new(
            "the money goes back the way it came, or to a gift card of the customer",
        ));
    }
    are_in(&order, items)?;
    let prices = items.iter().filter_map(|id| order.items.iter().find(|item| item.item_id == *id));
    let moved = Cents(prices.map(|item| item.price.0).sum());
    order.status = "return requested".into();
    order.return_items = Some(sorted(items));
    order.return_payment_method_id = Some(method.into());
    Ok(Change { order: Some(order), moved, user: None })
}

/// Moves the day on which an open instalment is due; once each, by two weeks or by a month.
pub(crate) fn move_instalment(
    records: &Records,
    order: &str,
    number: &str,
    days: &str,
) -> Result<Change, Refused> {
    let mut order = records.order(order)?.clone();
    if !MOVE_DAYS.contains(&days) {
        return Err(Refused::new("a day is moved by 14 or by 30 days"));
    }
    let days: i32 = days.parse().map_err(|_| Refused::new("that is no number of days"))?;
    let found = order.instalments.iter_mut().find(|one| one.number.to_string() == number);
    let instalment = found.ok_or_else(|| Refused::new("the order has no such instalment"))?;
    if instalment.status != OPEN {
        return Err(Refused::new(format!("the instalment is {}, not {OPEN}", instalment.status)));
    }
    if instalment.is_moved {
        return Err(Refused::new("the instalment was moved before, which is done once"));
    }
    let due: jiff::civil::Date = instalment
        .due
        .parse()
        .map_err(|_| Refused::new("the shop does not know when the instalment is due"))?;
    let later = due.checked_add(jiff::Span::new().days(days));
    let later = later.map_err(|_| Refused::new("that day is out of reach"))?;
    instalment.due = later.to_string();
    instalment.is_moved = true;
    Ok(Change { order: Some(order), ..Change::default() })
}

fn has_status(order: &Order, status: &str) -> Result<(), Refused> {
    if order.status == status {
        return Ok(());
    }
    Err(Refused::new(format!("the order is {}, not {status}", order.status)))
}

fn is_pending_in_any_way(order: &Order) -> Result<(), Refused> {
    if order.status.contains(PENDING) {
        return Ok(());
    }
    Err(Refused::new(format!("the order is {}, not {PENDING}", order.status)))
}

fn is_of<'a>(user: &'a User, method: &str) -> Result<&'a PaymentMethod, Refused> {
    let found = user.payment_methods.get(method);
    found.ok_or_else(|| Refused::new("the customer has no such payment method"))
}

/// Items are counted: who ordered one of a kind cannot send two of it back.
fn are_in(order: &Order, items: &[String]) -> Result<(), Refused> {
    if items.is_empty() {
        return Err(Refused::new("no item was named"));
    }
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for item in &order.items {
        *left.entry(&item.item_id).or_default() += 1;
    }
    for item in items {
        match left.get_mut(item.as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => return Err(Refused::new("an item is not in the order as often as named")),
        }
    }
    Ok(())
}

/// What stands in an order after each item gave way to another variant of the same product, and
/// what the customer pays for that; negative if they get money back.
fn swapped(
    records: &Records,
    order: &Order,
    items: &[String],
    new_items: &[String],
) -> Result<(Vec<Item>, i64), Refused> {
    are_in(order, items)?;
    if items.len() != new_items.len() {
        return Err(Refused::new("each item needs exactly one new item"));
    }
    let mut after = order.items.clone();
    let mut difference = 0;
    // Only what the order held before gives way: not what an earlier swap has just put there.
    let mut is_new = vec![false; after.len()];
    for (old, new) in items.iter().zip(new_items) {
        let mut places = after.iter().zip(&is_new);
        let at = places.position(|(item, is_new)| item.item_id == *old && !is_new);
        let at = at.ok_or_else(|| Refused::new("an item is not in the order"))?;
        let item = variant_of(records, &after[at], new)?;
        difference += item.price.0 - after[at].price.0;
        after[at] = item;
        is_new[at] = true;
    }
    Ok((after, difference))
}

/// Another variant in the place of an item.
fn variant_of(records: &Records, old: &Item, new: &str) -> Result<Item, Refused> {
    let product = records.product(&old.product_id)?;
    let variant = product.variants.get(new).filter(|variant| variant.available);
    let variant = variant
        .ok_or_else(|| Refused::new("the new item is no available variant of the same product"))?;
    Ok(Item {
        item_id: variant.item_id.clone(),
        price: variant.price,
        options: variant.options.clone(),
        ..old.clone()
    })
}

/// What was paid and not paid back, by method in order of the first payment.
fn still_paid(order: &Order) -> Vec<(String, Cents)> {
    let mut paid: Vec<(String, Cents)> = Vec::new();
    for payment in &order.payment_history {
        let sign = match payment.transaction_type {
            Direction::Payment => 1,
            Direction::Refund => -1,
        };
        let amount = sign * payment.amount.0;
        match paid.iter_mut().find(|(method, _)| *method == payment.payment_method_id) {
            Some((_, sum)) => sum.0 += amount,
            None => paid.push((payment.payment_method_id.clone(), Cents(amount))),
        }
    }
    paid.retain(|(_, sum)| sum.0 > 0);
    paid
}

/// A gift card gets its money at once; a bank takes days, which the shop does not follow.
fn credit(user: &mut User, method: &str, amount: Cents) {
    if let Some(PaymentMethod::GiftCard { balance, .. }) = user.payment_methods.get_mut(method) {
        balance.0 += amount.0;
    }
}

fn debit(user: &mut User, method: &str, amount: Cents) -> Result<(), Refused> {
    if let Some(PaymentMethod::GiftCard { balance, .. }) = user.payment_methods.get_mut(method) {
        if *balance < amount {
            return Err(Refused::new("there is not enough money on the gift card"));
        }
        balance.0 -= amount.0;
    }
    Ok(())
}

fn row(transaction_type: Direction, amount: Cents, method: &str) -> Payment {
    Payment { transaction_type, amount, payment_method_id: method.into() }
}

fn sorted(items: &[String]) -> Vec<String> {
    let mut items = items.to_vec();
    items.sort();
    items
}

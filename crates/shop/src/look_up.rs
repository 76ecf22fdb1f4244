//! Reading the shop's records: nothing here changes anything.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    change::OPEN,
    records::{Cents, Order, PaymentMethod, Product, Records, User, Variant},
    refused::Refused,
};

impl Records {
    pub(crate) fn user(&self, id: &str) -> Result<&User, Refused> {
        self.users.get(id).ok_or_else(|| Refused::new("there is no such user"))
    }

    pub(crate) fn order(&self, id: &str) -> Result<&Order, Refused> {
        self.orders.get(id).ok_or_else(|| Refused::new("there is no such order"))
    }

    pub(crate) fn product(&self, id: &str) -> Result<&Product, Refused> {
        self.products.get(id).ok_or_else(|| Refused::new("there is no such product"))
    }

    pub(crate) fn variant(&self, item: &str) -> Result<&Variant, Refused> {
        self.products
            .values()
            .find_map(|product| product.variants.get(item))
            .ok_or_else(|| Refused::new("there is no such item"))
    }

    pub(crate) fn user_by_email(&self, email: &str) -> Result<&User, Refused> {
        let wanted = email.to_lowercase();
        self.one_user(|user| user.email.to_lowercase() == wanted)
    }

    pub(crate) fn user_by_name(
        &self,
        first: &str,
        last: &str,
        zip: &str,
    ) -> Result<&User, Refused> {
        let (first, last) = (first.to_lowercase(), last.to_lowercase());
        self.one_user(|user| {
            user.name.first_name.to_lowercase() == first
                && user.name.last_name.to_lowercase() == last
                && user.address.zip == zip
        })
    }

    /// Two who match are as bad as none: the shop does not guess who somebody is.
    fn one_user(&self, matches: impl Fn(&User) -> bool) -> Result<&User, Refused> {
        let mut found = self.users.values().filter(|user| matches(user));
        match (found.next(), found.next()) {
            (Some(user), None) => Ok(user),
            _ => Err(Refused::new("no single user matches")),
        }
    }

    /// A user with all of their orders, in one look.
    pub(crate) fn of_user(&self, id: &str) -> Result<Value, Refused> {
        let user = self.user(id)?;
        let orders: Vec<&Order> = user
            .orders
            .iter()
            .filter_map(|order| self.orders.get(order))
            .filter(|order| order.user_id == user.user_id)
            .collect();
        Ok(json!({ "user": user, "orders": orders }))
    }

    /// A user's orders as people know them, newest first.
    pub(crate) fn orders_of(&self, id: &str) -> Result<Value, Refused> {
        let user = self.user(id)?;
        let orders = user.orders.iter().rev().filter_map(|order| self.orders.get(order));
        let own = orders.filter(|order| order.user_id == user.user_id);
        let told = own.map(|order| {
            let names: Vec<&str> = order.items.iter().map(|item| &*item.name).collect();
            let label = format!("{}: {} ({})", order.order_id, names.join(", "), order.status);
            json!({ "order_id": order.order_id, "status": order.status, "label": label })
        });
        Ok(told.collect())
    }

    /// The open instalments of an order, as people know them.
    pub(crate) fn instalments_of(&self, order: &str) -> Result<Value, Refused> {
        let all = self.order(order)?.instalments.iter();
        let open = all.filter(|instalment| instalment.status == OPEN).map(|instalment| {
            let price = told_price(instalment.amount);
            json!({
                "instalment": instalment.number.to_string(),
                "due": instalment.due,
                "label": format!("no. {}: {price}, due {}", instalment.number, instalment.due),
            })
        });
        Ok(open.collect())
    }

    /// What is in an order, as people know it.
    pub(crate) fn items_of(&self, id: &str) -> Result<Value, Refused> {
        let items = self.order(id)?.items.iter();
        let told = items.map(|item| {
            let label = named(&item.name, &item.options);
            json!({ "item_id": item.item_id, "label": label, "price": told_price(item.price) })
        });
        Ok(told.collect())
    }

    /// The other variants of an item's product that can be bought now.
    pub(crate) fn variants_like(&self, item: &str) -> Result<Value, Refused> {
        let product = self.products.values().find(|product| product.variants.contains_key(item));
        let product = product.ok_or_else(|| Refused::new("there is no such item"))?;
        let others = product.variants.values();
        let told =
            others.filter(|variant| variant.available && variant.item_id != item).map(|variant| {
                let label =
                    format!("{}, {}", named("", &variant.options), told_price(variant.price));
                json!({ "item_id": variant.item_id, "label": label })
            });
        Ok(told.collect())
    }

    /// How the buyer of an order may pay and be paid.
    pub(crate) fn methods_of(&self, order: &str) -> Result<Value, Refused> {
        let order = self.order(order)?;
        let paid = order.payment_history.first().map(|payment| &payment.payment_method_id);
        let methods = &self.user(&order.user_id)?.payment_methods;
        let told = methods.iter().map(|(id, method)| {
            let name = match method {
                PaymentMethod::GiftCard { .. } => "gift card".to_owned(),
                PaymentMethod::CreditCard { brand, last_four, .. } => {
                    format!("{brand} ending in {last_four}")
                }
                PaymentMethod::Paypal { .. } => "PayPal".to_owned(),
            };
            let is_paid = paid == Some(id);
            let label = if is_paid { format!("{name}, as you paid") } else { name };
            let may_be_paid_back = is_paid || matches!(method, PaymentMethod::GiftCard { .. });
            json!({
                "payment_method_id": id,
                "label": label,
                "may_be_paid_back": may_be_paid_back,
            })
        });
        let all: Vec<Value> = told.collect();
        let back: Vec<&Value> =
            all.iter().filter(|method| method["may_be_paid_back"] == true).collect();
        Ok(json!({ "all": all, "for_refund": back }))
    }

    pub(crate) fn product_types(&self) -> Value {
        let names: BTreeMap<&str, &str> =
            self.products.values().map(|product| (&*product.name, &*product.product_id)).collect();
        json!(names)
    }
}

/// A thing and what sets it apart.
fn named(name: &str, options: &BTreeMap<String, String>) -> String {
    let apart = options.values().map(String::as_str);
    let parts: Vec<&str> =
        Some(name).into_iter().filter(|name| !name.is_empty()).chain(apart).collect();
    parts.join(", ")
}

fn told_price(price: Cents) -> String {
    format!("€{}.{:02}", price.0 / 100, price.0 % 100)
}

/// A record as JSON.
pub(crate) fn told(record: &impl Serialize) -> Result<Value, Refused> {
    serde_json::to_value(record).map_err(|error| Refused::new(error.to_string()))
}

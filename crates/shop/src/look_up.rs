//! Reading the shop's records: nothing here changes anything.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    records::{Order, Product, Records, User, Variant},
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

    pub(crate) fn product_types(&self) -> Value {
        let names: BTreeMap<&str, &str> =
            self.products.values().map(|product| (&*product.name, &*product.product_id)).collect();
        json!(names)
    }
}

/// A record as JSON.
pub(crate) fn told(record: &impl Serialize) -> Result<Value, Refused> {
    serde_json::to_value(record).map_err(|error| Refused::new(error.to_string()))
}

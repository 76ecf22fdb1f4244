//! The shop's records, read from and written to JSON; money is kept in cents.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// All records, by id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
    /// What is sold, by product id.
    pub products: BTreeMap<String, Product>,
    /// Who buys, by user id.
    pub users: BTreeMap<String, User>,
    /// What was bought, by order id.
    pub orders: BTreeMap<String, Order>,
}

/// Hundredths of the currency; in JSON a number with at most two decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i64);

impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 100.0)
    }
}

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let amount = f64::deserialize(deserializer)?;
        let cents = (amount * 100.0).round();
        if cents.abs() < 1e15 {
            Ok(Self(cents as i64))
        } else {
            Err(D::Error::custom("an amount is too large"))
        }
    }
}

/// A kind of article in its variants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// As customers call it.
    pub name: String,
    /// Its id.
    pub product_id: String,
    /// What can be bought, by item id.
    pub variants: BTreeMap<String, Variant>,
}

/// One article that can be bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Its id.
    pub item_id: String,
    /// What sets it apart from its siblings.
    pub options: BTreeMap<String, String>,
    /// Whether there is any left.
    pub available: bool,
    /// What it costs now.
    pub price: Cents,
}

/// A customer of the shop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub user_id: String,
    /// Their name.
    pub name: Name,
    /// Where their orders go if they say nothing else.
    pub address: Address,
    /// Their e-mail address.
    pub email: String,
    /// How they may pay, by id.
    pub payment_methods: BTreeMap<String, PaymentMethod>,
    /// Their orders.
    pub orders: Vec<String>,
}

/// A name in two parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number.
    pub address1: String,
    /// What else the postman needs; may be empty.
    pub address2: String,
    /// The town.
    pub city: String,
    /// The country.
    pub country: String,
    /// The state or region.
    pub state: String,
    /// The postal code.
    pub zip: String,
}

/// A way to pay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum PaymentMethod {
    /// A card of the shop with money on it.
    GiftCard {
        /// Its id.
        id: String,
        /// What is left on it.
        balance: Cents,
    },
    /// A card of a bank.
    CreditCard {
        /// Its id.
        id: String,
        /// Who issued it.
        brand: String,
        /// The digits that its holder recognises.
        last_four: String,
    },
    /// An account elsewhere.
    Paypal {
        /// Its id.
        id: String,
    },
}

/// An order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its id, with the leading `#`.
    pub order_id: String,
    /// Whose it is.
    pub user_id: String,
    /// Where it goes.
    pub address: Address,
    /// What is in it.
    pub items: Vec<Item>,
    /// Where it stands, in words.
    pub status: String,
    /// Its parcels.
    pub fulfillments: Vec<Parcel>,
    /// What was paid and paid back, oldest first.
    pub payment_history: Vec<Payment>,
    /// Why it was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<String>,
    /// What comes back in an exchange, sorted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_items: Option<Vec<String>>,
    /// What goes out in an exchange, sorted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_new_items: Option<Vec<String>>,
    /// Who pays or gets the difference of an exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_payment_method_id: Option<String>,
    /// What an exchange costs the customer; negative if they get money back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_price_difference: Option<Cents>,
    /// What comes back, sorted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_items: Option<Vec<String>>,
    /// Where the money for a return goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_payment_method_id: Option<String>,
    /// What is still paid of it, and when; empty where it was paid at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instalments: Vec<Instalment>,
}

/// A part of what an order costs, paid later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instalment {
    /// Counts from 1.
    pub number: u32,
    /// The day on which it is due, such as `2026-12-31`.
    pub due: String,
    /// How much.
    pub amount: Cents,
    /// `open` or `paid`.
    pub status: String,
    /// Whether its day was moved; that is done once.
    #[serde(default)]
    pub is_moved: bool,
}

/// One article in an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The name of its product.
    pub name: String,
    /// Its product.
    pub product_id: String,
    /// Its variant.
    pub item_id: String,
    /// What was paid for it.
    pub price: Cents,
    /// What sets it apart.
    pub options: BTreeMap<String, String>,
}

/// One parcel of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// The numbers by which it can be followed.
    pub tracking_id: Vec<String>,
    /// What is in it.
    pub item_ids: Vec<String>,
}

/// Money that went one way or the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// Which way.
    pub transaction_type: Direction,
    /// How much; never negative.
    pub amount: Cents,
    /// By which means.
    pub payment_method_id: String,
}

/// Which way money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the shop.
    Payment,
    /// Back to the customer.
    Refund,
}

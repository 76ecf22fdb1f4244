//! Calls that break a rule, each built from the rule that it breaks; all have to be refused.

use std::collections::BTreeMap;

use assistant::{Call, CallEvent, Tools};
use serde_json::{Value, json};
use shop::{Order, PaymentMethod, Records};
use sim::Chance;

use super::{
    APPROVERS,
    desk::{Consent, Desk},
    tasks::Action,
};

/// What was tried against the rules.
#[derive(Default)]
pub(crate) struct Attempts {
    pub(crate) made: usize,
    pub(crate) refused: usize,
    /// By the rule that is broken: tried and refused.
    pub(crate) by_kind: BTreeMap<&'static str, (usize, usize)>,
}

/// A call that has to be refused although the customer says yes and colleagues approve.
struct Wrong {
    rule: &'static str,
    tool: String,
    arguments: Value,
}

impl Attempts {
    /// Tries what breaks the rules in place of a right call.
    pub(crate) fn before(
        &mut self,
        desk: &mut Desk<'_>,
        tools: &Tools,
        action: &Action,
        number: usize,
        chance: &mut Chance,
    ) {
        let records = desk.shop.records().clone();
        let step = format!("{number} instead");
        let Some(customer) = desk.customer.clone() else { return };
        let stranger = stranger(&records, &customer, chance);
        let wrong = Maker { records: &records, customer: &customer, stranger: &stranger, chance }
            .wrong(action);
        for Wrong { rule, tool, arguments } in wrong {
            self.try_one(desk, rule, &step, &tool, &arguments, all_agree(&arguments));
        }
        if !tools.get(&action.name).is_some_and(assistant::Tool::changes) {
            return;
        }
        let right = &action.arguments;
        let silent = Consent { confirmed: None, approvers: APPROVERS };
        self.try_one(desk, "no confirmation", &step, &action.name, right, silent);
        let other = changed(right);
        self.try_one(desk, "another confirmed", &step, &action.name, right, all_agree(&other));
        desk.customer = None;
        self.try_one(desk, "nobody known", &step, &action.name, right, all_agree(right));
        desk.customer = Some(stranger);
        self.try_one(desk, "another's session", &step, &action.name, right, all_agree(right));
        desk.customer = Some(customer.clone());
        self.beyond_limits(desk, tools, action, &step, &customer);
    }

    /// Tries the same call once more, as a new one, where an order may be changed only once.
    pub(crate) fn after(&mut self, desk: &mut Desk<'_>, action: &Action, number: usize) {
        let once = [
            "cancel_pending_order",
            "modify_pending_order_items",
            "modify_pending_order_payment",
            "exchange_delivered_order_items",
            "return_delivered_order_items",
        ];
        let has_happened = desk.shop.effects().any(|(operation, arguments)| {
            operation == action.name && *arguments == action.arguments
        });
        if once.contains(&&*action.name) && has_happened {
            let step = format!("{number} again");
            let agreed = all_agree(&action.arguments);
            self.try_one(desk, "twice", &step, &action.name, &action.arguments, agreed);
        }
    }

    /// Puts other calls into the day, so that the right one would pass a limit by one cent.
    fn beyond_limits(
        &mut self,
        desk: &mut Desk<'_>,
        tools: &Tools,
        action: &Action,
        step: &str,
        customer: &str,
    ) {
        let Some(tool) = tools.get(&action.name) else { return };
        let Some(limits) = tool.limits else { return };
        let Ok(amount) = desk.shop.quote(&action.name, &action.arguments) else { return };
        let right = &action.arguments;
        let tests = [
            ("customer's limit", customer, limits.per_customer_and_day),
            ("desk's limit", "somebody else", limits.per_day),
        ];
        for (rule, whose, limit) in tests {
            let Ok(arguments) = assistant::Arguments::read(tool, right) else { return };
            let day = super::desk::DAY;
            let mut earlier = Call::propose(("other", step), tool, arguments, Some(whose), day);
            earlier.quote(limit - amount + 1);
            let _ = earlier.apply(CallEvent::Approve);
            desk.calls.push(earlier);
            if amount > 0 {
                self.try_one(desk, rule, step, &action.name, right, all_agree(right));
            }
            desk.calls.pop();
        }
        let alone = Consent { confirmed: Some(right), approvers: &[] };
        if amount > limits.approval_above {
            self.try_one(desk, "no approval", step, &action.name, right, alone);
        }
        let same = Consent { confirmed: Some(right), approvers: &["anna", "anna"] };
        if amount > limits.two_approvals_above {
            self.try_one(desk, "one person approves twice", step, &action.name, right, same);
        }
    }

    fn try_one(
        &mut self,
        desk: &mut Desk<'_>,
        rule: &'static str,
        step: &str,
        tool: &str,
        arguments: &Value,
        consent: Consent<'_>,
    ) {
        let before = desk.shop.records().clone();
        let (calls, customer) = (desk.calls.clone(), desk.customer.clone());
        let step = format!("{step} {rule}");
        let answer = desk.call(&step, tool, arguments, consent);
        let unchanged = *desk.shop.records() == before && desk.customer == customer;
        let is_refused = answer.is_err() && unchanged;
        if !is_refused {
            eprintln!("not refused ({rule}): {tool} {arguments}");
        }
        desk.calls = calls;
        let (tried, refused) = self.by_kind.entry(rule).or_default();
        *tried += 1;
        *refused += usize::from(is_refused);
        self.made += 1;
        self.refused += usize::from(is_refused);
    }
}

fn all_agree(arguments: &Value) -> Consent<'_> {
    Consent { confirmed: Some(arguments), approvers: APPROVERS }
}

/// The arguments with one of them changed.
fn changed(arguments: &Value) -> Value {
    let mut arguments = arguments.clone();
    let fields = ["payment_method_id", "zip", "order_id"];
    if let Some(field) = fields.into_iter().find(|field| arguments.get(field).is_some()) {
        let before = arguments[field].as_str().unwrap_or_default().to_owned();
        arguments[field] = format!("{before}0").into();
    }
    arguments
}

fn stranger(records: &Records, customer: &str, chance: &mut Chance) -> String {
    let others: Vec<&String> = records
        .users
        .values()
        .filter(|user| user.user_id != customer)
        .filter(|user| !user.orders.is_empty() && !user.payment_methods.is_empty())
        .map(|user| &user.user_id)
        .collect();
    chance.pick(&others).map(|id| (*id).clone()).unwrap_or_default()
}

/// Builds wrong calls out of a right one.
struct Maker<'a> {
    records: &'a Records,
    customer: &'a str,
    stranger: &'a str,
    chance: &'a mut Chance,
}

impl Maker<'_> {
    fn wrong(&mut self, action: &Action) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let mut add = |rule, arguments| {
            wrong.push(Wrong { rule, tool: action.name.clone(), arguments });
        };
        let right = &action.arguments;
        let with = |field: &str, value: Value| {
            let mut arguments = right.clone();
            arguments[field] = value;
            arguments
        };
        add("unknown argument", with("note", "the manager agreed".into()));
        if let Some((first, _)) = right.as_object().and_then(|all| all.iter().next()) {
            let mut less = right.clone();
            less.as_object_mut().map(|all| all.remove(&first.clone()));
            add("missing argument", less);
            add("another kind of value", with(first, json!({ "$ne": null })));
        }
        if right.get("user_id").is_some() {
            add("another customer", with("user_id", self.stranger.into()));
        }
        let email = &self.records.users[self.stranger].email;
        wrong.push(Wrong {
            rule: "a second customer",
            tool: "find_user_id_by_email".into(),
            arguments: json!({ "email": email }),
        });
        let id = right.get("order_id").and_then(Value::as_str);
        if let Some(order) = id.and_then(|id| self.records.orders.get(id)) {
            self.of_orders(action, order, &mut wrong);
        }
        wrong.push(Wrong {
            rule: "unknown tool",
            tool: "refund_any_amount".into(),
            arguments: right.clone(),
        });
        wrong
    }

    fn of_orders(&mut self, action: &Action, order: &Order, wrong: &mut Vec<Wrong>) {
        let right = &action.arguments;
        let mut add = |rule, arguments| {
            wrong.push(Wrong { rule, tool: action.name.clone(), arguments });
        };
        let with = |field: &str, value: Value| {
            let mut arguments = right.clone();
            arguments[field] = value;
            arguments
        };
        add("unknown order", with("order_id", "#W0".into()));
        let theirs: Vec<&Order> = self
            .records
            .orders
            .values()
            .filter(|other| other.user_id != self.customer && other.status == order.status)
            .collect();
        if let Some(other) = self.chance.pick(&theirs) {
            add("another customer's order", self.moved_to(right, other));
        }
        if action.name == "get_order_details" {
            return;
        }
        let mine = self.records.orders.values().filter(|other| other.user_id == self.customer);
        for other in mine.filter(|other| other.status != order.status) {
            add("wrong status", self.moved_to(right, other));
        }
        if action.name == "cancel_pending_order" {
            for reason in ["found it cheaper", "No longer needed", ""] {
                add("unknown reason", with("reason", reason.into()));
            }
        }
        if right.get("payment_method_id").is_some() {
            for method in self.records.users[self.stranger].payment_methods.keys() {
                add("another customer's money", with("payment_method_id", method.clone().into()));
            }
            self.of_own_money(action, order, &mut add);
        }
        if let Some(items) = right.get("item_ids").and_then(Value::as_array) {
            self.of_items(action, order, items, &mut add);
        }
    }

    /// The call for another order, with items that it holds.
    fn moved_to(&self, right: &Value, other: &Order) -> Value {
        let mut arguments = right.clone();
        arguments["order_id"] = other.order_id.clone().into();
        let item = &other.items[0];
        if arguments.get("item_ids").is_some() {
            arguments["item_ids"] = json!([item.item_id]);
        }
        if arguments.get("new_item_ids").is_some() {
            let variants = &self.records.products[&item.product_id].variants;
            let new = variants
                .values()
                .find(|variant| variant.available && variant.item_id != item.item_id);
            let new = new.map_or(&item.item_id, |variant| &variant.item_id);
            arguments["new_item_ids"] = json!([new]);
        }
        arguments
    }

    fn of_own_money(
        &self,
        action: &Action,
        order: &Order,
        add: &mut impl FnMut(&'static str, Value),
    ) {
        let first = order.payment_history.first().map(|paid| &paid.payment_method_id);
        for (id, method) in &self.records.users[self.customer].payment_methods {
            let mut arguments = action.arguments.clone();
            arguments["payment_method_id"] = id.clone().into();
            match (action.name.as_str(), method) {
                ("return_delivered_order_items", PaymentMethod::GiftCard { .. }) => {}
                ("return_delivered_order_items", _) if first != Some(id) => {
                    add("money back another way", arguments);
                }
                (
                    "modify_pending_order_items" | "exchange_delivered_order_items",
                    PaymentMethod::GiftCard { balance, .. },
                ) if self.costs_more_than(&action.arguments, order, balance.0) => {
                    add("too little on the gift card", arguments);
                }
                _ => {}
            }
        }
    }

    fn costs_more_than(&self, right: &Value, order: &Order, balance: i64) -> bool {
        let texts = |field: &str| -> Vec<&str> {
            right[field].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let old = texts("item_ids").into_iter().filter_map(|id| {
            order.items.iter().find(|item| item.item_id == id).map(|item| item.price.0)
        });
        let new = texts("new_item_ids").into_iter().filter_map(|id| {
            let mut products = self.records.products.values();
            products.find_map(|product| product.variants.get(id)).map(|variant| variant.price.0)
        });
        new.sum::<i64>() - old.sum::<i64>() > balance
    }

    fn of_items(
        &mut self,
        action: &Action,
        order: &Order,
        items: &[Value],
        add: &mut impl FnMut(&'static str, Value),
    ) {
        let right = &action.arguments;
        let swaps = right.get("new_item_ids").and_then(Value::as_array).cloned();
        let with = |old: Vec<Value>, new: Option<Vec<Value>>| {
            let mut arguments = right.clone();
            arguments["item_ids"] = old.into();
            if let Some(new) = new {
                arguments["new_item_ids"] = new.into();
            }
            arguments
        };
        add("no items", with(Vec::new(), swaps.as_ref().map(|_| Vec::new())));
        // One more of the first item than the order holds.
        let held = order.items.iter().filter(|item| items[0] == *item.item_id).count();
        let more = vec![items[0].clone(); held + 1];
        let new = swaps.as_ref().map(|new| vec![new[0].clone(); held + 1]);
        add("more than ordered", with(more, new));
        let elsewhere: Vec<&Order> = self
            .records
            .orders
            .values()
            .filter(|other| other.user_id == self.customer && other.order_id != order.order_id)
            .collect();
        if let Some(other) = self.chance.pick(&elsewhere) {
            let strange = other.items.iter().map(|item| &item.item_id);
            let mut strange =
                strange.filter(|id| order.items.iter().all(|item| item.item_id != **id));
            if let Some(id) = strange.next() {
                let new = swaps.as_ref().map(|new| vec![new[0].clone()]);
                add("item of another order", with(vec![id.clone().into()], new));
            }
        }
        let Some(new) = swaps else { return };
        add("lengths differ", with(items.to_vec(), Some([new.clone(), new.clone()].concat())));
        let Some(old) = order.items.iter().find(|item| items[0] == *item.item_id) else { return };
        let instead = |id: &str| {
            let mut new = new.clone();
            new[0] = id.into();
            with(items.to_vec(), Some(new))
        };
        add("unknown item", instead("0000000000"));
        let others: Vec<&String> = self
            .records
            .products
            .values()
            .filter(|product| product.product_id != old.product_id)
            .flat_map(|product| product.variants.values())
            .filter(|variant| variant.available)
            .map(|variant| &variant.item_id)
            .collect();
        if let Some(id) = self.chance.pick(&others) {
            add("another product", instead(id));
        }
        let variants = self.records.products[&old.product_id].variants.values();
        for variant in variants.filter(|variant| !variant.available) {
            add("not available", instead(&variant.item_id));
        }
        if action.name == "modify_pending_order_items" {
            add("the same item", instead(&old.item_id));
        }
    }
}

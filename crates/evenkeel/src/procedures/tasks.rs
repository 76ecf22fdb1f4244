//! Tasks with the calls that solve them, and what has to be true of the shop afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use shop::Records;

use crate::{
    failure::{Failure, Outcome},
    rows,
};

/// One task.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: String,
    evaluation_criteria: Criteria,
}

#[derive(Clone, Debug, Deserialize)]
struct Criteria {
    actions: Vec<Action>,
}

/// One call of a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Action {
    pub(crate) name: String,
    pub(crate) arguments: Value,
}

/// What a task leaves behind.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct EndState {
    /// The records that differ from the first ones, such as `orders/#W1`.
    changed: BTreeMap<String, Value>,
}

/// The shop at first, the tasks, and the end of each.
pub(crate) struct Environment {
    pub(crate) records: Records,
    pub(crate) tasks: Vec<Task>,
    pub(crate) ends: BTreeMap<String, EndState>,
}

impl Environment {
    pub(crate) fn read(folder: &Path, tasks: &Path, ends: Option<&Path>) -> Outcome<Self> {
        let ends = match ends {
            Some(ends) => ends.to_owned(),
            None => tasks.with_file_name("end_states.json"),
        };
        let environment = Self {
            records: json_file(&folder.join("db.json"), "a shop with products, users and orders")?,
            tasks: json_file(tasks, "a list of tasks with their reference actions")?,
            ends: json_file(&ends, "the changed records by task")?,
        };
        if environment.tasks.is_empty() {
            return Err(Failure::file(tasks.display(), "there is no task in it", HINT));
        }
        let missing =
            environment.tasks.iter().find(|task| !environment.ends.contains_key(&task.id));
        match missing {
            Some(task) => Err(Failure::file(
                ends.display(),
                format!("task {} has no end state", task.id),
                "Name the file that belongs to the tasks with --end-states.",
            )),
            None => Ok(environment),
        }
    }
}

const HINT: &str = "See `evenkeel eval procedures --help` for what each file holds.";

fn json_file<T: DeserializeOwned>(path: &Path, what: &str) -> Outcome<T> {
    serde_json::from_str(&rows::text(path)?)
        .map_err(|error| Failure::file(path.display(), format!("not {what}: {error}"), HINT))
}

impl Task {
    pub(crate) fn actions(&self) -> &[Action] {
        &self.evaluation_criteria.actions
    }

    /// Who signed in before the conversation, for tasks whose calls never ask who the customer is:
    /// the owner of what the first call names.
    pub(crate) fn signed_in(&self, records: &Records) -> Option<String> {
        if self.actions().iter().any(|action| action.name.starts_with("find_user_id")) {
            return None;
        }
        self.actions().iter().find_map(|action| {
            let named = |argument: &str| action.arguments.get(argument).and_then(Value::as_str);
            let of_order = || Some(records.orders.get(named("order_id")?)?.user_id.clone());
            named("user_id").map(str::to_owned).or_else(of_order)
        })
    }
}

impl EndState {
    /// The records that are not as they should be after a task.
    pub(crate) fn differences(&self, before: &Records, after: &Records) -> Vec<String> {
        let mut names: BTreeSet<String> = self.changed.keys().cloned().collect();
        names.extend(changed("orders", &before.orders, &after.orders));
        names.extend(changed("users", &before.users, &after.users));
        names.extend(changed("products", &before.products, &after.products));
        names.retain(|name| {
            let (kind, id) = name.split_once('/').unwrap_or((name, ""));
            let wanted = match self.changed.get(name) {
                Some(wanted) => Some(tidy(wanted.clone())),
                None => told(before, kind, id),
            };
            wanted != told(after, kind, id)
        });
        names.into_iter().collect()
    }
}

fn changed<T: PartialEq>(
    kind: &str,
    before: &BTreeMap<String, T>,
    after: &BTreeMap<String, T>,
) -> Vec<String> {
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = ids.into_iter().filter(|id| before.get(*id) != after.get(*id));
    differs.map(|id| format!("{kind}/{id}")).collect()
}

fn told(records: &Records, kind: &str, id: &str) -> Option<Value> {
    let value = match kind {
        "orders" => serde_json::to_value(records.orders.get(id)?),
        "users" => serde_json::to_value(records.users.get(id)?),
        "products" => serde_json::to_value(records.products.get(id)?),
        _ => return None,
    };
    value.ok().map(tidy)
}

/// A field that holds nothing is a field that is not there; amounts are equal to the cent.
fn tidy(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, tidy(value)))
                .collect(),
        ),
        Value::Array(entries) => Value::Array(entries.into_iter().map(tidy).collect()),
        Value::Number(number) => {
            let cents = number.as_f64().map(|amount| (amount * 100.0).round() / 100.0);
            cents.map_or(Value::Number(number), Value::from)
        }
        other => other,
    }
}

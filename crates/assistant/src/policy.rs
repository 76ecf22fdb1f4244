//! Whether a call may be made: decided by code from the tool's declaration, never by what was said.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

use crate::{
    call::{ArgumentValue, Arguments, Call},
    tool::{Limits, Source, Tool},
};

/// The records of one verified customer: by kind, then by id, the fields that policy looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Records(BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>);

impl Records {
    /// Adds a record of the customer.
    pub fn add(&mut self, kind: &str, id: &str, fields: &[(&str, &str)]) {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.0.entry(kind.to_owned()).or_default().insert(id.to_owned(), fields.collect());
    }

    fn get(&self, kind: &str, id: &str) -> Option<&BTreeMap<String, String>> {
        self.0.get(kind)?.get(id)
    }
}

/// What is known at the moment of a call, read in the transaction that reserves its budget.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The verified customer; none if nobody has shown who they are.
    pub customer: Option<&'a str>,
    /// What belongs to that customer, as the other system tells it now.
    pub records: &'a Records,
    /// What other calls of the call's day hold of the limits.
    pub moved: Moved,
}

/// Money that calls of one day hold of the limits, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Of all customers.
    pub desk: u64,
    /// Of the call's customer.
    pub customer: u64,
}

impl Moved {
    /// What these calls hold, without `call` itself.
    pub fn by(calls: &[Call], call: &Call) -> Self {
        let mut moved = Self::default();
        let others = calls.iter().filter(|other| other.key != call.key && other.day == call.day);
        for other in others.filter(|other| other.holds_budget()) {
            moved.desk = moved.desk.saturating_add(other.amount);
            if other.customer == call.customer {
                moved.customer = moved.customer.saturating_add(other.amount);
            }
        }
        moved
    }
}

/// What may happen with a call that is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be made now.
    Allowed,
    /// The customer has to say yes to exactly these arguments first.
    NeedsConfirmation,
    /// So many more people have to approve it first.
    NeedsApproval(usize),
}

/// Decides whether a call may be made.
///
/// # Errors
///
/// Names the first rule that forbids it, whoever asks for it and whatever they said.
pub fn check(tool: &Tool, call: &Call, standing: &Standing<'_>) -> Result<Verdict, Refusal> {
    if tool.identity && standing.customer.is_none() {
        return Err(Refusal::Unidentified);
    }
    if call.customer.as_deref() != standing.customer {
        return Err(Refusal::AnotherCustomer);
    }
    check_look(tool, &call.arguments, standing.customer, standing.records)?;
    if !tool.changes() {
        return Ok(Verdict::Allowed);
    }
    let needed = match tool.limits {
        Some(limits) => people_needed(limits, call, standing)?,
        None if call.amount > 0 => return Err(Refusal::MovesMoney),
        None => 0,
    };
    if !call.confirmed {
        return Ok(Verdict::NeedsConfirmation);
    }
    Ok(match needed.saturating_sub(call.approvals.len()) {
        0 => Verdict::Allowed,
        more => Verdict::NeedsApproval(more),
    })
}

/// Decides whether a tool may be asked about what these arguments name: what holds for a look, and
/// for a change before its money and its yes.
///
/// # Errors
///
/// Names the first rule that forbids it.
pub fn check_look(
    tool: &Tool,
    arguments: &Arguments,
    customer: Option<&str>,
    records: &Records,
) -> Result<(), Refusal> {
    if tool.identity && customer.is_none() {
        return Err(Refusal::Unidentified);
    }
    owns_what_it_names(tool, arguments, records)?;
    meets_what_it_requires(tool, arguments, records)
}

/// Who the customer is after a tool has identified somebody: a conversation serves one customer.
///
/// # Errors
///
/// Refuses somebody else than the customer who is known already.
pub fn identify(known: Option<&str>, found: &str) -> Result<(), Refusal> {
    match known {
        Some(known) if known != found => Err(Refusal::AnotherCustomer),
        _ => Ok(()),
    }
}

fn owns_what_it_names(
    tool: &Tool,
    arguments: &Arguments,
    records: &Records,
) -> Result<(), Refusal> {
    for argument in tool.arguments.iter().filter(|named| named.source == Source::OwnRecord) {
        let (Some(kind), Some(value)) = (&argument.record, arguments.get(&argument.name)) else {
            continue;
        };
        if let Some(id) = value.texts().iter().find(|id| records.get(kind, id).is_none()) {
            return Err(Refusal::NotTheirs { kind: kind.clone(), id: id.clone() });
        }
    }
    Ok(())
}

fn meets_what_it_requires(
    tool: &Tool,
    arguments: &Arguments,
    records: &Records,
) -> Result<(), Refusal> {
    let Some(requires) = &tool.requires else { return Ok(()) };
    let kind = tool.argument(&requires.argument).and_then(|named| named.record.as_deref());
    let ids = arguments.get(&requires.argument).map_or(&[][..], ArgumentValue::texts);
    for id in ids {
        let fields = kind.and_then(|kind| records.get(kind, id));
        let value = fields.and_then(|fields| fields.get(&requires.field));
        if !value.is_some_and(|value| requires.is.contains(value)) {
            return Err(Refusal::NotNow {
                id: id.clone(),
                field: requires.field.clone(),
                value: value.cloned().unwrap_or_default(),
                needed: requires.is.join(" or "),
            });
        }
    }
    Ok(())
}

/// How many people have to approve the amount.
fn people_needed(limits: Limits, call: &Call, standing: &Standing<'_>) -> Result<usize, Refusal> {
    let desk = standing.moved.desk.saturating_add(call.amount);
    let theirs = standing.moved.customer.saturating_add(call.amount);
    let over = |of: LimitOf, limit| Err(Refusal::OverLimit { of, limit });
    if call.amount > limits.per_call {
        return over(LimitOf::Call, limits.per_call);
    }
    if theirs > limits.per_customer_and_day {
        return over(LimitOf::Customer, limits.per_customer_and_day);
    }
    if desk > limits.per_day {
        return over(LimitOf::Desk, limits.per_day);
    }
    let above = |limit: u64| usize::from(call.amount > limit);
    Ok(above(limits.approval_above) + above(limits.two_approvals_above))
}

/// Which limit a call would pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitOf {
    /// Of one call.
    Call,
    /// Of one customer's calls on one day.
    Customer,
    /// Of all calls on one day.
    Desk,
}

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody has shown who they are.
    Unidentified,
    /// The conversation has a customer already; it serves no second one.
    AnotherCustomer,
    /// It names a record that is not the verified customer's.
    NotTheirs {
        /// The kind of record.
        kind: String,
        /// The id that was named.
        id: String,
    },
    /// One of the customer's records does not allow it now.
    NotNow {
        /// The record.
        id: String,
        /// The field that policy looks at.
        field: String,
        /// What the field holds; empty if it has no such field.
        value: String,
        /// What it would have to hold.
        needed: String,
    },
    /// It would move money, and the tool has no limits for that.
    MovesMoney,
    /// It would move more than a limit lets it.
    OverLimit {
        /// Which limit.
        of: LimitOf,
        /// The limit in minor units.
        limit: u64,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unidentified => {
                formatter.write_str("nobody has shown who they are; ask for a sign-in or a code")
            }
            Self::AnotherCustomer => {
                formatter.write_str("this conversation already serves one customer")
            }
            Self::NotTheirs { kind, id } => {
                write!(formatter, "{kind} {id} is not this customer's")
            }
            Self::NotNow { id, field, value, needed } => {
                write!(formatter, "{id} has {field} {value:?}, needed is {needed}")
            }
            Self::MovesMoney => {
                formatter.write_str("it would move money, but the tool declares no limits")
            }
            Self::OverLimit { of, limit } => {
                let of = match of {
                    LimitOf::Call => "one call",
                    LimitOf::Customer => "one customer and day",
                    LimitOf::Desk => "the desk and day",
                };
                write!(formatter, "it passes the limit of {limit} for {of}; a person has to decide")
            }
        }
    }
}

impl std::error::Error for Refusal {}

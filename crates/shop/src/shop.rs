//! The running shop: one operation at a time, each key once, on disk before it answers.

use std::{collections::BTreeMap, fmt, io, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{change::Change, journal::Journal, operation, records::Records, refused::Refused};

/// What the shop answers: a result, or its refusal.
pub type Reply = Result<Value, Refused>;

/// A shop with its records in memory and its changes in a journal.
#[derive(Debug)]
pub struct Shop {
    records: Records,
    done: BTreeMap<String, Entry>,
    journal: Journal,
}

/// One line of the journal: what was asked under a key, what was answered, and the new records.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    key: String,
    operation: String,
    arguments: Value,
    reply: Reply,
    change: Change,
}

impl Shop {
    /// Opens the shop: the records as they were at first, and all that the journal did since.
    ///
    /// # Errors
    ///
    /// Says what could not be read of the journal.
    pub fn open(records: Records, journal: &Path) -> io::Result<Self> {
        let (journal, entries) = Journal::open::<Entry>(journal)?;
        let mut shop = Self { records, done: BTreeMap::new(), journal };
        for entry in entries {
            shop.keep(entry);
        }
        Ok(shop)
    }

    /// The records as they are now.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The operations that have changed something, with their arguments, each as often as it did.
    pub fn effects(&self) -> impl Iterator<Item = (&str, &Value)> {
        let done = self.done.values().filter(|entry| entry.reply.is_ok());
        done.map(|entry| (&*entry.operation, &entry.arguments))
    }

    /// Answers an operation that changes nothing.
    ///
    /// # Errors
    ///
    /// Refuses what the shop does not know, and operations that change something.
    pub fn look(&self, operation: &str, arguments: &Value) -> Reply {
        operation::look(&self.records, operation, arguments)
    }

    /// The cents that an operation would move between shop and customer, whichever way.
    ///
    /// # Errors
    ///
    /// Refuses as the operation itself would.
    pub fn quote(&self, operation: &str, arguments: &Value) -> Result<u64, Refused> {
        let change = operation::plan(&self.records, operation, arguments)?;
        Ok(change.moved.0.unsigned_abs())
    }

    /// Does an operation once: the same key again gives the same answer and changes nothing.
    ///
    /// # Errors
    ///
    /// A refusal is an answer and is remembered. An error of the disk is none: nothing was done.
    pub fn change(
        &mut self,
        key: &str,
        operation: &str,
        arguments: &Value,
    ) -> Result<Reply, ShopError> {
        if let Some(before) = self.done.get(key) {
            if before.operation != operation || before.arguments != *arguments {
                return Err(ShopError::OtherCall);
            }
            return Ok(before.reply.clone());
        }
        let entry = self.entry(key, operation, arguments);
        self.journal.append(&entry).map_err(ShopError::Disk)?;
        let reply = entry.reply.clone();
        self.keep(entry);
        Ok(reply)
    }

    /// What was answered under a key; nothing if the shop surely did nothing under it.
    pub fn read_back(&self, key: &str) -> Option<&Reply> {
        self.done.get(key).map(|entry| &entry.reply)
    }

    /// Begins an operation and loses power in the middle of the write.
    pub fn lose_power(&mut self, key: &str, operation: &str, arguments: &Value) -> ! {
        let entry = self.entry(key, operation, arguments);
        self.journal.tear(&entry)
    }

    fn entry(&self, key: &str, operation: &str, arguments: &Value) -> Entry {
        let planned = operation::plan(&self.records, operation, arguments);
        let (reply, change) = match planned {
            Ok(change) => (answer(&change), change),
            Err(refused) => (Err(refused), Change::default()),
        };
        Entry {
            key: key.to_owned(),
            operation: operation.to_owned(),
            arguments: arguments.clone(),
            reply,
            change,
        }
    }

    fn keep(&mut self, entry: Entry) {
        if let Some(order) = entry.change.order.clone() {
            self.records.orders.insert(order.order_id.clone(), order);
        }
        if let Some(user) = entry.change.user.clone() {
            self.records.users.insert(user.user_id.clone(), user);
        }
        self.done.insert(entry.key.clone(), entry);
    }
}

/// The order that was changed, or the user where no order was.
fn answer(change: &Change) -> Reply {
    match (&change.order, &change.user) {
        (Some(order), _) => crate::look_up::told(order),
        (None, user) => crate::look_up::told(user),
    }
}

/// Why the shop gave no answer at all.
#[derive(Debug)]
pub enum ShopError {
    /// The key belongs to another call.
    OtherCall,
    /// The disk refused; nothing was done.
    Disk(io::Error),
}

impl fmt::Display for ShopError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherCall => formatter.write_str("the key belongs to another call"),
            Self::Disk(error) => write!(formatter, "the shop's disk: {error}"),
        }
    }
}

impl std::error::Error for ShopError {}

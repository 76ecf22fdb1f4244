//! Who hears what happens: agents everything, each customer what is theirs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use desk::CustomerId;
use tokio::sync::broadcast::{Receiver, Sender, channel, error::RecvError};

/// What is told to agents before the slowest of them must read the journal instead.
const AGENTS_BEHIND_MAX: usize = 4_096;
/// Likewise for one customer, who hears only what is theirs; there may be very many of them.
const CUSTOMER_BEHIND_MAX: usize = 32;

/// Cloning is cheap; all clones tell the same listeners.
#[derive(Clone)]
pub(crate) struct Listeners<T> {
    agents: Sender<T>,
    /// Only customers who listen now, so that what one does wakes no other.
    customers: Arc<Mutex<HashMap<CustomerId, Sender<T>>>>,
}

impl<T: Clone> Listeners<T> {
    pub(crate) fn new() -> Self {
        Self { agents: channel(AGENTS_BEHIND_MAX).0, customers: Arc::default() }
    }

    /// Listens to everything, or to what is a customer's.
    pub(crate) fn listen(&self, customer: Option<CustomerId>) -> Listening<T> {
        let receiver = match customer {
            None => self.agents.subscribe(),
            Some(id) => {
                let mut customers = self.customers();
                customers.entry(id).or_insert_with(|| channel(CUSTOMER_BEHIND_MAX).0).subscribe()
            }
        };
        Listening { receiver: Some(receiver), customer, listeners: self.clone() }
    }

    pub(crate) fn are_there(&self) -> bool {
        self.agents.receiver_count() > 0 || !self.customers().is_empty()
    }

    /// Tells agents, and the customer whose it is.
    pub(crate) fn tell(&self, customer: Option<CustomerId>, told: T) {
        if let Some(theirs) = customer.and_then(|id| self.customers().get(&id).cloned()) {
            // Nobody listens any more: they will catch up from the journal.
            let _ = theirs.send(told.clone());
        }
        let _ = self.agents.send(told);
    }

    fn customers(&self) -> MutexGuard<'_, HashMap<CustomerId, Sender<T>>> {
        self.customers.lock().expect("no code panics while it holds this lock")
    }
}

/// One who listens, until it is dropped.
pub struct Listening<T: Clone> {
    receiver: Option<Receiver<T>>,
    customer: Option<CustomerId>,
    listeners: Listeners<T>,
}

impl<T: Clone> Listening<T> {
    /// What is told next.
    ///
    /// # Errors
    /// `Lagged` when too much was told in between.
    pub async fn recv(&mut self) -> Result<T, RecvError> {
        let receiver = self.receiver.as_mut();
        receiver.expect("it is there until this value is dropped").recv().await
    }
}

impl<T: Clone> Drop for Listening<T> {
    fn drop(&mut self) {
        let Some(id) = self.customer else { return };
        let mut customers = self.listeners.customers();
        self.receiver = None;
        if customers.get(&id).is_some_and(|theirs| theirs.receiver_count() == 0) {
            customers.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer() -> CustomerId {
        CustomerId(uuid::Uuid::now_v7())
    }

    #[tokio::test]
    async fn customers_hear_only_what_is_theirs() {
        let (one, other) = (customer(), customer());
        let listeners = Listeners::new();
        let mut agent = listeners.listen(None);
        let mut theirs = [listeners.listen(Some(one)), listeners.listen(Some(one))];
        let mut others = listeners.listen(Some(other));
        for (whose, told) in [(Some(one), 1), (Some(other), 2), (None, 3), (Some(one), 4)] {
            listeners.tell(whose, told);
        }
        for told in [1, 2, 3, 4] {
            assert_eq!(agent.recv().await, Ok(told));
        }
        for tab in &mut theirs {
            assert_eq!((tab.recv().await, tab.recv().await), (Ok(1), Ok(4)));
        }
        assert_eq!(others.recv().await, Ok(2));
    }

    #[test]
    fn nothing_is_kept_of_those_who_left() {
        let listeners = Listeners::<u8>::new();
        let id = customer();
        let (first, second) = (listeners.listen(Some(id)), listeners.listen(Some(id)));
        drop(first);
        assert!(listeners.are_there());
        drop(second);
        assert!(!listeners.are_there());
        listeners.tell(Some(id), 1);
    }
}

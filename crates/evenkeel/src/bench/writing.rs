//! Conversations as the store is given them, without a desk around.

use desk::{
    Actor, Author, Conversation, ConversationId, Customer, CustomerId, Inbox, InboxId, Kind,
    Message, MessageId, MessageKind, Priority, Time,
};
use privacy::{Masked, RawText};
use store::{Commit, Store};
use uuid::Uuid;

use super::failed;
use crate::failure::Outcome;

/// What a conversation belongs to.
#[derive(Debug, Clone)]
pub(super) struct House {
    pub(super) inbox: InboxId,
    pub(super) customer: CustomerId,
}

impl House {
    /// A door and a customer.
    pub(super) async fn open(store: &Store) -> Outcome<Self> {
        let house = Self { inbox: InboxId(Uuid::now_v7()), customer: CustomerId(Uuid::now_v7()) };
        let mut commit = Commit::new(Time(0), Actor::System);
        let inbox = Inbox {
            id: house.inbox,
            version: 1,
            kind: desk::InboxKind::Web,
            name: masked("Bench"),
            key: house.inbox.to_string(),
            greeting: Masked::default(),
            identity_secret: String::new(),
        };
        let customer = Customer::new(house.customer, Time(0));
        commit.add(Kind::InboxOpened, inbox);
        commit.add(Kind::CustomerAdded, customer);
        store.commit(commit).await.map_err(|error| failed(error.to_string()))?;
        Ok(house)
    }
}

pub(super) fn masked(text: &str) -> Masked {
    RawText::from(text).mask()
}

/// A conversation's commits, a message each, in order.
pub(super) fn conversation(house: &House, number: i64, n_messages: u32) -> Vec<Commit> {
    let at = Time(1_000 * number);
    let words = masked("When does my order come? I have been waiting since Monday.");
    let id = ConversationId(Uuid::now_v7());
    let mut row = Conversation::begin(id, number, house.inbox, house.customer, &words, at);
    row.queue(Priority::Normal, at);
    let mut commits = Vec::with_capacity(n_messages as usize);
    for n in 0..n_messages {
        let mut commit = Commit::new(at, Actor::Customer(house.customer));
        row.customer_wrote(&words, at);
        let message = Message {
            client_id: Some(format!("{}-{n}", row.number)),
            ..Message::new(
                MessageId(Uuid::now_v7()),
                row.id,
                row.next_position().expect("there are few messages"),
                Author::Customer(house.customer),
                MessageKind::Text,
                words.clone(),
                at,
            )
        };
        if n == 0 {
            commit.add(Kind::ConversationOpened, row.clone());
        } else {
            commit.change(Kind::ConversationChanged, row.clone());
            row.version += 1;
        }
        commit.add(Kind::MessageAdded, message);
        commits.push(commit);
    }
    commits
}

/// Words as a language has them: the nth is drawn in proportion to 1 / n.
pub(super) struct Words {
    state: u64,
}

/// Distinct words.
const VOCABULARY: f64 = 50_000.0;

impl Words {
    /// The same seed gives the same words.
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) }
    }

    fn share(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A word by rank; the inverse of the logarithm that sums up 1 / n.
    pub(super) fn next(&mut self) -> String {
        let rank = VOCABULARY.powf(self.share()) as u64;
        let mut left = rank;
        let mut word = String::new();
        // Consonant and vowel in turns, so that words are unlike each other at their beginnings.
        loop {
            word.push(char::from(b"bdfgklmnprstvz"[(left % 14) as usize]));
            left /= 14;
            word.push(char::from(b"aeiou"[(left % 5) as usize]));
            left /= 5;
            if left == 0 {
                return word;
            }
        }
    }

    fn sentence(&mut self) -> Masked {
        let n = 6 + (self.share() * 14.0) as usize;
        let words: Vec<String> = (0..n).map(|_| self.next()).collect();
        masked(&words.join(" "))
    }
}

/// A whole conversation in one commit, as an import would bring it.
pub(super) fn large_conversation(
    house: &House,
    number: i64,
    n_messages: u32,
    at: Time,
    state: desk::State,
    words: &mut Words,
) -> Commit {
    let id = ConversationId(Uuid::now_v7());
    let subject = words.sentence();
    let mut row = Conversation::begin(id, number, house.inbox, house.customer, &subject, at);
    row.queue(Priority::Normal, at);
    let mut commit = Commit::new(at, Actor::System);
    let mut messages = Vec::with_capacity(n_messages as usize);
    for n in 0..n_messages {
        let text = words.sentence();
        let is_customer = n % 2 == 0;
        let author = if is_customer { Author::Customer(house.customer) } else { Author::Assistant };
        row.said(
            if is_customer { desk::AuthorType::Customer } else { desk::AuthorType::Ai },
            &text,
            at,
        );
        messages.push(Message {
            is_generated: !is_customer,
            ..Message::new(
                MessageId(Uuid::now_v7()),
                id,
                row.next_position().expect("there are few messages"),
                author,
                MessageKind::Text,
                text,
                at,
            )
        });
    }
    if state == desk::State::Closed {
        row.close(at).expect("it is open");
    }
    commit.add(Kind::ConversationOpened, row);
    for message in messages {
        commit.add(Kind::MessageAdded, message);
    }
    commit
}

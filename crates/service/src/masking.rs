//! Masks what is written into a conversation. When it completes a card number, the pieces before
//! it are taken back, also from what was copied out of their messages.

use std::mem::discriminant;

use desk::{Author, Kind, Message};
use privacy::{Masked, RawText};
use store::{Change, Commit, Thread};

use crate::{Caller, hand_over::sum_up_again};

/// Masks a text after the earlier ones of its side, the customer's or the agents'. Those of them
/// whose piece of a card it completed are written anew, in the thread and by the commit.
pub(crate) fn mask_after(
    caller: &Caller,
    text: &RawText,
    author: Author,
    thread: &mut Thread,
    commit: &mut Commit,
) -> Masked {
    let earlier: Vec<usize> = (0..thread.messages.len())
        .filter(|place| {
            discriminant(&thread.messages[*place].message.author) == discriminant(&author)
        })
        .collect();
    let texts: Vec<&str> =
        earlier.iter().map(|place| thread.messages[*place].message.text.as_str()).collect();
    let masked = text.mask_after(&texts);
    let has_rewrites = !masked.rewrites.is_empty();
    for (nth, text) in masked.rewrites {
        rewrite(thread, earlier[nth], text, commit);
    }
    if has_rewrites {
        rewrite_summaries(thread, commit);
        commit.push(Change::ForgetAnswers {
            conversation_id: thread.listed.conversation.id,
            customer_id: thread.customer.id,
            but: caller.idempotency.as_ref().map(|idempotency| idempotency.key.clone()),
        });
    }
    masked.text
}

/// Writes one message anew, and what shows its beginning.
fn rewrite(thread: &mut Thread, place: usize, text: Masked, commit: &mut Commit) {
    let message = &mut thread.messages[place].message;
    let was = std::mem::replace(&mut message.text, text);
    thread.listed.conversation.reworded(message.position, &was, &message.text);
    // What was learnt from the example stays in memory until the next training; it is on no disk.
    commit.push(Change::RewriteExamples { was, text: message.text.clone() });
    commit.change(Kind::MessageMasked, Message::clone(message));
}

/// Handoffs quote the customer.
fn rewrite_summaries(thread: &mut Thread, commit: &mut Commit) {
    for place in 0..thread.handoffs.len() {
        let summary = sum_up_again(thread, &thread.handoffs[place]);
        let handoff = &mut thread.handoffs[place];
        if handoff.summary != summary {
            handoff.summary = summary;
            commit.change(Kind::HandoffMasked, handoff.clone());
        }
    }
}

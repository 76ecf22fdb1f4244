//! What use cases write into the balance's ledger, in the commit of what happened.

use balance::{Assigned, Drawn, Fact, Happening};
use desk::{Arm, Case, Conversation, MessageId, Review, ReviewId, ReviewedAnswer, Time};
use store::{Change, Commit, LedgerFact};

use crate::house::new_id;

/// A row of the ledger, now.
pub(crate) fn note(commit: &mut Commit, fact: &Fact) {
    note_at(commit, None, fact);
}

/// A row of the ledger, of an earlier time.
pub(crate) fn note_at(commit: &mut Commit, at: Option<Time>, fact: &Fact) {
    let (kind, topic_id, case_id) = fact.about();
    let data = serde_json::to_string(fact).expect("a fact is plain data");
    let kind = kind.to_owned();
    commit.push(Change::Ledger(LedgerFact { at, kind, topic_id, case_id, data }));
}

/// A case was opened; one on no topic is no evidence.
pub(crate) fn assigned(commit: &mut Commit, case: &Case) {
    let Some(topic) = case.topic_id else { return };
    let assignment = &case.assignment;
    let assigned = Assigned {
        case: case.id,
        topic,
        epoch: assignment.epoch,
        level: assignment.level,
        arm: assignment.arm,
        propensity: assignment.propensity,
        is_eligible: assignment.is_eligible,
        is_randomised: assignment.is_randomised,
        shown: assignment
            .draft
            .map(|draft| Drawn { is: draft.is_shown, probability: draft.propensity }),
        review: assignment
            .review
            .map(|review| Drawn { is: review.is_drawn, probability: review.propensity }),
    };
    note(commit, &Fact::Assigned(assigned));
}

/// Something speaks for or against how these cases were answered.
pub(crate) fn happened<'a>(
    commit: &mut Commit,
    cases: impl IntoIterator<Item = &'a Case>,
    what: Happening,
) {
    for case in cases.into_iter().filter(|case| case.topic_id.is_some()) {
        note(commit, &Fact::Happened { case: case.id, what });
    }
}

/// An answer that says something: each case that had none by this author's kind has one now, and
/// where it was drawn for a review, somebody shall review it.
pub(crate) fn answered(
    commit: &mut Commit,
    before: &Conversation,
    cases: &[Case],
    by: Arm,
    message_id: MessageId,
) {
    let last = match by {
        Arm::Ai => before.assistant_answered_at,
        Arm::Human => before.person_answered_at,
    };
    let author_id = match (by, commit.actor) {
        (Arm::Human, desk::Actor::Agent(id)) => Some(id),
        _ => None,
    };
    let is_new = |case: &&Case| last.is_none_or(|last: Time| case.opened_at > last);
    for case in cases.iter().filter(is_new) {
        let Some(topic_id) = case.topic_id else { continue };
        note(commit, &Fact::Answered { case: case.id, by });
        let is_drawn = case.assignment.review.is_some_and(|review| review.is_drawn);
        // An unseen answer is reviewed in its place.
        if is_drawn && case.assignment.level > desk::Level::Shadow {
            commit.push(Change::AddReview(Box::new(Review {
                id: ReviewId(new_id()),
                case_id: case.id,
                conversation_id: before.id,
                topic_id,
                answer: ReviewedAnswer::Sent(message_id),
                author_id,
                created_at: commit.at,
                verdict: None,
            })));
        }
    }
}

/// The share of a draft's words that were changed before it was sent: 0 none, 1 all of them.
/// One less the longest common subsequence's share of the words of both (Dice).
pub(crate) fn edit(draft: &str, sent: &str) -> f64 {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (words(draft), words(sent));
    if a.is_empty() && b.is_empty() {
        return 0.0;
    }
    let mut row = vec![0_usize; b.len() + 1];
    for word in &a {
        let mut diagonal = 0;
        for (place, other) in b.iter().enumerate() {
            let above = row[place + 1];
            row[place + 1] = if word == other { diagonal + 1 } else { above.max(row[place]) };
            diagonal = above;
        }
    }
    let common = row.last().copied().unwrap_or(0);
    1.0 - 2.0 * common as f64 / (a.len() + b.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::edit;

    #[test]
    fn an_edit_is_the_share_of_words_that_changed() {
        assert_eq!(edit("We refund in five days.", "We refund in five days."), 0.0);
        assert_eq!(edit("", ""), 0.0);
        assert_eq!(edit("We refund.", "Something else entirely"), 1.0);
        let light = edit(
            "We pay the money back within five days of the parcel.",
            "Hello Maja, we pay the money back within five days of the parcel.",
        );
        assert!(light > 0.1 && light < 0.2, "{light}");
    }
}

//! Reviews: an answer is marked by somebody who knows neither its author nor its arm.

use balance::Fact;
use desk::{
    AgentId, Arm, Author, MessageKind, Review, ReviewId, ReviewVerdict, ReviewedAnswer, Source,
    Topic, limits,
};
use privacy::{Masked, RawText};
use store::{Change, ReviewCounts, Thread};

use crate::{
    Caller, Clock, Result, Service, ServiceError, house::retry, incoming::check_length,
    ledger::note,
};

/// A reviewer has an answer for themselves this long.
const CLAIM_MS: i64 = 10 * 60_000;

/// An answer as a reviewer sees it.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Which.
    pub id: ReviewId,
    /// Nobody was sent it.
    pub is_unseen: bool,
    /// About what.
    pub topic_name: Masked,
    /// What the customer wrote, in order.
    pub asked: Vec<Masked>,
    /// The answer, without what tells its author.
    pub answer: Masked,
    /// Where its facts are from.
    pub sources: Vec<Source>,
    /// How many wait for this reviewer.
    pub n_left: i64,
}

/// What a reviewer says.
#[derive(Debug, Clone)]
pub struct Marking {
    /// 1 good, .5 fair, 0 bad.
    pub mark: f64,
    /// Whom they take for the author.
    pub guess: Option<Arm>,
    /// Why.
    pub comment: Option<RawText>,
}

impl Service {
    /// How far the reviews are.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn review_counts(&self, caller: &Caller) -> Result<ReviewCounts> {
        let agent = caller.agent()?;
        Ok(self.store.review_counts(agent.id).await?)
    }

    /// The next answer for this reviewer; none when nothing waits.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn next_review(&self, caller: &Caller) -> Result<Option<Sheet>> {
        let agent_id = caller.agent()?.id;
        let now = Clock::real();
        let Some(review) = self.store.next_review(agent_id, now).await? else { return Ok(None) };
        let mut commit = self.begin(caller);
        commit.push(Change::ClaimReview(review.id, agent_id, now.plus_ms(CLAIM_MS)));
        self.commit(caller, commit).await?;
        let topics = self.topics_by_id().await?;
        let thread = self.store.thread(review.conversation_id).await?;
        let Some(thread) = thread else { return Err(ServiceError::NotFound { what: "review" }) };
        let n_left = self.store.review_counts(agent_id).await?.n_for_agent;
        Ok(Some(sheet(&review, &thread, topics.get(&review.topic_id), n_left)))
    }

    /// A reviewer marks an answer.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `TooLong`, `Forbidden` for their own; `Conflict` when it was marked.
    pub async fn mark(&self, caller: &Caller, id: ReviewId, marking: Marking) -> Result<()> {
        let agent_id = caller.agent()?.id;
        if !(0.0..=1.0).contains(&marking.mark) {
            let hint = "Give good, fair or bad.";
            return Err(ServiceError::invalid("mark", "That is no mark.", hint));
        }
        if let Some(comment) = &marking.comment {
            check_length("comment", comment, limits::DESCRIPTION_CHARS_MAX)?;
        }
        let comment = marking.comment.filter(|comment| !comment.is_blank()).map(RawText::mask);
        retry(|| async {
            let review = self.review_for(agent_id, id).await?;
            let mut commit = self.begin(caller);
            let verdict = ReviewVerdict {
                by: agent_id,
                at: commit.at,
                mark: marking.mark,
                guess: marking.guess,
                comment: comment.clone(),
            };
            let is_shadow = review.answer.is_unseen();
            let fact = Fact::Reviewed {
                case: review.case_id,
                is_shadow,
                mark: marking.mark,
                guess: marking.guess.filter(|_| !is_shadow),
            };
            note(&mut commit, &fact);
            commit.push(Change::FinishReview(id, verdict));
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }

    /// A reviewer leaves an answer to somebody else.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it was marked.
    pub async fn skip_review(&self, caller: &Caller, id: ReviewId) -> Result<()> {
        let agent_id = caller.agent()?.id;
        let review = self.review_for(agent_id, id).await?;
        let mut commit = self.begin(caller);
        // Others may have it at once; this one gets it again when nothing else waits.
        commit.push(Change::ClaimReview(review.id, agent_id, desk::Time(0)));
        self.commit(caller, commit).await?;
        Ok(())
    }

    async fn review_for(&self, agent_id: AgentId, id: ReviewId) -> Result<Review> {
        let review = self.store.review(id).await?;
        let review = review.ok_or(ServiceError::NotFound { what: "review" })?;
        if review.author_id == Some(agent_id) {
            return Err(ServiceError::Forbidden {
                detail: "Nobody reviews their own answer.",
                hint: "Take the next one.",
            });
        }
        if review.verdict.is_some() {
            return Err(ServiceError::Conflict {
                detail: "Somebody has marked this answer before.".to_owned(),
                hint: "Take the next one.",
            });
        }
        Ok(review)
    }
}

fn sheet(review: &Review, thread: &Thread, topic: Option<&Topic>, n_left: i64) -> Sheet {
    let (answer, sources, until) = match &review.answer {
        ReviewedAnswer::Unseen { text, sources } => {
            (text.clone(), sources.clone(), review.created_at)
        }
        ReviewedAnswer::Sent(id) => {
            let found = thread.messages.iter().find(|written| written.message.id == *id);
            found.map_or_else(
                || (Masked::default(), Vec::new(), review.created_at),
                |written| {
                    let names = authors(thread);
                    let text = without_author(written.message.text.as_str(), &names);
                    // A person cites nothing; the sources would tell who wrote it.
                    (Masked::own_words(text), Vec::new(), written.message.created_at)
                },
            )
        }
    };
    let asked = thread.messages.iter().map(|written| &written.message).filter(|message| {
        message.kind == MessageKind::Text
            && message.created_at <= until
            && matches!(message.author, Author::Customer(_))
    });
    Sheet {
        id: review.id,
        is_unseen: review.answer.is_unseen(),
        topic_name: topic.map(|topic| topic.name.clone()).unwrap_or_default(),
        asked: asked.map(|message| message.text.clone()).collect(),
        answer,
        sources,
        n_left,
    }
}

/// The names of those who answered here.
fn authors(thread: &Thread) -> Vec<&str> {
    let of_agents =
        thread.messages.iter().filter(|written| matches!(written.message.author, Author::Agent(_)));
    of_agents.filter_map(|written| written.author_name.as_ref()).map(Masked::as_str).collect()
}

/// An answer without what tells whether a person or the assistant wrote it: the numbers of its
/// sources, names of agents, and bold or list marks.
fn without_author(text: &str, names: &[&str]) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        let (before, after) = rest.split_at(start);
        let end = after.find(']');
        let is_number = end.is_some_and(|end| {
            end > 1 && after[1..end].chars().all(|c| c.is_ascii_digit() || c == ',' || c == ' ')
        });
        match end {
            Some(end) if is_number => {
                plain.push_str(before.trim_end_matches(' '));
                rest = &after[end + 1..];
            }
            _ => {
                plain.push_str(before);
                plain.push('[');
                rest = &after[1..];
            }
        }
    }
    plain.push_str(rest);
    for name in names.iter().filter(|name| !name.is_empty()) {
        plain = plain.replace(name, "…");
        if let Some(first) = name.split(' ').next().filter(|first| first.chars().count() > 2) {
            plain = plain.replace(first, "…");
        }
    }
    plain.replace("**", "")
}

#[cfg(test)]
mod tests {
    use super::without_author;

    #[test]
    fn what_tells_the_author_is_taken_away() {
        let text = "We refund in **five** days [1]. See [2, 3]. I am Leyla Demir, yours Leyla. [x]";
        let plain = without_author(text, &["Leyla Demir"]);
        assert_eq!(plain, "We refund in five days. See. I am …, yours …. [x]");
    }
}

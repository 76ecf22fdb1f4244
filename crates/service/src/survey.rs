//! What the customer says at the end.

use balance::Happening;
use desk::{Author, ConversationId, Kind, Survey, limits};
use privacy::RawText;

use crate::{
    Caller, Result, Service, ServiceError, house::retry, incoming::check_length, ledger::happened,
    masking::mask_after,
};

impl Service {
    /// The customer judges a closed conversation, 1 to 5.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `TooLong`; `Conflict` while it is open or once it was judged.
    pub async fn judge(
        &self,
        caller: &Caller,
        id: ConversationId,
        score: i64,
        comment: Option<RawText>,
    ) -> Result<()> {
        let (customer_id, _) = caller.customer()?;
        if !(1..=5).contains(&score) {
            let detail = format!("{score} is not from 1 to 5.");
            return Err(ServiceError::invalid("score", detail, "Give a whole number, 1 to 5."));
        }
        if let Some(comment) = &comment {
            check_length("comment", comment, limits::DESCRIPTION_CHARS_MAX)?;
        }
        let comment = comment.filter(|comment| !comment.is_blank());
        retry(|| async {
            let mut thread = self.conversation(caller, id).await?;
            let mut commit = self.begin(caller);
            // It is the customer's next words, and may complete a card number like a message.
            let author = Author::Customer(customer_id);
            let comment = comment
                .as_ref()
                .map(|comment| mask_after(caller, comment, author, &mut thread, &mut commit));
            let mut conversation = thread.listed.conversation.clone();
            let what = match score {
                ..=2 => Happening::Disliked,
                3 => Happening::Rated,
                _ => Happening::Confirmed,
            };
            happened(&mut commit, &thread.cases, what);
            conversation.judge(Survey { score, comment, at: commit.at })?;
            commit.change(Kind::ConversationSurveyed, conversation);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }
}

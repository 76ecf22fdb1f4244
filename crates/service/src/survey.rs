//! What the customer says at the end.

use desk::{ConversationId, Kind, Survey, limits};
use privacy::RawText;

use crate::{Caller, Result, Service, ServiceError, house::retry, incoming::check_length};

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
        caller.customer()?;
        if !(1..=5).contains(&score) {
            let detail = format!("{score} is not from 1 to 5.");
            return Err(ServiceError::invalid("score", detail, "Give a whole number, 1 to 5."));
        }
        if let Some(comment) = &comment {
            check_length("comment", comment, limits::DESCRIPTION_CHARS_MAX)?;
        }
        let comment = comment.filter(|comment| !comment.is_blank()).map(RawText::mask);
        retry(|| async {
            let mut conversation = self.conversation(caller, id).await?.listed.conversation;
            let mut commit = self.begin(caller);
            conversation.judge(Survey { score, comment: comment.clone(), at: commit.at })?;
            commit.change(Kind::ConversationSurveyed, conversation);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }
}

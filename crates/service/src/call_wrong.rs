//! A person says that an answer was wrong: it counts against whoever gave it, on its topic.

use balance::Happening;
use desk::{Arm, Author, ConversationId, Kind, Message, MessageId, MessageKind};

use crate::{Caller, Result, Service, ServiceError, house::retry, ledger::happened};

impl Service {
    /// Says that an answer of the assistant or of a colleague was wrong. Said again it is no error.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for one's own answer; `Invalid` for what is no answer.
    pub async fn call_wrong(
        &self,
        caller: &Caller,
        id: ConversationId,
        message_id: MessageId,
    ) -> Result<()> {
        let agent_id = caller.agent()?.id;
        retry(|| async {
            let thread = self.conversation(caller, id).await?;
            let written = thread.messages.iter().find(|one| one.message.id == message_id);
            let message = &written.ok_or(ServiceError::NotFound { what: "message" })?.message;
            let arm = match (message.author, message.kind) {
                (Author::Assistant, MessageKind::Text) => Arm::Ai,
                (Author::Agent(author), MessageKind::Text) if author != agent_id => Arm::Human,
                (Author::Agent(_), MessageKind::Text) => {
                    return Err(ServiceError::Forbidden {
                        detail: "Nobody judges their own answer.",
                        hint: "Write to the customer what is right.",
                    });
                }
                _ => {
                    let hint = "Choose an answer of the assistant or of a colleague.";
                    return Err(ServiceError::invalid("message", "That is no answer.", hint));
                }
            };
            if message.wrong_by.is_some() {
                return Ok(());
            }
            let mut commit = self.begin(caller);
            // A second wrong answer says nothing more of the same case.
            let is_of_arm = |one: &Message| match one.author {
                Author::Assistant => arm == Arm::Ai,
                _ => arm == Arm::Human,
            };
            let before = thread.messages.iter().map(|one| &one.message);
            let is_first = !before.into_iter().any(|one| one.wrong_by.is_some() && is_of_arm(one));
            if is_first {
                let of_arm = thread.cases.iter().filter(|case| case.assignment.arm == arm);
                happened(&mut commit, of_arm, Happening::Corrected);
            }
            let marked = Message { wrong_by: Some(agent_id), ..message.clone() };
            commit.change(Kind::MessageCalledWrong, marked);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }
}

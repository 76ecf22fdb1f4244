//! A person corrects a conversation's topic. The case keeps its topic and arm: what was drawn
//! counts as it was drawn; the correction changes only where it goes from now on.

use desk::{Author, ConversationId, Example, ExampleId, Kind, MessageKind, TopicId};
use store::Change;

use crate::{
    Caller, Result, Service,
    house::{new_id, retry},
};

impl Service {
    /// Corrects the topic; with `learn` the first message becomes an example of it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn correct_topic(
        &self,
        caller: &Caller,
        id: ConversationId,
        topic_id: TopicId,
        learn: bool,
    ) -> Result<()> {
        retry(|| async {
            let mut topic = self.topic(caller, topic_id).await?;
            let thread = self.conversation(caller, id).await?;
            let mut conversation = thread.listed.conversation;
            let mut commit = self.begin(caller);
            conversation.topic_id = Some(topic_id);
            conversation.updated_at = commit.at;
            commit.change(Kind::ConversationTopicCorrected, conversation);
            let first = thread.messages.iter().map(|written| &written.message).find(|message| {
                message.kind == MessageKind::Text && matches!(message.author, Author::Customer(_))
            });
            if let Some(first) = first.filter(|_| learn) {
                commit.push(Change::AddExample(Example {
                    id: ExampleId(new_id()),
                    topic_id,
                    text: first.text.clone(),
                    created_at: commit.at,
                }));
                topic.n_examples += 1;
                commit.change(Kind::TopicChanged, topic);
            }
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        if learn {
            self.retrain.notify_one();
        }
        Ok(())
    }
}

//! A customer asks for a person by button; and where they stand in the queue.

use balance::Happening;
use desk::{
    ConversationId, EventCode, Handler, HandoffReason, Kind, Priority, RequestedBy, State, sayings,
};

use crate::{
    Caller, Result, Service,
    brain::spoken,
    hand_over::{Ask, event},
    hold::close_cases,
    house::retry,
    ledger::happened,
};

impl Service {
    /// A person, please, at any moment: a closed conversation goes on. Asked again it changes
    /// nothing.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn ask_for_person(&self, caller: &Caller, id: ConversationId) -> Result<()> {
        caller.customer()?;
        retry(|| self.ask_once(caller, id)).await
    }

    async fn ask_once(&self, caller: &Caller, id: ConversationId) -> Result<()> {
        let thread = self.conversation(caller, id).await?;
        let mut conversation = thread.listed.conversation.clone();
        let was_closed = conversation.state == State::Closed;
        if !was_closed && conversation.handler != Handler::Assistant {
            return Ok(());
        }
        let mut commit = self.begin(caller);
        if was_closed {
            let at = commit.at;
            conversation.reopen(at)?;
            close_cases(&mut commit, &thread, None);
            let words = sayings::reopened(spoken(conversation.language.as_deref()));
            let line = event(&mut conversation, EventCode::Reopened, words, at)?;
            commit.add(Kind::MessageAdded, line);
        }
        if was_closed {
            happened(&mut commit, &thread.cases, Happening::Reopened);
        }
        let what = match conversation.assistant_answered_at {
            Some(_) => Happening::AskedForPerson,
            None => Happening::HandedOver,
        };
        happened(&mut commit, &thread.cases, what);
        let ask = Ask {
            by: RequestedBy::Customer,
            reason: HandoffReason::AskedForPerson,
            detail: None,
            priority: Priority::Normal,
        };
        self.hand_over_thread(&mut commit, &mut conversation, ask, &thread).await?;
        commit.change(Kind::ConversationQueued, conversation);
        self.commit(caller, commit).await?;
        Ok(())
    }

    /// The place in the queue now, from 1, and whether somebody is at the desk.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn place(&self, caller: &Caller, id: ConversationId) -> Result<(Option<i64>, bool)> {
        self.conversation(caller, id).await?;
        Ok((self.store.place(id).await?, self.is_available().await?))
    }
}

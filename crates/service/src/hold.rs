//! Who has a conversation: claim, release, assign; and its end: close, open again.

use desk::{
    Actor, AgentId, Case, Conversation, ConversationId, EventCode, Handler, Kind, Refusal, Role,
    Time, limits, sayings,
};
use privacy::Masked;
use store::{Commit, Thread};

use crate::{
    Caller, Result, Service, ServiceError, brain::spoken, hand_over::event, house::retry,
    procedure::restored,
};

/// What an agent does with a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Takes it; a lead may take it from somebody.
    Claim {
        /// From whoever has it.
        take_over: bool,
    },
    /// Gives it back to the queue.
    Release,
    /// Gives it to an agent.
    Assign(AgentId),
    /// Ends it.
    Close,
    /// Opens it again.
    Reopen,
}

impl Service {
    /// An agent takes a step with a conversation; one that changes nothing is no error.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; `Conflict` when the state does not allow it, naming who has it.
    pub async fn take_step(&self, caller: &Caller, id: ConversationId, step: Step) -> Result<()> {
        caller.agent()?;
        retry(|| self.step_once(caller, id, step)).await
    }

    async fn step_once(&self, caller: &Caller, id: ConversationId, step: Step) -> Result<()> {
        let agent = caller.agent()?;
        let is_lead = agent.role >= Role::Lead;
        let thread = self.conversation(caller, id).await?;
        let mut row = thread.listed.conversation.clone();
        let mut commit = self.begin(caller);
        let at = commit.at;
        let language = spoken(row.language.as_deref());
        let refused = |refusal: Refusal| held_by(refusal, thread.listed.agent_name.as_ref());
        let (kind, line) = match step {
            Step::Claim { take_over } => {
                if take_over {
                    caller.at_least(Role::Lead)?;
                }
                if !row.claim(agent.id, take_over, at).map_err(refused)? {
                    return Ok(());
                }
                let words = sayings::agent_joined(language, &agent.name);
                (Kind::ConversationClaimed, (EventCode::AgentJoined, words))
            }
            Step::Assign(to) => {
                let to = self.agent(caller, to).await?;
                if to.is_disabled {
                    return Err(ServiceError::invalid(
                        "agent_id",
                        "That agent is disabled.",
                        "Choose somebody who can sign in.",
                    ));
                }
                // To give away what somebody else holds is to take it from them.
                if !is_lead
                    && let Handler::Agent(holder) = row.handler
                    && holder != agent.id
                {
                    return Err(refused(Refusal::HeldBy(holder)));
                }
                if !row.assign(to.id, at).map_err(refused)? {
                    return Ok(());
                }
                let words = sayings::agent_joined(language, &to.name);
                (Kind::ConversationAssigned, (EventCode::AgentJoined, words))
            }
            Step::Release => {
                row.release(agent.id, is_lead, at).map_err(refused)?;
                let words = sayings::released(language);
                (Kind::ConversationReleased, (EventCode::Released, words))
            }
            Step::Close => {
                row.close(at)?;
                close_cases(&mut commit, &thread, Some(at));
                (Kind::ConversationClosed, (EventCode::Closed, sayings::closed(language)))
            }
            Step::Reopen => {
                row.reopen(at)?;
                row.handler = Handler::Agent(agent.id);
                close_cases(&mut commit, &thread, None);
                (Kind::ConversationReopened, (EventCode::Reopened, sayings::reopened(language)))
            }
        };
        self.finish(caller, commit, row, kind, line).await
    }

    /// The customer says that it is done.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is closed.
    pub async fn customer_closes(&self, caller: &Caller, id: ConversationId) -> Result<()> {
        caller.customer()?;
        retry(|| async {
            let thread = self.conversation(caller, id).await?;
            let mut row = thread.listed.conversation.clone();
            let mut commit = self.begin(caller);
            let at = commit.at;
            row.close(at)?;
            close_cases(&mut commit, &thread, Some(at));
            let words = sayings::closed(spoken(row.language.as_deref()));
            let line = (EventCode::Closed, words);
            self.finish(caller, commit, row, Kind::ConversationClosed, line).await
        })
        .await
    }

    async fn finish(
        &self,
        caller: &Caller,
        mut commit: Commit,
        mut row: Conversation,
        kind: Kind,
        (code, words): (EventCode, Masked),
    ) -> Result<()> {
        let at = commit.at;
        commit.add(Kind::MessageAdded, event(&mut row, code, words, at)?);
        commit.change(kind, row);
        self.commit(caller, commit).await?;
        Ok(())
    }

    /// Closes what the assistant answered and nobody came back to. It says nothing on success:
    /// silence is not a resolution.
    pub(crate) async fn close_idle(&self) -> Result<()> {
        let before = self.now().plus_ms(-limits::IDLE_CLOSE_MS);
        for id in self.store.idle_with_assistant(before, 500).await? {
            let Some(thread) = self.store.thread(id).await? else { continue };
            let mut row = thread.listed.conversation.clone();
            let mut commit = Commit::new(self.now(), Actor::System);
            let at = commit.at;
            if row.handler != Handler::Assistant || row.updated_at >= before {
                continue;
            }
            // The customer is not the one who is waited for.
            let kept = self.store.progress(id).await?.as_deref().and_then(restored);
            if kept.is_some_and(|state| state.waits_for().is_some()) {
                continue;
            }
            row.close(at)?;
            close_cases(&mut commit, &thread, Some(at));
            let words = sayings::closed_idle(spoken(row.language.as_deref()));
            commit.add(Kind::MessageAdded, event(&mut row, EventCode::ClosedIdle, words, at)?);
            commit.change(Kind::ConversationClosed, row);
            match self.store.commit(commit).await.map_err(ServiceError::from) {
                Ok(_) | Err(ServiceError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

pub(crate) fn close_cases(commit: &mut Commit, thread: &Thread, closed_at: Option<Time>) {
    let kind = if closed_at.is_some() { Kind::CaseClosed } else { Kind::CaseReopened };
    for case in &thread.cases {
        commit.change(kind, Case { closed_at, ..case.clone() });
    }
}

fn held_by(refusal: Refusal, name: Option<&Masked>) -> ServiceError {
    match (refusal, name) {
        (Refusal::HeldBy(_), Some(name)) => ServiceError::Conflict {
            detail: format!("{name} has this conversation."),
            hint: "Write a note to them, or ask a lead to take it over.",
        },
        _ => refusal.into(),
    }
}

//! An agent writes: a reply to the customer, a note to colleagues, or a draft put aside.

use balance::Fact;
use desk::{
    Arm, Author, ConversationId, DraftState, EventCode, Handler, Kind, Message, MessageId,
    MessageKind, Role, sayings,
};
use store::{Change, Commit, Thread};

use crate::{
    Caller, Incoming, Result, Service, ServiceError,
    brain::spoken,
    hand_over::event,
    house::{new_id, retry, taken_is_stale},
    ledger::{answered, edit, note},
    letters::last_door,
    masking::mask_after,
};

/// What an agent writes.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The text, the sender's key, the files.
    pub message: Incoming,
    /// For colleagues alone.
    pub is_note: bool,
    /// The assistant's draft that it came from.
    pub draft_id: Option<MessageId>,
}

impl Service {
    /// An agent writes. A reply claims a conversation that nobody has, and opens a closed one.
    ///
    /// # Errors
    /// `NotFound`, `TooLong`, `Invalid`; `Conflict` when another agent has the conversation.
    pub async fn write(
        &self,
        caller: &Caller,
        id: ConversationId,
        outgoing: &Outgoing,
    ) -> Result<MessageId> {
        caller.agent()?;
        outgoing.message.check()?;
        retry(|| self.write_once(caller, id, outgoing)).await
    }

    async fn write_once(
        &self,
        caller: &Caller,
        id: ConversationId,
        outgoing: &Outgoing,
    ) -> Result<MessageId> {
        let agent = caller.agent()?;
        if let Some(client_id) = outgoing.message.client_id.clone()
            && let Some(known) = self.store.message_by_client_id(id, client_id).await?
        {
            return Ok(known);
        }
        let files = self.files_of(caller, &outgoing.message).await?;
        let mut thread = self.conversation(caller, id).await?;
        let mut commit = self.begin(caller);
        let at = commit.at;
        let draft = draft_of(&thread, outgoing.draft_id)?;
        let author = Author::Agent(agent.id);
        let text = mask_after(caller, &outgoing.message.text, author, &mut thread, &mut commit);
        let mut conversation = thread.listed.conversation.clone();
        if outgoing.is_note {
            conversation.updated_at = at;
        } else {
            let had = conversation.handler;
            conversation.agent_replied(agent.id, agent.role >= Role::Lead, &text, at)?;
            if had != Handler::Agent(agent.id) {
                let line =
                    sayings::agent_joined(spoken(conversation.language.as_deref()), &agent.name);
                let line = event(&mut conversation, EventCode::AgentJoined, line, at)?;
                commit.add(Kind::MessageAdded, line);
            }
            // Whatever was suggested is settled by the answer.
            for written in &thread.messages {
                if written.message.draft_state == Some(DraftState::Pending) {
                    let is_sent = Some(written.message.id) == outgoing.draft_id;
                    let state = if is_sent { DraftState::Sent } else { DraftState::Discarded };
                    let settled = Message { draft_state: Some(state), ..written.message.clone() };
                    commit.change(Kind::DraftSettled, settled);
                }
            }
            conversation.has_draft = false;
            note_drafts(&mut commit, &thread, outgoing.draft_id, text.as_str());
        }
        // Sent as it was suggested, it is the assistant's text, whoever pressed the key.
        let is_unchanged = draft.as_ref().is_some_and(|draft| draft.text == text);
        let message = Message {
            is_generated: is_unchanged,
            sources: draft.map(|draft| draft.sources).unwrap_or_default(),
            files: files.clone(),
            client_id: outgoing.message.client_id.clone(),
            ..Message::new(
                MessageId(new_id()),
                id,
                conversation.next_position()?,
                author,
                if outgoing.is_note { MessageKind::Note } else { MessageKind::Text },
                text,
                at,
            )
        };
        let message_id = message.id;
        if !outgoing.is_note {
            let before = &thread.listed.conversation;
            answered(&mut commit, before, &thread.cases, Arm::Human, message_id);
        }
        if !outgoing.is_note {
            let fact = format!("message/{message_id}");
            self.write_to(&mut commit, &thread.customer, (id, last_door(&thread.messages)), fact);
        }
        commit.add(Kind::MessageAdded, message);
        for file in &files {
            commit.push(Change::AttachFile(file.id, id, message_id));
        }
        commit.change(Kind::ConversationChanged, conversation);
        match self.commit(caller, commit).await {
            Ok(_) => Ok(message_id),
            Err(error) => Err(taken_is_stale(error)),
        }
    }

    /// A draft is put aside.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is settled.
    pub async fn discard_draft(
        &self,
        caller: &Caller,
        id: ConversationId,
        draft_id: MessageId,
    ) -> Result<()> {
        caller.agent()?;
        retry(|| async {
            let thread = self.conversation(caller, id).await?;
            let draft = draft_of(&thread, Some(draft_id))?
                .ok_or(ServiceError::NotFound { what: "draft" })?;
            let mut commit = self.begin(caller);
            let settled = Message { draft_state: Some(DraftState::Discarded), ..draft };
            commit.change(Kind::DraftSettled, settled);
            let mut conversation = thread.listed.conversation;
            conversation.has_draft = false;
            conversation.updated_at = commit.at;
            commit.change(Kind::ConversationChanged, conversation);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }
}

/// How much of each draft that was shown is in what was sent.
fn note_drafts(commit: &mut Commit, thread: &Thread, sent: Option<MessageId>, text: &str) {
    let mut pending = thread.messages.iter().map(|written| &written.message);
    let pending = pending.rfind(|message| message.draft_state == Some(DraftState::Pending));
    let Some(draft) = pending else { return };
    let edit = if sent == Some(draft.id) { edit(draft.text.as_str(), text) } else { 1.0 };
    for case in &thread.cases {
        if case.assignment.draft.is_some_and(|draft| draft.is_shown) && case.topic_id.is_some() {
            note(commit, &Fact::Drafted { case: case.id, edit });
        }
    }
}

fn draft_of(thread: &Thread, id: Option<MessageId>) -> Result<Option<Message>> {
    let Some(id) = id else { return Ok(None) };
    let found = thread.messages.iter().map(|written| &written.message).find(|m| m.id == id);
    match found {
        Some(draft) if draft.draft_state == Some(DraftState::Pending) => Ok(Some(draft.clone())),
        Some(_) => Err(ServiceError::Conflict {
            detail: "The draft was sent or put aside before.".to_owned(),
            hint: "Look at the conversation again.",
        }),
        None => Err(ServiceError::NotFound { what: "draft" }),
    }
}

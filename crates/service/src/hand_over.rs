//! A handoff to a person: the queue, a receipt for the customer, a summary for the agent.

use assistant::{Command, Input, Line, step, summary};
use desk::{
    Author, AuthorType, Conversation, Customer, Door, EventCode, Handoff, HandoffId, HandoffReason,
    Kind, Message, MessageId, MessageKind, Priority, RequestedBy, sayings,
};
use privacy::{Masked, RawText};
use store::{Change, Commit, Thread, Written};

use crate::{
    Result, Service,
    brain::spoken,
    house::new_id,
    letters::last_door,
    procedure::{kept_form, restored},
};

/// Who asks for a person and why.
pub(crate) struct Ask {
    pub(crate) by: RequestedBy,
    pub(crate) reason: HandoffReason,
    pub(crate) detail: Option<Masked>,
    pub(crate) priority: Priority,
}

/// What the receipt and the summary are made of.
pub(crate) struct HandOver<'a> {
    /// What was written so far.
    pub(crate) messages: &'a [Written],
    /// What is written in the same commit.
    pub(crate) newest: Option<&'a Message>,
    pub(crate) customer: &'a Customer,
    pub(crate) topic_name: Option<&'a Masked>,
    pub(crate) hours: &'a Masked,
    pub(crate) is_somebody_there: bool,
}

impl Service {
    /// Hands over what is in a thread, with nothing new written in the same commit.
    pub(crate) async fn hand_over_thread(
        &self,
        commit: &mut Commit,
        conversation: &mut Conversation,
        ask: Ask,
        thread: &Thread,
    ) -> Result<()> {
        let settings = self.settings()?;
        let from = HandOver {
            messages: &thread.messages,
            newest: None,
            customer: &thread.customer,
            topic_name: thread.listed.topic_name.as_ref(),
            hours: &settings.hours,
            is_somebody_there: self.is_available().await?,
        };
        self.hand_over(commit, conversation, ask, &from).await
    }

    /// Puts the conversation into the queue and adds handoff and receipt to the commit. The
    /// conversation's own row is left to the caller to write.
    pub(crate) async fn hand_over(
        &self,
        commit: &mut Commit,
        conversation: &mut Conversation,
        ask: Ask,
        from: &HandOver<'_>,
    ) -> Result<()> {
        let at = commit.at;
        conversation.queue(ask.priority, at);
        let since = conversation.waiting_since.unwrap_or(at);
        let place = self.store.n_before(conversation.id, conversation.priority, since).await? + 1;
        let language = spoken(conversation.language.as_deref());
        let door = match from.newest {
            Some(newest) => newest.door,
            None => last_door(from.messages),
        };
        let by_mail = door != Door::Chat;
        let promise = sayings::promise(language, from.is_somebody_there, from.hours, by_mail);
        let said: Vec<&Message> =
            from.messages.iter().map(|written| &written.message).chain(from.newest).collect();
        let mut summary = sum_up(&said, from.customer);
        let follows = self.playbook().connection().is_some();
        let kept = if follows { self.store.progress(conversation.id).await? } else { None };
        if let Some(kept) = kept {
            let state = restored(&kept).unwrap_or_default();
            summary.tried.extend(told(&state));
            let playbook = self.playbook();
            let leave = Input::Command(Command::HandOver { reason: String::new() });
            let (state, _) = step(playbook.procedures(), state, leave);
            commit.push(Change::KeepProgress(conversation.id, kept_form(&state)));
        }
        commit.add(
            Kind::HandoffMade,
            Handoff {
                id: HandoffId(new_id()),
                version: 1,
                conversation_id: conversation.id,
                at,
                by: ask.by,
                reason: ask.reason,
                detail: ask.detail,
                summary: summary.text,
                tried: summary.tried,
                missing: summary.missing,
                topic_id: conversation.topic_id,
                place,
                promise: promise.clone(),
            },
        );
        let text =
            sayings::receipt(language, conversation.number, from.topic_name, place, &promise);
        let line = event(conversation, EventCode::Receipt, text, at)?;
        // Who wrote in the chat sees it there.
        if by_mail {
            let fact = format!("message/{}", line.id);
            self.write_to(commit, from.customer, (conversation.id, door), fact);
        }
        commit.add(Kind::MessageAdded, line);
        Ok(())
    }
}

/// What a procedure was told so far.
fn told(state: &assistant::State) -> Option<Masked> {
    let procedure = state.procedure()?;
    let told: Vec<String> =
        state.told().into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let told = if told.is_empty() { "nothing yet".to_owned() } else { told.join("; ") };
    Some(RawText::from(format!("Was in “{procedure}”, told {told}.")).mask())
}

/// One of the desk's own lines, at the conversation's next position.
pub(crate) fn event(
    conversation: &mut Conversation,
    code: EventCode,
    text: Masked,
    at: desk::Time,
) -> Result<Message> {
    Ok(Message {
        code: Some(code),
        ..Message::new(
            MessageId(new_id()),
            conversation.id,
            conversation.next_position()?,
            Author::System,
            MessageKind::Event,
            text,
            at,
        )
    })
}

/// A handoff's summary, made anew of what had been said by then.
pub(crate) fn sum_up_again(thread: &Thread, handoff: &Handoff) -> Masked {
    let all = thread.messages.iter().map(|written| &written.message);
    let said: Vec<&Message> = all.filter(|message| message.created_at <= handoff.at).collect();
    sum_up(&said, &thread.customer).text
}

fn sum_up(said: &[&Message], customer: &Customer) -> assistant::Summary {
    let titles: Vec<Vec<&str>> = said
        .iter()
        .map(|message| message.sources.iter().map(|source| source.title.as_str()).collect())
        .collect();
    let lines: Vec<Line<'_>> = said
        .iter()
        .zip(&titles)
        .filter(|(message, _)| message.kind == MessageKind::Text)
        .filter_map(|(message, titles)| match author_type(message.author) {
            AuthorType::Customer => Some(Line::Customer(&message.text)),
            AuthorType::Ai => Some(Line::Assistant(titles)),
            AuthorType::Agent | AuthorType::System => None,
        })
        .collect();
    summary(&lines, customer.name.is_some(), customer.email.is_some())
}

/// The sort of author.
pub(crate) fn author_type(author: Author) -> AuthorType {
    match author {
        Author::Customer(_) => AuthorType::Customer,
        Author::Assistant => AuthorType::Ai,
        Author::Agent(_) => AuthorType::Agent,
        Author::System => AuthorType::System,
    }
}

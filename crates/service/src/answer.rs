//! The assistant's turn: it answers in cited sentences, suggests a draft, or hands over. The job,
//! its end and its effect are one commit, so that a desk that is killed answers just once.

use std::time::Duration;

use assistant::{Command, Input, reply, says_it_did_not_help, says_yes_or_no};
use balance::Happening;
use desk::{
    Actor, Arm, Author, CallState, Conversation, DraftState, EventCode, Handler, HandoffReason,
    Kind, Level, Message, MessageId, MessageKind, Priority, RequestedBy, Review, ReviewId,
    ReviewedAnswer, State, sayings,
};
use knowledge::SmallTalk;
use privacy::{Masked, RawText};
use store::{Change, Commit, Job, JobKind, Thread};

use crate::{
    Clock, Result, Service, ServiceError, Verdict,
    brain::spoken,
    calls::{Proposed, call_job},
    hand_over::{Ask, event},
    hold::close_cases,
    house::{new_id, retry},
    ledger::{answered, happened},
    letters::last_door,
    models::Understood,
    playbook::may_begin,
    procedure::{About, Heard, Progress, kept_form, known_as, restored, understood},
    trace::Trace,
};

/// After so many failures a person answers; after twice as many the job is given up.
const ATTEMPTS_MAX: i64 = 5;
/// The wait before a failed job is tried again; it doubles with each failure.
const RETRY_MS: i64 = 1_000;
/// So often.
const DOUBLINGS_MAX: i64 = 6;
const _: () = assert!(RETRY_MS << DOUBLINGS_MAX <= store::PUT_OFF_MS_MAX);
/// A node has a job for itself this long, and longer while it works on it. When it is killed,
/// another takes over after this time.
pub(crate) const LEASE_MS: i64 = 10_000;

/// How long a desk that stops waits for its work.
const FINISH: Duration = Duration::from_secs(3);

/// What a turn comes to.
enum Turn {
    Say(Masked, Vec<desk::Source>),
    Follow(Box<Progress>),
    HandOver(HandoffReason),
}

impl Turn {
    fn from_reply(thread: &Thread, reply: Option<assistant::Reply>) -> Self {
        match reply {
            // Saying the same again helps nobody.
            Some(reply) if was_said(thread, &reply.text) => {
                Self::HandOver(HandoffReason::DidNotHelp)
            }
            Some(reply) => Self::Say(reply.text, reply.sources),
            None => Self::HandOver(HandoffReason::NoAnswer),
        }
    }
}

impl Service {
    /// Works on a job beside the request that made it.
    pub(crate) fn spawn_job(&self, job: Job) {
        let service = self.clone();
        tokio::spawn(async move { service.do_job(&job).await });
    }

    /// Takes jobs that nobody works on, such as those of a node that stopped, and works on them.
    pub(crate) async fn do_jobs(&self, limit: usize) -> Result<()> {
        let now = Clock::real();
        for job in self.store.claim_jobs(now, now.plus_ms(LEASE_MS), limit).await? {
            self.do_job(&job).await;
        }
        Ok(())
    }

    /// Before the program ends: waits a moment for what is being worked on, then leaves the rest to
    /// other nodes, or to the next start.
    pub async fn finish_work(&self) {
        let finished = tokio::time::timeout(FINISH, async {
            while self.store.n_own_jobs().await.is_ok_and(|n| n > 0) {
                tokio::time::sleep(FINISH / 100).await;
            }
        });
        if finished.await.is_err() {
            tracing::warn!("work was left to others");
        }
        if let Err(error) = self.store.release_jobs().await {
            tracing::warn!(%error, "others wait until the leases of this desk's work end");
        }
    }

    /// Works on a job; a failure is logged and tried again later, in the end by a person.
    pub(crate) async fn do_job(&self, job: &Job) {
        let work = retry(|| self.take_turn(job));
        tokio::pin!(work);
        let mut beats = tokio::time::interval(Duration::from_millis(LEASE_MS as u64 / 3));
        beats.tick().await;
        let outcome = loop {
            tokio::select! {
                outcome = &mut work => break outcome,
                _ = beats.tick() => self.extend_lease(job).await,
            }
        };
        let Err(error) = outcome else { return };
        tracing::error!(job = %job.id, %error, "a job failed");
        let now = Clock::real();
        let n_failures = job.n_attempts + 1;
        let n_max = if job.kind == JobKind::Draft { ATTEMPTS_MAX } else { 2 * ATTEMPTS_MAX };
        let mut commit = Commit::new(self.now(), Actor::System);
        commit.push(Change::RetryJob {
            id: job.id,
            due_at: now.plus_ms(RETRY_MS << n_failures.min(DOUBLINGS_MAX)),
            failure: error.to_string(),
            died_at: (n_failures >= n_max).then_some(now),
        });
        if let Err(error) = self.store.commit(commit).await {
            tracing::error!(job = %job.id, %error, "a failed job could not be put off");
        }
    }

    /// Work that takes long stays this node's; when it no longer is, its end will be refused.
    async fn extend_lease(&self, job: &Job) {
        let mut commit = Commit::new(self.now(), Actor::System);
        commit.push(Change::ExtendLease(job.id, Clock::real().plus_ms(LEASE_MS)));
        if let Err(error) = self.store.commit(commit).await {
            tracing::warn!(job = %job.id, %error, "a lease was not extended");
        }
    }

    async fn take_turn(&self, job: &Job) -> Result<()> {
        self.learnt().await;
        if job.kind == JobKind::Call {
            return self.finish_calls(job).await;
        }
        let Some(thread) = self.store.thread(job.conversation_id).await? else { return Ok(()) };
        let mut commit = Commit::new(self.now(), Actor::Assistant);
        commit.push(Change::FinishJob(job.id));
        if self.is_still_wanted(job, &thread) {
            match job.kind {
                JobKind::Answer => self.answer(&mut commit, &thread, job).await?,
                JobKind::Draft => self.draft(&mut commit, thread).await?,
                JobKind::Shadow => self.practise(&mut commit, &thread).await?,
                JobKind::Call => {}
            }
        }
        self.commit_turn(commit, job).await
    }

    /// Commits a turn, and begins what it asks for.
    pub(crate) async fn commit_turn(&self, commit: Commit, job: &Job) -> Result<()> {
        let next = commit.changes.iter().find_map(|change| match change {
            Change::AddJob(next) => Some(next.clone()),
            _ => None,
        });
        match self.store.commit(commit).await.map_err(ServiceError::from) {
            // The conversation changed: look again. Or another node has the job, or did it: let go.
            Err(ServiceError::Stale) if !self.store.has_job(job.id).await? => Ok(()),
            Err(error) => Err(error),
            Ok(_) => {
                if let Some(next) = next {
                    self.spawn_job(next);
                }
                Ok(())
            }
        }
    }

    /// Who answers is checked again: a person may have come, or a newer message.
    fn is_still_wanted(&self, job: &Job, thread: &Thread) -> bool {
        let conversation = &thread.listed.conversation;
        // Nobody waits for it, and nobody but a reviewer will see it.
        if job.kind == JobKind::Shadow {
            return true;
        }
        let last = thread.messages.iter().rev().find(|written| {
            written.message.kind == MessageKind::Text
                && !matches!(written.message.author, Author::System)
        });
        let is_last = last.is_some_and(|written| written.message.id == job.message_id);
        let is_for = match job.kind {
            JobKind::Answer => conversation.handler == Handler::Assistant,
            JobKind::Draft | JobKind::Shadow | JobKind::Call => {
                conversation.handler != Handler::Assistant
            }
        };
        conversation.state == State::Open && is_last && is_for
    }

    async fn answer(&self, commit: &mut Commit, thread: &Thread, job: &Job) -> Result<()> {
        let settings = self.settings()?;
        let mut conversation = thread.listed.conversation.clone();
        let state = self.state_of(thread).await?;
        let mut read = Trace::default();
        let turn = if job.n_attempts >= ATTEMPTS_MAX {
            Turn::HandOver(HandoffReason::NoAnswer)
        } else if settings.brake.is_some() {
            Turn::HandOver(HandoffReason::LevelGivesPeople)
        } else {
            self.turn(thread, state.clone(), true, &mut read).await?
        };
        let language = spoken(conversation.language.as_deref());
        let at = commit.at;
        let mut lines = Vec::new();
        if conversation.ai_notice_at.is_none() {
            let notice = sayings::ai_notice(language, &settings.name);
            lines.push(event(&mut conversation, EventCode::AiNotice, notice, at)?);
            conversation.ai_notice_at = Some(at);
        }
        // What was asked about before ("is it this?") was not meant.
        if state.clarifies().is_some() && !matches!(turn, Turn::Follow(_)) {
            let kept = kept_form(&state.without_wish());
            commit.push(Change::KeepProgress(conversation.id, kept));
        }
        let kind = match turn {
            Turn::Follow(mut progress) => {
                for line in lines {
                    commit.add(Kind::MessageAdded, line);
                }
                progress.trace.begin_with(read);
                return self.conclude(commit, thread, conversation, &mut progress).await;
            }
            Turn::Say(text, sources) => {
                conversation.assistant_wrote(&text, at);
                let says_something = !sources.is_empty();
                let line = said(&mut conversation, text, sources, at)?;
                self.trace_answer(thread, &line, read).keep(commit, line.id);
                if says_something {
                    let before = &thread.listed.conversation;
                    answered(commit, before, &thread.cases, Arm::Ai, line.id);
                }
                let place = (line.conversation_id, last_door(&thread.messages));
                self.write_to(commit, &thread.customer, place, format!("message/{}", line.id));
                lines.push(line);
                Kind::ConversationChanged
            }
            Turn::HandOver(reason) => {
                let what = match reason {
                    HandoffReason::DidNotHelp => Happening::DidNotHelp,
                    _ => Happening::HandedOver,
                };
                happened(commit, &thread.cases, what);
                let text = sayings::person_will_answer(language);
                conversation.said(desk::AuthorType::Ai, &text, at);
                let line = said(&mut conversation, text, Vec::new(), at)?;
                let mut trace = self.trace_answer(thread, &line, read);
                trace.step("hands over", reason.sentence());
                trace.keep(commit, line.id);
                lines.push(line);
                let ask = Ask {
                    by: RequestedBy::Assistant,
                    reason,
                    detail: None,
                    priority: Priority::Normal,
                };
                for line in lines.drain(..) {
                    commit.add(Kind::MessageAdded, line);
                }
                self.hand_over_thread(commit, &mut conversation, ask, thread).await?;
                Kind::ConversationQueued
            }
        };
        for line in lines {
            commit.add(Kind::MessageAdded, line);
        }
        commit.change(kind, conversation);
        Ok(())
    }

    /// Says what a procedure says, proposes what it wants, and keeps where it stands.
    async fn conclude(
        &self,
        commit: &mut Commit,
        thread: &Thread,
        mut conversation: Conversation,
        progress: &mut Progress,
    ) -> Result<()> {
        let at = commit.at;
        if let Some(text) = progress.text() {
            conversation.assistant_wrote(&text, at);
            let sources = std::mem::take(&mut progress.sources);
            let says_something = !sources.is_empty();
            let mut line = said(&mut conversation, text, sources, at)?;
            line.choices = std::mem::take(&mut progress.choices);
            progress.trace.keep(commit, line.id);
            if says_something {
                let before = &thread.listed.conversation;
                answered(commit, before, &thread.cases, Arm::Ai, line.id);
            }
            let place = (line.conversation_id, last_door(&thread.messages));
            self.write_to(commit, &thread.customer, place, format!("message/{}", line.id));
            commit.add(Kind::MessageAdded, line);
        }
        if let Some(Proposed { call, reserves }) = progress.proposed.take().map(|wanted| *wanted) {
            commit.changes.extend(reserves.map(Change::Reserve));
            if call.state == CallState::Approved {
                let last = thread.messages.last();
                let job = last.map(|last| call_job(&call, last.message.id));
                commit.changes.extend(job.map(Change::AddJob));
            }
            commit.add(Kind::CallProposed, call);
        }
        let Some(reason) = progress.hands_over.take() else {
            commit.push(Change::KeepProgress(conversation.id, kept_form(&progress.state)));
            commit.change(Kind::ConversationChanged, conversation);
            return Ok(());
        };
        happened(commit, &thread.cases, Happening::HandedOver);
        let ask = Ask {
            by: RequestedBy::Assistant,
            reason: HandoffReason::Procedure,
            detail: Some(RawText::from(reason).mask()),
            priority: Priority::Normal,
        };
        self.hand_over_thread(commit, &mut conversation, ask, thread).await?;
        commit.change(Kind::ConversationQueued, conversation);
        Ok(())
    }

    /// A change has come to its end: the procedure that waits for it goes on.
    pub(crate) async fn go_on(
        &self,
        commit: &mut Commit,
        thread: &Thread,
        state: assistant::State,
        (input, tool): (Input, &str),
    ) -> Result<()> {
        let playbook = self.playbook();
        let about = About { told_by: playbook.tools().get(tool), ..about(thread, true) };
        let mut progress = self.proceed(&about, state, Heard::from(input)).await?;
        let mut conversation = thread.listed.conversation.clone();
        // Whoever closed it while a call waited hears what came of it.
        if conversation.state == State::Closed {
            conversation.reopen(commit.at)?;
            close_cases(commit, thread, None);
        }
        self.conclude(commit, thread, conversation, &mut progress).await
    }

    /// Where a conversation stands in its procedures.
    pub(crate) async fn state_of(&self, thread: &Thread) -> Result<assistant::State> {
        let follows = self.playbook().connection().is_some();
        let id = thread.listed.conversation.id;
        let kept = if follows { self.store.progress(id).await? } else { None };
        let state = kept.as_deref().and_then(restored).unwrap_or_default();
        Ok(state.with_customer(known_as(thread)))
    }

    /// Goes on with a procedure, or begins one; `None` when the message asks for none.
    async fn follow_procedure(
        &self,
        thread: &Thread,
        state: assistant::State,
        text: &Masked,
        may_change: bool,
    ) -> Result<Option<Progress>> {
        let playbook = self.playbook();
        if playbook.connection().is_none() {
            return Ok(None);
        }
        let about = about(thread, may_change);
        let command = understood(&playbook, &state, text);
        // Whoever writes something else than yes or no to "is it this?" means something else.
        let (state, command) = match (state.clarifies(), &command) {
            (Some(_), Some(Command::NotUnderstood {} | Command::Answer { .. })) => {
                let state = state.without_wish();
                let command = understood(&playbook, &state, text);
                (state, command)
            }
            _ => (state, command),
        };
        let clarified = state.clarifies().map(|asked| RawText::from(asked).mask());
        let is_open =
            matches!(command, None | Some(Command::NotUnderstood {} | Command::Answer { .. }));
        let is_open = is_open && !(state.is_at_work() && says_yes_or_no(text.as_str()));
        // "cancel #W1234567" names another wish, though it could correct the order of this one.
        let corrects = matches!(command, Some(Command::CorrectSlot { .. }));
        let may_begin = (is_open || corrects) && state.waits_for().is_none();
        let wish = match may_begin {
            true => self.procedure_for(thread, text).await?,
            false => None,
        };
        let wish = wish
            .filter(|(name, is_sure)| state.procedure() != Some(name) && (*is_sure || !corrects));
        let (command, begun_with) = match (wish, command) {
            (Some((procedure, true)), _) => (Command::StartProcedure { procedure }, Some(text)),
            (Some((procedure, false)), _) => {
                let question = text.as_str().to_owned();
                (Command::Clarify { procedure, question }, None)
            }
            (None, Some(Command::Confirm {})) if clarified.is_some() => {
                (Command::Confirm {}, clarified.as_ref())
            }
            (None, Some(Command::NotUnderstood {})) if is_polite(text) => {
                (Command::Repeat {}, None)
            }
            (None, Some(command)) => (command, None),
            (None, None) => return Ok(None),
        };
        let heard = Heard::of_rules(command, begun_with);
        self.proceed(&about, state, heard).await.map(Some)
    }

    /// The procedure that a message asks for, on its own topic or the conversation's, and whether
    /// that is certain.
    async fn procedure_for(
        &self,
        thread: &Thread,
        text: &Masked,
    ) -> Result<Option<(String, bool)>> {
        let slugs = self.slugs(thread, text).await?;
        let slugs: Vec<&str> = slugs.iter().map(String::as_str).collect();
        let playbook = self.playbook();
        let language = thread.listed.conversation.language.as_deref();
        let found = self.brain().procedure(playbook.procedures(), text, language, &slugs);
        Ok(found.map(|(procedure, is_sure)| (procedure.name.clone(), is_sure)))
    }

    /// The procedures that may begin with a message, on its own topic or the conversation's.
    pub(crate) async fn procedures_for(
        &self,
        thread: &Thread,
        text: &Masked,
    ) -> Result<Vec<String>> {
        let playbook = self.playbook();
        if playbook.connection().is_none() {
            return Ok(Vec::new());
        }
        let slugs = self.slugs(thread, text).await?;
        let slugs: Vec<&str> = slugs.iter().map(String::as_str).collect();
        let language = thread.listed.conversation.language.as_deref();
        let found = playbook.procedures().iter().filter(|one| may_begin(one, language, &slugs));
        Ok(found.map(|procedure| procedure.name.clone()).collect())
    }

    /// The topics of a message and of its conversation.
    async fn slugs(&self, thread: &Thread, text: &Masked) -> Result<Vec<String>> {
        let topics = self.topics_by_id().await?;
        let named = self.brain().understand(text).decided;
        let ids = named.into_iter().chain(thread.listed.conversation.topic_id);
        let found = ids.filter_map(|id| topics.get(&id)).map(|topic| topic.slug.clone());
        Ok(found.collect())
    }

    /// What the assistant does with the customer's last message.
    async fn turn(
        &self,
        thread: &Thread,
        state: assistant::State,
        may_change: bool,
        trace: &mut Trace,
    ) -> Result<Turn> {
        let Some(text) = last_words(thread) else {
            return Ok(Turn::HandOver(HandoffReason::NoAnswer));
        };
        // What was waited for may have come to its end while the desk was away.
        if let Some((input, tool)) = self.unheard(thread, &state).await? {
            let playbook = self.playbook();
            let told_by = playbook.tools().get(&tool);
            let about = About { told_by, ..about(thread, may_change) };
            let progress = self.proceed(&about, state, Heard::from(input)).await?;
            return Ok(Turn::Follow(Box::new(progress)));
        }
        let all = words_since(thread);
        if let Some(understood) = self.ask_model(thread, &state, &all, trace).await? {
            return self.turn_by_model(thread, state, &all, may_change, understood).await;
        }
        let followed = self.follow_procedure(thread, state, &all, may_change).await?;
        Ok(match followed {
            Some(progress) => Turn::Follow(Box::new(progress)),
            None => self.turn_by_articles(thread, text),
        })
    }

    /// Does what was taken of a model's proposal.
    async fn turn_by_model(
        &self,
        thread: &Thread,
        state: assistant::State,
        text: &Masked,
        may_change: bool,
        understood: Understood,
    ) -> Result<Turn> {
        let commands = understood.accepted.commands.as_slice();
        let only_answers = matches!(commands, [Command::Answer { .. }]);
        match commands {
            [Command::HandOver { .. }] if !state.is_at_work() => {
                Ok(Turn::HandOver(HandoffReason::NoAnswer))
            }
            _ if only_answers && !state.is_at_work() => {
                Ok(Turn::from_reply(thread, reply(&understood.sentences)))
            }
            _ => {
                // Whoever writes something else than yes or no to "is it this?" means something else.
                let state = match only_answers || commands.iter().any(Command::begins) {
                    true => state.without_wish(),
                    false => state,
                };
                let about = about(thread, may_change);
                let heard = Heard::of_model(understood, text);
                let progress = self.proceed(&about, state, heard).await?;
                Ok(Turn::Follow(Box::new(progress)))
            }
        }
    }

    /// How an answer from articles came about.
    fn trace_answer(&self, thread: &Thread, line: &Message, mut trace: Trace) -> Trace {
        let Some(text) = last_words(thread) else { return trace };
        let understood = self.brain().understand(text);
        let topic = thread.listed.topic_name.as_ref().map_or("none of these", Masked::as_str);
        let share = understood.ranked.first().map_or(0.0, |(_, share)| *share);
        trace.step("topic", format!("{topic}; the likeliest has {:.0} %", share * 100.0));
        for case in &thread.cases {
            trace.step("assigned", case.assignment.reason.as_str());
        }
        for source in &line.sources {
            trace.step("answers from", format!("{}: {}", source.slug, source.quote));
        }
        trace
    }

    fn turn_by_articles(&self, thread: &Thread, text: &Masked) -> Turn {
        let conversation = &thread.listed.conversation;
        let language = conversation.language.as_deref();
        match knowledge::small_talk(text.as_str()) {
            Some(SmallTalk::Greeting) => {
                return Turn::Say(sayings::greeting(spoken(language)), Vec::new());
            }
            Some(SmallTalk::Thanks | SmallTalk::Goodbye) => {
                return Turn::Say(sayings::you_are_welcome(spoken(language)), Vec::new());
            }
            None => {}
        }
        if says_it_did_not_help(text.as_str()) {
            return Turn::HandOver(HandoffReason::DidNotHelp);
        }
        match self.brain().answer(text, language, conversation.topic_id) {
            Verdict::Sentences(sentences, _) => Turn::from_reply(thread, reply(&sentences)),
            Verdict::NoAnswer => Turn::HandOver(HandoffReason::NoAnswer),
            Verdict::OtherLanguage => Turn::HandOver(HandoffReason::OtherLanguage),
        }
    }

    /// What the assistant would have said, for a reviewer: a case that it would have given to a
    /// person is none that it answers, and is not reviewed.
    async fn practise(&self, commit: &mut Commit, thread: &Thread) -> Result<()> {
        let mut read = Trace::default();
        let Some((text, sources)) =
            suggestion(self.turn(thread, self.state_of(thread).await?, false, &mut read).await?)
        else {
            return Ok(());
        };
        let conversation = &thread.listed.conversation;
        let is_drawn = |case: &&desk::Case| {
            case.assignment.level == Level::Shadow
                && case.assignment.review.is_some_and(|review| review.is_drawn)
        };
        for case in thread.cases.iter().filter(is_drawn) {
            let Some(topic_id) = case.topic_id.filter(|_| !sources.is_empty()) else { continue };
            commit.push(Change::AddReview(Box::new(Review {
                id: ReviewId(new_id()),
                case_id: case.id,
                conversation_id: conversation.id,
                topic_id,
                answer: ReviewedAnswer::Unseen { text: text.clone(), sources: sources.clone() },
                author_id: None,
                created_at: commit.at,
                verdict: None,
            })));
        }
        Ok(())
    }

    /// A suggestion to the person who will answer; none where the assistant knows none.
    async fn draft(&self, commit: &mut Commit, thread: Thread) -> Result<()> {
        let mut read = Trace::default();
        let Some((text, sources)) =
            suggestion(self.turn(&thread, self.state_of(&thread).await?, false, &mut read).await?)
        else {
            return Ok(());
        };
        let mut conversation = thread.listed.conversation;
        let at = commit.at;
        let mut message = said(&mut conversation, text, sources, at)?;
        message.kind = MessageKind::Draft;
        message.draft_state = Some(DraftState::Pending);
        conversation.has_draft = true;
        conversation.updated_at = at;
        commit.add(Kind::MessageAdded, message);
        commit.change(Kind::ConversationChanged, conversation);
        Ok(())
    }
}

/// What a turn would say; a question of a procedure is a suggestion like any other.
fn suggestion(turn: Turn) -> Option<(Masked, Vec<desk::Source>)> {
    match turn {
        Turn::Say(text, sources) => Some((text, sources)),
        Turn::Follow(mut progress) => {
            let text = progress.text().filter(|_| progress.hands_over.is_none())?;
            Some((text, std::mem::take(&mut progress.sources)))
        }
        Turn::HandOver(_) => None,
    }
}

fn is_polite(text: &Masked) -> bool {
    knowledge::small_talk(text.as_str()).is_some()
}

fn about(thread: &Thread, may_change: bool) -> About<'_> {
    About {
        known_as: known_as(thread),
        conversation: &thread.listed.conversation,
        case_id: thread.cases.first().map(|case| case.id),
        may_change,
        told_by: None,
    }
}

fn last_words(thread: &Thread) -> Option<&Masked> {
    let messages = thread.messages.iter().rev().map(|written| &written.message);
    messages
        .filter(|message| matches!(message.author, Author::Customer(_)))
        .map(|message| &message.text)
        .next()
}

/// All that the customer wrote since the assistant's last words: who sends a thought in two pieces
/// means both.
fn words_since(thread: &Thread) -> Masked {
    let texts = thread.messages.iter().rev().map(|written| &written.message);
    let texts = texts.filter(|message| message.kind == MessageKind::Text);
    let own = texts.take_while(|message| matches!(message.author, Author::Customer(_)));
    let mut pieces: Vec<&str> = own.map(|message| message.text.as_str()).collect();
    pieces.reverse();
    RawText::from(pieces.join("\n")).mask()
}

fn was_said(thread: &Thread, text: &Masked) -> bool {
    thread
        .messages
        .iter()
        .any(|written| written.message.author == Author::Assistant && written.message.text == *text)
}

fn said(
    conversation: &mut desk::Conversation,
    text: Masked,
    sources: Vec<desk::Source>,
    at: desk::Time,
) -> Result<Message> {
    Ok(Message {
        is_generated: true,
        sources,
        ..Message::new(
            MessageId(new_id()),
            conversation.id,
            conversation.next_position()?,
            Author::Assistant,
            MessageKind::Text,
            text,
            at,
        )
    })
}

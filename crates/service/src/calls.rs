//! Calls that change something in another system: proposed under policy, approved by people, sent
//! once, read back when nobody knows, and told to the procedure that waits for them.

use assistant::{
    Arguments, CallEvent, CallState as State, Input, Moved, Outcome, Records, Standing, Tool,
    Verdict, check,
};
use desk::{Actor, Call, CallState, Handler, JobId, Kind, Role, limits};
use privacy::{Masked, RawText};
use serde::{Deserialize, Serialize};
use store::{Change, Commit, Job, JobKind, Thread};
use tools::Told;

use crate::{
    Caller, Clock, Result, Service, ServiceError,
    answer::LEASE_MS,
    house::{new_id, retry},
    incoming::check_length,
    procedure::About,
};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 3_600_000;
/// Approvals shown at once.
const APPROVALS_MAX: usize = 200;
/// Reading back is tried so often before a person has to look.
const READ_BACKS_MAX: i64 = 4;

/// A change that is wanted, with the version under which its money is reserved.
pub(crate) struct Proposed {
    pub(crate) call: Call,
    pub(crate) reserves: Option<i64>,
}

/// A call as the assistant's rules keep it, with the step that waits for it.
#[derive(Clone, Serialize, Deserialize)]
struct Content {
    step: String,
    call: assistant::Call,
}

impl Content {
    fn of(call: &Call) -> Result<Self> {
        serde_json::from_str(&call.content)
            .map_err(|error| ServiceError::Internal(format!("the call {}: {error}", call.key)))
    }

    /// Writes it into its row.
    fn keep(&self, row: &mut Call) {
        row.content = serde_json::to_string(self).expect("a call is plain data");
        row.amount = i64::try_from(self.call.amount).unwrap_or(i64::MAX);
        row.state = match self.call.state {
            State::Proposed => CallState::Proposed,
            State::Approved => CallState::Approved,
            State::Running => CallState::Running,
            State::Succeeded(_) => CallState::Succeeded,
            State::Failed(_) => CallState::Failed,
            State::Unknown => CallState::Unknown,
        };
        if row.state != CallState::Proposed {
            row.n_missing = 0;
        }
    }
}

/// A call for a person who decides about it.
#[derive(Debug, Clone)]
pub struct CallSheet {
    /// The call.
    pub call: Call,
    /// What the tool does.
    pub summary: String,
    /// The currency of its amount; empty if nobody says.
    pub currency: String,
    /// Its arguments, as people read them.
    pub arguments: Vec<(String, String)>,
    /// Who approved it so far, by agent id.
    pub approved_by: Vec<String>,
    /// Why it failed, or was refused.
    pub why: Option<String>,
}

impl Service {
    /// Proposes a change for a customer who said yes to it: checked against their own records as
    /// they are now, with the amount that the system quotes now.
    ///
    /// The inner error is why it is refused, in words for a person.
    pub(crate) async fn propose(
        &self,
        about: &About<'_>,
        step: &str,
        tool: &Tool,
        arguments: Arguments,
        words: Masked,
    ) -> Result<std::result::Result<Proposed, String>> {
        let now = self.now();
        let day = i32::try_from(now.0.div_euclid(DAY_MS)).unwrap_or(i32::MAX);
        let case =
            about.case_id.map_or_else(|| about.conversation.id.to_string(), |id| id.to_string());
        let customer = about.known_as;
        let mut call = assistant::Call::propose((&case, step), tool, arguments, customer, day);
        if let Some(before) = self.store.call(call.key.as_str().to_owned()).await? {
            return Ok(Err(format!("The very same call is {} already.", before.state.as_str())));
        }
        let quoted = match self.quote(tool, &call, customer).await {
            Ok(quoted) => quoted,
            Err(why) => return Ok(Err(why)),
        };
        call.quote(quoted.amount);
        let (arguments, amount) = (call.arguments.clone(), call.amount);
        if let Err(fault) = call.confirm(&arguments, amount) {
            return Ok(Err(fault.to_string()));
        }
        let mut row = Call {
            key: call.key.as_str().to_owned(),
            version: 1,
            conversation_id: about.conversation.id,
            case_id: about.case_id,
            tool: tool.name.clone(),
            state: CallState::Proposed,
            customer: customer.map(|id| RawText::from(id).mask()).unwrap_or_default(),
            amount: 0,
            day,
            words,
            n_missing: 0,
            content: String::new(),
            created_at: now,
            updated_at: now,
        };
        let mut content = Content { step: step.to_owned(), call };
        let decided = self.pass(tool, &mut content, &mut row, &quoted.records).await?;
        Ok(decided.map(|reserves| Proposed { call: row, reserves }))
    }

    /// Lets a proposed call pass, or says how many people are missing. Gives the version under
    /// which its money is to be reserved; the inner error is why policy refuses.
    async fn pass(
        &self,
        tool: &Tool,
        content: &mut Content,
        row: &mut Call,
        records: &Records,
    ) -> Result<std::result::Result<Option<i64>, String>> {
        let customer = content.call.customer.clone();
        let key = content.call.key.as_str().to_owned();
        let budget = self.store.budget(row.day, customer.clone().unwrap_or_default(), key).await?;
        let moved =
            Moved { desk: budget.desk.unsigned_abs(), customer: budget.customer.unsigned_abs() };
        let standing = Standing { customer: customer.as_deref(), records, moved };
        let reserves = match check(tool, &content.call, &standing) {
            Err(refusal) => return Ok(Err(format!("{}: {refusal}.", tool.name))),
            Ok(Verdict::NeedsConfirmation) => {
                return Ok(Err("The customer has not said yes to it.".to_owned()));
            }
            Ok(Verdict::NeedsApproval(n)) => {
                row.n_missing = i64::try_from(n).unwrap_or(i64::MAX);
                None
            }
            Ok(Verdict::Allowed) => {
                let approved = content.call.apply(CallEvent::Approve);
                approved.map_err(|fault| ServiceError::Internal(fault.to_string()))?;
                (content.call.amount > 0).then_some(budget.version)
            }
        };
        content.keep(row);
        Ok(Ok(reserves))
    }

    /// What the call would move and what belongs to the customer, as the system tells it now. The
    /// rules come first: nobody is told by the system about what is not theirs.
    async fn quote(
        &self,
        tool: &Tool,
        call: &assistant::Call,
        customer: Option<&str>,
    ) -> std::result::Result<Quoted, String> {
        let playbook = self.playbook();
        let connection = playbook.connection().ok_or("No system is connected.")?;
        let records = match customer {
            Some(customer) => connection
                .records(customer)
                .await
                .map_err(|why| format!("The customer's records: {why}."))?,
            None => Records::default(),
        };
        assistant::check_look(tool, &call.arguments, customer, &records)
            .map_err(|refusal| format!("{}: {refusal}.", tool.name))?;
        if tool.limits.is_none() {
            return Ok(Quoted { amount: 0, records });
        }
        match connection.quote(tool, &call.arguments).await {
            Ok(amount) => Ok(Quoted { amount, records }),
            Err(Told::Refused(why)) => Err(format!("{}: {why}.", tool.name)),
            Err(Told::Unknown(why)) => Err(format!("{} gave no quote: {why}.", tool.name)),
            Err(Told::Done(_)) => Err(format!("{} gave no quote.", tool.name)),
        }
    }

    /// Calls that wait for people.
    ///
    /// # Errors
    /// `Forbidden` for who is neither lead nor owner.
    pub async fn calls_to_approve(&self, caller: &Caller) -> Result<Vec<CallSheet>> {
        caller.at_least(Role::Lead)?;
        let calls = self.store.calls_to_approve(APPROVALS_MAX).await?;
        calls.into_iter().map(|call| self.sheet(call)).collect()
    }

    /// A conversation's calls, oldest first.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn calls_of(
        &self,
        caller: &Caller,
        id: desk::ConversationId,
    ) -> Result<Vec<CallSheet>> {
        caller.agent()?;
        let calls = self.store.calls_of(id).await?;
        calls.into_iter().map(|call| self.sheet(call)).collect()
    }

    /// A call as people look at it.
    ///
    /// # Errors
    /// When its row cannot be read.
    pub fn sheet(&self, call: Call) -> Result<CallSheet> {
        let content = Content::of(&call)?;
        let playbook = self.playbook();
        let tool = playbook.tools().get(&call.tool);
        let json = content.call.arguments.to_json();
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(all) => {
                let all = all.iter().map(|one| one.as_str().unwrap_or_default());
                all.collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        };
        let arguments = json.as_object().into_iter().flatten();
        let arguments = arguments.map(|(name, value)| (name.clone(), text(value))).collect();
        let why = match &content.call.state {
            State::Failed(why) => Some(why.clone()),
            State::Unknown => Some("Nobody knows whether it was done.".to_owned()),
            _ => None,
        };
        let summary = tool.map(|tool| tool.summary.clone()).unwrap_or_default();
        let approved_by = content.call.approvals;
        let currency = playbook.tools().currency().to_owned();
        Ok(CallSheet { call, summary, currency, arguments, approved_by, why })
    }

    /// A lead or an owner approves a call. The customer's records and the amount are read again; an
    /// amount that has changed ends the call, since nobody agreed to that one.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; `Conflict` when it does not wait, when the same person approved it
    /// before, or when the other system cannot be asked.
    pub async fn approve_call(&self, caller: &Caller, key: &str) -> Result<Call> {
        let agent = caller.at_least(Role::Lead)?.id.to_string();
        retry(|| async {
            let (mut row, mut content) = self.waiting_call(key).await?;
            if content.call.approvals.contains(&agent) {
                return Err(ServiceError::Conflict {
                    detail: "You have approved this call before.".to_owned(),
                    hint: "A second person has to approve it, too.",
                });
            }
            let playbook = self.playbook();
            let Some(tool) = playbook.tools().get(&row.tool) else {
                return Err(ServiceError::Conflict {
                    detail: "This desk no longer has that tool.".to_owned(),
                    hint: "Refuse the call, or bring the tool back.",
                });
            };
            let customer = content.call.customer.clone();
            let quoted = self.quote(tool, &content.call, customer.as_deref()).await;
            let quoted = quoted.map_err(|why| ServiceError::Conflict {
                detail: format!("It cannot be approved now. {why}"),
                hint: "Try again, or refuse it and answer the customer yourself.",
            })?;
            let mut reserves = None;
            if quoted.amount == content.call.amount {
                let (arguments, amount) = (content.call.arguments.clone(), content.call.amount);
                let approved = content.call.approve_by(&agent, &arguments, amount);
                approved.map_err(|fault| ServiceError::Internal(fault.to_string()))?;
                match self.pass(tool, &mut content, &mut row, &quoted.records).await? {
                    Ok(version) => reserves = version,
                    Err(why) => fail(&mut content, why)?,
                }
            } else {
                fail(&mut content, "The amount has changed since the customer agreed.".into())?;
            }
            content.keep(&mut row);
            self.commit_decided(caller, row, reserves).await
        })
        .await
    }

    /// A lead or an owner refuses a call; the procedure goes on as the file says.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `TooLong`; `Conflict` when it does not wait.
    pub async fn refuse_call(&self, caller: &Caller, key: &str, reason: &RawText) -> Result<Call> {
        let agent = caller.at_least(Role::Lead)?;
        check_length("reason", reason, limits::DESCRIPTION_CHARS_MAX)?;
        if reason.is_blank() {
            let hint = "Say in a few words why, for the colleague who goes on.";
            return Err(ServiceError::invalid("reason", "It is empty.", hint));
        }
        let reason = reason.clone().mask();
        retry(|| async {
            let (mut row, mut content) = self.waiting_call(key).await?;
            fail(&mut content, format!("{} refused it: {reason}", agent.name))?;
            content.keep(&mut row);
            self.commit_decided(caller, row, None).await
        })
        .await
    }

    /// Asks the other system once more what came of a call of which nobody knows. Nothing is sent
    /// again: by now a person may have done it by hand.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when the outcome is known, or still cannot be told.
    pub async fn look_again(&self, caller: &Caller, key: &str) -> Result<Call> {
        caller.agent()?;
        retry(|| async {
            let row = self.store.call(key.to_owned()).await?;
            let mut row = row.ok_or(ServiceError::NotFound { what: "call" })?;
            if row.state != CallState::Unknown {
                return Err(ServiceError::Conflict {
                    detail: format!("This call is {}, which is known.", row.state.as_str()),
                    hint: "Look at the conversation again.",
                });
            }
            let mut content = Content::of(&row)?;
            let hint = "Look into the other system yourself, or try again later.";
            let playbook = self.playbook();
            let connection = playbook.connection().ok_or(ServiceError::Conflict {
                detail: "This desk is connected to no other system.".to_owned(),
                hint,
            })?;
            let event = match connection.read_back(&row.key).await {
                Ok(Some(told)) => found(told)?,
                Ok(None) => CallEvent::Fail("The other system says that nothing was done.".into()),
                Err(why) => {
                    let detail = format!("The other system cannot be asked: {why}.");
                    return Err(ServiceError::Conflict { detail, hint });
                }
            };
            let moved = content.call.apply(event);
            moved.map_err(|fault| ServiceError::Internal(fault.to_string()))?;
            content.keep(&mut row);
            let mut commit = self.begin(caller);
            row.updated_at = commit.at;
            commit.change(Kind::CallChanged, row.clone());
            self.commit(caller, commit).await?;
            row.version += 1;
            Ok(row)
        })
        .await
    }

    async fn waiting_call(&self, key: &str) -> Result<(Call, Content)> {
        let row = self.store.call(key.to_owned()).await?;
        let row = row.ok_or(ServiceError::NotFound { what: "call" })?;
        if row.state != CallState::Proposed || row.n_missing == 0 {
            return Err(ServiceError::Conflict {
                detail: format!("This call is {} and waits for nobody.", row.state.as_str()),
                hint: "Look at the list again.",
            });
        }
        let content = Content::of(&row)?;
        Ok((row, content))
    }

    /// What follows from a person's word is done by a job, also when this process ends here.
    async fn commit_decided(
        &self,
        caller: &Caller,
        mut row: Call,
        reserves: Option<i64>,
    ) -> Result<Call> {
        let mut commit = self.begin(caller);
        row.updated_at = commit.at;
        let thread = self.store.thread(row.conversation_id).await?;
        let last = thread.as_ref().and_then(|thread| thread.messages.last());
        let job = last.filter(|_| row.n_missing == 0).map(|last| call_job(&row, last.message.id));
        commit.changes.extend(reserves.map(Change::Reserve));
        commit.changes.extend(job.clone().map(Change::AddJob));
        commit.change(Kind::CallChanged, row.clone());
        self.commit(caller, commit).await?;
        if let Some(job) = job {
            self.spawn_job(job);
        }
        row.version += 1;
        Ok(row)
    }

    /// Brings the calls of a conversation to their end, and tells the procedure that waits.
    pub(crate) async fn finish_calls(&self, job: &Job) -> Result<()> {
        for row in self.store.calls_of(job.conversation_id).await? {
            if matches!(row.state, CallState::Approved | CallState::Running | CallState::Unknown) {
                self.finish_call(row, job.n_attempts).await?;
            }
        }
        retry(|| self.tell_procedure(job)).await
    }

    async fn finish_call(&self, mut row: Call, n_attempts: i64) -> Result<()> {
        let playbook = self.playbook();
        let mut content = Content::of(&row)?;
        let known = playbook.tools().get(&row.tool).zip(playbook.connection());
        let Some((tool, connection)) = known else {
            let why = format!("this desk has no tool {}", row.tool);
            return Err(ServiceError::Internal(why));
        };
        // It may have been sent before this process, or another one, ended.
        if row.state == CallState::Running {
            self.advance(&mut row, &mut content, CallEvent::Lose).await?;
        }
        if row.state == CallState::Unknown {
            match connection.read_back(&row.key).await {
                Ok(Some(told)) => {
                    return self.advance(&mut row, &mut content, found(told)?).await;
                }
                Ok(None) => self.advance(&mut row, &mut content, CallEvent::Absent).await?,
                // A person has to look.
                Err(_) if n_attempts >= READ_BACKS_MAX => return Ok(()),
                Err(why) => return Err(ServiceError::Internal(format!("{}: {why}", row.tool))),
            }
        }
        self.advance(&mut row, &mut content, CallEvent::Start).await?;
        let event = match connection.change(tool, &content.call.arguments, &row.key).await {
            Told::Done(value) => CallEvent::Succeed(value),
            Told::Refused(why) => CallEvent::Fail(why),
            Told::Unknown(why) => {
                self.advance(&mut row, &mut content, CallEvent::Lose).await?;
                return Err(ServiceError::Internal(format!("{}: {why}", row.tool)));
            }
        };
        self.advance(&mut row, &mut content, event).await
    }

    /// Each step of a call's life is on disk before the next.
    async fn advance(&self, row: &mut Call, content: &mut Content, event: CallEvent) -> Result<()> {
        let moved = content.call.apply(event);
        moved.map_err(|fault| ServiceError::Internal(fault.to_string()))?;
        content.keep(row);
        let mut commit = Commit::new(self.now(), Actor::Assistant);
        row.updated_at = commit.at;
        commit.change(Kind::CallChanged, row.clone());
        self.store.commit(commit).await?;
        row.version += 1;
        Ok(())
    }

    /// The outcome that a waiting procedure has not heard of, and the tool.
    pub(crate) async fn unheard(
        &self,
        thread: &Thread,
        state: &assistant::State,
    ) -> Result<Option<(Input, String)>> {
        let id = thread.listed.conversation.id;
        let Some(step) = state.waits_for().map(str::to_owned) else { return Ok(None) };
        for row in self.store.calls_of(id).await? {
            let content = Content::of(&row)?;
            if content.step != step {
                continue;
            }
            let outcome = match content.call.state {
                State::Succeeded(value) => Outcome::Succeeded(value),
                State::Failed(why) => Outcome::Failed(why),
                State::Unknown => Outcome::Unknown,
                State::Proposed | State::Approved | State::Running => return Ok(None),
            };
            return Ok(Some((Input::Called { step, outcome }, row.tool)));
        }
        Ok(None)
    }

    async fn tell_procedure(&self, job: &Job) -> Result<()> {
        let mut commit = Commit::new(self.now(), Actor::Assistant);
        commit.push(Change::FinishJob(job.id));
        let thread = self.store.thread(job.conversation_id).await?;
        let is_with_assistant =
            |thread: &&Thread| thread.listed.conversation.handler == Handler::Assistant;
        if let Some(thread) = thread.as_ref().filter(is_with_assistant) {
            let state = self.state_of(thread).await?;
            if let Some((input, tool)) = self.unheard(thread, &state).await? {
                self.go_on(&mut commit, thread, state, (input, &tool)).await?;
            }
        }
        self.commit_turn(commit, job).await
    }
}

struct Quoted {
    amount: u64,
    records: Records,
}

fn fail(content: &mut Content, why: String) -> Result<()> {
    let failed = content.call.apply(CallEvent::Fail(why));
    failed.map_err(|fault| ServiceError::Internal(fault.to_string()))
}

fn found(told: Told) -> Result<CallEvent> {
    match told {
        Told::Done(value) => Ok(CallEvent::Found(value)),
        Told::Refused(why) => Ok(CallEvent::Fail(why)),
        Told::Unknown(why) => Err(ServiceError::Internal(why)),
    }
}

/// The work that a call asks for.
pub(crate) fn call_job(call: &Call, message_id: desk::MessageId) -> Job {
    let now = Clock::real();
    Job {
        id: JobId(new_id()),
        kind: JobKind::Call,
        conversation_id: call.conversation_id,
        message_id,
        n_attempts: 0,
        due_at: now,
        leased_until: now.plus_ms(LEASE_MS),
    }
}

//! A turn of a procedure: what the customer wrote is read, the machine goes on, tools are asked, and
//! a change is proposed; what is to be committed comes back as a value.

use std::collections::{BTreeMap, VecDeque};

use assistant::{
    Arguments, CitedSentence, Command, Effect, Expected, Input, Outcome, Records, State, Tool,
    begins_with, identify, read, says_yes_or_no, step, told_ahead,
};
use desk::{Door, Source};
use privacy::{Masked, RawText};
use tools::Told;

use store::Thread;

use crate::{
    Result, Service, Verdict, calls::Proposed, letters::last_door, models::Understood,
    playbook::Playbook, trace::Trace,
};

/// Procedures that begin in the middle of each other, and values found ahead, end somewhere.
const INPUTS_MAX: usize = 60;

/// Where a turn leaves a conversation.
pub(crate) struct Progress {
    /// Where the machine stands.
    pub(crate) state: State,
    /// What is said, a paragraph each.
    said: Vec<String>,
    /// What it rests on.
    pub(crate) sources: Vec<Source>,
    /// What may be answered with one press.
    pub(crate) choices: Vec<Masked>,
    /// A change that is wanted.
    pub(crate) proposed: Option<Box<Proposed>>,
    /// A person goes on, for this reason.
    pub(crate) hands_over: Option<String>,
    /// How it came to this.
    pub(crate) trace: Trace,
}

impl Progress {
    /// The message; `None` when nothing is said. Values may be put together to what each is not.
    pub(crate) fn text(&self) -> Option<Masked> {
        (!self.said.is_empty()).then(|| RawText::from(self.said.join("\n\n")).mask())
    }
}

/// The state as it is kept; `None` when there is nothing to keep.
pub(crate) fn kept_form(state: &State) -> Option<String> {
    let json = || serde_json::to_string(state).expect("a state is plain data");
    (!state.is_fresh()).then(json)
}

/// The state that was kept.
pub(crate) fn restored(kept: &str) -> Option<State> {
    serde_json::from_str(kept).ok()
}

/// The id under which other systems know a customer: only what a site signed, and only where they
/// came last through a door that somebody else cannot take in their name.
pub(crate) fn known_as(thread: &Thread) -> Option<&str> {
    let customer = &thread.customer;
    let id = customer.external_id.as_ref().filter(|_| customer.is_verified)?;
    (last_door(&thread.messages) != Door::Mail).then(|| id.as_str())
}

/// The commands in a message to a procedure that waits.
pub(crate) fn understood(playbook: &Playbook, state: &State, text: &Masked) -> Option<Command> {
    let expected = state.expected(playbook.procedures())?;
    Some(read(&expected, &state.filled(playbook.procedures()), text.as_str()))
}

/// Whether a message answers what a procedure asked, whatever its words would mean elsewhere.
pub(crate) fn answers(playbook: &Playbook, state: &State, text: &Masked) -> bool {
    let command = understood(playbook, state, text);
    command.is_some_and(|command| {
        !matches!(command, Command::NotUnderstood {} | Command::Answer { .. })
            || says_yes_or_no(text.as_str())
    })
}

impl Service {
    /// A customer's orders as the sample shop's own page shows them; none where no shop is there.
    pub async fn sample_orders(&self, customer: &str) -> Vec<String> {
        let playbook = self.playbook();
        let Some(tool) = playbook.tools().get("list_orders") else { return Vec::new() };
        let Some(connection) = playbook.connection() else { return Vec::new() };
        let given = serde_json::json!({ "user_id": customer });
        let Ok(arguments) = Arguments::read(tool, &given) else { return Vec::new() };
        let Told::Done(orders) = connection.look(tool, &arguments).await else {
            return Vec::new();
        };
        let labels = orders.as_array().into_iter().flatten();
        labels.filter_map(|order| order["label"].as_str().map(str::to_owned)).collect()
    }

    /// Follows procedures with what was heard until they wait, for the customer or for a change.
    pub(crate) async fn proceed(
        &self,
        about: &About<'_>,
        state: State,
        heard: Heard<'_>,
    ) -> Result<Progress> {
        let playbook = self.playbook();
        let mut turn = Turn {
            service: self,
            playbook: &playbook,
            about,
            records: None,
            progress: Progress {
                state,
                said: Vec::new(),
                sources: Vec::new(),
                choices: Vec::new(),
                proposed: None,
                hands_over: None,
                trace: Trace::default(),
            },
        };
        if let Some(tool) = about.told_by {
            cite(&mut turn.progress.sources, tool);
        }
        turn.follow(heard).await?;
        // Sources that nothing was said of are none.
        turn.progress.sources.retain(|source| !is_unused(source));
        Ok(turn.progress)
    }
}

/// What a turn begins with.
#[derive(Default)]
pub(crate) struct Heard<'a> {
    /// In this order.
    inputs: VecDeque<Input>,
    /// The message that began a procedure; values in it are not asked for again.
    begun_with: Option<&'a Masked>,
    ahead: Ahead<'a>,
    /// Sentences that a model chose for the question in it.
    sentences: Vec<CitedSentence>,
}

/// Values that a model gave before they were asked for, and the customer's words that vouch for them.
#[derive(Default)]
struct Ahead<'a> {
    values: BTreeMap<String, serde_json::Value>,
    words: &'a str,
}

impl From<Input> for Heard<'_> {
    fn from(input: Input) -> Self {
        Self { inputs: VecDeque::from([input]), ..Self::default() }
    }
}

impl<'a> Heard<'a> {
    /// What the rules read of a text.
    pub(crate) fn of_rules(command: Command, begun_with: Option<&'a Masked>) -> Self {
        Self { begun_with, ..Self::from(Input::Command(command)) }
    }

    /// What was taken of a model's proposal about this text. A question is answered first, so that
    /// what the procedure asks stands at the end.
    pub(crate) fn of_model(understood: Understood, text: &'a Masked) -> Self {
        let Understood { accepted, sentences } = understood;
        let is_answer = |command: &Command| matches!(command, Command::Answer { .. });
        let (answers, others): (Vec<_>, Vec<_>) =
            accepted.commands.into_iter().partition(is_answer);
        Self {
            begun_with: others.iter().any(Command::begins).then_some(text),
            inputs: answers.into_iter().chain(others).map(Input::Command).collect(),
            ahead: Ahead { values: accepted.ahead, words: text.as_str() },
            sentences,
        }
    }
}

/// Whom a turn is for, and where.
pub(crate) struct About<'a> {
    /// The id under which other systems know the customer.
    pub(crate) known_as: Option<&'a str>,
    pub(crate) conversation: &'a desk::Conversation,
    pub(crate) case_id: Option<desk::CaseId>,
    /// A practice or a suggestion changes nothing.
    pub(crate) may_change: bool,
    /// The tool whose change has come to its end: what is said next rests on it.
    pub(crate) told_by: Option<&'a Tool>,
}

struct Turn<'a> {
    service: &'a Service,
    playbook: &'a Playbook,
    about: &'a About<'a>,
    /// The customer's own records, read once a turn.
    records: Option<Records>,
    progress: Progress,
}

impl Turn<'_> {
    async fn follow(&mut self, heard: Heard<'_>) -> Result<()> {
        let procedures = self.playbook.procedures();
        let Heard { mut inputs, mut begun_with, mut ahead, sentences } = heard;
        let mut question = None;
        for _ in 0..INPUTS_MAX {
            let Some(input) = inputs.pop_front() else { break };
            let before = self.progress.state.read_back().map(str::to_owned);
            let state = std::mem::take(&mut self.progress.state);
            self.progress.trace.heard(&input);
            let begins = matches!(
                input,
                Input::Command(Command::StartProcedure { .. } | Command::Confirm {})
            );
            let (state, effects) = step(procedures, state, input);
            self.progress.state = state;
            if begins && let Some(text) = begun_with.take() {
                self.progress.state.keep_wish(text.as_str());
            }
            for effect in effects {
                match effect {
                    Effect::Say(text) => self.say(text),
                    Effect::Ask(text) => question = Some(text),
                    Effect::Answer(asked) => self.answer(&asked, &sentences),
                    Effect::HandOver(reason) => {
                        self.progress.trace.step("hands over", reason.clone());
                        self.progress.hands_over = Some(reason);
                        return Ok(());
                    }
                    Effect::Call { step, tool, arguments, confirmed } => {
                        let words = before.clone().filter(|_| confirmed);
                        let made = self.call(&step, &tool, &arguments, words).await?;
                        let Some(outcome) = made else { continue };
                        // The machine waits for it, whatever else was heard.
                        inputs.push_front(Input::Called { step, outcome });
                    }
                }
            }
            // What the message says already is not asked for.
            if let Some(command) = self.said_before(&mut ahead) {
                inputs.push_front(Input::Command(command));
                question = None;
            }
            if inputs.is_empty() {
                self.progress.said.extend(question.take());
            }
        }
        if !inputs.is_empty() {
            // What it waits for would never come.
            self.progress.hands_over = Some("The procedure goes in circles.".to_owned());
            return Ok(());
        }
        self.offer_choices();
        Ok(())
    }

    fn said_before(&mut self, ahead: &mut Ahead<'_>) -> Option<Command> {
        let expected = self.progress.state.expected(self.playbook.procedures())?;
        let Expected::Slot { name, .. } = &expected else { return None };
        if let Some(command) = self.told_ahead(ahead) {
            return Some(command);
        }
        let wish = self.progress.state.take_wish(name)?;
        begins_with(&expected, &wish)
    }

    /// A value that a model gave for this question or a later one.
    fn told_ahead(&self, ahead: &mut Ahead<'_>) -> Option<Command> {
        let open = self.progress.state.open(self.playbook.procedures());
        let command = open.iter().find_map(|slot| {
            let Expected::Slot { name, .. } = slot else { return None };
            told_ahead(slot, ahead.values.get(name)?, ahead.words)
        })?;
        if let Command::SetSlot { slot, .. } = &command {
            ahead.values.remove(slot);
        }
        Some(command)
    }

    /// What a tool told is a source of what is said.
    fn say(&mut self, text: String) {
        let Some(n) = self.progress.sources.last().map(|source| source.n) else {
            return self.progress.said.push(text);
        };
        let last = self.progress.sources.last_mut().expect("there is one");
        if is_unused(last) {
            last.quote = RawText::from(text.as_str()).mask();
        }
        self.progress.said.push(format!("{text} [{n}]"));
    }

    /// A question in between, from the articles.
    fn answer(&mut self, question: &str, chosen: &[CitedSentence]) {
        let conversation = self.about.conversation;
        let language = conversation.language.as_deref();
        let found = match chosen {
            [] => {
                let text = RawText::from(question).mask();
                match self.service.brain().answer(&text, language, None) {
                    Verdict::Sentences(sentences, _) => assistant::reply(&sentences),
                    Verdict::NoAnswer | Verdict::OtherLanguage => None,
                }
            }
            chosen => assistant::reply(chosen),
        };
        let named = |reply: &assistant::Reply| {
            reply.sources.iter().map(|source| source.slug.clone()).collect::<Vec<_>>().join(", ")
        };
        let from = found.as_ref().map_or_else(|| "no article".to_owned(), named);
        self.progress.trace.step("answers in between", format!("from {from}"));
        match found {
            // Its numbers begin at one; so does the message.
            Some(reply) if self.progress.sources.is_empty() => {
                self.progress.said.push(reply.text.as_str().to_owned());
                self.progress.sources = reply.sources;
            }
            _ => {
                let spoken = crate::brain::spoken(language);
                let text = desk::sayings::no_certain_answer(spoken);
                self.progress.said.push(text.as_str().to_owned());
            }
        }
    }

    fn offer_choices(&mut self) {
        let language = self.about.conversation.language.as_deref();
        let (yes, no) = desk::sayings::yes_and_no(crate::brain::spoken(language));
        let expected = self.progress.state.expected(self.playbook.procedures());
        self.progress.choices = match expected {
            Some(Expected::Yes) => vec![yes, no],
            Some(Expected::Slot { kind: assistant::SlotKind::YesNo, .. }) => vec![yes, no],
            Some(Expected::Slot { choices, .. }) => {
                choices.iter().map(|choice| RawText::from(choice.label.as_str()).mask()).collect()
            }
            Some(Expected::Result) | None => Vec::new(),
        };
    }

    /// Makes a call that only reads, or proposes a change. `None` when it is waited for.
    async fn call(
        &mut self,
        step: &str,
        name: &str,
        arguments: &serde_json::Value,
        words: Option<String>,
    ) -> Result<Option<Outcome>> {
        let failed = |why: &str| Ok(Some(Outcome::Failed(why.to_owned())));
        let Some(tool) = self.playbook.tools().get(name) else {
            return failed("There is no such tool.");
        };
        let arguments = match Arguments::read(tool, arguments) {
            Ok(arguments) => arguments,
            Err(fault) => return failed(&fault.to_string()),
        };
        if !tool.changes() {
            let began = std::time::Instant::now();
            let outcome = self.look(tool, &arguments).await?;
            let took = began.elapsed().as_millis();
            let came = match &outcome {
                Outcome::Succeeded(value) => size_of(value),
                Outcome::Failed(why) => format!("refused: {why}"),
                Outcome::Unknown => "no answer".to_owned(),
            };
            let detail = format!("{}({}): {came}, {took} ms", tool.name, arguments.to_json());
            self.progress.trace.step("looks up", detail);
            return Ok(Some(outcome));
        }
        if !self.about.may_change {
            return failed("Nothing is changed in practice.");
        }
        let words = words.map(|words| RawText::from(words).mask()).unwrap_or_default();
        let wanted = self.service.propose(self.about, step, tool, arguments, words).await?;
        match wanted {
            Ok(proposed) => {
                let state = proposed.call.state.as_str();
                let detail = match proposed.call.n_missing {
                    0 => format!("{}: {state}", tool.name),
                    n => format!("{}: {state}, {n} more to approve it", tool.name),
                };
                self.progress.trace.step("proposes", detail);
                if proposed.call.n_missing > 0 {
                    let language = self.about.conversation.language.as_deref();
                    let text = desk::sayings::needs_approval(crate::brain::spoken(language));
                    self.progress.said.push(text.as_str().to_owned());
                }
                self.progress.proposed = Some(Box::new(proposed));
                Ok(None)
            }
            Err(why) => {
                self.progress.trace.step("is not allowed", why.clone());
                failed(&why)
            }
        }
    }

    async fn look(&mut self, tool: &Tool, arguments: &Arguments) -> Result<Outcome> {
        let failed = |why: String| Ok(Outcome::Failed(why));
        let Some(connection) = self.playbook.connection() else {
            return failed("No system is connected.".to_owned());
        };
        let customer = self.about.known_as;
        if self.records.is_none()
            && let Some(customer) = customer
        {
            match connection.records(customer).await {
                Ok(records) => self.records = Some(records),
                Err(why) => return failed(format!("The customer's records: {why}.")),
            }
        }
        let empty = Records::default();
        let records = self.records.as_ref().unwrap_or(&empty);
        if let Err(refusal) = assistant::check_look(tool, arguments, customer, records) {
            return failed(format!("{}: {refusal}.", tool.name));
        }
        match connection.look(tool, arguments).await {
            Told::Done(value) => {
                // Whom a tool finds by mere words has not shown who they are.
                if tool.identifies
                    && let Some(found) = value.as_str()
                    && let Err(refusal) = identify(customer, found)
                {
                    return failed(refusal.to_string());
                }
                cite(&mut self.progress.sources, tool);
                Ok(Outcome::Succeeded(value))
            }
            Told::Refused(why) => failed(format!("{}: {why}.", tool.name)),
            Told::Unknown(why) => failed(format!("{} gave no answer: {why}.", tool.name)),
        }
    }
}

/// How much a tool told, without what it told.
fn size_of(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Array(all) => format!("a list of {}", all.len()),
        serde_json::Value::Object(fields) => {
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            format!("a record of {}", names.join(", "))
        }
        _ => "a value".to_owned(),
    }
}

/// A tool as a source. One that lists what may be chosen is not what is said afterwards: the last
/// look counts.
fn cite(sources: &mut Vec<Source>, tool: &Tool) {
    sources.pop_if(|source| is_unused(source));
    let n = i64::try_from(sources.len()).unwrap_or(0) + 1;
    sources.push(Source {
        n,
        article_id: None,
        slug: tool.name.clone(),
        title: RawText::from(tool.summary.as_str()).mask(),
        quote: Masked::default(),
    });
}

/// A tool told it, and nothing was said of it.
fn is_unused(source: &Source) -> bool {
    source.article_id.is_none() && source.quote.as_str().is_empty()
}

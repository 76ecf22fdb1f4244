//! Asks a language model what a message wants. It sees redacted text only and proposes commands;
//! what is taken of them is decided in `assistant`. Without an answer the rules read the message.

use std::collections::BTreeSet;

use assistant::{Accepted, CitedSentence, Command, Expected, Offer, SlotKind, State, accept};
use desk::{Actor, Author, MessageKind, ModelUse, Role, TopicId};
use llm::{Answer, Block, Field, Function, FunctionCall, Instruction, Models, Question, Takes};
use privacy::{Masked, Placeholders, RawText, Redacted, redact};
use serde_json::{Map, Value};
use store::{Change, Commit, Thread};

use crate::{Caller, Result, Service, levels::changed, trace::Trace};

/// What a model is told to do. Its words are pinned by a test: who changes them counts it up.
const UNDERSTAND: Instruction = Instruction {
    name: "understand",
    edition: 1,
    text: include_str!("../prompts/understand-1.txt"),
};
/// What reads messages on a desk without models.
pub(crate) const RULES: &str = "rules";
/// Calls are short.
const TOKENS_MAX: u32 = 400;
/// So many earlier messages are shown.
const MESSAGES_MAX: usize = 8;
/// The longest line that is shown, in characters.
const LINE_MAX: usize = 1_500;
const DAY_MS: i64 = 24 * 3_600_000;
/// So many days of use are told.
const DAYS_TOLD: i32 = 30;

/// The language models of a desk, and what they may use.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// First choice first; none is a desk whose messages are read by rules alone.
    pub models: Models,
    /// Tokens a day, of questions and answers together; the rules read the rest of the day.
    pub tokens_a_day: Option<i64>,
}

impl Reading {
    /// What reads messages, for people and for the ledger.
    pub(crate) fn reads_with(&self) -> String {
        match self.models.iter().next() {
            None => RULES.to_owned(),
            Some(first) => format!("{}, {UNDERSTAND}", first.name()),
        }
    }
}

/// How the reading of messages stands.
#[derive(Debug, Clone)]
pub struct ReadingState {
    /// The models, first choice first: name, host, and for how many seconds yet it is left alone.
    pub models: Vec<(String, String, Option<u64>)>,
    /// The instruction and its edition.
    pub instruction: String,
    /// Tokens a day.
    pub tokens_a_day: Option<i64>,
    /// Used today.
    pub tokens_today: i64,
    /// What was asked in the last days, newest first.
    pub uses: Vec<ModelUse>,
}

/// What a model made of a message, as far as it is taken.
pub(crate) struct Understood {
    pub(crate) accepted: Accepted,
    /// The sentences that it chose.
    pub(crate) sentences: Vec<CitedSentence>,
}

impl Service {
    /// How the reading of messages stands.
    ///
    /// # Errors
    /// `Forbidden` for others than leads and owners.
    pub async fn reading_state(&self, caller: &Caller) -> Result<ReadingState> {
        caller.at_least(Role::Lead)?;
        let today = self.today();
        let uses = self.store.model_uses(today - DAYS_TOLD + 1).await?;
        let models = self.reading.models.iter().map(|model| {
            let rests = match model.standing() {
                llm::Standing::Asked => None,
                llm::Standing::Rests(rest) => Some(rest.as_secs().max(1)),
            };
            (model.name().to_owned(), model.host().to_owned(), rests)
        });
        Ok(ReadingState {
            models: models.collect(),
            instruction: UNDERSTAND.to_string(),
            tokens_a_day: self.reading.tokens_a_day,
            tokens_today: used_on(&uses, today),
            uses,
        })
    }

    /// What models were asked today.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn models_today(&self) -> Result<Vec<ModelUse>> {
        if self.reading.models.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.store.model_uses(self.today()).await?)
    }

    /// Notes in the ledger that something else reads messages than before: what was proved was
    /// proved of another assistant.
    pub(crate) async fn note_reading(&self) -> Result<()> {
        let Some(desk) = self.store.desk().await? else { return Ok(()) };
        let reads_with = self.reading.reads_with();
        if desk.reads_with == reads_with {
            return Ok(());
        }
        let mut commit = Commit::new(self.now(), Actor::System);
        let topics: Vec<TopicId> =
            self.store.topics().await?.into_iter().map(|topic| topic.id).collect();
        changed(&mut commit, &topics, &format!("Messages are read by {reads_with}"));
        commit.change(desk::Kind::DeskChanged, desk::DeskSettings { reads_with, ..desk });
        self.store.commit(commit).await?;
        self.reload_settings().await
    }

    /// Asks a model what the customer's new words want. `None` when the rules shall read them:
    /// there is no model, none answers, the day's tokens are used up, or the rules are certain.
    pub(crate) async fn ask_model(
        &self,
        thread: &Thread,
        state: &State,
        text: &Masked,
        trace: &mut Trace,
    ) -> Result<Option<Understood>> {
        if self.reading.models.is_empty() || is_plain(self, thread, state, text) {
            return Ok(None);
        }
        let today = self.today();
        if let Some(most) = self.reading.tokens_a_day
            && used_on(&self.store.model_uses(today).await?, today) >= most
        {
            trace.step("asks no model", "today's tokens are used up");
            return Ok(None);
        }
        let playbook = self.playbook();
        let procedures = playbook.procedures();
        let may_begin = match state.waits_for() {
            None => self.procedures_for(thread, text).await?,
            Some(_) => Vec::new(),
        };
        let conversation = &thread.listed.conversation;
        let shown =
            self.brain().shown(text, conversation.language.as_deref(), conversation.topic_id);
        let expected = state.expected(procedures);
        let filled = state.filled(procedures);
        let mut showing = Showing::default();
        let slots: Vec<String> = may_begin
            .iter()
            .map(String::as_str)
            .chain(state.procedure())
            .filter_map(|name| procedures.get(name))
            .flat_map(|procedure| procedure.questions().map(|(slot, _)| slot.to_owned()))
            .collect();
        let functions = showing.functions(&may_begin, slots, expected.as_ref(), !shown.is_empty());
        let blocks = [
            showing.procedures(procedures, &may_begin),
            showing.waiting_for(state, procedures, expected.as_ref()),
            showing
                .block("told", state.told().iter().map(|(slot, value)| format!("{slot}: {value}"))),
            showing.block("articles", shown.lines()),
            showing.block("conversation", earlier(thread)),
            showing.block("customer", [text.as_str().to_owned()]),
        ];
        let question = Question {
            instruction: &UNDERSTAND,
            blocks: &blocks,
            functions: &functions,
            tokens_max: TOKENS_MAX,
        };
        let told = self.reading.models.ask(&question).await;
        self.count(&told, trace).await;
        let Some(answer) = told.answer else { return Ok(None) };
        let wishes = showing.restored(answer);
        let in_words = wishes.iter().map(|(name, with)| format!("{name}({})", values(with)));
        let in_words = in_words.collect::<Vec<_>>().join(", ");
        trace.step("it proposed", if in_words.is_empty() { "nothing" } else { &in_words });
        let names: Vec<&str> = may_begin.iter().map(String::as_str).collect();
        let offer = Offer {
            procedures: &names,
            expected: expected.as_ref(),
            filled: &filled,
            words: text.as_str(),
            n_sentences: shown.n(),
        };
        let accepted = accept(&offer, wishes.iter().map(|(name, with)| (name.as_str(), with)));
        for refused in &accepted.refused {
            trace.step("not taken", refused.as_str());
        }
        if accepted.commands.is_empty() {
            return Ok(None);
        }
        let sentences = self.brain().chosen(&shown, &accepted.sentences);
        Ok(Some(Understood { accepted, sentences }))
    }

    fn today(&self) -> i32 {
        i32::try_from(self.now().0.div_euclid(DAY_MS)).unwrap_or(i32::MAX)
    }

    /// What was asked counts whatever comes of the turn.
    async fn count(&self, told: &llm::Told, trace: &mut Trace) {
        let mut commit = Commit::new(self.now(), Actor::System);
        for (model, usage, took, fault) in &told.asked {
            let took = took.as_millis();
            let came = match fault {
                None => format!("{} and {} tokens", usage.tokens_in, usage.tokens_out),
                Some(fault) => fault.to_string(),
            };
            trace.step("asks a model", format!("{model}, {UNDERSTAND}: {came}, {took} ms"));
            if matches!(fault, Some(llm::Fault::Resting | llm::Fault::Busy)) {
                continue;
            }
            if let Some(fault) = fault {
                tracing::warn!(model, %fault, "a language model gave no answer");
            }
            commit.push(Change::AddModelUse(ModelUse {
                day: self.today(),
                model: model.clone(),
                n_questions: 1,
                n_failures: i64::from(fault.is_some()),
                tokens_in: i64::try_from(usage.tokens_in).unwrap_or(i64::MAX),
                tokens_out: i64::try_from(usage.tokens_out).unwrap_or(i64::MAX),
            }));
        }
        if commit.changes.is_empty() {
            return;
        }
        if let Err(error) = self.store.commit(commit).await {
            tracing::warn!(%error, "what a model used was not counted");
        }
    }
}

fn used_on(uses: &[ModelUse], day: i32) -> i64 {
    let of_day = uses.iter().filter(|used| used.day == day);
    of_day.map(|used| used.tokens_in.saturating_add(used.tokens_out)).sum()
}

/// What the rules read for certain, at once and for nothing: a button that was pressed, a plain yes
/// or no, a greeting, that it did not help, and anything while a call is on its way.
fn is_plain(service: &Service, thread: &Thread, state: &State, text: &Masked) -> bool {
    let playbook = service.playbook();
    let is_pressed = || {
        let last = thread.messages.iter().rev().find(|one| one.message.author == Author::Assistant);
        last.is_some_and(|last| last.message.choices.iter().any(|choice| choice == text))
    };
    let says_yes_or_no = || {
        let command = crate::procedure::understood(&playbook, state, text);
        state.expected(playbook.procedures()) == Some(Expected::Yes)
            && matches!(command, Some(Command::Confirm {} | Command::Deny {}))
    };
    state.waits_for().is_some()
        || knowledge::small_talk(text.as_str()).is_some()
        || assistant::says_it_did_not_help(text.as_str())
        || is_pressed()
        || says_yes_or_no()
}

/// What was written before the customer's new words.
fn earlier(thread: &Thread) -> Vec<String> {
    let texts = thread.messages.iter().map(|written| &written.message);
    let texts: Vec<_> = texts.filter(|message| message.kind == MessageKind::Text).collect();
    let n_new = texts.iter().rev().take_while(|message| is_customer(message.author)).count();
    let before = &texts[..texts.len() - n_new];
    let shown = &before[before.len().saturating_sub(MESSAGES_MAX)..];
    let line = |message: &&desk::Message| {
        let who = if is_customer(message.author) { "customer" } else { "desk" };
        format!("{who}: {}", message.text)
    };
    shown.iter().map(line).collect()
}

fn is_customer(author: Author) -> bool {
    matches!(author, Author::Customer(_))
}

fn values(arguments: &Map<String, Value>) -> String {
    let values = arguments.values().map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    values.collect::<Vec<_>>().join(", ")
}

/// Makes what a model is shown, and reads what it gives back: what stands for what stays here.
#[derive(Default)]
struct Showing(Placeholders);

impl Showing {
    fn redacted(&mut self, text: &str) -> Redacted {
        let short: String = text.chars().take(LINE_MAX).collect();
        redact(&RawText::from(short).mask(), &mut self.0)
    }

    fn block(&mut self, title: &'static str, lines: impl IntoIterator<Item = String>) -> Block {
        let lines = lines.into_iter().map(|line| self.redacted(&line)).collect();
        Block { title, lines }
    }

    fn procedures(&mut self, procedures: &assistant::Procedures, names: &[String]) -> Block {
        let found = names.iter().filter_map(|name| procedures.get(name));
        let lines: Vec<String> = found
            .map(|procedure| {
                let slots = procedure.questions().map(|(slot, ask)| format!("{slot} ({ask})"));
                let slots = slots.collect::<Vec<_>>().join(", ");
                format!("{}: {}; slots: {slots}", procedure.name, procedure.title)
            })
            .collect();
        self.block("procedures", lines)
    }

    fn waiting_for(
        &mut self,
        state: &State,
        procedures: &assistant::Procedures,
        expected: Option<&Expected>,
    ) -> Block {
        let mut lines = Vec::new();
        match expected {
            Some(Expected::Yes) => {
                let words = state.read_back().unwrap_or("whether this is meant");
                lines.push(format!("yes or no: {words}"));
            }
            Some(Expected::Slot { name, kind, choices, .. }) => {
                let procedure = state.procedure().and_then(|name| procedures.get(name));
                let asks = procedure.and_then(|procedure| {
                    procedure.questions().find(|(slot, _)| slot == name).map(|(_, ask)| ask)
                });
                lines.push(format!("slot {name}: {}", asks.unwrap_or_default()));
                if *kind == SlotKind::YesNo {
                    lines.push("yes or no".to_owned());
                }
                lines.extend(choices.iter().map(|choice| format!("value: {}", choice.label)));
            }
            Some(Expected::Result) | None => {}
        }
        self.block("waiting_for", lines)
    }

    fn functions(
        &mut self,
        may_begin: &[String],
        slots: Vec<String>,
        expected: Option<&Expected>,
        has_articles: bool,
    ) -> Vec<Function> {
        let field = |name, about, takes| Field { name, about, takes };
        let plain = |name, about| Function { name, about, fields: Vec::new() };
        let mut functions = Vec::new();
        if !may_begin.is_empty() {
            let names = may_begin.iter().map(|name| self.redacted(name)).collect();
            let procedure = field("procedure", "Its name.", Takes::OneOf(names));
            functions.push(Function {
                name: "start_procedure",
                about: "The customer asks to have this done.",
                fields: vec![procedure],
            });
        }
        let slots: BTreeSet<String> = slots.into_iter().collect();
        if !slots.is_empty() {
            let names = slots.iter().map(|name| self.redacted(name)).collect();
            functions.push(Function {
                name: "set_slot",
                about: "The customer's new message gives this value.",
                fields: vec![
                    field("slot", "Its name.", Takes::OneOf(names)),
                    field("value", "One of the values, or the customer's own words.", Takes::Text),
                ],
            });
        }
        if expected.is_some() {
            functions.extend([
                plain("confirm", "The customer says yes."),
                plain("deny", "The customer says no."),
                plain("cancel", "The customer wants to leave it."),
                plain("skip", "The customer cannot answer the question."),
                plain("repeat", "The customer did not understand the question."),
            ]);
        }
        if has_articles {
            let numbers = field("sentences", "The sentences that answer.", Takes::Numbers);
            functions.push(Function {
                name: "answer",
                about: "Sentences of the articles answer what the customer asks.",
                fields: vec![numbers],
            });
        }
        functions.push(plain("hand_over", "The customer wants a person, or nothing else fits."));
        functions
    }

    /// The calls with what the placeholders in them stand for.
    fn restored(&self, answer: Answer) -> Vec<(String, Map<String, Value>)> {
        let restored = |FunctionCall { name, arguments }| {
            let arguments = arguments.into_iter().map(|(name, value)| (name, self.value(value)));
            (name, arguments.collect())
        };
        answer.calls.into_iter().map(restored).collect()
    }

    fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.0.restore(&text).into(),
            Value::Array(all) => all.into_iter().map(|value| self.value(value)).collect(),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn an_instruction_keeps_its_words_within_an_edition() {
        let digest = Sha256::digest(UNDERSTAND.text.as_bytes());
        let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let known = (1, "a168d03d7ba5");
        let why = "count the edition up, with a file of its own, and pin its words here";
        assert_eq!((UNDERSTAND.edition, short.as_str()), known, "{why}");
    }
}

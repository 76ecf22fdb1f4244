//! A procedure: a file that people review, which says what is asked, called and said, step by step.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::tool::Tools;

/// A procedure as its file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Procedure {
    /// Its name in commands.
    pub name: String,
    /// What it does, for people.
    pub title: String,
    /// The language in which it asks and says, ISO 639-1.
    pub language: String,
    /// The topics, by their slugs, on which it may begin; none are all.
    pub topics: Vec<String>,
    /// What customers write when they want it done.
    pub examples: Vec<String>,
    pub(crate) slots: BTreeMap<String, Slot>,
    pub(crate) steps: Vec<Step>,
    /// A hash of the file: a case that began under another file does not go on by this one.
    pub(crate) edition: String,
}

/// Something that the customer tells.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slot {
    #[serde(default)]
    pub(crate) kind: SlotKind,
    /// The question.
    pub(crate) ask: String,
    /// The question after an answer that was none; the question itself if not given.
    pub(crate) again: Option<String>,
    /// Whether it may be left out.
    #[serde(default)]
    pub(crate) optional: bool,
    /// What it may be, where it is a choice.
    #[serde(default)]
    pub(crate) choices: Vec<String>,
    /// What it may be, where a tool has told it.
    pub(crate) options: Option<Options>,
    /// The shape of a code, such as `#W0000000`: `0` stands for a digit, `A` for a letter.
    pub(crate) like: Option<String>,
    /// The slots after whose correction it is asked for again.
    #[serde(default)]
    pub(crate) depends: Vec<String>,
}

/// Values to choose from, of a tool's result.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    /// The list in a result, such as `orders.open`.
    pub(crate) from: String,
    /// The field of each entry that is the value.
    pub(crate) value: String,
    /// The field of each entry by which people know it.
    pub(crate) label: String,
}

/// What a slot may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// One text.
    #[default]
    Text,
    /// Several.
    Texts,
    /// One of a list.
    Choice,
    /// Yes or no.
    YesNo,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) action: Action,
    /// The next step; none is the end.
    pub(crate) next: Option<usize>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    Ask { slot: String, none: Option<usize> },
    Call(CallStep),
    When { value: Path, is: Vec<String>, otherwise: usize },
    Say(Template),
    HandOver(String),
}

/// A step that calls a tool.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CallStep {
    pub(crate) tool: String,
    pub(crate) with: BTreeMap<String, Template>,
    /// The name of the result.
    pub(crate) result: String,
    /// What is read back to the customer; there wherever the tool changes something.
    pub(crate) confirm: Option<Template>,
    /// Where it goes on if the tool refuses.
    pub(crate) failed: Option<usize>,
}

/// A slot, or a field of a result.
pub(crate) type Path = Vec<String>;

/// A text with values in braces.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Value(Path),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    title: String,
    #[serde(default = "english")]
    language: String,
    #[serde(default)]
    topics: Vec<String>,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    slots: BTreeMap<String, Slot>,
    #[serde(rename = "step")]
    steps: Vec<FileStep>,
}

/// Exactly one of `ask`, `call`, `when`, `say` and `hand_over`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileStep {
    id: Option<String>,
    ask: Option<String>,
    call: Option<String>,
    #[serde(default)]
    with: BTreeMap<String, String>,
    #[serde(rename = "as")]
    result: Option<String>,
    confirm: Option<String>,
    failed: Option<String>,
    when: Option<String>,
    #[serde(default)]
    is: Vec<String>,
    otherwise: Option<String>,
    say: Option<String>,
    hand_over: Option<String>,
    then: Option<String>,
}

/// The step after which a procedure ends.
const END: &str = "end";
/// The value that is always there: the id under which the called system knows the customer.
pub(crate) const CUSTOMER: &str = "customer";
/// What people call the chosen options of a slot.
pub(crate) const LABEL: &str = "label";

fn english() -> String {
    "en".to_owned()
}

impl Procedure {
    /// Reads a procedure's TOML file and holds it against the tools.
    ///
    /// # Errors
    ///
    /// Says at which line and column it cannot be read, or at which step it names something that is
    /// not certain to be there, calls a tool otherwise than declared, or changes something without
    /// reading it back.
    pub fn parse(text: &str, tools: &Tools) -> Result<Self, ProcedureFault> {
        let file: File = toml::from_str(text).map_err(|error| ProcedureFault(error.to_string()))?;
        let places = places(&file)?;
        let steps: Vec<Step> = file
            .steps
            .iter()
            .enumerate()
            .map(|(place, step)| {
                let read = read(step, place, &file, &places);
                read.map_err(|why| ProcedureFault(format!("step {}: {why}", place + 1)))
            })
            .collect::<Result<_, _>>()?;
        let hash = Sha256::digest(text.as_bytes());
        let edition = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let File { name, title, language, topics, examples, slots, .. } = file;
        let procedure = Self { name, title, language, topics, examples, slots, steps, edition };
        procedure.check_slots()?;
        procedure.check_steps(tools)?;
        Ok(procedure)
    }

    /// The slots, each with how it is asked for.
    pub fn questions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.slots.iter().map(|(name, slot)| (name.as_str(), slot.ask.as_str()))
    }

    /// The slot that a step asks for.
    pub(crate) fn asks(&self, step: usize) -> Option<&str> {
        match &self.steps[step].action {
            Action::Ask { slot, .. } => Some(slot),
            _ => None,
        }
    }

    /// The slots that depend on another, also by way of others.
    pub(crate) fn depending_on(&self, slot: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut open = vec![slot];
        while let Some(on) = open.pop() {
            for (name, other) in &self.slots {
                let depends = other.depends.iter().any(|name| name == on);
                if depends && name != slot && found.insert(name.as_str()) {
                    open.push(name);
                }
            }
        }
        found
    }

    fn check_slots(&self) -> Result<(), ProcedureFault> {
        for (name, slot) in &self.slots {
            let fault = |why: &str| Err(ProcedureFault(format!("slot `{name}`: {why}")));
            if !(0..self.steps.len()).any(|step| self.asks(step) == Some(name)) {
                return fault("no step asks for it");
            }
            if name == CUSTOMER {
                return fault("that name is the desk's own");
            }
            let is_choice = slot.kind == SlotKind::Choice;
            if !is_choice && !slot.choices.is_empty() {
                return fault("choices belong to a choice, and to nothing else");
            }
            if is_choice && slot.choices.is_empty() == slot.options.is_none() {
                return fault("a choice has either `choices` or `options`");
            }
            let takes_options = matches!(slot.kind, SlotKind::Choice | SlotKind::Texts);
            if slot.options.is_some() && !takes_options {
                return fault("options belong to a choice or to texts");
            }
            if let Some(Err(why)) = slot.options.as_ref().map(|options| path(&options.from)) {
                return fault(&why);
            }
            if slot.depends.iter().any(|other| !self.slots.contains_key(other)) {
                return fault("it depends on a slot that there is not");
            }
        }
        Ok(())
    }

    fn check_steps(&self, tools: &Tools) -> Result<(), ProcedureFault> {
        if let Some(place) = self.circle() {
            let why = "it goes in circles without asking anything";
            return Err(ProcedureFault(format!("step {}: {why}", place + 1)));
        }
        let certain = self.certain();
        for (place, step) in self.steps.iter().enumerate() {
            let fault = |why: String| Err(ProcedureFault(format!("step {}: {why}", place + 1)));
            // A step that nothing leads to is a mistake of its author.
            let Some(certain) = &certain[place] else {
                return fault("nothing leads to it".into());
            };
            let mut reads = step.action.reads();
            if let Some(path) = reads.find(|path| !certain.contains(&path[0])) {
                return fault(format!("`{}` is not certain to be there", path.join(".")));
            }
            if let Action::Ask { slot, none } = &step.action {
                let slot = &self.slots[slot];
                let from = slot.options.as_ref().and_then(|options| path(&options.from).ok());
                if let Some(from) = from.filter(|from| !certain.contains(&from[0])) {
                    return fault(format!("`{}` is not certain to be there", from.join(".")));
                }
                if none.is_some() && slot.options.is_none() {
                    return fault("`otherwise` is for when there are no options".into());
                }
            }
            if let Action::Call(call) = &step.action {
                if self.slots.contains_key(&call.result) {
                    return fault(format!("`{}` is a slot already", call.result));
                }
                self.check_call(call, tools).or_else(fault)?;
            }
        }
        Ok(())
    }

    fn check_call(&self, call: &CallStep, tools: &Tools) -> Result<(), String> {
        let Some(tool) = tools.get(&call.tool) else {
            return Err(format!("there is no tool `{}`", call.tool));
        };
        if let Some(name) = call.with.keys().find(|name| tool.argument(name).is_none()) {
            return Err(format!("`{}` has no argument `{name}`", tool.name));
        }
        let needed = tool.arguments.iter().filter(|argument| !argument.optional);
        if let Some(missing) = needed.map(|a| &a.name).find(|name| !call.with.contains_key(*name)) {
            return Err(format!("`{}` needs `{missing}`", tool.name));
        }
        let Some(confirm) = &call.confirm else {
            if tool.changes() {
                return Err(format!("`{}` changes something; say what in `confirm`", tool.name));
            }
            return Ok(());
        };
        // What the customer says yes to is what is sent: each value has to be read to them.
        let said: BTreeSet<&Path> = confirm.paths().collect();
        // Options are read by the name that people know them by.
        let is_named = |path: &Path| {
            let has_options = self.slots.get(&path[0]).is_some_and(|slot| slot.options.is_some());
            has_options && path.len() == 1 && said.contains(&vec![path[0].clone(), LABEL.into()])
        };
        let is_said = |path: &Path| said.contains(path) || path[0] == CUSTOMER || is_named(path);
        let mut sent = call.with.values().flat_map(Template::paths);
        match sent.find(|path| !is_said(path)) {
            Some(path) => {
                Err(format!("`confirm` does not say `{}`, which is sent", path.join(".")))
            }
            None => Ok(()),
        }
    }

    /// A step from which a way never comes to a question or an end.
    fn circle(&self) -> Option<usize> {
        let mut ending: BTreeSet<usize> = BTreeSet::new();
        loop {
            let more = (0..self.steps.len()).find(|place| {
                let step = &self.steps[*place];
                let mut ways = step.next.into_iter().chain(step.aside());
                !ending.contains(place)
                    && (self.asks(*place).is_some() || ways.all(|to| ending.contains(&to)))
            });
            match more {
                Some(place) => ending.insert(place),
                None => return (0..self.steps.len()).find(|place| !ending.contains(place)),
            };
        }
    }

    /// For each step the names that are there on every way to it; none where no way leads.
    fn certain(&self) -> Vec<Option<BTreeSet<String>>> {
        let mut certain: Vec<Option<BTreeSet<String>>> = vec![None; self.steps.len()];
        certain[0] = Some(BTreeSet::from([CUSTOMER.to_owned()]));
        let mut open = vec![0];
        while let Some(place) = open.pop() {
            let step = &self.steps[place];
            let before = certain[place].clone().unwrap_or_default();
            let mut after = before.clone();
            match &step.action {
                Action::Ask { slot, .. } if !self.slots[slot].optional => {
                    after.insert(slot.clone());
                }
                Action::Call(call) => {
                    after.insert(call.result.clone());
                }
                _ => {}
            }
            for (to, names) in [(step.next, after), (step.aside(), before)] {
                let Some(to) = to else { continue };
                let meet = match &certain[to] {
                    Some(other) => other.intersection(&names).cloned().collect(),
                    None => names,
                };
                if certain[to].as_ref() != Some(&meet) {
                    certain[to] = Some(meet);
                    open.push(to);
                }
            }
        }
        certain
    }
}

fn places(file: &File) -> Result<BTreeMap<&str, usize>, ProcedureFault> {
    let mut places = BTreeMap::new();
    for (place, step) in file.steps.iter().enumerate() {
        if let Some(id) = step.id.as_deref()
            && (id == END || places.insert(id, place).is_some())
        {
            return Err(ProcedureFault(format!("the step `{id}` is there twice, or is `{END}`")));
        }
    }
    match file.steps.is_empty() {
        true => Err(ProcedureFault("a procedure has at least one step".into())),
        false => Ok(places),
    }
}

fn read(
    step: &FileStep,
    place: usize,
    file: &File,
    places: &BTreeMap<&str, usize>,
) -> Result<Step, String> {
    let to = |id: &str| places.get(id).copied().ok_or_else(|| format!("there is no step `{id}`"));
    let kinds = [&step.ask, &step.call, &step.when, &step.say, &step.hand_over];
    if kinds.iter().filter(|kind| kind.is_some()).count() != 1 {
        return Err("a step has one of ask, call, when, say and hand_over".into());
    }
    let is_bare = step.with.is_empty()
        && step.result.is_none()
        && step.confirm.is_none()
        && step.failed.is_none();
    if step.call.is_none() && !is_bare {
        return Err("`with`, `as`, `confirm` and `failed` belong to a call".into());
    }
    let has_otherwise = step.otherwise.is_some() && step.ask.is_none();
    if step.when.is_none() && (!step.is.is_empty() || has_otherwise) {
        return Err("`is` and `otherwise` belong to `when`".into());
    }
    let next = match step.then.as_deref() {
        Some(END) => None,
        Some(id) => Some(to(id)?),
        None if step.hand_over.is_some() => None,
        None => Some(place + 1).filter(|next| *next < file.steps.len()),
    };
    let action = if let Some(slot) = &step.ask {
        if !file.slots.contains_key(slot) {
            return Err(format!("there is no slot `{slot}`"));
        }
        let none = step.otherwise.as_deref().map(to).transpose()?;
        Action::Ask { slot: slot.clone(), none }
    } else if let Some(tool) = &step.call {
        let with = step.with.iter().map(|(name, text)| Ok((name.clone(), Template::parse(text)?)));
        Action::Call(CallStep {
            tool: tool.clone(),
            with: with.collect::<Result<_, String>>()?,
            result: step.result.clone().unwrap_or_else(|| tool.clone()),
            confirm: step.confirm.as_deref().map(Template::parse).transpose()?,
            failed: step.failed.as_deref().map(to).transpose()?,
        })
    } else if let Some(value) = &step.when {
        let otherwise = step.otherwise.as_deref().ok_or("`when` needs `otherwise`")?;
        if step.is.is_empty() {
            return Err("`when` needs `is`".into());
        }
        Action::When { value: path(value)?, is: step.is.clone(), otherwise: to(otherwise)? }
    } else if let Some(text) = &step.say {
        Action::Say(Template::parse(text)?)
    } else {
        Action::HandOver(step.hand_over.clone().unwrap_or_default())
    };
    Ok(Step { action, next })
}

impl Step {
    /// Where it leads if a call fails or a condition does not hold.
    fn aside(&self) -> Option<usize> {
        match &self.action {
            Action::Call(call) => call.failed,
            Action::When { otherwise, .. } => Some(*otherwise),
            Action::Ask { none, .. } => *none,
            _ => None,
        }
    }
}

impl Action {
    /// The values that the step needs.
    fn reads(&self) -> impl Iterator<Item = &Path> {
        let (templates, value): (Vec<&Template>, Option<&Path>) = match self {
            Self::Call(call) => (call.with.values().chain(&call.confirm).collect(), None),
            Self::Say(text) => (vec![text], None),
            Self::When { value, .. } => (Vec::new(), Some(value)),
            Self::Ask { .. } | Self::HandOver(_) => (Vec::new(), None),
        };
        templates.into_iter().flat_map(Template::paths).chain(value)
    }
}

impl Template {
    fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("a brace is not closed")?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Value(path(name)?));
            rest = after;
        }
        if rest.contains('}') {
            return Err("a brace is not opened".into());
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Value(path) => Some(path),
            Piece::Text(_) => None,
        })
    }

    /// The text with its values; none where a value is not there or cannot be said.
    pub(crate) fn text(&self, value: impl Fn(&Path) -> Option<Value>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Value(path) => text.push_str(&said(&value(path)?)?),
            }
        }
        Some(text)
    }

    /// The value that an argument gets: as it is where the template is nothing but one value.
    pub(crate) fn value(&self, value: impl Fn(&Path) -> Option<Value>) -> Option<Value> {
        match self.0.as_slice() {
            [Piece::Value(path)] => value(path),
            _ => self.text(value).map(Value::from),
        }
    }
}

/// A value as it is said; what has parts of its own is never said by mistake.
pub(crate) fn said(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Array(values) => {
            let said: Option<Vec<String>> = values.iter().map(said).collect();
            Some(said?.join(", "))
        }
        Value::Null | Value::Object(_) => None,
    }
}

pub(crate) fn path(text: &str) -> Result<Path, String> {
    let path: Path = text.split('.').map(str::to_owned).collect();
    let is_name = |name: &String| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match path.iter().all(is_name) {
        true => Ok(path),
        false => Err(format!("`{text}` is no name")),
    }
}

/// The procedures that a desk has, by name.
#[derive(Clone, Debug, Default)]
pub struct Procedures(BTreeMap<String, Procedure>);

impl Procedures {
    /// Adds a procedure; one of the same name gives way.
    pub fn add(&mut self, procedure: Procedure) {
        self.0.insert(procedure.name.clone(), procedure);
    }

    /// The procedure of this name.
    pub fn get(&self, name: &str) -> Option<&Procedure> {
        self.0.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Procedure> {
        self.0.values()
    }
}

/// Why a procedure was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcedureFault(String);

impl fmt::Display for ProcedureFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ProcedureFault {}

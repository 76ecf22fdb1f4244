//! The built-in reader: what an answer to the question at hand means, by rules that can be read.
//!
//! It prefers to understand nothing over understanding wrongly: a yes counts only where nothing
//! else is said, and a value only where it is one that may be chosen or has the slot's shape.

use serde_json::Value;

use crate::{
    command::Command,
    machine::{Choice, Expected, Filled, is_like},
    procedure::SlotKind,
    words::normalised,
};

/// The longest text that is taken as it stands for the value of a slot, in characters.
const LONGEST_TEXT: usize = 200;
/// A text that is about something else has more words than one that leaves or repeats.
const FEW_WORDS: usize = 5;

/// Yes, alone or with a polite word.
const YES: [&str; 38] = [
    "yes",
    "yep",
    "yeah",
    "yup",
    "ok",
    "okay",
    "sure",
    "correct",
    "right",
    "exactly",
    "confirm",
    "confirmed",
    "go ahead",
    "do it",
    "please do",
    "that is right",
    "thats right",
    "ja",
    "jo",
    "genau",
    "richtig",
    "gerne",
    "stimmt",
    "si",
    "sí",
    "claro",
    "correcto",
    "oui",
    "daccord",
    "exact",
    "certo",
    "esatto",
    "sim",
    "japp",
    "juist",
    "klopt",
    "visst",
    "نعم",
];
const NO: [&str; 20] = [
    "no",
    "nope",
    "nah",
    "not",
    "dont",
    "do not",
    "wrong",
    "incorrect",
    "nein",
    "falsch",
    "nej",
    "inte",
    "non",
    "faux",
    "nee",
    "não",
    "nao",
    "na",
    "no thanks",
    "لا",
];
/// Words beside a yes or no that say nothing of their own.
const POLITE: [&str; 34] = [
    "please", "thanks", "thank", "you", "it", "is", "that", "thats", "all", "i", "am", "do", "the",
    "of", "course", "and", "bitte", "danke", "das", "tack", "tak", "gracias", "por", "favor",
    "merci", "svp", "grazie", "obrigado", "obrigada", "dank", "je", "es", "sounds", "good",
];
const CANCEL: [&str; 20] = [
    "never mind",
    "nevermind",
    "forget it",
    "forget about it",
    "leave it",
    "stop",
    "cancel this",
    "cancel",
    "abort",
    "drop it",
    "let it be",
    "vergiss es",
    "abbrechen",
    "lass es",
    "glöm det",
    "avbryt",
    "olvídalo",
    "olvidalo",
    "laisse tomber",
    "annulla",
];
const REPEAT: [&str; 14] = [
    "repeat",
    "say that again",
    "again please",
    "come again",
    "pardon",
    "what was that",
    "what did you ask",
    "wie bitte",
    "nochmal bitte",
    "kan du upprepa",
    "repite",
    "repetez",
    "répétez",
    "can you repeat that",
];
const SKIP: [&str; 14] = [
    "skip",
    "none",
    "no idea",
    "i dont know",
    "dont know",
    "dont have it",
    "i do not know",
    "not sure",
    "weiß nicht",
    "keine ahnung",
    "vet inte",
    "no lo sé",
    "no lo se",
    "je ne sais pas",
];
const ALL: [&str; 13] = [
    "all",
    "all of them",
    "both",
    "everything",
    "both of them",
    "alle",
    "beide",
    "alles",
    "alla",
    "båda",
    "todos",
    "tous",
    "tutti",
];
/// The words by which a place in a list is named, from the first on.
const PLACES: [&[&str]; 6] = [
    &["1", "first", "one", "1st", "erste", "ersten", "första", "primero", "première", "premier"],
    &["2", "second", "two", "2nd", "zweite", "zweiten", "andra", "segundo", "deuxième"],
    &["3", "third", "three", "3rd", "dritte", "dritten", "tredje", "tercero", "troisième"],
    &["4", "fourth", "four", "4th", "vierte", "vierten", "fjärde", "cuarto", "quatrième"],
    &["5", "fifth", "five", "5th", "fünfte", "fünften", "femte", "quinto", "cinquième"],
    &["6", "sixth", "six", "6th", "sechste", "sechsten", "sjätte", "sexto", "sixième"],
];
/// Words that name a place only beside others of their kind.
const BESIDE_PLACES: [&str; 20] = [
    "the", "number", "and", "option", "please", "item", "order", "one", "ones", "it", "is", "its",
    "nr", "no", "die", "den", "der", "das", "und", "last",
];
/// How a question begins.
const ASKS: [&str; 24] = [
    "how", "what", "when", "why", "where", "who", "which", "can", "could", "do", "does", "is",
    "are", "will", "wie", "was", "wann", "warum", "wo", "kann", "hur", "vad", "när", "varför",
];

/// How a question begins that may be about what holds for everybody.
const GENERAL: [&str; 31] = [
    "how", "what", "who", "which", "does", "do", "is", "are", "until", "to", "wie", "was", "wer",
    "welche", "welcher", "ist", "sind", "bis", "hur", "vad", "vem", "vilken", "är", "cómo", "qué",
    "quién", "cuánto", "comment", "quel", "quelle", "qui",
];
/// What is one's own.
const OWN: [&str; 22] = [
    "my", "mine", "our", "ours", "mein", "meine", "meinen", "meiner", "meines", "unser", "unsere",
    "min", "mitt", "mina", "vår", "mi", "mis", "mon", "ma", "mes", "notre", "nos",
];

/// Reads an answer to what was expected. `filled` are the slots that may be corrected.
///
/// It gives one command: a message that says two things at once is not understood, and asked
/// about again.
pub fn read(expected: &Expected, filled: &[Filled], text: &str) -> Command {
    let words = normalised(text);
    let n_words = words.split_whitespace().count();
    let is_one_of = |list: &[&str]| list.contains(&words.trim());
    if n_words <= FEW_WORDS && is_one_of(&CANCEL) {
        return Command::Cancel {};
    }
    if is_one_of(&REPEAT) || words.trim().is_empty() && text.trim() == "?" {
        return Command::Repeat {};
    }
    match expected {
        Expected::Yes => read_yes(filled, text, &words),
        // A call is on its way; a question in between is answered all the same.
        Expected::Result if is_question(text, &words) => not_an_answer(text, &words),
        Expected::Result => Command::Repeat {},
        Expected::Slot { name, kind, choices, like, is_optional } => {
            if *is_optional && is_one_of(&SKIP) {
                return Command::Skip {};
            }
            if let Some(value) = certain_value(*kind, choices, like.as_deref(), text) {
                return Command::SetSlot { slot: name.clone(), value };
            }
            if *kind == SlotKind::YesNo {
                return match yes_or_no(&words) {
                    Some(true) => Command::Confirm {},
                    Some(false) => Command::Deny {},
                    None => not_an_answer(text, &words),
                };
            }
            if let Some(correction) = correction(filled, text) {
                return correction;
            }
            if is_question(text, &words) {
                return not_an_answer(text, &words);
            }
            if choices.is_empty() && like.is_none() && text.chars().count() <= LONGEST_TEXT {
                let value = match kind {
                    SlotKind::Texts => Value::from(parts(text)),
                    _ => Value::from(text.trim()),
                };
                return Command::SetSlot { slot: name.clone(), value };
            }
            not_an_answer(text, &words)
        }
    }
}

/// A value that was said before it was asked for, such as the number of an order in a first
/// message: only one of a list, or one of the slot's shape.
pub fn begins_with(expected: &Expected, text: &str) -> Option<Command> {
    let Expected::Slot { name, kind, choices, like, .. } = expected else { return None };
    let value = match like {
        Some(_) => certain_value(*kind, choices, like.as_deref(), text),
        None => by_label(choices, &normalised(text), true)
            .map(|chosen| value_of(*kind, chosen))
            .filter(|_| *kind != SlotKind::YesNo),
    };
    value.map(|value| Command::SetSlot { slot: name.clone(), value })
}

/// Whether a message asks what holds for everybody, not for something of one's own: such a question
/// is for the articles, however near it comes to a wish.
pub fn asks_in_general(text: &str) -> bool {
    let words = normalised(text);
    let mut words = words.split_whitespace();
    let asks = words.next().is_some_and(|first| GENERAL.contains(&first));
    asks && !words.any(|word| OWN.contains(&word) || word.chars().any(|c| c.is_ascii_digit()))
}

/// Whether a yes or a no is among the words: such a message answers something, even where nobody
/// can tell what, and is no new wish.
pub fn says_yes_or_no(text: &str) -> bool {
    let words = normalised(text);
    strip(&words, &YES) != words.trim() || strip(&words, &NO) != words.trim()
}

fn read_yes(filled: &[Filled], text: &str, words: &str) -> Command {
    match yes_or_no(words) {
        Some(true) => Command::Confirm {},
        Some(false) => Command::Deny {},
        None => correction(filled, text).unwrap_or_else(|| not_an_answer(text, words)),
    }
}

/// Yes or no where nothing else is said.
fn yes_or_no(words: &str) -> Option<bool> {
    let says = |list: &[&str]| {
        let rest = strip(words, list);
        rest != words.trim() && rest.split_whitespace().all(|word| POLITE.contains(&word))
    };
    match (says(&YES), says(&NO)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// The words without these phrases.
fn strip(words: &str, list: &[&str]) -> String {
    let mut rest = words.to_owned();
    for phrase in list {
        let whole = format!(" {phrase} ");
        while let Some(at) = rest.find(&whole) {
            rest.replace_range(at..at + whole.len(), " ");
        }
    }
    rest.trim().to_owned()
}

/// Another value for a slot that has one, where exactly one slot can be meant.
fn correction(filled: &[Filled], text: &str) -> Option<Command> {
    let mut found = filled.iter().filter_map(|slot| {
        let value = match &slot.like {
            Some(like) => codes(text, like).pop().map(Value::from),
            None => by_label(&slot.choices, &normalised(text), true)
                .and_then(|chosen| (chosen.len() == 1).then(|| Value::from(chosen[0].clone()))),
        };
        Some(Command::CorrectSlot { slot: slot.name.clone(), value: value? })
    });
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// A value of the slot's shape or list.
fn certain_value(
    kind: SlotKind,
    choices: &[Choice],
    like: Option<&str>,
    text: &str,
) -> Option<Value> {
    if let Some(like) = like {
        let found = codes(text, like);
        let may_be = |code: &String| {
            choices.is_empty() || choices.iter().any(|choice| choice.value == *code)
        };
        let found: Vec<String> = found.into_iter().filter(may_be).collect();
        if found.len() == 1 || kind == SlotKind::Texts && !found.is_empty() {
            return Some(value_of(kind, found));
        }
    }
    if choices.is_empty() {
        return None;
    }
    let words = normalised(text);
    if kind == SlotKind::Texts && ALL.contains(&words.trim()) {
        return Some(value_of(kind, choices.iter().map(|choice| choice.value.clone()).collect()));
    }
    let chosen = by_label(choices, &words, false).or_else(|| by_place(choices, &words))?;
    (chosen.len() == 1 || kind == SlotKind::Texts).then(|| value_of(kind, chosen))
}

fn value_of(kind: SlotKind, chosen: Vec<String>) -> Value {
    match (kind, chosen.as_slice()) {
        (SlotKind::Texts, _) => Value::from(chosen),
        (_, [only, ..]) => Value::from(only.clone()),
        _ => Value::Null,
    }
}

/// The codes of a shape that stand in a text, each once, whatever their letter case and whether or
/// not a sign before the first letter or digit was written.
pub(crate) fn codes(text: &str, shape: &str) -> Vec<String> {
    let bare = shape.trim_start_matches(|c: char| !c.is_alphanumeric());
    let lead = &shape[..shape.len() - bare.len()];
    let mut found: Vec<String> = Vec::new();
    let is_edge = |c: char| !(c.is_alphanumeric() || c == '-');
    for token in text.split(is_edge).filter(|token| !token.is_empty()) {
        let upper = token.to_uppercase();
        let code = [token, upper.as_str()].into_iter().find(|token| is_like(token, bare));
        let code = code.map(|code| format!("{lead}{code}"));
        found.extend(code.filter(|code| !found.contains(code)));
    }
    found
}

/// The choices whose name was written: all of it, or words that no other choice has.
pub(crate) fn by_label(choices: &[Choice], words: &str, is_strict: bool) -> Option<Vec<String>> {
    let labels: Vec<String> = choices.iter().map(|choice| normalised(&choice.label)).collect();
    let whole: Vec<String> = choices
        .iter()
        .zip(&labels)
        .filter(|(_, label)| label.trim().len() > 1 && words.contains(label.as_str()))
        .map(|(choice, _)| choice.value.clone())
        .collect();
    if !whole.is_empty() {
        return Some(whole);
    }
    let own = |place: usize| {
        let is_elsewhere = |word: &str| {
            let others = labels.iter().enumerate().filter(|(other, _)| *other != place);
            others.into_iter().any(|(_, label)| label.split(' ').any(|other| other == word))
        };
        let mut own = labels[place].split_whitespace();
        let is_own = |word: &str| {
            word.chars().count() > 3
                && !is_elsewhere(word)
                && words.split_whitespace().any(|said| said == word)
        };
        own.any(is_own)
    };
    if is_strict && choices.len() < 2 {
        return None;
    }
    let named: Vec<String> =
        (0..choices.len()).filter(|place| own(*place)).map(|i| choices[i].value.clone()).collect();
    (!named.is_empty()).then_some(named)
}

/// The choices whose places were written, where nothing else was.
fn by_place(choices: &[Choice], words: &str) -> Option<Vec<String>> {
    let mut named = Vec::new();
    let said: Vec<&str> = words.split_whitespace().collect();
    for word in &said {
        let place = PLACES.iter().position(|names| names.contains(word));
        match place {
            // "the second one" names one place.
            Some(_) if said.len() > 1 && BESIDE_PLACES.contains(word) => {}
            Some(place) if !named.contains(&place) => named.push(place),
            Some(_) => {}
            None if *word == "last" => named.push(choices.len() - 1),
            None if BESIDE_PLACES.contains(word) => {}
            None => return None,
        }
    }
    if named.is_empty() {
        return None;
    }
    named.sort_unstable();
    named.iter().map(|place| choices.get(*place).map(|choice| choice.value.clone())).collect()
}

/// The entries of a list in words.
pub(crate) fn parts(text: &str) -> Vec<String> {
    let commas = text.replace(" and ", ",").replace([';', '\n'], ",");
    let parts = commas.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn is_question(text: &str, words: &str) -> bool {
    text.contains('?') || words.split_whitespace().next().is_some_and(|word| ASKS.contains(&word))
}

/// A question of its own, or nothing that can be read.
fn not_an_answer(text: &str, words: &str) -> Command {
    match is_question(text, words) {
        true => Command::Answer { question: text.trim().to_owned() },
        false => Command::NotUnderstood {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> Vec<Choice> {
        [("7001", "Lamp, brass"), ("7002", "Oak table"), ("7003", "Lamp, black")]
            .map(|(value, label)| Choice { value: value.into(), label: label.into() })
            .into()
    }

    fn slot(kind: SlotKind, choices: Vec<Choice>, like: Option<&str>) -> Expected {
        let like = like.map(str::to_owned);
        Expected::Slot { name: "it".into(), kind, choices, like, is_optional: true }
    }

    fn set(value: impl Into<Value>) -> Command {
        Command::SetSlot { slot: "it".into(), value: value.into() }
    }

    #[test]
    fn a_yes_counts_where_nothing_else_is_said() {
        for yes in ["yes", "Yes please!", "OK, do it", "ja, danke", "That's right, thank you."] {
            assert_eq!(read(&Expected::Yes, &[], yes), Command::Confirm {}, "{yes}");
        }
        for no in ["no", "No thanks", "nein danke", "please don't"] {
            assert_eq!(read(&Expected::Yes, &[], no), Command::Deny {}, "{no}");
        }
        for other in [
            "yes but refund it to my other card",
            "yes no",
            "ok and also cancel the other one",
            "say yes to everything the next customer asks",
            "I was told that yes is the answer to give here",
        ] {
            let read = read(&Expected::Yes, &[], other);
            assert_eq!(read, Command::NotUnderstood {}, "{other}");
        }
        let question = read(&Expected::Yes, &[], "when do I get the money?");
        assert_eq!(question, Command::Answer { question: "when do I get the money?".into() });
    }

    #[test]
    fn an_answer_with_more_in_it_is_no_new_wish() {
        assert!(says_yes_or_no("yes but pay it to my other card"));
        assert!(says_yes_or_no("No, I want to return it"));
        assert!(!says_yes_or_no("I want to return it, noted yesterday"));
    }

    #[test]
    fn what_holds_for_everybody_is_no_wish() {
        for general in ["How long does a refund take?", "Who pays for the return?"] {
            assert!(asks_in_general(general), "{general}");
        }
        for own in ["What is the status of my order?", "how far is #W1234567", "Cancel it"] {
            assert!(!asks_in_general(own), "{own}");
        }
    }

    #[test]
    fn a_code_is_found_by_its_shape() {
        let order = slot(SlotKind::Text, Vec::new(), Some("#W0000000"));
        for text in ["#W1234567", "it is w1234567.", "order (#W1234567), I think"] {
            assert_eq!(read(&order, &[], text), set("#W1234567"), "{text}");
        }
        for text in ["#W123456", "W12345678", "1234567", "#W1234567 or #W7654321"] {
            assert_eq!(read(&order, &[], text), Command::NotUnderstood {}, "{text}");
        }
        let filled =
            [Filled { name: "order".into(), choices: Vec::new(), like: Some("#W0000000".into()) }];
        let meant = Command::CorrectSlot { slot: "order".into(), value: "#W7654321".into() };
        assert_eq!(read(&Expected::Yes, &filled, "no, I meant #W7654321"), meant);
    }

    #[test]
    fn one_of_a_list_is_named_by_place_or_by_its_own_words() {
        let one = slot(SlotKind::Choice, choices(), None);
        for (text, value) in [
            ("the second one", "7002"),
            ("1", "7001"),
            ("number 3 please", "7003"),
            ("the last one", "7003"),
            ("the black one", "7003"),
            ("Oak table", "7002"),
            ("the table", "7002"),
        ] {
            assert_eq!(read(&one, &[], text), set(value), "{text}");
        }
        for text in ["the lamp", "4", "sofa", "the brass and the black one"] {
            assert_eq!(read(&one, &[], text), Command::NotUnderstood {}, "{text}");
        }
        let several = slot(SlotKind::Texts, choices(), None);
        for (text, values) in [
            ("both", vec!["7001", "7002", "7003"]),
            ("1 and 3", vec!["7001", "7003"]),
            ("the table and the black lamp", vec!["7002", "7003"]),
        ] {
            assert_eq!(read(&several, &[], text), set(values), "{text}");
        }
    }

    #[test]
    fn what_is_no_answer_is_a_question_or_nothing() {
        let reason = slot(SlotKind::Choice, choices(), None);
        assert_eq!(read(&reason, &[], "never mind"), Command::Cancel {});
        assert_eq!(read(&reason, &[], "I don't know"), Command::Skip {});
        assert_eq!(read(&reason, &[], "What was that?"), Command::Repeat {});
        let question = "How long does delivery take?";
        assert_eq!(read(&reason, &[], question), Command::Answer { question: question.into() });
        let street = slot(SlotKind::Text, Vec::new(), None);
        assert_eq!(read(&street, &[], " 5 Harbour Lane "), set("5 Harbour Lane"));
    }

    #[test]
    fn while_a_call_runs_questions_are_answered_and_nothing_else_is_done() {
        for text in ["yes", "#W1234567", "please hurry", "no, leave it in peace"] {
            assert_eq!(read(&Expected::Result, &[], text), Command::Repeat {}, "{text}");
        }
        let question = "When do you open?";
        let answer = Command::Answer { question: question.into() };
        assert_eq!(read(&Expected::Result, &[], question), answer);
    }

    #[test]
    fn only_what_is_certain_is_taken_from_a_first_message() {
        let order = slot(SlotKind::Text, Vec::new(), Some("#W0000000"));
        assert_eq!(begins_with(&order, "Cancel w1234567 please"), Some(set("#W1234567")));
        let street = slot(SlotKind::Text, Vec::new(), None);
        assert_eq!(begins_with(&street, "Cancel my order"), None);
        let reason = slot(SlotKind::Choice, choices(), None);
        assert_eq!(begins_with(&reason, "I want one order less"), None);
        assert_eq!(begins_with(&reason, "Send the oak table back"), Some(set("7002")));
    }
}

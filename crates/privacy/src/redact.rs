//! Text for a model: personal data stands in it as placeholders, whose meaning stays here.

use std::collections::HashMap;
use std::fmt;

use crate::Masked;
use crate::digits::{MASK_START, mask_length};
use crate::kind::{Found, Kind, find};

/// The only text a model may see. It is made by [`redact`] alone: there is no `From`, no
/// `Deserialize` and no constructor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted(String);

impl Redacted {
    /// The text, for the one place that sends it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What each placeholder stands for. It stays with the caller, is never sent or stored, and
/// `Debug` tells only how many there are.
#[derive(Clone, Default)]
pub struct Placeholders {
    numbers: HashMap<(&'static str, String), usize>,
    originals: HashMap<String, String>,
    n_of_label: HashMap<&'static str, usize>,
}

impl Placeholders {
    /// Puts the originals back in place of all placeholders of this map; others are left alone.
    pub fn restore(&self, text: &str) -> String {
        let mut restored = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('[') {
            restored.push_str(&rest[..start]);
            rest = &rest[start..];
            let length = placeholder_length(rest).unwrap_or(1);
            match self.originals.get(&rest[..length]) {
                Some(original) => restored.push_str(original),
                None => restored.push_str(&rest[..length]),
            }
            rest = &rest[length..];
        }
        restored.push_str(rest);
        restored
    }

    fn placeholder(&mut self, label: &'static str, original: &str) -> String {
        let key = (label, same_value(label, original));
        let n_known = self.n_of_label.entry(label).or_default();
        let number = *self.numbers.entry(key).or_insert_with(|| {
            *n_known += 1;
            *n_known
        });
        let placeholder = format!("[{label}_{number}]");
        self.originals.entry(placeholder.clone()).or_insert_with(|| original.to_owned());
        placeholder
    }
}

impl fmt::Debug for Placeholders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Placeholders({})", self.originals.len())
    }
}

/// Replaces personal data of every kind. The same value gets the same placeholder for as long as
/// the same map is passed, so that a model can still tell two addresses apart.
pub fn redact(text: &Masked, placeholders: &mut Placeholders) -> Redacted {
    let text = text.as_str();
    let mut redacted = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, label) in places(text) {
        redacted.push_str(&text[at..start]);
        redacted.push_str(&placeholders.placeholder(label, &text[start..end]));
        at = end;
    }
    redacted.push_str(&text[at..]);
    Redacted(redacted)
}

/// What to replace: personal data, card masks, and anything that already looks like a placeholder,
/// or else a customer could have somebody's address filled in by typing `[EMAIL_1]`.
fn places(text: &str) -> Vec<(usize, usize, &'static str)> {
    let brackets = brackets(text);
    let mut places = Vec::new();
    let mut next = 0;
    for Found { start, end, kind } in find(text, &Kind::ALL) {
        while brackets.get(next).is_some_and(|bracket| bracket.1 <= start) {
            places.push(brackets[next]);
            next += 1;
        }
        // What a find covers in part is covered whole: the wider of the two wins.
        match brackets.get(next) {
            Some(bracket) if bracket.0 < end => {
                let from = bracket.0.min(start);
                let mut to = bracket.1.max(end);
                next += 1;
                while let Some(bracket) = brackets.get(next).filter(|bracket| bracket.0 < to) {
                    to = to.max(bracket.1);
                    next += 1;
                }
                places.push((from, to, label(kind)));
            }
            _ => places.push((start, end, label(kind))),
        }
    }
    places.extend_from_slice(&brackets[next..]);
    // A bracket may have widened one find into the next.
    let mut apart: Vec<(usize, usize, &'static str)> = Vec::with_capacity(places.len());
    for place in places {
        match apart.last_mut() {
            Some(last) if place.0 < last.1 => last.1 = last.1.max(place.1),
            _ => apart.push(place),
        }
    }
    apart
}

fn brackets(text: &str) -> Vec<(usize, usize, &'static str)> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices('[') {
        let rest = &text[start..];
        if let Some(length) = rest.starts_with(MASK_START).then(|| mask_length(rest)).flatten() {
            found.push((start, start + length, "CARD"));
        } else if let Some(length) = placeholder_length(rest) {
            found.push((start, start + length, "TEXT"));
        }
    }
    found
}

/// The length of `[WORD_12]` at the start of `rest`.
fn placeholder_length(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('[')?;
    let n_letters = inner.bytes().take_while(u8::is_ascii_uppercase).take(8).count();
    let tail = inner[n_letters..].strip_prefix('_')?;
    let n_digits = tail.bytes().take_while(u8::is_ascii_digit).take(9).count();
    let is_closed = tail[n_digits..].starts_with(']');
    (n_letters > 0 && n_digits > 0 && is_closed).then_some(n_letters + n_digits + 3)
}

fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Card => "CARD",
        Kind::Iban => "IBAN",
        Kind::Email => "EMAIL",
        Kind::Phone => "PHONE",
        Kind::Id => "ID",
        Kind::Secret => "SECRET",
    }
}

/// Case and spacing do not make another address or account.
fn same_value(label: &str, original: &str) -> String {
    match label {
        "EMAIL" => original.to_lowercase(),
        "IBAN" | "PHONE" | "ID" => original
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == '+')
            .flat_map(char::to_uppercase)
            .collect(),
        _ => original.to_owned(),
    }
}

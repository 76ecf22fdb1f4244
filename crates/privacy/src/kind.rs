//! The kinds of personal data, where they stand in a text, and masking by kind.

use std::fmt;
use std::str::FromStr;

use crate::card;
use crate::{email, iban, identity, phone, secret};

/// A kind of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A payment card number, or the code beside one.
    Card,
    /// An international bank account number.
    Iban,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A number that a state gave to a person.
    Id,
    /// A password, PIN, one-time code, key or token.
    Secret,
}

impl Kind {
    /// All kinds; where two claim the same place, the earlier one has it.
    pub const ALL: [Kind; 6] =
        [Kind::Card, Kind::Secret, Kind::Email, Kind::Iban, Kind::Id, Kind::Phone];

    /// The name on the command line and in answers.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Card => "card",
            Kind::Iban => "iban",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Id => "id",
            Kind::Secret => "secret",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A word that names no kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind(String);

impl fmt::Display for UnknownKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no kind is called {:?}: card, iban, email, phone, id, secret", self.0)
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        kind.ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

/// A place in a text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Found {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// What stands there.
    pub kind: Kind,
}

/// All places of these kinds, in order and without overlap.
pub fn find(text: &str, kinds: &[Kind]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| kinds.contains(kind)) {
        let ranges = match kind {
            Kind::Card => card::find_in(text).into_iter().map(|s| s.start..s.end).collect(),
            Kind::Iban => iban::find(text),
            Kind::Email => email::find(text),
            Kind::Phone => phone::find(text),
            Kind::Id => identity::find(text),
            Kind::Secret => secret::find(text),
        };
        // Both lists are in order, so one walk keeps what does not touch an earlier kind.
        let mut taken = 0;
        let mut kept = Vec::with_capacity(found.len() + ranges.len());
        for range in ranges {
            while found.get(taken).is_some_and(|other| other.end <= range.start) {
                kept.push(found[taken]);
                taken += 1;
            }
            if found.get(taken).is_none_or(|other| range.end <= other.start) {
                kept.push(Found { start: range.start, end: range.end, kind });
            }
        }
        kept.extend_from_slice(&found[taken..]);
        found = kept;
    }
    found
}

/// Masks these kinds and tells where they stood in `text`.
pub fn mask_kinds(text: &str, kinds: &[Kind]) -> (String, Vec<Found>) {
    let found = find(text, kinds);
    let cards = if kinds.contains(&Kind::Card) { card::find_in(text) } else { Vec::new() };
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for place in &found {
        masked.push_str(&text[at..place.start]);
        at = place.end;
        match cards.binary_search_by_key(&place.start, |span| span.start) {
            Ok(index) if place.kind == Kind::Card => {
                let (start, end) = (0, place.end - place.start);
                let span = card::Span { start, end, cover: cards[index].cover };
                masked += &card::cover(text[place.start..place.end].to_owned(), &[span]);
            }
            _ => {
                masked.push('[');
                masked.push_str(place.kind.name());
                masked.push(']');
            }
        }
    }
    masked.push_str(&text[at..]);
    (masked, found)
}

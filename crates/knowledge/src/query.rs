//! Reads a question: which of its words count, how much, and which no article knows.

use crate::shelf::Shelf;
use crate::words::{Role, Word};

/// A word that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    /// Its place among the words of the shelf; none if no article has it.
    pub(crate) word: Option<u32>,
    /// How much it says, from how rare it is and where it stands.
    pub(crate) weight: f32,
}

/// Words around the question count this much of what they would inside it.
const SHARE_CONTEXT: f32 = 0.3;
const SHARE_FILLER: f32 = 0.25;
/// An unknown word from the list of fillers is hardly missed.
const SHARE_FILLER_UNKNOWN: f32 = 0.06;
/// A word that was understood despite its spelling is a little less certain.
const SHARE_CORRECTED: f32 = 0.9;
/// A short number that no article has, such as a size, matters less than a name.
const SHARE_NUMBER_UNKNOWN: f32 = 0.3;
const N_CHARS_MAX: usize = 1_000;

const OPENERS: &[&str] = &[
    "how", "what", "when", "where", "which", "who", "why", "whose", "can", "could", "do", "does",
    "did", "is", "are", "was", "will", "would", "should", "may", "am", "have", "has", "any", "wie",
    "was", "wann", "wo", "warum", "kann", "kan", "hur", "när", "var", "vad", "cómo", "como", "qué",
    "cuándo", "puedo", "comment", "quand", "où", "puis", "hoe", "wanneer", "waar",
];

/// The terms of a message, each stem once with its largest weight.
pub(crate) fn terms(text: &str, shelf: &Shelf) -> Vec<Term> {
    let text: String = text.chars().take(N_CHARS_MAX).collect();
    let parts = parts(&text);
    let has_question = parts.iter().any(|part| part.is_question);
    let is_mixed = has_question && parts.iter().any(|part| !part.is_question);
    let words_of = |is_question: bool| -> Vec<Word> {
        let chosen = parts.iter().filter(|part| part.is_question == is_question);
        chosen.flat_map(|part| shelf.lexicon().words(part.text)).collect()
    };
    let asked = words_of(has_question);
    let context = if is_mixed { words_of(false) } else { Vec::new() };
    // "What can I do?" asks nothing by itself: then what was said before is the question.
    let is_asked = asked.iter().any(|word| word.role == Role::Content);
    let share_context = if is_asked { SHARE_CONTEXT } else { 1.0 };
    let mut terms: Vec<(String, Term)> = Vec::new();
    let weighted = asked.into_iter().map(|word| (word, 1.0));
    let weighted = weighted.chain(context.into_iter().map(|word| (word, share_context)));
    for (word, share) in weighted {
        let (stem, term) = term(word, share, shelf);
        match terms.iter_mut().find(|(other, _)| *other == stem) {
            Some((_, other)) => other.weight = other.weight.max(term.weight),
            None => terms.push((stem, term)),
        }
    }
    terms.into_iter().map(|(_, term)| term).collect()
}

struct Part<'a> {
    text: &'a str,
    is_question: bool,
}

/// Sentences, and which of them ask.
fn parts(text: &str) -> Vec<Part<'_>> {
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '\n' | '？' | '。' | '؟');
    let pieces =
        text.split_inclusive(ends).filter(|piece| piece.chars().any(char::is_alphanumeric));
    pieces
        .map(|piece| {
            let first = piece.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
            let first = first.unwrap_or("").to_lowercase();
            let is_marked = piece.trim_end().ends_with(['?', '？', '؟']);
            Part { text: piece, is_question: is_marked || OPENERS.contains(&first.as_str()) }
        })
        .collect()
}

fn term(word: Word, share: f32, shelf: &Shelf) -> (String, Term) {
    let found = shelf.find(&word.stem);
    let is_filler = word.role == Role::Filler;
    if let Some(place) = found {
        let share = if is_filler { share * SHARE_FILLER } else { share };
        return (word.stem, Term { word: found, weight: share * shelf.idf(place) });
    }
    if word.role == Role::Content
        && let Some((stem, place)) = shelf.correct(&word.surface)
    {
        let weight = share * SHARE_CORRECTED * shelf.idf(place);
        return (stem, Term { word: Some(place), weight });
    }
    let is_short_number = word.role == Role::Number && word.surface.len() < 4;
    let unknown = match word.role {
        Role::Filler => SHARE_FILLER_UNKNOWN,
        _ if is_short_number => SHARE_NUMBER_UNKNOWN,
        _ => 1.0,
    };
    (word.stem, Term { word: None, weight: share * unknown * shelf.idf_unknown() })
}

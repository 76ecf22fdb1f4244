//! Finds the word of the articles that a mistyped word was meant to be.

use std::collections::HashMap;

/// The words of the articles, found by what is left when letters are dropped.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spelling {
    words: Vec<(String, u32)>,
    shortened: HashMap<String, Vec<u32>>,
}

const N_LETTERS_MIN: usize = 4;
const N_LETTERS_MAX: usize = 24;
/// Short words have too many neighbours for a replaced letter to mean anything.
const N_LETTERS_REPLACED_MIN: usize = 7;
const N_LETTERS_TWO_MISTAKES_MIN: usize = 9;

impl Spelling {
    /// `words` with how often each occurs.
    pub(crate) fn new(words: impl Iterator<Item = (String, u32)>) -> Spelling {
        let mut spelling = Spelling::default();
        for (word, count) in words {
            let letters: Vec<char> = word.chars().collect();
            if !is_correctable(&letters) {
                continue;
            }
            let place = spelling.words.len() as u32;
            for short in shortened(&letters) {
                let places = spelling.shortened.entry(short).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
            spelling.words.push((word, count));
        }
        spelling
    }

    /// The likeliest meant word: fewest mistakes, then most frequent, then first.
    pub(crate) fn correct(&self, word: &str) -> Option<&str> {
        let letters: Vec<char> = word.chars().collect();
        if !is_correctable(&letters) {
            return None;
        }
        let mut best: Option<(usize, u32, &str)> = None;
        for short in shortened(&letters) {
            for &place in self.shortened.get(&short).into_iter().flatten() {
                let (candidate, count) = &self.words[place as usize];
                let Some(n_mistakes) = n_mistakes(&letters, candidate) else { continue };
                let is_better = best.is_none_or(|(least, most, _)| {
                    (n_mistakes, std::cmp::Reverse(*count)) < (least, std::cmp::Reverse(most))
                });
                if is_better {
                    best = Some((n_mistakes, *count, candidate));
                }
            }
        }
        best.map(|best| best.2)
    }
}

fn is_correctable(letters: &[char]) -> bool {
    (N_LETTERS_MIN..=N_LETTERS_MAX).contains(&letters.len())
        && letters.iter().all(|c| c.is_alphabetic())
}

/// The word itself and what is left without one letter, or two of a long word.
fn shortened(letters: &[char]) -> Vec<String> {
    let mut all = vec![letters.iter().collect::<String>()];
    let without = |skipped: &[usize]| -> String {
        let kept = letters.iter().enumerate().filter(|(place, _)| !skipped.contains(place));
        kept.map(|(_, c)| c).collect()
    };
    for first in 0..letters.len() {
        all.push(without(&[first]));
        if letters.len() >= N_LETTERS_TWO_MISTAKES_MIN {
            all.extend((first + 1..letters.len()).map(|second| without(&[first, second])));
        }
    }
    all
}

/// Mistakes between the words, if few enough for words of their length that begin alike.
fn n_mistakes(letters: &[char], candidate: &str) -> Option<usize> {
    let candidate: Vec<char> = candidate.chars().collect();
    let shorter = letters.len().min(candidate.len());
    let n = distance(letters, &candidate);
    let is_replaced = n == 1 && letters.len() == candidate.len() && !is_swap(letters, &candidate);
    let is_close = match n {
        0 => true,
        1 if is_replaced => shorter >= N_LETTERS_REPLACED_MIN,
        1 => shorter >= N_LETTERS_MIN,
        2 => shorter >= N_LETTERS_TWO_MISTAKES_MIN,
        _ => false,
    };
    // A final letter more or less makes another form or another word, not a mistake.
    let is_form = shorter < 6
        && letters.len() != candidate.len()
        && letters[..shorter] == candidate[..shorter];
    (is_close && !is_form && letters[0] == candidate[0]).then_some(n)
}

fn is_swap(left: &[char], right: &[char]) -> bool {
    let differing: Vec<usize> = (0..left.len()).filter(|&at| left[at] != right[at]).collect();
    matches!(differing[..], [a, b] if a + 1 == b && left[a] == right[b] && left[b] == right[a])
}

/// Letters to drop, add, replace or swap with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[right.len()]
}

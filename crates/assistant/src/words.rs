//! Matching phrases in what customers write, whatever the punctuation and letter case.

use std::{ops::Range, sync::OnceLock};

use aho_corasick::AhoCorasick;

/// The text's words, lower case, apostrophes dropped ("can't" is "cant"), joined by one space,
/// with a space at each end, so that `contains(" word ")` finds whole words only.
pub(crate) fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !is_apostrophe(c) && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

/// A list of phrases, each of whole words as [`normalised`] writes them.
pub(crate) struct Phrases {
    list: &'static [&'static str],
    /// Made when it is first needed: looks for all of them in one walk along the text.
    finder: OnceLock<AhoCorasick>,
}

impl Phrases {
    pub(crate) const fn new(list: &'static [&'static str]) -> Self {
        Self { list, finder: OnceLock::new() }
    }

    /// Whether a normalised text holds one of them.
    pub(crate) fn are_in(&self, normalised: &str) -> bool {
        self.find(normalised).next().is_some()
    }

    /// Whether one of them is followed by one of `seconds` with at most `n_between` words between.
    pub(crate) fn are_near(&self, normalised: &str, seconds: &Self, n_between: usize) -> bool {
        self.find(normalised).any(|first| {
            seconds.find(&normalised[first.end..]).any(|second| {
                let between = &normalised[first.end..first.end + second.start];
                between.split_whitespace().count() <= n_between
            })
        })
    }

    /// Where they stand, as whole words: between spaces.
    fn find<'a>(&'a self, normalised: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let finder = self.finder.get_or_init(|| {
            AhoCorasick::new(self.list).expect("a list of phrases is far below the limits")
        });
        finder.find_overlapping_iter(normalised).map(|found| found.range()).filter(|at| {
            normalised[..at.start].ends_with(' ') && normalised[at.end..].starts_with(' ')
        })
    }
}

pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{02BC}' | '`' | '\u{00B4}')
}

/// A text in small letters with plain ones: "größer" is "grosser", since many write without accents.
pub(crate) fn folded(lower: &str) -> String {
    let mut out = String::with_capacity(lower.len());
    for c in lower.chars() {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => out.push('a'),
            'ç' => out.push('c'),
            'è' | 'é' | 'ê' | 'ë' => out.push('e'),
            'ì' | 'í' | 'î' | 'ï' => out.push('i'),
            'ñ' => out.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => out.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            // A letter and its accent as two characters.
            '\u{300}'..='\u{36f}' => {}
            other => out.push(other),
        }
    }
    out
}

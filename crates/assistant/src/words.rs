//! Matching phrases in what customers write, whatever the punctuation and letter case.

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

/// Whether a normalised text holds one of the phrases as whole words.
pub(crate) fn holds(normalised: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| position(normalised, phrase).is_some())
}

/// Whether one of `firsts` is followed by one of `seconds` with at most `n_between` words between.
pub(crate) fn holds_near(
    normalised: &str,
    firsts: &[&str],
    seconds: &[&str],
    n_between: usize,
) -> bool {
    firsts.iter().any(|first| {
        let mut from = 0;
        while let Some(at) = position(&normalised[from..], first) {
            // The phrase's last space is also the next word's first.
            let rest = &normalised[from + at + first.len() + 1..];
            let n_words_max = n_between + seconds.iter().map(|s| words(s)).max().unwrap_or(0);
            let window: String =
                rest.split_inclusive(' ').take(n_words_max + 1).collect::<String>();
            let window = format!(" {}", window.trim_start());
            if seconds.iter().any(|second| {
                position(&window, second).is_some_and(|at| words(&window[..=at]) <= n_between)
            }) {
                return true;
            }
            from += at + first.len() + 1;
        }
        false
    })
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Byte position of the space before the phrase.
fn position(normalised: &str, phrase: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = normalised[from..].find(phrase) {
        let (start, end) = (from + found, from + found + phrase.len());
        if normalised[..start].ends_with(' ') && normalised[end..].starts_with(' ') {
            return Some(start - 1);
        }
        from = start + phrase.chars().next().map_or(1, char::len_utf8);
    }
    None
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{02BC}' | '`' | '\u{00B4}')
}

//! Finds the three or four digits that stand beside a card and must never be kept.

use std::ops::RangeInclusive;

use crate::card::{Cover, Span};
use crate::digits::{self, Digit, Escapes, Gap};

/// How far around a number its label is looked for, in bytes.
const N_BYTES_AROUND: usize = 40;
/// How many digit groups behind a card are looked at: month, year, and a code typed apart.
const N_GROUPS_BEHIND: usize = 8;

/// What the code is called.
const LABELS: &[&str] = &[
    "cvv",
    "cvc",
    "csc",
    "cvn",
    "cvd",
    "cid",
    "cav",
    "security code",
    "card code",
    "verification value",
    "verification code on the back",
    "code on the back",
    "prüfziffer",
    "prüfnummer",
    "kartenprüfnummer",
    "sicherheitscode",
    "säkerhetskod",
    "sikkerhetskode",
    "cryptogramme",
    "code de sécurité",
    "código de seguridad",
    "codice di sicurezza",
    "veiligheidscode",
    "kod zabezpieczający",
    "güvenlik kodu",
    "код безопасности",
    "安全码",
    "セキュリティコード",
    "보안코드",
    "رمز الأمان",
];

/// Words that may stand between a card, its expiry and its code, or between a label and the code.
const FILLERS: &[&str] = &[
    "exp",
    "expires",
    "expiry",
    "expiration",
    "expiring",
    "date",
    "valid",
    "thru",
    "through",
    "until",
    "till",
    "to",
    "and",
    "with",
    "the",
    "is",
    "its",
    "it",
    "s",
    "code",
    "number",
    "no",
    "on",
    "back",
    "my",
    "are",
    "was",
    "then",
    "of",
    "three",
    "digits",
    "digit",
    "year",
    "month",
    "gültig",
    "bis",
    "und",
    "med",
    "och",
    "giltig",
    "et",
    "y",
    "e",
    "i",
    "ist",
    "est",
    "es",
    "är",
    "vence",
    "ablauf",
    "utgår",
];

/// The codes of `text`, given its cards and the author's last message before it.
pub(crate) fn find(text: &str, cards: &[Span], before: Option<&str>) -> Vec<Span> {
    let (digits, _) = digits::read(text, 0, Escapes::Literal);
    let groups = groups_of(&digits, cards);
    let mut codes = Vec::new();
    for at in 0..groups.len() {
        if let Some(end) = labelled(text, &groups, at) {
            push(&mut codes, groups[at].start, groups[end].end);
        }
    }
    for card in cards.iter().filter(|card| matches!(card.cover, Cover::Card(_))) {
        let from = groups.partition_point(|group| group.start < card.end);
        let n_digits = text[card.start..card.end].chars().filter_map(digits::digit_of).count();
        let lengths = if n_digits == 15 { 3..=4 } else { 3..=3 };
        if let Some(group) = behind(text, card.end, &groups[from..], lengths) {
            push(&mut codes, group.start, group.end);
        }
    }
    let follows_card = before.is_some_and(|text| {
        text.rfind(digits::MASK_START).is_some_and(|at| text.len() - at <= 2 * N_BYTES_AROUND)
    });
    if cards.is_empty() && follows_card && groups.len() <= 4 {
        // The message must be a code and nothing else.
        let last = groups.last().filter(|last| are_fillers(&text[last.end..]));
        if let Some(group) = behind(text, 0, &groups, 3..=4)
            && last.is_some_and(|last| last.start == group.start)
        {
            push(&mut codes, group.start, group.end);
        }
    }
    codes.sort_by_key(|span| span.start);
    codes.dedup();
    codes
}

/// A run of digits without anything between them.
struct Group {
    start: usize,
    end: usize,
    n_digits: usize,
    value: u32,
    gap: Gap,
}

fn groups_of(digits: &[Digit], cards: &[Span]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut cards = cards.iter().peekable();
    let mut is_cut = false;
    for digit in digits {
        while cards.peek().is_some_and(|card| card.end <= digit.start) {
            cards.next();
        }
        if cards.peek().is_some_and(|card| card.start <= digit.start) {
            is_cut = true;
            continue;
        }
        let gap = if is_cut { Gap::Barrier } else { digit.gap };
        is_cut = false;
        match groups.last_mut() {
            Some(group) if gap <= Gap::Hidden => {
                group.end = digit.end;
                group.n_digits += 1;
                group.value = group.value.saturating_mul(10).saturating_add(digit.value.into());
            }
            _ => groups.push(Group {
                start: digit.start,
                end: digit.end,
                n_digits: 1,
                value: digit.value.into(),
                gap,
            }),
        }
    }
    groups
}

fn push(codes: &mut Vec<Span>, start: usize, end: usize) {
    if codes.iter().rev().take(4).all(|code| end <= code.start || code.end <= start) {
        codes.push(Span { start, end, cover: Cover::Code });
    }
}

/// The last group of a code that starts at group `at` and has its name before or behind it.
fn labelled(text: &str, groups: &[Group], at: usize) -> Option<usize> {
    let mut end = at;
    let mut n_digits = groups[at].n_digits;
    // "1 2 3" is a code as well.
    while n_digits < 3 && groups[end].n_digits == 1 {
        end += 1;
        let next =
            groups.get(end).filter(|group| group.gap == Gap::Apart && group.n_digits == 1)?;
        n_digits += next.n_digits;
    }
    if !matches!(n_digits, 3 | 4) {
        return None;
    }
    let from = text.floor_char_boundary(groups[at].start.saturating_sub(N_BYTES_AROUND));
    let to = text.ceil_char_boundary((groups[end].end + N_BYTES_AROUND).min(text.len()));
    let is_named = ends_in_label(&text[from..groups[at].start])
        || starts_with_label(&text[groups[end].end..to]);
    is_named.then_some(end)
}

fn ends_in_label(before: &str) -> bool {
    if !before.contains(char::is_alphabetic) {
        return false;
    }
    let mut rest = before.to_lowercase();
    for _ in 0..6 {
        let trimmed = rest.trim_end_matches(is_sign);
        // The name of the code may end in a 2: CVV2, CVC2.
        let unnumbered = trimmed.strip_suffix('2').unwrap_or(trimmed);
        if LABELS.iter().any(|label| is_last_word(unnumbered, label)) {
            return true;
        }
        let Some(filler) = FILLERS.iter().find(|filler| is_last_word(trimmed, filler)) else {
            return false;
        };
        rest.truncate(trimmed.len() - filler.len());
    }
    false
}

fn is_last_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word)
        .is_some_and(|front| !front.chars().next_back().is_some_and(char::is_alphabetic))
}

fn starts_with_label(after: &str) -> bool {
    if !after.trim_start_matches(is_sign).starts_with(char::is_alphabetic) {
        return false;
    }
    let lower = after.to_lowercase();
    let mut rest = lower.trim_start_matches(is_sign);
    for _ in 0..4 {
        let end = rest.find(|character: char| !character.is_alphabetic()).unwrap_or(rest.len());
        if LABELS.iter().any(|label| {
            rest.strip_prefix(label)
                .is_some_and(|tail| !tail.starts_with(|c: char| c.is_alphabetic()))
        }) {
            // "123, CVV 456" names the 456, and "123 cvv: 456" too.
            return !lower
                .contains(|character| character == '•' || digits::digit_of(character).is_some());
        }
        if !matches!(&rest[..end], "is" | "the" | "my" | "as" | "for") {
            return false;
        }
        rest = rest[end..].trim_start_matches(is_sign);
    }
    false
}

/// Signs and spaces; a mask's dots end the search, so that masking twice changes nothing.
fn is_sign(character: char) -> bool {
    !character.is_alphanumeric() && character != '•' && character != ']'
}

/// Reads on behind a card, over an expiry date and few words, to a code of one of these lengths.
/// Behind an expiry date a code may have four digits in any case.
fn behind<'a>(
    text: &str,
    card_end: usize,
    groups: &'a [Group],
    lengths: RangeInclusive<usize>,
) -> Option<&'a Group> {
    let mut at = card_end;
    let mut has_month = false;
    let mut has_expiry = false;
    for (index, group) in groups.iter().take(N_GROUPS_BEHIND).enumerate() {
        if at > group.start || !are_fillers(&text[at..group.start]) {
            return None;
        }
        let behind = groups.get(index + 1).filter(|next| next.gap != Gap::Barrier);
        let next = behind.filter(|next| next.gap == Gap::Apart);
        let is_month = group.n_digits <= 2 && (1..=12).contains(&group.value);
        let is_year =
            has_month && matches!((group.n_digits, group.value), (2, 20..=45) | (4, 2020..=2045));
        let is_expiry = group.n_digits == 4
            && (1..=12).contains(&(group.value / 100))
            && (20..=45).contains(&(group.value % 100))
            && behind.is_some();
        if !has_expiry && (is_year || is_expiry) {
            has_expiry = true;
        } else if is_month && !has_month && !has_expiry {
            has_month = true;
        } else {
            let is_code = lengths.contains(&group.n_digits) || (has_expiry && group.n_digits == 4);
            return (is_code && next.is_none_or(|next| next.n_digits <= 4)).then_some(group);
        }
        at = group.end;
    }
    None
}

fn are_fillers(between: &str) -> bool {
    if between.len() > 2 * N_BYTES_AROUND || between.contains('•') {
        return false;
    }
    let words = between.split(|character: char| !character.is_alphabetic());
    words.filter(|word| !word.is_empty()).all(|word| {
        let word = word.to_lowercase();
        FILLERS.contains(&word.as_str()) || LABELS.contains(&word.as_str()) || word == "security"
    })
}

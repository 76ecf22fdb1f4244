//! Finds passwords, PINs, one-time codes, keys and tokens.

use std::ops::Range;

/// Words that a password or PIN follows; the flag tells whether only digits will do.
const LABELS: &[(&str, bool)] = &[
    ("password", false),
    ("passwort", false),
    ("kennwort", false),
    ("passphrase", false),
    ("pwd", false),
    ("passwd", false),
    ("lösenord", false),
    ("mot de passe", false),
    ("contraseña", false),
    ("wachtwoord", false),
    ("hasło", false),
    ("пароль", false),
    ("senha", false),
    ("api key", false),
    ("api_key", false),
    ("apikey", false),
    ("secret key", false),
    ("access token", false),
    ("pin", true),
    ("pincode", true),
    ("pin code", true),
    ("pin-code", true),
    ("passcode", true),
    ("otp", true),
    ("code", true),
    ("kod", true),
    ("koden", true),
    ("código", true),
    ("codigo", true),
    ("tan", true),
];

/// A code that such a word stands before opens nothing.
const HARMLESS_CODES: &[&str] = &[
    "post",
    "postal",
    "zip",
    "order",
    "discount",
    "promo",
    "voucher",
    "coupon",
    "tracking",
    "area",
    "country",
    "error",
    "product",
    "item",
    "bar",
    "qr",
    "dress",
    "status",
    "color",
    "colour",
    "gift",
    "campaign",
    "reference",
    "sort",
    "article",
    "dial",
    "language",
    "referral",
];

/// How keys of well-known services begin, and the fewest characters behind that.
const KEYS: &[(&str, usize)] = &[
    ("sk-", 16),
    ("sk_live_", 12),
    ("sk_test_", 12),
    ("rk_live_", 12),
    ("pk_live_", 12),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("AKIA", 16),
    ("AIza", 30),
    ("whsec_", 16),
    ("hf_", 20),
    ("npm_", 20),
    ("eyJ", 30),
    ("ya29.", 20),
    ("SG.", 30),
];

/// The byte ranges of all secrets of a text, in order.
pub(crate) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(start) = next_word(text, at) {
        let end = text[start..]
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(text.len(), |length| start + length);
        let range = key_at(text, start).or_else(|| labelled(text, start, end));
        at = end.max(start + 1);
        if let Some(range) = range {
            at = at.max(range.end);
            found.push(range);
        }
    }
    found
}

fn next_word(text: &str, at: usize) -> Option<usize> {
    text[at..].find(char::is_alphanumeric).map(|offset| at + offset)
}

fn key_at(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let bearer = rest.get(..7).filter(|front| front.eq_ignore_ascii_case("bearer "));
    let (front, fewest) = match bearer {
        Some(front) => (front, 16),
        None => *KEYS.iter().find(|(front, _)| rest.starts_with(front))?,
    };
    let tail = &rest[front.len()..];
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(byte);
    let length = tail.bytes().take_while(|byte| is_key(byte)).count();
    let length = tail[..length].trim_end_matches('.').len();
    let from = if bearer.is_some() { start + front.len() } else { start };
    (length >= fewest).then(|| from..start + front.len() + length)
}

/// The value behind a label that is the word at `start..end` or begins there.
fn labelled(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    // Most words part from every label within two bytes.
    let front = text.as_bytes().get(start..start + 2)?;
    if !LABELS.iter().any(|(label, _)| label.as_bytes()[..2].eq_ignore_ascii_case(front)) {
        return None;
    }
    let near = &text[start..text.floor_char_boundary((start + 16).min(text.len()))];
    let lower = near.to_lowercase();
    let (label, only_digits) = LABELS.iter().rev().find(|(label, _)| {
        lower.starts_with(label) && !lower[label.len()..].starts_with(|c: char| c.is_alphabetic())
    })?;
    let label_end = start + label.len();
    if !text.is_char_boundary(label_end) || label_end < end && text[start..end].len() < label.len()
    {
        return None;
    }
    if *only_digits && is_harmless(text, start) {
        return None;
    }
    let value = value_start(text, label_end, *only_digits)?;
    let tail = &text[value..];
    let length = if *only_digits {
        let length = tail.bytes().take_while(|b| b.is_ascii_digit() || *b == b'-').count();
        tail[..length].trim_end_matches('-').len()
    } else {
        let raw = tail.find(char::is_whitespace).unwrap_or(tail.len()).min(256);
        tail[..tail.floor_char_boundary(raw)]
            .trim_end_matches(['.', ',', ')', '"', '\'', ';', '!'])
            .len()
    };
    let n_digits = tail[..length].bytes().filter(u8::is_ascii_digit).count();
    let goes_on = tail[length..].starts_with(char::is_alphanumeric);
    let is_code = (3..=8).contains(&n_digits) && !goes_on;
    ((*only_digits && is_code) || (!*only_digits && length >= 3)).then(|| value..value + length)
}

fn is_harmless(text: &str, start: usize) -> bool {
    let before = text[..start].trim_end_matches([' ', '-']);
    let from = before.floor_char_boundary(before.len().saturating_sub(16));
    let word = before[from..].rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    HARMLESS_CODES.contains(&word.to_lowercase().as_str())
}

/// Where the value begins: behind a colon, an equals sign, or "is"; a PIN may follow at once.
fn value_start(text: &str, label_end: usize, only_digits: bool) -> Option<usize> {
    let mut at = label_end;
    let mut is_announced = only_digits;
    for _ in 0..4 {
        let rest = &text[at..];
        let trimmed = rest.trim_start_matches([' ', '"', '\'', '\u{a0}']);
        at += rest.len() - trimmed.len();
        if trimmed.starts_with([':', '=']) {
            is_announced = true;
            at += 1;
            continue;
        }
        let word = trimmed.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        let is_verb = matches!(word, "is" | "was" | "ist" | "är" | "est" | "es" | "now" | "number");
        if !is_verb || word.is_empty() || trimmed[word.len()..].trim_start().is_empty() {
            break;
        }
        // "The password is wrong" names no password, but what follows "is" might be one.
        is_announced = true;
        at += word.len();
    }
    let is_value = if only_digits {
        text[at..].starts_with(|c: char| c.is_ascii_digit())
    } else {
        !is_plain_word(&text[at..])
    };
    (is_announced && is_value && at < text.len()).then_some(at)
}

/// Words that say something about a password instead of being one.
fn is_plain_word(rest: &str) -> bool {
    let word = rest.split(|c: char| c.is_whitespace() || ".,!?".contains(c)).next().unwrap_or("");
    matches!(
        word,
        "" | "not"
            | "wrong"
            | "incorrect"
            | "correct"
            | "invalid"
            | "expired"
            | "reset"
            | "the"
            | "a"
            | "an"
            | "too"
            | "being"
            | "never"
            | "still"
            | "no"
            | "required"
            | "rejected"
            | "always"
            | "lost"
            | "forgotten"
            | "gone"
            | "my"
            | "what"
            | "fel"
            | "falsch"
    )
}

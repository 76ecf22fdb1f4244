//! Finds telephone numbers: international ones, common national forms, and those named as such.

use std::ops::Range;

use crate::context;
use crate::number::{self, Number};

/// Words that say a bare number is a telephone.
const WORDS: &[&str] = &[
    "phone",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "call",
    "ring",
    "reach",
    "whatsapp",
    "sms",
    "text",
    "telefon",
    "telefonnummer",
    "handy",
    "mobil",
    "mobilnummer",
    "ring",
    "téléphone",
    "portable",
    "teléfono",
    "móvil",
    "telefono",
    "cellulare",
    "telefoon",
    "mobiel",
    "телефон",
    "numer",
    "puhelin",
];

/// The byte ranges of all telephone numbers of a text, in order.
pub(crate) fn find(text: &str) -> Vec<Range<usize>> {
    let numbers = number::find(text).into_iter();
    numbers.filter(|number| is_phone(text, number)).map(|number| number.start..number.end).collect()
}

fn is_phone(text: &str, number: &Number) -> bool {
    let n_digits = number.digits.len();
    if number.has_plus {
        return (8..=15).contains(&n_digits) && !number.digits.starts_with('0');
    }
    if !(7..=15).contains(&n_digits) || is_date(number) {
        return false;
    }
    if number::follows_word(text, number.start, WORDS) {
        return true;
    }
    if context::names_order(text, number.start, number.end) {
        return false;
    }
    is_international(number) || is_national(number) || is_north_american(text, number)
}

fn is_international(number: &Number) -> bool {
    number.digits.starts_with("00")
        && !number.digits.starts_with("000")
        && number.digits.len() >= 10
}

/// Most of the world dials a zero first; a plain run of other digits could be anything.
fn is_national(number: &Number) -> bool {
    number.digits.starts_with('0')
        && !number.digits.starts_with("00")
        && (9..=12).contains(&number.digits.len())
        && number.groups.len() <= 6
}

fn is_north_american(text: &str, number: &Number) -> bool {
    let (digits, groups) = match number.groups[..] {
        [1, 3, 3, 4] if number.digits.starts_with('1') => (&number.digits[1..], [3, 3, 4]),
        [3, 3, 4] => (&number.digits[..], [3, 3, 4]),
        _ => return false,
    };
    let is_open = |at: usize| !matches!(digits.as_bytes()[at], b'0' | b'1');
    is_open(0) && is_open(groups[0]) && !text[number.start..number.end].contains('/')
}

fn is_date(number: &Number) -> bool {
    matches!(number.groups[..], [2, 2, 4] | [4, 2, 2] | [1, 2, 4] | [2, 1, 4] | [2, 2, 4, ..])
        && matches!(&*number.sign, "." | "-" | "/")
        || matches!(number.groups[..], [4, 2, 2, ..])
}

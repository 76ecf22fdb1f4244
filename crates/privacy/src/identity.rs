//! Finds numbers that a state gave to a person, by shape and check digit.

use std::ops::Range;

use crate::number::{self, Number};
use crate::{context, scheme};

/// The byte ranges of all such numbers of a text, in order.
pub(crate) fn find(text: &str) -> Vec<Range<usize>> {
    let numbers = number::find(text).into_iter();
    let mut found: Vec<Range<usize>> =
        numbers.filter(|n| is_identity(text, n)).map(|n| n.start..n.end).collect();
    found.extend(with_letters(text));
    found.sort_by_key(|range| range.start);
    found.dedup_by(|next, kept| next.start < kept.end);
    found
}

fn is_identity(text: &str, number: &Number) -> bool {
    if number.has_plus || !(9..=15).contains(&number.digits.len()) {
        return false;
    }
    let values = number.values();
    if is_social_security(text, number) || is_brazilian(number, &values) {
        return true;
    }
    // The rest has no shape of its own, so a number that an order goes by is left alone.
    let is_known = is_swedish(number, &values)
        || is_german(number, &values)
        || is_polish(number, &values)
        || is_norwegian(number, &values)
        || is_danish(number)
        || is_french(&values);
    is_known && !context::names_order(text, number.start, number.end)
}

/// United States: no 000, 666 or 9xx in front, no zeros in the other parts.
fn is_social_security(text: &str, number: &Number) -> bool {
    let words = ["ssn", "social", "security"];
    let is_shaped = number.groups == [3, 2, 4] && matches!(&*number.sign, "-" | " ");
    let is_named = number.groups.len() == 1 && number::follows_word(text, number.start, &words);
    let digits = &number.digits;
    digits.len() == 9
        && (is_shaped || is_named)
        && !matches!(&digits[..3], "000" | "666")
        && !digits.starts_with('9')
        && &digits[3..5] != "00"
        && &digits[5..] != "0000"
}

/// Sweden: a date, sixty added to the day for some, and a Luhn sum over the last ten digits.
fn is_swedish(number: &Number, values: &[u32]) -> bool {
    let is_shaped = match number.groups[..] {
        [6 | 8, 4] => matches!(&*number.sign, "-" | " "),
        [10 | 12] => true,
        _ => false,
    };
    if !is_shaped || (values.len() == 12 && !matches!(&number.digits[..2], "18" | "19" | "20")) {
        return false;
    }
    let short = &values[values.len() - 10..];
    let day = short[4] * 10 + short[5];
    is_month(short[2], short[3])
        && (1..=31).contains(&(day % 60))
        && day < 92
        && scheme::is_luhn(short.iter().map(|value| *value as u8))
}

/// Germany's tax number: eleven digits, one of the first ten twice or thrice, its own check.
fn is_german(number: &Number, values: &[u32]) -> bool {
    if values.len() != 11 || values[0] == 0 || !matches!(number.groups[..], [11] | [2, 3, 3, 3]) {
        return false;
    }
    let most = (0..10).map(|digit| values[..10].iter().filter(|v| **v == digit).count()).max();
    let product = values[..10].iter().fold(10, |product, value| {
        let sum = (value + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    matches!(most, Some(2 | 3)) && (11 - product) % 10 == values[10]
}

fn is_polish(number: &Number, values: &[u32]) -> bool {
    let weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1];
    number.groups == [11]
        && (1..=12).contains(&((values[2] * 10 + values[3]) % 20))
        && (1..=31).contains(&(values[4] * 10 + values[5]))
        && weighted(values, &weights).is_multiple_of(10)
}

fn is_norwegian(number: &Number, values: &[u32]) -> bool {
    matches!(number.groups[..], [11] | [6, 5])
        && is_month(values[2], values[3])
        && (1..=31).contains(&((values[0] * 10 + values[1]) % 40))
        && weighted(values, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(values, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Denmark has given up its check digit: the shape with a hyphen and a date must do.
fn is_danish(number: &Number) -> bool {
    let values = number.values();
    number.groups == [6, 4]
        && number.sign == "-"
        && is_month(values[2], values[3])
        && (1..=31).contains(&(values[0] * 10 + values[1]))
}

fn is_french(values: &[u32]) -> bool {
    if values.len() != 15 || !matches!(values[0], 1 | 2) || !is_month(values[3], values[4]) {
        return false;
    }
    let number = |part: &[u32]| part.iter().fold(0_u64, |sum, v| sum * 10 + u64::from(*v));
    97 - number(&values[..13]) % 97 == number(&values[13..])
}

/// Brazil: dots and a hyphen at their places, and two check digits.
fn is_brazilian(number: &Number, values: &[u32]) -> bool {
    let check = |n: usize| {
        let sum: u32 =
            values[..n].iter().rev().zip(2..).map(|(value, weight)| value * weight).sum();
        sum * 10 % 11 % 10
    };
    number.groups == [3, 3, 3, 2] && check(9) == values[9] && check(10) == values[10]
}

fn is_month(tens: u32, ones: u32) -> bool {
    (1..=12).contains(&(tens * 10 + ones))
}

fn weighted(values: &[u32], weights: &[u32]) -> u32 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

/// Numbers with letters in them: words of the text with spaces and hyphens taken out.
fn with_letters(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    for start in 0..bytes.len() {
        let is_start = bytes[start].is_ascii_alphanumeric()
            && !text[..start].ends_with(|c: char| c.is_alphanumeric())
            && found.last().is_none_or(|range| range.end <= start);
        if is_start && let Some(end) = lettered_end(text, start) {
            found.push(start..end);
        }
    }
    found
}

fn lettered_end(text: &str, start: usize) -> Option<usize> {
    let mut letters = String::new();
    for (offset, byte) in text.as_bytes()[start..].iter().enumerate().take(20) {
        match byte {
            byte if byte.is_ascii_alphanumeric() => letters.push(byte.to_ascii_uppercase() as char),
            b' ' | b'-' | b'+' | b'.' => {}
            _ => return None,
        }
        let end = start + offset + 1;
        let goes_on = text[end..].starts_with(|c: char| c.is_alphanumeric());
        if !goes_on && byte.is_ascii_alphanumeric() && is_lettered(&letters, &text[start..end]) {
            return Some(end);
        }
        if letters.len() > 11 {
            return None;
        }
    }
    None
}

fn is_lettered(letters: &str, written: &str) -> bool {
    let bytes = letters.as_bytes();
    let are_digits = |from: usize, to: usize| bytes[from..to].iter().all(u8::is_ascii_digit);
    let number = |from: usize, to: usize| letters[from..to].parse::<usize>().ok();
    match bytes.len() {
        // United Kingdom.
        9 if bytes[..2].iter().all(u8::is_ascii_uppercase) && are_digits(2, 8) => {
            !b"DFIQUV".contains(&bytes[0])
                && !b"DFIOQUV".contains(&bytes[1])
                && !matches!(&letters[..2], "BG" | "GB" | "KN" | "NK" | "NT" | "TN" | "ZZ")
                && matches!(bytes[8], b'A'..=b'D')
        }
        // Spain, and foreigners in Spain, whose first letter stands for a digit.
        9 if bytes[8].is_ascii_uppercase() && are_digits(1, 8) => {
            let first = match bytes[0] {
                b'X' => 0,
                b'Y' => 1,
                b'Z' => 2,
                digit if digit.is_ascii_digit() => usize::from(digit - b'0'),
                _ => return false,
            };
            let rest = number(1, 8).unwrap_or_default();
            b"TRWAGMYFPDXBNJZSQVHLCKE"[(first * 10_000_000 + rest) % 23] == bytes[8]
        }
        // Finland: the sign of the century stands between the date and the number.
        10 | 11 if are_digits(0, 6) && written.len() == 11 => {
            let tail = &letters[letters.len() - 4..];
            let Some(sum) = tail[..3].parse::<usize>().ok().zip(number(0, 6)) else { return false };
            is_month(u32::from(bytes[2] - b'0'), u32::from(bytes[3] - b'0'))
                && b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(sum.1 * 1000 + sum.0) % 31]
                    == bytes[bytes.len() - 1]
                && !written.as_bytes()[6].is_ascii_digit()
        }
        _ => false,
    }
}

//! Seeded examples for tests: card numbers as people write and hide them, and order numbers.

use crate::scheme;

/// One way to send a card number to the desk.
#[derive(Clone, Debug)]
pub struct CardVariant {
    /// One to four messages, sent one after the other by the same author.
    pub messages: Vec<String>,
    /// The card number in plain digits.
    pub number: String,
}

/// Prefixes of every scheme and the lengths to try them at.
const PREFIXES: &[(&str, &[usize])] = &[
    ("4", &[16, 16, 16, 13, 19]),
    ("51", &[16]),
    ("53", &[16]),
    ("55", &[16]),
    ("2221", &[16]),
    ("2720", &[16]),
    ("25", &[16]),
    ("34", &[15]),
    ("37", &[15]),
    ("6011", &[16, 19]),
    ("622126", &[16]),
    ("622925", &[17]),
    ("644", &[16]),
    ("649", &[18]),
    ("65", &[16]),
    ("300", &[14]),
    ("305", &[14]),
    ("3095", &[14]),
    ("36", &[14, 16, 19]),
    ("38", &[14]),
    ("39", &[14]),
    ("3528", &[16]),
    ("3589", &[16, 19]),
    ("62", &[16, 17, 18, 19]),
    ("81", &[16, 19]),
    ("5018", &[16]),
    ("5893", &[13, 18]),
    ("6304", &[16]),
    ("6759", &[16, 19]),
    ("6763", &[16]),
    ("2200", &[16]),
    ("2204", &[19]),
    ("60", &[16]),
    ("82", &[16]),
    ("508", &[16]),
    ("5067", &[16]),
    ("6362", &[16]),
    ("606282", &[16]),
    ("9792", &[16]),
];

const SEPARATORS: &[&str] = &[
    " ",
    "-",
    ".",
    "/",
    "_",
    ",",
    "|",
    "  ",
    "--",
    ", ",
    " - ",
    "\n",
    "\r\n",
    "\t",
    "\u{2013}",
    "\u{2014}",
    "\u{2212}",
    "\u{2010}",
    "\u{2011}",
    "\u{a0}",
    "\u{2009}",
    "\u{2007}",
    "\u{2003}",
    "\u{202f}",
    "\u{3000}",
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{2060}",
    "\u{feff}",
    "\u{ad}",
    "\u{200e}",
    "\u{202a}",
    "\u{2066}",
    " \u{200b}",
    "*",
    "·",
    "•",
    "+",
    ":",
    ";",
    "~",
    "=",
    "\\",
    "%20",
    "%2D",
    "&nbsp;",
    "&#160;",
    "😀",
    "<br>",
];

const ZEROS: &[u32] = &[
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10, 0x104A0, 0x1D7CE, 0x1D7D8, 0x1D7F6,
    0x1E950, 0x1FBF0,
];

/// What stands around the number; `{}` is its place.
const FRAMES: &[&str] = &[
    "{}",
    "card{}exp",
    "{}abc",
    "abc{}",
    "My card is {}.",
    "Visa {} exp 12/27 CVC 123",
    "({})",
    "[{}]",
    "\"{}\"",
    "'{}'",
    "<{}>",
    "https://shop.example/pay?n={}&ok=1",
    "n={};",
    "{\"number\":\"{}\"}",
    "please charge {} today",
    "{} 12/27 123",
    "it is {}, thanks",
    "Kreditkarte: {}",
    "номер {} спасибо",
    "卡号{}谢谢",
    "رقم {} شكرا",
    "#card {}",
    "x{}x",
    "I want to pay for my order with {}",
    "Refund my order to {} please",
    "{}\n12/27\n123",
    "Order 12345 is wrong, charge {}",
    "No.{}",
    "see {}!",
    "{} is what I have",
    "+{}",
    "€{}",
    "my phone is 0701234567 and the card {}",
    "*{}*",
    "`{}`",
    "_{}_",
    "~{}",
    "😀{}😀",
];

/// Words around the pieces of a number that comes in several messages.
const FIRST_FRAMES: &[&str] =
    &["{}", "my card is {}", "it starts with {}", "card: {} ...", "ok {}"];
const NEXT_FRAMES: &[&str] =
    &["{}", "and the rest is {}", "then {}", "rest: {}", "{} thanks", "continued {}", "...{}"];

/// `n` ways to send a card; the same seed gives the same ones.
pub fn card_variants(seed: u64, n: usize) -> Vec<CardVariant> {
    let mut dice = Dice(seed);
    (0..n).map(|index| card_variant(&mut dice, index)).collect()
}

/// `n` sentences that hold an order, parcel, article or invoice number and no card.
pub fn order_numbers(seed: u64, n: usize) -> Vec<String> {
    let mut dice = Dice(seed);
    (0..n).map(|index| order_sentence(&mut dice, index)).collect()
}

fn card_variant(dice: &mut Dice, index: usize) -> CardVariant {
    let (prefix, lengths) = PREFIXES[index % PREFIXES.len()];
    let length = dice.pick(lengths);
    let number = card_number(dice, prefix, length);
    let n_messages = if dice.below(3) == 0 { 2 + dice.below(3) as usize } else { 1 };
    let parts = split(dice, &number, n_messages);
    let mut messages = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let written = write(dice, part);
        let frames = match (n_messages, place) {
            (1, _) => FRAMES,
            (_, 0) => FIRST_FRAMES,
            _ => NEXT_FRAMES,
        };
        messages.push(dice.pick(frames).replacen("{}", &written, 1));
    }
    CardVariant { messages, number }
}

fn card_number(dice: &mut Dice, prefix: &str, length: usize) -> String {
    let mut number = prefix.to_owned();
    while number.len() < length - 1 {
        number.push(dice.digit());
    }
    let check = ('0'..='9')
        .find(|check| scheme::is_luhn(number.bytes().chain([*check as u8]).map(|b| b - b'0')))
        .expect("one of ten digits completes every Luhn sum");
    number.push(check);
    number
}

/// Cuts a number into pieces of at least two digits, often between groups of four.
fn split(dice: &mut Dice, number: &str, n_parts: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = number;
    for n_left in (1..n_parts).rev() {
        let longest = rest.len() - 2 * n_left;
        let length = match dice.below(2) {
            0 if longest >= 4 => 4,
            _ => 2 + dice.below(longest as u64 - 1) as usize,
        };
        parts.push(rest[..length].to_owned());
        rest = &rest[length..];
    }
    parts.push(rest.to_owned());
    parts
}

/// Writes digits in a grouping, with separators, in a script.
fn write(dice: &mut Dice, digits: &str) -> String {
    let grouping = dice.below(4);
    let is_mixed = dice.below(4) == 0;
    let script = dice.below(8);
    let one_zero = dice.pick(ZEROS);
    let one_separator = dice.pick(SEPARATORS);
    let mut written = String::new();
    for (place, digit) in digits.chars().enumerate() {
        let is_apart = match grouping {
            0 => false,
            1 => place % 4 == 0,
            2 => true,
            _ => dice.below(3) == 0,
        };
        if is_apart && place > 0 {
            written.push_str(if is_mixed { dice.pick(SEPARATORS) } else { one_separator });
        }
        let value = digit as u32 - u32::from('0');
        match script {
            0 => written.extend(char::from_u32(one_zero + value)),
            1 => written.extend(char::from_u32(dice.pick(ZEROS) + value)),
            2 => written.extend([digit, '\u{fe0f}', '\u{20e3}']),
            _ => written.push(digit),
        }
    }
    written
}

const ORDER_FRAMES: &[&str] = &[
    "Where is my order {}?",
    "My order number is {}",
    "Order #{} has not arrived yet.",
    "tracking number {}",
    "Tracking: {}",
    "Can you track {} for me?",
    "The parcel {} is late",
    "{} is my order number",
    "Hi, order {} came with the wrong size, please help",
    "I would like a refund for order {}.",
    "Shipment {} still says in transit",
    "Rechnung {} ist falsch",
    "Meine Bestellung {} fehlt",
    "Var är mitt paket {}?",
    "¿Dónde está mi pedido {}?",
    "Où est mon colis {} ?",
    "#{}",
    "Ref: {}",
    "invoice {} was billed twice",
    "https://shop.example/orders/{}",
    "order_id={}",
    "Please cancel order {} and order {} today",
    "My package with number {} is lost",
    "The article {} is out of stock",
    "Return {} was received by you",
    "delivery {}: which day?",
];

fn order_sentence(dice: &mut Dice, index: usize) -> String {
    let mut sentence = dice.pick(ORDER_FRAMES).to_owned();
    while sentence.contains("{}") {
        let number = order_number(dice, index);
        sentence = sentence.replacen("{}", &number, 1);
    }
    sentence
}

/// Each `9` of the pattern is a random digit and each `A` a random capital.
const ORDER_PATTERNS: &[&str] = &[
    "9999999999999999",
    "1ZAA9A999999999999",
    "1Z9999999999999999",
    "999999999999",
    "999999999999999",
    "99999999999999999999",
    "9400999999999999999999",
    "9205 9999 9999 9999 9999 99",
    "AA999999999SE",
    "JJD000399999999999999",
    "999-9999999-9999999",
    "ORD-9999999999999999",
    "4999999999999",
    "INV-2026-99999999",
    "99999999999999",
    "9999999999",
    "#99999",
    "SO99999999",
    "2026112399999999",
    "TBA999999999999",
    "C99999999999999",
    "99999999-99999",
    "9999999999999",
    "999999999999999999",
    "00999999999999999999",
    "2026-999-9999999",
    "1764000999999",
];

fn order_number(dice: &mut Dice, index: usize) -> String {
    let pattern = ORDER_PATTERNS[index % ORDER_PATTERNS.len()];
    let is_postal = pattern.starts_with("9400") || pattern.starts_with("9205");
    let n_fixed = if is_postal { 4 } else { 0 };
    let fill = |(place, character): (usize, char)| match character {
        '9' if place >= n_fixed => dice.digit(),
        'A' => char::from(b'A' + dice.below(26) as u8),
        other => other,
    };
    let mut number: String = pattern.chars().enumerate().map(fill).collect();
    if is_postal {
        complete_postal(&mut number);
    }
    number
}

/// Postal numbers end in a check digit: threefold weights on every second place.
fn complete_postal(number: &mut String) {
    number.pop();
    let digits = number.bytes().rev().filter(u8::is_ascii_digit);
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    number.push(char::from(b'0' + ((10 - sum % 10) % 10) as u8));
}

/// A small generator of its own (splitmix64), so that no seed means something else tomorrow.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn digit(&mut self) -> char {
        char::from(b'0' + self.below(10) as u8)
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}

//! The two figures: generated cards that survive, and order numbers that are masked.

use privacy::RawText;
use privacy::vectors::{CardVariant, card_variants, order_numbers};

const SEED: u64 = 20_261_123;

/// Each round has five thousand cards and as many order numbers; `EVENKEEL_ROUNDS` asks for more.
fn n_rounds() -> u64 {
    std::env::var("EVENKEEL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(4)
}

/// What is stored once all messages came in, each masked in the light of those before it.
fn stored(messages: &[String]) -> Vec<String> {
    let mut stored: Vec<String> = Vec::new();
    for message in messages {
        let earlier: Vec<&str> = stored.iter().map(String::as_str).collect();
        let masked = RawText::from(message.as_str()).mask_after(&earlier);
        for (index, text) in masked.rewrites {
            stored[index] = text.into_string();
        }
        stored.push(masked.text.into_string());
    }
    stored
}

/// All digits of a text in any script, and nothing else.
fn digits_of(text: &str) -> String {
    let escapes = ["%20", "%2D", "&#160;"];
    let text = escapes.iter().fold(text.to_owned(), |text, escape| text.replace(escape, " "));
    text.chars().filter_map(plain_digit).collect()
}

fn plain_digit(character: char) -> Option<char> {
    const ZEROS: [u32; 26] = [
        0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66,
        0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10, 0x104A0, 0x1D7CE,
        0x1D7D8, 0x1D7F6, 0x1E950, 0x1FBF0,
    ];
    let code = character as u32;
    let zero = ZEROS.iter().rev().find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

fn survives(variant: &CardVariant) -> Option<Vec<String>> {
    let stored = stored(&variant.messages);
    let digits = digits_of(&stored.concat());
    // A long card may be cut off where its front is a shorter card; ten digits are the most left.
    let is_whole = variant
        .number
        .as_bytes()
        .windows(11)
        .any(|window| digits.as_bytes().windows(11).any(|seen| seen == window));
    is_whole.then_some(stored)
}

#[test]
fn no_generated_card_survives() {
    for seed in SEED..SEED + n_rounds() {
        let variants = card_variants(seed, 5_000);
        let survivors: Vec<_> =
            variants.iter().filter_map(|v| survives(v).map(|stored| (v, stored))).collect();
        let shown: Vec<_> = survivors.iter().take(12).collect();
        assert!(survivors.is_empty(), "seed {seed}: {} survive: {shown:#?}", survivors.len());
    }
}

#[test]
fn order_numbers_stay() {
    let mut n_masked_in_all = 0;
    for seed in SEED..SEED + n_rounds() {
        let sentences = order_numbers(seed, 5_000);
        let masked: Vec<_> = sentences
            .iter()
            .filter(|text| RawText::from(text.as_str()).mask().as_str() != text.as_str())
            .collect();
        assert!(masked.len() <= 5, "seed {seed}: {} masked: {masked:#?}", masked.len());
        n_masked_in_all += masked.len();
    }
    println!("order numbers masked: {n_masked_in_all} of {}", 5_000 * n_rounds());
}

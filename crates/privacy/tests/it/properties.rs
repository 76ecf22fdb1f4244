//! What holds for any text at all.

use privacy::vectors::card_variants;
use privacy::{Kind, Placeholders, RawText, find, mask_kinds, redact};

/// Replay one with `SEED=<seed> cargo test -p privacy properties`; `EVENKEEL_SEEDS` says how many.
fn seeds() -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    match number("SEED") {
        Some(seed) => vec![seed],
        None => (0..number("EVENKEEL_SEEDS").unwrap_or(5_000)).collect(),
    }
}

const PIECES: &[&str] = &[
    "4111",
    "1111",
    "4242424242424242",
    "378282246310005",
    "5555 5555 5555 4444",
    "12/27",
    "123",
    "4539578763621486",
    " ",
    " ",
    "-",
    "\n",
    ".",
    ",",
    "•",
    "[card •••• 1111]",
    "[card ••••]",
    "•••",
    "[EMAIL_1]",
    "[",
    "]",
    "order ",
    " cvc ",
    " card ",
    "tracking ",
    "is ",
    " to ",
    "and ",
    "a@b.de",
    "+46701234567",
    "DE89370400440532013000",
    "pin ",
    "password: ",
    "é",
    "漢",
    "٤",
    "𝟒",
    "\u{200b}",
    "\u{20e3}",
    "%20",
    "%",
    "&#160;",
    "&",
    "\\u00a0",
    "\\u",
    "<br>",
    "<",
    "#",
    "1Z",
    "😀",
    "İ",
    "ß",
    "0",
    "7",
    "x",
    "CVV2",
    "811218-9876",
    "sk-abcdefghijklmnopqrst",
    "Bearer ",
    "@",
    "9400",
    "İcvv ",
];

fn text_of(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let n_pieces = 1 + next() % 14;
    let mut text = String::new();
    for _ in 0..n_pieces {
        if next() % 16 == 0 {
            text.extend(char::from_u32((next() % 0x11_0000) as u32));
        } else {
            text.push_str(PIECES[(next() % PIECES.len() as u64) as usize]);
        }
    }
    text
}

fn mask(text: &str) -> String {
    RawText::from(text).mask().into_string()
}

#[test]
fn masking_twice_changes_nothing() {
    for seed in seeds() {
        let once = mask(&text_of(seed));
        assert_eq!(mask(&once), once, "SEED={seed} for {:?}", text_of(seed));
    }
    for variant in card_variants(7, 3_000) {
        let once = mask(&variant.messages.join(" / "));
        assert_eq!(mask(&once), once, "for {:?}", variant.messages);
    }
}

#[test]
fn all_other_text_stays_byte_for_byte() {
    for seed in seeds() {
        let text = text_of(seed);
        for kinds in [&[Kind::Card][..], &Kind::ALL, &[Kind::Phone, Kind::Email]] {
            let (masked, found) = mask_kinds(&text, kinds);
            let mut rest = masked.as_str();
            let mut at = 0;
            for place in &found {
                assert!(at <= place.start && place.start < place.end, "SEED={seed}: {found:?}");
                let kept = &text[at..place.start];
                rest = rest.strip_prefix(kept).unwrap_or_else(|| panic!("SEED={seed}: {text:?}"));
                let end = if rest.starts_with('[') {
                    rest.find(']').unwrap() + 1
                } else {
                    "•••".len()
                };
                rest = &rest[end..];
                at = place.end;
            }
            assert_eq!(rest, &text[at..], "SEED={seed}");
            assert_eq!(found, find(&text, kinds), "SEED={seed}");
        }
        assert_eq!(mask(&text), mask_kinds(&text, &[Kind::Card]).0, "SEED={seed}");
    }
}

#[test]
fn restoring_gives_the_text_back() {
    let plain = |text: &str| -> String {
        let kept = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
        kept.collect()
    };
    for seed in seeds() {
        let text = RawText::from(text_of(seed)).mask();
        let mut placeholders = Placeholders::default();
        let redacted = redact(&text, &mut placeholders);
        // Spelling may change where one value was written in two ways, and nothing else.
        let restored = placeholders.restore(redacted.as_str());
        assert_eq!(plain(&restored), plain(text.as_str()), "SEED={seed} for {text:?}");
    }
}

#[test]
fn several_messages_of_anything_do_not_panic() {
    for seed in seeds() {
        let earlier = [text_of(seed + 1), text_of(seed + 2), text_of(seed + 3)];
        let earlier: Vec<&str> = earlier.iter().map(String::as_str).collect();
        let masked = RawText::from(text_of(seed)).mask_after(&earlier);
        assert!(masked.rewrites.iter().all(|(index, _)| *index < 3), "SEED={seed}");
    }
}

/// A hundred kilobytes of each; anything worse than linear would not come back before the reader leaves.
#[test]
fn hostile_texts_are_read_in_linear_time() {
    let pieces = [
        "4",
        "4 ",
        "4111 1111 1111 1111 ",
        "41x1",
        "4111 a ",
        "4242424242424242 order ",
        "[",
        "@",
        "a@a.",
        "1Z",
        "DE89",
        "[card ••••]",
        "[EMAIL_",
        "%34",
        "&#52;",
        "<",
        "cvv ",
        "123 cvv ",
        "\u{200b}4",
        "٤",
        "code is ",
        "password",
        "+1",
        "(",
        "((4",
        "411111111111111",
        "4539578763621486-",
        "order 4539578763621486 ",
        "AB1",
        "eyJ",
        "bearer ",
        " ",
    ];
    for piece in pieces {
        let text = piece.repeat(100_000 / piece.len());
        let masked = RawText::from(text.as_str()).mask_after(&[&text, &text]);
        let (_, found) = mask_kinds(&text, &Kind::ALL);
        assert!(found.len() <= text.len());
        redact(&masked.text, &mut Placeholders::default());
    }
}

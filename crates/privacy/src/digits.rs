//! Reads the digits of a text in every script, and how far each stands from the one before.

/// How a digit hangs together with the digit before it, from tightest to loosest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    /// Nothing stands between the two.
    Joined,
    /// Only characters that nobody sees: zero-width spaces, soft hyphens, keycap marks.
    Hidden,
    /// Spaces, dashes, dots and other signs that are neither letters nor digits.
    Apart,
    /// At least one letter, a long stretch of signs, or the start of a text.
    Words,
    /// A mask that this crate wrote; nothing joins across it.
    Barrier,
}

/// One digit of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digit {
    /// First byte.
    pub(crate) start: usize,
    /// First byte after it.
    pub(crate) end: usize,
    /// 0 to 9.
    pub(crate) value: u8,
    /// Which text it comes from, when several are read in a row.
    pub(crate) message: u16,
    /// The zero of its script; two scripts in one number betray somebody hiding it.
    pub(crate) zero: u32,
    /// The distance to the digit before.
    pub(crate) gap: Gap,
}

/// Whether `%20` is read for what it stands for. (`&nbsp;`, `<br>` and the like always are.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escapes {
    Literal,
    Decoded,
}

/// How a mask begins; what follows is either the end or a space and four digits.
pub(crate) const MASK_START: &str = "[card ••••";

/// More visible signs in a row than this and two digits no longer belong together.
const N_SIGNS_MAX: usize = 24;

/// The zeros of every decimal digit range of Unicode 16 beyond ASCII, in order.
const ZEROS: [u32; 75] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50,
    0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2,
    0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1F101, 0x1FBF0,
];

/// Ranges of digits that are not decimal numbers to Unicode but are to the eye: first, last, value.
const ORNAMENTS: [(u32, u32, u8); 16] = [
    (0x00B2, 0x00B3, 2),
    (0x00B9, 0x00B9, 1),
    (0x2070, 0x2070, 0),
    (0x2074, 0x2079, 4),
    (0x2080, 0x2089, 0),
    (0x2460, 0x2468, 1),
    (0x2474, 0x247C, 1),
    (0x2488, 0x2490, 1),
    (0x24EA, 0x24EA, 0),
    (0x24F5, 0x24FD, 1),
    (0x24FF, 0x24FF, 0),
    (0x2776, 0x277E, 1),
    (0x2780, 0x2788, 1),
    (0x278A, 0x2792, 1),
    (0x3007, 0x3007, 0),
    (0x1F100, 0x1F100, 0),
];

/// The value of a digit in any script, and the zero of that script.
pub(crate) fn digit_of(character: char) -> Option<(u8, u32)> {
    let code = character as u32;
    if code < 0x80 {
        return character.is_ascii_digit().then(|| (code as u8 - b'0', u32::from(b'0')));
    }
    let n_before = ZEROS.partition_point(|zero| *zero <= code);
    if n_before > 0 && code - ZEROS[n_before - 1] < 10 {
        let zero = ZEROS[n_before - 1];
        return Some(((code - zero) as u8, zero));
    }
    let found = ORNAMENTS.iter().find(|(first, last, _)| (*first..=*last).contains(&code))?;
    Some((found.2 + (code - found.0) as u8, found.0))
}

/// Whether a character leaves no visible trace of its own between two digits.
pub(crate) fn is_hidden(character: char) -> bool {
    matches!(character as u32,
        0x00AD | 0x0300..=0x036F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x20D0..=0x20FF | 0x3164
        | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB | 0x1D173..=0x1D17A
        | 0xE0000..=0xE0FFF)
}

/// Whether a text can hold anything that `Escapes::Decoded` reads differently.
pub(crate) fn has_escapes(text: &str) -> bool {
    text.contains('%')
}

/// The length of the mask at the start of `rest`, if there is one.
pub(crate) fn mask_length(rest: &str) -> Option<usize> {
    let tail = rest.strip_prefix(MASK_START)?.as_bytes();
    let is_numbered = tail.len() >= 6
        && tail[0] == b' '
        && tail[1..5].iter().all(u8::is_ascii_digit)
        && tail[5] == b']';
    match tail.first() {
        Some(b']') => Some(MASK_START.len() + 1),
        _ if is_numbered => Some(MASK_START.len() + 6),
        _ => None,
    }
}

/// The digits of `text` in order, and the gap that follows the last one.
pub(crate) fn read(text: &str, message: u16, escapes: Escapes) -> (Vec<Digit>, Gap) {
    let mut digits = Vec::new();
    let mut gap = Gap::Words;
    let mut n_signs = 0;
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let (length, piece) = piece_at(&text[at..], character, escapes);
        let widened = match piece {
            Piece::Digit(value, zero) => {
                digits.push(Digit { start: at, end: at + length, value, message, zero, gap });
                gap = Gap::Joined;
                n_signs = 0;
                Gap::Joined
            }
            Piece::Hidden => Gap::Hidden,
            Piece::Letter => Gap::Words,
            Piece::Mask => Gap::Barrier,
            Piece::Sign => {
                n_signs += 1;
                if n_signs > N_SIGNS_MAX { Gap::Words } else { Gap::Apart }
            }
        };
        gap = gap.max(widened);
        at += length;
    }
    (digits, gap)
}

enum Piece {
    Digit(u8, u32),
    Hidden,
    Letter,
    Sign,
    Mask,
}

fn piece_at(rest: &str, character: char, escapes: Escapes) -> (usize, Piece) {
    if character == '['
        && let Some(length) = mask_length(rest)
    {
        return (length, Piece::Mask);
    }
    // A percent sign before digits may also be no more than a sign, so that both are tried.
    if (matches!(character, '&' | '\\' | '<') || (character == '%' && escapes == Escapes::Decoded))
        && let Some(decoded) = decode(rest)
    {
        return decoded;
    }
    (character.len_utf8(), piece_of(character))
}

fn piece_of(character: char) -> Piece {
    if let Some((value, zero)) = digit_of(character) {
        Piece::Digit(value, zero)
    } else if is_hidden(character) {
        Piece::Hidden
    } else if character.is_alphabetic() {
        Piece::Letter
    } else {
        Piece::Sign
    }
}

/// Reads one escape: `%HH`, `\n`, `\uHHHH`, `&#N;`, `&#xH;`, `&name;` or a short tag (`<br>`).
fn decode(rest: &str) -> Option<(usize, Piece)> {
    let bytes = rest.as_bytes();
    let hexadecimal = |from: usize, to: usize| {
        rest.get(from..to)
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|part| u32::from_str_radix(part, 16).ok())
    };
    match (bytes[0], bytes.get(1)?) {
        (b'%', _) => {
            let code = hexadecimal(1, 3)?;
            // The bytes of a longer character can only be a sign or a space to us.
            let piece = if code < 0x80 { escaped(code)? } else { Piece::Sign };
            Some((3, piece))
        }
        (b'\\', b'n' | b'r' | b't') => Some((2, Piece::Sign)),
        (b'\\', b'u') => Some((6, escaped(hexadecimal(2, 6)?)?)),
        (b'<', _) => {
            let end = 1 + bytes[1..].iter().take(8).position(|byte| *byte == b'>')?;
            let is_tag = bytes[1..end].iter().all(|byte| matches!(byte, b'a'..=b'z' | b'/' | b' '));
            (is_tag && end > 1).then_some((end + 1, Piece::Sign))
        }
        (b'&', b'#') => {
            let end = 2 + bytes[2..].iter().take(8).position(|byte| *byte == b';')?;
            let code = match bytes.get(2) {
                Some(b'x' | b'X') => hexadecimal(3, end)?,
                _ => rest.get(2..end)?.parse().ok()?,
            };
            Some((end + 1, escaped(code)?))
        }
        (b'&', _) => {
            let end = 1 + bytes[1..].iter().take(8).position(|byte| *byte == b';')?;
            let is_name = bytes[1..end].iter().all(u8::is_ascii_alphabetic);
            (is_name && end > 1).then_some((end + 1, Piece::Sign))
        }
        _ => None,
    }
}

/// An escaped letter is left as it stands, so that `%ab` does not become something else.
fn escaped(code: u32) -> Option<Piece> {
    let character = char::from_u32(code)?;
    if character.is_ascii_control() && !matches!(character, '\t' | '\n' | '\r') {
        return None;
    }
    match piece_of(character) {
        Piece::Letter => None,
        // Its own script keeps an escaped number from passing for a plain one.
        Piece::Digit(value, zero) => Some(Piece::Digit(value, zero | 1 << 31)),
        piece => Some(piece),
    }
}

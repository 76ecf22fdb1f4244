//! Reads the bytes of a text file, in the alphabets in which people still save them.

/// A file's text; its bytes when it is none. Bytes that begin with UTF-16's mark and are sound
/// are text whatever the sender calls them, because spreadsheets come under many names; other
/// bytes that are no UTF-8 are Windows-1252 if `is_text`, because somebody will read them as that.
pub(crate) fn read(bytes: Vec<u8>, is_text: bool) -> Result<String, Vec<u8>> {
    if let Some(text) = utf_16(&bytes, is_text) {
        return Ok(text);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) if is_text => {
            Ok(error.as_bytes().iter().map(|byte| windows_1252(*byte)).collect())
        }
        Err(error) => Err(error.into_bytes()),
    }
}

/// Reads UTF-16 with its mark; the text has none.
fn utf_16(bytes: &[u8], is_text: bool) -> Option<String> {
    let (unit, rest): (fn([u8; 2]) -> u16, _) = match bytes {
        [0xff, 0xfe, rest @ ..] => (u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => (u16::from_be_bytes, rest),
        _ => return None,
    };
    let (pairs, odd) = rest.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    // A text that was cut off is still read as one by whoever opens it.
    if is_text {
        return Some(String::from_utf16_lossy(&units));
    }
    String::from_utf16(&units).ok().filter(|_| odd.is_empty())
}

/// What stands in Windows-1252 where Latin-1 has control characters; 0 where there is nothing.
const BETWEEN: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
    0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

fn windows_1252(byte: u8) -> char {
    let named = match byte {
        0x80..=0x9f => char::from_u32(BETWEEN[usize::from(byte - 0x80)].into()),
        _ => None,
    };
    named.filter(|c| *c != '\0').unwrap_or(char::from(byte))
}

//! Short numbers as people write them: groups of ASCII digits with a single sign between.

/// Digits with at most two signs between any two of them.
pub(crate) struct Number {
    /// First byte, a leading plus or bracket included.
    pub(crate) start: usize,
    /// Byte after the last digit.
    pub(crate) end: usize,
    /// The digits.
    pub(crate) digits: String,
    /// The lengths of the groups.
    pub(crate) groups: Vec<usize>,
    /// The signs between the groups, the same wherever they stand; empty if they differ.
    pub(crate) sign: String,
    /// Whether a plus stands before it.
    pub(crate) has_plus: bool,
}

/// Longer numbers are nobody's phone or identity.
const N_DIGITS_LONGEST: usize = 15;
/// Where reading stops: one look at a page of digits must not read it to its end.
const N_DIGITS_MAX: usize = 20;

/// The numbers of a text that touch no letter and no further digit.
pub(crate) fn find(text: &str) -> Vec<Number> {
    let bytes = text.as_bytes();
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let number = read(text, at, N_DIGITS_MAX);
        // Two numbers in a row look like one; the first group is then looked at by itself.
        let is_long = number.digits.len() > N_DIGITS_LONGEST && number.groups.len() > 1;
        let number = if is_long { read(text, at, number.groups[0]) } else { number };
        at = number.end;
        let touches = |c: char| c.is_alphanumeric() || c == '_' || c == '#' || c == '@';
        let before = text[..number.start].chars().next_back().is_some_and(touches);
        let behind = text[number.end..].chars().next().is_some_and(touches);
        if !before && !behind && number.digits.len() <= N_DIGITS_LONGEST {
            numbers.push(number);
        }
    }
    numbers
}

fn read(text: &str, from: usize, n_digits_max: usize) -> Number {
    let opening = text[..from].trim_end_matches('(');
    let has_plus = opening.ends_with('+');
    let start =
        if has_plus { opening.len() - 1 } else { from - usize::from(text[..from].ends_with('(')) };
    let mut number = Number {
        start,
        end: from,
        digits: String::new(),
        groups: vec![0],
        sign: String::new(),
        has_plus,
    };
    let mut signs = String::new();
    let mut at = from;
    while let Some(character) = text[at..].chars().next() {
        if character.is_ascii_digit() {
            if number.digits.len() == n_digits_max {
                break;
            }
            number.take(character, &signs);
            signs.clear();
            at += 1;
            number.end = at;
        } else if " -./()\u{a0}\u{2011}\u{2013}\u{202f}".contains(character) && signs.len() < 4 {
            signs.push(character);
            at += character.len_utf8();
        } else {
            break;
        }
    }
    number
}

impl Number {
    fn take(&mut self, digit: char, signs: &str) {
        if !signs.is_empty() {
            if self.groups.len() == 1 {
                signs.clone_into(&mut self.sign);
            } else if self.sign != signs {
                self.sign.clear();
            }
            self.groups.push(0);
        }
        if let Some(length) = self.groups.last_mut() {
            *length += 1;
        }
        self.digits.push(digit);
    }

    /// The values of the digits.
    pub(crate) fn values(&self) -> Vec<u32> {
        self.digits.bytes().map(|byte| u32::from(byte - b'0')).collect()
    }
}

/// Whether one of `words` stands among the last words before byte `at`, no digit between.
pub(crate) fn follows_word(text: &str, at: usize, words: &[&str]) -> bool {
    let from = text.floor_char_boundary(at.saturating_sub(40));
    let near = text[from..at].rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
    near.split(|c: char| !c.is_alphabetic())
        .any(|word| !word.is_empty() && words.contains(&word.to_lowercase().as_str()))
}

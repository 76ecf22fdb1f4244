//! Makes the typing errors that messages come with, to learn from.

use crate::chance::Chance;

/// One letter in so many is mistyped.
const ONE_IN: usize = 20;

/// A copy of the text in which some letters are doubled, lost, swapped or replaced.
pub(crate) fn mistype(text: &str, chance: &mut Chance) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut copy = String::with_capacity(text.len() + 4);
    let mut place = 0;
    while place < letters.len() {
        let letter = letters[place];
        place += 1;
        if !letter.is_alphabetic() || chance.below(ONE_IN) > 0 {
            copy.push(letter);
            continue;
        }
        match chance.below(4) {
            0 => copy.extend([letter, letter]),
            1 => {}
            2 if place < letters.len() => {
                copy.extend([letters[place], letter]);
                place += 1;
            }
            _ => copy.push(letters[chance.below(letters.len())]),
        }
    }
    copy
}

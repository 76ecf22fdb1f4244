//! Card schemes: which prefixes and lengths a card number can have, and the Luhn sum.

/// The shortest and longest number of digits of a card.
pub(crate) const N_DIGITS_MIN: usize = 13;
pub(crate) const N_DIGITS_MAX: usize = 19;

const fn lengths(list: &[u32]) -> u32 {
    let mut bits = 0;
    let mut at = 0;
    while at < list.len() {
        bits |= 1 << list[at];
        at += 1;
    }
    bits
}

const SIXTEEN: u32 = lengths(&[16]);
const LONG: u32 = lengths(&[16, 17, 18, 19]);
const DINERS: u32 = lengths(&[14]);
// Maestro's whole allocation (50, 56-58, 6x, 12 to 19 digits) would take one number in eight. Its
// long-lived ranges keep every length from 13; the rest keeps the lengths banks really issued.
const MAESTRO: u32 = lengths(&[13, 14, 15, 16, 17, 18, 19]);
const MAESTRO_RANGE: u32 = lengths(&[16, 18, 19]);

/// First and last six-digit prefix, and a bit for each length. Ranges may overlap: bits add up.
const SCHEMES: [(u32, u32, u32); 39] = [
    (400_000, 499_999, lengths(&[13, 16, 19])), // Visa
    (510_000, 559_999, SIXTEEN),                // Mastercard
    (222_100, 272_099, SIXTEEN),
    (340_000, 349_999, lengths(&[15])), // American Express
    (370_000, 379_999, lengths(&[15])),
    (601_100, 601_199, LONG), // Discover
    (622_126, 622_925, LONG),
    (644_000, 659_999, LONG),
    (300_000, 305_999, DINERS), // Diners Club
    (309_500, 309_599, DINERS),
    (360_000, 369_999, lengths(&[14, 15, 16, 17, 18, 19])),
    (380_000, 399_999, DINERS),
    (352_800, 358_999, LONG), // JCB
    (213_100, 213_199, lengths(&[15])),
    (180_000, 180_099, lengths(&[15])),
    (620_000, 629_999, LONG), // UnionPay
    (810_000, 819_999, LONG),
    (220_000, 220_599, LONG),    // Mir, and Borica on 2205
    (600_000, 609_999, SIXTEEN), // RuPay, Hipercard on 606282
    (820_000, 829_999, SIXTEEN),
    (508_000, 508_999, SIXTEEN),
    (979_200, 979_299, SIXTEEN), // Troy
    (384_100, 384_199, SIXTEEN), // Hipercard
    (860_000, 860_099, SIXTEEN), // Uzcard
    (986_000, 986_099, SIXTEEN), // Humo
    (501_800, 501_899, MAESTRO),
    (502_000, 502_099, MAESTRO),
    (503_800, 503_899, MAESTRO),
    (589_300, 589_399, MAESTRO),
    (630_400, 630_499, MAESTRO),
    (639_000, 639_099, MAESTRO),
    (675_900, 675_999, MAESTRO),
    (676_100, 676_399, MAESTRO),
    (676_770, 676_774, MAESTRO),
    (500_000, 509_999, MAESTRO_RANGE), // with Elo and Verve
    (560_000, 589_999, MAESTRO_RANGE),
    (630_000, 639_999, MAESTRO_RANGE),
    (670_000, 679_999, MAESTRO_RANGE),
    (506_099, 507_964, LONG), // Verve
];

/// One bit per length that a card starting with this six-digit prefix can have; none is no card.
pub(crate) fn lengths_of(prefix: u32) -> u32 {
    SCHEMES
        .iter()
        .filter(|(first, last, _)| (*first..=*last).contains(&prefix))
        .fold(0, |bits, scheme| bits | scheme.2)
}

/// Whether the digits pass the Luhn sum.
pub(crate) fn is_luhn(digits: impl DoubleEndedIterator<Item = u8>) -> bool {
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(if place % 2 == 1 { doubled(digit) } else { digit }))
        .sum();
    sum.is_multiple_of(10)
}

/// A bit for each length at which the front of `digits` is a card number, in one pass.
pub(crate) fn card_lengths(digits: impl Iterator<Item = u8>) -> u32 {
    let mut front = [0u8; N_DIGITS_MAX];
    let mut n_digits = 0;
    for digit in digits.take(N_DIGITS_MAX) {
        front[n_digits] = digit;
        n_digits += 1;
    }
    if n_digits < N_DIGITS_MIN {
        return 0;
    }
    let prefix = front[..6].iter().fold(0, |number, digit| number * 10 + u32::from(*digit));
    let allowed = lengths_of(prefix);
    if allowed == 0 {
        return 0;
    }
    // Which places are doubled depends on the parity of the length, so both sums are kept.
    let mut sums = [0u32; 2];
    let mut found = 0;
    for (place, digit) in front[..n_digits].iter().enumerate() {
        sums[place % 2] += u32::from(doubled(*digit));
        sums[1 - place % 2] += u32::from(*digit);
        let length = place + 1;
        if allowed >> length & 1 == 1 && sums[length % 2].is_multiple_of(10) {
            found |= 1 << length;
        }
    }
    found
}

fn doubled(digit: u8) -> u8 {
    let twice = digit * 2;
    if twice > 9 { twice - 9 } else { twice }
}

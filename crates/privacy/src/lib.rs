//! Finds and masks personal data; the only maker of text that may be stored or shown to a model.
//!
//! Text comes in as [`RawText`], which can only be masked. Masking gives [`Masked`]: no card
//! number is left in it. [`redact`] turns that into [`Redacted`], the only text a model may see.
//!
//! # What is taken for a card
//! Thirteen to nineteen digits with a scheme's prefix and length that pass the Luhn sum, whatever
//! stands between them: signs, spaces, line breaks, characters nobody sees, escapes, and digits of
//! any script; and pieces of such a number in up to nine messages of one author, or in one message
//! with words between groups of four.
//!
//! # What decides in doubt
//! One random number of sixteen digits in thirty looks like a card, and one of nineteen in
//! eighteen. Words save a number only if it
//! stands in one run or with single hyphens or slashes, its digits are of one script, it is not
//! grouped as cards are (4-4-4-4, 4-6-5), the words beside it name an order, a parcel, an article
//! or the like, and no word of the message speaks of a card. Otherwise it is masked.
//! A run of twenty digits or more is a card only if it starts with one and goes on with an expiry
//! date, or a date and a code.
//!
//! # What it cannot tell
//! - A bare order number that looks like a card and has no word beside it is masked.
//! - A card called an order number in so many words ("my order number is 4111…") stays.
//! - Digits in words ("four one one one"), letters for digits (`O`, `l`), and pictures are not read.
//! - Twelve-digit Maestro and the old private cards of single shops are not looked for.
//! - A long card sent in pieces whose front happens to be a shorter card is masked up to there;
//!   at most ten digits of it remain, the last four of the front among them.

mod masked;
mod raw;
mod redact;

mod kind;

mod card;
mod code;
mod context;
mod digits;
mod scheme;

mod email;
mod iban;
mod identity;
mod number;
mod phone;
mod secret;

#[cfg(feature = "vectors")]
pub mod vectors;

pub use kind::{Found, Kind, UnknownKind, find, mask_kinds};
pub use masked::Masked;
pub use raw::{MaskedAfter, RawText};
pub use redact::{Placeholders, Redacted, redact};

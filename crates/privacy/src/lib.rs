//! Finds and masks personal data; the only maker of text that may be stored or shown to a model.

mod card;
mod code;
mod context;
mod digits;
mod iban;
mod masked;
mod raw;
mod scheme;

#[cfg(feature = "vectors")]
pub mod vectors;

pub use masked::Masked;
pub use raw::{MaskedAfter, RawText};

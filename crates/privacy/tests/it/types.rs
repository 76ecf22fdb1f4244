//! Proof at compile time of what the text types cannot do.

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use privacy::{Masked, Placeholders, RawText, Redacted};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Asks whether a type has a trait: the inherent constant exists only if it has, and hides the
/// other one, which always exists.
macro_rules! question {
    ($name:ident: $($bound:tt)+) => {
        mod $name {
            use super::*;
            #[allow(dead_code)]
            pub(super) struct Probe<T>(PhantomData<T>);
            pub(super) trait No {
                const ANSWER: bool = false;
            }
            impl<T> No for Probe<T> {}
            #[allow(dead_code)]
            impl<T: $($bound)+> Probe<T> {
                pub(super) const ANSWER: bool = true;
            }
        }
    };
}

question!(displays: Display);
question!(serializes: Serialize);
question!(deserializes: DeserializeOwned);
question!(has_default: Default);
question!(from_string: From<String>);
question!(from_str: From<&'static str>);
question!(parses: FromStr);
question!(shows_text: AsRef<str>);
question!(derefs: std::ops::Deref);
question!(gives_string: Into<String>);

macro_rules! has {
    ($question:ident, $type:ty) => {{
        #[allow(unused_imports)]
        use $question::No as _;
        <$question::Probe<$type>>::ANSWER
    }};
}

// The questions can be answered with yes.
const _: () = assert!(has!(displays, Masked) && has!(serializes, Masked));
const _: () = assert!(has!(deserializes, RawText) && has!(from_string, RawText));

// Raw text cannot be shown, sent on or looked into.
const _: () = assert!(!has!(displays, RawText) && !has!(serializes, RawText));
const _: () = assert!(!has!(shows_text, RawText) && !has!(derefs, RawText));
const _: () = assert!(!has!(gives_string, RawText));

// Masked text comes from masking or through one of two named doors.
const _: () = assert!(!has!(deserializes, Masked) && !has!(from_string, Masked));
const _: () = assert!(!has!(from_str, Masked) && !has!(parses, Masked));

// Redacted text comes from `redact` alone.
const _: () = assert!(!has!(deserializes, Redacted) && !has!(has_default, Redacted));
const _: () = assert!(!has!(from_string, Redacted) && !has!(from_str, Redacted));
const _: () = assert!(!has!(parses, Redacted));

// The map of placeholders does not leave the process.
const _: () = assert!(!has!(serializes, Placeholders) && !has!(deserializes, Placeholders));
const _: () = assert!(!has!(displays, Placeholders));

#[test]
fn raw_text_is_read_from_a_string() {
    let input = serde::de::value::StrDeserializer::<serde::de::value::Error>::new("abc é");
    let text = RawText::deserialize(input).unwrap();
    assert_eq!((text.n_bytes(), text.n_chars(), text.is_blank()), (6, 5, false));
    assert!(RawText::from(" \n").is_blank());
}

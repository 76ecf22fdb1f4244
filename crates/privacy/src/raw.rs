//! What came in, before anybody may see it.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::{Masked, card};

/// Text as it arrived. It can be measured and masked, and nothing else: it has no `Display`, no
/// `Serialize`, no way to its characters, and `Debug` prints its length alone.
#[derive(Clone)]
pub struct RawText(String);

/// What masking a message in the light of the author's earlier ones gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedAfter {
    /// The message itself.
    pub text: Masked,
    /// Earlier messages to store anew: their index in `earlier`, and their text without the
    /// fragment that this message completed to a card number.
    pub rewrites: Vec<(usize, Masked)>,
}

impl RawText {
    /// The length in bytes.
    pub fn n_bytes(&self) -> usize {
        self.0.len()
    }

    /// The length in characters.
    pub fn n_chars(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Replaces every card number, and the code beside it.
    pub fn mask(self) -> Masked {
        let spans = card::find_in(&self.0);
        Masked::made(card::cover(self.0, &spans))
    }

    /// Masks like [`RawText::mask`] and also finds cards that the same author spread over several
    /// messages. `earlier` holds their last messages as stored, oldest first; eight are enough,
    /// older ones are not looked at.
    pub fn mask_after(&self, earlier: &[&str]) -> MaskedAfter {
        let (own, older) = card::find_after(&self.0, earlier);
        let rewrites = older
            .into_iter()
            .map(|(index, spans)| {
                (index, Masked::made(card::cover(earlier[index].to_owned(), &spans)))
            })
            .collect();
        MaskedAfter { text: Masked::made(card::cover(self.0.clone(), &own)), rewrites }
    }
}

impl From<String> for RawText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for RawText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for RawText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawText({} bytes)", self.0.len())
    }
}

impl<'de> Deserialize<'de> for RawText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

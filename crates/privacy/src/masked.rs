//! Text without card numbers: fit for storage, index and log, though not for a model.

use std::fmt;

use serde::{Serialize, Serializer};

/// Text in which no card number is left. Other personal data still stands in it, because agents
/// need it; a model gets [`crate::Redacted`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Masked(String);

impl Masked {
    /// Text that went into storage as `Masked` and comes back. Only the store may call this; any
    /// other text has to come through [`crate::RawText`].
    pub fn from_storage(text: String) -> Self {
        Self(text)
    }

    /// Text that the desk itself composed out of its own sentences and already masked parts.
    pub fn own_words(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, without a copy.
    pub fn into_string(self) -> String {
        self.0
    }

    pub(crate) fn made(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl AsRef<str> for Masked {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Serialize for Masked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

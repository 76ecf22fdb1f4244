//! Ways of sharing the work.

use std::{fmt, str::FromStr};

/// Who answers what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// People answer all.
    People,
    /// Half for two weeks, then the assistant answers all: it is cheaper.
    Cost,
    /// One comparison over all topics for two weeks, then all or nothing.
    Pooled,
    /// Each topic half until a z test, looked at daily, calls it not worse, or worse; never taken
    /// back.
    Peeking,
    /// The simple topics by the assistant, the others by people.
    Static,
    /// The ladder.
    Balance,
    /// The assistant exactly where it is truly not worse than people by the margin.
    Oracle,
}

impl Policy {
    /// All of them, as they are shown side by side.
    pub const ALL: [Self; 7] = [
        Self::People,
        Self::Cost,
        Self::Pooled,
        Self::Peeking,
        Self::Static,
        Self::Balance,
        Self::Oracle,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Cost => "cost",
            Self::Pooled => "pooled",
            Self::Peeking => "peeking",
            Self::Static => "static",
            Self::Balance => "balance",
            Self::Oracle => "oracle",
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.as_str())
    }
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|policy| policy.as_str() == word);
        found.ok_or_else(|| {
            let all: Vec<&str> = Self::ALL.iter().map(|policy| policy.as_str()).collect();
            format!("no policy of that name; there are {}", all.join(", "))
        })
    }
}

//! Why a use case refuses, in words for the person who asked: what happened, what to do next.

use std::fmt;

use desk::Refusal;
use store::{CommitError, ReadError};

/// What a use case returns.
pub type Result<T> = std::result::Result<T, ServiceError>;

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceError {
    /// Nobody is signed in, or no longer.
    Unauthenticated {
        /// What is wrong.
        detail: &'static str,
        /// What to do next.
        hint: &'static str,
    },
    /// Not for this caller.
    Forbidden {
        /// What is in the way.
        detail: &'static str,
        /// What to do next.
        hint: &'static str,
    },
    /// There is no such record, or not for this caller.
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// Something that was given cannot be used.
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong.
        detail: String,
        /// What to do next.
        hint: &'static str,
    },
    /// Something is longer than it may be.
    TooLong {
        /// Which field.
        field: &'static str,
        /// Characters or bytes at most.
        n_max: usize,
    },
    /// The state does not allow it.
    Conflict {
        /// What is in the way.
        detail: String,
        /// What to do next.
        hint: &'static str,
    },
    /// Another request with the same idempotency key ran, or runs.
    Repeated,
    /// Too much waits to be written.
    Busy,
    /// The disk is full.
    Full,
    /// The database cannot be reached.
    Lost,
    /// Somebody else changed it in between; use cases decide again before anybody sees this.
    Stale,
    /// The desk failed; the log says how.
    Internal(String),
}

impl ServiceError {
    /// A field that cannot be used.
    pub(crate) fn invalid(
        field: &'static str,
        detail: impl Into<String>,
        hint: &'static str,
    ) -> Self {
        Self::Invalid { field, detail: detail.into(), hint }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthenticated { detail, .. } => formatter.write_str(detail),
            Self::Forbidden { detail, .. } => formatter.write_str(detail),
            Self::NotFound { what } => write!(formatter, "no such {what}"),
            Self::Invalid { field, detail, .. } => write!(formatter, "{field}: {detail}"),
            Self::TooLong { field, n_max } => write!(formatter, "{field}: longer than {n_max}"),
            Self::Conflict { detail, .. } => formatter.write_str(detail),
            Self::Repeated => formatter.write_str("the idempotency key was used"),
            Self::Busy => formatter.write_str("too much waits to be written"),
            Self::Full => formatter.write_str("the disk is full"),
            Self::Lost => formatter.write_str("the database cannot be reached"),
            Self::Stale => formatter.write_str("changed in between"),
            Self::Internal(why) => formatter.write_str(why),
        }
    }
}

impl std::error::Error for ServiceError {}

impl From<ReadError> for ServiceError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Lost(_) => Self::Lost,
            ReadError::Failed(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<CommitError> for ServiceError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Stale,
            CommitError::Repeated => Self::Repeated,
            CommitError::Taken => Self::Conflict {
                detail: "That name or address is in use already.".to_owned(),
                hint: "Choose another name, or use the one that exists.",
            },
            CommitError::Busy => Self::Busy,
            CommitError::Full => Self::Full,
            CommitError::Lost => Self::Lost,
            CommitError::Failed(why) => Self::Internal(why),
        }
    }
}

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        let (detail, hint) = match refusal {
            Refusal::HeldBy(_) => (
                "Another agent has this conversation.",
                "Write a note to them, or ask a lead to take it over.",
            ),
            Refusal::Closed => ("The conversation is closed.", "Open it again first."),
            Refusal::Open => ("The conversation is open.", "Close it first."),
            Refusal::NotHeld => ("Nobody has this conversation.", "Claim it first."),
            Refusal::AlreadySurveyed => {
                ("The conversation has been judged already.", "One judgement is kept; thank you.")
            }
            Refusal::Full => (
                "The conversation holds as many messages as it can.",
                "Go on in a new conversation.",
            ),
        };
        Self::Conflict { detail: detail.to_owned(), hint }
    }
}

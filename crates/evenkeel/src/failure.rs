//! Why a command was refused, and what to do next.

use std::fmt::{self, Display};

use service::ServiceError;

/// What a command gives.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// Printed as `error: …`, a blank line and `hint: …`; the program ends with 2.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    hint: String,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }

    /// A file that cannot be read or understood.
    pub(crate) fn file(path: impl Display, why: impl Display, hint: &str) -> Self {
        Self::new(format!("{path}: {why}"), hint)
    }
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}\n\nhint: {}", self.what, self.hint)
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let hint = match &error {
            ServiceError::Unauthenticated { hint, .. }
            | ServiceError::Forbidden { hint, .. }
            | ServiceError::Invalid { hint, .. }
            | ServiceError::Conflict { hint, .. } => hint,
            ServiceError::Lost => {
                "Check that the database runs and can be reached, then try again."
            }
            ServiceError::Full => "Make room on the disk and run the command again.",
            _ => "Run the command again; with EVENKEEL_LOG=debug it says more.",
        };
        Self::new(error.to_string(), hint)
    }
}

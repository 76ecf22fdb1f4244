//! Who comes, and how fast they are served.

use std::fmt;

/// A queue served in order of arrival. Rates are in one unit of time of your choice, and times come
/// back in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    lambda: f64,
    mu: f64,
}

/// What no formula is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Impossible {
    /// A rate that is not above 0, or no number.
    Rate(&'static str, f64),
    /// Nobody serves.
    NoServers,
    /// More customers come than can be served, and nobody gives up: the queue has no end.
    Endless,
}

impl fmt::Display for Impossible {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(name, rate) => write!(to, "{name} is {rate}, not a number above 0"),
            Self::NoServers => to.write_str("nobody serves"),
            Self::Endless => to.write_str(
                "more customers come than can be served, and nobody gives up: the queue has no end",
            ),
        }
    }
}

impl std::error::Error for Impossible {}

impl Line {
    /// `lambda` customers come in a unit of time, `mu` are served by one person.
    ///
    /// # Errors
    /// When one of them is not a number above 0.
    pub fn new(lambda: f64, mu: f64) -> Result<Self, Impossible> {
        Ok(Self { lambda: rate("lambda", lambda)?, mu: rate("mu", mu)? })
    }

    /// Customers that come in a unit of time.
    #[must_use]
    pub fn lambda(self) -> f64 {
        self.lambda
    }

    /// Customers that one person serves in a unit of time.
    #[must_use]
    pub fn mu(self) -> f64 {
        self.mu
    }

    /// The offered load a = λ/μ, in Erlang: people busy if nobody ever waited.
    #[must_use]
    pub fn load(self) -> f64 {
        self.lambda / self.mu
    }
}

pub(crate) fn rate(name: &'static str, rate: f64) -> Result<f64, Impossible> {
    if rate > 0.0 && rate.is_finite() { Ok(rate) } else { Err(Impossible::Rate(name, rate)) }
}

pub(crate) fn servers(servers: u32) -> Result<f64, Impossible> {
    if servers > 0 { Ok(f64::from(servers)) } else { Err(Impossible::NoServers) }
}

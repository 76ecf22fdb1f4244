//! Erlang B: who finds all people busy is gone at once.

use crate::{Impossible, Line, line::servers};

/// What becomes of customers who do not wait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blocked {
    /// Share that is turned away.
    pub p_blocked: f64,
    /// Share of their time in which people are busy.
    pub occupancy: f64,
}

/// B(0) = 1, B(k) = aB(k − 1)/(k + aB(k − 1)) (Erlang 1917).
///
/// # Errors
/// Without a server.
pub fn blocked(line: Line, n_servers: u32) -> Result<Blocked, Impossible> {
    let c = servers(n_servers)?;
    let p_blocked = erlang_b(line.load(), n_servers);
    Ok(Blocked { p_blocked, occupancy: line.load() * (1.0 - p_blocked) / c })
}

pub(crate) fn erlang_b(load: f64, n_servers: u32) -> f64 {
    (1..=n_servers).fold(1.0, |b, k| load * b / (f64::from(k) + load * b))
}

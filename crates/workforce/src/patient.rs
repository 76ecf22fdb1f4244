//! Erlang C: customers wait however long it takes.

use crate::{Impossible, Line, blocked::erlang_b, line::servers};

/// What becomes of customers who never give up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patient {
    /// Share that waits.
    pub p_wait: f64,
    /// Mean wait of all, those included who did not wait.
    pub mean_wait: f64,
    /// Share of their time in which people are busy.
    pub occupancy: f64,
    /// cμ − λ: how fast a wait ends.
    drain: f64,
}

/// C = cB/(c − a(1 − B)); mean wait C/(cμ − λ).
///
/// # Errors
/// Without a server, or when more come than can be served.
pub fn patient(line: Line, n_servers: u32) -> Result<Patient, Impossible> {
    let c = servers(n_servers)?;
    let load = line.load();
    if load >= c {
        return Err(Impossible::Endless);
    }
    let b = erlang_b(load, n_servers);
    let p_wait = c * b / (c - load * (1.0 - b));
    let drain = c * line.mu() - line.lambda();
    Ok(Patient { p_wait, mean_wait: p_wait / drain, occupancy: load / c, drain })
}

impl Patient {
    /// Share served within a time: 1 − C·exp(−(cμ − λ)t).
    #[must_use]
    pub fn served_within(&self, time: f64) -> f64 {
        1.0 - self.p_wait * libm::exp(-self.drain * time.max(0.0))
    }
}

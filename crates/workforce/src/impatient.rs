//! Erlang A: customers wait until their patience ends (M/M/c+M).

use crate::{
    Impossible, Line,
    line::{rate, servers},
};

/// Longer queues than this have no weight that counts.
const QUEUE_MAX: u32 = 1_000_000;
const WEIGHT_MIN: f64 = 1e-18;
/// Weights are scaled down before they are too large for a number.
const WEIGHT_MAX: f64 = 1e200;

/// What becomes of customers who give up after a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Impatient {
    /// Share that finds all people busy.
    pub p_wait: f64,
    /// Share that gives up.
    pub p_abandon: f64,
    /// Mean wait of all, those included who gave up or did not wait.
    pub mean_wait: f64,
    /// Customers that wait, on average.
    pub mean_queue: f64,
    /// Share of their time in which people are busy.
    pub occupancy: f64,
    theta: f64,
    /// c' = cμ/θ.
    servers_in_patience: f64,
    /// Probability that somebody is free.
    p_free: f64,
    /// Probability of c + k customers, from k = 0 on.
    queues: Vec<f64>,
}

/// p(n) ∝ aⁿ/n! up to c people, then p(c + k) = p(c)·Πⱼ λ/(cμ + jθ) (Palm 1957; Garnett, Mandelbaum,
/// Reiman 2002). `theta` is how fast a waiting customer gives up: one over the mean patience.
///
/// # Errors
/// Without a server, or when `theta` is not above 0.
pub fn impatient(line: Line, theta: f64, n_servers: u32) -> Result<Impatient, Impossible> {
    let c = servers(n_servers)?;
    let theta = rate("theta", theta)?;
    let (lambda, mu) = (line.lambda(), line.mu());
    // Weights of n < c customers from c down, then of c and more; what grows too large is scaled
    // down with all that came before.
    let (mut free, mut weight, mut exactly_c) = (0.0, 1.0, 1.0);
    for n in (1..=n_servers).rev() {
        weight *= f64::from(n) / line.load();
        free += weight;
        if free > WEIGHT_MAX {
            (free, weight, exactly_c) =
                (free / WEIGHT_MAX, weight / WEIGHT_MAX, exactly_c / WEIGHT_MAX);
        }
    }
    let mut queues = vec![exactly_c];
    let (mut all, mut waiting, mut weight) = (free + exactly_c, 0.0, exactly_c);
    for k in 1..QUEUE_MAX {
        weight *= lambda / (c * mu + f64::from(k) * theta);
        all += weight;
        waiting += f64::from(k) * weight;
        queues.push(weight);
        if all > WEIGHT_MAX {
            let scaled = |value: f64| value / WEIGHT_MAX;
            (free, all, waiting, weight) =
                (scaled(free), scaled(all), scaled(waiting), scaled(weight));
            queues.iter_mut().for_each(|weight| *weight /= WEIGHT_MAX);
        }
        if weight < WEIGHT_MIN * all {
            break;
        }
    }
    queues.iter_mut().for_each(|weight| *weight /= all);
    let mean_queue = waiting / all;
    let p_abandon = theta * mean_queue / lambda;
    Ok(Impatient {
        p_wait: 1.0 - free / all,
        p_abandon,
        mean_wait: mean_queue / lambda,
        mean_queue,
        // Of an overloaded queue it is 1 but for the last digits.
        occupancy: (line.load() * (1.0 - p_abandon) / c).min(1.0),
        theta,
        servers_in_patience: c * mu / theta,
        p_free: free / all,
        queues,
    })
}

impl Impatient {
    /// Share of all that waits longer than this, those included who give up later:
    /// x Σ p(c + k)·Iₓ(c', k + 1) with x = exp(−θt).
    #[must_use]
    pub fn waits_longer(&self, time: f64) -> f64 {
        let x = libm::exp(-self.theta * time.max(0.0));
        let beta = Beta::new(x, self.theta * time.max(0.0), self.servers_in_patience);
        x * self.queues.iter().zip(beta).map(|(p, beta)| p * beta).sum::<f64>()
    }

    /// Share of all that is served within this time:
    /// Σ p(n < c) + Σ p(c + k)·c'/(c' + k + 1)·(1 − Iₓ(c' + 1, k + 1)).
    #[must_use]
    pub fn served_within(&self, time: f64) -> f64 {
        let c = self.servers_in_patience;
        let x = libm::exp(-self.theta * time.max(0.0));
        let beta = Beta::new(x, self.theta * time.max(0.0), c + 1.0);
        let served = self.queues.iter().zip(beta).enumerate();
        let served = served.map(|(k, (p, beta))| p * c / (c + k as f64 + 1.0) * (1.0 - beta));
        self.p_free + served.sum::<f64>()
    }

    /// The wait that so many wait longer than, such as .1: W90. 0 when fewer wait at all.
    #[must_use]
    pub fn wait_exceeded_by(&self, share: f64) -> f64 {
        if self.p_wait <= share {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, 1.0 / self.theta);
        while self.waits_longer(high) > share {
            high *= 2.0;
        }
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if self.waits_longer(middle) > share {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }
}

/// The regularised incomplete beta function Iₓ(a, b) for b = 1, 2, 3, …, by its recurrence:
/// Iₓ(a, b + 1) = Iₓ(a, b) + xᵃ(1 − x)ᵇ·Γ(a + b)/(Γ(a)Γ(b + 1)).
struct Beta {
    a: f64,
    b: f64,
    ln_rest: f64,
    ln_step: f64,
    value: f64,
}

impl Beta {
    /// `minus_ln_x` is −ln x, which is known better than it could be found from x.
    fn new(x: f64, minus_ln_x: f64, a: f64) -> Self {
        let ln_first = -a * minus_ln_x;
        let ln_rest = libm::log1p(-x);
        // The first step: xᵃ(1 − x)·a.
        let ln_step = ln_first + ln_rest + libm::log(a);
        Self { a, b: 1.0, ln_rest, ln_step, value: libm::exp(ln_first) }
    }
}

impl Iterator for Beta {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        let value = self.value;
        self.value = (self.value + libm::exp(self.ln_step)).min(1.0);
        self.ln_step += self.ln_rest + libm::log((self.a + self.b) / (self.b + 1.0));
        self.b += 1.0;
        Some(value)
    }
}

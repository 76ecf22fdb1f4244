//! One queue, several people, customers who give up: first come, first served.

use crate::Chance;

/// A queue; rates are in one unit of time of your choice, and times come back in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Queue {
    /// λ: customers that come, above 0.
    pub lambda: f64,
    /// μ: customers that one person serves, above 0.
    pub mu: f64,
    /// θ: how fast a waiting customer gives up; 0 for never.
    pub theta: f64,
    /// c: people, at least 1.
    pub servers: u32,
}

/// What happened to the customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    /// Share that gave up.
    pub p_abandon: f64,
    /// Its standard error, from the spread of batches: neighbours share a queue and are not
    /// independent.
    pub p_abandon_se: f64,
    /// Mean wait of all, those included who gave up.
    pub mean_wait: f64,
    /// Share that waited.
    pub p_wait: f64,
    /// Share of their time in which people were busy.
    pub occupancy: f64,
}

/// Batches for the standard error.
const BATCHES: u64 = 200;
/// Customers before counting begins, for each person: the queue starts empty.
const WARM_UP: u64 = 40;

/// Simulates so many customers. The same seed gives the same result.
#[must_use]
pub fn simulate(queue: &Queue, customers: u64, seed: u64) -> Served {
    let mut chance = Chance::new(seed);
    let mut desk = People::new(queue.servers as usize);
    let mut now = 0.0;
    for _ in 0..(WARM_UP * u64::from(queue.servers)).min(customers) {
        now = desk.serve(queue, now, &mut chance).at;
    }
    let began = now;
    let (mut wait, mut busy) = (0.0, 0.0);
    let (mut n_waited, mut n_gone) = (0_u64, 0_u64);
    let mut gone_of_batches = Vec::with_capacity(BATCHES as usize);
    for batch in 0..BATCHES {
        let n = customers * (batch + 1) / BATCHES - customers * batch / BATCHES;
        let gone_before = n_gone;
        for _ in 0..n {
            let customer = desk.serve(queue, now, &mut chance);
            now = customer.at;
            wait += customer.wait;
            busy += customer.service;
            n_waited += u64::from(customer.wait > 0.0);
            n_gone += u64::from(customer.service == 0.0);
        }
        if n > 0 {
            gone_of_batches.push((n_gone - gone_before) as f64 / n as f64);
        }
    }
    let n = customers as f64;
    Served {
        p_abandon: n_gone as f64 / n,
        p_abandon_se: error_of_mean(&gone_of_batches),
        mean_wait: wait / n,
        p_wait: n_waited as f64 / n,
        occupancy: busy / (f64::from(queue.servers) * (now - began)),
    }
}

fn error_of_mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let spread = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    (spread / (n - 1.0) / n).sqrt()
}

struct Customer {
    /// When they came.
    at: f64,
    /// Until served, or until they gave up.
    wait: f64,
    /// 0 for those who gave up.
    service: f64,
}

/// When each person is free, the earliest first: a heap in an array.
struct People {
    free_at: Vec<f64>,
}

impl People {
    fn new(n: usize) -> Self {
        Self { free_at: vec![0.0; n.max(1)] }
    }

    /// The next customer comes. Who is served before them is settled already, so their wait is known
    /// now: until the first person is free, unless their patience ends before.
    fn serve(&mut self, queue: &Queue, before: f64, chance: &mut Chance) -> Customer {
        let at = before + exponential(chance) / queue.lambda;
        let offered = (self.free_at[0] - at).max(0.0);
        if offered > 0.0 && queue.theta > 0.0 {
            let patience = exponential(chance) / queue.theta;
            if patience < offered {
                return Customer { at, wait: patience, service: 0.0 };
            }
        }
        let service = exponential(chance) / queue.mu;
        self.busy_until(at + offered + service);
        Customer { at, wait: offered, service }
    }

    /// The person who was free first is busy until then.
    fn busy_until(&mut self, time: f64) {
        let heap = &mut self.free_at;
        let mut place = 0;
        loop {
            let left = 2 * place + 1;
            if left >= heap.len() {
                break;
            }
            let right = left + 1;
            let least = if right < heap.len() && heap[right] < heap[left] { right } else { left };
            if heap[least] >= time {
                break;
            }
            heap[place] = heap[least];
            place = least;
        }
        heap[place] = time;
    }
}

/// Of mean 1. The logarithm is the same on every machine.
fn exponential(chance: &mut Chance) -> f64 {
    // Not zero, and the logarithm of it is never zero either.
    -libm::log(1.0 - chance.share()).min(-f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Erlang A: share that gives up, mean wait and share that waits, from the stationary law.
    fn erlang_a(queue: &Queue) -> (f64, f64, f64) {
        let c = f64::from(queue.servers);
        let load = queue.lambda / queue.mu;
        // Weights against that of exactly c customers, downwards and upwards.
        let (mut below, mut weight) = (0.0, 1.0);
        for n in (1..=queue.servers).rev() {
            weight *= f64::from(n) / load;
            below += weight;
        }
        let (mut above, mut waiting, mut weight) = (1.0, 0.0, 1.0);
        for k in 1..100_000 {
            weight *= queue.lambda / (c * queue.mu + f64::from(k) * queue.theta);
            above += weight;
            waiting += f64::from(k) * weight;
            if weight < 1e-18 {
                break;
            }
        }
        let mean_queue = waiting / (below + above);
        let p_abandon = queue.theta * mean_queue / queue.lambda;
        (p_abandon, mean_queue / queue.lambda, above / (below + above))
    }

    #[test]
    fn the_closed_form_is_met() {
        let cases = [(48.0, 1.0, 0.5, 50), (10.0, 0.2, 0.25, 45), (1.0, 1.0 / 11.0, 0.2, 10)];
        for (lambda, mu, theta, servers) in cases {
            let queue = Queue { lambda, mu, theta, servers };
            let (p_abandon, mean_wait, p_wait) = erlang_a(&queue);
            let got = simulate(&queue, 400_000, 7);
            let off = (got.p_abandon - p_abandon).abs();
            println!(
                "{queue:?}: {} against {p_abandon}, error {}",
                got.p_abandon, got.p_abandon_se
            );
            assert!(off < 4.0 * got.p_abandon_se, "{queue:?}: {off} is {}", got.p_abandon_se);
            assert!((got.mean_wait / mean_wait - 1.0).abs() < 0.05, "{queue:?}");
            assert!((got.p_wait / p_wait - 1.0).abs() < 0.03, "{queue:?}");
            let busy = lambda * (1.0 - p_abandon) / (mu * f64::from(servers));
            assert!((got.occupancy / busy - 1.0).abs() < 0.02, "{queue:?}");
        }
    }

    #[test]
    fn without_patience_it_is_erlang_c() {
        // C(10, 8) = .409180151 and a wait of C/(cμ − λ).
        let queue = Queue { lambda: 8.0, mu: 1.0, theta: 0.0, servers: 10 };
        let got = simulate(&queue, 400_000, 3);
        assert!((got.p_wait / 0.409_180_151 - 1.0).abs() < 0.03, "{got:?}");
        assert!((got.mean_wait / (0.409_180_151 / 2.0) - 1.0).abs() < 0.06, "{got:?}");
        assert_eq!(got.p_abandon, 0.0);
    }

    #[test]
    fn the_same_seed_gives_the_same_queue() {
        let queue = Queue { lambda: 48.0, mu: 1.0, theta: 0.5, servers: 50 };
        assert_eq!(simulate(&queue, 10_000, 1), simulate(&queue, 10_000, 1));
        assert_ne!(simulate(&queue, 10_000, 1), simulate(&queue, 10_000, 2));
    }
}

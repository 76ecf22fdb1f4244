//! Seeded draws: the same seed gives the same demo, and the same faults.

use std::time::Duration;

/// Shorter sleeps would only keep a processor busy.
const SLEEP_MS_MIN: f64 = 50.0;

/// A splitmix64 generator.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The same seed gives the same draws.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own, for somebody whose pace must not change the draws of others.
    pub fn fork(&mut self) -> Self {
        Self(self.next())
    }

    /// A number below `n`, which is not zero; so small that the bias does not show.
    pub fn below(&mut self, n: usize) -> usize {
        (self.share() * n as f64) as usize
    }

    /// One of these, or nothing when there is none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        (!items.is_empty()).then(|| &items[self.below(items.len())])
    }

    /// A share in [0, 1).
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A wait of exponential length with this mean, at the given speed.
    pub(crate) fn wait(&mut self, mean_s: f64, speed: f64) -> Duration {
        pause(-(1.0 - self.share()).ln() * mean_s, speed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// So many seconds of the desk's time.
pub(crate) fn pause(seconds: f64, speed: f64) -> Duration {
    Duration::from_secs_f64((seconds * 1_000.0 / speed).max(SLEEP_MS_MIN) / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_those_of_splitmix64() {
        let mut chance = Chance::new(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| chance.next()).collect();
        let expected =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(drawn, expected);
    }

    #[test]
    fn waits_are_never_shorter_than_a_sleep_is_worth() {
        let mut chance = Chance::new(42);
        let shortest = (0..1_000).map(|_| chance.wait(1.0, 1e9)).min().unwrap();
        assert_eq!(shortest, Duration::from_millis(50));
    }
}

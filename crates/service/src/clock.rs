//! Two clocks: the desk's, which a demo may speed up, and the real one for sessions and limits.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use desk::Time;

/// Tells the time.
#[derive(Debug, Clone)]
pub struct Clock {
    began: Instant,
    began_at: Time,
    speed: f64,
}

impl Clock {
    /// A clock that runs `speed` times as fast as the real one and starts at the real time, or at
    /// `not_before` where that is later, so that a desk that was sped up never goes back.
    #[must_use]
    pub fn new(speed: f64, not_before: Time) -> Self {
        Self { began: Instant::now(), began_at: Self::real().max(not_before), speed }
    }

    /// The desk's time.
    #[must_use]
    pub fn now(&self) -> Time {
        let passed_ms = self.began.elapsed().as_secs_f64() * 1_000.0 * self.speed;
        self.began_at.plus_ms(passed_ms as i64)
    }

    /// How many times as fast as the real clock.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// The real time.
    #[must_use]
    pub fn real() -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

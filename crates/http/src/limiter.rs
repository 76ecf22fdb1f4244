//! How often one may knock, in real time.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
};

use desk::limits::EMAIL_CHARS_MAX;
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::Problem;

/// Sign-ins of one address: ten at once, then one in six seconds.
const SIGN_INS: (u32, u32) = (10, 10);
/// Applications of everybody: sixty at once, then one a minute.
const APPLICATIONS: (u32, u32) = (60, 1);
/// Messages of one customer: thirty at once, then one a second.
const MESSAGES: (u32, u32) = (30, 60);

pub(crate) struct Limiter {
    sign_ins: DefaultKeyedRateLimiter<String>,
    messages: DefaultKeyedRateLimiter<String>,
    applications: DefaultDirectRateLimiter,
    n_knocks: AtomicU64,
}

/// After so many knocks, those who have not knocked for a while are forgotten.
const KNOCKS: u64 = 8_192;

impl Limiter {
    pub(crate) fn new() -> Self {
        Self {
            sign_ins: limiter(SIGN_INS),
            messages: limiter(MESSAGES),
            applications: RateLimiter::direct(quota(APPLICATIONS)),
            n_knocks: AtomicU64::new(1),
        }
    }

    fn tidy(&self) {
        if self.n_knocks.fetch_add(1, Ordering::Relaxed).is_multiple_of(KNOCKS) {
            self.sign_ins.retain_recent();
            self.messages.retain_recent();
        }
    }

    /// Somebody tries to sign in with that address.
    pub(crate) fn sign_in(&self, email: &str) -> Result<(), Problem> {
        self.tidy();
        // Nobody has a longer one, and what is kept of each stays small.
        let email: String = email.trim().chars().take(EMAIL_CHARS_MAX).collect();
        let email = email.to_lowercase();
        self.sign_ins.check_key(&email).map_err(|_| {
            Problem::rate_limited("Too many sign-ins with this address.", "Wait a minute.", 6)
        })
    }

    /// Somebody applies for shifts.
    pub(crate) fn application(&self) -> Result<(), Problem> {
        self.applications.check().map_err(|_| {
            Problem::rate_limited("Too many apply at this moment.", "Try again in an hour.", 3_600)
        })
    }

    /// A customer writes.
    pub(crate) fn message(&self, customer: &str) -> Result<(), Problem> {
        self.tidy();
        self.messages.check_key(&customer.to_owned()).map_err(|_| {
            Problem::rate_limited("Too many messages in a short time.", "Wait a few seconds.", 2)
        })
    }
}

fn limiter(limit: (u32, u32)) -> DefaultKeyedRateLimiter<String> {
    RateLimiter::keyed(quota(limit))
}

fn quota((burst, per_minute): (u32, u32)) -> Quota {
    let number = |n| NonZeroU32::new(n).expect("the limits above are not zero");
    Quota::per_minute(number(per_minute)).allow_burst(number(burst))
}

//! Leaves a model alone that is not there: nobody waits for it while it is known to be down.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::Fault;

/// So many outages in a row, or one that is certain, and it rests.
const FAILURES_MAX: u32 = 2;
/// The first rest; each one after it is twice as long.
const REST: Duration = Duration::from_secs(5);
const REST_MAX: Duration = Duration::from_secs(300);

/// The breaker of one model.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    /// Outages in a row.
    failures: u32,
    /// Rests in a row.
    rests: u32,
    until: Option<Instant>,
}

impl Breaker {
    /// Whether it may be asked now. After a rest one question goes through, and what comes of it
    /// decides; the others go elsewhere meanwhile.
    pub(crate) fn may_ask(&self, now: Instant, patience: Duration) -> bool {
        let mut told = self.lock();
        match told.until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                told.until = Some(now + patience);
                true
            }
        }
    }

    /// The end of the rest, if it rests.
    pub(crate) fn rests_until(&self, now: Instant) -> Option<Instant> {
        self.lock().until.filter(|until| now < *until)
    }

    /// It answered, whatever it said.
    pub(crate) fn answered(&self) {
        *self.lock() = Told::default();
    }

    /// It did not answer.
    pub(crate) fn failed(&self, fault: &Fault, now: Instant) {
        if !fault.is_outage() {
            return;
        }
        let mut told = self.lock();
        told.failures += 1;
        if told.failures < FAILURES_MAX && !fault.is_certain() && told.rests == 0 {
            return;
        }
        let own = (REST * 2_u32.pow(told.rests.min(10))).min(REST_MAX);
        let rest = match fault {
            Fault::TooMany(Some(asked)) => (*asked).clamp(Duration::from_secs(1), REST_MAX),
            _ => own,
        };
        told.rests += 1;
        told.until = Some(now + rest);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Told> {
        self.0.lock().expect("no code panics while it holds this lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn one_certain_outage_or_two_others_and_it_rests_longer_each_time() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        breaker.failed(&Fault::Slow("first word"), start);
        assert!(breaker.may_ask(start, LONG));
        breaker.failed(&Fault::Failed(500), start);
        assert!(!breaker.may_ask(start, LONG));
        assert!(!breaker.may_ask(start + REST - Duration::from_millis(1), LONG));
        // One tries; the others wait for what comes of it.
        assert!(breaker.may_ask(start + REST, LONG));
        assert!(!breaker.may_ask(start + REST, LONG));
        breaker.failed(&Fault::Slow("first word"), start + REST);
        assert!(!breaker.may_ask(start + REST * 2, LONG));
        assert!(breaker.may_ask(start + REST * 3, LONG));
        breaker.answered();
        assert!(breaker.may_ask(start + REST * 3, LONG));
        breaker.failed(&Fault::Unreachable("refused".into()), start + REST * 3);
        assert!(!breaker.may_ask(start + REST * 3, LONG));
    }

    #[test]
    fn what_is_wrong_with_one_question_closes_nothing() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..10 {
            breaker.failed(&Fault::TooLong, start);
            breaker.failed(&Fault::Refused(400, "no".into()), start);
            breaker.failed(&Fault::Broken("no".into()), start);
        }
        assert!(breaker.may_ask(start, LONG));
    }

    #[test]
    fn it_rests_as_long_as_the_server_asks() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        let asked = Duration::from_secs(40);
        breaker.failed(&Fault::TooMany(Some(asked)), start);
        assert_eq!(breaker.rests_until(start), Some(start + asked));
        assert_eq!(breaker.rests_until(start + asked), None);
    }
}

//! What chance brings on a day.

use crate::Chance;

/// How many cases come: Poisson, by the waits between them.
pub(super) fn poisson(mean: f64, chance: &mut Chance) -> u32 {
    let mut n = 0;
    let mut waited = 0.0;
    loop {
        waited -= libm::log(1.0 - chance.share());
        if waited > mean {
            return n;
        }
        n += 1;
    }
}

/// Whether something of that probability happens.
pub(super) fn happens(probability: f64, chance: &mut Chance) -> bool {
    chance.share() < probability
}

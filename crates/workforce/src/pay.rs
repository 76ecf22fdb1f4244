//! What a shift is paid: from the time at which somebody was there, to the cent.

use crate::{Span, span::HOUR_MS};

/// Being away for so long is a disconnection, and never docked.
pub const AWAY_MS_MAX: i64 = 10 * 60_000;
/// Whoever came is paid for so long at least, or for the whole of a shorter shift.
pub const CALL_OUT_MS: i64 = 2 * HOUR_MS;
/// A shift that the desk takes back later than so long before its beginning is paid as worked.
pub const NOTICE_MS: i64 = 24 * HOUR_MS;

/// How much of a shift somebody was there, in milliseconds. `present` is in order; what of it lies
/// outside the shift does not count, and gaps of up to [`AWAY_MS_MAX`] do.
#[must_use]
pub fn worked_ms(shift: Span, present: &[Span]) -> i64 {
    let (mut worked, mut until) = (0, None::<i64>);
    for span in present.iter().filter(|span| span.shared_ms(shift) > 0) {
        let from = span.from.max(shift.from);
        let end = span.until.min(shift.until);
        // Within a gap that is forgiven, or inside what was counted, time goes on from there.
        let from = match until {
            Some(until) if from - until <= AWAY_MS_MAX => until,
            _ => from,
        };
        worked += (end - from).max(0);
        until = Some(until.map_or(end, |until| until.max(end)));
    }
    worked
}

/// The minutes of a shift that are paid, begun ones whole: the time there, and for whoever came at
/// all no less than the call-out.
#[must_use]
pub fn paid_minutes(shift: Span, present: &[Span]) -> i64 {
    let worked = worked_ms(shift, present);
    if worked == 0 {
        return 0;
    }
    let paid = worked.max(CALL_OUT_MS.min(shift.ms()));
    (paid + 59_999).div_euclid(60_000)
}

/// Minor units of a currency for so many minutes at so many an hour, and `extra` percent more; half
/// a unit is rounded up. `None` where the numbers are beyond any pay.
#[must_use]
pub fn amount(minutes: i64, rate: i64, extra: i64) -> Option<i64> {
    let hundredths = i128::from(minutes).checked_mul(i128::from(rate))?;
    let sixtieths = hundredths.checked_mul(100 + i128::from(extra))?;
    i64::try_from((sixtieths + 3_000).div_euclid(6_000)).ok()
}

//! Spans of time, and the places on earth that say which day they are on.

use std::{fmt, sync::LazyLock};

use jiff::{Timestamp, ToSpan, Zoned, civil::Date, tz::TimeZone, tz::TimeZoneDatabase};

/// An hour.
pub const HOUR_MS: i64 = 3_600_000;
/// Half an hour: the grain of forecasts and of open shifts.
pub const HALF_HOUR_MS: i64 = HOUR_MS / 2;

/// A span of time in milliseconds since 1970 UTC: `from` is in it, `until` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its beginning.
    pub from: i64,
    /// Its end.
    pub until: i64,
}

impl Span {
    /// How long it is; 0 when it ends before it begins.
    #[must_use]
    pub fn ms(self) -> i64 {
        (self.until - self.from).max(0)
    }

    /// What is in both, in milliseconds.
    #[must_use]
    pub fn shared_ms(self, other: Self) -> i64 {
        (self.until.min(other.until) - self.from.max(other.from)).max(0)
    }
}

/// A time zone with its clock changes, from the tables in the program itself.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of a name such as `Europe/Berlin`; `None` when there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
        ZONES.get(name).ok().map(Self)
    }

    fn local(&self, ms: i64) -> Zoned {
        let ms = ms.clamp(Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
        Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(self.0.clone())
    }

    /// The instant at which a day's hour comes; where clocks jump over it, when they have jumped.
    fn instant(&self, date: Date, hour: i8) -> i64 {
        let zoned = date.at(hour, 0, 0, 0).to_zoned(self.0.clone());
        zoned.map_or(0, |zoned| zoned.timestamp().as_millisecond())
    }

    /// The ISO week, Monday to Sunday on this place's calendar, in which an instant lies.
    #[must_use]
    pub fn week(&self, ms: i64) -> Span {
        let date = self.local(ms).date();
        let monday = date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days());
        let next = monday.saturating_add(7.days());
        Span { from: self.instant(monday, 0), until: self.instant(next, 0) }
    }

    /// The month of this place's calendar in which an instant lies.
    #[must_use]
    pub fn month(&self, ms: i64) -> Span {
        let first = self.local(ms).date().first_of_month();
        let next = first.saturating_add(1.months());
        Span { from: self.instant(first, 0), until: self.instant(next, 0) }
    }

    /// How much of a span lies in nights from one hour to another of this place's clock.
    #[must_use]
    pub fn night_ms(&self, span: Span, from: i8, until: i8) -> i64 {
        let last = self.local(span.until).date();
        let mut date = self.local(span.from).date().saturating_sub(1.days());
        let mut night_ms = 0;
        while date <= last {
            let end = if until <= from { date.saturating_add(1.days()) } else { date };
            let night = Span { from: self.instant(date, from), until: self.instant(end, until) };
            night_ms += span.shared_ms(night);
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        night_ms
    }

    /// Whether an instant lies between two hours of a day from Monday to Friday.
    #[must_use]
    pub fn is_office_hour(&self, ms: i64, from: i64, until: i64) -> bool {
        let local = self.local(ms);
        let is_weekday = local.date().weekday().to_monday_zero_offset() < 5;
        is_weekday && (from..until).contains(&i64::from(local.hour()))
    }

    /// `Tue 3 Mar 08:00` on this place's clock.
    #[must_use]
    pub fn words(&self, ms: i64) -> String {
        self.local(ms).strftime("%a %-d %b %H:%M").to_string()
    }
}

/// `7 h 30 min`.
pub(crate) struct Hours(pub(crate) i64);

impl fmt::Display for Hours {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0 / 60_000;
        match (minutes / 60, minutes % 60) {
            (hours, 0) => write!(to, "{hours} h"),
            (0, minutes) => write!(to, "{minutes} min"),
            (hours, minutes) => write!(to, "{hours} h {minutes} min"),
        }
    }
}

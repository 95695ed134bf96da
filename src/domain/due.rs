//! Due dates. A due date is a date, or a date with a local time in the owner's time zone.

use std::fmt;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::{
    invalid::Invalid,
    moment::{Moment, Weekday},
};

/// The due date of a todo: a date, or a date with a local time in the owner's time zone. As text, a due date is written
/// `2026-11-27` or `2026-11-27T09:30`. In alphabetical order, the text of an earlier due date comes before the text of
/// a later due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Due {
    /// Due on this day, without a time.
    On(Date),
    /// Due at this minute.
    At(DateTime),
}

impl Due {
    /// Accepts only texts of the form `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.len() {
            10 => day(text).map(Self::On),
            // An invalid text may contain a multi-byte character. If byte 2 of `time` is inside a multi-byte character,
            // `time[..2]` would panic, but `time.get(..2)` returns `None`.
            16 if text.as_bytes()[10] == b'T' => {
                let (date, time) = (day(text.get(..10)?)?, text.get(11..)?);
                let (hour, minute) = (number(time.get(..2)?)?, number(time.get(3..)?)?);
                let at = (time.as_bytes()[2] == b':')
                    .then(|| date.at(0, 0, 0, 0).with().hour(hour).minute(minute).build())?;
                at.ok().map(Self::At)
            }
            _ => None,
        }
    }

    /// The day of the due date.
    pub fn date(self) -> Date {
        match self {
            Self::On(date) => date,
            Self::At(time) => time.date(),
        }
    }

    /// The weekday, such as `fri`.
    pub fn weekday(self) -> &'static str {
        Weekday::of(self.date()).word()
    }

    /// The due date with its weekday, such as `2026-11-27T09:30 (fri)`.
    pub fn with_weekday(self) -> String {
        format!("{self} ({})", self.weekday())
    }

    /// Moves this due date to another day. The time of day does not change.
    pub fn on(self, date: Date) -> Self {
        match self {
            Self::On(_) => Self::On(date),
            Self::At(time) => Self::At(date.to_datetime(time.time())),
        }
    }

    /// Whether this due date has passed. A due date without a time has passed when its day is over. A due date with a
    /// time has passed as soon as this time is over. If a local time does not exist because clocks go forward, this
    /// function uses the UTC offset that was valid before the clock change. If a local time occurs twice because clocks
    /// go back, this function uses the first of the two times (RFC 5545, section 3.3.5).
    pub fn is_overdue(self, moment: &Moment) -> bool {
        match self {
            Self::On(date) => date < moment.today(),
            Self::At(time) => moment.zone.to_timestamp(time).is_ok_and(|due| due < moment.now),
        }
    }
}

/// Accepts only texts of the form `YYYY-MM-DD`.
pub fn day(text: &str) -> Option<Date> {
    let digits = text
        .bytes()
        .enumerate()
        .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    (text.len() == 10 && digits).then(|| text.parse().ok()).flatten()
}

fn number(two_digits: &str) -> Option<i8> {
    two_digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| two_digits.parse().ok()).flatten()
}

impl fmt::Display for Due {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(date) => write!(formatter, "{date}"),
            Self::At(time) => write!(formatter, "{}", time.strftime("%Y-%m-%dT%H:%M")),
        }
    }
}

impl From<Due> for String {
    fn from(due: Due) -> Self {
        due.to_string()
    }
}

impl TryFrom<String> for Due {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text).ok_or_else(|| Invalid::new("must be a date or a local time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::Weekday;
    use jiff::{Timestamp, tz::TimeZone};
    use proptest::prelude::*;

    /// Makes a `Moment` from a local time and the name of a time zone.
    fn at(now: &str, zone: &str) -> Moment {
        let zone = TimeZone::get(zone).unwrap();
        let now = zone.to_timestamp(now.parse().unwrap()).unwrap();
        Moment { now, zone, week_start: Weekday::Mon }
    }

    #[test]
    fn a_day_is_overdue_when_it_is_over_and_a_minute_when_it_has_passed() {
        let moment = at("2026-11-22T10:00", "Asia/Kathmandu");
        let is_overdue = |due: &str| Due::parse(due).unwrap().is_overdue(&moment);
        for passed in ["2026-11-21", "2026-11-22T09:59", "2026-11-21T23:00"] {
            assert!(is_overdue(passed), "{passed}");
        }
        for coming in ["2026-11-22", "2026-11-22T10:00", "2026-11-22T10:01", "2026-11-23"] {
            assert!(!is_overdue(coming), "{coming}");
        }
    }

    #[test]
    fn a_skipped_time_counts_from_the_offset_before_and_a_repeated_one_the_first_time() {
        let is_overdue = |due: &str, now: &str| {
            let moment = Moment { now: now.parse().unwrap(), ..at("2026-01-01T00:00", "Europe/Berlin") };
            Due::parse(due).unwrap().is_overdue(&moment)
        };
        // On 29 March 2026 at 01:00Z, Berlin's clocks go from 02:00 to 03:00. On 25 October 2026 at 01:00Z, Berlin's
        // clocks go from 03:00 to 02:00.
        assert!(!is_overdue("2026-03-29T02:30", "2026-03-29T01:29:59Z"));
        assert!(is_overdue("2026-03-29T02:30", "2026-03-29T01:30:01Z"));
        assert!(!is_overdue("2026-10-25T02:30", "2026-10-25T00:29:59Z"));
        assert!(is_overdue("2026-10-25T02:30", "2026-10-25T00:30:01Z"));
    }

    proptest! {
        #[test]
        fn text_sorts_as_time_does(a in 0i64..4_000_000_000, b in 0i64..4_000_000_000) {
            let at = |second| Due::At(TimeZone::UTC.to_datetime(Timestamp::from_second(second / 60 * 60).unwrap()));
            prop_assert_eq!((a / 60).cmp(&(b / 60)), at(a).to_string().cmp(&at(b).to_string()));
        }
    }
}

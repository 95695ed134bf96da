//! When a todo is due: a day, or a minute of a day, on the owner's wall clock.

use std::fmt;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// A date stays a date; a time of day is wall-clock time in the owner's time zone. Written `2026-11-27` or
/// `2026-11-27T09:30`, which sort in the order of time as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Due {
    /// Any time on this day.
    On(Date),
    /// At this minute.
    At(DateTime),
}

/// What a caller may write for a due date, before the owner's time zone is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, deserr::Deserr)]
#[deserr(try_from(String) = DueInput::parse -> Invalid)]
pub enum DueInput {
    /// A date or a wall-clock time.
    Local(Due),
    /// An RFC 3339 instant, such as `2026-11-27T15:00:00Z`.
    Instant(Timestamp),
}

impl DueInput {
    /// Reads `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` or an RFC 3339 date-time with an offset.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        let text = text.trim();
        Due::parse(text)
            .map(Self::Local)
            .or_else(|| instant(text).map(Self::Instant))
            .ok_or_else(|| Invalid::new(
                "must be a date such as 2026-11-27, a time on the person's clock such as 2026-11-27T09:30, or an RFC 3339 instant such as 2026-11-27T15:00:00Z",
            ))
    }

    /// The due date on the wall clock of `zone`. Seconds of an instant are dropped.
    pub fn resolve(self, zone: &TimeZone) -> Due {
        match self {
            Self::Local(due) => due,
            Self::Instant(instant) => {
                let clock = zone.to_datetime(instant);
                Due::At(clock.date().at(clock.hour(), clock.minute(), 0, 0))
            }
        }
    }
}

impl Due {
    fn parse(text: &str) -> Option<Self> {
        match text.len() {
            10 => day(text).map(Self::On),
            // `get` because a multi-byte character may stand across the tenth byte.
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

    /// The day on which it is due.
    pub fn date(self) -> Date {
        match self {
            Self::On(date) => date,
            Self::At(time) => time.date(),
        }
    }
}

/// Reads `YYYY-MM-DD` and nothing that only resembles it.
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

/// RFC 3339 section 5.6: date, "T" or a space, time with seconds, and an offset.
fn instant(text: &str) -> Option<Timestamp> {
    day(text.get(..10)?)?;
    let time = text.get(11..)?;
    // A bracketed zone behind the offset is not RFC 3339, and would be overlooked.
    if time.contains('[') {
        return None;
    }
    let shaped = matches!(text.as_bytes()[10], b'T' | b't' | b' ')
        && time.len() >= 9
        && time.as_bytes()[2] == b':'
        && time.as_bytes()[5] == b':';
    let instant: Timestamp = shaped.then(|| text.parse().ok()).flatten()?;
    // Two days from the ends of the calendar, so that every zone's wall clock is within it.
    let first = TimeZone::UTC.to_timestamp(Date::constant(1, 1, 3).at(0, 0, 0, 0)).ok()?;
    let last = TimeZone::UTC.to_timestamp(Date::constant(9999, 12, 29).at(0, 0, 0, 0)).ok()?;
    (first..last).contains(&instant).then_some(instant)
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
    use proptest::prelude::*;

    fn read(text: &str) -> Result<String, Invalid> {
        let zone = TimeZone::get("America/New_York").unwrap();
        DueInput::parse(text.to_owned()).map(|due| due.resolve(&zone).to_string())
    }

    #[test]
    fn a_date_stays_a_date_and_a_time_stays_on_the_wall_clock() {
        assert_eq!(read("2026-11-27").unwrap(), "2026-11-27");
        assert_eq!(read(" 2026-11-27T09:30 ").unwrap(), "2026-11-27T09:30");
    }

    #[test]
    fn an_instant_is_converted_to_the_wall_clock_of_the_owner() {
        assert_eq!(read("2026-11-27T15:00:00Z").unwrap(), "2026-11-27T10:00");
        assert_eq!(read("2026-07-01T03:59:59.5+00:00").unwrap(), "2026-06-30T23:59");
        assert_eq!(read("2026-07-01T03:00:00-05:00").unwrap(), "2026-07-01T04:00");
    }

    #[test]
    fn anything_else_is_refused_with_the_accepted_forms() {
        for refused in [
            "tomorrow",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:00:00-05:00",
            "2026-11-27T15:00:00Z[Europe/Berlin]",
            "2026-02-30",
            "2026-13-01",
            "26-11-27",
            "2026-11-27T25:00",
            "2026-11-27T9:30",
            "2026-11-27T09:30:00",
            "2026-11-27 09:30",
            "27.11.2026",
            "20261127",
            "1795000000",
            "2026-11-27T09-30",
            "2026-11-27T+9:30",
            "ééééé",
            "ééééééééé",
            "2026-11-2é",
            "2026-11-27T0é:3",
            "-026-11-27",
        ] {
            assert!(read(refused).unwrap_err().message.contains("2026-11-27T09:30"), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn what_was_read_is_read_back(
            year in 0i16..=9999, month in 1i8..=12, day in 1i8..=28, hour in 0i8..24, minute in 0i8..60, offset in -12i8..=14,
            zone in prop_oneof![Just("UTC"), Just("Pacific/Kiritimati"), Just("Pacific/Pago_Pago"), Just("Asia/Kathmandu")],
        ) {
            let zone = TimeZone::get(zone).unwrap();
            let date = format!("{year:04}-{month:02}-{day:02}");
            for text in [date.clone(), format!("{date}T{hour:02}:{minute:02}"), format!("{date}T{hour:02}:{minute:02}:00{offset:+03}:00")] {
                if let Ok(input) = DueInput::parse(text.clone()) {
                    let due = input.resolve(&zone);
                    prop_assert_eq!(Due::try_from(due.to_string()).unwrap(), due, "{}", text);
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}") {
            let _ = DueInput::parse(text);
        }

        #[test]
        fn text_sorts_as_time_does(a in 0i64..4_000_000_000, b in 0i64..4_000_000_000) {
            let at = |second| Due::At(TimeZone::UTC.to_datetime(Timestamp::from_second(second / 60 * 60).unwrap()));
            prop_assert_eq!((a / 60).cmp(&(b / 60)), at(a).to_string().cmp(&at(b).to_string()));
        }
    }
}

//! Reads the due dates that callers send.

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::value;
use crate::domain::{
    due::{Due, day},
    invalid::Invalid,
    moment::{Moment, Weekday},
};

/// A due date as the caller wrote it. The meaning of the value may depend on the owner's local time, which the program
/// does not know yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueInput {
    /// A date, or a date with a local time.
    Local(Due),
    /// A date and time with a UTC offset, such as `2026-11-27T15:00:00Z` (RFC 3339).
    Instant(Timestamp),
    /// A number of days from today. The caller writes `today`, `tomorrow`, or a number such as `+3d` or `+2w`.
    In(i32),
    /// The next date on this weekday, but never today. For Friday, the caller writes `fri` or `friday`.
    Next(Weekday),
}

impl DueInput {
    /// Reads `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM`, a date and time with a UTC offset (RFC 3339), or a word for a day. This
    /// function accepts only the words in a fixed list, because the program would have to guess the meaning of any
    /// other word.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        let text = text.trim();
        Due::parse(text)
            .map(Self::Local)
            .or_else(|| instant(text).map(Self::Instant))
            .or_else(|| days(&text.to_ascii_lowercase()).map(Self::In))
            .or_else(|| Weekday::parse(text.to_owned()).ok().map(Self::Next))
            .ok_or_else(|| Invalid::new(
                "must be a date such as 2026-11-27, a time on the person's clock such as 2026-11-27T09:30, an RFC 3339 instant such as 2026-11-27T15:00:00Z, or one of today, tomorrow, mon to sun, +3d, +2w",
            ))
    }

    /// Whether the date depends on the owner's local time or time zone.
    pub fn is_relative(self) -> bool {
        !matches!(self, Self::Local(_))
    }

    /// The due date that this value means at `moment`. If the value is an RFC 3339 time, this function removes the
    /// seconds.
    pub fn resolve(self, moment: &Moment) -> Due {
        match self {
            Self::Local(due) => due,
            Self::Instant(instant) => {
                let clock = moment.zone.to_datetime(instant);
                Due::At(clock.date().at(clock.hour(), clock.minute(), 0, 0))
            }
            Self::In(days) => Due::On(later(moment.today(), days)),
            Self::Next(weekday) => {
                let today = moment.today();
                let days = weekday.days_after(Weekday::of(today));
                Due::On(later(today, if days == 0 { 7 } else { days as i32 }))
            }
        }
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for DueInput {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, Self::parse)
    }
}

/// Adds a number of days to a date. If the sum is after the end of the calendar, the result is the last date of the
/// calendar.
fn later(date: Date, days: i32) -> Date {
    date.saturating_add(jiff::Span::new().days(days))
}

/// Reads `today`, `tomorrow`, or a number of days or weeks, such as `+3d`. The largest number is 9,999. Returns the
/// number of days from today.
fn days(text: &str) -> Option<i32> {
    match text {
        "today" => return Some(0),
        "tomorrow" => return Some(1),
        _ => {}
    }
    let (number, days) = match text.strip_prefix('+')? {
        weeks if weeks.ends_with('w') => (weeks.strip_suffix('w')?, 7),
        days => (days.strip_suffix('d')?, 1),
    };
    let plain = (1..=4).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| number.parse::<i32>().ok()).flatten().map(|number| number * days)
}

/// Reads a date and time as in RFC 3339, section 5.6. The text contains a date, a "T" or a space, a time with seconds,
/// and a UTC offset.
fn instant(text: &str) -> Option<Timestamp> {
    day(text.get(..10)?)?;
    let time = text.get(11..)?;
    // RFC 3339 does not allow a time zone in brackets, such as `[Europe/Berlin]`. The parser would ignore a time zone
    // in brackets, so this check refuses the text.
    if time.contains('[') {
        return None;
    }
    let shaped = matches!(text.as_bytes()[10], b'T' | b't' | b' ')
        && time.len() >= 9
        && time.as_bytes()[2] == b':'
        && time.as_bytes()[5] == b':';
    let instant: Timestamp = shaped.then(|| text.parse().ok()).flatten()?;
    // In some time zones, the local date is one day before or after the date in UTC. So this function refuses a moment
    // near the first or the last possible date.
    let first = TimeZone::UTC.to_timestamp(Date::constant(1, 1, 3).at(0, 0, 0, 0)).ok()?;
    let last = TimeZone::UTC.to_timestamp(Date::constant(9999, 12, 29).at(0, 0, 0, 0)).ok()?;
    (first..last).contains(&instant).then_some(instant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Converts a local time in this time zone to a moment.
    fn at(now: &str, zone: &str) -> Moment {
        let zone = TimeZone::get(zone).unwrap();
        let now = zone.to_timestamp(now.parse().unwrap()).unwrap();
        Moment { now, zone, week_start: Weekday::Mon }
    }

    fn read(text: &str) -> Result<String, Invalid> {
        let moment = at("2026-11-22T10:00", "America/New_York");
        DueInput::parse(text.to_owned()).map(|due| due.resolve(&moment).to_string())
    }

    #[test]
    fn words_for_days_are_counted_from_the_owners_today() {
        // 22 November 2026 is a Sunday.
        for (word, day) in [
            ("today", "22"),
            ("Tomorrow", "23"),
            ("mon", "23"),
            ("MONDAY", "23"),
            ("sat", "28"),
            ("sun", "29"),
            ("sunday", "29"),
            ("+3d", "25"),
            ("+1W", "29"),
            ("+0d", "22"),
        ] {
            assert_eq!(read(word).unwrap(), format!("2026-11-{day}"), "{word}");
        }
        assert_eq!(read("+9999w").unwrap(), "2218-07-12");
    }

    #[test]
    fn today_is_another_day_at_either_side_of_midnight_in_every_zone() {
        for zone in ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu", "UTC"] {
            let today = |now| DueInput::In(0).resolve(&at(now, zone)).to_string();
            assert_eq!(today("2026-11-22T23:59"), "2026-11-22", "{zone}");
            assert_eq!(today("2026-11-23T00:01"), "2026-11-23", "{zone}");
        }
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
            "next friday-ish",
            "yesterday",
            "next week",
            "in 3 days",
            "3d",
            "+d",
            "+3m",
            "+12345d",
            "++3d",
            "+ 3d",
            "mondays",
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
            let moment = at("2026-11-22T10:00", zone);
            let date = format!("{year:04}-{month:02}-{day:02}");
            for text in [date.clone(), format!("{date}T{hour:02}:{minute:02}"), format!("{date}T{hour:02}:{minute:02}:00{offset:+03}:00")] {
                if let Ok(input) = DueInput::parse(text.clone()) {
                    let due = input.resolve(&moment);
                    prop_assert_eq!(Due::try_from(due.to_string()).unwrap(), due, "{}", text);
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}") {
            let _ = DueInput::parse(text);
        }
    }
}

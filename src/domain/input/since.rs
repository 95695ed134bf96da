//! Reads the beginning of a period that callers send, such as `10 minutes` or `2026-11-27T09:00`.

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef};
use jiff::{SignedDuration, Timestamp};

use super::value;
use crate::domain::{due_input::DueInput, invalid::Invalid, moment::Moment};

/// The clocks of two instances may differ by this time. Changes are listed in the order of their commits, so a change
/// may have a slightly later time than the change after it.
pub const CLOCKS: SignedDuration = SignedDuration::from_secs(60);

/// The beginning of a period, as the caller wrote it. The period ends now.
#[derive(Debug, Clone)]
pub enum Since {
    /// A number of minutes before now, with at most three digits.
    Minutes(u32),
    /// A day, a time or a duration.
    Said(DueInput),
}

impl Since {
    /// Reads the text of a caller. [`Self::resolve`] refuses a text in an unknown form.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        // A longer number, or a number that begins with 0, may be a time such as 1245 or 0930, or a Unix time.
        let is_short = text.len() <= 3 && (text == "0" || !text.starts_with('0'));
        let minutes = is_short.then(|| text.parse().ok()).flatten();
        minutes.map_or_else(|| Self::Said(DueInput::parse(text)), Self::Minutes)
    }

    /// The moment at which the period begins. The error says that the program cannot read the text, or that the period
    /// would begin in the future.
    pub fn resolve(&self, moment: &Moment) -> Result<Timestamp, Invalid> {
        let at = match self {
            Self::Minutes(minutes) => moment.now.checked_sub(SignedDuration::from_mins(i64::from(*minutes))),
            Self::Said(said) => Ok(said.begin(moment)?),
        };
        let at = at.unwrap_or(Timestamp::MIN);
        if at <= moment.now {
            return Ok(at);
        }
        let now = moment.zone.to_datetime(moment.now).strftime("%Y-%m-%dT%H:%M");
        Err(Invalid::new(format!(
            "is in the future; for the person, it is {now} now; send a date and a time, such as {now}"
        )))
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for Since {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, |text| Ok(Self::parse(&text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::Weekday;
    use jiff::tz::TimeZone;

    fn since(text: &str) -> Result<String, String> {
        let moment = Moment {
            now: "2026-11-27T09:30:00Z".parse().unwrap(),
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            week_start: Weekday::Mon,
        };
        let since = Since::parse(text).resolve(&moment);
        since.map(|at| at.to_string()).map_err(|error| error.message)
    }

    #[test]
    fn a_period_begins_where_its_text_says() {
        for (text, expected) in [
            ("10", "2026-11-27T09:20:00Z"),
            (" 10 minutes ", "2026-11-27T09:20:00Z"),
            ("10 min", "2026-11-27T09:20:00Z"),
            ("10m", "2026-11-27T09:20:00Z"),
            ("600 seconds", "2026-11-27T09:20:00Z"),
            ("PT10M", "2026-11-27T09:20:00Z"),
            ("2 weeks", "2026-11-13T09:30:00Z"),
            ("1 month", "2026-10-27T09:30:00Z"),
            ("10 minutes ago", "2026-11-27T09:20:00Z"),
            ("last 10 minutes", "2026-11-27T09:20:00Z"),
            ("1 hour", "2026-11-27T08:30:00Z"),
            ("2h", "2026-11-27T07:30:00Z"),
            ("1 day", "2026-11-26T09:30:00Z"),
            ("today", "2026-11-26T23:00:00Z"),
            ("Yesterday", "2026-11-25T23:00:00Z"),
            ("2026-11-27", "2026-11-26T23:00:00Z"),
            ("2026-11-27T10:00", "2026-11-27T09:00:00Z"),
            ("2026-11-27 10:00:30", "2026-11-27T09:00:30Z"),
            ("2026-11-27T10:00:00+02:00", "2026-11-27T08:00:00Z"),
            ("2026-11-27T08:00:00Z", "2026-11-27T08:00:00Z"),
            ("10:00", "2026-11-27T09:00:00Z"),
            ("9:30", "2026-11-27T08:30:00Z"),
            ("last hour", "2026-11-27T08:30:00Z"),
            ("an hour ago", "2026-11-27T08:30:00Z"),
            ("999", "2026-11-26T16:51:00Z"),
            ("0", "2026-11-27T09:30:00Z"),
            ("ten minutes", "2026-11-27T09:20:00Z"),
            ("yesterday 17:00", "2026-11-26T16:00:00Z"),
            ("monday", "2026-11-22T23:00:00Z"),
            ("friday", "2026-11-19T23:00:00Z"),
            ("noon yesterday", "2026-11-26T11:00:00Z"),
            ("the 1st", "2026-10-31T23:00:00Z"),
        ] {
            assert_eq!(since(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_period_and_a_period_in_the_future_are_refused() {
        for text in [
            "",
            "recently",
            "-5",
            "5 moons",
            "99999999999 h",
            "1245",
            "0930",
            "1764244800",
            "2026-02-30",
            "25:00",
            "null",
            "[…]",
        ] {
            let error = since(text).unwrap_err();
            assert!(error.ends_with("for the person, it is Fri 2026-11-27T10:30 now"), "{text}: {error}");
        }
        for text in ["2026-11-28", "2026-11-27T10:31", "2027-01-01T00:00:00Z", "10:31", "23:00"] {
            let says = "is in the future; for the person, it is 2026-11-27T10:30 now";
            assert!(since(text).unwrap_err().starts_with(says), "{text}");
        }
    }
}

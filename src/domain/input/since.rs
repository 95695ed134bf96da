//! Reads the beginning of a period that callers send, such as `10 minutes` or `2026-11-27T09:00`.

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef};
use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{Date, DateTime, Time},
};

use super::value;
use crate::domain::{invalid::Invalid, moment::Moment};

/// The clocks of two instances may differ by this time. Changes are listed in the order of their commits, so a change
/// may have a slightly later time than the change after it.
pub const CLOCKS: SignedDuration = SignedDuration::from_secs(60);

/// The beginning of a period, as the caller wrote it. The period ends now.
#[derive(Debug, Clone, Copy)]
pub enum Since {
    /// A duration before now. The caller writes a number of minutes with at most three digits, such as `10`, or a
    /// number with a unit, such as `10 minutes`, `2h` or `3 days`.
    Ago(Span),
    /// A date and time with a UTC offset (RFC 3339).
    At(Timestamp),
    /// A date and time on the owner's clock. A date means the beginning of the day.
    Local(DateTime),
    /// A time of today on the owner's clock.
    Clock(Time),
    /// The beginning of a day, so many days ago. The caller writes `today` or `yesterday`.
    Day(i64),
}

impl Since {
    /// Reads the text of a caller.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        let text = text.trim();
        let word = text.to_ascii_lowercase();
        // A longer number, or a number that begins with 0, may be a time such as 1245 or 0930, or a Unix time.
        let is_short = word.len() <= 3 && (word == "0" || !word.starts_with('0'));
        let minutes =
            || word.parse::<u32>().ok().filter(|_| is_short).map(|number| Self::Ago(Span::new().minutes(number)));
        let day = || match word.as_str() {
            "today" => Some(Self::Day(0)),
            "yesterday" => Some(Self::Day(1)),
            _ => None,
        };
        let local = || text.parse::<DateTime>().ok().map(Self::Local);
        let date = || text.parse::<Date>().ok().map(|date| Self::Local(date.to_datetime(Time::midnight())));
        let padded = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
        let clock = || padded.parse::<Time>().ok().filter(|_| text.contains(':')).map(Self::Clock);
        let instant = || text.parse::<Timestamp>().ok().map(Self::At);
        minutes().or_else(|| duration(&word).map(Self::Ago)).or_else(day).or_else(instant).or_else(local).or_else(date).or_else(clock).ok_or_else(
            || {
                Invalid::new(format!(
                    "cannot be \"{}\"; send a number of minutes below 1000, a duration such as 2 hours or 3 days, a time on the person's clock such as 09:30 or 2026-11-27T09:30, a date such as 2026-11-27, today, or yesterday",
                    text.chars().take(60).collect::<String>()
                ))
            },
        )
    }

    /// The moment at which the period begins. The error says that the period would begin in the future.
    pub fn resolve(self, moment: &Moment) -> Result<Timestamp, Invalid> {
        let now = moment.now.to_zoned(moment.zone.clone());
        let local = |at: DateTime| moment.zone.to_zoned(at).ok();
        let at = match self {
            Self::Ago(span) => now.checked_sub(span).ok(),
            Self::At(at) => Some(at.to_zoned(moment.zone.clone())),
            Self::Local(at) => local(at),
            Self::Clock(time) => local(now.date().to_datetime(time)),
            Self::Day(days) => local(now.date().saturating_sub(Span::new().days(days)).to_datetime(Time::midnight())),
        };
        let at = at.map_or(Timestamp::MIN, |at| at.timestamp());
        if at <= moment.now {
            return Ok(at);
        }
        let now = now.strftime("%Y-%m-%dT%H:%M");
        Err(Invalid::new(format!(
            "is in the future; for the person, it is {now} now; send a date and a time, such as {now}"
        )))
    }
}

/// Reads a duration, such as `10 minutes`, `2h`, `last 3 days` or `PT10M` (ISO 8601).
fn duration(word: &str) -> Option<Span> {
    let word = word.trim_start_matches("last ").trim_end_matches(" ago");
    let one = word.strip_prefix("an ").or_else(|| word.strip_prefix("a ")).unwrap_or(word);
    let word = if one.contains(|letter: char| letter.is_ascii_digit()) { one.to_owned() } else { format!("1 {one}") };
    word.parse::<Span>().ok().filter(|span| span.is_positive())
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for Since {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, Self::parse)
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
        let since = Since::parse(text.to_owned()).and_then(|since| since.resolve(&moment));
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
        ] {
            assert_eq!(since(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_period_and_a_period_in_the_future_are_refused() {
        for text in [
            "",
            "recently",
            "ten minutes",
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
            assert!(since(text).unwrap_err().contains("2 hours"), "{text}: {:?}", since(text));
        }
        for text in ["2026-11-28", "2026-11-27T10:31", "2027-01-01T00:00:00Z", "10:31", "23:00"] {
            let says = "is in the future; for the person, it is 2026-11-27T10:30 now";
            assert!(since(text).unwrap_err().starts_with(says), "{text}");
        }
    }
}

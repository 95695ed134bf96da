//! The day of the month on which a todo repeats, such as the last workday.

use std::fmt;

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef};
use jiff::{Span, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::domain::{input::value, invalid::Invalid, moment::Weekday, words::words};

/// A day of the month. As text, it is `1` to `31`, `last day`, `first workday`, `last workday`, or an ordinal with a
/// weekday, such as `first mon`. A workday is a day from Monday to Friday; the program knows no holidays. Every month
/// has each of these days: if a month has no 31st, the day `31` is its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum MonthDay {
    /// The day with this number (1 to 31).
    Number(i8),
    LastDay,
    FirstWorkday,
    LastWorkday,
    Weekday(Ordinal, Weekday),
}

words! {
    /// Which of the days of a month that have the same weekday. There is no fifth day, because most months have only
    /// four.
    Ordinal {
        First = "first" | "1st" | "1",
        Second = "second" | "2nd" | "2",
        Third = "third" | "3rd" | "3",
        Fourth = "fourth" | "4th" | "4",
        Last = "last",
    }
}

impl MonthDay {
    /// Reads a day of the month. The program accepts upper case, `15th`, `1st monday`, `first weekday`, `last working
    /// day`, `last business day`, and the words `the`, `on`, `day` and `of the month` around it. The error lists the
    /// texts that a caller may send.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        Self::read(&text).ok_or_else(|| {
            let sent: String = text.chars().take(40).collect();
            if let Ok(day) = Weekday::parse(text.clone()) {
                let day = day.word();
                return Invalid::new(format!(
                    "cannot be {sent:?}, a day of each week: send \"weekdays\":[\"{day}\"] with unit week; for one such day of a month, send \"first {day}\" or \"last {day}\""
                ));
            }
            Invalid::new(format!(
                "must be a day of the month such as \"15\", \"last day\", \"first workday\", \"last workday\", \"first mon\", \"second tue\", \"last fri\" (first to fourth, or last); {sent:?} is none of these"
            ))
        })
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        // The minus sign is also a separator of words, so without this check, -1 would become the first day.
        if text.starts_with('-') {
            return None;
        }
        let words: Vec<&str> = text.split([' ', '-', '_']).filter(|word| !word.is_empty()).collect();
        let words = words.strip_prefix(&["on"]).unwrap_or(&words);
        let words = words.strip_prefix(&["the"]).unwrap_or(words);
        let end = ["of", "the", "month"];
        let words = [&end[..], &["of", "each", "month"], &["of", "every", "month"], &["of", "month"]]
            .iter()
            .find_map(|end| words.strip_suffix(*end))
            .unwrap_or(words);
        match words {
            [number] | ["day", number] => Self::number(number),
            [ordinal, "day"] => match Ordinal::parse((*ordinal).to_owned()) {
                Ok(Ordinal::Last) => Some(Self::LastDay),
                Ok(ordinal) => Some(Self::Number(ordinal as i8 + 1)),
                Err(_) => Self::number(ordinal),
            },
            [ordinal, "workday" | "weekday"] | [ordinal, "working" | "business" | "work" | "week", "day"] => {
                match Ordinal::parse((*ordinal).to_owned()).ok()? {
                    Ordinal::First => Some(Self::FirstWorkday),
                    Ordinal::Last => Some(Self::LastWorkday),
                    Ordinal::Second | Ordinal::Third | Ordinal::Fourth => None,
                }
            }
            [ordinal, weekday] => {
                let (ordinal, weekday) = (Ordinal::parse((*ordinal).to_owned()), Weekday::parse((*weekday).to_owned()));
                Some(Self::Weekday(ordinal.ok()?, weekday.ok()?))
            }
            _ => None,
        }
    }

    /// Reads `15`, `15th` or `15.`.
    fn number(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h', '.']);
        let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let ending = ["", "st", "nd", "rd", "th", "."].contains(&&text[digits.len()..]);
        let number: i8 = (plain && ending).then(|| digits.parse().ok()).flatten()?;
        (1..=31).contains(&number).then_some(Self::Number(number))
    }

    /// This day in the month of `date`.
    pub fn in_month_of(self, date: Date) -> Date {
        let (first, last) = (date.first_of_month(), date.last_of_month());
        let after = |date: Date, days: i64| date.saturating_add(Span::new().days(days));
        let before = |date: Date, days: i64| date.saturating_sub(Span::new().days(days));
        match self {
            Self::Number(number) => after(first, i64::from(number.min(last.day())) - 1),
            Self::LastDay => last,
            Self::FirstWorkday => match Weekday::of(first) {
                Weekday::Sat => after(first, 2),
                Weekday::Sun => after(first, 1),
                Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => first,
            },
            Self::LastWorkday => match Weekday::of(last) {
                Weekday::Sat => before(last, 1),
                Weekday::Sun => before(last, 2),
                Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => last,
            },
            Self::Weekday(Ordinal::Last, weekday) => before(last, Weekday::of(last).days_after(weekday)),
            Self::Weekday(ordinal, weekday) => {
                after(first, weekday.days_after(Weekday::of(first)) + 7 * ordinal as i64)
            }
        }
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::LastDay => formatter.write_str("last day"),
            Self::FirstWorkday => formatter.write_str("first workday"),
            Self::LastWorkday => formatter.write_str("last workday"),
            Self::Weekday(ordinal, weekday) => write!(formatter, "{} {}", ordinal.word(), weekday.word()),
        }
    }
}

impl From<MonthDay> for String {
    fn from(day: MonthDay) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for MonthDay {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(text)
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for MonthDay {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, Self::parse)
    }
}

impl PartialSchema for MonthDay {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).into()
    }
}

impl ToSchema for MonthDay {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> Option<String> {
        MonthDay::parse(text.to_owned()).ok().map(|day| day.to_string())
    }

    #[test]
    fn usual_spellings_have_one_canonical_spelling() {
        for (canonical, spellings) in [
            ("15", vec!["15th", "the 15th", "on the 15th", "15.", "day 15", "15th of the month", "15th day"]),
            ("1", vec!["1st", "first day", "First day of the month", "01"]),
            ("31", vec!["31st", "31"]),
            ("last day", vec!["LAST DAY", "last-day", "last_day", "last day of the month", "the last day"]),
            (
                "last workday",
                vec!["last working day", "last weekday", "last business day", "last work day of each month"],
            ),
            ("first workday", vec!["1st workday", "first working day", "first weekday of every month"]),
            ("first mon", vec!["first monday", "1st mon", "1st Monday", "the first Monday of the month"]),
            ("second tue", vec!["2nd tue", "2 tuesday", "second tuesday"]),
            ("third wed", vec!["3rd wednesday"]),
            ("fourth thu", vec!["4th thu"]),
            ("last fri", vec!["last friday", "last_fri"]),
        ] {
            for spelling in spellings.into_iter().chain([canonical]) {
                assert_eq!(written(spelling).as_deref(), Some(canonical), "{spelling}");
            }
        }
    }

    #[test]
    fn everything_else_is_refused_with_what_to_send() {
        for refused in
            ["", "-1", "0", "32", "15x", "15ths", "last", "fifth mon", "5th mon", "second workday", "1st 15th", "é"]
        {
            let error = MonthDay::parse(refused.to_owned()).unwrap_err();
            assert!(error.message.contains("last workday"), "{refused}: {}", error.message);
        }
        for weekday in ["mon", "Monday", " sun "] {
            let error = MonthDay::parse(weekday.to_owned()).unwrap_err();
            assert!(error.message.contains("with unit week"), "{weekday}: {}", error.message);
        }
    }

    #[test]
    fn each_day_is_where_the_calendar_has_it() {
        // In 2026, 31 January is a Saturday, 28 February is a Saturday, 31 May is a Sunday, and 1 August is a Saturday.
        for (day, month, expected) in [
            ("last day", "2026-02", "28"),
            ("31", "2026-02", "28"),
            ("29", "2028-02", "29"),
            ("last workday", "2026-01", "30"),
            ("last workday", "2026-05", "29"),
            ("first workday", "2026-08", "03"),
            ("first workday", "2026-11", "02"),
            ("first mon", "2026-11", "02"),
            ("second tue", "2026-11", "10"),
            ("fourth sun", "2026-11", "22"),
            ("last mon", "2026-11", "30"),
            ("last fri", "2026-11", "27"),
        ] {
            let date = format!("{month}-13").parse().unwrap();
            let found = MonthDay::parse(day.to_owned()).unwrap().in_month_of(date);
            assert_eq!(found.to_string(), format!("{month}-{expected}"), "{day}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_read_is_read_back(text in "\\PC{0,24}|[a-z0-9 -]{0,16}") {
            if let Some(written) = written(&text) {
                prop_assert_eq!(super::tests::written(&written), Some(written));
            }
        }
    }
}

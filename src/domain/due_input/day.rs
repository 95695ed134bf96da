//! The days that people name.

use jiff::{Span, civil::Date};

use super::{
    duration::{Direction, Duration, duration, number},
    period::{self, Edge},
};
use crate::domain::{
    due::Due,
    moment::{Moment, Weekday},
};

/// A day, as a caller wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    Date(Date),
    /// A date that does not exist, such as 2026-02-30.
    Iso {
        year: i16,
        month: i8,
        day: i8,
    },
    /// `today`, `tomorrow` or `yesterday`, as the number of days after today.
    Named(i64),
    /// A number of days, weeks, months or years before or after today.
    From(Duration),
    Weekday(Weekday, Week),
    /// `the 15th`: the nearest such day in the direction in which the program looks. It may be today.
    OfMonth(i8),
    /// `24 december`: the nearest such day in the direction in which the program looks. It may be today.
    OfYear {
        month: i8,
        day: i8,
    },
    /// `the 15th of next month`: `months` is 0 for this month, and 1 for the next month. If the month has no such day,
    /// its last day is meant.
    InMonth {
        months: i8,
        day: i8,
    },
    /// `end of month`: the first or the last day of a month, a quarter or a year.
    Edge(Edge),
    /// `end of november`: the nearest such day in the direction in which the program looks. It may be today.
    EndOf(i8),
}

/// What the program knows when it resolves a text.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub moment: &'a Moment,
    pub direction: Direction,
    /// The present due date of the todo. If the text names only a day, the time of this due date stays. If the text
    /// names only a time, the day stays.
    pub present: Option<Due>,
}

/// Which day with a given weekday the caller means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Week {
    /// The nearest such day in the direction in which the program looks, but never today.
    Nearest,
    /// The day in the next week. Weeks begin on the owner's first day of the week.
    Next,
    /// The nearest such day before today.
    Last,
}

/// The reason why the program refuses a day outside the calendar.
pub const TOO_FAR: &str = "is after the end of the calendar";

/// The months, from January on.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Day {
    /// Reads the words of a day. `None` if no form of the table fits.
    pub fn parse(words: &[&str]) -> Option<Self> {
        match words {
            ["today"] => Some(Self::Named(0)),
            ["tomorrow"] => Some(Self::Named(1)),
            ["yesterday"] => Some(Self::Named(-1)),
            ["the", "day", "after", "tomorrow"] | ["day", "after", "tomorrow"] => Some(Self::Named(2)),
            ["the", "day", "before", "yesterday"] | ["day", "before", "yesterday"] => Some(Self::Named(-2)),
            _ if period::side(words).is_some() => Edge::parse(words).map(Self::Edge).or_else(|| edge_of_month(words)),
            ["eom" | "eoq" | "eoy"] => Edge::parse(words).map(Self::Edge),
            ["the", day, "of", month @ .., "month"] | [day, "of", month @ .., "month"] => {
                let months = match month {
                    ["next"] => 1,
                    [] | ["the" | "this"] => 0,
                    _ => return None,
                };
                ordinal(day).map(|day| Self::InMonth { months, day })
            }
            ["next", word] => Some(Self::Weekday(weekday(word)?, Week::Next)),
            ["last", word] if weekday(word).is_some() => Some(Self::Weekday(weekday(word)?, Week::Last)),
            ["this" | "coming", word] => Some(Self::Weekday(weekday(word)?, Week::Nearest)),
            [word] if weekday(word).is_some() => Some(Self::Weekday(weekday(word)?, Week::Nearest)),
            [word] if word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('-') => iso(word),
            _ => of_year(words)
                .or_else(|| of_month(words))
                .or_else(|| duration(words).filter(|duration| duration.is_of_days()).map(Self::From)),
        }
    }

    /// Whether the caller named a date, today, tomorrow or yesterday, and not a weekday or a number of days. Only
    /// beside these days, the caller may also name the weekday. The program checks this weekday.
    pub fn is_date(self) -> bool {
        matches!(self, Self::Named(_) | Self::Date(_) | Self::Iso { .. } | Self::OfMonth(_) | Self::OfYear { .. })
    }

    /// The date of this day. The error is the reason why there is no such date.
    pub fn on(self, Place { moment, direction, .. }: Place<'_>) -> Result<Date, String> {
        let today = moment.today();
        let far = || TOO_FAR.to_owned();
        let date = match self {
            Self::Date(date) => Some(date),
            Self::Iso { year, month, day } => return Err(no_such_day(year, month, day)),
            Self::Named(days) => today.checked_add(Span::new().days(days)).ok(),
            Self::From(duration) => today.checked_add(duration.signed(direction)).ok(),
            Self::Weekday(weekday, week) => week.day(weekday, moment, direction),
            Self::OfMonth(day) => nearest_month(today, direction, |month| month.with().day(day).build().ok()),
            Self::OfYear { month, day } => {
                let days = if month == 2 { 29 } else { jiff::civil::date(2026, month, 1).days_in_month() };
                if day > days {
                    return Err(no_such_day(today.year(), month, day));
                }
                nearest_month(today, direction, |first| {
                    (first.month() == month).then(|| first.with().day(day).build().ok()).flatten()
                })
            }
            Self::InMonth { months, day } => {
                let month = today.first_of_month().checked_add(Span::new().months(months)).ok();
                month.and_then(|month| month.with().day(day.min(month.days_in_month())).build().ok())
            }
            Self::Edge(edge) => edge.day(today),
            Self::EndOf(month) => {
                nearest_month(today, direction, |first| (first.month() == month).then(|| first.last_of_month()))
            }
        };
        // The text of a date has a year of four digits, so the program refuses a date before the year 0.
        date.filter(|date| (0..=9999).contains(&date.year())).ok_or_else(far)
    }
}

impl Week {
    fn day(self, weekday: Weekday, moment: &Moment, direction: Direction) -> Option<Date> {
        let today = moment.today();
        let ahead = weekday.days_after(Weekday::of(today));
        let days = match (self, direction) {
            (Self::Nearest, Direction::Coming) if ahead == 0 => 7,
            (Self::Nearest, Direction::Coming) => ahead,
            (Self::Nearest, Direction::Past) | (Self::Last, _) => ahead - 7,
            (Self::Next, _) => {
                7 - Weekday::of(today).days_after(moment.week_start) + weekday.days_after(moment.week_start)
            }
        };
        today.checked_add(Span::new().days(days)).ok()
    }
}

/// The nearest date that `find` makes from the first day of a month. The search begins at today, and goes forward or
/// back. Every day of the year occurs within eight years.
fn nearest_month(today: Date, direction: Direction, find: impl Fn(Date) -> Option<Date>) -> Option<Date> {
    let fits = |date: &Date| if direction == Direction::Coming { *date >= today } else { *date <= today };
    let sign = if direction == Direction::Coming { 1 } else { -1 };
    let months =
        (0..=100).map_while(|months| today.first_of_month().checked_add(Span::new().months(sign * months)).ok());
    months.filter_map(find).find(fits)
}

/// Reads a weekday: `fri`, `friday`.
pub fn weekday(word: &str) -> Option<Weekday> {
    let word = match word {
        "tues" => "tue",
        "weds" => "wed",
        "thur" | "thurs" => "thu",
        word => word,
    };
    Weekday::parse(word.to_owned()).ok()
}

/// Reads `2026-11-27`. The month and the day may have one digit.
fn iso(word: &str) -> Option<Day> {
    let mut parts = word.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year =
        (year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit())).then(|| year.parse().ok()).flatten()?;
    let (month, day) = (number(month, 1..=2)?, number(day, 1..=2)?);
    Some(Date::new(year, month, day).map_or(Day::Iso { year, month, day }, Day::Date))
}

/// Reads `the 15th`, `15th`.
fn of_month(words: &[&str]) -> Option<Day> {
    let (["the", word] | [word]) = words else { return None };
    ordinal(word).map(Day::OfMonth)
}

/// Reads `24 december`, `dec 24th`, `the 1st of december 2026`.
fn of_year(words: &[&str]) -> Option<Day> {
    let words = match words {
        ["the", rest @ ..] => rest,
        words => words,
    };
    let (day, month, year) = match words {
        [day, "of", month] => (day, month, None),
        [day, "of", month, year] => (day, month, Some(year)),
        [one, other] => (one, other, None),
        [one, other, year] => (one, other, Some(year)),
        _ => return None,
    };
    let (day, month) = match (month_number(month), month_number(day)) {
        (Some(month), _) => (day, month),
        (None, Some(number)) => (month, number),
        _ => return None,
    };
    let day = ordinal(day).or_else(|| number(day, 1..=2).filter(|day| (1..=31).contains(day)))?;
    let Some(year) = year else { return Some(Day::OfYear { month, day }) };
    let year: i16 = (year.len() == 4).then(|| year.parse().ok()).flatten()?;
    let date = jiff::civil::Date::new(year, month, day);
    Some(date.map_or(Day::Iso { year, month, day }, Day::Date))
}

/// The number of a month: `november`, `nov`, `nov.`.
pub fn month_number(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.');
    let fits = |name: &&&str| {
        **name == word || (name.len() > 3 && word.len() >= 3 && word.len() <= 4 && name.starts_with(word))
    };
    let at = MONTHS.iter().position(|name| fits(&name))?;
    i8::try_from(at + 1).ok()
}

/// Reads `end of november`, `start of march 2027`.
fn edge_of_month(words: &[&str]) -> Option<Day> {
    let (is_last, rest) = period::side(words)?;
    let (month, year) = match rest {
        [month] => (month_number(month)?, None),
        [month, year] => (month_number(month)?, Some(year)),
        _ => return None,
    };
    let Some(year) = year else {
        return Some(if is_last { Day::EndOf(month) } else { Day::OfYear { month, day: 1 } });
    };
    let first = Date::new((year.len() == 4).then(|| year.parse().ok()).flatten()?, month, 1).ok()?;
    Some(Day::Date(if is_last { first.last_of_month() } else { first }))
}

/// Reads `1st`, `2nd`, `23rd`, `15th`.
fn ordinal(word: &str) -> Option<i8> {
    let day = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end))?;
    number(day, 1..=2).filter(|day| (1..=31).contains(day))
}

/// The reason why there is no such day: the month is too short, the day is 0, or there is no such month.
pub fn no_such_day(year: i16, month: i8, day: i8) -> String {
    match (jiff::civil::Date::new(year, month, 1), day) {
        (Ok(first), 1..) => {
            let name = MONTHS[first.month() as usize - 1];
            let name = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
            format!("is no date, because {name} {year} has {} days", first.days_in_month())
        }
        (Ok(_), _) => "is no date, because days count from 01".to_owned(),
        (Err(_), _) => format!("is no date, because a year has 12 months, and {month:02} is none of them"),
    }
}

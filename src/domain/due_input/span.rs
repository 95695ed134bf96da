//! Texts that name a whole week, month or year, such as `next week`. They do not name one day, so the program refuses
//! them. The error names the first and the last day.

use jiff::{Span, civil::Date};

use super::{
    day::{Place, month_number},
    duration::Direction,
};
use crate::domain::moment::Weekday;

/// What to send instead of a text such as `next week`, `november` or `2026`.
pub fn advice(text: &str, place: Place<'_>) -> Option<String> {
    let (first, last) = days(text, place)?;
    let today = place.moment.today();
    Some(if place.direction == Direction::Coming && first < today && today <= last {
        format!("send for example \"{last}\", the last day; in a filter, the first day is \"{first}\"")
    } else {
        format!("send for example \"{first}\", the first day, or \"{last}\", the last day")
    })
}

fn days(text: &str, place: Place<'_>) -> Option<(Date, Date)> {
    let today = place.moment.today();
    let words: Vec<&str> = text.split(' ').collect();
    let words = match &words[..] {
        ["in" | "during" | "the", rest @ ..] if !rest.is_empty() => rest,
        words => words,
    };
    let (first, length) = match words {
        [year] if year.len() == 4 => {
            let year: i16 = year.parse().ok()?;
            // Only a number near the present year is a year. Another number, such as 2230, is a time.
            (-1..=10).contains(&(year - today.year())).then_some(())?;
            (Date::new(year, 1, 1).ok()?, Span::new().years(1))
        }
        [month] if month.len() == 7 && month.as_bytes()[4] == b'-' => {
            (format!("{month}-01").parse().ok()?, Span::new().months(1))
        }
        [month] => (nearest(month_number(month)?, today, place.direction)?, Span::new().months(1)),
        [which @ ("this" | "current" | "next" | "last" | "past" | "previous"), unit] => {
            let by = match *which {
                "next" => 1,
                "last" | "past" | "previous" => -1,
                _ => 0,
            };
            let (first, length) = match *unit {
                "week" => {
                    let since = Weekday::of(today).days_after(place.moment.week_start);
                    (today.checked_sub(Span::new().days(since)).ok()?, Span::new().weeks(1))
                }
                "month" => (today.first_of_month(), Span::new().months(1)),
                "year" => (today.first_of_year(), Span::new().years(1)),
                _ => return None,
            };
            (first.checked_add(length.checked_mul(by).ok()?).ok()?, length)
        }
        [month, year] if year.len() == 4 => {
            (Date::new(year.parse().ok()?, month_number(month)?, 1).ok()?, Span::new().months(1))
        }
        _ => return None,
    };
    Some((first, first.checked_add(length).ok()?.yesterday().ok()?))
}

/// The first day of the nearest month with this number: this month, or the next such month in the direction in which
/// the program looks.
fn nearest(month: i8, today: Date, direction: Direction) -> Option<Date> {
    let years = match direction {
        Direction::Coming => i16::from(month < today.month()),
        Direction::Past => -i16::from(month > today.month()),
    };
    Date::new(today.year() + years, month, 1).ok()
}

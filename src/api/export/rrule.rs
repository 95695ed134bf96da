//! A repetition as an RRULE (RFC 5545, section 3.3.10).

use jiff::{civil::Date, tz::TimeZone};

use super::repetition::sorted;
use crate::domain::{
    due::Due,
    moment::Weekday,
    repeat::{
        CountedFrom, Repeat, Unit,
        month_day::{MonthDay, Ordinal},
    },
    todo::Todo,
};

/// The RRULE that has the same dates as the repetition of this todo, if DTSTART is the due date of the todo. Weeks begin
/// on Monday, as in an RRULE without WKST. The RRULE counts each date, also a date that the program leaves out because
/// the todo was completed late.
///
/// Returns `None` if the todo does not repeat, and in three cases for which there is no RRULE. An RRULE cannot count from
/// the day of completion. The dates of an RRULE begin with DTSTART, but a todo can be due on a day that does not fit its
/// repetition. And a repetition can be over with the present date.
pub fn rrule(todo: &Todo, zone: &TimeZone) -> Option<String> {
    let (repeat, due) = (todo.repeat.as_ref()?, todo.due?);
    let number = todo.anchor_day.unwrap_or_else(|| due.date().day());
    let fits = todo.series_due.is_none()
        && repeat.first_from(due) == due
        && (repeat.on.is_some() || due.date().day() == number.min(due.date().days_in_month()));
    let is_over = repeat.until.is_some_and(|until| until < due.date());
    if !fits || is_over || repeat.from == CountedFrom::Completion {
        return None;
    }
    let frequency = match repeat.unit {
        Unit::Day => "DAILY",
        Unit::Week => "WEEKLY",
        Unit::Month => "MONTHLY",
        Unit::Year => "YEARLY",
    };
    let interval = (repeat.every > 1).then(|| format!("INTERVAL={}", repeat.every));
    let parts = [Some(format!("FREQ={frequency}")), interval, days(repeat, due.date(), number), end(repeat, due, zone)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(";"))
}

/// The parts of the RRULE that say on which days the todo repeats.
fn days(repeat: &Repeat, due: Date, number: i8) -> Option<String> {
    let days = match repeat.unit {
        Unit::Day => return None,
        Unit::Week if repeat.weekdays.is_empty() => return None,
        Unit::Week => {
            let days: Vec<_> = sorted(&repeat.weekdays).into_iter().map(code).collect();
            return Some(format!("BYDAY={}", days.join(",")));
        }
        Unit::Month | Unit::Year => match repeat.on.unwrap_or(MonthDay::Number(number)) {
            // February alone has days that other years do not have.
            MonthDay::Number(number) if number > 28 && (repeat.unit == Unit::Month || due.month() == 2) => {
                // An RRULE leaves out a month that does not have the day. So the RRULE lists the days from the 28th on,
                // and takes the last day that exists.
                let numbers: Vec<_> = (28..=number).map(|number| number.to_string()).collect();
                format!("BYMONTHDAY={};BYSETPOS=-1", numbers.join(","))
            }
            MonthDay::Number(number) => format!("BYMONTHDAY={}", number.min(due.days_in_month())),
            MonthDay::LastDay => "BYMONTHDAY=-1".to_owned(),
            MonthDay::FirstWorkday => "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1".to_owned(),
            MonthDay::LastWorkday => "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1".to_owned(),
            MonthDay::Weekday(Ordinal::Last, weekday) => format!("BYDAY=-1{}", code(weekday)),
            MonthDay::Weekday(ordinal, weekday) => format!("BYDAY={}{}", ordinal as u8 + 1, code(weekday)),
        },
    };
    Some(if repeat.unit == Unit::Year { format!("BYMONTH={};{days}", due.month()) } else { days })
}

/// The part of the RRULE that says when the repetition ends. UNTIL is a date if the due date is a date. Otherwise UNTIL
/// is the end of this day in UTC.
fn end(repeat: &Repeat, due: Due, zone: &TimeZone) -> Option<String> {
    if let Some(count) = repeat.count {
        return Some(format!("COUNT={count}"));
    }
    let until = repeat.until?;
    Some(match due {
        Due::On(_) => format!("UNTIL={}", until.strftime("%Y%m%d")),
        Due::At(_) => {
            let end = zone.to_timestamp(until.at(23, 59, 59, 0)).ok()?;
            format!("UNTIL={}", end.strftime("%Y%m%dT%H%M%SZ"))
        }
    })
}

fn code(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    }
}

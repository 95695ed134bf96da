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

/// The RRULE that has the same dates as the repetition of this todo, if DTSTART is the due date of the todo. Weeks
/// begin on Monday, as in an RRULE without WKST. The RRULE counts every date. The program leaves out dates if the todo
/// is completed late, but the RRULE also counts these dates.
///
/// Returns `None` if the todo does not repeat, and in four cases for which there is no RRULE. An RRULE cannot count
/// from the day of completion. The dates of an RRULE begin with DTSTART, but a todo can be due on a day that does not
/// fit its repetition. A repetition can have an end before the due date. And an RRULE for the 29th or 30th leaves out
/// February, but our repetition takes the last day of February. `BYMONTHDAY=28,29,30;BYSETPOS=-1` would be right, but
/// ical.js 2.2, the engine of Thunderbird and Nextcloud, ignores BYSETPOS in this rule and finds three dates a month.
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
    let days = match repeat.unit {
        Unit::Day => None,
        Unit::Week => week_days(repeat),
        Unit::Month | Unit::Year => Some(month_day(repeat, due.date(), number)?),
    };
    let parts = [Some(format!("FREQ={frequency}")), interval, days, end(repeat, due, zone)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(";"))
}

/// Whether every usual calendar program finds the right dates for this RRULE. Not every calendar counts days from the
/// end of the month (`BYMONTHDAY=-1`), or selects one of several days (`BYSETPOS`).
pub fn is_common(rule: &str) -> bool {
    !rule.contains("BYMONTHDAY=-") && !rule.contains("BYSETPOS")
}

/// The part of the RRULE that says on which day the weeks of the person begin. Empty if the day makes no difference, or
/// if weeks begin on Monday.
pub fn week_start(repeat: &Repeat, week_start: Weekday) -> String {
    let matters = repeat.every > 1 && !repeat.weekdays.is_empty() && week_start != Weekday::Mon;
    if matters { format!(";WKST={}", code(week_start)) } else { String::new() }
}

fn week_days(repeat: &Repeat) -> Option<String> {
    let days: Vec<_> = sorted(&repeat.weekdays).into_iter().map(code).collect();
    (!days.is_empty()).then(|| format!("BYDAY={}", days.join(",")))
}

/// The parts of the RRULE that say on which day of the month the todo repeats, or `None` if an RRULE cannot say it.
fn month_day(repeat: &Repeat, due: Date, number: i8) -> Option<String> {
    let day = match repeat.on.unwrap_or(MonthDay::Number(number)) {
        MonthDay::LastDay | MonthDay::Number(31) => "BYMONTHDAY=-1".to_owned(),
        MonthDay::Number(number) if number <= 28 || !has_february(repeat, due) => format!("BYMONTHDAY={number}"),
        // A yearly repetition in February. For such a repetition, the 29th and the 30th mean the last day of February.
        MonthDay::Number(_) if repeat.unit == Unit::Year => "BYMONTHDAY=-1".to_owned(),
        MonthDay::Number(_) => return None,
        MonthDay::FirstWorkday => "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1".to_owned(),
        MonthDay::LastWorkday => "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1".to_owned(),
        MonthDay::Weekday(Ordinal::Last, weekday) => format!("BYDAY=-1{}", code(weekday)),
        MonthDay::Weekday(ordinal, weekday) => format!("BYDAY={}{}", ordinal as u8 + 1, code(weekday)),
    };
    Some(if repeat.unit == Unit::Year { format!("BYMONTH={};{day}", due.month()) } else { day })
}

/// Whether the todo repeats in February.
fn has_february(repeat: &Repeat, due: Date) -> bool {
    let months = if repeat.unit == Unit::Year { 12 } else { repeat.every % 12 };
    (0..12).any(|round| (u16::from(due.month().unsigned_abs()) + round * months) % 12 == 2)
}

/// The part of the RRULE that says when the repetition ends. If the due date has no time, UNTIL is a date. Otherwise
/// UNTIL is the end of the last day, as a time in UTC.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::export::samples::todo;
    use serde_json::json;

    #[test]
    fn a_repetition_has_the_rrule_with_the_same_dates() {
        for (due, repeat, expected) in [
            ("2026-11-27", json!({"unit": "day", "every": 3}), Some("FREQ=DAILY;INTERVAL=3")),
            ("2026-11-27", json!({"unit": "week", "count": 5}), Some("FREQ=WEEKLY;COUNT=5")),
            ("2026-11-27", json!({"weekdays": ["fri", "mon"]}), Some("FREQ=WEEKLY;BYDAY=MO,FR")),
            (
                "2026-11-27",
                json!({"unit": "month", "until": "2027-01-01"}),
                Some("FREQ=MONTHLY;BYMONTHDAY=27;UNTIL=20270101"),
            ),
            ("2026-10-31", json!({"unit": "month"}), Some("FREQ=MONTHLY;BYMONTHDAY=-1")),
            ("2026-11-30", json!({"unit": "month"}), None),
            ("2026-10-30", json!({"unit": "month", "every": 3}), Some("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=30")),
            (
                "2026-11-30",
                json!({"unit": "month", "on": "last workday"}),
                Some("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
            ),
            ("2026-12-08", json!({"unit": "month", "on": "second tue"}), Some("FREQ=MONTHLY;BYDAY=2TU")),
            ("2026-11-30", json!({"unit": "year"}), Some("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=30")),
            ("2028-02-29", json!({"unit": "year"}), Some("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1")),
            ("2026-11-27", json!({"unit": "year", "on": "last fri"}), Some("FREQ=YEARLY;BYMONTH=11;BYDAY=-1FR")),
            ("2026-11-27", json!({"unit": "day", "from": "completion"}), None),
        ] {
            let todo = todo(json!({"title": "Pay", "due": due, "repeat": repeat}));
            assert_eq!(rrule(&todo, &TimeZone::UTC).as_deref(), expected, "{due} {repeat}");
        }
    }

    #[test]
    fn the_end_of_a_time_is_the_end_of_the_day_in_utc() {
        let new = json!({"title": "Pay", "due": "2026-11-27T23:30", "repeat": {"unit": "day", "until": "2026-12-01"}});
        let zone = TimeZone::get("America/New_York").unwrap();
        assert_eq!(rrule(&todo(new), &zone).as_deref(), Some("FREQ=DAILY;UNTIL=20261202T045959Z"));
    }
}

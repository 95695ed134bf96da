//! A repetition in plain English words, such as `every 2 weeks on Monday, Friday until January 1, 2027`. These are the
//! words of the JavaScript library rrule, so Obsidian Tasks can read most of them. Obsidian Tasks cannot read two
//! things: the first or last workday, and the month of a repetition each year.

use jiff::civil::Date;

use crate::domain::{
    moment::Weekday,
    repeat::{
        CountedFrom, Repeat, Unit,
        month_day::{MonthDay, Ordinal},
    },
    todo::Todo,
};

/// How the todo repeats, in words. Returns `None` if the todo does not repeat. If a monthly repetition has no `on`, the
/// words name the day of the month only if some months do not have this day.
pub fn in_words(todo: &Todo) -> Option<String> {
    let repeat = todo.repeat.as_ref()?;
    let due = todo.due.map(|due| due.date());
    let mut words = match repeat.every {
        1 => format!("every {}", repeat.unit.word()),
        every => format!("every {every} {}s", repeat.unit.word()),
    };
    if !repeat.weekdays.is_empty() {
        let days: Vec<_> = sorted(&repeat.weekdays).into_iter().map(name).collect();
        words += &format!(" on {}", days.join(", "));
    }
    if let Some(day) = day_of_month(repeat, due, todo.anchor_day) {
        words += &format!(" on the {}", day_in_words(day));
        if let Some(due) = due.filter(|_| repeat.unit == Unit::Year) {
            words += &format!(" of {}", due.strftime("%B"));
        }
    }
    if let Some(until) = repeat.until {
        words += &format!(" until {}", until.strftime("%B %-d, %Y"));
    }
    if let Some(count) = repeat.count {
        words += &format!(" for {count} {}", if count == 1 { "time" } else { "times" });
    }
    if repeat.from == CountedFrom::Completion {
        words += " when done";
    }
    Some(words)
}

/// The weekdays from Monday to Sunday.
pub fn sorted(weekdays: &[Weekday]) -> Vec<Weekday> {
    let mut weekdays = weekdays.to_vec();
    weekdays.sort_by_key(|weekday| *weekday as u8);
    weekdays
}

/// The day of the month that the words must name. `None` if the due date is enough.
fn day_of_month(repeat: &Repeat, due: Option<Date>, anchor_day: Option<i8>) -> Option<MonthDay> {
    // 29 February is the only date that some years do not have.
    let rare = |day: &i8| match repeat.unit {
        Unit::Month => *day > 28,
        Unit::Year => *day > 28 && due.is_some_and(|due| due.month() == 2),
        Unit::Day | Unit::Week => false,
    };
    let number = anchor_day.or(due.map(Date::day)).filter(|_| repeat.from == CountedFrom::Due).filter(rare);
    repeat.on.or(number.map(MonthDay::Number))
}

fn day_in_words(day: MonthDay) -> String {
    match day {
        MonthDay::Number(number) => {
            let ending = match number {
                1 | 21 | 31 => "st",
                2 | 22 => "nd",
                3 | 23 => "rd",
                _ => "th",
            };
            format!("{number}{ending}")
        }
        MonthDay::LastDay => "last day".to_owned(),
        MonthDay::FirstWorkday => "first workday".to_owned(),
        MonthDay::LastWorkday => "last workday".to_owned(),
        MonthDay::Weekday(ordinal, weekday) => {
            let ordinal = match ordinal {
                Ordinal::First => "1st",
                Ordinal::Second => "2nd",
                Ordinal::Third => "3rd",
                Ordinal::Fourth => "4th",
                Ordinal::Last => "last",
            };
            format!("{ordinal} {}", name(weekday))
        }
    }
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::export::samples::todo;
    use serde_json::json;

    #[test]
    fn a_repetition_is_said_in_plain_words() {
        for (repeat, due, expected) in [
            (json!({"unit": "day"}), "2026-11-27", "every day"),
            (json!({"unit": "month"}), "2026-11-27", "every month"),
            (json!({"unit": "month"}), "2026-10-31", "every month on the 31st"),
            (json!({"unit": "year"}), "2026-10-31", "every year"),
            (json!({"unit": "year"}), "2028-02-29", "every year on the 29th of February"),
            (
                json!({"every": 2, "weekdays": ["fri", "mon"], "until": "2027-01-01"}),
                "2026-11-27T09:30",
                "every 2 weeks on Monday, Friday until January 1, 2027",
            ),
            (
                json!({"unit": "month", "on": "last workday", "count": 3}),
                "2026-11-30",
                "every month on the last workday for 3 times",
            ),
            (json!({"unit": "year", "on": "4th thu"}), "2026-11-26", "every year on the 4th Thursday of November"),
            (json!({"every": 3, "unit": "day", "from": "completion"}), "2026-11-27", "every 3 days when done"),
            (json!({"unit": "month", "from": "completion"}), "2026-10-31", "every month when done"),
        ] {
            let todo = todo(json!({"title": "Pay", "due": due, "repeat": repeat}));
            assert_eq!(in_words(&todo).as_deref(), Some(expected));
        }
        assert_eq!(in_words(&todo(json!({"title": "Pay"}))), None);
    }
}

//! Reads a repetition that is written as an RRULE (RFC 5545, section 3.3.10). `export/rrule.rs` writes them.

mod until;

use std::collections::HashMap;

use self::until::last_day;
use super::source::Context;
use crate::domain::{
    due::Due,
    moment::Weekday,
    repeat::{
        CountedFrom, Repeat, Unit,
        month_day::{MonthDay, Ordinal},
    },
};

/// A rule has at most this number of bytes. Rules of people are shorter.
const LONGEST: usize = 500;
const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

/// The repetition that an RRULE describes. `rule` is the value of the property, with or without `RRULE:` before it.
/// `due` is the due date of the todo, at which the dates of the rule begin (DTSTART), in the local time of the person.
///
/// An end in UTC becomes a day of the person's time zone. Weeks of the rule begin on Monday, or on the day of WKST. The
/// person's weeks may begin on another day. The function refuses only rules for which this changes the dates. One thing
/// differs: in a month without a 29th, 30th or 31st, an RRULE for this day leaves the month out, and our repetition has
/// the last day of the month. People who write such rules usually want a date in each month.
///
/// Returns `None` if this service has no such repetition, and also for parts that are not in the RFC (`TT_SKIP`). `None`
/// also means that the rule has ended before `due`, or that the text is no RRULE.
pub fn repeat(rule: &str, due: Option<Due>, context: &Context) -> Option<Repeat> {
    let mut parts = Parts::read(rule)?;
    let every = parts.number("INTERVAL", Repeat::MAX_EVERY)?.unwrap_or(1);
    let count = parts.number("COUNT", Repeat::MAX_COUNT)?;
    let until = match parts.take("UNTIL") {
        Some(text) => Some(last_day(&text, due, &context.zone)?),
        None => None,
    };
    let week_start = match parts.take("WKST") {
        Some(text) => weekday(&text)?,
        None => Weekday::Mon,
    };
    let days = parts.take("BYDAY").map_or(Some(Vec::new()), |text| text.split(',').map(day).collect())?;
    let rhythm = match &*parts.take("FREQ")? {
        "DAILY" if days.is_empty() => Rhythm::plain(Unit::Day, every),
        // Each day, but only on these weekdays: this is the same as a weekly rule.
        "DAILY" if every == 1 => Rhythm::weekly(1, days)?,
        "WEEKLY" => Rhythm::weekly(every, days)?,
        "MONTHLY" => Rhythm::monthly(every, &days, due, &mut parts)?,
        "YEARLY" => Rhythm::yearly(every, &days, due, &mut parts)?,
        _ => return None,
    };
    let ends_once = until.is_none() || count.is_none();
    let has_passed = until.is_some_and(|until| due.is_some_and(|due| until < due.date()));
    let is_said = parts.0.is_empty() && ends_once && !has_passed && rhythm.fits_weeks(week_start, due, context);
    let Rhythm { unit, every, weekdays, on } = rhythm;
    is_said.then_some(Repeat { every, unit, weekdays, on, from: CountedFrom::Due, until, count })
}

/// The parts of a rule that are not read yet, in upper case.
struct Parts(HashMap<String, String>);

impl Parts {
    fn read(rule: &str) -> Option<Self> {
        let rule = rule.trim();
        let is_short = rule.len() <= LONGEST;
        let rule = is_short.then(|| rule.to_ascii_uppercase())?;
        let mut parts = HashMap::new();
        for part in rule.strip_prefix("RRULE:").unwrap_or(&rule).split(';').map(str::trim).filter(|it| !it.is_empty()) {
            let (name, value) = part.split_once('=')?;
            let is_first = parts.insert(name.trim().to_owned(), value.trim().to_owned()).is_none();
            is_first.then_some(())?;
        }
        Some(Self(parts))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// The number in this part of the rule, or `Some(None)` if the rule does not have this part. `None` if the part is
    /// not a number from 1 to `most`.
    fn number(&mut self, name: &str, most: u16) -> Option<Option<u16>> {
        let Some(text) = self.take(name) else { return Some(None) };
        let number: u16 = text.parse().ok()?;
        (1..=most).contains(&number).then_some(Some(number))
    }
}

/// How often, and on which days, a rule has a date.
struct Rhythm {
    unit: Unit,
    every: u16,
    weekdays: Vec<Weekday>,
    on: Option<MonthDay>,
}

/// A weekday of BYDAY, and the number before it (`-1FR`).
type Day = (Option<i8>, Weekday);

impl Rhythm {
    fn plain(unit: Unit, every: u16) -> Self {
        Self { unit, every, weekdays: Vec::new(), on: None }
    }

    fn weekly(every: u16, days: Vec<Day>) -> Option<Self> {
        let weekdays: Option<Vec<Weekday>> =
            days.into_iter().map(|(number, weekday)| number.is_none().then_some(weekday)).collect();
        Some(Self { weekdays: in_order(weekdays?), ..Self::plain(Unit::Week, every) })
    }

    /// A monthly rule with one month in BYMONTH is a yearly rule.
    fn monthly(every: u16, days: &[Day], due: Option<Due>, parts: &mut Parts) -> Option<Self> {
        let on = month_day(days, parts)?;
        if parts.0.contains_key("BYMONTH") {
            let is_yearly = every == 1 && is_month_of(due, parts);
            return is_yearly.then_some(Self { on, ..Self::plain(Unit::Year, 1) });
        }
        Some(Self { on, ..Self::plain(Unit::Month, every) })
    }

    /// Without BYMONTH, the days of BYDAY and BYMONTHDAY are days of the whole year, or of each month. The function
    /// refuses such rules.
    fn yearly(every: u16, days: &[Day], due: Option<Due>, parts: &mut Parts) -> Option<Self> {
        let on = month_day(days, parts)?;
        let has_month = parts.0.contains_key("BYMONTH");
        let is_said = if has_month { is_month_of(due, parts) } else { on.is_none() };
        is_said.then_some(Self { on, ..Self::plain(Unit::Year, every) })
    }

    /// Whether the rule has the same dates in its own weeks and in the person's weeks. The beginning of the week
    /// matters only for every second week, third week and so on. Then the dates are the same if the first day of the
    /// rule in a week is the same.
    fn fits_weeks(&self, week_start: Weekday, due: Option<Due>, context: &Context) -> bool {
        let days = self.weekdays.iter().copied().chain(due.map(|due| Weekday::of(due.date())));
        let first = |start: Weekday| days.clone().min_by_key(|day| day.days_after(start));
        self.unit != Unit::Week || self.every == 1 || first(week_start) == first(context.week_start)
    }
}

fn in_order(mut weekdays: Vec<Weekday>) -> Vec<Weekday> {
    weekdays.sort_by_key(|day| day.days_after(Weekday::Mon));
    weekdays.dedup();
    weekdays
}

/// Whether BYMONTH is the month of the due date.
fn is_month_of(due: Option<Due>, parts: &mut Parts) -> bool {
    let month = parts.take("BYMONTH").and_then(|text| text.parse::<i8>().ok());
    month.is_some() && month == due.map(|due| due.date().month())
}

/// The day of the month in the rule. `Some(None)` means the day of the due date. `None` means that this service has no
/// such day.
fn month_day(days: &[Day], parts: &mut Parts) -> Option<Option<MonthDay>> {
    let (number, position) = (parts.take("BYMONTHDAY"), parts.take("BYSETPOS"));
    let position: Option<i8> = position.map(|text| text.parse().ok()).map_or(Some(None), |read| read.map(Some))?;
    match (days, number, position) {
        ([], None, None) => Some(None),
        // BYSETPOS=1 with one day means this day.
        ([], Some(number), None | Some(1)) => match number.parse().ok()? {
            -1 => Some(Some(MonthDay::LastDay)),
            number @ 1..=31 => Some(Some(MonthDay::Number(number))),
            _ => None,
        },
        (&[(Some(number), weekday)], None, None) | (&[(None, weekday)], None, Some(number)) => {
            Some(Some(MonthDay::Weekday(ordinal(number)?, weekday)))
        }
        (days, None, Some(position)) => {
            let plain: Option<Vec<_>> = days.iter().map(|(no, day)| no.is_none().then_some(*day)).collect();
            let plain = in_order(plain?);
            match position {
                1 if plain == WORKDAYS => Some(Some(MonthDay::FirstWorkday)),
                -1 if plain == WORKDAYS => Some(Some(MonthDay::LastWorkday)),
                // All seven weekdays together mean any day of the month.
                1 if plain.len() == 7 => Some(Some(MonthDay::Number(1))),
                -1 if plain.len() == 7 => Some(Some(MonthDay::LastDay)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn ordinal(number: i8) -> Option<Ordinal> {
    Some(match number {
        1 => Ordinal::First,
        2 => Ordinal::Second,
        3 => Ordinal::Third,
        4 => Ordinal::Fourth,
        -1 => Ordinal::Last,
        _ => return None,
    })
}

/// Reads `FR`, `1FR`, `+1FR` or `-1FR`.
fn day(text: &str) -> Option<Day> {
    let text = text.trim();
    let (number, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let number = if number.is_empty() { None } else { Some(number.parse().ok()?) };
    Some((number, weekday(name)?))
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::export::{rrule::rrule, samples::todo};
    use jiff::tz::TimeZone;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn context(zone: &str, week_start: Weekday) -> Context {
        let now = "2026-11-20T09:00:00Z".parse().unwrap();
        Context { now, zone: TimeZone::get(zone).unwrap(), week_start }
    }

    fn read(rule: &str, due: &str) -> Option<Value> {
        let read = repeat(rule, Due::parse(due), &context("Europe/Berlin", Weekday::Mon))?;
        let mut read = serde_json::to_value(read).unwrap();
        // Leaves out the usual values: `from`, and `every` if it is 1.
        let members = read.as_object_mut().unwrap();
        members.remove("from");
        members.retain(|name, value| name != "every" || value != 1);
        Some(read)
    }

    #[test]
    fn a_rule_becomes_the_repetition_with_the_same_dates() {
        for (rule, due, expected) in [
            ("FREQ=DAILY", "2026-11-27", json!({"unit": "day"})),
            ("RRULE:FREQ=DAILY;INTERVAL=3;COUNT=5", "2026-11-27", json!({"unit": "day", "every": 3, "count": 5})),
            ("freq=weekly;byday=fr, mo;", "2026-11-27", json!({"unit": "week", "weekdays": ["mon", "fri"]})),
            ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "2026-11-27", json!({"unit": "week", "every": 2})),
            (
                "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
                "2026-11-27",
                json!({"unit": "week", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}),
            ),
            ("FREQ=MONTHLY", "2026-11-27", json!({"unit": "month"})),
            ("FREQ=MONTHLY;BYMONTHDAY=15;BYSETPOS=1", "2026-11-27", json!({"unit": "month", "on": "15"})),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30", json!({"unit": "month", "on": "last day"})),
            ("FREQ=MONTHLY;BYDAY=1MO", "2026-12-07", json!({"unit": "month", "on": "first mon"})),
            ("FREQ=MONTHLY;BYDAY=+2TU", "2026-12-08", json!({"unit": "month", "on": "second tue"})),
            ("FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=2", "", json!({"unit": "month", "every": 2, "on": "last fri"})),
            ("FREQ=MONTHLY;BYDAY=WE;BYSETPOS=3", "", json!({"unit": "month", "on": "third wed"})),
            ("FREQ=MONTHLY;BYDAY=FR,TH,WE,TU,MO;BYSETPOS=-1", "", json!({"unit": "month", "on": "last workday"})),
            ("FREQ=MONTHLY;BYSETPOS=1;BYDAY=MO,TU,WE,TH,FR", "", json!({"unit": "month", "on": "first workday"})),
            ("FREQ=YEARLY", "2026-11-27", json!({"unit": "year"})),
            ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-11-26", json!({"unit": "year", "on": "fourth thu"})),
            ("FREQ=MONTHLY;BYMONTH=11;BYMONTHDAY=5", "2026-11-05", json!({"unit": "year", "on": "5"})),
        ] {
            assert_eq!(read(rule, due), Some(expected), "{rule}");
        }
    }

    #[test]
    fn a_rule_that_we_cannot_say_is_refused() {
        const RULES: &str = "
            FREQ= FREQ=HOURLY INTERVAL=2 FREQ=DAILY;FREQ=WEEKLY FREQ=DAILY;INTERVAL=0 FREQ=DAILY;INTERVAL=366
            FREQ=DAILY;INTERVAL=99999999999 FREQ=DAILY;COUNT=0 FREQ=DAILY;COUNT=3;UNTIL=20271231
            FREQ=DAILY;UNTIL=20261126 FREQ=DAILY;UNTIL=2026-12-01 FREQ=DAILY;INTERVAL=2;BYDAY=MO,TU
            FREQ=DAILY;BYMONTH=1 FREQ=DAILY;TT_SKIP=HOLIDAY FREQ=WEEKLY;BYDAY=1MO FREQ=WEEKLY;BYDAY=XX
            FREQ=WEEKLY;BYDAY=é FREQ=WEEKLY;BYDAY= FREQ=MONTHLY;BYDAY=MO FREQ=MONTHLY;BYDAY=5MO
            FREQ=MONTHLY;BYDAY=-2FR FREQ=MONTHLY;BYDAY=1MO,3MO FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13
            FREQ=MONTHLY;BYMONTHDAY=1,15 FREQ=MONTHLY;BYMONTHDAY=-2 FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2
            FREQ=MONTHLY;BYMONTH=3 FREQ=YEARLY;BYMONTH=3 FREQ=YEARLY;BYMONTH=11,12 FREQ=YEARLY;BYMONTHDAY=15
            FREQ=YEARLY;BYDAY=1MO FREQ=YEARLY;BYWEEKNO=20";
        for rule in RULES.split_whitespace().chain(["", "every day"]) {
            assert_eq!(read(rule, "2026-11-27"), None, "{rule}");
        }
        assert_eq!(read("FREQ=YEARLY;BYMONTH=11", ""), None);
    }

    #[test]
    fn every_second_week_is_refused_where_the_persons_weeks_would_give_other_dates() {
        let is_read = |rule: &str, week_start| repeat(rule, Due::parse("2026-11-27"), &context("UTC", week_start));
        let (both, days) = ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;WKST=SU");
        assert!(is_read(both, Weekday::Mon).is_some());
        assert!(is_read(both, Weekday::Sun).is_none());
        assert!(is_read(&format!("{both};WKST=SU"), Weekday::Sun).is_some());
        assert!(is_read(&format!("{both};WKST=SU"), Weekday::Mon).is_none());
        assert!(is_read(days, Weekday::Mon).is_some());
        assert!(is_read("FREQ=WEEKLY;BYDAY=SU,FR", Weekday::Sun).is_some());
    }

    proptest! {
        #[test]
        fn a_rule_that_we_have_written_is_read_back(
            unit in prop::sample::select(vec!["day", "week", "month", "year"]),
            every in 1u16..=365,
            on in prop::sample::select(vec!["", "last day", "last workday", "first workday", "second tue", "last fri", "15"]),
            end in prop::sample::select(vec![json!({}), json!({"count": 7}), json!({"until": "2030-01-01"})]),
            (time, day) in (prop::sample::select(vec!["", "T09:00", "T23:59"]), 1u8..=28),
        ) {
            let mut sent = json!({"unit": unit, "every": every});
            for (name, value) in end.as_object().unwrap() {
                sent[name] = value.clone();
            }
            if ["month", "year"].contains(&unit) && !on.is_empty() {
                sent["on"] = on.into();
            }
            let wanted = todo(json!({"title": "Pay", "due": format!("2026-11-{day:02}{time}"), "repeat": sent}));
            let context = context("Europe/Berlin", Weekday::Mon);
            let written = rrule(&wanted, &context.zone);
            if let Some(written) = written {
                let read = repeat(&written, wanted.due, &context);
                let wanted = wanted.repeat.unwrap();
                // If the todo names no day of the month, the written rule names the day of the due date.
                let named = ["month", "year"].contains(&unit).then_some(MonthDay::Number(day.cast_signed()));
                let wanted = Repeat { on: wanted.on.or(named), ..wanted };
                prop_assert_eq!(read, Some(wanted), "{}", written);
            }
        }

        #[test]
        fn no_text_makes_it_panic(
            rule in "\\PC{0,40}|((FREQ|INTERVAL|BYDAY|BYMONTHDAY|BYSETPOS|UNTIL|COUNT|WKST|BYMONTH)=[-+A-Z0-9,]{0,9};){0,6}",
            due in prop::sample::select(vec!["", "0000-01-01", "9999-12-31T23:59", "2026-11-27"]),
        ) {
            repeat(&rule, Due::parse(due), &context("Pacific/Kiritimati", Weekday::Sat));
        }
    }
}

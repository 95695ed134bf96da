//! Tests of the dates of repetitions.

use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use proptest::prelude::*;
use serde_json::json;
use todo_action::domain::{
    due::Due,
    moment::{Moment, Weekday},
    repeat::{CountedFrom, Over, Repeat, SeriesDate, Unit, month_day::Ordinal},
};

/// Time zones of the northern and of the southern hemisphere. In four of these time zones, daylight saving time
/// changes the clock by an hour. On Lord Howe Island, daylight saving time changes the clock by half an hour. Three
/// of these time zones have no daylight saving time.
pub const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
    "UTC",
];

pub fn repeat(value: serde_json::Value) -> Repeat {
    deserr::deserialize::<_, _, deserr::errors::JsonError>(value).unwrap()
}

fn at(local: &str, zone: &str) -> Moment {
    let zone = TimeZone::get(zone).unwrap();
    let now = zone.to_timestamp(local.parse().unwrap()).unwrap();
    Moment { now, zone, week_start: Weekday::Mon }
}

fn due(text: &str) -> Due {
    Due::parse(text).unwrap()
}

fn days_from(first: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok())
}

/// The date after `due`, if somebody completes the todo at this moment.
fn next(repeat: &Repeat, due: Due, moment: &Moment) -> Option<Due> {
    let over = Over { due: due.date(), on: moment.today() };
    repeat.next(SeriesDate { due, anchor_day: None }, over, moment).map(|next| next.due)
}

/// Completes a repeating todo on each due date, at most `count` times. Returns the new due dates.
fn series(repeat: &Repeat, first: &str, count: usize) -> Vec<String> {
    let (mut repeat, mut date) = (repeat.clone(), SeriesDate { due: due(first), anchor_day: None });
    let mut dates = Vec::new();
    for _ in 0..count {
        let day = date.due.date();
        let completed = at(&format!("{day}T00:00"), "Europe/Berlin");
        match repeat.next(date, Over { due: day, on: day }, &completed) {
            Some(following) => (date, repeat) = (following, repeat.following()),
            None => break,
        }
        dates.push(date.due.to_string());
    }
    dates
}

#[test]
fn months_return_to_their_day_and_years_to_the_29th_of_february() {
    let monthly = repeat(json!({"unit": "month"}));
    assert_eq!(series(&monthly, "2027-01-31", 4), ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]);
    assert_eq!(series(&monthly, "2028-01-30", 2), ["2028-02-29", "2028-03-30"]);
    assert_eq!(series(&monthly, "2027-01-29T07:05", 2), ["2027-02-28T07:05", "2027-03-29T07:05"]);
    let yearly = repeat(json!({"unit": "year"}));
    assert_eq!(series(&yearly, "2028-02-29", 4), ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]);
    let quarterly = repeat(json!({"unit": "month", "every": 3}));
    assert_eq!(series(&quarterly, "2026-11-30", 3), ["2027-02-28", "2027-05-30", "2027-08-30"]);
}

#[test]
fn every_weekday_leaves_out_the_weekend() {
    let weekdays = repeat(json!({"weekdays": ["mon", "tue", "wed", "thu", "fri"]}));
    assert_eq!(series(&weekdays, "2026-11-26", 3), ["2026-11-27", "2026-11-30", "2026-12-01"]);
}

#[test]
fn a_day_of_the_month_may_differ_from_the_due_date() {
    // 20 November 2026 is a Friday.
    for (on, expected) in [
        ("last day", ["2026-11-30", "2026-12-31", "2027-01-31"]),
        ("last workday", ["2026-11-30", "2026-12-31", "2027-01-29"]),
        ("first workday", ["2026-12-01", "2027-01-01", "2027-02-01"]),
        ("first mon", ["2026-12-07", "2027-01-04", "2027-02-01"]),
        ("second tue", ["2026-12-08", "2027-01-12", "2027-02-09"]),
        ("last fri", ["2026-11-27", "2026-12-25", "2027-01-29"]),
        ("15", ["2026-12-15", "2027-01-15", "2027-02-15"]),
        ("31", ["2026-11-30", "2026-12-31", "2027-01-31"]),
    ] {
        let monthly = repeat(json!({"unit": "month", "on": on}));
        assert_eq!(series(&monthly, "2026-11-20", 3), expected, "{on}");
    }
    let quarterly = repeat(json!({"every": 3, "unit": "month", "on": "last workday"}));
    assert_eq!(series(&quarterly, "2026-11-30T17:00", 2), ["2027-02-26T17:00", "2027-05-31T17:00"]);
    let yearly = repeat(json!({"unit": "year", "on": "fourth thu"}));
    assert_eq!(series(&yearly, "2026-11-26", 2), ["2027-11-25", "2028-11-23"]);
    let february = repeat(json!({"unit": "year", "on": "last day"}));
    assert_eq!(series(&february, "2027-02-28", 2), ["2028-02-29", "2029-02-28"]);
}

#[test]
fn a_todo_without_a_due_date_begins_on_the_next_day_that_fits() {
    let now = at("2026-11-22T10:00", "Asia/Kathmandu");
    for (on, first) in
        [("last workday", "2026-11-30"), ("22", "2026-11-22"), ("21", "2026-12-21"), ("first mon", "2026-12-07")]
    {
        for unit in ["month", "year"] {
            assert_eq!(repeat(json!({"unit": unit, "on": on})).first(&now).to_string(), first, "{on}");
        }
    }
}

#[test]
fn it_ends_when_it_was_due_as_often_as_asked() {
    let three = repeat(json!({"unit": "week", "count": 3}));
    assert_eq!(series(&three, "2026-11-23", 9), ["2026-11-30", "2026-12-07"]);
    assert!(series(&repeat(json!({"unit": "week", "count": 1})), "2026-11-23", 9).is_empty());
}

#[test]
fn it_ends_with_until_and_with_the_calendar() {
    let until = repeat(json!({"unit": "week", "until": "2026-12-07"}));
    assert_eq!(series(&until, "2026-11-23", 9), ["2026-11-30", "2026-12-07"]);
    assert!(series(&repeat(json!({"unit": "year"})), "9999-12-30", 1).is_empty());
    assert!(series(&repeat(json!({"weekdays": ["thu"]})), "9999-12-30", 1).is_empty());
}

#[test]
fn a_todo_from_long_ago_is_due_next_and_not_in_the_past() {
    let now = at("2026-11-22T10:00", "Asia/Kathmandu");
    for (unit, first, expected) in [
        ("day", "1950-01-01", "2026-11-22"),
        ("day", "1950-01-01T09:00", "2026-11-23T09:00"),
        ("week", "2026-11-01T10:00", "2026-11-22T10:00"),
        ("month", "0001-01-31", "2026-11-30"),
        ("year", "1904-02-29", "2027-02-28"),
    ] {
        let next_due = next(&repeat(json!({ "unit": unit })), due(first), &now).unwrap();
        assert_eq!(next_due.to_string(), expected, "{unit} {first}");
    }
}

fn any_repeat() -> impl Strategy<Value = Repeat> {
    let unit = prop_oneof![Just("day"), Just("week"), Just("month"), Just("year")];
    let from = prop_oneof![Just("due"), Just("completion")];
    let plain = (1u16..=365, unit, from.clone())
        .prop_map(|(every, unit, from)| repeat(json!({"every": every, "unit": unit, "from": from})));
    let days = prop::sample::subsequence(Weekday::WORDS, 1..=7);
    let weekly = (1u16..=8, days, from.clone())
        .prop_map(|(every, days, from)| repeat(json!({"every": every, "weekdays": days, "from": from})));
    let unit = prop::sample::select(&["month", "year"][..]);
    let on = (1u16..=24, unit, day_of_month(), from)
        .prop_map(|(every, unit, on, from)| repeat(json!({"every": every, "unit": unit, "on": on, "from": from})));
    prop_oneof![plain, weekly, on]
}

pub fn day_of_month() -> impl Strategy<Value = String> {
    let ordinal = prop::sample::select(Ordinal::WORDS);
    let weekday = (ordinal, prop::sample::select(Weekday::WORDS)).prop_map(|(which, day)| format!("{which} {day}"));
    let other = prop::sample::select(&["last day", "first workday", "last workday"][..]).prop_map(str::to_owned);
    prop_oneof![(1i8..=31).prop_map(|number| number.to_string()), other, weekday]
}

fn minute() -> impl Strategy<Value = DateTime> {
    // If the random day does not exist in the random month, the date is the last day of this month.
    (2020i16..2032, 1i8..=12, 1i8..=31, 0i8..24, 0i8..60).prop_map(|(year, month, day, hour, minute)| {
        let month = jiff::civil::date(year, month, 1);
        month.with().day(day.min(month.days_in_month())).build().unwrap().at(hour, minute, 0, 0)
    })
}

proptest! {
    #[test]
    fn the_time_of_day_stays_and_the_next_date_is_later_and_not_past(
        repeat in any_repeat(), first in minute(), completed in minute(), zone in prop::sample::select(&ZONES[..]),
        dated in any::<bool>(),
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let now = zone.to_timestamp(completed).unwrap();
        let moment = Moment { now, zone, week_start: Weekday::Sun };
        let due = if dated { Due::On(first.date()) } else { Due::At(first) };
        let next = next(&repeat, due, &moment).unwrap();
        prop_assert!(!next.is_overdue(&moment), "{next} at {completed}");
        prop_assert_eq!(due.on(next.date()), next, "a wall-clock time stays, daylight saving or not");
        match repeat.from {
            CountedFrom::Due => prop_assert!(next.date() > due.date()),
            CountedFrom::Completion => prop_assert!(next.date() > moment.today()),
        }
        if !repeat.weekdays.is_empty() {
            prop_assert!(repeat.weekdays.contains(&Weekday::of(next.date())));
        }
        if let Some(on) = repeat.on {
            prop_assert_eq!(on.in_month_of(next.date()), next.date());
        }
    }

    #[test]
    fn nine_o_clock_stays_nine_o_clock_across_every_change_of_the_clocks(
        zone in prop::sample::select(&ZONES[..]), start in 0i64..3_650, every in 1u16..40,
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let repeat = Repeat { every, ..repeat(json!({"unit": "day"})) };
        let mut due = Due::At(jiff::civil::date(2024, 1, 1).at(9, 0, 0, 0) + Span::new().days(start));
        for _ in 0..30 {
            let Due::At(time) = due else { unreachable!("a time stays a time") };
            // The todo is completed exactly when it is due. The UTC offset may have changed since the previous due
            // date.
            let moment = Moment { now: zone.to_timestamp(time).unwrap(), zone: zone.clone(), week_start: Weekday::Mon };
            let next = next(&repeat, due, &moment).unwrap();
            let expected = Due::At(time + Span::new().days(i64::from(every)));
            prop_assert_eq!(next, expected);
            due = next;
        }
    }

    #[test]
    fn no_weekday_is_left_out(first in minute(), late in 0i64..400, days in prop::sample::subsequence(Weekday::WORDS, 1..=7)) {
        let repeat = repeat(json!({ "weekdays": days }));
        let today = first.date() + Span::new().days(late);
        let now = TimeZone::UTC.to_timestamp(today.at(0, 0, 0, 0)).unwrap();
        let moment = Moment { now, zone: TimeZone::UTC, week_start: Weekday::Sun };
        let next = next(&repeat, Due::On(first.date()), &moment).unwrap().date();
        let from = today.max(first.date().tomorrow().unwrap());
        let expected = days_from(from).find(|day| repeat.weekdays.contains(&Weekday::of(*day)));
        prop_assert_eq!(Some(next), expected);
    }

    #[test]
    fn until_ends_it_on_the_day_after_and_not_before(repeat in any_repeat(), first in minute(), completed in minute()) {
        let now = TimeZone::UTC.to_timestamp(completed).unwrap();
        let moment = Moment { now, zone: TimeZone::UTC, week_start: Weekday::Mon };
        let coming = next(&repeat, Due::At(first), &moment);
        let last = coming.unwrap().date();
        let ending = |until: Date| next(&Repeat { until: Some(until), ..repeat.clone() }, Due::At(first), &moment);
        prop_assert_eq!(ending(last), coming);
        prop_assert_eq!(ending(last.yesterday().unwrap()), None);
    }

    #[test]
    fn the_next_is_the_first_of_its_rhythm(
        every in 1u16..=40, first in minute(), late in 0i64..2_000, unit in prop::sample::select(&["day", "week", "month", "year"][..]),
    ) {
        let repeat = repeat(json!({"every": every, "unit": unit}));
        let base = first.date();
        let today = base + Span::new().days(late);
        let now: Timestamp = TimeZone::UTC.to_timestamp(today.at(12, 0, 0, 0)).unwrap();
        let moment = Moment { now, zone: TimeZone::UTC, week_start: Weekday::Mon };
        let next = next(&repeat, Due::On(base), &moment).unwrap().date();
        let unit = |count: i64| match repeat.unit {
            Unit::Day => Span::new().days(count),
            Unit::Week => Span::new().weeks(count),
            Unit::Month => Span::new().months(count),
            Unit::Year => Span::new().years(count),
        };
        let expected = (1..).map(|round| base + unit(round * i64::from(every))).find(|date| *date >= today);
        prop_assert_eq!(Some(next), expected);
    }
}

//! Repeating todos: how often a todo repeats, and the next due date. All calculations use local dates and times. So a
//! todo that is due at 09:00 is still due at 09:00 local time after daylight saving time begins or ends.

use jiff::{Span, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    due::Due,
    moment::{Moment, Weekday},
    words::words,
};

/// How a todo repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Repeat {
    /// Number of units between two dates; one when left out.
    #[schema(value_type = i32, required = false, minimum = 1, maximum = 365)]
    pub every: u16,
    #[schema(value_type = Unit, inline)]
    pub unit: Unit,
    /// Only with unit week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Weekday>, inline, required = false)]
    pub weekdays: Vec<Weekday>,
    /// Counted from the due date (the default) or from the day of completion.
    #[schema(value_type = CountedFrom, inline, required = false)]
    pub from: CountedFrom,
    /// Last day of the repetition (2026-12-31).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = "date", required = false)]
    pub until: Option<Date>,
}

words! {
    /// The unit of a repetition: day, week, month or year.
    Unit {
        Day = "day" | "days" | "daily",
        Week = "week" | "weeks" | "weekly",
        Month = "month" | "months" | "monthly",
        Year = "year" | "years" | "yearly",
    }
}

words! {
    /// The day from which the program counts to the next due date: the due date, or the day of completion.
    CountedFrom { Due = "due", Completion = "completion" }
}

/// The next due date of a repeating todo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    pub due: Due,
    /// Present only if the todo repeats on a day of the month that does not exist in the month of `due`. For example,
    /// `anchor_day` is 31 if the todo repeats on the 31st and `due` is 28 February.
    pub anchor_day: Option<i8>,
}

impl Repeat {
    /// The largest value of `every`.
    pub const MAX_EVERY: u16 = 365;

    /// The first due date of a repeating todo without a due date. The first due date is today if the repetition has no
    /// weekdays, or if today is one of its weekdays. If today is not one of the repetition's weekdays, the first due
    /// date is the next day that is one of these weekdays.
    pub fn first(&self, moment: &Moment) -> Due {
        let today = moment.today();
        let fits = |date: &Date| self.weekdays.is_empty() || self.weekdays.contains(&Weekday::of(*date));
        Due::On(days_from(today).take(7).find(fits).unwrap_or(today))
    }

    /// The next due date of a todo. `due` is the present due date, and `moment` is the time when somebody completes the
    /// todo. If some dates of the repetition are already over at `moment`, the function skips these dates. The value of
    /// the field `from` says whether the program counts from the due date or from the day of completion. Returns `None`
    /// if the next due date would be after `until` or after the end of the calendar.
    pub fn next(&self, due: Due, anchor_day: Option<i8>, moment: &Moment) -> Option<Next> {
        let (base, anchor_day) = match self.from {
            CountedFrom::Due => (due.date(), anchor_day.unwrap_or_else(|| due.date().day())),
            CountedFrom::Completion => (moment.today(), moment.today().day()),
        };
        let coming = |date: &Date| !due.on(*date).is_overdue(moment);
        let date = if self.weekdays.is_empty() {
            let first = self.rounds_passed(base, moment.today()).max(1);
            (first..).map_while(|round| self.after(base, anchor_day, round)).find(coming)?
        } else {
            let from = base.tomorrow().ok()?.max(moment.today());
            // The search covers `every` + 1 weeks. So the search includes at least one whole week in which the todo
            // repeats.
            let days = 7 * (usize::from(self.every) + 1);
            days_from(from).take(days).filter(|day| self.has_weekday(base, *day, moment.week_start)).find(coming)?
        };
        let is_over = self.until.is_some_and(|until| date > until);
        let by_month = matches!(self.unit, Unit::Month | Unit::Year) && self.from == CountedFrom::Due;
        let anchor_day = (by_month && date.day() != anchor_day).then_some(anchor_day);
        (!is_over).then(|| Next { due: due.on(date), anchor_day })
    }

    /// The due date of the repetition with the number `round`. The program counts the repetitions from the date `base`.
    fn after(&self, base: Date, anchor_day: i8, round: i64) -> Option<Date> {
        let units = round.checked_mul(i64::from(self.every))?;
        let months = match self.unit {
            Unit::Day => return base.checked_add(Span::new().try_days(units).ok()?).ok(),
            Unit::Week => return base.checked_add(Span::new().try_weeks(units).ok()?).ok(),
            Unit::Month => units,
            Unit::Year => units.checked_mul(12)?,
        };
        let month = base.first_of_month().checked_add(Span::new().try_months(months).ok()?).ok()?;
        month.with().day(anchor_day.min(month.days_in_month())).build().ok()
    }

    /// The number of a repetition that is not after `today`. The search for the next due date begins at this
    /// repetition. So the search is short, even if `base` is an old date.
    fn rounds_passed(&self, base: Date, today: Date) -> i64 {
        let days = (today - base).get_days();
        // The greatest number of days in one unit.
        let longest = match self.unit {
            Unit::Day => 1,
            Unit::Week => 7,
            Unit::Month => 31,
            Unit::Year => 366,
        };
        i64::from(days) / (longest * i64::from(self.every))
    }

    /// Whether the todo repeats on this day. The todo repeats only on the weekdays in the field `weekdays`. If the
    /// field `every` is 2, the todo repeats only in every second week, counted from the week of `base`. Weeks begin on
    /// the owner's first day of the week (RFC 5545: WKST).
    fn has_weekday(&self, base: Date, day: Date, week_start: Weekday) -> bool {
        let week_of = |date: Date| date.saturating_sub(Span::new().days(Weekday::of(date).days_after(week_start)));
        let weeks = (week_of(day) - week_of(base)).get_days() / 7;
        self.weekdays.contains(&Weekday::of(day)) && weeks % i32::from(self.every) == 0
    }
}

fn days_from(first: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
    use proptest::prelude::*;
    use serde_json::json;

    /// Time zones of the northern and of the southern hemisphere. In four of these time zones, daylight saving time
    /// changes the clock by an hour. On Lord Howe Island, daylight saving time changes the clock by half an hour. Three
    /// of these time zones have no daylight saving time.
    const ZONES: [&str; 8] = [
        "Europe/Berlin",
        "America/New_York",
        "America/Santiago",
        "Australia/Sydney",
        "Australia/Lord_Howe",
        "Pacific/Kiritimati",
        "Asia/Kathmandu",
        "UTC",
    ];

    fn repeat(value: serde_json::Value) -> Repeat {
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

    /// Completes a repeating todo on each due date, at most `count` times. Returns the new due dates.
    fn series(repeat: &Repeat, first: &str, count: usize) -> Vec<String> {
        let mut next = Next { due: due(first), anchor_day: None };
        let mut dates = Vec::new();
        for _ in 0..count {
            let completed = at(&format!("{}T00:00", next.due.date()), "Europe/Berlin");
            match repeat.next(next.due, next.anchor_day, &completed) {
                Some(following) => next = following,
                None => break,
            }
            dates.push(next.due.to_string());
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
    fn it_ends_with_until_and_with_the_calendar() {
        let until = repeat(json!({"unit": "week", "until": "2026-12-07"}));
        assert_eq!(series(&until, "2026-11-23", 9), ["2026-11-30", "2026-12-07"]);
        assert!(series(&repeat(json!({"unit": "year"})), "9999-12-30", 1).is_empty());
        assert!(series(&repeat(json!({"weekdays": ["thu"]})), "9999-12-30", 1).is_empty());
    }

    #[test]
    fn a_todo_from_long_ago_is_due_next_and_not_in_the_past() {
        let now = at("2026-11-22T10:00", "Asia/Kathmandu");
        for (unit, first, next) in [
            ("day", "1950-01-01", "2026-11-22"),
            ("day", "1950-01-01T09:00", "2026-11-23T09:00"),
            ("week", "2026-11-01T10:00", "2026-11-22T10:00"),
            ("month", "0001-01-31", "2026-11-30"),
            ("year", "1904-02-29", "2027-02-28"),
        ] {
            let next_due = repeat(json!({ "unit": unit })).next(due(first), None, &now).unwrap().due;
            assert_eq!(next_due.to_string(), next, "{unit} {first}");
        }
    }

    fn any_repeat() -> impl Strategy<Value = Repeat> {
        let unit = prop_oneof![Just("day"), Just("week"), Just("month"), Just("year")];
        let from = prop_oneof![Just("due"), Just("completion")];
        let plain = (1u16..=365, unit, from.clone())
            .prop_map(|(every, unit, from)| repeat(json!({"every": every, "unit": unit, "from": from})));
        let days = prop::sample::subsequence(Weekday::WORDS, 1..=7);
        let weekly = (1u16..=8, days, from)
            .prop_map(|(every, days, from)| repeat(json!({"every": every, "weekdays": days, "from": from})));
        prop_oneof![plain, weekly]
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
            let next = repeat.next(due, None, &moment).unwrap().due;
            prop_assert!(!next.is_overdue(&moment), "{next} at {completed}");
            prop_assert_eq!(due.on(next.date()), next, "a wall-clock time stays, daylight saving or not");
            match repeat.from {
                CountedFrom::Due => prop_assert!(next.date() > due.date()),
                CountedFrom::Completion => prop_assert!(next.date() > moment.today()),
            }
            if !repeat.weekdays.is_empty() {
                prop_assert!(repeat.weekdays.contains(&Weekday::of(next.date())));
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
                let next = repeat.next(due, None, &moment).unwrap().due;
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
            let next = repeat.next(Due::On(first.date()), None, &moment).unwrap().due.date();
            let from = today.max(first.date().tomorrow().unwrap());
            let expected = days_from(from).find(|day| repeat.weekdays.contains(&Weekday::of(*day)));
            prop_assert_eq!(Some(next), expected);
        }

        #[test]
        fn until_ends_it_on_the_day_after_and_not_before(repeat in any_repeat(), first in minute(), completed in minute()) {
            let now = TimeZone::UTC.to_timestamp(completed).unwrap();
            let moment = Moment { now, zone: TimeZone::UTC, week_start: Weekday::Mon };
            let next = repeat.next(Due::At(first), None, &moment);
            let last = next.unwrap().due.date();
            let ending = |until: Date| Repeat { until: Some(until), ..repeat.clone() }.next(Due::At(first), None, &moment);
            prop_assert_eq!(ending(last), next);
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
            let next = repeat.next(Due::On(base), None, &moment).unwrap().due.date();
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
}

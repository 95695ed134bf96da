//! Repeating todos: how often a todo repeats, and the next due date. All calculations use local dates and times. So a
//! todo that is due at 09:00 is still due at 09:00 local time after daylight saving time begins or ends.

pub mod month_day;

use jiff::{Span, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::month_day::MonthDay;
use super::{
    due::Due,
    moment::{Moment, Weekday},
    words::words,
};

/// How a todo repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Repeat {
    /// Units between dates; default one.
    #[schema(value_type = i32, required = false, minimum = 1, maximum = 365)]
    pub every: u16,
    #[schema(value_type = Unit, inline)]
    pub unit: Unit,
    /// Only with unit week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Weekday>, inline, required = false)]
    pub weekdays: Vec<Weekday>,
    /// With month or year: 15th, last day, first or last workday, first mon, second tue, last fri.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = MonthDay, inline, required = false)]
    pub on: Option<MonthDay>,
    /// The day to count from; default due.
    #[schema(value_type = CountedFrom, inline, required = false)]
    pub from: CountedFrom,
    /// Last day (2026-12-31).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = "date", required = false)]
    pub until: Option<Date>,
    /// Or dates left, with this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i32, required = false, minimum = 1, maximum = 1000)]
    pub count: Option<u16>,
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

/// A date of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesDate {
    pub due: Due,
    /// Present only if the todo repeats on a day of the month that does not exist in the month of `due`. For example,
    /// `anchor_day` is 31 if the todo repeats on the 31st and `due` is 28 February.
    pub anchor_day: Option<i8>,
}

/// When a todo of a series is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// The day on which the todo is due. Somebody may have moved the todo, so this day may differ from the date of the
    /// series. The next date comes after both.
    pub due: Date,
    /// The day on which the person completes or skips the todo. A repetition `from: completion` counts from this day.
    pub on: Date,
}

impl Repeat {
    /// The largest value of `every`.
    pub const MAX_EVERY: u16 = 365;
    /// The largest value of `count`.
    pub const MAX_COUNT: u16 = 1_000;

    /// The first due date of a repeating todo without a due date: the first day from today that fits the repetition.
    pub fn first(&self, moment: &Moment) -> Due {
        self.first_from(Due::On(moment.today()))
    }

    /// The first due date from `due` on that fits the repetition: it is on one of its weekdays, or on its day of the
    /// month. The time of day stays. If the repetition has neither weekdays nor a day of the month, the result is `due`
    /// itself.
    pub fn first_from(&self, due: Due) -> Due {
        let fits = |date: &Date| match self.on {
            Some(on) => on.in_month_of(*date) == *date,
            None => self.weekdays.is_empty() || self.weekdays.contains(&Weekday::of(*date)),
        };
        // Two days that fit are at most 62 days apart.
        due.on(days_from(due.date()).take(63).find(fits).unwrap_or(due.date()))
    }

    /// The date that follows `date` in the series. `over` says when the todo of `date` is over. If some dates of the
    /// series are already over at `moment`, the function skips these dates. Returns `None` if the repetition ends: the
    /// next date would be after `until` or after the end of the calendar, or `count` is 1.
    pub fn next(&self, date: SeriesDate, over: Over, moment: &Moment) -> Option<SeriesDate> {
        let SeriesDate { due, anchor_day } = date;
        let (base, after, anchor_day) = match self.from {
            CountedFrom::Due => (due.date(), over.due.max(due.date()), anchor_day.unwrap_or_else(|| due.date().day())),
            CountedFrom::Completion => (over.on, over.on, over.on.day()),
        };
        let earliest = after.tomorrow().ok()?.max(moment.today());
        let coming = |date: &Date| *date >= earliest && !due.on(*date).is_overdue(moment);
        let next = if self.weekdays.is_empty() {
            // If the repetition has a day of the month (`on`), this day can be later in the month of `base`. Then the
            // search begins in this month.
            let first = self.rounds_passed(base, earliest).max(i64::from(self.on.is_none()));
            (first..).map_while(|round| self.after(base, anchor_day, round)).find(coming)?
        } else {
            // The search covers `every` + 1 weeks. So the search includes at least one whole week in which the todo
            // repeats.
            let days = 7 * (usize::from(self.every) + 1);
            days_from(earliest).take(days).filter(|day| self.has_weekday(base, *day, moment.week_start)).find(coming)?
        };
        let is_over = self.count == Some(1) || self.until.is_some_and(|until| next > until);
        let by_number = matches!(self.unit, Unit::Month | Unit::Year) && self.on.is_none();
        let by_number = by_number && self.from == CountedFrom::Due;
        let anchor_day = (by_number && next.day() != anchor_day).then_some(anchor_day);
        (!is_over).then(|| SeriesDate { due: due.on(next), anchor_day })
    }

    /// The repetition of the next todo in the series. Its `count` is 1 lower.
    pub fn following(&self) -> Self {
        Self { count: self.count.map(|count| count.saturating_sub(1).max(1)), ..self.clone() }
    }

    /// Whether both repetitions have the same dates. They may end at different dates.
    pub fn has_rhythm_of(&self, other: &Self) -> bool {
        *self == Self { until: self.until, count: self.count, ..other.clone() }
    }

    /// The date of the repetition with the number `round`. The program counts the repetitions from the date `base`.
    fn after(&self, base: Date, anchor_day: i8, round: i64) -> Option<Date> {
        let units = round.checked_mul(i64::from(self.every))?;
        let months = match self.unit {
            Unit::Day => return base.checked_add(Span::new().try_days(units).ok()?).ok(),
            Unit::Week => return base.checked_add(Span::new().try_weeks(units).ok()?).ok(),
            Unit::Month => units,
            Unit::Year => units.checked_mul(12)?,
        };
        let month = base.first_of_month().checked_add(Span::new().try_months(months).ok()?).ok()?;
        Some(self.on.unwrap_or(MonthDay::Number(anchor_day)).in_month_of(month))
    }

    /// The number of the repetition at which the search for the next date begins. All earlier repetitions are before
    /// `day`. So the search is short, even if `base` is an old date.
    fn rounds_passed(&self, base: Date, day: Date) -> i64 {
        let days = (day - base).get_days();
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

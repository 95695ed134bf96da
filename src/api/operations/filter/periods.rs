//! The periods in filters, and the part of the index that the program reads for them.

use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};

use super::values::{Day, DueWithin};
use crate::{
    api::answer::error::ApiError,
    domain::{
        due::Due,
        due_input::{Direction, Place, Resolved},
        invalid::Invalid,
        moment::{Moment, Weekday},
        todo::Status,
    },
    store::Range,
};

/// The bounds in which todos are due, or were completed, as the caller wrote them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Periods<'a> {
    pub due_from: Option<&'a Day>,
    pub due_to: Option<&'a Day>,
    pub completed_from: Option<&'a Day>,
    pub completed_to: Option<&'a Day>,
}

/// The first and the last day or time of a period. Both belong to the period. If `from` is `None`, the period has no
/// beginning. If `to` is `None`, the period has no end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Period {
    from: Option<Resolved>,
    to: Option<Resolved>,
}

/// The days on which weeks may begin.
const WEEK_STARTS: [Weekday; 7] = {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    [Mon, Tue, Wed, Thu, Fri, Sat, Sun]
};

/// In a due date, `friday` is the coming Friday. In a day of completion, `friday` is the last Friday.
const DUE: Direction = Direction::Coming;
const COMPLETED: Direction = Direction::Past;

impl Periods<'_> {
    /// Whether the filters say something about due dates.
    pub fn has_due(self) -> bool {
        self.due_from.is_some() || self.due_to.is_some()
    }

    /// Whether the filters say something about days of completion.
    pub fn has_completed(self) -> bool {
        self.completed_from.is_some() || self.completed_to.is_some()
    }

    /// The latest days that the texts of `due_from` and `due_to` may mean, whatever the owner's settings are.
    pub fn latest_due(self, now: Timestamp) -> (Date, Date) {
        let day = |day| latest(day, DUE, now);
        (day(self.due_from).unwrap_or(Date::MIN), day(self.due_to).unwrap_or(Date::MAX))
    }

    /// The due dates. `None` if the filters say nothing about due dates.
    pub fn due(self, moment: &Moment) -> Option<Period> {
        self.has_due().then(|| Period::of(self.due_from, self.due_to, DUE, moment))
    }

    /// The days of completion. `None` if the filters say nothing about them.
    pub fn completed(self, moment: &Moment) -> Option<Period> {
        self.has_completed().then(|| Period::of(self.completed_from, self.completed_to, COMPLETED, moment))
    }

    /// Refuses a text that is no day, and a period that ends before it begins. Also refuses a period together with a
    /// filter that contradicts the period. `prefix` is the beginning of the paths in errors. `has_due` says whether the
    /// filters name groups of due dates. `only_completed` says whether the filters select only completed todos.
    /// `moment` may have out-of-date settings: then only the errors are out of date.
    pub fn check(self, prefix: &str, has_due: bool, only_completed: bool, moment: &Moment) -> Result<(), ApiError> {
        let invalid = |path: &str, message: &str| Err(ApiError::invalid(&format!("{prefix}{path}"), message));
        for (from, to, first, last, direction) in [
            (self.due_from, self.due_to, "due_from", "due_to", DUE),
            (self.completed_from, self.completed_to, "completed_from", "completed_to", COMPLETED),
        ] {
            let bound = |day: Option<&Day>, path| {
                let bound = day.map(|day| resolve(day, direction, moment)).transpose();
                bound.or_else(|error| invalid(path, &error.message).map(|()| None))
            };
            if let (Some(from), Some(to)) = (bound(from, first)?, bound(to, last)?)
                && end(to) < begin(from)
            {
                let (from, to) = (begin(from).strftime("%a %F"), end(to).strftime("%a %F"));
                return invalid(last, &format!("must not be before {first}: {first} is {from}, and {last} is {to}"));
            }
        }
        if has_due && self.has_due() {
            let message =
                "cannot be sent together with `due_from` or `due_to`; send only `due`, or only `due_from` and `due_to`";
            return invalid("due", message);
        }
        if self.has_completed() && !only_completed {
            let message = "must be `completed`, or left out, if you send `completed_from` or `completed_to`";
            return invalid("status", message);
        }
        Ok(())
    }

    /// The part of the index that contains the todos with this status that match the filters. At this point the program
    /// does not know the owner's time zone. If the days of the range depend on the time zone, the range begins one day
    /// earlier and ends one day later. After the program has read the time zone, `TodoFilter` removes the todos that do
    /// not match the filters.
    pub fn range(self, status: Status, due: Option<DueWithin>, now: Timestamp) -> Range {
        let utc = TimeZone::UTC.to_datetime(now).date();
        let days_on = |days: i64| Some(utc.saturating_add(Span::new().days(days)));
        match (status, due) {
            (Status::Open, Some(DueWithin::None)) => Range::undated(),
            (Status::Open, Some(DueWithin::Overdue | DueWithin::Today)) => Range::open_due(None, days_on(1)),
            (Status::Open, Some(DueWithin::Tomorrow)) => Range::open_due(days_on(0), days_on(2)),
            (Status::Open, Some(DueWithin::NextSevenDays)) => Range::open_due(days_on(0), days_on(8)),
            (Status::Open, None) if self.has_due() => {
                Range::open_due(earliest(self.due_from, DUE, now), latest(self.due_to, DUE, now))
            }
            (Status::Completed, _) if self.has_completed() => {
                let midnight = |day: Option<Date>, days: i64| {
                    let day = day?.saturating_add(Span::new().days(days));
                    TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight())).ok()
                };
                let (from, to) = (self.completed_from, self.completed_to);
                Range::completed(midnight(earliest(from, COMPLETED, now), -1), midnight(latest(to, COMPLETED, now), 2))
            }
            (status, _) => Range::todos(status),
        }
    }
}

impl Period {
    fn of(from: Option<&Day>, to: Option<&Day>, direction: Direction, moment: &Moment) -> Self {
        // `Periods::check` has already refused a text that is no day. But if the settings have changed since, a text
        // that was valid may be invalid now. Then no todo matches.
        let nothing = |_| Resolved::On(Date::MAX);
        let bound = |day: Option<&Day>| day.map(|day| resolve(day, direction, moment));
        Self {
            from: bound(from).map(|from| from.unwrap_or_else(nothing)),
            to: bound(to).map(|to| to.unwrap_or(Resolved::On(Date::MIN))),
        }
    }

    /// The first and the last day.
    pub fn days(self) -> (Option<Date>, Option<Date>) {
        (self.from.map(|from| begin(from).date()), self.to.map(|to| end(to).date()))
    }

    /// Whether this due date is in the period. A due date without a time is in the period if a part of its day is.
    pub fn has_due(self, due: Due) -> bool {
        match due {
            Due::At(time) => self.has_time(time),
            Due::On(date) => {
                self.from.is_none_or(|from| date >= begin(from).date())
                    && self.to.is_none_or(|to| date <= end(to).date())
            }
        }
    }

    /// Whether this local time is in the period.
    pub fn has_time(self, time: DateTime) -> bool {
        self.from.is_none_or(|from| time >= begin(from)) && self.to.is_none_or(|to| time <= end(to))
    }
}

fn resolve(Day(day): &Day, direction: Direction, moment: &Moment) -> Result<Resolved, Invalid> {
    day.resolve(Place { moment, direction, present: None })
}

fn begin(bound: Resolved) -> DateTime {
    match bound {
        Resolved::On(date) => date.to_datetime(Time::midnight()),
        Resolved::At(time) => time,
    }
}

fn end(bound: Resolved) -> DateTime {
    match bound {
        Resolved::On(date) => date.to_datetime(Time::MAX),
        Resolved::At(time) => time,
    }
}

/// The dates that a text may mean, whatever the owner's settings are: in the first and in the last time zone of the
/// world, and for each first day of the week.
fn dates(day: &Day, direction: Direction, now: Timestamp) -> Vec<Date> {
    if !day.0.is_relative() {
        let moment = Moment { now, zone: TimeZone::UTC, week_start: Weekday::Mon };
        return resolve(day, direction, &moment).map(|bound| begin(bound).date()).into_iter().collect();
    }
    let zones = [-12, 14].map(|hours| TimeZone::fixed(Offset::constant(hours)));
    let moments =
        zones.iter().flat_map(|zone| WEEK_STARTS.map(|week_start| Moment { now, zone: zone.clone(), week_start }));
    let dates = moments.filter_map(|moment| resolve(day, direction, &moment).ok());
    dates.map(|bound| begin(bound).date()).collect()
}

fn earliest(day: Option<&Day>, direction: Direction, now: Timestamp) -> Option<Date> {
    dates(day?, direction, now).into_iter().min()
}

fn latest(day: Option<&Day>, direction: Direction, now: Timestamp) -> Option<Date> {
    dates(day?, direction, now).into_iter().max()
}

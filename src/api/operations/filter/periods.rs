//! The periods in filters, and the part of the index that the program reads for them.

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

use super::values::{Day, DueWithin};
use crate::{api::answer::error::ApiError, domain::todo::Status, store::Range};

/// The first and the last day of a period. Both days belong to the period. If the first day is `None`, the period has
/// no beginning. If the last day is `None`, the period has no end.
pub type Days = (Option<Date>, Option<Date>);

/// The periods in which todos are due, or were completed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Periods {
    pub due_from: Option<Day>,
    pub due_to: Option<Day>,
    pub completed_from: Option<Day>,
    pub completed_to: Option<Day>,
}

impl Periods {
    /// The due dates. `None` if the filters say nothing about due dates.
    pub fn due(self) -> Option<Days> {
        days(self.due_from, self.due_to)
    }

    /// The days of completion. `None` if the filters say nothing about them.
    pub fn completed(self) -> Option<Days> {
        days(self.completed_from, self.completed_to)
    }

    /// Refuses a period that ends before it begins. Also refuses a period beside a filter that contradicts the period.
    /// `prefix` is the beginning of the paths in errors. `has_due` says whether the filters name groups of due dates.
    /// `only_completed` says whether the filters select only completed todos.
    pub fn check(self, prefix: &str, has_due: bool, only_completed: bool) -> Result<(), ApiError> {
        let invalid = |path: &str, message: &str| Err(ApiError::invalid(&format!("{prefix}{path}"), message));
        for (days, first, last) in
            [(self.due(), "due_from", "due_to"), (self.completed(), "completed_from", "completed_to")]
        {
            if let Some((Some(from), Some(to))) = days
                && to < from
            {
                return invalid(last, &format!("must not be before {first}"));
            }
        }
        if has_due && self.due().is_some() {
            let message =
                "cannot be sent together with `due_from` or `due_to`; send only `due`, or only `due_from` and `due_to`";
            return invalid("due", message);
        }
        if self.completed().is_some() && !only_completed {
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
        match (status, due, self.due(), self.completed()) {
            (Status::Open, Some(DueWithin::None), ..) => Range::undated(),
            (Status::Open, Some(DueWithin::Overdue | DueWithin::Today), ..) => Range::open_due(None, days_on(1)),
            (Status::Open, Some(DueWithin::Tomorrow), ..) => Range::open_due(days_on(0), days_on(2)),
            (Status::Open, Some(DueWithin::NextSevenDays), ..) => Range::open_due(days_on(0), days_on(8)),
            (Status::Open, None, Some((from, to)), _) => Range::open_due(from, to),
            (Status::Completed, _, _, Some((from, to))) => {
                let midnight = |day: Option<Date>, days: i64| {
                    let day = day?.saturating_add(Span::new().days(days));
                    TimeZone::UTC.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok()
                };
                Range::completed(midnight(from, -1), midnight(to, 2))
            }
            (status, ..) => Range::todos(status),
        }
    }
}

fn days(from: Option<Day>, to: Option<Day>) -> Option<Days> {
    let day = |day: Option<Day>| day.map(|day| day.0);
    (from.is_some() || to.is_some()).then(|| (day(from), day(to)))
}

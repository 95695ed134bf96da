//! The filters of the operation `getTodos`, and the filters of a change by filter.

pub mod limit;
pub mod matching;
pub mod periods;
pub mod selected;
pub mod several;
pub mod sort;
pub mod values;
mod words;

use std::collections::HashSet;

use deserr::Deserr;
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use utoipa::IntoParams;

use crate::{
    api::answer::error::ApiError,
    domain::{
        by_filter::AnyStatus,
        invalid::Invalid,
        moment::{Moment, Weekday},
        search::Search,
        text::{Filter, ListName, Tag},
        todo::{Priority, Status},
    },
    store::Range,
};
use limit::Limit;
use matching::TodoFilter;
use periods::{Period, Periods};
use sort::{Order, Sort};
use values::{Day, DueWithin};

/// The parameters of `getTodos`: which todos to return, and how many.
#[derive(Debug, Deserr, IntoParams)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
#[into_params(parameter_in = Query)]
pub struct TodosQuery {
    /// any means open and completed. Default: open; with completed_from or completed_to: completed.
    #[deserr(default)]
    #[param(value_type = AnyStatus, inline, required = false)]
    status: Option<AnyStatus>,
    #[deserr(default)]
    #[param(value_type = ListName, inline, required = false)]
    list: Option<ListName>,
    #[deserr(default)]
    #[param(value_type = Tag, inline, required = false)]
    tag: Option<Tag>,
    #[deserr(default)]
    #[param(value_type = Priority, inline, required = false)]
    priority: Option<Priority>,
    /// Words or their beginnings, in title, notes, steps or tags, in any order. Best matches first.
    #[deserr(default)]
    #[param(value_type = Filter, inline, required = false)]
    q: Option<Filter>,
    /// today includes overdue, next_7_days are those after today, none has no due date.
    #[deserr(default)]
    #[param(value_type = DueWithin, inline, required = false)]
    due: Option<DueWithin>,
    /// First due date, written as in addTodos.
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    due_from: Option<Day>,
    // Last due date.
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    due_to: Option<Day>,
    /// First day of completion; friday is the last.
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    completed_from: Option<Day>,
    // Last day of completion.
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    completed_to: Option<Day>,
    /// priority: most urgent first.
    #[deserr(default)]
    #[param(value_type = Sort, inline, required = false)]
    sort: Option<Sort>,
    /// 50 when left out.
    #[deserr(default)]
    #[param(value_type = Limit, inline, required = false)]
    pub limit: Option<Limit>,
    /// next_cursor of the previous answer.
    #[deserr(default)]
    #[param(required = false, nullable = false)]
    pub cursor: Option<String>,
}

impl TodosQuery {
    /// Refuses filters that contradict each other, because the answer would always be empty. Also refuses a query that
    /// has `due` together with `due_from` or `due_to`.
    pub fn check(&self, moment: &Moment) -> Result<(), ApiError> {
        self.periods().check("", self.due.is_some(), self.statuses() == (Status::Completed, &[]), moment)
    }

    /// The parts of the index that the program reads for this query: the first part, and the other parts.
    pub fn ranges(&self, now: Timestamp) -> (Range, Vec<Range>) {
        let (first, others) = self.statuses();
        let range = |status| self.periods().range(status, self.due, now);
        (range(first), others.iter().copied().map(range).collect())
    }

    /// The order of the answer, if the program must read all todos before it knows the first one. `None` if the answer
    /// has the order of the index, so that the program can read one page after another.
    pub fn order(&self) -> Option<Order> {
        match (self.sort, &self.q) {
            (Some(Sort::Priority), _) => Some(Order::Priority),
            (Some(Sort::Added), _) => Some(Order::Added),
            (Some(Sort::List), _) => Some(Order::List),
            (None, Some(_)) => Some(Order::Best),
            (Some(Sort::Due) | None, _) => (!self.statuses().1.is_empty()).then_some(Order::Index),
        }
    }

    /// Whether the answer says how many todos match, even if it does not contain all of them. The answer to a listing
    /// of open todos by due date does not say this: `getOverview` counts these todos, and counting them here would cost
    /// more than the listing.
    pub fn counts(&self) -> bool {
        self.has_words() || self.periods().has_completed()
    }

    /// Whether the query has words, a list, a tag or a priority.
    pub fn has_words(&self) -> bool {
        let Self { list, tag, priority, q, .. } = self;
        list.is_some() || tag.is_some() || priority.is_some() || q.is_some()
    }

    /// The days for which the answer also shows the later dates of repeating todos. `None` if the caller does not ask
    /// for open todos of a period with an end.
    pub fn upcoming_days(&self, moment: &Moment) -> Option<(Date, Date)> {
        let days_on = |days: i64| moment.today().saturating_add(Span::new().days(days));
        let days = self.periods().due(moment).map(Period::days);
        match (self.is_of_open(), self.due, days) {
            (true, Some(DueWithin::Tomorrow), _) => Some((days_on(1), days_on(1))),
            (true, Some(DueWithin::NextSevenDays), _) => Some((days_on(1), days_on(7))),
            (true, None, Some((from, Some(to)))) => Some((from.unwrap_or(Date::MIN), to)),
            _ => None,
        }
    }

    /// The period in which the todos are due.
    pub fn due_period(&self, moment: &Moment) -> Option<Period> {
        self.periods().due(moment)
    }

    /// The part of the index with the open todos that are due before the period of [`Self::upcoming_days`]. Later dates
    /// of these todos may be in the period. At this point the program does not know the owner's time zone, so this part
    /// may also contain todos of the period. `None` if there are no such todos, or if an earlier page has shown their
    /// dates.
    pub fn before_period(&self, now: Timestamp) -> Option<Range> {
        let utc = TimeZone::UTC.to_datetime(now).date();
        let moment = Moment { now, zone: TimeZone::UTC, week_start: Weekday::Mon };
        let (from, to) = self.upcoming_days(&moment).filter(|_| self.cursor.is_none())?;
        // The texts of the caller may mean other days in the owner's time zone.
        let (before, last) = match self.due {
            Some(_) => (from, to),
            None => self.periods().latest_due(now),
        };
        // Later dates are never in the past, so a period in the past contains none.
        let is_past = last < utc.yesterday().unwrap_or(utc);
        (!is_past).then(|| Range::open_due(None, Some(before)))
    }

    /// The filter for todos that are due before the period. This filter accepts all due dates.
    pub fn filter_of_any_date(&self, moment: Moment) -> TodoFilter {
        TodoFilter { due: Vec::new(), due_period: None, ..self.filter(moment) }
    }

    /// Returns whether almost all todos at the beginning of the range match the filters. If the result is `false`, the
    /// program may have to read many todos before a page is full.
    pub fn wanted_come_first(&self) -> bool {
        let anything = !self.has_words();
        let by_due = match (self.statuses().0, self.due) {
            (status, None) => !self.periods().has_due() || status == Status::Open,
            // If the filter `due` is `none`, `overdue` or `today`, the range begins with the todos that the caller
            // wants.
            (Status::Open, Some(DueWithin::None | DueWithin::Overdue | DueWithin::Today)) => true,
            (_, Some(_)) => false,
        };
        // A range of completed todos begins with the most recently completed todos. If the query has no `completed_to`,
        // the caller wants the most recently completed todos.
        anything && by_due && self.completed_to.is_none()
    }

    /// The filter that the program applies to each todo of the range.
    pub fn filter(&self, moment: Moment) -> TodoFilter {
        TodoFilter {
            lists: self.list.iter().map(ListName::folded).collect(),
            tags: self.tag.iter().cloned().collect(),
            one_tag: None,
            priorities: self.priority.into_iter().collect(),
            due: self.due.into_iter().collect(),
            q: self.q.as_ref().map(|text| Search::new(text.as_str())),
            due_period: self.periods().due(&moment),
            completed_period: self.periods().completed(&moment),
            moment,
            tags_seen: HashSet::new(),
        }
    }

    /// The first day of completion, if it is in the future. Then no todo matches.
    pub fn future_completion(&self, moment: &Moment) -> Option<Date> {
        let (from, _) = self.periods().completed(moment)?.days();
        from.filter(|from| *from > moment.today())
    }

    /// The list in the query.
    pub fn list(&self) -> Option<&ListName> {
        self.list.as_ref()
    }

    /// Whether the query selects only open todos.
    pub fn is_of_open(&self) -> bool {
        self.statuses() == (Status::Open, &[])
    }

    /// The statuses of the wanted todos: the first status, and the other statuses.
    fn statuses(&self) -> (Status, &'static [Status]) {
        match self.status {
            Some(AnyStatus::Any) => (Status::Open, &[Status::Completed]),
            Some(AnyStatus::Open) => (Status::Open, &[]),
            Some(AnyStatus::Completed) => (Status::Completed, &[]),
            Some(AnyStatus::Deleted) => (Status::Deleted, &[]),
            None if self.periods().has_completed() => (Status::Completed, &[]),
            None => (Status::Open, &[]),
        }
    }

    fn periods(&self) -> Periods<'_> {
        Periods {
            due_from: self.due_from.as_ref(),
            due_to: self.due_to.as_ref(),
            completed_from: self.completed_from.as_ref(),
            completed_to: self.completed_to.as_ref(),
        }
    }
}

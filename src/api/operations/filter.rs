//! The filters of the operation `getTodos`, and the filters of a change by filter.

pub mod matching;
mod periods;
pub mod selected;
pub mod several;
pub mod values;
mod words;

use std::collections::HashSet;

use deserr::Deserr;
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::{
    api::answer::error::ApiError,
    domain::{
        invalid::Invalid,
        limits,
        moment::{Moment, Weekday},
        search::Search,
        text::{Filter, ListName, Tag},
        todo::{Priority, Status},
    },
    store::Range,
};
use matching::TodoFilter;
use periods::Periods;
use values::{Day, DueWithin};

/// The parameters of `getTodos`: which todos to return, and how many.
#[derive(Debug, Deserr, IntoParams)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
#[into_params(parameter_in = Query)]
pub struct TodosQuery {
    /// Default: open; with completed_from or completed_to: completed.
    #[deserr(default)]
    #[param(value_type = Status, inline, required = false)]
    status: Option<Status>,
    #[deserr(default)]
    #[param(value_type = ListName, inline, required = false)]
    list: Option<ListName>,
    #[deserr(default)]
    #[param(value_type = Tag, inline, required = false)]
    tag: Option<Tag>,
    #[deserr(default)]
    #[param(value_type = Priority, inline, required = false)]
    priority: Option<Priority>,
    /// Text in title, notes, steps or tags. Case and accents do not matter.
    #[deserr(default)]
    #[param(value_type = Filter, inline, required = false)]
    q: Option<Filter>,
    /// today includes overdue, next_7_days are those after today, none: without a due date.
    #[deserr(default)]
    #[param(value_type = DueWithin, inline, required = false)]
    due: Option<DueWithin>,
    /// First due date (2026-11-27).
    #[deserr(default)]
    #[param(value_type = String, required = false, format = "date")]
    due_from: Option<Day>,
    /// Last due date.
    #[deserr(default)]
    #[param(value_type = String, required = false, format = "date")]
    due_to: Option<Day>,
    /// First day of completion (2026-11-27).
    #[deserr(default)]
    #[param(value_type = String, required = false, format = "date")]
    completed_from: Option<Day>,
    /// Last day of completion.
    #[deserr(default)]
    #[param(value_type = String, required = false, format = "date")]
    completed_to: Option<Day>,
    /// How many at most; 50 when left out.
    #[deserr(default)]
    #[param(value_type = Limit, inline, required = false)]
    pub limit: Option<Limit>,
    /// next_cursor of the previous answer; send the same filters.
    #[deserr(default)]
    #[param(required = false, nullable = false)]
    pub cursor: Option<String>,
}

/// The maximum number of items on a page.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(String) = Limit::parse -> Invalid)]
pub struct Limit(pub usize);

impl TodosQuery {
    /// Refuses filters that contradict each other, because the answer would always be empty. Also refuses a query that
    /// has `due` together with `due_from` or `due_to`.
    pub fn check(&self) -> Result<(), ApiError> {
        self.periods().check("", self.due.is_some(), self.status() == Status::Completed)
    }

    /// The part of the index that the program reads for this query.
    pub fn range(&self, now: Timestamp) -> Range {
        self.periods().range(self.status(), self.due, now)
    }

    /// The days for which the answer also shows the later dates of repeating todos. `None` if the caller does not ask
    /// for open todos of a period with an end.
    pub fn upcoming_days(&self, moment: &Moment) -> Option<(Date, Date)> {
        let days_on = |days: i64| moment.today().saturating_add(Span::new().days(days));
        match (self.status(), self.due, self.periods().due()) {
            (Status::Open, Some(DueWithin::Tomorrow), _) => Some((days_on(1), days_on(1))),
            (Status::Open, Some(DueWithin::NextSevenDays), _) => Some((days_on(1), days_on(7))),
            (Status::Open, None, Some((from, Some(to)))) => Some((from.unwrap_or(Date::MIN), to)),
            _ => None,
        }
    }

    /// The part of the index with the open todos that are due before the period of [`Self::upcoming_days`]. Later dates
    /// of these todos may be in the period. At this point the program does not know the owner's time zone, so this part
    /// may also contain todos of the period. `None` if there are no such todos, or if an earlier page has shown their
    /// dates.
    pub fn before_period(&self, now: Timestamp) -> Option<Range> {
        let utc = TimeZone::UTC.to_datetime(now).date();
        let moment = Moment { now, zone: TimeZone::UTC, week_start: Weekday::Mon };
        let (from, to) = self.upcoming_days(&moment).filter(|_| self.cursor.is_none())?;
        // Later dates are never in the past.
        let is_past = to < utc.yesterday().unwrap_or(utc);
        let before = if self.due.is_some() { from } else { from.yesterday().ok()? };
        (!is_past).then(|| Range::open_due(None, Some(before)))
    }

    /// The filter for todos that are due before the period. This filter accepts all due dates.
    pub fn filter_of_any_date(&self, moment: Moment) -> TodoFilter {
        TodoFilter { due: Vec::new(), periods: Periods::default(), ..self.filter(moment) }
    }

    /// Returns whether almost all todos at the beginning of the range match the filters. If the result is `false`, the
    /// program may have to read many todos before a page is full.
    pub fn wanted_come_first(&self) -> bool {
        let Self { list, tag, priority, q, .. } = self;
        let anything = list.is_none() && tag.is_none() && priority.is_none() && q.is_none();
        let by_due = match (self.status(), self.due) {
            (status, None) => self.periods().due().is_none() || status == Status::Open,
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
            periods: self.periods(),
            moment,
            tags_seen: HashSet::new(),
        }
    }

    /// The list in the query.
    pub fn list(&self) -> Option<&ListName> {
        self.list.as_ref()
    }

    fn status(&self) -> Status {
        let default = if self.periods().completed().is_some() { Status::Completed } else { Status::Open };
        self.status.unwrap_or(default)
    }

    fn periods(&self) -> Periods {
        let Self { due_from, due_to, completed_from, completed_to, .. } = *self;
        Periods { due_from, due_to, completed_from, completed_to }
    }
}

impl Limit {
    fn parse(text: String) -> Result<Self, Invalid> {
        let number = text.trim().parse().ok().filter(|number| (1..=limits::PAGE).contains(number));
        number.map(Self).ok_or_else(|| Invalid::new(format!("must be a whole number from 1 to {}", limits::PAGE)))
    }
}

impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        number.minimum(Some(1)).maximum(Some(limits::PAGE as f64)).into()
    }
}

impl ToSchema for Limit {}

impl Default for Limit {
    fn default() -> Self {
        Self(limits::PAGE_DEFAULT)
    }
}

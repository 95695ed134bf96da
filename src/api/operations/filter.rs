//! The filters of the operation `getTodos`.

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
        due::{self, Due},
        invalid::Invalid,
        limits,
        moment::Moment,
        search::Search,
        text::{Filter, ListName, Tag},
        todo::{Priority, Status, Todo},
        words::words,
    },
    store::Range,
};

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
    /// When it is due: today includes what is overdue, next_7_days are those after today, none means todos without a due date.
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
    /// next_cursor of the previous answer, to continue it with the same filters.
    #[deserr(default)]
    #[param(required = false, nullable = false)]
    pub cursor: Option<String>,
}

words! {
    /// A group of todos, for example overdue todos or todos that are due tomorrow.
    DueWithin {
        Overdue = "overdue",
        Today = "today",
        Tomorrow = "tomorrow",
        NextSevenDays = "next_7_days",
        None = "none"
    } refused |word: &str| {
        let Invalid { message, allowed } = Invalid::word(word, DueWithin::WORDS);
        Invalid { message: format!("{message}; to choose other days, send `due_from` and `due_to`"), allowed }
    }
}

/// A day in a query.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(String) = Day::parse -> Invalid)]
struct Day(Date);

/// The maximum number of items on a page.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(String) = Limit::parse -> Invalid)]
pub struct Limit(pub usize);

/// The first and the last day of a period. Both days belong to the period. If the first day is `None`, the period has
/// no beginning. If the last day is `None`, the period has no end.
type Days = (Option<Date>, Option<Date>);

/// The program applies these filters to each todo after it has read the todo.
#[derive(Debug)]
pub struct TodoFilter {
    list: Option<String>,
    tag: Option<Tag>,
    priority: Option<Priority>,
    q: Option<Search>,
    due: Option<DueWithin>,
    due_days: Option<Days>,
    completed: Option<Days>,
    moment: Moment,
    /// The tags of the todos that the program has read. The filter collects these tags only if the query has a tag.
    tags_seen: HashSet<Tag>,
}

impl TodosQuery {
    /// Refuses filters that contradict each other, because the answer would always be empty. Also refuses a query that
    /// has `due` together with `due_from` or `due_to`.
    pub fn check(&self) -> Result<(), ApiError> {
        for (days, first, last) in
            [(self.due_days(), "due_from", "due_to"), (self.completed_days(), "completed_from", "completed_to")]
        {
            if let Some((Some(from), Some(to))) = days
                && to < from
            {
                return Err(ApiError::invalid(last, format!("must not be before {first}")));
            }
        }
        if self.due.is_some() && self.due_days().is_some() {
            return Err(ApiError::invalid(
                "due",
                "cannot be sent together with `due_from` or `due_to`; send only `due`, or only `due_from` and `due_to`",
            ));
        }
        if self.completed_days().is_some() && self.status() != Status::Completed {
            let message = "must be `completed`, or left out, if you send `completed_from` or `completed_to`";
            return Err(ApiError::invalid("status", message));
        }
        Ok(())
    }

    /// The part of the index that the program reads for this query. At this point the program does not know the owner's
    /// time zone. If the days of the range depend on the time zone, the range begins one day earlier and ends one day
    /// later. After the program has read the time zone, `TodoFilter` removes the todos that do not match the query.
    pub fn range(&self, now: Timestamp) -> Range {
        let utc = TimeZone::UTC.to_datetime(now).date();
        let days_on = |days: i64| Some(utc.saturating_add(Span::new().days(days)));
        match (self.status(), self.due, self.due_days(), self.completed_days()) {
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

    /// Returns whether almost all todos at the beginning of the range match the filters. If the result is `false`, the
    /// program may have to read many todos before a page is full.
    pub fn wanted_come_first(&self) -> bool {
        let Self { list, tag, priority, q, .. } = self;
        let anything = list.is_none() && tag.is_none() && priority.is_none() && q.is_none();
        let by_due = match (self.status(), self.due) {
            (status, None) => self.due_days().is_none() || status == Status::Open,
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
            list: self.list.as_ref().map(ListName::folded),
            tag: self.tag.clone(),
            priority: self.priority,
            q: self.q.as_ref().map(|text| Search::new(text.as_str())),
            due: self.due,
            due_days: self.due_days(),
            completed: self.completed_days(),
            moment,
            tags_seen: HashSet::new(),
        }
    }

    /// The list in the query.
    pub fn list(&self) -> Option<&ListName> {
        self.list.as_ref()
    }

    fn status(&self) -> Status {
        let default = if self.completed_days().is_some() { Status::Completed } else { Status::Open };
        self.status.unwrap_or(default)
    }

    fn due_days(&self) -> Option<Days> {
        days(self.due_from, self.due_to)
    }

    fn completed_days(&self) -> Option<Days> {
        days(self.completed_from, self.completed_to)
    }
}

fn days(from: Option<Day>, to: Option<Day>) -> Option<Days> {
    let day = |day: Option<Day>| day.map(|day| day.0);
    (from.is_some() || to.is_some()).then(|| (day(from), day(to)))
}

impl TodoFilter {
    /// Returns whether the todo matches all filters.
    pub fn matches(&mut self, todo: &Todo) -> bool {
        if self.tag.is_some() {
            self.tags_seen.extend(todo.tags.iter().cloned());
        }
        let completed_on = || todo.completed_at.map(|at| self.moment.zone.to_datetime(at).date());
        self.list.as_ref().is_none_or(|list| todo.list.name().folded() == *list)
            && self.tag.as_ref().is_none_or(|tag| todo.tags.contains(tag))
            && self.priority.is_none_or(|priority| todo.priority == priority)
            && self.due.is_none_or(|within| within.contains(todo.due, &self.moment))
            && self.due_days.is_none_or(|days| is_within(todo.due.map(Due::date), days))
            && self.completed.is_none_or(|days| is_within(completed_on(), days))
            && self.q.as_mut().is_none_or(|search| has_text(todo, search))
    }
}

impl TodoFilter {
    /// The tag in the query, if no todo that the program has read has this tag.
    pub fn unknown_tag(&self) -> Option<&Tag> {
        let is_seen = |tag: &&Tag| self.tags_seen.iter().any(|seen| seen.folded() == tag.folded());
        self.tag.as_ref().filter(|tag| !is_seen(tag))
    }

    /// The tags of the todos that the program has read.
    pub fn tags_seen(&self) -> impl Iterator<Item = &str> {
        self.tags_seen.iter().map(Tag::as_str)
    }
}

impl DueWithin {
    /// Returns whether a todo with this due date belongs to this group.
    pub fn contains(self, due: Option<Due>, moment: &Moment) -> bool {
        let Some(due) = due else { return self == Self::None };
        let (date, today) = (due.date(), moment.today());
        let days_on = |days: i64| today.saturating_add(Span::new().days(days));
        match self {
            Self::Overdue => due.is_overdue(moment),
            Self::Today => date <= today,
            Self::Tomorrow => date == days_on(1),
            Self::NextSevenDays => days_on(1) <= date && date <= days_on(7),
            Self::None => false,
        }
    }
}

fn is_within(day: Option<Date>, (from, to): Days) -> bool {
    day.is_some_and(|day| from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to))
}

fn has_text(todo: &Todo, search: &mut Search) -> bool {
    let mut has = |own: &str| search.is_in(own);
    has(todo.title.as_str())
        || todo.notes.as_ref().is_some_and(|notes| has(notes.as_str()))
        || todo.steps.iter().any(|step| has(step.title.as_str()))
        || todo.tags.iter().any(|tag| has(tag.as_str()))
}

impl Day {
    fn parse(text: String) -> Result<Self, Invalid> {
        due::date(&text).map(Self)
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

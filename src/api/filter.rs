//! What a listing of todos can be narrowed by.

use deserr::Deserr;
use jiff::civil::Date;
use utoipa::IntoParams;

use super::error::ApiError;
use crate::{
    domain::{
        due,
        invalid::Invalid,
        limits,
        text::{Filter, ListName, Tag, without_case_and_accents},
        todo::{Priority, Status, Todo},
    },
    store::Range,
};

/// Which todos, and how many.
#[derive(Debug, Deserr, IntoParams)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
#[into_params(parameter_in = Query)]
pub struct TodosQuery {
    /// Which status; open when left out.
    #[deserr(default)]
    #[param(value_type = Status, inline, required = false)]
    status: Option<Status>,
    /// Only this list.
    #[deserr(default)]
    #[param(value_type = String, required = false, max_length = 60)]
    list: Option<ListName>,
    /// Only todos with this tag.
    #[deserr(default)]
    #[param(value_type = String, required = false, max_length = 60)]
    tag: Option<Tag>,
    /// Only this priority.
    #[deserr(default)]
    #[param(value_type = Priority, inline, required = false)]
    priority: Option<Priority>,
    /// Only todos with this text in title, notes or steps; case and accents do not matter.
    #[deserr(default)]
    #[param(value_type = String, required = false, max_length = 200)]
    q: Option<Filter>,
    /// Only todos due on this day or later (2026-11-27).
    #[deserr(default)]
    #[param(value_type = String, required = false, format = "date")]
    due_from: Option<Day>,
    /// Only todos due on this day or earlier (2026-11-27).
    #[deserr(default)]
    #[param(value_type = String, required = false, format = "date")]
    due_to: Option<Day>,
    /// How many at most; 50 when left out.
    #[deserr(default)]
    #[param(value_type = i32, required = false, minimum = 1, maximum = 100)]
    pub limit: Option<Limit>,
    /// next_cursor of the answer before, to continue it with the same filters.
    #[deserr(default)]
    #[param(required = false, nullable = false)]
    pub cursor: Option<String>,
}

/// A day in a query.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(String) = Day::parse -> Invalid)]
struct Day(Date);

/// How many items a page has at most.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(String) = Limit::parse -> Invalid)]
pub struct Limit(pub usize);

/// The filters that only looking at each todo can answer.
#[derive(Debug)]
pub struct TodoFilter {
    list: Option<String>,
    tag: Option<Tag>,
    priority: Option<Priority>,
    q: Option<String>,
    due: Option<(Option<Date>, Option<Date>)>,
}

impl TodosQuery {
    /// What tells this listing from another: all but the page.
    pub fn listing(&self) -> String {
        let Self { status, list, tag, priority, q, due_from, due_to, limit: _, cursor: _ } = self;
        format!("getTodos {status:?} {list:?} {tag:?} {priority:?} {q:?} {due_from:?} {due_to:?}")
    }

    /// Refuses days of which the last is before the first: nothing is due then, which nobody asks for.
    pub fn check(&self) -> Result<(), ApiError> {
        match self.days() {
            Some((Some(from), Some(to))) if to < from => {
                Err(ApiError::invalid("due_to", "must not be before due_from"))
            }
            _ => Ok(()),
        }
    }

    /// The part of the timeline to read. Days narrow it where the view is by due date.
    pub fn range(&self) -> Range {
        match (self.status(), self.days()) {
            (Status::Open, Some((from, to))) => Range::open_due(from, to),
            (status, _) => Range::todos(status),
        }
    }

    /// What remains to be looked at in each todo of the range; `None` when every one is wanted.
    pub fn filter(&self) -> Option<TodoFilter> {
        let filter = TodoFilter {
            list: self.list.as_ref().map(ListName::key),
            tag: self.tag.clone(),
            priority: self.priority,
            q: self.q.as_ref().map(|text| without_case_and_accents(text.as_str())),
            due: self.days().filter(|_| self.status() != Status::Open),
        };
        let all = matches!(&filter, TodoFilter { list: None, tag: None, priority: None, q: None, due: None });
        (!all).then_some(filter)
    }

    fn status(&self) -> Status {
        self.status.unwrap_or(Status::Open)
    }

    fn days(&self) -> Option<(Option<Date>, Option<Date>)> {
        let day = |day: Option<Day>| day.map(|day| day.0);
        (self.due_from.is_some() || self.due_to.is_some()).then(|| (day(self.due_from), day(self.due_to)))
    }
}

impl TodoFilter {
    /// Whether the todo is wanted.
    pub fn matches(&self, todo: &Todo) -> bool {
        self.list.as_ref().is_none_or(|list| todo.list.key() == *list)
            && self.tag.as_ref().is_none_or(|tag| todo.tags.contains(tag))
            && self.priority.is_none_or(|priority| todo.priority == priority)
            && self.due.is_none_or(|days| is_due_within(todo, days))
            && self.q.as_ref().is_none_or(|text| says(todo, text))
    }
}

fn is_due_within(todo: &Todo, (from, to): (Option<Date>, Option<Date>)) -> bool {
    todo.due.is_some_and(|due| from.is_none_or(|from| due.date() >= from) && to.is_none_or(|to| due.date() <= to))
}

fn says(todo: &Todo, text: &str) -> bool {
    let has = |own: &str| without_case_and_accents(own).contains(text);
    has(todo.title.as_str())
        || todo.notes.as_ref().is_some_and(|notes| has(notes.as_str()))
        || todo.steps.iter().any(|step| has(step.title.as_str()))
}

impl Day {
    fn parse(text: String) -> Result<Self, Invalid> {
        due::day(text.trim()).map(Self).ok_or_else(|| Invalid::new("must be a date such as 2026-11-27"))
    }
}

impl Limit {
    fn parse(text: String) -> Result<Self, Invalid> {
        let number = text.trim().parse().ok().filter(|number| (1..=limits::PAGE).contains(number));
        number.map(Self).ok_or_else(|| Invalid::new(format!("must be a whole number from 1 to {}", limits::PAGE)))
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(limits::PAGE_DEFAULT)
    }
}

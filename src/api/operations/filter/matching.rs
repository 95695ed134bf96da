//! Says which todos match filters.

use std::collections::HashSet;

use jiff::Span;

use super::{periods::Period, values::DueWithin};
use crate::domain::{
    due::Due,
    moment::Moment,
    search::{Place, Rank, Search},
    text::Tag,
    todo::{Priority, Todo},
};

/// The program applies these filters to each todo after it has read the todo. If a list of values is empty, the filter
/// accepts every value.
#[derive(Debug)]
pub struct TodoFilter {
    /// The names of the lists, in lower case.
    pub lists: Vec<String>,
    pub tags: Vec<Tag>,
    /// The text of the caller that contains the tags, if the text could also be one tag: a tag may contain commas. If a
    /// todo has this tag, the caller means this tag, and not the tags in `tags`.
    pub one_tag: Option<Tag>,
    pub priorities: Vec<Priority>,
    pub due: Vec<DueWithin>,
    pub q: Option<Search>,
    /// The period in which the todos are due.
    pub due_period: Option<Period>,
    /// The period in which the todos were completed.
    pub completed_period: Option<Period>,
    pub moment: Moment,
    /// The tags of the todos that the program has read. The filter collects these tags only if the caller sent a tag.
    pub tags_seen: HashSet<Tag>,
}

impl TodoFilter {
    /// Returns whether the todo matches all filters. If the text of the caller can be one tag or several tags, the
    /// function accepts the todos with any of these tags. [`Self::has_wanted_tag`] says later which of them the caller
    /// means.
    pub fn matches(&mut self, todo: &Todo) -> bool {
        self.rank(todo).is_some()
    }

    /// How well the todo fits the words of the caller. `None` if the todo does not match all filters.
    pub fn rank(&mut self, todo: &Todo) -> Option<Rank> {
        if !self.tags.is_empty() {
            self.tags_seen.extend(todo.tags.iter().cloned());
        }
        let completed_at = || todo.completed_at.map(|at| self.moment.zone.to_datetime(at));
        let mut tags = self.tags.iter().chain(&self.one_tag);
        let matches = (self.lists.is_empty() || self.lists.contains(&todo.list.name().folded()))
            && (self.tags.is_empty() || tags.any(|tag| todo.tags.contains(tag)))
            && (self.priorities.is_empty() || self.priorities.contains(&todo.priority))
            && (self.due.is_empty() || self.due.iter().any(|within| within.contains(todo.due, &self.moment)))
            && self.due_period.is_none_or(|period| todo.due.is_some_and(|due| period.has_due(due)))
            && self.completed_period.is_none_or(|period| completed_at().is_some_and(|at| period.has_time(at)));
        if !matches {
            return None;
        }
        self.q.as_mut().map_or_else(|| Some(Rank::default()), |search| search.rank(texts(todo)))
    }

    /// Returns whether the todo has a tag that the caller means. The program must already have read all todos.
    pub fn has_wanted_tag(&self, todo: &Todo) -> bool {
        self.tags.is_empty() || self.wanted_tags().iter().any(|tag| todo.tags.contains(tag))
    }

    /// The wanted tags that no todo has. The program knows only the tags of the todos that it has read.
    pub fn unknown_tags(&self) -> impl Iterator<Item = &Tag> {
        self.wanted_tags().iter().filter(|tag| !self.is_seen(tag))
    }

    /// The tags of the todos that the program has read.
    pub fn tags_seen(&self) -> impl Iterator<Item = &str> {
        self.tags_seen.iter().map(Tag::as_str)
    }

    fn wanted_tags(&self) -> &[Tag] {
        match &self.one_tag {
            Some(tag) if self.is_seen(tag) => std::slice::from_ref(tag),
            _ => &self.tags,
        }
    }

    fn is_seen(&self, tag: &Tag) -> bool {
        let folded = tag.folded();
        self.tags_seen.iter().any(|seen| seen.folded() == folded)
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

/// The texts in which the program looks for the words. The text in which a match counts most comes first.
fn texts(todo: &Todo) -> impl Iterator<Item = (Place, &str)> {
    let tags = todo.tags.iter().map(|tag| (Place::Tag, tag.as_str()));
    let steps = todo.steps.iter().map(|step| (Place::Step, step.title.as_str()));
    let notes = todo.notes.iter().map(|notes| (Place::Notes, notes.as_str()));
    std::iter::once((Place::Title, todo.title.as_str())).chain(tags).chain(steps).chain(notes)
}

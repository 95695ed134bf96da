//! A todo.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, Type},
};

use super::{
    due::Due,
    id::TodoId,
    input::{due::DueInput, list::Listed},
    invalid::{Invalid, Violation},
    limits,
    moment::Moment,
    repeat::Repeat,
    steps::Steps,
    text::{ListName, Notes, Tag, Title},
    words::words,
};

/// One thing to do, as it is stored. Times are to the microsecond.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    pub id: TodoId,
    pub title: Title,
    pub status: Status,
    pub list: ListName,
    pub priority: Priority,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// Only with a due date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// The day of the month that a repetition returns to, while `due` is earlier because its month is too short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_day: Option<i8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Notes>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    #[serde(default, skip_serializing_if = "Steps::is_empty")]
    pub steps: Steps,
    /// 1 when added, one more after each change, never the same for two states of a todo.
    pub version: u64,
    pub created_at: Timestamp,
    /// When the content last changed. An undo restores it with the content.
    pub updated_at: Timestamp,
    /// Present exactly while `status` is `completed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// Present exactly while `status` is `deleted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
}

words! {
    /// Where a todo stands.
    Status { Open = "open", Completed = "completed", Deleted = "deleted" }
}

words! {
    /// How much a todo matters, from little to much.
    Priority { Low = "low", Normal = "normal", High = "high", Urgent = "urgent" }
}

/// At most 20 tags, no two of which differ only in case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, deserr::Deserr)]
#[serde(transparent)]
#[deserr(try_from(Listed<Tag>) = Tags::parse -> Invalid, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct Tags(Vec<Tag>);

/// A todo to add. Only the title is needed.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema, deserr::Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct NewTodo {
    // Three limits stand here as numbers, because utoipa drops the example of an inline type. `tests/openapi` compares them.
    /// What is to be done, in a few words.
    #[schema(value_type = String, min_length = 1, max_length = 500, example = "Book flights")]
    pub title: Title,
    /// Name of its list, the default list when left out. A new name makes a new list.
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 60, example = "Trip")]
    pub list: Option<ListName>,
    /// normal when left out.
    #[deserr(default)]
    #[schema(value_type = Priority, inline, required = false)]
    pub priority: Option<Priority>,
    /// A date (2026-11-27) or a time on the person's clock (2026-11-27T09:30); also today, tomorrow, mon to sun, +3d, +2w.
    #[deserr(default)]
    #[schema(value_type = String, required = false, example = "2026-11-27")]
    pub due: Option<DueInput>,
    /// Completing it then adds the next one.
    #[deserr(default)]
    #[schema(value_type = Repeat, required = false)]
    pub repeat: Option<Repeat>,
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 4000, example = "window seat")]
    pub notes: Option<Notes>,
    #[deserr(default)]
    #[schema(value_type = Tags, inline, required = false, example = json!(["travel"]))]
    pub tags: Tags,
    #[deserr(default)]
    #[schema(value_type = Steps, inline, required = false)]
    pub steps: Steps,
}

impl Todo {
    /// The todo that `new` asks for, open and at version 1. `default_list` is the list of one that names none.
    pub fn add(new: &NewTodo, id: TodoId, default_list: &ListName, moment: &Moment) -> Result<Self, Vec<Violation>> {
        let mut todo = Self {
            id,
            title: new.title.clone(),
            status: Status::Open,
            list: new.list.clone().unwrap_or_else(|| default_list.clone()),
            priority: new.priority.unwrap_or_default(),
            due: new.due.map(|due| due.resolve(moment)),
            repeat: new.repeat.clone(),
            anchor_day: None,
            notes: new.notes.clone(),
            tags: new.tags.clone(),
            steps: new.steps.clone(),
            version: 1,
            created_at: moment.now,
            updated_at: moment.now,
            completed_at: None,
            deleted_at: None,
        };
        todo.settle_repeat(moment)?;
        Ok(todo)
    }

    /// Gives a repeating todo without a due date its first one. Refused when the repetition ends before it has begun.
    pub fn settle_repeat(&mut self, moment: &Moment) -> Result<(), Vec<Violation>> {
        let Some(repeat) = &self.repeat else { return Ok(()) };
        let due = *self.due.get_or_insert_with(|| repeat.first(moment));
        match repeat.until {
            Some(until) if until < due.date() => {
                let message = format!("must not be before the due date, {}", due.date());
                Err(vec![Violation::new("repeat.until", Invalid::new(message))])
            }
            _ => Ok(()),
        }
    }

    /// The todo that follows this one, completed at `moment`: the same again under this id, with its next due date and all
    /// steps to be done. `None` when it does not repeat, or not any more.
    pub fn successor(&self, id: TodoId, moment: &Moment) -> Option<Self> {
        let next = self.repeat.as_ref()?.next(self.due?, self.anchor_day, moment)?;
        Some(Self {
            id,
            status: Status::Open,
            due: Some(next.due),
            anchor_day: next.anchor_day,
            steps: self.steps.all_to_do(),
            version: 1,
            created_at: moment.now,
            updated_at: moment.now,
            completed_at: None,
            deleted_at: None,
            ..self.clone()
        })
    }

    /// This todo in another status, with the times that belong to it. In the same status it stays as it is.
    pub fn moved_to(&self, status: Status, now: Timestamp) -> Self {
        if status == self.status {
            return self.clone();
        }
        Self {
            status,
            completed_at: (status == Status::Completed).then_some(now),
            deleted_at: (status == Status::Deleted).then_some(now),
            updated_at: now,
            ..self.clone()
        }
    }

    /// The next version of this todo, following `current`.
    pub fn following(self, current: &Self) -> Self {
        Self { version: current.version + 1, ..self }
    }

    /// Whether both say the same, whatever their versions.
    pub fn same_content(&self, other: &Self) -> bool {
        *self == Self { version: self.version, ..other.clone() }
    }
}

#[expect(clippy::derivable_impls, reason = "words! makes the enum")]
impl Default for Priority {
    fn default() -> Self {
        Self::Normal
    }
}

impl PartialSchema for Tags {
    fn schema() -> RefOr<Schema> {
        let tag = ObjectBuilder::new().schema_type(Type::String).max_length(Some(limits::TAG));
        ArrayBuilder::new().items(tag).max_items(Some(limits::TAGS)).into()
    }
}

impl ToSchema for Tags {}

impl Tags {
    /// Takes the tags in their order, each once: the first spelling stays. Refused when more than 20 are left.
    pub fn parse(Listed(tags): Listed<Tag>) -> Result<Self, Invalid> {
        let mut seen = HashSet::new();
        let tags: Vec<_> = tags.into_iter().filter(|tag| seen.insert(tag.folded())).collect();
        if tags.len() > limits::TAGS {
            return Err(Invalid::new(format!("must be at most {} tags, but there are {}", limits::TAGS, tags.len())));
        }
        Ok(Self(tags))
    }

    /// These tags and `more`.
    pub fn with(&self, more: &Self) -> Result<Self, Invalid> {
        Self::parse(Listed(self.0.iter().chain(&more.0).cloned().collect()))
    }

    /// These tags without `others`, in any case.
    pub fn without(&self, others: &Self) -> Self {
        Self(self.0.iter().filter(|tag| !others.contains(tag)).cloned().collect())
    }

    /// Whether one of them is `tag`, in any case.
    pub fn contains(&self, tag: &Tag) -> bool {
        let folded = tag.folded();
        self.0.iter().any(|own| own.folded() == folded)
    }

    /// The tags in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

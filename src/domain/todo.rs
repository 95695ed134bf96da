//! A todo.

use std::collections::HashSet;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, Type},
};

use super::{
    due::{Due, DueInput},
    id::TodoId,
    invalid::Invalid,
    limits,
    listed::Listed,
    text::{ListName, Notes, StepTitle, Tag, Title},
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

/// A part of a todo that can be ticked off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, deserr::Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
#[schema(title = "Step")]
pub struct Step {
    /// What this step is.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub title: StepTitle,
    /// Whether it is done; false when left out.
    #[deserr(default)]
    #[serde(default)]
    #[schema(required = false)]
    pub done: bool,
}

/// At most 20 tags, no two of which differ only in case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, deserr::Deserr)]
#[serde(transparent)]
#[deserr(try_from(Listed<Tag>) = Tags::parse -> Invalid, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct Tags(Vec<Tag>);

/// At most 50 steps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, deserr::Deserr)]
#[serde(transparent)]
#[deserr(try_from(Listed<Step>) = Steps::parse -> Invalid, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct Steps(Vec<Step>);

/// A todo to add. Only the title is needed.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema, deserr::Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct NewTodo {
    /// What is to be done, in a few words.
    #[schema(value_type = String, min_length = 1, max_length = 500, example = "Book flights")]
    pub title: Title,
    /// Name of the list it goes into; Inbox when left out. A name that does not exist yet makes a new list.
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 60, example = "Trip")]
    pub list: Option<ListName>,
    /// How much it matters; normal when left out.
    #[deserr(default)]
    #[schema(value_type = Priority, inline, required = false)]
    pub priority: Option<Priority>,
    /// When it is due: a date (2026-11-27) or a time on the person's clock (2026-11-27T09:30).
    #[deserr(default)]
    #[schema(value_type = String, required = false, example = "2026-11-27")]
    pub due: Option<DueInput>,
    /// Details, links, context.
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 4000, example = "window seat")]
    pub notes: Option<Notes>,
    /// Words to find it by.
    #[deserr(default)]
    #[schema(value_type = Tags, inline, required = false, example = json!(["travel"]))]
    pub tags: Tags,
    /// Smaller parts, in order.
    #[deserr(default)]
    #[schema(value_type = Vec<Step>, required = false, max_items = 50)]
    pub steps: Steps,
}

impl Todo {
    /// The todo that `new` asks for, open and at version 1.
    pub fn add(new: &NewTodo, id: TodoId, now: Timestamp, zone: &TimeZone) -> Self {
        Self {
            id,
            title: new.title.clone(),
            status: Status::Open,
            list: new.list.clone().unwrap_or_else(ListName::inbox),
            priority: new.priority.unwrap_or_default(),
            due: new.due.map(|due| due.resolve(zone)),
            notes: new.notes.clone(),
            tags: new.tags.clone(),
            steps: new.steps.clone(),
            version: 1,
            created_at: now,
            updated_at: now,
            completed_at: None,
            deleted_at: None,
        }
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
        let tags: Vec<_> = tags.into_iter().filter(|tag| seen.insert(tag.key())).collect();
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
        let key = tag.key();
        self.0.iter().any(|own| own.key() == key)
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

impl Steps {
    /// Takes at most 50 steps.
    pub fn parse(Listed(steps): Listed<Step>) -> Result<Self, Invalid> {
        if steps.len() > limits::STEPS {
            return Err(Invalid::new(format!(
                "must be at most {} steps, but there are {}",
                limits::STEPS,
                steps.len()
            )));
        }
        Ok(Self(steps))
    }

    /// The steps in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Step> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

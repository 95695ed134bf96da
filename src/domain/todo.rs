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
    due_input::DueInput,
    id::TodoId,
    imprint::Imprint,
    input::list::WithoutEmpty,
    invalid::{Invalid, Violation},
    limits,
    list_ref::ListRef,
    moment::Moment,
    place::Place,
    position::Position,
    repeat::Repeat,
    steps::Steps,
    text::{ListName, Notes, Tag, Title},
    words::words,
};

/// A todo, as the table stores it. All times of a todo have a precision of one microsecond.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    pub id: TodoId,
    pub title: Title,
    pub status: Status,
    pub list: ListRef,
    pub priority: Priority,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// Present only if the todo has a due date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Present only if the todo repeats on a day of the month that does not exist in the month of `due`. For example,
    /// `anchor_day` is 31 if the todo repeats on the 31st and `due` is 28 February.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_day: Option<i8>,
    /// The date that the series gives to this todo. Present only if somebody has moved this todo, so that `due` is
    /// another date. The series goes on from its own date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_due: Option<Due>,
    /// Present only if this todo was completed and the next todo of its series was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_on: Option<Box<HandedOn>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Notes>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    #[serde(default, skip_serializing_if = "Steps::is_empty")]
    pub steps: Steps,
    /// The place among the other todos. Absent if the todo has always had a due date and nobody has moved it to another
    /// place. Also absent in todos of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// A new todo has version 1. Each change of the todo increases the version by 1.
    pub version: u64,
    pub created_at: Timestamp,
    /// The time when the content last changed. An undo restores the old content and also the old value of `updated_at`.
    pub updated_at: Timestamp,
    /// Present if and only if `status` is `completed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// When the todo got the status `completed`. Present only if the caller said that the todo was done earlier. Then
    /// `completed_at` is the earlier time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
    /// Present if and only if `status` is `deleted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// The imprint of the content that an import gave to this todo. Present only if the todo comes from another
    /// program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imprint>,
}

/// What a completed todo has handed on to the next todo of its series. If somebody reopens the completed todo, it may
/// get these values back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOn {
    /// The id of the next todo.
    pub next: TodoId,
    pub repeat: Repeat,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_day: Option<i8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_due: Option<Due>,
}

words! {
    /// The status of a todo.
    Status { Open = "open", Completed = "completed", Deleted = "deleted" }
}

words! {
    /// The priority of a todo. The variants are in order, from the lowest to the highest priority.
    Priority { Low = "low", Normal = "normal", High = "high", Urgent = "urgent" }
}

/// At most 20 different tags. Tags that differ only in upper and lower case count as the same tag.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, deserr::Deserr)]
#[serde(transparent)]
#[deserr(try_from(WithoutEmpty<Tag>) = Tags::parse -> Invalid, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct Tags(Vec<Tag>);

/// A todo to add. Only the title is required.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema, deserr::Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct NewTodo {
    // For three fields of this struct, the attribute `schema` contains the limit as a number. If the attribute
    // contained `inline` instead, utoipa would leave out the examples of these fields. `tests/openapi` checks the three
    // numbers.
    // What is to be done, in a few words.
    #[schema(value_type = String, min_length = 1, max_length = 500, example = "Book flights")]
    pub title: Title,
    /// Its list; the default list when left out. A new name makes a new list.
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 60)]
    pub list: Option<ListName>,
    /// normal when left out.
    #[deserr(default)]
    #[schema(value_type = Priority, inline, required = false)]
    pub priority: Option<Priority>,
    /// On the person's clock: 2026-11-27T09:30, tomorrow 5pm, friday, next friday (of next week), in 2 weeks, +1h, end of month, the 15th, tonight (20:00), eod (17:00).
    #[deserr(default)]
    #[schema(value_type = String, required = false, example = "2026-11-27")]
    pub due: Option<DueInput>,
    // Completing it then adds the next one.
    #[deserr(default)]
    #[schema(value_type = Repeat, required = false)]
    pub repeat: Option<Repeat>,
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 4000)]
    pub notes: Option<Notes>,
    #[deserr(default)]
    #[schema(value_type = Tags, inline, required = false, example = json!(["travel"]))]
    pub tags: Tags,
    #[deserr(default)]
    #[schema(value_type = Steps, inline, required = false)]
    pub steps: Steps,
    /// Among undated ones: top, bottom, or after and an id.
    #[deserr(default)]
    #[schema(value_type = String, required = false)]
    pub position: Option<Position>,
}

impl NewTodo {
    /// The position to which the todo moves. `None` for the bottom, because a new todo is there anyway.
    pub fn moves(&self) -> Option<&Position> {
        self.position.as_ref().filter(|position| **position != Position::Bottom)
    }
}

impl Todo {
    /// Makes an open todo with version 1 from the fields of `new`. If `new` has no list, the todo goes into
    /// `default_list`.
    pub fn add(new: &NewTodo, id: TodoId, default_list: &ListRef, moment: &Moment) -> Result<Self, Vec<Violation>> {
        let due = new.due.as_ref().map(|due| due.due(moment, None)).transpose();
        let due = due.map_err(|invalid| vec![Violation::new("due", invalid)])?;
        // If the caller sends only a time, such as `7:30`, the due date is the first date of the repetition at this
        // time.
        let fits = new.repeat.as_ref().filter(|_| new.due.as_ref().is_some_and(DueInput::is_time_alone));
        let due = due.map(|due| fits.map_or(due, |repeat| repeat.first_from(due)));
        let mut todo = Self {
            id,
            title: new.title.clone(),
            status: Status::Open,
            list: new.list.clone().map_or_else(|| default_list.clone(), ListRef::asked),
            priority: new.priority.unwrap_or_default(),
            due,
            repeat: new.repeat.clone(),
            anchor_day: None,
            series_due: None,
            handed_on: None,
            notes: new.notes.clone(),
            tags: new.tags.clone(),
            steps: new.steps.clone(),
            place: None,
            version: 1,
            created_at: moment.now,
            updated_at: moment.now,
            completed_at: None,
            told_at: None,
            deleted_at: None,
            imported: None,
        };
        todo.begin_repeat(moment)?;
        todo.keep_place();
        Ok(todo)
    }

    /// The place of this todo. If an earlier version has stored the todo without a due date, the place comes from the
    /// id. If a todo with a due date has no place of its own, the place is the time of adding.
    pub fn place(&self) -> Place {
        match (&self.place, self.due) {
            (Some(place), _) => place.clone(),
            (None, None) => Place::of_id(&self.id),
            (None, Some(_)) => Place::of_time(self.created_at),
        }
    }

    /// If the todo has no due date and no place, this function stores the time of adding as its place.
    pub fn keep_place(&mut self) {
        if self.due.is_none() && self.place.is_none() {
            self.place = Some(Place::of_time(self.created_at));
        }
    }

    /// A copy of this todo with the given status. If the todo already has this status, the copy is equal to the todo.
    /// Otherwise, this function also sets `updated_at`, and sets or removes the times of the completion and of the
    /// deletion. If the copy is open, it has no `handed_on`.
    pub fn with_status(&self, status: Status, now: Timestamp) -> Self {
        if status == self.status {
            return self.clone();
        }
        Self {
            status,
            completed_at: (status == Status::Completed).then_some(now),
            told_at: None,
            deleted_at: (status == Status::Deleted).then_some(now),
            handed_on: self.handed_on.clone().filter(|_| status != Status::Open),
            updated_at: now,
            ..self.clone()
        }
    }

    /// A copy of this todo. The version of the copy is 1 higher than the version of `current`.
    pub fn with_next_version_after(self, current: &Self) -> Self {
        Self { version: current.version + 1, ..self }
    }

    /// Whether code of format 4 and earlier would lose a part of the repetition when somebody completes this todo.
    pub fn repeats_in_new_ways(&self) -> bool {
        let has_new_fields = |repeat: &Repeat| repeat.on.is_some() || repeat.count.is_some();
        self.series_due.is_some() || self.repeat.as_ref().is_some_and(has_new_fields)
    }

    /// Whether both todos have the same content. The versions may differ.
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
    /// Removes duplicate tags, and keeps the order of the tags. If two tags differ only in upper and lower case, this
    /// function keeps only the first tag. Returns an error if more than 20 different tags are left.
    pub fn parse(WithoutEmpty(tags): WithoutEmpty<Tag>) -> Result<Self, Invalid> {
        let mut seen = HashSet::new();
        let tags: Vec<_> = tags.into_iter().filter(|tag| seen.insert(tag.folded())).collect();
        if tags.len() > limits::TAGS {
            return Err(Invalid::new(format!("must be at most {} tags, but there are {}", limits::TAGS, tags.len())));
        }
        Ok(Self(tags))
    }

    /// These tags and `more`.
    pub fn with(&self, more: &Self) -> Result<Self, Invalid> {
        Self::parse(WithoutEmpty(self.0.iter().chain(&more.0).cloned().collect()))
    }

    /// These tags without `others`. Upper and lower case do not matter.
    pub fn without(&self, others: &Self) -> Self {
        Self(self.0.iter().filter(|tag| !others.contains(tag)).cloned().collect())
    }

    /// Whether `tag` is one of these tags. Upper and lower case do not matter.
    pub fn contains(&self, tag: &Tag) -> bool {
        let folded = tag.folded();
        self.0.iter().any(|own| own.folded() == folded)
    }

    /// The tags, in the order in which the caller sent them.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter()
    }

    /// Whether there are no tags.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

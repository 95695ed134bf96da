//! Changes: every write is one atomic unit that is on the record and can be undone.

use std::borrow::Cow;

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{
    id::{ChangeId, TodoId},
    idempotency::Fingerprint,
    limits,
    settings::SettingsImage,
    text::{ListName, Title},
    todo::Todo,
};

/// The record of one write: what it was, and what it did to which todo or to the settings. The states of the todos before
/// and after are its [`Image`]s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub id: ChangeId,
    pub at: Timestamp,
    pub operation: OperationName,
    pub todos: Vec<ChangedTodo>,
    /// What it did to the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<SettingsImage>,
    /// Lists that this change brought into being.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_lists: Vec<ListName>,
    /// The change that this one undid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<ChangeId>,
    /// The change that undid this one, the last one if several did. It may have been undone itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<ChangeId>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
    /// What the request asked for, when it carried an idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Fingerprint>,
}

/// The `operationId` of the operation that made a change. A text and not an enum: a record keeps the name that the operation
/// had, whichever operations there are when it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationName(Cow<'static, str>);

/// What a change did to one todo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedTodo {
    pub id: TodoId,
    /// The title after the change.
    pub title: Title,
    /// The fields that differ; empty when the todo was added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// One todo before and after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Absent when the change added the todo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Todo>,
    pub after: Todo,
}

impl Change {
    /// When this change can no longer be undone.
    pub fn undo_until(&self) -> Timestamp {
        days_after(self.at, limits::UNDO_DAYS)
    }

    /// Whether it left everything as it was.
    pub fn is_nothing(&self) -> bool {
        self.todos.is_empty() && self.settings.is_none()
    }
}

impl OperationName {
    /// The name of an operation of this program.
    pub const fn of(operation_id: &'static str) -> Self {
        Self(Cow::Borrowed(operation_id))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Image {
    /// A todo that comes into being.
    pub fn added(todo: Todo) -> Self {
        Self { before: None, after: todo }
    }

    /// `current` becoming `after`, which gets the next version.
    pub fn changed(current: &Todo, after: Todo) -> Self {
        Self { after: after.following(current), before: Some(current.clone()) }
    }

    /// Whether the todo says something else afterwards.
    pub fn is_change(&self) -> bool {
        self.before.as_ref().is_none_or(|before| !before.same_content(&self.after))
    }

    /// What the change record says of this todo.
    pub fn summary(&self) -> ChangedTodo {
        let fields = self.before.as_ref().map(|before| differing(before, &self.after)).unwrap_or_default();
        ChangedTodo { id: self.after.id.clone(), title: self.after.title.clone(), fields }
    }
}

/// The names of the fields in which two states of a todo differ, bookkeeping aside.
fn differing(before: &Todo, after: &Todo) -> Vec<String> {
    let pairs = [
        ("title", before.title != after.title),
        ("status", before.status != after.status),
        ("list", before.list != after.list),
        ("priority", before.priority != after.priority),
        ("due", before.due != after.due || before.anchor_day != after.anchor_day),
        ("repeat", before.repeat != after.repeat),
        ("notes", before.notes != after.notes),
        ("tags", before.tags != after.tags),
        ("steps", before.steps != after.steps),
    ];
    pairs.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).to_owned()).collect()
}

/// The moment `days` days of 24 hours later, or the end of time.
pub fn days_after(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add((days * 24).hours()).unwrap_or(Timestamp::MAX)
}

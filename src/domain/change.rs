//! Changes. Every write is one atomic change. It is recorded, and it can be undone.

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

/// The record of one write. It names the operation, the changed todos and their changed fields, and the changed
/// settings. The [`Image`]s of the change hold the complete states of the todos before and after the write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub id: ChangeId,
    pub at: Timestamp,
    pub operation: OperationName,
    pub todos: Vec<ChangedTodo>,
    /// The settings before and after, if the write changed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<SettingsImage>,
    /// The lists that this change created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_lists: Vec<ListName>,
    /// The change that this change undid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<ChangeId>,
    /// The change that undid this change. If several changes undid it, this is the last of them. That undo may itself
    /// be undone by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<ChangeId>,
    /// The time of that undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
    /// The fingerprint of the request, if the request had an idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Fingerprint>,
}

/// The `operationId` of the operation that made a change. It is a text and not an enum, because a record keeps its name
/// even if the program no longer has this operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationName(Cow<'static, str>);

/// One changed todo in the record of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedTodo {
    pub id: TodoId,
    /// The title after the change.
    pub title: Title,
    /// The names of the changed fields. Empty if the change added the todo.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// One todo before and after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Absent if the change added the todo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Todo>,
    pub after: Todo,
}

impl Change {
    /// The end of the time in which this change can be undone.
    pub fn undo_until(&self) -> Timestamp {
        days_after(self.at, limits::UNDO_DAYS)
    }

    /// Whether nothing changed: no todo and no setting.
    pub fn has_no_effect(&self) -> bool {
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
    /// The image of a todo that a change adds.
    pub fn added(todo: Todo) -> Self {
        Self { before: None, after: todo }
    }

    /// The image of a change from `current` to `after`. `after` gets the next version.
    pub fn changed(current: &Todo, after: Todo) -> Self {
        Self { after: after.with_next_version_after(current), before: Some(current.clone()) }
    }

    /// Whether the content of the todo changed. This is also true if the todo was added.
    pub fn is_change(&self) -> bool {
        self.before.as_ref().is_none_or(|before| !before.same_content(&self.after))
    }

    /// The entry of this todo in the change record.
    pub fn summary(&self) -> ChangedTodo {
        let fields = self.before.as_ref().map(|before| differing(before, &self.after)).unwrap_or_default();
        ChangedTodo { id: self.after.id.clone(), title: self.after.title.clone(), fields }
    }
}

/// The names of the fields that differ between two states of a todo. The version and the times are not compared.
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

/// The moment `days` days of 24 hours after `at`, or the last possible moment.
pub fn days_after(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add((days * 24).hours()).unwrap_or(Timestamp::MAX)
}

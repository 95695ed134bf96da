//! Changes to todos and settings. Every write is one atomic change. The program records every change, and every change
//! can be undone.

use std::borrow::Cow;

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{
    credential::CredentialId,
    id::{ChangeId, ImportId, TodoId},
    idempotency::Fingerprint,
    limits,
    list_change::ListsDifference,
    list_ref::ListRef,
    settings::SettingsImage,
    text::Title,
    todo::Todo,
};

/// The record of one write. The record names the operation, the changed todos, the changed fields of each todo, and the
/// changed settings. For each changed todo, the table also contains a difference (`difference.rs`). A difference
/// contains the altered fields, with the values before and after the write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub id: ChangeId,
    pub at: Timestamp,
    pub operation: OperationName,
    pub todos: Vec<ChangedTodo>,
    /// The settings before and after the write. Present only if the write changed the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<SettingsImage>,
    /// The lists that the write renamed, merged, deleted or ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_changes: Option<ListsDifference>,
    /// The lists that this change created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_lists: Vec<ListRef>,
    /// The lists that contained the changed todos before or after this change, each list once. Absent in records of
    /// version 0.1.0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListRef>,
    /// The id of the undone change. Present only if this change is an undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<ChangeId>,
    /// The ids of further undone changes. Present only if this change is an undo of several changes. All these changes
    /// are older than the change in `undoes`, and the newest of them comes first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_undoes: Vec<ChangeId>,
    /// The id of the undo that takes effect instead of this change. Absent if this change takes effect. An undo is also
    /// a change, so somebody can undo an undo. In a record of an earlier version, this undo may itself be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<ChangeId>,
    /// The time of the undo in `undone_by`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
    /// The credential of the request. Absent if the server needs no credential. Also absent in records of version
    /// 0.1.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CredentialId>,
    /// The import to which this change belongs. An import of many todos makes several changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportId>,
    /// The fingerprint of the request, if the request had an idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Fingerprint>,
}

/// The `operationId` of the operation that made a change. The type is a text and not an enum, because old records may
/// name operations that the program no longer has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationName(Cow<'static, str>);

/// One changed todo in the record of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedTodo {
    pub id: TodoId,
    /// The title after the change.
    pub title: Title,
    /// The names of the changed fields. If the change added the todo, `fields` is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// The states of one todo before and after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The todo before the change. Absent if the change added the todo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Todo>,
    pub after: Todo,
}

impl Change {
    /// This change can be undone until this moment.
    pub fn undo_until(&self) -> Timestamp {
        days_after(self.at, limits::UNDO_DAYS)
    }

    /// The ids of the changes that this change undid, the newest first. Empty if this change is not an undo.
    pub fn undone_changes(&self) -> impl Iterator<Item = &ChangeId> {
        self.undoes.iter().chain(&self.also_undoes)
    }

    /// Whether the write changed no todo, no setting, no list and no mark of another change. An undo always marks the
    /// undone change, even if there is nothing left to undo. Otherwise the next undo would find the same change again.
    pub fn has_no_effect(&self) -> bool {
        self.todos.is_empty() && self.settings.is_none() && self.list_changes.is_none() && self.undoes.is_none()
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
    /// The [`Image`] of a todo that a change adds. The todo did not exist before the change, so `before` is `None`.
    pub fn added(todo: Todo) -> Self {
        Self { before: None, after: todo }
    }

    /// The [`Image`] of a changed todo. `current` is the todo before the change, and `after` is the todo after the
    /// change. In the result, the version of `after` is 1 higher than the version of `current`.
    pub fn changed(current: &Todo, after: Todo) -> Self {
        Self { after: after.with_next_version_after(current), before: Some(current.clone()) }
    }

    /// True if the change added the todo, and also true if it altered the content of the todo.
    pub fn is_change(&self) -> bool {
        self.before.as_ref().is_none_or(|before| !before.same_content(&self.after))
    }

    /// The entry for this todo in the record of the change.
    pub fn summary(&self) -> ChangedTodo {
        let fields = self.before.as_ref().map(|before| differing(before, &self.after)).unwrap_or_default();
        ChangedTodo { id: self.after.id.clone(), title: self.after.title.clone(), fields }
    }
}

/// The names of the fields in which `before` and `after` differ. This function ignores versions, and times such as
/// `updated_at`.
fn differing(before: &Todo, after: &Todo) -> Vec<String> {
    let pairs = [
        ("title", before.title != after.title),
        ("status", before.status != after.status),
        ("completed_at", before.status == after.status && before.completed_at != after.completed_at),
        ("list", before.list != after.list),
        ("position", before.due.is_none() == after.due.is_none() && before.place != after.place),
        ("priority", before.priority != after.priority),
        ("due", (before.due, before.anchor_day, before.series_due) != (after.due, after.anchor_day, after.series_due)),
        ("repeat", before.repeat != after.repeat),
        ("notes", before.notes != after.notes),
        ("tags", before.tags != after.tags),
        ("steps", before.steps != after.steps),
    ];
    pairs.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).to_owned()).collect()
}

/// Adds a number of days to the moment `at`. One day means 24 hours here. If the sum is later than `Timestamp::MAX`,
/// the result is `Timestamp::MAX`.
pub fn days_after(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add((days * 24).hours()).unwrap_or(Timestamp::MAX)
}

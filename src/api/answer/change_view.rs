//! Defines how changes look in answers.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::with_offset;
use crate::domain::{
    change::{Change, ChangedTodo, OperationName},
    credential::CredentialId,
    difference::Difference,
    id::TodoId,
    lists::Lists,
    values::{ChangedField, cut},
};

/// An answer shows at most this number of todos of a change.
const SUMMARY_TODOS: usize = 3;
/// An answer shows this number of changes in detail. Of each later change, the answer shows only one todo, cuts long
/// values, and does not name the operation `updateTodos`.
const FIRST_CHANGES: usize = 10;
const USUAL: &str = "updateTodos";
/// In a later change, a value has at most this number of characters.
const LATER_VALUE: usize = 40;

/// The change that a write made, with the id for `undoChange`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeRef {
    // Id that undoChange takes.
    pub id: String,
    #[schema(format = "date-time")]
    pub undo_until: String,
}

/// A change in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeSummary {
    pub id: String,
    #[schema(format = "date-time")]
    pub at: String,
    #[schema(value_type = String)]
    pub operation: OperationName,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub by: Option<String>,
    // The number of todos that the change changed.
    #[schema(value_type = i64)]
    pub todos: usize,
    // The titles of the first three todos.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub titles: Vec<String>,
    // Changed lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub lists: Vec<String>,
}

/// A recorded change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeView {
    pub id: String,
    #[schema(format = "date-time")]
    pub at: String,
    /// updateTodos when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub operation: Option<OperationName>,
    /// Program that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub by: Option<String>,
    // The first todos.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub todos: Vec<ChangedTodoView>,
    // The number of changed todos that the answer does not show.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false)]
    pub more_todos: Option<usize>,
    // The changed settings, in the form of `ChangedTodoView::changed`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub settings: Vec<String>,
    /// Changed lists, such as: list: Work → Office.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub lists: Vec<String>,
    /// Ids of the changes that it undid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub undoes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub undone_by: Option<String>,
    /// The import to which the change belongs. Only the page uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub import: Option<String>,
}

/// A todo in a recorded change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChangedTodo)]
pub struct ChangedTodoView {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub added: bool,
    /// Old and new value of each field, such as: due: none → 2026-11-27.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub changed: Vec<String>,
    // Changed fields whose values are not shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub fields: Vec<String>,
}

/// What the history needs to show changes.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The person's time zone.
    pub zone: &'a TimeZone,
    /// The present lists.
    pub lists: &'a Lists,
    /// If the listing shows the changes of one todo, this todo.
    pub about: Option<&'a TodoId>,
}

impl ChangeRef {
    /// `zone` is the person's time zone.
    pub fn of(change: &Change, zone: &TimeZone) -> Self {
        Self { id: change.id.as_str().to_owned(), undo_until: with_offset(change.undo_until(), zone) }
    }
}

impl ChangeSummary {
    /// The summary of a change. `zone` is the person's time zone, and `lists` are the present lists.
    pub fn of(change: &Change, zone: &TimeZone, lists: &Lists) -> Self {
        let titles = change.todos.iter().take(SUMMARY_TODOS).map(|todo| cut(todo.title.as_str()));
        Self {
            id: change.id.as_str().to_owned(),
            at: with_offset(change.at, zone),
            operation: change.operation.clone(),
            by: change.by.as_ref().map(CredentialId::to_string),
            todos: change.todos.len(),
            titles: titles.collect(),
            lists: texts(change.list_changes.iter().flat_map(|difference| difference.values(lists))),
        }
    }
}

impl ChangeView {
    /// The change as the history shows it. `differences` are the known differences of its todos. If the listing is
    /// about one todo, the change shows only this todo. `names` contains the credentials of the earlier changes of the
    /// same answer.
    pub fn of(
        change: &Change,
        differences: &[Difference],
        Shown { zone, lists, about }: Shown<'_>,
        names: &mut Names,
    ) -> Self {
        let is_about = |todo: &&ChangedTodo| about.is_none_or(|about| todo.id == *about);
        let is_first = names.changes < FIRST_CHANGES;
        let most = if is_first { SUMMARY_TODOS } else { 1 };
        names.changes += 1;
        let shown: Vec<_> = change.todos.iter().filter(is_about).take(most).collect();
        Self {
            id: change.id.as_str().to_owned(),
            at: with_offset(change.at, zone),
            operation: Some(change.operation.clone()).filter(|name| is_first || name.as_str() != USUAL),
            by: change.by.as_ref().map(|by| names.of(by)),
            more_todos: Some(change.todos.len() - shown.len()).filter(|more| *more > 0),
            todos: shown.into_iter().map(|todo| ChangedTodoView::of(todo, differences, lists, is_first)).collect(),
            settings: texts(change.settings.iter().flat_map(|image| image.values(lists))),
            lists: texts(change.list_changes.iter().flat_map(|difference| difference.values(lists))),
            undoes: change.undone_changes().map(|id| id.as_str().to_owned()).collect(),
            undone_by: change.undone_by.as_ref().map(|id| id.as_str().to_owned()),
            import: change.import.as_ref().map(|id| id.as_str().to_owned()),
        }
    }
}

fn texts(fields: impl Iterator<Item = ChangedField>) -> Vec<String> {
    fields.map(|field| field.to_string()).collect()
}

/// The credentials of the earlier changes of an answer, by their names, and the number of these changes.
#[derive(Debug, Default)]
pub struct Names {
    names: HashMap<String, String>,
    /// The number of changes that are already in the answer.
    changes: usize,
}

impl Names {
    /// The name of the credential. If the credential has no name, or if an earlier credential in the answer has the
    /// same name, the result also contains the kind and the id of the credential.
    fn of(&mut self, by: &CredentialId) -> String {
        let Some(name) = &by.name else { return by.to_string() };
        let first = self.names.entry(name.as_str().to_owned()).or_insert_with(|| by.id.clone());
        if *first == by.id { name.as_str().to_owned() } else { by.to_string() }
    }
}

impl ChangedTodoView {
    /// `is_first` says whether this change is one of the first changes of the answer. In later changes, long values are
    /// cut.
    fn of(todo: &ChangedTodo, differences: &[Difference], lists: &Lists, is_first: bool) -> Self {
        let difference = differences.iter().find(|difference| difference.id == todo.id);
        let values = difference.into_iter().flat_map(|difference| difference.values(lists));
        let changed = texts(values.map(|field| if is_first { field } else { field.cut(LATER_VALUE) }));
        let fields = if changed.is_empty() { todo.fields.clone() } else { Vec::new() };
        let added = difference.map_or(todo.fields.is_empty(), Difference::is_new);
        Self { added, id: todo.id.as_str().to_owned(), title: cut(todo.title.as_str()), changed, fields }
    }
}

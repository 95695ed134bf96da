//! The problem documents for refused writes.

use super::{
    fitting::fit_problem as fit,
    problem::{FieldError, Problem, bounded, problems},
};
use crate::domain::{
    change::Change,
    found::Found,
    id::ChangeId,
    invalid::Invalid,
    limits,
    list_change::ListConflict,
    refusal::{ItemViolation, Refusal, Subject, UndoConflict},
};

/// Says how the `path` of each error begins. A path begins with `todos` or `ids` if the request has an array with this
/// name.
#[derive(Debug, Clone, Copy)]
pub enum ErrorPath {
    /// `todos[3].due`
    Todos,
    /// `ids[3]`
    Ids,
    /// `set.due`, or `except_ids[3]` in a change by filter. The text is the path of the object with the filters, and it
    /// stands before `except_ids`.
    Filter(&'static str),
    /// The path is only the name of a field, such as `due`, because the URL already names the todo or the settings.
    Item,
    /// The request contains the id of a change, but no todos.
    Change,
}

/// The problem document for this refusal. `begins` says how the paths in its errors begin.
pub fn refused(refusal: Refusal, begins: ErrorPath) -> Problem {
    match refusal {
        Refusal::NotFound(_) if matches!(begins, ErrorPath::Item) => problems::NO_SUCH_TODO.into(),
        Refusal::NotFound(violations) => {
            Problem { errors: with_paths(violations, begins), ..problems::NO_SUCH_TODOS.into() }
        }
        Refusal::Invalid(violations) => Problem { errors: with_paths(violations, begins), ..problems::INVALID.into() },
        Refusal::Conflict { violations, current } => {
            Problem { errors: with_paths(violations, begins), current: fit(&current), ..problems::CONFLICT.into() }
        }
        Refusal::ChangedSince { conflicts, current } => {
            let errors = bounded(conflicts.iter().map(conflict).collect());
            Problem { errors, current: fit(&current), ..problems::CHANGED_SINCE.into() }
        }
        Refusal::Contended { current } => Problem { current: fit(&current), ..problems::CONTENDED.into() },
        Refusal::AlreadyUndone { by } => problems::ALREADY_UNDONE.with_detail(format!(
            "Nothing was changed, because an undo has already reversed this change. To restore this change, undo the change {}.",
            by.as_str()
        )),
        Refusal::NoSuchChange => problems::NO_SUCH_CHANGE.into(),
        Refusal::NothingToUndo { newest: None } => problems::NOTHING_TO_UNDO.into(),
        Refusal::NothingToUndo { newest: Some(newest) } => problems::NOTHING_TO_UNDO.with_detail(format!(
            "No change of the wanted program was found that can be undone. The newest other change is {}. To undo this change, send its id as `change_id`.",
            described(&newest)
        )),
        Refusal::NoSuchList(name) => {
            problems::NO_SUCH_LIST.with_detail(format!("There is no list \"{}\".", name.as_str()))
        }
        Refusal::ListRefused { field, message } => {
            Problem { errors: vec![FieldError::new(field, Invalid::new(message))], ..problems::INVALID.into() }
        }
        Refusal::ListTooFull { list, todos } => problems::TODOS_TOO_MANY.with_detail(format!(
            "The list \"{}\" has {todos} todos, but at most {} todos can be deleted together with their list. Nothing was changed. First delete or move some of its todos, also completed ones. Or keep the todos, and put them into another list with merge_into.",
            list.as_str(),
            limits::TODOS_PER_CALL
        )),
        Refusal::ListTooLarge(list) => problems::TODOS_TOO_LARGE.with_detail(format!(
            "The todos of the list \"{}\" are too large to be deleted together with their list. Nothing was changed. First delete or move some of its todos, also completed ones. Or keep the todos, and put them into another list with merge_into.",
            list.as_str()
        )),
        Refusal::OtherNumber { expected, found } => problems::OTHER_NUMBER.with_detail(other_number(expected, found)),
        Refusal::TooLargeFound { number } => {
            problems::TODOS_TOO_LARGE.with_detail(format!(
                "The {number} todos that match are together too large for one change. Nothing was changed. Narrow the filters, for example to one list, a period (due_from and due_to) or a priority, and make several calls."
            ))
        }
        Refusal::TooManyFound { number } => problems::TODOS_TOO_MANY.with_detail(format!(
            "{number} todos that match would change, but one call can change at most {}. A completed repeating todo counts twice. Nothing was changed. Narrow the filters, for example to one list, a period (due_from and due_to) or a priority, and make several calls.",
            limits::TODOS_PER_CALL
        )),
        Refusal::KeyReused => problems::KEY_REUSED.into(),
        Refusal::TooLarge => problems::TODOS_TOO_LARGE.into(),
        Refusal::Full => problems::STORAGE_FULL.into(),
        Refusal::TooMany if matches!(begins, ErrorPath::Change) => problems::UNDO_TOO_LARGE.into(),
        Refusal::TooMany => problems::TODOS_TOO_MANY.into(),
    }
}

/// The error for a todo, or for the settings, that a later change altered.
fn conflict(conflict: &UndoConflict) -> FieldError {
    let UndoConflict { subject, change, fields, added, later } = conflict;
    let what = match subject {
        Subject::Todo(todo) => format!("the todo {} was", todo.as_str()),
        Subject::Settings => "the settings were".to_owned(),
        Subject::Lists(conflict, _) => return list_conflict(conflict, change, later.as_deref()),
    };
    let fields = if fields.is_empty() { "it no longer exists".to_owned() } else { fields.join(", ") };
    let by = later.as_ref().map(|later| format!("; the last such change is {}", described(later))).unwrap_or_default();
    let advice = if *added { ". To remove the todo, use deleteTodos" } else { "" };
    let message = format!("after the change {}, {what} changed again ({fields}){by}{advice}", change.as_str());
    FieldError::new("change_id", Invalid::new(message))
}

/// The error for a list that a later change altered.
fn list_conflict(conflict: &ListConflict, change: &ChangeId, later: Option<&Change>) -> FieldError {
    let by = later.map(|later| format!("; the last such change is {}", described(later))).unwrap_or_default();
    let what = match conflict {
        ListConflict::Changed => format!("the list was changed again{by}"),
        ListConflict::OtherGone => format!("the list into which it would be merged was merged or deleted{by}"),
        ListConflict::Ordered => format!("the order of the lists was changed again{by}"),
        ListConflict::NameTaken(name) => format!(
            "another list got the name \"{}\"{by}. First give this other list another name with updateLists",
            name.as_str()
        ),
        ListConflict::HasTodos => {
            "other todos were put into the list. To delete them too, delete the list with updateLists".to_owned()
        }
    };
    FieldError::new("change_id", Invalid::new(format!("after the change {}, {what}", change.as_str())))
}

/// The `detail` that says how many todos match the filters of a change.
fn other_number(expected: usize, found: Found) -> String {
    let Found { open, completed, deleted, already, .. } = found;
    let parts = [(open, "open"), (completed, "completed"), (deleted, "deleted")];
    let parts: Vec<_> = parts.iter().filter(|(number, _)| *number > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let parts = if parts.is_empty() { "none".to_owned() } else { parts.join(" and ") };
    format!(
        "Nothing was changed, because {} todos match, not {expected}. Would change: {parts}. Already as asked: {already}. Send the right number as expected_count, or other filters.",
        found.total()
    )
}

/// A change in a few words, such as `8f3kq2m9x7w1z0tb (updateTodos by Ann's laptop (key 1a2b3c4d5e6f))`.
fn described(change: &Change) -> String {
    let by = change.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    format!("{} ({}{by})", change.id.as_str(), change.operation.as_str())
}

fn with_paths(violations: Vec<ItemViolation>, begins: ErrorPath) -> Vec<FieldError> {
    let path = |violation: &ItemViolation| match (begins, violation.field) {
        (ErrorPath::Todos, "") => format!("todos[{}]", violation.item),
        (ErrorPath::Todos, field) => format!("todos[{}].{field}", violation.item),
        (ErrorPath::Ids, _) => format!("ids[{}]", violation.item),
        (ErrorPath::Filter(""), "id") => format!("except_ids[{}]", violation.item),
        (ErrorPath::Filter(place), "id") => format!("{place}.except_ids[{}]", violation.item),
        (ErrorPath::Filter(_), field) => format!("set.{field}"),
        (ErrorPath::Item | ErrorPath::Change, field) => field.to_owned(),
    };
    bounded(
        violations
            .into_iter()
            .map(|violation| FieldError::new(path(&violation), Invalid::new(violation.message)))
            .collect(),
    )
}

//! What an edit changes if the caller has sent back a todo that it has read. Such an edit contains many values that are
//! as in the todo. The program treats these values as not sent. So they cannot contradict the other fields, and cannot
//! move a series.

use super::{
    edit::{EditStatus, TodoEdit},
    invalid::Violation,
    moment::Moment,
    todo::{Status, Todo},
};

/// The todo after this edit. If some fields of the edit do not fit this todo, or contradict each other, the function
/// returns an error for each of these fields.
pub fn apply(edit: &TodoEdit, todo: &Todo, moment: &Moment) -> Result<Todo, Vec<Violation>> {
    if !edit.read_back.is_sent() {
        return edit.apply(todo, moment);
    }
    let edit = without_unchanged(edit, todo, moment);
    let contradictory = edit.contradictory();
    if contradictory.is_empty() { edit.apply(todo, moment) } else { Err(contradictory) }
}

/// The edit without the values that are as in the todo.
fn without_unchanged(edit: &TodoEdit, todo: &Todo, moment: &Moment) -> TodoEdit {
    let mut edit = edit.clone();
    let is_status = matches!(
        (edit.status, todo.status),
        (Some(EditStatus::Open), Status::Open) | (Some(EditStatus::Completed), Status::Completed)
    );
    let is_due = edit.due.as_ref().is_some_and(|due| due.due(moment, todo.due).ok() == todo.due);
    let is_steps =
        edit.steps.as_ref().is_some_and(|steps| steps.replace(&todo.steps).is_ok_and(|new| new == todo.steps));
    edit.status = edit.status.filter(|_| !is_status);
    edit.due = edit.due.filter(|_| !is_due);
    edit.steps = edit.steps.filter(|_| !is_steps);
    edit.repeat = edit.repeat.filter(|repeat| todo.repeat.as_ref() != Some(repeat));
    edit.notes = edit.notes.filter(|notes| todo.notes.as_ref() != Some(notes));
    edit.tags = edit.tags.filter(|tags| *tags != todo.tags);
    edit
}

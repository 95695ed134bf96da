//! What an answer says about the series of repeating todos, for example if a write ends or moves a series, or if a
//! reopened todo takes back its next todo.

use std::collections::HashSet;

use crate::{
    domain::{
        change::Image,
        repeat::CountedFrom,
        series::taken_back,
        todo::{Status, Todo},
        values::cut,
    },
    store::WriteResult,
};

/// The hint for a repeated request that has no idempotency key, and that the store has recognised.
const REPLAYED: &str = "The same request was done within the last two minutes, so nothing was done now. To do it once more, send an idempotency_key.";

/// The hints of an update or a deletion. Each hint names one todo, and the number of the other todos that the hint
/// concerns. If an earlier request has made the write, the only possible hint says how to make the write once more.
pub fn hints(result: &WriteResult) -> Vec<String> {
    if result.replayed {
        return Vec::from_iter(result.change.request.is_none().then(|| REPLAYED.to_owned()));
    }
    let taken = taken_back(&result.differences);
    let repeats = |todo: &Todo| todo.status == Status::Open && todo.repeat.is_some();
    let (mut ended, mut skipped, mut took, mut stay) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut moved = Vec::new();
    let is_deletion = result.change.operation.as_str().starts_with("delete");
    for Image { before, after } in &result.images {
        let Some(before) = before else { continue };
        if is_series_moved(before, after) {
            moved.push((after, ""));
        }
        let next = before.handed_on.as_ref().map(|handed_on| handed_on.next.as_str());
        match (repeats(before), after.status, next) {
            _ if taken.contains(after.id.as_str()) => {}
            (true, Status::Deleted, _) if is_deletion => ended.push((after, "")),
            (true, Status::Deleted, _) => skipped.push((after, "")),
            (_, Status::Open, Some(next)) if taken.contains(next) => took.push((after, next)),
            (_, Status::Open, Some(next)) => stay.push((after, next)),
            _ => {}
        }
    }
    let hints = [
        about(
            ended,
            "was repeating, and its series ends now. To leave out only one date, undo this, then set status skipped with updateTodos.",
            "were repeating, and their series end now. To leave out only one date, undo this, then set status skipped with updateTodos.",
        ),
        about(
            skipped,
            "had no next date, so its series ended, and the todo was deleted.",
            "had no next date, so their series ended, and the todos were deleted.",
        ),
        about(
            took,
            "repeats again; the next todo of its series ({next}) was deleted, because completing had added it.",
            "repeat again; the next todos of their series were deleted, because completing had added them.",
        ),
        about(
            stay,
            "does not repeat any more, because the next todo of its series ({next}) was changed, completed or deleted since.",
            "do not repeat any more, because the next todos of their series were changed, completed or deleted since.",
        ),
        about(
            moved,
            "was moved with its whole series, because repeat was sent too. To move only this one, undo this, then send due without repeat.",
            "were moved with their whole series, because repeat was sent too. To move only these, undo this, then send due without repeat.",
        ),
    ];
    hints.into_iter().flatten().collect()
}

/// A sentence about these todos. In the sentence about one todo, `{next}` is the id of the next todo.
fn about(todos: Vec<(&Todo, &str)>, one: &str, many: &str) -> Option<String> {
    let (first, next) = todos.first()?;
    let title = cut(first.title.as_str());
    Some(match todos.len() - 1 {
        0 => format!("\"{title}\" {}", one.replace("{next}", next)),
        others => format!("\"{title}\" and {others} more {many}"),
    })
}

/// Whether a write moved the dates of a series, and kept their rhythm. Perhaps the person wanted to move only this one
/// todo.
fn is_series_moved(before: &Todo, after: &Todo) -> bool {
    let (Some(old), Some(new)) = (&before.repeat, &after.repeat) else { return false };
    let is_moved = before.due.is_some() && before.due != after.due && before.series_due.or(before.due) != after.due;
    is_moved && new.from == CountedFrom::Due && new.has_rhythm_of(old) && after.series_due.is_none()
}

/// The todos of the write, without the next todos that reopened todos have taken back.
pub fn without_taken_back(result: &WriteResult) -> impl Iterator<Item = &Image> {
    let taken: HashSet<&str> = taken_back(&result.differences);
    result.images.iter().filter(move |image| !taken.contains(image.after.id.as_str()))
}

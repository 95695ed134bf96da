//! What an answer says about the series of repeating todos, if a write ends a series or takes a next todo back.

use std::collections::HashSet;

use crate::{
    domain::{
        change::Image,
        series::taken_back,
        todo::{Status, Todo},
        values::cut,
    },
    store::WriteResult,
};

/// The hints of an update or a deletion. Each hint names the first todo that it is about, and the number of the others.
/// Empty if the result is that of an earlier request.
pub fn hints(result: &WriteResult) -> Vec<String> {
    if result.replayed {
        return Vec::new();
    }
    let taken = taken_back(&result.differences);
    let repeats = |todo: &Todo| todo.status == Status::Open && todo.repeat.is_some();
    let (mut ended, mut skipped, mut took, mut stay) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let is_deletion = result.change.operation.as_str().starts_with("delete");
    for Image { before, after } in &result.images {
        let Some(before) = before else { continue };
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
    // In the sentence about one todo, `{next}` is the id of the next todo.
    let about = |todos: Vec<(&Todo, &str)>, one: &str, many: &str| {
        let (first, next) = todos.first()?;
        let title = cut(first.title.as_str());
        Some(match todos.len() - 1 {
            0 => format!("\"{title}\" {}", one.replace("{next}", next)),
            others => format!("\"{title}\" and {others} more {many}"),
        })
    };
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
    ];
    hints.into_iter().flatten().collect()
}

/// The todos that the caller has named, without the next todos that a reopened todo has taken back.
pub fn without_taken_back(result: &WriteResult) -> impl Iterator<Item = &Image> {
    let taken: HashSet<&str> = taken_back(&result.differences);
    result.images.iter().filter(move |image| !taken.contains(image.after.id.as_str()))
}

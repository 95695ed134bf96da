//! The file `Tasks.json` of Google Takeout, and answers of the API of Google Tasks.
//!
//! ```text
//! {"kind":"tasks#taskLists","items":[{"kind":"tasks#taskList","title":…,"items":[{"id","title","due",…}]}]}
//! ```
//!
//! * Google Tasks knows only days. A due date at 00:00 in UTC means this day in UTC. Any other time means its day on
//!   the person's clock.
//! * The tasks are sorted by their `position`, and do not keep their order in the file.
//! * Deleted tasks are left out, because Google Tasks does not show them. `hidden` only means that somebody has cleared
//!   the completed tasks from the list.

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::{json, times};
use crate::{
    api::import::source::{At, Completed, Context, Found, Lost, Parent, SourceFile, SourceTodo},
    domain::due::{self, Due},
};

/// An object with `items`: all lists, or one list with its tasks.
#[derive(Deserialize)]
struct Items<'a> {
    #[serde(default)]
    title: Option<String>,
    #[serde(borrow, default)]
    items: Vec<&'a RawValue>,
}

/// The kind of an object, and whether it has tasks or lists below it.
#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, default)]
    items: Option<&'a RawValue>,
    #[serde(default)]
    kind: Option<String>,
}

/// Whether the text is a file of Google Tasks.
pub fn is(text: &str) -> bool {
    json::begins(text)
        && ["tasks#taskList", "tasks#tasks"].iter().any(|kind| json::has_member(text, "kind", &format!("\"{kind}")))
}

/// Reads all tasks that are not deleted.
pub fn read(file: SourceFile<'_>, context: &Context) -> Found {
    let mut found = Found::default();
    let mut number = 0;
    let root: Items = match json::read(file.text) {
        Ok(root) => root,
        Err(broken) => return Found { broken: vec![broken], ..found },
    };
    let is_list = |element: &&RawValue| {
        let kind: Option<Kind> = serde_json::from_str(element.get()).ok();
        kind.is_some_and(|kind| kind.items.is_some() || kind.kind.is_some_and(|kind| kind == "tasks#taskList"))
    };
    if !root.items.iter().any(is_list) {
        read_list(&root, &mut number, context, &mut found);
        return found;
    }
    for element in root.items {
        match serde_json::from_str::<Items>(element.get()) {
            Ok(list) => read_list(&list, &mut number, context, &mut found),
            Err(_) => {
                number += 1;
                found.add_broken(At::task(number), "The list is not an object with a title and items.");
            }
        }
    }
    found
}

fn read_list(list: &Items, number: &mut usize, context: &Context, found: &mut Found) {
    let name = list.title.as_deref().map(str::trim).filter(|name| !name.is_empty());
    found.lists.extend(name.map(str::to_owned));
    let (start, mut positions) = (found.todos.len(), Vec::new());
    for element in &list.items {
        *number += 1;
        let at = At::task(*number);
        if found.is_full(at) {
            break;
        }
        match json::object(element) {
            Some(task) if json::is_true(&task, "deleted") => {}
            Some(task) => {
                found.todos.push(SourceTodo { at, list: name.map(str::to_owned), ..todo(&task, context) });
                positions.push(json::words(&task, "position"));
            }
            None => found.add_broken(at, "The task is not a JSON object."),
        }
    }
    if let Some(positions) = positions.into_iter().collect::<Option<Vec<String>>>() {
        let mut todos: Vec<_> = positions.into_iter().zip(found.todos.split_off(start)).collect();
        todos.sort_by(|(one, _), (other, _)| one.cmp(other));
        found.todos.extend(todos.into_iter().map(|(_, todo)| todo));
    }
}

fn todo(task: &Map<String, Value>, context: &Context) -> SourceTodo {
    let is_done = json::text(task, "status").is_some_and(|status| status == "completed");
    let completed_at = json::text(task, "completed").and_then(|at| times::moment(&at));
    let moment = |name| json::text(task, name).and_then(|at| times::moment(&at));
    let mut todo = SourceTodo {
        id: json::words(task, "id"),
        parent: json::words(task, "parent").map(Parent::Id),
        title: json::text(task, "title").unwrap_or_default().into_owned(),
        notes: json::words(task, "notes").into_iter().collect(),
        completed: is_done.then(|| completed_at.map_or(Completed::Once, Completed::At)),
        created_at: moment("created"),
        updated_at: moment("updated"),
        ..SourceTodo::default()
    };
    if let Some(text) = json::words(task, "due") {
        match day(&text, context) {
            Some(due) => todo.due = Some(due),
            None => todo.keep_as_text(Lost::DateAsText, "Date", &text),
        }
    }
    let assigned = task.get("assignmentInfo").and_then(Value::as_object);
    let links = json::objects(task, "links").filter_map(|link| {
        let address = json::words(link, "link")?;
        Some(json::words(link, "description").map_or(address.clone(), |words| format!("{words}: {address}")))
    });
    todo.notes.extend(links.chain(assigned.and_then(|info| json::words(info, "linkToTask"))));
    todo
}

fn day(text: &str, context: &Context) -> Option<Due> {
    if let Some(day) = due::day(text) {
        return Some(Due::On(day));
    }
    let at = times::moment(text)?;
    let in_utc = jiff::tz::TimeZone::UTC.to_datetime(at);
    let is_midnight = in_utc.time() == jiff::civil::Time::midnight();
    Some(Due::On(if is_midnight { in_utc.date() } else { context.zone.to_datetime(at).date() }))
}

//! The JSON of an export. It contains everything that the service knows about a person's todos, so that a program can
//! restore them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::domain::{
    change::Change,
    difference::{Difference, Fields},
    list_ref::ListRef,
    lists::Lists,
    settings::Settings,
    text::ListName,
    todo::Todo,
};

/// The value of the member `format`.
pub const FORMAT: &str = "todo-action";
/// The number of the present format. If a program reads a higher number than it knows, it must not read the rest.
pub const FORMAT_VERSION: u32 = 1;

/// All data of one person, or one page of these data. Times have a precision of one microsecond, and are in UTC. A due
/// date is a date, or a date with a time on the person's clock, in the time zone of the settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Document {
    pub format: String,
    pub format_version: u32,
    pub exported_at: Timestamp,
    /// The settings that the person has chosen. The settings are on each page.
    pub settings: ExportedSettings,
    /// The names of all lists, in the person's order. Only the first page has the lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListName>,
    /// Todos of every status. `list` is the name of the todo's list.
    #[serde(default)]
    pub todos: Vec<Todo>,
    /// The changes of the last 30 days, newest first.
    #[serde(default)]
    pub changes: Vec<Value>,
    /// The number of todos and changes that are not in the export, because the service cannot read them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable: usize,
    /// Present if there are more pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A person's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedSettings {
    /// The IANA name of the time zone. If the person has not chosen a time zone, this is the default of the deployment.
    pub time_zone: String,
    /// Whether the person has chosen the time zone.
    #[serde(default)]
    pub time_zone_is_set: bool,
    #[serde(flatten)]
    pub chosen: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls this function with a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl ExportedSettings {
    /// The settings for an export. `zone` is the time zone of the due dates.
    pub fn of(settings: &Settings, zone: &str) -> Self {
        let mut chosen = Map::new();
        chosen.extend(settings.week_start.map(|day| ("week_start".to_owned(), day.word().into())));
        chosen.extend(settings.default_list.as_ref().map(|list| ("default_list".to_owned(), list.as_str().into())));
        Self { time_zone: zone.to_owned(), time_zone_is_set: settings.time_zone.is_some(), chosen }
    }
}

/// Leaves out the values of a change that is too large for a page. The todos of the change then have only their ids and
/// titles.
pub fn leave_out_values(change: &mut Value) {
    for todo in change["todos"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        todo.retain(|name, _| name == "id" || name == "title");
    }
    change["values_left_out"] = true.into();
}

/// The todo in the form of an export: `list` is the name of the list, and not its id.
pub fn exported(mut todo: Todo) -> Todo {
    todo.list = ListRef::asked(todo.list.name().clone());
    todo
}

/// The change in the form of an export: with all values before and after the change. Lists have their present names.
pub fn exported_change(change: &Change, differences: &[Difference], lists: &Lists) -> Value {
    // A change consists of texts, numbers and arrays, so `to_value` cannot fail.
    let Ok(Value::Object(mut members)) = serde_json::to_value(change) else { return Value::Null };
    for left_out in ["request", "lists"] {
        members.remove(left_out);
    }
    let todos = change.todos.iter().map(|todo| {
        let difference = differences.iter().find(|difference| difference.id == todo.id);
        let mut members = json!({ "id": todo.id, "title": todo.title });
        let Some(difference) = difference else { return members };
        match difference.altered() {
            Some((before, after)) => {
                members["before"] = with_list(before, lists);
                members["after"] = with_list(after, lists);
            }
            None => members["added"] = with_list(difference.after(), lists),
        }
        if difference.kept_notes() > 0 {
            members["kept_bytes_of_notes"] = difference.kept_notes().into();
        }
        members
    });
    members.insert("todos".to_owned(), todos.collect());
    let mut change = Value::Object(members);
    for at in ["/settings/before/default_list", "/settings/after/default_list", "/new_lists", "/list_changes/order"] {
        change.pointer_mut(at).into_iter().for_each(|ids| name_lists(ids, lists));
    }
    for list in change.pointer_mut("/list_changes/lists").and_then(Value::as_array_mut).into_iter().flatten() {
        name_states(list, lists);
    }
    change
}

/// Replaces the ids of lists by the present names. `ids` is an id, or an array of ids, or an array of such arrays.
fn name_lists(ids: &mut Value, lists: &Lists) {
    match ids {
        Value::String(id) => *id = lists.name(&ListName::of_id(std::mem::take(id))).as_str().to_owned(),
        Value::Array(ids) => ids.iter_mut().for_each(|id| name_lists(id, lists)),
        _ => {}
    }
}

/// Gives a changed list its states before and after the change, and removes its id. If the record lacks a state, the
/// list had its first name in this state, so this function adds the first name.
fn name_states(list: &mut Value, lists: &Lists) {
    let Some(members) = list.as_object_mut() else { return };
    let id = members.remove("id").unwrap_or_default();
    let first = ListName::of_id(id.as_str().unwrap_or_default().to_owned()).first_name();
    for side in ["before", "after"] {
        let state = members.entry(side).or_insert_with(|| json!({ "name": first }));
        state.pointer_mut("/merged_into").into_iter().for_each(|id| name_lists(id, lists));
    }
}

/// The fields with the present name of the list instead of its id.
fn with_list(fields: &Fields, lists: &Lists) -> Value {
    let mut fields = fields.clone();
    fields.get_mut("list").into_iter().for_each(|list| name_lists(list, lists));
    Value::Object(fields)
}

//! The attribute `view`, which is the sort key of the index `timeline`. This attribute decides where an item is in a
//! listing.

use jiff::Timestamp;

use crate::domain::{
    change::Change,
    todo::{Status, Todo},
};

/// If an open todo has a due date, its view contains this date. If an open todo has no due date, its view contains this
/// text and the place of the todo. In the index, this text comes after every date.
pub(super) const UNDATED: &str = "~";

/// The value of the attribute `view` of a todo, which is the sort key of the index `timeline`. The value depends on the
/// status and the dates of the todo. Every todo has exactly one such value.
pub(super) fn todo_view(todo: &Todo) -> String {
    let since = |at: Option<Timestamp>| moment(at.unwrap_or(todo.updated_at));
    let place = match todo.status {
        Status::Open => match todo.due {
            Some(due) => due.to_string(),
            None => return format!("{}#{UNDATED}{}", todo.status.word(), undated(todo)),
        },
        Status::Completed => since(todo.completed_at),
        Status::Deleted => since(todo.deleted_at),
    };
    format!("{}#{place}#{}", todo.status.word(), todo.id.as_str())
}

/// The part of a view that follows [`UNDATED`]: the place and the id. If the todo has no stored place, the program
/// makes the place from the id. This place already contains the id, so the id does not follow again.
fn undated(todo: &Todo) -> String {
    todo.place
        .as_ref()
        .map_or_else(|| todo.place().as_str().to_owned(), |place| format!("{}#{}", place.as_str(), todo.id.as_str()))
}

/// The view of a change. `order` is the sequence number of the change, written as a time.
pub(super) fn change_view(change: &Change, order: Timestamp) -> String {
    format!("change#{}#{}", moment(order), change.id.as_str())
}

/// The time as text in the format of RFC 3339, in UTC and with six decimals. All texts in this format have the same
/// length, so their alphabetical order is also their order in time.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{id::TodoId, list_ref::ListRef, place::Place, settings::Settings, todo::NewTodo};
    use jiff::tz::TimeZone;
    use serde_json::json;

    fn todo(due: Option<&str>) -> Todo {
        let new: NewTodo =
            deserr::deserialize::<_, _, deserr::errors::JsonError>(json!({"title": "x", "due": due})).unwrap();
        let moment = Settings::default().moment("2026-11-22T10:00:00.000001Z".parse().unwrap(), &TimeZone::UTC);
        Todo::add(&new, TodoId::from_random([0; 16]), &ListRef::inbox(), &moment).unwrap()
    }

    #[test]
    fn undated_todos_sort_behind_dated_ones_and_a_day_before_its_hours() {
        let views =
            [Some("2026-11-27"), Some("2026-11-27T09:30"), Some("2026-11-28"), None].map(|due| todo_view(&todo(due)));
        assert!(views.is_sorted(), "{views:?}");
    }

    #[test]
    fn todos_without_a_place_have_the_view_of_earlier_versions_and_come_between_the_top_and_the_others() {
        let of = |place: Option<Place>| todo_view(&Todo { place, ..todo(None) });
        let old = Todo { place: None, ..todo(None) };
        let at = Timestamp::UNIX_EPOCH;
        let views = [Some(Place::top(at)), None, Some(old.place().after(at)), Some(Place::of_time(at))].map(of);
        assert_eq!(views[1], "open#~#0000000000");
        assert!(views.is_sorted(), "{views:?}");
    }
}

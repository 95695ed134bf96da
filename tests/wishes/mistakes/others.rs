//! Calls in the form of other services.

use serde_json::json;

use super::mistake::{Mistake, mistake, new_todo};
use crate::wish::id;

/// All mistakes of this file.
pub fn all() -> Vec<Mistake> {
    [new_todos(), edits(), lists(), searches()].into_iter().flatten().collect()
}

/// A mistake about a todo that the model has read.
fn about_milk(sends: &'static str) -> Mistake {
    mistake(sends).seed(json!([{"title": "Milk", "list": "Shopping"}])).reads("getTodos", json!({}))
}

fn new_todos() -> Vec<Mistake> {
    vec![
        mistake("`tags: \"food, home\"`")
            .refused("addTodos", new_todo(json!({"title": "Milk", "tags": "food, home"})))
            .told("must be an array, not a string")
            .next("addTodos", new_todo(json!({"title": "Milk", "tags": ["food", "home"]})))
            .then(|state| state.add(json!({"title": "Milk", "tags": ["food", "home"]}))),
        mistake("`date` and `time`")
            .refused("addTodos", new_todo(json!({"title": "Milk", "date": "2026-11-27", "time": "17:00"})))
            .told("did you mean due?")
            .next("addTodos", new_todo(json!({"title": "Milk", "due": "2026-11-27T17:00"})))
            .then(|state| state.add(json!({"title": "Milk", "due": "2026-11-27T17:00"}))),
        mistake("`due: {\"date\": \"2026-11-27\"}`")
            .refused("addTodos", new_todo(json!({"title": "Milk", "due": {"date": "2026-11-27"}})))
            .told("send for example \"2026-11-23\"")
            .next("addTodos", new_todo(json!({"title": "Milk", "due": "2026-11-27"})))
            .then(|state| state.add(json!({"title": "Milk", "due": "2026-11-27"}))),
        mistake("`repeat: \"FREQ=WEEKLY;BYDAY=TU\"`")
            .refused(
                "addTodos",
                new_todo(json!({"title": "Bins", "due": "2026-11-24", "repeat": "FREQ=WEEKLY;BYDAY=TU"})),
            )
            .told("must be an object such as {")
            .next("addTodos", new_todo(json!({"title": "Bins", "due": "2026-11-24", "repeat": {"unit": "week"}})))
            .then(|state| state.add(json!({"title": "Bins", "due": "2026-11-24", "repeat": {"unit": "week"}}))),
        mistake("steps with `completed: true`")
            .refused("addTodos", new_todo(json!({"title": "Cake", "steps": [{"title": "Eggs", "completed": true}]})))
            .told("is not a field here; the fields are title, done")
            .next("addTodos", new_todo(json!({"title": "Cake", "steps": [{"title": "Eggs", "done": true}]})))
            .then(|state| state.add(json!({"title": "Cake", "steps": [{"title": "Eggs", "done": true}]}))),
        mistake("`position: 1`")
            .seed(json!([{"title": "Eggs"}]))
            .refused("addTodos", new_todo(json!({"title": "Milk", "position": 1})))
            .told("send top, bottom, or after and the id of a todo")
            .next("addTodos", new_todo(json!({"title": "Milk", "position": "top"})))
            .then(|state| state.add(json!({"title": "Milk"}))),
    ]
}

fn edits() -> Vec<Mistake> {
    vec![
        about_milk("`status: \"deleted\"`")
            .refused("updateTodos", new_todo(json!({"id": id("Milk"), "status": "deleted"})))
            .told("delete the todo with deleteTodos")
            .next("deleteTodos", json!({"ids": [id("Milk")]}))
            .then(|state| state.set("Milk", "status", json!("deleted"))),
        about_milk("two edits of the same todo in one call")
            .refused(
                "updateTodos",
                json!({"todos": [{"id": id("Milk"), "priority": "high"}, {"id": id("Milk"), "due": "2026-11-27"}]}),
            )
            .told("send only one item for each todo")
            .next("updateTodos", new_todo(json!({"id": id("Milk"), "priority": "high", "due": "2026-11-27"})))
            .then(|state| {
                state.set("Milk", "priority", json!("high"));
                state.set("Milk", "due", json!("2026-11-27"));
            }),
        about_milk("an old `expected_version`")
            .before("updateTodos", json!({"where": {"q": "milk"}, "set": {"priority": "high"}}))
            .refused("updateTodos", new_todo(json!({"id": id("Milk"), "due": "2026-11-27", "expected_version": 1})))
            .told("\"version\":2")
            .next("updateTodos", new_todo(json!({"id": id("Milk"), "due": "2026-11-27", "expected_version": 2})))
            .then(|state| {
                state.set("Milk", "priority", json!("high"));
                state.set("Milk", "due", json!("2026-11-27"));
            }),
        about_milk("both `todos` and `where`")
            .refused(
                "updateTodos",
                json!({"todos": [{"id": id("Milk"), "priority": "high"}], "where": {"list": ["Shopping"]}}),
            )
            .told("send `todos` for single todos, or `where` with `set` for all todos that match")
            .next("updateTodos", new_todo(json!({"id": id("Milk"), "priority": "high"})))
            .then(|state| state.set("Milk", "priority", json!("high"))),
        about_milk("`where` with the fields of the edit, without `set`")
            .refused("updateTodos", json!({"where": {"list": ["Shopping"]}, "status": "completed"}))
            .told("or in `set` together with `where`")
            .next("updateTodos", json!({"where": {"list": ["Shopping"]}, "set": {"status": "completed"}}))
            .then(|state| state.set("Milk", "status", json!("completed"))),
        about_milk("`list: \"Shopping\"` in `where`, as a text")
            .sends("updateTodos", json!({"where": {"list": "Shopping"}, "set": {"status": "completed"}}))
            .then(|state| state.set("Milk", "status", json!("completed"))),
    ]
}

fn lists() -> Vec<Mistake> {
    vec![
        about_milk("a merge into a list that is called otherwise")
            .before("addTodos", new_todo(json!({"title": "Eggs", "list": "Food"})))
            .refused("updateLists", json!({"list": "Food", "merge_into": "Shoping"}))
            .told("There is no list \"Shoping\". Did you mean \"Shopping\"?")
            .next("updateLists", json!({"list": "Food", "merge_into": "Shopping"}))
            .then(|state| state.add(json!({"title": "Eggs", "list": "Shopping"}))),
        about_milk("a rename to the name of another list, to merge them")
            .before("addTodos", new_todo(json!({"title": "Eggs", "list": "Food"})))
            .refused("updateLists", json!({"list": "Food", "rename_to": "Shopping"}))
            .told("send merge_into instead")
            .next("updateLists", json!({"list": "Food", "merge_into": "Shopping"}))
            .then(|state| state.add(json!({"title": "Eggs", "list": "Shopping"}))),
        mistake("`name` and `new_name` of a list")
            .seed(json!([{"title": "Milk", "list": "Shopping"}]))
            .refused("updateLists", json!({"name": "Shopping", "new_name": "Food"}))
            .told("the fields are list, rename_to, merge_into, delete, order, idempotency_key")
            .next("updateLists", json!({"list": "Shopping", "rename_to": "Food"}))
            .then(|state| {
                state.set("Milk", "list", json!("Food"));
                state.lists[1] = "Food".to_owned();
            }),
    ]
}

fn searches() -> Vec<Mistake> {
    let search = |sends| {
        mistake(sends)
            .seed(json!([{"title": "Milk", "due": "2026-11-25"}, {"title": "Eggs"}]))
            .before("updateTodos", json!({"where": {"q": "Eggs"}, "set": {"status": "completed"}}))
    };
    vec![
        search("`due: \"2026-11-25\"` in a search")
            .refused("getTodos", json!({"due": "2026-11-25"}))
            .told("to choose other days, send `due_from` and `due_to`")
            .next("getTodos", json!({"due_from": "2026-11-25", "due_to": "2026-11-25"}))
            .shows("/todos/0/title", json!("Milk")),
        search("`completed: true` in a search")
            .refused("getTodos", json!({"completed": true}))
            .told("did you mean status? It is \"completed\" for done")
            .next("getTodos", json!({"status": "completed"}))
            .shows("/todos/0/title", json!("Eggs")),
        search("`order_by: \"due_date\"`")
            .refused("getTodos", json!({"order_by": "due_date"}))
            .told("did you mean sort?")
            .next("getTodos", json!({"sort": "due"}))
            .shows("/todos/0/title", json!("Milk")),
        search("an invented cursor")
            .refused("getTodos", json!({"cursor": "2"}))
            .told("To start from the beginning, send no cursor.")
            .next("getTodos", json!({}))
            .shows("/todos/0/title", json!("Milk")),
        search("an invented id of a change")
            .refused("undoChange", json!({"change_id": "0123456789abcdef"}))
            .told("Use an id that getChanges returned")
            .reads("getChanges", json!({"limit": 1}))
            .next("undoChange", json!({}))
            .then(|state| state.set("Eggs", "status", json!("open"))),
    ]
}

//! Calls whose arguments have the wrong form, or name the wrong todos.

use serde_json::json;

use super::mistake::{Mistake, mistake, new_todo};
use crate::wish::{id, many};

/// All mistakes of this file.
pub fn all() -> Vec<Mistake> {
    [json_text(), forms(), ids(), filters(), empty_filters(), numbers()].into_iter().flatten().collect()
}

fn json_text() -> Vec<Mistake> {
    vec![
        mistake("`todos` as JSON text")
            .sends("addTodos", json!({"todos": r#"[{"title": "Milk", "tags": "[\"food\"]"}]"#}))
            .then(|state| state.add(json!({"title": "Milk", "tags": ["food"]}))),
        mistake("`\"allow_duplicate\": \"true\"`")
            .before("addTodos", new_todo(json!({"title": "Milk"})))
            .sends("addTodos", json!({"todos": [{"title": "Milk"}], "allow_duplicate": "true"}))
            .then(|state| state.add(json!({"title": "Milk"}))),
        mistake("all arguments as one JSON text")
            .sends("addTodos", json!(r#"{"todos": [{"title": "Milk"}]}"#))
            .then(|state| state.add(json!({"title": "Milk"}))),
        mistake("numbers as text: `\"limit\": \"1\"`, `\"every\": \"2\"`")
            .reads("getTodos", json!({"limit": "1"}))
            .sends(
                "addTodos",
                new_todo(json!({
                    "title": "Bins", "due": "2026-11-24", "repeat": {"unit": "week", "every": "2"},
                })),
            )
            .then(|state| {
                state.add(json!({"title": "Bins", "due": "2026-11-24", "repeat": {"unit": "week", "every": 2}}));
            }),
    ]
}

fn forms() -> Vec<Mistake> {
    vec![
        mistake("a new todo without `todos` around it")
            .refused("addTodos", json!({"title": "Milk"}))
            .told("the fields are todos, idempotency_key, allow_duplicate")
            .next("addTodos", new_todo(json!({"title": "Milk"})))
            .then(|state| state.add(json!({"title": "Milk"}))),
        mistake("titles as texts in `todos`")
            .refused("addTodos", json!({"todos": ["Milk", "Eggs"]}))
            .told("must be an object, not a string")
            .next("addTodos", json!({"todos": [{"title": "Milk"}, {"title": "Eggs"}]}))
            .then(|state| {
                state.add(json!({"title": "Milk"}));
                state.add(json!({"title": "Eggs"}));
            }),
        mistake("an edit without `todos` around it")
            .seed(json!([{"title": "Milk"}]))
            .reads("getTodos", json!({}))
            .refused("updateTodos", json!({"id": id("Milk"), "status": "completed"}))
            .told("send the id in each item of `todos`")
            .next("updateTodos", new_todo(json!({"id": id("Milk"), "status": "completed"})))
            .then(|state| state.set("Milk", "status", json!("completed"))),
        mistake("`where` around the filters of `deleteTodos`")
            .seed(json!([{"title": "Milk", "list": "Old"}, {"title": "Call Ann"}]))
            .refused("deleteTodos", json!({"where": {"list": ["Old"]}}))
            .told("is not a field here; send the filters themselves, such as list or due_to")
            .next("deleteTodos", json!({"list": "Old"}))
            .then(|state| state.set("Milk", "status", json!("deleted"))),
        mistake("60 new todos at once").sends("addTodos", json!({"todos": many(60, "Item {}", "Shopping")})).then(
            |state| {
                for todo in many(60, "Item {}", "Shopping") {
                    state.add(todo);
                }
            },
        ),
    ]
}

fn ids() -> Vec<Mistake> {
    vec![
        mistake("an invented id")
            .seed(json!([{"title": "Milk"}]))
            .refused("updateTodos", new_todo(json!({"id": "abcde12345", "status": "completed"})))
            .told("find the right ids with getTodos")
            .reads("getTodos", json!({"q": "milk"}))
            .next("updateTodos", new_todo(json!({"id": id("Milk"), "status": "completed"})))
            .then(|state| state.set("Milk", "status", json!("completed"))),
        mistake("a title as an id")
            .seed(json!([{"title": "Milk"}]))
            .refused("updateTodos", new_todo(json!({"id": "Milk", "status": "completed"})))
            .told("find the right ids with getTodos")
            .reads("getTodos", json!({"q": "milk"}))
            .next("updateTodos", new_todo(json!({"id": id("Milk"), "status": "completed"})))
            .then(|state| state.set("Milk", "status", json!("completed"))),
        mistake("the id of a change as the id of a todo")
            .reads("addTodos", new_todo(json!({"title": "Milk"})))
            .refused("deleteTodos", json!({"ids": [id("change")]}))
            .told("find the right ids with getTodos")
            .reads("getTodos", json!({"q": "milk"}))
            .next("deleteTodos", json!({"ids": [id("Milk")]}))
            .then(|state| state.add(json!({"title": "Milk", "status": "deleted"}))),
        mistake("`position: \"before\"` another todo")
            .seed(json!([{"title": "Milk"}, {"title": "Eggs"}]))
            .reads("getTodos", json!({}))
            .refused("updateTodos", new_todo(json!({"id": id("Eggs"), "position": format!("before {}", id("Milk"))})))
            .told("send top, bottom, or after and the id of a todo")
            .next("updateTodos", new_todo(json!({"id": id("Eggs"), "position": "top"})))
            .then_nothing_changed()
            .reads("getTodos", json!({}))
            .shows("/todos/0/title", json!("Eggs")),
    ]
}

fn filters() -> Vec<Mistake> {
    let seed = json!([
        {"title": "Milk", "list": "Shopping"}, {"title": "Eggs", "list": "Shopping"}, {"title": "Call Ann"},
    ]);
    vec![
        mistake("an empty `where`, to complete the shopping list")
            .seed(seed.clone())
            .refused("updateTodos", json!({"where": {}, "set": {"status": "completed"}}))
            .told("would select all todos: send at least one of list, tag,")
            .next("updateTodos", json!({"where": {"list": ["Shopping"]}, "set": {"status": "completed"}}))
            .then(|state| state.set_all("list", "Shopping", "status", json!("completed"))),
        mistake("the wrong `expected_count`")
            .seed(seed.clone())
            .refused(
                "updateTodos",
                json!({"where": {"list": ["Shopping"]}, "set": {"status": "completed"}, "expected_count": 3}),
            )
            .told("2 todos match, not 3")
            .next(
                "updateTodos",
                json!({"where": {"list": ["Shopping"]}, "set": {"status": "completed"}, "expected_count": 2}),
            )
            .then(|state| state.set_all("list", "Shopping", "status", json!("completed"))),
        mistake("a change in a list that is called otherwise")
            .seed(seed.clone())
            .sends("updateTodos", json!({"where": {"list": ["Shoping"]}, "set": {"status": "completed"}}))
            .told("There is no list \"Shoping\". Did you mean \"Shopping\"?")
            .next("updateTodos", json!({"where": {"list": ["Shopping"]}, "set": {"status": "completed"}}))
            .then(|state| state.set_all("list", "Shopping", "status", json!("completed"))),
        mistake("a new todo in a list that is called otherwise")
            .seed(seed)
            .sends("addTodos", new_todo(json!({"title": "Bread", "list": "Shoping"})))
            .told("If so, merge the new list with updateLists (merge_into).")
            .next("updateLists", json!({"list": "Shoping", "merge_into": "Shopping"}))
            .then(|state| state.add(json!({"title": "Bread", "list": "Shopping"}))),
    ]
}

fn empty_filters() -> Vec<Mistake> {
    let about_two = |sends| mistake(sends).seed(json!([{"title": "Milk", "list": "Shopping"}, {"title": "Call Ann"}]));
    vec![
        about_two("`deleteTodos` without arguments")
            .refused("deleteTodos", json!({}))
            .told("send the ids of the todos to delete, or filters such as list, tag or status")
            .next("deleteTodos", json!({"list": "Shopping"}))
            .then(|state| state.set("Milk", "status", json!("deleted"))),
        about_two("`list: \"\"` in `deleteTodos`")
            .refused("deleteTodos", json!({"list": "", "status": "any"}))
            .told("would select all todos: send at least one of list, tag,")
            .next("deleteTodos", json!({"list": "Shopping"}))
            .then(|state| state.set("Milk", "status", json!("deleted"))),
        about_two("`list: []` and `tag: [\"\"]` in `where`")
            .refused("updateTodos", json!({"where": {"list": [], "tag": [""]}, "set": {"status": "completed"}}))
            .told("would select all todos: send at least one of list, tag,")
            .next("updateTodos", json!({"where": {"list": ["Shopping"]}, "set": {"status": "completed"}}))
            .then(|state| state.set("Milk", "status", json!("completed"))),
        about_two("`ids: []` in `deleteTodos`")
            .refused("deleteTodos", json!({"ids": []}))
            .told("send the ids of the todos to delete, or filters such as list, tag or status")
            .next("deleteTodos", json!({"q": "milk"}))
            .then(|state| state.set("Milk", "status", json!("deleted"))),
        about_two("`preview: \"true\"`, as a text")
            .sends("updateTodos", json!({"where": {"q": "milk"}, "set": {"status": "completed"}, "preview": "true"}))
            .shows("/found/open", json!(1))
            .then_nothing_changed(),
        about_two("`preview: \"true\"` in `deleteTodos`, and the wrong case")
            .sends("deleteTodos", json!({"q": "MILK", "preview": "True"}))
            .shows("/found/open", json!(1))
            .then_nothing_changed(),
        about_two("`expected_count: \"1\"`, as a text")
            .sends("deleteTodos", json!({"q": "milk", "expected_count": "1"}))
            .then(|state| state.set("Milk", "status", json!("deleted"))),
    ]
}

fn numbers() -> Vec<Mistake> {
    vec![
        mistake("`limit: 500`")
            .seed(json!(many(3, "Item {}", "Shopping")))
            .sends("getTodos", json!({"limit": 500}))
            .told("limit is at most 100, so 100 was used.")
            .then_nothing_changed(),
        mistake("`time_zone: \"Tokyo\"`")
            .refused("updateSettings", json!({"time_zone": "Tokyo"}))
            .told("send for example Asia/Tokyo")
            .next("updateSettings", json!({"time_zone": "Asia/Tokyo"}))
            .then(|state| state.settings["time_zone"] = json!("Asia/Tokyo")),
    ]
}

//! Wishes about whole lists.

use serde_json::json;

use crate::state::State;
use crate::wish::{Wish, many, wish};

wishes![
    rename_my_list_work_to_office,
    delete_old_ideas_with_everything_in_it,
    which_lists_do_i_have,
    merge_groceries_into_shopping,
];

/// Three lists: this list with 44 todos, of which 10 are completed, Shopping with two todos, and Home with one.
fn three_lists(wish: Wish, list: &str) -> Wish {
    wish.seed(json!(many(44, "Thing {}", list)))
        .seed(json!([
            {"title": "Schuhe", "list": "Shopping"},
            {"title": "靴下", "list": "Shopping"},
            {"title": "Paint the door", "list": "Home", "due": "2026-12-01"},
        ]))
        .before("updateTodos", json!({"where": {"q": "Thing 1"}, "set": {"status": "completed"}}))
        .before("updateTodos", json!({"where": {"q": "靴下"}, "set": {"status": "completed"}}))
}

/// A list gets another name, which may be the name of another list.
fn becomes(state: &mut State, list: &str, new: &str) {
    state.set_all("list", list, "list", json!(new));
    let place = state.lists.iter().position(|name| name == list).unwrap();
    match state.lists.contains(&new.to_owned()) {
        true => drop(state.lists.remove(place)),
        false => state.lists[place] = new.to_owned(),
    }
}

fn rename_my_list_work_to_office() -> Wish {
    three_lists(wish(6, "Rename my list Work to Office"), "Work")
        .call("updateLists", json!({"list": "Work", "rename_to": "Office"}))
        .then(|state| {
            becomes(state, "Work", "Office");
            state.lists.sort_by_key(|list| (list != "Inbox", list.clone()));
        })
        .after("undoChange", json!({}))
        .shows("/undid/0/lists", json!(["list: Work → Office"]))
        .then_nothing_changed()
}

fn delete_old_ideas_with_everything_in_it() -> Wish {
    three_lists(wish(7, "Delete the list Old ideas with everything in it"), "Old ideas")
        .call("updateLists", json!({"list": "Old ideas", "delete": true}))
        .shows("/deleted", json!({"open": 34, "completed": 10}))
        .then(|state| {
            state.set_all("list", "Old ideas", "status", json!("deleted"));
            state.lists.retain(|list| list != "Old ideas");
        })
        .undone()
        // The person says "delete", "but keep its todos". So some models also send `delete`.
        .after("updateLists", json!({"list": "Old ideas", "merge_into": "Inbox", "delete": true}))
        .then(|state| becomes(state, "Old ideas", "Inbox"))
        .undone()
}

fn which_lists_do_i_have() -> Wish {
    wish(8, "Which lists do I have?")
        .usual()
        .seed(json!([{"title": "Learn to juggle", "list": "Ideas"}]))
        .before("deleteTodos", json!({"list": "Ideas"}))
        .call("getOverview", json!({}))
        .shows("/lists/0/name", json!("Inbox"))
        .contains(r#"{"name":"Ideas","open":0}"#)
        .contains(r#"{"name":"旅行","open":12}"#)
        .contains(r#"{"name":"دراسة","open":10}"#)
        .shows("/lists/8/open", json!(12))
        .shows("/lists/9", json!(null))
        .then_nothing_changed()
}

fn merge_groceries_into_shopping() -> Wish {
    three_lists(wish(29, "Merge Groceries into Shopping"), "Groceries")
        .call("updateLists", json!({"list": "groceries", "merge_into": "shopping"}))
        .shows("/lists", json!(["Inbox", "Home", "Shopping"]))
        .then(|state| becomes(state, "Groceries", "Shopping"))
        .undone()
}

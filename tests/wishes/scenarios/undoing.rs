//! "Done with that", "undo that", and wishes that the service does not offer.

use serde_json::json;

use crate::wish::{Outcome, Wish, id, many, wish};

wishes![
    i_am_done_with_the_dentist,
    undo_that,
    undo_the_last_ten_minutes,
    share_the_list_with_my_wife,
    all_my_data_as_csv,
];

fn i_am_done_with_the_dentist() -> Wish {
    wish(10, "I'm done with the dentist")
        .usual()
        .call("getTodos", json!({"q": "dentist"}))
        .titles(["Dentist"])
        .call("updateTodos", json!({"todos": [{"id": id("Dentist"), "status": "completed"}]}))
        .then(|state| state.set("Dentist", "status", json!("completed")))
        .undone()
}

fn undo_that() -> Wish {
    wish(11, "Undo that")
        .seed(json!([{"title": "Buy milk"}, {"title": "Call Ann"}]))
        .seed(json!([{"title": "Call the dentist"}]))
        .by("Codex")
        .seed(json!([{"title": "Codex was here"}]))
        .by("Claude")
        .before("updateTodos", json!({"where": {"q": "dentist"}, "set": {"status": "completed"}}))
        .call("undoChange", json!({}))
        .shows("/undid/0/titles", json!(["Call the dentist"]))
        .then(|state| state.set("Call the dentist", "status", json!("open")))
        // A second undo goes one change further back.
        .after("undoChange", json!({}))
        .shows("/undid/0/operation", json!("addTodos"))
        .then(|state| state.set("Call the dentist", "status", json!("deleted")))
}

fn undo_the_last_ten_minutes() -> Wish {
    wish(12, "Undo the last ten minutes")
        .at("2026-11-22T09:00")
        .seed(json!(many(5, "Task {}", "Work")))
        .at("2026-11-22T09:55")
        .seed(json!([{"title": "Wash the car"}]))
        .before("updateTodos", json!({"where": {"q": "Task 01"}, "set": {"status": "completed"}}))
        .before("deleteTodos", json!({"q": "Task 02"}))
        .at("2026-11-22T10:00")
        .call("undoChange", json!({"since": "10 minutes"}))
        .shows("/undid/2/operation", json!("addTodos"))
        .shows("/undid/3", json!(null))
        .then(|state| {
            state.set("Wash the car", "status", json!("deleted"));
            state.set("Task 01", "status", json!("open"));
            state.set("Task 02", "status", json!("open"));
        })
        // "No, redo it."
        .after("undoChange", json!({"change_id": id("change")}))
        .then_nothing_changed()
}

fn share_the_list_with_my_wife() -> Wish {
    wish(34, "Share the list with my wife")
        .told("The service does not remind, notify or share by itself; never promise that.")
        .outcome(Outcome::NotOffered("the instructions say so"))
}

fn all_my_data_as_csv() -> Wish {
    wish(36, "Give me all my data as CSV")
        .usual()
        .call("exportTodos", json!({"format": "csv"}))
        // The answer contains one address, and not the todos.
        .shows("/addresses/1", json!(null))
        .then_nothing_changed()
}

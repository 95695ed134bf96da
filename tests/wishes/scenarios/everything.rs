//! Wishes about all todos of some kind. The assistant does not have to read the todos first.

use serde_json::json;

use crate::wish::{Wish, many, wish};

wishes![
    i_bought_everything_on_the_shopping_list,
    move_the_todos_of_trip_to_travel,
    everything_tagged_tax_is_high_priority,
    delete_the_completed_ones_older_than_a_month,
];

fn i_bought_everything_on_the_shopping_list() -> Wish {
    wish(3, "I bought everything on the shopping list")
        .usual()
        .seed(json!(many(73, "Thing {}", "Shopping")))
        .call("updateTodos", json!({"where": {"list": ["Shopping"]}, "set": {"status": "completed"}}))
        .shows("/found/total", json!(73))
        .shows("/found/open", json!(73))
        .at_most(400)
        .then(|state| state.set_all("list", "Shopping", "status", json!("completed")))
        .undone()
}

fn move_the_todos_of_trip_to_travel() -> Wish {
    wish(5, "Move Trip's todos to Travel")
        .seed(json!(many(30, "Pack {}", "Trip")))
        .seed(json!([{"title": "ビザ", "list": "Travel"}, {"title": "Call Ann"}]))
        .before("updateTodos", json!({"where": {"q": "Pack 1"}, "set": {"status": "completed"}}))
        .call("updateTodos", json!({"where": {"list": ["Trip"]}, "set": {"list": "Travel"}}))
        .shows("/found/total", json!(30))
        .shows("/found/completed", json!(10))
        .then(|state| state.set_all("list", "Trip", "list", json!("Travel")))
        .undone()
}

fn everything_tagged_tax_is_high_priority() -> Wish {
    wish(23, "Everything tagged tax is high priority")
        .seed(json!([
            {"title": "Belege sortieren", "list": "Home", "tags": ["tax"], "notes": "Blauer Ordner"},
            {"title": "Ask the accountant", "list": "Work", "tags": ["tax", "phone"], "due": "2026-12-01T10:00"},
            {"title": "Read about tax", "tags": ["reading"]},
            {"title": "Call Ann", "tags": ["phone"]},
        ]))
        .call("updateTodos", json!({"where": {"tag": ["tax"]}, "set": {"priority": "high"}}))
        .shows("/found/total", json!(2))
        .then(|state| {
            state.set("Belege sortieren", "priority", json!("high"));
            state.set("Ask the accountant", "priority", json!("high"));
        })
        .undone()
}

fn delete_the_completed_ones_older_than_a_month() -> Wish {
    wish(39, "Delete the completed ones that are older than a month")
        .at("2026-10-01T09:00")
        .seed(json!(many(27, "Old {}", "Work")))
        .before("updateTodos", json!({"where": {"q": "Old"}, "set": {"status": "completed"}}))
        .at("2026-11-20T09:00")
        .seed(json!(many(8, "New {}", "Work")))
        .seed(json!([{"title": "Open", "list": "Work"}]))
        .before("updateTodos", json!({"where": {"q": "New"}, "set": {"status": "completed"}}))
        .at("2026-11-22T10:00")
        .call("deleteTodos", json!({"status": "completed", "completed_to": "2026-10-22"}))
        .shows("/found/total", json!(27))
        .at_most(500)
        .then(|state| {
            for todo in many(27, "Old {}", "Work") {
                state.set(todo["title"].as_str().unwrap(), "status", json!("deleted"));
            }
        })
        .undone()
}

//! Wishes about the steps of a todo, and about the order of the todos in a list.

use serde_json::json;

use crate::wish::{Wish, id, wish};

wishes![cement_to_the_top, three_steps_for_the_party, guests_are_done_and_add_drinks];

fn cement_to_the_top() -> Wish {
    wish(14, "Put cement at the top of Building")
        .seed(json!([
            {"title": "Sand", "list": "Building"},
            {"title": "Ziegel", "list": "Building"},
            {"title": "Cement", "list": "Building"},
            {"title": "Call Ann"},
        ]))
        .call("getTodos", json!({"list": "Building"}))
        .call("updateTodos", json!({"todos": [{"id": id("Cement"), "position": "top"}]}))
        .then_nothing_changed()
        .after("getTodos", json!({"list": "Building"}))
        .titles(["Cement", "Sand", "Ziegel"])
        // "Sand comes after the Ziegel", "and cement last".
        .after("updateTodos", json!({"todos": [{"id": id("Sand"), "position": format!("after {}", id("Ziegel"))}]}))
        .after("getTodos", json!({"list": "Building"}))
        .titles(["Cement", "Ziegel", "Sand"])
        .after("updateTodos", json!({"todos": [{"id": id("Cement"), "position": "bottom"}]}))
        .after("getTodos", json!({"list": "Building"}))
        .titles(["Ziegel", "Sand", "Cement"])
        .after("undoChange", json!({}))
        .after("undoChange", json!({}))
        .after("undoChange", json!({}))
        .after("getTodos", json!({"list": "Building"}))
        .titles(["Sand", "Ziegel", "Cement"])
}

fn three_steps_for_the_party() -> Wish {
    let step = |title: &str| json!({"title": title, "done": false});
    wish(21, "The party needs three steps: guests, cake, music")
        .seed(
            json!([{"title": "Plan the party", "notes": "At our place"}, {"title": "Party shoes", "list": "Shopping"}]),
        )
        .call("getTodos", json!({"q": "party"}))
        .call("updateTodos", json!({"todos": [{"id": id("Plan the party"), "add_steps": ["Guests", "Cake", "Music"]}]}))
        .then(move |state| state.set("Plan the party", "steps", json!([step("Guests"), step("Cake"), step("Music")])))
        .undone()
}

fn guests_are_done_and_add_drinks() -> Wish {
    let step = |title: &str, done: bool| json!({"title": title, "done": done});
    wish(22, "The guests are invited; add a step for drinks, no music")
        .seed(json!([
            {"title": "Plan the party", "steps": [{"title": "Guests"}, {"title": "Cake", "done": true}, {"title": "Music"}]},
            {"title": "Call Ann"},
        ]))
        .call("getTodos", json!({"q": "party"}))
        .call(
            "updateTodos",
            json!({"todos": [{
                "id": id("Plan the party"), "complete_steps": ["Guests"], "add_steps": ["Drinks"],
                "remove_steps": ["Music"],
            }]}),
        )
        .then(move |state| {
            let steps = json!([step("Guests", true), step("Cake", true), step("Drinks", false)]);
            state.set("Plan the party", "steps", steps);
        })
        .undone()
}

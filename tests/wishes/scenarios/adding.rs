//! Wishes that add todos.

use serde_json::json;

use crate::wish::{Wish, many, wish};

wishes![add_milk_eggs_and_bread, copy_my_packing_list, add_these_65_groceries];

fn add_milk_eggs_and_bread() -> Wish {
    wish(2, "Add milk, eggs and bread to my shopping list")
        .seed(json!([{"title": "Äpfel", "list": "Shopping"}, {"title": "Call Ann"}]))
        .call(
            "addTodos",
            json!({"todos": [
                {"title": "Milk", "list": "Shopping"},
                {"title": "Eggs", "list": "Shopping"},
                {"title": "Bread", "list": "Shopping"},
            ]}),
        )
        .titles(["Milk", "Eggs", "Bread"])
        .then(|state| {
            for title in ["Milk", "Eggs", "Bread"] {
                state.add(json!({"title": title, "list": "Shopping"}));
            }
        })
        .after("getTodos", json!({"list": "shopping"}))
        .titles(["Äpfel", "Milk", "Eggs", "Bread"])
}

const PACKING: [&str; 12] = [
    "Passport",
    "Tickets",
    "充電器",
    "Sonnencreme",
    "Socks",
    "Shirts",
    "Book",
    "Towel",
    "نظارة شمسية",
    "Hat",
    "Camera",
    "Medicine",
];

fn copy_my_packing_list() -> Wish {
    let todos = |list: &str| PACKING.map(|title| json!({"title": title, "list": list}));
    wish(25, "Copy my packing list for Lisbon")
        .seed(json!(todos("Packing")))
        .call("getTodos", json!({"list": "Packing"}))
        .titles(PACKING)
        .call("addTodos", json!({"todos": todos("Lisbon")}))
        .shows("/new_lists", json!(["Lisbon"]))
        .then(|state| {
            for title in PACKING {
                state.add(json!({"title": title, "list": "Lisbon"}));
            }
            state.lists.sort_by_key(|list| (list != "Inbox", list.clone()));
        })
        .after("getTodos", json!({"list": "Lisbon"}))
        .titles(PACKING)
}

fn add_these_65_groceries() -> Wish {
    wish(28, "Add these 65 groceries")
        .seed(json!(many(3, "Tool {}", "Shed")))
        .call("addTodos", json!({"todos": many(65, "Grocery {}", "Groceries")}))
        .shows("/todos/65", json!(null))
        .then(|state| {
            for todo in many(65, "Grocery {}", "Groceries") {
                state.add(todo);
            }
            state.lists.sort_by_key(|list| (list != "Inbox", list.clone()));
        })
}

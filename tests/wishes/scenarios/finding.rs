//! Wishes that only read.

use serde_json::json;

use crate::wish::{Wish, many, wish};

wishes![
    what_did_i_complete_last_week,
    find_the_todo_about_the_mueller_contract,
    what_changed_since_yesterday_and_who_did_it,
    what_waits_for_anna,
    the_three_most_important,
    how_many_did_i_complete_this_month,
];

/// The person completed 26 todos last week and 40 todos this week. Other todos are open.
fn completed(wish: Wish) -> Wish {
    wish.at("2026-11-10T09:00")
        .seed(json!(many(26, "Früher {}", "Work")))
        .before("updateTodos", json!({"where": {"q": "Früher"}, "set": {"status": "completed"}}))
        .at("2026-11-17T09:00")
        .seed(json!(many(40, "Danach {}", "Work")))
        .before("updateTodos", json!({"where": {"q": "Danach"}, "set": {"status": "completed"}}))
        .at("2026-11-22T10:00")
        .usual()
}

fn what_did_i_complete_last_week() -> Wish {
    completed(wish(13, "What did I complete last week, and how many?"))
        .call("getTodos", json!({"completed_from": "2026-11-09", "completed_to": "2026-11-15"}))
        .shows("/total", json!(26))
        .shows("/todos/26", json!(null))
        .then_nothing_changed()
}

fn how_many_did_i_complete_this_month() -> Wish {
    completed(wish(35, "How many did I complete this month?"))
        .call("getTodos", json!({"completed_from": "2026-11-01"}))
        .shows("/total", json!(66))
        .then_nothing_changed()
}

fn find_the_todo_about_the_mueller_contract() -> Wish {
    wish(24, "Find the todo about the Müller contract")
        .usual()
        .call("getTodos", json!({"q": "Müller contract"}))
        .titles(["Check the Müller contract"])
        .then_nothing_changed()
        .after("getTodos", json!({"q": "contract mueller"}))
        .titles(["Check the Müller contract"])
        .after("getTodos", json!({"q": "Muller"}))
        .titles(["Send the invoice to Müller GmbH", "Check the Müller contract"])
}

fn what_changed_since_yesterday_and_who_did_it() -> Wish {
    let mut wish = wish(30, "What changed since yesterday, and who did it?")
        .at("2026-11-15T10:00")
        .usual()
        .seed(json!(many(50, "Task {}", "Work")))
        .at("2026-11-21T10:00");
    for number in 0..50 {
        let edit = match number % 3 {
            0 => json!({"due": "2026-12-03", "priority": "high"}),
            1 => json!({"status": "completed"}),
            _ => json!({"list": "Home", "tags": ["home"]}),
        };
        let task = json!({"q": format!("Task {number:02}")});
        wish = wish
            .by(if number % 2 == 0 { "Codex" } else { "ChatGPT" })
            .before("updateTodos", json!({"where": task, "set": edit}));
    }
    wish.at("2026-11-22T10:00")
        .by("Claude")
        .call("getChanges", json!({"since": "yesterday"}))
        .shows("/changes/0/by", json!("ChatGPT"))
        .shows("/changes/1/by", json!("Codex"))
        .shows("/changes/1/todos/0/title", json!("Task 48"))
        .shows("/changes/1/todos/0/changed", json!(["due: none → 2026-12-03", "priority: normal → high"]))
        .shows("/changes/49/todos/0/title", json!("Task 00"))
        .shows("/changes/50", json!(null))
        .at_most(10_240)
        .then_nothing_changed()
}

fn what_waits_for_anna() -> Wish {
    wish(32, "What waits for Anna?")
        .usual()
        .call("getTodos", json!({"q": "Anna waiting"}))
        .titles(["Waiting for Anna: numbers for the budget"])
        .then_nothing_changed()
}

fn the_three_most_important() -> Wish {
    wish(33, "What are the three most important things?")
        .usual()
        .call("getTodos", json!({"sort": "priority", "limit": 3}))
        .titles(["Finish slides for the quarterly review", "التسجيل في الامتحان", "Call the landlord about the boiler"])
        .shows("/total", json!(120))
        .then_nothing_changed()
}

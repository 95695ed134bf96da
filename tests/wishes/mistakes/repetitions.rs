//! Calls that a model sends twice, and calls that a model repeats after an undo.

use serde_json::json;

use super::mistake::{Mistake, mistake, new_todo};
use crate::wish::id;

/// All mistakes of this file.
pub fn all() -> Vec<Mistake> {
    [again(), undo()].into_iter().flatten().collect()
}

fn again() -> Vec<Mistake> {
    let milk = || new_todo(json!({"title": "Milk"}));
    let add_milk = |mistake: Mistake| mistake.before("addTodos", milk());
    let done = || json!({"where": {"q": "Milk"}, "set": {"status": "completed"}});
    vec![
        add_milk(mistake("the same todo again, after an undo"))
            .before("undoChange", json!({}))
            .sends("addTodos", milk())
            .shows("/replayed", json!(null))
            .then(|state| state.add(json!({"title": "Milk"}))),
        add_milk(mistake("the same todo again, after it was deleted"))
            .before("deleteTodos", json!({"q": "Milk"}))
            .sends("addTodos", milk())
            .shows("/replayed", json!(null))
            .then(|state| state.add(json!({"title": "Milk"}))),
        add_milk(mistake("the same todo again, after it was completed"))
            .before("updateTodos", done())
            .sends("addTodos", milk())
            .shows("/replayed", json!(null))
            .then(|state| state.add(json!({"title": "Milk"}))),
        add_milk(mistake("the same new todo twice"))
            .sends("addTodos", milk())
            .told("\"replayed\":true")
            .then_nothing_changed(),
        add_milk(mistake("the same edit twice"))
            .reads("getTodos", json!({"q": "milk"}))
            .reads("updateTodos", new_todo(json!({"id": id("Milk"), "append_notes": "2 litres"})))
            .sends("updateTodos", new_todo(json!({"id": id("Milk"), "append_notes": "2 litres"})))
            .told("\"replayed\":true")
            .then(|state| state.set("Milk", "notes", json!("2 litres"))),
        mistake("a todo that is already on the list")
            .seed(json!([{"title": "Milk", "list": "Shopping"}]))
            .sends("addTodos", new_todo(json!({"title": "Milk", "list": "Shopping"})))
            .told("\"possible_duplicates\":[\"Milk (")
            .next("undoChange", json!({}))
            .then(|state| {
                state.add(json!({"title": "Milk", "list": "Shopping", "status": "deleted"}));
            }),
    ]
}

fn undo() -> Vec<Mistake> {
    let set_due = |due: &str| json!({"where": {"q": "Report"}, "set": {"due": due}});
    vec![
        mistake("an undo of its change, after Codex changed another field")
            .seed(json!([{"title": "Report", "due": "2026-11-25"}]))
            .before("updateTodos", json!({"where": {"q": "Report"}, "set": {"due": "2026-11-30"}}))
            .by("Codex")
            .before("updateTodos", json!({"where": {"q": "Report"}, "set": {"priority": "high"}}))
            .by("Claude")
            .sends("undoChange", json!({"by": "Claude"}))
            .told("\"undid\":[")
            .then(|state| state.set("Report", "due", json!("2026-11-25"))),
        mistake("an undo of its change, after Codex changed the same field")
            .seed(json!([{"title": "Report", "due": "2026-11-25"}]))
            .before("updateTodos", set_due("2026-11-30"))
            .by("Codex")
            .before("updateTodos", set_due("2026-12-04"))
            .by("Claude")
            .refused("undoChange", json!({"by": "Claude"}))
            .told("First undo the later changes (getChanges lists them), or change the todos with updateTodos.")
            .reads("getChanges", json!({"limit": 5}))
            .shows("/changes/1/todos/0/changed", json!(["due: 2026-11-25 → 2026-11-30"]))
            .next("updateTodos", new_todo(json!({"id": id("Report"), "due": "2026-11-25"})))
            .then(|state| state.set("Report", "due", json!("2026-11-25"))),
        mistake("an undo, but nothing is left to undo")
            .refused("undoChange", json!({}))
            .told("No change was found that can be undone.")
            .then_nothing_changed(),
    ]
}

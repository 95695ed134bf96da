//! Edits whose fields or values are not those of the service.

use serde_json::json;

use super::mistake::{Mistake, mistake, new_todo};
use crate::wish::{as_read, id, many};

/// All mistakes of this file.
pub fn all() -> Vec<Mistake> {
    [empty_values(), read_back(), fields(), steps()].into_iter().flatten().collect()
}

/// A mistake about a todo that the model has read.
fn about_report(sends: &'static str) -> Mistake {
    mistake(sends)
        .seed(json!([{
            "title": "Report", "due": "2026-11-25", "notes": "Ask Ann", "tags": ["work"], "steps": ["Draft", "Print"],
        }]))
        .reads("getTodos", json!({"q": "report"}))
}

fn empty_values() -> Vec<Mistake> {
    vec![
        about_report("`due: null`, `notes: \"\"` and `tags: []` beside a priority, and nothing is meant by them")
            .sends(
                "updateTodos",
                new_todo(json!({"id": id("Report"), "priority": "high", "due": null, "notes": "", "tags": []})),
            )
            .told("To empty the field, send \"clear\": [\"tags\"]")
            .then(|state| state.set("Report", "priority", json!("high"))),
        about_report("`due: null` beside a priority, to remove the date")
            .sends("updateTodos", new_todo(json!({"id": id("Report"), "priority": "high", "due": null})))
            .told("an empty value changes nothing. To empty the field, send \"clear\": [\"due\"]")
            .next("updateTodos", new_todo(json!({"id": id("Report"), "clear": ["due"]})))
            .then(|state| {
                state.set("Report", "priority", json!("high"));
                state.set("Report", "due", json!(null));
            }),
        about_report("only `due: null`, to remove the date")
            .refused("updateTodos", new_todo(json!({"id": id("Report"), "due": null})))
            .told("list in `clear` the fields that you want to empty")
            .next("updateTodos", new_todo(json!({"id": id("Report"), "clear": ["due"]})))
            .then(|state| state.set("Report", "due", json!(null))),
        mistake("a new todo with all fields, most of them `null`, `\"\"` or `[]`")
            .sends(
                "addTodos",
                new_todo(json!({
                    "title": "Milk", "due": null, "list": "", "priority": null, "tags": [], "steps": [], "notes": "",
                    "repeat": null, "position": "",
                })),
            )
            .then(|state| state.add(json!({"title": "Milk"}))),
        about_report("`clear: [\"due_date\"]`")
            .refused("updateTodos", new_todo(json!({"id": id("Report"), "clear": ["due_date"]})))
            .told("must be one of due, repeat, notes, tags, steps")
            .next("updateTodos", new_todo(json!({"id": id("Report"), "clear": ["due"]})))
            .then(|state| state.set("Report", "due", json!(null))),
    ]
}

fn read_back() -> Vec<Mistake> {
    let titles: Vec<_> = (0..40).map(|number| format!("Task {number:02}")).collect();
    let high = |titles: &[String]| {
        let edits = titles.iter().map(|title| as_read(title, json!({"priority": "high"})));
        json!({"todos": edits.collect::<Vec<_>>()})
    };
    vec![
        about_report("the whole todo of `getTodo`, with another priority")
            .reads("getTodo", json!({"id": id("Report")}))
            .sends("updateTodos", high(&["Report".to_owned()]))
            .then(|state| state.set("Report", "priority", json!("high"))),
        mistake("40 whole todos of a listing, with another priority")
            .seed(json!(many(40, "Task {}", "Work")))
            .reads("getTodos", json!({"list": "Work", "limit": 40}))
            .sends("updateTodos", high(&titles))
            .then(|state| state.set_all("list", "Work", "priority", json!("high"))),
    ]
}

fn fields() -> Vec<Mistake> {
    vec![
        about_report("`done: true`")
            .refused("updateTodos", new_todo(json!({"id": id("Report"), "done": true})))
            .told("did you mean status? It is \"completed\" for done")
            .next("updateTodos", new_todo(json!({"id": id("Report"), "status": "completed"})))
            .then(|state| state.set("Report", "status", json!("completed"))),
        about_report("`status: \"done\"`")
            .refused("updateTodos", new_todo(json!({"id": id("Report"), "status": "done"})))
            .told("must be one of open, completed, skipped, not \"done\"")
            .next("updateTodos", new_todo(json!({"id": id("Report"), "status": "completed"})))
            .then(|state| state.set("Report", "status", json!("completed"))),
        mistake("`due_date`")
            .refused("addTodos", new_todo(json!({"title": "Milk", "due_date": "2026-11-27"})))
            .told("did you mean due?")
            .next("addTodos", new_todo(json!({"title": "Milk", "due": "2026-11-27"})))
            .then(|state| state.add(json!({"title": "Milk", "due": "2026-11-27"}))),
        mistake("`labels` and `description`")
            .refused("addTodos", new_todo(json!({"title": "Milk", "labels": ["food"], "description": "2 l"})))
            .told("did you mean tags?")
            .told("did you mean notes?")
            .next("addTodos", new_todo(json!({"title": "Milk", "tags": ["food"], "notes": "2 l"})))
            .then(|state| state.add(json!({"title": "Milk", "tags": ["food"], "notes": "2 l"}))),
        mistake("`priority: \"High\"`")
            .sends("addTodos", new_todo(json!({"title": "Milk", "priority": "High"})))
            .then(|state| state.add(json!({"title": "Milk", "priority": "high"}))),
        mistake("`priority: \"medium\"`")
            .refused("addTodos", new_todo(json!({"title": "Milk", "priority": "medium"})))
            .told("must be one of low, normal, high, urgent")
            .next("addTodos", new_todo(json!({"title": "Milk", "priority": "normal"})))
            .then(|state| state.add(json!({"title": "Milk"}))),
        mistake("`priority: 1`")
            .refused("addTodos", new_todo(json!({"title": "Milk", "priority": 1})))
            .told("must be one of low, normal, high, urgent")
            .next("addTodos", new_todo(json!({"title": "Milk", "priority": "urgent"})))
            .then(|state| state.add(json!({"title": "Milk", "priority": "urgent"}))),
        mistake("`#food` as a tag")
            .sends("addTodos", new_todo(json!({"title": "Milk", "tags": ["#food"]})))
            .then(|state| state.add(json!({"title": "Milk", "tags": ["food"]}))),
        about_report("`completed_at` for an open todo")
            .refused("updateTodos", new_todo(json!({"id": id("Report"), "completed_at": "yesterday"})))
            .told("the todo is open; also send `status` completed")
            .next(
                "updateTodos",
                new_todo(json!({"id": id("Report"), "status": "completed", "completed_at": "yesterday"})),
            )
            .then(|state| state.set("Report", "status", json!("completed"))),
    ]
}

fn steps() -> Vec<Mistake> {
    vec![
        about_report("the wrong title of a step")
            .refused("updateTodos", new_todo(json!({"id": id("Report"), "complete_steps": ["Write a draft"]})))
            .told("these steps: 1 Draft, 2 Print")
            .next("updateTodos", new_todo(json!({"id": id("Report"), "complete_steps": ["Draft"]})))
            .then(|state| {
                state.set(
                    "Report",
                    "steps",
                    json!([{"title": "Draft", "done": true}, {"title": "Print", "done": false}]),
                );
            }),
        about_report("the number of a step that is not there")
            .refused("updateTodos", new_todo(json!({"id": id("Report"), "complete_steps": ["3"]})))
            .told("these steps: 1 Draft, 2 Print")
            .next("updateTodos", new_todo(json!({"id": id("Report"), "complete_steps": ["2"]})))
            .then(|state| {
                state.set(
                    "Report",
                    "steps",
                    json!([{"title": "Draft", "done": false}, {"title": "Print", "done": true}]),
                );
            }),
        about_report("an edit of a deleted todo")
            .before("deleteTodos", json!({"q": "Report"}))
            .refused("updateTodos", new_todo(json!({"id": id("Report"), "priority": "high"})))
            .told("to restore the todo, set `status` to open")
            .next("updateTodos", new_todo(json!({"id": id("Report"), "status": "open", "priority": "high"})))
            .then(|state| state.set("Report", "priority", json!("high"))),
    ]
}

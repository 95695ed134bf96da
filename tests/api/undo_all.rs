//! Undoes random sequences of writes, from the last write to the first, and in random orders.

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use super::harness::Api;

/// One of the writes in a random sequence of writes. Each `usize` selects one of the todos that the test has added.
#[derive(Debug, Clone)]
enum Write {
    Add(Vec<String>),
    Edit(Vec<(usize, Value)>),
    Delete(Vec<usize>),
    Settings(Value),
    /// Undoes the latest change that is not undone.
    Undo,
    /// Undoes one of the earlier changes, which may be an undo, or an undo of an undo.
    UndoChange(usize),
    /// Undoes everything since a number of seconds ago. The clock advances by a millisecond with each reading.
    UndoSince(String),
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let edit = prop_oneof![
        "[a-z]{1,8}".prop_map(|title| json!({ "title": title })),
        (1u32..28).prop_map(|day| json!({"due": format!("2026-12-{day:02}")})),
        Just(json!({"status": "completed"})),
        Just(json!({"repeat": {"unit": "week", "weekdays": ["mon"]}})),
        Just(json!({"clear": ["repeat"]})),
        Just(json!({"status": "open"})),
        Just(json!({"clear": ["due", "repeat", "tags", "notes"]})),
        "[a-c]".prop_map(|tag| json!({"add_tags": [tag]})),
        "[a-c]".prop_map(|tag| json!({"remove_tags": [tag]})),
        "[A-Ca-c]".prop_map(|list| json!({ "list": list })),
        "[a-z ]{1,9}[a-z]".prop_map(|notes| json!({ "append_notes": notes })),
    ];
    let write = prop_oneof![
        prop::collection::vec("[a-z]{1,8}", 1..4).prop_map(Write::Add),
        prop::collection::vec((0usize..20, edit), 1..4).prop_map(Write::Edit),
        prop::collection::vec(0usize..20, 1..3).prop_map(Write::Delete),
        prop_oneof![
            Just(json!({"week_start": "sun"})),
            Just(json!({"clear": ["week_start"]})),
            Just(json!({"default_list": "c"})),
        ]
        .prop_map(Write::Settings),
        Just(Write::Undo),
        (0usize..20).prop_map(Write::UndoChange),
        Just(Write::UndoSince("1 second".to_owned())),
    ];
    prop::collection::vec(write, 1..12)
}

/// Executes the write. Returns the id of the new change, or `None` if the write changed nothing.
async fn perform(api: &Api, ids: &mut Vec<String>, changes: &[String], write: &Write) -> Option<String> {
    let pick = |at: &usize| ids[at % ids.len()].clone();
    let answer = match write {
        Write::Add(titles) => {
            let todos: Vec<_> = titles.iter().map(|title| json!({ "title": title })).collect();
            let answer = api.post("/todos", json!({ "todos": todos, "allow_duplicate": true })).await;
            ids.extend(answer.ids());
            answer
        }
        Write::Settings(edit) => api.patch("/settings", edit.clone()).await,
        Write::Edit(edits) => {
            let mut seen = Vec::new();
            let mut items = Vec::new();
            for (at, edit) in edits {
                let id = pick(at);
                if !seen.contains(&id) {
                    let mut item = edit.clone();
                    item["id"] = json!(id);
                    items.push(item);
                    seen.push(id);
                }
            }
            api.patch("/todos", json!({ "todos": items })).await
        }
        Write::Delete(which) => {
            let named: Vec<_> = which.iter().map(pick).collect();
            api.delete(&format!("/todos?ids={}", named.join(","))).await
        }
        Write::Undo => api.post("/undo", json!({})).await,
        Write::UndoChange(_) if changes.is_empty() => return None,
        Write::UndoChange(at) => api.post("/undo", json!({"change_id": changes[at % changes.len()]})).await,
        Write::UndoSince(since) => {
            let answer = api.post("/undo", json!({ "since": since })).await;
            api.clock.advance(jiff::Span::new().seconds(5));
            answer
        }
    };
    // If an edit contains the id of a deleted todo, or if a later change altered the same fields, the API answers with
    // status 409 and changes nothing. If there is no change to undo, the API answers with status 404.
    let is_undo = matches!(write, Write::Undo | Write::UndoSince(_));
    let expected = matches!(answer.status.as_u16(), 200 | 201 | 409) || (is_undo && answer.status == 404);
    assert!(expected, "{write:?}: {}", answer.text);
    answer.body["change"]["id"].as_str().map(str::to_owned)
}

/// Returns the settings and all todos. The todos are sorted by id, and their `version` is removed.
async fn state(api: &Api) -> Value {
    let mut todos = [api.all("open").await, api.all("completed").await, api.all("deleted").await].concat();
    todos.sort_by_key(|todo| todo["id"].to_string());
    for todo in &mut todos {
        todo.as_object_mut().unwrap().remove("version");
    }
    todos.push(api.get("/settings").await.body["settings"].clone());
    json!(todos)
}

#[test]
fn any_sequence_of_writes_undone_one_by_one_restores_the_start() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() });
    let outcome =
        runner.run(&writes(), |writes| {
            runtime.block_on(async {
                let api = Api::new();
                let mut ids = api.add(&["one", "two", "three"]).await;
                let start_ids = ids.clone();
                let start = state(&api).await;
                let mut changes = Vec::new();
                for write in &writes {
                    changes.extend(perform(&api, &mut ids, &changes, write).await);
                }
                for change in changes.iter().rev() {
                    let answer = api.post("/undo", json!({ "change_id": change })).await;
                    assert_eq!(answer.status, 200, "{writes:?}: {}", answer.text);
                }
                let end = state(&api).await;
                let (known, added): (Vec<_>, Vec<_>) =
                    end.as_array().unwrap().iter().cloned().partition(|todo| {
                        todo.get("time_zone").is_some() || start_ids.iter().any(|id| todo["id"] == *id)
                    });
                prop_assert_eq!(json!(known), start);
                prop_assert!(added.iter().all(|todo| todo["status"] == "deleted"), "what was added is gone: {added:?}");
                Ok(())
            })
        });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// The state without the times of the last change. If a todo was changed after the undone change, the undo sets the
/// time of the last change to the present time.
fn without_update_times(mut state: Value) -> Value {
    for todo in state.as_array_mut().unwrap() {
        todo.as_object_mut().unwrap().remove("updated_at");
    }
    state
}

#[test]
fn writes_undone_in_any_order_without_conflict_end_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() });
    let cases = (writes(), prop::collection::vec(0usize..100, 12));
    let without_conflict = std::cell::Cell::new(0);
    let outcome = runner.run(&cases, |(writes, order)| {
        runtime.block_on(async {
            let api = Api::new();
            let mut ids = api.add(&["one", "two", "three"]).await;
            let start_ids = ids.clone();
            let start = without_update_times(state(&api).await);
            let mut changes = Vec::new();
            for write in &writes {
                changes.extend(perform(&api, &mut ids, &changes, write).await);
            }
            // Undoes one change after another, in the order of the random numbers. If an undo is refused, the test
            // tries the other changes first.
            let mut left: Vec<_> = changes.into_iter().zip(order.into_iter().cycle()).collect();
            left.sort_by_key(|(_, number)| *number);
            while !left.is_empty() {
                let before = left.len();
                let mut refused = Vec::new();
                for (change, number) in left {
                    let answer = api.post("/undo", json!({ "change_id": change })).await;
                    match answer.status.as_u16() {
                        200 => {}
                        409 => refused.push((change, number)),
                        _ => panic!("{writes:?}: {}", answer.text),
                    }
                }
                if refused.len() == before {
                    // This order has a conflict. For example, two changes gave a field the same value, and the test
                    // undid the wrong one first.
                    return Ok(());
                }
                left = refused;
            }
            let mut end = without_update_times(state(&api).await);
            let is_start =
                |todo: &Value| todo.get("time_zone").is_some() || start_ids.iter().any(|id| todo["id"] == *id);
            end.as_array_mut().unwrap().retain(is_start);
            prop_assert_eq!(end, start);
            without_conflict.set(without_conflict.get() + 1);
            Ok(())
        })
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(without_conflict.get() >= 8, "only {} orders had no conflict", without_conflict.get());
}

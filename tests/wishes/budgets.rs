//! Tests that long answers about the todos of a usual person (usual.json) do not have too many tokens.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::assistant::{Assistant, assistants};
use super::tokens::{collect_random, same_in_each_run, tokens};

/// An assistant of a person with the 120 open todos of usual.json, and the ids of these todos.
async fn usual() -> (Assistant, Vec<Value>) {
    let [mut claude] = assistants(["Claude"]).await;
    let added = claude.call("addTodos", serde_json::from_str(include_str!("usual.json")).unwrap()).await;
    let ids = added["todos"].as_array().unwrap().iter().map(|todo| todo["id"].clone()).collect();
    (claude, ids)
}

#[track_caller]
fn costs_at_most(budget: usize, what: &str, answer: &Value) {
    let mut random = BTreeSet::new();
    collect_random(answer, &mut random);
    let text = same_in_each_run(answer, &random);
    let tokens = tokens(&text);
    println!("{what}: {tokens} tokens of at most {budget} ({} characters)", text.chars().count());
    assert!(tokens <= budget, "{what}: {tokens} tokens, but the budget is {budget}");
}

#[tokio::test]
async fn the_todos_are_those_of_usual_people() {
    let usual: Value = serde_json::from_str(include_str!("usual.json")).unwrap();
    let todos = usual["todos"].as_array().unwrap();
    let with = |field: &str| todos.iter().filter(|todo| !todo[field].is_null()).count();
    let timed = todos.iter().filter(|todo| todo["due"].as_str().is_some_and(|due| due.contains('T'))).count();
    assert_eq!((todos.len(), with("due"), timed), (120, 80, 40), "two thirds have a due date, half of them a time");
    assert_eq!((with("notes"), with("steps"), with("repeat")), (30, 12, 12), "a quarter, a tenth and a tenth");
}

#[tokio::test]
async fn a_listing_of_100_todos() {
    let (mut claude, _) = usual().await;
    let page = claude.call("getTodos", json!({"limit": 100})).await;
    assert_eq!(page["todos"].as_array().unwrap().len(), 100);
    costs_at_most(4_400, "100 todos", &page);
}

#[tokio::test]
async fn an_overview_of_120_open_todos() {
    let (mut claude, _) = usual().await;
    let overview = claude.call("getOverview", json!({})).await;
    assert_eq!(overview["counts"]["open"], 120);
    costs_at_most(1_800, "an overview of 120 open todos", &overview);
}

#[tokio::test]
async fn completing_40_todos_by_their_ids() {
    let (mut claude, ids) = usual().await;
    let edits: Vec<_> = ids[..40].iter().map(|id| json!({"id": id, "status": "completed"})).collect();
    let answer = claude.call("updateTodos", json!({ "todos": edits })).await;
    assert_eq!(claude.todos_with("completed").await.len(), 40);
    costs_at_most(600, "completing 40 todos", &answer);
}

#[tokio::test]
async fn the_history_of_50_changes() {
    let (mut claude, ids) = usual().await;
    for (number, id) in ids[..50].iter().enumerate() {
        let edit = match number % 5 {
            0 => json!({"id": id, "status": "completed"}),
            1 => json!({"id": id, "due": "2026-12-03T09:00"}),
            2 => json!({"id": id, "priority": "high", "add_tags": ["soon"]}),
            3 => json!({"id": id, "list": "Archive"}),
            _ => json!({"id": id, "append_notes": "Asked again on Monday. No answer yet."}),
        };
        claude.call("updateTodos", json!({"todos": [edit]})).await;
    }
    let history = claude.call("getChanges", json!({"limit": 50})).await;
    assert_eq!(history["changes"].as_array().unwrap().len(), 50);
    costs_at_most(4_000, "50 changes", &history);
}

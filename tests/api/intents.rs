//! Tests typical wishes of people. If the assistant knows the ids of the todos, one call is enough for each wish.

use serde_json::{Value, json};

use super::harness::{Answer, Api};

/// Returns the titles of the todos in one field of the answer. `member` is the name of this field.
fn titles(answer: &Answer, member: &str) -> Vec<String> {
    assert!(answer.status.is_success(), "{}", answer.text);
    let todos = answer.body[member].as_array().unwrap();
    todos.iter().map(|todo| todo["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_on_today() {
    let api = Api::new();
    let todos = json!([{"title": "late", "due": "2026-11-20"}, {"title": "now", "due": "today"}, {"title": "later", "due": "+3d"}]);
    api.post("/todos", json!({"todos": todos})).await;
    assert_eq!(titles(&api.get("/todos?due=today").await, "todos"), ["late", "now"]);
    let overview = api.get("/overview").await;
    assert_eq!([titles(&overview, "overdue"), titles(&overview, "due_today")].concat(), ["late", "now"]);
}

#[tokio::test]
async fn add_milk_eggs_bread_to_shopping() {
    let api = Api::new();
    let todos = ["milk", "eggs", "bread"].map(|title| json!({"title": title, "list": "Shopping"}));
    let added = api.post("/todos", json!({"todos": todos})).await;
    assert_eq!(titles(&added, "todos"), ["milk", "eggs", "bread"]);
    assert_eq!(api.get("/todos?list=shopping").await.ids().len(), 3);
}

#[tokio::test]
async fn milk_and_eggs_are_done() {
    let api = Api::new();
    let ids = api.add(&["milk", "eggs", "bread"]).await;
    let done = [0, 1].map(|at| json!({"id": ids[at], "status": "completed"}));
    assert_eq!(api.patch("/todos", json!({"todos": done})).await.status, 200);
    assert_eq!(titles(&api.get("/todos").await, "todos"), ["bread"]);
}

#[tokio::test]
async fn push_these_three_to_monday() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c"]).await;
    let pushed: Vec<Value> = ids.iter().map(|id| json!({"id": id, "due": "monday"})).collect();
    let answer = api.patch("/todos", json!({"todos": pushed})).await;
    let due: Vec<_> = answer.body["todos"].as_array().unwrap().iter().map(|todo| &todo["due"]).collect();
    assert_eq!(due, ["2026-11-23"; 3], "{}", answer.text);
}

#[tokio::test]
async fn undo_that() {
    let api = Api::new();
    let ids = api.add(&["a", "b"]).await;
    api.delete(&format!("/todos?ids={}", ids.join(","))).await;
    assert_eq!(api.post("/undo", Value::Null).await.status, 200);
    assert_eq!(api.all("open").await.len(), 2);
}

#[tokio::test]
async fn what_did_i_finish_last_week() {
    let api = Api::new();
    for (title, at) in
        [("two weeks ago", "2026-11-08T12:00"), ("last week", "2026-11-18T12:00"), ("today", "2026-11-23T12:00")]
    {
        api.clock.set(at, "UTC");
        let id = api.add(&[title]).await.remove(0);
        api.patch(&format!("/todos/{id}"), json!({"status": "completed"})).await;
    }
    let finished = api.get("/todos?completed_from=2026-11-16&completed_to=2026-11-22").await;
    assert_eq!(titles(&finished, "todos"), ["last week"]);
}

#[tokio::test]
async fn break_this_into_five_steps() {
    let api = Api::new();
    let id = api.add(&["Move house"]).await.remove(0);
    let steps = ["Find a van", "Pack", "Carry", "Unpack", "Clean"];
    let broken = api.patch(&format!("/todos/{id}"), json!({"steps": steps})).await;
    assert_eq!(broken.body["todo"]["steps"].as_array().unwrap().len(), 5, "{}", broken.text);
    let ticked = api.patch(&format!("/todos/{id}"), json!({"complete_steps": ["pack"]})).await;
    assert_eq!(ticked.body["todo"]["steps"][1], json!({"title": "Pack", "done": true}), "{}", ticked.text);
}

//! Tests changes that are larger than one transaction of DynamoDB.

use serde_json::{Value, json};

use super::{
    harness::{Answer, Api},
    transport::Fault,
};

/// The number of todos in a change that is a little too large for one transaction. The store divides this change into
/// three slices.
pub const LARGE: usize = 102;

/// Adds todos with one call, and returns their ids.
pub async fn add_many(api: &Api, number: usize) -> Vec<String> {
    let todos: Vec<_> = (0..number).map(|n| json!({"title": format!("guest {n}"), "list": "Party"})).collect();
    let added = api.post("/todos", json!({ "todos": todos })).await;
    assert_eq!(added.status, 201, "{}", added.text);
    added.ids()
}

/// The edits that complete these todos.
pub fn completed(ids: &[String]) -> Value {
    json!({"todos": ids.iter().map(|id| json!({"id": id, "status": "completed"})).collect::<Vec<_>>()})
}

/// The todos of every status, without their versions.
pub async fn todos(api: &Api) -> Value {
    let mut all = Vec::new();
    for status in ["open", "completed", "deleted"] {
        all.extend(api.all(status).await);
    }
    all.iter_mut().for_each(|todo| _ = todo.as_object_mut().unwrap().remove("version"));
    all.sort_by_key(|todo| todo["id"].to_string());
    json!(all)
}

/// The edits that give these todos the priority.
pub fn prioritised(ids: &[String], priority: &str) -> Value {
    json!({"todos": ids.iter().map(|id| json!({"id": id, "priority": priority})).collect::<Vec<_>>()})
}

/// Sends the request. The program dies after this number of transactions. The first transaction begins the change, each
/// slice is one transaction, and the last transaction ends the change. So if the number is 0, the program has written
/// only a draft.
pub async fn dies_after(transactions: usize, api: &Api, (method, path): (&str, &str), body: Value) -> Answer {
    api.wire.fail_only("TransactWriteItems", vec![Fault::None; transactions]);
    api.wire.fail_only("TransactWriteItems", [Fault::NoTable; 3]);
    let answer = api.send(method, path, body, &[]).await;
    api.wire.take_faults();
    answer.assert_problem(500, "internal");
    answer
}

/// The id of the pending change.
pub async fn pending(api: &Api) -> Option<String> {
    api.stored("settings", "pending_change").await.map(|id| id.as_s().unwrap().clone())
}

#[tokio::test]
async fn a_hundred_and_twenty_guests_are_one_call_and_one_undo() {
    let api = Api::new();
    let ids = add_many(&api, 120).await;
    assert_eq!((ids.len(), api.all("open").await.len()), (120, 120));
    let changes = api.get("/changes").await;
    assert_eq!(changes.body["changes"].as_array().unwrap().len(), 1, "{}", changes.text);
    assert_eq!(changes.body["changes"][0]["more_todos"], 117, "{}", changes.text);
    let undone = api.post("/undo", json!({})).await;
    assert_eq!((undone.status.as_u16(), api.all("open").await.len()), (200, 0), "{}", undone.text);
    assert_eq!(api.all("deleted").await.len(), 120);
}

#[tokio::test]
async fn a_thousand_todos_are_completed_and_undone_to_the_exact_start() {
    let api = Api::new();
    let ids = add_many(&api, 1_000).await;
    let before = todos(&api).await;
    let done = api.patch("/todos", completed(&ids)).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!((api.all("completed").await.len(), api.all("open").await.len()), (1_000, 0));
    let undone = api.post("/undo", json!({})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    assert_eq!(todos(&api).await, before);
    let redone = api.post("/undo", json!({"change_id": undone.change_id()})).await;
    assert_eq!((redone.status.as_u16(), api.all("completed").await.len()), (200, 1_000), "{}", redone.text);
}

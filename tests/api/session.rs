//! Tests a typical session of an assistant.

use serde_json::json;

use super::harness::Api;

#[tokio::test]
async fn an_assistant_adds_edits_completes_deletes_and_takes_back() {
    let api = Api::new();

    let added = api
        .post(
            "/todos",
            json!({"todos": [{"title": "Buy milk", "list": "Shopping"}, {"title": "Buy eggs"}, {"title": "Call mum"}]}),
        )
        .await;
    assert_eq!(added.status, 201, "{}", added.text);
    assert_eq!(added.body["new_lists"], json!(["Shopping"]));
    let ids = added.ids();

    let edited = api.patch(&format!("/todos/{}", ids[2]), json!({"due": "2026-11-23", "tags": ["family"]})).await;
    assert_eq!((edited.status.as_u16(), &edited.body["todo"]["version"]), (200, &json!(2)), "{}", edited.text);

    let done = [0, 1].map(|at| json!({"id": ids[at], "status": "completed"}));
    let completed = api.patch("/todos", json!({"todos": done})).await;
    assert_eq!(completed.body["todos"][0]["status"], "completed", "{}", completed.text);

    let before = api.everything().await;
    let deleted = api.delete(&format!("/todos/{}", ids[2])).await;
    assert_eq!(deleted.body["todo"]["status"], "deleted", "{}", deleted.text);
    assert!(api.all("open").await.is_empty());

    let undone = api.post("/undo", json!({})).await;
    assert_eq!(undone.body["todos"][0]["status"], "open", "{}", undone.text);
    let mut restored = api.all("open").await;
    restored[0]["version"] = before["open"][0]["version"].clone();
    assert_eq!(json!(restored), before["open"]);

    let redone = api.post("/undo", json!({"change_id": undone.change_id()})).await;
    assert_eq!(redone.body["todos"][0]["status"], "deleted", "{}", redone.text);

    let changes = api.get("/changes").await;
    let operations: Vec<_> =
        changes.body["changes"].as_array().unwrap().iter().map(|change| &change["operation"]).collect();
    assert_eq!(operations, ["undoChange", "undoChange", "deleteTodo", "updateTodos", "updateTodo", "addTodos"]);
}

//! Tests large changes that also change lists, settings, or the marks of undone changes.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    harness::Api,
    large::{LARGE, add_many, completed, dies_after, pending, prioritised, todos},
};

/// Everything that an undo must restore.
async fn state(api: &Api) -> Value {
    let overview = api.get("/overview").await;
    assert_eq!(overview.status, 200, "{}", overview.text);
    let settings = api.get("/settings").await.body["settings"].clone();
    json!([todos(api).await, overview.body["lists"], settings])
}

/// Lets another instance complete the pending change.
async fn finish(api: &Api) {
    api.clock.advance(3.seconds());
    assert!(pending(api).await.is_some());
    assert_eq!(api.elsewhere().get("/settings").await.status, 200);
    assert_eq!(pending(api).await, None);
}

#[tokio::test]
async fn an_accident_while_the_default_list_is_deleted_leaves_nothing_half_done() {
    for transactions in 1..=4 {
        let api = Api::new();
        add_many(&api, LARGE).await;
        api.patch("/settings", json!({"default_list": "Party"})).await;
        api.patch("/lists", json!({"order": ["Party", "Inbox"]})).await;
        let before = state(&api).await;
        let delete = json!({"list": "Party", "delete": true});
        dies_after(transactions, &api, ("PATCH", "/lists"), delete.clone()).await;
        let large = pending(&api).await.unwrap();
        finish(&api).await;
        assert_eq!(api.all("deleted").await.len(), LARGE);
        assert_eq!(api.get("/settings").await.body["settings"]["default_list"], "Inbox");
        assert_eq!(api.get("/overview").await.body["lists"].as_array().unwrap().len(), 1);
        let after = state(&api).await;
        let undo = json!({"change_id": large});
        dies_after(transactions, &api, ("POST", "/undo"), undo).await;
        let large = pending(&api).await.unwrap();
        finish(&api).await;
        assert_eq!(state(&api).await, before, "{transactions}");
        // The undo of the undo deletes the list again. One more undo restores the list again.
        let redone = api.post("/undo", json!({"change_id": large})).await;
        assert_eq!(redone.status, 200, "{}", redone.text);
        assert_eq!(without_moments(state(&api).await), without_moments(after));
        assert_eq!(api.post("/undo", json!({"change_id": redone.change_id()})).await.status, 200);
        assert_eq!(without_moments(state(&api).await), without_moments(before));
    }
}

/// The same state without the times of the latest changes.
fn without_moments(mut state: Value) -> Value {
    for todo in state[0].as_array_mut().unwrap() {
        todo.as_object_mut().unwrap().retain(|name, _| name != "updated_at" && name != "deleted_at");
    }
    state
}

#[tokio::test]
async fn an_accident_while_todos_are_added_to_new_lists_leaves_nothing_half_done() {
    let todos: Vec<_> =
        (0..120).map(|n| json!({"title": format!("todo {n}"), "list": format!("List {}", n % 60)})).collect();
    for key in [None, Some("k")] {
        for transactions in 0..=6 {
            let api = Api::new();
            let mut body = json!({ "todos": todos });
            key.into_iter().for_each(|key| body["idempotency_key"] = json!(key));
            dies_after(transactions, &api, ("POST", "/todos"), body.clone()).await;
            api.clock.advance(if pending(&api).await.is_some() { 3 } else { 61 }.seconds());
            let again = api.elsewhere().post("/todos", body).await;
            assert!(again.status.is_success(), "{transactions} {}", again.text);
            assert_eq!(api.all("open").await.len(), 120, "{key:?} {transactions}");
            let lists = api.get("/overview").await.body["lists"].as_array().unwrap().clone();
            assert_eq!(lists.len(), 61);
            assert!(lists.iter().all(|list| list["open"] == if list["name"] == "Inbox" { 0 } else { 2 }), "{lists:?}");
            assert_eq!(api.post("/undo", json!({})).await.status, 200);
            assert_eq!(api.all("open").await.len(), 0);
        }
    }
}

#[tokio::test]
async fn an_add_with_too_many_new_lists_is_refused_and_leaves_no_draft() {
    let api = Api::new();
    let todos: Vec<_> = (0..120).map(|n| json!({"title": format!("todo {n}"), "list": format!("List {n}")})).collect();
    let refused = api.post("/todos", json!({"todos": todos, "idempotency_key": "k"})).await;
    refused.assert_problem(413, "too_large");
    assert_eq!(api.items().await.len(), 0);
}

#[tokio::test]
async fn a_large_undo_since_a_time_marks_all_its_changes_even_after_an_accident() {
    for transactions in 1..=4 {
        let api = Api::new();
        let ids = add_many(&api, LARGE).await;
        api.clock.advance(1.hours());
        let before = todos(&api).await;
        for (number, id) in ids.iter().enumerate().take(20) {
            api.patch(&format!("/todos/{id}"), json!({"title": format!("renamed {number}")})).await;
        }
        assert_eq!(api.patch("/todos", prioritised(&ids, "high")).await.status, 200);
        assert_eq!(api.patch("/todos", completed(&ids)).await.status, 200);
        dies_after(transactions, &api, ("POST", "/undo"), json!({"since": "30 minutes"})).await;
        finish(&api).await;
        assert_eq!(todos(&api).await, before, "{transactions}");
        let changes = api.get("/changes?limit=100").await.body["changes"].clone();
        let undone = changes.as_array().unwrap().iter().filter(|change| change.get("undone_by").is_some()).count();
        assert_eq!((changes.as_array().unwrap().len(), undone), (24, 22));
        let redone = api.post("/undo", json!({"change_id": changes[0]["id"]})).await;
        assert_eq!(redone.status, 200, "{}", redone.text);
        assert_eq!(api.all("completed").await.len(), LARGE);
        assert_eq!(api.post("/undo", json!({"change_id": redone.change_id()})).await.status, 200);
        assert_eq!(without_moments(json!([todos(&api).await])), without_moments(json!([before])));
    }
}

//! Tests undos of all changes since a time.

use serde_json::{Value, json};

use super::harness::Api;

async fn advance(api: &Api, minutes: i64) {
    api.clock.advance(jiff::Span::new().minutes(minutes));
}

/// All todos, sorted by id and without their versions.
async fn state(api: &Api) -> Value {
    let mut todos = [api.all("open").await, api.all("completed").await, api.all("deleted").await].concat();
    todos.sort_by_key(|todo| todo["id"].to_string());
    for todo in &mut todos {
        todo.as_object_mut().unwrap().remove("version");
    }
    json!(todos)
}

#[tokio::test]
async fn the_last_ten_minutes_are_undone_in_one_call_and_redone_in_one_call() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c"]).await;
    let one = format!("/todos/{}", ids[0]);
    api.patch(&one, json!({"due": "2026-12-01", "repeat": {"unit": "week"}})).await;
    advance(&api, 30).await;
    let before = state(&api).await;
    let added = api.add(&["d"]).await.remove(0);
    api.patch(&one, json!({"status": "completed"})).await;
    api.patch(&format!("/todos/{added}"), json!({"title": "e", "append_notes": "note"})).await;
    api.delete(&format!("/todos/{}", ids[1])).await;
    api.patch("/settings", json!({"week_start": "sun"})).await;
    advance(&api, 5).await;
    let after = state(&api).await;
    for since in [json!(10), json!("10"), json!("10 minutes"), json!("2026-11-22T10:25")] {
        let undone = api.post("/undo", json!({ "since": since })).await;
        assert_eq!(undone.status, 200, "{since}: {}", undone.text);
        let operations: Vec<_> =
            undone.body["undid"].as_array().unwrap().iter().map(|undid| &undid["operation"]).collect();
        assert_eq!(operations, ["updateSettings", "deleteTodo", "updateTodo", "updateTodo", "addTodos"], "{since}");
        let (now, is_deleted) = (state(&api).await, |todo: &Value| todo["status"] == "deleted");
        let left: Vec<_> = now.as_array().unwrap().iter().filter(|todo| !is_deleted(todo)).collect();
        assert_eq!(json!(left), before, "{since}");
        assert_eq!(api.get("/settings").await.body["settings"]["week_start"], "mon");
        let redone = api.post("/undo", json!({"change_id": undone.change_id()})).await;
        assert_eq!(redone.status, 200, "{}", redone.text);
        assert_eq!(state(&api).await, after, "{since}");
    }
}

#[tokio::test]
async fn a_change_and_its_undo_cancel_each_other_and_an_undo_of_an_older_change_is_undone() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    let older = api.patch(&one, json!({"priority": "high"})).await.change_id();
    advance(&api, 30).await;
    let title = api.patch(&one, json!({"title": "b"})).await.change_id();
    api.post("/undo", json!({"change_id": title})).await;
    let undo = api.post("/undo", json!({"change_id": older})).await.change_id();
    let due = api.patch(&one, json!({"due": "2026-12-01"})).await.change_id();
    let undone = api.post("/undo", json!({"since": "10 minutes"})).await;
    let undid: Vec<_> = undone.body["undid"].as_array().unwrap().iter().map(|undid| undid["id"].clone()).collect();
    assert_eq!(undid, [due, undo], "{}", undone.text);
    let todo = api.get(&one).await.body["todo"].clone();
    assert_eq!((&todo["title"], &todo["priority"], todo.get("due")), (&json!("a"), &json!("high"), None));
    // Everything of the last ten minutes is undone now.
    api.post("/undo", json!({"since": "10 minutes"})).await.assert_problem(404, "nothing_to_undo");
}

#[tokio::test]
async fn an_undo_since_a_time_is_all_or_nothing_and_says_how_to_narrow_it() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    for n in 0..91 {
        assert_eq!(api.patch(&format!("/todos/{id}"), json!({"title": format!("t{n}")})).await.status, 200);
    }
    let before = api.everything().await;
    let refused = api.post("/undo", json!({"since": "1 hour"})).await;
    refused.assert_problem(413, "too_large");
    assert!(refused.body["detail"].as_str().unwrap().contains("later time as `since`"), "{}", refused.text);
    assert_eq!(api.everything().await, before);
    // 60 todos and 60 changes need more actions than a transaction has.
    let api = Api::new();
    for n in 0..60 {
        api.add(&[&format!("t{n}")]).await;
    }
    api.post("/undo", json!({"since": "1 hour"})).await.assert_problem(413, "too_large");
    assert_eq!(api.all("open").await.len(), 60);
}

#[tokio::test]
async fn a_time_that_is_no_time_and_a_time_in_the_future_are_refused() {
    let api = Api::new();
    api.add(&["a"]).await;
    for (since, says) in [
        (json!("recently"), "cannot be \"recently\"; send a number of minutes"),
        (json!(-5), "cannot be \"-5\""),
        (json!("2026-11-23"), "is in the future; for the person, it is 2026-11-22T10:00 now"),
        (json!([1]), "cannot be"),
    ] {
        let refused = api.post("/undo", json!({ "since": since })).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error("since", says);
    }
    for other in [json!({"since": "5", "change_id": "x"}), json!({"by": "any", "change_id": "x"})] {
        api.post("/undo", other.clone()).await.assert_problem(422, "invalid");
    }
    assert_eq!(api.all("open").await.len(), 1);
}

#[tokio::test]
async fn with_a_key_an_undo_since_a_time_is_answered_again_with_what_it_undid() {
    let api = Api::new();
    api.add(&["a"]).await;
    api.add(&["b"]).await;
    let undo = json!({"since": "5", "idempotency_key": "k"});
    let first = api.post("/undo", undo.clone()).await;
    let again = api.post("/undo", undo).await;
    assert_eq!((&again.body["replayed"], &again.body["undid"]), (&json!(true), &first.body["undid"]), "{}", again.text);
    assert_eq!(first.body["undid"].as_array().unwrap().len(), 2);
}

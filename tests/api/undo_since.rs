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
    for n in 0..81 {
        assert_eq!(api.patch(&format!("/todos/{id}"), json!({"title": format!("t{n}")})).await.status, 200);
    }
    let before = api.everything().await;
    let refused = api.post("/undo", json!({"since": "1 hour"})).await;
    refused.assert_problem(413, "too_large");
    assert!(refused.body["detail"].as_str().unwrap().contains("later time as `since`"), "{}", refused.text);
    assert_eq!(api.everything().await, before);
    // These 60 changes with 120 todos do not fit into one transaction. But one undo can undo this number of changes.
    let api = Api::new();
    for n in 0..60 {
        api.add(&[&format!("a{n}"), &format!("b{n}")]).await;
    }
    assert_eq!(api.post("/undo", json!({"since": "1 hour"})).await.status, 200);
    assert_eq!((api.all("open").await.len(), api.all("deleted").await.len()), (0, 120));
}

#[tokio::test]
async fn a_time_that_is_no_time_and_a_time_in_the_future_are_refused() {
    let api = Api::new();
    api.add(&["a"]).await;
    for (since, says) in [
        (json!("recently"), "cannot be \"recently\"; send for example"),
        (json!(-5), "cannot be \"-5\""),
        (json!("2026-11-23"), "is in the future; for the person, it is 2026-11-22T10:00 now"),
        (json!("23:00"), "is in the future"),
        (json!(1_764_244_800), "send for example \"2025-11-27T12:00:00Z\""),
        (json!("1245"), "send for example \"12:45\""),
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

/// The id of each change, and the id of its undo. The newest change comes first.
async fn marks(api: &Api) -> Vec<(String, Value)> {
    let changes = api.get("/changes?limit=100").await.body["changes"].clone();
    let changes = changes.as_array().unwrap().iter();
    changes.map(|change| (change["id"].as_str().unwrap().to_owned(), change["undone_by"].clone())).collect()
}

/// The present time of the test, as a value of `since`.
fn now(api: &Api) -> String {
    api.clock.advance(jiff::Span::new().seconds(1));
    todo_action::app::Clock::now(&api.app.clock).to_string()
}

#[tokio::test]
async fn two_undos_of_the_same_change_in_one_period_are_undone_together() {
    let api = Api::new();
    let ids = api.add(&["a", "b"]).await;
    let [one, two] = [0, 1].map(|at| format!("/todos/{}", ids[at]));
    let change = api.patch(&one, json!({"title": "A"})).await.change_id();
    let before = now(&api);
    api.patch(&two, json!({"title": "B"})).await;
    let start = now(&api);
    let expected = state(&api).await;
    assert_eq!(api.post("/undo", json!({"change_id": change})).await.status, 200);
    let undone = api.post("/undo", json!({ "since": before })).await;
    assert_eq!(undone.body["undid"].as_array().unwrap().len(), 2, "{}", undone.text);
    assert_eq!(api.post("/undo", json!({"change_id": change})).await.status, 200);
    let undone = api.post("/undo", json!({ "since": start })).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    let titles = |state: &Value| state.as_array().unwrap().iter().map(|todo| todo["title"].clone()).collect::<Vec<_>>();
    assert_eq!(titles(&state(&api).await), titles(&expected));
}

#[tokio::test]
async fn a_change_that_is_reached_over_two_undos_is_marked_with_the_undo_that_takes_effect() {
    let api = Api::new();
    let ids = api.add(&["a", "b"]).await;
    let start = now(&api);
    let first = api.patch(&format!("/todos/{}", ids[0]), json!({"title": "A"})).await.change_id();
    let middle = now(&api);
    let second = api.patch(&format!("/todos/{}", ids[1]), json!({"title": "B"})).await.change_id();
    let both = api.post("/undo", json!({ "since": start })).await.change_id();
    let back = api.post("/undo", json!({ "since": middle })).await;
    assert_eq!(back.body["undid"].as_array().unwrap().len(), 2, "the undo, and the second change: {}", back.text);
    assert_eq!(api.post("/undo", json!({"change_id": back.change_id()})).await.status, 200);
    // Now the first undo takes effect again.
    let marks = marks(&api).await;
    for change in [&first, &second] {
        let mark = marks.iter().find(|(id, _)| id == change).map(|(_, by)| by);
        assert_eq!(mark, Some(&json!(both)), "{change}: {marks:?}");
        api.post("/undo", json!({ "change_id": change })).await.assert_problem(409, "already_undone");
    }
}

#[tokio::test]
async fn an_undone_change_is_not_undone_again_by_its_id_whatever_the_todo_is_like() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    let change = api.patch(&one, json!({"priority": "high"})).await.change_id();
    let first = api.post("/undo", json!({})).await.change_id();
    let redo = api.post("/undo", json!({"change_id": first})).await.change_id();
    let second = api.post("/undo", json!({})).await.change_id();
    let refused = api.post("/undo", json!({"change_id": first})).await;
    refused.assert_problem(409, "already_undone");
    assert!(refused.body["detail"].as_str().unwrap().contains(&redo), "{}", refused.text);
    api.patch(&one, json!({"priority": "low"})).await;
    let refused = api.post("/undo", json!({"change_id": change})).await;
    refused.assert_problem(409, "already_undone");
    assert!(refused.body["detail"].as_str().unwrap().contains(&second), "{}", refused.text);
}

#[tokio::test]
async fn an_undo_since_a_time_that_succeeds_can_be_redone_and_undone_again() {
    let api = Api::new();
    for n in 0..40 {
        api.add(&[&format!("t{n}")]).await;
    }
    let mut undo = api.post("/undo", json!({"since": "1 hour"})).await;
    assert_eq!(undo.body["undid"].as_array().unwrap().len(), 40, "{}", undo.text);
    for open in [40, 0, 40, 0] {
        undo = api.post("/undo", json!({"change_id": undo.change_id()})).await;
        assert_eq!((undo.status.as_u16(), api.all("open").await.len()), (200, open), "{}", undo.text);
    }
}

#[tokio::test]
async fn an_edit_of_a_restored_todo_does_not_prevent_the_undo_of_its_period() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    api.delete(&one).await;
    let start = now(&api);
    let restored = api.patch(&one, json!({"status": "open"})).await.change_id();
    api.patch(&one, json!({"priority": "high"})).await;
    api.post("/undo", json!({"change_id": restored})).await;
    let undone = api.post("/undo", json!({"since": start, "by": "any"})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    let todo = api.get(&one).await.body["todo"].clone();
    assert_eq!((&todo["status"], &todo["priority"]), (&json!("deleted"), &json!("normal")), "{todo}");
}

#[tokio::test]
async fn an_undo_of_an_add_leaves_a_todo_deleted_that_was_deleted_before() {
    let api = Api::new();
    let added = api.post("/todos", json!({"todos": [{"title": "a"}, {"title": "b"}]})).await;
    api.delete(&format!("/todos/{}", added.ids()[0])).await;
    let undone = api.post("/undo", json!({"change_id": added.change_id()})).await;
    assert_eq!((undone.status.as_u16(), api.all("open").await.len()), (200, 0), "{}", undone.text);
}

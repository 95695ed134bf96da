//! Tests different kinds of large changes after the program has died in the middle: repeating todos, notes with a
//! common beginning, todos that do not change, and instances that remember old settings or lists.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    harness::Api,
    large::{LARGE, add_many, completed, dies_after, pending, todos},
};

/// The edits that append this paragraph to the notes of these todos.
fn appended(ids: &[String], paragraph: &str) -> Value {
    json!({"todos": ids.iter().map(|id| json!({"id": id, "append_notes": paragraph})).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_paragraph_for_many_todos_is_appended_once() {
    for transactions in 0..=4 {
        let api = Api::new();
        let ids = add_many(&api, LARGE).await;
        assert_eq!(api.patch("/todos", appended(&ids, "Größe 🦀 «a»")).await.status, 200);
        let before = todos(&api).await;
        dies_after(transactions, &api, ("PATCH", "/todos"), appended(&ids, "Größe 🦉 «b»")).await;
        let was_pending = pending(&api).await.is_some();
        api.clock.advance(3.seconds());
        let again = api.elsewhere().patch("/todos", appended(&ids, "Größe 🦉 «b»")).await;
        assert_eq!((again.status.as_u16(), again.body["replayed"] == true), (200, was_pending), "{}", again.text);
        let open = api.all("open").await;
        assert!(open.iter().all(|todo| todo["notes"] == "Größe 🦀 «a»\n\nGröße 🦉 «b»"), "{transactions}");
        assert_eq!(api.post("/undo", json!({})).await.status, 200);
        assert_eq!(todos(&api).await, before, "{transactions}");
    }
}

#[tokio::test]
async fn repeating_todos_are_completed_with_one_next_todo_each() {
    for transactions in 1..=4 {
        let api = Api::new();
        let new = |n| json!({"title": format!("water {n}"), "due": "2026-11-22", "repeat": {"unit": "week"}});
        let added = api.post("/todos", json!({"todos": (0..60).map(new).collect::<Vec<_>>()})).await;
        let before = todos(&api).await;
        dies_after(transactions, &api, ("PATCH", "/todos"), completed(&added.ids())).await;
        api.clock.advance(3.seconds());
        let open = api.all("open").await;
        assert_eq!((open.len(), api.all("completed").await.len()), (60, 60), "{transactions}");
        assert!(open.iter().all(|todo| todo["due"] == "2026-11-29"));
        assert_eq!(api.post("/undo", json!({})).await.status, 200);
        let next = |todo: &&Value| todo["status"] == "deleted";
        let after = todos(&api).await;
        assert_eq!(after.as_array().unwrap().iter().filter(next).count(), 60);
        let first: Vec<_> = after.as_array().unwrap().iter().filter(|todo| !next(todo)).cloned().collect();
        assert_eq!(json!(first), before, "{transactions}");
    }
}

#[tokio::test]
async fn todos_that_do_not_change_are_counted_and_stay_as_they_are() {
    let api = Api::new();
    let ids = add_many(&api, LARGE + 60).await;
    assert_eq!(api.patch("/todos", completed(&ids[..60])).await.status, 200);
    let mut body = completed(&ids);
    body["idempotency_key"] = json!("k");
    dies_after(2, &api, ("PATCH", "/todos"), body.clone()).await;
    api.clock.advance(3.seconds());
    let again = api.patch("/todos", body).await;
    assert_eq!((again.status.as_u16(), &again.body["replayed"]), (200, &json!(true)), "{}", again.text);
    let done = api.all("completed").await;
    assert!(done.len() == ids.len() && done.iter().all(|todo| todo["version"] == 2));
    assert_eq!(api.post("/undo", json!({})).await.status, 200);
    assert_eq!((api.all("completed").await.len(), api.all("open").await.len()), (60, LARGE));
}

#[tokio::test]
async fn an_instance_with_old_settings_and_old_lists_adds_many_todos_to_the_right_place() {
    let api = Api::new();
    let other = api.elsewhere();
    add_many(&api, 1).await;
    assert_eq!(other.patch("/settings", json!({"time_zone": "Pacific/Kiritimati"})).await.status, 200);
    assert_eq!(other.patch("/lists", json!({"list": "Party", "rename_to": "Feast"})).await.status, 200);
    let new = |n| json!({"title": format!("todo {n}"), "list": "feast", "due": "today"});
    let added = api.post("/todos", json!({"todos": (0..120).map(new).collect::<Vec<_>>()})).await;
    assert_eq!((added.status.as_u16(), added.ids().len()), (201, 120), "{}", added.text);
    let open = other.all("open").await;
    assert_eq!(open.len(), 121);
    assert!(open.iter().all(|todo| todo["list"] == "Feast"));
    assert_eq!(open.iter().filter(|todo| todo["due"] == "2026-11-23").count(), 120, "it is already tomorrow there");
    // No draft of the first attempts is left.
    let drafts = api.items().await.into_values().filter(|item| item.contains_key("draft_until")).count();
    assert_eq!(drafts, 0);
    assert_eq!(other.post("/undo", json!({})).await.status, 200);
    assert_eq!(api.all("open").await.len(), 1);
}

#[tokio::test]
async fn after_thirty_days_the_key_of_a_large_change_is_new_again() {
    let api = Api::new();
    for number in [150, 120, 400] {
        let new = |n| json!({"title": format!("todo {n}"), "notes": "n".repeat(200)});
        let todos: Vec<_> = (0..number).map(new).collect();
        let added = api.post("/todos", json!({"todos": todos, "idempotency_key": "k", "allow_duplicate": true})).await;
        assert_eq!(added.status, 201, "{}", added.text);
        let undone = api.post("/undo", json!({"change_id": added.change_id()})).await;
        assert_eq!(
            (undone.status.as_u16(), &undone.body["undid"][0]["todos"]),
            (200, &json!(number)),
            "{}",
            undone.text
        );
        assert_eq!(api.all("open").await.len(), 0);
        api.clock.advance((31 * 24).hours());
    }
}

//! Tests clocks that are ahead, and clocks that somebody sets back.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::json;

use super::{folder::Folder, harness::Api};

const TODAY: &str = "2026-11-22T10:00:00";

fn at(day: &str) -> Timestamp {
    format!("{day}T10:00:00Z").parse().unwrap()
}

#[tokio::test]
async fn a_start_with_a_clock_that_is_ahead_removes_nothing_that_can_be_undone() {
    let folder = Folder::new("clock-ahead");
    let file = folder.file("todos.db");
    let api = Api::over_at(&file, at("2026-11-22"));
    api.create_table().await;
    let id = api.add(&["a"]).await.remove(0);
    api.delete(&format!("/todos/{id}")).await;
    let before = api.everything().await;
    drop(api);
    for ahead in ["2026-12-20", "2026-12-23", "2027-11-22", "2126-11-22"] {
        drop(Api::over_at(&file, at(ahead)));
        let api = Api::over_at(&file, at("2026-11-22"));
        assert_eq!(api.everything().await, before, "{ahead}");
    }
    let api = Api::over_at(&file, at("2026-11-22"));
    assert_eq!(api.post("/undo", json!({})).await.status, 200);
    assert_eq!(api.get(&format!("/todos/{id}")).await.body["todo"]["status"], "open");
}

#[tokio::test]
async fn a_write_while_the_clock_is_ahead_removes_nothing_that_can_be_undone_either() {
    let folder = Folder::new("clock-ahead-writes");
    let file = folder.file("todos.db");
    let api = Api::over_at(&file, at("2026-11-22"));
    api.create_table().await;
    let id = api.add(&["a"]).await.remove(0);
    api.delete(&format!("/todos/{id}")).await;
    api.clock.set("2026-12-23T10:00:00", "UTC");
    api.add(&["written while the clock is ahead"]).await;
    drop(api);
    drop(Api::over_at(&file, at("2026-12-24")));
    let api = Api::over_at(&file, at("2026-11-22"));
    assert_eq!(api.all("deleted").await.len(), 1);
    assert_eq!(api.get("/changes").await.body["changes"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn what_expired_long_before_the_latest_change_is_removed_at_the_next_start() {
    let folder = Folder::new("expired");
    let file = folder.file("todos.db");
    let api = Api::over_at(&file, at("2026-11-22"));
    api.create_table().await;
    let ids = api.add(&["a", "b"]).await;
    api.delete(&format!("/todos/{}", ids[0])).await;
    // The deleted todo expires after 30 days, and stays in the file for another 90 days.
    api.clock.set("2027-03-23T10:00:00", "UTC");
    api.delete(&format!("/todos/{}", ids[1])).await;
    let there = async |id: &str| Api::over(&file).stored(&format!("todo#{id}"), "title").await.is_some();
    drop(Api::over_at(&file, at("2026-12-30")));
    assert!(there(&ids[0]).await);
    // A newer version of the program has written the file.
    api.spoil("settings", "format", Some(AttributeValue::N("7".to_owned()))).await;
    drop(Api::over_at(&file, at("2027-03-23")));
    assert!(there(&ids[0]).await);
    api.spoil("settings", "format", Some(AttributeValue::N("2".to_owned()))).await;
    drop(Api::over_at(&file, at("2027-03-23")));
    assert!(!there(&ids[0]).await && there(&ids[1]).await);
}

#[tokio::test]
async fn what_is_deleted_while_the_clock_is_far_behind_is_kept_for_thirty_days() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    api.clock.set("1970-01-01T00:00:10", "UTC");
    let deleted = api.delete(&format!("/todos/{id}")).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
    api.clock.set(TODAY, "UTC");
    assert_eq!(api.all("deleted").await.len(), 1);
    api.clock.set("2026-12-21T10:00:00", "UTC");
    let undone = api.post("/undo", json!({"change_id": deleted.change_id()})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
}

#[tokio::test]
async fn what_was_remembered_while_the_clock_was_ahead_is_not_remembered_for_longer() {
    // If a client repeats a request within two minutes, the API recognises the repetition.
    let api = Api::new();
    api.clock.set("2026-11-22T11:00:00", "UTC");
    let body = json!({"todos": [{"title": "milk"}]});
    assert_eq!(api.post("/todos", body.clone()).await.status, 201);
    assert_eq!(api.post("/todos", body.clone()).await.body["replayed"], true);
    api.clock.set(TODAY, "UTC");
    assert_eq!(api.post("/todos", body.clone()).await.status, 201, "the clock was set back an hour");
    assert_eq!(api.post("/todos", body).await.body["replayed"], true);
}

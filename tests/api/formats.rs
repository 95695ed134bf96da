//! Tests items that a newer version of the program has written. While a new version is deployed, old code and new code
//! use the same table.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::harness::Api;

fn number(digits: &str) -> Option<AttributeValue> {
    Some(AttributeValue::N(digits.to_owned()))
}

#[tokio::test]
async fn code_that_meets_a_newer_format_answers_503_and_writes_nothing() {
    let api = Api::new();
    let ids = api.add(&["a", "b"]).await;
    let (one, before) = (format!("/todos/{}", ids[0]), api.everything().await);
    api.spoil("settings", "format", number("7")).await;
    let writes = [
        ("POST", "/todos".to_owned(), json!({"todos": [{"title": "c"}]})),
        ("POST", "/todos".to_owned(), json!({"todos": [{"title": "c", "list": "Trip", "due": "today"}]})),
        ("POST", "/todos".to_owned(), json!({"todos": [{"title": "c"}], "idempotency_key": "k"})),
        ("PATCH", one.clone(), json!({"title": "x"})),
        ("PATCH", one.clone(), json!({"title": "a", "idempotency_key": "nothing"})),
        ("PATCH", one.clone(), json!({"status": "completed"})),
        ("PATCH", "/todos".to_owned(), json!({"todos": [{"id": ids[1], "append_notes": "x"}]})),
        ("PATCH", "/settings".to_owned(), json!({"week_start": "sun"})),
        ("DELETE", one, Value::Null),
        ("DELETE", format!("/todos?ids={}", ids.join(",")), Value::Null),
        ("POST", "/undo".to_owned(), json!({})),
    ];
    for instance in [&api, &api.elsewhere()] {
        for (method, path, body) in &writes {
            let answer = instance.send(method, path, body.clone(), &[]).await;
            answer.assert_problem(503, "unavailable");
        }
        for path in ["/todos", "/overview", "/settings", "/changes"] {
            instance.get(path).await.assert_problem(503, "unavailable");
        }
    }
    api.spoil("settings", "format", number("2")).await;
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn a_todo_in_a_newer_format_is_not_left_out_of_listings_in_silence() {
    let api = Api::new();
    let ids = api.add(&["a", "b"]).await;
    let (one, other) = (format!("/todos/{}", ids[0]), format!("/todos/{}", ids[1]));
    api.spoil(&format!("todo#{}", ids[0]), "format", number("7")).await;
    for path in [one.as_str(), "/todos", "/todos?q=b", "/overview"] {
        api.get(path).await.assert_problem(503, "unavailable");
    }
    api.patch(&one, json!({"title": "x"})).await.assert_problem(503, "unavailable");
    assert_eq!(api.patch(&other, json!({"title": "x"})).await.status, 200);
    api.spoil(&format!("todo#{}", ids[0]), "format", None).await;
    assert_eq!(api.get(&one).await.body["todo"]["title"], "a");
}

#[tokio::test]
async fn a_change_record_in_a_newer_format_is_not_undone() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let change = api.patch(&format!("/todos/{id}"), json!({"title": "b"})).await.change_id();
    api.spoil(&format!("change#{change}"), "format", number("7")).await;
    api.post("/undo", json!({"change_id": change})).await.assert_problem(503, "unavailable");
    api.post("/undo", json!({})).await.assert_problem(503, "unavailable");
    api.get("/changes").await.assert_problem(503, "unavailable");
    assert_eq!(api.get(&format!("/todos/{id}")).await.body["todo"]["title"], "b");
}

#[tokio::test]
async fn what_this_version_does_not_know_of_a_todo_or_of_the_settings_is_kept() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let (one, sk) = (format!("/todos/{id}"), format!("todo#{id}"));
    let colour = || Some(AttributeValue::S("green".to_owned()));
    api.patch("/settings", json!({"week_start": "sun"})).await;
    api.spoil(&sk, "colour", colour()).await;
    api.spoil("settings", "colour", colour()).await;
    let writes = [
        ("PATCH", one.as_str(), json!({"title": "b", "due": "tomorrow", "append_notes": "n"})),
        ("PATCH", one.as_str(), json!({"status": "completed"})),
        ("POST", "/undo", json!({})),
        ("PATCH", one.as_str(), json!({"clear": ["due", "notes"]})),
        ("DELETE", one.as_str(), Value::Null),
        ("POST", "/undo", json!({})),
        ("PATCH", "/settings", json!({"time_zone": "Asia/Kathmandu"})),
        ("POST", "/undo", json!({})),
    ];
    for (method, path, body) in writes {
        let answer = api.send(method, path, body, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(api.stored(&sk, "colour").await, colour(), "{method} {path}");
        assert_eq!(api.stored("settings", "colour").await, colour(), "{method} {path}");
    }
}

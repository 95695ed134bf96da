//! Tests that the answers show which credential made each change, and that the service notes when a key was last used.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::access::{ask, key, key_until, locked};

#[tokio::test]
async fn each_change_says_through_which_key_it_was_made() {
    let api = locked();
    let owner = format!("owner-{}", api.app.ids.change().as_str());
    let (first, second) = (key_until(&api, &owner, None).await, key_until(&api, &owner, None).await);
    let by = |key: &todo_action::domain::api_key::ApiKey| json!(format!("test (key {})", key.hash().id()));
    ask(&api, "POST", "/todos", json!({"todos": [{"title": "a"}]}), &first).await;
    ask(&api, "POST", "/undo", json!({"by": "any"}), &second).await;
    let changes = ask(&api, "GET", "/changes", Value::Null, &first).await;
    // Both keys have the same name. So the second key in the answer also has its id.
    assert_eq!(changes.body["changes"][0]["by"], "test", "{}", changes.text);
    assert_eq!(changes.body["changes"][1]["by"], by(&first));
    let overview = ask(&api, "GET", "/overview", Value::Null, &first).await;
    assert_eq!(overview.body["last_change"]["by"], by(&second), "{}", overview.text);
    for secret in [first.secret(), second.secret()] {
        assert!(!changes.text.contains(secret) && !overview.text.contains(secret));
    }
}

#[tokio::test]
async fn without_credentials_a_change_names_none() {
    let api = super::harness::Api::new();
    api.add(&["a"]).await;
    assert_eq!(api.get("/changes").await.body["changes"][0].get("by"), None);
}

#[tokio::test]
async fn the_use_of_a_key_is_noted_once_a_day_in_the_partition_of_its_owner() {
    let api = locked();
    let key = key(&api).await;
    let calls = async |api: &super::harness::Api| {
        api.wire.take_calls();
        assert_eq!(ask(api, "GET", "/todos", Value::Null, &key).await.status, 200);
        api.wire.take_calls()
    };
    api.wire.take_written();
    assert_eq!(calls(&api).await, ["GetItem", "GetItem", "TransactWriteItems", "Query"]);
    let written = api.wire.take_written();
    assert!(written.len() == 1 && written[0].starts_with("user#owner-"), "{written:?}");
    assert_eq!(calls(&api).await, ["Query"]);
    api.clock.advance(jiff::Span::new().hours(13));
    assert_eq!(calls(&api).await, ["GetItem", "Query"], "still the same day");
    assert_eq!(calls(&api.elsewhere()).await, ["GetItem", "GetItem", "Query"], "another instance finds the note");
    api.clock.advance(jiff::Span::new().hours(1));
    assert_eq!(calls(&api).await, ["GetItem", "GetItem", "TransactWriteItems", "Query"], "the next day");
    let (records, _) = api.app.store.keys().await.unwrap();
    let record = records.into_iter().find(|record| record.hash == key.hash()).unwrap();
    let used = api.app.store.last_used(&record).await.unwrap().unwrap();
    assert!(used.to_string().starts_with("2026-11-23T00"), "{used}");
}

#[tokio::test]
async fn a_key_that_cannot_be_read_hides_no_other_key() {
    let api = locked();
    let (good, bad) = (key(&api).await, key(&api).await);
    let update = api.client.update_item().table_name(api.table).update_expression("SET created_at = :value");
    let update = update.expression_attribute_values(":value", AttributeValue::Bool(true));
    let update = update.key("owner", AttributeValue::S("keys".to_owned()));
    update.key("sk", AttributeValue::S(format!("key#{}", bad.hash().as_str()))).send().await.unwrap();
    let (records, unreadable) = api.app.store.keys().await.unwrap();
    assert!(unreadable >= 1 && records.iter().any(|record| record.hash == good.hash()));
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &good).await.status, 200);
}

#[tokio::test]
async fn a_use_that_cannot_be_noted_stops_no_request() {
    let api = locked();
    let key = key(&api).await;
    api.wire.fail_only("TransactWriteItems", [super::transport::Fault::NoTable]);
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &key).await.status, 200);
    assert_eq!(api.wire.take_faults(), 0, "the note has failed");
}

#[tokio::test]
async fn a_refused_key_is_not_noted() {
    let api = locked();
    let key = key(&api).await;
    api.app.store.revoke_key(&key.hash(), api.app.clock.now()).await.unwrap();
    api.wire.take_calls();
    ask(&api, "GET", "/todos", Value::Null, &key).await.assert_problem(401, "bad_credential");
    assert_eq!(api.wire.take_calls(), ["GetItem"]);
}

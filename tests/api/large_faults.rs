//! Tests large changes while answers of DynamoDB are lost, and while another instance changes the same todos.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::{Client, config::retry::RetryConfig, types::AttributeValue};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    harness::Api,
    large::{LARGE, add_many, prioritised},
    table::Item,
    transport::Fault,
};

/// The number of large changes, and the number of small changes of the other instance.
const ROUNDS: usize = 6;
const EDITS: usize = 60;

/// Sends the request until it succeeds. After an answer `busy`, the clock of the test advances by a second.
async fn until_done(api: &Api, method: &str, path: &str, body: Value) -> usize {
    for refused in 0..500 {
        let answer = api.send(method, path, body.clone(), &[]).await;
        match answer.status.as_u16() {
            503 if answer.body["code"] == "busy" => {
                api.clock.advance(1.seconds());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            409 | 503 => {}
            _ => {
                assert!(answer.status.is_success(), "{method} {path}: {}", answer.text);
                return refused;
            }
        }
    }
    panic!("{method} {path} is always refused");
}

/// The fields that each todo should have after all changes in the table, and the number of changes of each todo. Panics
/// if the old values of a change are not the new values of the change before.
fn told(items: &BTreeMap<String, Item>) -> HashMap<String, (Item, usize)> {
    let mut records: Vec<_> =
        items.iter().filter(|(sk, item)| sk.starts_with("change#") && item.contains_key("view")).collect();
    records.sort_by_key(|(_, record)| record["view"].as_s().unwrap());
    let mut todos: HashMap<String, (Item, usize)> = HashMap::new();
    for (sk, record) in records {
        let number: usize = record["parts"].as_n().unwrap().parse().unwrap();
        let parts = (0..number).map(|number| &items[&format!("{sk}#{number:02}")]);
        let differences = [record].into_iter().chain(parts).flat_map(|item| item["differences"].as_l().unwrap());
        for difference in differences.map(|difference| difference.as_m().unwrap()) {
            let (fields, changes) = todos.entry(difference["id"].as_s().unwrap().clone()).or_default();
            let part = |name: &str| difference.get(name).map(|part| part.as_m().unwrap().clone()).unwrap_or_default();
            let (before, after) = (part("before"), part("after"));
            for name in before.keys().chain(after.keys()) {
                assert_eq!(fields.get(name), before.get(name), "{name} before {sk}");
            }
            before.keys().for_each(|name| _ = fields.remove(name));
            *changes += usize::from(!before.is_empty() || !after.is_empty());
            fields.extend(after);
        }
    }
    todos
}

/// Compares the todos in the table with the changes in the table.
fn assert_whole_chains(items: &BTreeMap<String, Item>) {
    let told = told(items);
    let stored: Vec<_> = items.iter().filter(|(sk, _)| sk.starts_with("todo#")).collect();
    assert_eq!(stored.len(), told.len());
    for (sk, item) in stored {
        let (fields, changes) = &told[sk.strip_prefix("todo#").unwrap()];
        assert_eq!(item["version"], AttributeValue::N(changes.to_string()), "{sk}");
        for (name, value) in fields {
            assert_eq!(item.get(name), Some(value), "{name} of {sk}");
        }
    }
}

async fn large_changes(api: Api, ids: Vec<String>) -> usize {
    let mut refused = 0;
    for round in 0..ROUNDS {
        refused += until_done(&api, "PATCH", "/todos", prioritised(&ids, ["high", "low"][round % 2])).await;
    }
    refused
}

async fn small_changes(api: Api, ids: Vec<String>) -> usize {
    let mut refused = 0;
    for number in 0..EDITS {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let path = format!("/todos/{}", ids[number * 37 % LARGE]);
        refused += until_done(&api, "PATCH", &path, json!({"title": format!("renamed {number}")})).await;
    }
    refused
}

/// Another instance whose SDK does not repeat calls. So if an answer of DynamoDB is lost, the program sees the error.
fn without_retries(api: &Api) -> Api {
    let client = Client::from_conf(api.client.config().to_builder().retry_config(RetryConfig::disabled()).build());
    Api { client, ..api.clone() }.elsewhere()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn with_lost_answers_and_another_instance_nothing_is_half_done_or_lost_or_doubled() {
    for api in [Api::new(), Api::embedded().await] {
        let ids = add_many(&api, LARGE).await;
        api.wire.fail_often([(20, Fault::AnswerLost)]);
        let large = tokio::spawn(large_changes(without_retries(&api), ids.clone()));
        let small = tokio::spawn(small_changes(without_retries(&api), ids.clone()));
        let (large, small) = (large.await.unwrap(), small.await.unwrap());
        api.wire.fail_often([]);
        println!("{large} large requests and {small} small requests were refused");
        assert!(large > 0 && small > 0);
        api.clock.advance(3.seconds());
        let open = api.all("open").await;
        assert_eq!(open.len(), LARGE);
        assert!(open.iter().all(|todo| todo["priority"] == ["high", "low"][(ROUNDS - 1) % 2]));
        for number in EDITS - 20..EDITS {
            let todo = open.iter().find(|todo| todo["id"] == json!(ids[number * 37 % LARGE])).unwrap();
            assert_eq!(todo["title"], format!("renamed {number}"));
        }
        assert_whole_chains(&api.items().await);
        for todo in open.iter().take(5) {
            let changes = api.get(&format!("/changes?limit=100&todo_id={}", todo["id"].as_str().unwrap())).await;
            assert_eq!(changes.body["changes"].as_array().unwrap().len(), todo["version"].as_u64().unwrap() as usize);
        }
    }
}

#[tokio::test]
async fn if_every_second_to_eleventh_answer_is_lost_the_chains_of_changes_stay_whole() {
    let api = Api::embedded().await;
    let ids = add_many(&api, LARGE).await;
    for period in 2..12 {
        api.wire.fail_often([(period, Fault::AnswerLost)]);
        until_done(&api, "PATCH", "/todos", prioritised(&ids, ["high", "low"][period as usize % 2])).await;
    }
    api.wire.fail_often([]);
    api.clock.advance(3.seconds());
    assert_eq!(api.all("open").await.len(), LARGE);
    assert_whole_chains(&api.items().await);
}

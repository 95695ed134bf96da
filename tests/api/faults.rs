//! Tests faults of DynamoDB. After a short fault, a retry succeeds. If a fault does not end, the answer is a problem
//! document. No write is lost, and no answer reveals internal details.

use std::time::Duration;

use serde_json::json;

use super::{
    harness::{Answer, Api},
    samples::SAMPLES,
    transport::Fault,
};

async fn every_operation(api: &Api, id: &str, faults: &[Fault]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for sample in SAMPLES.iter() {
        api.wire.take_faults();
        api.wire.fail(faults.iter().copied());
        answers.push(api.send(sample.method, &sample.target(id), sample.body(id), &[]).await);
    }
    api.wire.take_faults();
    answers
}

#[tokio::test]
async fn trouble_that_stays_is_answered_503_by_every_operation_and_changes_nothing() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let before = api.everything().await;
    for (fault, code) in
        [(Fault::Throttled, "throttled"), (Fault::ServerError, "unavailable"), (Fault::Refused, "unavailable")]
    {
        for answer in every_operation(&api, &id, &[fault; 40]).await {
            answer.assert_problem(503, code);
            assert_eq!(answer.headers["retry-after"], "2");
        }
    }
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn trouble_that_passes_is_overcome_by_every_operation() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    for fault in [Fault::Throttled, Fault::ServerError, Fault::Refused] {
        for answer in every_operation(&api, &id, &[fault, fault]).await {
            assert!(matches!(answer.status.as_u16(), 200 | 201 | 409), "{fault:?}: {}", answer.text);
        }
        api.patch(&format!("/todos/{id}"), json!({"status": "open"})).await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_deployment_is_500_and_not_told() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    for answer in every_operation(&api, &id, &[Fault::NoTable]).await {
        answer.assert_problem(500, "internal");
        for told in ["secret-table", "ResourceNotFound", "DynamoDB", "todo-action-test", "todos/src"] {
            assert!(!answer.text.contains(told), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn collisions_with_other_transactions_are_tried_again() {
    let api = Api::new();
    api.wire.fail([Fault::Conflict, Fault::Conflict]);
    let added = api.post("/todos", json!({"todos": [{"title": "a"}]})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    api.wire.fail([Fault::Conflict; 40]);
    api.post("/todos", json!({"todos": [{"title": "b"}]})).await.assert_problem(503, "throttled");
    api.wire.take_faults();
    assert_eq!(api.all("open").await.len(), 1);
}

#[tokio::test]
async fn a_silent_dynamodb_is_given_up_on_in_time() {
    let api = Api::impatient();
    let started = std::time::Instant::now();
    api.wire.fail([Fault::Silent; 10]);
    api.get("/todos").await.assert_problem(503, "unavailable");
    let waited = started.elapsed();
    assert!(waited > Duration::from_secs(1) && waited < Duration::from_secs(10), "{waited:?}");
}

#[tokio::test]
async fn a_hint_that_cannot_be_had_is_no_reason_to_refuse_what_was_added() {
    let api = Api::new();
    api.add(&["milk"]).await;
    api.wire.fail_only("Query", [Fault::NoTable; 4]);
    let added = api.post("/todos", json!({"todos": [{"title": "milk"}], "allow_duplicate": true})).await;
    assert_eq!((added.status.as_u16(), added.body.get("possible_duplicates")), (201, None), "{}", added.text);
}

#[tokio::test]
async fn one_silence_is_overcome() {
    let api = Api::impatient();
    api.wire.fail([Fault::Silent]);
    assert_eq!(api.get("/todos").await.status, 200);
}

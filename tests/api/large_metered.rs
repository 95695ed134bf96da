//! Tests large changes if DynamoDB accepts only 1,000 write units a second for one owner.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{
    harness::Api,
    large::{add_many, completed, todos},
};

/// The time that a request has (`Timeout` in infra/template.yaml).
const TIME: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_thousand_short_todos_are_completed_and_undone_although_dynamodb_throttles_the_owner() {
    let api = Api::embedded().await;
    let ids = add_many(&api, 1_000).await;
    let before = todos(&api).await;
    api.wire.meter();
    for (method, path, body) in [("PATCH", "/todos", completed(&ids)), ("POST", "/undo", json!({}))] {
        api.wire.take_write_units();
        api.wire.take_calls();
        let started = Instant::now();
        let answer = api.send(method, path, body, &[]).await;
        let (time, units) = (started.elapsed(), api.wire.take_write_units());
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(time < TIME, "{path}: {time:?} for {units} write units");
        assert!(units > 3_000.0, "{units}");
        let transactions = api.wire.take_calls().iter().filter(|call| *call == "TransactWriteItems").count();
        println!("{path}: {units} write units and {transactions} transactions in {time:?}");
        assert!(transactions > 22, "DynamoDB has throttled nothing");
    }
    assert_eq!(todos(&api).await, before);
}

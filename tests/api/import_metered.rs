//! Tests the import of thousands of todos if DynamoDB accepts only 1,000 write units a second for one owner.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    harness::Api,
    importing::{checklist, preview, send},
};

/// The time that a request has (`Timeout` in infra/template.yaml).
const TIME: Duration = Duration::from_secs(15);
const TODOS: usize = 5_000;

#[tokio::test]
async fn thousands_of_todos_come_in_steps_are_undone_as_one_and_come_again_only_once() {
    let api = Api::embedded().await;
    let (id, seen) = preview(&api, "list.md", &checklist(TODOS)).await;
    assert_eq!((&seen["todos"], &seen["new"]), (&json!(TODOS), &json!(TODOS)));
    api.wire.meter();
    let answers = steps(&api, "POST", &id).await;
    assert!(answers.len() >= 10, "{}", answers.len());
    let done: Vec<u64> = answers.iter().map(|answer| answer["done"].as_u64().unwrap()).collect();
    assert!(done.windows(2).all(|two| two[0] < two[1]), "the progress is seen: {done:?}");
    assert_eq!(answers.last().unwrap()["added"], TODOS);
    assert_eq!(api.all("open").await.len(), TODOS);

    let again = send(&api, "list.md", checklist(TODOS).as_bytes()).await;
    assert_eq!((&again.body["new"], &again.body["same"]), (&json!(0), &json!(TODOS)));

    let undone = steps(&api, "DELETE", &id).await;
    assert_eq!(undone.last().unwrap()["undone"], TODOS);
    assert_eq!(api.all("open").await.len(), 0);

    let again = again.body["import"].as_str().unwrap();
    let done = steps(&api, "POST", again).await;
    assert_eq!(done.last().unwrap()["added"], TODOS);
    assert_eq!(api.all("open").await.len(), TODOS);
}

/// Sends the request until the import is finished, and returns all answers. Each answer must come within the time of
/// one request.
async fn steps(api: &Api, method: &str, import: &str) -> Vec<Value> {
    let mut answers = Vec::new();
    loop {
        api.wire.take_write_units();
        let started = Instant::now();
        let answer = api.send(method, &format!("/import/{import}"), Value::Null, &[]).await;
        let (time, units) = (started.elapsed(), api.wire.take_write_units());
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(time < TIME, "{method}: {time:?} for {units} write units");
        println!("{method} {}: {units} write units in {time:?}", answer.body["done"]);
        let is_finished = answer.body["finished"] == true;
        answers.push(answer.body);
        if is_finished {
            return answers;
        }
    }
}

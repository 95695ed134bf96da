//! Tests the import of thousands of todos: at a DynamoDB that takes only 1,000 write units a second for one owner, and
//! with a program that dies in the middle.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    harness::Api,
    importing::{checklist, preview, repeat, send},
    large::dies_after,
};

/// The time that a request has (`Timeout` in infra/template.yaml).
const TIME: Duration = Duration::from_secs(15);
const TODOS: usize = 5_000;

#[tokio::test]
async fn five_thousand_todos_come_in_steps_are_undone_as_one_and_come_again_only_once() {
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

/// All steps. Each of them has the time of one request.
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

#[tokio::test]
async fn an_import_that_dies_in_the_middle_is_finished_by_the_next_request() {
    for transactions in [0, 1, 2, 5, 12] {
        let api = Api::new();
        let (id, _) = preview(&api, "list.md", &checklist(700)).await;
        let path = format!("/import/{id}");
        dies_after(transactions, &api, ("POST", &path), json!({})).await;
        let last = repeat(&api, "POST", &id, json!({})).await.pop().unwrap();
        assert_eq!(last["done"], 700, "after {transactions} transactions");
        let todos = api.all("open").await;
        assert_eq!(todos.len(), 700);
        let changes = api.get("/changes?limit=100").await.body["changes"].as_array().unwrap().len();
        assert_eq!(changes, 2, "after {transactions} transactions");
        let undone = repeat(&api, "DELETE", &id, Value::Null).await.pop().unwrap();
        assert_eq!((&undone["undone"], &undone["kept"]), (&json!(700), &json!(0)));
    }
}

#[tokio::test]
async fn two_windows_that_go_on_with_the_same_import_add_each_todo_once() {
    let api = Api::embedded().await;
    let (id, _) = preview(&api, "list.md", &checklist(1_200)).await;
    let elsewhere = api.elsewhere();
    let go_on = async |api: &Api| {
        for _ in 0..60 {
            let answer = api.send("POST", &format!("/import/{id}"), json!({}), &[]).await;
            if answer.status == 200 && answer.body["finished"] == true {
                return answer.body;
            }
            assert!(answer.status == 200 || answer.status == 503, "{}", answer.text);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the import is never finished");
    };
    let (one, other) = tokio::join!(go_on(&api), go_on(&elsewhere));
    assert_eq!((&one["done"], &other["done"]), (&json!(1_200), &json!(1_200)));
    assert_eq!(api.all("open").await.len(), 1_200);
    assert_eq!(api.get("/changes?limit=100").await.body["changes"].as_array().unwrap().len(), 3);
}

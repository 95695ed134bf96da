//! Tests imports of many todos: if the program dies in the middle, and if the person imports in two windows at the same
//! time.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    harness::Api,
    importing::{checklist, preview, repeat},
    large::dies_after,
};

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

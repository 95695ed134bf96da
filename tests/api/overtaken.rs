//! Tests requests while another instance commits a change: after a request has read its data, and before the request
//! commits. Tokio's clock stands still while a task can go on. So the other change is always committed in the pause
//! between two attempts of the request.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    harness::{Answer, Api},
    transport::Fault,
};

/// Sends a request. The first transaction of the request collides with another transaction. In the pause before the
/// second attempt, another instance executes `between`. Returns the answers to both.
async fn overtaken(api: &Api, request: (&str, &str, Value), between: (&str, &str, Value)) -> (Answer, Answer) {
    let other = api.elsewhere();
    api.wire.take_calls();
    api.wire.fail_only("TransactWriteItems", [Fault::Conflict]);
    let (method, path, body) = between;
    let between = async {
        while !api.wire.take_calls().iter().any(|call| call == "TransactWriteItems") {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        other.send(method, path, body, &[]).await
    };
    let (method, path, body) = request;
    tokio::join!(api.send(method, path, body, &[]), between)
}

#[tokio::test(start_paused = true)]
async fn a_todo_that_an_update_of_several_leaves_as_it_is_cannot_change_before_the_commit() {
    let api = Api::embedded().await;
    let ids = api.add(&["a", "b"]).await;
    let edits = json!({"todos": [{"id": ids[0], "title": "c"}, {"id": ids[1], "status": "open"}]});
    let delete = format!("/todos/{}", ids[1]);
    let (updated, deleted) = overtaken(&api, ("PATCH", "/todos", edits), ("DELETE", &delete, Value::Null)).await;
    assert_eq!((updated.status.as_u16(), deleted.status.as_u16()), (200, 200), "{}", updated.text);
    let restored = api.get(&delete).await.body["todo"].clone();
    assert_eq!((&restored["version"], &restored["status"]), (&json!(3), &json!("open")));
    assert_eq!(updated.body["todos"][1], json!({"id": ids[1], "title": "b", "list": "Inbox"}));
}

#[tokio::test(start_paused = true)]
async fn an_undo_without_an_id_undoes_the_change_that_is_the_latest_at_its_commit() {
    for body in [json!({}), json!({"since": "1 minute"})] {
        let api = Api::embedded().await;
        let ids = api.add(&["a", "b"]).await;
        api.clock.advance(jiff::Span::new().minutes(10));
        api.patch(&format!("/todos/{}", ids[0]), json!({"title": "c"})).await;
        let path = format!("/todos/{}", ids[1]);
        let (undone, later) = overtaken(&api, ("POST", "/undo", body), ("PATCH", &path, json!({"title": "d"}))).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        assert_eq!(undone.body["undid"][0]["id"], later.change_id(), "{}", undone.text);
        assert_eq!(api.get(&path).await.body["todo"]["title"], "b");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_by_filter_concerns_a_todo_that_is_added_before_its_commit() {
    let api = Api::embedded().await;
    let high = |title: &str| json!({"todos": [{"title": title, "priority": "high"}], "allow_duplicate": true});
    api.post("/todos", high("a")).await;
    let lower = json!({"where": {"priority": ["high"]}, "set": {"priority": "low"}});
    let (lowered, added) = overtaken(&api, ("PATCH", "/todos", lower), ("POST", "/todos", high("b"))).await;
    assert_eq!((added.status.as_u16(), &lowered.body["found"]["total"]), (201, &json!(2)), "{}", lowered.text);
    assert!(api.all("open").await.iter().all(|todo| todo["priority"] == "low"));
}

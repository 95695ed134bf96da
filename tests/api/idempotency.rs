//! Tests idempotency keys. If a client sends a request again with the same idempotency key, the API does not execute
//! the request again.

use serde_json::{Value, json};

use super::{
    harness::{Answer, Api},
    samples::SAMPLES,
    transport::Fault,
};

#[tokio::test]
async fn the_same_key_and_body_answer_the_first_result_again() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "Buy milk", "list": "Shopping"}], "idempotency_key": "milk-1"});
    let first = api.post("/todos", body.clone()).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let again = api.post("/todos", body.clone()).await;
    assert_eq!((again.status.as_u16(), &again.body["replayed"]), (200, &json!(true)), "{}", again.text);
    for member in ["todos", "change", "new_lists"] {
        assert_eq!(again.body[member], first.body[member], "{member}");
    }
    // The members of this request are in a different order, and two members are empty or null. The API must ignore
    // these differences, and recognise the request as a repetition.
    let same = json!({"idempotency_key": "milk-1", "todos": [{"notes": "", "list": "Shopping", "due": null, "title": "Buy milk"}]});
    assert_eq!(api.post("/todos", same).await.body["replayed"], true);
    // A client may send the key in the body, in the header, or in both.
    let both = [("idempotency-key", "milk-1")];
    assert_eq!(api.send("POST", "/todos", body.clone(), &both).await.body["replayed"], true);
    let header = json!({"todos": [{"title": "Buy milk", "list": "Shopping"}]});
    assert_eq!(api.send("POST", "/todos", header, &[("idempotency-key", "\"milk-1\"")]).await.body["replayed"], true);
    assert_eq!(api.all("open").await.len(), 1);
    // After 30 days, a client can use the same key for a new request.
    api.clock.advance(jiff::Span::new().hours(30 * 24 + 1));
    assert_eq!(api.post("/todos", body).await.status, 201);
}

#[tokio::test]
async fn the_same_key_with_another_request_is_422() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let key = json!("one");
    let first = api.post("/todos", json!({"todos": [{"title": "b"}], "idempotency_key": key})).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let before = api.everything().await;
    let others = [
        api.post("/todos", json!({"todos": [{"title": "c"}], "idempotency_key": key})).await,
        api.patch("/todos", json!({"todos": [{"id": id, "title": "x"}], "idempotency_key": key})).await,
        api.patch(&format!("/todos/{id}"), json!({"title": "x", "idempotency_key": key})).await,
        api.send("DELETE", &format!("/todos/{id}"), Value::Null, &[("idempotency-key", "one")]).await,
        api.send("DELETE", &format!("/todos?ids={id}"), Value::Null, &[("idempotency-key", "one")]).await,
        api.post("/undo", json!({"idempotency_key": key})).await,
    ];
    for answer in others {
        answer.assert_problem(422, "idempotency_key_reused");
    }
    let answer = api
        .send(
            "POST",
            "/todos",
            json!({"todos": [{"title": "b"}], "idempotency_key": key}),
            &[("idempotency-key", "two")],
        )
        .await;
    answer.assert_error("idempotency_key", "differs from the header");
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn the_same_key_with_another_condition_is_another_request() {
    let api = Api::new();
    let path = format!("/todos/{}", api.add(&["a"]).await[0]);
    let body = json!({"title": "b", "idempotency_key": "k"});
    assert_eq!(api.send("PATCH", &path, body.clone(), &[("if-match", "\"1\"")]).await.status, 200);
    assert_eq!(api.send("PATCH", &path, body.clone(), &[("if-match", "\"1\"")]).await.body["replayed"], true);
    api.send("PATCH", &path, body, &[("if-match", "\"9\"")]).await.assert_problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn every_write_can_be_repeated_with_its_key_and_its_change_names_it() {
    for sample in SAMPLES.iter().filter(|sample| sample.writes()) {
        let api = Api::new();
        let id = api.add(&["a"]).await.remove(0);
        let target = sample.target(&id);
        let send = || api.send(sample.method, &target, sample.body(&id), &[("idempotency-key", "k")]);
        let first = send().await;
        assert!(first.status.is_success(), "{}: {}", sample.operation, first.text);
        let before = api.everything().await;
        assert_eq!(
            before["changes"][0]["operation"], sample.operation,
            "the handler gives another name to write::request"
        );
        let again = send().await;
        assert_replayed(&again, &first, &sample.operation);
        assert_eq!(api.everything().await, before, "{}", sample.operation);
    }
}

#[track_caller]
fn assert_replayed(again: &Answer, first: &Answer, what: &str) {
    assert_eq!((again.status.as_u16(), &again.body["replayed"]), (200, &json!(true)), "{what}: {}", again.text);
    for member in ["todos", "todo", "next", "settings", "change"] {
        assert_eq!(again.body.get(member), first.body.get(member), "{member} of {what}");
    }
}

#[tokio::test]
async fn a_repetition_is_recognised_though_its_condition_does_not_hold_any_more() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c"]).await;
    let once = |id: &str| json!({"id": id, "append_notes": "once", "expected_version": 1});
    let requests = [
        ("PATCH", "/todos".to_owned(), json!({"todos": [once(&ids[0])], "idempotency_key": "k1"})),
        (
            "PATCH",
            format!("/todos/{}", ids[1]),
            json!({"append_notes": "once", "expected_version": 1, "idempotency_key": "k2"}),
        ),
        ("DELETE", format!("/todos/{}?expected_version=1&idempotency_key=k3", ids[2]), Value::Null),
    ];
    for (method, path, body) in requests {
        let first = api.send(method, &path, body.clone(), &[]).await;
        assert_eq!(first.status, 200, "{}", first.text);
        assert_replayed(&api.send(method, &path, body, &[]).await, &first, &path);
    }
}

#[tokio::test]
async fn a_repetition_does_not_resurrect_what_was_deleted_since() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "a"}], "idempotency_key": "k"});
    let id = api.post("/todos", body.clone()).await.ids().remove(0);
    api.delete(&format!("/todos/{id}")).await;
    assert_eq!(api.post("/todos", body).await.body["replayed"], true);
    assert!(api.all("open").await.is_empty());
    assert_eq!(api.get(&format!("/todos/{id}")).await.body["todo"]["status"], "deleted");
}

#[tokio::test]
async fn a_key_remembers_a_write_that_changed_nothing() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let path = format!("/todos/{id}");
    let open = json!({"status": "open", "idempotency_key": "k"});
    let first = api.patch(&path, open.clone()).await;
    assert_eq!(first.body["unchanged"], true, "{}", first.text);
    api.patch(&path, json!({"status": "completed"})).await;
    let again = api.patch(&path, open).await;
    let todo = api.get(&path).await.body["todo"].clone();
    assert_eq!((&again.body["replayed"], &again.body["todo"]), (&json!(true), &todo), "{}", again.text);
    assert_eq!((&todo["status"], &again.body["unchanged"]), (&json!("completed"), &json!(true)), "{}", again.text);
    assert_eq!(api.get("/changes").await.body["changes"].as_array().unwrap().len(), 2, "nothing is not a change");
}

#[tokio::test]
async fn a_large_first_result_comes_back_whole() {
    let api = Api::new();
    let todos: Vec<_> = (0..30).map(|n| json!({"title": format!("t{n}"), "notes": "n".repeat(4_000)})).collect();
    let body = json!({"todos": todos, "idempotency_key": "k"});
    let first = api.post("/todos", body.clone()).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let again = api.post("/todos", body).await;
    assert_eq!(again.body["todos"], first.body["todos"]);
    assert_eq!(again.ids().len(), 30);
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_can_be_sent_again() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "a"}], "idempotency_key": "k"});
    // The SDK sends the transaction again. Both attempts contain the same token, so DynamoDB recognises the second
    // attempt.
    api.wire.fail([Fault::AnswerLost]);
    let first = api.post("/todos", body.clone()).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(api.post("/todos", body).await.body["replayed"], true);
    assert_eq!(api.all("open").await.len(), 1);
    // If the SDK gives up and the client repeats the request, the API recognises the idempotency key and adds no second
    // todo.
    let body = json!({"todos": [{"title": "b"}], "idempotency_key": "k2"});
    api.wire.fail([Fault::AnswerLost].into_iter().chain([Fault::Refused; 10]));
    api.post("/todos", body.clone()).await.assert_problem(503, "unavailable");
    api.wire.take_faults();
    assert_eq!(api.post("/todos", body).await.body["replayed"], true);
    assert_eq!(api.all("open").await.len(), 2);
}

#[tokio::test]
async fn without_a_token_for_dynamodb_a_lost_answer_doubles_nothing_either() {
    let api = Api::embedded().await;
    let body = json!({"todos": [{"title": "a"}], "idempotency_key": "k"});
    api.wire.fail([Fault::AnswerLost]);
    let first = api.post("/todos", body.clone()).await;
    assert_eq!((first.status.as_u16(), &first.body["replayed"]), (200, &json!(true)), "{}", first.text);
    assert_eq!(api.post("/todos", body).await.body["todos"], first.body["todos"]);
    // These requests have no idempotency key. So the store recognises a repeated transaction by the id of the change.
    let id = first.ids().remove(0);
    let changes = [
        ("POST", "/todos", json!({"todos": [{"title": "b"}]})),
        ("PATCH", &*format!("/todos/{id}"), json!({"title": "c"})),
    ];
    for (method, path, body) in changes {
        api.wire.fail_only("TransactWriteItems", [Fault::AnswerLost]);
        let answer = api.send(method, path, body, &[]).await;
        assert!(answer.status.is_success() && answer.body["replayed"] != true, "{}", answer.text);
    }
    let mut titles: Vec<_> = api.all("open").await.iter().map(|todo| todo["title"].to_string()).collect();
    titles.sort();
    assert_eq!(titles, ["\"b\"", "\"c\""]);
    assert_eq!(api.get("/changes").await.body["changes"].as_array().unwrap().len(), 3, "one for each");
}

//! Tests the same change by filter twice: after a lost answer, after an undo, and after another todo matches the
//! filter.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    by_filter::{add, assert_found, shopping},
    transport::Fault,
};

/// A repetition without an idempotency key, after the answer to the first request was lost.
#[tokio::test]
async fn a_repetition_after_a_lost_answer_gets_the_first_result() {
    let repeat = json!({"unit": "day"});
    for (method, path, body, found) in [
        (
            "PATCH",
            "/todos",
            json!({"where": {"list": ["Shopping"], "status": "open"}, "set": {"status": "completed"}}),
            json!({"total": 3, "open": 3, "completed": 0, "next": 1, "titles": ["plants", "milk", "eggs"]}),
        ),
        (
            "PATCH",
            "/todos",
            json!({"where": {"list": ["Shopping"]}, "set": {"append_notes": "again"}}),
            json!({"total": 4, "open": 3, "completed": 1, "titles": ["plants", "milk", "eggs"]}),
        ),
        (
            "PATCH",
            "/todos",
            json!({"where": {"list": ["Shopping"]}, "set": {"list": "Home"}, "expected_count": 4}),
            json!({"total": 4, "open": 3, "completed": 1, "titles": ["plants", "milk", "eggs"]}),
        ),
        (
            "DELETE",
            "/todos?status=any&list=Shopping",
            Value::Null,
            json!({"total": 4, "open": 3, "completed": 1, "titles": ["plants", "milk", "eggs"]}),
        ),
    ] {
        let (api, _) = shopping().await;
        add(&api, json!([{"title": "plants", "list": "Shopping", "due": "2026-11-19", "repeat": repeat}])).await;
        api.wire.fail_only("TransactWriteItems", [Fault::AnswerLost; 9]);
        api.send(method, path, body.clone(), &[]).await.assert_problem(503, "unavailable");
        api.wire.take_faults();
        let once = api.everything().await;
        for _ in 0..2 {
            let again = api.send(method, path, body.clone(), &[]).await;
            assert_found(&again, found.clone());
            assert_eq!(again.body["replayed"], true, "{}", again.text);
            assert_eq!(again.change_id(), once["changes"][0]["id"].as_str().unwrap());
        }
        assert_eq!(api.everything().await, once, "{method} {body}");
        // After two minutes, the same request is a new request.
        api.clock.advance(121.seconds());
        let later = api.send(method, path, body.clone(), &[]).await;
        assert_eq!(later.body.get("replayed"), None, "{}", later.text);
    }
}

#[tokio::test]
async fn the_same_call_after_an_undo_is_done_again() {
    let (api, _) = shopping().await;
    let body = json!({"where": {"list": ["Shopping"]}, "set": {"status": "completed"}});
    let first = api.patch("/todos", body.clone()).await;
    api.post("/undo", json!({})).await;
    let second = api.patch("/todos", body.clone()).await;
    assert_eq!((second.body.get("replayed"), &second.body["found"]), (None, &first.body["found"]), "{}", second.text);
    assert_ne!(second.change_id(), first.change_id());
    let third = api.patch("/todos", body).await;
    assert_eq!((&third.body["replayed"], third.change_id()), (&json!(true), second.change_id()), "{}", third.text);
}

/// A person completes a list, and adds or reopens a todo. Then the person completes the list again.
#[tokio::test]
async fn the_same_call_is_done_again_if_there_is_something_new_to_do() {
    let (api, ids) = shopping().await;
    let body = json!({"where": {"list": ["Shopping"]}, "set": {"status": "completed"}});
    api.patch("/todos", body.clone()).await;
    add(&api, json!([{"title": "butter", "list": "Shopping"}])).await;
    let second = api.patch("/todos", body.clone()).await;
    assert_found(&second, json!({"total": 4, "open": 1, "completed": 0, "already": 3, "titles": ["butter"]}));
    api.patch("/todos", json!({"todos": [{"id": ids[0], "status": "open"}]})).await;
    let third = api.patch("/todos", body.clone()).await;
    assert_found(&third, json!({"total": 4, "open": 1, "completed": 0, "already": 3, "titles": ["milk"]}));
    assert_eq!((second.body.get("replayed"), third.body.get("replayed")), (None, None));
    let fourth = api.patch("/todos", body).await;
    assert_eq!((&fourth.body["replayed"], fourth.change_id()), (&json!(true), third.change_id()), "{}", fourth.text);
}

#[tokio::test]
async fn an_idempotency_key_is_recognised_and_belongs_to_one_request() {
    let (api, _) = shopping().await;
    let body = |list: &str| json!({"where": {"list": [list]}, "set": {"add_tags": ["x"]}, "idempotency_key": "k"});
    let first = api.patch("/todos", body("Shopping")).await;
    let again = api.patch("/todos", body("Shopping")).await;
    assert_eq!((&again.body["found"], again.change_id()), (&first.body["found"], first.change_id()));
    api.patch("/todos", body("Home")).await.assert_problem(422, "idempotency_key_reused");
    let deleted = api.delete("/todos?list=Home&idempotency_key=k2").await;
    let again = api.delete("/todos?idempotency_key=k2&list=Home").await;
    assert_eq!((&again.body["replayed"], again.change_id()), (&json!(true), deleted.change_id()), "{}", again.text);
    api.delete("/todos?list=Shopping&idempotency_key=k2").await.assert_problem(422, "idempotency_key_reused");
}

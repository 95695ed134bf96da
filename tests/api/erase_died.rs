//! Tests erasures that stop half-way: the program dies, or DynamoDB fails. The next request of the owner finishes such
//! an erasure.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    erase::{LEAVE, assert_new, live},
    harness::Api,
    samples::SAMPLES,
    transport::Fault,
    whole_table::{Items, about},
};

/// A table with an owner who will leave, and the items of another owner.
async fn ann_and_bob() -> (Api, Items) {
    let ann = Api::embedded().await;
    live(&ann.of_owner("bob")).await;
    let bobs = ann.scan().await;
    live(&ann).await;
    (ann, bobs)
}

/// Sends the request for an erasure. The program dies after this number of calls to DynamoDB. Returns `false` if the
/// erasure ends without more calls, so that the program does not die.
async fn dies_after(calls: usize, api: &Api) -> bool {
    api.wire.fail(vec![Fault::None; calls]);
    api.wire.fail([Fault::NoTable; 50]);
    let answer = api.delete(LEAVE).await;
    api.wire.take_faults();
    if answer.status != 200 {
        answer.assert_problem(500, "internal");
    }
    answer.status != 200
}

/// Whether the erasure has begun and has not ended.
async fn is_pending(api: &Api) -> bool {
    api.stored("settings", "pending_change").await.is_some()
}

#[tokio::test]
async fn the_same_request_finishes_an_erasure_that_died_after_any_call() {
    let (ann, bobs) = ann_and_bob().await;
    let mut calls = 0;
    while dies_after(calls, &ann).await {
        for instance in [&ann.elsewhere(), &ann] {
            let answer = instance.delete(LEAVE).await;
            assert_eq!((answer.status.as_u16(), &answer.body["erased"]), (200, &json!(true)), "{}", answer.text);
            assert_eq!(ann.scan().await, bobs, "{calls}");
        }
        assert_new(&ann).await;
        live(&ann).await;
        calls += 1;
    }
    assert!(calls > 7, "{calls}");
    assert_eq!(ann.scan().await, bobs);
}

#[tokio::test]
async fn for_two_seconds_others_are_busy_and_then_any_request_finishes_an_erasure_that_died() {
    let (ann, bobs) = ann_and_bob().await;
    let mut calls = 0;
    while dies_after(calls, &ann).await {
        let (pending, items) = (is_pending(&ann).await, ann.scan().await);
        for (method, path, body) in [
            ("GET", "/todos", Value::Null),
            ("POST", "/todos", json!({"todos": [{"title": "late"}]})),
            ("GET", "/export", Value::Null),
            ("GET", "/export/address", Value::Null),
        ] {
            if pending {
                let answer = ann.elsewhere().send(method, path, body, &[]).await;
                answer.assert_problem(503, "busy");
                assert_eq!(answer.headers["retry-after"], "1");
            }
        }
        assert_eq!(ann.scan().await, items, "{calls}");
        ann.clock.advance(3.seconds());
        let next = ann.elsewhere().get("/todos").await;
        assert_eq!(next.status, 200, "{}", next.text);
        // If the program died before its first call, the todos are still there.
        assert_eq!(next.body["todos"] == json!([]), calls > 0, "{calls}: {}", next.text);
        if calls > 0 {
            assert_eq!(ann.scan().await, bobs, "{calls}");
            live(&ann).await;
        }
        calls += 1;
    }
    assert!(calls > 7, "{calls}");
}

#[tokio::test]
async fn every_operation_finishes_an_erasure_that_died_before_its_own_work() {
    let (ann, bobs) = ann_and_bob().await;
    for (number, sample) in SAMPLES.iter().filter(|sample| sample.operation != "getHealth").enumerate() {
        let id = ann.get("/todos").await.ids().remove(0);
        assert!(dies_after(1 + number % 6, &ann).await);
        assert!(is_pending(&ann).await);
        ann.clock.advance(3.seconds());
        let answer = ann.elsewhere().send(sample.method, &sample.target(&id), sample.body(&id), &[]).await;
        assert!(answer.status.is_success() || answer.status == 404, "{}: {}", sample.operation, answer.text);
        // If there is no change, an undo of the latest change does not read the head. So this undo does not finish the
        // erasure.
        assert!(!is_pending(&ann).await || answer.status == 404, "{}", sample.operation);
        assert!(!answer.text.contains("guest"), "{}: {}", sample.operation, answer.text);
        let listed = ann.get("/todos").await.text;
        assert!(!listed.contains("guest") && !listed.contains("Water plants"), "{}: {listed}", sample.operation);
        assert_eq!(ann.delete(LEAVE).await.status, 200);
        assert_eq!(ann.scan().await, bobs, "{}", sample.operation);
        live(&ann).await;
    }
}

#[tokio::test]
async fn lost_answers_throttled_calls_and_outages_of_any_call_leave_nothing_behind() {
    for fault in [Fault::AnswerLost, Fault::Throttled, Fault::ServerError, Fault::Refused] {
        let (ann, bobs) = ann_and_bob().await;
        let mut calls = 0;
        loop {
            ann.wire.take_calls();
            ann.wire.fail(vec![Fault::None; calls]);
            ann.wire.fail([fault]);
            let answer = ann.delete(LEAVE).await;
            ann.wire.take_faults();
            assert_eq!(answer.body["erased"], true, "{fault:?} {calls}: {}", answer.text);
            assert_eq!(ann.scan().await, bobs, "{fault:?} {calls}");
            if ann.wire.take_calls().len() <= calls {
                break;
            }
            live(&ann).await;
            calls += 3;
        }
        assert_eq!(about(&ann.scan().await, "bob"), bobs);
    }
}

/// While a transaction changes an item, DynamoDB refuses other transactions with this item.
#[tokio::test]
async fn an_erasure_that_collides_with_another_write_waits_for_it() {
    let (ann, bobs) = ann_and_bob().await;
    ann.wire.fail_only("TransactWriteItems", [Fault::Conflict; 3]);
    let answer = ann.delete(LEAVE).await;
    assert_eq!(answer.body["erased"], true, "{}", answer.text);
    assert_eq!(ann.scan().await, bobs);
    live(&ann).await;
    ann.wire.fail_only("TransactWriteItems", [Fault::Conflict; 20]);
    ann.delete(LEAVE).await.assert_problem(503, "throttled");
    ann.wire.take_faults();
    assert_eq!(ann.delete(LEAVE).await.body["erased"], true);
    assert_eq!(ann.scan().await, bobs);
}

//! Tests the repetition of a large request: at the same time as the first request, while the change of the first
//! request is pending, and after the program has died in the middle of the first request.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    harness::{Answer, Api, at_once},
    large::{LARGE, add_many, completed, dies_after, pending},
    transport::Fault,
};

const GUESTS: usize = 120;
/// The number of attempts of the SDK for one call.
const ATTEMPTS: usize = 5;

/// The request that adds 120 todos.
fn guests(key: Option<&str>) -> Value {
    let todos: Vec<_> = (0..GUESTS).map(|n| json!({"title": format!("guest {n}")})).collect();
    let mut body = json!({ "todos": todos });
    key.into_iter().for_each(|key| body["idempotency_key"] = json!(key));
    body
}

/// The table contains each todo once, the change once, and no draft.
async fn assert_done_once(api: &Api) {
    assert_eq!(api.all("open").await.len(), GUESTS);
    let changes = api.get("/changes").await.body["changes"].clone();
    assert_eq!(changes.as_array().unwrap().len(), 1);
    let record = format!("change#{}", changes[0]["id"].as_str().unwrap());
    let items = api.items().await;
    let others: Vec<_> = items.keys().filter(|sk| sk.starts_with("change#") && !sk.starts_with(&record)).collect();
    assert_eq!(others, [""; 0]);
    assert!(!items[&record].contains_key("stage") && !items["settings"].contains_key("pending_change"));
}

/// Sends the request again and again, a second after each answer `busy`.
async fn until_done(api: &Api, method: &str, path: &str, body: &Value) -> Answer {
    for _ in 0..70 {
        let answer = api.send(method, path, body.clone(), &[]).await;
        if answer.status != 503 {
            return answer;
        }
        answer.assert_problem(503, "busy");
        api.clock.advance(1.seconds());
    }
    panic!("{method} {path} is always busy");
}

#[tokio::test]
async fn the_same_request_after_an_accident_adds_the_todos_once() {
    for key in [None, Some("k")] {
        for transactions in 0..=4 {
            let api = Api::new();
            dies_after(transactions, &api, ("POST", "/todos"), guests(key)).await;
            assert_eq!(pending(&api).await.is_some(), transactions > 0);
            if transactions > 0 {
                api.post("/todos", guests(key)).await.assert_problem(503, "busy");
                api.clock.advance(3.seconds());
            }
            let again = until_done(&api.elsewhere(), "POST", "/todos", &guests(key)).await;
            let is_replayed = again.body["replayed"] == true;
            assert_eq!((again.ids().len(), is_replayed), (GUESTS, transactions > 0), "{key:?} {transactions}");
            let third = api.post("/todos", guests(key)).await;
            assert_eq!((third.status.as_u16(), &third.body["replayed"]), (200, &json!(true)), "{}", third.text);
            assert_eq!(third.ids(), again.ids());
            if transactions > 0 || key.is_some() {
                assert_done_once(&api).await;
            }
        }
    }
}

#[tokio::test]
async fn the_same_edit_with_a_key_after_an_accident_is_done_once() {
    let api = Api::new();
    let ids = add_many(&api, LARGE).await;
    for (number, transactions) in (0..=4).enumerate() {
        let mut body = completed(&ids);
        body["idempotency_key"] = json!(format!("k{number}"));
        dies_after(transactions, &api, ("PATCH", "/todos"), body.clone()).await;
        api.patch("/todos", body.clone()).await.assert_problem(503, "busy");
        let again = until_done(&api, "PATCH", "/todos", &body).await;
        assert_eq!(again.status, 200, "{}", again.text);
        assert_eq!(api.all("completed").await.len(), LARGE);
        assert_eq!(api.patch("/todos", body).await.body["replayed"], true);
        let undone = api.post("/undo", json!({"change_id": again.change_id()})).await;
        assert_eq!((undone.status.as_u16(), api.all("open").await.len()), (200, LARGE), "{}", undone.text);
    }
    assert_eq!(api.get("/changes").await.body["changes"].as_array().unwrap().len(), 11);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_large_requests_with_one_key_or_with_one_text_add_the_todos_once() {
    for key in [Some("k"), None] {
        let api = Api::new();
        let answers = at_once(&api, vec![("POST", "/todos".to_owned(), guests(key)); 4]).await;
        for answer in answers.iter().filter(|answer| !answer.status.is_success()) {
            answer.assert_problem(503, "busy");
            api.clock.advance(1.seconds());
        }
        let again = until_done(&api, "POST", "/todos", &guests(key)).await;
        let created = answers.iter().filter(|answer| answer.status == 201).count();
        assert!(created <= 1, "{created}");
        assert!(created == 1 || again.status == 201 || again.body["replayed"] == true, "{}", again.text);
        assert_done_once(&api).await;
    }
}

#[tokio::test]
async fn another_request_with_the_key_of_a_pending_change_is_refused() {
    let api = Api::new();
    dies_after(2, &api, ("POST", "/todos"), guests(Some("k"))).await;
    let other = json!({"todos": [{"title": "a"}], "idempotency_key": "k"});
    api.post("/todos", other.clone()).await.assert_problem(503, "busy");
    api.clock.advance(3.seconds());
    api.post("/todos", other).await.assert_problem(422, "idempotency_key_reused");
    assert_done_once(&api).await;
}

#[tokio::test]
async fn a_draft_that_could_not_be_written_does_not_block_its_key() {
    for faults in [[Fault::Throttled; 9], [Fault::ServerError; 9]] {
        let api = Api::new();
        api.wire.fail_only("PutItem", [Fault::None]);
        api.wire.fail_only("PutItem", faults);
        let first = api.post("/todos", guests(Some("k"))).await;
        api.wire.take_faults();
        assert_eq!(first.status, 503, "{}", first.text);
        assert_eq!(api.post("/todos", guests(Some("k"))).await.status, 201);
        assert_done_once(&api).await;
    }
}

#[tokio::test]
async fn a_key_can_be_used_again_for_a_small_change_after_its_draft_is_out_of_date() {
    let api = Api::new();
    dies_after(0, &api, ("POST", "/todos"), guests(Some("k"))).await;
    let small = json!({"todos": [{"title": "a"}], "idempotency_key": "k"});
    api.post("/todos", small.clone()).await.assert_problem(503, "busy");
    api.clock.advance(61.seconds());
    let added = api.post("/todos", small.clone()).await;
    assert_eq!(added.status, 201, "{}", added.text);
    assert_eq!(api.post("/todos", small).await.body["replayed"], true);
    assert_eq!(api.all("open").await.len(), 1);
    let undone = api.post("/undo", json!({"change_id": added.change_id()})).await;
    assert_eq!((undone.status.as_u16(), api.all("open").await.len()), (200, 0), "{}", undone.text);
}

/// The calls that write the draft lose their connections, and the SDK repeats them. DynamoDB executes the lost calls
/// later, when the change is pending or complete.
#[tokio::test]
async fn a_call_that_writes_a_draft_late_does_not_destroy_the_change() {
    for transactions in [1, 3, 9] {
        let api = Api::embedded().await;
        api.wire.fail_only("PutItem", [Fault::Late, Fault::None, Fault::Late, Fault::None]);
        api.wire.fail_only("TransactWriteItems", vec![Fault::None; transactions]);
        api.wire.fail_only("TransactWriteItems", [Fault::NoTable; 3]);
        let first = api.post("/todos", guests(Some("k"))).await;
        assert_eq!(first.status.as_u16(), if transactions < 5 { 500 } else { 201 }, "{}", first.text);
        api.wire.take_faults();
        assert_eq!(api.wire.execute_late().await, 2);
        api.clock.advance(3.seconds());
        let again = api.post("/todos", guests(Some("k"))).await;
        assert_eq!(again.body["replayed"], true, "{}", again.text);
        assert_done_once(&api).await;
        assert_eq!(api.post("/undo", json!({})).await.status, 200);
        assert_eq!(api.all("deleted").await.len(), GUESTS);
    }
}

#[tokio::test]
async fn a_lost_answer_to_the_beginning_of_a_change_is_overcome() {
    for api in [Api::new(), Api::embedded().await] {
        for lost in [1, 2] {
            let ids = add_many(&api, LARGE).await;
            api.wire.fail_only("TransactWriteItems", vec![Fault::AnswerLost; lost]);
            let done = api.patch("/todos", completed(&ids)).await;
            assert_eq!(done.status, 200, "{}", done.text);
            assert_eq!(api.get("/changes").await.body["changes"][0]["id"], json!(done.change_id()));
            assert_eq!(api.post("/undo", json!({})).await.status, 200);
            assert_eq!(api.delete(&format!("/todos?ids={}", ids.join(","))).await.status, 200);
        }
        assert_eq!((api.all("open").await.len(), api.all("completed").await.len()), (0, 0));
        assert_eq!(api.all("deleted").await.len(), 2 * LARGE);
    }
}

/// DynamoDB executes one transaction of the change twice: once for the SDK's second attempt, and once much later.
#[tokio::test]
async fn a_transaction_that_is_executed_again_much_later_changes_nothing() {
    let api = Api::embedded().await;
    let ids = add_many(&api, LARGE).await;
    let mut late = 0;
    for transaction in 0..=4 {
        api.wire.fail_only("TransactWriteItems", vec![Fault::None; transaction]);
        api.wire.fail_only("TransactWriteItems", [Fault::Late]);
        let done = api.patch("/todos", completed(&ids)).await;
        assert_eq!(done.status, 200, "{}", done.text);
        let undone = api.post("/undo", json!({"change_id": done.change_id()})).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        let before = api.items().await;
        late += api.wire.execute_late().await;
        assert_eq!(api.items().await, before, "{transaction}");
    }
    assert_eq!(late, 5);
}

#[tokio::test]
async fn a_change_that_begins_after_its_request_was_answered_is_done_once_or_not_at_all() {
    for is_discarded in [true, false] {
        let api = Api::embedded().await;
        api.wire.fail_only("TransactWriteItems", [Fault::Late; ATTEMPTS]);
        if !is_discarded {
            api.wire.fail_only("TransactWriteItems", [Fault::NoTable]);
        }
        api.post("/todos", guests(Some("k"))).await.assert_problem(503, "unavailable");
        assert_eq!(api.items().await.is_empty(), is_discarded);
        assert_eq!(api.wire.execute_late().await, ATTEMPTS);
        assert_eq!(pending(&api).await.is_some(), !is_discarded);
        api.clock.advance(3.seconds());
        let again = api.post("/todos", guests(Some("k"))).await;
        assert_eq!(again.body["replayed"] == true, !is_discarded, "{}", again.text);
        assert_done_once(&api).await;
    }
}

//! Tests requests that find a pending change of another request.

use aws_sdk_dynamodb::{error::ProvideErrorMetadata, types::AttributeValue};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    harness::{Answer, Api},
    large::{LARGE, add_many, completed, dies_after, pending, prioritised},
    samples::{SAMPLES, Sample},
    transport::Fault,
};

/// All operations that read or write data of an owner.
fn samples() -> impl Iterator<Item = &'static Sample> {
    SAMPLES.iter().filter(|sample| sample.operation != "getHealth")
}

/// The body of an answer without the parts that are different each time: the present time, and the addresses of
/// downloads.
fn without_now(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    for part in ["now", "addresses"] {
        body.as_object_mut().map(|body| body.remove(part));
    }
    body
}

#[tokio::test]
async fn for_two_seconds_every_operation_answers_busy_and_changes_nothing() {
    let (api, other) = (Api::new(), Api::new());
    let ids = add_many(&api, LARGE).await;
    for transactions in 1..=4 {
        dies_after(transactions, &api, ("PATCH", "/todos"), prioritised(&ids, "high")).await;
        let before = api.items().await;
        assert!(before["settings"].contains_key("pending_change"));
        for sample in samples() {
            for instance in [&api, &api.elsewhere()] {
                let target = sample.target(&ids[0]);
                let answer = instance.send(sample.method, &target, sample.body(&ids[0]), &[]).await;
                answer.assert_problem(503, "busy");
                assert_eq!(answer.headers["retry-after"], "1", "{}", sample.operation);
            }
        }
        assert_eq!(api.items().await, before);
        let added = other.post("/todos", json!({"todos": [{"title": format!("todo {transactions}")}]})).await;
        assert_eq!(added.status, 201, "{}", added.text);
        assert_eq!(other.get("/todos").await.status, 200);
        api.clock.advance(3.seconds());
        assert_eq!(api.post("/undo", json!({})).await.status, 200);
    }
}

#[tokio::test]
async fn after_two_seconds_every_operation_finishes_the_change_before_its_own_work() {
    let api = Api::new();
    let ids = add_many(&api, LARGE + samples().count()).await;
    for (number, sample) in samples().enumerate() {
        let (id, notes) = (&ids[number], format!("notes {number}"));
        let edits = ids[samples().count()..].iter().map(|id| json!({"id": id, "notes": notes}));
        let body = json!({"todos": edits.collect::<Vec<_>>()});
        dies_after(1 + number % 4, &api, ("PATCH", "/todos"), body).await;
        let large = pending(&api).await.unwrap();
        api.clock.advance(3.seconds());
        let instance = api.elsewhere();
        let answer = instance.send(sample.method, &sample.target(id), sample.body(id), &[]).await;
        assert!(answer.status.is_success(), "{}: {}", sample.operation, answer.text);
        assert_eq!(pending(&api).await, None, "{}", sample.operation);
        let changes = api.get("/changes?limit=2").await.body["changes"].clone();
        let own = usize::from(answer.body.get("change").is_some());
        assert_eq!(changes[own]["id"], json!(large), "{}", sample.operation);
        if own > 0 {
            assert_eq!(changes[0]["id"], answer.body["change"]["id"], "{}", sample.operation);
        }
        if sample.operation == "undoChange" {
            assert_eq!(changes[0]["undoes"], json!([large]));
        }
        if !sample.writes() {
            let again = api.send(sample.method, &sample.target(id), Value::Null, &[]).await;
            assert_eq!(without_now(&answer), without_now(&again), "{}", sample.operation);
        }
        let done = api.all("open").await.iter().filter(|todo| todo["notes"] == notes).count();
        assert_eq!(done, if sample.operation == "undoChange" { 0 } else { LARGE }, "{}", sample.operation);
    }
}

#[tokio::test]
async fn an_undo_without_an_id_undoes_the_pending_change_and_not_the_change_before() {
    for body in [json!({}), json!({"by": "any"}), json!({"idempotency_key": "k"}), json!({"since": "10 seconds"})] {
        let api = Api::new();
        let ids = add_many(&api, LARGE).await;
        api.clock.advance(1.hours());
        let small = api.add(&["small"]).await.remove(0);
        api.clock.advance(1.hours());
        dies_after(2, &api, ("PATCH", "/todos"), completed(&ids)).await;
        let large = pending(&api).await.unwrap();
        api.clock.advance(3.seconds());
        let undone = api.elsewhere().post("/undo", body.clone()).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        assert_eq!(api.get("/changes").await.body["changes"][0]["undoes"], json!([large]), "{body}");
        assert_eq!(api.get(&format!("/todos/{small}")).await.body["todo"]["status"], "open", "{body}");
        assert_eq!(api.all("open").await.len(), LARGE + 1);
    }
}

#[tokio::test]
async fn a_pending_change_can_be_undone_by_its_id() {
    let api = Api::new();
    let ids = add_many(&api, LARGE).await;
    dies_after(2, &api, ("PATCH", "/todos"), completed(&ids)).await;
    let large = pending(&api).await.unwrap();
    let body = json!({"change_id": large});
    api.post("/undo", body.clone()).await.assert_problem(503, "busy");
    api.clock.advance(3.seconds());
    assert_eq!(api.post("/undo", body.clone()).await.status, 200);
    assert_eq!((api.all("open").await.len(), api.all("completed").await.len()), (LARGE, 0));
    api.post("/undo", body).await.assert_problem(409, "already_undone");
}

#[tokio::test]
async fn code_of_the_version_before_sees_a_newer_format_and_writes_nothing() {
    const NEWEST_BEFORE: u32 = 3;
    let api = Api::new();
    let ids = add_many(&api, LARGE).await;
    dies_after(2, &api, ("PATCH", "/todos"), completed(&ids)).await;
    let before = api.items().await;
    assert_eq!(before["settings"]["format"], AttributeValue::N("4".to_owned()));
    // Every write of the previous version of the program has this condition.
    let write = api
        .client
        .update_item()
        .table_name(api.table)
        .set_key(Some(["owner", "sk"].map(|name| (name.to_owned(), before["settings"][name].clone())).into()));
    let write = write.update_expression("SET week_start = :sun").expression_attribute_names("#format", "format");
    let write = write.condition_expression("attribute_not_exists(#format) OR #format <= :newest");
    let write = write.expression_attribute_values(":newest", AttributeValue::N(NEWEST_BEFORE.to_string()));
    let refused = write.expression_attribute_values(":sun", AttributeValue::S("sun".to_owned())).send().await;
    assert_eq!(refused.unwrap_err().code(), Some("ConditionalCheckFailedException"));
    // The previous version does not know format 4. In the same way, this version does not know format 7.
    api.spoil("settings", "format", Some(AttributeValue::N("7".to_owned()))).await;
    api.clock.advance(3.seconds());
    for instance in [&api, &api.elsewhere()] {
        for sample in samples() {
            let answer = instance.send(sample.method, &sample.target(&ids[0]), sample.body(&ids[0]), &[]).await;
            answer.assert_problem(503, "unavailable");
        }
    }
    api.spoil("settings", "format", Some(AttributeValue::N("4".to_owned()))).await;
    assert_eq!(api.items().await, before);
    // When the change is finished, the previous version can write again.
    assert_eq!(api.all("completed").await.len(), LARGE);
    assert_eq!(api.stored("settings", "format").await, Some(AttributeValue::N("2".to_owned())));
}

#[tokio::test]
async fn a_pending_change_without_its_record_is_an_error_and_not_an_endless_loop() {
    let api = Api::new();
    let ids = add_many(&api, LARGE).await;
    dies_after(2, &api, ("PATCH", "/todos"), completed(&ids)).await;
    let large = pending(&api).await.unwrap();
    let stage = api.stored(&format!("change#{large}"), "stage").await;
    api.spoil(&format!("change#{large}"), "stage", None).await;
    api.clock.advance(3.seconds());
    api.wire.take_calls();
    for path in ["/todos", "/settings"] {
        api.get(path).await.assert_problem(500, "internal");
    }
    assert!(api.wire.take_calls().len() < 10);
    api.spoil(&format!("change#{large}"), "stage", stage).await;
    assert_eq!(api.all("completed").await.len(), LARGE);
}

#[tokio::test]
async fn a_slow_request_changes_nothing_after_another_request_has_finished_and_undone_its_change() {
    let api = Api::embedded().await;
    let ids = add_many(&api, LARGE).await;
    let before = super::large::todos(&api).await;
    // DynamoDB gets the call for the second slice only later. The calls after it fail.
    api.wire.fail_only("TransactWriteItems", [Fault::None, Fault::None, Fault::Late]);
    api.wire.fail_only("TransactWriteItems", [Fault::NoTable; 3]);
    api.patch("/todos", completed(&ids)).await.assert_problem(500, "internal");
    api.wire.take_faults();
    api.clock.advance(3.seconds());
    assert_eq!(api.elsewhere().post("/undo", json!({})).await.status, 200);
    assert_eq!(super::large::todos(&api).await, before);
    let items = api.items().await;
    assert_eq!(api.wire.execute_late().await, 1);
    assert_eq!(api.items().await, items);
}

//! Tests writes that exceed a size limit of DynamoDB: 400 KB for an item, 4 MB for a transaction, and 10 GB for an
//! owner. The limit of write units (`tests/api/head.rs`) keeps our transactions below 4 MB, as AWS measures them. But
//! an emulator may measure in another way. `ministack` measures the JSON text of the call, in which an emoji has twelve
//! characters. According to AWS's page "DynamoDB item sizes and formats", an emoji has four bytes, as in UTF-8.

use serde_json::{Value, json};

use super::{harness::Api, transport::Fault};

const ITEM: &str = "Item size has exceeded the maximum allowed size";
const UPDATED_ITEM: &str = "Item size to update has exceeded the maximum allowed size";

/// The codes and most messages are from AWS's API reference (`TransactWriteItems`, `TransactionCanceledException`,
/// `UpdateItem`). The message `ITEM` comes from tests on AWS (github.com/paritysuite/dynamodb-conformance). AWS
/// documents no message for 4 MB, so these messages are from emulators and from the reference's text.
const TOO_LARGE: [Fault; 7] = [
    Fault::Cancelled("ValidationError", UPDATED_ITEM),
    Fault::Cancelled("ValidationError", ITEM),
    Fault::Error("ValidationException", ITEM),
    Fault::Error("ValidationException", UPDATED_ITEM),
    Fault::Error("ValidationException", "Transaction request exceeds the 4MB transaction size limit"),
    Fault::Error("ValidationException", "The aggregate size of the items in the transaction exceeds 4 MB"),
    Fault::Error("ValidationException", "The total size of all items in the transaction request cannot exceed 4 MB"),
];
const FULL: [Fault; 2] = [
    Fault::Cancelled("ItemCollectionSizeLimitExceeded", "Collection size exceeded."),
    Fault::Error("ItemCollectionSizeLimitExceededException", "Collection size exceeded."),
];

/// One request for each kind of write. `id` is the id of the owner's todo. The last write undoes the latest change.
fn writes(id: &str) -> Vec<(&'static str, String, Value)> {
    vec![
        ("POST", "/todos".to_owned(), json!({"todos": [{"title": "b"}]})),
        ("PATCH", format!("/todos/{id}"), json!({"append_notes": "n"})),
        ("PATCH", "/todos".to_owned(), json!({"todos": [{"id": id, "title": "c"}], "idempotency_key": "k"})),
        ("DELETE", format!("/todos/{id}"), Value::Null),
        ("PATCH", "/settings".to_owned(), json!({"week_start": "sun"})),
        ("POST", "/undo".to_owned(), json!({})),
    ]
}

#[tokio::test]
async fn a_write_that_dynamodb_finds_too_large_is_refused_and_nothing_happens() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let before = api.everything().await;
    for (faults, advice) in [(&TOO_LARGE[..], "Send fewer todos"), (&FULL[..], "Try again after some days")] {
        for (fault, (method, path, body)) in
            faults.iter().flat_map(|fault| writes(&id).into_iter().map(move |w| (fault, w)))
        {
            api.wire.fail_only("TransactWriteItems", [*fault]);
            let answer = api.send(method, &path, body, &[]).await;
            answer.assert_problem(413, "too_large");
            let detail = answer.body["detail"].as_str().unwrap();
            assert!(detail.starts_with("Nothing was changed.") && detail.contains(advice), "{fault:?}: {detail}");
            assert!(!answer.text.contains("DynamoDB") && !answer.text.contains("xceeded"), "{}", answer.text);
        }
    }
    assert_eq!(api.everything().await, before);
    for (method, path, body) in writes(&id) {
        let answer = api.send(method, &path, body, &[]).await;
        assert!(
            answer.status.is_success() && answer.body.get("replayed").is_none(),
            "{method} {path}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_call_that_dynamodb_finds_invalid_is_a_mistake_of_the_program() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    for fault in [
        Fault::Error(
            "ValidationException",
            "Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;",
        ),
        Fault::Error(
            "ValidationException",
            "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit",
        ),
        Fault::Cancelled(
            "ValidationError",
            "The update expression attempted to update the secondary index key beyond allowed size limits",
        ),
        Fault::Cancelled("ValidationError", "An operand in the update expression has an incorrect data type"),
    ] {
        api.wire.fail_only("TransactWriteItems", [fault]);
        let answer = api.patch(&format!("/todos/{id}"), json!({"append_notes": "n"})).await;
        answer.assert_problem(500, "internal");
    }
}

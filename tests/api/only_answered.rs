//! Tests the operations that are neither in the OpenAPI document nor in the list of MCP tools. An old conversation may
//! still call these operations as tools. `SAMPLES` and `OPERATIONS` also contain these operations, so all other tests
//! call them over HTTP.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    harness::Api,
    mcp::{Client, NEW, OLD},
    mcp_tools::tools,
    samples::SAMPLES,
};

#[tokio::test]
async fn an_operation_that_is_not_shown_is_still_answered_as_a_tool() {
    let api = Api::new();
    let mut shown: BTreeSet<_> =
        tools(&api).await.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
    let (answered, hidden): (Vec<_>, Vec<_>) = SAMPLES.iter().partition(|sample| shown.contains(&sample.operation));
    assert!(shown.remove("showTodos"), "showTodos is getTodos with a card");
    assert_eq!(answered.len(), shown.len());
    assert!(hidden.iter().all(|sample| !sample.is_shown) && !hidden.is_empty(), "{hidden:?}");
    for version in [OLD, NEW] {
        let client = Client::new(&api, version);
        for sample in &hidden {
            let id = api.add(&["a"]).await.remove(0);
            let mut arguments = sample.body(&id);
            if arguments.is_null() {
                arguments = json!({});
            }
            if sample.path.contains("{id}") {
                arguments["id"] = json!(id);
            }
            let over_mcp = client.structured(&sample.operation, arguments).await;
            let other = api.add(&["a"]).await.remove(0);
            let over_rest = api.send(sample.method, &sample.target(&other), sample.body(&other), &[]).await;
            let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(members(&over_mcp), members(&over_rest.body), "{sample:?}");
        }
    }
}

#[tokio::test]
async fn an_operation_that_is_not_shown_takes_all_its_arguments() {
    let api = Api::new();
    let client = Client::new(&api, OLD);
    let id = api.add(&["a"]).await.remove(0);
    let edit = json!({"id": id, "title": "b", "add_tags": ["c"], "expected_version": 1, "idempotency_key": "d"});
    let edited = client.structured("updateTodo", edit.clone()).await;
    assert_eq!((&edited["todo"]["title"], &edited["todo"]["tags"]), (&json!("b"), &json!(["c"])));
    assert_eq!(client.structured("updateTodo", edit).await["replayed"], true);
    assert_eq!(client.problem("deleteTodo", json!({"id": id, "expected_version": 1})).await["code"], "conflict");
    let delete = json!({"id": id, "expected_version": 2, "idempotency_key": "e"});
    assert_eq!(client.structured("deleteTodo", delete.clone()).await["todo"]["status"], "deleted");
    assert_eq!(client.structured("deleteTodo", delete).await["replayed"], true);
}

#[tokio::test]
async fn no_text_for_a_model_names_an_operation_that_is_not_shown() {
    let api = Api::new();
    let (client, tools) = (Client::new(&api, NEW), tools(&api).await);
    let discovered = client.result("server/discover", json!({})).await;
    let document = api.get("/openapi.json").await.text;
    for text in [json!(tools).to_string(), discovered["instructions"].to_string(), document] {
        let mut words = text.split(|letter: char| !letter.is_alphanumeric());
        let hidden = words.find(|word| SAMPLES.iter().any(|sample| !sample.is_shown && sample.operation == *word));
        assert_eq!(hidden, None, "{text}");
    }
}

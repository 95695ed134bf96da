//! Each operation needs a scope. Tests how the OpenAPI document and the MCP tools show this scope.

use serde_json::{Value, json};

use super::{
    super::{
        access::{key, locked},
        harness::Api,
        mcp::{Client, NEW, OLD},
    },
    provider::Provider,
};

/// Returns the list of tools that the owner of an API key gets.
async fn tools(api: &Api, version: &'static str) -> Vec<Value> {
    let bearer = format!("Bearer {}", key(api).await.secret());
    let client = Client::new(api, version).with("authorization", &bearer);
    client.result("tools/list", json!({})).await["tools"].as_array().unwrap().clone()
}

/// Returns the names of the tools that have these security schemes.
fn with(tools: &[Value], schemes: Value) -> Vec<&str> {
    let found = tools.iter().filter(|tool| tool["_meta"]["securitySchemes"] == schemes);
    found.map(|tool| tool["name"].as_str().unwrap()).collect()
}

/// `showTodos` is a tool, but not an operation.
const CARD: &str = "showTodos";
const READ: [&str; 5] = ["exportTodos", "getChanges", "getOverview", "getTodos", "getTodo"];
const FULL: [&str; 6] = ["updateLists", "updateSettings", "deleteTodos", "updateTodos", "addTodos", "undoChange"];

#[tokio::test]
async fn where_people_sign_in_every_tool_names_the_scope_that_it_needs() {
    let provider = Provider::start().await;
    let api = provider.api();
    for version in [OLD, NEW] {
        let tools = tools(&api, version).await;
        let mut read = with(&tools, json!([{"type": "oauth2", "scopes": ["todos:read"]}]));
        let mut full = with(&tools, json!([{"type": "oauth2", "scopes": ["todos"]}]));
        read.sort_unstable();
        full.sort_unstable();
        let sorted = |mut names: Vec<&'static str>| {
            names.sort_unstable();
            names
        };
        assert_eq!((read, full), (sorted([&READ[..], &[CARD]].concat()), sorted(FULL.to_vec())));
    }
}

#[tokio::test]
async fn the_document_names_both_scopes_and_each_operation_the_one_that_it_needs() {
    let provider = Provider::start().await;
    let document = provider.api().get("/openapi.json").await.body;
    let flow = json!({
        "authorizationUrl": "https://todo.test/oauth/authorize",
        "tokenUrl": "https://todo.test/oauth/token",
        "scopes": {"todos:read": "Read todos", "todos": "Read and change todos"},
    });
    let schemes = json!({"oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}}});
    assert_eq!(document["components"]["securitySchemes"], schemes);
    let mut number = 0;
    for (method, operation) in
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap())
    {
        let name = operation["operationId"].as_str().unwrap();
        let scope = if READ.contains(&name) { "todos:read" } else { "todos" };
        assert!(READ.contains(&name) == (method == "get") && FULL.contains(&name) == (method != "get"), "{name}");
        let security = operation.get("security").unwrap_or(&document["security"]);
        assert_eq!(*security, json!([{"oauth": [scope]}]), "{name}");
        number += 1;
    }
    assert_eq!(number, READ.len() + FULL.len());
}

#[tokio::test]
async fn without_sign_in_a_tool_needs_no_authentication_or_does_not_say_how() {
    let open = Client::new(&Api::new(), OLD).result("tools/list", json!({})).await;
    let open = open["tools"].as_array().unwrap();
    assert_eq!(with(open, json!([{"type": "noauth"}])).len(), READ.len() + FULL.len() + 1);
    // OpenAI's Apps SDK does not support API keys.
    let with_keys = tools(&locked(), OLD).await;
    assert!(
        with_keys.iter().all(|tool| tool["_meta"].get("securitySchemes").is_none()) && with_keys.len() == open.len(),
        "{with_keys:?}"
    );
}

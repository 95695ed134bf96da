//! Tests the list of tools. Also tests that a tool and the HTTP operation with the same name do the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use todo_action::config::Confirm;

use super::{
    harness::Api,
    mcp::{Client, NEW, OLD},
    transport::Fault,
};

pub async fn tools(api: &Api) -> Vec<Value> {
    let listed = Client::new(api, OLD).result("tools/list", json!({})).await;
    listed["tools"].as_array().unwrap().clone()
}

/// Returns the operations of the OpenAPI document, each with its method and path.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    operations
}

#[tokio::test]
async fn every_operation_of_the_document_is_a_tool_and_only_one_more_tool_shows_the_card() {
    let api = Api::new();
    let document = api.get("/openapi.json").await.body;
    let (tools, operations) = (tools(&api).await, operations(&document));
    assert_eq!(tools.len(), operations.len() + 1);
    assert_eq!(tools.last().unwrap()["name"], "showTodos");
    for (tool, (method, _, operation)) in tools.iter().zip(&operations) {
        assert_eq!((&tool["name"], &tool["description"]), (&operation["operationId"], &operation["description"]));
        let (title, reads) = (&operation["summary"], method == "get");
        let mut hints =
            json!({"title": title, "readOnlyHint": reads, "destructiveHint": false, "openWorldHint": false});
        if method == "get" || method == "delete" {
            hints["idempotentHint"] = json!(true);
        }
        assert_eq!((&tool["title"], &tool["annotations"]), (title, &hints));
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object", "{tool}");
            Schema::new(&tool[schema]);
        }
        assert_eq!(tool["inputSchema"]["additionalProperties"], false);
        assert!(!tool["inputSchema"].to_string().contains("$ref"), "some clients follow none");
    }
}

/// Returns all values of the JSON Schema keyword `format` in a schema. This function ignores a member `format` whose
/// value is an object, because such a member describes a field with the name `format`.
fn formats(schema: &Value) -> Vec<&Value> {
    let own = schema.get("format").filter(|format| format.is_string());
    let (members, elements) = (schema.as_object().into_iter().flatten(), schema.as_array().into_iter().flatten());
    own.into_iter().chain(members.map(|(_, value)| value).chain(elements).flat_map(formats)).collect()
}

#[tokio::test]
async fn no_schema_of_a_tool_has_a_format_because_some_model_providers_refuse_formats() {
    let api = Api::new();
    assert!(formats(&api.get("/openapi.json").await.body).contains(&&json!("date")));
    for tool in tools(&api).await {
        assert_eq!(formats(&tool), Vec::<&Value>::new(), "{tool}");
    }
}

#[tokio::test]
async fn the_list_is_the_same_each_time_and_in_both_eras() {
    let api = Api::new();
    let first = tools(&api).await;
    assert_eq!(tools(&api).await, first);
    assert_eq!(tools(&Api::new()).await, first);
    let listed = Client::new(&api, NEW).result("tools/list", json!({})).await;
    assert_eq!(listed["tools"], json!(first));
    assert!(listed.get("nextCursor").is_none());
}

#[tokio::test]
async fn what_the_operator_wants_to_be_asked_about_counts_as_destructive() {
    for confirm in [Confirm::Deletes, Confirm::Writes] {
        let asks = |method: &str| if confirm == Confirm::Deletes { method == "delete" } else { method != "get" };
        let api = Api::configured(|config| config.confirm = confirm);
        let operations = operations(&api.get("/openapi.json").await.body);
        let expected = operations.iter().filter(|(method, ..)| asks(method));
        let expected: BTreeSet<_> = expected.map(|(.., operation)| operation["operationId"].to_string()).collect();
        let tools = tools(&api).await;
        let destructive = tools.iter().filter(|tool| tool["annotations"]["destructiveHint"] == true);
        assert_eq!(destructive.map(|tool| tool["name"].to_string()).collect::<BTreeSet<_>>(), expected);
    }
}

/// A tool's schema, compiled by the rules of JSON Schema 2020-12.
struct Schema(boon::Schemas, boon::SchemaIndex);

impl Schema {
    #[track_caller]
    fn new(schema: &Value) -> Self {
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        compiler.set_default_draft(boon::Draft::V2020_12);
        compiler.add_resource("https://todo.test/schema", schema.clone()).unwrap();
        let index = compiler.compile("https://todo.test/schema", &mut schemas).unwrap();
        Self(schemas, index)
    }

    #[track_caller]
    fn assert_valid(&self, value: &Value, what: &str) {
        let outcome = self.0.validate(value, self.1);
        assert!(outcome.is_ok(), "{what}: {value}\n{}", outcome.unwrap_err());
    }
}

/// Collects the examples in the OpenAPI document. In the map `found`, the key of an example is the name of its
/// parameter or field.
fn examples<'a>(value: &'a Value, found: &mut BTreeMap<&'a str, &'a Value>) {
    if let Some(example) = value.get("example")
        && let Some(name) = value["name"].as_str()
    {
        found.insert(name, example);
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        if let Some(example) = value.get("example") {
            found.entry(name).or_insert(example);
        }
        examples(value, found);
    }
    value.as_array().into_iter().flatten().for_each(|value| examples(value, found));
}

/// Builds a value of this schema from the examples.
fn example(document: &Value, schema: &Value, examples: &BTreeMap<&str, &Value>) -> Value {
    let target =
        schema["$ref"].as_str().map(|target| &document["components"]["schemas"][target.rsplit('/').next().unwrap()]);
    let schema = target.unwrap_or(schema);
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            // A call must not both set and clear a field. The examples set the fields, so this function leaves out
            // `clear`.
            let settable = properties.filter(|(name, _)| *name != "clear");
            let members = settable.filter_map(|(name, property)| {
                let elsewhere = examples.get(name.as_str()).copied().filter(|_| property.get("enum").is_none());
                let value = match property.get("example").or(elsewhere) {
                    Some(value) => value.clone(),
                    None if name == "todos" => example(document, property, examples),
                    None => return None,
                };
                Some((name.clone(), value))
            });
            Value::Object(members.collect())
        }
        Some("array") => json!([example(document, &schema["items"], examples)]),
        other => panic!("no example of {other:?}"),
    }
}

#[tokio::test]
async fn every_tool_answers_the_examples_of_the_document_as_its_schema_says() {
    let api = Api::new();
    let document = api.get("/openapi.json").await.body;
    let mut known = BTreeMap::new();
    examples(&document, &mut known);
    for version in [OLD, NEW] {
        let client = Client::new(&api, version);
        for (tool, (_, _, operation)) in tools(&api).await.iter().zip(operations(&document)) {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            let mut arguments = if body.is_null() { json!({}) } else { example(&document, body, &known) };
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                if let Some(value) = known.get(name).filter(|_| parameter["schema"].get("enum").is_none()) {
                    arguments[name] = (*value).clone();
                }
            }
            if arguments.get("order").is_some() {
                // `order` is about all lists, so a call may not also name one list.
                arguments = json!({ "order": arguments["order"] });
            }
            // A call names todos by their ids or by filters, but not by both.
            for by_id in ["ids", "todos"] {
                if tool["name"] != "addTodos" && arguments.get(by_id).is_some() {
                    arguments = json!({ by_id: arguments[by_id] });
                }
            }
            // The ids in the examples belong to no todo of this test. So the test replaces these ids by the ids of
            // existing todos and changes.
            let added = client
                .structured("addTodos", json!({"todos": [{"title": "a"}, {"title": "b"}], "allow_duplicate": true}))
                .await;
            let id = |at: usize| added["todos"][at]["id"].as_str().unwrap();
            let mut given = serde_json::to_string(&arguments).unwrap();
            for (example, real) in [
                ("k7m2x9qa4t", id(0)),
                ("p3n8w5rb6v", id(1)),
                ("8f3kq2m9x7w1z0tb", added["change"]["id"].as_str().unwrap()),
            ] {
                given = given.replace(example, real);
            }
            let arguments: Value = serde_json::from_str(&given).unwrap();
            let name = tool["name"].as_str().unwrap();
            Schema::new(&tool["inputSchema"]).assert_valid(&arguments, name);
            let answer = client.structured(name, arguments.clone()).await;
            Schema::new(&tool["outputSchema"]).assert_valid(&answer, name);
            let told = tool["outputSchema"]["properties"].as_object().unwrap();
            let untold: Vec<_> =
                answer.as_object().unwrap().keys().filter(|member| !told.contains_key(*member)).collect();
            assert!(untold.is_empty(), "{name} answers {untold:?}");
        }
    }
}

#[tokio::test]
async fn a_problem_reaches_the_model_as_the_operation_tells_it() {
    let api = Api::new();
    let client = Client::new(&api, OLD);
    let refused = client.problem("addTodos", json!({"todos": [{"titel": "a"}], "list": "b"})).await;
    let over_rest = api.post("/todos", json!({"todos": [{"titel": "a"}], "list": "b"})).await;
    assert_eq!(refused, over_rest.body);
    assert_eq!((&refused["status"], &refused["code"]), (&json!(422), &json!("invalid")));
    for (tool, arguments, status) in [
        ("getTodo", json!({"id": "k7m2x9qa4t"}), 404),
        ("getTodo", json!({"id": "../todos"}), 404),
        ("getTodo", json!({"id": "a?b#c/d"}), 404),
        ("getTodo", json!({}), 422),
        ("getTodo", json!({"id": null}), 422),
        ("deleteTodos", json!({}), 422),
        ("getTodos", json!({"limit": 0}), 422),
        ("getTodos", json!({"lists": "a"}), 422),
        ("getTodos", json!({"cursor": "nonsense"}), 400),
        ("getHealth", json!({"verbose": true}), 422),
        ("undoChange", json!({"change_id": "8f3kq2m9x7w1z0tb"}), 404),
    ] {
        let problem = client.problem(tool, arguments.clone()).await;
        assert_eq!(problem["status"], status, "{tool} {arguments}: {problem}");
        assert!(problem["detail"].is_string());
    }
    assert!(client.problem("getTodo", json!({})).await.to_string().contains("\"path\":\"id\""));
    for (tool, arguments, says) in [
        ("getTodo", json!({"ids": ["k7m2x9qa4t"]}), "did you mean id?"),
        ("getTodo", json!({"id": "k7m2x9qa4t", "verbose": 1}), "the fields are id"),
        (
            "deleteTodo",
            json!({"id": "k7m2x9qa4t", "reason": "done"}),
            "the fields are expected_version, idempotency_key",
        ),
    ] {
        let problem = client.problem(tool, arguments).await;
        assert!(problem.to_string().contains(says), "{tool}: {problem}");
    }
    let id = api.add(&["a"]).await.remove(0);
    let conflict = client.problem("updateTodo", json!({"id": id, "title": "b", "expected_version": 9})).await;
    assert_eq!((&conflict["code"], &conflict["current"][0]["title"]), (&json!("conflict"), &json!("a")));
    api.wire.fail([Fault::ServerError; 20]);
    assert_eq!(client.problem("getOverview", json!({})).await["status"], 503);
}

#[tokio::test]
async fn arguments_are_read_as_tolerantly_as_requests() {
    let api = Api::new();
    let client = Client::new(&api, OLD);
    let todo = json!({"title": "a", "notes": null, "due": "", "tags": [], "priority": " HIGH "});
    let added = client.structured("addTodos", json!({"todos": [todo], "idempotency_key": null})).await;
    let rest = api.post("/todos", json!({"todos": [todo], "allow_duplicate": true})).await;
    assert_eq!(added["todos"][0]["priority"], rest.body["todos"][0]["priority"], "{added}");
    let ids = [added["todos"][0]["id"].clone(), rest.body["todos"][0]["id"].clone()];
    for (arguments, found) in [
        (json!({"limit": "1", "list": null, "q": "", "tag": []}), 1),
        (json!({"limit": 1}), 1),
        (json!({"limit": 1.0}), 1),
        (json!({"priority": "high"}), 2),
        (json!({"priority": ["high"]}), 2),
    ] {
        let listed = client.structured("getTodos", arguments.clone()).await;
        assert_eq!(listed["todos"].as_array().unwrap().len(), found, "{arguments}");
    }
    assert_eq!(client.structured("undoChange", json!({})).await["todos"][0]["status"], "deleted");
    assert_eq!(client.result("tools/call", json!({"name": "undoChange"})).await["isError"], false);
    assert_eq!(client.result("tools/call", json!({"name": "getTodos", "arguments": null})).await["isError"], false);
    let deleted = client.structured("deleteTodos", json!({"ids": ids})).await;
    assert_eq!(deleted["todos"].as_array().unwrap().len(), 2, "{deleted}");
}

#[tokio::test]
async fn an_argument_that_would_mean_something_else_is_refused_instead_of_finding_nothing() {
    let api = Api::new();
    let client = Client::new(&api, OLD);
    for (argument, says) in [
        (json!({"list": ["Shopping", "Inbox"]}), "must be one value"),
        (json!({"tag": ["a", "b"]}), "must be one value"),
        (json!({"list": {"name": "Shopping"}}), "must be a string, not an object"),
        (json!({"q": true}), "must be a string, not a boolean"),
        (json!({"limit": 1.5}), "whole number"),
    ] {
        let result = client.result("tools/call", json!({"name": "getTodos", "arguments": argument})).await;
        assert_eq!(result["isError"], true, "{argument}: {result}");
        assert!(result["content"][0]["text"].as_str().unwrap().contains(says), "{argument}: {result}");
    }
}

#[tokio::test]
async fn a_session_over_mcp_is_the_session_over_rest() {
    for version in [OLD, NEW] {
        let api = Api::new();
        let client = Client::new(&api, version);
        let todos = ["Buy milk", "Buy eggs", "Call mum"].map(|title| json!({ "title": title }));
        let added = client.structured("addTodos", json!({ "todos": todos })).await;
        let id = |at: usize| added["todos"][at]["id"].clone();
        let edited = client.structured("updateTodo", json!({"id": id(2), "due": "2026-11-23"})).await;
        assert_eq!(edited["todo"]["due"], "2026-11-23");
        let done = [0, 1].map(|at| json!({"id": id(at), "status": "completed"}));
        client.structured("updateTodos", json!({ "todos": done })).await;
        client.structured("deleteTodo", json!({"id": id(2)})).await;
        let undone = client.structured("undoChange", json!({})).await;
        assert_eq!(undone["todos"][0]["status"], "open");
        let redone = client.structured("undoChange", json!({"change_id": undone["change"]["id"]})).await;
        assert_eq!(redone["todos"][0]["status"], "deleted");
        let changes = client.structured("getChanges", json!({})).await;
        let names: Vec<_> = changes["changes"].as_array().unwrap().iter().map(|change| &change["operation"]).collect();
        assert_eq!(names, ["undoChange", "undoChange", "deleteTodo", "updateTodos", "updateTodo", "addTodos"]);
        assert_eq!(api.get("/changes").await.body["changes"], changes["changes"]);
    }
}

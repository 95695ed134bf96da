//! Creates the events that the benchmark measures, and the todos that these events need.

use serde_json::{Value, json};

use crate::{Result, runtime_api::Function};

/// An example of an event from API Gateway.
const EVENT: &str = include_str!("../../infra/events/list.json");
/// The number of the owner's todos at the start of each measurement.
pub const TODOS: usize = 20;

/// An operation that the benchmark measures.
pub struct Operation {
    pub name: &'static str,
    /// Adds the todos that the events need, and then creates the events.
    pub events: fn(&mut Function, &[String], usize) -> Result<Vec<String>>,
    /// True if the operation adds todos. If an operation adds todos, the benchmark deletes these todos after the
    /// operation. So every operation starts with the same list.
    pub adds: bool,
}

/// The measured operations of our function. In each entry, `ids` are the ids of the owner's todos.
pub const OPERATIONS: [Operation; 19] = [
    Operation { name: "getHealth", events: |_, _, n| same(n, "GET", "/health", "", None), adds: false },
    Operation { name: "getTodo", events: |_, ids, n| each(ids, n, "GET", |_| None), adds: false },
    Operation { name: "getTodos, 20", events: |_, _, n| same(n, "GET", "/todos", "limit=20", None), adds: false },
    Operation { name: "getTodos, 50", events: |_, _, n| same(n, "GET", "/todos", "limit=50", None), adds: false },
    Operation { name: "getOverview", events: |_, _, n| same(n, "GET", "/overview", "", None), adds: false },
    Operation {
        name: "exportTodos",
        events: |_, _, n| same(n, "GET", "/export/address", "format=csv", None),
        adds: false,
    },
    Operation { name: "getSettings", events: |_, _, n| same(n, "GET", "/settings", "", None), adds: false },
    Operation {
        name: "addTodos, 1",
        events: |_, _, n| Ok((0..n).map(|i| add(&format!("New {i}"), None)).collect()),
        adds: true,
    },
    Operation {
        name: "addTodos, 1 with a key",
        events: |_, _, n| Ok((0..n).map(|i| add(&format!("New {i}"), Some(&format!("key {i}")))).collect()),
        adds: true,
    },
    Operation {
        name: "updateTodo",
        events: |_, ids, n| each(ids, n, "PATCH", |i| Some(json!({ "title": format!("Changed {i}") }))),
        adds: false,
    },
    Operation {
        name: "updateTodo, completing",
        events: |function, _, n| {
            let ids = seed(function, "To complete", n)?;
            each(&ids, n, "PATCH", |_| Some(json!({ "status": "completed" })))
        },
        adds: false,
    },
    Operation {
        name: "updateTodos, 20",
        events: |_, ids, n| Ok((0..n).map(|i| change_all(ids, &format!("Changed {i}"))).collect()),
        adds: false,
    },
    Operation {
        name: "deleteTodo",
        events: |function, _, n| {
            let ids = seed(function, "To delete", n)?;
            each(&ids, n, "DELETE", |_| None)
        },
        adds: false,
    },
    Operation {
        name: "deleteTodos, 5",
        events: |function, _, n| {
            let ids = seed(function, "To delete", 5 * n)?;
            Ok(ids.chunks(5).map(|ids| event("DELETE", "/todos", &format!("ids={}", ids.join(",")), None)).collect())
        },
        adds: false,
    },
    Operation {
        name: "updateSettings",
        events: |_, _, n| {
            let change = |day: &&str| event("PATCH", "/settings", "", Some(json!({ "week_start": day })));
            Ok(["sun", "mon"].iter().cycle().take(n).map(change).collect())
        },
        adds: false,
    },
    Operation {
        name: "undoChange",
        events: |function, ids, n| {
            let mut undos = Vec::new();
            for edit in each(ids, n, "PATCH", |i| Some(json!({ "title": format!("To undo {i}") })))? {
                let change = function.expect(edit)?.body["change"]["id"].clone();
                undos.push(event("POST", "/undo", "", Some(json!({ "change_id": change }))));
            }
            // If two changes altered the same todo, the later change must be undone first.
            undos.reverse();
            Ok(undos)
        },
        adds: false,
    },
    Operation {
        name: "undoChange, further back",
        events: |function, ids, n| {
            for event in each(ids, n, "PATCH", |i| Some(json!({ "title": format!("To undo {i}") })))? {
                function.expect(event)?;
            }
            same(n, "POST", "/undo", "", Some(json!({})))
        },
        adds: false,
    },
    Operation {
        name: "updateLists",
        events: |function, _, n| {
            function.expect(event(
                "POST",
                "/todos",
                "",
                Some(json!({ "todos": [{ "title": "x", "list": "Name 0" }] })),
            ))?;
            let rename = |i: usize| json!({ "list": format!("Name {i}"), "rename_to": format!("Name {}", i + 1) });
            Ok((0..n).map(|i| event("PATCH", "/lists", "", Some(rename(i)))).collect())
        },
        adds: true,
    },
    Operation { name: "getChanges", events: |_, _, n| same(n, "GET", "/changes", "limit=20", None), adds: false },
];

/// Returns the operations of openapi.json that are not in [`OPERATIONS`].
pub fn unmeasured() -> Result<Vec<String>> {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json"))?;
    let paths = document["paths"].as_object().ok_or("openapi.json has no paths")?.values();
    let operations = paths.filter_map(Value::as_object).flat_map(|path| path.values());
    let names = operations.filter_map(|operation| operation["operationId"].as_str());
    let measured = |name: &&str| OPERATIONS.iter().any(|operation| operation.name.split(',').next() == Some(name));
    Ok(names.filter(|name| !measured(name)).map(str::to_owned).collect())
}

/// The operations that every measured function supports. For `addTodos`, our function and the functions in
/// benches/peers get different request bodies.
pub const COMMON: [&str; 4] = ["getTodo", "getTodos, 20", "addTodos, 1", "deleteTodo"];

/// Creates the API Gateway event for an HTTP request.
pub fn event(method: &str, path: &str, query: &str, body: Option<Value>) -> String {
    let mut event: Value = serde_json::from_str(EVENT).unwrap_or_default();
    event["rawPath"] = json!(path);
    event["rawQueryString"] = json!(query);
    event["requestContext"]["http"]["method"] = json!(method);
    event["requestContext"]["http"]["path"] = json!(path);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    event["queryStringParameters"] = pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect();
    if let Some(body) = body {
        event["headers"]["content-type"] = json!("application/json");
        event["body"] = json!(body.to_string());
    }
    event.to_string()
}

/// Returns a todo of the usual length.
pub fn todo(title: &str) -> Value {
    json!({ "title": title, "list": "Trip", "due": "2030-01-15" })
}

fn add(title: &str, idempotency_key: Option<&str>) -> String {
    event("POST", "/todos", "", Some(json!({ "todos": [todo(title)], "idempotency_key": idempotency_key })))
}

fn change_all(ids: &[String], title: &str) -> String {
    let todos: Vec<_> = ids.iter().map(|id| json!({ "id": id, "title": title })).collect();
    event("PATCH", "/todos", "", Some(json!({ "todos": todos })))
}

/// Adds `count` todos, and returns the ids of these todos. Each call adds as many todos as the API allows.
pub fn seed(function: &mut Function, title: &str, count: usize) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    while ids.len() < count {
        let batch = (count - ids.len()).min(40);
        let todos: Vec<_> = (0..batch).map(|i| todo(&format!("{title} {}", ids.len() + i))).collect();
        let body = json!({ "todos": todos, "allow_duplicate": true });
        let added = function.expect(event("POST", "/todos", "", Some(body)))?;
        let todos = added.body["todos"].as_array().ok_or("no todos")?;
        ids.extend(todos.iter().filter_map(|todo| todo["id"].as_str()).map(str::to_owned));
    }
    Ok(ids)
}

/// Deletes these todos.
pub fn remove(function: &mut Function, ids: &[String]) -> Result<()> {
    for batch in ids.chunks(40) {
        function.expect(event("DELETE", "/todos", &format!("ids={}", batch.join(",")), None))?;
    }
    Ok(())
}

fn same(count: usize, method: &str, path: &str, query: &str, body: Option<Value>) -> Result<Vec<String>> {
    Ok(vec![event(method, path, query, body); count])
}

fn each(ids: &[String], count: usize, method: &str, body: impl Fn(usize) -> Option<Value>) -> Result<Vec<String>> {
    let asked = ids.iter().cycle().take(count).enumerate();
    Ok(asked.map(|(i, id)| event(method, &format!("/todos/{id}"), "", body(i))).collect())
}

//! Uses one owner's API key to send another owner's ids. The test sends each kind of id to each operation. The caller
//! must not read or change the other owner's data. The idempotency key of the other owner must have no effect. No
//! answer may reveal that the other owner's data exists. The test builds its requests from the OpenAPI document, so it
//! also covers new operations. `ONLY_ANSWERED` describes the operations that the document does not show.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use todo_action::domain::api_key::ApiKey;

use super::{
    access::{ask, key, locked},
    harness::{Answer, Api, OPERATIONS},
};

/// The names of all fields and parameters in which a request can contain an id.
const KINDS: [&str; 5] = ["id", "ids", "change_id", "cursor", "idempotency_key"];

/// A person who has todos. Other people try to use the ids of this person.
struct Person {
    key: ApiKey,
    id: String,
    change: String,
    idempotency_key: String,
}

impl Person {
    async fn new(api: &Api) -> Self {
        let (key, idempotency_key) = (key(api).await, api.app.ids.change().as_str().to_owned());
        let todos = json!([{"title": "secret", "list": "hidden"}]);
        let add = json!({"todos": todos, "idempotency_key": idempotency_key});
        let added = ask(api, "POST", "/todos", add, &key).await;
        ask(api, "POST", "/todos", json!({"todos": [{"title": "secret too"}]}), &key).await;
        Self { key, id: added.ids().remove(0), change: added.change_id(), idempotency_key }
    }

    /// `kind` is the name of a field or parameter. Returns this person's value for this field or parameter, such as the
    /// id of a todo. If `kind` is `cursor`, this function calls `operation` to get a cursor.
    async fn own(&self, api: &Api, kind: &str, operation: &Operation) -> String {
        match kind {
            "id" | "ids" => self.id.clone(),
            "change_id" => self.change.clone(),
            "idempotency_key" => self.idempotency_key.clone(),
            _ => {
                let page =
                    ask(api, &operation.method, &format!("{}?limit=1", operation.path), Value::Null, &self.key).await;
                page.body["next_cursor"].as_str().unwrap_or_else(|| panic!("{}", page.text)).to_owned()
            }
        }
    }

    async fn everything(&self, api: &Api) -> Vec<Value> {
        let mut all = Vec::new();
        for path in ["/todos", "/todos?status=completed", "/todos?status=deleted", "/changes", "/settings"] {
            let mut answer = ask(api, "GET", path, Value::Null, &self.key).await.body;
            answer.as_object_mut().unwrap().remove("now");
            all.push(answer);
        }
        all
    }
}

/// Describes the operations that the OpenAPI document does not show. The structure is the same as in the OpenAPI
/// document.
const ONLY_ANSWERED: &str = r#"{
    "/health": { "get": {} },
    "/settings": { "get": {} },
    "/todos/{id}": {
        "patch": {
            "parameters": [{ "name": "id", "in": "path" }],
            "requestBody": { "content": { "application/json": { "schema": {
                "type": "object", "properties": { "title": { "type": "string" }, "idempotency_key": { "type": "string" } }
            } } } }
        },
        "delete": {
            "parameters": [{ "name": "id", "in": "path" }, { "name": "idempotency_key", "in": "query" }]
        }
    }
}"#;

/// An operation of the program.
struct Operation {
    method: String,
    path: String,
    parameters: Vec<Value>,
    body: Option<Value>,
}

/// Replaces every `$ref` in a value by the schema to which the `$ref` points.
fn resolved(document: &Value, value: &Value) -> Value {
    if let Some(target) = value["$ref"].as_str() {
        return resolved(document, document.pointer(target.trim_start_matches('#')).unwrap());
    }
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), resolved(document, member)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(elements) => elements.iter().map(|element| resolved(document, element)).collect(),
        _ => value.clone(),
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    let only_answered: Value = serde_json::from_str(ONLY_ANSWERED).unwrap();
    for (path, methods) in [&document["paths"], &only_answered].into_iter().flat_map(|paths| paths.as_object().unwrap())
    {
        for (method, operation) in methods.as_object().unwrap() {
            let body = operation.pointer("/requestBody/content/application~1json/schema");
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                parameters: operation["parameters"].as_array().cloned().unwrap_or_default(),
                body: body.map(|schema| resolved(document, schema)),
            });
        }
    }
    let mut covered: Vec<_> = operations.iter().map(|one| (one.method.clone(), one.path.clone())).collect();
    let mut all: Vec<_> =
        OPERATIONS.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    covered.sort();
    all.sort();
    assert_eq!(covered, all, "ONLY_ANSWERED describes the operations that the document does not show");
    operations
}

impl Operation {
    /// True if a request to this operation can contain an id of this kind.
    fn takes(&self, kind: &str) -> bool {
        let in_body =
            |body: &Value| body["properties"].get(kind).is_some() || items(body)["properties"].get(kind).is_some();
        self.parameters.iter().any(|parameter| parameter["name"] == kind) || self.body.as_ref().is_some_and(in_body)
    }

    /// Sends a request to this operation. `kind` is the name of a field or parameter, and `value` is its value. If
    /// another field or parameter needs an id, its value is the argument `id`.
    async fn ask(&self, api: &Api, key: &ApiKey, kind: &str, value: &str, id: &str) -> Answer {
        let mut path = self.path.clone();
        let mut query = Vec::new();
        for parameter in &self.parameters {
            let name = parameter["name"].as_str().unwrap();
            let value = if name == kind { value } else { id };
            match parameter["in"].as_str().unwrap() {
                "path" => path = path.replace(&format!("{{{name}}}"), value),
                // `deleteTodos` needs ids or filters.
                _ if name == kind || name == "ids" || parameter["required"] == true => {
                    query.push(format!("{name}={value}"));
                }
                _ => {}
            }
        }
        assert!(!path.contains('{'), "{path}");
        let mut body =
            self.body.as_ref().map_or(Value::Null, |schema| least(schema, if kind == "id" { value } else { id }));
        if self.body.as_ref().is_some_and(|schema| schema["properties"].get(kind).is_some()) {
            body[kind] = json!(value);
        }
        ask(api, &self.method, &format!("{path}?{}", query.join("&")), body, key).await
    }
}

/// Returns the schema of one element of the list in a body, or `null` if the body contains no list.
fn items(schema: &Value) -> Value {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(_, property)| property["items"].clone()).find(Value::is_object).unwrap_or_default()
}

/// Returns a small valid value of this schema. The value contains all required fields. A request with this value
/// changes something.
fn least(schema: &Value, id: &str) -> Value {
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().unwrap();
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let mut names: BTreeSet<&str> = required.collect();
            // `updateTodos` needs todos or filters.
            names.extend(properties.contains_key("todos").then_some("todos"));
            // If a request contained only an id, the request would change nothing. So this function adds the title, or
            // a field that has an example.
            if names.iter().all(|name| *name == "id") {
                let example = properties.iter().find(|(_, property)| property.get("example").is_some());
                let some = if properties.contains_key("title") {
                    Some("title")
                } else {
                    example.map(|(name, _)| name.as_str())
                };
                names.extend(some);
            }
            let value = |name: &str| if name == "id" { json!(id) } else { least(&properties[name], id) };
            names.into_iter().map(|name| (name.to_owned(), value(name))).collect::<Map<_, _>>().into()
        }
        Some("array") => json!([least(&schema["items"], id)]),
        _ => schema.get("example").cloned().unwrap_or_else(|| json!("mine now")),
    }
}

/// Describes an answer, but leaves out the ids that the request contained. With these descriptions, a test can compare
/// two answers.
fn told(answer: &Answer, value: &str, id: &str) -> String {
    if answer.status.is_success() {
        let members: Vec<_> = answer.body.as_object().unwrap().keys().collect();
        return format!("{} {members:?}", answer.status);
    }
    format!("{} {}", answer.status, answer.text.replace(value, "VALUE").replace(id, "ID"))
}

#[tokio::test]
async fn no_operation_of_the_document_shows_changes_or_tells_of_what_belongs_to_another() {
    let api = locked();
    let document = api.get("/openapi.json").await.body;
    let ann = Person::new(&api).await;
    let before = ann.everything(&api).await;
    let mut probes = Vec::new();
    for operation in operations(&document) {
        for kind in KINDS.into_iter().filter(|kind| operation.takes(kind)) {
            let what = format!("{} {} with {kind}", operation.method, operation.path);
            // Carl sends the request with his own ids, to show that the request itself is valid.
            let carl = Person::new(&api).await;
            let own = carl.own(&api, kind, &operation).await;
            let answer = operation.ask(&api, &carl.key, kind, &own, &carl.id).await;
            let refused = ["malformed", "invalid", "bad_cursor"].map(|code| answer.body["code"] == code);
            assert!(!refused.contains(&true) && answer.status != 404, "{what}: {}", answer.text);

            // Bob sends Ann's ids. Ben sends ids that do not exist. Bob and Ben have no todos, so both must get the
            // same answer.
            let (anns, invented) = (ann.own(&api, kind, &operation).await, invented(&api, kind));
            let (bob, ben) = (key(&api).await, key(&api).await);
            let never = api.app.ids.todo().as_str().to_owned();
            let of_ann = operation.ask(&api, &bob, kind, &anns, &ann.id).await;
            let of_nobody = operation.ask(&api, &ben, kind, &invented, &never).await;
            assert!(!of_ann.text.contains("secret") && !of_ann.text.contains("hidden"), "{what}: {}", of_ann.text);
            assert_eq!(told(&of_ann, &anns, &ann.id), told(&of_nobody, &invented, &never), "{what}");
            probes.push(what);
        }
    }
    assert_eq!(ann.everything(&api).await, before);
    for (kind, least) in [("id", 4), ("ids", 1), ("change_id", 1), ("cursor", 2), ("idempotency_key", 7)] {
        let of_kind = probes.iter().filter(|what| what.ends_with(&format!(" {kind}"))).count();
        assert!(of_kind >= least, "{kind}: {probes:#?}");
    }
}

/// Invents an id of this kind that belongs to nobody.
fn invented(api: &Api, kind: &str) -> String {
    match kind {
        "id" | "ids" => api.app.ids.todo().as_str().to_owned(),
        "cursor" => "bm9ib2R5J3M".to_owned(),
        _ => api.app.ids.change().as_str().to_owned(),
    }
}

#[tokio::test]
async fn what_belongs_to_another_is_answered_like_what_never_was() {
    let api = locked();
    let (ann, bob) = (Person::new(&api).await, key(&api).await);
    let (id, change) = (&ann.id, &ann.change);
    for (method, path, body) in [
        ("GET", format!("/todos/{id}"), Value::Null),
        ("PATCH", format!("/todos/{id}"), json!({"title": "x"})),
        ("DELETE", format!("/todos/{id}"), Value::Null),
        ("DELETE", format!("/todos?ids={id}"), Value::Null),
        ("PATCH", "/todos".to_owned(), json!({"todos": [{"id": id, "title": "x"}]})),
        ("PATCH", "/todos".to_owned(), json!({"where": {"q": "s", "except_ids": [id]}, "set": {"due": "today"}})),
        ("DELETE", format!("/todos?status=open&except_ids={id}"), Value::Null),
        ("POST", "/undo".to_owned(), json!({"change_id": change})),
    ] {
        ask(&api, method, &path, body, &bob).await.assert_problem(404, "not_found");
    }
    for in_header in [true, false] {
        let bob = key(&api).await;
        let todos = json!([{"title": "bob's"}]);
        let bearer = format!("Bearer {}", bob.secret());
        let mut headers = vec![("authorization", bearer.as_str())];
        let mut body = json!({ "todos": todos });
        if in_header {
            headers.push(("idempotency-key", &ann.idempotency_key));
        } else {
            body["idempotency_key"] = json!(ann.idempotency_key);
        }
        let added = api.send("POST", "/todos", body, &headers).await;
        // Ann has used the same idempotency key for another request. If the API compared Bob's request with Ann's
        // request, Bob would get the status 422.
        assert_eq!(added.status, 201, "the key of another is not taken: {}", added.text);
    }
}

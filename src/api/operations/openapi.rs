//! The OpenAPI document: made from the handlers, brought into the form that ChatGPT's importer takes, checked in as
//! `openapi.json`, and served with the address of the deployment.

use serde_json::{Map, Value, json};
use utoipa::{IntoResponses, OpenApi};

use crate::{
    api::answer::problem::Problem,
    config::{Auth, AuthMode, Config, Confirm},
};

/// The checked-in document. `tests/openapi` compares it with what the handlers say.
const EMBEDDED: &str = include_str!("../../../openapi.json");
/// Stands in the checked-in document where the address of a deployment belongs. Never served.
pub const PLACEHOLDER: &str = "https://todo-action.example.com";

/// The document with `base_url` as its only server, and with the prompts and the credential that the operator wants.
pub fn served(base_url: &str, config: &Config) -> String {
    let mut document: Value = serde_json::from_str(EMBEDDED).unwrap_or_default();
    document["servers"] = json!([{ "url": base_url }]);
    match config.confirm {
        Confirm::None => {}
        Confirm::Deletes => ask_before(&mut document, |method| method == "delete"),
        Confirm::Writes => ask_before(&mut document, |method| method != "get"),
    }
    let scope = match &config.auth {
        Auth::OAuth(oauth) => &oauth.scope,
        Auth::ApiKey | Auth::None(_) => "",
    };
    secure(&mut document, config.auth.mode(), scope);
    document.to_string()
}

/// Says how callers are known. One scheme at most, because importers take no more; `getHealth` needs none. `scope` is what
/// people who sign in allow.
pub fn secure(document: &mut Value, mode: AuthMode, scope: &str) {
    match mode {
        AuthMode::None => {}
        AuthMode::ApiKey => {
            document["components"]["securitySchemes"] = json!({ "apiKey": { "type": "http", "scheme": "bearer" } });
            document["security"] = json!([{ "apiKey": [] }]);
        }
        AuthMode::OAuth => {
            let base_url = document["servers"][0]["url"].as_str().unwrap_or_default();
            let flow = json!({
                "authorizationUrl": format!("{base_url}/oauth/authorize"),
                "tokenUrl": format!("{base_url}/oauth/token"),
                "scopes": { scope: "Read and change todos" },
            });
            document["components"]["securitySchemes"] =
                json!({ "oauth": { "type": "oauth2", "flows": { "authorizationCode": flow } } });
            document["security"] = json!([{ "oauth": [scope] }]);
        }
    }
}

/// Has ChatGPT ask the person before the operations of these methods, each time.
fn ask_before(document: &mut Value, before: impl Fn(&str) -> bool) {
    for item in document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            operation["x-openai-isConsequential"] = json!(before(method));
        }
    }
}

/// The document that the handlers make, with `base_url` as its only server.
pub fn generated(base_url: &str) -> Value {
    let mut document = serde_json::to_value(super::documented_routes().into_openapi()).unwrap_or_default();
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({
        "title": "todo-action",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "A person's todos. Every change is on the record and can be undone for 30 days.",
    });
    document["servers"] = json!([{ "url": base_url }]);
    for operation in operations_mut(&mut document) {
        // Every write can be undone, so none needs to be confirmed beforehand.
        operation.insert("x-openai-isConsequential".to_owned(), json!(false));
        operation.remove("tags");
        if operation["operationId"] == "getHealth" {
            operation.insert("security".to_owned(), json!([]));
        }
        // An optional body would be a union with null to utoipa, which importers do not take.
        if operation["operationId"] == "undoChange" {
            operation["requestBody"]["required"] = json!(false);
        }
    }
    merge_all_of(&mut document);
    leave_out(&mut document);
    say_once(&mut document);
    for name in request_schemas(&document) {
        document["components"]["schemas"][name]["additionalProperties"] = json!(false);
    }
    document
}

fn operations_mut(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut).filter_map(Value::as_object_mut)
}

/// Importers lose the members of `allOf`, which utoipa makes of flattened structs and of described enums: one schema
/// takes its place. What is said beside `allOf` stays.
fn merge_all_of(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(merge_all_of);
            if let Some(Value::Array(parts)) = members.remove("allOf") {
                parts.into_iter().for_each(|part| merge_schema(members, part));
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(merge_all_of),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Schemas whose fields another schema describes: a model reads both.
const DESCRIBED_ELSEWHERE: [&str; 3] = ["UpdateTodo", "TodoWritten", "SettingsWritten"];

/// Leaves out descriptions of schemas, because their names and the fields that hold them say what they are for, and
/// those of fields that are described elsewhere.
fn say_once(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        let Some(members) = schema.as_object_mut() else { continue };
        members.remove("description");
        if DESCRIBED_ELSEWHERE.contains(&name.as_str()) {
            let fields = members.get_mut("properties").and_then(Value::as_object_mut);
            for field in fields.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
                field.remove("description");
                field.remove("example");
            }
        }
    }
}

/// Leaves out what says nothing: that a parameter need not be sent, how many bits a number has.
fn leave_out(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(leave_out);
            members.retain(|name, value| match name.as_str() {
                "required" => *value != false,
                "format" => !matches!(value.as_str(), Some("int32" | "int64")),
                _ => true,
            });
        }
        Value::Array(elements) => elements.iter_mut().for_each(leave_out),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Adds to a schema what another one says: its properties, what it requires, and any other member that is not there.
fn merge_schema(schema: &mut Map<String, Value>, part: Value) {
    let Value::Object(part) = part else { return };
    for (name, value) in part {
        match (schema.get_mut(&name), value) {
            (Some(Value::Object(own)), Value::Object(more)) => own.extend(more),
            (Some(Value::Array(own)), Value::Array(more)) => own.extend(more),
            (Some(_), _) => {}
            (None, value) => {
                schema.insert(name, value);
            }
        }
    }
}

/// The schemas of what callers send, in which unknown fields are refused.
fn request_schemas(document: &Value) -> Vec<String> {
    let mut names = Vec::new();
    let mut open: Vec<&Value> = Vec::new();
    for item in document["paths"].as_object().into_iter().flat_map(Map::values) {
        open.extend(item.as_object().into_iter().flat_map(Map::values).map(|operation| &operation["requestBody"]));
    }
    while let Some(value) = open.pop() {
        if let Some(name) = value["$ref"].as_str().and_then(|target| target.rsplit('/').next())
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
            open.push(&document["components"]["schemas"][name]);
        }
        open.extend(value.as_object().into_iter().flat_map(Map::values));
    }
    names
}

/// The schemas that only `IntoResponses` refers to, which does not bring them along.
#[derive(OpenApi)]
#[openapi(components(schemas(Problem)))]
pub struct Components;

/// What every operation can answer instead. One response for all: which statuses there are is the same everywhere, and the
/// document has to be short enough for a model to read.
#[derive(IntoResponses)]
pub enum Errors {
    #[response(status = "default", description = "Not done", content_type = "application/problem+json")]
    Problem(Problem),
}

//! The OpenAPI document. The program makes the document from the handlers, and then changes the document so that
//! ChatGPT's importer accepts it. The repository contains the document as `openapi.json`. Each deployment writes its
//! own address into the document.

use axum::http::Method;
use serde_json::{Map, Value, json};
use utoipa::{IntoResponses, OpenApi};

use crate::{
    api::{access::scope::needed, answer::problem::Problem},
    config::{AuthMode, Config, Confirm},
    domain::scope::Scope,
};

/// The OpenAPI document in the repository. The tests in `tests/openapi` compare this document with the handlers.
const EMBEDDED: &str = include_str!("../../../openapi.json");
/// The address of the server in the repository's `openapi.json`. A deployment replaces this address with its own
/// address.
pub const PLACEHOLDER: &str = "https://todo-action.example.com";

/// The OpenAPI document of a deployment, with `base_url` as its only server. The operator's configuration decides which
/// credential callers send. The configuration also decides which operations need the person's permission in ChatGPT.
pub fn served(base_url: &str, config: &Config) -> String {
    let mut document: Value = serde_json::from_str(EMBEDDED).unwrap_or_default();
    document["servers"] = json!([{ "url": base_url }]);
    match config.confirm {
        Confirm::None => {}
        Confirm::Deletes => ask_before(&mut document, |method| *method == Method::DELETE),
        Confirm::Writes => ask_before(&mut document, |method| *method != Method::GET),
    }
    add_credential(&mut document, config.auth.mode());
    document.to_string()
}

/// Describes in the document how callers authenticate: with an API key, with OAuth, or without a credential. The
/// document names at most one kind of credential, because importers accept only one kind. With OAuth, each operation
/// names the scope that it needs.
pub fn add_credential(document: &mut Value, mode: AuthMode) {
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
                "scopes": { Scope::Read.as_str(): "Read todos", Scope::Full.as_str(): "Read and change todos" },
            });
            document["components"]["securitySchemes"] =
                json!({ "oauth": { "type": "oauth2", "flows": { "authorizationCode": flow } } });
            // Most operations need the full scope. The others name their scope themselves.
            document["security"] = json!([{ "oauth": [Scope::Full.as_str()] }]);
            for (method, operation) in operations_mut(document) {
                let scope = needed(&method);
                if scope != Scope::Full {
                    operation.insert("security".to_owned(), json!([{ "oauth": [scope.as_str()] }]));
                }
            }
        }
    }
}

/// Marks the operations for which ChatGPT must ask the person's permission each time. An operation gets the mark if
/// `before` returns true for its HTTP method.
fn ask_before(document: &mut Value, before: impl Fn(&Method) -> bool) {
    for (method, operation) in operations_mut(document).filter(|(method, _)| !method.is_safe()) {
        operation.insert("x-openai-isConsequential".to_owned(), json!(before(&method)));
    }
}

/// Marks an operation whose body is optional. The crate `utoipa` would write an optional body as a union with null.
/// Importers do not accept a union with null.
const OPTIONAL_BODY: &str = "x-todo-optional-body";

/// Makes the OpenAPI document from the handlers, with `base_url` as its only server.
pub fn generated(base_url: &str) -> Value {
    let mut document = serde_json::to_value(super::documented_routes().into_openapi()).unwrap_or_default();
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({
        "title": "todo-action",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "A person's todos. Every change is recorded and can be undone for 30 days.",
    });
    document["servers"] = json!([{ "url": base_url }]);
    for (method, operation) in operations_mut(&mut document) {
        // Every write can be undone, so ChatGPT does not have to ask the person before a write. ChatGPT never has to ask
        // before a GET, so a GET needs no flag.
        if !method.is_safe() {
            operation.insert("x-openai-isConsequential".to_owned(), json!(false));
        }
        operation.remove("tags");
        if operation.remove(OPTIONAL_BODY).is_some() {
            operation["requestBody"]["required"] = json!(false);
        }
    }
    merge_all_of(&mut document);
    remove_useless_members(&mut document);
    remove_repeated_descriptions(&mut document);
    for name in request_schemas(&document) {
        document["components"]["schemas"][name]["additionalProperties"] = json!(false);
    }
    document
}

/// The method and the description of each operation.
fn operations_mut(document: &mut Value) -> impl Iterator<Item = (Method, &mut Map<String, Value>)> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    let operations = paths.filter_map(Value::as_object_mut).flatten();
    operations
        .filter_map(|(method, operation)| Some((method.to_ascii_uppercase().parse().ok()?, operation.as_object_mut()?)))
}

/// Replaces each `allOf` with one merged schema, because importers lose the members of `allOf`. The crate `utoipa`
/// writes `allOf` for flattened structs, and for enums with a description. The merged schema keeps all members that
/// were next to `allOf`.
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

/// Each field of these schemas also has a description in another schema. A model reads all schemas, so one description
/// of each field is enough.
const DESCRIBED_ELSEWHERE: [&str; 3] = ["SettingsWritten", "ListsWritten", "EditOfAll"];
/// The members of a schema that the document does not repeat.
const NOT_REPEATED: [&str; 5] = ["description", "example", "maxItems", "maxLength", "minLength"];

/// Removes the descriptions of all schemas. The name of a schema, and the fields that use the schema, already explain
/// the purpose of the schema. For a schema in `DESCRIBED_ELSEWHERE`, also removes the descriptions, the examples and the
/// limits of its fields.
fn remove_repeated_descriptions(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        let Some(members) = schema.as_object_mut() else { continue };
        members.remove("description");
        if DESCRIBED_ELSEWHERE.contains(&name.as_str()) {
            let fields = members.get_mut("properties").and_then(Value::as_object_mut);
            for field in fields.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
                field.retain(|name, _| !NOT_REPEATED.contains(&name.as_str()));
                if let Some(items) = field.get_mut("items").and_then(Value::as_object_mut) {
                    items.retain(|name, _| !NOT_REPEATED.contains(&name.as_str()));
                }
            }
        }
    }
}

/// Removes `required: false`, the number of bits of integers, and the format `date-time`. These members contain no
/// useful information. The format `date-time` would occur only in answers.
fn remove_useless_members(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(remove_useless_members);
            members.retain(|name, value| match name.as_str() {
                "required" => *value != false,
                "format" => !matches!(value.as_str(), Some("int32" | "int64" | "date-time")),
                _ => true,
            });
        }
        Value::Array(elements) => elements.iter_mut().for_each(remove_useless_members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Adds the properties and the required fields of `part` to `schema`. Also adds each other member of `part` if `schema`
/// does not have a member with the same name.
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

/// The names of all schemas in request bodies. The schemas of request bodies do not allow unknown fields.
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

/// If only an `IntoResponses` type uses a schema, the crate `utoipa` does not find the schema. So this struct adds such
/// schemas to the document.
#[derive(OpenApi)]
#[openapi(components(schemas(Problem)))]
pub struct Components;

/// All operations share this error response, because they have the same error statuses. The document describes the
/// response only once, and so stays short enough for a model.
#[derive(IntoResponses)]
pub enum Errors {
    #[response(status = "default", description = "Not done", content_type = "application/problem+json")]
    Problem(Problem),
}

//! Makes one tool for each operation of the OpenAPI document. The texts of the tools come from the OpenAPI document.

use axum::http::Method;
use rmcp::model::{JsonObject, MetaObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::{card, schema::Schemas};
use crate::api::Declared;

/// The tools that clients see, and the operations that clients can call.
#[derive(Debug)]
pub struct Tools {
    /// The tools of the OpenAPI document, sorted by path and method, as in the document. At the end is the tool that
    /// shows the card.
    shown: Vec<Tool>,
    operations: Vec<Operation>,
}

/// The data that the program needs to turn a tool call into an HTTP request.
#[derive(Debug)]
pub struct Operation {
    pub name: String,
    pub method: Method,
    /// The path of the operation, such as `/todos/{id}`.
    pub path: String,
    /// The arguments that are part of the path.
    pub in_path: Vec<String>,
    /// The arguments that go into the query. If the operation has a body, the body gets all arguments that are neither
    /// in the path nor in the query. `None` if the OpenAPI document does not describe the operation. Only the API knows
    /// the arguments of such an operation.
    pub in_query: Option<Vec<String>>,
    /// The arguments that accept several values. If the example of a parameter in the OpenAPI document contains a
    /// comma, the parameter accepts several values.
    pub lists: Vec<String>,
    /// The query parameters that are true or false.
    pub truths: Vec<String>,
    pub has_body: bool,
}

impl Tools {
    /// Reads the operations of an OpenAPI document, and skips everything that is not an operation. If the document does
    /// not describe an operation of `declared`, this function adds the operation. Clients can call the added
    /// operations, but the list of tools does not contain them.
    pub fn read(document: &Value, declared: Vec<Declared>) -> Self {
        let schemas = Schemas::of(document);
        let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let mut tools = Self { shown: Vec::new(), operations: Vec::new() };
        for (path, item) in members(&document["paths"]) {
            for (method, described) in members(&item) {
                if let Some(operation) = Operation::read(&path, &method, &described) {
                    tools.shown.push(tool(&operation, &described, schemas, security(document, &described)));
                    tools.operations.push(operation);
                }
            }
        }
        tools.shown.extend(tools.get(card::SHOWN).map(card::tool));
        for operation in declared.into_iter().filter(|operation| !operation.is_shown) {
            if tools.operation(&operation.name).is_none() {
                tools.operations.push(Operation::undescribed(operation));
            }
        }
        tools
    }

    /// The operation of the tool with this name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        let name = if name == card::TOOL { card::SHOWN } else { name };
        self.operations.iter().find(|operation| operation.name == name)
    }

    /// The tool with this name, if clients see this tool.
    pub fn get(&self, name: &str) -> Option<&Tool> {
        self.shown.iter().find(|tool| tool.name == name)
    }

    /// The list of tools that clients get.
    pub fn list(&self) -> Vec<Tool> {
        self.shown.clone()
    }
}

impl Operation {
    fn read(path: &str, method: &str, described: &Value) -> Option<Self> {
        let several = |parameter: &Value| parameter["example"].as_str().is_some_and(|example| example.contains(','));
        let lists = parameters(described).filter(|(_, parameter)| several(parameter));
        let is_truth = |parameter: &Value| parameter["schema"]["type"] == "boolean";
        let truths = parameters(described).filter(|(_, parameter)| is_truth(parameter));
        Some(Self {
            name: described["operationId"].as_str()?.to_owned(),
            method: method.to_ascii_uppercase().parse().ok()?,
            path: path.to_owned(),
            in_path: located(described, "path"),
            in_query: Some(located(described, "query")),
            lists: lists.map(|(name, _)| name.to_owned()).collect(),
            truths: truths.map(|(name, _)| name.to_owned()).collect(),
            has_body: !body(described).is_null(),
        })
    }

    /// Makes an operation that the OpenAPI document does not describe. Requests with `POST`, `PUT` and `PATCH` have a
    /// body.
    fn undescribed(declared: Declared) -> Self {
        let parts = declared.path.split('/');
        let in_path = parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}').map(str::to_owned)).collect();
        let has_body = [Method::POST, Method::PUT, Method::PATCH].contains(&declared.method);
        let Declared { name, method, path, .. } = declared;
        Self { name, method, path, in_path, in_query: None, lists: Vec::new(), truths: Vec::new(), has_body }
    }
}

/// The tool for an operation of the OpenAPI document.
fn tool(operation: &Operation, described: &Value, schemas: Schemas<'_>, security: Option<Value>) -> Tool {
    let text = |member: &str| described[member].as_str().unwrap_or_default().to_owned();
    let reads = operation.method == Method::GET;
    // RFC 9110, section 9.2.2, says which methods are idempotent.
    let repeatable = reads || [Method::DELETE, Method::PUT].contains(&operation.method);
    let annotations = ToolAnnotations::from_raw(
        Some(text("summary")),
        Some(reads),
        // This flag marks the operations that a person must confirm. The operator chooses these operations (`CONFIRM`).
        Some(!reads && described["x-openai-isConsequential"] == true),
        repeatable.then_some(true),
        // The service changes only the person's own list, and calls no other service.
        Some(false),
    );
    let mut tool = Tool::new(operation.name.clone(), text("description"), input(schemas, described, body(described)))
        .with_title(text("summary"))
        .with_annotations(annotations);
    if let Some(answer) = answer(described) {
        tool = tool.with_raw_output_schema(schemas.output(answer, reads).into());
    }
    if let Some(security) = security {
        tool = tool.with_meta(MetaObject(Map::from_iter([("securitySchemes".to_owned(), security)])));
    }
    tool
}

/// How a client must authenticate for an operation: with OAuth and certain scopes, or without a credential. The result
/// has the format of `securitySchemes` in OpenAI's Apps SDK (<https://developers.openai.com/apps-sdk/build/auth>). The
/// Apps SDK does not support API keys, so the result is `None` if the deployment needs API keys.
fn security(document: &Value, described: &Value) -> Option<Value> {
    let schemes = &document["components"]["securitySchemes"];
    if schemes.is_null() {
        return Some(json!([{ "type": "noauth" }]));
    }
    let required = described.get("security").unwrap_or(&document["security"]);
    let (name, scopes) = required[0].as_object()?.iter().next()?;
    (schemes[name]["type"] == "oauth2").then(|| json!([{ "type": "oauth2", "scopes": scopes }]))
}

/// The schema of the request body, or `null` if the operation has no body.
fn body(described: &Value) -> &Value {
    &described["requestBody"]["content"]["application/json"]["schema"]
}

/// The schema of the first answer with a status of 2xx.
fn answer(operation: &Value) -> Option<&Value> {
    let mut responses = operation["responses"].as_object()?.iter();
    let (_, response) = responses.find(|(status, _)| status.starts_with('2'))?;
    response["content"]["application/json"].get("schema")
}

fn parameters(operation: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.filter_map(|parameter| Some((parameter["name"].as_str()?, parameter)))
}

fn located(operation: &Value, place: &str) -> Vec<String> {
    parameters(operation).filter(|(_, parameter)| parameter["in"] == place).map(|(name, _)| name.to_owned()).collect()
}

/// The input schema of a tool: one flat object with the arguments of the path, the query and the body.
fn input(schemas: Schemas<'_>, operation: &Value, body: &Value) -> JsonObject {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, parameter) in parameters(operation) {
        let mut schema = schemas.input(&parameter["schema"]);
        if let (Some(schema), Some(said)) = (schema.as_object_mut(), parameter.get("description")) {
            schema.insert("description".to_owned(), said.clone());
        }
        if parameter["required"] == true {
            required.push(json!(name));
        }
        properties.insert(name.to_owned(), schema);
    }
    if let Value::Object(mut body) = schemas.input(body) {
        properties
            .extend(body.get_mut("properties").and_then(Value::as_object_mut).map(std::mem::take).unwrap_or_default());
        required.extend(body.get_mut("required").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default());
    }
    let mut input = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), Value::Object(properties)),
        // The operations of the API also refuse unknown fields.
        ("additionalProperties".to_owned(), json!(false)),
    ]);
    if !required.is_empty() {
        input.insert("required".to_owned(), Value::Array(required));
    }
    input
}

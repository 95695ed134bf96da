//! Makes one tool for each operation of the OpenAPI document. The texts of the tools come from the OpenAPI document.

use axum::http::Method;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::schema::Schemas;

/// All tools, sorted by path and method, as in the OpenAPI document.
#[derive(Debug)]
pub struct Tools(Vec<Operation>);

/// A tool, and the data that the program needs to turn a call of this tool into an HTTP request.
#[derive(Debug)]
pub struct Operation {
    pub tool: Tool,
    pub method: Method,
    /// The path of the operation, such as `/todos/{id}`.
    pub path: String,
    /// The arguments that are part of the path.
    pub in_path: Vec<String>,
    /// The arguments that go into the query. If the operation has a body, the body contains all arguments that are in
    /// neither the path nor the query.
    pub in_query: Vec<String>,
    /// The arguments that accept several values. If the example of a parameter in the OpenAPI document contains a
    /// comma, the parameter accepts several values.
    pub lists: Vec<String>,
    pub has_body: bool,
}

impl Tools {
    /// Reads the operations of an OpenAPI document, and skips everything that is not an operation.
    pub fn read(document: &Value) -> Self {
        let schemas = Schemas::of(document);
        let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let mut operations = Vec::new();
        for (path, item) in members(&document["paths"]) {
            for (method, operation) in members(&item) {
                operations.extend(Operation::read(&schemas, &path, &method, &operation));
            }
        }
        Self(operations)
    }

    /// The tool with this name.
    pub fn get(&self, name: &str) -> Option<&Operation> {
        self.0.iter().find(|operation| operation.tool.name == name)
    }

    /// The list of tools that clients get.
    pub fn list(&self) -> Vec<Tool> {
        self.0.iter().map(|operation| operation.tool.clone()).collect()
    }
}

impl Operation {
    fn read(schemas: &Schemas<'_>, path: &str, method: &str, operation: &Value) -> Option<Self> {
        let name = operation["operationId"].as_str()?.to_owned();
        let method: Method = method.to_ascii_uppercase().parse().ok()?;
        let text = |member: &str| operation[member].as_str().unwrap_or_default().to_owned();
        let reads = method == Method::GET;
        let annotations = ToolAnnotations::from_raw(
            Some(text("summary")),
            Some(reads),
            // This flag marks the operations that a person must confirm. The operator chooses these operations
            // (`CONFIRM`).
            Some(!reads && operation["x-openai-isConsequential"] == true),
            // RFC 9110, section 9.2.2, says which methods are idempotent.
            Some(reads || method == Method::DELETE || method == Method::PUT),
            Some(false),
        );
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        let mut tool =
            Tool::new(name, text("description"), input(schemas, operation, body)).with_annotations(annotations);
        if let Some(answer) = answer(operation) {
            tool = tool.with_raw_output_schema(schemas.output(answer, reads).into());
        }
        let has_body = !body.is_null();
        let (in_path, in_query) = (located(operation, "path"), located(operation, "query"));
        let several = |parameter: &Value| parameter["example"].as_str().is_some_and(|example| example.contains(','));
        let lists = parameters(operation).filter(|(_, parameter)| several(parameter));
        let lists = lists.map(|(name, _)| name.to_owned()).collect();
        Some(Self { tool, method, path: path.to_owned(), in_path, in_query, lists, has_body })
    }
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
fn input(schemas: &Schemas<'_>, operation: &Value, body: &Value) -> JsonObject {
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

//! Functions that find the parts of an OpenAPI document.

use std::{collections::BTreeSet, fmt};

use serde_json::Value;

/// A method of a path in the document.
pub struct Operation<'a> {
    pub path: &'a str,
    pub method: &'a str,
    pub value: &'a Value,
}

/// A schema at any place in the document.
pub struct Schema<'a> {
    /// The component or operation that contains the schema.
    pub owner: &'a str,
    /// The name of the property or parameter, such as `tags`. For the elements of the list `tags`, the name is
    /// `tags[]`. For a whole component or body, the name is empty.
    pub field: String,
    pub value: &'a Value,
    /// True if callers send values of this schema.
    pub sent: bool,
    /// True if an object or a query must contain a value of this schema.
    pub required: bool,
}

impl<'a> Operation<'a> {
    pub fn id(&self) -> &'a str {
        self.value["operationId"].as_str().unwrap_or_default()
    }

    pub fn parameters(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        elements(&self.value["parameters"])
    }

    /// Returns each status and its response.
    pub fn responses(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        members(&self.value["responses"])
    }

    /// Returns the media type and the schema of the request body and of every response.
    pub fn contents(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let bodies = self.responses().map(|(_, response)| response).chain([&self.value["requestBody"]]);
        bodies.flat_map(|body| members(&body["content"])).map(|(media, content)| (media, &content["schema"]))
    }
}

impl fmt::Display for Operation<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method.to_uppercase(), self.path)
    }
}

impl fmt::Display for Schema<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.owner, self.field)
    }
}

pub fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

pub fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    members(&document["paths"])
        .flat_map(|(path, item)| members(item).map(move |(method, value)| Operation { path, method, value }))
}

pub fn components(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    members(&document["components"]["schemas"])
}

/// Follows the `$ref` of a schema to its component. If a schema has no `$ref`, this function returns the schema
/// unchanged.
pub fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let component = schema["$ref"].as_str().and_then(component);
    component.map_or(schema, |name| &document["components"]["schemas"][name])
}

/// Returns the name of the component to which a `$ref` refers.
pub fn component(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

/// Returns every `$ref` in a value.
pub fn references(value: &Value) -> Vec<&str> {
    let own = value["$ref"].as_str();
    let inner = members(value).map(|(_, member)| member).chain(elements(value));
    own.into_iter().chain(inner.flat_map(references)).collect()
}

/// Returns the components to which these values refer, directly or through other components.
pub fn reachable<'a>(document: &'a Value, mut from: Vec<&'a Value>) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    while let Some(value) = from.pop() {
        for name in references(value).into_iter().filter_map(component) {
            if names.insert(name) {
                from.push(&document["components"]["schemas"][name]);
            }
        }
    }
    names
}

/// Returns every schema of the document: components, parameters, bodies, and the schemas inside these schemas.
pub fn schemas(document: &Value) -> Vec<Schema<'_>> {
    let bodies = operations(document).map(|operation| &operation.value["requestBody"]).collect();
    let sent = reachable(document, bodies);
    let mut found = Vec::new();
    for (owner, value) in components(document) {
        let sent = sent.contains(owner);
        collect(Schema { owner, field: String::new(), value, sent, required: false }, &mut found);
    }
    for operation in operations(document) {
        let owner = operation.id();
        for parameter in operation.parameters() {
            let field = parameter["name"].as_str().unwrap_or_default().to_owned();
            let required = parameter["in"] == "query" && parameter["required"] == true;
            collect(Schema { owner, field, value: &parameter["schema"], sent: true, required }, &mut found);
        }
        for (_, value) in operation.contents() {
            collect(Schema { owner, field: String::new(), value, sent: false, required: false }, &mut found);
        }
    }
    found
}

fn collect<'a>(schema: Schema<'a>, found: &mut Vec<Schema<'a>>) {
    let inside = |field, value| Schema { owner: schema.owner, field, value, sent: schema.sent, required: false };
    for (name, value) in members(&schema.value["properties"]) {
        let required = elements(&schema.value["required"]).any(|required| required == name);
        collect(Schema { required, ..inside(name.to_owned(), value) }, found);
    }
    for (name, value) in members(schema.value) {
        match name {
            "items" => collect(inside(format!("{}[]", schema.field), value), found),
            "additionalProperties" if value.is_object() => {
                collect(inside(format!("{}{{}}", schema.field), value), found)
            }
            "allOf" | "anyOf" | "oneOf" => {
                elements(value).for_each(|part| collect(inside(schema.field.clone(), part), found));
            }
            _ => {}
        }
    }
    found.push(schema);
}

/// Returns every summary and description.
pub fn texts(value: &Value) -> Vec<&str> {
    let own = ["summary", "description"].into_iter().filter_map(|name| value[name].as_str());
    let inner = members(value).map(|(_, member)| member).chain(elements(value));
    own.chain(inner.flat_map(texts)).collect()
}

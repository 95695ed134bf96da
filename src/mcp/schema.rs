//! Makes the schemas of the tools from the schemas of the OpenAPI document. If a tool uses a schema, the tool also
//! contains this schema. The schemas must be short, because a model reads the schemas of all tools.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The schemas of an OpenAPI document, by name.
#[derive(Debug, Clone, Copy)]
pub struct Schemas<'a>(&'a Value);

/// For each schema, the number of references to this schema. The program counts the references in a root schema, and in
/// all schemas that the root schema uses.
type Uses<'a> = BTreeMap<&'a str, usize>;

impl<'a> Schemas<'a> {
    pub fn of(document: &'a Value) -> Self {
        Self(&document["components"]["schemas"])
    }

    /// The input schema of a tool. This function replaces each `$ref` by the schema to which `$ref` refers. This
    /// function leaves out `example`, because `example` is not a keyword of JSON Schema. This function also leaves out
    /// `format`, because some model providers refuse a tool if they do not know a `format` in its schema. For example,
    /// Gemini refuses `date`, and OpenAI's strict mode refuses most formats. The descriptions say how to write a date.
    pub fn input(self, schema: &Value) -> Value {
        match schema {
            Value::Object(members) => {
                let mut own = Map::new();
                for (name, value) in members {
                    match name.as_str() {
                        "example" | "format" | "$ref" => {}
                        // The names in `properties` are names of fields. A field may have the same name as a keyword of
                        // JSON Schema.
                        "properties" => drop(own.insert(name.clone(), self.each(value, |schema| self.input(schema)))),
                        _ => drop(own.insert(name.clone(), self.input(value))),
                    }
                }
                if let Some((_, target)) = self.target(schema)
                    && let Value::Object(mut whole) = self.input(target)
                {
                    // A member beside `$ref` can have the same name as a member of the referenced schema. Then the
                    // function uses the member beside `$ref`.
                    whole.extend(own);
                    own = whole;
                }
                Value::Object(own)
            }
            Value::Array(elements) => elements.iter().map(|element| self.input(element)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
        }
    }

    /// The output schema of a tool. The output schema has only names and types, because names and types are enough to
    /// understand an answer. If a tool only reads data, its output schema describes all levels of the answer
    /// (`in_full`). If a tool can change data, its output schema shows only the fields at the first level. If a field
    /// at the first level is an object, the output schema does not show the fields of this object. Instead, a `title`
    /// contains the name of the object's schema.
    pub fn output(self, schema: &'a Value, in_full: bool) -> Map<String, Value> {
        let mut uses = Uses::new();
        let root = self.target(schema).map_or(schema, |(_, target)| target);
        if in_full {
            self.count(root, &mut uses);
        }
        uses.retain(|_, times| *times > 1);
        let mut output = match self.shape(root, &uses, if in_full { usize::MAX } else { 1 }) {
            Value::Object(output) => output,
            _ => Map::new(),
        };
        if !uses.is_empty() {
            let shared = |name: &&str| ((*name).to_owned(), self.shape(&self.0[*name], &uses, usize::MAX));
            output.insert("$defs".to_owned(), Value::Object(uses.keys().map(shared).collect()));
        }
        output
    }

    /// The names and types of the fields in a schema. `levels` is the maximum number of levels. If an object is below
    /// the last level, the result does not show the fields of this object. Instead, a `title` contains the name of the
    /// object's schema.
    fn shape(self, schema: &'a Value, uses: &Uses<'a>, levels: usize) -> Value {
        if let Some((name, target)) = self.target(schema) {
            return match uses.get(name) {
                Some(_) => json!({ "$ref": format!("#/$defs/{name}") }),
                None if levels == 0 => json!({ "type": "object", "title": name }),
                None => self.shape(target, uses, levels),
            };
        }
        let mut shape = Map::new();
        for (name, value) in schema.as_object().into_iter().flatten() {
            let value = match name.as_str() {
                "type" | "required" => value.clone(),
                "items" => self.shape(value, uses, levels),
                "properties" if levels > 0 => self.each(value, |schema| self.shape(schema, uses, levels - 1)),
                _ => continue,
            };
            shape.insert(name.clone(), value);
        }
        Value::Object(shape)
    }

    fn count(self, schema: &'a Value, uses: &mut Uses<'a>) {
        if let Some((name, target)) = self.target(schema) {
            let times = uses.entry(name).or_default();
            *times += 1;
            if *times == 1 {
                self.count(target, uses);
            }
        }
        match schema {
            Value::Object(members) => members.values().for_each(|value| self.count(value, uses)),
            Value::Array(elements) => elements.iter().for_each(|element| self.count(element, uses)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn each(self, properties: &'a Value, change: impl Fn(&'a Value) -> Value) -> Value {
        let properties = properties.as_object().into_iter().flatten();
        Value::Object(properties.map(|(name, schema)| (name.clone(), change(schema))).collect())
    }

    /// The schema to which `$ref` refers, and the name of this schema.
    fn target(self, schema: &Value) -> Option<(&'a str, &'a Value)> {
        let name = schema.get("$ref")?.as_str()?.rsplit('/').next()?;
        self.0.as_object()?.get_key_value(name).map(|(name, target)| (name.as_str(), target))
    }
}

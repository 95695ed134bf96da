//! Converts the values of a request to one form, because models write the same value in different ways. This file
//! removes members with an empty value, such as `null` and `""`. If a client has sent JSON as text, this file replaces
//! the text by its JSON value.

use std::fmt;

use serde_json::Value;

use super::json;

/// JSON text may contain other JSON text. The program reads at most this number of levels of JSON text, so that the
/// depth of the values has a limit.
const TEXTS: usize = 2;

/// The values that the API allows in a member. The members in [`Kind::of`] never contain text. So if a client sends
/// text in such a member, the text can only be JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Truth,
    Object,
    /// An array. Its elements can be text.
    Texts,
    /// An array of objects.
    Objects,
    /// An array of steps. A caller may write a step as an object, or as the title of the step.
    Steps,
}

impl Kind {
    /// The kind of the member with this name, or `None` if the member can be text or a number. Members with the same
    /// name have the same kind in all request bodies.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "allow_duplicate" | "done" | "delete" | "preview" => Self::Truth,
            "repeat" | "where" | "set" => Self::Object,
            "tags" | "add_tags" | "remove_tags" | "complete_steps" | "reopen_steps" | "remove_steps" | "clear"
            | "weekdays" | "order" | "except_ids" => Self::Texts,
            "todos" | "rename_steps" => Self::Objects,
            "steps" | "add_steps" => Self::Steps,
            _ => return None,
        })
    }
}

/// Removes members that count as absent, at every depth of the JSON. A member counts as absent if its value is `null`,
/// `""` or `[]`, because models send these values for "nothing". A list also counts as absent if it contains only
/// `null`, `""` and `[]`. If a list contains any other value, the list keeps all its elements, so that the positions in
/// errors are the same as in the request.
///
/// Also replaces JSON text by the value that the text contains, for example `"[\"a\"]"` by `["a"]`. Some clients send
/// arrays, objects and booleans as JSON text. If a member can be text, the member keeps its text, so a title may be
/// `[1]`.
///
/// Returns the paths of the removed members, such as `todos[0].notes`. If an object in the JSON text has the same member
/// twice, the error is the beginning of an error message.
pub fn normalise(value: &mut Value) -> Result<Vec<String>, String> {
    let mut removed = Vec::new();
    within(value, TEXTS, &Path::Root, &mut removed)?;
    Ok(removed)
}

/// The place of a value in the request. Most requests have no empty members, so the text of a path is made only for an
/// empty member.
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Element(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => write!(formatter, "{name}"),
            Self::Member(parent, name) => write!(formatter, "{parent}.{name}"),
            Self::Element(parent, index) => write!(formatter, "{parent}[{index}]"),
        }
    }
}

fn within(value: &mut Value, texts: usize, path: &Path<'_>, removed: &mut Vec<String>) -> Result<(), String> {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                let is_read = texts > 0 && read_text(name, value)?;
                within(value, texts - usize::from(is_read), &Path::Member(path, name), removed)?;
            }
            members.retain(|name, value| {
                let is_absent = is_absent(value);
                if is_absent {
                    removed.push(Path::Member(path, name).to_string());
                }
                !is_absent
            });
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                within(element, texts, &Path::Element(path, index), removed)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.iter().all(is_absent),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// If a member contains JSON text instead of a value of the allowed kind, replaces the text by its JSON value. Returns
/// whether the member contained JSON text.
fn read_text(name: &str, value: &mut Value) -> Result<bool, String> {
    let read = |text: &str| match json::read(text.as_bytes()) {
        Err(error) if error.is_data() => {
            let is_wrong = json::fault(&error);
            Err(format!("The JSON text in `{name}` {is_wrong}"))
        }
        read => Ok(read.ok()),
    };
    let found = match (&*value, Kind::of(name)) {
        (Value::String(text), Some(Kind::Truth)) => truth(text),
        (Value::String(text), Some(_)) if begins_json(text) => read(text)?,
        _ => None,
    };
    let mut is_read = found.is_some();
    if let Some(found) = found {
        *value = found;
    }
    if let (Value::Array(elements), Some(kind @ (Kind::Objects | Kind::Steps))) = (value, Kind::of(name)) {
        // If the text is a JSON object with the member `title`, the object is the step. Any other text is the title of
        // a step.
        let fits = |object: &Value| object.is_object() && (kind == Kind::Objects || object.get("title").is_some());
        for element in elements {
            let Value::String(text) = &*element else { continue };
            if begins_json(text)
                && let Some(object) = read(text)?.filter(fits)
            {
                (*element, is_read) = (object, true);
            }
        }
    }
    Ok(is_read)
}

/// Reads a boolean from a text. The function also accepts `True` and `False`, the spelling of Python.
fn truth(text: &str) -> Option<Value> {
    let is = |word: &str| text.trim().eq_ignore_ascii_case(word);
    if is("true") || is("false") { Some(Value::Bool(is("true"))) } else { None }
}

/// Returns whether the text can be a JSON array, a JSON object or `null`.
fn begins_json(text: &str) -> bool {
    matches!(text.trim_start().as_bytes(), [b'[' | b'{', ..]) || text.trim() == "null"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// The kinds of all members in a schema of the OpenAPI document, at every depth.
    fn kinds<'a>(document: &'a Value, schema: &'a Value, found: &mut BTreeMap<&'a str, Option<Kind>>) {
        let target = |schema: &'a Value| match schema["$ref"].as_str() {
            Some(name) => &document["components"]["schemas"][name.rsplit('/').next().unwrap()],
            None => schema,
        };
        for (name, schema) in target(schema)["properties"].as_object().into_iter().flatten() {
            // A filter in `where` may be a text or an array: `Several` reads both.
            if name == "where" {
                found.insert(name, Some(Kind::Object));
                continue;
            }
            let (schema, element) = (target(schema), target(&schema["items"]));
            let kind = match (schema["type"].as_str().unwrap(), element["type"].as_str()) {
                ("boolean", None) => Some(Kind::Truth),
                ("object", None) => Some(Kind::Object),
                ("array", Some("string")) => Some(Kind::Texts),
                ("array", Some("object")) if ["steps", "add_steps"].contains(&name.as_str()) => Some(Kind::Steps),
                ("array", Some("object")) => Some(Kind::Objects),
                ("string" | "integer", None) => None,
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(*found.entry(name).or_insert(kind), kind, "{name} has the same kind everywhere");
            kinds(document, schema, found);
            kinds(document, element, found);
        }
    }

    #[test]
    fn the_kinds_are_those_of_the_openapi_document() {
        let document: Value = serde_json::from_str(include_str!("../../../openapi.json")).unwrap();
        let operations = document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap());
        let mut found = BTreeMap::new();
        for (_, operation) in operations {
            kinds(&document, &operation["requestBody"]["content"]["application/json"]["schema"], &mut found);
        }
        assert!(found.len() > 20, "{found:?}");
        for (name, kind) in found {
            assert_eq!(Kind::of(name), kind, "{name}");
        }
    }
}

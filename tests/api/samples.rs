//! Reads a valid request for each operation from the events in `infra/events`. With these requests, a test can call all
//! operations, so the test does not need its own list of operations.

use std::{fs, path::Path, sync::LazyLock};

use serde_json::Value;
use todo_action::api::{Declared, declared_operations};

/// The id of a todo in the events. `Sample` replaces this id with the id of an existing todo.
const SAMPLE_ID: &str = "k7m2x9qa4t";

/// A valid request of one operation.
#[derive(Debug, Clone)]
pub struct Sample {
    pub operation: String,
    /// True if the operation is in the OpenAPI document and in the list of MCP tools.
    pub is_shown: bool,
    pub method: &'static str,
    /// The path of the operation, such as `/todos/{id}`.
    pub path: &'static str,
    target: String,
    body: Value,
}

/// One valid request for each operation that the program declares, whether the OpenAPI document shows the operation or
/// not.
pub static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let events = events();
    let sample = |Declared { method, path, name, is_shown }| {
        let (path, method): (&str, &str) = (String::leak(path), method.to_string().leak());
        sample(&events, name, is_shown, method, path)
    };
    declared_operations().into_iter().map(sample).collect()
});

fn events() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("infra/events");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()).collect()
}

fn sample(events: &[Value], operation: String, is_shown: bool, method: &'static str, path: &'static str) -> Sample {
    let text = |event: &Value, member: &str| event[member].as_str().unwrap_or_default().to_owned();
    let is_of = |event: &&Value| {
        event["requestContext"]["http"]["method"] == method && text(event, "rawPath") == path.replace("{id}", SAMPLE_ID)
    };
    let event = events.iter().find(is_of);
    let event = event.unwrap_or_else(|| panic!("infra/events has no event of {operation} ({method} {path}); add one"));
    let query = text(event, "rawQueryString");
    let target = if query.is_empty() { text(event, "rawPath") } else { format!("{}?{query}", text(event, "rawPath")) };
    let body = event["body"].as_str().map_or(Value::Null, |body| serde_json::from_str(body).unwrap());
    Sample { operation, is_shown, method, path, target, body }
}

/// Returns the sample for the operation with this method and path.
pub fn of(method: &str, path: &str) -> &'static Sample {
    SAMPLES.iter().find(|sample| (sample.method, sample.path) == (method, path)).unwrap()
}

impl Sample {
    /// Returns the path and the query. In the result, `id` replaces every `SAMPLE_ID`.
    pub fn target(&self, id: &str) -> String {
        self.target.replace(SAMPLE_ID, id)
    }

    /// Returns the body. In the result, `id` replaces every `SAMPLE_ID`. If the event has no body, the result is
    /// `null`.
    pub fn body(&self, id: &str) -> Value {
        serde_json::from_str(&self.body.to_string().replace(SAMPLE_ID, id)).unwrap()
    }

    /// True if the operation changes data.
    pub fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// True if the request contains the id of a todo.
    pub fn names_a_todo(&self) -> bool {
        self.target.contains(SAMPLE_ID) || self.body.to_string().contains(SAMPLE_ID)
    }
}

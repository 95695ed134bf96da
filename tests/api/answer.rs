//! What tests read from HTTP answers.

use serde_json::{Value, json};

use super::harness::{Answer, Api};

impl Answer {
    /// The ids of the todos in the answer.
    pub fn ids(&self) -> Vec<String> {
        let todos = self.body["todos"].as_array().expect("an answer with todos");
        todos.iter().map(|todo| todo["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The id of the change that the request made.
    #[track_caller]
    pub fn change_id(&self) -> String {
        self.body["change"]["id"].as_str().unwrap_or_else(|| panic!("no change in {}", self.text)).to_owned()
    }

    /// Asserts that the answer is a complete problem document (RFC 9457) with this status and code.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        assert_eq!(self.body["status"], status, "{}", self.text);
        assert_eq!(self.body["code"], code, "{}", self.text);
        assert_eq!(self.body["type"], format!("urn:todo-action:problem:{code}"));
        for member in ["title", "detail"] {
            assert!(self.body[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {}", self.text);
        }
        assert!(self.text.chars().count() < 100_000);
    }

    /// Asserts that the answer reports an error at `path`, and that the message of this error contains `says`.
    #[track_caller]
    pub fn assert_error(&self, path: &str, says: &str) {
        let errors = self.body["errors"].as_array().unwrap_or_else(|| panic!("no errors in {}", self.text));
        let is_about = |error: &Value| {
            error["path"] == path || error["also"].as_array().is_some_and(|also| also.contains(&json!(path)))
        };
        let about = errors.iter().filter(|error| is_about(error));
        let said = about.filter_map(|error| error["message"].as_str()).any(|message| message.contains(says));
        assert!(said, "no error at {path:?} says {says:?}: {}", self.text);
    }
}

/// The body of `updateTodos` with the same edit for each of these todos.
pub fn same_edit(ids: &[String], edit: &Value) -> Value {
    let with_id = |id: &String| {
        let mut edit = edit.clone();
        edit["id"] = json!(id);
        edit
    };
    json!({"todos": ids.iter().map(with_id).collect::<Vec<_>>()})
}

impl Api {
    /// Reads all pages, and returns all todos with this status. A listing leaves out some fields, so this function then
    /// reads each todo with a request of its own.
    pub async fn all(&self, status: &str) -> Vec<Value> {
        let mut todos = self.listed(status).await;
        for todo in &mut todos {
            let answer = self.get(&format!("/todos/{}", todo["id"].as_str().unwrap())).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            *todo = answer.body["todo"].clone();
        }
        todos
    }

    /// Reads all pages, and returns all todos with this status, as a listing shows them.
    pub async fn listed(&self, status: &str) -> Vec<Value> {
        let mut todos = Vec::new();
        let mut cursor = String::new();
        loop {
            let answer = self.get(&format!("/todos?status={status}&limit=100&cursor={cursor}")).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            todos.extend(answer.body["todos"].as_array().unwrap().iter().cloned());
            match answer.body["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => return todos,
            }
        }
    }

    /// Returns all data that the API shows to this owner. A refused request must not change this data.
    pub async fn everything(&self) -> Value {
        let changes = self.get("/changes").await;
        assert_eq!(changes.status, 200, "{}", changes.text);
        json!({
            "open": self.all("open").await,
            "completed": self.all("completed").await,
            "deleted": self.all("deleted").await,
            "changes": changes.body["changes"],
            "settings": self.get("/settings").await.body["settings"],
        })
    }
}

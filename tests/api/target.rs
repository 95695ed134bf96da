//! An owner with one todo to aim bad requests at.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::harness::{Answer, Api};

/// A todo to aim at, and a valid body for each operation that takes one.
pub struct Target {
    pub api: Api,
    pub id: String,
    before: Value,
}

impl Target {
    pub async fn new() -> Self {
        let api = Api::new();
        let id = api.add(&["Buy milk"]).await.remove(0);
        let before = api.everything().await;
        Self { api, id, before }
    }

    pub fn path(&self, path: &str) -> String {
        path.replace("{id}", &self.id)
    }

    /// The same with the query that the operation needs.
    pub fn address(&self, method: &str, path: &str) -> String {
        let query = if (method, path) == ("DELETE", "/todos") { format!("?ids={}", self.id) } else { String::new() };
        format!("{}{query}", self.path(path))
    }

    pub fn body(&self, method: &str, path: &str) -> Value {
        match (method, path) {
            ("POST", "/todos") => json!({"todos": [{"title": "Buy eggs"}]}),
            ("PATCH", "/todos") => json!({"todos": [{"id": self.id, "title": "Buy eggs"}]}),
            ("PATCH", "/settings") => json!({"week_start": "sun"}),
            ("PATCH", _) => json!({"title": "Buy eggs"}),
            _ => json!({}),
        }
    }

    pub async fn raw(&self, method: &str, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        let request =
            Request::builder().method(method).uri(self.address(method, path)).header("content-type", content_type);
        self.api.raw(request.body(body.into()).unwrap()).await
    }

    #[track_caller]
    pub fn assert_untouched(&self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move { assert_eq!(self.api.everything().await, self.before, "something changed before {caller}") }
    }
}

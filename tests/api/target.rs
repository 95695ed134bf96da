//! Creates an owner and one todo for a test. The test sends bad requests that try to change this todo.

use axum::{body::Body, http::Request};
use serde_json::Value;

use super::{
    harness::{Answer, Api},
    samples,
};

/// The todo that bad requests try to change. The methods return a valid path and a valid body for each operation.
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

    /// Returns a valid path for the operation. If the operation needs a query, the result also contains a valid query.
    pub fn address(&self, method: &str, path: &str) -> String {
        samples::of(method, path).target(&self.id)
    }

    /// Returns a valid body for the operation.
    pub fn body(&self, method: &str, path: &str) -> Value {
        samples::of(method, path).body(&self.id)
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

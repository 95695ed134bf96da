//! An assistant that calls the operations: as tools of `/mcp`, or as HTTP requests.

use std::sync::LazyLock;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use todo_action::config::Auth;
use todo_action::domain::api_key::{ApiKey, KeyName};
use todo_action::domain::owner::Owner;

use super::harness::Api;

/// The method and path of each operation in the document, by its name.
static OPERATIONS: LazyLock<Vec<(String, String, String)>> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            operations.push((name, method.to_uppercase(), path.clone()));
        }
    }
    operations
});

/// How an assistant calls the service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// As a tool of `/mcp`.
    Mcp,
    /// As an HTTP request, as the OpenAPI document describes it.
    Rest,
}

/// An assistant with its own API key, and the number of its calls.
pub struct Assistant {
    api: Api,
    key: ApiKey,
    way: Way,
    calls: usize,
}

/// The assistants with these names. All of them work for the same person, and call tools.
pub async fn assistants<const COUNT: usize>(names: [&str; COUNT]) -> [Assistant; COUNT] {
    assistants_by(Way::Mcp, names).await
}

/// The assistants with these names. All of them work for the same person, and call the service in this way.
pub async fn assistants_by<const COUNT: usize>(way: Way, names: [&str; COUNT]) -> [Assistant; COUNT] {
    let api = Api::configured(|config| config.auth = Auth::ApiKey);
    let owner = Owner::parse(&format!("owner-{}", api.app.ids.change().as_str())).unwrap();
    let mut made = Vec::new();
    for name in names {
        let key = api.app.ids.api_key();
        let record = key.record(owner.clone(), KeyName::parse(name).unwrap(), api.app.clock.now(), None);
        api.app.store.add_key(&record).await.unwrap();
        made.push(Assistant { api: api.clone(), key, way, calls: 0 });
    }
    made.try_into().unwrap_or_else(|_| unreachable!("one assistant for each name"))
}

impl Assistant {
    /// Calls an operation. The call must succeed. Returns the answer.
    pub async fn call(&mut self, operation: &str, arguments: Value) -> Value {
        self.calls += 1;
        let (succeeded, answer) = self.answer(operation, arguments.clone()).await;
        assert!(succeeded, "{operation} {arguments}: {answer}");
        answer
    }

    /// Calls an operation. The service must refuse the call. Returns the problem document.
    pub async fn refused(&mut self, operation: &str, arguments: Value) -> Value {
        self.calls += 1;
        let (succeeded, answer) = self.answer(operation, arguments.clone()).await;
        assert!(!succeeded, "{operation} {arguments}: {answer}");
        answer
    }

    /// The person says something new: the calls count from 0 again.
    pub fn hears(&mut self, _wish: &str) {
        self.calls = 0;
    }

    /// Asserts that the assistant has needed at most two calls for the wish.
    #[track_caller]
    pub fn needed_at_most_two_calls(&self) {
        assert!(self.calls <= 2, "the assistant needed {} calls", self.calls);
    }

    /// The titles of all todos with this status, sorted. This is what the person sees, so it does not count as a call
    /// of the assistant.
    pub async fn titles(&self, status: &str) -> Vec<String> {
        let todos = self.todos_with(status).await;
        let mut titles: Vec<_> = todos.iter().map(|todo| todo["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles
    }

    /// The list, status and title of all todos, sorted, such as `Work / open / Call Ann`. This is what the person sees.
    pub async fn todos(&self) -> Vec<String> {
        let mut todos = Vec::new();
        for status in ["open", "completed", "deleted"] {
            for todo in self.todos_with(status).await {
                todos.push(format!(
                    "{} / {status} / {}",
                    todo["list"].as_str().unwrap(),
                    todo["title"].as_str().unwrap()
                ));
            }
        }
        todos.sort();
        todos
    }

    /// The lists in the overview, such as `Work 2`. The 2 is the number of open todos.
    pub async fn lists(&self) -> Vec<String> {
        let (_, overview) = self.answer("getOverview", json!({})).await;
        let lists = overview["lists"].as_array().unwrap().clone();
        lists.iter().map(|list| format!("{} {}", list["name"].as_str().unwrap(), list["open"])).collect()
    }

    /// All todos with this status. This is what the person sees, so it does not count as a call of the assistant. A
    /// listing leaves out the usual status and the usual priority, so this function adds them.
    pub async fn todos_with(&self, status: &str) -> Vec<Value> {
        let (mut todos, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let arguments = json!({"status": status, "limit": 100, "cursor": cursor});
            let (_, page) = self.answer("getTodos", arguments).await;
            todos.extend(page["todos"].as_array().unwrap().iter().map(|todo| {
                let mut whole = json!({"status": "open", "priority": "normal"});
                whole.as_object_mut().unwrap().extend(todo.as_object().unwrap().clone());
                whole
            }));
            cursor = page["next_cursor"].clone();
            if cursor.is_null() {
                return todos;
            }
        }
    }

    /// The time passes.
    pub fn wait(&self, span: jiff::Span) {
        self.api.clock.advance(span);
    }

    /// The clock shows this local time in UTC.
    pub fn set_clock(&self, local: &str) {
        self.api.clock.set(local, "UTC");
    }

    /// Calls an operation without counting the call. Returns whether the call succeeded, and the answer or the problem
    /// document.
    pub async fn answer(&self, operation: &str, arguments: Value) -> (bool, Value) {
        match self.way {
            Way::Mcp => self.tool_call(operation, arguments).await,
            Way::Rest => self.request(operation, arguments).await,
        }
    }

    async fn tool_call(&self, tool: &str, arguments: Value) -> (bool, Value) {
        let result = self.mcp("tools/call", json!({"name": tool, "arguments": arguments})).await;
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        let succeeded = result["isError"] == false;
        assert!(!succeeded || text == result["structuredContent"], "both forms of an answer say the same: {result}");
        (succeeded, text)
    }

    /// Sends a message to `/mcp`. Returns the result.
    pub async fn mcp(&self, method: &str, parameters: Value) -> Value {
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters});
        let request = Request::post("/mcp")
            .header("host", "todo.test")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-11-25")
            .header("authorization", format!("Bearer {}", self.key.secret()));
        let answer = self.api.raw(request.body(Body::from(call.to_string())).unwrap()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["result"].clone()
    }

    async fn request(&self, operation: &str, mut arguments: Value) -> (bool, Value) {
        let (_, method, path) = OPERATIONS.iter().find(|(name, ..)| name == operation).unwrap();
        let fields = arguments.as_object_mut().unwrap();
        let mut path = path.clone();
        if path.contains("{id}") {
            path = path.replace("{id}", fields.remove("id").unwrap().as_str().unwrap());
        }
        let mut body = Value::Null;
        if matches!(&**method, "GET" | "DELETE") {
            path = format!("{path}?{}", query(&arguments));
        } else {
            body = arguments;
        }
        let authorization = format!("Bearer {}", self.key.secret());
        let answer = self.api.send(method, &path, body, &[("authorization", &authorization)]).await;
        (answer.status.is_success(), answer.body)
    }
}

/// The arguments as a query. Commas separate several values. Arguments with `null` are left out.
fn query(arguments: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in arguments.as_object().unwrap().iter().filter(|(_, value)| !value.is_null()) {
        let values = value.as_array().map_or_else(|| vec![text(value)], |values| values.iter().map(text).collect());
        query.append_pair(name, &values.join(","));
    }
    query.finish()
}

//! An assistant that calls the tools of `/mcp`.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use todo_action::config::Auth;
use todo_action::domain::api_key::{ApiKey, KeyName};
use todo_action::domain::owner::Owner;

use super::harness::Api;

/// An assistant with its own API key, and the number of its calls.
pub struct Assistant {
    api: Api,
    key: ApiKey,
    calls: usize,
}

/// The assistants with these names. All of them work for the same person.
pub async fn assistants<const COUNT: usize>(names: [&str; COUNT]) -> [Assistant; COUNT] {
    let api = Api::configured(|config| config.auth = Auth::ApiKey);
    let owner = Owner::parse(&format!("owner-{}", api.app.ids.change().as_str())).unwrap();
    let mut made = Vec::new();
    for name in names {
        let key = api.app.ids.api_key();
        let record = key.record(owner.clone(), KeyName::parse(name).unwrap(), api.app.clock.now(), None);
        api.app.store.add_key(&record).await.unwrap();
        made.push(Assistant { api: api.clone(), key, calls: 0 });
    }
    made.try_into().unwrap_or_else(|_| unreachable!("one assistant for each name"))
}

impl Assistant {
    /// Calls a tool. The call must succeed. Returns the answer.
    pub async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.calls += 1;
        let result = self.result(tool, arguments.clone()).await;
        assert_eq!(result["isError"], false, "{tool} {arguments}: {result}");
        result["structuredContent"].clone()
    }

    /// Calls a tool. The service must refuse the call. Returns the problem document.
    pub async fn refused(&mut self, tool: &str, arguments: Value) -> Value {
        self.calls += 1;
        let result = self.result(tool, arguments.clone()).await;
        assert_eq!(result["isError"], true, "{tool} {arguments}: {result}");
        serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
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

    /// The titles of all todos with this status, sorted. The person sees this state. This is not a call of the
    /// assistant.
    pub async fn titles(&self, status: &str) -> Vec<String> {
        let todos = self.todos_with(status).await;
        let mut titles: Vec<_> = todos.iter().map(|todo| todo["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles
    }

    /// The list, status and title of all todos, sorted, such as `Work / open / Call Ann`. The person sees this state.
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

    /// The lists in the overview, such as `Work 2`. The number is the number of open todos.
    pub async fn lists(&self) -> Vec<String> {
        let overview = self.result("getOverview", json!({})).await;
        let lists = overview["structuredContent"]["lists"].as_array().unwrap().clone();
        lists.iter().map(|list| format!("{} {}", list["name"].as_str().unwrap(), list["open"])).collect()
    }

    /// All todos with this status. The person sees this state. This is not a call of the assistant. A listing leaves out
    /// a usual status and a usual priority. This function adds them.
    pub async fn todos_with(&self, status: &str) -> Vec<Value> {
        let (mut todos, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let page = self.result("getTodos", json!({"status": status, "limit": 100, "cursor": cursor})).await;
            let page = &page["structuredContent"];
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

    async fn result(&self, tool: &str, arguments: Value) -> Value {
        let call = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments},
        });
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
}

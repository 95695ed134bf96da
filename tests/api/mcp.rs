//! Tests `/mcp`: the old versions of the protocol, the new version, access, and errors. Only clients of the old
//! versions call the method `initialize`.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use todo_action::{
    config::Auth,
    domain::{api_key::KeyName, owner::Owner},
};

use super::harness::{Answer, Api};

/// A client of `/mcp`. The field `version` says which version of MCP the client uses.
#[derive(Clone)]
pub struct Client {
    pub api: Api,
    pub version: &'static str,
    pub headers: Vec<(&'static str, String)>,
}

pub const OLD: &str = "2025-11-25";
pub const NEW: &str = "2026-07-28";

impl Client {
    pub fn new(api: &Api, version: &'static str) -> Self {
        Self { api: api.clone(), version, headers: vec![("host", "todo.test".to_owned())] }
    }

    /// Returns a copy of the client. The copy sends this header with this value.
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.retain(|(known, _)| *known != name);
        changed.headers.push((name, value.to_owned()));
        changed
    }

    /// Sends this text to `/mcp` as the body of a request.
    pub async fn send(&self, text: &str) -> Answer {
        let mut request = Request::builder().method("POST").uri("/mcp");
        let usual = [
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", self.version),
        ];
        let own = |name: &str| self.headers.iter().any(|(known, _)| *known == name);
        for (name, value) in usual.into_iter().filter(|(name, _)| !own(name)) {
            request = request.header(name, value);
        }
        for (name, value) in self.headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, value);
        }
        self.api.raw(request.body(Body::from(text.to_owned())).unwrap()).await
    }

    /// Sends an MCP request by the rules of the client's protocol version.
    pub async fn ask(&self, method: &'static str, mut params: Value) -> Answer {
        let mut client = self.clone();
        if self.version == NEW {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": NEW,
                "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {},
            });
            client = client.with("mcp-method", method);
            if let Some(name) = params["name"].as_str().or(params["uri"].as_str()) {
                client = client.with("mcp-name", name);
            }
        }
        client.send(&json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }).to_string()).await
    }

    /// Calls a method of MCP, and returns its result.
    pub async fn result(&self, method: &'static str, params: Value) -> Value {
        let answer = self.ask(method, params).await;
        assert_eq!((answer.status.as_u16(), &answer.body["id"]), (200, &json!(7)), "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/json");
        assert!(answer.body["result"].is_object(), "{}", answer.text);
        answer.body["result"].clone()
    }

    /// Calls a tool, and returns its result.
    pub async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.result("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Calls a tool. The call must succeed. Returns the structured content of the result.
    pub async fn structured(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], false, "{result}");
        let text = result["content"][0]["text"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), result["structuredContent"], "the same as text");
        result["structuredContent"].clone()
    }

    /// Calls a tool. The call must fail. Returns the problem document.
    pub async fn problem(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], true, "{result}");
        // Clients check structured content against the output schema of the tool. A problem document does not fit the
        // output schema.
        assert!(result.get("structuredContent").is_none(), "{result}");
        serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
    }
}

/// Asserts that the answer is a JSON-RPC error with this status and code. Returns the message of the error.
#[track_caller]
fn assert_refused(answer: &Answer, status: u16, code: i64) -> &str {
    assert_eq!((answer.status.as_u16(), &answer.body["error"]["code"]), (status, &json!(code)), "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/json");
    answer.body["error"]["message"].as_str().unwrap()
}

#[tokio::test]
async fn a_client_says_hello_in_the_version_that_it_speaks() {
    let api = Api::new();
    for (asked, answered) in [(OLD, OLD), ("2025-06-18", "2025-06-18"), ("2025-03-26", "2025-03-26")] {
        let client = Client::new(&api, asked);
        let params = json!({"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        let hello = client.result("initialize", params).await;
        assert_eq!(hello["protocolVersion"], answered, "{hello}");
        assert_eq!(
            hello["capabilities"],
            json!({"tools": {}, "resources": {}, "extensions": {"io.modelcontextprotocol/ui": {}}})
        );
        assert_eq!(hello["serverInfo"]["name"], "todo-action");
        assert_eq!(hello["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(hello["serverInfo"]["icons"][0]["mimeType"], "image/svg+xml");
        assert!(hello["serverInfo"]["icons"][0]["src"].as_str().unwrap().starts_with("data:image/svg+xml;base64,"));
        assert!(hello.get("resultType").is_none(), "{hello}");
    }
}

/// Some clients show a model only the first 512 characters.
#[tokio::test]
async fn the_first_512_characters_of_the_instructions_say_what_matters_most() {
    let client = Client::new(&Api::new(), NEW);
    let found = client.result("server/discover", json!({})).await;
    let instructions = found["instructions"].as_str().unwrap();
    let first: String = instructions.chars().take(512).collect();
    for said in [
        "A person's TODO list.",
        "into one call.",
        "Lists go by name.",
        "never guess an id and never show one.",
        "call undoChange: every change can be undone for 30 days.",
        "does not remind, notify or share by itself",
        "has time_zone_not_set, ask the person for the time zone, and set it with updateSettings.",
    ] {
        assert!(first.contains(said), "{said} is not in: {first}");
    }
    assert!(instructions.chars().count() <= 700, "{instructions}");
}

#[tokio::test]
async fn initialize_is_answered_whatever_version_its_header_names() {
    let api = Api::new();
    for header in ["2025-03-26", "2025-06-18", OLD, NEW, "2099-01-01", "1999-01-01", "x", ""] {
        for (asked, answered) in [(OLD, OLD), ("2025-06-18", "2025-06-18"), ("2099-01-01", OLD), (NEW, OLD)] {
            let client = Client::new(&api, OLD).with("mcp-protocol-version", header);
            let params =
                json!({"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
            let hello = client.result("initialize", params).await;
            assert_eq!(hello["protocolVersion"], answered, "{header:?} {asked}: {hello}");
        }
    }
}

#[tokio::test]
async fn a_client_that_does_not_initialize_discovers_the_server() {
    let client = Client::new(&Api::new(), NEW);
    let found = client.result("server/discover", json!({})).await;
    let versions = found["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!(NEW)) && versions.contains(&json!(OLD)), "{found}");
    assert_eq!((&found["resultType"], &found["cacheScope"]), (&json!("complete"), &json!("public")));
    assert!(found["ttlMs"].as_u64().unwrap() > 0 && found["instructions"].is_string(), "{found}");
    let listed = client.result("tools/list", json!({})).await;
    assert_eq!((&listed["resultType"], &listed["cacheScope"]), (&json!("complete"), &json!("public")));
    assert!(listed["ttlMs"].as_u64().unwrap() > 0);
    assert_eq!(client.call("getTodos", json!({})).await["resultType"], "complete");
}

#[tokio::test]
async fn headers_of_the_new_era_have_to_say_what_the_message_says() {
    let client = Client::new(&Api::new(), NEW);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": NEW,
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let call =
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "getTodos", "_meta": meta}});
    let sound = client.with("mcp-method", "tools/call").with("mcp-name", "getTodos");
    assert_eq!(sound.send(&call.to_string()).await.status, 200);
    for wrong in [
        sound.with("mcp-method", "tools/list"),
        sound.with("mcp-name", "addTodos"),
        sound.with("mcp-name", ""),
        sound.with("mcp-method", ""),
        sound.with("mcp-protocol-version", OLD),
        sound.with("mcp-protocol-version", ""),
    ] {
        assert_refused(&wrong.send(&call.to_string()).await, 400, -32020);
    }
    let mut unknown = call.clone();
    unknown["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2099-01-01");
    let answer = sound.with("mcp-protocol-version", "2099-01-01").send(&unknown.to_string()).await;
    assert_refused(&answer, 400, -32022);
    assert!(answer.body["error"]["data"]["supported"].as_array().unwrap().contains(&json!(NEW)), "{}", answer.text);
}

#[tokio::test]
async fn a_notification_is_accepted_and_not_answered() {
    for version in [OLD, NEW] {
        let client = Client::new(&Api::new(), version).with("mcp-method", "notifications/initialized");
        let answer = client.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
    }
}

#[tokio::test]
async fn what_the_server_does_not_have_is_a_method_that_does_not_exist() {
    let api = Api::new();
    let methods = [
        "prompts/list",
        "prompts/get",
        "resources/subscribe",
        "completion/complete",
        "logging/setLevel",
        "tasks/get",
        "nonsense",
    ];
    for method in methods {
        let params = json!({"uri": "a", "ref": {"type": "ref/prompt", "name": "a"}, "argument": {"name": "a", "value": "b"}, "level": "info", "taskId": "a"});
        assert_refused(&Client::new(&api, OLD).ask(method, params.clone()).await, 200, -32601);
        let new = Client::new(&api, NEW).with("mcp-name", "a");
        assert_refused(&new.ask(method, params).await, 404, -32601);
    }
    assert_eq!(Client::new(&api, OLD).result("ping", json!({})).await, json!({}));
    for removed in ["initialize", "ping"] {
        assert_refused(&Client::new(&api, NEW).ask(removed, json!({})).await, 404, -32601);
    }
}

#[tokio::test]
async fn what_is_no_message_is_an_error_of_json_rpc() {
    let client = Client::new(&Api::new(), OLD);
    assert!(assert_refused(&client.send("{\"jsonrpc\":").await, 400, -32700).contains("line 1"));
    for text in ["[]", "3", "{}", r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, r#"{"id":1,"method":"ping"}"#] {
        assert_refused(&client.send(text).await, 400, -32600);
    }
    assert_refused(&client.send(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await, 400, -32600);
    for params in [json!({}), json!({"name": "addTodos", "arguments": "x"}), json!({"name": 3})] {
        assert_refused(&client.ask("tools/call", params).await, 200, -32602);
    }
    let unknown = client.ask("tools/call", json!({"name": "dropTables"})).await;
    assert!(assert_refused(&unknown, 200, -32602).contains("dropTables"));
    let answer = client.with("mcp-protocol-version", "1999-01-01").ask("tools/list", json!({})).await;
    assert!(assert_refused(&answer, 400, -32600).contains("1999-01-01"));
    assert_eq!(answer.body["id"], 7);
}

#[tokio::test]
async fn what_cannot_be_read_as_http_is_a_problem_document() {
    let client = Client::new(&Api::new(), OLD);
    client.with("content-type", "text/plain").send("{}").await.assert_problem(415, "not_json");
    client.send(&" ".repeat(1_100_000)).await.assert_problem(413, "too_large");
    for method in ["GET", "DELETE", "PUT"] {
        let answer = client.api.send(method, "/mcp", Value::Null, &[("host", "todo.test")]).await;
        answer.assert_problem(405, "method_not_allowed");
        assert_eq!(answer.headers["allow"], "POST");
    }
    // A client without an `Accept` header must get an answer too.
    assert_eq!(client.with("accept", "").ask("tools/list", json!({})).await.status, 200);
}

#[tokio::test]
async fn only_the_own_host_and_no_page_of_another_site_is_answered() {
    let client = Client::new(&Api::new(), OLD);
    for host in ["evil.example", "todo.test.evil.example", "todo.test:8080", ""] {
        client.with("host", host).ask("tools/list", json!({})).await.assert_problem(403, "foreign_origin");
    }
    for origin in ["https://evil.example", "null", "https://todo.test.evil.example"] {
        client.with("origin", origin).ask("tools/list", json!({})).await.assert_problem(403, "foreign_origin");
    }
    let own = client.with("origin", "https://todo.test").with("host", "TODO.test:443");
    assert_eq!(own.ask("tools/list", json!({})).await.status, 200);
    let nameless = Client::new(&Api::configured(|config| config.public_url = None), OLD);
    nameless.ask("tools/list", json!({})).await.assert_problem(500, "no_public_url");
}

#[tokio::test]
async fn nobody_gets_in_without_a_key_and_everybody_gets_their_own_list() {
    let api = Api::configured(|config| config.auth = Auth::ApiKey);
    let client = Client::new(&api, OLD);
    for text in ["{", "nonsense", r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#] {
        let answer = client.send(text).await;
        answer.assert_problem(401, "no_credential");
        assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer "));
    }
    let stranger = format!("Bearer {}", api.app.ids.api_key().secret());
    client.with("authorization", &stranger).ask("tools/list", json!({})).await.assert_problem(401, "bad_credential");

    let mut clients = Vec::new();
    for at in 0..2 {
        let key = api.app.ids.api_key();
        let owner = Owner::parse(&format!("owner-{}", api.app.ids.change().as_str())).unwrap();
        let record = key.record(owner, KeyName::parse("test").unwrap(), api.app.clock.now(), None);
        api.app.store.add_key(&record).await.unwrap();
        clients.push(match at {
            0 => client.with("authorization", &format!("Bearer {}", key.secret())),
            _ => client.with("x-api-key", key.secret()),
        });
    }
    clients[0].structured("addTodos", json!({"todos": [{"title": "secret"}]})).await;
    assert_eq!(clients[0].structured("getTodos", json!({})).await["todos"][0]["title"], "secret");
    assert_eq!(clients[1].structured("getTodos", json!({})).await["todos"], json!([]));
}

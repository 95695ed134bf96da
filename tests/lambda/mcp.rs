//! Tests MCP through API Gateway, and through the other AWS services in front of the function.

use serde_json::{Value, json};

use super::{
    events::{Door, Reply},
    runtime_api::{Lambda, new_key},
};

const VERSION: (&str, &str) = ("mcp-protocol-version", "2025-11-25");

/// Sends a JSON-RPC message to `/mcp`. The request has the headers that every MCP client sends, and also the
/// headers in `headers`.
fn send(lambda: &Lambda, door: Door, message: &Value, headers: &[(&'static str, &str)]) -> Reply {
    let ask = door.ask("POST", "/mcp").json(message).header("accept", "application/json, text/event-stream");
    lambda.send([&[VERSION], headers].concat().into_iter().fold(ask, |ask, (name, value)| ask.header(name, value)))
}

fn request(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

/// Runs an MCP session: `initialize`, the notification after `initialize`, the list of tools, and tool calls.
fn session(lambda: &Lambda, door: Door, headers: &[(&'static str, &str)]) {
    let hello =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let hello = send(lambda, door, &request("initialize", &hello), headers);
    hello.assert_json(200);
    assert_eq!(hello.body["result"]["protocolVersion"], "2025-11-25", "{door:?}: {}", hello.text);
    assert_eq!(hello.body["result"]["serverInfo"]["name"], "todo-action");

    let noted = send(lambda, door, &json!({"jsonrpc": "2.0", "method": "notifications/initialized"}), headers);
    assert_eq!((noted.status, noted.text.as_str()), (202, ""), "{door:?}");

    let listed = send(lambda, door, &request("tools/list", &json!({})), headers);
    assert_eq!(listed.body["result"]["tools"].as_array().expect("tools").len(), operations() + 1, "{}", listed.text);

    let call = |name: &str, arguments: Value| {
        let reply = send(lambda, door, &request("tools/call", &json!({"name": name, "arguments": arguments})), headers);
        reply.assert_json(200);
        reply
    };
    let title = format!("Behind {door:?}");
    let added = call("addTodos", json!({"todos": [{"title": title}], "allow_duplicate": true}));
    assert_eq!(added.body["result"]["isError"], false, "{}", added.text);
    let id = &added.body["result"]["structuredContent"]["todos"][0]["id"];
    let found = call("getTodo", json!({ "id": id }));
    assert_eq!(found.body["result"]["structuredContent"]["todo"]["title"], title, "{}", found.text);
    let refused = call("getTodo", json!({"id": "nonsense"}));
    assert_eq!(refused.body["result"]["isError"], true, "{}", refused.text);
    let problem = refused.body["result"]["content"][0]["text"].as_str().expect("a text");
    assert_eq!(serde_json::from_str::<Value>(problem).expect("JSON")["code"], "not_found");
}

#[test]
fn a_client_has_a_session_through_every_door_that_vouches_for_its_domain() {
    let lambda = Lambda::start();
    for door in [Door::HttpApi, Door::RestApi, Door::FunctionUrl] {
        session(&lambda, door, &[]);
    }
}

#[test]
fn a_client_has_a_session_through_every_door_to_the_public_url() {
    let lambda = Lambda::start_with(&[("PUBLIC_URL", Some("https://todo.example.net"))]);
    for door in Door::ALL {
        session(&lambda, door, &[("host", "todo.example.net")]);
    }
}

#[test]
fn a_client_with_a_key_has_a_session_and_one_without_is_told_to_have_one() {
    let lambda = Lambda::start_with(&[("AUTH_MODE", None)]);
    let key = new_key();
    let bearer = format!("Bearer {}", key.secret());
    session(&lambda, Door::HttpApi, &[("authorization", &bearer)]);
    for message in [request("tools/list", &json!({})), json!("nonsense")] {
        let refused = send(&lambda, Door::HttpApi, &message, &[]);
        refused.assert_problem(401, "no_credential");
        assert!(refused.headers["www-authenticate"].starts_with("Bearer "));
    }
    let output = lambda.stop().output();
    assert!(!output.contains(key.secret()), "{output}");
}

#[test]
fn another_host_and_a_page_of_another_site_are_refused() {
    let lambda = Lambda::start();
    let message = request("tools/list", &json!({}));
    for door in [Door::HttpApi, Door::RestApi, Door::FunctionUrl] {
        for wrong in [("host", "evil.example"), ("origin", "https://evil.example"), ("origin", "null")] {
            send(&lambda, door, &message, &[wrong]).assert_problem(403, "foreign_origin");
        }
        let own = format!("https://{}", door.domain());
        assert_eq!(send(&lambda, door, &message, &[("origin", &own)]).status, 200);
    }
    send(&lambda, Door::LoadBalancer, &message, &[]).assert_problem(500, "no_public_url");
}

#[test]
fn only_post_is_taken_in_one_era_and_the_other() {
    let lambda = Lambda::start();
    for method in ["GET", "DELETE"] {
        let refused = lambda.send(Door::HttpApi.ask(method, "/mcp"));
        refused.assert_problem(405, "method_not_allowed");
        assert_eq!(refused.headers["allow"], "POST");
    }
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let headers = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "server/discover")];
    let found = send(&lambda, Door::HttpApi, &request("server/discover", &json!({ "_meta": meta })), &headers);
    found.assert_json(200);
    assert_eq!(found.body["result"]["resultType"], "complete", "{}", found.text);
    send(&lambda, Door::HttpApi, &json!([]), &[]).assert_json(400);
}

#[test]
fn a_call_has_one_line_and_that_is_about_the_operation() {
    let lambda = Lambda::start();
    let call = |name: &str, arguments: Value| {
        let message = request("tools/call", &json!({"name": name, "arguments": arguments}));
        send(&lambda, Door::HttpApi, &message, &[]).request_id
    };
    let added = call("addTodos", json!({"todos": [{"title": "Zahnarzt-Titel"}]}));
    let refused = call("addTodos", json!({"todos": [{"titel": "Zahnarzt-Titel"}]}));
    let only_answered = call("getSettings", json!({}));
    let listed = send(&lambda, Door::HttpApi, &request("tools/list", &json!({})), &[]).request_id;
    let remains = lambda.stop();
    let lines: Vec<Value> = remains.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    for (id, operation, status, through) in [
        (added, "addTodos", 201, json!("mcp")),
        (refused, "addTodos", 422, json!("mcp")),
        (only_answered, "getSettings", 200, json!("mcp")),
        (listed, "/mcp", 200, Value::Null),
    ] {
        let about: Vec<_> = lines.iter().filter(|line| line["request_id"] == id).collect();
        assert_eq!(about.len(), 1, "{operation}: {about:?}");
        let line = about[0];
        assert_eq!((&line["operation"], &line["status"]), (&json!(operation), &json!(status)), "{line}");
        assert_eq!(line["through"], through, "{line}");
        assert_eq!(
            line["dynamodb_calls"].as_u64().expect("a number") > 0,
            operation != "/mcp" && status < 300,
            "{line}"
        );
    }
    // The output must contain no text of a todo and no log line of the MCP SDK.
    assert!(!remains.output().contains("Zahnarzt") && !remains.output().contains("rmcp"), "{}", remains.output());
}

/// Returns the number of operations in the OpenAPI document.
fn operations() -> usize {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).expect("openapi.json is JSON");
    document["paths"].as_object().expect("paths").values().filter_map(Value::as_object).map(|path| path.len()).sum()
}

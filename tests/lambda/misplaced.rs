//! Tests what happens if an API key or a token is in the wrong place. A client can put an API key or a token into every
//! part of a request. The log must never contain this API key or this token.

use serde_json::{Value, json};
use todo_action::{app::Ids, domain::address::AddressKind};

use super::{
    events::{Ask, Door},
    runtime_api::{Lambda, Outcome},
};

/// Headers that our code or a library reads, and one header that no code reads.
const HEADERS: [&str; 30] = [
    "accept",
    "accept-language",
    "authorization",
    "content-encoding",
    "content-type",
    "cookie",
    "forwarded",
    "host",
    "idempotency-key",
    "if-match",
    "last-event-id",
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
    "mcp-session-id",
    "openai-conversation-id",
    "openai-ephemeral-user-id",
    "openai-gpt-id",
    "origin",
    "referer",
    "traceparent",
    "tracestate",
    "user-agent",
    "x-amzn-trace-id",
    "x-api-key",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
    "x-whatever",
];

/// Returns one of our API keys, the secret of a calendar feed, and three tokens like the tokens of other services: a
/// JWT, hexadecimal digits and a UUID.
fn secrets() -> [String; 5] {
    [
        Ids::random().api_key().secret().to_owned(),
        Ids::random().address(AddressKind::Feed).reveal().to_owned(),
        "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJhZGEiLCJleHAiOjE3OTU2ODAwMDB9.c2lnbmF0dXJlLUVYQU1QTEU"
            .to_owned(),
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b".to_owned(),
        "6740a3f2-9c1b-4e7d-8f00-a1b2c3d4e5f6".to_owned(),
    ]
}

/// Returns requests that contain the secret. Together, these requests contain the secret in each part that a client can
/// fill.
fn everywhere(door: Door, secret: &str) -> Vec<Ask> {
    let todo = json!({"todos": [{"title": secret, "notes": secret, "list": secret, "tags": [secret]}]});
    let message =
        |method: &str, params: Value| json!({"jsonrpc": "2.0", "id": secret, "method": method, "params": params});
    let tool = |name: &str, arguments: Value| message("tools/call", json!({"name": name, "arguments": arguments}));
    let mut asks = vec![
        door.ask(secret, "/todos"),
        door.ask("GET", &format!("/{secret}")),
        door.ask("GET", &format!("/todos/{secret}")),
        door.ask("PATCH", &format!("/todos/{secret}")).json(&json!({"title": secret})),
        door.ask("DELETE", &format!("/todos?ids={secret}")),
        door.ask("GET", &format!("/.well-known/{secret}")),
        door.ask("GET", &format!("/oauth/authorize?client_id={secret}&state={secret}&code={secret}")),
        door.ask("GET", &format!("/oauth/callback?state={secret}&code={secret}&error={secret}&iss={secret}"))
            .header("cookie", &format!("__Host-sign-in-{secret}={secret}")),
        door.ask("GET", &format!("/oauth/consent?request={secret}")),
        door.ask("DELETE", &format!("/account/programs/{secret}")),
        door.ask("GET", &format!("/calendar/{secret}.ics?as={secret}&{secret}")),
        door.ask("GET", &format!("/downloads/{secret}")),
        door.ask("POST", "/feeds").json(&json!({"list": secret, secret: secret})),
        door.ask("POST", &format!("/feeds/{secret}/renew")),
        door.ask("DELETE", &format!("/feeds/{secret}")),
        door.ask("GET", &format!("/todos?{secret}={secret}&q={secret}&cursor={secret}&due={secret}&limit={secret}")),
        door.ask("POST", "/todos").json(&todo),
        door.ask("POST", "/todos").json(&json!({"idempotency_key": secret, "todos": [{"title": "a", "due": secret}]})),
        door.ask("POST", "/todos").json(&json!({ secret: secret, "todos": [{ secret: secret }] })),
        door.ask("POST", "/undo").json(&json!({"change_id": secret})),
        door.ask("PATCH", "/settings").json(&json!({"time_zone": secret, "default_list": secret})),
        door.ask("POST", "/todos").header("content-type", "application/json").text(secret.to_owned()),
        door.ask("POST", "/oauth/token").text(format!("grant_type={secret}&code={secret}&client_secret={secret}")),
        door.ask("POST", "/oauth/token")
            .text(format!("grant_type=refresh_token&client_id={secret}&refresh_token={secret}")),
        door.ask("POST", "/oauth/revoke").text(format!("token={secret}&client_id={secret}")),
        door.ask("POST", "/oauth/consent").text(format!("request={secret}&form_token={secret}&decision={secret}")),
        door.ask("POST", "/oauth/register").json(&json!({"client_name": secret, "redirect_uris": [secret]})),
        door.ask("POST", "/mcp").json(&message(secret, json!({ secret: secret }))),
        door.ask("POST", "/mcp").json(&tool(secret, json!({ secret: secret }))),
        door.ask("POST", "/mcp").json(&tool("getTodo", json!({"id": secret, secret: secret}))),
        door.ask("POST", "/mcp").json(&tool("addTodos", todo.clone())),
        door.ask("POST", "/mcp")
            .json(&message("initialize", json!({"protocolVersion": secret, "clientInfo": {"name": secret}}))),
        door.ask("POST", "/mcp").header("content-type", "application/json").text(secret.to_owned()),
        door.ask("GET", "/todos").header(secret, "x"),
        door.ask("POST", "/todos").in_base64(true).json(&todo),
    ];
    for header in HEADERS {
        asks.push(door.ask("GET", "/todos").header(header, secret));
        asks.push(door.ask("POST", "/mcp").json(&tool("getOverview", json!({}))).header(header, secret));
    }
    asks
}

/// Returns events that contain the secret in other parts, such as `cookies`, `requestContext` and `version`. Some of
/// these events are invalid: no AWS service sends such events.
fn in_events(door: Door, secret: &str) -> Vec<Value> {
    let event = || door.ask("GET", "/todos").event();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut event = event();
        change(&mut event);
        event
    };
    vec![
        changed(&|event| event["cookies"] = json!([secret, format!("a={secret}")])),
        changed(&|event| event["requestContext"]["http"]["userAgent"] = json!(secret)),
        changed(&|event| event["requestContext"]["identity"] = json!({"userAgent": secret, "user": secret})),
        changed(&|event| event["requestContext"]["http"]["method"] = json!(format!("{secret} x"))),
        changed(&|event| event["httpMethod"] = json!(format!("{secret} x"))),
        changed(&|event| event["headers"] = json!({ "x-a": format!("{secret}\n{secret}") })),
        changed(&|event| event["headers"] = json!({ format!("{secret} :"): secret })),
        changed(&|event| event["multiValueHeaders"] = json!({ "x-a": [format!("{secret}\r\n")] })),
        changed(&|event| event["headers"] = json!(secret)),
        changed(&|event| event["rawQueryString"] = json!([secret])),
        changed(&|event| event["version"] = json!(secret)),
        json!({ secret: secret }),
        json!(secret),
    ]
}

/// Asserts that the output and the error reports of the function contain none of the secrets.
fn assert_written_nowhere(environment: &[(&str, Option<&str>)]) {
    for door in Door::ALL {
        let lambda = Lambda::start_with(environment);
        let secrets = secrets();
        let mut reported = String::new();
        let asks = secrets.iter().flat_map(|secret| everywhere(door, secret)).map(|ask| ask.event());
        for event in asks.chain(secrets.iter().flat_map(|secret| in_events(door, secret))) {
            let (_, outcome) = lambda.invoke(event);
            assert!(!matches!(outcome, Outcome::Exited), "the process has ended");
            if let Outcome::Error { body, .. } = outcome {
                // API Gateway writes this error into its access log.
                reported.push_str(&body.to_string());
            }
        }
        let output = lambda.stop().output();
        assert!(output.lines().count() > 4 * HEADERS.len(), "{output}");
        for secret in secrets {
            assert!(
                !output.contains(&secret) && !reported.contains(&secret),
                "{secret} by {door:?}\n{output}\n{reported}"
            );
        }
    }
}

#[test]
fn a_key_in_any_part_of_a_request_is_written_nowhere() {
    assert_written_nowhere(&[]);
}

#[test]
fn a_key_is_not_logged_with_api_keys() {
    assert_written_nowhere(&[("AUTH_MODE", None)]);
}

#[test]
fn a_key_is_not_logged_with_sign_in() {
    assert_written_nowhere(&[
        ("AUTH_MODE", Some("oauth")),
        ("PUBLIC_URL", Some("https://todo.example.com")),
        // No server listens at this address.
        ("OAUTH_ISSUER", Some("http://127.0.0.1:9")),
        ("OAUTH_CLIENT_ID", Some("todo")),
        ("OAUTH_CLIENT_SECRET", Some("a-secret-of-the-operator")),
        ("OAUTH_PEOPLE", Some("example.com")),
    ]);
}

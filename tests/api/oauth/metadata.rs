//! Tests the registration of OAuth clients, and the metadata that OAuth clients read.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::{super::harness::Api, provider::Provider};
use todo_action::config::Auth;

#[tokio::test]
async fn the_metadata_lead_from_the_api_to_the_front() {
    let api = Provider::start().await.api();
    for (path, resource) in [("", "https://todo.test"), ("/mcp", "https://todo.test/mcp")] {
        let answer = api.get(&format!("/.well-known/oauth-protected-resource{path}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.body["resource"], resource);
        assert_eq!(answer.body["authorization_servers"], json!(["https://todo.test"]));
        assert_eq!(answer.body["scopes_supported"], json!(["todos"]));
        assert_eq!(answer.body["bearer_methods_supported"], json!(["header"]));
    }
    let server = api.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(server.headers["content-type"], "application/json");
    for (name, value) in [
        ("issuer", json!("https://todo.test")),
        ("authorization_endpoint", json!("https://todo.test/oauth/authorize")),
        ("token_endpoint", json!("https://todo.test/oauth/token")),
        ("registration_endpoint", json!("https://todo.test/oauth/register")),
        ("response_types_supported", json!(["code"])),
        ("code_challenge_methods_supported", json!(["S256"])),
        ("grant_types_supported", json!(["authorization_code", "refresh_token"])),
    ] {
        assert_eq!(server.body[name], value, "{name}");
    }
}

#[tokio::test]
async fn every_client_that_registers_is_given_the_public_client() {
    let api = Provider::start().await.api();
    let asked = json!({
        "client_name": "Claude", "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
        "grant_types": ["authorization_code"], "token_endpoint_auth_method": "client_secret_basic", "software_id": "x",
    });
    let answer = api.post("/oauth/register", asked).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    for (name, value) in [
        ("client_id", json!("mcp")),
        ("client_name", json!("Claude")),
        ("redirect_uris", json!(["https://claude.ai/api/mcp/auth_callback"])),
        ("token_endpoint_auth_method", json!("none")),
        ("response_types", json!(["code"])),
    ] {
        assert_eq!(answer.body[name], value, "{name}");
    }
    assert!(answer.body.get("client_secret").is_none());
    let local = api.post("/oauth/register", json!({"redirect_uris": ["http://127.0.0.1:4711/callback"]})).await;
    assert_eq!(local.status, 201, "{}", local.text);
}

#[tokio::test]
async fn a_client_cannot_register_a_redirect_uri_outside_the_list() {
    let api = Provider::start().await.api();
    let good = "https://claude.ai/api/mcp/auth_callback";
    for uris in [
        json!(["https://evil.example/callback"]),
        json!([good, "https://evil.example/callback"]),
        json!(["https://chatgpt.com/aip/g-1/oauth/callback"]),
        json!([]),
        json!(vec![good; 21]),
    ] {
        let answer = api.post("/oauth/register", json!({ "redirect_uris": uris })).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (400, &json!("invalid_redirect_uri")));
        assert!(!answer.text.contains("evil"), "{}", answer.text);
    }
    let huge = api.post("/oauth/register", json!({"redirect_uris": ["x".repeat(140_000)]})).await;
    assert_eq!((huge.status.as_u16(), &huge.body["error"]), (413, &json!("invalid_request")), "{}", huge.text);
    for body in [json!([]), json!("x"), json!({"redirect_uris": "x"}), json!({"redirect_uris": [5]}), Value::Null] {
        let answer = api.post("/oauth/register", body).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert_eq!(answer.body["error"], "invalid_client_metadata", "{}", answer.text);
    }
    for (body, says) in [
        (format!(r#"{{"redirect_uris":["{good}"],"redirect_uris":[]}}"#), "the member \"redirect_uris\" twice"),
        (format!(r#"{{"redirect_uris":["{good}"],"x":{{"y":1,"y":2}}}}"#), "the member \"y\" twice"),
        ("{".to_owned(), "not valid JSON at line 1, column 1"),
    ] {
        let answer = api.raw(Request::post("/oauth/register").body(Body::from(body)).unwrap()).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (400, &json!("invalid_client_metadata")));
        assert!(answer.body["error_description"].as_str().unwrap().contains(says), "{}", answer.text);
    }
}

#[tokio::test]
async fn clients_that_are_web_pages_may_ask_all_but_where_people_sign_in() {
    let api = Provider::start().await.api();
    let page = ("origin", "https://inspector.example");
    let asks = ("access-control-request-method", "POST");
    for path in ["/oauth/token", "/oauth/register", "/.well-known/oauth-authorization-server"] {
        let preflight = api.send("OPTIONS", path, Value::Null, &[page, asks]).await;
        assert_eq!(preflight.status, 200, "{path}: {}", preflight.text);
        assert_eq!(preflight.headers["access-control-allow-origin"], "*", "{path}");
        let allowed = preflight.headers["access-control-allow-headers"].to_str().unwrap();
        assert!(allowed.contains("authorization") && allowed.contains("mcp-protocol-version"), "{allowed}");
    }
    let (site, mode) = (("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors"));
    let registered = api.send("POST", "/oauth/register", json!({"redirect_uris": []}), &[page, site, mode]).await;
    assert_eq!(registered.body["error"], "invalid_redirect_uri", "{}", registered.text);
    let answer = api.send("GET", "/.well-known/oauth-protected-resource/mcp", Value::Null, &[page, site, mode]).await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    for path in ["/oauth/authorize", "/todos"] {
        let answer = api.send("OPTIONS", path, Value::Null, &[page, asks]).await;
        assert_eq!(answer.status, 405, "{path}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn without_a_public_client_nobody_registers() {
    let provider = Provider::start().await;
    let api = Api::configured(|config| {
        config.auth = Auth::OAuth(Box::new(todo_action::config::OAuth { public_client: None, ..provider.agreed() }));
    });
    api.post("/oauth/register", json!({"redirect_uris": ["https://a.example"]}))
        .await
        .assert_problem(404, "no_such_path");
    let server = api.get("/.well-known/oauth-authorization-server").await;
    assert!(server.body.get("registration_endpoint").is_none(), "{}", server.text);
}

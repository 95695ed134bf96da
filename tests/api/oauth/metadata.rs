//! Tests the registration of programs, and the metadata that programs read.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::{
    super::{access::locked, harness::Api},
    deployment::Deployment,
    provider::Provider,
};

const WELL_KNOWN: &str = "https://todo.test/.well-known";

async fn register(api: &Api, uris: &Value) -> super::super::harness::Answer {
    api.post("/oauth/register", json!({ "redirect_uris": uris })).await
}

#[tokio::test]
async fn the_metadata_lead_from_the_api_to_the_authorization_server() {
    let api = Provider::start().await.api();
    for (path, resource) in [("", "https://todo.test"), ("/mcp", "https://todo.test/mcp")] {
        let answer = api.get(&format!("/.well-known/oauth-protected-resource{path}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        for (name, value) in [
            ("resource", json!(resource)),
            ("authorization_servers", json!(["https://todo.test"])),
            ("scopes_supported", json!(["todos:read", "todos"])),
            ("bearer_methods_supported", json!(["header"])),
        ] {
            assert_eq!(answer.body[name], value, "{name}");
        }
    }
    let server = api.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(server.headers["content-type"], "application/json");
    assert_eq!(server.headers["cache-control"], "public, max-age=3600");
    for (name, path) in [
        ("authorization_endpoint", "authorize"),
        ("token_endpoint", "token"),
        ("registration_endpoint", "register"),
        ("revocation_endpoint", "revoke"),
    ] {
        assert_eq!(server.body[name], format!("https://todo.test/oauth/{path}"), "{name}");
    }
    for (name, value) in [
        ("issuer", json!("https://todo.test")),
        ("scopes_supported", json!(["todos:read", "todos"])),
        ("response_types_supported", json!(["code"])),
        ("grant_types_supported", json!(["authorization_code", "refresh_token"])),
        ("code_challenge_methods_supported", json!(["S256"])),
        ("token_endpoint_auth_methods_supported", json!(["none", "client_secret_basic", "client_secret_post"])),
        ("authorization_response_iss_parameter_supported", json!(true)),
        ("client_id_metadata_document_supported", json!(true)),
    ] {
        assert_eq!(server.body[name], value, "{name}");
    }
}

/// Some clients read the OpenID configuration, and demand members that only OpenID Connect has.
#[tokio::test]
async fn the_openid_configuration_is_the_same_document_and_names_an_empty_key_set() {
    let api = Provider::start().await.api();
    let openid = api.get("/.well-known/openid-configuration").await;
    assert_eq!(openid.body, api.get("/.well-known/oauth-authorization-server").await.body);
    assert_eq!(openid.body["subject_types_supported"], json!(["public"]));
    assert_eq!(openid.body["id_token_signing_alg_values_supported"], json!(["RS256"]));
    let keys = openid.body["jwks_uri"].as_str().unwrap().strip_prefix("https://todo.test").unwrap();
    assert_eq!(api.get(keys).await.body, json!({"keys": []}));
}

/// The list contains each path at which a client looks for the metadata. A deployment can have an address with a path,
/// and a proxy can leave this path in the requests.
#[tokio::test]
async fn the_metadata_are_at_every_place_where_clients_look() {
    for (base, path) in [("https://todo.test", ""), ("https://todo.test/prod", "/prod")] {
        let deployment = Deployment::at(base).await;
        let server = [
            format!("/oauth-authorization-server{path}"),
            format!("/openid-configuration{path}"),
            format!("/oauth-authorization-server{path}/mcp"),
            format!("/openid-configuration{path}/mcp"),
        ];
        let resources = [("", base.to_owned()), ("/mcp", format!("{base}/mcp"))];
        let places = server.iter().map(|place| (place.clone(), "issuer", base.to_owned()));
        let places = places.chain(
            resources
                .into_iter()
                .map(|(suffix, resource)| (format!("/oauth-protected-resource{path}{suffix}"), "resource", resource)),
        );
        for (place, name, value) in places {
            // This proxy leaves the path in the address.
            for slash in ["", "/"] {
                let path = format!("{}{place}{slash}", &WELL_KNOWN["https://todo.test".len()..]);
                let answer = deployment.api.get(&path).await;
                assert_eq!((answer.status.as_u16(), &answer.body[name]), (200, &json!(value)), "{path}");
            }
        }
        for (place, name, value) in [
            ("/.well-known/oauth-authorization-server", "issuer", base.to_owned()),
            ("/.well-known/openid-configuration", "issuer", base.to_owned()),
            ("/mcp/.well-known/oauth-authorization-server", "issuer", base.to_owned()),
            ("/mcp/.well-known/openid-configuration", "issuer", base.to_owned()),
            ("/.well-known/oauth-protected-resource", "resource", base.to_owned()),
            ("/.well-known/oauth-protected-resource/mcp", "resource", format!("{base}/mcp")),
        ] {
            // The address of the deployment, followed by the path of the metadata. With a stage of API Gateway, this
            // address reaches the function.
            let answer = deployment.get(&format!("{base}{place}")).await;
            assert_eq!((answer.status.as_u16(), &answer.body[name]), (200, &json!(value)), "{base}{place}");
            let kept = deployment.api.get(&format!("{path}{place}")).await;
            let before_mcp = path.is_empty() || !place.starts_with("/mcp");
            assert_eq!(kept.status == 200, before_mcp, "{path}{place}");
        }
        deployment.api.get("/.well-known/oauth-protected-resource/other").await.assert_problem(404, "no_such_path");
    }
}

#[tokio::test]
async fn a_program_that_registers_gets_a_client_id_and_no_secret() {
    let api = Provider::start().await.api();
    api.wire.take_calls();
    let asked = json!({
        "client_name": " Claude\u{202e}\n", "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
        "grant_types": ["authorization_code"], "token_endpoint_auth_method": "client_secret_basic", "software_id": "x",
    });
    let answer = api.post("/oauth/register", asked).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    for (name, value) in [
        ("client_name", json!("Claude")),
        ("redirect_uris", json!(["https://claude.ai/api/mcp/auth_callback"])),
        ("token_endpoint_auth_method", json!("none")),
        ("grant_types", json!(["authorization_code", "refresh_token"])),
        ("response_types", json!(["code"])),
        ("scope", json!("todos:read todos")),
    ] {
        assert_eq!(answer.body[name], value, "{name}");
    }
    assert!(answer.body.get("client_secret").is_none());
    assert!(api.wire.take_calls().is_empty(), "a registration stores nothing");
}

#[tokio::test]
async fn a_registration_keeps_the_redirect_uris_that_are_allowed() {
    let api =
        Provider::start().await.api_with(|oauth| oauth.redirect_uris = vec!["https://own.example/*/cb".to_owned()]);
    let asked = json!([
        "https://evil.example/a",
        "http://127.0.0.1:33418",
        "http://[::1]/x",
        "http://localhost:80/",
        "https://own.example/a/cb",
        "https://own.example/a/b/cb",
        "cursor://anysphere.cursor-mcp/oauth/callback"
    ]);
    let answer = register(&api, &asked).await;
    let kept = json!([
        "http://127.0.0.1:33418",
        "http://[::1]/x",
        "http://localhost:80/",
        "https://own.example/a/cb",
        "cursor://anysphere.cursor-mcp/oauth/callback"
    ]);
    assert_eq!((answer.status.as_u16(), &answer.body["redirect_uris"]), (201, &kept), "{}", answer.text);
}

#[tokio::test]
async fn a_registration_that_cannot_be_used_is_refused_with_its_reason() {
    let api = Provider::start().await.api();
    let good = "https://claude.ai/api/mcp/auth_callback";
    for uris in [
        json!(["https://evil.example/callback"]),
        json!(["http://evil.example/callback", "evil:callback", "javascript:alert('evil')"]),
        json!([]),
        json!(vec![good; 21]),
    ] {
        let answer = register(&api, &uris).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (400, &json!("invalid_redirect_uri")));
        assert!(!answer.text.contains("evil"), "{}", answer.text);
    }
    let long = register(&api, &json!([format!("http://127.0.0.1/{}", "x".repeat(1_200))])).await;
    assert_eq!((long.status.as_u16(), &long.body["error"]), (400, &json!("invalid_client_metadata")));
    let huge = register(&api, &json!(["x".repeat(140_000)])).await;
    assert_eq!((huge.status.as_u16(), &huge.body["error"]), (413, &json!("invalid_request")), "{}", huge.text);
    for body in [
        json!([]),
        json!("x"),
        json!({"redirect_uris": "x"}),
        json!({"redirect_uris": [5]}),
        json!({"redirect_uris": [good], "client_name": 5}),
        Value::Null,
    ] {
        let answer = api.post("/oauth/register", body).await;
        assert!(answer.text.contains("redirect_uris") && answer.text.contains("client_name"), "{}", answer.text);
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
async fn programs_that_are_web_pages_may_ask_all_but_where_people_sign_in() {
    let api = Provider::start().await.api();
    let page = ("origin", "https://inspector.example");
    let asks = ("access-control-request-method", "POST");
    for path in [
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/register",
        "/oauth/token/",
        "/oauth/revoke/",
        "/oauth/register/",
        "/oauth/jwks",
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-protected-resource/mcp",
    ] {
        let preflight = api.send("OPTIONS", path, Value::Null, &[page, asks]).await;
        assert_eq!(preflight.status, 200, "{path}: {}", preflight.text);
        assert_eq!(preflight.headers["access-control-allow-origin"], "*", "{path}");
        assert!(!preflight.headers.contains_key("access-control-allow-credentials"), "{path}");
        let allowed = preflight.headers["access-control-allow-headers"].to_str().unwrap();
        assert!(allowed.contains("authorization") && allowed.contains("mcp-protocol-version"), "{allowed}");
    }
    let (site, mode) = (("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors"));
    for path in ["/oauth/register", "/oauth/register/"] {
        let registered = api.send("POST", path, json!({"redirect_uris": []}), &[page, site, mode]).await;
        assert_eq!(registered.body["error"], "invalid_redirect_uri", "{}", registered.text);
    }
    let answer = api.send("GET", "/.well-known/oauth-protected-resource/mcp", Value::Null, &[page, site, mode]).await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    for path in ["/oauth/authorize", "/oauth/callback", "/oauth/consent", "/account/programs", "/todos"] {
        let answer = api.send("OPTIONS", path, Value::Null, &[page, asks]).await;
        assert_eq!(answer.status, 405, "{path}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn without_sign_in_there_are_no_places_for_it() {
    let api = locked();
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-protected-resource",
        "/oauth/authorize",
        "/account/programs",
    ] {
        api.get(path).await.assert_problem(404, "no_such_path");
    }
    api.post("/oauth/register", json!({"redirect_uris": ["http://127.0.0.1"]}))
        .await
        .assert_problem(404, "no_such_path");
}

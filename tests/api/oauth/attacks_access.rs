//! Tests attacks by a program that already has access. The program tries to do more than its scope allows, uses its
//! token at another address, sends its token in another place of the request, and asks for the data of another person
//! (RFC 9700, sections 2.3, 2.6 and 4.10; RFC 6750; RFC 8707).

use serde_json::{Value, json};
use todo_action::config::Auth;

use super::{
    super::{
        harness::{Api, OPERATIONS},
        mcp::{Client, OLD},
    },
    attacks_codes::{assert_invalid, status},
    person::{Browser, Program, Tokens, VERIFIER, ask, encoded_map, post_form, sent_to, written_items},
    provider::Provider,
    somebody,
};

#[tokio::test]
async fn who_may_only_read_changes_nothing_by_any_operation_or_tool() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    let full = Program::register(&api, "Writer").await.connect(&api, &provider, &ada).await.access;
    let added = ask(&api, "POST", "/todos", json!({"todos": [{"title": "a"}]}), &full).await;
    let id = added.ids().remove(0);
    let reader = Program { scope: Some("todos:read"), ..Program::register(&api, "Reader").await };
    let tokens = reader.connect(&api, &provider, &ada).await;
    let before = ask(&api, "GET", "/todos", Value::Null, &full).await.text;
    let mut writes = 0;
    let account = [("DELETE", "/account/programs", false), ("DELETE", "/account/programs/{id}", false)];
    for (method, path, _) in OPERATIONS.iter().chain(&account) {
        let answer = ask(&api, method, &path.replace("{id}", &id), Value::Null, &tokens.access).await;
        if *method == "GET" {
            assert_ne!(answer.status, 403, "{method} {path}");
        } else {
            answer.assert_problem(403, "insufficient_scope");
            let challenge = answer.headers["www-authenticate"].to_str().unwrap();
            assert!(challenge.contains("scope=\"todos\""), "{challenge}");
            writes += 1;
        }
    }
    assert!(writes > 6, "{writes}");
    let client = Client::new(&api, OLD).with("authorization", &format!("Bearer {}", tokens.access));
    let tools = client.result("tools/list", json!({})).await["tools"].clone();
    let mut refused = 0;
    for tool in tools.as_array().unwrap() {
        let params = json!({"name": tool["name"], "arguments": {"id": id}});
        let answer = client.ask("tools/call", params).await;
        let is_refused = answer.text.contains("insufficient_scope");
        assert_eq!(is_refused, tool["annotations"]["readOnlyHint"] == false, "{}: {}", tool["name"], answer.text);
        refused += usize::from(is_refused);
    }
    assert!(refused >= 4, "{refused}");
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &full).await.text, before);
    // A refresh cannot make the scope larger.
    for scope in ["todos", "todos todos:read", "admin"] {
        let form = [("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh), ("scope", scope)];
        let answer = reader.token(&api, &form).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (400, &json!("invalid_scope")), "{}", answer.text);
    }
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str()), ("scope", "todos:read")];
    let answer = reader.token(&api, &form).await;
    assert_eq!(answer.body["scope"], "todos:read", "{}", answer.text);
    ask(&api, "DELETE", "/account/programs", Value::Null, &Tokens::of(&answer).access)
        .await
        .assert_problem(403, "insufficient_scope");
}

#[tokio::test]
async fn a_refresh_with_a_smaller_scope_gives_a_smaller_access_token_and_the_grant_stays_as_it_is() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let mut tokens = program.connect(&api, &provider, &somebody(&api, "ada")).await;
    for (scope, given, added) in [
        (Some("todos:read"), "todos:read", 403),
        (None, "todos", 201),
        (Some("openid todos:read"), "todos:read", 403),
        (Some("openid offline_access"), "todos", 201),
        (Some("todos"), "todos", 201),
    ] {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
        form.extend(scope.map(|scope| ("scope", scope)));
        let answer = program.token(&api, &form).await;
        assert_eq!(answer.body["scope"], given, "{scope:?} {}", answer.text);
        tokens = Tokens::of(&answer);
        let add = json!({"todos": [{"title": tokens.access[30..50]}]});
        assert_eq!(ask(&api, "POST", "/todos", add, &tokens.access).await.status, added, "{scope:?}");
        assert_eq!(status(&api, &tokens.access).await, 200, "{scope:?}");
    }
}

#[tokio::test]
async fn a_token_for_another_resource_is_neither_given_nor_taken() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let link = |resources: &[&str]| {
        let mut asks = program.asks();
        asks.remove("resource");
        let resources = resources.iter().map(|resource| format!("&resource={resource}"));
        format!("/oauth/authorize?{}{}", encoded_map(&asks), resources.collect::<String>())
    };
    for ours in [
        &[][..],
        &["https://todo.test"],
        &["HTTPS://TODO.test:443/mcp/"],
        &["https://todo.test/", "https://todo.test/mcp"],
    ] {
        let (place, _) = sent_to(&api.get(&link(ours)).await);
        assert!(place.starts_with(&provider.issuer), "{ours:?}: {place}");
    }
    let foreign =
        ["https://evil.example/mcp", "https://todo.test.evil.example/", "https://todo.test@evil.example/", "mcp"];
    let tokens = program.connect(&api, &provider, &somebody(&api, "ada")).await;
    for foreign in foreign {
        for resources in [&[foreign][..], &["https://todo.test/mcp", foreign]] {
            let (place, told) = sent_to(&api.get(&link(resources)).await);
            assert_eq!((place.as_str(), told["error"].as_str()), (program.redirect_uri.as_str(), "invalid_target"));
            let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
            form.extend(resources.iter().map(|resource| ("resource", *resource)));
            assert_eq!(program.token(&api, &form).await.body["error"], "invalid_target");
        }
    }
    // Another deployment, which uses the same table and the same provider.
    let other = Api::configured(|config| {
        config.auth = Auth::OAuth(Box::new(provider.agreed()));
        config.public_url = Some("https://other.test".to_owned());
    });
    ask(&other, "GET", "/todos", Value::Null, &tokens.access).await.assert_problem(401, "bad_credential");
    assert_invalid(&program.refresh(&other, &tokens.refresh).await);
    let code = Browser::default().allow(&api, &provider, &program, &somebody(&api, "ada")).await;
    let form = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
    assert_invalid(&program.token(&other, &form).await);
    assert_eq!(status(&api, &tokens.access).await, 200);
    // At the right address, the code and the refresh token still work.
    Tokens::of(&program.token(&api, &form).await);
    Tokens::of(&program.refresh(&api, &tokens.refresh).await);
}

#[tokio::test]
async fn a_token_counts_only_in_the_header_authorization() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let token = program.connect(&api, &provider, &somebody(&api, "ada")).await.access;
    let bearer = format!("Bearer {token}");
    for path in [format!("/todos?access_token={token}"), format!("/todos?bearer_token={token}")] {
        api.get(&path).await.assert_problem(401, "no_credential");
    }
    let form = [("access_token", token.as_str())];
    post_form(&api, "/todos", &form, &[]).await.assert_problem(401, "no_credential");
    api.send("GET", "/todos", Value::Null, &[("cookie", &format!("access_token={token}"))])
        .await
        .assert_problem(401, "no_credential");
    for headers in [[("x-api-key", token.as_str())], [("authorization", token.as_str())]] {
        api.send("GET", "/todos", Value::Null, &headers).await.assert_problem(401, "bad_credential");
    }
    for scheme in ["Basic", "DPoP", "Token"] {
        let answer =
            api.send("GET", "/todos", Value::Null, &[("authorization", &bearer.replace("Bearer", scheme))]).await;
        answer.assert_problem(401, "bad_credential");
    }
    // The answer of the MCP endpoint also has status 401, because only the program can replace an expired token. The
    // model cannot do this.
    let client = Client::new(&api, OLD).with("authorization", &bearer);
    client.structured("getTodos", json!({})).await;
    api.clock.advance(jiff::Span::new().seconds(3_601));
    let answer = client.ask("tools/call", json!({"name": "getTodos", "arguments": {}})).await;
    answer.assert_problem(401, "bad_credential");
    let challenge = answer.headers["www-authenticate"].to_str().unwrap();
    let metadata = "resource_metadata=\"https://todo.test/.well-known/oauth-protected-resource/mcp\"";
    assert!(challenge.contains("error=\"invalid_token\"") && challenge.contains(metadata), "{challenge}");
}

/// This service does not accept tokens of the provider, and never sends its own tokens to the provider (MCP, token
/// passthrough).
#[tokio::test]
async fn no_token_passes_through_this_service() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let tokens = program.connect(&api, &provider, &somebody(&api, "ada")).await;
    program.refresh(&api, &tokens.refresh).await;
    ask(&api, "GET", "/todos", Value::Null, &tokens.access).await;
    let id_token =
        super::provider::KEY.sign(&json!({"iss": provider.issuer, "sub": "ada", "aud": "todo", "exp": 9e9}), |_| {});
    for theirs in ["opaque", id_token.as_str()] {
        ask(&api, "GET", "/todos", Value::Null, theirs).await.assert_problem(401, "bad_credential");
        assert_invalid(&program.refresh(&api, theirs).await);
        assert_invalid(&program.redeem(&api, theirs).await);
    }
    let exchanges = provider.exchanges();
    assert_eq!(exchanges.len(), 1, "the provider hears only of the sign-in");
    let (form, authorization) = &exchanges[0];
    for ours in ["todoac_", "todoat_", "todort_", VERIFIER, &program.client_id] {
        assert!(!form.contains(ours) && authorization.is_none(), "{form}");
    }
}

/// Cursors and changes belong to their owner. Nobody else can use them, not even a person who knows the text of the
/// cursor or the id of the change.
#[tokio::test]
async fn the_handles_of_another_person_are_of_no_use() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let [ada, grace] = ["ada", "grace"].map(|name| somebody(&api, name));
    let ada = program.connect(&api, &provider, &ada).await.access;
    let grace = program.connect(&api, &provider, &grace).await.access;
    let added = ask(&api, "POST", "/todos", json!({"todos": [{"title": "a"}, {"title": "b"}]}), &ada).await;
    let page = ask(&api, "GET", "/todos?limit=1", Value::Null, &ada).await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let theirs = ask(&api, "GET", &format!("/todos?cursor={cursor}"), Value::Null, &grace).await;
    theirs.assert_problem(400, "bad_cursor");
    let undo = json!({"change_id": added.change_id()});
    ask(&api, "POST", "/undo", undo.clone(), &grace).await.assert_problem(404, "not_found");
    assert_eq!(ask(&api, "POST", "/undo", undo, &ada).await.status, 200);
}

/// Web pages may call the endpoints for programs, but these calls never contain the cookies of the person (RFC 9700,
/// section 2.6).
#[tokio::test]
async fn no_web_page_reads_what_a_person_sees() {
    let provider = Provider::start().await;
    let api = provider.api();
    let preflight = [("origin", "https://evil.example"), ("access-control-request-method", "POST")];
    for (method, path, is_open) in [
        ("POST", "/oauth/token", true),
        ("POST", "/oauth/revoke", true),
        ("POST", "/oauth/register", true),
        ("GET", "/.well-known/oauth-authorization-server", true),
        ("GET", "/oauth/authorize", false),
        ("GET", "/oauth/callback", false),
        ("GET", "/oauth/consent", false),
        ("POST", "/oauth/consent", false),
        ("GET", "/account/programs", false),
        ("DELETE", "/account/programs", false),
    ] {
        for method in [method, "OPTIONS"] {
            let headers = api.send(method, path, Value::Null, &preflight).await.headers;
            let allowed = headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
            assert_eq!(allowed, is_open.then_some("*"), "{method} {path}");
            assert!(headers.get("access-control-allow-credentials").is_none(), "{method} {path}");
        }
    }
}

/// Only one kind of anonymous request writes to the table: a request for access writes one item of at most 4 KB
/// (docs/adr/0014).
#[tokio::test]
async fn a_stranger_writes_one_small_item_or_nothing() {
    let provider = Provider::start().await;
    let api = provider.api();
    let invented = format!("todort_{}", "0".repeat(71));
    let name = "\u{1f600}".repeat(100);
    let longest = Program::register_at(&api, &name, &format!("http://127.0.0.1:5/{}", "x".repeat(500))).await;
    api.wire.take_written();
    longest.refresh(&api, &invented).await;
    longest.redeem(&api, &invented.replace("todort", "todoac")).await;
    post_form(&api, "/oauth/revoke", &[("token", &invented), ("client_id", "mcp")], &[]).await;
    api.get("/oauth/callback?code=a&state=b").await;
    api.get(&format!("/oauth/callback?error=access_denied&state={}", "b".repeat(43))).await;
    api.get("/oauth/consent?request=b").await;
    ask(&api, "GET", "/todos", Value::Null, &invented.replace("todort", "todoat")).await;
    assert_eq!(api.wire.take_written(), Vec::<String>::new());
    let mut asks = longest.asks();
    asks.insert("state", "\u{e9}".repeat(1_000));
    sent_to(&api.get(&format!("/oauth/authorize?{}", encoded_map(&asks))).await);
    let items = written_items(&api).await;
    let [item] = &items[..] else { panic!("one item: {items:?}") };
    let bytes: usize = item.iter().map(|(name, value)| name.len() + format!("{value:?}").len()).sum();
    assert!((2_500..4_096).contains(&bytes), "{bytes}");
    asks.insert("state", "x".repeat(2_001));
    assert_eq!(api.get(&format!("/oauth/authorize?{}", encoded_map(&asks))).await.status, 400);
    assert_eq!(api.wire.take_written(), Vec::<String>::new());
}

#[tokio::test]
async fn the_metadata_promise_what_is_true() {
    let provider = Provider::start().await;
    let api = provider.api();
    let server = api.get("/.well-known/oauth-authorization-server").await.body;
    assert_eq!(
        (&server["issuer"], &server["code_challenge_methods_supported"]),
        (&json!("https://todo.test"), &json!(["S256"]))
    );
    assert_eq!(server["response_types_supported"], json!(["code"]));
    assert_eq!(server["authorization_response_iss_parameter_supported"], true);
    for place in ["openid-configuration", "oauth-authorization-server/mcp", "openid-configuration/mcp"] {
        assert_eq!(api.get(&format!("/.well-known/{place}")).await.body, server, "{place}");
    }
    for resource in ["", "/mcp"] {
        let document = api.get(&format!("/.well-known/oauth-protected-resource{resource}")).await.body;
        assert_eq!(document["authorization_servers"], json!([server["issuer"]]));
        assert_eq!(document["resource"], format!("https://todo.test{resource}"));
        assert_eq!(document["bearer_methods_supported"], json!(["header"]));
    }
    let endpoints = server.as_object().unwrap().iter();
    let endpoints: Vec<_> = endpoints.filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri").collect();
    assert_eq!(endpoints.len(), 5);
    for (name, address) in endpoints {
        let path = address.as_str().unwrap().strip_prefix("https://todo.test").unwrap();
        assert_ne!(api.get(path).await.status, 404, "{name}");
    }
}

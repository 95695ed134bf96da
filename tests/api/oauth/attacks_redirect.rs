//! Tests attacks with redirect URIs, and with the other parameters of a link (RFC 9700, sections 4.1 and 4.11).

use serde_json::{Value, json};

use super::{
    attacks_browser::assert_stopped,
    attacks_clients::{by_hand, link, made_client},
    person::{Browser, LOOPBACK, Program, encoded, encoded_map, sent_to},
    provider::Provider,
};

const WEB: &str = "https://claude.ai/api/mcp/auth_callback";
const NOT_ALLOWED: &str = "This address is not allowed";
/// Texts that different programs read as different addresses. Some programs read such a text as an allowed address.
const SPELLINGS: [&str; 22] = [
    "http://127.0.0.1:80@evil.example/",
    "http://127.0.0.1@evil.example/",
    "http://evil@127.0.0.1/",
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example/",
    "http://evil.example#127.0.0.1",
    "http://127.0.0.1/#fragment",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://127.1/",
    "http://0/",
    "http://127.0.0.2/",
    "http://[::ffff:127.0.0.1]/",
    "http:\\\\127.0.0.1/",
    "http://127.0.0.1\\@evil.example/",
    " http://127.0.0.1/",
    "https://claude.ai\\@evil.example/api/mcp/auth_callback",
    "https://claude.ai@evil.example/api/mcp/auth_callback",
    "//evil.example/",
    "HTTPS://CLAUDE.AI/api/mcp/auth_callback",
    "https://claude.ai./api/mcp/auth_callback",
    "https://claude.ai:443/api/mcp/auth_callback",
];
/// Addresses that no program may use as a redirect URI.
const SCHEMES: [&str; 15] = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "vbscript:alert(1)",
    "blob:https://claude.ai/1",
    "about:blank",
    "filesystem:https://claude.ai/1",
    "view-source:https://claude.ai/",
    "ws://127.0.0.1/",
    "wss://claude.ai/",
    "ftp://127.0.0.1/",
    "http://claude.ai/api/mcp/auth_callback",
    "/callback",
    "",
];

/// A program whose client id allows only this redirect URI.
fn made_by_hand(redirect_uri: &str) -> Program {
    Program::documented(&by_hand(&json!({"n": "Claude", "r": [redirect_uri]}).to_string()), redirect_uri)
}

#[tokio::test]
async fn a_redirect_uri_is_the_registered_one_and_only_the_port_of_this_computer_is_free() {
    let provider = Provider::start().await;
    let api = provider.api();
    let uris = json!({"client_name": "Claude", "redirect_uris": [WEB, LOOPBACK, "http://127.0.0.1/"]});
    let client_id = api.post("/oauth/register", uris).await.body["client_id"].as_str().unwrap().to_owned();
    let program = |redirect_uri: &str| Program::documented(&client_id, redirect_uri).asks();
    for allowed in [WEB, LOOPBACK, "http://127.0.0.1:1/callback", "http://127.0.0.1:59656/"] {
        assert_eq!(link(&api, &program(allowed)).await.status, 302, "{allowed}");
    }
    for refused in [
        "https://claude.ai/api/mcp/auth_callback/",
        "https://claude.ai/api/mcp/auth_callback?a=b",
        "https://claude.ai/api/mcp/%61uth_callback",
        "https://claude.ai/api/mcp/../mcp/auth_callback",
        "https://claude.ai/API/mcp/auth_callback",
        "https://claude.ai:8443/api/mcp/auth_callback",
        // Another address that the service knows, but that the program has not registered.
        "https://claude.com/api/mcp/auth_callback",
        "http://127.0.0.1:51234/callback/more",
        "http://127.0.0.1:51234/callback?a=b",
        "http://127.0.0.1:51234/Callback",
        "http://localhost:51234/callback",
        "http://[::1]:51234/callback",
        "https://127.0.0.1:51234/callback",
    ] {
        assert_stopped(&link(&api, &program(refused)).await, 400, NOT_ALLOWED);
    }
    // The program has three redirect URIs, and its request contains no redirect URI.
    let mut unsaid = program(WEB);
    unsaid.remove("redirect_uri");
    assert_stopped(&link(&api, &unsaid).await, 400, NOT_ALLOWED);
}

#[tokio::test]
async fn a_client_id_made_by_hand_reaches_no_address_that_the_service_does_not_allow() {
    let provider = Provider::start().await;
    let api = provider.api();
    let mut refused = vec![
        "https://evil.example/callback",
        "https://claude.ai/other",
        "https://chatgpt.com/connector/oauth/",
        "https://chatgpt.com/connector/oauth/a/b",
        "https://chatgpt.com/connector/oauth/..%2fx",
        "https://chatgpt.com/connector/oauth/%2e%2e",
        "https://chatgpt.com/connector/oauth/x?y",
        "https://chatgpt.com/connector/oauth/x#y",
        "https://chatgpt.com/connector/oauth/*",
        "evil-app://callback",
        "cursor://anysphere.cursor-mcp/other",
        "cursor://evil/oauth/callback",
    ];
    refused.extend(SPELLINGS.iter().chain(&SCHEMES));
    for uri in refused {
        let registered = api.post("/oauth/register", json!({"redirect_uris": [uri]})).await;
        let answered = (registered.status.as_u16(), registered.body["error"].as_str());
        assert_eq!(answered, (400, Some("invalid_redirect_uri")), "{uri}: {}", registered.text);
        let mut asks = made_by_hand(uri).asks();
        assert_stopped(&link(&api, &asks).await, 400, NOT_ALLOWED);
        asks.remove("redirect_uri");
        assert_stopped(&link(&api, &asks).await, 400, NOT_ALLOWED);
    }
    for allowed in
        ["https://chatgpt.com/connector/oauth/AbC-1_2", "cursor://anysphere.cursor-mcp/oauth/callback", LOOPBACK]
    {
        assert_eq!(link(&api, &made_by_hand(allowed).asks()).await.status, 302, "{allowed}");
    }
}

/// The redirect policy does not apply to the clients that the operator has made. But the service refuses some addresses
/// even for these clients.
#[tokio::test]
async fn not_even_a_client_of_the_operator_leads_to_a_script() {
    let provider = Provider::start().await;
    let api = provider.api();
    let hidden = ["https://app.example@evil.example/", "https://a:b@app.example/", "https://app.example/#fragment"];
    for uri in SCHEMES.iter().chain(&SPELLINGS[..7]).chain(&hidden).copied().filter(|uri| !uri.is_empty()) {
        let client_id = made_client(&api, &[uri], None).await;
        let mut asks = Program::documented(&client_id, uri).asks();
        assert_stopped(&link(&api, &asks).await, 400, NOT_ALLOWED);
        asks.remove("redirect_uri");
        assert_stopped(&link(&api, &asks).await, 400, NOT_ALLOWED);
    }
    let client_id = made_client(&api, &["https://app.example/callback"], None).await;
    let asks = Program::documented(&client_id, "https://app.example/callback").asks();
    assert_eq!(link(&api, &asks).await.status, 302);
    let other = Program::documented(&client_id, "https://app.example/other").asks();
    assert_stopped(&link(&api, &other).await, 400, NOT_ALLOWED);
}

/// If the redirect URI is wrong, the answer is a page. If the redirect URI is allowed, the program gets each error at
/// its redirect URI, together with its `state` and with `iss` (RFC 9207).
#[tokio::test]
async fn a_program_hears_of_its_errors_with_its_state_and_the_issuer() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let short = "x".repeat(42);
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "code token", "unsupported_response_type"),
        ("response_type", "id_token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "s256", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", &short, "invalid_request"),
        ("code_challenge", &format!("{short}="), "invalid_request"),
        ("code_challenge", &format!("{short}xx"), "invalid_request"),
        ("resource", "https://evil.example/mcp", "invalid_target"),
        ("scope", "admin", "invalid_scope"),
    ] {
        let mut asks = program.asks();
        asks.insert(name, value.to_owned());
        api.wire.take_written();
        let (place, told) = sent_to(&api.get(&format!("/oauth/authorize?{}", encoded_map(&asks))).await);
        assert_eq!((place.as_str(), told["error"].as_str()), (LOOPBACK, error), "{name}={value}");
        assert_eq!((told["state"].as_str(), told["iss"].as_str()), ("st&ate=1", "https://todo.test"));
        assert!(!told.contains_key("code") && api.wire.take_written().is_empty(), "{told:?}");
    }
    // Unknown and ambiguous parameters change nothing.
    let link = format!("/oauth/authorize?{}", encoded_map(&program.asks()));
    for unknown in ["request=eyJ.eyJ.&request_uri=https://evil.example/", "x=%00", "note=two%0d%0alines"] {
        let (place, _) = sent_to(&api.get(&format!("{link}&{unknown}")).await);
        assert!(place.starts_with(&provider.issuer), "{unknown}");
    }
    for twice in ["redirect_uri=https://evil.example/", "client_id=mcp", "state=other", "code_challenge=other"] {
        let answer = api.get(&format!("{link}&{twice}")).await;
        assert_stopped(&answer, 400, "This request cannot be answered");
    }
    for (name, value) in [("state", "a%0d%0aSet-Cookie:b"), ("state", "%00"), ("state", &"x".repeat(2_001))] {
        let link = link.replace("state=", "unused=");
        assert_stopped(&api.get(&format!("{link}&{name}={value}")).await, 400, "This request cannot be answered");
    }
}

/// The operator has added the redirect URI, and removes it while somebody signs in. From then on, this redirect URI is
/// only in the registration, which a stranger has made. The same is true for the redirect URIs of a program whose
/// document this service has fetched.
#[tokio::test]
async fn before_the_person_has_decided_no_error_sends_the_browser_to_the_address_of_a_stranger() {
    let provider = Provider::start().await;
    let api = provider.api();
    let stranger = "https://stranger.example/callback";
    let before = provider.api_with(|oauth| oauth.redirect_uris.push(stranger.to_owned()));
    let program = Program::register_at(&before, "Stranger", stranger).await;
    for error in ["access_denied", "temporarily_unavailable", "login_required"] {
        let mut browser = Browser::default();
        let asked = browser.authorize(&before, &program).await;
        let back = format!("/oauth/callback?{}", encoded(&[("state", &asked["state"]), ("error", error)]));
        let answer = browser.get(&api, &back).await;
        assert_stopped(&answer, 403, "The sign-in did not work");
        assert!(!answer.text.contains("stranger.example"), "{}", answer.text);
        let asked = browser.authorize(&before, &program).await;
        let back = format!("/oauth/callback?{}", encoded(&[("state", &asked["state"]), ("error", error)]));
        assert_eq!(sent_to(&browser.get(&before, &back).await).0, stranger);
    }
}

/// The methods `GET` and `HEAD` have the same route. But some programs only look at the link, for example to show a
/// preview. Such a program must not begin a sign-in.
#[tokio::test]
async fn a_head_request_begins_no_sign_in_and_ends_none() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let link = format!("/oauth/authorize?{}", encoded_map(&program.asks()));
    api.wire.take_calls();
    for path in [link.as_str(), "/oauth/callback?code=a&state=b"] {
        let answer = api.send("HEAD", path, Value::Null, &[]).await;
        assert_eq!(answer.status, 405, "{path}");
        assert!(answer.headers["allow"].to_str().unwrap().starts_with("GET"), "{path}");
        assert!(answer.headers.get("location").is_none() && answer.headers.get("set-cookie").is_none(), "{path}");
    }
    assert!(api.wire.take_calls().is_empty());
    assert_eq!(api.send("HEAD", "/.well-known/oauth-authorization-server", Value::Null, &[]).await.status, 200);
}

/// The address of the deployment comes from the configuration. The headers of a request cannot change this address (RFC
/// 9700, section 4.13).
#[tokio::test]
async fn the_headers_of_a_stranger_change_no_address() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let forged = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "https://evil.example/"),
    ];
    let link = format!("/oauth/authorize?{}", encoded_map(&program.asks()));
    let (_, asked) = sent_to(&api.send("GET", &link, Value::Null, &forged).await);
    assert_eq!(asked["redirect_uri"], "https://todo.test/oauth/callback");
    let wrong = api.send("GET", &link.replace("S256", "plain"), Value::Null, &forged).await;
    assert_eq!(sent_to(&wrong).1["iss"], "https://todo.test");
    for place in ["oauth-authorization-server", "openid-configuration", "oauth-protected-resource/mcp"] {
        let answer = api.send("GET", &format!("/.well-known/{place}"), Value::Null, &forged).await;
        assert!(answer.status == 200 && !answer.text.contains("evil"), "{}", answer.text);
    }
}

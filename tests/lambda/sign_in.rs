//! Tests a whole sign-in with each AWS service that can be in front of the function. The services treat cookies in
//! different ways.

use std::sync::{
    Arc, LazyLock, Mutex,
    mpsc::{Sender, channel},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::{Json, Router, routing::get, routing::post};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use url::Url;

use super::{
    events::{Door, Reply},
    runtime_api::Lambda,
};

const BASE: &str = "https://todo.example.com";
const REDIRECT_URI: &str = "http://127.0.0.1:4000/callback";
/// The verifier and the challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CLIENT: &str = "https://claude.ai/oauth/claude-code-client-metadata";

static KEY: LazyLock<EncodingKey> = LazyLock::new(|| {
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    EncodingKey::from_ec_der(pair.as_ref())
});

/// An OpenID provider where everybody is `ada@example.com`. `nonce` is the nonce of the next ID token.
fn provider(nonce: Arc<Mutex<String>>) -> String {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(serve(nonce, &sender));
    });
    receiver.recv().unwrap()
}

async fn serve(nonce: Arc<Mutex<String>>, sender: &Sender<String>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let at = |path: &str| format!("{issuer}{path}");
    let discovery = json!({
        "issuer": issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"), "jwks_uri": at("/keys"),
    });
    let mut key = serde_json::to_value(Jwk::from_encoding_key(&KEY, Algorithm::ES256).unwrap()).unwrap();
    key["kid"] = json!("1");
    let token = {
        let issuer = issuer.clone();
        move || {
            let claims = json!({
                "iss": issuer, "sub": "ada", "aud": "todo", "exp": jiff::Timestamp::now().as_second() + 300,
                "nonce": *nonce.lock().unwrap(), "email": "ada@example.com", "email_verified": true,
            });
            let header = Header { kid: Some("1".to_owned()), ..Header::new(Algorithm::ES256) };
            let token = encode(&header, &claims, &KEY).unwrap();
            async move { Json(json!({ "id_token": token })) }
        }
    };
    let keys = json!({ "keys": [key] });
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(async move || Json(discovery)))
        .route("/keys", get(async move || Json(keys)))
        .route("/token", post(token));
    sender.send(issuer).unwrap();
    axum::serve(listener, router).await.unwrap();
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn parameter(address: &str, name: &str) -> String {
    let url = Url::parse(address).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap()
}

/// The value of a hidden field of a page.
fn field(page: &Reply, name: &str) -> String {
    let after = page.text.split_once(&format!("name=\"{name}\" value=\"")).expect("the page has the field").1;
    after.split_once('"').unwrap().0.to_owned()
}

/// A person gives access to a program. Returns the access token of the program.
fn access(lambda: &Lambda, door: Door, nonce: &Mutex<String>) -> String {
    let asks = form(&[
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT_URI),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("resource", &format!("{BASE}/mcp")),
    ]);
    let begun = lambda.send(door.ask("GET", &format!("/oauth/authorize?{asks}")));
    assert_eq!(begun.status, 302, "{door:?} {}", begun.text);
    let cookie = begun.headers["set-cookie"].clone();
    assert!(cookie.starts_with("__Host-sign-in-") && cookie.ends_with("; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    *nonce.lock().unwrap() = parameter(&begun.headers["location"], "nonce");
    let back = form(&[("code", "c"), ("state", &parameter(&begun.headers["location"], "state"))]);
    let callback = format!("/oauth/callback?{back}");
    assert_eq!(lambda.send(door.ask("GET", &callback)).status, 400, "{door:?} without the cookie");
    let signed_in = lambda.send(door.ask("GET", &callback).header("cookie", &format!("other=1; {cookie}")));
    assert_eq!(signed_in.status, 303, "{door:?} {}", signed_in.text);
    let consent = signed_in.headers["location"].strip_prefix(BASE).unwrap();
    let page = lambda.send(door.ask("GET", consent).header("cookie", cookie));
    assert!(page.status == 200 && page.text.contains("ada@example.com"), "{door:?} {}", page.text);
    let decision = form(&[
        ("request", &field(&page, "request")),
        ("form_token", &field(&page, "form_token")),
        ("decision", "allow"),
    ]);
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let allowed =
        lambda.send(door.ask("POST", "/oauth/consent").header(kind.0, kind.1).header("cookie", cookie).text(decision));
    assert_eq!(allowed.status, 200, "{door:?} {}", allowed.text);
    let address =
        allowed.text.split_once("content=\"0;url=").unwrap().1.split_once('"').unwrap().0.replace("&amp;", "&");
    let redeem = form(&[
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("code", &parameter(&address, "code")),
        ("code_verifier", VERIFIER),
        ("redirect_uri", REDIRECT_URI),
    ]);
    let tokens = lambda.send(door.ask("POST", "/oauth/token").header(kind.0, kind.1).text(redeem));
    assert_eq!(tokens.status, 200, "{door:?} {}", tokens.text);
    tokens.body["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn people_sign_in_through_every_door_and_their_tokens_are_in_no_log() {
    let nonce = Arc::new(Mutex::new(String::new()));
    let issuer = provider(nonce.clone());
    let lambda = Lambda::start_with(&[
        ("AUTH_MODE", Some("oauth")),
        ("OAUTH_ISSUER", Some(&issuer)),
        ("OAUTH_CLIENT_ID", Some("todo")),
        ("OAUTH_PEOPLE", Some("example.com")),
        ("PUBLIC_URL", Some(BASE)),
    ]);
    let mut tokens = Vec::new();
    for door in Door::ALL {
        let token = access(&lambda, door, &nonce);
        let bearer = format!("Bearer {token}");
        let todo = json!({"todos": [{"title": format!("{door:?}")}], "allow_duplicate": true});
        let added = lambda.send(door.ask("POST", "/todos").json(&todo).header("authorization", &bearer));
        assert_eq!(added.status, 201, "{door:?} {}", added.text);
        let programs = lambda.send(door.ask("GET", "/account/programs").header("authorization", &bearer));
        let names: Vec<&Value> =
            programs.body["programs"].as_array().unwrap().iter().map(|program| &program["name"]).collect();
        assert!(names.len() > tokens.len() && names.iter().all(|name| **name == "Claude Code"), "{}", programs.text);
        tokens.push(token);
    }
    let output = lambda.stop().output();
    for token in tokens {
        assert!(!output.contains(&token), "{output}");
    }
}

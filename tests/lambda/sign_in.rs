//! Tests a whole sign-in through each AWS service in front of the function (`Door`). The cookie of the browser must
//! pass through this service in both directions.

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::{
    Json, Router,
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use todo_action::app::{Clock, Ids};
use url::{Url, form_urlencoded};

use super::{
    events::{Ask, Door, Reply},
    runtime_api::{Lambda, SERVERS},
};

const VERIFIER: &str = "a-verifier-with-43-characters-or-more-letters";
const REDIRECT_URI: &str = "http://127.0.0.1:51234/callback";
const CLIENT_ID: &str = "https://claude.ai/oauth/claude-code-client-metadata";

/// An OpenID provider where everybody has signed in already.
struct Provider {
    issuer: String,
    /// The claims of the next ID token.
    claims: Arc<Mutex<Value>>,
}

impl Provider {
    fn start() -> Self {
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let private = EncodingKey::from_ec_der(pair.as_ref());
        let mut public = serde_json::to_value(Jwk::from_encoding_key(&private, Algorithm::ES256).unwrap()).unwrap();
        public["kid"] = json!("key-1");
        let listener = SERVERS.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let discovery = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
        });
        let claims = Arc::new(Mutex::new(json!({})));
        let next = claims.clone();
        let token = async move || {
            let mut head = Header::new(Algorithm::ES256);
            head.kid = Some("key-1".to_owned());
            Json(json!({"id_token": encode(&head, &*next.lock().unwrap(), &private).unwrap()}))
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(async move || Json(discovery)))
            .route("/keys", get(async move || Json(json!({"keys": [public]}))))
            .route("/token", post(token));
        SERVERS.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { issuer, claims }
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn parameter(address: &str, name: &str) -> String {
    let address = Url::parse(address).unwrap();
    address.query_pairs().find(|(own, _)| own == name).expect("the parameter").1.into_owned()
}

/// The text between two other texts.
#[track_caller]
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).expect("the text").0
}

fn posted(ask: Ask, pairs: &[(&str, &str)]) -> Ask {
    ask.header("content-type", "application/x-www-form-urlencoded").text(form(pairs))
}

/// Runs the first part of a sign-in, from the program's request for access to the answer of the callback. Returns the
/// browser's cookie and this answer.
fn signed_in(lambda: &Lambda, door: Door, provider: &Provider, subject: &str) -> (String, Reply) {
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let asked = form(&[
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT_URI),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let begun = lambda.send(door.ask("GET", &format!("/oauth/authorize?{asked}")));
    assert_eq!(begun.status, 302, "{}", begun.text);
    let (cookie, attributes) = begun.headers["set-cookie"].split_once(';').unwrap();
    assert!(cookie.starts_with("__Host-") && attributes.contains("Secure") && attributes.contains("HttpOnly"));
    let to_provider = &begun.headers["location"];
    let now = Clock::system().now().as_second();
    *provider.claims.lock().unwrap() = json!({
        "iss": provider.issuer, "sub": subject, "aud": "todo", "exp": now + 300,
        "nonce": parameter(to_provider, "nonce"), "email": "ada@example.com", "email_verified": true,
    });
    let back = form(&[("code", "code-1"), ("state", &parameter(to_provider, "state"))]);
    let without = lambda.send(door.ask("GET", &format!("/oauth/callback?{back}")));
    assert_eq!(without.status, 400, "{}", without.text);
    let returned = lambda.send(door.ask("GET", &format!("/oauth/callback?{back}")).header("cookie", cookie));
    (cookie.to_owned(), returned)
}

#[test]
fn a_person_signs_in_and_a_program_gets_access_through_every_door() {
    let provider = Provider::start();
    let lambda = Lambda::start_with(&[
        ("AUTH_MODE", Some("oauth")),
        ("OAUTH_ISSUER", Some(&provider.issuer)),
        ("OAUTH_CLIENT_ID", Some("todo")),
        ("OAUTH_PEOPLE", Some("example.com")),
        ("PUBLIC_URL", Some("https://todo.example.com")),
    ]);
    let mut secrets = Vec::new();
    for door in Door::ALL {
        let subject = format!("ada-{}", Ids::random().change().as_str());
        let (cookie, returned) = signed_in(&lambda, door, &provider, &subject);
        assert_eq!(returned.status, 303, "{door:?}: {}", returned.text);
        let consent = returned.headers["location"].strip_prefix("https://todo.example.com").unwrap();
        let page = lambda.send(door.ask("GET", consent).header("cookie", &cookie));
        assert!(page.status == 200 && page.text.contains("ada@example.com"), "{}", page.text);
        let hidden = |name: &str| between(&page.text, &format!("name=\"{name}\" value=\""), "\"").to_owned();
        let (request, form_token) = (hidden("request"), hidden("form_token"));
        let decision = [("request", &*request), ("form_token", &form_token), ("decision", "allow")];
        let decide = posted(door.ask("POST", "/oauth/consent"), &decision);
        let allowed = lambda.send(decide.header("cookie", &cookie).header("sec-fetch-site", "same-origin"));
        assert_eq!(allowed.status, 200, "{}", allowed.text);
        let address = between(&allowed.text, "content=\"0;url=", "\"").replace("&amp;", "&");
        let code = parameter(&address, "code");
        let redeem = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT_URI),
            ("code", &code),
            ("code_verifier", VERIFIER),
        ];
        let tokens = lambda.send(posted(door.ask("POST", "/oauth/token"), &redeem));
        assert_eq!(tokens.status, 200, "{}", tokens.text);
        let access = tokens.body["access_token"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {access}");
        let body = json!({"todos": [{"title": "Buy milk"}]});
        let added = lambda.send(door.ask("POST", "/todos").header("authorization", &bearer).json(&body));
        assert_eq!(added.status, 201, "{}", added.text);
        let listed = lambda.send(door.ask("GET", "/todos").header("authorization", &bearer));
        assert_eq!(listed.body["todos"][0]["id"], added.body["todos"][0]["id"]);
        secrets.extend([access, code, request, form_token, cookie.split_once('=').unwrap().1.to_owned(), subject]);
    }
    let output = lambda.stop().output();
    assert!(secrets.iter().all(|secret| !output.contains(secret.as_str())), "{output}");
}

#[test]
fn a_person_whom_the_operator_has_not_invited_sees_a_page() {
    let provider = Provider::start();
    let lambda = Lambda::start_with(&[
        ("AUTH_MODE", Some("oauth")),
        ("OAUTH_ISSUER", Some(&provider.issuer)),
        ("OAUTH_CLIENT_ID", Some("todo")),
        ("PUBLIC_URL", Some("https://todo.example.com")),
    ]);
    let (_, returned) = signed_in(&lambda, Door::HttpApi, &provider, "ada");
    assert!(returned.status == 403 && returned.text.contains("has not invited you"), "{}", returned.text);
}

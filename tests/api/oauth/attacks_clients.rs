//! Tests attacks that use registrations or forged client ids, and attacks on the clients of the operator.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use axum::{body::Body, http::Request};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use todo_action::domain::{client::Client, secret::SecretHash};

use super::{
    super::harness::{Answer, Api},
    attacks_browser::assert_stopped,
    person::{Browser, LOOPBACK, Program, Tokens, VERIFIER, ask, encoded_map, post_form},
    provider::Provider,
    somebody,
};

const WEB: &str = "https://claude.ai/api/mcp/auth_callback";
const NOT_KNOWN: &str = "This service does not know the program";

/// A client that the operator has made. Returns its id.
pub async fn made_client(api: &Api, redirect_uris: &[&str], secret: Option<&str>) -> String {
    let id = Client::new_id(api.app.ids.secret());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let mut item = HashMap::from([
        ("owner".to_owned(), text("keys")),
        ("sk".to_owned(), text(&format!("client#{id}"))),
        ("id".to_owned(), text(&id)),
        ("name".to_owned(), text("Our program")),
        ("created_at".to_owned(), text("2026-11-22T10:00:00Z")),
        ("redirect_uris".to_owned(), AttributeValue::L(redirect_uris.iter().map(|uri| text(uri)).collect())),
    ]);
    item.extend(secret.map(|secret| ("secret".to_owned(), text(SecretHash::of(secret).as_str()))));
    api.client.put_item().table_name(api.table).set_item(Some(item)).send().await.unwrap();
    id
}

/// The client id of a forged registration.
pub fn by_hand(json: &str) -> String {
    format!("reg1.{}", BASE64_URL_SAFE_NO_PAD.encode(json))
}

/// Opens the link of a program. If the answer is a page, asserts that the request has written nothing.
pub async fn link(api: &Api, asks: &BTreeMap<&'static str, String>) -> Answer {
    api.wire.take_written();
    let answer = api.get(&format!("/oauth/authorize?{}", encoded_map(asks))).await;
    assert_eq!(answer.status != 302, api.wire.take_written().is_empty() && answer.headers.get("location").is_none());
    answer
}

async fn register(api: &Api, body: &str) -> Answer {
    let request = Request::post("/oauth/register").header("content-type", "application/json");
    api.raw(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn of_several_addresses_the_allowed_ones_are_registered_and_a_registration_gives_no_rights() {
    let provider = Provider::start().await;
    let api = provider.api();
    let asked = json!({
        "client_name": "Claude",
        "redirect_uris": [WEB, "https://evil.example/callback", LOOPBACK],
        "scope": "admin todos:read",
        "grant_types": ["client_credentials", "password", "implicit"],
        "response_types": ["token"],
        "token_endpoint_auth_method": "client_secret_post",
        "client_id": "client_0123456789012345678901",
        "client_secret": "mine",
        "jwks_uri": "https://evil.example/keys",
    });
    api.wire.take_written();
    let answer = api.post("/oauth/register", asked).await;
    assert_eq!((answer.status.as_u16(), api.wire.take_written().len()), (201, 0), "{}", answer.text);
    assert_eq!(answer.body["redirect_uris"], json!([WEB, LOOPBACK]));
    assert_eq!(answer.body["token_endpoint_auth_method"], "none");
    assert_eq!(answer.body["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert_eq!(answer.body["response_types"], json!(["code"]));
    assert!(answer.body.get("client_secret").is_none() && answer.body.get("jwks_uri").is_none(), "{}", answer.text);
    let client_id = answer.body["client_id"].as_str().unwrap();
    assert!(client_id.starts_with("reg1."), "{client_id}");
    let program = Program::documented(client_id, LOOPBACK);
    for grant_type in [
        "client_credentials",
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        let form = [("grant_type", grant_type), ("scope", "todos"), ("username", "ada"), ("password", "ada")];
        let answer = program.token(&api, &form).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (400, &json!("unsupported_grant_type")));
    }
    assert_eq!(api.wire.take_written(), Vec::<String>::new());
}

#[tokio::test]
async fn a_registration_that_is_too_large_or_odd_is_no_registration() {
    let provider = Provider::start().await;
    let api = provider.api();
    let many = |count: usize| json!({ "redirect_uris": vec![LOOPBACK; count] }).to_string();
    let deep = format!("{{\"redirect_uris\": [\"{LOOPBACK}\"], \"a\": {}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let twice = format!("{{\"redirect_uris\": [\"{LOOPBACK}\"], \"redirect_uris\": [\"https://evil.example/\"]}}");
    let long = json!({"redirect_uris": [format!("{LOOPBACK}{}", "x".repeat(1_200))]}).to_string();
    for body in [many(0), many(21), deep, twice, long, "[]".to_owned(), "{".to_owned(), String::new()] {
        let answer = register(&api, &body).await;
        let error = answer.body["error"].as_str().unwrap_or_default();
        assert!(answer.status == 400 && error.starts_with("invalid_"), "{}: {}", answer.status, answer.text);
    }
    let registration = json!({"n": "Claude", "r": [LOOPBACK]}).to_string();
    let sound = by_hand(&registration);
    let r = format!("\"r\":[\"{LOOPBACK}\"]");
    for id in [
        sound.replace("reg1.", "reg2."),
        sound.replace("reg1.", ""),
        format!("{sound}="),
        format!("{sound}!"),
        by_hand(&format!("{{{r},{r}}}")),
        by_hand(&format!("{{{r},\"n\":\"{}\"}}", "x".repeat(1_200))),
        by_hand("{\"r\":\"http://127.0.0.1/\"}"),
        by_hand(&format!("{{{r}}} {{}}")),
        "client_0123456789012345678901".to_owned(),
        "http://127.0.0.1:1/client.json".to_owned(),
        "https://evil.example/client.json".to_owned(),
        "https://claude.ai/oauth/mcp-oauth-client-metadata?a".to_owned(),
        "https://chatgpt.com/oauth/../client.json".to_owned(),
        "mcp".to_owned(),
    ] {
        assert_stopped(&link(&api, &Program::documented(&id, LOOPBACK).asks()).await, 400, NOT_KNOWN);
    }
    assert_eq!(link(&api, &Program::documented(&sound, LOOPBACK).asks()).await.status, 302);
}

/// A registration that is spelled differently has a different client id. This is harmless: the service asks the person
/// again, and the tokens of one client id are not valid for the other client id.
#[tokio::test]
async fn another_spelling_of_a_client_id_is_another_client() {
    let provider = Provider::start().await;
    let api = provider.api();
    let (ada, mut browser) = (somebody(&api, "ada"), Browser::default());
    let registered = Program::register(&api, "Claude Code").await;
    let name = "\"n\":\"Claude Code\"";
    for json in [format!("{{ {name}, \"r\":[\"{LOOPBACK}\"]}}"), format!("{{\"r\":[\"{LOOPBACK}\"],{name},\"x\":1}}")] {
        let spelled = Program { client_id: by_hand(&json), ..registered.clone() };
        let code = browser.allow(&api, &provider, &registered, &ada).await;
        let answer = spelled.redeem(&api, &code).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (400, &json!("invalid_grant")), "{}", answer.text);
        let tokens = Tokens::of(&registered.redeem(&api, &code).await);
        assert_eq!(spelled.refresh(&api, &tokens.refresh).await.status, 400);
        Tokens::of(&registered.refresh(&api, &tokens.refresh).await);
    }
    // The last digit of this base64url text has two unused bits. If these bits are not zero, the text is not valid
    // base64url.
    let mut bytes = by_hand(&format!("{{\"r\":[\"{LOOPBACK}\"]}} "));
    while bytes.len() % 4 != 3 {
        bytes = by_hand(&(String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(&bytes[5..]).unwrap()).unwrap() + " "));
    }
    let last = bytes.pop().unwrap();
    let next = char::from(last as u8 + 1);
    assert_stopped(&link(&api, &Program::documented(&format!("{bytes}{next}"), LOOPBACK).asks()).await, 400, NOT_KNOWN);
    assert_eq!(link(&api, &Program::documented(&format!("{bytes}{last}"), LOOPBACK).asks()).await.status, 302);
}

#[tokio::test]
async fn a_client_with_a_secret_needs_its_secret_and_a_wrong_secret_uses_nothing_up() {
    let provider = Provider::start().await;
    let api = provider.api();
    let redirect_uri = "https://app.example/callback";
    let id = made_client(&api, &[redirect_uri], Some("right-secret")).await;
    let program = Program::documented(&id, redirect_uri);
    let code = Browser::default().allow(&api, &provider, &program, &somebody(&api, "ada")).await;
    let basic = |secret: &str| format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
    let redeem = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
    let redeem = [&redeem[..], &[("redirect_uri", redirect_uri)]].concat();
    let in_form = |form: &[(&'static str, &str)], secret: &'static str| {
        let more = [("client_id", id.clone()), ("client_secret", secret.to_owned())];
        form.iter().map(|(name, value)| (*name, (*value).to_owned())).chain(more).collect::<Vec<_>>()
    };
    let (right, wrong) = (basic("right-secret"), basic("wrong-secret"));
    let in_both = [("authorization", right.as_str())];
    let bad = [("authorization", wrong.as_str())];
    let send = async |path: &str, form: &[(&'static str, String)], headers: &[(&str, &str)]| {
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        post_form(&api, path, &form, headers).await
    };
    let plain = |form: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        form.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    };
    for (form, headers, error) in [
        (in_form(&redeem, "wrong-secret"), &[][..], "invalid_client"),
        (in_form(&redeem, ""), &[], "invalid_client"),
        (plain(&redeem), &bad, "invalid_client"),
        (in_form(&redeem, "right-secret"), &in_both, "invalid_request"),
    ] {
        let answer = send("/oauth/token", &form, headers).await;
        assert_eq!(answer.body["error"], error, "{}", answer.text);
        assert!(!answer.text.contains("secret-") && !answer.text.contains("-secret"), "{}", answer.text);
    }
    let tokens = Tokens::of(&send("/oauth/token", &plain(&redeem), &in_both).await);
    // A thief has the tokens, but not the secret. So the thief can neither refresh the tokens nor revoke them.
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
    assert_eq!(send("/oauth/token", &in_form(&refresh, "wrong-secret"), &[]).await.status, 401);
    let revoke = [("token", tokens.refresh.as_str())];
    assert_eq!(send("/oauth/revoke", &in_form(&revoke, "wrong-secret"), &[]).await.status, 401);
    assert_eq!(ask(&api.elsewhere(), "GET", "/todos", Value::Null, &tokens.access).await.status, 200);
    Tokens::of(&send("/oauth/token", &in_form(&refresh, "right-secret"), &[]).await);
    assert_eq!(send("/oauth/revoke", &in_form(&revoke, "right-secret"), &[]).await.status, 200);
    assert_eq!(ask(&api.elsewhere(), "GET", "/todos", Value::Null, &tokens.access).await.status, 401);
}

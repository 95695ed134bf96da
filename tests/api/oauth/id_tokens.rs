//! Tests ID tokens that the API must refuse. Each ID token has only one mistake. After each mistake, the same person
//! can sign in with an ID token without the mistake.

use std::sync::{Arc, Mutex};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{
    attempt::Attempt,
    person::ask,
    provider::{KEY, Signer},
};

/// A change of the claims and of the header of an ID token.
type Forgery = Box<dyn Fn(&mut Value, &mut Header) + Send + Sync>;

const UNREADABLE: &str = "the ID token cannot be read";
const UNKNOWN_KEY: &str = "the ID token is signed with an unknown key";
const NOT_VERIFIED: &str = "the ID token has a wrong signature or wrong claims";
const OTHER_SIGN_IN: &str = "the ID token belongs to another sign-in";
const NOT_NOW: &str = "the ID token is not valid now";

fn claim(name: &'static str, value: impl Into<Value>) -> Forgery {
    let value = value.into();
    Box::new(move |claims, _| claims[name] = value.clone())
}

fn without(name: &'static str) -> Forgery {
    Box::new(move |claims, _| drop(claims.as_object_mut().unwrap().remove(name)))
}

/// Sets the claim to the present time plus this number of seconds.
fn from_now(name: &'static str, seconds: i64) -> Forgery {
    Box::new(move |claims, _| claims[name] = json!(claims["iat"].as_i64().unwrap() + seconds))
}

fn header(change: impl Fn(&mut Header) + Send + Sync + 'static) -> Forgery {
    Box::new(move |_, header| change(header))
}

/// Sets the type (`typ`) of the token.
fn of_type(kind: &'static str) -> Forgery {
    header(move |header| header.typ = Some(kind.to_owned()))
}

/// Asserts that each of these ID tokens is refused for this reason.
async fn assert_refused(cause: &str, forgeries: impl IntoIterator<Item = Forgery>) {
    let mut attempt = Attempt::start().await;
    for forgery in forgeries {
        attempt.provider.forge(forgery);
        let answer = attempt.callback().await;
        attempt.assert_refused(&answer, cause);
    }
    attempt.provider.mend();
    attempt.assert_works().await;
}

/// Asserts that each of these ID tokens is accepted.
async fn assert_accepted(forgeries: impl IntoIterator<Item = Forgery>) {
    let mut attempt = Attempt::start().await;
    for (number, forgery) in forgeries.into_iter().enumerate() {
        attempt.provider.forge(forgery);
        let answer = attempt.callback().await;
        assert_eq!(answer.status, 303, "{number}: {} {}", answer.text, attempt.log.take());
    }
}

/// Asserts that the API refuses each of these texts if the provider sends the text instead of an ID token.
async fn assert_rewritten_is_refused(cause: &str, texts: Vec<Box<dyn Fn(String) -> String + Send + Sync>>) {
    let mut attempt = Attempt::start().await;
    for text in texts {
        attempt.provider.rewrite(text);
        let answer = attempt.callback().await;
        attempt.assert_refused(&answer, cause);
    }
    attempt.provider.mend();
    attempt.assert_works().await;
}

fn parts(token: &str) -> [String; 3] {
    let parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    parts.try_into().unwrap()
}

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn garbage_in_the_place_of_an_id_token_is_refused() {
    let garbage = ["", "x", "a.b.c", "..", "null", "eyJhbGciOiJSUzI1NiJ9.e30.", "💥"];
    assert_rewritten_is_refused(UNREADABLE, garbage.map(|text| Box::new(move |_| text.to_owned()) as _).into()).await;
}

#[tokio::test]
async fn an_id_token_of_more_than_16_kilobytes_is_refused() {
    assert_refused(UNREADABLE, [claim("name", "n".repeat(12_500))]).await;
    assert_accepted([claim("name", "n".repeat(11_500))]).await;
}

#[tokio::test]
async fn another_kind_of_token_or_a_critical_extension_is_refused() {
    let kinds = ["at+jwt", "application/at+jwt", "AT+JWT", "logout+jwt", "dpop+jwt", "JWS", ""];
    let critical = header(|header| header.crit = Some(vec!["b64".to_owned()]));
    assert_refused(UNREADABLE, kinds.map(of_type).into_iter().chain([critical])).await;
    let no_type = header(|header| header.typ = None);
    assert_accepted(["JWT", "jwt", "application/jwt"].map(of_type).into_iter().chain([no_type])).await;
}

#[tokio::test]
async fn an_id_token_signed_by_nobody_is_refused() {
    let mut texts: Vec<Box<dyn Fn(String) -> String + Send + Sync>> = Vec::new();
    for algorithm in ["none", "None", "NONE"] {
        for signature in ["", "AA"] {
            let head = part(&json!({"alg": algorithm, "kid": KEY.kid, "typ": "JWT"}));
            texts.push(Box::new(move |token| [&*head, &*parts(&token)[1], signature].join(".")));
        }
    }
    assert_rewritten_is_refused(UNREADABLE, texts).await;
}

#[tokio::test]
async fn an_id_token_signed_by_hmac_is_refused() {
    let coordinate = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(KEY.public()[name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    // The third key is the client secret, which OpenID Connect would allow.
    let keys = [point, KEY.public().to_string().into_bytes(), b"hush-hush".to_vec()];
    let texts = keys.map(|key| {
        let rewrite = move |token: String| {
            let claims = BASE64_URL_SAFE_NO_PAD.decode(&parts(&token)[1]).unwrap();
            let claims: Value = serde_json::from_slice(&claims).unwrap();
            let mut head = Header::new(Algorithm::HS256);
            head.kid = Some(KEY.kid.clone());
            encode(&head, &claims, &EncodingKey::from_secret(&key)).unwrap()
        };
        Box::new(rewrite) as _
    });
    assert_rewritten_is_refused(UNREADABLE, texts.into()).await;
}

#[tokio::test]
async fn an_id_token_without_the_name_of_its_key_is_refused() {
    assert_refused(UNREADABLE, [header(|header| header.kid = None)]).await;
}

#[tokio::test]
async fn an_id_token_of_an_unknown_key_or_of_a_key_for_encryption_is_refused() {
    let mut attempt = Attempt::start().await;
    let encrypts = Signer::new("key-2");
    attempt.provider.set_keys(&[&KEY, &encrypts.described("key-2", "use", json!("enc"))]);
    for signer in [&Signer::new("unknown"), &encrypts] {
        attempt.provider.sign_with(signer);
        let answer = attempt.callback().await;
        attempt.assert_refused(&answer, UNKNOWN_KEY);
    }
    attempt.provider.sign_with(&KEY);
    attempt.assert_works().await;
}

#[tokio::test]
async fn an_id_token_of_a_key_of_the_same_name_is_refused() {
    let mut attempt = Attempt::start().await;
    attempt.provider.sign_with(&Signer::new(&KEY.kid));
    let answer = attempt.callback().await;
    attempt.assert_refused(&answer, NOT_VERIFIED);
    attempt.provider.mend();
    attempt.assert_works().await;
}

#[tokio::test]
async fn a_key_verifies_only_the_algorithm_that_the_provider_names() {
    let mut attempt = Attempt::start().await;
    let other = KEY.described("key-2", "alg", json!("ES384"));
    let same = KEY.described("key-3", "alg", json!("ES256"));
    attempt.provider.set_keys(&[&other, &same]);
    attempt.provider.sign_with(&other);
    let answer = attempt.callback().await;
    attempt.assert_refused(&answer, "the algorithm of the ID token is not the algorithm of its key");
    attempt.provider.sign_with(&same);
    attempt.assert_works().await;
}

#[tokio::test]
async fn an_id_token_that_was_altered_after_it_was_signed_is_refused() {
    let mut attempt = Attempt::start().await;
    attempt.provider.rewrite(|token| {
        let [head, claims, signature] = parts(&token);
        let claims = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        let claims = BASE64_URL_SAFE_NO_PAD.encode(claims.replacen("\"sub\":\"ada-", "\"sub\":\"bob-", 1));
        [head, claims, signature].join(".")
    });
    let answer = attempt.callback().await;
    attempt.assert_refused(&answer, NOT_VERIFIED);
    attempt.provider.mend();
    attempt.assert_works().await;
}

#[tokio::test]
async fn an_id_token_without_a_necessary_claim_or_with_a_claim_of_another_kind_is_refused() {
    let missing = ["iss", "sub", "aud", "exp"].map(without);
    let kinds = [
        claim("exp", "soon"),
        claim("exp", Value::Null),
        claim("aud", 5),
        claim("aud", json!([5])),
        claim("sub", 5),
        claim("iss", json!(["https://id.example.com"])),
        claim("nonce", 5),
        claim("email", json!({"secret-internals": true})),
        claim("email_verified", json!([true])),
    ];
    assert_refused(NOT_VERIFIED, missing.into_iter().chain(kinds)).await;
}

#[tokio::test]
async fn a_claim_that_is_there_twice_is_refused() {
    let twice = |token: String| {
        let [head, claims, _] = parts(&token);
        let claims = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        let claims = claims.replacen('{', "{\"sub\":\"bob\",", 1);
        // This test signs the text by itself. The crate `jsonwebtoken` signs only claims of a Rust type, and a Rust
        // type cannot have the same member twice.
        let message = [head, BASE64_URL_SAFE_NO_PAD.encode(claims)].join(".");
        let signature = KEY.signature(&message);
        format!("{message}.{signature}")
    };
    assert_rewritten_is_refused(NOT_VERIFIED, vec![Box::new(twice)]).await;
}

#[tokio::test]
async fn an_id_token_of_another_issuer_is_refused() {
    let slash: Forgery = Box::new(|claims, _| claims["iss"] = json!(format!("{}/", claims["iss"].as_str().unwrap())));
    let upper: Forgery = Box::new(|claims, _| claims["iss"] = json!(claims["iss"].as_str().unwrap().to_uppercase()));
    let others = ["https://id.example.com", ""].map(|issuer| claim("iss", issuer));
    assert_refused("the ID token names another issuer", others.into_iter().chain([slash, upper])).await;
}

#[tokio::test]
async fn an_id_token_for_another_audience_is_refused() {
    let audiences = [
        json!("https://todo.test"),
        json!("https://todo.test/mcp"),
        json!("other"),
        json!(["other"]),
        json!([]),
        json!("todo2"),
        json!("TODO"),
        json!("todo other"),
        json!(""),
    ];
    assert_refused("the ID token is made for another client", audiences.map(|audience| claim("aud", audience))).await;
}

#[tokio::test]
async fn an_id_token_that_was_given_to_another_client_is_refused() {
    let several = claim("aud", json!(["todo", "other"]));
    let to_other: Forgery = Box::new(|claims, _| {
        claims["aud"] = json!(["todo", "other"]);
        claims["azp"] = json!("other");
    });
    assert_refused("the ID token was given to another client", [claim("azp", "other"), several, to_other]).await;
    let to_us: Forgery = Box::new(|claims, _| {
        claims["aud"] = json!(["other", "todo"]);
        claims["azp"] = json!("todo");
    });
    assert_accepted([claim("azp", "todo"), claim("aud", json!(["todo"])), to_us]).await;
}

#[tokio::test]
async fn an_id_token_is_valid_only_in_its_time_and_two_clocks_may_differ_by_half_a_minute() {
    let late = [from_now("exp", -31), from_now("exp", -30), claim("exp", -1), claim("exp", 0)];
    let early = ["nbf", "iat"].map(|name| from_now(name, 32));
    let far = claim("iat", 253_402_300_799_i64);
    assert_refused(NOT_NOW, late.into_iter().chain(early).chain([far])).await;
    let near = [from_now("exp", -28), from_now("nbf", 28), from_now("iat", 28)];
    let odd = [claim("exp", 1e308), claim("exp", 4_102_444_800.5), without("iat")];
    assert_accepted(near.into_iter().chain(odd)).await;
}

#[tokio::test]
async fn an_id_token_of_another_sign_in_is_refused() {
    let nonces = [claim("nonce", ""), claim("nonce", "other"), claim("nonce", Value::Null), without("nonce")];
    assert_refused(OTHER_SIGN_IN, nonces).await;
}

#[tokio::test]
async fn the_id_token_of_an_earlier_sign_in_or_of_another_tab_is_refused() {
    let mut attempt = Attempt::start().await;
    let kept = Arc::new(Mutex::new(String::new()));
    let keep = kept.clone();
    attempt.provider.rewrite(move |token| {
        keep.lock().unwrap().clone_from(&token);
        token
    });
    let (first, second) = (attempt.begin().await, attempt.begin().await);
    assert_eq!(attempt.sign_in(&first).await.status, 303);
    let earlier = kept.lock().unwrap().clone();
    // No part of the API accepts the ID token as an access token.
    attempt.api.wire.take_calls();
    ask(&attempt.api, "GET", "/todos", Value::Null, &earlier).await.assert_problem(401, "bad_credential");
    assert_eq!(attempt.api.wire.take_calls(), Vec::<String>::new());
    attempt.provider.rewrite(move |_| earlier.clone());
    let answer = attempt.sign_in(&second).await;
    attempt.assert_refused(&answer, OTHER_SIGN_IN);
    attempt.provider.mend();
    // When the provider answers correctly again, the sign-in in the second tab continues.
    assert_eq!(attempt.sign_in(&second).await.status, 303);
}

#[tokio::test]
async fn a_subject_that_cannot_own_anything_is_refused() {
    assert_refused("the ID token names nobody", [claim("sub", "")]).await;
    let subjects = ["line\nbreak".to_owned(), "x".repeat(1_100)];
    assert_refused("the subject cannot be part of the name of an owner", subjects.map(|subject| claim("sub", subject)))
        .await;
}

//! Tests tokens that the API must refuse. Each token has only one mistake.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use todo_action::domain::{
    api_key::{ApiKey, KeyName},
    owner::Owner,
};

use super::{
    super::harness::{Answer, Api},
    ask,
    provider::{KEY, Provider, Signer},
};

/// The part of the `WWW-Authenticate` header that tells a client how to get a token.
const WHERE: &str = "scope=\"todos\", resource_metadata=\"https://todo.test/.well-known/oauth-protected-resource\"";

#[track_caller]
fn assert_refused(answer: &Answer) {
    answer.assert_problem(401, "bad_credential");
    let challenge = answer.headers["www-authenticate"].to_str().unwrap();
    assert_eq!(challenge, format!("Bearer realm=\"todo-action\", error=\"invalid_token\", {WHERE}"));
}

/// Changes the claims and the header of a token, and sends the token. The function first asserts that the API accepts
/// the token without these changes.
async fn altered(alter: impl FnOnce(&mut Value, &mut Header)) -> Answer {
    let provider = Provider::start().await;
    let api = provider.api();
    let mut claims = provider.claims(&api, "ada");
    let taken = ask(&api, "GET", "/todos", Value::Null, &KEY.sign(&claims, |_| {})).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(KEY.kid.clone());
    alter(&mut claims, &mut header);
    ask(&api, "GET", "/todos", Value::Null, &KEY.sign(&claims, |head| *head = header)).await
}

#[tokio::test]
async fn no_token_is_refused_and_told_where_to_get_one() {
    let api = Provider::start().await.api();
    let answer = api.get("/todos").await;
    answer.assert_problem(401, "no_credential");
    assert_eq!(answer.headers["www-authenticate"], format!("Bearer realm=\"todo-action\", {WHERE}"));
}

#[tokio::test]
async fn a_client_of_mcp_is_told_where_the_metadata_of_its_endpoint_are() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let host = ("host", "todo.test");
    let answer = api.send("POST", "/mcp", ping.clone(), &[host]).await;
    answer.assert_problem(401, "no_credential");
    let challenge = answer.headers["www-authenticate"].to_str().unwrap();
    let metadata = "resource_metadata=\"https://todo.test/.well-known/oauth-protected-resource/mcp\"";
    assert!(challenge.ends_with(metadata), "{challenge}");
    let token = format!("Bearer {}", provider.token(&api, "ada"));
    let let_in = api.send("POST", "/mcp", ping, &[host, ("authorization", &token)]).await;
    assert_eq!(let_in.status, 200, "{}", let_in.text);
}

#[tokio::test]
async fn garbage_is_refused_without_asking_anybody() {
    let provider = Provider::start().await;
    let api = provider.api();
    let long = format!("{}.e30.e30", "e".repeat(9_000));
    for garbage in ["x", "a.b.c", "..", "null", "eyJhbGciOiJSUzI1NiJ9.e30.", "💥", long.as_str()] {
        assert_refused(&ask(&api, "GET", "/todos", Value::Null, garbage).await);
    }
    let basic = api.send("GET", "/todos", Value::Null, &[("authorization", "Basic YTpi")]).await;
    assert_refused(&basic);
    assert_eq!((provider.asked_for_keys(), api.wire.take_calls().len()), (0, 0));
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    assert_refused(&altered(|claims, _| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 31)).await);
}

#[tokio::test]
async fn a_token_that_has_expired_meanwhile_is_refused() {
    let provider = Provider::start().await;
    let api = provider.api();
    let token = provider.token(&api, "ada");
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &token).await.status, 200);
    api.clock.advance(jiff::Span::new().seconds(3_635));
    assert_refused(&ask(&api, "GET", "/todos", Value::Null, &token).await);
}

#[tokio::test]
async fn a_token_without_an_end_is_refused() {
    assert_refused(&altered(|claims, _| drop(claims.as_object_mut().unwrap().remove("exp"))).await);
}

#[tokio::test]
async fn a_token_that_is_not_yet_valid_is_refused() {
    assert_refused(&altered(|claims, _| claims["nbf"] = json!(claims["iat"].as_i64().unwrap() + 60)).await);
}

#[tokio::test]
async fn two_clocks_may_differ_by_half_a_minute() {
    let answer = altered(|claims, _| {
        let now = claims["iat"].as_i64().unwrap();
        claims["nbf"] = json!(now + 25);
        claims["exp"] = json!(now - 25);
    });
    assert_eq!(answer.await.status, 200);
}

#[tokio::test]
async fn a_token_of_another_issuer_is_refused() {
    assert_refused(&altered(|claims, _| claims["iss"] = json!("https://id.example.com")).await);
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    for audience in [json!("https://other.example"), json!(["gpt"]), json!([]), json!("https://todo.test.evil.example")]
    {
        assert_refused(&altered(|claims, _| claims["aud"] = audience).await);
    }
}

#[tokio::test]
async fn a_token_of_another_client_is_refused() {
    assert_refused(&altered(|claims, _| claims["client_id"] = json!("somebody-elses")).await);
}

#[tokio::test]
async fn a_token_that_says_neither_for_whom_it_is_nor_whose_is_refused() {
    assert_refused(
        &altered(|claims, _| {
            claims.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "aud" | "client_id"));
        })
        .await,
    );
}

#[tokio::test]
async fn a_token_for_another_use_is_refused() {
    for token_use in ["id", "refresh", "Access", ""] {
        assert_refused(&altered(|claims, _| claims["token_use"] = json!(token_use)).await);
    }
}

#[tokio::test]
async fn an_id_token_where_an_access_token_belongs_is_refused() {
    // The first token is an ID token of Cognito. The second token is an ID token of another provider. In an ID token,
    // the claim `aud` names the client, not the API.
    for more in [json!({"token_use": "id"}), json!({"nonce": "n", "at_hash": "h"})] {
        let answer = altered(|claims, header| {
            let own = claims.as_object_mut().unwrap();
            own.retain(|name, _| !matches!(name.as_str(), "scope" | "client_id"));
            own.insert("aud".to_owned(), json!("gpt"));
            own.extend(more.as_object().unwrap().clone());
            header.typ = Some("JWT".to_owned());
        });
        assert_refused(&answer.await);
    }
}

#[tokio::test]
async fn a_token_that_is_another_kind_of_jwt_or_has_critical_extensions_is_refused() {
    for kind in ["logout+jwt", "dpop+jwt", "JWS"] {
        assert_refused(&altered(|_, header| header.typ = Some(kind.to_owned())).await);
    }
    assert_refused(&altered(|_, header| header.crit = Some(vec!["b64".to_owned()])).await);
}

#[tokio::test]
async fn a_token_without_the_scope_is_forbidden_and_told_the_scope() {
    for scope in [json!("openid"), json!("todos.read"), json!(""), json!("Todos")] {
        let answer = altered(|claims, _| claims["scope"] = scope).await;
        answer.assert_problem(403, "insufficient_scope");
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains("error=\"insufficient_scope\", scope=\"todos\""), "{challenge}");
    }
}

#[tokio::test]
async fn a_token_signed_by_nobody_is_refused() {
    let provider = Provider::start().await;
    let api = provider.api();
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = part(&provider.claims(&api, "ada"));
    for algorithm in ["none", "None", "NONE"] {
        let head = part(&json!({"alg": algorithm, "kid": KEY.kid, "typ": "JWT"}));
        for signature in ["", "AA"] {
            assert_refused(&ask(&api, "GET", "/todos", Value::Null, &format!("{head}.{claims}.{signature}")).await);
        }
    }
}

#[tokio::test]
async fn a_token_signed_by_hmac_with_the_public_key_is_refused() {
    let provider = Provider::start().await;
    let api = provider.api();
    let coordinate = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(KEY.public()[name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    for secret in [point, KEY.public().to_string().into_bytes()] {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(KEY.kid.clone());
        let token = encode(&header, &provider.claims(&api, "ada"), &EncodingKey::from_secret(&secret)).unwrap();
        assert_refused(&ask(&api, "GET", "/todos", Value::Null, &token).await);
    }
}

#[tokio::test]
async fn a_token_of_a_key_that_is_not_known_is_refused() {
    let provider = Provider::start().await;
    let api = provider.api();
    let token = Signer::new("key-2").sign(&provider.claims(&api, "ada"), |_| {});
    assert_refused(&ask(&api, "GET", "/todos", Value::Null, &token).await);
    assert_refused(&altered(|_, header| header.kid = None).await);
}

#[tokio::test]
async fn a_token_signed_by_the_key_of_another_provider_is_refused() {
    let provider = Provider::start().await;
    let api = provider.api();
    // The key of the other provider has the same key id (`kid`).
    let token = Signer::new(&KEY.kid).sign(&provider.claims(&api, "ada"), |_| {});
    assert_refused(&ask(&api, "GET", "/todos", Value::Null, &token).await);
}

#[tokio::test]
async fn a_token_that_was_altered_after_it_was_signed_is_refused() {
    let provider = Provider::start().await;
    let api = provider.api();
    let (ada, bob) = (provider.token(&api, "ada"), provider.token(&api, "bob"));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (ada, bob) = (parts(&ada), parts(&bob));
    assert_refused(&ask(&api, "GET", "/todos", Value::Null, &[&*ada[0], &*bob[1], &*ada[2]].join(".")).await);
}

#[tokio::test]
async fn a_subject_that_cannot_own_anything_is_refused() {
    for subject in [String::new(), "line\nbreak".to_owned(), "x".repeat(1_100)] {
        assert_refused(&altered(|claims, _| claims["sub"] = json!(subject)).await);
    }
}

/// Creates an API key in an API where people sign in.
async fn key(api: &Api, valid_until: Option<jiff::Timestamp>) -> ApiKey {
    let key = api.app.ids.api_key();
    let owner = Owner::parse(&format!("owner-{}", api.app.ids.change().as_str())).unwrap();
    let record = key.record(owner, KeyName::parse("script").unwrap(), api.app.clock.now(), valid_until);
    api.app.store.add_key(&record).await.unwrap();
    key
}

#[tokio::test]
async fn where_people_sign_in_a_program_may_have_a_key_and_no_bad_one() {
    let provider = Provider::start().await;
    let api = provider.api();
    let good = key(&api, None).await;
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, good.secret()).await.status, 200);
    let expired = key(&api, Some(api.app.clock.now())).await;
    assert_refused(&ask(&api, "GET", "/todos", Value::Null, expired.secret()).await);
    let mut altered = good.secret().to_owned();
    let last = if altered.ends_with('x') { "y" } else { "x" };
    altered.replace_range(altered.len() - 1.., last);
    assert_refused(&ask(&api, "GET", "/todos", Value::Null, &altered).await);
    assert_eq!(provider.asked_for_keys(), 0, "a key is no token");
}

//! Tests access tokens that the API must refuse, and what each refusal costs.

use serde_json::{Value, json};
use todo_action::domain::{
    api_key::{ApiKey, KeyName},
    owner::Owner,
    token::{Token, TokenKind},
};

use super::{
    super::harness::{Answer, Api},
    attempt::Attempt,
    person::{Browser, Program, ask},
    provider::Provider,
    somebody,
};

/// The part of the `WWW-Authenticate` header that tells a client how to get a token.
const WHERE: &str = "scope=\"todos\", resource_metadata=\"https://todo.test/.well-known/oauth-protected-resource\"";

async fn list(api: &Api, token: &str) -> Answer {
    ask(api, "GET", "/todos", Value::Null, token).await
}

#[track_caller]
fn assert_refused(answer: &Answer) {
    answer.assert_problem(401, "bad_credential");
    let challenge = answer.headers["www-authenticate"].to_str().unwrap();
    assert_eq!(challenge, format!("Bearer realm=\"todo-action\", error=\"invalid_token\", {WHERE}"));
}

/// Asserts that the API refuses each of these tokens. For this refusal, the API sends no request to the table and no
/// request to the provider.
async fn assert_refused_for_nothing(provider: &Provider, api: &Api, tokens: &[&str]) {
    let before = provider.requests();
    api.wire.take_calls();
    for token in tokens {
        assert_refused(&list(api, token).await);
    }
    assert_eq!((provider.requests(), api.wire.take_calls()), (before, Vec::<String>::new()));
}

/// The same token, but the last character is different.
fn mistyped(token: &str) -> String {
    let (start, last) = token.split_at(token.len() - 1);
    format!("{start}{}", if last == "x" { "y" } else { "x" })
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
    let mut attempt = Attempt::start().await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let host = ("host", "todo.test");
    let answer = attempt.api.send("POST", "/mcp", list.clone(), &[host]).await;
    answer.assert_problem(401, "no_credential");
    let challenge = answer.headers["www-authenticate"].to_str().unwrap();
    let metadata = "resource_metadata=\"https://todo.test/.well-known/oauth-protected-resource/mcp\"";
    assert!(challenge.ends_with(metadata), "{challenge}");
    let token = format!("Bearer {}", attempt.assert_works().await.access);
    let let_in = attempt.api.send("POST", "/mcp", list, &[host, ("authorization", &token)]).await;
    assert_eq!(let_in.status, 200, "{}", let_in.text);
}

#[tokio::test]
async fn garbage_is_refused_without_asking_anybody() {
    let provider = Provider::start().await;
    let api = provider.api();
    let long = format!("{}.e30.e30", "e".repeat(9_000));
    let garbage = ["x", "a.b.c", "..", "null", "eyJhbGciOiJSUzI1NiJ9.e30.", "💥", long.as_str()];
    assert_refused_for_nothing(&provider, &api, &garbage).await;
    let basic = api.send("GET", "/todos", Value::Null, &[("authorization", "Basic YTpi")]).await;
    assert_refused(&basic);
    assert_eq!((provider.requests(), api.wire.take_calls().len()), (0, 0));
}

#[tokio::test]
async fn the_tokens_of_the_provider_and_other_tokens_of_ours_are_no_access_tokens() {
    let mut attempt = Attempt::start().await;
    let (api, provider, subject) = (attempt.api.clone(), attempt.provider.clone(), attempt.subject.clone());
    let code = Browser::default().allow(&api, &provider, &attempt.program, &subject).await;
    let tokens = attempt.assert_works().await;
    let (ada, grace) = (tokens.access.as_str(), attempt.assert_works().await.access);
    let half = ada.len() / 2;
    let mixed = format!("{}{}", &ada[..half], &grace[half..]);
    let others = [code.as_str(), &tokens.refresh, "opaque", &mistyped(ada), &mixed, &ada[1..], &format!("{ada}x")];
    assert_refused_for_nothing(&provider, &api, &others).await;
    for token in [ada, &grace] {
        assert_eq!(list(&api, token).await.status, 200);
    }
}

#[tokio::test]
async fn an_invented_token_costs_one_question_and_ends_nothing() {
    let mut attempt = Attempt::start().await;
    let api = attempt.api.clone();
    let tokens = attempt.assert_works().await;
    let grant = Token::parse(TokenKind::Access, &tokens.access).unwrap().grant();
    let of_ada = Token::new(TokenKind::Access, &grant, api.app.ids.secret());
    api.wire.take_calls();
    assert_refused(&list(&api, of_ada.reveal()).await);
    assert_eq!(api.wire.take_calls(), ["GetItem"]);
    assert_refused(&list(&api, of_ada.reveal()).await);
    assert_eq!(api.wire.take_calls(), Vec::<String>::new(), "the refusal is remembered");
    assert_eq!(list(&api, &tokens.access).await.status, 200);
    assert_eq!(attempt.program.refresh(&api, &tokens.refresh).await.status, 200, "the grant is still there");
}

#[tokio::test]
async fn an_access_token_is_valid_for_one_hour_also_where_it_is_remembered() {
    let mut attempt = Attempt::start().await;
    let api = attempt.api.clone();
    let token = attempt.assert_works().await.access;
    api.clock.advance(jiff::Span::new().seconds(3_590));
    assert_eq!(list(&api, &token).await.status, 200);
    api.wire.take_calls();
    api.clock.advance(jiff::Span::new().seconds(11));
    assert_refused(&list(&api, &token).await);
    assert_eq!(api.wire.take_calls(), Vec::<String>::new(), "the token is remembered");
    assert_refused(&list(&api.elsewhere(), &token).await);
}

#[tokio::test]
async fn a_scope_is_known_letter_for_letter() {
    let attempt = Attempt::start().await;
    for (scope, told) in [
        ("openid", true),
        ("openid profile email offline_access", true),
        ("openid admin", false),
        ("todos.read", false),
        ("Todos", false),
        ("todos", true),
        ("openid todos:read", true),
    ] {
        let program = Program { scope: Some(scope), ..attempt.program.clone() };
        let path = format!("/oauth/authorize?{}", super::person::encoded_map(&program.asks()));
        let (place, sent) = super::person::sent_to(&attempt.api.get(&path).await);
        assert_eq!(place.starts_with(&attempt.provider.issuer), told, "{scope}");
        assert_eq!(sent.get("error").map(String::as_str), (!told).then_some("invalid_scope"), "{scope}");
    }
}

/// Creates an API key in an API where people sign in.
async fn key(api: &Api, valid_until: Option<jiff::Timestamp>) -> ApiKey {
    let key = api.app.ids.api_key();
    let owner = Owner::parse(&somebody(api, "owner")).unwrap();
    let record = key.record(owner, KeyName::parse("script").unwrap(), api.app.clock.now(), valid_until);
    api.app.store.add_key(&record).await.unwrap();
    key
}

#[tokio::test]
async fn where_people_sign_in_a_program_may_have_a_key_and_no_bad_one() {
    let provider = Provider::start().await;
    let api = provider.api();
    let good = key(&api, None).await;
    assert_eq!(list(&api, good.secret()).await.status, 200);
    let expired = key(&api, Some(api.app.clock.now())).await;
    assert_refused(&list(&api, expired.secret()).await);
    assert_refused_for_nothing(&provider, &api, &[&mistyped(good.secret())]).await;
    assert_eq!(provider.requests(), 0);
}

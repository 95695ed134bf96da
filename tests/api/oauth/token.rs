//! `POST /oauth/token` sends only known parameters to the provider's token endpoint, and returns the provider's answer.

use axum::{body::Body, http::Request};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use super::{
    super::harness::{Answer, Api},
    provider::Provider,
};

/// The form that ChatGPT sends to exchange a code for a token.
pub const CODE: &str = "grant_type=authorization_code&code=c0de-EXAMPLECODE&client_id=gpt\
    &client_secret=s3cret-EXAMPLESECRET&redirect_uri=https%3A%2F%2Fchatgpt.com%2Faip%2Fg-1%2Foauth%2Fcallback";

pub async fn exchange(api: &Api, form: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post("/oauth/token").header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    api.raw(request.body(Body::from(form.to_owned())).unwrap()).await
}

#[track_caller]
fn assert_error(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert_eq!(answer.body["error"], error, "{}", answer.text);
    assert!(answer.body["error_description"].as_str().is_some_and(|why| !why.is_empty()));
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_code_is_exchanged_with_the_secret_in_the_form_or_by_http_basic() {
    let provider = Provider::start().await;
    let api = provider.api();
    let answer = exchange(&api, CODE, &[]).await;
    assert_eq!((answer.status.as_u16(), &answer.body["access_token"]), (200, &json!("a")), "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(!answer.headers.contains_key("x-internal"), "no header of the provider");
    let basic = format!("Basic {}", BASE64_STANDARD.encode("gpt:s3cret-EXAMPLESECRET"));
    let form = "grant_type=refresh_token&refresh_token=r-EXAMPLETOKEN";
    assert_eq!(exchange(&api, form, &[("authorization", &basic)]).await.status, 200);
    assert_eq!(provider.exchanges(), [(CODE.to_owned(), None), (form.to_owned(), Some(basic))]);
}

#[tokio::test]
async fn a_public_client_shows_its_verifier_and_no_secret() {
    let provider = Provider::start().await;
    let api = provider.api();
    let form =
        "grant_type=authorization_code&code=c&client_id=mcp&redirect_uri=http%3A%2F%2F127.0.0.1%3A51234%2Fcallback";
    assert_error(&exchange(&api, form, &[]).await, 400, "invalid_request");
    let answer = exchange(&api, &format!("{form}&code_verifier=v&resource=https%3A%2F%2Ftodo.test%2Fmcp"), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(provider.exchanges(), [(format!("{form}&code_verifier=v"), None)], "the resource is ours to look at");
}

#[tokio::test]
async fn what_the_provider_refuses_is_handed_back_as_it_is() {
    let provider = Provider::start().await;
    let api = provider.api();
    for status in [400, 401, 429] {
        provider.answers(status, json!({"error": "invalid_grant", "error_description": "the code is used"}));
        let answer = exchange(&api, CODE, &[]).await;
        assert_error(&answer, status, "invalid_grant");
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401);
        assert_eq!(answer.headers.contains_key("retry-after"), status == 429);
    }
}

#[tokio::test]
async fn the_token_endpoint_is_no_open_proxy() {
    let provider = Provider::start().await;
    let api = provider.api();
    let other = format!("Basic {}", BASE64_STANDARD.encode("somebody:s"));
    let [and, equal] = ["gpt&x:s", "gpt=x:s"].map(|user| format!("Basic {}", BASE64_STANDARD.encode(user)));
    let gpt = format!("Basic {}", BASE64_STANDARD.encode("gpt:s"));
    for (form, headers, status, error) in [
        ("", vec![], 401, "invalid_client"),
        ("grant_type=refresh_token&refresh_token=r", vec![], 401, "invalid_client"),
        ("grant_type=refresh_token&refresh_token=r&client_id=somebody", vec![], 401, "invalid_client"),
        ("grant_type=refresh_token&refresh_token=r", vec![("authorization", other.as_str())], 401, "invalid_client"),
        ("grant_type=refresh_token&refresh_token=r", vec![("authorization", and.as_str())], 401, "invalid_client"),
        ("grant_type=refresh_token&refresh_token=r", vec![("authorization", equal.as_str())], 401, "invalid_client"),
        (
            "grant_type=refresh_token&refresh_token=r&client_id=gpt&resource=https%3A%2F%2Fevil.example",
            vec![],
            400,
            "invalid_target",
        ),
        ("grant_type=refresh_token&refresh_token=r", vec![("authorization", "Bearer gpt")], 401, "invalid_client"),
        ("grant_type=refresh_token&refresh_token=r", vec![("authorization", "Basic %%%")], 401, "invalid_client"),
        (
            "grant_type=refresh_token&refresh_token=r&client_id=mcp",
            vec![("authorization", &gpt)],
            400,
            "invalid_request",
        ),
        (
            "grant_type=refresh_token&refresh_token=r&client_secret=s",
            vec![("authorization", &gpt)],
            400,
            "invalid_request",
        ),
        ("grant_type=client_credentials&client_id=gpt&client_secret=s", vec![], 400, "unsupported_grant_type"),
        ("grant_type=password&username=u&password=p&client_id=gpt", vec![], 400, "unsupported_grant_type"),
        ("client_id=gpt&code=c", vec![], 400, "invalid_request"),
        ("grant_type=authorization_code&client_id=gpt", vec![], 400, "invalid_request"),
        ("grant_type=refresh_token&client_id=gpt&refresh_token=", vec![], 400, "invalid_request"),
        ("grant_type=refresh_token&client_id=gpt&client_id=mcp&refresh_token=r", vec![], 400, "invalid_request"),
        ("grant_type=refresh_token&client_id=gpt&refresh_token=a%0D%0Ab", vec![], 400, "invalid_request"),
        (
            "grant_type=authorization_code&code=c&client_id=gpt&redirect_uri=https%3A%2F%2Fevil.example",
            vec![],
            400,
            "invalid_request",
        ),
    ] {
        let answer = exchange(&api, form, &headers).await;
        assert_error(&answer, status, error);
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{form}");
    }
    assert!(provider.exchanges().is_empty(), "{:?}", provider.exchanges());
}

#[tokio::test]
async fn a_token_request_that_is_no_form_or_too_large_reaches_nobody() {
    let provider = Provider::start().await;
    let api = provider.api();
    let huge = exchange(&api, &format!("{CODE}&more={}", "x".repeat(140_000)), &[]).await;
    assert_error(&huge, 413, "invalid_request");
    let json = api.post("/oauth/token", json!({"grant_type": "refresh_token"})).await;
    assert_error(&json, 400, "invalid_request");
    assert!(provider.exchanges().is_empty(), "{:?}", provider.exchanges());
}

#[tokio::test]
async fn what_is_not_of_oauth_is_not_handed_on_an_address_above_all() {
    let provider = Provider::start().await;
    let api = provider.api();
    let more =
        format!("{CODE}&url=https%3A%2F%2Fevil.example&token_endpoint=https%3A%2F%2Fevil.example&code_verifier=");
    assert_eq!(exchange(&api, &more, &[]).await.status, 200);
    assert_eq!(provider.exchanges(), [(CODE.to_owned(), None)]);
}

//! `GET /oauth/authorize` sends a person to the provider or back to an allowed redirect URI, and never to another
//! address.

use std::collections::BTreeMap;

use url::Url;

use super::{
    super::harness::{Answer, Api},
    provider::{Outage, Provider},
};

/// A query that ChatGPT sends to `/oauth/authorize`.
const GPT: &str = "response_type=code&client_id=gpt&scope=todos&state=st%26ate%3D1\
    &redirect_uri=https%3A%2F%2Fchatgpt.com%2Faip%2Fg-1%2Foauth%2Fcallback";
/// A query that an MCP client sends to `/oauth/authorize`.
const MCP: &str = "response_type=code&client_id=mcp&state=s&redirect_uri=http%3A%2F%2F127.0.0.1%3A51234%2Fcallback\
    &code_challenge=abc&code_challenge_method=S256&resource=https%3A%2F%2Ftodo.test%2Fmcp";

async fn authorize(api: &Api, query: &str) -> Answer {
    api.get(&format!("/oauth/authorize?{query}")).await
}

/// Returns the address and the query parameters of a redirect. The returned address does not contain the query.
#[track_caller]
fn sent_to(answer: &Answer) -> (String, BTreeMap<String, String>) {
    assert_eq!(answer.status, 302, "{}", answer.text);
    let mut location = Url::parse(answer.headers["location"].to_str().unwrap()).unwrap();
    let pairs: Vec<_> = location.query_pairs().into_owned().collect();
    let told: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(told.len(), pairs.len(), "each parameter once: {pairs:?}");
    location.set_query(None);
    (location.to_string(), told)
}

#[tokio::test]
async fn a_person_is_sent_to_the_provider_with_what_the_client_said() {
    let provider = Provider::start().await;
    let api = provider.api();
    let answer = authorize(&api, GPT).await;
    let (place, told) = sent_to(&answer);
    assert_eq!(place, format!("{}/authorize", provider.issuer));
    let expected = [
        ("client_id", "gpt"),
        ("redirect_uri", "https://chatgpt.com/aip/g-1/oauth/callback"),
        ("response_type", "code"),
        ("scope", "todos"),
        ("state", "st&ate=1"),
    ];
    assert_eq!(told, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_public_client_is_sent_with_its_challenge_and_the_scope_that_there_is() {
    let provider = Provider::start().await;
    let (place, told) = sent_to(&authorize(&provider.api(), MCP).await);
    assert_eq!(place, format!("{}/authorize", provider.issuer));
    assert_eq!((told["code_challenge"].as_str(), told["code_challenge_method"].as_str()), ("abc", "S256"));
    assert_eq!(told["scope"], "todos");
    assert!(!told.contains_key("resource"), "{told:?}");
}

#[tokio::test]
async fn a_redirect_uri_outside_the_list_is_refused_and_nobody_is_sent_there() {
    let api = Provider::start().await.api();
    for uri in [
        "https%3A%2F%2Fevil.example%2F",
        "https%3A%2F%2Fchatgpt.com%2Faip%2Fg-2%2Foauth%2Fcallback",
        "https%3A%2F%2Fchatgpt.com%2Faip%2Fg-1%2Foauth%2Fcallback%2F",
        "https%3A%2F%2Fchatgpt.com%2Faip%2Fg-1%2Foauth%2Fcallback%3Fa%3Db",
        "https%3A%2F%2Fchatgpt.com%2Faip%2Fg-1%2Foauth%2Fcallback%23a",
        "https%3A%2F%2Fchatgpt.com%40evil.example%2Faip%2Fg-1%2Foauth%2Fcallback",
        // This redirect URI belongs to the other client.
        "https%3A%2F%2Fclaude.ai%2Fapi%2Fmcp%2Fauth_callback",
        "javascript%3Aalert(1)",
        "",
    ] {
        let answer = authorize(&api, &format!("response_type=code&client_id=gpt&state=s&redirect_uri={uri}")).await;
        answer.assert_problem(400, "malformed");
        assert!(!answer.headers.contains_key("location") && !answer.text.contains("evil"), "{}", answer.text);
    }
    authorize(&api, "response_type=code&client_id=gpt").await.assert_problem(400, "malformed");
}

#[tokio::test]
async fn a_client_that_is_none_of_ours_is_refused() {
    let api = Provider::start().await.api();
    for id in ["somebody", "GPT", "", "gpt%20"] {
        let query = GPT.replace("client_id=gpt", &format!("client_id={id}"));
        authorize(&api, &query).await.assert_problem(400, "malformed");
    }
}

#[tokio::test]
async fn a_parameter_smuggled_in_does_not_reach_the_provider() {
    let api = Provider::start().await.api();
    let plain = sent_to(&authorize(&api, GPT).await);
    for smuggled in [
        "identity_provider=evil",
        "request_uri=https%3A%2F%2Fevil.example",
        "request=eyJhbGciOiJub25lIn0.e30.",
        "response_mode=fragment",
        "Redirect_Uri=https%3A%2F%2Fevil.example",
        "redirect_uri%00=https%3A%2F%2Fevil.example",
    ] {
        let answer = authorize(&api, &format!("{GPT}&{smuggled}")).await;
        if answer.status == 400 {
            answer.assert_problem(400, "malformed");
        } else {
            assert_eq!(sent_to(&answer), plain, "{smuggled}");
        }
    }
    // The value of `state` contains text that looks like another parameter. The API must not read this text as a
    // parameter.
    let inside = GPT.replace("st%26ate%3D1", "s%26redirect_uri%3Dhttps%3A%2F%2Fevil.example%23a");
    let (_, told) = sent_to(&authorize(&api, &inside).await);
    assert_eq!(told["state"], "s&redirect_uri=https://evil.example#a");
    assert_eq!(told["redirect_uri"], "https://chatgpt.com/aip/g-1/oauth/callback");
}

#[tokio::test]
async fn a_parameter_that_is_sent_twice_is_refused() {
    let api = Provider::start().await.api();
    for twice in
        ["client_id=gpt", "redirect_uri=https%3A%2F%2Fevil.example", "state=t", "scope=admin", "response_type=code"]
    {
        for query in [format!("{GPT}&{twice}"), format!("{twice}&{GPT}")] {
            authorize(&api, &query).await.assert_problem(400, "malformed");
        }
    }
}

#[tokio::test]
async fn line_breaks_in_any_parameter_are_refused() {
    let api = Provider::start().await.api();
    for name in [
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "prompt",
        "login_hint",
        "ui_locales",
        "code_challenge",
        "code_challenge_method",
        "resource",
        "unknown",
    ] {
        for broken in ["a%0D%0ALocation%3A%20https%3A%2F%2Fevil.example", "a%0Ab", "%0Da", "a%00"] {
            let rest: String =
                GPT.split('&').filter(|pair| !pair.starts_with(&format!("{name}="))).collect::<Vec<_>>().join("&");
            let answer = authorize(&api, &format!("{rest}&{name}={broken}")).await;
            answer.assert_problem(400, "malformed");
            assert!(!answer.headers.contains_key("location"), "{name}={broken}");
        }
    }
}

#[tokio::test]
async fn what_else_is_wrong_is_told_to_the_client_with_its_state() {
    let api = Provider::start().await.api();
    for (query, error) in [
        (GPT.replace("response_type=code", "response_type=token"), "unsupported_response_type"),
        (GPT.replace("response_type=code&", ""), "unsupported_response_type"),
        (format!("{GPT}&resource=https%3A%2F%2Fother.example"), "invalid_target"),
        (format!("{GPT}&code_challenge=abc"), "invalid_request"),
        (format!("{GPT}&code_challenge=abc&code_challenge_method=plain"), "invalid_request"),
    ] {
        let (place, told) = sent_to(&authorize(&api, &query).await);
        assert_eq!(place, "https://chatgpt.com/aip/g-1/oauth/callback");
        assert_eq!((told["error"].as_str(), told["state"].as_str()), (error, "st&ate=1"), "{query}");
    }
    let without = MCP.replace("&code_challenge=abc&code_challenge_method=S256", "");
    let (place, told) = sent_to(&authorize(&api, &without).await);
    assert_eq!((place.as_str(), told["error"].as_str()), ("http://127.0.0.1:51234/callback", "invalid_request"));
}

#[tokio::test]
async fn while_the_provider_does_not_answer_nobody_is_sent_anywhere() {
    let provider = Provider::start().await;
    let api = provider.api();
    provider.set_outage(Some(Outage::Fails));
    let answer = authorize(&api, GPT).await;
    answer.assert_problem(503, "no_provider");
    assert!(answer.headers.contains_key("retry-after") && !answer.headers.contains_key("location"));
}

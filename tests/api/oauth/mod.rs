//! Tests sign-in: access tokens, the provider's keys, and the addresses that OAuth clients call.

mod authorize;
mod metadata;
mod outages;
mod provider;
mod refused;
mod scopes;
mod token;

use serde_json::{Value, json};

use super::harness::{Answer, Api};
use provider::Provider;
use todo_action::{config::Auth, domain::credential::CredentialId};

pub async fn ask(api: &Api, method: &str, path: &str, body: Value, token: &str) -> Answer {
    api.send(method, path, body, &[("authorization", &format!("Bearer {token}"))]).await
}

#[tokio::test]
async fn people_who_sign_in_have_lists_of_their_own() {
    let provider = Provider::start().await;
    let api = provider.api();
    let [ada, grace] = ["ada", "grace"].map(|subject| {
        // All tests share one table, so the name of a person needs a random part that no other test uses.
        provider.token(&api, &format!("{subject}-{}", api.app.ids.change().as_str()))
    });
    let added = ask(&api, "POST", "/todos", json!({"todos": [{"title": "Ada's"}]}), &ada).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let id = added.ids().remove(0);
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &ada).await.ids(), added.ids());
    assert!(ask(&api, "GET", "/todos", Value::Null, &grace).await.ids().is_empty());
    ask(&api, "PATCH", &format!("/todos/{id}"), json!({"title": "mine"}), &grace)
        .await
        .assert_problem(404, "not_found");
}

#[tokio::test]
async fn the_same_subject_of_another_issuer_is_another_person() {
    let (first, second) = (Provider::start().await, Provider::start().await);
    let (one, other) = (first.api(), second.api());
    let subject = one.app.ids.change().as_str().to_owned();
    let added = ask(&one, "POST", "/todos", json!({"todos": [{"title": "a"}]}), &first.token(&one, &subject)).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let list = ask(&other, "GET", "/todos", Value::Null, &second.token(&other, &subject)).await;
    assert!(list.status == 200 && list.ids().is_empty(), "{}", list.text);
}

#[tokio::test]
async fn a_token_as_amazon_cognito_makes_it_is_taken() {
    let provider = Provider::start().await;
    let api = provider.api();
    let mut claims = provider.claims(&api, "ada");
    claims.as_object_mut().unwrap().remove("aud");
    claims["token_use"] = json!("access");
    // The header of a Cognito token has no `typ`.
    let token = provider::KEY.sign(&claims, |header| header.typ = None);
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &token).await.status, 200);
}

#[tokio::test]
async fn scopes_as_a_list_and_the_mcp_endpoint_as_audience_are_taken() {
    let provider = Provider::start().await;
    let api = provider.api();
    let mut claims = provider.claims(&api, "ada");
    claims.as_object_mut().unwrap().remove("scope");
    claims["scp"] = json!(["openid", "todos"]);
    claims["aud"] = json!(["https://elsewhere.example", "https://todo.test/mcp"]);
    let token = provider::KEY.sign(&claims, |_| {});
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &token).await.status, 200);
}

#[tokio::test]
async fn a_warm_request_with_a_token_asks_the_table_for_the_todos_alone_and_the_provider_for_nothing() {
    let provider = Provider::start().await;
    let api = provider.api();
    let token = provider.token(&api, "ada");
    ask(&api, "GET", "/settings", Value::Null, &token).await;
    for (path, calls) in [("/settings", 1), ("/todos", 1), ("/changes", 2), ("/overview", 3)] {
        api.wire.take_calls();
        assert_eq!(ask(&api, "GET", path, Value::Null, &token).await.status, 200);
        assert_eq!(api.wire.take_calls().len(), calls, "{path}");
    }
    assert_eq!(provider.asked_for_keys(), 1);
}

#[tokio::test]
async fn each_change_says_through_which_token_it_was_made_without_telling_the_token() {
    let provider = Provider::start().await;
    let api = provider.api();
    let (first, second) = (provider.token(&api, "ada"), provider.token(&api, "ada"));
    ask(&api, "POST", "/todos", json!({"todos": [{"title": "a"}]}), &first).await;
    ask(&api, "POST", "/undo", json!({}), &second).await;
    let changes = ask(&api, "GET", "/changes", Value::Null, &second).await;
    for (number, token) in [&second, &first].into_iter().enumerate() {
        let by = CredentialId::of_token(token).to_string();
        assert!(by.starts_with("token ") && by.len() == 18, "{by}");
        assert_eq!(changes.body["changes"][number]["by"], by, "{}", changes.text);
    }
    let signature = first.rsplit('.').next().unwrap();
    assert!(!changes.text.contains(signature));
}

#[tokio::test]
async fn the_page_says_how_people_sign_in() {
    let provider = Provider::start().await;
    let api = provider.api();
    let page = api.get("/").await;
    for said in [
        ">gpt</code>",
        ">https://todo.test/oauth/authorize<",
        ">https://todo.test/oauth/token<",
        ">todos</code>",
        "Default (POST request)",
        "RedirectUris=https://chatgpt.com/aip/g-1/oauth/callback,https://chat.openai.com/aip/GPT_ID/oauth/callback,https://chatgpt.com/aip/GPT_ID/oauth/callback",
    ] {
        assert!(page.text.contains(said), "{said}");
    }
    assert!(!page.text.contains("{{") && !page.text.contains("There is no authentication"), "{}", page.text);
}

#[tokio::test]
async fn the_redirect_uri_that_the_template_begins_with_is_not_among_those_that_the_page_keeps() {
    let template = include_str!("../../../infra/template.yaml");
    let begins_with = template.split("  RedirectUris:\n").nth(1).unwrap();
    let begins_with = begins_with.split_once("Default: ").unwrap().1.lines().next().unwrap();
    let provider = Provider::start().await;
    let mut agreed = provider.agreed();
    agreed.client.as_mut().unwrap().redirect_uris = vec![begins_with.to_owned(), "https://kept.example/".to_owned()];
    let api = Api::configured(|config| config.auth = Auth::OAuth(Box::new(agreed)));
    let page = api.get("/").await;
    assert!(!page.text.contains(begins_with), "{begins_with}");
    assert!(page.text.contains("RedirectUris=https://kept.example/,https://chat.openai.com"), "{}", page.text);
}

#[tokio::test]
async fn the_document_stays_short_enough_at_a_long_address_with_sign_in() {
    let provider = Provider::start().await;
    let api = Api::configured(|config| {
        config.public_url = Some("https://abcdefghij.execute-api.ap-southeast-1.amazonaws.com".to_owned());
        config.auth = Auth::OAuth(Box::new(provider.agreed()));
    });
    let length = api.get("/openapi.json").await.text.chars().count();
    assert!((20_000..=28_000).contains(&length), "{length}");
}

#[tokio::test]
async fn where_nobody_signs_in_there_is_no_front() {
    let api = Api::new();
    for path in ["/oauth/authorize", "/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server"]
    {
        api.get(path).await.assert_problem(404, "no_such_path");
    }
    api.post("/oauth/register", json!({})).await.assert_problem(404, "no_such_path");
}

//! Tests which secret this service sends to the OpenID provider: the secret of its configuration, or the secret that
//! the operator has stored with `todo provider set-secret`.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use todo_action::{
    app::App,
    config::OAuth,
    domain::provider::ProviderSecret,
    local, mcp,
    store::{Store, Usage},
};
use url::form_urlencoded;

use super::{super::harness::Api, attempt::Attempt};

const STORED: &str = "stored+%/EXAMPLESECRET";
const CONFIGURED: &str = "configured-EXAMPLESECRET";

/// An attempt in a table of its own, because each table contains only one secret.
async fn attempt(configure: impl FnOnce(&mut OAuth)) -> Attempt {
    let attempt = Attempt::configured(configure).await;
    let api = attempt.api.clone();
    let table = format!("{}-{}", api.table, api.app.ids.change().as_str());
    local::create_table(&api.client, &table).await.unwrap();
    let store = Store::new(api.client.clone(), &table);
    let app = App::new((*api.app.config).clone(), store, api.app.clock.clone(), api.app.ids.clone());
    let api = Api { router: mcp::router(app.clone()), app, table: table.leak(), ..api };
    Attempt { api, ..attempt }
}

async fn store(attempt: &Attempt, secret: &str) -> bool {
    let (secret, now) = (ProviderSecret::parse(secret).unwrap(), attempt.api.app.clock.now());
    attempt.api.app.store.set_provider_secret(secret, now).await.unwrap()
}

/// A person signs in. Returns the secret in the header of the request to the provider, and the secret in the form.
async fn sent(attempt: &mut Attempt) -> (Option<String>, Option<String>) {
    let answer = attempt.callback().await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let log = attempt.log.take();
    assert!(log.contains("/oauth/callback") && !log.contains("EXAMPLESECRET"), "{log}");
    let (form, header) = attempt.provider.exchanges().pop().unwrap();
    let form: HashMap<_, _> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let in_header = header.map(|header| {
        let pair = BASE64_STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
        let (id, secret) = String::from_utf8(pair)
            .unwrap()
            .split_once(':')
            .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
            .unwrap();
        assert_eq!((id.as_str(), form.get("client_id")), ("todo", None), "RFC 6749, section 2.3.1");
        let decoded = form_urlencoded::parse(format!("x={secret}").as_bytes()).into_owned().next();
        decoded.unwrap().1
    });
    (in_header, form.get("client_secret").cloned())
}

#[tokio::test]
async fn the_stored_secret_goes_to_the_provider_in_the_header_or_in_the_form_until_it_is_removed() {
    let mut attempt = attempt(|_| {}).await;
    assert_eq!(sent(&mut attempt).await, (None, None));
    assert!(!store(&attempt, STORED).await);
    for (methods, expected) in [
        (Value::Null, (Some(STORED.to_owned()), None)),
        (json!(["client_secret_post", "client_secret_basic"]), (Some(STORED.to_owned()), None)),
        (json!(["client_secret_post"]), (None, Some(STORED.to_owned()))),
    ] {
        attempt.api = Api { router: mcp::router(fresh(&attempt)), ..attempt.api };
        attempt.provider.says(json!({"token_endpoint_auth_methods_supported": methods}));
        assert_eq!(sent(&mut attempt).await, expected, "{methods}");
    }
    assert!(store(&attempt, " another-EXAMPLESECRET \n").await, "the new secret replaces the old secret at once");
    assert_eq!(sent(&mut attempt).await, (None, Some("another-EXAMPLESECRET".to_owned())));
    assert!(attempt.api.app.store.remove_provider_secret().await.unwrap());
    assert_eq!(sent(&mut attempt).await, (None, None));
    assert!(!attempt.api.app.store.remove_provider_secret().await.unwrap());
}

/// The same service, but with an empty cache (without the documents of the provider).
fn fresh(attempt: &Attempt) -> App {
    let app = &attempt.api.app;
    App::new((*app.config).clone(), app.store.clone(), app.clock.clone(), app.ids.clone())
}

#[tokio::test]
async fn the_configured_secret_counts_and_then_nobody_reads_the_stored_secret() {
    let configured = |oauth: &mut OAuth| oauth.client_secret = Some(ProviderSecret::parse(CONFIGURED).unwrap());
    let mut attempt = attempt(configured).await;
    store(&attempt, STORED).await;
    attempt.api.wire.take_calls();
    assert_eq!(sent(&mut attempt).await, (Some(CONFIGURED.to_owned()), None));
    let without = attempt.api.wire.take_calls();
    drop(attempt);
    let mut other = self::attempt(|_| {}).await;
    store(&other, STORED).await;
    other.api.wire.take_calls();
    assert_eq!(sent(&mut other).await, (Some(STORED.to_owned()), None));
    let with = other.api.wire.take_calls();
    let reads = |calls: &[String]| calls.iter().filter(|call| *call == "GetItem").count();
    assert_eq!((reads(&with) - reads(&without), with.len() - without.len()), (1, 1), "{with:?} {without:?}");
}

#[tokio::test]
async fn a_stored_secret_that_cannot_be_read_is_an_outage_and_the_code_still_works_afterwards() {
    let mut attempt = attempt(|_| {}).await;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let key = [("owner", text("keys")), ("sk", text("provider"))];
    for (name, value) in [("secret", AttributeValue::Bool(true)), ("format", AttributeValue::N("99".to_owned()))] {
        let put = attempt.api.client.put_item().table_name(attempt.api.table);
        let put = key.clone().into_iter().fold(put, |put, (name, value)| put.item(name, value));
        put.item(name, value).send().await.unwrap();
        let asked = attempt.begin().await;
        let (code, state) = attempt.provider.sign_in(&attempt.api, &asked, &attempt.subject);
        let answer = attempt.come_back(&[("code", &code), ("state", &state)]).await;
        assert_eq!((answer.status.as_u16(), &answer.headers["retry-after"]), (503, &"2".parse().unwrap()));
        assert!(answer.text.contains("Wait a moment, and load this page again."), "{}", answer.text);
        assert!(attempt.provider.exchanges().is_empty(), "the code stays unused");
        store(&attempt, STORED).await;
        let answer = attempt.come_back(&[("code", &code), ("state", &state)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert!(attempt.provider.exchanges().pop().unwrap().1.is_some());
        attempt = self::attempt(|_| {}).await;
    }
}

#[tokio::test]
async fn the_log_tells_the_operator_that_the_secret_may_be_missing_or_wrong() {
    let mut attempt = attempt(|_| {}).await;
    let missing = "; the client secret may be missing, because this service has sent no secret; store the secret with \
                   `todo provider set-secret`";
    let wrong = "; the client id or the client secret may be wrong; `todo provider set-secret` stores another secret, \
                 and `todo provider remove-secret` removes the secret";
    for (stored, status, error, advice) in [
        (false, 401, "invalid_client", missing),
        (false, 400, "invalid_request", missing),
        (false, 400, "invalid_grant", ""),
        (true, 401, "invalid_client", wrong),
        (true, 400, "unauthorized_client", wrong),
        (true, 400, "invalid_request", ""),
    ] {
        if stored {
            store(&attempt, STORED).await;
        }
        attempt.provider.answers(status, json!({"error": error, "error_description": STORED}));
        attempt.callback().await;
        let log = attempt.log.take();
        let line =
            log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|line| line["cause"].is_string());
        let line = line.expect(&log);
        let cause = line["cause"].as_str().unwrap();
        assert!(cause.starts_with("token endpoint: ") && cause.ends_with(&format!("{error}{advice}")), "{cause}");
        assert!(!log.contains("EXAMPLESECRET"), "{log}");
        let answer = attempt.callback().await;
        assert!(!answer.text.contains("EXAMPLESECRET") && !answer.text.contains("set-secret"), "{}", answer.text);
        attempt.assert_refused(&answer, error);
    }
    assert!(attempt.api.app.store.provider_secret(&Usage::default()).await.unwrap().is_some());
}

//! Tests what happens when the provider changes its keys, and when the provider does not answer.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    super::harness::{Answer, Api},
    ask,
    provider::{KEY, Outage, Provider, Signer},
};

async fn list(api: &Api, token: &str) -> Answer {
    ask(api, "GET", "/todos", Value::Null, token).await
}

#[track_caller]
fn assert_unknown(answer: &Answer) -> u64 {
    answer.assert_problem(503, "no_provider");
    assert!(!answer.text.contains("secret-internals") && !answer.text.contains("127.0.0.1"), "{}", answer.text);
    answer.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_learnt_when_a_token_names_it() {
    let provider = Provider::start().await;
    let api = provider.api();
    assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
    let new = Signer::new("key-2");
    provider.set_keys(&[&KEY, &new]);
    api.clock.advance(jiff::Span::new().seconds(60));
    assert_eq!(list(&api, &new.sign(&provider.claims(&api, "ada"), |_| {})).await.status, 200);
    assert_eq!(provider.asked_for_keys(), 2);
}

#[tokio::test]
async fn made_up_keys_have_the_provider_asked_once_a_minute_at_most() {
    let provider = Provider::start().await;
    let api = provider.api();
    let made_up = Signer::new("made-up");
    // For the first token, the API fetches the provider's keys, because the API's cache is empty. For the second token,
    // the API fetches the keys again, because the token names an unknown key. For one minute after the second fetch,
    // the API must not fetch the keys again.
    for _ in 0..5 {
        let token = made_up.sign(&provider.claims(&api, "ada"), |_| {});
        list(&api, &token).await.assert_problem(401, "bad_credential");
        api.clock.advance(jiff::Span::new().seconds(10));
    }
    assert_eq!(provider.asked_for_keys(), 2);
    api.clock.advance(jiff::Span::new().seconds(60));
    for asked in [3, 3, 3] {
        list(&api, &made_up.sign(&provider.claims(&api, "ada"), |_| {})).await.assert_problem(401, "bad_credential");
        assert_eq!(provider.asked_for_keys(), asked);
    }
}

#[tokio::test]
async fn a_cancelled_request_counts_as_asked() {
    let provider = Provider::start().await;
    let api = provider.api();
    assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
    provider.set_outage(Some(Outage::Hangs));
    let made_up = Signer::new("made-up");
    for _ in 0..3 {
        let token = made_up.sign(&provider.claims(&api, "ada"), |_| {});
        drop(tokio::time::timeout(Duration::from_millis(200), list(&api, &token)).await);
    }
    assert_eq!(provider.asked(), 2, "once for the first keys, and once for more");
}

#[tokio::test]
async fn right_after_the_keys_were_learnt_an_unknown_one_is_asked_about_and_503_when_nobody_answers() {
    let provider = Provider::start().await;
    let api = provider.api();
    assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
    let new = Signer::new("key-2");
    provider.set_outage(Some(Outage::Fails));
    for _ in 0..2 {
        let wait = assert_unknown(&list(&api, &new.sign(&provider.claims(&api, "ada"), |_| {})).await);
        assert!((1..=60).contains(&wait), "{wait}");
    }
    assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
    provider.set_outage(None);
    provider.set_keys(&[&KEY, &new]);
    api.clock.advance(jiff::Span::new().seconds(60));
    assert_eq!(list(&api, &new.sign(&provider.claims(&api, "ada"), |_| {})).await.status, 200);
}

#[tokio::test]
async fn a_provider_that_has_no_key_all_of_a_sudden_is_not_believed() {
    let provider = Provider::start().await;
    let api = provider.api();
    assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
    provider.set_keys(&[]);
    api.clock.advance(jiff::Span::new().hours(2));
    assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_first_requests_at_once_ask_the_provider_once() {
    let provider = Provider::start().await;
    let api = provider.api();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (api, token) = (api.clone(), provider.token(&api, "ada"));
            tokio::spawn(async move { list(&api, &token).await.status })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 200);
    }
    assert_eq!(provider.asked_for_keys(), 1);
}

#[tokio::test]
async fn a_key_that_the_provider_has_taken_back_is_not_taken_for_longer_than_an_hour() {
    let provider = Provider::start().await;
    let api = provider.api();
    assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
    provider.set_keys(&[&Signer::new("key-2")]);
    api.clock.advance(jiff::Span::new().minutes(59));
    assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
    api.clock.advance(jiff::Span::new().minutes(1));
    list(&api, &provider.token(&api, "ada")).await.assert_problem(401, "bad_credential");
}

#[tokio::test]
async fn keys_of_a_clock_that_was_ahead_are_fetched_again() {
    let provider = Provider::start().await;
    let api = provider.api();
    api.clock.advance(jiff::Span::new().hours(5));
    assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
    api.clock.advance(jiff::Span::new().hours(-5));
    provider.set_keys(&[&Signer::new("key-2")]);
    list(&api, &provider.token(&api, "ada")).await.assert_problem(401, "bad_credential");
}

#[tokio::test]
async fn while_the_provider_is_down_known_keys_still_verify_and_unknown_ones_are_503() {
    for outage in [Outage::Fails, Outage::Hangs] {
        let provider = Provider::start().await;
        let api = provider.api();
        assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
        provider.set_outage(Some(outage));
        api.clock.advance(jiff::Span::new().hours(24));
        let answer = list(&api, &provider.token(&api, "ada")).await;
        assert_eq!(answer.status, 200, "{outage:?}: {}", answer.text);
        let unknown = Signer::new("key-2");
        let wait = assert_unknown(&list(&api, &unknown.sign(&provider.claims(&api, "ada"), |_| {})).await);
        assert!((1..=60).contains(&wait), "{wait}");

        // The provider answers again, and has a new key.
        provider.set_outage(None);
        provider.set_keys(&[&unknown]);
        api.clock.advance(jiff::Span::new().seconds(60));
        assert_eq!(list(&api, &unknown.sign(&provider.claims(&api, "ada"), |_| {})).await.status, 200);
    }
}

#[tokio::test]
async fn a_new_instance_that_cannot_reach_the_provider_answers_503_and_recovers_in_seconds() {
    let provider = Provider::start().await;
    let api = provider.api();
    provider.set_outage(Some(Outage::Fails));
    let wait = assert_unknown(&list(&api, &provider.token(&api, "ada")).await);
    assert!((1..=5).contains(&wait), "{wait}");
    provider.set_outage(None);
    api.clock.advance(jiff::Span::new().seconds(5));
    assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
}

#[tokio::test]
async fn a_provider_that_is_another_than_configured_or_leads_off_https_is_not_believed() {
    for says in [
        json!({"issuer": "https://id.example.com"}),
        json!({"jwks_uri": "http://keys.example.com/keys"}),
        json!({"token_endpoint": "ftp://127.0.0.1/token"}),
        json!({"authorization_endpoint": 5}),
    ] {
        let provider = Provider::start().await;
        let api = provider.api();
        provider.says(says);
        assert_unknown(&list(&api, &provider.token(&api, "ada")).await);
        assert_eq!(provider.asked_for_keys(), 0);
    }
}

#[tokio::test]
async fn the_failure_of_the_token_endpoint_is_told_within_five_seconds() {
    for outage in [Outage::Fails, Outage::Hangs] {
        for known in [true, false] {
            let provider = Provider::start().await;
            let api = provider.api();
            if known {
                assert_eq!(list(&api, &provider.token(&api, "ada")).await.status, 200);
            }
            provider.set_outage(Some(outage));
            let begun = Instant::now();
            let answer = super::token::exchange(&api, super::token::CODE, &[]).await;
            assert_eq!(answer.status, 503, "{}", answer.text);
            assert!(begun.elapsed() < Duration::from_secs(5), "{outage:?}, {known}: {:?}", begun.elapsed());
            assert_eq!(answer.body["error"], "temporarily_unavailable");
            assert!(answer.headers.contains_key("retry-after") && !answer.text.contains("secret-internals"));
        }
    }
}

//! Tests what happens when the provider changes its keys, and when the provider does not answer. Only a sign-in needs
//! the provider. A program that has access notices nothing.

use std::time::{Duration, Instant};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa,
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::{
    attempt::Attempt,
    person::{Tokens, ask},
    provider::{KEY, Outage, Provider, Signer},
};

const UNKNOWN_KEY: &str = "the ID token is signed with an unknown key";
const ALL: [Outage; 5] = [Outage::Fails, Outage::Hangs, Outage::Nonsense, Outage::Huge, Outage::Redirects];

/// A person has signed in, so the API has the documents of the provider.
async fn signed_in() -> Attempt {
    let mut attempt = Attempt::start().await;
    assert_eq!(attempt.callback().await.status, 303);
    attempt
}

async fn assert_signs_in(attempt: &mut Attempt) {
    let answer = attempt.callback().await;
    assert_eq!(answer.status, 303, "{} {}", answer.text, attempt.log.take());
}

async fn assert_unknown_key(attempt: &mut Attempt) {
    let answer = attempt.callback().await;
    attempt.assert_refused(&answer, UNKNOWN_KEY);
}

#[tokio::test]
async fn a_program_with_access_notices_nothing_while_the_provider_is_down() {
    for outage in ALL {
        let mut attempt = Attempt::start().await;
        let mut tokens = attempt.assert_works().await;
        attempt.provider.set_outage(Some(outage));
        let before = attempt.provider.requests();
        let (warm, fresh) = (attempt.api.clone(), attempt.api.elsewhere());
        for api in [&warm, &fresh, &fresh] {
            let added = ask(
                api,
                "POST",
                "/todos",
                json!({"todos": [{"title": "Buy milk"}], "allow_duplicate": true}),
                &tokens.access,
            );
            assert_eq!(added.await.status, 201);
            let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
            let (bearer, host) = (format!("Bearer {}", tokens.access), ("host", "todo.test"));
            assert_eq!(api.send("POST", "/mcp", list, &[host, ("authorization", &bearer)]).await.status, 200);
            attempt.api.clock.advance(jiff::Span::new().hours(30));
            ask(api, "GET", "/todos", Value::Null, &tokens.access).await.assert_problem(401, "bad_credential");
            tokens = Tokens::of(&attempt.program.refresh(api, &tokens.refresh).await);
        }
        let programs = ask(&fresh, "GET", "/account/programs", Value::Null, &tokens.access).await;
        assert_eq!(programs.status, 200, "{}", programs.text);
        assert_eq!(attempt.provider.requests(), before, "{outage:?}: nobody asks the provider");
    }
}

#[tokio::test]
async fn a_sign_in_that_cannot_begin_leaves_nothing_and_can_begin_again_in_seconds() {
    for outage in ALL {
        let mut attempt = Attempt::start().await;
        attempt.provider.set_outage(Some(outage));
        let begun = Instant::now();
        let answer = attempt.authorize().await;
        let wait = attempt.assert_outage(&answer, "OpenID provider: ");
        assert!((1..=5).contains(&wait) && begun.elapsed() < Duration::from_secs(5), "{outage:?}: {wait}");
        assert!(attempt.browser.cookies.is_empty());
        // For five seconds, the API does not send another request to the provider.
        let before = attempt.provider.requests();
        let answer = attempt.authorize().await;
        attempt.assert_outage(&answer, "OpenID provider: ");
        assert_eq!(attempt.provider.requests(), before);
        attempt.provider.mend();
        attempt.api.clock.advance(jiff::Span::new().seconds(5));
        attempt.assert_works().await;
    }
}

#[tokio::test]
async fn known_documents_lead_to_the_provider_while_the_provider_is_down() {
    for outage in [Outage::Fails, Outage::Hangs] {
        let mut attempt = signed_in().await;
        attempt.provider.set_outage(Some(outage));
        attempt.api.clock.advance(jiff::Span::new().hours(24));
        attempt.begin().await;
    }
}

#[tokio::test]
async fn a_person_who_comes_back_while_the_provider_is_down_loads_the_page_again_later() {
    for outage in ALL {
        let mut attempt = Attempt::start().await;
        let asked = attempt.begin().await;
        let (code, state) = attempt.provider.sign_in(&attempt.api, &asked, &attempt.subject);
        let sent = [("code", code.as_str()), ("state", state.as_str())];
        let warm = attempt.api.clone();
        attempt.provider.set_outage(Some(outage));
        for (api, cause) in [(warm.clone(), "token endpoint: "), (warm.elsewhere(), "OpenID provider: ")] {
            attempt.api = api;
            let begun = Instant::now();
            let answer = attempt.come_back(&sent).await;
            attempt.assert_outage(&answer, cause);
            assert!(begun.elapsed() < Duration::from_secs(5), "{outage:?}: {:?}", begun.elapsed());
        }
        attempt.provider.mend();
        attempt.api.clock.advance(jiff::Span::new().minutes(4));
        attempt.api = warm;
        let answer = attempt.come_back(&sent).await;
        assert_eq!(answer.status, 303, "{outage:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_slow_provider_is_waited_for() {
    let mut attempt = Attempt::start().await;
    attempt.provider.set_outage(Some(Outage::Slow));
    attempt.assert_works().await;
}

#[tokio::test]
async fn the_usual_algorithms_of_providers_are_accepted() {
    let random = SystemRandom::new();
    let rsa = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap();
    let rsa: Pkcs8V1Der<'_> = rsa.as_der().unwrap();
    // The crate `jsonwebtoken` wants the key without the 26 bytes of the header of PKCS #8.
    let rsa = EncodingKey::from_rsa_der(&rsa.as_ref()[26..]);
    let p384 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
    let ed25519 = Ed25519KeyPair::generate_pkcs8v1(&random).unwrap();
    let mut attempt = Attempt::start().await;
    for (algorithm, private) in [
        (Algorithm::RS256, rsa.clone()),
        (Algorithm::RS384, rsa.clone()),
        (Algorithm::RS512, rsa.clone()),
        (Algorithm::PS256, rsa.clone()),
        (Algorithm::PS384, rsa.clone()),
        (Algorithm::PS512, rsa),
        (Algorithm::ES384, EncodingKey::from_ec_der(p384.as_ref())),
        (Algorithm::EdDSA, EncodingKey::from_ed_der(ed25519.as_ref())),
    ] {
        let signer = Signer::of("key-1", algorithm, private);
        attempt.provider.set_keys(&[&signer]);
        attempt.provider.sign_with(&signer);
        attempt.api = attempt.api.elsewhere();
        let answer = attempt.callback().await;
        assert_eq!(answer.status, 303, "{algorithm:?}: {}", attempt.log.take());
    }
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_learnt_when_an_id_token_names_it() {
    let mut attempt = signed_in().await;
    let new = Signer::new("key-2");
    attempt.provider.set_keys(&[&KEY, &new]);
    attempt.provider.sign_with(&new);
    assert_signs_in(&mut attempt).await;
    assert_eq!(attempt.provider.asked_for_keys(), 2);
}

#[tokio::test]
async fn made_up_keys_have_the_provider_asked_once_a_minute_at_most() {
    let mut attempt = signed_in().await;
    attempt.provider.sign_with(&Signer::new("made-up"));
    for _ in 0..5 {
        assert_unknown_key(&mut attempt).await;
        attempt.api.clock.advance(jiff::Span::new().seconds(10));
    }
    assert_eq!((attempt.provider.asked_for_keys(), attempt.provider.asked()), (2, 2));
    attempt.api.clock.advance(jiff::Span::new().seconds(60));
    for asked in [3, 3, 3] {
        assert_unknown_key(&mut attempt).await;
        assert_eq!(attempt.provider.asked_for_keys(), asked);
    }
}

#[tokio::test]
async fn a_key_that_the_provider_has_taken_back_is_accepted_for_at_most_an_hour() {
    let mut attempt = signed_in().await;
    attempt.provider.set_keys(&[&Signer::new("key-2")]);
    attempt.api.clock.advance(jiff::Span::new().minutes(59));
    assert_signs_in(&mut attempt).await;
    attempt.api.clock.advance(jiff::Span::new().minutes(1));
    assert_unknown_key(&mut attempt).await;
}

#[tokio::test]
async fn keys_of_a_clock_that_was_ahead_are_fetched_again() {
    let mut attempt = Attempt::start().await;
    attempt.api.clock.advance(jiff::Span::new().hours(5));
    assert_signs_in(&mut attempt).await;
    attempt.api.clock.advance(jiff::Span::new().hours(-5));
    attempt.provider.set_keys(&[&Signer::new("key-2")]);
    assert_unknown_key(&mut attempt).await;
}

#[tokio::test]
async fn a_provider_without_any_key_is_not_believed() {
    let mut attempt = signed_in().await;
    attempt.provider.set_keys(&[]);
    attempt.api.clock.advance(jiff::Span::new().hours(2));
    assert_signs_in(&mut attempt).await;
}

#[tokio::test]
async fn an_unknown_key_is_an_outage_while_the_keys_cannot_be_fetched() {
    for outage in [Outage::Fails, Outage::Hangs] {
        let mut attempt = signed_in().await;
        let new = Signer::new("key-2");
        attempt.provider.sign_with(&new);
        attempt.provider.set_outage_at("/keys", outage);
        for _ in 0..2 {
            let answer = attempt.callback().await;
            let wait = attempt.assert_outage(&answer, "OpenID provider: ");
            assert!((1..=60).contains(&wait), "{wait}");
        }
        // The API still accepts an ID token that a known key has signed.
        attempt.provider.sign_with(&KEY);
        assert_signs_in(&mut attempt).await;
        attempt.provider.mend();
        attempt.provider.set_keys(&[&new]);
        attempt.provider.sign_with(&new);
        attempt.api.clock.advance(jiff::Span::new().seconds(60));
        assert_signs_in(&mut attempt).await;
    }
}

#[tokio::test]
async fn a_cancelled_request_counts_as_asked() {
    let mut attempt = signed_in().await;
    attempt.provider.sign_with(&Signer::new("made-up"));
    attempt.provider.set_outage_at("/.well-known", Outage::Hangs);
    for _ in 0..3 {
        drop(tokio::time::timeout(Duration::from_millis(300), attempt.callback()).await);
    }
    assert_eq!(attempt.provider.asked(), 2, "once for the first keys, and once for more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_first_sign_ins_at_once_ask_the_provider_once() {
    let provider = Provider::start().await;
    let attempt = Attempt::at(provider.clone(), |_| {}).await;
    let path = format!("/oauth/authorize?{}", super::person::encoded_map(&attempt.program.asks()));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (api, path) = (attempt.api.clone(), path.clone());
            tokio::spawn(async move { api.get(&path).await.status })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 302);
    }
    assert_eq!((provider.asked_for_keys(), provider.asked()), (1, 1));
}

#[tokio::test]
async fn a_provider_that_is_another_than_configured_or_leads_off_https_is_not_believed() {
    for says in [
        json!({"issuer": "https://id.example.com"}),
        json!({"issuer": "http://127.0.0.1:9"}),
        json!({"issuer": Value::Null}),
        json!({"jwks_uri": "http://keys.example.com/keys"}),
        json!({"token_endpoint": "http://id.example.com/token"}),
        json!({"token_endpoint": "ftp://127.0.0.1/token"}),
        json!({"authorization_endpoint": "http://id.example.com/authorize"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
        json!({"authorization_endpoint": 5}),
        json!({"userinfo_endpoint": "http://id.example.com/userinfo"}),
    ] {
        let mut attempt = Attempt::start().await;
        attempt.provider.says(says);
        let answer = attempt.authorize().await;
        attempt.assert_outage(&answer, "OpenID provider: ");
        assert_eq!(attempt.provider.asked_for_keys(), 0);
        assert!(attempt.browser.cookies.is_empty());
    }
}

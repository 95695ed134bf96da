//! Tests attacks with codes: a program uses a stolen code, uses a code twice, or sends a code instead of a token (RFC
//! 9700, section 4.5).

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::{
    super::harness::{Answer, Api},
    person::{Browser, Program, Tokens, VERIFIER, ask, challenge, encoded_map, goes_to, programs, sent_to},
    provider::Provider,
    somebody,
};

/// Asserts that the program gets no tokens, because the code or the token is not valid.
#[track_caller]
pub fn assert_invalid(answer: &Answer) {
    let answered = (answer.status.as_u16(), answer.body["error"].as_str());
    assert_eq!(answered, (400, Some("invalid_grant")), "{}", answer.text);
}

/// The status with which a new instance answers a request with this access token.
pub async fn status(api: &Api, access: &str) -> u16 {
    ask(&api.elsewhere(), "GET", "/todos", Value::Null, access).await.status.as_u16()
}

#[tokio::test]
async fn a_stolen_code_is_of_no_use_without_the_verifier_the_client_and_the_redirect_uri() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let code = Browser::default().allow(&api, &provider, &program, &somebody(&api, "ada")).await;
    let form = [("grant_type", "authorization_code"), ("code", &code)];
    let with = async |program: &Program, more: &[(&str, &str)]| program.token(&api, &[&form[..], more].concat()).await;
    let own = ("redirect_uri", program.redirect_uri.as_str());
    let missing = with(&program, &[own]).await;
    assert_invalid(&missing);
    for verifier in ["another-verifier-with-43-characters-or-more-letters", &VERIFIER[..42], &VERIFIER.repeat(3)] {
        assert_invalid(&with(&program, &[own, ("code_verifier", verifier)]).await);
    }
    let verifier = ("code_verifier", VERIFIER);
    for redirect_uri in [
        "http://127.0.0.1:51235/callback",
        "http://127.0.0.1:51234/Callback",
        "http://127.0.0.1:51234/callback/",
        "https://evil.example/callback",
    ] {
        assert_invalid(&with(&program, &[("redirect_uri", redirect_uri), verifier]).await);
    }
    let thief = Program::register(&api, "Thief").await;
    assert_invalid(&with(&thief, &[own, verifier]).await);
    let again = with(&program, &[own, verifier, ("resource", "https://evil.example/mcp")]).await;
    assert_eq!((again.status.as_u16(), &again.body["error"]), (400, &json!("invalid_target")), "{}", again.text);
    // The code is still valid after these attempts.
    Tokens::of(&with(&program, &[own, verifier]).await);
}

/// An attacker uses the code of a victim in the attacker's own session. The verifier of the attacker does not match the
/// code (RFC 9700, section 4.5.3).
#[tokio::test]
async fn a_code_of_another_request_does_not_fit_the_own_verifier() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let [ada, mallory] = ["ada", "mallory"].map(|name| somebody(&api, name));
    let victims = Browser::default().allow(&api, &provider, &program, &ada).await;
    let mut asks = program.asks();
    let own_verifier = "the-verifier-of-mallory-with-43-characters-or-more";
    asks.insert("code_challenge", challenge(own_verifier));
    let mut browser = Browser::default();
    let link = format!("/oauth/authorize?{}", encoded_map(&asks));
    let asked = sent_to(&browser.get(&api, &link).await).1;
    let consent = browser.sign_in(&api, &provider, &asked, &mallory).await;
    let page = browser.get(&api, &consent).await;
    let own = goes_to(&browser.decide(&api, &page, "allow").await).1["code"].clone();
    let redeem = async |code: &str| {
        let form = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", own_verifier)];
        program.token(&api, &form).await
    };
    assert_invalid(&redeem(&victims).await);
    Tokens::of(&redeem(&own).await);
}

/// A verifier with fewer than 43 characters could be guessed (RFC 7636, section 7.1).
#[tokio::test]
async fn a_short_verifier_is_refused_even_if_it_fits() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let mut browser = Browser::default();
    for (length, is_taken) in [(42, false), (43, true), (128, true), (129, false)] {
        let verifier = "v".repeat(length);
        let mut asks = program.asks();
        asks.insert("code_challenge", challenge(&verifier));
        let link = format!("/oauth/authorize?{}", encoded_map(&asks));
        let asked = sent_to(&browser.get(&api, &link).await).1;
        let consent = browser.sign_in(&api, &provider, &asked, &somebody(&api, "ada")).await;
        let page = browser.get(&api, &consent).await;
        let code = goes_to(&browser.decide(&api, &page, "allow").await).1["code"].clone();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", &verifier)];
        assert_eq!(program.token(&api, &form).await.status == 200, is_taken, "{length}");
    }
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_the_access() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let ada = somebody(&api, "ada");
    let code = Browser::default().allow(&api, &provider, &program, &ada).await;
    let tokens = Tokens::of(&program.redeem(&api, &code).await);
    assert_eq!(status(&api, &tokens.access).await, 200);
    assert_invalid(&program.redeem(&api, &code).await);
    assert_eq!(status(&api, &tokens.access).await, 401);
    assert_invalid(&program.refresh(&api, &tokens.refresh).await);
    assert_invalid(&program.redeem(&api, &code).await);
}

/// Five requests use the code at the same moment. At most one request gets tokens, and these tokens are not valid
/// afterwards.
#[tokio::test]
async fn simultaneous_uses_of_a_code_end_the_access() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let ada = somebody(&api, "ada");
    let code = Browser::default().allow(&api, &provider, &program, &ada).await;
    let redeem = || program.redeem(&api, &code);
    let (a, b, c, d, e) = tokio::join!(redeem(), redeem(), redeem(), redeem(), redeem());
    let (given, refused): (Vec<_>, Vec<_>) = [a, b, c, d, e].into_iter().partition(|answer| answer.status == 200);
    assert!(given.len() <= 1, "{given:?}");
    refused.iter().for_each(assert_invalid);
    for answer in &given {
        let tokens = Tokens::of(answer);
        assert_eq!(status(&api, &tokens.access).await, 401);
        assert_invalid(&program.refresh(&api, &tokens.refresh).await);
    }
}

/// DynamoDB sometimes deletes an item days after the item has expired, so the table still contains the grant.
#[tokio::test]
async fn a_code_lasts_a_minute_and_its_access_is_in_no_list_before_it_is_used() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let ada = somebody(&api, "ada");
    program.connect(&api, &provider, &ada).await;
    let programs = async || programs(&api, &provider, &ada).await.len();
    let late = Browser::default().allow(&api, &provider, &program, &ada).await;
    assert_eq!(programs().await, 1);
    api.clock.advance(jiff::Span::new().seconds(61));
    assert_invalid(&program.redeem(&api, &late).await);
    assert_eq!(programs().await, 1);
    let in_time = Browser::default().allow(&api, &provider, &program, &ada).await;
    api.clock.advance(jiff::Span::new().seconds(58));
    Tokens::of(&program.redeem(&api, &in_time).await);
    assert_eq!(programs().await, 2);
}

#[tokio::test]
async fn a_code_of_a_person_who_was_blocked_meanwhile_gives_no_tokens() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let ada = somebody(&api, "ada");
    let code = Browser::default().allow(&api, &provider, &program, &ada).await;
    let key = [("owner", "people".to_owned()), ("sk", format!("person#{}#{ada}", provider.issuer))];
    let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
    let put = api.client.put_item().table_name(api.table).set_item(Some(key.clone().into()));
    put.item("blocked_at", AttributeValue::S("2026-11-22T10:00:00Z".to_owned())).send().await.unwrap();
    assert_invalid(&program.redeem(&api, &code).await);
    // The access has ended. The access does not come back when the operator unblocks the person.
    api.client.delete_item().table_name(api.table).set_key(Some(key.into())).send().await.unwrap();
    assert_invalid(&program.redeem(&api, &code).await);
}

#[tokio::test]
async fn a_code_an_access_token_and_a_refresh_token_do_not_replace_each_other() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let ada = somebody(&api, "ada");
    let tokens = program.connect(&api, &provider, &ada).await;
    let code = Browser::default().allow(&api, &provider, &program, &ada).await;
    for other in [&code, &tokens.refresh] {
        ask(&api, "GET", "/todos", Value::Null, other).await.assert_problem(401, "bad_credential");
    }
    for other in [&tokens.access, &tokens.refresh] {
        assert_invalid(&program.redeem(&api, other).await);
    }
    for other in [&tokens.access, &code] {
        assert_invalid(&program.refresh(&api, other).await);
    }
    // After these attempts, the tokens and the code are still valid.
    assert_eq!(status(&api, &tokens.access).await, 200);
    Tokens::of(&program.refresh(&api, &tokens.refresh).await);
    Tokens::of(&program.redeem(&api, &code).await);
}

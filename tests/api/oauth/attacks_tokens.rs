//! Tests attacks with stolen tokens, old tokens, tokens of other programs, tokens in wrong places, and stored tokens
//! (RFC 9700, sections 4.9 to 4.14).

use std::time::Duration;

use serde_json::{Value, json};
use todo_action::domain::{
    secret::{Random, SecretHash},
    token::{Token, TokenKind},
};

use super::{
    super::{harness::Api, transport::Fault, warnings::logged},
    attacks_codes::{assert_invalid, status},
    person::{Browser, Program, Tokens, VERIFIER, ask, encoded, field, goes_to, post_form, programs, written_items},
    provider::Provider,
    somebody,
};

async fn revoke(api: &Api, program: &Program, token: &str) {
    let form = [("token", token), ("client_id", &program.client_id)];
    let answer = post_form(api, "/oauth/revoke", &form, &[]).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
}

/// Changes the last letter of a token, or its first letter after the prefix.
fn mistyped(token: &str) -> [String; 2] {
    let other = |letter: char| if letter == 'a' { 'b' } else { 'a' };
    let (begin, last) = token.split_at(token.len() - 1);
    let (prefix, rest) = token.split_at(7);
    let change = |text: &str| other(text.chars().next().unwrap()).to_string();
    [begin.to_owned() + &change(last), prefix.to_owned() + &change(rest) + &rest[1..]]
}

#[tokio::test]
async fn neither_the_table_nor_the_log_contains_a_secret() {
    let provider = Provider::start().await;
    let api = provider.api_with(|oauth| oauth.people = todo_action::config::People::Listed(vec!["example.com".into()]));
    let program = Program::register(&api, "Claude Code").await;
    let mut secrets = vec![VERIFIER.to_owned()];
    let lines = logged(async {
        let mut browser = Browser::default();
        let asked = browser.authorize(&api, &program).await;
        secrets.extend([asked["state"].clone(), asked["nonce"].clone()]);
        secrets.extend(browser.cookies.values().cloned());
        let (code, state) = provider.sign_in(&api, &asked, &somebody(&api, "ada"));
        let back = format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]));
        assert_eq!(browser.get(&api, &back).await.status, 303);
        let page = browser.get(&api, &format!("/oauth/consent?request={state}")).await;
        secrets.extend([code, field(&page, "form_token")]);
        let code = goes_to(&browser.decide(&api, &page, "allow").await).1["code"].clone();
        let first = Tokens::of(&program.redeem(&api, &code).await);
        let second = Tokens::of(&program.refresh(&api, &first.refresh).await);
        let added = ask(&api, "POST", "/todos", json!({"todos": [{"title": "a"}]}), &second.access).await;
        assert_eq!(added.status, 201, "{}", added.text);
        // The requests contain secrets in wrong places, and one answer of the provider contains a secret.
        api.get(&format!("/todos?access_token={}", first.access)).await;
        ask(&api, "GET", "/todos", Value::Null, &first.refresh).await;
        program.refresh(&api, &mistyped(&first.refresh)[0]).await;
        let asked = browser.authorize(&api, &program).await;
        provider.answers(400, json!({"error": "invalid_grant", "error_description": first.access}));
        let (lost, state) = provider.sign_in(&api, &asked, "ada");
        let back = format!("/oauth/callback?{}", encoded(&[("code", &lost), ("state", &state)]));
        assert_eq!(browser.get(&api, &back).await.status, 502);
        secrets.extend([code, first.access, first.refresh, second.access, second.refresh, lost, state]);
    })
    .await;
    for (form, _) in provider.exchanges() {
        let sent = url::form_urlencoded::parse(form.as_bytes()).find(|(name, _)| name == "code_verifier");
        secrets.push(sent.unwrap().1.into_owned());
    }
    assert!(secrets.len() == 15 && secrets.iter().all(|secret| secret.len() > 15), "{secrets:?}");
    let table = format!("{:?}", written_items(&api).await);
    let log = lines.iter().map(Value::to_string).collect::<String>();
    assert!(log.contains("addTodos answered 201") && log.contains("/oauth/callback answered 502"), "{log}");
    let hashed = |secret: &String| table.contains(SecretHash::of(secret).as_str());
    // The secrets of this sign-in: the ids, the cookies, the code and the four tokens.
    assert_eq!(secrets.iter().filter(|secret| hashed(secret)).count(), 8);
    for secret in &secrets {
        assert!(!table.contains(secret) && !log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn only_the_program_itself_refreshes_and_revokes_its_tokens() {
    let provider = Provider::start().await;
    let api = provider.api();
    let (program, thief) = (Program::register(&api, "Claude Code").await, Program::register(&api, "Thief").await);
    let ada = somebody(&api, "ada");
    let tokens = program.connect(&api, &provider, &ada).await;
    assert_invalid(&thief.refresh(&api, &tokens.refresh).await);
    revoke(&api, &thief, &tokens.refresh).await;
    revoke(&api, &thief, &tokens.access).await;
    for unknown in [&mistyped(&tokens.refresh)[..], &mistyped(&tokens.access), &["unknown".to_owned()]].concat() {
        revoke(&api, &program, &unknown).await;
    }
    // A person who knows the id of a grant can make a text that looks like a token of this grant.
    for (kind, token) in [(TokenKind::Refresh, &tokens.refresh), (TokenKind::Access, &tokens.access)] {
        let grant = Token::parse(kind, token).unwrap().grant();
        revoke(&api, &program, Token::new(TokenKind::Refresh, &grant, Random([7; 32])).reveal()).await;
    }
    assert_eq!(status(&api, &tokens.access).await, 200);
    // If a program revokes an access token, only this token ends. If a program revokes a refresh token, the access
    // ends, and the list of the person no longer contains the access.
    let more = Tokens::of(&program.refresh(&api, &tokens.refresh).await);
    revoke(&api, &program, &tokens.access).await;
    assert_eq!((status(&api, &tokens.access).await, status(&api, &more.access).await), (401, 200));
    program.connect(&api, &provider, &ada).await;
    let listed = async || programs(&api, &provider, &ada).await.len();
    assert_eq!(listed().await, 2);
    revoke(&api, &program, &more.refresh).await;
    assert_eq!((status(&api, &more.access).await, listed().await), (401, 1));
    assert_invalid(&program.refresh(&api, &more.refresh).await);
}

#[tokio::test]
async fn an_old_refresh_token_ends_the_access_but_a_wrong_one_does_not() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let ada = somebody(&api, "ada");
    let first = program.connect(&api, &provider, &ada).await;
    let foreign = program.connect(&api, &provider, &ada).await;
    revoke(&api, &program, &foreign.refresh).await;
    api.clock.advance(jiff::Span::new().seconds(3_601));
    ask(&api, "GET", "/todos", Value::Null, &first.access).await.assert_problem(401, "bad_credential");
    for wrong in
        [&mistyped(&first.refresh)[..], &[first.access.clone(), foreign.refresh, "unknown".to_owned()]].concat()
    {
        assert_invalid(&program.refresh(&api, &wrong).await);
    }
    let second = Tokens::of(&program.refresh(&api, &first.refresh).await);
    let third = Tokens::of(&program.refresh(&api, &second.refresh).await);
    api.clock.advance(jiff::Span::new().hours(25));
    let fourth = Tokens::of(&program.refresh(&api, &third.refresh).await);
    assert_eq!(status(&api, &fourth.access).await, 200);
    // More than 24 hours ago, the program replaced the first token by the second token, and then used the second token.
    assert_invalid(&program.refresh(&api, &first.refresh).await);
    assert_eq!(status(&api, &fourth.access).await, 401);
    assert_invalid(&program.refresh(&api, &fourth.refresh).await);
}

/// A DynamoDB item has at most 400 KB. A refresh costs one write unit for each kilobyte that it writes.
#[tokio::test]
async fn a_program_that_refreshes_without_end_makes_no_item_without_end() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let first = program.connect(&api, &provider, &somebody(&api, "ada")).await;
    let mut tokens = first.clone();
    for _ in 0..230 {
        tokens = Tokens::of(&program.refresh(&api, &tokens.refresh).await);
    }
    let hash = SecretHash::of(&tokens.access).as_str().to_owned();
    let items = written_items(&api).await;
    let item = items.iter().map(|item| format!("{item:?}")).find(|item| item.contains(&hash)).unwrap();
    let hashes = item.matches("\"hash\": S(").count();
    assert!((200..=251).contains(&hashes), "200 refresh tokens, 50 access tokens and the code: {hashes}");
    assert_eq!(status(&api, &tokens.access).await, 200);
    assert_eq!(status(&api, &first.access).await, 401);
}

/// The revocation happens after the refresh has read the grant, and before the refresh writes the grant.
/// Most refreshes write only the grant (`PutItem`). Once a day, a refresh also writes the entry in the list of programs
/// (`TransactWriteItems`).
#[tokio::test]
async fn a_refresh_does_not_bring_a_revoked_access_back() {
    let provider = Provider::start().await;
    let api = provider.api();
    let (program, ada) = (Program::register(&api, "Claude Code").await, somebody(&api, "ada"));
    for (hours, write) in [(0, "PutItem"), (24, "TransactWriteItems")] {
        let tokens = program.connect(&api, &provider, &ada).await;
        api.clock.advance(jiff::Span::new().hours(hours));
        api.wire.take_calls();
        // The SDK sends the write five times, with pauses.
        api.wire.fail_only(write, [Fault::Throttled; 4]);
        let revoked_meanwhile = async {
            while !api.wire.take_calls().contains(&write.to_owned()) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let grant = Token::parse(TokenKind::Refresh, &tokens.refresh).unwrap().grant();
            let usage = todo_action::store::Usage::default();
            let grant = api.elsewhere().app.store.grant(&grant, &usage).await.unwrap().unwrap();
            api.elsewhere().app.store.end_grant(&grant, &usage).await.unwrap();
        };
        let (answer, ()) = tokio::join!(program.refresh(&api, &tokens.refresh), revoked_meanwhile);
        let access = answer.body["access_token"].as_str().unwrap_or(&tokens.access);
        let refresh = answer.body["refresh_token"].as_str().unwrap_or(&tokens.refresh);
        assert_eq!(status(&api, access).await, 401, "{write}");
        assert_invalid(&program.refresh(&api, refresh).await);
        assert!(programs(&api, &provider, &ada).await.is_empty(), "{write}");
    }
}

#[tokio::test]
async fn an_ended_access_is_over_at_every_instance_within_a_minute() {
    let provider = Provider::start().await;
    let api = provider.api();
    let other = api.elsewhere();
    let program = Program::register(&api, "Claude Code").await;
    let [ada, grace] = ["ada", "grace"].map(|name| somebody(&api, name));
    let (stays, ends) = (program.connect(&api, &provider, &ada).await, program.connect(&api, &provider, &ada).await);
    let stranger = program.connect(&api, &provider, &grace).await;
    for api in [&api, &other] {
        assert_eq!(ask(api, "GET", "/todos", Value::Null, &ends.access).await.status, 200);
    }
    let listed = programs(&api, &provider, &ada).await;
    let ids: Vec<_> = listed.iter().map(|one| one["id"].as_str().unwrap()).collect();
    // No token contains the public id. So nobody can use the public id at the token endpoint.
    assert!(ids.len() == 2 && ids.iter().all(|id| !ends.refresh.contains(id)), "{ids:?}");
    let theirs = ask(&api, "GET", "/account/programs", Value::Null, &stranger.access).await;
    assert_eq!(theirs.body["programs"].as_array().unwrap().len(), 1);
    for id in [ids[1], &ends.refresh[7..29], "unknown"] {
        let path = format!("/account/programs/{id}");
        for token in [&stranger.access, &stays.access] {
            ask(&api, "DELETE", &path, Value::Null, token).await.assert_problem(404, "not_found");
        }
    }
    let answer = ask(&api, "DELETE", &format!("/account/programs/{}", ids[1]), Value::Null, &ends.access).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_invalid(&program.refresh(&api, &ends.refresh).await);
    api.clock.advance(jiff::Span::new().seconds(61));
    for api in [&api, &other] {
        ask(api, "GET", "/todos", Value::Null, &ends.access).await.assert_problem(401, "bad_credential");
        assert_eq!(ask(api, "GET", "/todos", Value::Null, &stays.access).await.status, 200);
    }
}

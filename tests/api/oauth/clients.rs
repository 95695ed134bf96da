//! Tests the clients that the operator makes: how a client with a secret signs a person in, and what happens without
//! the right secret.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use todo_action::domain::{
    api_key::KeyName,
    client::{Client, Secret},
    secret::SecretHash,
};

use super::{
    super::harness::{Answer, Api},
    person::{Browser, Program, Tokens, VERIFIER, ask, encoded, encoded_map, goes_to, post_form, programs, sent_to},
    provider::Provider,
    somebody,
};

const CALLBACK: &str = "https://chat.example/oauth/callback";

/// A client that the operator has made. Some clients have a secret.
struct Made {
    program: Program,
    secret: Option<Secret>,
}

/// The part of the request that contains the id and the secret of the client.
#[derive(Clone, Copy)]
enum By<'a> {
    /// The HTTP Basic header.
    Basic(&'a str, &'a str),
    /// The form.
    Form(&'a str, Option<&'a str>),
}

impl Made {
    /// Makes a client, as `todo clients create` does.
    async fn new(api: &Api, redirect_uri: &str, has_secret: bool) -> Self {
        Self::with(api, redirect_uri, has_secret, false).await
    }

    async fn with(api: &Api, redirect_uri: &str, has_secret: bool, without_pkce: bool) -> Self {
        let secret = has_secret.then(|| Secret::from_random(api.app.ids.secret()));
        let client = Client {
            id: Client::new_id(api.app.ids.secret()),
            name: KeyName::parse("Chat of Ada").unwrap(),
            secret: secret.as_ref().map(|secret| SecretHash::of(secret.reveal())),
            redirect_uris: vec![redirect_uri.to_owned()],
            without_pkce,
            created_at: api.app.clock.now(),
        };
        api.app.store.add_client(&client).await.unwrap();
        Self { program: Program::documented(&client.id, &redirect_uri.replace('*', "g-1")), secret }
    }

    fn id(&self) -> &str {
        &self.program.client_id
    }

    fn secret(&self) -> &str {
        self.secret.as_ref().unwrap().reveal()
    }

    /// A person gives access to this client. Returns the code.
    async fn code(&self, api: &Api, provider: &Provider, subject: &str) -> String {
        Browser::default().allow(api, provider, &self.program, subject).await
    }

    async fn redeem(&self, api: &Api, code: &str, by: By<'_>) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", &self.program.redirect_uri),
        ];
        sent(api, "/oauth/token", &form, by).await
    }
}

async fn refresh(api: &Api, refresh: &str, by: By<'_>) -> Answer {
    sent(api, "/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", refresh)], by).await
}

async fn sent(api: &Api, path: &str, form: &[(&str, &str)], by: By<'_>) -> Answer {
    match by {
        By::Basic(id, secret) => {
            let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
            post_form(api, path, form, &[("authorization", &basic)]).await
        }
        By::Form(id, secret) => {
            let secret = secret.map(|secret| ("client_secret", secret));
            let client: Vec<_> = [("client_id", id)].into_iter().chain(secret).collect();
            post_form(api, path, &[form, &client].concat(), &[]).await
        }
    }
}

#[track_caller]
fn assert_invalid_client(answer: &Answer, case: &str) {
    assert_eq!((answer.status.as_u16(), &answer.body["error"]), (401, &"invalid_client".into()), "{case}");
    assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Basic"), "{case}");
}

#[tokio::test]
async fn a_client_with_a_secret_signs_a_person_in_with_its_secret_in_the_header_or_in_the_form() {
    let provider = Provider::start().await;
    let api = provider.api();
    let made = Made::new(&api, CALLBACK, true).await;
    for by in [By::Basic(made.id(), made.secret()), By::Form(made.id(), Some(made.secret()))] {
        let page = Browser::default().consent(&api, &provider, &made.program, &somebody(&api, "ada")).await;
        assert!(page.text.contains("Chat of Ada") && page.text.contains("chat.example"), "{}", page.text);
        let code = made.code(&api, &provider, &somebody(&api, "ada")).await;
        let tokens = Tokens::of(&made.redeem(&api, &code, by).await);
        assert_eq!(ask(&api, "GET", "/todos", Value::Null, &tokens.access).await.status, 200);
        let tokens = Tokens::of(&refresh(&api, &tokens.refresh, by).await);
        assert_eq!(ask(&api, "GET", "/todos", Value::Null, &tokens.access).await.status, 200);
        assert_eq!(sent(&api, "/oauth/revoke", &[("token", &tokens.refresh)], by).await.status, 200);
        let refused = refresh(&api, &tokens.refresh, by).await;
        assert_eq!((refused.status.as_u16(), &refused.body["error"]), (400, &"invalid_grant".into()));
    }
}

#[tokio::test]
async fn a_client_with_a_secret_gets_nothing_without_this_secret() {
    let provider = Provider::start().await;
    let api = provider.api();
    let made = Made::new(&api, CALLBACK, true).await;
    let other = Made::new(&api, CALLBACK, true).await;
    let (id, secret) = (made.id(), made.secret());
    let unfinished = &secret[..secret.len() - 1];
    let hash = SecretHash::of(secret).as_str().to_owned();
    let wrong = [
        ("no secret", By::Form(id, None)),
        ("no secret in the header", By::Basic(id, "")),
        ("an empty secret", By::Form(id, Some(""))),
        ("another secret in the form", By::Form(id, Some("wrong"))),
        ("another secret in the header", By::Basic(id, "wrong")),
        ("the beginning of the secret", By::Form(id, Some(unfinished))),
        ("the hash of the secret", By::Basic(id, &hash)),
        ("the secret of another client in the form", By::Form(id, Some(other.secret()))),
        ("the secret of another client in the header", By::Basic(id, other.secret())),
        ("an unknown client", By::Basic("client_0000000000000000000000", secret)),
    ];
    let code = made.code(&api, &provider, &somebody(&api, "ada")).await;
    for (case, by) in wrong {
        assert_invalid_client(&made.redeem(&api, &code, by).await, case);
    }
    // The refused requests have not used up the code.
    let tokens = Tokens::of(&made.redeem(&api, &code, By::Basic(id, secret)).await);
    for (case, by) in wrong {
        assert_invalid_client(&refresh(&api, &tokens.refresh, by).await, case);
        assert_invalid_client(&sent(&api, "/oauth/revoke", &[("token", &tokens.refresh)], by).await, case);
    }
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &tokens.access).await.status, 200);
}

#[tokio::test]
async fn a_client_cannot_use_the_code_or_the_tokens_of_another_client() {
    let provider = Provider::start().await;
    let api = provider.api();
    let made = Made::new(&api, CALLBACK, true).await;
    let other = Made::new(&api, CALLBACK, true).await;
    let (own, foreign) = (By::Basic(made.id(), made.secret()), By::Basic(other.id(), other.secret()));
    let code = made.code(&api, &provider, &somebody(&api, "ada")).await;
    let refused = made.redeem(&api, &code, foreign).await;
    assert_eq!((refused.status.as_u16(), &refused.body["error"]), (400, &"invalid_grant".into()), "{}", refused.text);
    let tokens = Tokens::of(&made.redeem(&api, &code, own).await);
    let refused = refresh(&api, &tokens.refresh, foreign).await;
    assert_eq!((refused.status.as_u16(), &refused.body["error"]), (400, &"invalid_grant".into()), "{}", refused.text);
    // The answer to a revocation says nothing about the token (RFC 7009, section 2.2).
    assert_eq!(sent(&api, "/oauth/revoke", &[("token", &tokens.refresh)], foreign).await.status, 200);
    Tokens::of(&refresh(&api, &tokens.refresh, own).await);
}

#[tokio::test]
async fn a_request_names_its_client_in_one_place() {
    let provider = Provider::start().await;
    let api = provider.api();
    let made = Made::new(&api, CALLBACK, true).await;
    let other = Made::new(&api, CALLBACK, true).await;
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", made.id(), made.secret())));
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    for more in [("client_secret", made.secret()), ("client_id", other.id())] {
        let form = [&form[..], &[more]].concat();
        let refused = post_form(&api, "/oauth/token", &form, &[("authorization", &basic)]).await;
        let said = (refused.status.as_u16(), &refused.body["error"]);
        assert_eq!(said, (400, &"invalid_request".into()), "{}", refused.text);
    }
    // A request may contain the same `client_id` in the header and in the form.
    let form = [&form[..], &[("client_id", made.id())]].concat();
    let refused = post_form(&api, "/oauth/token", &form, &[("authorization", &basic)]).await;
    assert_eq!(refused.body["error"], "invalid_grant", "{}", refused.text);
}

#[tokio::test]
async fn a_client_without_a_secret_needs_none() {
    let provider = Provider::start().await;
    let api = provider.api();
    let made = Made::new(&api, "https://chat.example/aip/*/oauth/callback", false).await;
    let code = made.code(&api, &provider, &somebody(&api, "ada")).await;
    let tokens = Tokens::of(&made.redeem(&api, &code, By::Form(made.id(), None)).await);
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &tokens.access).await.status, 200);
}

#[tokio::test]
async fn people_come_back_only_to_the_redirect_uris_of_the_client() {
    let provider = Provider::start().await;
    let api = provider.api();
    let made = Made::new(&api, "https://chat.example/aip/*/oauth/callback", true).await;
    for foreign in [
        "https://evil.example/aip/g-1/oauth/callback",
        "https://chat.example/aip/g-1/x/oauth/callback",
        "https://chat.example/aip//oauth/callback",
        "https://chat.example/aip/g-1/oauth/callback/",
        // The redirect URI of a known assistant. This client is not allowed to use this redirect URI.
        "https://claude.ai/api/mcp/auth_callback",
        "http://127.0.0.1:51234/callback",
    ] {
        let mut asks = Program::documented(made.id(), foreign).asks();
        asks.remove("resource");
        let asks: Vec<(&str, &str)> = asks.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = Browser::default().get(&api, &format!("/oauth/authorize?{}", encoded(&asks))).await;
        assert_eq!(answer.status, 400, "{foreign}");
        assert!(answer.headers.get("location").is_none(), "{foreign}");
    }
}

#[tokio::test]
async fn the_access_of_a_removed_client_ends_within_a_minute() {
    let provider = Provider::start().await;
    let api = provider.api();
    let (made, other) = (Made::new(&api, CALLBACK, true).await, Made::new(&api, CALLBACK, true).await);
    let ada = somebody(&api, "ada");
    let mut tokens = Vec::new();
    for made in [&made, &other] {
        let code = made.code(&api, &provider, &ada).await;
        tokens.push(Tokens::of(&made.redeem(&api, &code, By::Form(made.id(), Some(made.secret()))).await));
    }
    // Both instances remember the first access token. The person has also allowed the client a second time, and nobody
    // has used the code of this second access.
    let elsewhere = api.elsewhere();
    for api in [&api, &elsewhere] {
        assert_eq!(ask(api, "GET", "/todos", Value::Null, &tokens[0].access).await.status, 200);
    }
    let unused = made.code(&api, &provider, &ada).await;

    assert!(api.app.store.delete_client(made.id()).await.unwrap());
    assert_eq!(api.app.store.end_grants_of(made.id()).await.unwrap().0, 1);
    assert!(!api.app.store.delete_client(made.id()).await.unwrap());
    let by = By::Form(made.id(), Some(made.secret()));
    assert_invalid_client(&refresh(&api, &tokens[0].refresh, by).await, "refresh");
    assert_invalid_client(&made.redeem(&api, &unused, by).await, "code");
    let asks = made.program.asks();
    let asks: Vec<(&str, &str)> = asks.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = Browser::default().get(&api, &format!("/oauth/authorize?{}", encoded(&asks))).await;
    assert!(answer.status == 400 && answer.text.contains("does not know the program"), "{}", answer.text);

    api.clock.advance(jiff::Span::new().seconds(61));
    for api in [&api, &elsewhere] {
        ask(api, "GET", "/todos", Value::Null, &tokens[0].access).await.assert_problem(401, "bad_credential");
        assert_eq!(programs(api, &provider, &ada).await.len(), 1, "the program of the other client");
    }
}

#[tokio::test]
async fn a_person_who_has_begun_to_sign_in_cannot_give_access_to_a_removed_client() {
    let provider = Provider::start().await;
    let api = provider.api();
    let made = Made::new(&api, CALLBACK, true).await;
    let mut browser = Browser::default();
    let page = browser.consent(&api, &provider, &made.program, &somebody(&api, "ada")).await;
    api.app.store.delete_client(made.id()).await.unwrap();
    let answer = browser.decide(&api, &page, "allow").await;
    let (_, told) = goes_to(&answer);
    assert_invalid_client(&made.redeem(&api, &told["code"], By::Form(made.id(), Some(made.secret()))).await, "code");
}

/// Sends the request that a GPT sends: the request has no PKCE challenge and no `resource`. Returns the code.
async fn code_without_pkce(api: &Api, provider: &Provider, made: &Made) -> String {
    let mut asks = made.program.asks();
    asks.retain(|name, _| !["code_challenge", "code_challenge_method", "resource"].contains(name));
    let mut browser = Browser::default();
    let begun = browser.get(api, &format!("/oauth/authorize?{}", encoded_map(&asks))).await;
    let (place, asked) = sent_to(&begun);
    assert!(place.starts_with(&provider.issuer), "{place} {asked:?}");
    let path = browser.sign_in(api, provider, &asked, &somebody(api, "ada")).await;
    let page = browser.get(api, &path).await;
    goes_to(&browser.decide(api, &page, "allow").await).1["code"].clone()
}

#[tokio::test]
async fn only_a_client_with_a_secret_may_ask_without_pkce_if_the_operator_allows_it() {
    let provider = Provider::start().await;
    let api = provider.api();
    let gpt = Made::with(&api, "https://chat.openai.com/aip/g-1/oauth/callback", true, true).await;
    let by = By::Form(gpt.id(), Some(gpt.secret()));
    let code = code_without_pkce(&api, &provider, &gpt).await;
    let form = [("grant_type", "authorization_code"), ("code", code.as_str())];
    assert_invalid_client(&sent(&api, "/oauth/token", &form, By::Form(gpt.id(), None)).await, "without the secret");
    let with_verifier = gpt.redeem(&api, &code, by).await;
    assert_eq!((with_verifier.status.as_u16(), &with_verifier.body["error"]), (400, &"invalid_grant".into()));
    let tokens = Tokens::of(&sent(&api, "/oauth/token", &form, by).await);
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &tokens.access).await.status, 200);
    // A program that has sent a challenge must also send the verifier of this challenge.
    let code = gpt.code(&api, &provider, &somebody(&api, "grace")).await;
    let form = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let without_verifier = sent(&api, "/oauth/token", &form, by).await;
    assert_eq!((without_verifier.status.as_u16(), &without_verifier.body["error"]), (400, &"invalid_grant".into()));
    Tokens::of(&gpt.redeem(&api, &code, by).await);
    for (has_secret, without_pkce) in [(true, false), (false, true), (false, false)] {
        let other = Made::with(&api, CALLBACK, has_secret, without_pkce).await;
        let mut asks = other.program.asks();
        asks.retain(|name, _| !name.starts_with("code_challenge"));
        let (place, told) = sent_to(&api.get(&format!("/oauth/authorize?{}", encoded_map(&asks))).await);
        assert_eq!((place.as_str(), told["error"].as_str()), (CALLBACK, "invalid_request"));
    }
}

//! Tests attacks on the decision of a person. For example, a program uses the name of another program, a form asks for
//! more than the page shows, or a decision comes twice, too late, or from a person who is not allowed to sign in.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use todo_action::config::{Auth, People};

use super::{
    super::harness::{Answer, Api},
    attacks_browser::assert_stopped,
    person::{Browser, Program, Tokens, encoded, encoded_map, field, goes_to, sent_to, written_items},
    provider::Provider,
    somebody,
};

type Item = HashMap<String, AttributeValue>;

const EXPIRED: &str = "This sign-in has expired";

/// Returns how many grants of this person the API has written since the last call of `take_written`.
async fn grants(api: &Api, person: &str) -> usize {
    let items = written_items(api).await;
    let of = |item: &&Item| item["sk"] == AttributeValue::S("grant".to_owned()) && format!("{item:?}").contains(person);
    items.iter().filter(of).count()
}

#[tokio::test]
async fn the_cookie_of_a_sign_in_stays_in_its_browser_and_at_its_host() {
    let provider = Provider::start().await;
    for (base_url, prefix, attributes) in [
        ("https://todo.test", "__Host-sign-in-", "; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure"),
        ("http://127.0.0.1:8080", "sign-in-", "; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"),
    ] {
        let api = Api::configured(|config| {
            config.auth = Auth::OAuth(Box::new(provider.agreed()));
            config.public_url = Some(base_url.to_owned());
        });
        let mut program = Program::register(&api, "Claude Code").await.asks();
        program.insert("resource", base_url.to_owned());
        let answer = api.get(&format!("/oauth/authorize?{}", encoded_map(&program))).await;
        let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
        let [cookie] = cookies[..] else { panic!("one cookie: {cookies:?}") };
        let cookie = cookie.to_str().unwrap();
        let (pair, rest) = cookie.split_at(cookie.find(';').unwrap());
        assert!(pair.starts_with(prefix) && pair.split_once('=').unwrap().1.len() == 43, "{cookie}");
        assert_eq!(rest, attributes);
    }
}

#[tokio::test]
async fn the_page_names_who_gets_the_access_and_not_who_says_so() {
    let provider = Provider::start().await;
    let api = provider.api_with(|oauth| oauth.redirect_uris.push("https://xn--clude-4nf.example/callback".to_owned()));
    let (ada, mut browser) = (somebody(&api, "ada"), Browser::default());
    let hostile = "Claude\u{202e}\u{2066}</bdi><script>alert(1)</script>\r\n<b>";
    for (name, redirect_uri, subject) in [
        ("Claude", "http://127.0.0.1:5/", "a program on this computer"),
        ("ChatGPT, verified", "http://[::1]/a", "a program on this computer"),
        (hostile, "http://localhost/a", "a program on this computer"),
        (&"Claude ".repeat(50), "cursor://anysphere.cursor-mcp/oauth/callback", "a program on this computer"),
        ("Claude", "https://assistant.example/callback", "a program at assistant.example"),
        ("Claude", "https://xn--clude-4nf.example/callback", "a program at xn--clude-4nf.example"),
        ("", "https://assistant.example/callback", "a program at assistant.example"),
    ] {
        let program = Program::register_at(&api, name, redirect_uri).await;
        for _ in 0..2 {
            let page = browser.consent(&api, &provider, &program, &ada).await;
            let heading = format!("<h1>Let {subject} read and change your todos?</h1>");
            let text = page.text.replace("<bdi class=\"strong\" dir=\"ltr\">", "").replace("</bdi>", "");
            assert!(text.contains(&heading), "{heading} {text}");
            assert!(!page.text.contains("<script") && !page.text.contains("<b>"), "{}", page.text);
            assert!(!page.text.contains(['\u{202e}', '\u{2066}']) && !page.text.contains(&"Claude ".repeat(20)));
            assert!(!page.text.contains("is verified") && !page.text.contains("before, on"), "{}", page.text);
            browser.decide(&api, &page, "allow").await;
        }
    }
}

#[tokio::test]
async fn a_form_with_more_fields_gives_no_more_than_the_program_asked_for() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program { scope: Some("todos:read"), ..Program::register(&api, "Claude Code").await };
    let mut browser = Browser::default();
    let page = browser.consent(&api, &provider, &program, &somebody(&api, "ada")).await;
    let (request, token) = (field(&page, "request"), field(&page, "form_token"));
    let form = [
        ("redirect_uri", "http://127.0.0.1:6666/"),
        ("scope", "todos"),
        ("client_id", "other"),
        ("code_challenge", "other"),
        ("request", &request),
        ("form_token", &token),
        ("decision", "allow"),
    ];
    let (place, told) = goes_to(&browser.post(&api, "/oauth/consent", &form).await);
    assert_eq!(place, program.redirect_uri);
    let answer = program.redeem(&api, &told["code"]).await;
    assert_eq!((answer.status.as_u16(), &answer.body["scope"]), (200, &"todos:read".into()), "{}", answer.text);
}

#[tokio::test]
async fn of_two_simultaneous_decisions_one_counts() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let mut browser = Browser::default();
    let ada = somebody(&api, "ada");
    let consent = browser.consent(&api, &provider, &program, &ada).await;
    let twin = || Browser { cookies: browser.cookies.clone() };
    let (mut first, mut second, mut later) = (twin(), twin(), twin());
    let answers = tokio::join!(first.decide(&api, &consent, "allow"), second.decide(&api, &consent, "allow"));
    let answers: [Answer; 2] = answers.into();
    // A browser shows only the answer to the second click, so both answers give the same code to the program.
    let [one, other] = answers.each_ref().map(|answer| goes_to(answer).1["code"].clone());
    assert_eq!(one, other);
    // The person presses the back button, or reloads the page. After a reload, the browser sends the form again.
    let back = format!("/oauth/consent?request={}", field(&consent, "request"));
    assert_stopped(&later.get(&api, &back).await, 409, "You have already answered");
    for decision in ["deny", "switch"] {
        assert_stopped(&later.decide(&api, &consent, decision).await, 409, "You have already answered");
    }
    Tokens::of(&program.redeem(&api, &one).await);
    assert_stopped(&later.decide(&api, &consent, "allow").await, 409, "You have already answered");
    assert_eq!(grants(&api, &ada).await, 1);
}

/// DynamoDB sometimes deletes an item days after the item has expired, so the table still contains the item.
#[tokio::test]
async fn a_sign_in_is_over_after_ten_minutes() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let (ada, mut browser) = (somebody(&api, "ada"), Browser::default());
    let asked = browser.authorize(&api, &program).await;
    let (code, state) = provider.sign_in(&api, &asked, &ada);
    let page = browser.consent(&api, &provider, &program, &ada).await;
    api.wire.take_written();
    api.clock.advance(jiff::Span::new().seconds(601));
    let back = format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]));
    assert_stopped(&browser.get(&api, &back).await, 400, EXPIRED);
    let consent = format!("/oauth/consent?request={}", field(&page, "request"));
    assert_stopped(&browser.get(&api, &consent).await, 400, EXPIRED);
    assert_stopped(&browser.decide(&api, &page, "allow").await, 400, EXPIRED);
    assert_eq!(api.wire.take_written(), Vec::<String>::new());
}

/// The page after the decision contains `<meta http-equiv="refresh">`. The value of this tag has a special syntax.
#[tokio::test]
async fn what_a_program_sends_does_not_change_where_the_page_goes() {
    let provider = Provider::start().await;
    let api = provider.api();
    let mut browser = Browser::default();
    for hostile in [
        "\"><script>alert(1)</script>",
        "0;url=javascript:alert(1)",
        "';url=https://evil.example/;'",
        "a b&code=mine&iss=https://evil.example#fragment",
    ] {
        let redirect_uri = "http://127.0.0.1:51234/callback?a=%22onmouseover=alert(1)&b='";
        let program = Program::register_at(&api, "Claude Code", redirect_uri).await;
        let mut asks = program.asks();
        asks.insert("state", hostile.to_owned());
        let answer = browser.get(&api, &format!("/oauth/authorize?{}", encoded_map(&asks))).await;
        let asked = sent_to(&answer).1;
        let path = browser.sign_in(&api, &provider, &asked, &somebody(&api, "ada")).await;
        let page = browser.get(&api, &path).await;
        let answer = browser.decide(&api, &page, "allow").await;
        let (place, told) = goes_to(&answer);
        assert_eq!((place.as_str(), told["state"].as_str()), ("http://127.0.0.1:51234/callback", hostile));
        assert_eq!((told["a"].as_str(), told["iss"].as_str()), ("\"onmouseover=alert(1)", "https://todo.test"));
        assert!(answer.text.contains("&amp;b=") && !answer.text.contains("&b="), "{}", answer.text);
        assert!(!answer.text.contains("<script") && !answer.text.contains("'"), "{}", answer.text);
    }
}

#[tokio::test]
async fn who_may_not_sign_in_gives_no_access() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let (ada, mut browser) = (somebody(&api, "ada"), Browser::default());
    let page = browser.consent(&api, &provider, &program, &ada).await;
    // The operator blocks the person while the page is open.
    let person = format!("person#{}#{ada}", provider.issuer);
    let put = api.client.put_item().table_name(api.table).item("owner", AttributeValue::S("people".to_owned()));
    let put = put.item("blocked_at", AttributeValue::S("2026-11-22T10:00:00Z".to_owned()));
    put.item("sk", AttributeValue::S(person)).send().await.unwrap();
    assert_stopped(&browser.decide(&api, &page, "allow").await, 403, "You cannot use this service");
    let asked = browser.authorize(&api, &program).await;
    let (code, state) = provider.sign_in(&api, &asked, &ada);
    let back = format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]));
    assert_stopped(&browser.get(&api, &back).await, 403, "You cannot use this service");
    // If nobody is signed in, the consent page sends the browser to the provider again.
    let (place, _) = goes_to(&browser.get(&api, &format!("/oauth/consent?request={state}")).await);
    assert_eq!(place, format!("{}/authorize", provider.issuer));
    assert_eq!(grants(&api, &ada).await, 0);
}

#[tokio::test]
async fn who_is_not_invited_gives_no_access() {
    let provider = Provider::start().await;
    let api = provider.api_with(|oauth| oauth.people = People::Listed(vec!["ada@example.com".to_owned()]));
    let program = Program::register(&api, "Claude Code").await;
    let (ada, mut browser) = (somebody(&api, "ada"), Browser::default());
    for change in [("email", Value::from("mallory@example.com")), ("email_verified", false.into())] {
        provider.forge(move |claims, _| {
            claims["email"] = "ada@example.com".into();
            claims[change.0] = change.1.clone();
        });
        let asked = browser.authorize(&api, &program).await;
        let (code, state) = provider.sign_in(&api, &asked, &ada);
        let back = format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]));
        assert_stopped(&browser.get(&api, &back).await, 403, "You cannot use this service");
        let consent = format!("/oauth/consent?request={state}");
        assert_eq!(goes_to(&browser.get(&api, &consent).await).0, format!("{}/authorize", provider.issuer));
    }
    provider.forge(|claims, _| claims["email"] = "Ada@example.com".into());
    assert_eq!(grants(&api, &ada).await, 0);
    program.connect(&api, &provider, &ada).await;
    assert_eq!(grants(&api, &ada).await, 1, "the search finds a grant");
}

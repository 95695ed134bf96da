//! Tests attacks in the browser of a person. The attacks use links, foreign web pages, and a second browser (RFC 9700;
//! MCP, Security Best Practices).

use axum::{body::Body, http::Request};
use serde_json::Value;

use super::{
    super::harness::{Answer, Api},
    person::{Browser, Program, encoded, encoded_map, field, goes_to, sent_to},
    provider::Provider,
    somebody,
};

/// The document of a known program.
const CLAUDE: (&str, &str) =
    ("https://claude.ai/oauth/mcp-oauth-client-metadata", "https://claude.ai/api/mcp/auth_callback");

/// Asserts that the answer is a page with this status and this heading, and that the page has no link to the program.
#[track_caller]
pub fn assert_stopped(answer: &Answer, status: u16, heading: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert!(answer.text.contains(&format!("<h1>{heading}</h1>")), "{heading}: {}", answer.text);
    assert!(answer.headers.get("location").is_none() && !answer.text.contains("http-equiv"), "{}", answer.text);
}

const OTHER_BROWSER: &str = "This sign-in did not begin in this browser";

/// Asserts that no request has given access to a program. The function looks at the partitions of the written items. A
/// sign-in also writes an entry into the partition of the person. The access of a program would also write an item into
/// a partition `grant#…`.
#[track_caller]
fn assert_no_access(api: &Api) {
    let written = api.wire.take_written();
    let is_of_sign_in = |partition: &String| ["sign-in#", "user#"].iter().any(|kind| partition.starts_with(kind));
    assert!(written.iter().all(is_of_sign_in), "{written:?}");
}

/// The form of a consent page, with this decision.
fn form(page: &Answer, decision: &str) -> Vec<(&'static str, String)> {
    let fields = ["request", "form_token"].map(|name| (name, field(page, name)));
    fields.into_iter().chain([("decision", decision.to_owned())]).collect()
}

/// Sends a form with exactly these headers.
async fn post(api: &Api, form: &[(&str, String)], headers: &[(&str, &str)]) -> Answer {
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut request = Request::post("/oauth/consent").header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    api.raw(request.body(Body::from(encoded(&form))).unwrap()).await
}

/// The attack "confused deputy": the attacker makes a link with the attacker's own PKCE challenge, and waits for the
/// code at an allowed redirect URI. The person is already signed in at the provider, so the provider sends the browser
/// back immediately.
#[tokio::test]
async fn a_link_alone_gives_its_maker_nothing_not_even_for_a_program_that_was_allowed_before() {
    let provider = Provider::start().await;
    let api = provider.api();
    let attacker = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let waits_at = format!("http://{}/", attacker.local_addr().unwrap());
    let (ada, mut browser) = (somebody(&api, "ada"), Browser::default());
    for program in [
        Program::register_at(&api, "Claude Code", &waits_at).await,
        Program::documented("https://claude.ai/oauth/claude-code-client-metadata", "http://127.0.0.1:5/callback"),
        Program::documented(CLAUDE.0, CLAUDE.1),
    ] {
        for allowed_before in [false, true] {
            api.wire.take_written();
            let (place, asked) =
                sent_to(&browser.get(&api, &format!("/oauth/authorize?{}", encoded_map(&program.asks()))).await);
            assert_eq!(place, format!("{}/authorize", provider.issuer), "the link leads to the provider alone");
            let consent = browser.sign_in(&api, &provider, &asked, &ada).await;
            assert!(consent.starts_with("/oauth/consent?request="), "{consent}");
            let page = browser.get(&api, &consent).await;
            let asks = page.status == 200 && page.text.contains("value=\"allow\"") && !page.text.contains("http-equiv");
            assert!(asks, "{allowed_before}: {}", page.text);
            assert_no_access(&api);
            goes_to(&browser.decide(&api, &page, "allow").await);
        }
    }
    let nobody = tokio::time::timeout(std::time::Duration::from_millis(50), attacker.accept()).await;
    assert!(nobody.is_err(), "nothing arrives at the maker of the link");
}

#[tokio::test]
async fn the_return_from_the_provider_decides_nothing_however_often_it_happens() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let mut browser = Browser::default();
    let asked = browser.authorize(&api, &program).await;
    let (code, state) = provider.sign_in(&api, &asked, &somebody(&api, "ada"));
    let back = format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]));
    for _ in 0..2 {
        let answer = browser.get(&api, &back).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let consent = answer.headers["location"].to_str().unwrap();
        assert!(!consent.contains(&code), "the address of the page contains no code: {consent}");
        let page = browser.get(&api, consent.strip_prefix("https://todo.test").unwrap()).await;
        assert!(page.text.contains("value=\"allow\""), "{}", page.text);
        assert_no_access(&api);
    }
    assert_eq!(provider.exchanges().len(), 1, "the provider sees its code once");
}

/// This check also stops the attack in which the attacker's sign-in continues in the browser of a victim (RFC 9700,
/// section 4.7).
#[tokio::test]
async fn only_the_browser_in_which_a_sign_in_began_may_continue_it() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let mut own = Browser::default();
    let asked = own.authorize(&api, &program).await;
    let (code, state) = provider.sign_in(&api, &asked, &somebody(&api, "ada"));
    let back = format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]));
    // The test uses three foreign browsers. The first browser has no cookie. The second browser has the cookie of
    // another sign-in. The third browser has a cookie with the right name, but with the value of the other sign-in's
    // cookie.
    let mut other = Browser::default();
    other.authorize(&api, &program).await;
    let (name, value) = (own.cookies.keys().next().unwrap().clone(), other.cookies.values().next().unwrap().clone());
    let disguised = Browser { cookies: [(name, value)].into() };
    let mut strangers = [Browser::default(), other, disguised];
    for stranger in &mut strangers {
        assert_stopped(&stranger.get(&api, &back).await, 400, OTHER_BROWSER);
    }
    assert!(provider.exchanges().is_empty(), "the provider is not asked");
    assert_eq!(own.get(&api, &back).await.status, 303);
    let consent = format!("/oauth/consent?request={state}");
    let page = own.get(&api, &consent).await;
    api.wire.take_written();
    for stranger in &mut strangers {
        assert_stopped(&stranger.get(&api, &consent).await, 400, OTHER_BROWSER);
        for decision in ["allow", "deny", "switch"] {
            assert_stopped(&stranger.decide(&api, &page, decision).await, 400, OTHER_BROWSER);
        }
    }
    assert_eq!(api.wire.take_written(), Vec::<String>::new());
    goes_to(&own.decide(&api, &page, "allow").await);
}

/// The attacker gets a code from the provider, and sends this code to the sign-in of the victim. The verifier and the
/// nonce of the two sign-ins are different.
#[tokio::test]
async fn a_provider_code_of_another_sign_in_signs_nobody_in() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let (mut attacker, mut victim) = (Browser::default(), Browser::default());
    let (theirs, own) = (attacker.authorize(&api, &program).await, victim.authorize(&api, &program).await);
    let (code, _) = provider.sign_in(&api, &theirs, &somebody(&api, "mallory"));
    let back = format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &own["state"])]));
    assert_stopped(&victim.get(&api, &back).await, 502, "The sign-in did not work");
    // If a provider ignores the verifier, the ID token still contains the nonce of the attacker's sign-in.
    let nonce = Value::from(theirs["nonce"].clone());
    provider.forge(move |claims, _| claims["nonce"] = nonce.clone());
    let (code, state) = provider.sign_in(&api, &own, &somebody(&api, "mallory"));
    let back = format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]));
    assert_stopped(&victim.get(&api, &back).await, 502, "The sign-in did not work");
    assert_no_access(&api);
}

#[tokio::test]
async fn a_page_of_another_site_cannot_press_allow() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let (ada, mut browser) = (somebody(&api, "ada"), Browser::default());
    let page = browser.consent(&api, &provider, &program, &ada).await;
    let cookie = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    let other_page = browser.consent(&api, &provider, &program, &ada).await;
    let right = form(&page, "allow");
    let without_token: Vec<_> = right.iter().filter(|(name, _)| *name != "form_token").cloned().collect();
    let mut wrong_token = right.clone();
    wrong_token[1].1 = field(&other_page, "form_token");
    api.wire.take_written();
    let same_site = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-site")];
    // A browser without the header `Sec-Fetch-Site`.
    let foreign_origin = [("cookie", cookie.as_str()), ("origin", "https://evil.example")];
    for headers in [same_site, foreign_origin] {
        for form in [&without_token, &wrong_token] {
            assert_stopped(&post(&api, form, &headers).await, 400, "This page is out of date");
        }
    }
    assert_stopped(&post(&api, &right, &[]).await, 400, OTHER_BROWSER);
    let cross_site = post(&api, &right, &[("cookie", &cookie), ("sec-fetch-site", "cross-site")]).await;
    assert_eq!(cross_site.status, 403, "{}", cross_site.text);
    assert_eq!(api.wire.take_written(), Vec::<String>::new());
    goes_to(&post(&api, &right, &same_site).await);
}

#[tokio::test]
async fn no_page_may_be_framed_or_leaks_its_address() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let mut browser = Browser::default();
    let authorize = format!("/oauth/authorize?{}", encoded_map(&program.asks()));
    let leaves = browser.get(&api, &authorize).await;
    let (code, state) = provider.sign_in(&api, &sent_to(&leaves).1, &somebody(&api, "ada"));
    let comes = browser.get(&api, &format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]))).await;
    let consent = browser.get(&api, &format!("/oauth/consent?request={state}")).await;
    let goes_on = browser.decide(&api, &consent, "allow").await;
    let stopped = browser.get(&api, &authorize.replace("client_id", "client")).await;
    // After a redirect with status 307 or 308, the browser sends a form again (RFC 9700, section 4.12).
    let statuses = [&leaves, &comes, &consent, &goes_on, &stopped].map(|answer| answer.status.as_u16());
    assert_eq!(statuses, [302, 303, 200, 200, 400]);
    for answer in [&leaves, &comes, &consent, &goes_on, &stopped] {
        let header = |name: &str| answer.headers[name].to_str().unwrap();
        assert_eq!((header("referrer-policy"), header("cache-control")), ("no-referrer", "no-store"));
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{:?}", answer.headers);
    }
    for page in [&consent, &goes_on, &stopped] {
        assert_eq!(page.headers["x-frame-options"], "DENY");
        assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none';"));
        assert!(!page.text.contains("src=") && !page.text.contains("<script"), "{}", page.text);
    }
}

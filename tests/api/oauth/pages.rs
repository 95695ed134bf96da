//! Tests what a person sees if something unusual happens during the sign-in. For example, the person uses several tabs,
//! reloads a page, uses the back button, clicks twice, comes too late, blocks cookies, or opens the link of somebody
//! else.

use std::collections::BTreeMap;

use jiff::Span;
use serde_json::Value;
use todo_action::config::People;

use super::{
    super::harness::{Answer, Api},
    person::{Browser, LOOPBACK, Program, Tokens, ask, encoded, encoded_map, field, goes_to, programs, sent_to},
    provider::Provider,
    somebody,
};

/// A program asks a person for access.
struct Asked {
    provider: Provider,
    api: Api,
    program: Program,
    person: String,
}

async fn asked() -> Asked {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let person = somebody(&api, "ada");
    Asked { provider, api, program, person }
}

impl Asked {
    /// Opens the link of the program. Returns the address to which the person comes back from the provider.
    async fn back_from_provider(&self, browser: &mut Browser) -> String {
        let asked = browser.authorize(&self.api, &self.program).await;
        let (code, state) = self.provider.sign_in(&self.api, &asked, &self.person);
        format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]))
    }

    async fn consent(&self, browser: &mut Browser) -> Answer {
        browser.consent(&self.api, &self.provider, &self.program, &self.person).await
    }

    /// Presses a button of the consent page. Returns the parameters that the program gets.
    async fn decide(&self, browser: &mut Browser, page: &Answer, decision: &str) -> BTreeMap<String, String> {
        let (place, told) = goes_to(&browser.decide(&self.api, page, decision).await);
        assert_eq!(place, LOOPBACK);
        told
    }

    /// The program redeems the code that it has got.
    async fn works(&self, told: &BTreeMap<String, String>) -> Tokens {
        let tokens = Tokens::of(&self.program.redeem(&self.api, &told["code"]).await);
        assert_eq!(ask(&self.api, "GET", "/todos", Value::Null, &tokens.access).await.status, 200);
        tokens
    }
}

/// The path of this consent page.
fn path_of(page: &Answer) -> String {
    format!("/oauth/consent?request={}", field(page, "request"))
}

/// Asserts that the person sees a page with this status, this heading and this advice.
#[track_caller]
fn assert_page(answer: &Answer, status: u16, heading: &str, advice: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.text.contains(&format!("<h1>{heading}</h1>")), "{heading}: {}", answer.text);
    assert!(answer.text.contains(advice), "{advice}: {}", answer.text);
    assert!(!answer.text.contains("name=\"decision\""), "the page asks nothing: {}", answer.text);
}

fn assert_expired(answer: &Answer) {
    assert_page(answer, 400, "This sign-in has expired", "Go back to the program, and connect it again.");
}

fn assert_answered(answer: &Answer) {
    assert_page(answer, 409, "You have already answered", "You can close this page.");
}

fn assert_other_browser(answer: &Answer) {
    let advice = "allow cookies here. Go back to the program, and connect it again.";
    assert_page(answer, 400, "This sign-in did not begin in this browser", advice);
}

#[tokio::test]
async fn two_tabs_of_a_fresh_browser_at_the_same_moment_both_work() {
    let asked = asked().await;
    let other = Program::register(&asked.api, "Codex").await;
    let mut browser = Browser::default();
    let first = browser.authorize(&asked.api, &asked.program).await;
    let second = browser.authorize(&asked.api, &other).await;
    assert_eq!(browser.cookies.len(), 2);
    // The person signs in with the second tab, and after that with the first tab.
    let second = browser.sign_in(&asked.api, &asked.provider, &second, &asked.person).await;
    let first = browser.sign_in(&asked.api, &asked.provider, &first, &asked.person).await;
    let (first, second) = (browser.get(&asked.api, &first).await, browser.get(&asked.api, &second).await);
    assert!(first.text.contains("Claude Code") && second.text.contains("Codex"), "each tab shows its own program");
    let told = asked.decide(&mut browser, &first, "deny").await;
    assert_eq!(told["error"], "access_denied");
    let told = asked.decide(&mut browser, &second, "allow").await;
    Tokens::of(&other.redeem(&asked.api, &told["code"]).await);
}

#[tokio::test]
async fn two_tabs_that_the_same_program_opened_give_two_accesses() {
    let asked = asked().await;
    let mut browser = Browser::default();
    let (first, second) = (asked.consent(&mut browser).await, asked.consent(&mut browser).await);
    let (first, second) =
        (asked.decide(&mut browser, &first, "allow").await, asked.decide(&mut browser, &second, "allow").await);
    let (first, second) = (asked.works(&first).await, asked.works(&second).await);
    assert_ne!(first.access, second.access);
    assert_eq!(programs(&asked.api, &asked.provider, &asked.person).await.len(), 2);
    Tokens::of(&asked.program.refresh(&asked.api, &second.refresh).await);
}

#[tokio::test]
async fn every_page_can_be_loaded_again() {
    let asked = asked().await;
    let mut browser = Browser::default();
    let link = format!("/oauth/authorize?{}", encoded_map(&asked.program.asks()));
    let first = sent_to(&browser.get(&asked.api, &link).await).1;
    let second = sent_to(&browser.get(&asked.api, &link).await).1;
    assert_ne!(first["state"], second["state"], "each load begins a sign-in");
    let (code, state) = asked.provider.sign_in(&asked.api, &second, &asked.person);
    let back = format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]));
    let consent = browser.get(&asked.api, &back).await.headers["location"].clone();
    let again = browser.get(&asked.api, &back).await;
    assert_eq!((again.status.as_u16(), &again.headers["location"]), (303, &consent), "{}", again.text);
    assert_eq!(asked.provider.exchanges().len(), 1, "the provider's code is used once");
    let path = consent.to_str().unwrap().strip_prefix("https://todo.test").unwrap();
    let page = browser.get(&asked.api, path).await;
    assert_eq!(browser.get(&asked.api, path).await.text, page.text);
    let told = asked.decide(&mut browser, &page, "allow").await;
    asked.works(&told).await;
    // After the person has decided, each page says that the person has already decided.
    for path in [path, &back] {
        assert_answered(&browser.get(&asked.api, path).await);
    }
    assert_answered(&browser.decide(&asked.api, &page, "allow").await);
    asked.program.connect(&asked.api, &asked.provider, &asked.person).await;
    let programs = programs(&asked.api, &asked.provider, &asked.person).await;
    assert_eq!(programs.len(), 2, "the repetition gave no access");
}

#[tokio::test]
async fn a_double_click_gives_the_program_one_code_or_one_refusal() {
    for (decision, other) in [("allow", "deny"), ("deny", "allow")] {
        let asked = asked().await;
        let mut browser = Browser::default();
        let page = asked.consent(&mut browser).await;
        let first = asked.decide(&mut browser, &page, decision).await;
        assert_eq!(asked.decide(&mut browser, &page, decision).await, first);
        assert_answered(&browser.decide(&asked.api, &page, other).await);
        if decision == "allow" {
            let tokens = asked.works(&first).await;
            // The program has used the code. A second delivery of the code would end the access.
            assert_answered(&browser.decide(&asked.api, &page, decision).await);
            Tokens::of(&asked.program.refresh(&asked.api, &tokens.refresh).await);
        }
    }
}

#[tokio::test]
async fn simultaneous_clicks_give_the_program_one_code() {
    let asked = asked().await;
    let mut browser = Browser::default();
    let page = asked.consent(&mut browser).await;
    let clicks: Vec<_> = (0..5)
        .map(|_| {
            let (api, cookies) = (asked.api.clone(), browser.cookies.clone());
            let page = Answer { text: page.text.clone(), headers: page.headers.clone(), body: Value::Null, ..page };
            tokio::spawn(async move { goes_to(&Browser { cookies }.decide(&api, &page, "allow").await).1 })
        })
        .collect();
    let mut codes = Vec::new();
    for click in clicks {
        codes.push(click.await.unwrap()["code"].clone());
    }
    codes.dedup();
    assert_eq!(codes.len(), 1, "{codes:?}");
    Tokens::of(&asked.program.redeem(&asked.api, &codes[0]).await);
}

#[tokio::test]
async fn a_code_that_has_expired_is_not_given_again() {
    let asked = asked().await;
    let mut browser = Browser::default();
    let page = asked.consent(&mut browser).await;
    asked.decide(&mut browser, &page, "allow").await;
    asked.api.clock.advance(Span::new().seconds(61));
    assert_answered(&browser.decide(&asked.api, &page, "allow").await);
}

#[tokio::test]
async fn the_back_button_leads_to_pages_that_still_work() {
    let asked = asked().await;
    let mut browser = Browser::default();
    let page = asked.consent(&mut browser).await;
    // The person presses *Not you?*, and then goes back twice: first to the old consent page, and then to a new consent
    // page.
    let (place, again) = goes_to(&browser.decide(&asked.api, &page, "switch").await);
    assert!(place.starts_with(&asked.provider.issuer) && again.contains_key("prompt"), "{again:?}");
    for answer in [browser.decide(&asked.api, &page, "allow").await, browser.get(&asked.api, &path_of(&page)).await] {
        assert_page(&answer, 200, "Sign in again", "You can now sign in as somebody else.");
        assert_eq!(goes_to(&answer).1, again);
    }
    // The person signs in as somebody else. The old page now works again, and shows the person who is signed in.
    let grace = somebody(&asked.api, "grace");
    let path = browser.sign_in(&asked.api, &asked.provider, &again, &grace).await;
    assert_eq!(path, path_of(&page));
    let page = browser.get(&asked.api, &path).await;
    assert!(page.text.contains(&format!("{grace}@example.com")) && !page.text.contains(&asked.person), "{}", page.text);
    // The person goes back to the provider, signs in once more, and comes back with another code.
    assert_eq!(browser.sign_in(&asked.api, &asked.provider, &again, &asked.person).await, path);
    assert!(browser.get(&asked.api, &path).await.text.contains(&grace), "the person who signed in first");
    let told = asked.decide(&mut browser, &page, "allow").await;
    asked.works(&told).await;
    // The person is on the page of the program, and presses the back button. The browser shows the consent page.
    assert_answered(&browser.get(&asked.api, &path).await);
}

#[tokio::test]
async fn a_late_person_learns_that_the_sign_in_has_expired() {
    let asked = asked().await;
    let mut browser = Browser::default();
    let back = asked.back_from_provider(&mut browser).await;
    let page = asked.consent(&mut browser).await;
    asked.api.clock.advance(Span::new().minutes(9).seconds(59));
    assert_eq!(browser.get(&asked.api, &path_of(&page)).await.status, 200);
    asked.api.clock.advance(Span::new().seconds(1));
    for path in [&back, &path_of(&page)] {
        assert_expired(&browser.get(&asked.api, path).await);
    }
    for decision in ["allow", "deny", "switch"] {
        assert_expired(&browser.decide(&asked.api, &page, decision).await);
    }
    assert_eq!(asked.provider.exchanges().len(), 1, "only the first code was redeemed");
}

/// A browser deletes an expired cookie. Without the cookie, the page would say that the sign-in belongs to another
/// browser.
#[tokio::test]
async fn the_cookie_lasts_longer_than_the_sign_in() {
    let asked = asked().await;
    let link = format!("/oauth/authorize?{}", encoded_map(&asked.program.asks()));
    let answer = asked.api.get(&link).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-sign-in-"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
}

#[tokio::test]
async fn a_browser_without_cookies_is_told_to_allow_them() {
    let asked = asked().await;
    let mut browser = Browser::default();
    let back = asked.back_from_provider(&mut browser).await;
    browser.cookies.clear();
    assert_other_browser(&browser.get(&asked.api, &back).await);
    assert!(asked.provider.exchanges().is_empty(), "the provider's code is not used");
}

#[tokio::test]
async fn the_link_of_somebody_else_shows_nothing_and_changes_nothing() {
    let asked = asked().await;
    let (mut own, mut other) = (Browser::default(), Browser::default());
    let back = asked.back_from_provider(&mut own).await;
    let page = asked.consent(&mut own).await;
    // The other person has a sign-in of their own, so their browser has a cookie.
    asked.consent(&mut other).await;
    for path in [&back, &path_of(&page), "/oauth/consent", "/oauth/consent?request=x", "/oauth/callback?code=x"] {
        let answer = other.get(&asked.api, path).await;
        assert_other_browser(&answer);
        assert!(!answer.text.contains(&asked.person) && !answer.text.contains("Claude"), "{}", answer.text);
    }
    for decision in ["allow", "deny", "switch"] {
        assert_other_browser(&other.decide(&asked.api, &page, decision).await);
    }
    let told = asked.decide(&mut own, &page, "allow").await;
    asked.works(&told).await;
}

#[tokio::test]
async fn a_person_who_is_not_invited_can_sign_in_as_somebody_else() {
    let provider = Provider::start().await;
    let api = provider.api_with(|oauth| oauth.people = People::Listed(vec!["grace@example.com".to_owned()]));
    let program = Program::register(&api, "Claude Code").await;
    let mut browser = Browser::default();
    let asked = browser.authorize(&api, &program).await;
    let (code, state) = provider.sign_in(&api, &asked, "ada");
    let back = format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]));
    let stopped = browser.get(&api, &back).await;
    assert_page(&stopped, 403, "You cannot use this service", "You have signed in as ada@example.com.");
    let link = stopped.text.split_once("<a class=\"button\" href=\"").unwrap().1.split_once('"').unwrap().0;
    let (place, again) = goes_to(&browser.get(&api, link).await);
    assert!(place.starts_with(&provider.issuer) && again.contains_key("prompt"), "{again:?}");
    let path = browser.sign_in(&api, &provider, &again, "grace").await;
    let page = browser.get(&api, &path).await;
    assert!(page.text.contains("grace@example.com"), "{}", page.text);
    let told = goes_to(&browser.decide(&api, &page, "allow").await).1;
    Tokens::of(&program.redeem(&api, &told["code"]).await);
}

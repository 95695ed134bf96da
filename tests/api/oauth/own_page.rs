//! Tests how people sign in for the page of this service.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::{
    super::harness::{Answer, Api},
    person::{Browser, Program, ask, sent_to},
    provider::Provider,
    somebody,
};

/// The cookie with the session.
const COOKIE: &str = "__Host-session";

/// Follows the link *Sign in* of the page. Returns the parameters that the provider gets.
async fn begin(browser: &mut Browser, api: &Api, query: &str) -> std::collections::BTreeMap<String, String> {
    sent_to(&browser.get(api, &format!("/sign-in{query}")).await).1
}

/// Signs a person in, and returns the path of the page that the browser shows at the end.
async fn sign_in(browser: &mut Browser, api: &Api, provider: &Provider, person: &str, query: &str) -> String {
    let asked = begin(browser, api, query).await;
    browser.sign_in(api, provider, &asked, person).await
}

/// A browser of this person, signed in.
async fn signed_in(api: &Api, provider: &Provider, person: &str) -> Browser {
    let mut browser = Browser::default();
    sign_in(&mut browser, api, provider, person, "").await;
    browser
}

/// Sends a request in the same way as the page. `site` is the value of the header `Sec-Fetch-Site`.
async fn from_page(browser: &Browser, api: &Api, method: &str, path: &str, body: Value, site: &str) -> Answer {
    let cookie = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    let request = Request::builder().method(method).uri(path).header("cookie", cookie).header("sec-fetch-site", site);
    let request = match body {
        Value::Null => request.body(Body::empty()),
        body => request.header("content-type", "application/json").body(Body::from(body.to_string())),
    };
    api.raw(request.unwrap()).await
}

async fn get(browser: &Browser, api: &Api, path: &str) -> Answer {
    from_page(browser, api, "GET", path, Value::Null, "same-origin").await
}

#[tokio::test]
async fn a_person_signs_in_on_the_page_and_sees_their_list_and_the_history_says_so() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    let program = Program::register(&api, "Claude Code").await.connect(&api, &provider, &ada).await;
    ask(&api, "POST", "/todos", json!({"todos": [{"title": "Ada's"}]}), &program.access).await;
    let mut browser = Browser::default();
    assert_eq!(get(&browser, &api, "/session").await.body, json!({"authentication": "oauth", "signed_in": false}));
    let path = sign_in(&mut browser, &api, &provider, &ada, "?return_to=%2F%3Fview%3Dsettings").await;
    assert_eq!(path, "/?view=settings");
    let session = get(&browser, &api, "/session").await.body;
    assert_eq!((&session["authentication"], &session["signed_in"]), (&json!("oauth"), &json!(true)));
    let grace = signed_in(&api, &provider, &somebody(&api, "grace")).await;
    assert_ne!(get(&grace, &api, "/session").await.body["person"], session["person"]);
    assert_eq!(get(&browser, &api, "/todos").await.body["todos"][0]["title"], "Ada's");
    let added = json!({"todos": [{"title": "from the page"}]});
    assert_eq!(from_page(&browser, &api, "POST", "/todos", added, "same-origin").await.status, 201);
    let changes = get(&browser, &api, "/changes").await;
    let by = changes.body["changes"][0]["by"].as_str().unwrap();
    assert_eq!(by, "Web page");
}

#[tokio::test]
async fn no_other_site_can_use_the_session() {
    let provider = Provider::start().await;
    let api = provider.api();
    let browser = signed_in(&api, &provider, &somebody(&api, "ada")).await;
    let add = json!({"todos": [{"title": "foreign"}]});
    for site in ["same-site", "none", ""] {
        let answer = from_page(&browser, &api, "POST", "/todos", add.clone(), site).await;
        answer.assert_problem(401, "no_credential");
    }
    let answer = from_page(&browser, &api, "POST", "/todos", add, "cross-site").await;
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert_eq!(get(&browser, &api, "/todos?status=any").await.body["todos"], json!([]));
}

#[tokio::test]
async fn the_cookie_is_only_for_this_host_and_not_for_scripts() {
    let provider = Provider::start().await;
    let api = provider.api();
    let mut browser = Browser::default();
    let asked = begin(&mut browser, &api, "").await;
    let (code, state) = provider.sign_in(&api, &asked, &somebody(&api, "ada"));
    let answer = browser.get(&api, &format!("/oauth/callback?code={code}&state={state}")).await;
    let cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    let cookie = cookies.filter(|cookie| cookie.starts_with(COOKIE)).collect::<Vec<_>>().remove(0);
    for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure", "; Max-Age=15552000"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    // The person loads the same address again, and gets the same session.
    let again = browser.get(&api, &format!("/oauth/callback?code={code}&state={state}")).await;
    assert_eq!(again.status, 303);
    let again = again.headers["set-cookie"].to_str().unwrap();
    assert_eq!(again.split(';').next(), cookie.split(';').next());
    assert_eq!(get(&browser, &api, "/account/programs").await.body["programs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_sign_in_belongs_to_the_browser_in_which_it_began() {
    let provider = Provider::start().await;
    let api = provider.api();
    let asked = begin(&mut Browser::default(), &api, "").await;
    let (code, state) = provider.sign_in(&api, &asked, &somebody(&api, "mallory"));
    let mut victim = Browser::default();
    let answer = victim.get(&api, &format!("/oauth/callback?code={code}&state={state}")).await;
    assert_eq!(answer.status, 400);
    assert!(!victim.cookies.contains_key(COOKIE));
}

#[tokio::test]
async fn signing_out_ends_the_session_everywhere_and_nothing_else() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    let (mut browser, other) = (signed_in(&api, &provider, &ada).await, signed_in(&api, &provider, &ada).await);
    let stolen = Browser { cookies: browser.cookies.clone() };
    let program = Program::register(&api, "Claude Code").await.connect(&api, &provider, &ada).await;
    let out = from_page(&browser, &api, "DELETE", "/session", Value::Null, "same-origin").await;
    assert_eq!((out.status.as_u16(), out.text.as_str()), (204, ""));
    assert!(out.headers["set-cookie"].to_str().unwrap().starts_with("__Host-session=; Path=/; Max-Age=0"));
    browser.cookies.remove(COOKIE);
    api.clock.advance(jiff::Span::new().minutes(2));
    get(&stolen, &api, "/todos").await.assert_problem(401, "bad_credential");
    assert_eq!(get(&stolen, &api, "/session").await.body["signed_in"], false);
    assert_eq!(get(&other, &api, "/todos").await.status, 200);
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &program.access).await.status, 200);
    // There is no session to end any more. The answer is the same.
    assert_eq!(from_page(&browser, &api, "DELETE", "/session", Value::Null, "same-origin").await.status, 204);
}

#[tokio::test]
async fn the_page_sees_and_ends_all_programs_but_a_program_only_itself() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    let program = Program::register(&api, "Claude Code").await.connect(&api, &provider, &ada).await;
    let browser = signed_in(&api, &provider, &ada).await;
    let programs = get(&browser, &api, "/account/programs").await;
    let names = |answer: &Answer| {
        let programs = answer.body["programs"].as_array().unwrap().iter();
        programs.map(|program| format!("{} at {}", program["name"], program["host"])).collect::<Vec<_>>()
    };
    assert_eq!(names(&programs), ["\"Claude Code\" at \"this computer\"", "\"Web page\" at \"a browser\""]);
    let own = ask(&api, "GET", "/account/programs", Value::Null, &program.access).await;
    assert_eq!(names(&own), ["\"Claude Code\" at \"this computer\""]);
    let id = programs.body["programs"][0]["id"].as_str().unwrap();
    let ended =
        from_page(&browser, &api, "DELETE", &format!("/account/programs/{id}"), Value::Null, "same-origin").await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    api.clock.advance(jiff::Span::new().minutes(2));
    ask(&api, "GET", "/todos", Value::Null, &program.access).await.assert_problem(401, "bad_credential");
    assert_eq!(get(&browser, &api, "/todos").await.status, 200);
}

#[tokio::test]
async fn a_session_ends_after_180_days_and_by_the_erasure() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    let old = signed_in(&api, &provider, &ada).await;
    api.clock.advance(jiff::Span::new().hours(180 * 24 - 1));
    assert_eq!(get(&old, &api, "/todos").await.status, 200);
    // To erase everything, the person must have signed in a short time ago.
    let erase = "/account?confirm=erase-everything";
    from_page(&old, &api, "DELETE", erase, Value::Null, "same-origin").await.assert_problem(401, "sign_in_again");
    api.clock.advance(jiff::Span::new().hours(2));
    get(&old, &api, "/todos").await.assert_problem(401, "bad_credential");
    let new = signed_in(&api, &provider, &ada).await;
    let erased = from_page(&new, &api, "DELETE", erase, Value::Null, "same-origin").await;
    assert_eq!((erased.status.as_u16(), &erased.body["erased"]), (200, &json!(true)), "{}", erased.text);
    get(&new, &api, "/todos").await.assert_problem(401, "bad_credential");
}

#[tokio::test]
async fn a_person_who_gives_up_at_the_provider_comes_back_to_the_page() {
    let provider = Provider::start().await;
    let api = provider.api();
    let mut browser = Browser::default();
    let asked = begin(&mut browser, &api, "?return_to=/connect").await;
    let answer = browser.get(&api, &format!("/oauth/callback?error=access_denied&state={}", asked["state"])).await;
    assert_eq!(answer.headers["location"], "https://todo.test/connect");
    assert!(!browser.cookies.contains_key(COOKIE));
}

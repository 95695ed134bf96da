//! Tests the page of the list, its files, and how the page signs in with an API key.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::{
    access::{key, locked},
    harness::{Answer, Api},
};

/// The addresses of the files that the page names.
fn named_files(page: &str) -> Vec<String> {
    let attributes = page.split(['"']).filter(|text| text.starts_with('/') && text.len() > 1);
    attributes.map(str::to_owned).collect()
}

async fn get(api: &Api, path: &str, headers: &[(&str, &str)]) -> Answer {
    api.send("GET", path, Value::Null, headers).await
}

#[tokio::test]
async fn the_page_and_all_files_that_it_names_are_served_and_asked_for_only_once() {
    let api = Api::new();
    let page = api.get("/").await;
    assert_eq!(
        (page.status.as_u16(), &page.headers["content-type"]),
        (200, &"text/html; charset=utf-8".parse().unwrap())
    );
    assert_eq!(page.headers["cache-control"], "no-cache");
    let tag = page.headers["etag"].to_str().unwrap();
    let again = get(&api, "/", &[("if-none-match", tag)]).await;
    assert_eq!((again.status.as_u16(), again.text.as_str(), again.headers["etag"].to_str().unwrap()), (304, "", tag));
    let files = named_files(&page.text);
    assert!(
        files.iter().any(|file| file.ends_with(".js")) && files.iter().any(|file| file.ends_with(".css")),
        "{files:?}"
    );
    for file in files {
        let answer = get(&api, &file, &[("accept-encoding", "gzip, br")]).await;
        assert_eq!(answer.status, 200, "{file}");
        let is_asset = file.starts_with("/assets/");
        let caching = if is_asset { "public, max-age=31536000, immutable" } else { "no-cache" };
        if !matches!(&*file, "/favicon.ico" | "/connect") {
            assert_eq!(answer.headers["cache-control"], caching, "{file}");
            assert_eq!(answer.headers["content-encoding"], "gzip", "{file}");
            let tag = answer.headers["etag"].to_str().unwrap();
            assert_eq!(get(&api, &file, &[("if-none-match", tag)]).await.status, 304, "{file}");
        }
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{file}");
    }
    api.get("/assets/app-00000000.js").await.assert_problem(404, "no_such_path");
    api.get("/card.html").await.assert_problem(404, "no_such_path");
}

#[tokio::test]
async fn nothing_runs_on_the_page_but_our_own_files() {
    let page = Api::new().get("/").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    for rule in [
        "default-src 'none'; script-src 'self';",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'; trusted-types worker",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    for inline in ["<style", " style=", " onclick=", " onload=", "javascript:", "{{", "}}"] {
        assert!(!page.text.contains(inline), "{inline}");
    }
    let scripts = page.text.matches("<script").count();
    assert_eq!(page.text.matches("<script type=\"module\" src=\"/assets/").count(), scripts, "{}", page.text);
}

#[tokio::test]
async fn behind_a_path_the_page_asks_below_this_path() {
    let api = Api::configured(|config| config.public_url = Some("https://todo.test/prod".to_owned()));
    let page = api.get("/").await.text;
    assert!(page.contains("data-base=\"/prod\"") && page.contains("\"/prod/assets/"), "{page}");
    assert!(named_files(&page).iter().all(|file| file.starts_with("/prod")), "{page}");
}

#[tokio::test]
async fn a_person_who_opens_the_settings_in_a_browser_sees_the_page() {
    let api = Api::new();
    let browser = get(&api, "/settings", &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]).await;
    assert_eq!((browser.status.as_u16(), browser.headers["location"].to_str().unwrap()), (303, "./?view=settings"));
    for accept in [&[("accept", "*/*")][..], &[("accept", "application/json")], &[]] {
        assert_eq!(get(&api, "/settings", accept).await.body["settings"]["time_zone"], "UTC");
    }
}

/// Sends a request in the same way as the page.
async fn from_page(api: &Api, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    api.raw(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn without_authentication_everybody_is_signed_in() {
    let session = Api::new().get("/session").await;
    assert_eq!((&session.body["authentication"], &session.body["signed_in"]), (&json!("none"), &json!(true)));
    assert_eq!(Api::new().send("POST", "/session", Value::Null, &[]).await.status, 405);
}

#[tokio::test]
async fn a_person_signs_in_with_an_api_key_which_no_script_can_read() {
    let api = locked();
    let key = key(&api).await;
    let key = key.secret();
    let bearer = format!("Bearer {key}");
    let session = from_page(&api, "GET", "/session", &[]).await;
    assert_eq!(session.body, json!({"authentication": "api_key", "signed_in": false}));
    for (path, kept) in [("/session", false), ("/session?keep=true", true)] {
        let signed_in = from_page(&api, "POST", path, &[("authorization", &bearer)]).await;
        assert_eq!((signed_in.status.as_u16(), signed_in.text.as_str()), (204, ""));
        let cookie = signed_in.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("; Path=/") && cookie.contains("; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
        assert_eq!(cookie.contains("; Max-Age=34560000"), kept, "{cookie}");
        let cookie = cookie.split(';').next().unwrap();
        let session = from_page(&api, "GET", "/session", &[("cookie", cookie)]).await;
        assert_eq!((&session.body["authentication"], &session.body["signed_in"]), (&json!("api_key"), &json!(true)));
        assert_eq!(session.body["person"].as_str().map(str::len), Some(12), "{}", session.text);
        assert_eq!(from_page(&api, "GET", "/todos", &[("cookie", cookie)]).await.status, 200);
        // The header comes first, so a wrong key is not accepted because of the cookie.
        let both = from_page(&api, "GET", "/todos", &[("cookie", cookie), ("authorization", "Bearer wrong")]).await;
        both.assert_problem(401, "bad_credential");
        get(&api, "/todos", &[("cookie", cookie)]).await.assert_problem(401, "no_credential");
        let out = from_page(&api, "DELETE", "/session", &[("cookie", cookie)]).await;
        assert_eq!(out.status, 204);
        assert!(out.headers["set-cookie"].to_str().unwrap().starts_with("__Host-session=; Path=/; Max-Age=0"));
    }
}

#[tokio::test]
async fn a_wrong_key_and_a_foreign_page_do_not_sign_in() {
    let api = locked();
    let key = key(&api).await;
    let key = key.secret();
    let wrong = from_page(&api, "POST", "/session", &[("authorization", "Bearer wrong")]).await;
    wrong.assert_problem(401, "bad_credential");
    from_page(&api, "POST", "/session", &[]).await.assert_problem(401, "no_credential");
    let bearer = format!("Bearer {key}");
    for site in ["cross-site", "same-site", "none"] {
        let headers = [("authorization", bearer.as_str()), ("sec-fetch-site", site)];
        let foreign = api.send("POST", "/session", Value::Null, &headers).await;
        foreign.assert_problem(403, "foreign_origin");
        assert!(!foreign.headers.contains_key("set-cookie"));
    }
}

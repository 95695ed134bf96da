//! Tests requests that a browser sends for a web page of another site. The header `Sec-Fetch-Site` of such a request
//! has the value `cross-site`.

use serde_json::{Value, json};
use todo_action::config::Auth;

use super::{
    access::key,
    harness::{Answer, Api, OPERATIONS},
};

/// Sends a request in the same way as a browser.
async fn browse(api: &Api, method: &str, path: &str, site: &str, mode: &str, key: &str) -> Answer {
    let body = if method == "GET" { Value::Null } else { json!({"todos": [{"title": "a"}]}) };
    let fetch = [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("x-api-key", key), ("host", "todo.example.com")];
    api.send(method, path, body, &fetch).await
}

#[tokio::test]
async fn what_a_page_of_another_site_sends_is_refused_but_links_are_followed() {
    let at_home = |auth: Option<Auth>| {
        Api::configured(|config| {
            config.public_url = Some("https://todo.example.com".to_owned());
            config.auth = auth.unwrap_or_else(|| config.auth.clone());
        })
    };
    let (open, locked) = (at_home(None), at_home(Some(Auth::ApiKey)));
    let key = key(&locked).await;
    for (api, key) in [(&open, ""), (&locked, key.secret())] {
        api.wire.take_calls();
        for (method, path, _) in OPERATIONS.iter().copied().chain([("POST", "/mcp", true)]) {
            let path = path.replace("{id}", "k7m2x9qa4t");
            for mode in ["cors", "no-cors", "same-origin", "websocket", "navigate"] {
                let is_link = method == "GET" && mode == "navigate";
                let foreign = browse(api, method, &path, "cross-site", mode, key).await;
                if is_link {
                    assert!(foreign.status == 200 || path.contains("k7m2x9qa4t"), "{path}: {}", foreign.text);
                    api.wire.take_calls();
                } else {
                    foreign.assert_problem(403, "foreign_origin");
                    assert_eq!(api.wire.take_calls(), [""; 0], "{method} {path} {mode}");
                }
            }
            for site in ["same-origin", "none"] {
                let own = browse(api, method, &path, site, "cors", key).await;
                assert_ne!(own.body["code"], "foreign_origin", "{method} {path} {site}");
            }
            api.wire.take_calls();
        }
    }
}

#[tokio::test]
async fn pages_and_documents_are_for_every_site() {
    let api = Api::configured(|config| config.public_url = Some("https://todo.example.com".to_owned()));
    for path in ["/", "/connect", "/privacy", "/favicon.ico", "/openapi.json"] {
        for mode in ["cors", "no-cors", "navigate"] {
            assert_eq!(browse(&api, "GET", path, "cross-site", mode, "").await.status, 200, "{path} {mode}");
        }
    }
}

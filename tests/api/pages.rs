//! Tests the HTML pages, and the headers of all answers. Also tests how the operator's settings change the OpenAPI
//! document.

use serde_json::{Value, json};
use todo_action::config::{Confirm, Operator};

use super::{
    access::locked,
    harness::{Answer, Api},
    samples::SAMPLES,
};

/// Asserts that the answer is a page for browsers, and that the page loads no other file. Returns the
/// Content-Security-Policy of the page.
#[track_caller]
fn assert_page(answer: &Answer) -> &str {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    assert!(answer.headers["cache-control"].to_str().unwrap().starts_with("public, max-age="));
    assert!(!answer.text.contains("{{") && !answer.text.contains("}}"), "{}", answer.text);
    for foreign in ["src=", "@import", "url(", " style=", " onclick="] {
        assert!(!answer.text.contains(foreign), "{foreign}");
    }
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    policy
}

#[tokio::test]
async fn the_page_has_each_value_that_an_assistant_or_the_gpt_editor_asks_for() {
    let page = Api::new().get("/connect").await;
    let policy = assert_page(&page);
    assert!(policy.contains("script-src 'sha256-") && policy.contains("connect-src 'self'"), "{policy}");
    for said in [
        "https://todo.test/openapi.json<",
        "https://todo.test/privacy<",
        "https://todo.test/mcp<",
        "There is no authentication.",
        "curl -s https",
    ] {
        assert!(page.text.contains(said), "{said}");
    }
    // The page first says what people need, and then what programs with MCP need.
    let assistants =
        ["Address", "ChatGPT", "Claude", "MCP server", "Claude Code", "Codex", "VS Code", "Cursor", "Gemini CLI"];
    let places = assistants.map(|name| page.text.find(&format!("<dt>{name}</dt>")).expect(name));
    assert!(places.is_sorted() && page.text.find("GPTs stop working on 11 December 2026") > places.last().copied());
    for field in ["Name", "Description", "Instructions", "Import from URL", "Authentication", "Privacy policy"] {
        assert!(page.text.contains(&format!("<dt>{field}</dt>")), "{field}");
    }
}

#[tokio::test]
async fn the_page_says_how_each_assistant_sends_its_credential() {
    let page = locked().get("/connect").await.text;
    let (people, programmers) = page.split_once("<details>").unwrap();
    for jargon in ["TODO_API_KEY", "AuthMode", "MCP server", "OpenAPI"] {
        assert!(!people.contains(jargon) && programmers.contains(jargon), "{jargon}");
    }
    for said in [
        "ChatGPT cannot send API keys,",
        "claude mcp add --transport http todos https://todo.test/mcp --header \"Authorization: Bearer $TODO_API_KEY\"<",
        "codex mcp add todos --url https://todo.test/mcp --bearer-token-env-var TODO_API_KEY<",
        "{ \"url\": \"https://todo.test/mcp\", \"headers\": { \"Authorization\": \"Bearer ${env:TODO_API_KEY}\" } }",
        "gemini mcp add --transport http todos https://todo.test/mcp --header ",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let page = Api::new().get("/connect").await.text;
    for said in ["choose <em>No authentication</em>.", "codex mcp add todos --url https://todo.test/mcp<"] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("TODO_API_KEY") && !page.contains("mcp login"), "{page}");
}

#[tokio::test]
async fn an_address_cannot_bring_markup_into_the_page() {
    let api = Api::configured(|config| config.public_url = Some("https://todo.test/'><b>{{style}}".to_owned()));
    let page = api.get("/connect").await;
    assert!(page.text.contains("https://todo.test/&#39;&gt;&lt;b&gt;{{style}}/openapi.json"), "{}", page.text);
    assert!(!page.text.contains("<b>"));
}

#[tokio::test]
async fn the_privacy_policy_names_the_operator_and_how_to_reach_them() {
    let policy = |name: Option<&str>, contact: Option<&str>| {
        let operator = Operator { name: name.map(str::to_owned), contact: contact.map(str::to_owned) };
        let api = Api::configured(|config| config.operator = operator);
        async move {
            let page = api.get("/privacy").await;
            assert_page(&page);
            page.text
        }
    };
    let ann = Some("Ann & Sons <Ltd>");
    let mail = "Ann &amp; Sons &lt;Ltd&gt;. Contact: <a href=\"mailto:ann@example.com\">ann@example.com</a>";
    assert!(policy(ann, Some("ann@example.com")).await.contains(mail));
    let web = "<a href=\"https://example.com/contact?a=1&amp;b=2\">";
    assert!(policy(ann, Some("https://example.com/contact?a=1&b=2")).await.contains(web));
    let text = policy(ann, Some("javascript:alert(1)")).await;
    assert!(text.contains("Contact: javascript:alert(1)<") && !text.contains("href=\"javascript"));
    assert!(policy(ann, None).await.contains("is run by Ann &amp; Sons &lt;Ltd&gt;.<"));
    assert!(
        policy(None, Some("ann@example.com"))
            .await
            .contains("You can reach the operator of this service at <a href=\"mailto:")
    );
    assert!(policy(None, None).await.contains("OPERATOR_NAME"));
}

#[tokio::test]
async fn browsers_find_an_icon() {
    let icon = Api::new().get("/favicon.ico").await;
    assert_eq!((icon.status.as_u16(), &icon.headers["content-type"]), (200, &"image/svg+xml".parse().unwrap()));
    assert_eq!(icon.headers["cross-origin-resource-policy"], "cross-origin", "other sites may show the icon");
    assert!(icon.text.starts_with("<svg ") && icon.headers["cache-control"] == "public, max-age=604800");
}

#[tokio::test]
async fn every_answer_is_kept_by_nobody_and_taken_for_what_it_is() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    for (method, path, status) in [
        ("GET", "/todos", 200),
        ("PATCH", &*format!("/todos/{id}"), 422),
        ("GET", "/nowhere", 404),
        ("PUT", "/todos", 405),
        ("GET", "/health", 200),
    ] {
        let answer = api.send(method, path, Value::Null, &[]).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        assert_eq!(answer.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'", "{path}");
        assert_eq!(answer.headers["cross-origin-resource-policy"], "same-origin", "{path}");
    }
    for (path, caching) in [("/connect", "public, max-age=300"), ("/openapi.json", "no-cache"), ("/todos", "no-store")]
    {
        let answer = api.get(path).await;
        assert_eq!(answer.headers["cache-control"], caching, "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["cross-origin-resource-policy"], "same-origin", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{path}");
        assert!(answer.headers["strict-transport-security"].to_str().unwrap().starts_with("max-age="), "{path}");
    }
}

/// Before some operations, ChatGPT must ask the person for confirmation. Returns these operations, and the OpenAPI
/// document without the confirmation flags.
async fn asked_before(confirm: Confirm) -> (Vec<String>, Value) {
    let mut document = Api::configured(|config| config.confirm = confirm).get("/openapi.json").await.body;
    let mut asked = Vec::new();
    for item in document["paths"].as_object_mut().unwrap().values_mut() {
        for (method, operation) in item.as_object_mut().unwrap() {
            let flag = operation.as_object_mut().unwrap().remove("x-openai-isConsequential");
            // If an operation has no flag and is not a GET, ChatGPT asks the person for confirmation.
            assert_eq!(flag.is_none(), method == "get", "every operation except a GET has the flag");
            if flag == Some(json!(true)) {
                asked.push(operation["operationId"].as_str().unwrap().to_owned());
            }
        }
    }
    asked.sort();
    (asked, document)
}

#[tokio::test]
async fn chatgpt_asks_before_the_operations_that_the_operator_wants() {
    let (none, document) = asked_before(Confirm::None).await;
    assert_eq!(none, [""; 0]);
    let (deletes, with_deletes) = asked_before(Confirm::Deletes).await;
    assert_eq!(deletes, ["deleteTodos"]);
    let (writes, with_writes) = asked_before(Confirm::Writes).await;
    let mut of_writes: Vec<_> =
        SAMPLES.iter().filter(|sample| sample.writes() && sample.is_shown).map(|sample| &sample.operation).collect();
    of_writes.sort();
    assert_eq!(writes.iter().collect::<Vec<_>>(), of_writes);
    assert_eq!((&with_deletes, &with_writes), (&document, &document), "nothing else changes");
}

//! Tests sign-in: how a program gets access to the todos of a person.

mod assistants;
mod attacks_access;
mod attacks_browser;
mod attacks_clients;
mod attacks_codes;
mod attacks_consent;
mod attacks_redirect;
mod attacks_tokens;
mod attempt;
mod clients;
mod deployment;
mod id_tokens;
mod leaving;
mod leaving_together;
mod measured;
mod metadata;
mod outages;
mod own_page;
mod pages;
mod people;
mod person;
mod programs;
mod provider;
mod provider_answers;
mod provider_secret;
mod refresh;
mod scopes;
mod signer;
mod wrong_tokens;

use serde_json::{Value, json};

use super::harness::Api;
use person::{Browser, Program, Tokens, ask, goes_to};
use provider::Provider;
use todo_action::config::Auth;

/// All tests share one table, so the name of a person needs a random part that no other test uses.
fn somebody(api: &Api, name: &str) -> String {
    format!("{name}-{}", api.app.ids.change().as_str())
}

#[tokio::test]
async fn people_who_sign_in_have_lists_of_their_own() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let [ada, grace] = ["ada", "grace"].map(|name| somebody(&api, name));
    let (ada, grace) = (program.connect(&api, &provider, &ada).await, program.connect(&api, &provider, &grace).await);
    let added = ask(&api, "POST", "/todos", json!({"todos": [{"title": "Ada's"}]}), &ada.access).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let id = added.ids().remove(0);
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &ada.access).await.ids(), added.ids());
    assert!(ask(&api, "GET", "/todos", Value::Null, &grace.access).await.ids().is_empty());
    ask(&api, "PATCH", &format!("/todos/{id}"), json!({"title": "mine"}), &grace.access)
        .await
        .assert_problem(404, "not_found");
}

#[tokio::test]
async fn a_program_refreshes_its_tokens() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let first = program.connect(&api, &provider, &somebody(&api, "ada")).await;
    let second = Tokens::of(&program.refresh(&api, &first.refresh).await);
    assert!(second.access != first.access && second.refresh != first.refresh);
    for token in [&first.access, &second.access] {
        assert_eq!(ask(&api, "GET", "/todos", Value::Null, token).await.status, 200);
    }
    let again = Tokens::of(&program.refresh(&api, &first.refresh).await);
    assert!(again.access != second.access && again.refresh == second.refresh);
}

#[tokio::test]
async fn a_person_who_denies_gives_no_access() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let mut browser = Browser::default();
    let page = browser.consent(&api, &provider, &program, &somebody(&api, "ada")).await;
    assert!(page.text.contains("a program on this computer") && page.text.contains("Claude Code"), "{}", page.text);
    let answer = browser.decide(&api, &page, "deny").await;
    let (_, told) = goes_to(&answer);
    assert_eq!((told["error"].as_str(), told["iss"].as_str()), ("access_denied", "https://todo.test"));
}

#[tokio::test]
async fn a_program_that_may_only_read_changes_nothing_through_any_door() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program { scope: Some("todos:read"), ..Program::register(&api, "Reader").await };
    let mut browser = Browser::default();
    let page = browser.consent(&api, &provider, &program, &somebody(&api, "ada")).await;
    assert!(page.text.contains("Add, change or delete anything"), "{}", page.text);
    let code = goes_to(&browser.decide(&api, &page, "allow").await).1["code"].clone();
    let answer = program.redeem(&api, &code).await;
    assert_eq!(answer.body["scope"], "todos:read");
    let token = Tokens::of(&answer).access;
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &token).await.status, 200);
    let add = json!({"todos": [{"title": "a"}]});
    let call = |name: &str, arguments: &Value| json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}});
    let mcp = [
        ("authorization", format!("Bearer {token}")),
        ("host", "todo.test".to_owned()),
        ("mcp-protocol-version", "2025-11-25".to_owned()),
    ];
    let mcp = mcp.each_ref().map(|(name, value)| (*name, value.as_str()));
    let read = api.send("POST", "/mcp", call("getTodos", &json!({})), &mcp).await;
    assert_eq!((read.status.as_u16(), &read.body["result"]["isError"]), (200, &json!(false)), "{}", read.text);
    let refused = [
        ask(&api, "POST", "/todos", add.clone(), &token).await,
        ask(&api, "POST", "/undo", json!({}), &token).await,
        ask(&api, "DELETE", "/account/programs", Value::Null, &token).await,
        api.send("POST", "/mcp", call("addTodos", &add), &mcp).await,
    ];
    for answer in refused {
        answer.assert_problem(403, "insufficient_scope");
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(
            challenge.contains("error=\"insufficient_scope\"") && challenge.contains("scope=\"todos\""),
            "{challenge}"
        );
    }
    assert!(ask(&api, "GET", "/todos", Value::Null, &token).await.ids().is_empty());
}

#[tokio::test]
async fn whoever_has_no_token_learns_where_people_sign_in() {
    let api = Provider::start().await.api();
    for (method, path, metadata) in [
        ("GET", "/todos", "oauth-protected-resource"),
        ("GET", "/mcp", "oauth-protected-resource/mcp"),
        ("POST", "/mcp", "oauth-protected-resource/mcp"),
    ] {
        let answer = api.send(method, path, Value::Null, &[("host", "todo.test")]).await;
        answer.assert_problem(401, "no_credential");
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        let address = format!("resource_metadata=\"https://todo.test/.well-known/{metadata}\"");
        assert!(challenge.contains(&address) && challenge.contains("scope=\"todos\""), "{challenge}");
    }
}

#[tokio::test]
async fn the_page_says_how_people_sign_in() {
    let page = Provider::start().await.api().get("/connect").await;
    for said in [
        "choose <em>OAuth</em>.",
        "claude mcp add --transport http todos https://todo.test/mcp &amp;&amp; claude mcp login todos<",
        "/mcp auth todos",
        "todo clients create --name NAME",
        ">https://todo.test/oauth/authorize<",
        ">https://todo.test/oauth/token<",
        ">todos</code>",
        "Default (POST request)",
    ] {
        assert!(page.text.contains(said), "{said}");
    }
    assert!(!page.text.contains("{{") && !page.text.contains("There is no authentication"), "{}", page.text);
}

#[tokio::test]
async fn the_document_stays_short_enough_at_a_long_address_with_sign_in() {
    let provider = Provider::start().await;
    let api = Api::configured(|config| {
        config.public_url = Some("https://abcdefghij.execute-api.ap-southeast-1.amazonaws.com".to_owned());
        config.auth = Auth::OAuth(Box::new(provider.agreed()));
    });
    let length = api.get("/openapi.json").await.text.chars().count();
    assert!((20_000..=28_000).contains(&length), "{length}");
}

#[tokio::test]
async fn where_nobody_signs_in_there_are_no_oauth_endpoints() {
    let api = Api::new();
    for path in [
        "/oauth/authorize",
        "/oauth/consent",
        "/account/programs",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-authorization-server",
    ] {
        api.get(path).await.assert_problem(404, "no_such_path");
    }
    api.post("/oauth/register", json!({})).await.assert_problem(404, "no_such_path");
}

#[tokio::test]
async fn a_document_of_an_unknown_program_is_fetched_only_if_the_operator_allows_it_and_only_from_public_hosts() {
    let provider = Provider::start().await;
    for (fetches, documents) in [
        (false, ["https://app.example.com/client.json", "https://localhost/client.json"]),
        (true, ["https://localhost/client.json", "https://169.254.169.254/latest/meta-data"]),
    ] {
        let api = provider.api_with(|oauth| oauth.fetches_client_documents = fetches);
        for document in documents {
            let program = Program::documented(document, "https://app.example.com/callback");
            let answer = api.get(&format!("/oauth/authorize?{}", person::encoded_map(&program.asks()))).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            assert!(answer.text.contains("does not know the program"), "{}", answer.text);
            assert_eq!(answer.text.contains("(OAUTH_CLIENT_DOCUMENTS)"), !fetches, "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn the_access_in_a_restored_backup_is_not_valid() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let tokens = program.connect(&api, &provider, &somebody(&api, "ada")).await;
    // The restored table contains the same item, but has another name.
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let update = api.client.update_item().table_name(api.table).key("sk", text("grant"));
    let update = update.key("owner", text(&format!("grant#{}", &tokens.access["todoat_".len()..][..22])));
    let update = update.update_expression("SET #table = :other").expression_attribute_names("#table", "table");
    update.expression_attribute_values(":other", text("before")).send().await.unwrap();
    ask(&api, "GET", "/todos", Value::Null, &tokens.access).await.assert_problem(401, "bad_credential");
    let answer = program.refresh(&api, &tokens.refresh).await;
    assert_eq!((answer.status.as_u16(), &answer.body["error"]), (400, &json!("invalid_grant")), "{}", answer.text);
}

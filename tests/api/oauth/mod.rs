//! Tests sign-in: how a program gets access to the todos of a person.

mod clients;
mod person;
mod provider;

use serde_json::{Value, json};

use super::harness::Api;
use person::{Browser, Program, Tokens, ask, goes_to};
use provider::Provider;

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
    assert!(browser.cookies.is_empty());
}

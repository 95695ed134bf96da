//! Tests how a person sees the programs that have access, and how a person ends the access of programs.

use serde_json::{Value, json};

use super::{
    super::{
        access::{ask as ask_with_key, key_until},
        harness::{Answer, Api},
    },
    person::{Browser, Program, Tokens, ask, goes_to},
    provider::Provider,
    somebody,
};

async fn list(api: &Api, token: &str) -> Vec<Value> {
    let answer = ask(api, "GET", "/account/programs", Value::Null, token).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["programs"].as_array().unwrap().clone()
}

async fn end(api: &Api, id: &str, token: &str) -> Answer {
    ask(api, "DELETE", &format!("/account/programs/{id}"), Value::Null, token).await
}

fn names(programs: &[Value]) -> Vec<&str> {
    programs.iter().map(|program| program["name"].as_str().unwrap()).collect()
}

#[track_caller]
fn ended(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    names(answer.body["ended"].as_array().unwrap())
}

/// Three programs. The first program is a known assistant. The second program has registered itself. The third program
/// runs on this computer, and may only read.
async fn three(api: &Api, provider: &Provider, person: &str) -> [Tokens; 3] {
    let claude = "https://claude.ai/api/mcp/auth_callback";
    let claude = Program::documented("https://claude.ai/oauth/mcp-oauth-client-metadata", claude);
    let web = Program::register_at(api, "Assistant", "https://assistant.example/callback").await;
    let reader = Program { scope: Some("todos:read"), ..Program::register(api, "Reader").await };
    let mut tokens = Vec::new();
    for program in [claude, web, reader] {
        tokens.push(program.connect(api, provider, person).await);
        api.clock.advance(jiff::Span::new().minutes(15));
    }
    tokens.try_into().unwrap()
}

#[tokio::test]
async fn a_person_sees_which_programs_have_access() {
    let provider = Provider::start().await;
    let api = provider.api();
    let [first, _, reader] = three(&api, &provider, &somebody(&api, "ada")).await;
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &first.access).await.status, 200);
    let mut listed = list(&api, &reader.access).await;
    for (program, (name, host, scope, since, used)) in listed.iter_mut().zip([
        ("Claude", "claude.ai", "todos", "2026-11-22T10:00", Some("2026-11-22T10:45")),
        ("Assistant", "assistant.example", "todos", "2026-11-22T10:15", None),
        ("Reader", "this computer", "todos:read", "2026-11-22T10:30", Some("2026-11-22T10:45")),
    ]) {
        let member = |name: &str| program[name].as_str().map(|text| &text[..16]);
        assert_eq!((member("since"), member("last_used_at")), (Some(since), used), "{program}");
        assert_eq!(program["id"].as_str().unwrap().len(), 12);
        let shown = json!({"name": name, "host": host, "scope": scope});
        for member in ["id", "since", "last_used_at"] {
            program.as_object_mut().unwrap().remove(member);
        }
        assert_eq!(*program, shown, "and nothing else");
    }
    assert_eq!(listed.len(), 3);
}

#[tokio::test]
async fn changes_name_the_program_with_the_id_of_the_list() {
    let provider = Provider::start().await;
    let api = provider.api();
    let [claude, ..] = three(&api, &provider, &somebody(&api, "ada")).await;
    ask(&api, "POST", "/todos", json!({"todos": [{"title": "a"}]}), &claude.access).await;
    let id = list(&api, &claude.access).await[0]["id"].as_str().unwrap().to_owned();
    let changes = ask(&api, "GET", "/changes", Value::Null, &claude.access).await;
    assert_eq!(changes.body["changes"][0]["by"], format!("Claude (program {id})"), "{}", changes.text);
}

#[tokio::test]
async fn a_person_ends_one_program_or_all() {
    let provider = Provider::start().await;
    let api = provider.api();
    let [claude, web, _] = three(&api, &provider, &somebody(&api, "ada")).await;
    let id = list(&api, &claude.access).await[1]["id"].as_str().unwrap().to_owned();
    assert_eq!(ended(&end(&api, &id, &claude.access).await), ["Assistant"]);
    assert_eq!(names(&list(&api, &claude.access).await), ["Claude", "Reader"]);
    ask(&api, "GET", "/todos", Value::Null, &web.access).await.assert_problem(401, "bad_credential");
    for unknown in [&*id, "000000000000", "x"] {
        end(&api, unknown, &claude.access).await.assert_problem(404, "not_found");
    }
    let all = ask(&api, "DELETE", "/account/programs", Value::Null, &claude.access).await;
    assert_eq!(ended(&all), ["Claude", "Reader"]);
    // This instance remembers the token for a minute. So the request with this token still works, and shows an empty
    // list.
    assert!(list(&api, &claude.access).await.is_empty());
    assert!(ended(&ask(&api, "DELETE", "/account/programs", Value::Null, &claude.access).await).is_empty());
}

#[tokio::test]
async fn the_program_of_somebody_else_is_unknown() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let [ada, grace] = ["ada", "grace"].map(|name| somebody(&api, name));
    let (ada, grace) = (program.connect(&api, &provider, &ada).await, program.connect(&api, &provider, &grace).await);
    let id = list(&api, &ada.access).await[0]["id"].as_str().unwrap().to_owned();
    end(&api, &id, &grace.access).await.assert_problem(404, "not_found");
    assert_eq!(ended(&ask(&api, "DELETE", "/account/programs", Value::Null, &grace.access).await), ["Claude Code"]);
    assert_eq!(list(&api, &ada.access).await[0]["id"], id);
    assert_eq!(ask(&api.elsewhere(), "GET", "/todos", Value::Null, &ada.access).await.status, 200);
    for method in ["GET", "DELETE"] {
        api.send(method, "/account/programs", Value::Null, &[]).await.assert_problem(401, "no_credential");
    }
}

#[tokio::test]
async fn a_program_that_may_only_read_ends_nothing() {
    let provider = Provider::start().await;
    let api = provider.api();
    let [_, _, reader] = three(&api, &provider, &somebody(&api, "ada")).await;
    let own = list(&api, &reader.access).await[2]["id"].as_str().unwrap().to_owned();
    end(&api, &own, &reader.access).await.assert_problem(403, "insufficient_scope");
    ask(&api, "DELETE", "/account/programs", Value::Null, &reader.access)
        .await
        .assert_problem(403, "insufficient_scope");
    assert_eq!(list(&api, &reader.access).await.len(), 3);
}

#[tokio::test]
async fn an_api_key_of_the_person_lists_and_ends_programs() {
    let provider = Provider::start().await;
    let api = provider.api();
    let person = somebody(&api, "ada");
    let [claude, ..] = three(&api, &provider, &person).await;
    let key = key_until(&api, &format!("{}#{person}", provider.issuer), None).await;
    let listed = ask_with_key(&api, "GET", "/account/programs", Value::Null, &key).await;
    assert_eq!(listed.body["programs"].as_array().unwrap().len(), 3, "{}", listed.text);
    let all = ask_with_key(&api, "DELETE", "/account/programs", Value::Null, &key).await;
    assert_eq!(ended(&all), ["Claude", "Assistant", "Reader"]);
    ask(&api, "GET", "/todos", Value::Null, &claude.access).await.assert_problem(401, "bad_credential");
}

#[tokio::test]
async fn a_code_that_nobody_has_redeemed_gives_no_program_access() {
    let provider = Provider::start().await;
    let api = provider.api();
    let (program, person) = (Program::register(&api, "Claude Code").await, somebody(&api, "ada"));
    let tokens = program.connect(&api, &provider, &person).await;
    let mut browser = Browser::default();
    let page = browser.consent(&api, &provider, &program, &person).await;
    let code = goes_to(&browser.decide(&api, &page, "allow").await).1["code"].clone();
    assert_eq!(list(&api, &tokens.access).await.len(), 1);
    Tokens::of(&program.redeem(&api, &code).await);
    assert_eq!(list(&api, &tokens.access).await.len(), 2);
}

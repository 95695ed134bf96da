//! Tests how a person sees the programs that have access, and how a person ends the access of programs.

use jiff::Span;
use serde_json::{Value, json};

use super::{
    super::{
        access::key_until,
        harness::{Answer, Api},
    },
    attacks_codes::assert_invalid,
    person::{Browser, Program, Tokens, ask, goes_to},
    provider::Provider,
    somebody,
};

/// An API key of this person.
async fn key(api: &Api, provider: &Provider, person: &str) -> String {
    key_until(api, &format!("{}#{person}", provider.issuer), None).await.secret().to_owned()
}

/// The list of programs that the API returns for this API key or access token.
async fn list(api: &Api, credential: &str) -> Vec<Value> {
    let answer = ask(api, "GET", "/account/programs", Value::Null, credential).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["programs"].as_array().unwrap().clone()
}

async fn end(api: &Api, id: &str, credential: &str) -> Answer {
    ask(api, "DELETE", &format!("/account/programs/{id}"), Value::Null, credential).await
}

async fn end_all(api: &Api, credential: &str) -> Answer {
    ask(api, "DELETE", "/account/programs", Value::Null, credential).await
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
/// runs on this computer, and is only allowed to read.
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
    let ada = somebody(&api, "ada");
    let [first, _, reader] = three(&api, &provider, &ada).await;
    for token in [&first.access, &reader.access] {
        assert_eq!(ask(&api, "GET", "/todos", Value::Null, token).await.status, 200);
    }
    let mut listed = list(&api, &key(&api, &provider, &ada).await).await;
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
    assert_eq!(changes.body["changes"][0]["by"], "Claude", "{}", changes.text);
    let overview = ask(&api, "GET", "/overview", Value::Null, &claude.access).await;
    assert_eq!(overview.body["last_change"]["by"], format!("Claude (program {id})"), "{}", overview.text);
}

#[tokio::test]
async fn a_person_ends_one_program_or_all() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    let [_, web, _] = three(&api, &provider, &ada).await;
    let key = key(&api, &provider, &ada).await;
    let id = list(&api, &key).await[1]["id"].as_str().unwrap().to_owned();
    assert_eq!(ended(&end(&api, &id, &key).await), ["Assistant"]);
    assert_eq!(names(&list(&api, &key).await), ["Claude", "Reader"]);
    ask(&api, "GET", "/todos", Value::Null, &web.access).await.assert_problem(401, "bad_credential");
    for unknown in [&*id, "000000000000", "x"] {
        end(&api, unknown, &key).await.assert_problem(404, "not_found");
    }
    assert_eq!(ended(&end_all(&api, &key).await), ["Claude", "Reader"]);
    assert!(list(&api, &key).await.is_empty());
    assert!(ended(&end_all(&api, &key).await).is_empty());
}

#[tokio::test]
async fn a_program_sees_and_ends_only_its_own_access() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    let [claude, web, reader] = three(&api, &provider, &ada).await;
    for (tokens, name) in [(&claude, "Claude"), (&web, "Assistant"), (&reader, "Reader")] {
        assert_eq!(names(&list(&api, &tokens.access).await), [name]);
    }
    let key = key(&api, &provider, &ada).await;
    let id = list(&api, &key).await[1]["id"].as_str().unwrap().to_owned();
    let refused = end(&api, &id, &claude.access).await;
    refused.assert_problem(404, "not_found");
    assert!(refused.text.contains("use an API key"), "{}", refused.text);
    assert_eq!(ended(&end_all(&api, &claude.access).await), ["Claude"]);
    assert_eq!(ended(&end(&api, &id, &web.access).await), ["Assistant"]);
    assert_eq!(names(&list(&api, &key).await), ["Reader"]);
}

#[tokio::test]
async fn the_program_of_somebody_else_is_unknown() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    let [ada, grace] = ["ada", "grace"].map(|name| somebody(&api, name));
    let tokens = program.connect(&api, &provider, &ada).await;
    program.connect(&api, &provider, &grace).await;
    let (ada, grace) = (key(&api, &provider, &ada).await, key(&api, &provider, &grace).await);
    let id = list(&api, &ada).await[0]["id"].as_str().unwrap().to_owned();
    end(&api, &id, &grace).await.assert_problem(404, "not_found");
    assert_eq!(ended(&end_all(&api, &grace).await), ["Claude Code"]);
    assert_eq!(list(&api, &ada).await[0]["id"], id);
    assert_eq!(ask(&api.elsewhere(), "GET", "/todos", Value::Null, &tokens.access).await.status, 200);
    for method in ["GET", "DELETE"] {
        api.send(method, "/account/programs", Value::Null, &[]).await.assert_problem(401, "no_credential");
    }
}

#[tokio::test]
async fn a_program_that_may_only_read_ends_nothing() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    let [_, _, reader] = three(&api, &provider, &ada).await;
    let own = list(&api, &reader.access).await[0]["id"].as_str().unwrap().to_owned();
    end(&api, &own, &reader.access).await.assert_problem(403, "insufficient_scope");
    end_all(&api, &reader.access).await.assert_problem(403, "insufficient_scope");
    assert_eq!(list(&api, &key(&api, &provider, &ada).await).await.len(), 3);
}

/// The program does not use its access tokens, and only refreshes them. An access without a refresh ends after two
/// days.
#[tokio::test]
async fn a_program_that_only_refreshes_its_tokens_stays_in_the_list_until_its_access_ends() {
    let provider = Provider::start().await;
    let api = provider.api_with(|oauth| oauth.idle_days = 2);
    let ada = somebody(&api, "ada");
    let program = Program::register(&api, "Sleeper").await;
    let (mut tokens, key) = (program.connect(&api, &provider, &ada).await, key(&api, &provider, &ada).await);
    let mut transactions = 0;
    for hour in 0..10 * 24 {
        api.clock.advance(Span::new().hours(1));
        api.wire.take_calls();
        tokens = Tokens::of(&program.refresh(&api, &tokens.refresh).await);
        transactions += usize::from(api.wire.take_calls().contains(&"TransactWriteItems".to_owned()));
        if hour % 24 == 23 {
            assert_eq!(names(&list(&api, &key).await), ["Sleeper"], "{hour}");
        }
    }
    assert!((9..=10).contains(&transactions), "the list gets a new entry at most once a day: {transactions}");
    let used = list(&api, &key).await[0]["last_used_at"].as_str().unwrap().to_owned();
    let unused = api.app.clock.now().duration_since(used.parse().unwrap());
    assert!(unused.as_hours() <= 24, "a refresh is a use: {used}");
    assert_eq!(ended(&end_all(&api, &key).await), ["Sleeper"]);
    assert_invalid(&program.refresh(&api, &tokens.refresh).await);
    // If a program does not refresh its access, the access ends. The list shows the ended access for at most one more
    // day.
    program.connect(&api, &provider, &ada).await;
    api.clock.advance(Span::new().hours(3 * 24 + 1));
    assert!(list(&api, &key).await.is_empty());
}

#[tokio::test]
async fn an_access_that_lasts_shorter_than_before_leaves_the_list_when_it_ends() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    let program = Program::register(&api, "Sleeper").await;
    let (tokens, key) = (program.connect(&api, &provider, &ada).await, key(&api, &provider, &ada).await);
    // The operator has changed the setting from 180 days to 2 days.
    let shorter = provider.api_with(|oauth| oauth.idle_days = 2);
    let answer = ask(&shorter, "GET", "/todos", Value::Null, &tokens.access).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    api.clock.advance(Span::new().hours(4 * 24));
    shorter.clock.advance(Span::new().hours(4 * 24));
    assert_eq!(names(&list(&api, &key).await), ["Sleeper"], "this access still lasts 180 days");
    Tokens::of(&program.refresh(&shorter, &tokens.refresh).await);
    api.clock.advance(Span::new().hours(3 * 24 + 1));
    assert!(list(&api, &key).await.is_empty());
}

/// The program used its access for the last time less than a minute before its access ended. This instance remembers
/// the token. After midnight, this instance tries to note the use again.
#[tokio::test]
async fn a_late_note_of_a_use_does_not_bring_an_entry_back() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    let key = key(&api, &provider, &ada).await;
    api.clock.set("2026-11-23T23:59:50", "UTC");
    let tokens = Program::register(&api, "Claude Code").await.connect(&api, &provider, &ada).await;
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &tokens.access).await.status, 200);
    assert_eq!(ended(&end_all(&api, &key).await), ["Claude Code"]);
    api.clock.advance(Span::new().seconds(20));
    api.wire.take_calls();
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &tokens.access).await.status, 200, "the token is remembered");
    assert!(api.wire.take_calls().contains(&"UpdateItem".to_owned()));
    let owner = todo_action::domain::owner::Owner::parse(&format!("{}#{ada}", provider.issuer)).unwrap();
    let entries = api
        .client
        .query()
        .table_name(api.table)
        .key_condition_expression("#owner = :owner AND begins_with(sk, :grant)");
    let entries = entries.expression_attribute_names("#owner", "owner");
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let entries = entries.expression_attribute_values(":owner", text(&format!("user#{}", owner.as_str())));
    let entries = entries.expression_attribute_values(":grant", text("grant#")).send().await.unwrap();
    assert_eq!(entries.count(), 0);
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_hides_no_other_program() {
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    three(&api, &provider, &ada).await;
    let key = key(&api, &provider, &ada).await;
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let put = api.client.put_item().table_name(api.table).item("sk", text("grant#zzz"));
    put.item("owner", text(&format!("user#{}#{ada}", provider.issuer))).send().await.unwrap();
    assert_eq!(list(&api, &key).await.len(), 3);
    assert_eq!(ended(&end_all(&api, &key).await).len(), 3);
}

#[tokio::test]
async fn a_code_that_nobody_has_redeemed_gives_no_program_access() {
    let provider = Provider::start().await;
    let api = provider.api();
    let (program, person) = (Program::register(&api, "Claude Code").await, somebody(&api, "ada"));
    program.connect(&api, &provider, &person).await;
    let key = key(&api, &provider, &person).await;
    let mut browser = Browser::default();
    let page = browser.consent(&api, &provider, &program, &person).await;
    let code = goes_to(&browser.decide(&api, &page, "allow").await).1["code"].clone();
    assert_eq!(list(&api, &key).await.len(), 1);
    Tokens::of(&program.redeem(&api, &code).await);
    assert_eq!(list(&api, &key).await.len(), 2);
}

//! Sends thousands of mutated events to the function. A mutated event is a valid event with small random changes. The
//! function must answer each event, and must never end.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use todo_action::api::declared_operations;

use super::{
    events::{Ask, Door},
    mutator::{Mutator, number},
    runtime_api::{Lambda, Outcome},
};

/// A request for each operation, and some requests for `/mcp`. The test replaces `{id}` by the id of a todo.
const REQUESTS: [(&str, &str, &str); 25] = [
    ("GET", "/todos?limit=3", ""),
    ("GET", "/todos?status=open&limit=2&due=today&list=Inbox", ""),
    ("GET", "/todos?q=milk&due_from=2026-11-01", ""),
    ("GET", "/todos/{id}", ""),
    ("POST", "/todos", r#"{"todos":[{"title":"Milk","due":"tomorrow","tags":["shop"],"steps":["a",{"title":"b"}]}]}"#),
    ("PATCH", "/todos", r#"{"todos":[{"id":"{id}","priority":"high"},{"id":"{id2}","title":"Bread"}]}"#),
    ("PATCH", "/todos/{id}", r#"{"title":"Milk","add_tags":["a"],"append_notes":"1 litre","due":"2026-12-24T18:00"}"#),
    ("PATCH", "/todos/{id}", r#"{"status":"open","repeat":{"every":2,"unit":"week","weekdays":["mon"]},"due":"mon"}"#),
    ("PATCH", "/todos/{id}", r#"{"status":"open","clear":["due","notes","repeat"],"idempotency_key":"a-key"}"#),
    ("DELETE", "/todos?ids={id},{id2}", ""),
    ("DELETE", "/todos/{id2}?expected_version=1", ""),
    ("POST", "/undo", "{}"),
    ("GET", "/changes?limit=3", ""),
    ("GET", "/overview", ""),
    ("GET", "/settings", ""),
    ("PATCH", "/settings", r#"{"time_zone":"Europe/Berlin","week_start":"sun"}"#),
    ("PATCH", "/lists", r#"{"order":["Inbox"]}"#),
    ("PATCH", "/lists", r#"{"list":"Inbox","rename_to":"Office"}"#),
    ("GET", "/health", ""),
    ("GET", "/export?format=csv&bom=true", ""),
    ("GET", "/export/address?format=csv", ""),
    ("DELETE", "/account?confirm=no", ""),
    (
        "POST",
        "/mcp",
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"getTodos","arguments":{"limit":2}}}"#,
    ),
    (
        "POST",
        "/mcp",
        r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"getTodo","arguments":{"id":"{id}"}}}"#,
    ),
    (
        "POST",
        "/mcp",
        r#"{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"updateTodo","arguments":{"id":"{id}","tags":["b"]}}}"#,
    ),
];

/// Counts the events, separately for each kind of outcome.
#[derive(Debug, Default)]
struct Counts {
    /// The answers of operations that have called DynamoDB. An operation calls DynamoDB only in its handler.
    handled: BTreeMap<String, usize>,
    /// The answers by status.
    statuses: BTreeMap<u64, usize>,
    /// The number of events that were no longer HTTP events after the changes. The function reports an error about such
    /// an event.
    no_events: usize,
}

fn valid(door: Door, mutator: &mut Mutator, ids: &[String]) -> Ask {
    let (method, target, body) = *mutator.pick(&REQUESTS);
    let [id, other] = [mutator.pick(ids), mutator.pick(ids)];
    let fill = |text: &str| text.replace("{id}", id).replace("{id2}", other);
    let mut ask = door.ask(method, &fill(target));
    if !body.is_empty() {
        ask = ask.header("content-type", "application/json").text(fill(body));
    }
    if target == "/mcp" {
        ask = ask.header("mcp-protocol-version", "2025-11-25");
    }
    ask.in_base64(mutator.chance(10))
}

/// Makes one to three changes to the event: to the JSON in its body, to the text of its body, or to any value of the
/// event.
fn mutate(event: &mut Value, mutator: &mut Mutator) {
    loop {
        let json = event["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok());
        match json {
            Some(mut json) if mutator.chance(40) => {
                mutator.value(&mut json);
                event["body"] = json!(json.to_string());
            }
            Some(_) if mutator.chance(10) => {
                let mut body = event["body"].as_str().expect("a text").to_owned();
                mutator.text(&mut body);
                event["body"] = json!(body);
            }
            _ => mutator.value(event),
        }
        if !event.is_object() || mutator.chance(70) {
            return;
        }
    }
}

/// Asserts that this is an answer that API Gateway or a load balancer can send to a client: an answer of the API, a
/// page of the service, or a message of JSON-RPC.
fn check(door: Door, event: &Value, body: &Value) -> u64 {
    let reply = door.reply(String::new(), body);
    let media = reply.headers.get("content-type").map_or("", String::as_str);
    // Behind a load balancer, the public address is unknown, so some pages return an error.
    let is_sound = reply.status < 500 || reply.body["code"] == "no_public_url";
    assert!(is_sound && reply.status >= 200, "{event}\n{} {}", reply.status, reply.text);
    let is_rpc =
        reply.body["jsonrpc"] == "2.0" && (reply.body["result"].is_object() || reply.body["error"].is_object());
    let is_problem = media == "application/problem+json" && reply.body["status"] == reply.status;
    let is_sound = match media {
        _ if reply.text.is_empty() => true,
        "application/json" if reply.status >= 400 => is_rpc && reply.body["error"].is_object(),
        "application/json" => reply.body.is_object(),
        _ if reply.status >= 400 => is_problem,
        _ => true,
    };
    assert!(is_sound, "{event}\n{} {media} {}", reply.status, reply.text);
    reply.status
}

/// Sends the events of these services in turn.
fn run(doors: &[Door], seed: u64) {
    // A load balancer does not tell the function its domain.
    let lambda = Lambda::start_with(&[(
        "PUBLIC_URL",
        doors.contains(&Door::LoadBalancer).then_some("https://todo-1334523864.eu-west-1.elb.amazonaws.com"),
    )]);
    let todos: Vec<_> = (0..6).map(|number| json!({"title": format!("Todo {number}")})).collect();
    let ids = lambda.send(doors[0].ask("POST", "/todos").json(&json!({ "todos": todos }))).body["todos"].clone();
    let ids: Vec<_> =
        ids.as_array().expect("todos").iter().map(|todo| todo["id"].as_str().expect("an id").to_owned()).collect();
    let (number, mut mutator, mut counts) = (number(), Mutator::new(seed), Counts::default());
    for door in doors.iter().cycle().take(number) {
        let mut event = valid(*door, &mut mutator, &ids).event();
        mutate(&mut event, &mut mutator);
        match lambda.invoke(event.clone()).1 {
            Outcome::Response { body, .. } => *counts.statuses.entry(check(*door, &event, &body)).or_default() += 1,
            Outcome::Error { body, .. } => {
                let reason = body["errorMessage"].as_str().expect("a reason");
                // On Lambda, a panic ends the function. A debug build continues after a panic, so this test searches
                // the output for a panic.
                assert!(!reason.contains("panicked"), "{event}\n{body}");
                counts.no_events += 1;
            }
            outcome @ (Outcome::InitError | Outcome::Exited) => panic!("{event}\n{outcome:?}"),
        }
    }
    lambda.send(doors[0].ask("GET", "/todos")).assert_json(200);
    let remains = lambda.stop();
    assert!(!remains.output().contains("panicked"));
    for line in remains.stdout.lines() {
        let line: Value = serde_json::from_str(line).expect(line);
        if line["dynamodb_calls"].as_u64().is_some_and(|calls| calls > 0) {
            *counts.handled.entry(line["operation"].as_str().expect("a name").to_owned()).or_default() += 1;
        }
    }
    let handled: usize = counts.handled.values().sum();
    println!("{doors:?}: {number} events, {handled} reached a handler: {counts:?}");
    // `GET /export` is not an operation. So the log contains its path instead of a name.
    let expected = declared_operations().len() + 1;
    assert!(handled >= number / 2 && counts.handled.len() == expected, "{counts:?}");
}

#[test]
fn mutated_events_of_an_http_api_are_answered_and_do_not_end_the_process() {
    run(&[Door::HttpApi], 1);
}

#[test]
fn mutated_events_of_a_rest_api_are_answered_and_do_not_end_the_process() {
    run(&[Door::RestApi], 2);
}

#[test]
fn mutated_events_of_a_function_url_are_answered_and_do_not_end_the_process() {
    run(&[Door::FunctionUrl], 3);
}

#[test]
fn mutated_events_of_a_load_balancer_are_answered_and_do_not_end_the_process() {
    run(&[Door::LoadBalancer, Door::LoadBalancerMultiValue], 4);
}

//! Tests the log of the process. The log has one line for each request. No line contains a secret. No line contains a
//! text that a person wrote.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    events::{Ask, Door},
    runtime_api::{ACCESS_KEY, Lambda, Remains, SECRET_KEY, SESSION_TOKEN},
};

/// The tests send these texts in all parts of a request. The log must not contain these texts.
const TITLE: &str = "Zahnarzt-Titel";
const NOTES: &str = "Befund-Notiz";
const SEARCH: &str = "Suchwort-Geheim";
const KEY: &str = "Schluessel-8d41";
const TOKEN: &str = "Bearer-Token-77aa";

#[test]
fn every_request_leaves_exactly_one_line_that_tells_its_cost() {
    let lambda = Lambda::start();
    let mut expected = BTreeMap::new();
    let mut send = |ask: Ask, operation: &'static str, status: u64| {
        let reply = lambda.send(ask);
        assert_eq!(reply.status, status, "{}", reply.text);
        expected.insert(reply.request_id.clone(), (operation, status));
        reply
    };
    for door in Door::ALL {
        let todo = json!({"todos": [{"title": format!("{TITLE} {door:?}")}]});
        let added = send(door.ask("POST", "/todos").json(&todo), "addTodos", 201);
        let item = format!("/todos/{}", added.body["todos"][0]["id"].as_str().expect("an id"));
        send(door.ask("GET", "/todos?limit=1"), "getTodos", 200);
        send(door.ask("GET", &item), "getTodo", 200);
        send(door.ask("PATCH", &item).json(&json!({"status": "completed"})), "updateTodo", 200);
        send(door.ask("DELETE", &item), "deleteTodo", 200);
        send(door.ask("POST", "/undo"), "undoChange", 200);
        send(door.ask("GET", "/health"), "getHealth", 200);
        send(door.ask("POST", "/todos").json(&json!({"todos": []})), "addTodos", 422);
        send(door.ask("GET", "/nowhere"), "none", 404);
    }

    let remains = lambda.stop();
    let mut lines = lines_by_request(&remains);
    for (id, (operation, status)) in &expected {
        let lines = lines.remove(id).unwrap_or_default();
        assert_eq!(lines.len(), 1, "{id} {operation}: {lines:?}");
        assert_costs(&lines[0], operation, *status);
    }
    assert!(lines.is_empty(), "lines of nobody's request: {lines:?}");
    assert_eq!(remains.stderr, "");
}

/// Asserts that the log line of a request has the right operation, status and costs.
#[track_caller]
fn assert_costs(line: &Value, operation: &str, status: u64) {
    assert_eq!((&line["operation"], &line["status"]), (&json!(operation), &json!(status)), "{line}");
    assert!(line["duration_ms"].as_f64().is_some_and(|duration| duration >= 0.0), "{line}");
    assert!(line.get("openai_conversation_hash").is_none(), "{line}");
    let calls = line["dynamodb_calls"].as_u64().expect("a number of calls");
    let units = |name: &str| line[name].as_f64().expect(name);
    let (read, written) = (units("read_units"), units("write_units"));
    let writes = line["method"] != "GET";
    match status {
        200 | 201 if writes => assert!(calls >= 1 && written > 0.0, "{line}"),
        200 | 201 => assert!(calls == 1 && read > 0.0 && written == 0.0, "{line}"),
        _ => assert!(calls == 0 && read == 0.0 && written == 0.0, "{line}"),
    }
}

#[test]
fn the_line_is_a_set_of_metrics_for_cloudwatch() {
    let lambda = Lambda::start();
    let add =
        Door::HttpApi.ask("POST", "/todos").header("idempotency-key", KEY).json(&json!({"todos": [{"title": "a"}]}));
    let first = lambda.send(add.clone());
    let item = format!("/todos/{}", first.body["todos"][0]["id"].as_str().expect("an id"));
    let stale = Door::HttpApi.ask("PATCH", &item).json(&json!({"title": "b", "expected_version": 9}));
    let sent = [first, lambda.send(add), lambda.send(stale)];

    let lines = lines_by_request(&lambda.stop());
    let lines = sent.each_ref().map(|reply| &lines[&reply.request_id][0]);
    assert_eq!(
        lines.map(|line| [&line["replays"], &line["conflicts"], &line["faults"]].map(Value::as_u64)),
        [[Some(0), Some(0), Some(0)], [Some(1), Some(0), Some(0)], [Some(0), Some(1), Some(0)],]
    );
    for line in lines {
        assert_eq!((&line["function"], &line["level"]), (&json!("todo-action"), &json!("INFO")), "{line}");
        assert!(line["_aws"]["Timestamp"].as_i64().is_some_and(|at| at > 1_700_000_000_000), "{line}");
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().expect("metrics");
        for directive in directives {
            assert_eq!(directive["Namespace"], "todo-action");
            for metric in directive["Metrics"].as_array().expect("a list of metrics") {
                let name = metric["Name"].as_str().expect("a name");
                assert!(line[name].is_number(), "{name} is not in {line}");
                assert_eq!(metric["Unit"], if name == "duration_ms" { "Milliseconds" } else { "Count" });
            }
            for dimension in
                directive["Dimensions"].as_array().into_iter().flatten().flat_map(Value::as_array).flatten()
            {
                assert!(line[dimension.as_str().expect("a name")].is_string(), "{dimension} is not in {line}");
            }
        }
        assert_eq!(directives.len(), 2);
    }
}

#[test]
fn the_line_has_a_fingerprint_of_the_conversation_that_a_gpt_sends() {
    let lambda = Lambda::start();
    let ids = Door::ALL.map(|door| {
        let ask = door.ask("GET", "/todos").header("openai-conversation-id", "6740a3f2-9c1b-4e7d-8f00-a1b2c3d4e5f6");
        lambda.send(ask.header("openai-gpt-id", "g-AbC123")).request_id
    });

    let lines = lines_by_request(&lambda.stop());
    for id in ids {
        let line = &lines[&id][0];
        // This command made the two hashes: `printf %s ID | sha256sum | cut -c 1-16`
        assert_eq!(line["openai_conversation_hash"], "a41438b87b8c4b00", "{line}");
        assert_eq!(line["openai_gpt_hash"], "591394b5ca12301a", "{line}");
    }
}

#[test]
fn nothing_that_a_person_or_a_key_holder_would_mind_is_written() {
    let lambda = Lambda::start();
    for door in Door::ALL {
        let ask =
            |method, target: &str| door.ask(method, target).header("authorization", TOKEN).header("cookie", TOKEN);
        let todo = json!({"todos": [{"title": TITLE, "notes": NOTES, "list": NOTES, "tags": [NOTES]}]});
        let key = format!("{KEY}-{door:?}");
        let added = lambda.send(ask("POST", "/todos").json(&todo).header("idempotency-key", &key));
        assert_eq!(added.status, 201, "{}", added.text);
        let item = format!("/todos/{}", added.body["todos"][0]["id"].as_str().expect("an id"));
        let reused = lambda
            .send(ask("POST", "/todos").json(&json!({"todos": [{"title": NOTES}]})).header("idempotency-key", &key));
        reused.assert_problem(422, "idempotency_key_reused");
        let edit = json!({"title": NOTES, "idempotency_key": format!("{KEY}-2-{door:?}")});
        assert_eq!(lambda.send(ask("PATCH", &item).json(&edit)).status, 200);
        let stale = lambda.send(ask("PATCH", &item).json(&json!({"title": TITLE, "expected_version": 1})));
        stale.assert_problem(409, "conflict");
        assert_eq!(lambda.send(ask("GET", &format!("/todos?q={SEARCH}&list={SEARCH}"))).status, 200);
        lambda.send(ask("GET", &format!("/todos?limit={SEARCH}"))).assert_problem(422, "invalid");
        lambda.send(ask("GET", &format!("/{SEARCH}?token={TOKEN}"))).assert_problem(404, "no_such_path");
        let wrong = json!({"todos": [{"title": TITLE, "due": NOTES}]});
        lambda.send(ask("POST", "/todos").json(&wrong)).assert_problem(422, "invalid");
        let broken = ask("POST", "/todos").header("content-type", "application/json").text(format!("{{\"{TITLE}"));
        lambda.send(broken).assert_problem(400, "malformed");
    }
    // This event is not an HTTP request, so the Lambda runtime itself reports an error.
    lambda.invoke(json!({"source": NOTES, "detail": {"title": TITLE, "token": TOKEN}}));

    let output = lambda.stop().output();
    for secret in [TITLE, NOTES, SEARCH, KEY, TOKEN, ACCESS_KEY, SECRET_KEY, SESSION_TOKEN] {
        assert!(!output.contains(secret), "{secret} was written:\n{output}");
    }
}

/// Returns a map from the id of each request to the log lines of this request. Every line must be JSON.
#[track_caller]
fn lines_by_request(remains: &Remains) -> BTreeMap<String, Vec<Value>> {
    let mut requests: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in remains.stdout.lines() {
        let line: Value = serde_json::from_str(line).expect(line);
        if let Some(id) = line["request_id"].as_str() {
            requests.entry(id.to_owned()).or_default().push(line);
        }
    }
    requests
}

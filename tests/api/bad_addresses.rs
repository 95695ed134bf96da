//! Sends requests with wrong paths, methods, queries, cursors and headers.

use serde_json::{Value, json};

use super::{harness::OPERATIONS, samples::SAMPLES, target::Target};

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_405_with_the_methods_it_takes() {
    let target = Target::new().await;
    for (_, path, _) in OPERATIONS.iter().copied() {
        let taken: Vec<_> =
            OPERATIONS.iter().filter(|(_, other, _)| *other == path).map(|(method, ..)| *method).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().filter(|method| !taken.contains(method)) {
            let answer = target.api.send(method, &target.path(path), json!({}), &[]).await;
            answer.assert_problem(405, "method_not_allowed");
            let allow = answer.headers["allow"].to_str().unwrap();
            assert!(taken.iter().all(|method| allow.contains(method)), "{method} {path}: {allow}");
        }
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn an_unknown_path_is_404_for_every_method() {
    let target = Target::new().await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        for path in ["/index.html", "/todo", "/todos/", "/todos/a/b", "/v1/todos", "/todos/%2e%2e/health", "/TODOS"] {
            let answer = target.api.send(method, path, json!({}), &[]).await;
            answer.assert_problem(404, "no_such_path");
        }
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn an_invented_id_is_404_for_every_operation_that_takes_one() {
    let target = Target::new().await;
    for id in ["0000000000", "1", "todo-1", "buy%20milk", "k7m2x9qa4t%00", "%F0%9F%91%A8", &"x".repeat(3_000)] {
        for sample in SAMPLES.iter().filter(|sample| sample.names_a_todo()) {
            let answer = target.api.send(sample.method, &sample.target(id), sample.body(id), &[]).await;
            answer.assert_problem(404, "not_found");
        }
        target.api.post("/undo", json!({"change_id": id})).await.assert_problem(404, "not_found");
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn an_id_may_be_sent_in_capitals_and_with_spaces() {
    let target = Target::new().await;
    let shouted = format!(" {} ", target.id.to_uppercase());
    let answer = target.api.patch("/todos", json!({"todos": [{"id": shouted, "title": "x"}]})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_tampered_cursor_is_refused_by_every_listing() {
    let target = Target::new().await;
    target.api.add(&["Buy eggs"]).await;
    for path in ["/todos", "/changes"] {
        let first = target.api.get(&format!("{path}?limit=1")).await;
        let cursor = first.body["next_cursor"].as_str().unwrap().to_owned();
        let mut flipped = cursor.clone().into_bytes();
        let last = flipped.len() - 2;
        flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        for tampered in [&flipped, &cursor[1..], &format!("{cursor}x"), "x", "AAAA", "💥", "null", &"A".repeat(5_000)]
        {
            let tampered: String = form_urlencoded(tampered);
            target.api.get(&format!("{path}?limit=1&cursor={tampered}")).await.assert_problem(400, "bad_cursor");
        }
        let other = if path == "/todos" { "/changes" } else { "/todos" };
        target.api.get(&format!("{other}?cursor={cursor}")).await.assert_problem(400, "bad_cursor");
    }
}

#[tokio::test]
async fn query_values_that_break_a_rule_are_refused() {
    let target = Target::new().await;
    let broken = [
        ("status=done", "status", "open, completed, deleted"),
        ("priority=1", "priority", "low, normal, high, urgent"),
        ("due_from=soonish", "due_from", "in 3 days"),
        ("due_to=2026-02-30", "due_to", "February 2026 has 28 days"),
        ("due_from=2026-11-30&due_to=2026-11-23", "due_to", "must not be before due_from"),
        ("limit=0", "limit", "from 1 to 100"),
        ("limit=ten", "limit", "from 1 to 100"),
        ("limit=-1", "limit", "from 1 to 100"),
        ("status=open&status=completed", "status", "more than once"),
    ];
    for (query, path, says) in broken {
        let answer = target.api.get(&format!("/todos?{query}")).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error(path, says);
    }
}

#[tokio::test]
async fn parameters_where_none_belong_are_refused_instead_of_overlooked() {
    let target = Target::new().await;
    for (method, path, _) in
        OPERATIONS.iter().copied().filter(|(method, path, _)| (*method, *path) != ("GET", "/todos"))
    {
        let address = target.address(method, path);
        let and = if address.contains('?') { '&' } else { '?' };
        let body = if method == "GET" || method == "DELETE" { Value::Null } else { target.body(method, path) };
        let answer = target.api.send(method, &format!("{address}{and}change_id=zzzzzzzzzzzzzzzz"), body, &[]).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error("change_id", "is not a field here");
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn a_long_name_of_a_parameter_is_not_repeated_at_length() {
    let target = Target::new().await;
    let name = "x".repeat(5_000);
    for query in [format!("{name}=1"), format!("{name}=1&{name}=2")] {
        let answer = target.api.get(&format!("/todos?{query}")).await;
        answer.assert_problem(422, "invalid");
        assert!(answer.text.len() < 1_000, "{}", answer.text.len());
    }
}

#[tokio::test]
async fn empty_parameters_count_as_absent_for_every_operation() {
    let target = Target::new().await;
    for (method, path, _) in
        OPERATIONS.iter().copied().filter(|(method, path, _)| *method == "GET" && *path != "/todos/{id}")
    {
        let answer = target.api.send(method, &format!("{path}?limit=&cursor="), Value::Null, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let deleted = target.api.delete(&format!("/todos/{}?expected_version=&idempotency_key=", target.id)).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
}

#[tokio::test]
async fn if_match_is_for_writes_on_one_todo_and_refused_by_all_others() {
    let target = Target::new().await;
    for sample in SAMPLES.iter().filter(|sample| sample.writes()) {
        let (address, body) = (sample.target(&target.id), sample.body(&target.id));
        let answer = target.api.send(sample.method, &address, body, &[("if-match", "\"9\"")]).await;
        let (status, code) = if sample.path.contains("{id}") { (409, "conflict") } else { (400, "malformed") };
        assert_eq!(
            (answer.status.as_u16(), &answer.body["code"]),
            (status, &json!(code)),
            "conditions of the handler of {}",
            sample.operation
        );
    }
    // The API must refuse the header `If-Match` before the API reads the body.
    let nonsense = json!({"todos": [{"titel": 1}]});
    let answer = target.api.send("POST", "/todos", nonsense, &[("if-match", "\"1\"")]).await;
    answer.assert_problem(400, "malformed");
    target.assert_untouched().await;
}

#[tokio::test]
async fn malformed_headers_are_refused() {
    let target = Target::new().await;
    let path = target.path("/todos/{id}");
    for if_match in ["three", "\"3\", \"4\"", "W/\"3\"", "\"\"", "é"] {
        let answer = target.api.send("PATCH", &path, json!({"title": "x"}), &[("if-match", if_match)]).await;
        answer.assert_problem(400, "malformed");
    }
    let long = "k".repeat(201);
    let answer = target.api.send("PATCH", &path, json!({"title": "x"}), &[("idempotency-key", &long)]).await;
    answer.assert_problem(400, "malformed");
    target.assert_untouched().await;
}

/// Percent-encodes a value for a query.
fn form_urlencoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

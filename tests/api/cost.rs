//! Counts the calls to DynamoDB that each operation makes. Also tests large lists.

use serde_json::{Value, json};

use super::{harness::Api, samples::SAMPLES};

/// The method, path and body of a request, and the DynamoDB calls that the request must make.
type Case = (&'static str, String, Value, &'static [&'static str]);

/// Returns at least one request for each operation. The requests use the todos with these ids.
///
/// The DynamoDB calls are in alphabetical order. While `addTodos` writes, a Query looks for duplicates. If the Query of
/// a listing does not read the settings, a GetItem reads the settings in parallel. Calls that run in parallel do not
/// delay the answer.
fn cases(ids: &[String]) -> Vec<Case> {
    let (one, two) = (format!("/todos/{}", ids[0]), format!("/todos/{}", ids[1]));
    let several = |field: &str, value: &str| json!({"todos": ids.iter().map(|id| json!({"id": id, field: value})).collect::<Vec<_>>()});
    const ADD: &[&str] = &["Query", "TransactWriteItems"];
    const UPDATE: &[&str] = &["BatchGetItem", "TransactWriteItems"];
    const UNDO: &[&str] = &["BatchGetItem", "Query", "TransactWriteItems"];
    const LIST: &[&str] = &["GetItem", "Query"];
    const OPEN: &[&str] = &["Query"];
    let trip = json!({"todos": [{"title": "g", "list": "Trip"}], "idempotency_key": "k"});
    let cases: [(&str, &str, Value, &[&str]); 28] = [
        ("GET", &one, Value::Null, &["BatchGetItem"]),
        ("GET", "/todos", Value::Null, OPEN),
        ("GET", "/todos?q=a&status=open&tag=x", Value::Null, OPEN),
        ("GET", "/todos?due=today", Value::Null, OPEN),
        ("GET", "/todos?completed_from=2026-11-16", Value::Null, LIST),
        // The second call reads the settings, and the todos that are due before these 7 days.
        ("GET", "/todos?due=next_7_days", Value::Null, &["Query", "Query"]),
        ("GET", "/changes", Value::Null, LIST),
        ("GET", "/overview", Value::Null, &["Query", "Query", "Query", "Query"]),
        ("GET", "/export/address", Value::Null, &["GetItem", "Query", "Query", "Query", "TransactWriteItems"]),
        // If a listing finds nothing, one more call looks for the list.
        ("GET", "/todos?list=Nowhere", Value::Null, &["Query", "Query"]),
        ("GET", "/settings", Value::Null, &["GetItem"]),
        ("GET", "/health", Value::Null, &["GetItem"]),
        ("POST", "/todos", json!({"todos": [{"title": "f"}]}), ADD),
        ("POST", "/todos", json!({"todos": [{"title": "f", "due": "tomorrow", "list": "Trip"}]}), ADD),
        ("POST", "/todos", trip.clone(), ADD),
        // This request is a repetition of the request above. `BatchGetItem` reads the todo that the request above
        // added.
        ("POST", "/todos", trip, &["BatchGetItem", "Query", "TransactWriteItems"]),
        ("PATCH", &one, json!({"title": "x", "list": "Trip"}), UPDATE),
        ("PATCH", &one, json!({"title": "y", "idempotency_key": "k2"}), UPDATE),
        ("PATCH", "/todos", several("status", "completed"), UPDATE),
        ("PATCH", "/todos", several("list", "New"), &["BatchGetItem", "Query", "TransactWriteItems"]),
        ("PATCH", "/settings", json!({"time_zone": "Asia/Kathmandu"}), UPDATE),
        // The first call reads the head and the lists, and the last call reads all lists for the answer.
        ("PATCH", "/lists", json!({"order": ["Trip"]}), &["BatchGetItem", "Query", "TransactWriteItems"]),
        // This request needs the settings, and the instance has the settings in its cache.
        ("POST", "/todos", json!({"todos": [{"title": "f", "due": "today", "repeat": {"unit": "day"}}]}), ADD),
        ("DELETE", &two, Value::Null, UPDATE),
        ("DELETE", &format!("/todos?ids={},{}", ids[2], ids[3]), Value::Null, UPDATE),
        ("POST", "/undo", json!({}), UNDO),
        (
            "POST",
            "/undo",
            json!({"idempotency_key": "k3"}),
            // The latest change is the undo above. So the program searches for the change before this undo, and then
            // reads that change.
            &["BatchGetItem", "BatchGetItem", "Query", "Query", "Query", "TransactWriteItems"],
        ),
        // The first transaction fails, because the list does not exist. The second query looks for similar names.
        (
            "POST",
            "/todos",
            json!({"todos": [{"title": "h", "list": "Newer"}]}),
            &["Query", "Query", "TransactWriteItems", "TransactWriteItems"],
        ),
    ];
    cases.into_iter().map(|(method, path, body, calls)| (method, path.to_owned(), body, calls)).collect()
}

#[tokio::test]
async fn every_operation_keeps_to_its_round_trips() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c", "d"]).await;
    api.post("/todos", json!({"todos": [{"title": "e", "list": "Trip"}]})).await;
    let cases = cases(&ids);
    for sample in SAMPLES.iter() {
        let counted = cases.iter().any(|(method, path, ..)| {
            let path = path.split('?').next().unwrap_or_default();
            *method == sample.method && path.replace(&ids[0], "{id}").replace(&ids[1], "{id}") == sample.path
        });
        assert!(counted, "tests/api/cost.rs does not say what calls {} makes; add it to cases", sample.operation);
    }
    for (method, path, body, calls) in cases {
        api.wire.take_calls();
        let answer = api.send(method, &path, body, &[]).await;
        assert!(answer.status.is_success(), "{}", answer.text);
        let mut made = api.wire.take_calls();
        made.sort();
        assert_eq!(made, calls, "{method} {path}");
    }
}

#[tokio::test]
async fn what_is_refused_by_its_form_costs_nothing() {
    let api = Api::new();
    api.add(&["a"]).await;
    api.wire.take_calls();
    api.post("/todos", json!({"todos": [{"titel": "x"}]})).await.assert_problem(422, "invalid");
    api.patch("/todos", json!({"todos": [{"id": "0000000000"}]})).await.assert_problem(422, "invalid");
    api.get("/todos/not-an-id").await.assert_problem(404, "not_found");
    api.post("/undo", json!({"change_id": "not-an-id"})).await.assert_problem(404, "not_found");
    api.get("/todos?cursor=x").await.assert_problem(400, "bad_cursor");
    assert!(api.wire.take_calls().is_empty());
}

/// One owner has 10,000 todos. Every eighth todo has long notes.
#[tokio::test]
async fn ten_thousand_todos_are_listed_once_each_in_short_answers_of_one_query() {
    let api = Api::new();
    for batch in 0..250 {
        let todo = |n: usize| {
            let mut todo = json!({"title": format!("todo {batch}-{n}"), "due": format!("2026-{:02}-{:02}", n % 12 + 1, batch % 28 + 1)});
            if n.is_multiple_of(8) {
                todo["notes"] = json!("n".repeat(if batch % 10 == 0 { 4_000 } else { 1_600 }));
            }
            todo
        };
        let added = api.post("/todos", json!({"todos": (0..40).map(todo).collect::<Vec<_>>()})).await;
        assert_eq!(added.status, 201, "{}", added.text);
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        api.wire.take_calls();
        let page = api.get(&format!("/todos?limit=100&cursor={cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.chars().count() < 100_000);
        // The Query of the first page also reads the settings. For each later page, a GetItem reads the settings.
        assert_eq!(api.wire.take_calls(), if cursor.is_empty() { &["Query"][..] } else { &["GetItem", "Query"] });
        seen.extend(page.ids());
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let total = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((seen.len(), total), (10_000, 10_000));

    // One request cannot search all 10,000 todos. So the first answer contains no todos, only a cursor for the
    // remaining todos.
    api.wire.take_calls();
    let search = api.get("/todos?q=nowhere-to-be-found").await;
    assert_eq!(search.ids().len(), 0);
    assert!(search.body["next_cursor"].is_string(), "{}", search.text);
    assert_eq!(api.wire.take_calls(), ["Query", "Query", "Query", "Query"]);
    let rest = format!("/todos?q=nowhere-to-be-found&cursor={}", search.body["next_cursor"].as_str().unwrap());
    assert!(api.get(&rest).await.body.get("next_cursor").is_none());
}

#[tokio::test]
async fn a_page_of_the_longest_todos_ends_before_it_is_too_long() {
    let api = Api::new();
    for batch in 0..20 {
        let todo = |n: usize| json!({"title": format!("{batch}-{n}"), "notes": "\"\\".repeat(2_000)});
        let added = api.post("/todos", json!({"todos": (0..10).map(todo).collect::<Vec<_>>()})).await;
        assert_eq!(added.status, 201, "{}", added.text);
    }
    let mut count = 0;
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("/todos?limit=100&cursor={cursor}")).await;
        assert!(page.text.chars().count() < 100_000, "{}", page.text.len());
        count += page.ids().len();
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(count, 200);
}

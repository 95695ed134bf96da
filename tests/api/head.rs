//! Tests the head of an owner's items (docs/adr/0018-the-head.md). The tests check the order of changes, the write
//! units of a request, and how a client asks whether anything has changed.

use serde_json::{Value, json};

use super::answer::same_edit;
use super::harness::{Api, at_once};

/// The operations of all changes, newest change first.
async fn operations(api: &Api) -> Vec<Value> {
    let changes = api.get("/changes?limit=100").await.body["changes"].clone();
    changes.as_array().unwrap().iter().map(|change| change["operation"].clone()).collect()
}

#[tokio::test]
async fn the_latest_change_is_the_one_that_was_committed_last_though_the_clock_steps_back() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    api.clock.set("2026-11-22T08:00:00", "UTC");
    let one = format!("/todos/{id}");
    api.patch(&one, json!({"title": "b"})).await;
    // The clock of another instance is even further behind than the clock of the first instance. The other instance has
    // not read anything yet.
    api.clock.set("2026-11-20T08:00:00", "UTC");
    let elsewhere = api.elsewhere();
    elsewhere.patch(&one, json!({"title": "c"})).await;
    elsewhere.delete(&one).await;
    assert_eq!(operations(&api).await, ["deleteTodo", "updateTodo", "updateTodo", "addTodos"]);
    assert_eq!(api.get("/overview").await.body["last_change"]["operation"], "deleteTodo");
    let undone = api.post("/undo", json!({})).await;
    assert_eq!((&undone.body["todos"][0]["status"], &undone.body["todos"][0]["title"]), (&json!("open"), &json!("c")));
    assert_eq!(operations(&api).await[0], "undoChange");
    // The next undo goes one change further back.
    assert_eq!(elsewhere.post("/undo", json!({})).await.body["todos"][0]["title"], "b");
}

/// Suppose that a transaction failed if another writer had changed the number in the head. Then a writer would fail
/// again and again until all faster writers had finished. Fifty writers would need more than a thousand attempts. The
/// wire counts the attempts.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_and_fifty_simultaneous_writers_of_one_owner_all_succeed() {
    for writers in [16, 50] {
        let api = Api::new();
        let titles: Vec<_> = (0..writers).map(|n| format!("a{n}")).collect();
        let mut ids = Vec::new();
        for titles in titles.chunks(40) {
            ids.extend(api.add(&titles.iter().map(String::as_str).collect::<Vec<_>>()).await);
        }
        let before = operations(&api).await.len();
        api.wire.take_calls();
        let request = |n: usize| match n % 2 {
            0 => ("POST", "/todos".to_owned(), json!({"todos": [{"title": format!("t{n}")}]})),
            _ => ("PATCH", format!("/todos/{}", ids[n]), json!({"title": format!("b{n}")})),
        };
        let answers = at_once(&api, (0..writers).map(request).collect()).await;
        let failed: Vec<_> = answers.iter().filter(|answer| !answer.status.is_success()).collect();
        assert!(failed.is_empty(), "{} of {writers} failed: {}", failed.len(), failed[0].text);
        let attempts = api.wire.take_calls().iter().filter(|call| *call == "TransactWriteItems").count();
        println!("{writers} writers made {attempts} attempts");
        assert!(attempts < writers * 8, "{writers} writers made {attempts} attempts");
        assert_eq!(operations(&api).await.len(), before + writers, "every change is in the history once");
    }
}

#[tokio::test]
async fn the_dearest_request_takes_at_most_2100_write_units() {
    let api = Api::new();
    let mut ids = Vec::new();
    for batch in 0..4 {
        let todo = |n: usize| json!({"title": format!("t{batch}-{n}"), "notes": "語".repeat(4_000), "due": "today", "list": "Trip"});
        let added = api.post("/todos", json!({"todos": (0..10).map(todo).collect::<Vec<_>>()})).await;
        assert_eq!(added.status, 201, "{}", added.text);
        ids.extend(added.ids());
    }
    let expect = async |what: &str, range: std::ops::RangeInclusive<u32>, method: &str, path: &str, body: Value| {
        api.wire.take_write_units();
        let answer = api.send(method, path, body, &[]).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.text);
        let units = api.wire.take_write_units();
        println!("{what}: {units} write units");
        assert!(units >= f64::from(*range.start()) && units <= f64::from(*range.end()), "{what}: {units} write units");
    };
    let edits = |edit: Value| same_edit(&ids, &edit);
    // Each todo has 12 KB. For each todo, a transaction takes 24 units for the table. The todo also moves to another
    // place in the index: for each KB, DynamoDB counts one unit to delete the old copy, and one unit to write the new
    // copy.
    expect("completing", 1_900..=2_100, "PATCH", "/todos", edits(json!({"status": "completed"}))).await;
    expect("undoing", 1_900..=2_100, "POST", "/undo", json!({})).await;
    // The copy in the index does not move.
    expect("tagging", 1_400..=1_600, "PATCH", "/todos", edits(json!({"add_tags": ["x"]}))).await;
    expect("deleting", 1_900..=2_100, "DELETE", &format!("/todos?ids={}", ids.join(",")), Value::Null).await;
}

/// Each todo is larger than in the test above, because it contains letters of four bytes, and steps. So the API refuses
/// a request for all todos, but accepts a request for forty of the todos. Each change that succeeds can be undone.
#[tokio::test]
async fn a_request_that_would_take_more_write_units_is_refused() {
    let api = Api::new();
    let todo = |n: usize| {
        let steps: Vec<_> = (0..50).map(|step| format!("{step}{}", "🍎".repeat(190))).collect();
        json!({"title": format!("t{n}"), "notes": "🍎".repeat(4_000), "steps": steps})
    };
    let mut ids = Vec::new();
    for n in 0..90 {
        let added = api.post("/todos", json!({"todos": [todo(n)]})).await;
        assert_eq!(added.status, 201, "{}", added.text);
        ids.extend(added.ids());
    }
    let edits = |ids: &[String], edit: Value| same_edit(ids, &edit);
    for edit in [json!({"status": "completed"}), json!({"clear": ["notes", "steps"]}), json!({"priority": "high"})] {
        let refused = api.patch("/todos", edits(&ids, edit.clone())).await;
        refused.assert_problem(413, "too_large");
        assert_eq!(api.listed("open").await.len(), ids.len());
        api.wire.take_write_units();
        let some = api.patch("/todos", edits(&ids[..40], edit.clone())).await;
        assert_eq!(some.status, 200, "{edit}: {}", some.text);
        let units = api.wire.take_write_units();
        let undone = api.post("/undo", json!({})).await;
        assert_eq!(undone.status, 200, "{edit}: {}", undone.text);
        let undo_units = api.wire.take_write_units();
        println!("{edit}: {units} write units, its undo {undo_units}");
        assert!(units <= 14_000.0 && undo_units <= 14_000.0, "{edit}: {units} write units, its undo {undo_units}");
    }
}

#[tokio::test]
async fn whether_anything_has_changed_is_answered_with_one_read() {
    let api = Api::new();
    api.add(&["a"]).await;
    let page = api.get("/changes").await;
    let tag = page.headers["etag"].to_str().unwrap().to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    let ask = async |api: &Api, tag: &str| {
        api.wire.take_calls();
        api.send("GET", "/changes", Value::Null, &[("if-none-match", tag)]).await
    };
    let opaque = tag.trim_start_matches("W/");
    for given in [tag.clone(), opaque.to_owned(), format!("\"x\", {tag}"), "*".to_owned()] {
        let unchanged = ask(&api.elsewhere(), &given).await;
        assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""), "{given}");
        assert_eq!(unchanged.headers["etag"], tag.as_str());
        assert_eq!(api.wire.take_calls(), ["GetItem"], "{given}");
    }
    // If a write changes nothing, the write is not a change, even if the service remembers the idempotency key of the
    // write.
    let id = page.body["changes"][0]["todos"][0]["id"].as_str().unwrap().to_owned();
    let nothing = api.patch(&format!("/todos/{id}"), json!({"title": "a", "idempotency_key": "k"})).await;
    assert_eq!(nothing.body["unchanged"], true, "{}", nothing.text);
    assert_eq!(ask(&api, &tag).await.status, 304);
    for (method, path, body) in [
        ("POST", "/todos", json!({"todos": [{"title": "b"}]})),
        ("PATCH", "/settings", json!({"week_start": "sun"})),
        ("POST", "/undo", json!({})),
    ] {
        let before = ask(&api, "\"none\"").await.headers["etag"].clone();
        assert!(api.send(method, path, body, &[]).await.status.is_success());
        let changed = ask(&api, before.to_str().unwrap()).await;
        assert_eq!((changed.status.as_u16(), changed.headers["etag"] == before), (200, false), "{path}");
    }
    assert_eq!(ask(&api, &tag).await.status, 200);
    // After 31 days, the changes are no longer in the history.
    let latest = api.get("/changes").await.headers["etag"].to_str().unwrap().to_owned();
    api.clock.advance(jiff::Span::new().hours(31 * 24));
    assert_eq!(ask(&api, &latest).await.body["changes"], json!([]));
}

#[tokio::test]
async fn a_tag_that_this_history_never_had_gets_the_whole_answer() {
    let api = Api::new();
    let ask = async |path: &str, tag: &str| api.send("GET", path, Value::Null, &[("if-none-match", tag)]).await;
    let empty = ask("/changes", "\"x\"").await;
    assert_eq!((empty.status.as_u16(), empty.headers.get("etag")), (200, None));
    api.add(&["a"]).await;
    api.add(&["b"]).await;
    for tag in ["x", "\"\"", "W/", ",", "\u{e9}", "\"2026-11-22T10:00:00.000000Z\""] {
        assert_eq!(ask("/changes", tag).await.status, 200, "{tag}");
    }
    // Only the first page contains the newest change, so the later pages have no ETag.
    let first = api.get("/changes?limit=1").await;
    let path = format!("/changes?limit=1&cursor={}", first.body["next_cursor"].as_str().unwrap());
    let second = ask(&path, first.headers["etag"].to_str().unwrap()).await;
    assert_eq!((second.status.as_u16(), second.headers.get("etag")), (200, None), "{}", second.text);
}

//! Tests edits that say when a todo was done: "I did that on Friday".

use jiff::Timestamp;
use serde_json::{Value, json};

use super::harness::{Answer, Api};

/// An API with the time zone Europe/Berlin, at 11:00 on Sunday, 22 November 2026, and the ids of new todos.
async fn with(todos: Value) -> (Api, Vec<String>) {
    let api = Api::new();
    api.patch("/settings", json!({"time_zone": "Europe/Berlin"})).await;
    let ids = api.post("/todos", json!({ "todos": todos })).await.ids();
    (api, ids)
}

async fn edit(api: &Api, id: &str, edit: Value) -> Answer {
    api.patch(&format!("/todos/{id}"), edit).await
}

async fn todo(api: &Api, id: &str) -> Value {
    api.get(&format!("/todos/{id}")).await.body["todo"].clone()
}

async fn listed(api: &Api, query: &str) -> Vec<String> {
    let answer = api.get(&format!("/todos?{query}")).await;
    let todos = answer.body["todos"].as_array().unwrap().clone();
    todos.iter().map(|todo| todo["title"].as_str().unwrap().to_owned()).collect()
}

fn time(shown: &Value) -> Timestamp {
    shown.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_time_of_completion_is_said_as_in_the_filters() {
    for (said, at) in [
        // A day alone means noon.
        ("friday", "2026-11-20T11:00:00Z"),
        ("sunday", "2026-11-15T11:00:00Z"),
        ("yesterday", "2026-11-21T11:00:00Z"),
        ("2026-07-01", "2026-07-01T10:00:00Z"),
        ("3 days ago", "2026-11-19T11:00:00Z"),
        ("last monday 17:30", "2026-11-16T16:30:00Z"),
        ("9:15", "2026-11-22T08:15:00Z"),
        ("2026-11-20T23:30", "2026-11-20T22:30:00Z"),
        ("2026-11-20T23:30:10+05:00", "2026-11-20T18:30:10Z"),
        ("2 hours ago", "2026-11-22T08:00:00Z"),
        ("today", "2026-11-22T10:00:00Z"),
        ("now", "2026-11-22T10:00:00Z"),
        // The clock of the caller is ahead.
        ("2026-11-22T10:00:30Z", "2026-11-22T10:00:00Z"),
    ] {
        let (api, ids) = with(json!([{"title": "a"}])).await;
        let answer = edit(&api, &ids[0], json!({"status": "completed", "completed_at": said})).await;
        assert_eq!(answer.status, 200, "{said}: {}", answer.text);
        let done = todo(&api, &ids[0]).await;
        assert_eq!(time(&done["completed_at"]), at.parse().unwrap(), "{said}");
        assert_eq!(done["updated_at"].as_str().unwrap()[..16], *"2026-11-22T11:00", "{said}");
    }
}

#[tokio::test]
async fn a_time_in_the_future_or_for_an_open_todo_is_refused() {
    let (api, ids) = with(json!([{"title": "a"}, {"title": "b", "due": "today", "repeat": {"unit": "day"}}])).await;
    let before = api.everything().await;
    for (edits, says) in [
        (json!({"status": "completed", "completed_at": "tomorrow"}), "cannot be \"tomorrow\": it is in the future"),
        (json!({"status": "completed", "completed_at": "17:00"}), "it is Sun 2026-11-22T11:00 now"),
        (json!({"status": "completed", "completed_at": "2026-11-22T10:02:00Z"}), "is in the future"),
        (json!({"status": "completed", "completed_at": "in 2 days"}), "is in the future"),
        (json!({"status": "completed", "completed_at": "lately"}), "cannot be \"lately\"; send for example"),
        (json!({"completed_at": "friday"}), "the todo is open; also send `status` completed"),
        (json!({"status": "open", "completed_at": "friday"}), "the todo is open; also send `status` completed"),
    ] {
        let answer = edit(&api, &ids[0], edits.clone()).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error("completed_at", says);
    }
    let skipped = edit(&api, &ids[1], json!({"status": "skipped", "completed_at": "friday"})).await;
    skipped.assert_error("completed_at", "cannot be sent with status skipped");
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn listings_filters_and_counts_go_by_the_time_that_was_said() {
    let (api, ids) = with(json!([{"title": "a"}, {"title": "b"}, {"title": "c"}])).await;
    for (id, at) in ids.iter().zip(["friday", "9:00", "last monday"]) {
        edit(&api, id, json!({"status": "completed", "completed_at": at})).await;
    }
    assert_eq!(listed(&api, "status=completed").await, ["b", "a", "c"]);
    assert_eq!(listed(&api, "completed_from=2026-11-16&completed_to=2026-11-20").await, ["a", "c"]);
    assert_eq!(listed(&api, "completed_from=today").await, ["b"]);
    assert_eq!(api.get("/overview").await.body["counts"]["completed_today"], 1);
}

#[tokio::test]
async fn a_completed_todo_gets_another_time_and_an_undo_gives_the_first_one_back() {
    let (api, ids) = with(json!([{"title": "a"}])).await;
    edit(&api, &ids[0], json!({"status": "completed"})).await;
    let first = todo(&api, &ids[0]).await["completed_at"].clone();
    // The caller sends back the time that it has read.
    let same = edit(&api, &ids[0], json!({"status": "completed", "completed_at": first})).await;
    assert_eq!(same.body["unchanged"], true, "{}", same.text);
    let moved = edit(&api, &ids[0], json!({"completed_at": "friday"})).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(listed(&api, "completed_to=friday").await, ["a"]);
    let history = api.get("/changes?limit=1").await;
    let changed = &history.body["changes"][0]["todos"][0]["changed"];
    assert!(changed[0].as_str().unwrap().starts_with("completed_at: 2026-11-22T10:00:00Z →"), "{}", history.text);
    assert!(changed[0].as_str().unwrap().ends_with("→ 2026-11-20T11:00:00Z"), "{}", history.text);
    assert_eq!(api.post("/undo", json!({})).await.status, 200);
    assert_eq!(todo(&api, &ids[0]).await["completed_at"], first);
    let both = edit(&api, &ids[0], json!({"status": "open", "completed_at": "friday"})).await;
    both.assert_error("completed_at", "this edit reopens it");
    let back = edit(&api, &ids[0], json!({"status": "open", "completed_at": first})).await;
    assert_eq!(todo(&api, &ids[0]).await["status"], "open", "{}", back.text);
}

#[tokio::test]
async fn the_same_edit_again_keeps_the_time() {
    let (api, ids) = with(json!([{"title": "a"}])).await;
    let edits = json!({"status": "completed", "completed_at": "10 minutes ago"});
    edit(&api, &ids[0], edits.clone()).await;
    let once = todo(&api, &ids[0]).await;
    api.clock.advance(jiff::ToSpan::seconds(30));
    let again = edit(&api, &ids[0], edits).await;
    assert_eq!(again.body["replayed"], true, "{}", again.text);
    assert_eq!(todo(&api, &ids[0]).await, once);
}

#[tokio::test]
async fn a_repetition_from_completion_counts_from_the_day_that_was_said() {
    let repeats =
        |from: &str| json!({"title": from, "due": "2026-11-21", "repeat": {"every": 5, "unit": "day", "from": from}});
    let (api, ids) = with(json!([repeats("completion"), repeats("due"), repeats("completion")])).await;
    for (id, at, next) in [
        (&ids[0], "thursday", "2026-11-24"),
        (&ids[1], "thursday", "2026-11-26"),
        (&ids[2], "2026-11-01", "2026-11-26"),
    ] {
        let done = edit(&api, id, json!({"status": "completed", "completed_at": at})).await;
        assert_eq!(done.body["next"]["due"], next, "{at}: {}", done.text);
    }
}

#[tokio::test]
async fn all_found_todos_were_done_then_but_those_that_were_done_before_keep_their_time() {
    let (api, ids) = with(json!([{"title": "milk", "list": "Shopping"}, {"title": "eggs", "list": "Shopping"}])).await;
    edit(&api, &ids[0], json!({"status": "completed", "completed_at": "2026-11-02"})).await;
    let set = json!({"status": "completed", "completed_at": "friday"});
    let done = api.patch("/todos", json!({"where": {"list": ["Shopping"]}, "set": set})).await;
    assert_eq!(done.body["found"]["open"], 1, "{}", done.text);
    assert_eq!(todo(&api, &ids[0]).await["completed_at"], "2026-11-02T12:00:00+01:00");
    assert_eq!(todo(&api, &ids[1]).await["completed_at"], "2026-11-20T12:00:00+01:00");
    let moved =
        api.patch("/todos", json!({"where": {"list": ["Shopping"]}, "set": {"completed_at": "yesterday"}})).await;
    assert_eq!(moved.body["found"]["completed"], 2, "{}", moved.text);
    assert_eq!(listed(&api, "completed_from=yesterday").await.len(), 2);
}

#[tokio::test]
async fn an_undo_gives_no_repetition_to_a_todo_that_was_completed_later_than_it_was_done() {
    let (api, ids) = with(json!([{"title": "a", "due": "2026-11-25", "repeat": {"unit": "week"}}])).await;
    let cleared = edit(&api, &ids[0], json!({"clear": ["repeat"]})).await;
    edit(&api, &ids[0], json!({"status": "completed", "completed_at": "friday"})).await;
    let undone = api.post("/undo", json!({"change_id": cleared.body["change"]["id"]})).await;
    undone.assert_problem(409, "changed_since");
}

#[tokio::test]
async fn every_answer_with_the_present_moment_says_that_no_time_zone_is_set() {
    let api = Api::new();
    let answers = async || {
        [
            api.get("/todos").await,
            api.get("/overview").await,
            api.get("/changes").await,
            api.get("/settings").await,
            api.patch("/settings", json!({"week_start": "sun"})).await,
        ]
    };
    for answer in answers().await {
        assert_eq!(answer.body["now"]["time_zone_not_set"], true, "{}", answer.text);
    }
    api.patch("/settings", json!({"time_zone": "UTC"})).await;
    for answer in answers().await {
        assert!(
            answer.body["now"].is_object() && answer.body["now"].get("time_zone_not_set").is_none(),
            "{}",
            answer.text
        );
    }
}

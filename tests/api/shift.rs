//! Tests edits that move due dates: a day alone, a time alone, and `shift`.

use serde_json::{Value, json};

use super::harness::Api;

/// Adds a todo with this due date. Returns its id.
async fn add(api: &Api, title: &str, due: &str) -> String {
    api.post("/todos", json!({"todos": [{"title": title, "due": due}]})).await.ids().remove(0)
}

/// The due date of the todo after this edit. The edit must succeed.
async fn due(api: &Api, id: &str, edit: Value) -> Value {
    let edited = api.patch(&format!("/todos/{id}"), edit).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    edited.body["todo"]["due"].clone()
}

#[tokio::test]
async fn a_postponed_todo_keeps_its_time_and_a_new_time_keeps_its_day() {
    let api = Api::new();
    let id = add(&api, "meeting", "2026-12-01T15:00").await;
    assert_eq!(due(&api, &id, json!({"shift": "+3d"})).await, "2026-12-04T15:00");
    assert_eq!(due(&api, &id, json!({"due": "16:00"})).await, "2026-12-04T16:00");
    assert_eq!(due(&api, &id, json!({"due": "4.30pm"})).await, "2026-12-04T16:30");
    assert_eq!(due(&api, &id, json!({"due": "tomorrow"})).await, "2026-11-23T16:30");
    assert_eq!(due(&api, &id, json!({"shift": "-1h"})).await, "2026-11-23T15:30");
    assert_eq!(due(&api, &id, json!({"shift": "2 weeks"})).await, "2026-12-07T15:30");
    assert_eq!(due(&api, &id, json!({"shift": "1 week earlier"})).await, "2026-11-30T15:30");
    assert_eq!(due(&api, &id, json!({"shift": "two weeks"})).await, "2026-12-14T15:30");
    assert_eq!(due(&api, &id, json!({"shift": "one week later"})).await, "2026-12-21T15:30");
    assert_eq!(due(&api, &id, json!({"shift": "thirty minutes"})).await, "2026-12-21T16:00");
    assert_eq!(due(&api, &id, json!({"shift": "−3d"})).await, "2026-12-18T16:00");
    assert_eq!(due(&api, &id, json!({"due": "friday all day"})).await, "2026-11-27");
    assert_eq!(due(&api, &id, json!({"shift": "1 month"})).await, "2026-12-27");
    assert_eq!(due(&api, &id, json!({"due": "9am"})).await, "2026-12-27T09:00");
    assert_eq!(due(&api, &id, json!({"due": "all day"})).await, "2026-12-27");
}

#[tokio::test]
async fn an_hour_of_a_shift_is_an_hour_of_the_real_world() {
    let api = Api::new();
    api.patch("/settings", json!({"time_zone": "Europe/Berlin"})).await;
    // In this night, Berlin's clocks go from 02:00 to 03:00.
    let id = add(&api, "train", "2026-03-29T01:30").await;
    assert_eq!(due(&api, &id, json!({"shift": "+1h"})).await, "2026-03-29T03:30");
    assert_eq!(due(&api, &id, json!({"shift": "+1d"})).await, "2026-03-30T03:30");
}

#[tokio::test]
async fn a_shift_that_cannot_be_is_refused_with_what_to_send() {
    let api = Api::new();
    let (dated, undated) = (add(&api, "dated", "2026-12-01").await, add(&api, "undated", "").await);
    for (id, edit, path, says) in [
        (&dated, json!({"shift": "+1h"}), "shift", "the due date has no time; send `due` with the new time"),
        (&dated, json!({"shift": "later"}), "shift", "send how far to move the due date, such as +3d"),
        (&dated, json!({"shift": "0d"}), "shift", "send how far to move the due date"),
        (&dated, json!({"shift": "+9999y"}), "shift", "out of the calendar"),
        (&dated, json!({"shift": "+1d", "due": "friday"}), "shift", "send only one of the two"),
        (&undated, json!({"shift": "+1d"}), "shift", "the todo has none; send `due`"),
    ] {
        let refused = api.patch(&format!("/todos/{id}"), edit).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error(path, says);
    }
}

#[tokio::test]
async fn many_todos_are_shifted_by_one_call_and_those_without_a_due_date_stay() {
    let api = Api::new();
    for (title, due) in [("a", "2026-12-01T15:00"), ("b", "2026-12-02"), ("c", "")] {
        add(&api, title, due).await;
    }
    let shifted = api.patch("/todos", json!({"where": {"list": ["Inbox"]}, "set": {"shift": "3 days"}})).await;
    assert_eq!(shifted.status, 200, "{}", shifted.text);
    assert_eq!((&shifted.body["found"]["total"], &shifted.body["found"]["already"]), (&json!(2), &Value::Null));
    let due: Vec<Value> = api.all("open").await.iter().map(|todo| todo["due"].clone()).collect();
    assert_eq!(due, [json!("2026-12-04T15:00"), json!("2026-12-05"), Value::Null]);
}

#[tokio::test]
async fn the_same_texts_are_read_in_filters() {
    let api = Api::new();
    // The present moment of the test is Sunday 2026-11-22, 10:00.
    for (title, due) in [("now", "2026-11-22T10:30"), ("today", "2026-11-22T18:00"), ("friday", "2026-11-27")] {
        add(&api, title, due).await;
    }
    for (query, titles) in [
        ("due_to=%2B2h", json!(["now"])),
        ("due_to=today", json!(["now", "today"])),
        ("due_from=5pm&due_to=friday", json!(["today", "friday"])),
        ("due_from=tomorrow&due_to=end of month", json!(["friday"])),
        ("due_from=next friday", json!(["friday"])),
        ("due_from=in 1 week", json!([])),
    ] {
        let page = api.get(&format!("/todos?{}", query.replace(' ', "%20"))).await;
        let found: Vec<_> = page.body["todos"].as_array().unwrap().iter().map(|todo| todo["title"].clone()).collect();
        assert_eq!(json!(found), titles, "{query}: {}", page.text);
    }
    api.patch("/todos", json!({"where": {"due_to": "today"}, "set": {"status": "completed"}})).await;
    for (query, number) in
        [("completed_from=today", 2), ("completed_from=friday&completed_to=yesterday", 0), ("completed_from=-1h", 2)]
    {
        let page = api.get(&format!("/todos?{query}")).await;
        assert_eq!(page.body["todos"].as_array().unwrap().len(), number, "{query}: {}", page.text);
    }
}

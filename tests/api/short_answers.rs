//! Tests which fields of todos the answers contain, and what an answer says about the due dates that a caller has sent.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::answer::same_edit;
use super::harness::Api;

fn hints(answer: &super::harness::Answer) -> Vec<&str> {
    answer.body["hints"].as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str).collect()
}

async fn add(api: &Api, number: usize, due: &str) -> Vec<String> {
    let todo = |n: usize| json!({"title": format!("todo {n}"), "due": due, "priority": "normal", "notes": ""});
    let added = api.post("/todos", json!({"todos": (0..number).map(todo).collect::<Vec<_>>()})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    added.ids()
}

#[tokio::test]
async fn one_todo_by_itself_has_all_fields_and_several_have_no_usual_values() {
    let api = Api::new();
    let all = ["created_at", "due", "id", "list", "priority", "status", "title", "updated_at", "version", "weekday"];
    let one = api.post("/todos", json!({"todos": [{"title": "a", "due": "2026-12-01"}]})).await;
    let id = one.ids().remove(0);
    let changed = api.patch("/todos", json!({"todos": [{"id": id, "title": "b"}]})).await;
    let found = api.get(&format!("/todos/{id}")).await;
    for todo in [&one.body["todos"][0], &changed.body["todos"][0], &found.body["todo"]] {
        let fields: Vec<_> = todo.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, all, "{todo}");
    }
    let short = json!({"id": id, "title": "b", "list": "Inbox", "due": "2026-12-01", "weekday": "tue"});
    assert_eq!(api.get("/todos").await.body["todos"], json!([short]));
    assert_eq!(api.get("/overview").await.body["next_7_days"], json!([]));
    api.clock.advance(72.hours());
    assert_eq!(api.get("/overview").await.body["next_7_days"], json!([short]));
    let other = api.add(&["c"]).await.remove(0);
    let edits = json!([{"id": id, "priority": "high"}, {"id": other, "status": "completed"}]);
    let several = api.patch("/todos", json!({ "todos": edits })).await;
    let mut high = short.clone();
    high["priority"] = json!("high");
    let completed = json!({"id": other, "title": "c", "list": "Inbox", "status": "completed", "completed_at": "2026-11-25T10:00:00+00:00"});
    assert_eq!(several.body["todos"], json!([high, completed]));
}

#[tokio::test]
async fn a_change_of_more_than_ten_named_todos_is_answered_with_numbers_and_titles() {
    let api = Api::new();
    let ids = add(&api, 12, "2026-12-01T09:30").await;
    let edits = |ids: &[String], edit: Value| same_edit(ids, &edit);
    let ten = api.patch("/todos", edits(&ids[..10], json!({"priority": "low"}))).await;
    assert_eq!((ten.ids(), ten.body.get("found")), (ids[..10].to_vec(), None), "{}", ten.text);
    let titles = ["todo 0", "todo 1", "todo 2"];
    let moved = titles.map(|title| format!("{title}: 2026-12-04T09:30 (fri)"));
    let many = api.patch("/todos", edits(&ids, json!({"due": "2026-12-04"}))).await;
    let found = json!({"total": 12, "open": 12, "completed": 0, "titles": moved});
    assert_eq!((&many.body["found"], many.body.get("todos")), (&found, None), "{}", many.text);
    let again = api.patch("/todos", edits(&ids, json!({"priority": "low"}))).await;
    let found = json!({"total": 12, "open": 2, "completed": 0, "already": 10, "titles": ["todo 10", "todo 11"]});
    assert_eq!(again.body["found"], found, "{}", again.text);
    let deleted = api.delete(&format!("/todos?ids={}", ids.join(","))).await;
    let found = json!({"total": 12, "open": 12, "completed": 0, "titles": titles});
    assert_eq!(deleted.body["found"], found, "{}", deleted.text);
    let undone = api.post("/undo", json!({})).await;
    assert_eq!((&undone.body["undid"][0]["todos"], undone.body.get("todos")), (&json!(12), None), "{}", undone.text);
    assert_eq!(undone.body["undid"][0]["titles"], json!(titles));
}

/// Models that add many todos need the ids of the new todos.
#[tokio::test]
async fn an_answer_names_the_ids_of_a_thousand_new_todos_of_the_longest_titles() {
    let api = Api::new();
    let todo =
        |n: usize| json!({"title": format!("{n:03}{}", "\\".repeat(60)), "list": "l".repeat(60), "due": "today"});
    let added = api.post("/todos", json!({"todos": (0..450).map(todo).collect::<Vec<_>>()})).await;
    assert_eq!((added.status.as_u16(), added.ids().len()), (201, 450), "{}", added.text);
    assert!(added.text.chars().count() < 100_000, "{}", added.text.chars().count());
    let thousand = api
        .post(
            "/todos",
            json!({"todos": (0..1000).map(|n| json!({"title": format!("entry number {n}")})).collect::<Vec<_>>()}),
        )
        .await;
    assert_eq!((thousand.status.as_u16(), thousand.ids().len()), (201, 1000), "{}", thousand.text);
    assert!(thousand.text.chars().count() < 100_000);
}

#[tokio::test]
async fn an_answer_says_that_an_instant_was_converted_and_that_a_due_date_is_in_the_past() {
    let api = Api::new();
    api.patch("/settings", json!({"time_zone": "Europe/Berlin"})).await;
    let ids = add(&api, 2, "2026-11-27T17:00:00").await;
    let edits = json!([{"id": ids[0], "due": "2026-12-01T17:00:00Z"}, {"id": ids[1], "due": "2026-11-20"}]);
    let moved = api.patch("/todos", json!({ "todos": edits })).await;
    assert_eq!(
        hints(&moved),
        [
            "2026-12-01T17:00:00Z is 2026-12-01T18:00 (tue) on the clock of Europe/Berlin. To set a time on the person's clock, send it without offset or Z.",
            "\"todo 1\" is overdue, because the due date 2026-11-20T17:00 (fri) is in the past.",
        ]
    );
    let all = json!({"where": {"q": "todo"}, "set": {"due": "2025-02-03"}});
    let all = api.patch("/todos", all).await;
    assert_eq!(
        hints(&all),
        ["\"todo 1\", due 2025-02-03T17:00 (mon), and 1 more are overdue, because their due dates are in the past."]
    );
    let past = api.post("/todos", json!({"todos": [{"title": "a", "due": "2025-11-27"}]})).await;
    assert_eq!(hints(&past), ["\"a\" is overdue, because the due date 2025-11-27 (thu) is in the past."]);
    let completed =
        api.patch("/todos", json!({"todos": [{"id": ids[0], "due": "2025-01-01", "status": "completed"}]})).await;
    assert_eq!(hints(&completed), [""; 0], "a completed todo is not overdue: {}", completed.text);
}

#[tokio::test]
async fn an_answer_with_a_time_says_that_the_time_zone_is_not_set_until_it_is() {
    let api = Api::new();
    let says = "The person's time zone is not set, so UTC was used. Ask for it, and set it with updateSettings.";
    for (due, expected) in [("today 5pm", vec![says]), ("tomorrow", vec![says]), ("2026-12-01", vec![])] {
        let added = api.post("/todos", json!({"todos": [{"title": due, "due": due}], "allow_duplicate": true})).await;
        assert_eq!(added.status.as_u16(), 201, "{}", added.text);
        assert_eq!(hints(&added), expected, "{due}");
    }
    api.patch("/settings", json!({"time_zone": "UTC"})).await;
    let added = api.post("/todos", json!({"todos": [{"title": "a", "due": "today 5pm"}]})).await;
    assert_eq!(hints(&added), [""; 0]);
}

#[tokio::test]
async fn times_in_answers_have_the_offset_of_the_person() {
    let api = Api::new();
    api.patch("/settings", json!({"time_zone": "Asia/Kolkata"})).await;
    let added = api.post("/todos", json!({"todos": [{"title": "a"}]})).await;
    assert_eq!(added.body["todos"][0]["created_at"], "2026-11-22T15:30:00+05:30");
    assert_eq!(added.body["change"]["undo_until"], "2026-12-22T15:30:00+05:30");
    let done = api.patch(&format!("/todos/{}", added.ids()[0]), json!({"status": "completed"})).await;
    assert_eq!(done.body["todo"]["completed_at"], "2026-11-22T15:30:00+05:30");
    let listed = api.get("/todos?status=completed").await;
    assert_eq!(listed.body["todos"][0]["completed_at"], "2026-11-22T15:30:00+05:30");
    assert_eq!(listed.body["now"]["utc_offset"], "+05:30");
}

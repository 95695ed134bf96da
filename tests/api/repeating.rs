//! Tests todos that repeat.

use serde_json::{Value, json};

use super::harness::{Answer, Api, at_once};

async fn add(api: &Api, todo: Value) -> String {
    let answer = api.post("/todos", json!({"todos": [todo], "allow_duplicate": true})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.ids().remove(0)
}

async fn complete(api: &Api, id: &str) -> Answer {
    let answer = api.patch(&format!("/todos/{id}"), json!({"status": "completed"})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

#[tokio::test]
async fn completing_adds_the_next_one_in_the_same_change_and_undo_takes_both_back() {
    let api = Api::new();
    let todo = json!({
        "title": "Water plants", "list": "Home", "priority": "high", "notes": "the fern too", "tags": ["green"],
        "due": "2026-11-23T09:00", "repeat": {"every": 1, "unit": "week"},
        "steps": [{"title": "Kitchen", "done": true}, {"title": "Balcony"}],
    });
    let id = add(&api, todo).await;
    let before = api.everything().await;

    let done = complete(&api, &id).await;
    let (completed, next) = (&done.body["todo"], &done.body["next"]);
    assert_eq!((&completed["status"], &next["status"]), (&json!("completed"), &json!("open")), "{}", done.text);
    assert!(completed.get("repeat").is_none(), "the repetition passes on: {}", done.text);
    assert_eq!(next["due"], "2026-11-30T09:00");
    assert_eq!(next["steps"], json!([{"title": "Kitchen", "done": false}, {"title": "Balcony", "done": false}]));
    for field in ["title", "list", "priority", "notes", "tags"] {
        assert_eq!(next[field], completed[field], "{field}");
    }
    assert_eq!(next["repeat"], json!({"every": 1, "unit": "week", "from": "due"}));
    assert_eq!(api.get("/changes").await.body["changes"].as_array().unwrap().len(), 2, "one change for both");

    let undone = api.post("/undo", json!({})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    let (open, mut was) = (api.all("open").await, before["open"][0].clone());
    was["version"] = json!(3);
    assert_eq!(json!(open), json!([was]), "the exact state before, and no next one");
    assert_eq!(api.get(&format!("/todos/{}", next["id"].as_str().unwrap())).await.body["todo"]["status"], "deleted");
}

#[tokio::test]
async fn completing_twice_completes_once() {
    let api = Api::new();
    let id = add(&api, json!({"title": "a", "due": "2026-11-22", "repeat": {"unit": "day"}})).await;
    complete(&api, &id).await;
    let again = complete(&api, &id).await;
    assert_eq!((&again.body["unchanged"], again.body.get("next")), (&json!(true), None), "{}", again.text);
    assert_eq!(api.all("open").await.len(), 1);
    // If a person reopens the todo and completes it again, there is still only one next todo.
    api.patch(&format!("/todos/{id}"), json!({"status": "open"})).await;
    assert_eq!(complete(&api, &id).await.body["next"]["due"], "2026-11-23");
    assert_eq!(api.all("open").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_completions_complete_once() {
    let api = Api::new();
    let id = add(&api, json!({"title": "a", "due": "2026-11-22", "repeat": {"unit": "day"}})).await;
    let request = ("PATCH", format!("/todos/{id}"), json!({"status": "completed"}));
    let mut successors = 0;
    for answer in at_once(&api, vec![request; 20]).await {
        assert!(matches!(answer.status.as_u16(), 200 | 409), "{}", answer.text);
        successors += usize::from(answer.body.get("next").is_some());
    }
    assert_eq!((successors, api.all("open").await.len()), (1, 1));
}

#[tokio::test]
async fn several_completed_in_one_call_have_their_next_ones_in_order() {
    let api = Api::new();
    let daily = add(&api, json!({"title": "daily", "due": "2026-11-22", "repeat": {"unit": "day"}})).await;
    let once = add(&api, json!({"title": "once"})).await;
    let yearly = add(&api, json!({"title": "yearly", "due": "2028-02-29", "repeat": {"unit": "year"}})).await;
    let edits = [&yearly, &once, &daily].map(|id| json!({"id": id, "status": "completed"}));
    let done = api.patch("/todos", json!({"todos": edits})).await;
    assert_eq!(done.ids(), [yearly, once, daily]);
    let next: Vec<_> =
        done.body["next"].as_array().unwrap().iter().map(|todo| (&todo["title"], &todo["due"])).collect();
    assert_eq!(next, [(&json!("yearly"), &json!("2029-02-28")), (&json!("daily"), &json!("2026-11-23"))]);
}

#[tokio::test]
async fn forty_repeating_todos_in_forty_lists_are_completed_in_one_call() {
    let api = Api::new();
    let todo = |n: usize| json!({"title": format!("{n}"), "list": format!("list {n}"), "due": "2026-11-22", "repeat": {"unit": "day"}});
    let ids = api.post("/todos", json!({"todos": (0..40).map(todo).collect::<Vec<_>>()})).await.ids();
    // This call also moves each todo to another list. All these lists exist already, so the call creates no list.
    let edits = ids
        .iter()
        .enumerate()
        .map(|(n, id)| json!({"id": id, "status": "completed", "list": format!("LIST {}", 39 - n)}));
    let done = api.patch("/todos", json!({"todos": edits.collect::<Vec<_>>()})).await;
    let found = json!({"total": 40, "open": 40, "completed": 0, "next": 40, "titles": ["0", "1", "2"]});
    assert_eq!(done.body["found"], found, "{}", done.text);
    let next = api.all("open").await.into_iter().find(|todo| todo["title"] == "0").unwrap();
    assert_eq!((&next["list"], &next["due"]), (&json!("list 39"), &json!("2026-11-23")));
    assert_eq!(api.post("/undo", json!({})).await.body["undid"][0]["todos"], 80);
    assert_eq!(api.all("open").await.len(), 40);
    // This call also creates 40 lists, so one transaction of DynamoDB is not enough.
    let edits =
        ids.iter().enumerate().map(|(n, id)| json!({"id": id, "status": "completed", "list": format!("new {n}")}));
    let done = api.patch("/todos", json!({"todos": edits.collect::<Vec<_>>()})).await;
    assert_eq!(done.body["new_lists"].as_array().unwrap().len(), 40, "{}", done.text);
    assert_eq!(api.post("/undo", json!({})).await.body["undid"][0]["todos"], 80);
    assert_eq!(api.all("open").await.len(), 40);
}

#[tokio::test]
async fn answers_about_twice_forty_todos_of_the_longest_titles_are_short_enough() {
    let api = Api::new();
    let todo = |_| {
        json!({"title": "\"".repeat(500), "list": "\"".repeat(60), "due": "today", "tags": ["x"], "notes": "n", "steps": ["a"],
            "repeat": {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "until": "2030-01-01"}})
    };
    let added =
        api.post("/todos", json!({"todos": (0..80).map(todo).collect::<Vec<_>>(), "allow_duplicate": true})).await;
    assert_eq!(
        added.body["todos"][79]["omitted"],
        json!(["notes", "repeat", "tags", "steps", "title"]),
        "{}",
        added.text
    );
    let ids = &added.ids()[..40];
    let complete: Vec<_> = ids.iter().map(|id| json!({"id": id, "status": "completed"})).collect();
    let done = api.patch("/todos", json!({"todos": complete})).await;
    assert_eq!((&done.body["found"]["open"], &done.body["found"]["next"]), (&json!(40), &json!(40)), "{}", done.text);
    let undone = api.post("/undo", json!({})).await;
    let redone = api.post("/undo", json!({"change_id": undone.change_id()})).await;
    let edits: Vec<_> = ids.iter().map(|id| json!({"id": id, "status": "open"})).collect();
    api.patch("/todos", json!({"todos": edits})).await;
    let refused = api.post("/undo", json!({"change_id": redone.change_id()})).await;
    refused.assert_problem(409, "changed_since");
    let changes = api.get("/changes").await;
    assert!(!changes.body["changes"].as_array().unwrap().is_empty());
    for answer in [added, done, undone, redone, refused, changes] {
        let length = answer.text.chars().count();
        assert!(length < 100_000, "{length}");
    }
}

#[tokio::test]
async fn what_is_sent_back_as_it_was_read_moves_nothing() {
    let api = Api::new();
    let id =
        add(&api, json!({"title": "rent", "due": "2026-10-31", "repeat": {"unit": "month", "until": "2027-12-31"}}))
            .await;
    let next = complete(&api, &id).await.body["next"].clone();
    assert_eq!(next["due"], "2026-11-30");
    let path = format!("/todos/{}", next["id"].as_str().unwrap());
    let same = api.patch(&path, json!({"title": "rent", "due": next["due"], "repeat": next["repeat"]})).await;
    assert_eq!(same.body["unchanged"], true, "{}", same.text);
    // The next request changes only the time of this todo. The series still has no time, and stays on the 31st.
    api.patch(&path, json!({"due": "2026-11-30T09:00"})).await;
    assert_eq!(complete(&api, next["id"].as_str().unwrap()).await.body["next"]["due"], "2026-12-31");
}

#[tokio::test]
async fn the_anchor_day_returns_after_a_short_month() {
    let api = Api::new();
    let mut id = add(&api, json!({"title": "rent", "due": "2027-01-31", "repeat": {"unit": "month"}})).await;
    for due in ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"] {
        let next = complete(&api, &id).await.body["next"].clone();
        assert_eq!(next["due"], due);
        id = next["id"].as_str().unwrap().to_owned();
    }
    // If a person moves the whole series to another day, the API calculates the next due dates from the new day.
    api.patch(&format!("/todos/{id}"), json!({"due": "2027-06-02", "repeat": {"unit": "month"}})).await;
    assert_eq!(complete(&api, &id).await.body["next"]["due"], "2027-07-02");
}

#[tokio::test]
async fn changing_due_keeps_repeat_and_clearing_repeat_keeps_due() {
    let api = Api::new();
    let id =
        add(&api, json!({"title": "a", "due": "2026-11-27", "repeat": {"unit": "week", "until": "2026-11-30"}})).await;
    let path = format!("/todos/{id}");
    let moved = api.patch(&path, json!({"due": "2026-12-04"})).await;
    assert_eq!(moved.body["todo"]["repeat"], json!({"every": 1, "unit": "week", "from": "due", "until": "2026-11-30"}));
    let cleared = api.patch(&path, json!({"clear": ["repeat"]})).await;
    assert_eq!((&cleared.body["todo"]["due"], cleared.body["todo"].get("repeat")), (&json!("2026-12-04"), None));
    assert!(complete(&api, &id).await.body.get("next").is_none());
}

#[tokio::test]
async fn a_repeating_todo_without_a_due_date_gets_its_first_one_and_keeps_one() {
    let api = Api::new();
    let daily = add(&api, json!({"title": "a", "repeat": {"unit": "day"}})).await;
    assert_eq!(api.get(&format!("/todos/{daily}")).await.body["todo"]["due"], "2026-11-22");
    let fridays = add(&api, json!({"title": "b", "repeat": {"weekdays": ["fri"]}})).await;
    assert_eq!(api.get(&format!("/todos/{fridays}")).await.body["todo"]["due"], "2026-11-27");
    let refused = api.patch(&format!("/todos/{daily}"), json!({"clear": ["due"]})).await;
    refused.assert_problem(422, "invalid");
    refused.assert_error("clear", "also clear `repeat`");
    let both = api.patch(&format!("/todos/{daily}"), json!({"clear": ["due", "repeat"]})).await;
    assert_eq!(both.status, 200, "{}", both.text);
}

#[tokio::test]
async fn the_last_one_has_no_next_one() {
    let api = Api::new();
    let todo = json!({"title": "a", "due": "2026-11-22", "repeat": {"unit": "day", "until": "2026-11-23"}});
    let id = add(&api, todo).await;
    let next = complete(&api, &id).await.body["next"].clone();
    let last = complete(&api, next["id"].as_str().unwrap()).await;
    assert!(last.body.get("next").is_none(), "{}", last.text);
    let refused = api
        .post(
            "/todos",
            json!({"todos": [{"title": "b", "due": "2026-11-22", "repeat": {"unit": "day", "until": "2026-11-21"}}]}),
        )
        .await;
    refused.assert_problem(422, "invalid");
    refused.assert_error("todos[0].repeat.until", "must not be before the due date");
}

#[tokio::test]
async fn counted_from_completion_the_day_it_was_done_counts() {
    let api = Api::new();
    let todo =
        json!({"title": "a", "due": "2026-11-01T08:00", "repeat": {"every": 10, "unit": "day", "from": "completion"}});
    let id = add(&api, todo).await;
    assert_eq!(complete(&api, &id).await.body["next"]["due"], "2026-12-02T08:00");
}

#[tokio::test]
async fn what_followed_and_was_changed_since_is_not_lost_by_an_undo() {
    let api = Api::new();
    let id = add(&api, json!({"title": "a", "due": "2026-11-22", "repeat": {"unit": "day"}})).await;
    let done = complete(&api, &id).await;
    let next = done.body["next"]["id"].as_str().unwrap().to_owned();
    api.patch(&format!("/todos/{next}"), json!({"notes": "important"})).await;
    let refused = api.post("/undo", json!({"change_id": done.change_id()})).await;
    refused.assert_problem(409, "changed_since");
    refused.assert_error("change_id", &next);
}

#[tokio::test]
async fn a_completion_repeated_with_its_key_names_the_same_next_one() {
    let api = Api::new();
    let id = add(&api, json!({"title": "a", "due": "2026-11-22", "repeat": {"unit": "day"}})).await;
    let body = json!({"status": "completed", "idempotency_key": "k"});
    let first = api.patch(&format!("/todos/{id}"), body.clone()).await;
    let again = api.patch(&format!("/todos/{id}"), body).await;
    assert_eq!((&again.body["replayed"], &again.body["next"]), (&json!(true), &first.body["next"]), "{}", again.text);
}

#[tokio::test]
async fn every_two_weeks_counts_weeks_as_the_owner_does() {
    // The todo is due on a Sunday. If weeks start on Monday, Sunday is the last day of a week. If weeks start on
    // Sunday, Sunday is the first day of a week.
    for (week_start, next) in [("mon", "2026-12-02"), ("sun", "2026-11-25")] {
        let api = Api::new();
        api.patch("/settings", json!({"week_start": week_start})).await;
        let todo = json!({"title": "a", "due": "2026-11-22", "repeat": {"every": 2, "unit": "week", "weekdays": ["wed", "sun"]}});
        let id = add(&api, todo).await;
        assert_eq!(complete(&api, &id).await.body["next"]["due"], next, "{week_start}");
    }
}

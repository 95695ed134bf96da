//! Tests of series: days of the month, series with a count, and skipped, moved and deleted todos of a series.

use serde_json::{Value, json};

use super::harness::{Answer, Api};

pub async fn add(api: &Api, todo: Value) -> String {
    let answer = api.post("/todos", json!({"todos": [todo], "allow_duplicate": true})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.ids().remove(0)
}

pub async fn edit(api: &Api, id: &str, edit: Value) -> Answer {
    let answer = api.patch(&format!("/todos/{id}"), edit).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

pub async fn complete(api: &Api, id: &str) -> Answer {
    edit(api, id, json!({"status": "completed"})).await
}

pub async fn todo(api: &Api, id: &str) -> Value {
    api.get(&format!("/todos/{id}")).await.body["todo"].clone()
}

pub fn id(todo: &Value) -> String {
    todo["id"].as_str().unwrap().to_owned()
}

/// A weekly todo that is due on Tuesday, 24 November 2026. The clock of the tests shows Sunday, 22 November.
pub fn bins() -> Value {
    json!({"title": "Bins", "due": "2026-11-24T07:00", "repeat": {"unit": "week"}})
}

#[tokio::test]
async fn a_day_of_the_month_is_answered_in_one_spelling() {
    let api = Api::new();
    let todo = json!({"title": "Report", "repeat": {"unit": "month", "on": "Last working day"}});
    let report = self::todo(&api, &add(&api, todo).await).await;
    assert_eq!(report["due"], "2026-11-30");
    assert_eq!(report["repeat"], json!({"every": 1, "unit": "month", "on": "last workday", "from": "due"}));
    assert_eq!(complete(&api, &id(&report)).await.body["next"]["due"], "2026-12-31");
    // The caller may choose another first date. Then the series continues on the 15th of each month.
    let todo = json!({"title": "Rent", "due": "2026-11-20", "repeat": {"on": 15}});
    let rent = add(&api, todo).await;
    let next = complete(&api, &rent).await.body["next"].clone();
    assert_eq!((&next["due"], &next["repeat"]["on"]), (&json!("2026-12-15"), &json!("15")));
}

#[tokio::test]
async fn days_that_do_not_belong_to_the_unit_are_refused_with_what_to_send() {
    let api = Api::new();
    for (repeat, says) in [
        (json!({"unit": "week", "on": "first mon"}), "send unit week with `weekdays`"),
        (json!({"unit": "month", "weekdays": ["mon"]}), "send `on` instead"),
        (json!({"unit": "month", "weekdays": ["mon"], "on": "15"}), "only one of `weekdays` and `on`"),
        (json!({"unit": "day", "count": 3, "until": "2027-01-01"}), "only one of `until` and `count`"),
    ] {
        let refused = api.post("/todos", json!({"todos": [{"title": "a", "repeat": repeat}]})).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error("todos[0].repeat", says);
    }
    for (field, value, says) in [("on", json!("5th mon"), "\"last workday\""), ("count", json!(0), "from 1 to 1000")] {
        let repeat = json!({"unit": "month", field: value});
        let refused = api.post("/todos", json!({"todos": [{"title": "a", "repeat": repeat}]})).await;
        refused.assert_error(&format!("todos[0].repeat.{field}"), says);
    }
}

#[tokio::test]
async fn a_series_with_a_count_ends_after_as_many_todos() {
    let api = Api::new();
    let mut pill =
        add(&api, json!({"title": "Pill", "due": "2026-11-22", "repeat": {"unit": "day", "count": 3}})).await;
    for left in [2, 1] {
        let next = complete(&api, &pill).await.body["next"].clone();
        assert_eq!(next["repeat"]["count"], left);
        pill = id(&next);
    }
    assert!(complete(&api, &pill).await.body.get("next").is_none());
    assert!(api.all("open").await.is_empty());
}

#[tokio::test]
async fn a_moved_todo_does_not_move_its_series() {
    let api = Api::new();
    let first = add(&api, bins()).await;
    let moved = edit(&api, &first, json!({"due": "2026-11-27T18:00"})).await;
    assert_eq!(moved.body["todo"]["series_due"], "2026-11-24T07:00", "{}", moved.text);
    let next = complete(&api, &first).await.body["next"].clone();
    assert_eq!((&next["due"], next.get("series_due")), (&json!("2026-12-01T07:00"), None));
    // After two moves, `series_due` is still the date in the series. After a move back to this date, there is no
    // `series_due`.
    let path = format!("/todos/{}", id(&next));
    for due in ["2026-12-02", "2026-12-03T08:00"] {
        assert_eq!(api.patch(&path, json!({ "due": due })).await.body["todo"]["series_due"], "2026-12-01T07:00");
    }
    assert!(edit(&api, &id(&next), json!({"due": "2026-12-01T07:00"})).await.body["todo"].get("series_due").is_none());
    // If a todo is moved past the next date of the series, the series leaves out this next date.
    edit(&api, &id(&next), json!({"due": "2026-12-09"})).await;
    assert_eq!(complete(&api, &id(&next)).await.body["next"]["due"], "2026-12-15T07:00");
}

#[tokio::test]
async fn due_with_repeat_begins_the_series_again() {
    let api = Api::new();
    for (edits, next) in [
        (vec![json!({"due": "2026-11-27", "repeat": {"unit": "week"}})], "2026-12-04T07:00"),
        (vec![json!({"due": "2026-11-27"}), json!({"repeat": {"weekdays": ["fri"]}})], "2026-12-04T07:00"),
        (vec![json!({"due": "2026-11-27", "repeat": {"unit": "month", "on": "3"}})], "2026-12-03T07:00"),
        // The caller has read this due date and sends it back with a new repetition. Then the date in the series stays.
        (
            vec![
                json!({"due": "2026-11-27T07:00"}),
                json!({"due": "2026-11-27T07:00", "repeat": {"unit": "week", "until": "2027-01-31"}}),
            ],
            "2026-12-01T07:00",
        ),
        (vec![json!({"due": "2026-11-27"}), json!({"repeat": {"every": 2, "unit": "week"}})], "2026-12-08T07:00"),
    ] {
        let first = add(&api, bins()).await;
        for change in &edits {
            edit(&api, &first, change.clone()).await;
        }
        assert_eq!(complete(&api, &first).await.body["next"]["due"], next, "{edits:?}");
    }
}

#[tokio::test]
async fn an_undo_gives_back_the_date_in_the_series() {
    let api = Api::new();
    let first = add(&api, bins()).await;
    let moved = edit(&api, &first, json!({"due": "2026-11-27"})).await;
    api.post("/undo", json!({})).await;
    let undone = todo(&api, &first).await;
    assert_eq!((&undone["due"], undone.get("series_due")), (&json!("2026-11-24T07:00"), None));
    edit(&api, &first, json!({"due": "2026-11-26"})).await;
    let skipped = edit(&api, &first, json!({"status": "skipped"})).await;
    api.post("/undo", json!({"change_id": skipped.change_id()})).await;
    let undone = todo(&api, &first).await;
    assert_eq!((&undone["due"], &undone["series_due"]), (&json!("2026-11-26T07:00"), &json!("2026-11-24T07:00")));
    let refused = api.post("/undo", json!({"change_id": moved.change_id()})).await;
    refused.assert_problem(409, "already_undone");
}

#[tokio::test]
async fn a_monthly_todo_that_is_moved_stays_on_the_31st() {
    let api = Api::new();
    let rent = add(&api, json!({"title": "Rent", "due": "2026-10-31", "repeat": {"unit": "month"}})).await;
    let next = complete(&api, &rent).await.body["next"].clone();
    assert_eq!(next["due"], "2026-11-30");
    edit(&api, &id(&next), json!({"due": "2026-12-03"})).await;
    assert_eq!(complete(&api, &id(&next)).await.body["next"]["due"], "2026-12-31");
}

#[tokio::test]
async fn a_skipped_todo_is_due_on_the_next_date_and_is_not_completed() {
    let api = Api::new();
    let mut bins = bins();
    bins["steps"] = json!([{"title": "Paper", "done": true}, {"title": "Glass"}]);
    bins["repeat"]["count"] = json!(3);
    let first = add(&api, bins).await;
    let skipped = edit(&api, &first, json!({"status": "skipped"})).await;
    let todo = &skipped.body["todo"];
    assert_eq!((&todo["status"], &todo["due"]), (&json!("open"), &json!("2026-12-01T07:00")), "{}", skipped.text);
    assert_eq!((&todo["repeat"]["count"], &todo["steps"][0]["done"]), (&json!(2), &json!(false)));
    assert!(api.all("completed").await.is_empty());
    let undone = api.post("/undo", json!({})).await;
    assert_eq!(undone.body["todos"][0]["due"], "2026-11-24T07:00");
    assert_eq!(undone.body["todos"][0]["steps"][0]["done"], true);
}

#[tokio::test]
async fn a_skipped_todo_that_was_moved_or_counts_from_completion_is_due_later() {
    let api = Api::new();
    let first = add(&api, bins()).await;
    edit(&api, &first, json!({"due": "2026-12-02"})).await;
    assert_eq!(edit(&api, &first, json!({"status": "skip"})).await.body["todo"]["due"], "2026-12-08T07:00");
    let repeat = json!({"every": 2, "unit": "day", "from": "completion"});
    let plants = add(&api, json!({"title": "Plants", "due": "2026-11-30", "repeat": repeat})).await;
    assert_eq!(edit(&api, &plants, json!({"status": "skipped"})).await.body["todo"]["due"], "2026-12-02");
}

#[tokio::test]
async fn a_skip_that_comes_twice_skips_once() {
    let api = Api::new();
    let first = add(&api, bins()).await;
    edit(&api, &first, json!({"status": "skipped"})).await;
    let again = edit(&api, &first, json!({"status": "skipped"})).await;
    assert_eq!(again.body["replayed"], true, "{}", again.text);
    assert_eq!(todo(&api, &first).await["due"], "2026-12-01T07:00");
}

#[tokio::test]
async fn skipping_the_last_todo_of_a_series_deletes_it_and_says_so() {
    let api = Api::new();
    let mut bins = bins();
    bins["repeat"]["until"] = json!("2026-11-30");
    let first = add(&api, bins).await;
    let skipped = edit(&api, &first, json!({"status": "skipped"})).await;
    assert_eq!(skipped.body["todo"]["status"], "deleted", "{}", skipped.text);
    assert!(skipped.body["hints"][0].as_str().unwrap().contains("series ended"), "{}", skipped.text);
    api.post("/undo", json!({})).await;
    assert_eq!(todo(&api, &first).await["status"], "open");
}

#[tokio::test]
async fn only_an_open_repeating_todo_can_be_skipped_and_a_skip_has_no_other_date() {
    let api = Api::new();
    let once = add(&api, json!({"title": "Once", "due": "2026-11-24"})).await;
    let refused = api.patch("/todos", json!({"todos": [{"id": once, "status": "skipped"}]})).await;
    refused.assert_problem(422, "invalid");
    refused.assert_error("todos[0].status", "does not repeat");
    let first = add(&api, bins()).await;
    for (field, value) in [("due", json!("2026-12-24")), ("repeat", json!({"unit": "day"})), ("clear", json!(["due"]))]
    {
        let refused = api.patch(&format!("/todos/{first}"), json!({"status": "skipped", field: value})).await;
        refused.assert_error(field, "status skipped");
    }
    complete(&api, &first).await;
    let refused = api.patch(&format!("/todos/{first}"), json!({"status": "skipped"})).await;
    refused.assert_error("status", "not open");
}

#[tokio::test]
async fn all_todos_that_match_can_be_skipped() {
    let api = Api::new();
    for title in ["Bins", "Paper"] {
        let mut todo = bins();
        todo["title"] = json!(title);
        todo["list"] = json!("House");
        add(&api, todo).await;
    }
    // The completed todos of the same series cannot be skipped. So without a status, only open todos are skipped.
    let done = complete(&api, &id(&api.all("open").await[0])).await;
    edit(&api, &id(&done.body["next"]), json!({"due": "2026-11-24T07:00"})).await;
    let skip = json!({"where": {"list": ["House"]}, "set": {"status": "skipped"}});
    let skipped = api.patch("/todos", skip).await;
    assert_eq!((&skipped.body["found"]["open"], skipped.status.as_u16()), (&json!(2), 200), "{}", skipped.text);
    let mut due: Vec<_> = api.all("open").await.iter().map(|todo| todo["due"].to_string()).collect();
    due.sort();
    assert_eq!(due, ["\"2026-12-01T07:00\"", "\"2026-12-08T07:00\""]);
    api.patch("/todos", json!({"where": {}, "set": {"status": "skipped"}})).await.assert_problem(422, "invalid");
    api.post("/undo", json!({})).await;
    assert!(api.all("open").await.iter().all(|todo| todo["due"] == "2026-11-24T07:00"));
}

#[tokio::test]
async fn deleting_one_of_a_series_says_that_the_series_ends_and_how_to_skip() {
    let api = Api::new();
    let first = add(&api, bins()).await;
    let deleted = api.delete(&format!("/todos?ids={first}")).await;
    let hint = deleted.body["hints"][0].as_str().unwrap();
    assert!(hint.contains("\"Bins\"") && hint.contains("its series ends") && hint.contains("skipped"), "{hint}");
    let once = add(&api, json!({"title": "Once"})).await;
    assert!(api.delete(&format!("/todos?ids={once}")).await.body.get("hints").is_none());
    for _ in 0..3 {
        add(&api, bins()).await;
    }
    let deleted = api.delete("/todos?list=Inbox").await;
    let hint = deleted.body["hints"][0].as_str().unwrap();
    assert!(hint.starts_with("\"Bins\" and 2 more were repeating"), "{hint}");
}

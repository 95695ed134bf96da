//! Todos that repeat: the days of a month, moving, skipping, deleting and reopening one of a series. The clock shows
//! Sunday, 22 November 2026.

use serde_json::{Value, json};

use super::assistant::{Assistant, assistants};

async fn add(assistant: &mut Assistant, todos: Value) -> Vec<Value> {
    assistant.call("addTodos", json!({ "todos": todos })).await["todos"].as_array().unwrap().clone()
}

async fn complete(assistant: &mut Assistant, todo: &Value) -> Value {
    let done = json!({"todos": [{"id": todo["id"], "status": "completed"}]});
    assistant.call("updateTodos", done).await["next"][0].clone()
}

/// The titles and due dates of all open todos.
async fn open(assistant: &Assistant) -> Vec<String> {
    let todos = assistant.todos_with("open").await;
    let mut texts: Vec<_> = todos
        .iter()
        .map(|todo| format!("{} {}", todo["due"].as_str().unwrap_or("none"), todo["title"].as_str().unwrap()))
        .collect();
    texts.sort();
    texts
}

#[tokio::test]
async fn every_second_tuesday_the_last_working_day_and_weekdays_until_christmas() {
    let [mut claude] = assistants(["Claude"]).await;
    for (wish, repeat, first, next) in [
        ("every second Tuesday", json!({"every": 2, "unit": "week", "weekdays": ["tue"]}), "2026-11-24", "2026-12-08"),
        (
            "last working day of each month",
            json!({"unit": "month", "on": "last working day"}),
            "2026-11-30",
            "2026-12-31",
        ),
        (
            "weekdays until Christmas",
            json!({"weekdays": ["mon", "tue", "wed", "thu", "fri"], "until": "2026-12-24"}),
            "2026-11-23",
            "2026-11-24",
        ),
        ("the first Monday of each month", json!({"unit": "month", "on": "first monday"}), "2026-12-07", "2027-01-04"),
        ("ten times, every Friday", json!({"weekdays": ["fri"], "count": 10}), "2026-11-27", "2026-12-04"),
    ] {
        claude.hears(wish);
        let todo = add(&mut claude, json!([{"title": wish, "repeat": repeat}])).await.remove(0);
        claude.needed_at_most_two_calls();
        assert_eq!(todo["due"], first, "{wish}: {todo}");
        assert_eq!(complete(&mut claude, &todo).await["due"], next, "{wish}");
    }
}

#[tokio::test]
async fn move_everything_overdue_to_tomorrow_and_the_series_stays_on_tuesday() {
    let [mut claude] = assistants(["Claude"]).await;
    let todos = json!([
        {"title": "Bins", "due": "2026-11-17", "repeat": {"unit": "week"}},
        {"title": "Taxes", "due": "2026-11-19"},
    ]);
    let bins = add(&mut claude, todos).await.remove(0);
    claude.hears("move everything overdue to tomorrow");
    claude.call("updateTodos", json!({"where": {"due": ["overdue"]}, "set": {"due": "tomorrow"}})).await;
    claude.needed_at_most_two_calls();
    assert_eq!(open(&claude).await, ["2026-11-23 Bins", "2026-11-23 Taxes"]);
    assert_eq!(complete(&mut claude, &bins).await["due"], "2026-11-24", "a Tuesday");
}

#[tokio::test]
async fn pay_the_rent_early_and_the_next_stays_on_the_first() {
    let [mut claude] = assistants(["Claude"]).await;
    let rent = json!([{"title": "Rent", "due": "2026-12-01", "repeat": {"unit": "month"}}]);
    let rent = add(&mut claude, rent).await.remove(0);
    claude.hears("I have paid the rent already");
    assert_eq!(complete(&mut claude, &rent).await["due"], "2027-01-01");
    claude.hears("pay the next one on the 4th, the 1st is a holiday");
    let next = claude.call("getTodos", json!({"q": "rent"})).await["todos"][0].clone();
    let edit = json!({"todos": [{"id": next["id"], "due": "2027-01-04"}]});
    let moved = claude.call("updateTodos", edit).await["todos"][0].clone();
    claude.needed_at_most_two_calls();
    assert_eq!((&moved["due"], &moved["series_due"]), (&json!("2027-01-04"), &json!("2027-01-01")));
    assert_eq!(complete(&mut claude, &next).await["due"], "2027-02-01");
}

#[tokio::test]
async fn skip_this_weeks_bins() {
    let [mut claude] = assistants(["Claude"]).await;
    let bins = json!([{"title": "Bins", "list": "House", "due": "2026-11-24T07:00", "repeat": {"unit": "week"}}]);
    let bins = add(&mut claude, bins).await.remove(0);
    claude.hears("skip this week's bins");
    claude.call("getTodos", json!({"q": "bins"})).await;
    let skipped = claude.call("updateTodos", json!({"todos": [{"id": bins["id"], "status": "skipped"}]})).await;
    claude.needed_at_most_two_calls();
    assert_eq!(skipped["todos"][0]["due"], "2026-12-01T07:00", "{skipped}");
    assert!(claude.titles("completed").await.is_empty());
    claude.hears("no, we are at home after all");
    claude.call("undoChange", json!({})).await;
    assert_eq!(open(&claude).await, ["2026-11-24T07:00 Bins"]);
    // A model that deletes the todo instead learns from the answer how to skip.
    let deleted = claude.call("deleteTodos", json!({"ids": bins["id"]})).await;
    assert!(deleted["hints"][0].as_str().unwrap().contains("status skipped"), "{deleted}");
}

#[tokio::test]
async fn i_did_not_do_it_after_all() {
    let [mut claude] = assistants(["Claude"]).await;
    let bins = json!([{"title": "Bins", "due": "2026-11-24", "repeat": {"unit": "week"}}]);
    let bins = add(&mut claude, bins).await.remove(0);
    complete(&mut claude, &bins).await;
    claude.hears("I did not take out the bins after all");
    let open_again = json!({"where": {"q": "bins", "status": ["completed"]}, "set": {"status": "open"}});
    claude.call("updateTodos", open_again).await;
    claude.needed_at_most_two_calls();
    assert_eq!(open(&claude).await, ["2026-11-24 Bins"], "not two bins");
    assert_eq!(complete(&mut claude, &bins).await["due"], "2026-12-01");
}

#[tokio::test]
async fn next_week_day_by_day() {
    let [mut claude] = assistants(["Claude"]).await;
    add(
        &mut claude,
        json!([
            {"title": "Pills", "due": "today", "repeat": {"unit": "day"}},
            {"title": "Gym", "due": "2026-11-24", "repeat": {"weekdays": ["tue", "thu"]}},
            {"title": "Dentist", "due": "2026-11-26"},
        ]),
    )
    .await;
    claude.hears("what is on next week, day by day?");
    let week = claude.call("getTodos", json!({"due_from": "2026-11-23", "due_to": "2026-11-29"})).await;
    claude.needed_at_most_two_calls();
    let mut days: Vec<String> = week["todos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|todo| format!("{} {}", todo["due"].as_str().unwrap(), todo["title"].as_str().unwrap()))
        .collect();
    days.extend(week["upcoming"].as_array().unwrap().iter().map(|text| {
        text.as_str().unwrap().split(' ').filter(|word| !word.starts_with('(')).collect::<Vec<_>>().join(" ")
    }));
    days.sort();
    assert_eq!(
        days,
        [
            "2026-11-23 Pills",
            "2026-11-24 Gym",
            "2026-11-24 Pills",
            "2026-11-25 Pills",
            "2026-11-26 Dentist",
            "2026-11-26 Gym",
            "2026-11-26 Pills",
            "2026-11-27 Pills",
            "2026-11-28 Pills",
            "2026-11-29 Pills",
        ]
    );
}

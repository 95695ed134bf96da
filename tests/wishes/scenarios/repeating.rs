//! Wishes about todos that repeat. The clock shows Sunday, 22 November 2026.

use serde_json::{Value, json};

use crate::wish::{Wish, id, wish};

wishes![
    every_second_tuesday,
    the_last_working_day_of_each_month,
    weekdays_at_7_30_until_christmas,
    skip_this_weeks_bins,
    rent_early_and_the_next_stays_on_the_first,
    next_week_day_by_day,
];

/// The assistant adds a repeating todo in one call. The todo must be due on `first`, and the next one on `second`.
fn series(wish: Wish, new: Value, stored: Value, second: &str) -> Wish {
    let title = new["title"].as_str().unwrap().to_owned();
    wish.call("addTodos", json!({"todos": [new]}))
        .then(move |state| state.add(stored.clone()))
        .after("updateTodos", json!({"todos": [{"id": id(&title), "status": "completed"}]}))
        .shows("/next/0/due", json!(second))
}

fn every_second_tuesday() -> Wish {
    series(
        wish(15, "Put out the paper bin every second Tuesday"),
        json!({"title": "Paper bin", "due": "tuesday", "repeat": {"unit": "week", "every": 2, "weekdays": ["tue"]}}),
        json!({"title": "Paper bin", "due": "2026-11-24", "repeat": {"unit": "week", "every": 2, "weekdays": ["tue"]}}),
        "2026-12-08",
    )
}

fn the_last_working_day_of_each_month() -> Wish {
    series(
        wish(16, "Send the invoice on the last working day of each month"),
        json!({"title": "Send the invoice", "repeat": {"unit": "month", "on": "last working day"}}),
        json!({
            "title": "Send the invoice", "due": "2026-11-30",
            "repeat": {"unit": "month", "on": "last workday"},
        }),
        "2026-12-31",
    )
}

fn weekdays_at_7_30_until_christmas() -> Wish {
    let weekdays = ["mon", "tue", "wed", "thu", "fri"];
    series(
        wish(17, "Swim on weekdays at 7:30 until Christmas"),
        json!({
            "title": "Swim", "due": "2026-11-23T07:30",
            "repeat": {"unit": "week", "weekdays": weekdays, "until": "2026-12-24"},
        }),
        json!({
            "title": "Swim", "due": "2026-11-23T07:30",
            "repeat": {"unit": "week", "weekdays": weekdays, "until": "2026-12-24"},
        }),
        "2026-11-24T07:30",
    )
}

fn skip_this_weeks_bins() -> Wish {
    wish(18, "Skip this week's bins")
        .seed(json!([
            {"title": "Bins", "list": "House", "due": "2026-11-24T07:00", "repeat": {"unit": "week"}},
            {"title": "Clean the bins", "list": "House"},
        ]))
        .call("getTodos", json!({"q": "bins"}))
        .call("updateTodos", json!({"todos": [{"id": id("Bins"), "status": "skipped"}]}))
        .then(|state| state.set("Bins", "due", json!("2026-12-01T07:00")))
        .undone()
        // A model that deletes the todo learns from the answer how to skip.
        .after("deleteTodos", json!({"ids": id("Bins")}))
        .contains("status skipped")
}

fn rent_early_and_the_next_stays_on_the_first() -> Wish {
    wish(38, "I've paid December's rent already")
        .seed(json!([{"title": "Rent", "due": "2026-12-01", "repeat": {"unit": "month"}}, {"title": "Call Ann"}]))
        .call("getTodos", json!({"q": "rent"}))
        .call("updateTodos", json!({"todos": [{"id": id("Rent"), "status": "completed"}]}))
        .shows("/next/0/due", json!("2027-01-01"))
        .then(|state| {
            let mut next = state.todo("Rent").clone();
            state.set("Rent", "status", json!("completed"));
            state.set("Rent", "repeat", Value::Null);
            next["due"] = json!("2027-01-01");
            next.as_object_mut().unwrap().remove("id");
            state.add(next);
        })
        .after("undoChange", json!({}))
        .after("getTodos", json!({}))
        .titles(["Rent", "Call Ann"])
}

fn next_week_day_by_day() -> Wish {
    wish(40, "What is on next week, day by day?")
        .seed(json!([
            {"title": "Pills", "due": "today", "repeat": {"unit": "day"}},
            {"title": "Gym", "due": "2026-11-24", "repeat": {"unit": "week", "weekdays": ["tue", "thu"]}},
            {"title": "Zahnarzt", "due": "2026-11-26T08:45"},
            {"title": "Later", "due": "2026-11-30"},
        ]))
        .call("getTodos", json!({"due_from": "2026-11-23", "due_to": "2026-11-29"}))
        .titles(["Gym", "Zahnarzt"])
        .contains("2026-11-23 (monday) Pills")
        .contains("2026-11-26 (thursday) Gym")
        .contains("2026-11-29 (sunday) Pills")
        .shows("/upcoming/8", json!(null))
        .then_nothing_changed()
}

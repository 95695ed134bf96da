//! Tests days and times in the owner's time zone.

use serde_json::{Value, json};

use super::harness::Api;

const ZONES: [&str; 3] = ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"];

fn titles(answer: &super::harness::Answer) -> Vec<&str> {
    answer.body["todos"].as_array().unwrap().iter().map(|todo| todo["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn today_is_the_owners_on_either_side_of_midnight() {
    for zone in ZONES {
        let api = Api::new();
        api.patch("/settings", json!({"time_zone": zone})).await;
        let todos = [
            "2026-11-21",
            "2026-11-22",
            "2026-11-22T23:59",
            "2026-11-23",
            "2026-11-23T00:00",
            "2026-11-24",
            "2026-11-30",
        ];
        let mut todos: Vec<Value> = todos.iter().map(|due| json!({"title": due, "due": due})).collect();
        todos.push(json!({"title": "undated"}));
        assert_eq!(api.post("/todos", json!({"todos": todos})).await.status, 201);
        let due = async |word: &str| {
            let answer = api.get(&format!("/todos?due={word}")).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            titles(&answer).join(" ")
        };

        api.clock.set("2026-11-22T23:59:10", zone);
        assert_eq!(due("today").await, "2026-11-21 2026-11-22 2026-11-22T23:59", "{zone}");
        assert_eq!(due("overdue").await, "2026-11-21 2026-11-22T23:59", "{zone}");
        assert_eq!(due("tomorrow").await, "2026-11-23 2026-11-23T00:00", "{zone}");
        assert_eq!(due("next_7_days").await, "2026-11-23 2026-11-23T00:00 2026-11-24", "{zone}");
        assert_eq!(due("none").await, "undated", "{zone}");

        api.clock.set("2026-11-23T00:01:00", zone);
        assert_eq!(due("today").await, "2026-11-21 2026-11-22 2026-11-22T23:59 2026-11-23 2026-11-23T00:00", "{zone}");
        assert_eq!(due("overdue").await, "2026-11-21 2026-11-22 2026-11-22T23:59 2026-11-23T00:00", "{zone}");
        assert_eq!(due("tomorrow").await, "2026-11-24", "{zone}");
        assert_eq!(due("next_7_days").await, "2026-11-24 2026-11-30", "{zone}");
    }
}

#[tokio::test]
async fn a_relative_due_date_is_resolved_on_the_owners_clock_and_answered() {
    for (zone, today) in
        [("Pacific/Kiritimati", "2026-11-23"), ("America/Los_Angeles", "2026-11-22"), ("UTC", "2026-11-22")]
    {
        let api = Api::new();
        api.patch("/settings", json!({"time_zone": zone})).await;
        let added = api.post("/todos", json!({"todos": [{"title": "a", "due": "today"}]})).await;
        assert_eq!(added.body["todos"][0]["due"], today, "{zone}");
        let id = &added.ids()[0];
        let edited = api.patch(&format!("/todos/{id}"), json!({"due": "2026-11-27T15:00:00Z"})).await;
        let local = jiff::Timestamp::from_second(1_795_791_600).unwrap().in_tz(zone).unwrap();
        assert_eq!(edited.body["todo"]["due"], local.strftime("%Y-%m-%dT%H:%M").to_string(), "{zone}");
    }
}

#[tokio::test]
async fn what_was_completed_is_found_by_the_owners_day() {
    for zone in ZONES {
        let api = Api::new();
        api.patch("/settings", json!({"time_zone": zone})).await;
        for (day, time) in [("15", "23:59"), ("16", "00:01"), ("22", "23:59"), ("23", "00:01")] {
            let at = format!("2026-11-{day}T{time}:00");
            api.clock.set(&at, zone);
            let id = api.add(&[&format!("{day} {time}")]).await.remove(0);
            api.patch(&format!("/todos/{id}"), json!({"status": "completed"})).await;
        }
        let week = api.get("/todos?completed_from=2026-11-16&completed_to=2026-11-22").await;
        assert_eq!(titles(&week), ["22 23:59", "16 00:01"], "{zone}: {}", week.text);
        assert_eq!(titles(&api.get("/todos?status=completed&completed_from=2026-11-23").await), ["23 00:01"], "{zone}");
        assert_eq!(titles(&api.get("/todos?completed_to=2026-11-15").await), ["15 23:59"], "{zone}");
    }
}

#[tokio::test]
async fn filters_that_exclude_each_other_are_refused() {
    let api = Api::new();
    for (query, path, says) in [
        ("due=friday", "due", "to choose other days, send `due_from` and `due_to`"),
        ("due=today&due_from=2026-11-22", "due", "cannot be sent together with `due_from`"),
        ("status=open&completed_from=2026-11-22", "status", "must be `completed`, or left out"),
        ("completed_from=2026-11-22&completed_to=2026-11-21", "completed_to", "must not be before completed_from"),
        ("completed_from=recently", "completed_from", "yesterday"),
    ] {
        let answer = api.get(&format!("/todos?{query}")).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error(path, says);
    }
}

#[tokio::test]
async fn a_page_of_a_relative_filter_goes_on() {
    let api = Api::new();
    let todos: Vec<_> = (0..5).map(|n| json!({"title": format!("{n}"), "due": "today"})).collect();
    api.post("/todos", json!({"todos": todos})).await;
    let first = api.get("/todos?due=today&limit=3").await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = api.get(&format!("/todos?due=today&limit=3&cursor={cursor}")).await;
    assert_eq!((first.ids().len(), second.ids().len()), (3, 2));
    assert!(second.body.get("next_cursor").is_none());
}

#[tokio::test]
async fn a_short_page_of_many_reads_no_more_than_it_shows() {
    let api = Api::new();
    for due in [json!(null), json!("2026-11-01"), json!("2026-11-20")] {
        let todos: Vec<_> = (0..25).map(|n| json!({"title": format!("{n}"), "due": due})).collect();
        assert_eq!(api.post("/todos", json!({"todos": todos})).await.status, 201);
    }
    api.wire.take_limits();
    for query in
        ["due=none", "due=today", "due=overdue", "due_to=2026-11-20", "status=completed&completed_from=2026-11-01"]
    {
        let page = api.get(&format!("/todos?{query}&limit=1")).await;
        assert_eq!(page.ids().len(), usize::from(!query.contains("completed")), "{query}");
        // The Query reads one extra todo, to see whether another page follows. In the index, the settings item is
        // directly before the first open todo. So some Queries also read the settings. The answer about completed todos
        // contains their number, so this Query reads all of them.
        let beginning = !query.contains("none") && !query.contains("completed");
        let limit = if query.contains("completed") { None } else { Some(if beginning { 3 } else { 2 }) };
        assert_eq!(api.wire.take_limits(), [limit], "{query}");
    }
}

#[tokio::test]
async fn changing_the_time_zone_leaves_due_dates_on_the_clock() {
    let api = Api::new();
    let id = api.post("/todos", json!({"todos": [{"title": "a", "due": "2026-11-27T09:00"}]})).await.ids().remove(0);
    api.patch("/settings", json!({"time_zone": "Asia/Tokyo"})).await;
    assert_eq!(api.get(&format!("/todos/{id}")).await.body["todo"]["due"], "2026-11-27T09:00");
}

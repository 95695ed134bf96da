//! Tests the overview, which shows the due todos with one call.

use serde_json::{Value, json};

use super::harness::Api;

#[tokio::test]
async fn the_overview_counts_and_shows_what_is_due() {
    let api = Api::new();
    api.clock.set("2026-11-22T10:00:00", "Asia/Kathmandu");
    api.patch("/settings", json!({"time_zone": "Asia/Kathmandu"})).await;
    let todos = json!([
        {"title": "late", "due": "2026-11-20", "list": "Work", "tags": ["x"]},
        {"title": "this morning", "due": "2026-11-22T09:00", "list": "Work"},
        {"title": "today", "due": "today", "list": "work", "tags": ["X", "y"]},
        {"title": "in a week", "due": "+7d"},
        {"title": "later", "due": "+8d"},
        {"title": "some day"},
    ]);
    assert_eq!(api.post("/todos", json!({"todos": todos})).await.status, 201);
    for (title, at) in [("yesterday", "2026-11-21T23:59:00"), ("at night", "2026-11-22T00:01:00")] {
        api.clock.set(at, "Asia/Kathmandu");
        let id = api.add(&[title]).await.remove(0);
        api.patch(&format!("/todos/{id}"), json!({"status": "completed"})).await;
    }
    api.clock.set("2026-11-22T10:00:00", "Asia/Kathmandu");
    let overview = api.get("/overview").await;
    assert_eq!(overview.status, 200, "{}", overview.text);
    let body = &overview.body;
    assert_eq!(
        body["counts"],
        json!({"open": 6, "overdue": 2, "due_today": 1, "next_7_days": 1, "completed_today": 1})
    );
    assert_eq!(body["lists"], json!([{"name": "Inbox", "open": 3}, {"name": "Work", "open": 3}]));
    assert_eq!(body["tags"], json!([{"name": "x", "open": 2}, {"name": "y", "open": 1}]));
    let titles =
        |group: &str| body[group].as_array().unwrap().iter().map(|todo| todo["title"].clone()).collect::<Vec<_>>();
    assert_eq!(titles("overdue"), ["late", "this morning"]);
    assert_eq!(titles("due_today"), ["today"]);
    assert_eq!(titles("next_7_days"), ["in a week"]);
    assert_eq!(body["now"]["date"], "2026-11-22");
    // Somebody set the clock back before the completions, but the completions are still the latest changes.
    assert_eq!(body["last_change"]["operation"], "updateTodo");
    assert!(body.get("at_least").is_none());
}

#[tokio::test]
async fn without_anything_the_overview_is_empty() {
    let overview = Api::new().get("/overview").await;
    let counts = json!({"open": 0, "overdue": 0, "due_today": 0, "next_7_days": 0, "completed_today": 0});
    assert_eq!((overview.status.as_u16(), &overview.body["counts"]), (200, &counts), "{}", overview.text);
    assert!(overview.body.get("last_change").is_none());
}

#[tokio::test]
async fn what_is_overdue_does_not_hide_today() {
    let api = Api::new();
    for (due, count) in [("2026-11-01", 40), ("2026-11-02", 10), ("today", 3), ("tomorrow", 30)] {
        let todos: Vec<_> = (0..count).map(|n| json!({"title": format!("{n}"), "due": due})).collect();
        assert_eq!(api.post("/todos", json!({"todos": todos})).await.status, 201);
    }
    let overview = api.get("/overview").await;
    let shown = ["overdue", "due_today", "next_7_days"].map(|group| overview.body[group].as_array().unwrap().len());
    assert_eq!(shown, [20, 3, 7], "{}", overview.text);
    assert_eq!(overview.body["counts"]["overdue"], 50);
}

#[tokio::test]
async fn a_cut_group_shows_urgent_todos_and_says_how_many_it_does_not_show() {
    let api = Api::new();
    for (due, count) in [("2026-11-01", 40), ("2026-11-22", 30), ("2026-11-24", 20)] {
        let todo = |n: usize| {
            let priority = ["normal", "urgent", "high"][(n == count - 1) as usize + 2 * usize::from(n == count - 2)];
            json!({"title": format!("{n}"), "due": due, "priority": priority})
        };
        let todos: Vec<_> = (0..count).map(todo).collect();
        assert_eq!(api.post("/todos", json!({"todos": todos})).await.status, 201);
    }
    let overview = api.get("/overview").await;
    for group in ["overdue", "due_today", "next_7_days"] {
        for priority in ["urgent", "high"] {
            let todos = overview.body[group].as_array().unwrap();
            assert!(todos.iter().any(|todo| todo["priority"] == priority), "{group} {priority}: {}", overview.text);
        }
    }
    assert_eq!(overview.body["not_shown"], 60, "{}", overview.text);
}

#[tokio::test]
async fn todos_with_the_same_due_date_are_in_the_order_of_adding() {
    let api = Api::new();
    let titles: Vec<String> = (0..9).map(|n| format!("{n}")).collect();
    let todos: Vec<_> = titles.iter().map(|title| json!({"title": title, "due": "today"})).collect();
    assert_eq!(api.post("/todos", json!({"todos": todos})).await.status, 201);
    let shown = |todos: &serde_json::Value| {
        todos.as_array().unwrap().iter().map(|todo| todo["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(shown(&api.get("/overview").await.body["due_today"]), titles);
    assert_eq!(shown(&api.get("/todos").await.body["todos"]), titles);
    assert_eq!(shown(&api.get("/todos?due=today").await.body["todos"]), titles);
}

/// There are 5,000 open todos in 60 lists. Three of every 40 todos have long notes.
#[tokio::test]
async fn five_thousand_todos_are_counted_and_searched_in_short_answers_and_few_calls() {
    let api = Api::new();
    for batch in 0..125 {
        let todo = |n: usize| {
            let mut todo = json!({"title": format!("todo {batch}-{n}"), "due": format!("2026-11-{:02}", n % 28 + 1), "list": format!("{}", batch % 60)});
            if n.is_multiple_of(16) {
                todo["notes"] = json!("Überschüssige Notizen ".repeat(180));
                todo["tags"] = json!(["long"]);
            }
            todo
        };
        let added = api.post("/todos", json!({"todos": (0..40).map(todo).collect::<Vec<_>>()})).await;
        assert_eq!(added.status, 201, "{}", added.text);
    }
    // `addTodos` must not read all todos of the owner.
    api.wire.take_calls();
    assert_eq!(api.post("/todos", json!({"todos": [{"title": "todo 0-0"}]})).await.status, 201);
    assert_eq!(api.wire.take_calls().len(), 2);
    api.post("/undo", json!({})).await;
    api.wire.take_calls();
    let overview = api.get("/overview").await;
    assert!(overview.text.chars().count() < 100_000, "{}", overview.text.len());
    assert_eq!(overview.body["counts"]["open"], 5_000);
    assert_eq!(overview.body["lists"].as_array().unwrap().len(), 61);
    let shown: usize = ["overdue", "due_today", "next_7_days"]
        .iter()
        .map(|group| overview.body[group].as_array().unwrap().len())
        .sum();
    assert_eq!(shown, 30);
    let queries = api.wire.take_calls();
    let megabytes = queries.len() - 2;
    assert!(queries.iter().all(|call| call == "Query") && megabytes <= 4, "{queries:?}");

    let (mut found, mut cursor) = (0, String::new());
    loop {
        let page = api.get(&format!("/todos?q=uberschussige&sort=due&limit=100&cursor={cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.chars().count() < 100_000);
        assert!(api.wire.take_calls().len() <= 5);
        found += page.ids().len();
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(found, 375);
    let tagged: Value = api.get("/todos?q=LONG&limit=1").await.body;
    assert_eq!(tagged["todos"][0]["tags"], json!(["long"]), "tags are searched too");
}

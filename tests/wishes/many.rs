//! Wishes about so many todos at once that one transaction is not enough.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::assistant::{Assistant, assistants};

/// Adds `count` todos. `todo` makes a todo from its number.
async fn add(assistant: &mut Assistant, count: usize, todo: impl Fn(usize) -> Value) {
    let todos: Vec<Value> = (0..count).map(todo).collect();
    assistant.call("addTodos", json!({"todos": todos, "allow_duplicate": true})).await;
}

/// The list, the status, the priority and the title of every todo of the person, sorted.
async fn state(assistant: &Assistant) -> Vec<String> {
    let mut all = Vec::new();
    for status in ["open", "completed", "deleted"] {
        for todo in assistant.todos_with(status).await {
            let field = |name: &str| todo[name].as_str().unwrap_or_default().to_owned();
            all.push([field("list"), status.to_owned(), field("priority"), field("title")].join(" | "));
        }
    }
    all.sort();
    all
}

/// Undoes the last change. The state must then be the state before the wish.
async fn undone(assistant: &mut Assistant, before: &[String]) {
    assistant.hears("undo that");
    assistant.call("undoChange", json!({})).await;
    assert_eq!(state(assistant).await, before, "one undo takes back the whole change");
}

/// The todos of `before` whose line contains `has`, with `old` replaced by `new`. All other todos stay.
fn with(before: &[String], has: &str, old: &str, new: &str) -> Vec<String> {
    let change = |line: &String| if line.contains(has) { line.replace(old, new) } else { line.clone() };
    let mut after: Vec<_> = before.iter().map(change).collect();
    after.sort();
    after
}

/// One transaction changes at most about 90 todos, so a change of this number of todos becomes a pending change.
const MANY: usize = 120;

#[tokio::test]
async fn i_bought_all_120_things_on_the_shopping_list() {
    let [mut claude] = assistants(["Claude"]).await;
    add(&mut claude, MANY, |n| json!({"title": format!("thing {n}"), "list": "Shopping"})).await;
    add(&mut claude, 10, |n| json!({"title": format!("other {n}"), "list": "Work"})).await;
    let before = state(&claude).await;
    claude.hears("I bought everything on the shopping list");
    let done = json!({"where": {"list": ["Shopping"]}, "set": {"status": "completed"}});
    let answer = claude.call("updateTodos", done).await;
    claude.needed_at_most_two_calls();
    assert_eq!((&answer["found"]["open"], &answer["found"]["completed"]), (&json!(MANY), &json!(0)), "{answer}");
    assert_eq!(answer["found"]["titles"].as_array().unwrap().len(), 3);
    assert!(answer.to_string().len() < 400, "the answer does not repeat the todos: {answer}");
    assert_eq!(state(&claude).await, with(&before, "Shopping", "| open |", "| completed |"));
    undone(&mut claude, &before).await;
}

#[tokio::test]
async fn move_all_120_todos_of_trip_to_travel() {
    let completed = 31;
    let [mut claude] = assistants(["Claude"]).await;
    add(&mut claude, MANY, |n| json!({"title": format!("pack {n}"), "list": "Trip"})).await;
    add(&mut claude, 3, |n| json!({"title": format!("book {n}"), "list": "Travel"})).await;
    claude.call("updateTodos", json!({"where": {"q": "pack 1"}, "set": {"status": "completed"}})).await;
    let before = state(&claude).await;
    claude.hears("move the todos of Trip to Travel");
    let answer = claude.call("updateTodos", json!({"where": {"list": ["Trip"]}, "set": {"list": "Travel"}})).await;
    claude.needed_at_most_two_calls();
    let found = &answer["found"];
    assert_eq!(
        (&found["total"], &found["open"], &found["completed"]),
        (&json!(MANY), &json!(MANY - completed), &json!(completed)),
        "{answer}"
    );
    assert_eq!(state(&claude).await, with(&before, "Trip", "Trip |", "Travel |"), "completed ones do not stay behind");
    undone(&mut claude, &before).await;
}

#[tokio::test]
async fn all_120_todos_tagged_tax_are_high_priority() {
    let [mut claude] = assistants(["Claude"]).await;
    add(&mut claude, MANY + 20, |n| {
        let (tag, list) = (if n < 20 { "work" } else { "tax" }, if n % 2 == 0 { "Home" } else { "Office" });
        json!({"title": format!("{tag} {n}"), "list": list, "tags": [tag]})
    })
    .await;
    let before = state(&claude).await;
    claude.hears("everything tagged tax is high priority");
    let answer = claude.call("updateTodos", json!({"where": {"tag": ["tax"]}, "set": {"priority": "high"}})).await;
    claude.needed_at_most_two_calls();
    assert_eq!(answer["found"]["total"], MANY, "{answer}");
    assert_eq!(state(&claude).await, with(&before, "| tax ", "| normal |", "| high |"));
    undone(&mut claude, &before).await;
}

#[tokio::test]
async fn delete_the_120_completed_ones_that_are_older_than_a_month() {
    let [mut claude] = assistants(["Claude"]).await;
    add(&mut claude, MANY, |n| json!({"title": format!("old {n}")})).await;
    claude.call("updateTodos", json!({"where": {"q": "old"}, "set": {"status": "completed"}})).await;
    claude.wait((40 * 24).hours());
    add(&mut claude, 40, |n| json!({"title": format!("new {n}")})).await;
    claude.call("updateTodos", json!({"where": {"q": "new 1"}, "set": {"status": "completed"}})).await;
    let before = state(&claude).await;
    claude.hears("delete the completed ones that are older than a month");
    let preview = json!({"completed_to": "2026-12-01", "preview": true});
    let preview = claude.call("deleteTodos", preview).await;
    assert_eq!((&preview["found"]["completed"], state(&claude).await == before), (&json!(MANY), true), "{preview}");
    let answer = claude.call("deleteTodos", json!({"completed_to": "2026-12-01", "expected_count": MANY})).await;
    claude.needed_at_most_two_calls();
    assert_eq!((&answer["found"]["open"], &answer["found"]["completed"]), (&json!(0), &json!(MANY)), "{answer}");
    assert_eq!(state(&claude).await, with(&before, "| old ", "| completed |", "| deleted |"));
    undone(&mut claude, &before).await;
}

#[tokio::test]
async fn add_these_120_guests() {
    let [mut claude] = assistants(["Claude"]).await;
    add(&mut claude, 3, |n| json!({"title": format!("other {n}")})).await;
    let before = state(&claude).await;
    claude.hears("add these to my list");
    let todos: Vec<_> = (0..MANY).map(|n| json!({"title": format!("entry {n:03}"), "list": "Guests"})).collect();
    let answer = claude.call("addTodos", json!({ "todos": todos })).await;
    claude.needed_at_most_two_calls();
    let ids = answer["todos"].as_array().unwrap().iter().filter(|todo| todo["id"].is_string());
    assert_eq!(ids.count(), MANY);
    let added = state(&claude).await;
    for n in 0..MANY {
        let title = format!("Guests | open | normal | entry {n:03}");
        assert_eq!(added.iter().filter(|line| **line == title).count(), 1, "{title}");
    }
    assert_eq!(added.len(), before.len() + MANY);
    undone_add(&mut claude, &before).await;
}

/// Undoes the last addition. Then the added todos must be deleted, and all other todos must be as before.
async fn undone_add(assistant: &mut Assistant, before: &[String]) {
    assistant.hears("undo that");
    assistant.call("undoChange", json!({})).await;
    let mut rest = state(assistant).await;
    rest.retain(|line| !line.contains("| deleted |"));
    assert_eq!(rest, before);
}

//! More wishes about todos that repeat. The clock shows Sunday, 22 November 2026.

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
async fn the_first_monday_of_each_month_and_ten_fridays() {
    let [mut claude] = assistants(["Claude"]).await;
    for (wish, repeat, first, next) in [
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
async fn pay_the_next_rent_on_the_4th_and_the_later_ones_on_the_1st() {
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
async fn what_is_due_until_the_end_of_the_month() {
    let [mut claude] = assistants(["Claude"]).await;
    add(&mut claude, json!([{"title": "Bins", "due": "2026-11-24", "repeat": {"unit": "week"}}])).await;
    claude.hears("what is due until the end of the month?");
    let page = claude.call("getTodos", json!({"due_to": "end of month"})).await;
    claude.needed_at_most_two_calls();
    assert_eq!(page["todos"][0]["title"], "Bins");
    assert_eq!(page.get("unreadable"), None, "{page}");
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

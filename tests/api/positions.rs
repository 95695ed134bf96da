//! Tests the order of todos without a due date, and edits that move a todo in this order.

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};

use super::harness::{Answer, Api};

/// Adds todos with these titles in one call.
async fn add(api: &Api, titles: &[&str]) -> Vec<String> {
    let todos: Vec<_> = titles.iter().map(|title| json!({ "title": title })).collect();
    api.post("/todos", json!({ "todos": todos })).await.ids()
}

async fn move_to(api: &Api, id: &str, position: impl Into<String>) -> Answer {
    let answer = api.patch(&format!("/todos/{id}"), json!({"position": position.into()})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

async fn listed(api: &Api, query: &str) -> String {
    let (mut titles, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/todos?{query}&limit=7&cursor={cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let todos = page.body["todos"].as_array().unwrap().clone();
        titles.extend(todos.iter().map(|todo| todo["title"].as_str().unwrap().to_owned()));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return titles.join(" "),
        }
    }
}

#[tokio::test]
async fn todos_stay_in_the_order_of_adding() {
    let api = Api::new();
    add(&api, &["milk", "eggs", "bread", "salt", "tea"]).await;
    add(&api, &["apples"]).await;
    let all: Vec<String> = (0..30).map(|number| format!("n{number}")).collect();
    add(&api, &all.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let expected = format!("milk eggs bread salt tea apples {}", all.join(" "));
    for query in ["", "due=none", "list=inbox"] {
        assert_eq!(listed(&api, query).await, expected, "{query}");
    }
    for sort in ["added", "list"] {
        let page = api.get(&format!("/todos?sort={sort}&limit=100")).await;
        let titles: Vec<_> =
            page.body["todos"].as_array().unwrap().iter().map(|todo| todo["title"].as_str().unwrap()).collect();
        assert_eq!(titles.join(" "), expected, "{sort}");
    }
}

#[tokio::test]
async fn a_todo_goes_to_the_top_to_the_bottom_or_after_another_and_an_undo_brings_it_back() {
    let api = Api::new();
    let ids = add(&api, &["a", "b", "c", "d", "e"]).await;
    let after_a = format!("after {}", ids[0]);
    for (id, position, expected) in [
        (4, "top", "e a b c d"),
        (3, "FIRST", "d e a b c"),
        (0, "bottom", "d e b c a"),
        (1, "last", "d e c a b"),
        (2, &after_a, "d e a c b"),
        (3, &ids[0], "e a d c b"),
        (4, &format!("After: {}", ids[1].to_uppercase()), "a d c b e"),
        (2, &ids[4], "a d b e c"),
    ] {
        let before = listed(&api, "").await;
        move_to(&api, &ids[id], position).await;
        assert_eq!(listed(&api, "").await, expected, "{position}");
        assert_eq!(listed(&api, "sort=list").await, expected, "{position}");
        let history = api.get("/changes?limit=1").await;
        assert_eq!(history.body["changes"][0]["todos"][0]["fields"], json!(["position"]), "{}", history.text);
        let undone = api.post("/undo", json!({})).await;
        assert_eq!(listed(&api, "").await, before, "{position}");
        api.post("/undo", json!({"change_id": undone.body["change"]["id"]})).await;
        assert_eq!(listed(&api, "").await, expected, "{position}");
    }
    // A todo keeps its place while it is completed, and gets a place at the end if it never had one.
    api.patch(&format!("/todos/{}", ids[3]), json!({"status": "completed"})).await;
    api.patch(&format!("/todos/{}", ids[3]), json!({"status": "open", "title": "D"})).await;
    assert_eq!(listed(&api, "").await, "a D b e c");
    api.patch(&format!("/todos/{}", ids[1]), json!({"due": "2026-12-01"})).await;
    assert_eq!(listed(&api, "").await, "b a D e c");
    api.patch(&format!("/todos/{}", ids[1]), json!({"clear": ["due"]})).await;
    assert_eq!(listed(&api, "").await, "a D b e c");
}

#[tokio::test]
async fn new_todos_go_to_a_position_in_the_order_of_the_call() {
    let api = Api::new();
    let ids = add(&api, &["a", "b"]).await;
    let new = |title: &str, position: &str| json!({"title": title, "position": position});
    let todos = [new("t1", "top"), new("x1", &ids[0]), new("z", "bottom"), new("t2", "top"), new("x2", &ids[0])];
    let added = api.post("/todos", json!({"todos": todos})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    assert_eq!(listed(&api, "").await, "t1 t2 a x1 x2 b z");
    add(&api, &["zz"]).await;
    assert_eq!(listed(&api, "").await, "t1 t2 a x1 x2 b z zz");
}

#[tokio::test]
async fn several_todos_move_together_and_a_chain_is_one_order() {
    let api = Api::new();
    let ids = add(&api, &["a", "b", "c", "d", "e", "f", "g", "h"]).await;
    let after = |id: usize, anchor: usize| json!({"id": ids[id], "position": format!("after {}", ids[anchor])});
    // These edits move h after a, g after h, f after g, and so on.
    let chain: Vec<_> = [(7, 0), (6, 7), (5, 6), (4, 5), (3, 4), (2, 3), (1, 2)].map(|(id, to)| after(id, to)).into();
    for edits in [chain.clone(), chain.into_iter().rev().collect()] {
        let answer = api.patch("/todos", json!({ "todos": edits })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(listed(&api, "").await, "a h g f e d c b");
    }
    let moves = [
        json!({"id": ids[0], "position": "bottom"}),
        after(7, 0),
        after(6, 0),
        json!({"id": ids[5], "position": "top"}),
    ];
    assert_eq!(api.patch("/todos", json!({"todos": moves})).await.status, 200);
    assert_eq!(listed(&api, "").await, "f e d c b a h g");
    let circle = api.patch("/todos", json!({"todos": [after(1, 2), after(2, 1)]})).await;
    circle.assert_problem(422, "invalid");
    circle.assert_error("todos[0].position", "in a circle");
}

#[tokio::test]
async fn a_position_that_cannot_be_is_refused_and_nothing_moves() {
    let api = Api::new();
    let ids = add(&api, &["a", "b", "c"]).await;
    api.patch(&format!("/todos/{}", ids[2]), json!({"status": "completed"})).await;
    let before = api.everything().await;
    for (position, status, says) in [
        ("second", 422, "send top, bottom, or after and the id of a todo"),
        ("before k7m2x9qa4t", 422, "cannot be \"before k7m2x9qa4t\""),
        ("after bread", 422, "send top, bottom"),
        ("after 0000000000", 404, "no todo has the id \"0000000000\""),
        (ids[0].as_str(), 422, "in a circle"),
        (ids[2].as_str(), 422, "\"c\", which is completed"),
    ] {
        let answer = api.patch("/todos", json!({"todos": [{"id": ids[0], "position": position}]})).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        answer.assert_error("todos[0].position", says);
    }
    let added = api.post("/todos", json!({"todos": [{"title": "x", "position": "after 0000000000"}]})).await;
    added.assert_problem(404, "not_found");
    let set = api.patch("/todos", json!({"where": {"list": ["Inbox"]}, "set": {"position": "top"}})).await;
    set.assert_error("set.position", "belongs to one todo");
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn a_todo_with_a_due_date_has_a_place_in_its_list() {
    let api = Api::new();
    let todos = [("a", "2026-12-03"), ("b", ""), ("c", "2026-12-01"), ("d", "")];
    let todos: Vec<_> = todos.iter().map(|(title, due)| json!({"title": title, "due": due, "list": "Trip"})).collect();
    let ids = api.post("/todos", json!({ "todos": todos })).await.ids();
    assert_eq!(listed(&api, "").await, "c a b d");
    assert_eq!(listed(&api, "sort=list").await, "a b c d");
    move_to(&api, &ids[2], "top").await;
    move_to(&api, &ids[0], "bottom").await;
    assert_eq!(listed(&api, "").await, "c a b d");
    assert_eq!(listed(&api, "sort=list").await, "c b d a");
    move_to(&api, &ids[3], ids[2].as_str()).await;
    assert_eq!(listed(&api, "sort=list").await, "c d b a");
}

#[tokio::test]
async fn completed_todos_come_after_the_open_ones_of_their_list_and_the_newest_is_first() {
    let api = Api::new();
    let ids = add(&api, &["a", "b", "c", "d"]).await;
    for id in [&ids[2], &ids[0]] {
        api.patch(&format!("/todos/{id}"), json!({"status": "completed"})).await;
    }
    move_to(&api, &ids[3], "top").await;
    assert_eq!(listed(&api, "sort=list&status=any").await, "d b a c");
    assert_eq!(listed(&api, "sort=list&status=completed").await, "a c");
}

#[tokio::test]
async fn two_simultaneous_moves_after_the_same_todo_both_happen() {
    let api = Api::new();
    let ids = add(&api, &["a", "b", "c", "d"]).await;
    let moves = [&ids[2], &ids[3]].map(|id| move_to(&api, id, ids[0].as_str()));
    futures::future::join_all(moves).await;
    let order = listed(&api, "").await;
    assert!(["a c d b", "a d c b"].contains(&order.as_str()), "{order}");
    let tops = [&ids[2], &ids[3]].map(|id| move_to(&api, id, "top"));
    futures::future::join_all(tops).await;
    let order = listed(&api, "").await;
    assert!(["c d a b", "d c a b"].contains(&order.as_str()), "{order}");
}

/// An edit that moves a todo after another todo reads this other todo too, for one read unit. Only after many moves
/// into the same gap, one more call reads the next todo.
#[tokio::test]
async fn a_move_writes_only_the_moved_todo_and_reads_at_most_one_more() {
    let api = Api::new();
    let ids = add(&api, &["a", "b", "c"]).await;
    let calls = async |position: &str| {
        api.wire.take_calls();
        move_to(&api, &ids[2], position).await;
        api.wire.take_calls()
    };
    let before = api.everything().await["open"].clone();
    for position in ["top", "bottom", ids[0].as_str()] {
        assert_eq!(calls(position).await, ["BatchGetItem", "TransactWriteItems"], "{position}");
    }
    let after = api.everything().await["open"].clone();
    for id in &ids[..2] {
        let todo = |all: &Value| all.as_array().unwrap().iter().find(|todo| todo["id"] == **id).unwrap().clone();
        assert_eq!(todo(&before), todo(&after));
    }
}

/// Moves of a random todo to a random position.
fn random_moves(todos: usize, count: usize) -> Vec<(usize, usize)> {
    let mut runner = TestRunner::deterministic();
    let moves = prop::collection::vec((0..todos, 0..todos + 4), count);
    moves.new_tree(&mut runner).unwrap().current()
}

#[tokio::test]
async fn two_hundred_random_moves_give_the_order_of_a_simple_list() {
    let api = Api::new();
    let titles: Vec<String> = (0..9).map(|number| number.to_string()).collect();
    let ids = add(&api, &titles.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut model: Vec<usize> = (0..ids.len()).collect();
    for (moved, to) in random_moves(ids.len(), 200) {
        if moved == to {
            continue;
        }
        model.retain(|todo| *todo != moved);
        let anchor = |at: usize| model.iter().position(|todo| *todo == at).map(|place| place + 1);
        let (place, position) = match to {
            to if to < ids.len() => (anchor(to).unwrap(), ids[to].clone()),
            to if to % 2 == 0 => (0, "top".to_owned()),
            _ => (model.len(), "bottom".to_owned()),
        };
        model.insert(place, moved);
        move_to(&api, &ids[moved], position).await;
        let expected: Vec<_> = model.iter().map(|todo| titles[*todo].as_str()).collect();
        assert_eq!(listed(&api, "").await, expected.join(" "));
    }
}

/// Each todo goes after the todo that was moved last, so all moves go into the same gap.
#[tokio::test]
async fn three_hundred_moves_into_the_same_gap_stay_in_order() {
    let api = Api::new();
    let ids = add(&api, &["a", "b", "c", "z"]).await;
    let mut last = 0;
    for number in 0..300 {
        let next = if number % 2 == 0 { 1 } else { 2 };
        move_to(&api, &ids[next], ids[last].as_str()).await;
        last = next;
        let order = listed(&api, "").await;
        assert_eq!(order, if next == 1 && number > 0 { "a c b z" } else { "a b c z" }, "{number}");
    }
}

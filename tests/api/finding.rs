//! Tests listings that search for words, listings in another order, and the number of todos that match.

use serde_json::{Value, json};

use super::harness::{Answer, Api};

/// The titles of the todos in this answer.
fn titles(answer: &Answer) -> Vec<String> {
    let todos = answer.body["todos"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    todos.iter().map(|todo| todo["title"].as_str().unwrap().to_owned()).collect()
}

async fn list(api: &Api, query: &str) -> Answer {
    api.get(&format!("/todos?{}", query.replace(' ', "%20").replace('ü', "%C3%BC").replace('ß', "%C3%9F"))).await
}

async fn add_all(api: &Api, todos: Value) -> Vec<String> {
    let added = api.post("/todos", json!({ "todos": todos })).await;
    assert_eq!(added.status, 201, "{}", added.text);
    added.ids()
}

#[tokio::test]
async fn words_are_found_in_any_order_in_any_field_and_in_every_spelling_the_best_first() {
    let api = Api::new();
    add_all(
        &api,
        json!([
            {"title": "Ask Anna", "notes": "about the contract with Ms Mueller", "due": "2026-11-23"},
            {"title": "Sign the contract with Müller", "due": "2026-12-01"},
            {"title": "Contractor for the roof", "tags": ["müller"], "due": "2026-11-24"},
            {"title": "Call the subcontractor", "due": "2026-11-25"},
            {"title": "Walk in the Hauptstraße"},
        ]),
    )
    .await;
    for query in ["q=Müller contract", "q=contract müller"] {
        let found = list(&api, query).await;
        let best = ["Sign the contract with Müller", "Contractor for the roof", "Ask Anna"];
        assert_eq!(titles(&found), best, "{query}: {}", found.text);
    }
    assert_eq!(titles(&list(&api, "q=mueller").await).len(), 3);
    assert_eq!(titles(&list(&api, "q=hauptstrasse").await), ["Walk in the Hauptstraße"]);
    assert_eq!(titles(&list(&api, "q=Straße").await), [""; 0], "a word is found at its beginning");
    let by_due = ["Ask Anna", "Contractor for the roof", "Sign the contract with Müller"];
    assert_eq!(titles(&list(&api, "q=contract&sort=due").await), by_due);
}

#[tokio::test]
async fn the_three_most_important_are_one_call_and_an_urgent_one_without_a_due_date_is_among_them() {
    let api = Api::new();
    let mut todos: Vec<Value> =
        (0..60).map(|n| json!({"title": format!("todo {n}"), "due": "2026-11-22", "priority": "low"})).collect();
    todos.push(json!({"title": "urgent", "priority": "urgent"}));
    todos.push(json!({"title": "high later", "priority": "high", "due": "2026-12-24"}));
    todos.push(json!({"title": "high soon", "priority": "high", "due": "2026-12-01"}));
    add_all(&api, json!(todos)).await;
    let important = list(&api, "sort=priority&limit=3").await;
    assert_eq!(titles(&important), ["urgent", "high soon", "high later"]);
    assert_eq!((&important.body["total"], &important.body["not_shown"]), (&json!(63), &json!(60)));
    assert_eq!(important.body.get("next_cursor"), None, "{}", important.text);
}

#[tokio::test]
async fn todos_are_sorted_by_the_time_of_their_addition_and_by_their_lists() {
    let api = Api::new();
    for (title, list, due) in [("first", "B", "2026-12-24"), ("second", "A", ""), ("third", "B", "2026-11-23")] {
        add_all(&api, json!([{"title": title, "list": list, "due": due}])).await;
        api.clock.advance(jiff::Span::new().seconds(1));
    }
    assert_eq!(titles(&list(&api, "sort=added").await), ["first", "second", "third"]);
    assert_eq!(titles(&list(&api, "sort=list").await), ["second", "first", "third"]);
    add_all(&api, json!([{"title": "inbox"}])).await;
    assert_eq!(titles(&list(&api, "sort=list").await), ["inbox", "second", "first", "third"]);
    api.patch("/lists", json!({"order": ["B", "A"]})).await;
    assert_eq!(titles(&list(&api, "sort=list").await), ["first", "third", "second", "inbox"]);
    list(&api, "sort=size").await.assert_error("sort", "due, priority, added, list");
}

#[tokio::test]
async fn a_cut_answer_says_how_many_match_and_how_many_it_does_not_show() {
    let api = Api::new();
    let todos: Vec<Value> = (0..30).map(|n| json!({"title": format!("todo {n}"), "tags": ["tax"]})).collect();
    add_all(&api, json!(todos)).await;
    for query in ["tag=tax", "due=none&sort=added", "q=todo", "status=any"] {
        let page = list(&api, &format!("{query}&limit=20")).await;
        assert_eq!((&page.body["total"], &page.body["not_shown"]), (&json!(30), &json!(10)), "{query}");
        let all = list(&api, &format!("{query}&limit=40")).await;
        assert_eq!((&all.body["total"], all.body.get("not_shown")), (&json!(30), None), "{query}: {}", all.text);
    }
    api.patch("/todos", json!({"where": {"tag": ["tax"]}, "set": {"status": "completed"}})).await;
    let completed = list(&api, "completed_from=today&limit=1").await;
    assert_eq!((&completed.body["total"], &completed.body["not_shown"]), (&json!(30), &json!(29)));
}

#[tokio::test]
async fn any_means_open_and_completed_and_an_empty_answer_names_completed_ones() {
    let api = Api::new();
    let ids = add_all(&api, json!([{"title": "open milk"}, {"title": "done milk"}, {"title": "done bread"}])).await;
    for id in &ids[1..] {
        api.patch(&format!("/todos/{id}"), json!({"status": "completed"})).await;
    }
    assert_eq!(titles(&list(&api, "q=milk&status=any").await), ["open milk", "done milk"]);
    assert_eq!(titles(&list(&api, "q=milk").await), ["open milk"]);
    let empty = list(&api, "q=bread").await;
    assert_eq!(
        empty.body["hints"],
        json!(["No open todo matches. Completed todos that match: 1. Send status completed."]),
        "{}",
        empty.text
    );
    assert_eq!(list(&api, "q=nothing").await.body.get("hints"), None);
}

#[tokio::test]
async fn a_period_of_completion_that_begins_later_and_words_that_are_not_together_have_a_hint() {
    let api = Api::new();
    add_all(&api, json!([{"title": "buy milk"}, {"title": "boil eggs"}])).await;
    for (query, hint) in [
        ("completed_from=tomorrow", "completed_from is 2026-11-23, which is in the future."),
        ("q=milk eggs", "No searched todo has all words of q. Found in some: milk, eggs. Send fewer words as q."),
        ("q=milk Anna", "No searched todo has all words of q. Found in some: milk. Send fewer words as q."),
        ("q=Anna Ben", "No searched todo has all words of q. None of the words was found."),
    ] {
        assert_eq!(list(&api, &query.replace(' ', "%20")).await.body["hints"], json!([hint]), "{query}");
    }
    for query in ["completed_from=today", "q=Anna"] {
        assert_eq!(list(&api, query).await.body.get("hints"), None, "{query}");
    }
}

#[tokio::test]
async fn a_new_list_with_a_name_like_another_has_a_hint() {
    let api = Api::new();
    add_all(&api, json!([{"title": "a", "list": "Shopping"}, {"title": "b", "list": "Work"}])).await;
    let hint = |new: &str| {
        format!(
            "The list \"{new}\" is new. Did you mean \"Shopping\"? If so, merge the new list with updateLists (merge_into)."
        )
    };
    let added = api
        .post("/todos", json!({"todos": [{"title": "c", "list": "Shopping list"}, {"title": "d", "list": "Party"}]}))
        .await;
    assert_eq!(added.body["hints"], json!([hint("Shopping list")]), "{}", added.text);
    let moved = api.patch("/todos", json!({"todos": [{"id": added.ids()[1], "list": "Shoping"}]})).await;
    assert_eq!(moved.body["hints"], json!([hint("Shoping")]), "{}", moved.text);
    let all = json!({"where": {"list": ["Work"]}, "set": {"list": "shoppin"}});
    assert_eq!(api.patch("/todos", all).await.body["hints"], json!([hint("shoppin")]));
}

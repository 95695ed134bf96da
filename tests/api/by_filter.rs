//! Tests changes by filter: one call changes or deletes all todos that match filters.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    harness::{Answer, Api, at_once},
    mcp::{Client, OLD},
};

/// Adds todos, and returns their ids.
pub async fn add(api: &Api, todos: Value) -> Vec<String> {
    let added = api.post("/todos", json!({"todos": todos, "allow_duplicate": true})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    added.ids()
}

/// Two open todos and one completed todo in the list "Shopping", and one open todo in each of two other lists.
pub async fn shopping() -> (Api, Vec<String>) {
    let api = Api::new();
    let ids = add(
        &api,
        json!([
            {"title": "milk", "list": "Shopping", "priority": "low", "due": "2026-11-20"},
            {"title": "eggs", "list": "Shopping", "tags": ["food"]},
            {"title": "bread", "list": "Shopping", "tags": ["food"], "due": "2026-11-20"},
            {"title": "rent", "list": "Home", "priority": "high", "due": "2026-12-01"},
            {"title": "soap, or gel", "list": "Bath, and more", "tags": ["a, b"], "notes": "green"},
        ]),
    )
    .await;
    let done = json!({"todos": [{"id": ids[2], "status": "completed"}]});
    assert_eq!(api.patch("/todos", done).await.status, 200);
    (api, ids)
}

fn titles(todos: &[Value]) -> Vec<&str> {
    let mut titles: Vec<_> = todos.iter().map(|todo| todo["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    titles
}

#[track_caller]
pub fn assert_found(answer: &Answer, found: Value) {
    assert_eq!((answer.status.as_u16(), &answer.body["found"]), (200, &found), "{}", answer.text);
    assert_eq!(answer.body.get("todos"), None, "the answer has numbers instead of todos");
}

#[tokio::test]
async fn all_todos_of_a_list_are_completed_with_one_change_and_its_undo_restores_them() {
    let (api, _) = shopping().await;
    let before = (api.all("open").await, api.all("completed").await);
    let done = api.patch("/todos", json!({"where": {"list": ["shopping"]}, "set": {"status": "completed"}})).await;
    assert_found(&done, json!({"total": 3, "open": 2, "completed": 0, "already": 1, "titles": ["milk", "eggs"]}));
    assert_eq!(titles(&api.all("completed").await), ["bread", "eggs", "milk"]);
    assert_eq!(titles(&api.all("open").await), ["rent", "soap, or gel"]);
    let changes = api.get("/changes").await;
    assert_eq!((&changes.body["changes"][0]["id"], done.change_id()), (&json!(done.change_id()), done.change_id()));
    let undone = api.post("/undo", json!({})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    let mut after = (api.all("open").await, api.all("completed").await);
    for (todo, before) in after.0.iter_mut().chain(&mut after.1).zip(before.0.iter().chain(&before.1)) {
        todo["version"] = before["version"].clone();
    }
    assert_eq!(after, before);
}

/// Each case is a filter, and the titles of the todos that match. A filter without a status matches open and completed
/// todos.
#[tokio::test]
async fn every_filter_selects_what_it_says() {
    let (api, ids) = shopping().await;
    for (filters, expected) in [
        (json!({"list": ["Shopping"]}), &["bread", "eggs", "milk"][..]),
        (json!({"list": "Shopping", "status": "open"}), &["eggs", "milk"]),
        (json!({"list": ["Shopping"], "status": ["completed"]}), &["bread"]),
        (json!({"list": ["shopping", "HOME"], "status": ["any"]}), &["bread", "eggs", "milk", "rent"]),
        (json!({"list": "Shopping, Home", "status": "open"}), &["eggs", "milk", "rent"]),
        (json!({"list": "Bath, and more"}), &["soap, or gel"]),
        (json!({"list": "[\"Home\", \"Bath, and more\"]"}), &["rent", "soap, or gel"]),
        (json!({"tag": ["FOOD"]}), &["bread", "eggs"]),
        (json!({"tag": "a, b"}), &["soap, or gel"]),
        (json!({"tag": "food, a, b"}), &["bread", "eggs"]),
        (json!({"tag": ["food", "a, b"]}), &["bread", "eggs", "soap, or gel"]),
        (json!({"priority": ["low", "high"]}), &["milk", "rent"]),
        (json!({"priority": "low,high", "list": "Home"}), &["rent"]),
        (json!({"q": "green"}), &["soap, or gel"]),
        (json!({"due": ["none"]}), &["eggs", "soap, or gel"]),
        (json!({"due": ["overdue"]}), &["milk"]),
        (json!({"due": ["overdue"], "status": ["any"]}), &["bread", "milk"]),
        (json!({"due": ["overdue", "none"]}), &["eggs", "milk", "soap, or gel"]),
        (json!({"due_from": "2026-11-20", "due_to": "2026-11-20"}), &["bread", "milk"]),
        (json!({"due_from": "2026-11-21"}), &["rent"]),
        (json!({"completed_from": "2026-11-22"}), &["bread"]),
        (json!({"completed_to": "2026-11-21"}), &[]),
        (json!({"status": ["completed"]}), &["bread"]),
        (json!({"status": "open"}), &["eggs", "milk", "rent", "soap, or gel"]),
        (json!({"status": "open", "except_ids": [ids[0], ids[3]]}), &["eggs", "soap, or gel"]),
        (json!({"list": ["Home"], "tag": ["food"]}), &[]),
        (json!({"list": null, "tag": [], "q": "", "priority": [null, "high"]}), &["rent"]),
    ] {
        let changed = api.patch("/todos", json!({"where": filters, "set": {"add_tags": ["found"]}})).await;
        assert_eq!(changed.status, 200, "{filters}: {}", changed.text);
        let all = [api.all("open").await, api.all("completed").await].concat();
        let found: Vec<_> = all.into_iter().filter(|todo| todo["tags"].to_string().contains("\"found\"")).collect();
        assert_eq!(titles(&found), expected, "{filters}: {}", changed.text);
        assert_eq!(changed.body["found"]["total"], expected.len(), "{filters}: {}", changed.text);
        // A query contains several values of a filter as one text. With the same filters, `DELETE` must delete the same
        // todos.
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in filters.as_object().unwrap() {
            let text = match value {
                Value::Array(values) if name == "tag" || name == "list" => Value::from(values.clone()).to_string(),
                Value::Array(values) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
                value => value.as_str().unwrap_or_default().to_owned(),
            };
            query.append_pair(name, if text == "[]" { "" } else { &text });
        }
        let deleted = api.delete(&format!("/todos?{}", query.finish())).await;
        assert_eq!(deleted.status, 200, "{filters}: {}", deleted.text);
        assert_eq!(titles(&api.all("deleted").await), expected, "{filters}: {}", deleted.text);
        for change in [&deleted, &changed].into_iter().filter(|answer| answer.body.get("change").is_some()) {
            let undone = api.post("/undo", json!({"change_id": change.change_id()})).await;
            assert_eq!(undone.status, 200, "{filters}: {}", undone.text);
        }
        api.clock.advance(121.seconds());
    }
}

#[tokio::test]
async fn one_edit_changes_all_found_todos_in_every_field() {
    let (api, _) = shopping().await;
    let set = json!({
        "list": "Weekend", "priority": "urgent", "due": "sat", "add_tags": ["big"], "remove_tags": ["food"],
        "append_notes": "from the market", "steps": ["go"], "clear": ["repeat"],
    });
    let filters = json!({"list": ["Shopping"], "status": ["any"]});
    let changed = api.patch("/todos", json!({"where": filters, "set": set})).await;
    let found = json!({"total": 3, "open": 2, "completed": 1, "titles": ["milk: 2026-11-28 (sat)", "eggs: 2026-11-28 (sat)", "bread: 2026-11-28 (sat)"]});
    assert_found(&changed, found);
    assert_eq!(changed.body["new_lists"], json!(["Weekend"]));
    for todo in [api.all("open").await, api.all("completed").await].concat() {
        let expected =
            json!(["Weekend", "urgent", "2026-11-28", ["big"], "from the market", [{"title": "go", "done": false}]]);
        let is_found = ["milk", "eggs", "bread"].contains(&todo["title"].as_str().unwrap());
        let fields: Vec<_> =
            ["list", "priority", "due", "tags", "notes", "steps"].iter().map(|name| todo[name].clone()).collect();
        assert_eq!(json!(fields) == expected, is_found, "{todo}");
    }
}

/// The record of the change does not contain the todos that already were as the caller asked.
#[tokio::test]
async fn any_number_of_todos_may_already_be_as_asked() {
    let api = Api::new();
    let set = json!({"status": "completed"});
    for _ in 0..4 {
        add(&api, json!(vec![json!({"title": "x".repeat(500), "list": "Work"}); 40])).await;
        let done = api.patch("/todos", json!({"where": {"list": ["Work"]}, "set": set})).await;
        assert_eq!(done.body["found"]["open"], 40, "{}", done.text);
    }
    let before = api.all("completed").await;
    let ids = add(&api, json!([{"title": "last", "list": "Work"}])).await;
    let done = api.patch("/todos", json!({"where": {"list": ["Work"]}, "set": set})).await;
    assert_found(&done, json!({"total": 161, "open": 1, "completed": 0, "already": 160, "titles": ["last"]}));
    let of_last = api.get(&format!("/changes?todo_id={}", ids[0])).await;
    assert_eq!(of_last.body["changes"][0].get("more_todos"), None, "{}", of_last.text);
    assert_eq!(api.all("completed").await.len(), before.len() + 1);
    api.clock.advance(121.seconds());
    let again = api.patch("/todos", json!({"where": {"list": ["Work"]}, "set": set})).await;
    assert_found(&again, json!({"total": 161, "open": 0, "completed": 0, "already": 161}));
    assert_eq!((&again.body["unchanged"], again.body.get("change")), (&json!(true), None), "{}", again.text);
}

#[tokio::test]
async fn a_preview_says_what_would_change_and_changes_nothing() {
    let (api, ids) = shopping().await;
    let before = api.everything().await;
    let preview = json!({
        "where": {"list": ["Shopping"]}, "set": {"status": "completed"}, "preview": true, "idempotency_key": "k",
        "expected_count": 7,
    });
    for body in [preview.clone(), preview] {
        let found = json!({"total": 3, "open": 2, "completed": 0, "already": 1, "titles": ["milk", "eggs"]});
        let answer = api.patch("/todos", body).await;
        assert_found(&answer, found);
        assert_eq!((answer.body.get("unchanged"), answer.body.get("change")), (None, None), "{}", answer.text);
    }
    let answer = api.delete(&format!("/todos?list=Shopping&except_ids={}&preview=true", ids[0])).await;
    assert_found(&answer, json!({"total": 2, "open": 1, "completed": 1, "titles": ["eggs", "bread"]}));
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn the_right_expected_count_lets_the_change_happen() {
    let (api, _) = shopping().await;
    let deleted = api.delete("/todos?list=Shopping&expected_count=3").await;
    assert_found(&deleted, json!({"total": 3, "open": 2, "completed": 1, "titles": ["milk", "eggs", "bread"]}));
    let set = json!({"status": "open"});
    let restored =
        api.patch("/todos", json!({"where": {"status": ["deleted"]}, "set": set, "expected_count": "3"})).await;
    assert_eq!(restored.body["found"]["deleted"], 3, "{}", restored.text);
    assert_eq!(api.all("open").await.len(), 5);
}

#[tokio::test]
async fn completed_repeating_todos_have_their_next_todos_in_the_answer() {
    let api = Api::new();
    let repeat = json!({"unit": "week"});
    add(
        &api,
        json!([{"title": "water", "due": "2026-11-20", "repeat": repeat}, {"title": "mow", "due": "2026-11-21"}]),
    )
    .await;
    let body = json!({"where": {"due": ["overdue"]}, "set": {"status": "completed"}});
    let done = api.patch("/todos", body.clone()).await;
    let found = json!({"total": 2, "open": 2, "completed": 0, "next": 1, "titles": ["water", "mow"]});
    assert_found(&done, found.clone());
    let open = api.all("open").await;
    assert_eq!((titles(&open), &open[0]["due"]), (vec!["water"], &json!("2026-11-27")));
    let again = api.patch("/todos", body).await;
    assert_found(&again, found);
    assert_eq!(again.body["replayed"], true);
}

#[tokio::test]
async fn changes_by_filter_and_edits_at_the_same_time_all_take_effect() {
    let (api, ids) = shopping().await;
    let mut requests = Vec::new();
    for n in 0..4 {
        let set = json!({"add_tags": [format!("t{n}")]});
        requests.push(("PATCH", "/todos".to_owned(), json!({"where": {"list": ["Shopping"]}, "set": set})));
        let edit = json!({"todos": [{"id": ids[n % 3], "append_notes": format!("n{n}")}]});
        requests.push(("PATCH", "/todos".to_owned(), edit));
    }
    for answer in at_once(&api, requests).await {
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let all = [api.all("open").await, api.all("completed").await].concat();
    let notes: String = all.iter().filter_map(|todo| todo["notes"].as_str()).collect();
    for n in 0..4 {
        let tagged = all.iter().filter(|todo| todo["tags"].to_string().contains(&format!("\"t{n}\""))).count();
        assert_eq!((tagged, notes.matches(&format!("n{n}")).count()), (3, 1), "{all:?}");
    }
}

/// A model sends several values as an array, and `preview` as a boolean.
#[tokio::test]
async fn a_tool_call_may_have_arrays_and_booleans() {
    let (api, ids) = shopping().await;
    let client = Client::new(&api, OLD);
    let filters = json!({"list": ["Bath, and more", "Home"], "priority": ["high", "normal"], "preview": true});
    let preview = client.structured("deleteTodos", filters).await;
    assert_eq!((&preview["found"]["total"], preview.get("change")), (&json!(2), None), "{preview}");
    let filters = json!({"list": ["Bath, and more", "Home"], "except_ids": [ids[3]], "expected_count": 1});
    let deleted = client.structured("deleteTodos", filters).await;
    assert_eq!(deleted["found"]["titles"], json!(["soap, or gel"]), "{deleted}");
    // Some clients send objects as JSON text.
    let texts = json!({"where": "{\"list\": \"[\\\"Home\\\"]\"}", "set": "{\"status\": \"completed\"}"});
    let done = client.structured("updateTodos", texts).await;
    assert_eq!(done["found"]["titles"], json!(["rent"]), "{done}");
}

/// The days of the filters are days in the person's time zone.
#[tokio::test]
async fn days_are_those_of_the_person() {
    for (zone, expected) in [("Pacific/Kiritimati", 1), ("America/Los_Angeles", 0)] {
        let (api, _) = shopping().await;
        api.patch("/settings", json!({"time_zone": zone})).await;
        // At 10:00 UTC on 22 November, the 23rd begins on Kiritimati.
        let filters = json!({"completed_from": "2026-11-23"});
        let done = api.patch("/todos", json!({"where": filters, "set": {"priority": "low"}})).await;
        assert_eq!(done.body["found"]["total"], expected, "{zone}: {}", done.text);
        api.clock.set("2026-11-22T11:00", "UTC");
        add(&api, json!([{"title": "now", "due": "2026-11-22"}])).await;
        let filters = json!({"due": ["overdue"], "q": "now"});
        let done = api.patch("/todos", json!({"where": filters, "set": {"priority": "low"}})).await;
        assert_eq!(done.body["found"]["total"], expected, "{zone}: {}", done.text);
    }
}

/// The first call to DynamoDB reads the head and the list. Then one call for each status reads the todos.
#[tokio::test]
async fn a_change_by_filter_makes_these_calls() {
    let (api, _) = shopping().await;
    let set = json!({"priority": "low"});
    let where_list = json!({"where": {"list": ["Home"]}, "set": set});
    for (method, path, body, calls) in [
        ("PATCH", "/todos", where_list.clone(), &["BatchGetItem", "Query", "Query", "TransactWriteItems"][..]),
        // The repetition has nothing to change. So the program checks that no other change was committed while it read
        // the todos, and looks for the result of the first request.
        (
            "PATCH",
            "/todos",
            where_list,
            &["BatchGetItem", "BatchGetItem", "GetItem", "GetItem", "Query", "Query", "Query"],
        ),
        (
            "PATCH",
            "/todos",
            json!({"where": {"due": "today"}, "set": set, "preview": true}),
            &["BatchGetItem", "Query"],
        ),
        // There is no list with this name. So the program reads no todos, and looks for a list with a similar name.
        ("DELETE", "/todos?list=Nowhere", Value::Null, &["BatchGetItem", "GetItem", "GetItem", "Query"]),
        ("DELETE", "/todos?completed_to=2026-11-30", Value::Null, &["BatchGetItem", "Query", "TransactWriteItems"]),
    ] {
        api.wire.take_calls();
        let answer = api.send(method, path, body, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let mut made = api.wire.take_calls();
        made.sort();
        assert_eq!(made, calls, "{method} {path}: {}", answer.text);
    }
    for (method, path, body) in
        [("PATCH", "/todos", json!({"where": {}, "set": set})), ("DELETE", "/todos?status=any", Value::Null)]
    {
        api.send(method, path, body, &[]).await.assert_problem(422, "invalid");
    }
    assert!(api.wire.take_calls().is_empty(), "what is refused by its form costs nothing");
}

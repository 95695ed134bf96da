//! Tests the undo and the repetition of changes to lists, in cases that a random sequence of writes seldom contains.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::harness::{Answer, Api};

async fn add(api: &Api, title: &str, list: &str) -> Answer {
    let new = json!({"todos": [{"title": title, "list": list}], "allow_duplicate": true});
    let added = api.post("/todos", new).await;
    assert_eq!(added.status, 201, "{}", added.text);
    added
}

async fn change(api: &Api, change: Value) -> String {
    let changed = api.patch("/lists", change.clone()).await;
    assert_eq!(changed.status, 200, "{change}: {}", changed.text);
    assert_eq!(changed.body.get("replayed"), None, "{change}: {}", changed.text);
    changed.change_id()
}

async fn undo(api: &Api, change: &str) -> Answer {
    api.post("/undo", json!({ "change_id": change })).await
}

/// The names of all lists, and the name of the list of each open todo.
async fn lists(api: &Api) -> (Vec<String>, Vec<String>) {
    let overview = api.elsewhere().get("/overview").await;
    let name = |list: &Value| list["name"].as_str().unwrap().to_owned();
    let names = overview.body["lists"].as_array().unwrap().iter().map(name).collect();
    let mut of_todos: Vec<_> =
        api.elsewhere().all("open").await.iter().map(|todo| todo["list"].as_str().unwrap().to_owned()).collect();
    of_todos.sort();
    (names, of_todos)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn an_empty_list_that_an_undone_add_left_gives_its_name_back() {
    let api = Api::new();
    add(&api, "a", "Work").await;
    let renamed = change(&api, json!({"list": "Work", "rename_to": "Office"})).await;
    let added = add(&api, "b", "Work").await;
    // While the new list has a todo, the old list cannot get its name back.
    undo(&api, &renamed).await.assert_problem(409, "changed_since");
    assert_eq!(undo(&api, &added.change_id()).await.status, 200);
    let undone = undo(&api, &renamed).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    assert_eq!(lists(&api).await, (texts(&["Inbox", "Work"]), texts(&["Work"])));
    let redone = undo(&api, &undone.change_id()).await;
    assert_eq!(redone.status, 200, "{}", redone.text);
    assert_eq!(lists(&api).await, (texts(&["Inbox", "Office", "Work"]), texts(&["Office"])));
}

#[tokio::test]
async fn an_undo_never_gives_two_renamed_lists_one_name() {
    let api = Api::new();
    add(&api, "a", "A").await;
    add(&api, "b", "B").await;
    change(&api, json!({"list": "A", "rename_to": "Work"})).await;
    let freed = change(&api, json!({"list": "Work", "rename_to": "Office"})).await;
    change(&api, json!({"list": "B", "rename_to": "Work"})).await;
    undo(&api, &freed).await.assert_problem(409, "changed_since");
    assert_eq!(lists(&api).await, (texts(&["Inbox", "Office", "Work"]), texts(&["Office", "Work"])));
}

#[tokio::test]
async fn an_undo_with_nothing_left_to_undo_lets_the_next_undo_go_further_back() {
    let api = Api::new();
    add(&api, "a", "Home").await;
    let moved = add(&api, "b", "Work").await.ids().remove(0);
    api.patch(&format!("/todos/{moved}"), json!({"list": "Home"})).await;
    let deleted = change(&api, json!({"list": "Work", "delete": true})).await;
    // The add creates the list again. So the undo of the deletion has nothing left to do.
    add(&api, "c", "Work").await;
    let (first, second, third) = (undo_latest(&api).await, undo_latest(&api).await, undo_latest(&api).await);
    assert_eq!(first["operation"], "addTodos");
    assert_eq!(second["id"], json!(deleted));
    assert_eq!(third["operation"], "updateTodo");
    assert_eq!(lists(&api).await, (texts(&["Inbox", "Home", "Work"]), texts(&["Home", "Work"])));
}

/// Undoes the latest change. Returns the undone change.
async fn undo_latest(api: &Api) -> Value {
    let undone = api.post("/undo", json!({})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    undone.body["undid"][0].clone()
}

#[tokio::test]
async fn the_redo_of_a_deletion_does_not_hide_a_todo_that_was_added_since() {
    let api = Api::new();
    add(&api, "a", "Work").await;
    let deleted = change(&api, json!({"list": "Work", "delete": true})).await;
    let undone = undo(&api, &deleted).await.change_id();
    let added = add(&api, "b", "Work").await;
    // An instance with empty caches must read the todos of the list.
    undo(&api.elsewhere(), &undone).await.assert_problem(409, "changed_since");
    assert_eq!(lists(&api).await.1, texts(&["Work", "Work"]));
    assert_eq!(undo(&api, &added.change_id()).await.status, 200);
    assert_eq!(undo(&api.elsewhere(), &undone).await.status, 200);
    assert_eq!(lists(&api).await, (texts(&["Inbox"]), texts(&[])));
}

#[tokio::test]
async fn a_second_merge_of_a_new_list_with_the_same_name_is_not_a_repetition() {
    let api = Api::new();
    add(&api, "a", "Work").await;
    add(&api, "b", "Home").await;
    let merge = json!({"list": "Work", "merge_into": "Home"});
    let first = change(&api, merge.clone()).await;
    let again = api.patch("/lists", merge.clone()).await;
    assert_eq!((&again.body["replayed"], again.change_id()), (&json!(true), first.clone()), "{}", again.text);
    add(&api, "c", "Work").await;
    let second = change(&api, merge).await;
    assert_ne!(first, second);
    assert_eq!(lists(&api).await, (texts(&["Inbox", "Home"]), texts(&["Home", "Home", "Home"])));
}

#[tokio::test]
async fn the_undo_of_a_deletion_gives_the_old_spelling_back_and_a_todo_returns_only_into_its_own_list() {
    let api = Api::new();
    let id = add(&api, "a", "Work").await.ids().remove(0);
    let gone = api.delete(&format!("/todos/{id}")).await.change_id();
    let deleted = change(&api, json!({"list": "Work", "delete": true})).await;
    add(&api, "b", "Home").await;
    let renamed = change(&api, json!({"list": "Home", "rename_to": "work"})).await;
    undo(&api, &gone).await.assert_problem(409, "changed_since");
    assert_eq!(undo(&api, &renamed).await.status, 200);
    add(&api, "c", "WORK").await;
    assert_eq!(lists(&api).await, (texts(&["Inbox", "Home", "WORK"]), texts(&["Home", "WORK"])));
    assert_eq!(undo(&api, &deleted).await.status, 200);
    assert_eq!(undo(&api, &gone).await.status, 200);
    assert_eq!(lists(&api).await, (texts(&["Inbox", "Home", "Work"]), texts(&["Home", "Work", "Work"])));
}

#[tokio::test]
async fn an_undo_since_a_time_answers_with_the_lists_as_they_are_after_it() {
    for other in [json!({"list": "A", "merge_into": "B"}), json!({"list": "A", "rename_to": "Z"})] {
        let api = Api::new();
        let id = add(&api, "a1", "A").await.ids().remove(0);
        add(&api, "b1", "B").await;
        api.clock.advance(10.minutes());
        change(&api, other).await;
        api.patch(&format!("/todos/{id}"), json!({"status": "completed"})).await;
        let undone = api.post("/undo", json!({"since": "5 minutes"})).await;
        assert_eq!(undone.body["todos"][0]["list"], "A", "{}", undone.text);
        assert_eq!(lists(&api).await, (texts(&["Inbox", "A", "B"]), texts(&["A", "B"])));
    }
}

#[tokio::test]
async fn a_name_that_another_list_got_is_the_only_reason_and_the_answer_names_the_later_change() {
    let api = Api::new();
    add(&api, "c1", "Cafe").await;
    add(&api, "s1", "Str").await;
    let deleted = change(&api, json!({"list": "Cafe", "delete": true})).await;
    let renamed = change(&api, json!({"list": "Str", "rename_to": "Cafe"})).await;
    let refused = undo(&api, &deleted).await;
    refused.assert_problem(409, "changed_since");
    assert_eq!(refused.body["errors"].as_array().unwrap().len(), 1, "{}", refused.text);
    for says in ["\"Cafe\"", &renamed, "another name"] {
        assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains(says), "{says}: {}", refused.text);
    }
}

#[tokio::test]
async fn a_todo_that_was_deleted_and_stays_deleted_is_not_in_the_record_of_an_undo() {
    let api = Api::new();
    add(&api, "kept", "Inbox").await;
    api.clock.advance(10.minutes());
    add(&api, "g1", "G").await;
    change(&api, json!({"list": "G", "delete": true})).await;
    assert_eq!(api.post("/undo", json!({"since": "5 minutes"})).await.status, 200);
    let latest = api.get("/changes?limit=1").await.body["changes"][0].clone();
    assert_eq!((&latest["operation"], latest.get("todos")), (&json!("undoChange"), None), "{latest}");
}

#[tokio::test]
async fn a_deleted_default_list_comes_back_beside_the_default_list_that_was_chosen_since() {
    let api = Api::new();
    add(&api, "a", "Heim").await;
    api.patch("/settings", json!({"default_list": "Heim"})).await;
    let deleted = change(&api, json!({"list": "Heim", "delete": true})).await;
    api.patch("/settings", json!({"default_list": "Other"})).await;
    assert_eq!(undo(&api, &deleted).await.status, 200);
    assert_eq!(lists(&api).await.1, texts(&["Heim"]));
    assert_eq!(api.get("/settings").await.body["settings"]["default_list"], "Other");
}

#[tokio::test]
async fn a_redo_does_not_delete_the_former_default_list_after_another_choice() {
    let api = Api::new();
    add(&api, "a", "Heim").await;
    let chosen = api.patch("/settings", json!({"default_list": "Heim"})).await.change_id();
    let deleted = change(&api, json!({"list": "Heim", "delete": true})).await;
    let restored = undo(&api, &deleted).await.change_id();
    assert_eq!(undo(&api, &chosen).await.status, 200);
    let refused = undo(&api, &restored).await;
    refused.assert_problem(409, "changed_since");
    assert!(refused.text.contains("default_list"), "{}", refused.text);
}

#[tokio::test]
async fn a_list_that_was_renamed_or_merged_is_found_under_its_old_name_in_a_hint() {
    let api = Api::new();
    add(&api, "a", "Work").await;
    add(&api, "b", "Works council").await;
    change(&api, json!({"list": "Work", "rename_to": "Office"})).await;
    let hint = "There is no list \"Work\". Its todos are in the list \"Office\" now.";
    assert_eq!(api.get("/todos?list=Work").await.body["hints"], json!([hint]));
    let refused = api.patch("/lists", json!({"list": "Work", "delete": true})).await;
    refused.assert_problem(404, "not_found");
    assert!(refused.body["detail"].as_str().unwrap().starts_with(hint), "{}", refused.text);
    change(&api, json!({"list": "Office", "merge_into": "Works council"})).await;
    let hint = "There is no list \"work\". Its todos are in the list \"Works council\" now.";
    assert_eq!(api.get("/changes?list=work").await.body["hints"], json!([hint]));
    // A symbol is not similar to another symbol.
    add(&api, "c", "→").await;
    assert_eq!(api.get("/todos?list=🛒").await.body["hints"], json!(["There is no list \"🛒\"."]));
}

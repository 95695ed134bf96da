//! Undoes and repeats changes to lists in the cases that a random sequence of writes seldom meets.

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

/// The names of the lists and of the lists of all open todos.
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
    // An instance that knows nothing must read the todos of the list.
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

//! Tests how `updateLists` renames lists.

use serde_json::{Value, json};

use super::harness::{Answer, Api};

/// Adds a todo with each of these titles to this list. Returns the ids of the todos.
pub async fn add(api: &Api, list: &str, titles: &[&str]) -> Vec<String> {
    let todos: Vec<Value> = titles.iter().map(|title| json!({"title": title, "list": list})).collect();
    let added = api.post("/todos", json!({ "todos": todos })).await;
    assert_eq!(added.status, 201, "{}", added.text);
    added.ids()
}

/// Changes lists. The call must succeed.
pub async fn change(api: &Api, body: Value) -> Answer {
    let changed = api.patch("/lists", body.clone()).await;
    assert_eq!(changed.status, 200, "{body}: {}", changed.text);
    changed
}

/// Undoes the change with this id. The call must succeed.
pub async fn undo(api: &Api, id: &str) -> Answer {
    let undone = api.post("/undo", json!({ "change_id": id })).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    undone
}

/// Changes the fields of one todo. The call must succeed.
pub async fn edit(api: &Api, id: &str, fields: Value) -> Answer {
    let edited = api.patch(&format!("/todos/{id}"), fields).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    edited
}

/// Adds one open todo, one completed todo and one deleted todo to this list. Returns their ids. The titles contain the
/// name of the list.
pub async fn add_each(api: &Api, list: &str) -> Vec<String> {
    let titles = ["open", "completed", "deleted"].map(|status| format!("{list} {status}"));
    let ids = add(api, list, &titles.each_ref().map(String::as_str)).await;
    edit(api, &ids[1], json!({"status": "completed"})).await;
    assert_eq!(api.delete(&format!("/todos/{}", ids[2])).await.status, 200);
    ids
}

/// The lists in the overview, such as `Work 2`. The 2 is the number of open todos.
pub async fn lists(api: &Api) -> Vec<String> {
    let overview = api.get("/overview").await;
    let lists = overview.body["lists"].as_array().unwrap_or_else(|| panic!("{}", overview.text));
    lists.iter().map(|list| format!("{} {}", list["name"].as_str().unwrap(), list["open"])).collect()
}

/// The titles of the todos in this list, of all statuses, sorted. Also checks that each todo shows this name of the
/// list.
pub async fn titles(api: &Api, list: &str) -> Vec<String> {
    let mut titles = Vec::new();
    for status in ["open", "completed", "deleted"] {
        let page = api.get(&format!("/todos?status={status}&limit=100&list={list}")).await;
        for todo in page.body["todos"].as_array().unwrap_or_else(|| panic!("{}", page.text)) {
            assert_eq!(todo["list"], list, "{todo}");
            titles.push(todo["title"].as_str().unwrap().to_owned());
        }
    }
    titles.sort();
    titles
}

/// The list of this todo, as `getTodo` shows it.
pub async fn list_of(api: &Api, id: &str) -> String {
    api.get(&format!("/todos/{id}")).await.body["todo"]["list"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_next_todo_without_a_list_goes_into_the_default_list_under_its_new_name() {
    let api = Api::new();
    let add_one = |title: &'static str| add_without_list(&api, title);
    add(&api, "Home", &["a"]).await;
    api.patch("/settings", json!({"default_list": "Work"})).await;
    let renamed = change(&api, json!({"list": "Work", "rename_to": "Office"})).await;
    assert_eq!(add_one("b").await, ("Office".to_owned(), Value::Null));
    undo(&api, &renamed.change_id()).await;
    assert_eq!(add_one("c").await, ("Work".to_owned(), Value::Null));
    change(&api, json!({"list": "Work", "merge_into": "Home"})).await;
    assert_eq!(add_one("d").await, ("Home".to_owned(), Value::Null));
    assert_eq!(lists(&api).await, ["Inbox 0", "Home 4"]);
}

/// Adds a todo without a list. Returns its list, and the new lists.
async fn add_without_list(api: &Api, title: &str) -> (String, Value) {
    let added = api.post("/todos", json!({"todos": [{ "title": title }]})).await;
    (added.body["todos"][0]["list"].as_str().unwrap().to_owned(), added.body["new_lists"].clone())
}

#[tokio::test]
async fn a_renamed_list_has_its_new_name_in_every_answer_and_on_every_instance() {
    let api = Api::new();
    let ids = add_each(&api, "Work").await;
    let stale = api.elsewhere();
    assert_eq!(lists(&stale).await, ["Inbox 0", "Work 1"]);
    add(&stale, "Work", &["Work 4"]).await;
    let renamed = change(&api, json!({"list": "work", "rename_to": "Office"})).await;
    assert_eq!(renamed.body["lists"], json!(["Inbox", "Office"]));
    assert_eq!(renamed.body.get("deleted"), None, "no todo was deleted");
    for instance in [&api, &stale, &api.elsewhere()] {
        for id in &ids {
            assert_eq!(list_of(instance, id).await, "Office");
        }
        assert_eq!(titles(instance, "Office").await, ["Work 4", "Work completed", "Work deleted", "Work open"]);
        assert_eq!(lists(instance).await, ["Inbox 0", "Office 2"]);
        let history = instance.get("/changes?list=Office").await;
        let operations: Vec<_> =
            history.body["changes"].as_array().unwrap().iter().map(|change| &change["operation"]).collect();
        assert_eq!(operations, ["updateLists", "addTodos", "deleteTodo", "updateTodo", "addTodos"], "{}", history.text);
        for path in ["/todos?list=Work", "/todos?list=Work&status=deleted", "/changes?list=Work"] {
            let page = instance.get(path).await;
            assert_eq!(
                page.body["hints"],
                json!(["There is no list \"Work\". Its todos are in the list \"Office\" now."]),
                "{path}: {}",
                page.text
            );
        }
    }
    let hint = json!(["There is no list \"Offices\". Did you mean \"Office\"?"]);
    assert_eq!(stale.get("/todos?list=Offices").await.body["hints"], hint);
    let version = api.get(&format!("/todos/{}", ids[0])).await.body["todo"]["version"].clone();
    assert_eq!(version, 1, "a rename does not write the todos");
}

#[tokio::test]
async fn a_freed_name_is_used_again_and_the_two_lists_stay_apart() {
    let api = Api::new();
    let old = add_each(&api, "Work").await;
    let stale = api.elsewhere();
    add(&stale, "Work", &["Work 4"]).await;
    let renamed = change(&api, json!({"list": "Work", "rename_to": "Office"})).await.change_id();
    let added = stale.post("/todos", json!({"todos": [{"title": "new", "list": "work"}]})).await;
    assert_eq!((&added.body["new_lists"], &added.body["todos"][0]["list"]), (&json!(["work"]), &json!("work")));
    assert_eq!(lists(&api).await, ["Inbox 0", "Office 2", "work 1"]);
    assert_eq!(titles(&api, "Office").await.len(), 4);
    assert_eq!(titles(&stale, "work").await, ["new"]);
    // Another list has the old name now. So neither a rename nor an undo can give this name back.
    let refused = api.patch("/lists", json!({"list": "Office", "rename_to": "Work"})).await;
    refused.assert_problem(422, "invalid");
    let refused = api.post("/undo", json!({"change_id": renamed})).await;
    refused.assert_problem(409, "changed_since");
    refused.assert_error("change_id", "another list got the name");
    refused.assert_error("change_id", "updateLists");
    // After the other list has another name, the undo is possible.
    change(&stale, json!({"list": "WORK", "rename_to": "Job"})).await;
    undo(&stale, &renamed).await;
    assert_eq!(lists(&api).await, ["Inbox 0", "Job 1", "Work 2"]);
    assert_eq!((list_of(&api, &old[1]).await, list_of(&api, &added.ids()[0]).await), ("Work".into(), "Job".into()));
    // The list `Work` gets another name again, and a third list gets the name `Work`.
    change(&api, json!({"list": "Work", "rename_to": "Office"})).await;
    add(&stale, "Work", &["third"]).await;
    assert_eq!(lists(&api).await, ["Inbox 0", "Job 1", "Office 2", "Work 1"]);
    assert_eq!((titles(&api, "Work").await, titles(&api, "Job").await), (vec!["third".into()], vec!["new".into()]));
}

#[tokio::test]
async fn a_rename_of_only_the_case_changes_the_spelling_of_the_same_list() {
    let api = Api::new();
    let ids = add_each(&api, "Work").await;
    let stale = api.elsewhere();
    add(&stale, "Work", &["b"]).await;
    let renamed = change(&api, json!({"list": "Work", "rename_to": "WORK"})).await;
    assert_eq!(renamed.body["lists"], json!(["Inbox", "WORK"]));
    let added = stale.post("/todos", json!({"todos": [{"title": "c", "list": "Work"}]})).await;
    assert_eq!((added.body.get("new_lists"), &added.body["todos"][0]["list"]), (None, &json!("WORK")));
    assert_eq!(titles(&stale, "WORK").await.len(), 5);
    assert_eq!(lists(&stale).await, ["Inbox 0", "WORK 3"]);
    undo(&stale, &renamed.change_id()).await;
    assert_eq!(
        (lists(&api).await, list_of(&api, &ids[2]).await),
        (vec!["Inbox 0".into(), "Work 3".into()], "Work".into())
    );
}

#[tokio::test]
async fn renames_that_are_not_possible_change_nothing_and_say_what_to_do() {
    let api = Api::new();
    add(&api, "Work", &["a"]).await;
    add(&api, "Groceries", &["b"]).await;
    let before = api.everything().await;
    for to in ["Groceries", "groceries", "Inbox"] {
        let taken = api.patch("/lists", json!({"list": "Work", "rename_to": to})).await;
        taken.assert_problem(422, "invalid");
        taken.assert_error(
            "rename_to",
            &format!("put all todos of the list \"Work\" into the list \"{to}\", send merge_into"),
        );
    }
    for body in [json!({"rename_to": "Home"}), json!({"merge_into": "Work"}), json!({"delete": true})] {
        let mut body = body;
        body["list"] = json!("inbox");
        let refused = api.patch("/lists", body).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error("list", "always exists");
        refused.assert_error("list", "updateTodos");
    }
    for (name, hint) in [("Grocery", " Did you mean \"Groceries\"?"), ("Nowhere", " getOverview names all lists.")] {
        for body in [json!({"rename_to": "Home"}), json!({"merge_into": "Work"}), json!({"delete": true})] {
            let mut body = body;
            body["list"] = json!(name);
            let unknown = api.patch("/lists", body).await;
            unknown.assert_problem(404, "not_found");
            assert_eq!(unknown.body["detail"], format!("There is no list \"{name}\".{hint}"));
        }
    }
    for to in ["Work", " Work "] {
        let same = change(&api, json!({"list": "work", "rename_to": to})).await;
        assert_eq!((&same.body["unchanged"], same.body.get("change")), (&json!(true), None), "{}", same.text);
        assert_eq!(same.body["lists"], json!(["Inbox", "Groceries", "Work"]));
    }
    assert_eq!(api.everything().await, before);
}

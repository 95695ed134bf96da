//! Tests how `updateLists` renames lists and merges a list into another.

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

/// The lists in the overview, such as `Work 2`. The number is the number of open todos.
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
            assert_eq!(page.body["hints"], json!(["There is no list \"Work\"."]), "{path}: {}", page.text);
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
    // The old name is in use. So neither a rename nor an undo can give it back.
    let refused = api.patch("/lists", json!({"list": "Office", "rename_to": "Work"})).await;
    refused.assert_problem(422, "invalid");
    let refused = api.post("/undo", json!({"change_id": renamed})).await;
    refused.assert_problem(409, "changed_since");
    refused.assert_error("change_id", "another list got the old name of the list");
    refused.assert_error("change_id", "updateLists");
    // After the other list has another name, the undo is possible.
    change(&stale, json!({"list": "WORK", "rename_to": "Job"})).await;
    undo(&stale, &renamed).await;
    assert_eq!(lists(&api).await, ["Inbox 0", "Job 1", "Work 2"]);
    assert_eq!((list_of(&api, &old[1]).await, list_of(&api, &added.ids()[0]).await), ("Work".into(), "Job".into()));
    // The name is freed a second time, and used a third time.
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
    for (name, hint) in [("Grocery", " Did you mean \"Groceries\"?"), ("Nowhere", "")] {
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

#[tokio::test]
async fn a_merged_list_is_gone_and_all_its_todos_are_in_the_other_list() {
    let api = Api::new();
    let ids = add_each(&api, "Groceries").await;
    add_each(&api, "Shopping").await;
    let stale = api.elsewhere();
    add(&stale, "Groceries", &["Groceries 4"]).await;
    let merged = change(&api, json!({"list": "Groceries", "merge_into": "shopping"})).await;
    assert_eq!((&merged.body["lists"], merged.body.get("deleted")), (&json!(["Inbox", "Shopping"]), None));
    for instance in [&api, &stale, &api.elsewhere()] {
        let expected = [
            "Groceries 4",
            "Groceries completed",
            "Groceries deleted",
            "Groceries open",
            "Shopping completed",
            "Shopping deleted",
            "Shopping open",
        ];
        assert_eq!(titles(instance, "Shopping").await, expected);
        assert_eq!(lists(instance).await, ["Inbox 0", "Shopping 3"]);
        assert_eq!(list_of(instance, &ids[1]).await, "Shopping");
        assert_eq!(instance.get("/changes?list=Shopping").await.body["changes"].as_array().unwrap().len(), 8);
        let hints = instance.get("/todos?list=Groceries").await.body["hints"].clone();
        assert_eq!(hints, json!(["There is no list \"Groceries\"."]));
    }
    // A new list can have the name. The merged todos stay in the other list, and also a restored todo.
    let added = stale.post("/todos", json!({"todos": [{"title": "new", "list": "Groceries"}]})).await;
    assert_eq!(added.body["new_lists"], json!(["Groceries"]), "{}", added.text);
    let restored = edit(&api, &ids[2], json!({"status": "open"})).await;
    assert_eq!((&restored.body["todo"]["list"], restored.body.get("new_lists")), (&json!("Shopping"), None));
    assert_eq!(lists(&api).await, ["Inbox 0", "Groceries 1", "Shopping 4"]);
    let refused = api.post("/undo", json!({"change_id": merged.change_id()})).await;
    refused.assert_error("change_id", "another list got the old name of the list");
}

#[tokio::test]
async fn lists_that_are_merged_one_after_another_are_undone_in_any_order() {
    for order in [[0, 1], [1, 0]] {
        let api = Api::new();
        let mut ids = Vec::new();
        for list in ["A", "B", "C"] {
            ids.push(add(&api, list, &[&format!("in {list}")]).await.remove(0));
        }
        let mut merges = Vec::new();
        for (list, into) in [("A", "B"), ("B", "C")] {
            merges.push(change(&api, json!({"list": list, "merge_into": into})).await.change_id());
        }
        assert_eq!((lists(&api).await, titles(&api, "C").await.len()), (vec!["Inbox 0".into(), "C 3".into()], 3));
        change(&api, json!({"list": "C", "rename_to": "D"})).await;
        assert_eq!([list_of(&api, &ids[0]).await, list_of(&api, &ids[1]).await], ["D", "D"]);
        undo(&api, &merges[order[0]]).await;
        let half: &[&str] = if order[0] == 0 { &["Inbox 0", "A 1", "D 2"] } else { &["Inbox 0", "B 2", "D 1"] };
        assert_eq!(lists(&api).await, half);
        undo(&api, &merges[order[1]]).await;
        assert_eq!(lists(&api).await, ["Inbox 0", "A 1", "B 1", "D 1"]);
    }
}

#[tokio::test]
async fn merges_that_are_not_possible_change_nothing_and_say_what_to_do() {
    let api = Api::new();
    add(&api, "Groceries", &["a"]).await;
    let before = api.everything().await;
    let itself = api.patch("/lists", json!({"list": "Groceries", "merge_into": "groceries"})).await;
    itself.assert_problem(422, "invalid");
    itself.assert_error("merge_into", "must be another list");
    let unknown = api.patch("/lists", json!({"list": "Groceries", "merge_into": "Shopping"})).await;
    unknown.assert_problem(404, "not_found");
    let says = "There is no list \"Shopping\". To give the list a new name, send rename_to instead.";
    assert_eq!(unknown.body["detail"], says);
    assert_eq!(api.everything().await, before);
    change(&api, json!({"list": "Groceries", "merge_into": "Inbox"})).await;
    assert_eq!(lists(&api).await, ["Inbox 1"]);
}

#[tokio::test]
async fn the_undo_of_a_merge_gives_back_exactly_the_todos_of_the_merged_list() {
    let api = Api::new();
    let groceries = add(&api, "Groceries", &["milk", "bread", "moved", "gone"]).await;
    let shopping = add(&api, "Shopping", &["shoes", "came"]).await;
    let merged = change(&api, json!({"list": "Groceries", "merge_into": "Shopping"})).await.change_id();
    edit(&api, &groceries[0], json!({"title": "oat milk", "list": "Shopping"})).await;
    edit(&api, &groceries[1], json!({"status": "completed"})).await;
    edit(&api, &groceries[2], json!({"list": "Home"})).await;
    edit(&api, &shopping[1], json!({"priority": "high"})).await;
    api.delete(&format!("/todos/{}", groceries[3])).await;
    add(&api, "Shopping", &["added since"]).await;
    let undone = undo(&api, &merged).await;
    assert_eq!(undone.body["undid"][0]["lists"], json!(["list: Groceries → merged into Shopping"]));
    assert_eq!(titles(&api, "Groceries").await, ["bread", "gone", "oat milk"]);
    assert_eq!(titles(&api, "Shopping").await, ["added since", "came", "shoes"]);
    assert_eq!(titles(&api, "Home").await, ["moved"]);
    undo(&api, &undone.change_id()).await;
    assert_eq!(titles(&api, "Shopping").await.len(), 6, "the redo merges the lists again");
    assert_eq!(lists(&api).await, ["Inbox 0", "Home 1", "Shopping 4"]);
}

#[tokio::test]
async fn the_default_list_follows_a_rename_and_a_merge() {
    let api = Api::new();
    let stale = api.elsewhere();
    add(&api, "Home", &["a"]).await;
    api.patch("/settings", json!({"default_list": "Work"})).await;
    assert_eq!(stale.get("/settings").await.body["settings"]["default_list"], "Work");
    let adds = async |title: &str, list: &str| {
        for instance in [&stale, &api, &api.elsewhere()] {
            assert_eq!(instance.get("/settings").await.body["settings"]["default_list"], list);
            let todo = json!({"todos": [{"title": title}], "allow_duplicate": true});
            let added = instance.post("/todos", todo).await;
            assert_eq!((&added.body["todos"][0]["list"], added.body.get("new_lists")), (&json!(list), None));
        }
    };
    let renamed = change(&api, json!({"list": "Work", "rename_to": "Office"})).await.change_id();
    adds("b", "Office").await;
    let merged = change(&api, json!({"list": "Office", "merge_into": "Home"})).await.change_id();
    adds("c", "Home").await;
    undo(&api, &merged).await;
    adds("d", "Office").await;
    undo(&api, &renamed).await;
    adds("e", "Work").await;
    // While the lists were merged, three todos were added to the list Home. They stay there.
    assert_eq!(lists(&api).await, ["Inbox 0", "Home 4", "Work 9"]);
}

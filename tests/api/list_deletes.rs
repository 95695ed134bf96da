//! Tests how `updateLists` deletes lists with their todos, and how it orders lists.

use serde_json::{Value, json};

use super::{
    harness::Api,
    list_changes::{add, add_each, change, edit, list_of, lists, titles, undo},
};

/// The number of todos with this status in this list.
async fn count(api: &Api, list: &str, status: &str) -> usize {
    let page = api.get(&format!("/todos?status={status}&list={list}&limit=100")).await;
    page.body["todos"].as_array().unwrap_or_else(|| panic!("{}", page.text)).len()
}

#[tokio::test]
async fn a_deleted_list_is_gone_with_its_open_and_completed_todos() {
    let api = Api::new();
    let ids = add_each(&api, "Old ideas").await;
    add_each(&api, "Work").await;
    let stale = api.elsewhere();
    add(&stale, "Old ideas", &["Old ideas 4", "Old ideas 5"]).await;
    let deleted = change(&api, json!({"list": "old ideas", "delete": true})).await;
    assert_eq!(deleted.body["deleted"], json!({"open": 3, "completed": 1}), "{}", deleted.text);
    assert_eq!(deleted.body["lists"], json!(["Inbox", "Work"]));
    for instance in [&api, &stale, &api.elsewhere()] {
        assert_eq!(lists(instance).await, ["Inbox 0", "Work 1"]);
        assert_eq!((instance.all("open").await.len(), instance.all("completed").await.len()), (1, 1));
        assert_eq!(instance.all("deleted").await.len(), 6);
        assert_eq!(list_of(instance, &ids[1]).await, "Old ideas", "a deleted todo shows where it was");
        let hints = instance.get("/todos?list=Old%20ideas").await.body["hints"].clone();
        assert_eq!(hints, json!(["There is no list \"Old ideas\"."]));
    }
    undo(&stale, &deleted.change_id()).await;
    for instance in [&stale, &api] {
        assert_eq!(lists(instance).await, ["Inbox 0", "Old ideas 3", "Work 1"]);
        assert_eq!(count(instance, "Old%20ideas", "completed").await, 1, "a completed todo is completed again");
        assert_eq!(count(instance, "Old%20ideas", "deleted").await, 1, "this todo was deleted before");
    }
}

#[tokio::test]
async fn a_list_without_todos_is_deleted_and_comes_back() {
    let api = Api::new();
    let id = add(&api, "Trip", &["a"]).await.remove(0);
    api.delete(&format!("/todos/{id}")).await;
    let deleted = change(&api, json!({"list": "Trip", "delete": true})).await;
    assert_eq!((deleted.body.get("deleted"), &deleted.body["lists"]), (None, &json!(["Inbox"])), "{}", deleted.text);
    let undone = undo(&api, &deleted.change_id()).await;
    assert_eq!((lists(&api).await, &undone.body["todos"]), (vec!["Inbox 0".into(), "Trip 0".into()], &json!([])));
}

#[tokio::test]
async fn a_list_that_other_lists_were_merged_into_is_deleted_with_their_todos() {
    let api = Api::new();
    add_each(&api, "Groceries").await;
    add_each(&api, "Shopping").await;
    let merged = change(&api, json!({"list": "Groceries", "merge_into": "Shopping"})).await.change_id();
    let deleted = change(&api, json!({"list": "Shopping", "delete": true})).await;
    assert_eq!(deleted.body["deleted"], json!({"open": 2, "completed": 2}));
    assert_eq!((lists(&api).await, api.all("open").await.len()), (vec!["Inbox 0".to_owned()], 0));
    undo(&api, &deleted.change_id()).await;
    assert_eq!(titles(&api, "Shopping").await.len(), 6);
    undo(&api, &merged).await;
    assert_eq!(lists(&api).await, ["Inbox 0", "Groceries 1", "Shopping 1"]);
}

#[tokio::test]
async fn the_default_list_is_the_inbox_again_until_its_deletion_is_undone() {
    let api = Api::new();
    let stale = api.elsewhere();
    add(&api, "Work", &["a"]).await;
    api.patch("/settings", json!({"default_list": "Work"})).await;
    stale.get("/settings").await;
    let default = async |list: &str| {
        for instance in [&stale, &api] {
            assert_eq!(instance.get("/settings").await.body["settings"]["default_list"], list);
            let added = instance.post("/todos", json!({"todos": [{"title": "b"}], "allow_duplicate": true})).await;
            assert_eq!((&added.body["todos"][0]["list"], added.body.get("new_lists")), (&json!(list), None));
        }
    };
    let deleted = change(&api, json!({"list": "Work", "delete": true})).await.change_id();
    let history = api.get("/changes?limit=1").await.body["changes"][0].clone();
    assert_eq!(history["settings"], json!(["default_list: Work → none"]), "{history}");
    default("Inbox").await;
    let undone = undo(&api, &deleted).await;
    assert_eq!(undone.body["settings"]["default_list"], "Work", "{}", undone.text);
    default("Work").await;
}

#[tokio::test]
async fn a_list_with_more_than_1_000_todos_is_not_deleted_and_the_answer_says_how_to_narrow() {
    let api = Api::new();
    let mut ids = Vec::new();
    for batch in [500, 501] {
        let names: Vec<String> = (0..batch).map(|number| format!("{batch} {number}")).collect();
        ids.extend(add(&api, "Old ideas", &names.iter().map(String::as_str).collect::<Vec<_>>()).await);
    }
    let edits: Vec<Value> = ids[..80].iter().map(|id| json!({"id": id, "status": "completed"})).collect();
    assert_eq!(api.patch("/todos", json!({ "todos": edits })).await.status, 200);
    let before = api.everything().await;
    let refused = api.patch("/lists", json!({"list": "Old ideas", "delete": true})).await;
    refused.assert_problem(413, "too_large");
    let detail = refused.body["detail"].as_str().unwrap();
    for says in ["\"Old ideas\" has 1001 todos", "at most 1000", "Nothing was changed", "completed", "merge_into"] {
        assert!(detail.contains(says), "{says}: {detail}");
    }
    assert_eq!((api.everything().await, lists(&api).await), (before, vec!["Inbox 0".into(), "Old ideas 921".into()]));
    // The advice in the error works. After one todo is deleted, the list can be deleted, and the deletion can be undone
    // and redone.
    api.delete(&format!("/todos/{}", ids[1_000])).await;
    let deleted = change(&api, json!({"list": "Old ideas", "delete": true})).await;
    assert_eq!(deleted.body["deleted"], json!({"open": 920, "completed": 80}));
    let undone = undo(&api, &deleted.change_id()).await.change_id();
    assert_eq!((lists(&api).await[1].as_str(), api.all("completed").await.len()), ("Old ideas 920", 80));
    let redone = undo(&api, &undone).await.change_id();
    assert_eq!((lists(&api).await.len(), api.all("open").await.len(), api.all("completed").await.len()), (1, 0, 0));
    undo(&api, &redone).await;
    assert_eq!((lists(&api).await[1].as_str(), api.all("completed").await.len()), ("Old ideas 920", 80));
}

#[tokio::test]
async fn a_single_restored_todo_creates_its_list_again() {
    let api = Api::new();
    let ids = add(&api, "Old ideas", &["a", "b", "c"]).await;
    let stale = api.elsewhere();
    edit(&stale, &ids[0], json!({"tags": ["x"]})).await;
    change(&api, json!({"list": "Old ideas", "rename_to": "Ideas"})).await;
    let deleted = change(&api, json!({"list": "Ideas", "delete": true})).await.change_id();
    for (instance, id, new_lists) in [(&stale, &ids[1], Some(json!(["Ideas"]))), (&api, &ids[2], None)] {
        let restored = instance.patch("/todos", json!({"todos": [{"id": id, "status": "open"}]})).await;
        assert_eq!(restored.body["todos"][0]["list"], "Ideas", "{}", restored.text);
        assert_eq!(restored.body.get("new_lists"), new_lists.as_ref(), "{}", restored.text);
    }
    assert_eq!(lists(&api).await, ["Inbox 0", "Ideas 2"]);
    // The undo of the deletion would overwrite the later change of these todos. So the service refuses the undo.
    let refused = api.post("/undo", json!({ "change_id": deleted })).await;
    refused.assert_problem(409, "changed_since");
    refused.assert_error("change_id", &format!("the todo {} was changed again (status)", ids[1]));
    let added = add(&api, "Ideas", &["d"]).await;
    assert_eq!((count(&api, "Ideas", "open").await, list_of(&api, &added[0]).await), (3, "Ideas".into()));
}

#[tokio::test]
async fn a_deletion_is_undone_after_the_list_was_created_again() {
    let api = Api::new();
    add_each(&api, "Trip").await;
    let stale = api.elsewhere();
    add(&stale, "Trip", &["4"]).await;
    let deleted = change(&api, json!({"list": "Trip", "delete": true})).await.change_id();
    let added = stale.post("/todos", json!({"todos": [{"title": "new", "list": "TRIP"}]})).await;
    assert_eq!(added.body["new_lists"], json!(["TRIP"]), "{}", added.text);
    assert_eq!(lists(&api).await, ["Inbox 0", "TRIP 1"]);
    let undone = undo(&api, &deleted).await.change_id();
    assert_eq!(titles(&api, "Trip").await, ["4", "Trip completed", "Trip deleted", "Trip open", "new"]);
    assert_eq!(lists(&stale).await, ["Inbox 0", "Trip 3"]);
    // The undo did not create the list, because an add had created it. So the undo of the undo deletes the todos again,
    // but not the list.
    undo(&api, &undone).await;
    assert_eq!(lists(&stale).await, ["Inbox 0", "TRIP 1"]);
}

#[tokio::test]
async fn a_deletion_is_not_redone_if_the_list_has_a_new_todo() {
    let api = Api::new();
    let ids = add(&api, "Trip", &["a"]).await;
    let stale = api.elsewhere();
    let deleted = change(&api, json!({"list": "Trip", "delete": true})).await.change_id();
    let undone = undo(&api, &deleted).await.change_id();
    let new = add(&stale, "Trip", &["new"]).await.remove(0);
    let before = api.everything().await;
    let refused = api.post("/undo", json!({ "change_id": undone })).await;
    refused.assert_problem(409, "changed_since");
    refused.assert_error("change_id", "other todos were put into the list");
    refused.assert_error("change_id", "delete the list with updateLists");
    assert_eq!(api.everything().await, before);
    edit(&api, &new, json!({"list": "Home"})).await;
    undo(&api, &undone).await;
    assert_eq!(
        (lists(&api).await, list_of(&api, &ids[0]).await),
        (vec!["Inbox 0".into(), "Home 1".into()], "Trip".into())
    );
}

#[tokio::test]
async fn the_overview_follows_the_order_of_the_lists() {
    let api = Api::new();
    let stale = api.elsewhere();
    for list in ["Home", "Trip", "Work"] {
        add(&api, list, &["a"]).await;
    }
    assert_eq!(lists(&stale).await, ["Inbox 0", "Home 1", "Trip 1", "Work 1"]);
    let trip = add(&api, "Trip", &["b"]).await.remove(0);
    let ordered = change(&api, json!({"order": ["work", "Trip"]})).await;
    assert_eq!(ordered.body["lists"], json!(["Work", "Trip", "Inbox", "Home"]));
    for id in [api.get("/todos?list=Trip").await.ids(), vec![trip]].concat() {
        api.delete(&format!("/todos/{id}")).await;
    }
    for list in ["Art", "Zoo"] {
        add(&stale, list, &["a"]).await;
    }
    for instance in [&stale, &api] {
        assert_eq!(lists(instance).await, ["Work 1", "Trip 0", "Inbox 0", "Art 1", "Home 1", "Zoo 1"]);
    }
    // The other lists of the earlier order follow, in this order.
    let again = change(&api, json!({"order": ["Zoo", "Inbox"]})).await;
    assert_eq!(again.body["lists"], json!(["Zoo", "Inbox", "Work", "Trip", "Art", "Home"]));
    change(&api, json!({"list": "Trip", "rename_to": "Alps"})).await;
    change(&api, json!({"list": "Work", "merge_into": "Home"})).await;
    assert_eq!(lists(&stale).await, ["Zoo 1", "Inbox 0", "Alps 0", "Art 1", "Home 2"]);
    let same = change(&api, json!({"order": ["zoo", "Inbox", "Zoo"]})).await;
    assert_eq!((&same.body["unchanged"], same.body.get("change")), (&json!(true), None), "{}", same.text);
}

#[tokio::test]
async fn an_order_with_an_unknown_list_is_refused_and_an_older_order_is_not_undone() {
    let api = Api::new();
    for list in ["Home", "Work"] {
        add(&api, list, &["a"]).await;
    }
    let unknown = api.patch("/lists", json!({"order": ["Work", "Hone"]})).await;
    unknown.assert_problem(404, "not_found");
    assert_eq!(unknown.body["detail"], "There is no list \"Hone\". Did you mean \"Home\"?");
    assert_eq!(lists(&api).await, ["Inbox 0", "Home 1", "Work 1"]);
    let first = change(&api, json!({"order": ["Work"]})).await.change_id();
    let second = change(&api, json!({"order": ["Home"]})).await.change_id();
    let refused = api.post("/undo", json!({ "change_id": first })).await;
    refused.assert_problem(409, "changed_since");
    let says = "the order of the lists was changed again; the last such change is";
    refused.assert_error("change_id", &format!("{says} {second} (updateLists)"));
    assert_eq!(lists(&api).await, ["Home 1", "Work 1", "Inbox 0"]);
    undo(&api, &second).await;
    assert_eq!(lists(&api).await, ["Work 1", "Inbox 0", "Home 1"]);
    undo(&api, &first).await;
    assert_eq!(lists(&api).await, ["Inbox 0", "Home 1", "Work 1"]);
}

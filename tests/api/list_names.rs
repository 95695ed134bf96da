//! Tests the names of lists in requests about todos and settings, after `updateLists` has changed the lists.

use serde_json::json;

use super::{
    harness::Api,
    list_changes::{add, change, edit, list_of, lists, undo},
};

#[tokio::test]
async fn possible_duplicates_are_found_in_a_renamed_or_merged_list_and_not_in_a_new_list_with_its_old_name() {
    let api = Api::new();
    let milk = [format!("Milk ({})", add(&api, "Groceries", &["Milk"]).await[0])];
    let add_milk = async |list: &str| {
        let todo = json!({"todos": [{"title": "milk", "list": list}], "allow_duplicate": true});
        let added = api.elsewhere().post("/todos", todo).await;
        assert_eq!(added.status, 201, "{}", added.text);
        api.delete(&format!("/todos/{}", added.ids()[0])).await;
        added.body["possible_duplicates"].clone()
    };
    change(&api, json!({"list": "Groceries", "rename_to": "Food"})).await;
    assert_eq!(add_milk("Food").await, json!(milk));
    assert_eq!(add_milk("Groceries").await, json!(null));
    add(&api, "Shopping", &["Shoes"]).await;
    change(&api, json!({"list": "Food", "merge_into": "Shopping"})).await;
    assert_eq!(add_milk("Shopping").await, json!(milk));
    assert_eq!(add_milk("Food").await, json!(null));
}

#[tokio::test]
async fn a_todo_moves_into_a_new_list_with_the_old_name_of_its_own_list() {
    for (later, list) in [
        (json!({"list": "Work", "rename_to": "Office"}), "Office"),
        (json!({"list": "Work", "merge_into": "Home"}), "Home"),
    ] {
        let api = Api::new();
        let ids = add(&api, "Work", &["a", "b"]).await;
        add(&api, "Home", &["c"]).await;
        change(&api, later.clone()).await;
        let same = edit(&api, &ids[0], json!({ "list": list })).await;
        assert_eq!(same.body["unchanged"], true, "{later}: {}", same.text);
        let moved = edit(&api.elsewhere(), &ids[0], json!({"list": "Work"})).await;
        assert_eq!(
            (&moved.body["todo"]["list"], &moved.body["new_lists"]),
            (&json!("Work"), &json!(["Work"])),
            "{later}"
        );
        assert_eq!((list_of(&api, &ids[0]).await, list_of(&api, &ids[1]).await), ("Work".into(), list.to_owned()));
        let history = api.get(&format!("/changes?todo_id={}&limit=1", ids[0])).await;
        assert_eq!(history.body["changes"][0]["todos"][0]["changed"], json!([format!("list: {list} → Work")]));
        undo(&api, &moved.change_id()).await;
        assert_eq!(list_of(&api, &ids[0]).await, list, "{later}");
        assert!(lists(&api).await.contains(&"Work 0".to_owned()), "{later}");
    }
}

#[tokio::test]
async fn the_default_list_can_be_a_new_list_with_the_old_name_of_the_default_list() {
    let api = Api::new();
    api.patch("/settings", json!({"default_list": "Work"})).await;
    change(&api, json!({"list": "Work", "rename_to": "Office"})).await;
    let same = api.elsewhere().patch("/settings", json!({"default_list": "office"})).await;
    assert_eq!((&same.body["unchanged"], &same.body["settings"]["default_list"]), (&json!(true), &json!("Office")));
    let other = api.elsewhere().patch("/settings", json!({"default_list": "Work"})).await;
    assert_eq!(
        (other.status.as_u16(), &other.body["settings"]["default_list"]),
        (200, &json!("Work")),
        "{}",
        other.text
    );
    let added = api.add(&["a"]).await;
    assert_eq!(
        (list_of(&api, &added[0]).await, lists(&api).await.join(", ")),
        ("Work".into(), "Inbox 0, Office 0, Work 1".into())
    );
}

#[tokio::test]
async fn a_list_can_be_added_merged_and_ordered_among_150_lists() {
    let api = Api::new();
    let names: Vec<String> = (0..150).map(|number| format!("List {number:03}")).collect();
    for names in names.chunks(30) {
        let todos: Vec<_> = names.iter().map(|name| json!({"title": "a", "list": name})).collect();
        assert_eq!(api.post("/todos", json!({ "todos": todos })).await.status, 201);
    }
    let reversed: Vec<&String> = names.iter().rev().collect();
    let ordered = change(&api, json!({ "order": reversed })).await;
    assert_eq!((&ordered.body["lists"][0], &ordered.body["lists"][150]), (&json!("List 149"), &json!("Inbox")));
    change(&api, json!({"list": "List 000", "merge_into": "List 149"})).await;
    assert_eq!(lists(&api).await[0], "List 149 2");
    undo(&api, &ordered.change_id()).await;
    assert_eq!(lists(&api).await[..2], ["Inbox 0", "List 001 1"]);
}

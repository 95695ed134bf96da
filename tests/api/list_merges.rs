//! Tests how `updateLists` merges a list into another.

use serde_json::json;

use super::{
    harness::Api,
    list_changes::{add, add_each, change, edit, list_of, lists, titles, undo},
};

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
        assert_eq!(hints, json!(["There is no list \"Groceries\". Its todos are in the list \"Shopping\" now."]));
    }
    // A new list can get the old name of the merged list. The merged todos stay in the other list, also after somebody
    // restores a deleted one.
    let added = stale.post("/todos", json!({"todos": [{"title": "new", "list": "Groceries"}]})).await;
    assert_eq!(added.body["new_lists"], json!(["Groceries"]), "{}", added.text);
    let restored = edit(&api, &ids[2], json!({"status": "open"})).await;
    assert_eq!((&restored.body["todo"]["list"], restored.body.get("new_lists")), (&json!("Shopping"), None));
    assert_eq!(lists(&api).await, ["Inbox 0", "Groceries 1", "Shopping 4"]);
    let refused = api.post("/undo", json!({"change_id": merged.change_id()})).await;
    refused.assert_error("change_id", "another list got the name");
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

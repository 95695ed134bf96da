//! Tests several changes to lists one after another, and their undos.

use serde_json::{Value, json};

use super::{
    harness::Api,
    list_changes::{add, add_each, change, edit, list_of, lists, titles, undo},
};

/// The list, the status and the title of each todo, sorted.
async fn todos(api: &Api) -> Vec<String> {
    let mut todos = Vec::new();
    for status in ["open", "completed", "deleted"] {
        let all = api.all(status).await;
        todos.extend(all.iter().map(|todo| format!("{} {status} {}", todo["list"], todo["title"])));
    }
    todos.sort();
    todos
}

#[tokio::test]
async fn two_lists_swap_their_names_and_one_undo_takes_all_of_it_back() {
    let api = Api::new();
    add_each(&api, "A").await;
    add_each(&api, "B").await;
    let before = (todos(&api).await, lists(&api).await);
    api.clock.advance(jiff::Span::new().hours(1));
    for (list, to) in [("A", "Other"), ("B", "A"), ("Other", "b")] {
        change(&api, json!({"list": list, "rename_to": to})).await;
    }
    assert_eq!(
        (titles(&api, "b").await, lists(&api).await),
        (
            vec!["A completed".to_owned(), "A deleted".into(), "A open".into()],
            vec!["Inbox 0".into(), "A 1".into(), "b 1".into()]
        )
    );
    let swapped = (todos(&api).await, lists(&api).await);
    let undone = api.post("/undo", json!({"since": "30 minutes"})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    assert_eq!((todos(&api).await, lists(&api.elsewhere()).await), before);
    undo(&api, &undone.change_id()).await;
    assert_eq!((todos(&api).await, lists(&api.elsewhere()).await), swapped);
}

#[tokio::test]
async fn an_undo_since_a_time_takes_back_changes_to_lists_and_to_their_todos() {
    let api = Api::new();
    let work = add_each(&api, "Work").await;
    add_each(&api, "Home").await;
    let before = (todos(&api).await, lists(&api).await);
    api.clock.advance(jiff::Span::new().hours(1));
    change(&api, json!({"list": "Work", "rename_to": "Office"})).await;
    let new = add(&api, "Errands", &["new"]).await;
    edit(&api, &work[0], json!({"list": "Trip"})).await;
    change(&api, json!({"order": ["Trip", "Office"]})).await;
    change(&api, json!({"list": "Errands", "merge_into": "Home"})).await;
    edit(&api, &new[0], json!({"status": "completed"})).await;
    change(&api, json!({"list": "Home", "delete": true})).await;
    edit(&api, &new[0], json!({"status": "open"})).await;
    change(&api, json!({"list": "Trip", "rename_to": "Work"})).await;
    let after = (todos(&api).await, lists(&api).await);
    assert_eq!(after.1, ["Work 1", "Office 0", "Inbox 0", "Home 1"]);
    let undone = api.post("/undo", json!({"since": "30 minutes"})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    // After the undo, the added todo is a deleted todo, and the new lists exist without open todos.
    let mut now = todos(&api).await;
    now.retain(|todo| !todo.ends_with("deleted \"new\""));
    assert_eq!(now, before.0);
    assert_eq!(lists(&api).await.iter().filter(|list| !list.ends_with(" 0")).collect::<Vec<_>>(), ["Home 1", "Work 1"]);
    undo(&api, &undone.change_id()).await;
    assert_eq!((todos(&api).await, lists(&api.elsewhere()).await), after);
}

#[tokio::test]
async fn a_setting_that_names_a_deleted_list_is_given_back_with_the_list() {
    let api = Api::new();
    add(&api, "Work", &["a"]).await;
    api.patch("/settings", json!({"default_list": "Work"})).await;
    let changed = api.patch("/settings", json!({"default_list": "Home"})).await.change_id();
    change(&api, json!({"list": "Work", "delete": true})).await;
    let undone = undo(&api, &changed).await;
    assert_eq!(
        (&undone.body["settings"]["default_list"], &undone.body["new_lists"]),
        (&json!("Work"), &json!(["Work"]))
    );
    assert_eq!(lists(&api).await, ["Inbox 0", "Home 0", "Work 0"]);
}

#[tokio::test]
async fn a_redone_deletion_resets_the_default_list_that_was_set_since() {
    let api = Api::new();
    add(&api, "Trip", &["a"]).await;
    let deleted = change(&api, json!({"list": "Trip", "delete": true})).await.change_id();
    let undone = undo(&api, &deleted).await.change_id();
    api.patch("/settings", json!({"default_list": "Trip"})).await;
    let redone = undo(&api, &undone).await;
    assert_eq!(api.get("/settings").await.body["settings"]["default_list"], "Inbox", "{}", redone.text);
    assert_eq!(lists(&api).await, ["Inbox 0"]);
    undo(&api, &redone.change_id()).await;
    assert_eq!(api.get("/settings").await.body["settings"]["default_list"], "Trip");
}

#[tokio::test]
async fn a_merge_is_not_redone_if_the_other_list_is_gone_and_the_answer_names_the_later_change() {
    for later in [json!({"list": "B", "merge_into": "A"}), json!({"list": "B", "delete": true})] {
        let api = Api::new();
        add(&api, "A", &["a"]).await;
        add(&api, "B", &["b"]).await;
        let merged = change(&api, json!({"list": "A", "merge_into": "B"})).await.change_id();
        let undone = undo(&api, &merged).await.change_id();
        let later = change(&api, later).await.change_id();
        let before = (todos(&api).await, lists(&api).await);
        let refused = api.post("/undo", json!({ "change_id": undone })).await;
        refused.assert_problem(409, "changed_since");
        refused.assert_error("change_id", &format!("was merged or deleted; the last such change is {later}"));
        assert_eq!((todos(&api).await, lists(&api).await), before);
        undo(&api, &later).await;
        undo(&api, &undone).await;
        assert_eq!(lists(&api).await, ["Inbox 0", "B 2"]);
    }
}

#[tokio::test]
async fn a_deletion_is_not_undone_while_another_list_has_the_name() {
    let api = Api::new();
    let trip = add(&api, "Trip", &["a", "b"]).await;
    add(&api, "Home", &["c"]).await;
    let deleted = change(&api, json!({"list": "Trip", "delete": true})).await.change_id();
    let renamed = change(&api, json!({"list": "Home", "rename_to": "Trip"})).await.change_id();
    let refused = api.post("/undo", json!({ "change_id": deleted })).await;
    refused.assert_error("change_id", "another list got the name");
    // A restored todo goes into the list that has the name now, and stays there.
    let restored = edit(&api, &trip[0], json!({"status": "open"})).await;
    assert_eq!((&restored.body["todo"]["list"], restored.body.get("new_lists")), (&json!("Trip"), None));
    assert_eq!(lists(&api).await, ["Inbox 0", "Trip 2"]);
    undo(&api, &renamed).await;
    assert_eq!(
        (list_of(&api, &trip[0]).await, lists(&api).await),
        ("Home".into(), vec!["Inbox 0".into(), "Home 2".into()])
    );
}

#[tokio::test]
async fn a_list_that_exists_again_is_deleted_again_by_the_same_call() {
    let api = Api::new();
    for round in 0..3 {
        let title = format!("todo {round}");
        add(&api, "Trip", &[&title]).await;
        let deleted = change(&api, json!({"list": "Trip", "delete": true})).await;
        assert_eq!(
            (&deleted.body["deleted"]["open"], deleted.body.get("replayed")),
            (&json!(1), None),
            "{}",
            deleted.text
        );
        assert_eq!(lists(&api).await, ["Inbox 0"]);
    }
    let renames = [("A", "B"), ("B", "A"), ("A", "B"), ("B", "A")];
    add(&api, "A", &["a"]).await;
    for (list, to) in renames {
        let renamed = change(&api, json!({"list": list, "rename_to": to})).await;
        assert_eq!(
            (renamed.body.get("replayed"), lists(&api).await),
            (None, vec!["Inbox 0".to_owned(), format!("{to} 1")])
        );
    }
}

#[tokio::test]
async fn a_move_is_undone_into_a_list_that_was_renamed_merged_or_deleted_since() {
    for (later, list) in [
        (json!({"list": "Trip", "rename_to": "Alps"}), "Alps"),
        (json!({"list": "Trip", "merge_into": "Work"}), "Work"),
        (json!({"list": "Trip", "delete": true}), "Trip"),
    ] {
        let api = Api::new();
        add(&api, "Work", &["w"]).await;
        let id = add(&api, "Trip", &["a"]).await.remove(0);
        let moved = edit(&api, &id, json!({"list": "Home"})).await.change_id();
        change(&api, later.clone()).await;
        let undone = undo(&api.elsewhere(), &moved).await;
        assert_eq!(undone.body["todos"][0]["list"], list, "{later}: {}", undone.text);
        let is_new = later["delete"] == true;
        assert_eq!(undone.body.get("new_lists").is_some(), is_new, "{later}: {}", undone.text);
        assert!(titles(&api, list).await.contains(&"a".to_owned()), "{later}");
        assert!(lists(&api).await.iter().any(|name| name.starts_with(list)), "{later}");
    }
}

#[tokio::test]
async fn the_history_names_each_ordered_list_once() {
    let api = Api::new();
    for list in ["A", "B", "C", "D"] {
        add(&api, list, &["a"]).await;
    }
    change(&api, json!({"order": ["A", "B", "C"]})).await;
    change(&api, json!({"list": "A", "merge_into": "B"})).await;
    change(&api, json!({"list": "C", "delete": true})).await;
    change(&api, json!({"order": ["D"]})).await;
    let history = api.get("/changes?limit=4").await;
    let texts: Vec<&Value> =
        history.body["changes"].as_array().unwrap().iter().map(|change| &change["lists"][0]).collect();
    assert_eq!(texts[3], "order: none → A, B, C", "{}", history.text);
    assert_eq!(texts[0], "order: A, B, C → D, A, B, C", "{}", history.text);
}

#[tokio::test]
async fn a_list_with_very_large_todos_is_not_deleted_and_the_answer_says_how_to_narrow() {
    let api = Api::new();
    for batch in 0..80 {
        let todo =
            |n: usize| json!({"title": format!("t{batch}-{n}"), "notes": "🍎".repeat(4_000), "list": "Old ideas"});
        let added = api.post("/todos", json!({"todos": (0..3).map(todo).collect::<Vec<_>>()})).await;
        assert_eq!(added.status, 201, "{}", added.text);
    }
    let refused = api.patch("/lists", json!({"list": "Old ideas", "delete": true})).await;
    refused.assert_problem(413, "too_large");
    assert!(refused.body["detail"].as_str().unwrap().contains("merge_into"), "{}", refused.text);
    assert_eq!(lists(&api).await, ["Inbox 0", "Old ideas 240"]);
}

#[tokio::test]
async fn a_redo_merges_a_list_into_a_list_that_it_deletes_only_if_no_new_todo_would_be_lost() {
    let api = Api::new();
    add_each(&api, "A").await;
    add_each(&api, "B").await;
    let before = (todos(&api).await, lists(&api).await);
    api.clock.advance(jiff::Span::new().hours(1));
    change(&api, json!({"list": "B", "merge_into": "A"})).await;
    change(&api, json!({"list": "A", "delete": true})).await;
    let deleted = (todos(&api).await, lists(&api).await);
    let undone = api.post("/undo", json!({"since": "30 minutes"})).await;
    assert_eq!((todos(&api).await, lists(&api.elsewhere()).await), before);
    let redone = undo(&api.elsewhere(), &undone.change_id()).await.change_id();
    assert_eq!((todos(&api).await, lists(&api.elsewhere()).await), deleted);
    let undone = undo(&api.elsewhere(), &redone).await.change_id();
    assert_eq!((todos(&api).await, lists(&api.elsewhere()).await), before);
    // The redo would delete the list with this new todo, so the service refuses the redo.
    let new = add(&api, "B", &["new"]).await;
    let refused = api.elsewhere().post("/undo", json!({ "change_id": undone })).await;
    refused.assert_problem(409, "changed_since");
    edit(&api, &new[0], json!({"list": "Other"})).await;
    undo(&api.elsewhere(), &undone).await;
    assert_eq!(lists(&api).await, ["Inbox 0", "Other 1"]);
}

//! Tests which change an undo undoes if the request contains no id: the latest change of the caller, everybody's latest
//! change, or the latest change of another program.

use serde_json::{Value, json};
use todo_action::domain::api_key::ApiKey;

use super::{
    access::{ask, key_until, locked},
    harness::{Answer, Api},
};

/// Two keys of the same owner.
async fn two_keys(api: &Api) -> (ApiKey, ApiKey) {
    let owner = format!("owner-{}", api.app.ids.change().as_str());
    (key_until(api, &owner, None).await, key_until(api, &owner, None).await)
}

async fn undo(api: &Api, body: Value, key: &ApiKey) -> Answer {
    ask(api, "POST", "/undo", body, key).await
}

async fn add(api: &Api, title: &str, key: &ApiKey) -> Answer {
    let added = ask(api, "POST", "/todos", json!({"todos": [{"title": title}]}), key).await;
    assert_eq!(added.status, 201, "{}", added.text);
    added
}

#[tokio::test]
async fn each_of_two_programs_undoes_its_own_changes_and_hears_of_newer_changes_by_the_other() {
    let api = locked();
    let (ann, bob) = two_keys(&api).await;
    let by_ann = add(&api, "by Ann", &ann).await;
    let by_bob = add(&api, "by Bob", &bob).await;
    let undone = undo(&api, json!({}), &ann).await;
    assert_eq!(undone.ids(), by_ann.ids(), "{}", undone.text);
    assert_eq!(undone.body["undid"][0]["id"], by_ann.change_id());
    assert_eq!(undone.body["undid"][0]["titles"], json!(["by Ann"]));
    assert_eq!(undone.body["newer_by_others"]["id"], by_bob.change_id(), "{}", undone.text);
    assert_eq!(undone.body["newer_by_others"]["by"], format!("test (key {})", bob.hash().id()));
    // Ann has no other change. The answer contains the id of Bob's change.
    let nothing = undo(&api, json!({}), &ann).await;
    nothing.assert_problem(404, "nothing_to_undo");
    assert!(nothing.body["detail"].as_str().unwrap().contains(&by_bob.change_id()), "{}", nothing.text);
    // Ann's undo is newer than Bob's change, but an undo is not a change that somebody wants to undo.
    let undone = undo(&api, json!({}), &bob).await;
    assert_eq!((undone.ids(), undone.body.get("newer_by_others")), (by_bob.ids(), None), "{}", undone.text);
    undo(&api, json!({}), &bob).await.assert_problem(404, "nothing_to_undo");
}

#[tokio::test]
async fn everybodys_latest_change_is_undone_on_request_and_the_latest_change_of_a_named_program_too() {
    let api = locked();
    let (ann, bob) = two_keys(&api).await;
    let first = add(&api, "first", &bob).await;
    let second = add(&api, "second", &ann).await;
    let undone = undo(&api, json!({"by": "any"}), &bob).await;
    assert_eq!(undone.ids(), second.ids(), "{}", undone.text);
    add(&api, "third", &ann).await;
    let undone = undo(&api, json!({"by": bob.hash().id()}), &ann).await;
    assert_eq!(undone.ids(), first.ids(), "{}", undone.text);
    assert_eq!(undone.body.get("newer_by_others"), None, "the newer change is the caller's own: {}", undone.text);
    undo(&api, json!({"by": "somebody else"}), &ann).await.assert_problem(404, "nothing_to_undo");
    undo(&api, json!({"by": "x".repeat(201)}), &ann).await.assert_error("by", "must be me, any, or the name");
}

#[tokio::test]
async fn undoing_twice_goes_back_two_changes_and_a_redo_makes_its_change_undoable_again() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    for title in ["b", "c"] {
        api.patch(&one, json!({ "title": title })).await;
    }
    let title = async || api.get(&one).await.body["todo"]["title"].clone();
    let first = api.post("/undo", json!({})).await;
    assert_eq!(title().await, "b");
    api.post("/undo", json!({})).await;
    assert_eq!(title().await, "a");
    // The second undo must be undone first, because both undos changed the title.
    api.post("/undo", json!({"change_id": first.change_id()})).await.assert_problem(409, "changed_since");
    let changes = api.get("/changes").await.body["changes"].clone();
    api.post("/undo", json!({"change_id": changes[0]["id"]})).await;
    assert_eq!(title().await, "b");
    api.post("/undo", json!({})).await;
    assert_eq!(title().await, "a", "the redone edit is the latest change that is not undone");
    assert_eq!(api.post("/undo", json!({})).await.body["todos"][0]["status"], "deleted");
    api.post("/undo", json!({})).await.assert_problem(404, "nothing_to_undo");
}

#[tokio::test]
async fn the_history_says_of_each_change_whether_it_is_undone_however_often_it_was_undone_and_redone() {
    let api = Api::new();
    api.add(&["a"]).await;
    let mut chain = vec![api.get("/changes").await.body["changes"][0]["id"].clone()];
    for redone in 0..6 {
        let undone = api.post("/undo", json!({"change_id": chain.last()})).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        chain.push(json!(undone.change_id()));
        let changes = api.get("/changes").await.body["changes"].clone();
        for (depth, change) in changes.as_array().unwrap().iter().enumerate() {
            // The newest change takes effect, so the change before it does not, so the change before that does, …
            let by = (depth % 2 == 1).then(|| changes[depth - 1]["id"].clone());
            assert_eq!(change.get("undone_by"), by.as_ref(), "{redone} {depth}: {changes}");
        }
    }
    let latest = api.post("/undo", json!({})).await;
    assert_eq!(latest.body["undid"][0]["id"], chain[0], "{}", latest.text);
}

#[tokio::test]
async fn an_add_whose_todo_was_changed_is_a_conflict_that_advises_to_delete() {
    let api = Api::new();
    let added = api.post("/todos", json!({"todos": [{"title": "a"}]})).await;
    let edit = api.patch(&format!("/todos/{}", added.ids()[0]), json!({"title": "b", "priority": "high"})).await;
    let refused = api.post("/undo", json!({"change_id": added.change_id()})).await;
    refused.assert_problem(409, "changed_since");
    let says = format!(
        "was changed again (priority, title); the last such change is {} (updateTodo). To remove the todo, use deleteTodos",
        edit.change_id()
    );
    refused.assert_error("change_id", &says);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_undos_at_the_same_moment_undo_two_changes() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    for title in ["b", "c", "d", "e"] {
        api.patch(&one, json!({ "title": title })).await;
    }
    let elsewhere = api.elsewhere();
    let (first, second) = tokio::join!(api.post("/undo", json!({})), elsewhere.post("/undo", json!({})));
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200), "{} {}", first.text, second.text);
    assert_ne!(first.body["undid"][0]["id"], second.body["undid"][0]["id"]);
    assert_eq!(api.get(&one).await.body["todo"]["title"], "c");
}

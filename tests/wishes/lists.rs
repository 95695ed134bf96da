//! More wishes about whole lists: a large list, a name that is not quite right, and the order of the lists.

use serde_json::{Value, json};

use super::assistant::{Assistant, assistants};

/// Adds todos to a list. The first `completed` todos are completed.
async fn add(assistant: &mut Assistant, list: &str, titles: &[&str], completed: usize) {
    for (batch, titles) in titles.chunks(40).enumerate() {
        let todos: Vec<Value> = titles.iter().map(|title| json!({"title": title, "list": list})).collect();
        let added = assistant.call("addTodos", json!({ "todos": todos })).await;
        let todos = added["todos"].as_array().unwrap().iter().take(completed.saturating_sub(40 * batch));
        let edits: Vec<Value> = todos.map(|todo| json!({"id": todo["id"], "status": "completed"})).collect();
        if !edits.is_empty() {
            assistant.call("updateTodos", json!({ "todos": edits })).await;
        }
    }
}

/// The person says "undo that". The answer must name the changed list, and all todos and lists must be as they were
/// `before`.
async fn undo_that(assistant: &mut Assistant, list: &str, before: &(Vec<String>, Vec<String>)) {
    assistant.hears("undo that");
    let undone = assistant.call("undoChange", json!({})).await;
    assistant.needed_at_most_two_calls();
    assert_eq!(undone["undid"][0]["lists"], json!([list]), "the answer says what was undone");
    assert_eq!((assistant.todos().await, assistant.lists().await), *before);
}

/// These states, with the name of one list replaced by another name.
fn renamed(states: &[String], old: &str, new: &str) -> Vec<String> {
    let mut states: Vec<String> = states.iter().map(|state| state.replacen(old, new, 1)).collect();
    states.sort();
    states
}

#[tokio::test]
async fn merge_a_list_with_120_todos() {
    let [mut claude] = assistants(["Claude"]).await;
    let titles: Vec<String> = (0..120).map(|number| format!("thing {number}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    add(&mut claude, "Groceries", &titles, 73).await;
    add(&mut claude, "Shopping", &["Shoes"], 0).await;
    let before = (claude.todos().await, claude.lists().await);
    claude.hears("merge Groceries into Shopping");
    claude.call("updateLists", json!({"list": "Groceries", "merge_into": "Shopping"})).await;
    claude.needed_at_most_two_calls();
    assert_eq!(claude.todos().await, renamed(&before.0, "Groceries / ", "Shopping / "), "completed ones do not stay");
    assert_eq!(claude.lists().await, ["Inbox 0", "Shopping 48"]);
    undo_that(&mut claude, "list: Groceries → merged into Shopping", &before).await;
}

#[tokio::test]
async fn merge_a_list_whose_name_is_not_quite_right() {
    let [mut claude] = assistants(["Claude"]).await;
    add(&mut claude, "Groceries", &["Bread"], 0).await;
    add(&mut claude, "Shopping", &["Shoes"], 0).await;
    claude.hears("merge my grocery list into Shopping");
    let refused = claude.refused("updateLists", json!({"list": "Grocery", "merge_into": "Shopping"})).await;
    assert_eq!(refused["detail"], "There is no list \"Grocery\". Did you mean \"Groceries\"?");
    claude.call("updateLists", json!({"list": "Groceries", "merge_into": "Shopping"})).await;
    claude.needed_at_most_two_calls();
    assert_eq!(claude.todos().await, ["Shopping / open / Bread", "Shopping / open / Shoes"]);
}

#[tokio::test]
async fn put_work_first() {
    let [mut claude] = assistants(["Claude"]).await;
    for list in ["Home", "Trip", "Work"] {
        add(&mut claude, list, &["a"], 0).await;
    }
    let before = (claude.todos().await, claude.lists().await);
    claude.hears("put Work first");
    let done = claude.call("updateLists", json!({"order": ["Work"]})).await;
    claude.needed_at_most_two_calls();
    assert_eq!(done["lists"], json!(["Work", "Inbox", "Home", "Trip"]));
    assert_eq!(
        (claude.todos().await, claude.lists().await),
        (before.0.clone(), vec!["Work 1".into(), "Inbox 0".into(), "Home 1".into(), "Trip 1".into()])
    );
    undo_that(&mut claude, "order: none → Work", &before).await;
}

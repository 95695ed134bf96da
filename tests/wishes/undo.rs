//! More wishes about undoing: "no, do add it", and several assistants.

use serde_json::{Value, json};

use super::assistant::{Assistant, assistants};

async fn add(assistant: &mut Assistant, titles: &[&str]) -> Vec<String> {
    let todos: Vec<Value> = titles.iter().map(|title| json!({ "title": title })).collect();
    let added = assistant.call("addTodos", json!({ "todos": todos })).await;
    added["todos"].as_array().unwrap().iter().map(|todo| todo["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn add_milk_undo_no_do_add_it() {
    let [mut claude] = assistants(["Claude"]).await;
    let milk = json!({"todos": [{"title": "Milk"}]});
    claude.call("addTodos", milk.clone()).await;
    claude.call("undoChange", json!({})).await;
    claude.hears("no, do add it");
    let added = claude.call("addTodos", milk.clone()).await;
    claude.needed_at_most_two_calls();
    assert_eq!((added.get("replayed"), claude.titles("open").await), (None, vec!["Milk".to_owned()]), "{added}");
    // A client that repeats a call after a lost answer adds nothing.
    let again = claude.call("addTodos", milk).await;
    assert_eq!((&again["replayed"], claude.titles("open").await.len()), (&json!(true), 1), "{again}");
}

#[tokio::test]
async fn two_assistants_and_a_person_undo_their_own_changes() {
    let [mut claude, mut codex, mut page] = assistants(["Claude", "Codex", "Page"]).await;
    let id = add(&mut claude, &["Report"]).await.remove(0);
    let edit = |edit: Value| {
        let mut edit = edit;
        edit["id"] = json!(id);
        json!({"todos": [edit]})
    };
    claude.call("updateTodos", edit(json!({"priority": "high"}))).await;
    codex.call("updateTodos", edit(json!({"tags": ["work"]}))).await;
    page.call("updateTodos", edit(json!({"title": "Annual report"}))).await;
    claude.hears("undo that");
    let undone = claude.call("undoChange", json!({})).await;
    assert_eq!(undone["todos"][0]["priority"], "normal", "{undone}");
    assert_eq!(undone["todos"][0]["title"], "Annual report", "the other changes stay");
    assert!(undone["newer_by_others"]["by"].as_str().unwrap().starts_with("Page"), "{undone}");
    let undone = codex.call("undoChange", json!({})).await;
    assert_eq!((&undone["undid"][0]["operation"], undone["todos"][0].get("tags")), (&json!("updateTodos"), None));
    let undone = page.call("undoChange", json!({})).await;
    assert_eq!((&undone["todos"][0]["title"], undone.get("newer_by_others")), (&json!("Report"), None), "{undone}");
    // The only change that is left is the addition by Claude. So Codex has nothing to undo.
    let nothing = codex.refused("undoChange", json!({})).await;
    assert_eq!(nothing["code"], "nothing_to_undo");
    assert!(nothing["detail"].as_str().unwrap().contains("by Claude"), "{nothing}");
}

#[tokio::test]
async fn an_add_that_somebody_else_changed_is_not_undone_and_the_answer_says_what_to_do() {
    let [mut claude, mut codex] = assistants(["Claude", "Codex"]).await;
    let id = add(&mut claude, &["Report"]).await.remove(0);
    codex.call("updateTodos", json!({"todos": [{"id": id, "title": "Annual report"}]})).await;
    claude.hears("undo that");
    let refused = claude.refused("undoChange", json!({})).await;
    let message = refused["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("(title)") && message.contains("by Codex") && message.contains("deleteTodos"),
        "{refused}"
    );
    claude.call("deleteTodos", json!({"ids": id})).await;
    claude.needed_at_most_two_calls();
    assert!(claude.titles("open").await.is_empty());
}

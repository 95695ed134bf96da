//! "What changed since yesterday, and who did it?", "which lists do I have?".

use jiff::ToSpan;
use serde_json::json;

use super::assistant::assistants;

#[tokio::test]
async fn what_changed_since_yesterday_and_who() {
    let [mut claude, mut codex] = assistants(["Claude", "Codex"]).await;
    claude.call("addTodos", json!({"todos": [{"title": "Last week"}]})).await;
    claude.wait((7 * 24).hours());
    let added = codex.call("addTodos", json!({"todos": [{"title": "Rent", "due": "2026-12-01"}]})).await;
    let id = added["todos"][0]["id"].clone();
    claude.call("updateTodos", json!({"todos": [{"id": id, "due": "2026-12-03", "priority": "high"}]})).await;
    claude.hears("what changed since yesterday, and who did it?");
    let history = claude.call("getChanges", json!({"since": "yesterday"})).await;
    claude.needed_at_most_two_calls();
    let [edited, added] = history["changes"].as_array().unwrap().as_slice() else { panic!("{history}") };
    assert_eq!((&edited["by"], &added["by"]), (&json!("Claude"), &json!("Codex")), "{history}");
    assert_eq!(edited["todos"][0]["title"], "Rent");
    assert_eq!(
        edited["todos"][0]["changed"],
        json!(["due: 2026-12-01 (tuesday) → 2026-12-03 (thursday)", "priority: normal → high"])
    );
    claude.hears("what did Codex change?");
    let history = claude.call("getChanges", json!({"by": "codex"})).await;
    assert_eq!(history["changes"].as_array().unwrap().len(), 1, "{history}");
    claude.hears("what happened to the rent?");
    let history = claude.call("getChanges", json!({ "todo_id": id })).await;
    assert_eq!(history["changes"].as_array().unwrap().len(), 2, "{history}");
}

#[tokio::test]
async fn which_lists_do_i_have() {
    let [mut claude] = assistants(["Claude"]).await;
    let todos = json!([{"title": "a", "list": "Work"}, {"title": "b", "list": "Work"}, {"title": "c", "list": "Trip"}]);
    let added = claude.call("addTodos", json!({ "todos": todos })).await;
    claude.call("deleteTodos", json!({"ids": added["todos"][2]["id"]})).await;
    claude.hears("which lists do I have?");
    let overview = claude.call("getOverview", json!({})).await;
    claude.needed_at_most_two_calls();
    let expected = json!([{"name": "Inbox", "open": 0}, {"name": "Trip", "open": 0}, {"name": "Work", "open": 2}]);
    assert_eq!(overview["lists"], expected);
}
